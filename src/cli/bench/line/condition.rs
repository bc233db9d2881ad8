//! What the line adds to a caller's voice.

use super::{Chance, telephone_band};
use crate::audio::{AudioError, Concealer, Frame, Sound, active_level_dbov, level_dbov};

/// How far the noise is below the speech, in dB.
const NOISE_BELOW_DB: f64 = 15.0;
/// Packets lost of a hundred.
const LOSS: u64 = 5;

/// How the line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli::bench) enum Condition {
    /// Telephone band and G.711 alone.
    Clean,
    /// Kitchen noise 15 dB below the speech as well.
    Noise,
    /// Five packets of a hundred lost as well, concealed as in a call.
    Loss,
}

impl Condition {
    /// All, in the order of the report.
    pub(in crate::cli::bench) const ALL: [Self; 3] = [Self::Clean, Self::Noise, Self::Loss];

    /// Its name in the report.
    pub(in crate::cli::bench) const fn name(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Noise => "noise 15 dB",
            Self::Loss => "5 % loss",
        }
    }
}

/// `sound` as it comes over such a line, at 8 kHz. `seed` decides which piece of the noise and which packets; without a
/// noise there is none.
///
/// # Errors
/// [`AudioError`] when a rate cannot be resampled.
pub(in crate::cli::bench) fn over_the_line(
    sound: &Sound,
    condition: Condition,
    noise: Option<&Sound>,
    seed: u64,
) -> Result<Sound, AudioError> {
    match (condition, noise) {
        (Condition::Noise, Some(noise)) => telephone_band(&with_noise(sound, &noise.resampled(sound.rate())?, seed)),
        (Condition::Loss, _) => Ok(with_losses(&telephone_band(sound)?, seed)),
        _ => telephone_band(sound),
    }
}

/// `sound` with a stretch of `noise`, of the same rate, under all of it, as far below as in [`Condition::Noise`].
pub(in crate::cli::bench) fn with_noise(sound: &Sound, noise: &Sound, seed: u64) -> Sound {
    let from = Chance::new(seed).below(noise.samples().len() as u64) as usize;
    with_noise_below(sound, noise.samples(), from, NOISE_BELOW_DB)
}

/// `speech` with `noise`, from its sample `from` on and over and over, `below` dB under the speech's active level.
pub(in crate::cli::bench) fn with_noise_below(speech: &Sound, noise: &[i16], from: usize, below: f64) -> Sound {
    let level = f64::from(active_level_dbov(speech).unwrap_or(-30.0));
    let gain = 10_f64.powf((level - below - f64::from(level_dbov(noise))) / 20.0);
    let mixed = speech.samples().iter().enumerate().map(|(index, &sample)| {
        let noise = f64::from(noise[(from + index) % noise.len()]);
        (f64::from(sample) + gain * noise).round().clamp(-32_768.0, 32_767.0) as i16
    });
    Sound::new(speech.rate(), mixed.collect())
}

fn with_losses(sound: &Sound, seed: u64) -> Sound {
    let mut chance = Chance::new(seed);
    let mut concealer = Concealer::new();
    let mut heard = Sound::silence(sound.rate(), std::time::Duration::ZERO);
    for samples in sound.samples().chunks(sound.rate().samples_per_frame()) {
        let mut frame = Frame::silence(sound.rate());
        frame.samples_mut()[..samples.len()].copy_from_slice(samples);
        if chance.below(100) < LOSS {
            frame = concealer.lost();
        } else {
            concealer.good(&mut frame);
        }
        heard.push_frame(&frame);
    }
    heard
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::Hertz;

    fn tone() -> Sound {
        let tone = |index: usize| (6_000.0 * (index as f32 * 0.7).sin()) as i16;
        Sound::new(Hertz::HZ_8000, (0..16_000).map(tone).collect())
    }

    #[test]
    fn noise_comes_fifteen_decibels_below_the_speech() {
        let mut chance = Chance::new(9);
        let noise =
            Sound::new(Hertz::HZ_8000, (0..8_000).map(|_| (chance.share() * 2_000.0 - 1_000.0) as i16).collect());
        let noisy = with_noise(&tone(), &noise, 3);
        let difference: Vec<i16> =
            noisy.samples().iter().zip(tone().samples()).map(|(one, other)| one - other).collect();
        let below = level_dbov(tone().samples()) - level_dbov(&difference);
        assert!((below - 15.0).abs() < 1.5, "{below} dB");
    }

    #[test]
    fn the_same_packets_are_lost_in_every_run() {
        let lossy = with_losses(&tone(), 3);
        assert!(lossy == with_losses(&tone(), 3));
        assert!(lossy != with_losses(&tone(), 4));
        assert_eq!(lossy.duration(), tone().duration());
    }
}
