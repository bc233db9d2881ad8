//! The units sound travels in: a 20 ms [`Frame`] on a line, a [`Sound`] of any length elsewhere.

use std::time::Duration;

/// A sampling rate in samples a second.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hertz(u32);

impl Hertz {
    /// Narrowband telephony: G.711.
    pub const HZ_8000: Self = Self(8_000);
    /// Wideband: what whisper hears, G.722.
    pub const HZ_16000: Self = Self(16_000);
    /// Kokoro's voices.
    pub const HZ_24000: Self = Self(24_000);
    /// Opus and most sound cards.
    pub const HZ_48000: Self = Self(48_000);

    /// A rate of `value` samples a second; `None` outside 1,000 to 384,000.
    pub const fn new(value: u32) -> Option<Self> {
        if value >= 1_000 && value <= 384_000 { Some(Self(value)) } else { None }
    }

    /// Samples a second.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Samples in 20 ms, rounded down: 160 at 8 kHz.
    pub const fn samples_per_frame(self) -> usize {
        self.0 as usize / 50
    }

    /// How many whole samples fit in `duration`.
    pub const fn samples_in(self, duration: Duration) -> usize {
        (duration.as_nanos() * self.0 as u128 / 1_000_000_000) as usize
    }

    /// How long `samples` last at this rate.
    pub const fn duration_of(self, samples: usize) -> Duration {
        Duration::from_nanos((samples as u128 * 1_000_000_000 / self.0 as u128) as u64)
    }
}

impl std::fmt::Debug for Hertz {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} Hz", self.0)
    }
}

impl std::fmt::Display for Hertz {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} Hz", self.0)
    }
}

/// How long a frame lasts.
pub const FRAME: Duration = Duration::from_millis(20);

/// Samples a frame can hold: 20 ms at 48 kHz, the highest rate of any line.
const CAPACITY: usize = 960;

/// 20 ms of mono sound, 16-bit linear PCM, at one of the rates a line runs at (up to 48 kHz).
/// Held in place, so that the media loop makes, copies and drops frames without touching the heap.
#[derive(Clone)]
pub struct Frame {
    rate: Hertz,
    samples: [i16; CAPACITY],
}

/// Samples that do not make a frame.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The rate is above 48 kHz, or 20 ms of it is not a whole number of samples.
    #[error("{0} cannot be framed: a line runs at up to 48000 Hz with a whole number of samples in 20 ms")]
    Rate(Hertz),
    /// The number of samples is not 20 ms at the rate.
    #[error("{samples} samples are not 20 ms at {rate}: expected {}", rate.samples_per_frame())]
    Length {
        /// The rate asked for.
        rate: Hertz,
        /// How many samples were given.
        samples: usize,
    },
}

impl Frame {
    /// 20 ms of silence. A rate that cannot be framed (see [`FrameError::Rate`]) is a fault of the
    /// program: it is caught in debug builds and framed at 48 kHz otherwise.
    pub fn silence(rate: Hertz) -> Self {
        debug_assert!(Self::can_hold(rate), "{rate} cannot be framed");
        let rate = if Self::can_hold(rate) { rate } else { Hertz::HZ_48000 };
        Self { rate, samples: [0; CAPACITY] }
    }

    /// A frame of exactly 20 ms of `samples` at `rate`.
    pub fn from_samples(rate: Hertz, samples: &[i16]) -> Result<Self, FrameError> {
        if !Self::can_hold(rate) {
            return Err(FrameError::Rate(rate));
        }
        if samples.len() != rate.samples_per_frame() {
            return Err(FrameError::Length { rate, samples: samples.len() });
        }
        let mut frame = Self::silence(rate);
        frame.samples_mut().copy_from_slice(samples);
        Ok(frame)
    }

    /// Whether 20 ms at `rate` is a whole number of samples that fits a frame.
    pub const fn can_hold(rate: Hertz) -> bool {
        rate.get().is_multiple_of(50) && rate.samples_per_frame() <= CAPACITY
    }

    /// The sampling rate.
    pub const fn rate(&self) -> Hertz {
        self.rate
    }

    /// The samples: always [`Hertz::samples_per_frame`] of them.
    pub fn samples(&self) -> &[i16] {
        &self.samples[..self.rate.samples_per_frame()]
    }

    /// The samples, to be changed in place.
    pub fn samples_mut(&mut self) -> &mut [i16] {
        &mut self.samples[..self.rate.samples_per_frame()]
    }
}

impl std::fmt::Debug for Frame {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Frame({}, {:.1} dBov)", self.rate, level_dbov(self.samples()))
    }
}

/// Mono sound of any length, 16-bit linear PCM, with its rate.
#[derive(Clone, PartialEq, Eq)]
pub struct Sound {
    rate: Hertz,
    samples: Vec<i16>,
}

impl Sound {
    /// Sound of `samples` at `rate`.
    pub const fn new(rate: Hertz, samples: Vec<i16>) -> Self {
        Self { rate, samples }
    }

    /// Silence of `duration`.
    pub fn silence(rate: Hertz, duration: Duration) -> Self {
        Self { rate, samples: vec![0; rate.samples_in(duration)] }
    }

    /// The sampling rate.
    pub const fn rate(&self) -> Hertz {
        self.rate
    }

    /// The samples.
    pub fn samples(&self) -> &[i16] {
        &self.samples
    }

    /// The samples, taken out.
    pub fn into_samples(self) -> Vec<i16> {
        self.samples
    }

    /// How long it lasts.
    pub fn duration(&self) -> Duration {
        self.rate.duration_of(self.samples.len())
    }

    /// Appends 20 ms; `frame` must have the same rate (checked in debug builds, ignored otherwise).
    pub fn push_frame(&mut self, frame: &Frame) {
        debug_assert_eq!(frame.rate(), self.rate, "a frame of another rate was appended to a sound");
        if frame.rate() == self.rate {
            self.samples.extend_from_slice(frame.samples());
        }
    }

    /// Adds the samples of `other`, which must have the same rate (checked in debug builds, ignored otherwise).
    pub fn append(&mut self, other: &Sound) {
        debug_assert_eq!(other.rate, self.rate, "a sound of another rate was appended");
        if other.rate == self.rate {
            self.samples.extend_from_slice(&other.samples);
        }
    }

    /// The part from `start` to `end`, clipped to what there is.
    pub fn part(&self, start: Duration, end: Duration) -> Sound {
        let last = self.rate.samples_in(end).min(self.samples.len());
        let first = self.rate.samples_in(start).min(last);
        Sound { rate: self.rate, samples: self.samples[first..last].to_vec() }
    }
}

impl std::fmt::Debug for Sound {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Sound({}, {} ms)", self.rate, self.duration().as_millis())
    }
}

/// The level of `samples` in dBov: 0 is a square wave at full scale (ITU-T G.100.1), silence is -96.
pub fn level_dbov(samples: &[i16]) -> f32 {
    if samples.is_empty() {
        return -96.0;
    }
    let energy: f64 = samples.iter().map(|&sample| f64::from(sample) * f64::from(sample)).sum();
    let mean = energy / samples.len() as f64;
    if mean <= 0.0 {
        return -96.0;
    }
    (10.0 * (mean / (32_768.0 * 32_768.0)).log10()).max(-96.0) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_twenty_milliseconds() {
        assert_eq!(Frame::silence(Hertz::HZ_8000).samples().len(), 160);
        assert_eq!(Frame::silence(Hertz::HZ_48000).samples().len(), 960);
        let wrong = Frame::from_samples(Hertz::HZ_8000, &[0; 161]).unwrap_err();
        assert_eq!(wrong, FrameError::Length { rate: Hertz::HZ_8000, samples: 161 });
    }

    #[test]
    fn full_scale_is_zero_dbov() {
        assert!(level_dbov(&[i16::MIN; 160]).abs() < 0.001);
        assert_eq!(level_dbov(&[0; 160]), -96.0);
    }

    #[test]
    fn a_part_is_clipped_to_the_sound() {
        let sound = Sound::silence(Hertz::HZ_8000, Duration::from_millis(100));
        let part = sound.part(Duration::from_millis(50), Duration::from_millis(500));
        assert_eq!(part.duration(), Duration::from_millis(50));
    }
}
