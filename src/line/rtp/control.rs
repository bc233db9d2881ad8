//! The handle by which signalling steers a running session, and what the session tells about itself.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::{Direction, RemoteMedia};
use crate::line::{LineQuality, Meter};

/// Stands for "never" in [`Shared::last_heard`].
const NEVER: u64 = u64::MAX;

/// Steers an [`RtpSession`](super::RtpSession) that runs in the media loop. Changes take effect at the next
/// tick; nothing here waits for the loop, and the loop never waits for this.
#[derive(Clone, Debug)]
pub struct RtpControl(pub(super) Arc<Shared>);

impl Meter for RtpControl {
    fn quality(&self) -> LineQuality {
        let RtpStats { received, lost, dropped_late, jitter, .. } = self.stats();
        LineQuality { received, lost, late: dropped_late, jitter }
    }
}

impl RtpControl {
    /// Sets or changes what was negotiated. A new address opens the learning of the source again; the same
    /// address (a hold and its end, a session refresh) leaves a locked source locked.
    pub fn set_remote(&self, remote: RemoteMedia) {
        self.change(|wanted| wanted.remote = Some(remote));
    }

    /// Changes only which way sound flows, seen from us.
    pub fn set_direction(&self, direction: Direction) {
        self.change(|wanted| {
            if let Some(remote) = &mut wanted.remote {
                remote.direction = direction;
            }
        });
    }

    /// Gives the far end another five seconds to show where it sends from, unless its source is locked
    /// already. To be called when a leg is answered whose media was negotiated long before (SIP 183).
    pub fn open_learning(&self) {
        self.change(|wanted| wanted.learning_opened = wanted.learning_opened.wrapping_add(1));
    }

    /// What has happened so far.
    pub fn stats(&self) -> RtpStats {
        self.0.counters.snapshot()
    }

    /// When the last valid packet came, on the media loop's clock; `None` before the first.
    pub fn last_heard(&self) -> Option<Duration> {
        self.0.last_heard()
    }

    fn change(&self, apply: impl FnOnce(&mut Wanted)) {
        let mut wanted = self.0.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        apply(&mut wanted);
        drop(wanted);
        self.0.changed.store(true, Ordering::Release);
    }
}

/// What signalling wants of the session.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wanted {
    pub remote: Option<RemoteMedia>,
    pub learning_opened: u32,
}

/// What a session and its controls share.
#[derive(Debug)]
pub(super) struct Shared {
    wanted: Mutex<Wanted>,
    changed: AtomicBool,
    last_heard: AtomicU64,
    pub counters: Counters,
}

impl Shared {
    pub fn new() -> Self {
        Self {
            wanted: Mutex::new(Wanted::default()),
            changed: AtomicBool::new(false),
            last_heard: AtomicU64::new(NEVER),
            counters: Counters::default(),
        }
    }

    /// What is wanted, if it changed since the last call. A lock that is taken at this instant is not waited
    /// for: the change is seen at the next tick.
    pub fn take_change(&self) -> Option<Wanted> {
        if !self.changed.load(Ordering::Acquire) {
            return None;
        }
        let wanted = self.wanted.try_lock().ok()?;
        self.changed.store(false, Ordering::Release);
        Some(*wanted)
    }

    pub fn heard(&self, now: Duration) {
        self.last_heard.store(u64::try_from(now.as_nanos()).unwrap_or(NEVER - 1), Ordering::Relaxed);
    }

    pub fn last_heard(&self) -> Option<Duration> {
        match self.last_heard.load(Ordering::Relaxed) {
            NEVER => None,
            nanoseconds => Some(Duration::from_nanos(nanoseconds)),
        }
    }
}

/// One counter that the media loop raises and anybody reads.
#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub fn add(&self, amount: u64) {
        self.0.fetch_add(amount, Ordering::Relaxed);
    }

    pub fn one(&self) {
        self.add(1);
    }

    pub fn set(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }

    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    pub sent: Counter,
    pub sent_bytes: Counter,
    pub send_failed: Counter,
    pub received: Counter,
    pub received_bytes: Counter,
    pub concealed: Counter,
    pub lost: Counter,
    pub dropped_source: Counter,
    pub dropped_payload_type: Counter,
    pub dropped_malformed: Counter,
    pub dropped_stream: Counter,
    pub dropped_late: Counter,
    pub dropped_rtcp: Counter,
    pub dropped_frames: Counter,
    pub dropped_keys: Counter,
    pub keys: Counter,
    pub streams: Counter,
    pub source_moved: AtomicBool,
    pub jitter_microseconds: AtomicU32,
    pub round_trip_microseconds: Counter,
    pub far_fraction_lost: AtomicU32,
}

impl Counters {
    fn snapshot(&self) -> RtpStats {
        let round_trip = self.round_trip_microseconds.get();
        RtpStats {
            sent: self.sent.get(),
            sent_bytes: self.sent_bytes.get(),
            send_failed: self.send_failed.get(),
            received: self.received.get(),
            received_bytes: self.received_bytes.get(),
            lost: self.lost.get(),
            concealed: self.concealed.get(),
            dropped_source: self.dropped_source.get(),
            dropped_payload_type: self.dropped_payload_type.get(),
            dropped_malformed: self.dropped_malformed.get(),
            dropped_stream: self.dropped_stream.get(),
            dropped_late: self.dropped_late.get(),
            dropped_rtcp: self.dropped_rtcp.get(),
            dropped_frames: self.dropped_frames.get(),
            dropped_keys: self.dropped_keys.get(),
            keys: self.keys.get(),
            streams: self.streams.get(),
            source_moved: self.source_moved.load(Ordering::Relaxed),
            jitter: Duration::from_micros(u64::from(self.jitter_microseconds.load(Ordering::Relaxed))),
            round_trip: (round_trip > 0).then(|| Duration::from_micros(round_trip)),
            far_fraction_lost: self.far_fraction_lost.load(Ordering::Relaxed) as f32 / 256.0,
        }
    }
}

/// What a session has done and dropped since it opened. Nothing here is ever a reason to end a call.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RtpStats {
    /// RTP packets sent.
    pub sent: u64,
    /// Bytes of payload sent.
    pub sent_bytes: u64,
    /// Packets that the system did not take.
    pub send_failed: u64,
    /// Valid RTP packets of the far end.
    pub received: u64,
    /// Bytes of their payload.
    pub received_bytes: u64,
    /// Packets that never came, by their sequence numbers (RFC 3550, A.3).
    pub lost: u64,
    /// 20 ms frames that were made up because nothing had come in time.
    pub concealed: u64,
    /// Packets from an address that is not the far end's.
    pub dropped_source: u64,
    /// Packets whose payload type was not negotiated.
    pub dropped_payload_type: u64,
    /// Packets that are not RTP, or whose payload cannot be sound.
    pub dropped_malformed: u64,
    /// Packets of a second stream (SSRC) that did not last.
    pub dropped_stream: u64,
    /// Packets that came twice, or too late or too early to be played.
    pub dropped_late: u64,
    /// RTCP that could not be read or came from elsewhere.
    pub dropped_rtcp: u64,
    /// Frames of a wrong rate that were given to be sent.
    pub dropped_frames: u64,
    /// Keys that were dropped because too many waited.
    pub dropped_keys: u64,
    /// Keys received.
    pub keys: u64,
    /// Streams (SSRC) the far end has used.
    pub streams: u64,
    /// Whether the source was learnt from its packets, not taken from the SDP.
    pub source_moved: bool,
    /// Interarrival jitter of what we receive (RFC 3550, section 6.4.1).
    pub jitter: Duration,
    /// The round trip that the far end's last report proves (RFC 3550, section 6.4.1).
    pub round_trip: Option<Duration>,
    /// The share of our packets that the far end's last report misses, 0 to 1.
    pub far_fraction_lost: f32,
}
