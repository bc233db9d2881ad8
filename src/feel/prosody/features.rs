//! An utterance in numbers: what the models read.

use super::hop::{BANDS, Shape, Voicing};
use super::numbers::{Numbers, correlation, slope};
use super::syllables;

/// How many numbers an utterance is.
pub const FEATURES: usize = 76;
/// How far the cepstrum is taken.
const CEPSTRUM: usize = 12;
/// A gap without voice of this many hops is a pause and not a consonant.
const PAUSE: usize = 20;
/// Seconds a hop.
const HOP: f32 = 0.01;

/// The numbers of one utterance, in the order of [`FEATURE_NAMES`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Features(pub [f32; FEATURES]);

/// What each number is. Pitch (`f0`) in semitones above 50 Hz, times in seconds, all else in dB unless said otherwise;
/// `_rate` a second. No absolute loudness, and no mean of the cepstrum, since those are the line's rather than the caller's.
pub const FEATURE_NAMES: [&str; FEATURES] = [
    "f0_mean",
    "f0_spread",
    "f0_p10",
    "f0_p50",
    "f0_p90",
    "f0_range",
    "f0_step_mean",
    "f0_step_spread",
    "f0_rise",
    "f0_fall",
    "f0_trend",
    "f0_highest_piece",
    "f0_loud",
    "jitter",
    "jitter_p90",
    "shimmer",
    "shimmer_p90",
    "periodicity_mean",
    "periodicity_spread",
    "periodicity_p10",
    "periodicity_p90",
    "energy_spread",
    "energy_range",
    "energy_top",
    "energy_step_mean",
    "energy_trend",
    "energy_spread_all",
    "energy_with_f0",
    "voiced_share",
    "piece_mean",
    "piece_spread",
    "piece_rate",
    "pause_share",
    "pause_mean",
    "syllable_rate",
    "syllable_rise",
    "syllable_gap_spread",
    "slope_mean",
    "slope_spread",
    "slope_p90",
    "alpha_mean",
    "alpha_spread",
    "alpha_p90",
    "hammarberg_mean",
    "hammarberg_spread",
    "hammarberg_p90",
    "centroid_mean",
    "centroid_spread",
    "centroid_p90",
    "flux_mean",
    "flux_spread",
    "flux_p90",
    "flatness_mean",
    "flatness_spread",
    "flatness_p90",
    "alpha_loud",
    "hammarberg_loud",
    "slope_loud",
    "centroid_loud",
    "periodicity_loud",
    "centroid_unvoiced",
    "flatness_unvoiced",
    "slope_with_energy",
    "alpha_with_f0",
    "cepstrum_1",
    "cepstrum_2",
    "cepstrum_3",
    "cepstrum_4",
    "cepstrum_5",
    "cepstrum_6",
    "cepstrum_7",
    "cepstrum_8",
    "cepstrum_9",
    "cepstrum_10",
    "cepstrum_11",
    "cepstrum_12",
];

/// Room for the sums, and the table of the cepstrum.
pub(super) struct Sums {
    numbers: Numbers,
    pub(super) peaks: Vec<usize>,
    cosines: [[f32; BANDS]; CEPSTRUM],
}

impl Sums {
    pub(super) fn with_room(hops: usize) -> Self {
        let cosine = |order: usize, band: usize| {
            let angle = std::f32::consts::PI * (order + 1) as f32 * (band as f32 + 0.5) / BANDS as f32;
            angle.cos() / BANDS as f32
        };
        Self {
            numbers: Numbers::with_room(hops),
            peaks: Vec::with_capacity(hops),
            cosines: std::array::from_fn(|order| std::array::from_fn(|band| cosine(order, band))),
        }
    }
}

/// Writes the features one after the other, so that a count that does not fit is found by the test of names.
struct Row {
    values: [f32; FEATURES],
    next: usize,
}

impl Row {
    fn put(&mut self, value: f32) {
        if let Some(slot) = self.values.get_mut(self.next) {
            *slot = if value.is_finite() { value } else { 0.0 };
        }
        self.next += 1;
    }
}

/// The numbers of an utterance, and its pace in syllables a second of speech without its pauses.
/// `shapes` begin and end where the voice does.
pub(super) fn features(shapes: &[Shape], voicing: &[Voicing], sums: &mut Sums) -> (Features, f32) {
    let mut row = Row { values: [0.0; FEATURES], next: 0 };
    let numbers = &mut sums.numbers;
    let time = |index: usize| index as f32 * HOP;
    let seconds = time(shapes.len()).max(HOP);
    let voiced = || shapes.iter().zip(voicing).filter(|(_, voicing)| voicing.pitch.is_some());
    let pitches = || voicing.iter().enumerate().filter_map(|(index, voicing)| Some((index, voicing.pitch?)));

    // Pitch.
    let pitch = numbers.gather(pitches().map(|(_, pitch)| pitch));
    let mean_pitch = pitch.mean();
    row.put(mean_pitch);
    row.put(pitch.spread());
    row.put(pitch.at(0.1));
    row.put(pitch.at(0.5));
    row.put(pitch.at(0.9));
    row.put(pitch.at(0.9) - pitch.at(0.1));
    let steps = || voicing.windows(2).filter_map(|pair| Some(pair[1].pitch? - pair[0].pitch?));
    let small = || steps().filter(|step| step.abs() < 3.0);
    row.put(numbers.gather(small().map(f32::abs)).mean());
    row.put(numbers.gather(small()).spread());
    row.put(numbers.gather(small().filter(|&step| step > 0.0)).mean());
    row.put(numbers.gather(small().filter(|&step| step < 0.0)).mean());
    row.put(slope(pitches().map(|(index, pitch)| (time(index), pitch))).clamp(-15.0, 15.0));
    row.put(highest_piece(voicing) - mean_pitch);
    let loud = numbers.gather(voiced().map(|(shape, _)| shape.energy)).at(0.75);
    let in_loud = |shape: &Shape| shape.energy >= loud;
    let loud_pitch = voiced().filter(|(shape, _)| in_loud(shape)).filter_map(|(_, voicing)| voicing.pitch);
    row.put(numbers.gather(loud_pitch).mean() - mean_pitch);

    // Quality of the voice.
    let bends = || {
        voicing.windows(3).filter_map(|three| Some((three[0].pitch? + three[2].pitch? - 2.0 * three[1].pitch?).abs()))
    };
    let jitter = numbers.gather(bends().filter(|bend| *bend < 3.0));
    row.put(jitter.mean().max(1e-3).ln());
    row.put(jitter.at(0.9).max(1e-3).ln());
    let energy_bends = shapes.windows(3).zip(voicing.windows(3)).filter_map(|(shapes, voicing)| {
        let all = voicing.iter().all(|voicing| voicing.pitch.is_some());
        all.then(|| (shapes[0].energy + shapes[2].energy - 2.0 * shapes[1].energy).abs())
    });
    let shimmer = numbers.gather(energy_bends);
    row.put(shimmer.mean());
    row.put(shimmer.at(0.9));
    // Periodicity as a ratio of harmony to noise, in dB.
    let ratio = |strength: f32| {
        let strength = strength.clamp(0.05, 0.98);
        10.0 * (strength / (1.0 - strength)).log10()
    };
    let periodicity = numbers.gather(voiced().map(|(_, voicing)| ratio(voicing.strength)));
    row.put(periodicity.mean());
    row.put(periodicity.spread());
    row.put(periodicity.at(0.1));
    row.put(periodicity.at(0.9));

    // Loudness, all relative.
    let energy = numbers.gather(voiced().map(|(shape, _)| shape.energy));
    row.put(energy.spread());
    row.put(energy.at(0.9) - energy.at(0.1));
    row.put(energy.at(0.95) - energy.mean());
    let both_voiced = |voicing: &[Voicing]| voicing.iter().all(|voicing| voicing.pitch.is_some());
    let energy_steps = shapes
        .windows(2)
        .zip(voicing.windows(2))
        .filter(|(_, voicing)| both_voiced(voicing))
        .map(|(shapes, _)| (shapes[1].energy - shapes[0].energy).abs());
    row.put(numbers.gather(energy_steps).mean());
    let voiced_energy = shapes.iter().zip(voicing).enumerate().filter(|(_, (_, voicing))| voicing.pitch.is_some());
    row.put(slope(voiced_energy.map(|(index, (shape, _))| (time(index), shape.energy))).clamp(-20.0, 20.0));
    row.put(numbers.gather(shapes.iter().map(|shape| shape.energy)).spread());
    row.put(correlation(voiced().filter_map(|(shape, voicing)| Some((voicing.pitch?, shape.energy)))));

    // Pace.
    let count = pitches().count() as f32;
    row.put(count / shapes.len().max(1) as f32);
    let pieces = numbers.gather(runs(voicing, true).map(time));
    row.put(pieces.mean().max(HOP).ln());
    row.put(pieces.spread());
    row.put(runs(voicing, true).count() as f32 / seconds);
    let pauses = || runs(voicing, false).filter(|&length| length >= PAUSE).map(time);
    let paused: f32 = pauses().sum();
    row.put(paused / seconds);
    row.put(numbers.gather(pauses()).mean());
    let rise = syllables::find(shapes, voicing, &mut sums.peaks);
    let pace = sums.peaks.len() as f32 / (seconds - paused).max(0.2);
    row.put(pace);
    row.put(rise);
    let gaps = sums.peaks.windows(2).map(|pair| time(pair[1] - pair[0])).filter(|&gap| gap < 0.6);
    row.put(numbers.gather(gaps).spread());

    // Shape of the spectrum.
    let kinds: [fn(&Shape) -> f32; 6] = [
        |shape| shape.slope,
        |shape| shape.alpha,
        |shape| shape.hammarberg,
        |shape| shape.centroid,
        |shape| shape.flux,
        |shape| shape.flatness,
    ];
    for kind in kinds {
        let values = numbers.gather(voiced().map(|(shape, _)| kind(shape)));
        row.put(values.mean());
        row.put(values.spread());
        row.put(values.at(0.9));
    }
    for kind in [kinds[1], kinds[2], kinds[0], kinds[3]] {
        let loudest = voiced().filter(|(shape, _)| in_loud(shape));
        row.put(numbers.gather(loudest.map(|(shape, _)| kind(shape))).mean());
    }
    let loud_periodicity = voiced().filter(|(shape, _)| in_loud(shape)).map(|(_, voicing)| ratio(voicing.strength));
    row.put(numbers.gather(loud_periodicity).mean());
    let unvoiced =
        || shapes.iter().zip(voicing).filter(|(shape, voicing)| voicing.pitch.is_none() && shape.energy > loud - 25.0);
    for kind in [kinds[3], kinds[5]] {
        let voiced = numbers.gather(voiced().map(|(shape, _)| kind(shape))).mean();
        let values = numbers.gather(unvoiced().map(|(shape, _)| kind(shape)));
        row.put(if values.is_empty() { 0.0 } else { values.mean() - voiced });
    }
    row.put(correlation(voiced().map(|(shape, _)| (shape.energy, shape.slope))));
    row.put(correlation(voiced().filter_map(|(shape, voicing)| Some((voicing.pitch?, shape.alpha)))));
    for cosines in &sums.cosines {
        let cepstrum = |shape: &Shape| shape.bands.iter().zip(cosines).map(|(band, cosine)| band * cosine).sum();
        row.put(numbers.gather(voiced().map(|(shape, _)| cepstrum(shape))).spread());
    }
    debug_assert_eq!(row.next, FEATURES, "the features and their names differ");
    (Features(row.values), pace)
}

/// Lengths, in hops, of stretches with a voice, or without.
fn runs(voicing: &[Voicing], voiced: bool) -> impl Iterator<Item = usize> {
    voicing
        .chunk_by(|left, right| left.pitch.is_some() == right.pitch.is_some())
        .filter(move |chunk| chunk.first().is_some_and(|first| first.pitch.is_some() == voiced))
        .map(<[Voicing]>::len)
}

/// The highest mean pitch of a stretch of voice of at least 50 ms.
fn highest_piece(voicing: &[Voicing]) -> f32 {
    voicing
        .chunk_by(|left, right| left.pitch.is_some() == right.pitch.is_some())
        .filter(|chunk| chunk.len() >= 5 && chunk.first().is_some_and(|first| first.pitch.is_some()))
        .map(|chunk| chunk.iter().filter_map(|voicing| voicing.pitch).sum::<f32>() / chunk.len() as f32)
        .fold(0.0, f32::max)
}
