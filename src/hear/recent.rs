//! The last half minute of a leg, from which the sound of a turn is cut.

use std::time::Duration;

use crate::audio::{Frame, Hertz, Sound};

/// A ring of samples with a fixed place in time; full from the start, so that nothing is allocated later.
pub(super) struct RecentSound {
    rate: Hertz,
    ring: Box<[i16]>,
    /// Samples written in all.
    written: u64,
}

impl RecentSound {
    /// Room for `span` of sound at `rate`.
    pub(super) fn new(rate: Hertz, span: Duration) -> Self {
        Self { rate, ring: vec![0; rate.samples_in(span).max(1)].into_boxed_slice(), written: 0 }
    }

    /// Appends 20 ms; the oldest go.
    pub(super) fn push(&mut self, frame: &Frame) {
        let length = self.ring.len();
        let samples = frame.samples();
        let kept = &samples[samples.len().saturating_sub(length)..];
        self.written += (samples.len() - kept.len()) as u64;
        let place = (self.written % length as u64) as usize;
        let before_wrap = kept.len().min(length - place);
        self.ring[place..place + before_wrap].copy_from_slice(&kept[..before_wrap]);
        self.ring[..kept.len() - before_wrap].copy_from_slice(&kept[before_wrap..]);
        self.written += kept.len() as u64;
    }

    /// How much was pushed in all.
    pub(super) fn elapsed(&self) -> Duration {
        duration_of(self.rate, self.written)
    }

    /// What was heard from `start` to `end`, as far as it is still there.
    pub(super) fn part(&self, start: Duration, end: Duration) -> Sound {
        let length = self.ring.len() as u64;
        let oldest = self.written.saturating_sub(length);
        let last = samples_in(self.rate, end).clamp(oldest, self.written);
        let first = samples_in(self.rate, start).clamp(oldest, last);
        let samples = (first..last).map(|index| self.ring[(index % length) as usize]).collect();
        Sound::new(self.rate, samples)
    }
}

fn samples_in(rate: Hertz, duration: Duration) -> u64 {
    (duration.as_nanos() * u128::from(rate.get()) / 1_000_000_000) as u64
}

fn duration_of(rate: Hertz, samples: u64) -> Duration {
    Duration::from_nanos((u128::from(samples) * 1_000_000_000 / u128::from(rate.get())) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_past_is_given_as_far_as_it_is_kept() {
        let mut recent = RecentSound::new(Hertz::HZ_8000, Duration::from_millis(50));
        for number in 0..10 {
            recent.push(&Frame::from_samples(Hertz::HZ_8000, &[number; 160]).unwrap());
        }
        assert_eq!(recent.elapsed(), Duration::from_millis(200));
        let part = recent.part(Duration::from_millis(160), Duration::from_millis(200));
        assert_eq!(part.samples(), [[8; 160], [9; 160]].concat());
        assert_eq!(recent.part(Duration::ZERO, Duration::from_secs(9)).duration(), Duration::from_millis(50));
        assert!(recent.part(Duration::ZERO, Duration::from_millis(100)).samples().is_empty());
    }
}
