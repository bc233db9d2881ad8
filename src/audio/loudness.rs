//! How loud speech is, by its active level (ITU-T P.56), and making all speech equally loud.

use super::Sound;

/// The level prompts are evened to: a pleasant level on a telephone.
pub const SPEECH_LEVEL_DBOV: f32 = -20.0;

/// What is above the loudest noise by this much is speech, in dB (P.56, section 5.3).
const MARGIN_DB: f64 = 15.9;
/// Smoothing of the envelope, in seconds.
const SMOOTHING: f64 = 0.03;
/// How long the envelope may dip below a threshold and still count as speech, in seconds.
const HANGOVER: f64 = 0.2;
/// Thresholds, each half of the one before, from full scale down to one step of 16 bits.
const THRESHOLDS: usize = 15;

/// The most that is made louder, in dB: more would raise the noise of an empty recording to speech.
const MOST_GAIN_DB: f32 = 30.0;
/// Peaks are held below this share of full scale (-1 dBov).
const CEILING: f32 = 0.891 * 32_768.0;
/// How long before a peak the limiter turns down, in seconds.
const LOOKAHEAD: f64 = 0.005;
/// How fast it lets go: the time to come back by two thirds, in seconds.
const RELEASE: f64 = 0.06;

/// The level of the speech in `sound` while someone speaks, in dBov, leaving out the pauses: the active speech level of ITU-T P.56, method B.
/// `None` when there is no speech: silence, or nothing that stands out of it.
pub fn active_level_dbov(sound: &Sound) -> Option<f32> {
    let rate = f64::from(sound.rate().get());
    let smoothing = (-1.0 / (rate * SMOOTHING)).exp();
    let hangover = (HANGOVER * rate).ceil() as u64;
    let thresholds: [f64; THRESHOLDS] = std::array::from_fn(|index| 0.5_f64.powi(index as i32 + 1));
    // For each threshold: samples active, and samples since the envelope was last above it.
    let mut active = [0_u64; THRESHOLDS];
    let mut since = [hangover; THRESHOLDS];
    let (mut energy, mut first, mut envelope) = (0.0, 0.0, 0.0);
    for &sample in sound.samples() {
        let value = f64::from(sample) / 32_768.0;
        energy += value * value;
        first = smoothing * first + (1.0 - smoothing) * value.abs();
        envelope = smoothing * envelope + (1.0 - smoothing) * first;
        for ((active, since), &threshold) in active.iter_mut().zip(&mut since).zip(&thresholds) {
            if envelope >= threshold {
                *since = 0;
                *active += 1;
            } else if *since < hangover {
                *since += 1;
                *active += 1;
            }
        }
    }
    if energy <= 0.0 {
        return None;
    }

    // The lower the threshold, the lower the mean level of what is above it, and the farther above it that lies. Speech
    // is what lies the margin above its own threshold; between two thresholds the crossing is interpolated.
    let mut previous: Option<(f64, f64)> = None;
    for (&active, &threshold) in active.iter().zip(&thresholds) {
        if active == 0 {
            continue;
        }
        let level = 10.0 * (energy / active as f64).log10();
        let above = level - 20.0 * threshold.log10() - MARGIN_DB;
        if above >= 0.0 {
            let level = match previous {
                Some((level_before, above_before)) => {
                    let share = above_before / (above_before - above);
                    level_before + (level - level_before) * share
                }
                None => level,
            };
            return Some(level as f32);
        }
        previous = Some((level, above));
    }
    None
}

/// The same speech at an active level of `target_dbov` (usually [`SPEECH_LEVEL_DBOV`]), its peaks held below full scale by a limiter
/// that looks ahead, not by clipping. Sound without speech is given back as it is; what is very faint is raised by
/// 30 dB at the most.
pub fn even_loudness(sound: &Sound, target_dbov: f32) -> Sound {
    let Some(level) = active_level_dbov(sound) else { return sound.clone() };
    let gain = 10_f32.powf((target_dbov - level).min(MOST_GAIN_DB) / 20.0);
    let raised: Vec<f32> = sound.samples().iter().map(|&sample| f32::from(sample) * gain).collect();
    Sound::new(sound.rate(), limited(&raised, f64::from(sound.rate().get())))
}

/// Holds every sample below the ceiling by a gain that falls in a straight line before a peak and comes back slowly after it.
fn limited(samples: &[f32], rate: f64) -> Vec<i16> {
    let lookahead = ((LOOKAHEAD * rate) as usize).max(1);
    let release = 1.0 - (-1.0 / (rate * RELEASE)).exp() as f32;
    let mut gains: Vec<f32> = samples.iter().map(|sample| (CEILING / sample.abs().max(1.0)).min(1.0)).collect();
    // Backwards: no steeper than from full gain to the peak's within the lookahead.
    let mut after = 1.0_f32;
    let mut slope = 0.0;
    for gain in gains.iter_mut().rev() {
        let ramp = (after + slope).min(1.0);
        if *gain < ramp {
            slope = ((1.0 - *gain) / lookahead as f32).max(slope);
            after = *gain;
        } else {
            *gain = ramp;
            after = ramp;
            if ramp >= 1.0 {
                slope = 0.0;
            }
        }
    }
    // Forwards: back up by a share of what is missing.
    let mut now = 1.0_f32;
    samples
        .iter()
        .zip(gains)
        .map(|(&sample, wanted)| {
            now = wanted.min(now + (1.0 - now) * release);
            (sample * now).round() as i16
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;
    use crate::audio::{Hertz, level_dbov};

    /// A sound of `seconds` whose amplitude at any time is `amplitude(time)`.
    fn tone(rate: Hertz, seconds: f64, amplitude: impl Fn(f64) -> f64) -> Sound {
        let samples = (0..(seconds * f64::from(rate.get())) as usize)
            .map(|index| {
                let time = index as f64 / f64::from(rate.get());
                let sound = (TAU * 313.0 * time).sin() + 0.5 * (TAU * 901.0 * time).sin();
                (amplitude(time) * sound) as i16
            })
            .collect();
        Sound::new(rate, samples)
    }

    /// Syllables: four a second, with a pause of two seconds after every two.
    fn syllables(amplitude: f64) -> impl Fn(f64) -> f64 {
        move |time| if time % 4.0 < 2.0 { amplitude * (0.2 + 0.8 * (TAU * 2.0 * time).sin().abs()) } else { 0.0 }
    }

    #[test]
    fn pauses_do_not_count() {
        let steady = tone(Hertz::HZ_8000, 4.0, |_| 3_000.0);
        let level = active_level_dbov(&steady).expect("a level");
        assert!((level - level_dbov(steady.samples())).abs() < 0.3, "{level}");
        let paused = tone(Hertz::HZ_8000, 12.0, |time| if time % 4.0 < 2.0 { 3_000.0 } else { 0.0 });
        assert!(level_dbov(paused.samples()) < level - 2.5);
        let with_pauses = active_level_dbov(&paused).expect("a level");
        // Each pause counts as speech for the hangover and the envelope's fall: within a decibel.
        assert!((with_pauses - level).abs() < 1.0, "{with_pauses} against {level}");
    }

    #[test]
    fn a_steady_noise_below_the_speech_changes_little() {
        let speech = tone(Hertz::HZ_8000, 12.0, syllables(6_000.0));
        let noisy = Sound::new(
            Hertz::HZ_8000,
            speech.samples().iter().enumerate().map(|(at, &sample)| sample + ((at * 7_919) % 61) as i16 - 30).collect(),
        );
        let (clean, noisy) = (active_level_dbov(&speech).expect("speech"), active_level_dbov(&noisy).expect("speech"));
        assert!((clean - noisy).abs() < 0.5, "{clean} against {noisy}");
    }

    #[test]
    fn speech_of_any_loudness_comes_to_the_same_level() {
        for rate in [Hertz::HZ_8000, Hertz::HZ_24000] {
            for amplitude in [300.0, 1_500.0, 6_000.0, 20_000.0] {
                let evened = even_loudness(&tone(rate, 8.0, syllables(amplitude)), SPEECH_LEVEL_DBOV);
                let level = active_level_dbov(&evened).expect("speech");
                assert!((level - SPEECH_LEVEL_DBOV).abs() < 0.3, "{amplitude} at {rate}: {level} dBov");
                assert_eq!((evened.rate(), evened.duration().as_secs()), (rate, 8));
            }
        }
    }

    #[test]
    fn peaks_are_held_below_full_scale_without_being_cut_off() {
        // Speech with a sharp click in it, raised so far that the click would be three times full scale.
        let mut samples = tone(Hertz::HZ_8000, 4.0, syllables(1_000.0)).into_samples();
        for (index, sample) in samples[9_000..9_040].iter_mut().enumerate() {
            *sample = (30_000.0 * (TAU * index as f64 / 20.0).sin()) as i16;
        }
        let evened = even_loudness(&Sound::new(Hertz::HZ_8000, samples.clone()), -20.0);
        let loudest = evened.samples().iter().map(|sample| sample.unsigned_abs()).max().expect("some sound");
        assert!((25_000..=29_200).contains(&loudest), "{loudest}");
        // Clipped, the click's samples would be equal at the top; limited, they keep its shape.
        let at_the_top = evened.samples().iter().filter(|sample| sample.unsigned_abs() == loudest).count();
        assert!(at_the_top <= 4, "{at_the_top} samples at {loudest}");
        let click = &evened.samples()[9_000..9_020];
        let shape = click.iter().zip(&samples[9_000..9_020]).filter(|(out, _)| out.unsigned_abs() > 5_000);
        let ratios: Vec<f64> = shape.map(|(&out, &sample)| f64::from(out) / f64::from(sample)).collect();
        let (least, most) = (ratios.iter().copied().fold(9.0, f64::min), ratios.iter().copied().fold(0.0, f64::max));
        // The gain falls while the click swells, by no more than this in its two and a half milliseconds.
        assert!(most / least < 1.25, "{least} to {most}");
    }

    #[test]
    fn silence_stays_silence_and_faint_noise_is_not_made_speech() {
        let silence = Sound::new(Hertz::HZ_8000, vec![0; 8_000]);
        assert_eq!(active_level_dbov(&silence), None);
        assert_eq!(even_loudness(&silence, -20.0), silence);
        let nothing = Sound::new(Hertz::HZ_8000, Vec::new());
        assert_eq!(even_loudness(&nothing, -20.0), nothing);
        let faint = Sound::new(Hertz::HZ_8000, (0..16_000).map(|index| (index % 2) as i16).collect());
        assert!(level_dbov(even_loudness(&faint, -20.0).samples()) < -50.0);
    }
}
