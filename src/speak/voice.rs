//! A voice, and the sound that every voice's sound is made into: even, trimmed, at the line's rate.

use std::time::Duration;

use super::SpeakError;
use crate::audio::{Hertz, SPEECH_LEVEL_DBOV, Sound, even_loudness, level_dbov};

/// Something that turns text into sound. One worker has one; it is never shared.
pub(super) trait Voice {
    /// Speaks one clause, in one line of text, `pace` times as fast as the voice was made.
    fn speak(&mut self, text: &str, pace: f32) -> Result<Sound, SpeakError>;

    /// Loads what it has not loaded yet, so that the first clause does not wait for it.
    fn load(&mut self) -> Result<(), SpeakError> {
        Ok(())
    }
}

/// Full scale is 1.0; what is louder is brought down as a whole rather than clipped, since the level is
/// evened later anyway. What is no number is silence.
pub(super) fn to_samples(samples: &[f32]) -> Vec<i16> {
    let peak = samples.iter().filter(|sample| sample.is_finite()).fold(1.0_f32, |peak, sample| peak.max(sample.abs()));
    let gain = 32_767.0 / peak;
    samples.iter().map(|sample| (sample * gain).round() as i16).collect()
}

/// What is softer than this, in windows of 10 ms of evened sound, is silence.
const SILENCE_DBOV: f32 = -50.0;
const WINDOW: Duration = Duration::from_millis(10);
/// Silence that stays before the first sound, so that its onset is whole.
const KEPT_BEFORE: Duration = Duration::from_millis(20);
/// Silence that stays after the last sound, so that its end may die away.
const KEPT_AFTER: Duration = Duration::from_millis(50);

/// Evens the loudness of a clause, cuts the silence a voice puts around it (the pauses between clauses are
/// the playout's), and brings it to the line's rate.
pub(super) fn finish(raw: &Sound, rate: Hertz) -> Result<Sound, SpeakError> {
    let trimmed = trim(&even_loudness(raw, SPEECH_LEVEL_DBOV));
    trimmed.resampled(rate).map_err(|error| SpeakError::Synthesis(error.to_string()))
}

fn trim(sound: &Sound) -> Sound {
    let window = sound.rate().samples_in(WINDOW).max(1);
    let is_heard = |samples: &[i16]| level_dbov(samples) > SILENCE_DBOV;
    let windows = sound.samples().chunks(window);
    let count = windows.len();
    let Some(first) = windows.clone().position(is_heard) else {
        return Sound::new(sound.rate(), Vec::new());
    };
    let last = count - 1 - windows.rev().position(is_heard).unwrap_or(0);
    let start = sound.rate().duration_of(first * window).saturating_sub(KEPT_BEFORE);
    let end = sound.rate().duration_of((last + 1) * window) + KEPT_AFTER;
    sound.part(start, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Hertz = Hertz::HZ_24000;

    fn tone(milliseconds: u64, amplitude: f64) -> Vec<i16> {
        let count = RATE.samples_in(Duration::from_millis(milliseconds));
        (0..count).map(|n| (amplitude * (n as f64 * 0.1).sin()) as i16).collect()
    }

    #[test]
    fn silence_around_a_clause_is_cut_and_its_level_is_even() {
        for amplitude in [600.0, 3_000.0, 25_000.0] {
            let mut samples = vec![0; RATE.samples_in(Duration::from_millis(300))];
            samples.extend(tone(1_000, amplitude));
            samples.extend(vec![0; RATE.samples_in(Duration::from_millis(500))]);
            let finished = finish(&Sound::new(RATE, samples), Hertz::HZ_8000).unwrap();
            assert_eq!(finished.rate(), Hertz::HZ_8000);
            let length = finished.duration().as_millis();
            assert!((1_050..=1_090).contains(&length), "{length} ms");
            let middle = finished.part(Duration::from_millis(200), Duration::from_millis(800));
            let level = level_dbov(middle.samples());
            assert!((level - SPEECH_LEVEL_DBOV).abs() < 1.5, "{level} dBov");
        }
    }

    #[test]
    fn a_clause_of_silence_is_nothing() {
        let finished = finish(&Sound::silence(RATE, Duration::from_secs(1)), Hertz::HZ_8000).unwrap();
        assert!(finished.samples().is_empty());
    }
}
