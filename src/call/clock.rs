//! The line clock of a call: how long ago it was answered.

use std::time::{Duration, Instant};

/// How a call passes its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// As a telephone does: 20 ms of sound take 20 ms.
    RealTime,
    /// As fast as the machine goes: the clock runs on samples and waits for every model, so what a caller
    /// would hear is the same, but no latency can be told from it.
    AsFastAsItGoes,
}

/// The line clock. It follows the frames of the media plane; between two frames of a call in real time it
/// goes on with the machine's clock.
#[derive(Debug)]
pub(super) struct LineClock {
    pace: Pace,
    frame_end: Duration,
    frame_seen: Instant,
}

impl LineClock {
    pub(super) fn new(pace: Pace) -> Self {
        Self { pace, frame_end: Duration::ZERO, frame_seen: Instant::now() }
    }

    /// A frame that ends at `frame_end` has come.
    pub(super) fn frame_ended(&mut self, frame_end: Duration) {
        self.frame_end = frame_end;
        self.frame_seen = Instant::now();
    }

    /// How long ago the call was answered.
    pub(super) fn now(&self) -> Duration {
        match self.pace {
            Pace::RealTime => self.frame_end + self.frame_seen.elapsed(),
            Pace::AsFastAsItGoes => self.frame_end,
        }
    }

    /// Whether latencies measured on this clock mean anything.
    pub(super) fn tells_latency(&self) -> bool {
        self.pace == Pace::RealTime
    }
}
