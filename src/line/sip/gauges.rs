//! What is open and what was refused: counted where it happens, read for metrics.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Why a new call or request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// The line is being drained.
    Draining,
    /// The cap on calls is reached.
    Full,
    /// This source rings too often.
    Rate,
    /// Too many transactions are open.
    Busy,
    /// No media port is free.
    NoPort,
}

impl Refused {
    const ALL: [Self; 5] = [Self::Draining, Self::Full, Self::Rate, Self::Busy, Self::NoPort];

    /// The word used as a label in metrics.
    const fn label(self) -> &'static str {
        match self {
            Self::Draining => "draining",
            Self::Full => "full",
            Self::Rate => "rate",
            Self::Busy => "busy",
            Self::NoPort => "no_port",
        }
    }
}

/// Why a packet was dropped without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dropped {
    /// It came from a source that may not ring.
    UnknownSource,
    /// Its source sends too much.
    Flood,
    /// It is no SIP, or an answer to nothing we asked.
    Senseless,
}

/// One thing that is open now; it is counted down when dropped.
#[derive(Debug)]
pub(super) struct Open(Arc<AtomicUsize>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The counters of one line.
#[derive(Debug, Default)]
pub(super) struct Counters {
    legs: Arc<AtomicUsize>,
    refused: [AtomicU64; Refused::ALL.len()],
    unknown_source: AtomicU64,
    flood: AtomicU64,
    senseless: AtomicU64,
    failed_proofs: AtomicU64,
}

impl Counters {
    /// Counts a leg for as long as the value lives.
    pub(super) fn open_leg(&self) -> Open {
        self.legs.fetch_add(1, Ordering::Relaxed);
        Open(Arc::clone(&self.legs))
    }

    pub(super) fn legs(&self) -> usize {
        self.legs.load(Ordering::Relaxed)
    }

    pub(super) fn refused(&self, why: Refused) {
        self.refused[why as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn dropped(&self, why: Dropped) {
        let counter = match why {
            Dropped::UnknownSource => &self.unknown_source,
            Dropped::Flood => &self.flood,
            Dropped::Senseless => &self.senseless,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn failed_proof(&self) {
        self.failed_proofs.fetch_add(1, Ordering::Relaxed);
    }

    /// Fills in what is counted here.
    pub(super) fn read(&self, gauges: &mut SipGauges) {
        gauges.legs = self.legs();
        gauges.refused = Refused::ALL.map(|why| (why.label(), self.refused[why as usize].load(Ordering::Relaxed)));
        gauges.dropped_unknown_source = self.unknown_source.load(Ordering::Relaxed);
        gauges.dropped_flood = self.flood.load(Ordering::Relaxed);
        gauges.dropped_senseless = self.senseless.load(Ordering::Relaxed);
        gauges.failed_proofs = self.failed_proofs.load(Ordering::Relaxed);
    }
}

/// What the SIP line holds now and what it refused since the start. After the last call has ended, the
/// first five return to zero.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SipGauges {
    /// Dialogs, early ones included.
    pub dialogs: usize,
    /// Legs, inbound and outbound.
    pub legs: usize,
    /// Signalling transactions that are not over.
    pub transactions: usize,
    /// Pairs of media ports lent to calls.
    pub ports_in_use: usize,
    /// TCP connections that peers opened.
    pub tcp_connections: usize,
    /// Agents with at least one registered phone.
    pub registered_agents: usize,
    /// New calls and requests refused with 503, by reason.
    pub refused: [(&'static str, u64); 5],
    /// Packets dropped in silence because their source may not ring.
    pub dropped_unknown_source: u64,
    /// Packets dropped in silence because their source sends too much.
    pub dropped_flood: u64,
    /// Packets dropped because they are no SIP or answer nothing that we asked.
    pub dropped_senseless: u64,
    /// Sign-ins with a wrong name or password.
    pub failed_proofs: u64,
}
