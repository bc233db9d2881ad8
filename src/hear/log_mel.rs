//! The spectrogram that whisper's encoder sees, for eight seconds: what the end-of-turn model was trained on.
//!
//! The same arithmetic as pipecat's `_whisper_features.py` (BSD-2-Clause, after Hugging Face's feature extractor,
//! Apache-2.0): zero mean and unit variance, 25 ms Hann windows every 10 ms with reflected ends, 80 Slaney mel bands,
//! the logarithm to base ten held within 8 of its highest value.

use std::sync::{Arc, LazyLock};

use realfft::{RealFftPlanner, RealToComplex};

/// Samples a second.
const RATE: usize = 16_000;
/// Samples looked at: 8 s.
pub(super) const SAMPLES: usize = 8 * RATE;
/// Samples in a window.
const WINDOW: usize = 400;
/// Samples from one window to the next.
const HOP: usize = 160;
/// Frequencies of a window.
const BINS: usize = WINDOW / 2 + 1;
/// Bands.
pub(super) const BANDS: usize = 80;
/// Windows.
pub(super) const FRAMES: usize = SAMPLES / HOP;
/// What power is at least.
const FLOOR: f64 = 1e-10;

/// A band: its first frequency and the weights from there on.
struct Band {
    first: usize,
    weights: Vec<f64>,
}

struct Plan {
    fft: Arc<dyn RealToComplex<f64>>,
    window: Vec<f64>,
    bands: Vec<Band>,
}

static PLAN: LazyLock<Plan> = LazyLock::new(|| Plan {
    fft: RealFftPlanner::new().plan_fft_forward(WINDOW),
    window: (0..WINDOW).map(|index| 0.5 - 0.5 * (std::f64::consts::TAU * index as f64 / WINDOW as f64).cos()).collect(),
    bands: bands(),
});

/// The features of `samples` (16 kHz, full scale 1.0), band by band: [`BANDS`] rows of [`FRAMES`]. The last eight seconds
/// count; a shorter sound is preceded by silence.
pub(super) fn log_mel(samples: &[f32]) -> Vec<f32> {
    let last = &samples[samples.len().saturating_sub(SAMPLES)..];
    let mut whole = vec![0.0_f64; SAMPLES - last.len()];
    whole.extend(last.iter().map(|&sample| f64::from(sample)));
    normalise(&mut whole);
    let plan = &*PLAN;
    let mut window = plan.fft.make_input_vec();
    let mut spectrum = plan.fft.make_output_vec();
    let mut powers = [0.0; BINS];
    let mut features = vec![0.0_f64; BANDS * FRAMES];
    let mut highest = f64::NEG_INFINITY;
    for frame in 0..FRAMES {
        for (index, (value, weight)) in window.iter_mut().zip(&plan.window).enumerate() {
            *value = whole[reflected(frame * HOP + index)] * weight;
        }
        // It fails only on buffers of a wrong length, and both were made by the plan.
        if plan.fft.process(&mut window, &mut spectrum).is_err() {
            continue;
        }
        for (power, value) in powers.iter_mut().zip(&spectrum) {
            *power = value.norm_sqr();
        }
        for (number, band) in plan.bands.iter().enumerate() {
            let power: f64 = band.weights.iter().zip(&powers[band.first..]).map(|(weight, power)| weight * power).sum();
            let level = power.max(FLOOR).log10();
            highest = highest.max(level);
            features[number * FRAMES + frame] = level;
        }
    }
    features.into_iter().map(|level| ((level.max(highest - 8.0) + 4.0) / 4.0) as f32).collect()
}

/// Where in the sound a place counted from half a window before it lies, its beginning mirrored.
fn reflected(place: usize) -> usize {
    let half = WINDOW / 2;
    let inside = place.abs_diff(half);
    if inside < SAMPLES { inside } else { 2 * (SAMPLES - 1) - inside }
}

fn normalise(samples: &mut [f64]) {
    let count = samples.len() as f64;
    let mean = samples.iter().sum::<f64>() / count;
    let variance = samples.iter().map(|sample| (sample - mean).powi(2)).sum::<f64>() / count;
    let scale = 1.0 / (variance + 1e-7).sqrt();
    for sample in samples {
        *sample = (*sample - mean) * scale;
    }
}

/// Triangles of equal area on the mel scale, 0 to 8 kHz.
fn bands() -> Vec<Band> {
    let highest = mel_of(RATE as f64 / 2.0);
    let edges: Vec<f64> = (0..BANDS + 2).map(|index| hertz_of(highest * index as f64 / (BANDS + 1) as f64)).collect();
    let bin_width = RATE as f64 / WINDOW as f64;
    edges
        .windows(3)
        .map(|edges| {
            let (low, middle, high) = (edges[0], edges[1], edges[2]);
            let weight = |bin: usize| {
                let hertz = bin as f64 * bin_width;
                let rising = (hertz - low) / (middle - low);
                let falling = (high - hertz) / (high - middle);
                rising.min(falling).max(0.0) * 2.0 / (high - low)
            };
            let first = (0..BINS).find(|&bin| weight(bin) > 0.0).unwrap_or(0);
            let weights = (first..BINS).map(weight).take_while(|&weight| weight > 0.0).collect();
            Band { first, weights }
        })
        .collect()
}

/// The Slaney scale: straight below 1 kHz, logarithmic above.
fn mel_of(hertz: f64) -> f64 {
    if hertz < 1_000.0 { 3.0 * hertz / 200.0 } else { 15.0 + (hertz / 1_000.0).ln() * 27.0 / 6.4_f64.ln() }
}

fn hertz_of(mel: f64) -> f64 {
    if mel < 15.0 { 200.0 * mel / 3.0 } else { 1_000.0 * ((mel - 15.0) * 6.4_f64.ln() / 27.0).exp() }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Three seconds of a tone of 220 Hz that swells three times a second.
    pub(in crate::hear) fn swelling_tone() -> Vec<f32> {
        (0..48_000)
            .map(|index| {
                let seconds = f64::from(index) / RATE as f64;
                let swell = (1.0 + (std::f64::consts::TAU * 3.0 * seconds).sin()) / 2.0;
                let value = (0.2 * (std::f64::consts::TAU * 220.0 * seconds).sin() * swell) as f32;
                (value * 32_768.0).round_ties_even() / 32_768.0
            })
            .collect()
    }

    #[test]
    fn features_are_those_of_the_reference() {
        let features = log_mel(&swelling_tone());
        assert_eq!(features.len(), BANDS * FRAMES);
        let at = |band: usize, frame: usize| features[band * FRAMES + frame];
        // From pipecat's numpy code on the same samples.
        for (band, frame, expected) in [(0, 0, -0.148_768), (10, 700, 0.508_290), (79, 799, -0.148_768)] {
            assert!((at(band, frame) - expected).abs() < 1e-4, "{band}, {frame}: {}", at(band, frame));
        }
        let mean = features.iter().sum::<f32>() / features.len() as f32;
        assert!((mean + 0.082_328).abs() < 1e-4, "{mean}");
    }

    #[test]
    fn of_a_long_sound_the_end_counts() {
        let mut long = vec![0.1; SAMPLES];
        long.extend(swelling_tone());
        let cut = &long[long.len() - SAMPLES..];
        assert_eq!(log_mel(&long), log_mel(cut));
    }
}
