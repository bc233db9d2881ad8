//! What becomes of a recording on its way over a telephone: band, codec, noise, another voice.

use std::path::Path;

use anyhow::Context;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::super::line::{kitchen_noise, telephone_band, with_noise_below};
use crate::audio::{Hertz, Law, Sound};

/// One way in which a recording is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Copy {
    /// 8 kHz, 300 to 3,400 Hz, mu-law.
    Telephone,
    /// The same in A-law, with pink noise 15 dB below the speech.
    Pink,
    /// With the clatter of a room 12 dB below: short ringing strokes at chance times, over brown noise.
    Clatter,
    /// Played 8 % slower: a lower, longer voice.
    Slow,
    /// Played 9 % faster: a higher, shorter voice.
    Fast,
    /// With the kitchen noise of the corpora 15 dB below. Never trained on.
    Kitchen,
}

/// The copies that models are trained on.
pub const TRAINED: [Copy; 5] = [Copy::Telephone, Copy::Pink, Copy::Clatter, Copy::Slow, Copy::Fast];

/// Makes copies; the same for the same seed.
pub struct Copies {
    kitchen: Option<Sound>,
    pink: Vec<i16>,
    clatter: Vec<i16>,
}

impl Copies {
    /// With the kitchen noise of `speech`, where it is there.
    ///
    /// # Errors
    /// When the noise cannot be read.
    pub fn new(speech: Option<&Path>) -> anyhow::Result<Self> {
        let kitchen = speech.map(kitchen_noise).transpose()?.flatten();
        let kitchen = kitchen.map(|noise| noise.resampled(Hertz::HZ_8000)).transpose()?;
        Ok(Self { kitchen, pink: pink(80_000), clatter: clatter(80_000) })
    }

    /// The copy of a recording; `number` chooses the piece of noise.
    ///
    /// # Errors
    /// When the sound cannot be resampled, or the noise is missing.
    pub fn make(&self, sound: &Sound, copy: Copy, number: usize) -> anyhow::Result<Sound> {
        let played = |rate: f64| {
            let rate = (f64::from(sound.rate().get()) * rate / 50.0).round() as u32 * 50;
            Hertz::new(rate).map(|rate| Sound::new(rate, sound.samples().to_vec())).context("a rate out of range")
        };
        let noisy = |noise: &[i16], below: f64| -> anyhow::Result<Sound> {
            let narrow = sound.resampled(Hertz::HZ_8000)?;
            Ok(telephone_band(&with_noise_below(&narrow, noise, number.wrapping_mul(7_919 * 13), below))?)
        };
        Ok(match copy {
            Copy::Telephone => telephone_band(sound)?,
            Copy::Pink => {
                let heard = noisy(&self.pink, 15.0)?;
                let a_law = heard.samples().iter().map(|&sample| Law::A.decode(Law::A.encode(sample)));
                Sound::new(heard.rate(), a_law.collect())
            }
            Copy::Clatter => noisy(&self.clatter, 12.0)?,
            Copy::Slow => telephone_band(&played(0.92)?)?,
            Copy::Fast => telephone_band(&played(1.09)?)?,
            Copy::Kitchen => {
                let kitchen = self.kitchen.as_ref().context("the noise (noise/kitchen.wav) is missing")?;
                noisy(kitchen.samples(), 15.0)?
            }
        })
    }
}

/// Noise that falls 3 dB an octave (Kellet's filter).
fn pink(samples: usize) -> Vec<i16> {
    let mut chance = StdRng::seed_from_u64(1);
    let mut state = [0.0_f64; 3];
    (0..samples)
        .map(|_| {
            let white = chance.random_range(-3_000.0..3_000.0);
            state[0] = 0.99765 * state[0] + white * 0.099_046;
            state[1] = 0.963 * state[1] + white * 0.296_516_4;
            state[2] = 0.57 * state[2] + white * 1.052_691_3;
            (state.iter().sum::<f64>() + white * 0.1848) as i16
        })
        .collect()
}

/// Strokes that ring and die away, three a second, over brown noise.
fn clatter(samples: usize) -> Vec<i16> {
    let mut chance = StdRng::seed_from_u64(2);
    let mut brown = 0.0_f64;
    let mut values: Vec<f64> = (0..samples)
        .map(|_| {
            brown = 0.98 * brown + chance.random_range(-120.0..120.0);
            brown
        })
        .collect();
    for _ in 0..samples * 3 / 8_000 {
        let start = chance.random_range(0..samples);
        let (pitch, decay) = (chance.random_range(400.0..3_000.0), chance.random_range(0.01..0.12));
        let height = chance.random_range(500.0..5_000.0);
        for (index, value) in values[start..].iter_mut().take(4_000).enumerate() {
            let time = index as f64 / 8_000.0;
            let ring = (std::f64::consts::TAU * pitch * time).sin()
                + 0.6 * (std::f64::consts::TAU * 1.47 * pitch * time).sin();
            *value += height * (-time / decay).exp() * (ring + chance.random_range(-0.7..0.7));
        }
    }
    values.into_iter().map(|value| value.clamp(-32_000.0, 32_000.0) as i16).collect()
}
