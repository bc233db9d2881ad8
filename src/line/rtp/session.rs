//! One RTP session: the sound of one leg.

use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::control::Shared;
use super::inbound::Inbound;
use super::outbound::Outbound;
use super::packet::is_rtcp;
use super::pool::{PortLease, Sockets};
use super::reports::Reports;
use super::rtcp::MAX_REPORT;
use super::{RemoteMedia, RtpControl};
use crate::audio::{Frame, Hertz, Key};
use crate::line::{Media, Meter};

/// The most packets that are read in a tick: 128 are 6,400 a second, a hundred times what a call sends. What is
/// left waits in the system's buffer, which is bounded too.
const PACKETS_A_TICK: usize = 128;
/// The most RTCP packets that are read in a tick.
const REPORTS_A_TICK: usize = 8;
/// Longer than any packet we read.
const DATAGRAM: usize = 2048;

/// One RTP session on a pair of ports. The media loop ticks it through [`Media`]; signalling steers it through
/// its [`RtpControl`]. Dropping it says goodbye in RTCP and gives the ports back to rest.
pub struct RtpSession {
    inbound: Inbound,
    outbound: Outbound,
    reports: Reports,
    remote: Option<RemoteMedia>,
    learning_opened: u32,
    /// Where the far end's RTCP came from, if it came from the host of its RTP.
    rtcp_source: Option<SocketAddr>,
    last_tick: Duration,
    buffer: Box<[u8; DATAGRAM]>,
    shared: Arc<Shared>,
    sockets: Sockets,
    // After the sockets, so that they are closed when the pair goes back.
    _lease: PortLease,
}

impl RtpSession {
    pub(super) fn new(sockets: Sockets, lease: PortLease) -> Self {
        Self {
            inbound: Inbound::new(),
            outbound: Outbound::new(),
            reports: Reports::new(),
            remote: None,
            learning_opened: 0,
            rtcp_source: None,
            last_tick: Duration::ZERO,
            buffer: Box::new([0; DATAGRAM]),
            shared: Arc::new(Shared::new()),
            sockets,
            _lease: lease,
        }
    }

    /// The handle for signalling.
    pub fn control(&self) -> RtpControl {
        RtpControl(Arc::clone(&self.shared))
    }

    /// Where RTP is received: the address the pool is bound to, and the even port. RTCP is on the port above.
    pub const fn local_address(&self) -> SocketAddr {
        self.sockets.address
    }

    /// Does what signalling has asked for since the last tick.
    fn obey(&mut self, now: Duration) {
        let Some(wanted) = self.shared.take_change() else { return };
        if let Some(remote) = wanted.remote
            && self.remote != Some(remote)
        {
            self.inbound.negotiated(now, &remote, self.remote.as_ref());
            if self.remote.is_none_or(|before| before.rtcp_address != remote.rtcp_address) {
                self.rtcp_source = None;
            }
            self.remote = Some(remote);
        }
        if wanted.learning_opened != self.learning_opened {
            self.learning_opened = wanted.learning_opened;
            self.inbound.guard.open_learning(now);
        }
    }

    /// Reads what has come, a bounded number of packets.
    fn drain(&mut self, now: Duration) {
        for _ in 0..PACKETS_A_TICK {
            let Some((length, from)) = read(&self.sockets.rtp, &mut self.buffer) else { break };
            let Some(remote) = self.remote else {
                self.shared.counters.dropped_source.one();
                continue;
            };
            if is_rtcp(&self.buffer[..length]) {
                if remote.rtcp_mux {
                    self.take_rtcp(now, length, from, &remote);
                } else {
                    self.shared.counters.dropped_rtcp.one();
                }
            } else {
                self.inbound.take(now, from, &self.buffer[..length], &remote, &self.shared);
            }
        }
        for _ in 0..REPORTS_A_TICK {
            let Some((length, from)) = read(&self.sockets.rtcp, &mut self.buffer) else { break };
            match self.remote {
                Some(remote) => self.take_rtcp(now, length, from, &remote),
                None => self.shared.counters.dropped_rtcp.one(),
            }
        }
    }

    /// RTCP is believed when it comes from where it was negotiated, or from the host whose RTP is heard.
    fn take_rtcp(&mut self, now: Duration, length: usize, from: SocketAddr, remote: &RemoteMedia) {
        let same_host = self.inbound.guard.source().is_some_and(|source| source.ip() == from.ip());
        let counters = &self.shared.counters;
        if !(same_host || from == remote.rtcp_address)
            || !self.reports.take(now, &self.buffer[..length], self.outbound.ssrc, counters)
        {
            return counters.dropped_rtcp.one();
        }
        if same_host && self.rtcp_source.is_none() {
            self.rtcp_source = Some(from);
        }
    }

    fn report(&mut self, now: Duration, goodbye: bool) {
        let Some(remote) = self.remote else { return };
        let Some(destination) = self.rtcp_destination(&remote) else { return };
        let mut report = [0; MAX_REPORT];
        let length = self.reports.write(now, &mut self.inbound, &self.outbound, &self.shared, goodbye, &mut report);
        let socket = if remote.rtcp_mux { &self.sockets.rtp } else { &self.sockets.rtcp };
        send(socket, &report[..length], destination, &self.shared);
    }

    fn rtcp_destination(&self, remote: &RemoteMedia) -> Option<SocketAddr> {
        let rtp = self.inbound.guard.destination()?;
        if remote.rtcp_mux {
            return Some(rtp);
        }
        if rtp == remote.address {
            return Some(remote.rtcp_address).filter(|address| !address.ip().is_unspecified() && address.port() != 0);
        }
        // Behind a router: where its reports come from, or the port above its sound.
        self.rtcp_source.or_else(|| Some(SocketAddr::new(rtp.ip(), rtp.port().checked_add(1)?)))
    }
}

impl Media for RtpSession {
    fn meter(&self) -> Option<Box<dyn Meter>> {
        Some(Box::new(self.control()))
    }

    fn rate(&self) -> Hertz {
        Hertz::HZ_8000
    }

    fn receive(&mut self, now: Duration) -> Frame {
        self.last_tick = now;
        self.obey(now);
        self.drain(now);
        if self.remote.is_some() && self.reports.is_due(now) {
            self.report(now, false);
        }
        let frame = self.inbound.pull(now, self.remote.as_ref(), &self.shared);
        let counters = &self.shared.counters;
        counters.lost.set(self.inbound.reception.lost());
        let jitter = u32::try_from(self.inbound.reception.jitter().as_micros()).unwrap_or(u32::MAX);
        counters.jitter_microseconds.store(jitter, Ordering::Relaxed);
        frame
    }

    fn send(&mut self, now: Duration, frame: &Frame) {
        self.last_tick = now;
        let destination = self.inbound.guard.destination();
        let remote = self.remote.as_ref().filter(|remote| remote.direction.sends());
        let (socket, shared) = (&self.sockets.rtp, &self.shared);
        match destination {
            Some(to) => self.outbound.tick(now, frame, remote, shared, |packet| send(socket, packet, to, shared)),
            None => self.outbound.tick(now, frame, None, shared, |_| {}),
        }
    }

    fn next_key(&mut self) -> Option<Key> {
        self.inbound.next_key()
    }

    fn send_key(&mut self, key: Key) {
        if !self.outbound.push_key(key) {
            self.shared.counters.dropped_keys.one();
        }
    }

    fn last_heard(&self) -> Option<Duration> {
        self.shared.last_heard()
    }
}

impl Drop for RtpSession {
    fn drop(&mut self) {
        self.report(self.last_tick, true);
    }
}

/// The next datagram, or `None` when there is none. An error of the network (a host that is gone) is none of
/// ours: the tick goes on without.
fn read(socket: &UdpSocket, buffer: &mut [u8; DATAGRAM]) -> Option<(usize, SocketAddr)> {
    loop {
        match socket.recv_from(buffer.as_mut_slice()) {
            Ok(received) => return Some(received),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
}

fn send(socket: &UdpSocket, datagram: &[u8], to: SocketAddr, shared: &Shared) {
    // A full buffer or an unreachable host costs this packet and nothing else.
    if socket.send_to(datagram, to).is_err() {
        shared.counters.send_failed.one();
    }
}
