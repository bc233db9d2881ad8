//! What else a call does to sound, beside its band: noise around the caller, packets that get lost.

use super::band::telephone_band;
use crate::audio::{AudioError, Concealer, Frame, Hertz, Sound, active_level_dbov, level_dbov};

/// A condition under which recordings are heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Condition {
    /// The telephone's band and mu-law, nothing else.
    Clean,
    /// Noise around the caller, 15 dB below the speech.
    Noise,
    /// One packet of 20 ms in twenty never comes and is concealed.
    Loss,
}

/// How far the noise is below the speech, dB.
const NOISE_BELOW_SPEECH: f32 = 15.0;
/// One packet in so many is lost.
const LOST_ONE_IN: u64 = 20;

impl Condition {
    pub(super) const ALL: [Self; 3] = [Self::Clean, Self::Noise, Self::Loss];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Noise => "15 dB noise",
            Self::Loss => "5 % loss",
        }
    }
}

/// `sound` as it arrives under `condition`; `seed` chooses the piece of `noise` and the packets that are lost, so
/// that every run hears the same.
///
/// # Errors
/// [`AudioError`] when a rate cannot be resampled.
pub(super) fn arriving(
    sound: &Sound,
    condition: Condition,
    noise: Option<&Sound>,
    seed: u64,
) -> Result<Sound, AudioError> {
    match (condition, noise) {
        (Condition::Noise, Some(noise)) => telephone_band(&with_noise(sound, noise, seed)?),
        (Condition::Loss, _) => Ok(with_loss(&telephone_band(sound)?, seed)),
        _ => telephone_band(sound),
    }
}

fn with_noise(sound: &Sound, noise: &Sound, seed: u64) -> Result<Sound, AudioError> {
    let (sound, noise) = (sound.resampled(Hertz::HZ_8000)?, noise.resampled(Hertz::HZ_8000)?);
    let samples = noise.samples();
    let mut state = Seeded::new(seed);
    let from = (state.next() % samples.len().max(1) as u64) as usize;
    let piece: Vec<i16> = samples.iter().cycle().skip(from).take(sound.samples().len()).copied().collect();
    let speech = active_level_dbov(&sound).unwrap_or_else(|| level_dbov(sound.samples()));
    let gain = 10.0_f32.powf((speech - NOISE_BELOW_SPEECH - level_dbov(&piece)) / 20.0);
    let mixed = sound.samples().iter().zip(&piece).map(|(&speech, &noise)| {
        (f32::from(speech) + gain * f32::from(noise)).round().clamp(-32_768.0, 32_767.0) as i16
    });
    Ok(Sound::new(Hertz::HZ_8000, mixed.collect()))
}

fn with_loss(sound: &Sound, seed: u64) -> Sound {
    let mut state = Seeded::new(seed);
    let mut concealer = Concealer::new();
    let mut heard = Vec::with_capacity(sound.samples().len());
    for samples in sound.samples().chunks(Hertz::HZ_8000.samples_per_frame()) {
        let mut frame = Frame::silence(Hertz::HZ_8000);
        frame.samples_mut()[..samples.len()].copy_from_slice(samples);
        let is_lost = state.next().is_multiple_of(LOST_ONE_IN);
        if is_lost {
            frame = concealer.lost();
        } else {
            concealer.good(&mut frame);
        }
        heard.extend_from_slice(frame.samples());
    }
    Sound::new(Hertz::HZ_8000, heard)
}

/// Numbers that look random and are the same in every run (splitmix64).
pub(super) struct Seeded(u64);

impl Seeded {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to 1.
    pub(super) fn share(&mut self) -> f32 {
        (self.next() >> 40) as f32 / 16_777_216.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone() -> Sound {
        let tone = |index: usize| (6_000.0 * (index as f32 * 0.7).sin()) as i16;
        Sound::new(Hertz::HZ_8000, (0..16_000).map(tone).collect())
    }

    #[test]
    fn noise_comes_fifteen_decibels_below_the_speech() {
        let mut seeded = Seeded::new(9);
        let noise =
            Sound::new(Hertz::HZ_8000, (0..8_000).map(|_| (seeded.share() * 2_000.0 - 1_000.0) as i16).collect());
        let noisy = with_noise(&tone(), &noise, 3).unwrap();
        let difference: Vec<i16> =
            noisy.samples().iter().zip(tone().samples()).map(|(one, other)| one - other).collect();
        let below = level_dbov(tone().samples()) - level_dbov(&difference);
        assert!((below - 15.0).abs() < 1.5, "{below} dB");
    }

    #[test]
    fn the_same_packets_are_lost_in_every_run() {
        let lossy = with_loss(&tone(), 3);
        assert!(lossy == with_loss(&tone(), 3));
        assert!(lossy != with_loss(&tone(), 4));
        assert_eq!(lossy.duration(), tone().duration());
    }
}
