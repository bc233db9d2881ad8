//! What the line adds to a caller's voice.

use std::path::Path;

use anyhow::Context;

use super::super::hear::telephone_band;
use super::chance::Chance;
use crate::audio::{Concealer, Frame, Hertz, Sound, active_level_dbov, level_dbov, wav};

/// How far the noise is below the speech, in dB.
const NOISE_BELOW_DB: f32 = 15.0;
/// Packets lost of a hundred.
const LOSS: u64 = 5;

/// How the line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Condition {
    /// Telephone band and G.711 alone.
    Clean,
    /// Kitchen noise 15 dB below the speech as well.
    Noise,
    /// Five packets of a hundred lost as well, concealed as in a call.
    Loss,
}

impl Condition {
    /// All, in the order of the report.
    pub(super) const ALL: [Self; 3] = [Self::Clean, Self::Noise, Self::Loss];

    /// Its name in the report.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Noise => "noise 15 dB",
            Self::Loss => "5 % loss",
        }
    }
}

/// The noise of a folder of recordings, at 16 kHz.
pub(super) fn noise(folder: &Path) -> anyhow::Result<Sound> {
    let file = folder.join("noise/kitchen.wav");
    let sound = wav::read(&file).with_context(|| format!("cannot read {}", file.display()))?.sound;
    Ok(sound.resampled(Hertz::HZ_16000)?)
}

/// `sound` (16 kHz) as it comes over such a line, at 8 kHz. `seed` decides which noise and which packets.
pub(super) fn over_the_line(sound: &Sound, condition: Condition, noise: &Sound, seed: u64) -> anyhow::Result<Sound> {
    Ok(match condition {
        Condition::Clean => telephone_band(sound)?,
        Condition::Noise => telephone_band(&with_noise(sound, noise, seed))?,
        Condition::Loss => with_losses(&telephone_band(sound)?, seed),
    })
}

/// `sound` with a stretch of `noise` under all of it.
pub(super) fn with_noise(sound: &Sound, noise: &Sound, seed: u64) -> Sound {
    let speech = active_level_dbov(sound).unwrap_or(-26.0);
    let gain = 10_f32.powf((speech - NOISE_BELOW_DB - level_dbov(noise.samples())) / 20.0);
    let length = noise.samples().len().max(1);
    let from = Chance::new(seed).below(length as u64) as usize;
    let mixed = sound.samples().iter().enumerate().map(|(index, &sample)| {
        let beside = f32::from(noise.samples()[(from + index) % length]) * gain;
        (f32::from(sample) + beside).round().clamp(-32_768.0, 32_767.0) as i16
    });
    Sound::new(sound.rate(), mixed.collect())
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
