//! What a telephone does to sound.

use std::f64::consts::PI;

use crate::audio::{AudioError, Hertz, Law, Sound};

/// The band of a telephone line in Hz (ITU-T G.712).
const BAND: (f64, f64) = (300.0, 3_400.0);
/// Taps of the filter: transitions of about 150 Hz at 8 kHz.
const TAPS: usize = 255;

/// Sends `sound` through a telephone: 8 kHz, 300 to 3,400 Hz, G.711 mu-law there and back.
///
/// # Errors
/// [`AudioError`] when the sound's rate cannot be resampled.
pub(in crate::cli) fn telephone_band(sound: &Sound) -> Result<Sound, AudioError> {
    let narrow = sound.resampled(Hertz::HZ_8000)?;
    let filter = band_pass();
    let samples = narrow.samples();
    let at = |index: usize, tap: usize| {
        let place = (index + TAPS / 2).checked_sub(tap);
        place.and_then(|place| samples.get(place)).map_or(0.0, |&sample| f64::from(sample))
    };
    let filtered = (0..samples.len()).map(|index| {
        let sum: f64 = filter.iter().enumerate().map(|(tap, weight)| weight * at(index, tap)).sum();
        Law::Mu.decode(Law::Mu.encode(sum.round().clamp(-32_768.0, 32_767.0) as i16))
    });
    Ok(Sound::new(Hertz::HZ_8000, filtered.collect()))
}

/// A band-pass by the window method: the difference of two low-passes under a Hamming window.
fn band_pass() -> Vec<f64> {
    let rate = f64::from(Hertz::HZ_8000.get());
    let low_pass = |cutoff: f64, distance: f64| {
        let frequency = 2.0 * cutoff / rate;
        if distance == 0.0 { frequency } else { (PI * frequency * distance).sin() / (PI * distance) }
    };
    (0..TAPS)
        .map(|tap| {
            let distance = tap as f64 - (TAPS / 2) as f64;
            let window = 0.54 - 0.46 * (2.0 * PI * tap as f64 / (TAPS - 1) as f64).cos();
            (low_pass(BAND.1, distance) - low_pass(BAND.0, distance)) * window
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::level_dbov;

    /// How much louder a tone comes out than it went in, in dB.
    fn gain_at(hertz: f64) -> f32 {
        let tone = |index: usize| (8_000.0 * (2.0 * PI * hertz * index as f64 / 16_000.0).sin()) as i16;
        let sound = Sound::new(Hertz::HZ_16000, (0..16_000).map(tone).collect());
        let heard = telephone_band(&sound).unwrap();
        level_dbov(&heard.samples()[1_000..7_000]) - level_dbov(&sound.samples()[2_000..14_000])
    }

    #[test]
    fn the_band_of_speech_passes_and_the_rest_does_not() {
        for hertz in [450.0, 1_000.0, 2_000.0, 3_200.0] {
            assert!(gain_at(hertz).abs() < 0.5, "{hertz} Hz: {} dB", gain_at(hertz));
        }
        for hertz in [60.0, 150.0, 5_000.0, 7_000.0] {
            assert!(gain_at(hertz) < -30.0, "{hertz} Hz: {} dB", gain_at(hertz));
        }
    }
}
