//! The UDP ports of all calls: pairs of an even RTP port and the odd RTCP port above it.
//!
//! A pair is lent to one [`RtpSession`], comes back when the session is dropped, whatever ended the call,
//! and then rests for a while, so that late packets of an old call cannot be heard in a new one.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rand::seq::SliceRandom;

use super::RtpSession;

/// Expedited forwarding, DSCP 46 (RFC 3246), as the old TOS byte.
const EXPEDITED_FORWARDING: u32 = 46 << 2;
/// How much the system holds for a socket between two ticks: half a second of a busy call is 6 kB.
const RECEIVE_BUFFER: usize = 128 * 1024;

/// A range of ports that cannot be lent.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the media ports {first}-{last} hold no pair of an even port and the odd one above it: widen the range, \
     two ports for each call"
)]
pub struct BadPortRange {
    /// The first port of the range.
    pub first: u16,
    /// The last port of the range.
    pub last: u16,
}

/// No port is free: to be answered with SIP 503.
#[derive(Debug, thiserror::Error)]
#[error(
    "no media port is free: {in_use} pairs are in use, {lingering} rest after a call, {failed} could not be opened \
     ({reason}); widen the media port range or lower the cap on calls"
)]
pub struct NoFreePort {
    /// Pairs lent to calls.
    pub in_use: usize,
    /// Pairs that rest after a call.
    pub lingering: usize,
    /// Pairs that were free in our books and that the system refused.
    pub failed: usize,
    /// What the system said last.
    pub reason: String,
}

/// How the pool stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct PortGauges {
    /// Pairs that can be lent now.
    pub free: usize,
    /// Pairs lent to calls.
    pub in_use: usize,
    /// Pairs that rest after a call.
    pub lingering: usize,
    /// How often no pair was free, since the start.
    pub exhausted_total: u64,
}

/// The ports of all calls. Cloning gives another handle on the same ports.
#[derive(Clone)]
pub struct PortPool(Arc<Inner>);

struct Inner {
    bind: IpAddr,
    linger: Duration,
    state: Mutex<State>,
}

struct State {
    /// Lent in this order: the pair that has rested longest comes first.
    free: VecDeque<u16>,
    resting: VecDeque<(Instant, u16)>,
    in_use: usize,
    exhausted_total: u64,
}

impl PortPool {
    /// A pool of the pairs in `range` on the address `bind`; a pair rests for `linger` after its call.
    pub fn new(range: RangeInclusive<u16>, bind: IpAddr, linger: Duration) -> Result<Self, BadPortRange> {
        let (first, last) = (*range.start(), *range.end());
        let mut pairs: Vec<u16> = (first..last).filter(|port| port.is_multiple_of(2) && *port >= 2).collect();
        if pairs.is_empty() {
            return Err(BadPortRange { first, last });
        }
        // The order is random, so that nobody can guess which port the next call will have.
        pairs.shuffle(&mut rand::rng());
        let state = State { free: pairs.into(), resting: VecDeque::new(), in_use: 0, exhausted_total: 0 };
        Ok(Self(Arc::new(Inner { bind, linger, state: Mutex::new(state) })))
    }

    /// Opens a session on a free pair. Never waits.
    pub fn open(&self) -> Result<RtpSession, NoFreePort> {
        self.open_at(Instant::now())
    }

    /// [`PortPool::open`] at a given time.
    pub(super) fn open_at(&self, now: Instant) -> Result<RtpSession, NoFreePort> {
        let mut failed = 0;
        let mut reason = "none was tried".to_owned();
        let tries = self.state(now).free.len();
        for _ in 0..tries {
            let Some(lease) = self.lend(now) else { break };
            match Sockets::open(self.0.bind, lease.port) {
                Ok(sockets) => return Ok(RtpSession::new(sockets, lease)),
                // Another program has this port; the lease's drop puts the pair at the end of the line.
                Err(error) => {
                    failed += 1;
                    reason = error.to_string();
                }
            }
        }
        let mut state = self.state(now);
        state.exhausted_total += 1;
        Err(NoFreePort { in_use: state.in_use, lingering: state.resting.len(), failed, reason })
    }

    /// How the pool stands now.
    pub fn gauges(&self) -> PortGauges {
        self.gauges_at(Instant::now())
    }

    /// [`PortPool::gauges`] at a given time.
    pub(super) fn gauges_at(&self, now: Instant) -> PortGauges {
        let state = self.state(now);
        PortGauges {
            free: state.free.len(),
            in_use: state.in_use,
            lingering: state.resting.len(),
            exhausted_total: state.exhausted_total,
        }
    }

    fn lend(&self, now: Instant) -> Option<PortLease> {
        let mut state = self.state(now);
        let port = state.free.pop_front()?;
        state.in_use += 1;
        Some(PortLease { pool: Arc::clone(&self.0), port })
    }

    /// The state, after everything that has rested long enough became free.
    fn state(&self, now: Instant) -> MutexGuard<'_, State> {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(&(until, port)) = state.resting.front()
            && until <= now
        {
            state.resting.pop_front();
            state.free.push_back(port);
        }
        state
    }
}

/// The right to a pair of ports. Dropping it gives the pair back, to rest.
pub(super) struct PortLease {
    pool: Arc<Inner>,
    port: u16,
}

impl Drop for PortLease {
    fn drop(&mut self) {
        let until = Instant::now() + self.pool.linger;
        let mut state = self.pool.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.in_use -= 1;
        state.resting.push_back((until, self.port));
    }
}

/// A pair of sockets that never block.
pub(super) struct Sockets {
    pub rtp: UdpSocket,
    pub rtcp: UdpSocket,
    /// Where the RTP socket is bound.
    pub address: SocketAddr,
}

impl Sockets {
    fn open(bind: IpAddr, port: u16) -> io::Result<Self> {
        let rtp = open_socket(SocketAddr::new(bind, port))?;
        let rtcp = open_socket(SocketAddr::new(bind, port + 1))?;
        let address = rtp.local_addr()?;
        Ok(Self { rtp, rtcp, address })
    }
}

fn open_socket(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind(address)?;
    socket.set_nonblocking(true)?;
    let options = socket2::SockRef::from(&socket);
    // Both are wishes: a system that refuses them carries the call all the same.
    if address.is_ipv4() {
        options.set_tos_v4(EXPEDITED_FORWARDING).ok();
    } else {
        options.set_tclass_v6(EXPEDITED_FORWARDING).ok();
    }
    options.set_recv_buffer_size(RECEIVE_BUFFER).ok();
    Ok(socket)
}
