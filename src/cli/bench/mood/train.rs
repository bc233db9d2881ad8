//! From a feature table to the weights: two logistic models a question, and their calibration on speakers left out.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use super::corpus::Emotion;
use super::fit::{PENALTY, Row, calibrate, fit};
use super::table::Measured;
use crate::feel::tone::{BASELINE, Calibration, Pair};

/// Baselines drawn for each row of the table.
const DRAWS: usize = 2;
/// The seed of all that is drawn.
const SEED: u64 = 20_260_101;
/// A calibration learnt on one corpus is too sure on others: its slope is taken by this much.
const HUMBLER: f32 = 0.75;

// Actors overdo it, and callers do not: even odds are put where a tenth of the neutral utterances of speakers left out lies above,
// which is lower than the middle between the actors' calm and their rage.

/// What is asked of a voice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    Distress,
    Arousal,
}

impl Question {
    /// What should be answered for an emotion; `None` where it is not asked.
    fn target(self, emotion: Emotion) -> Option<f32> {
        match self {
            Self::Distress => emotion.is_distress().map(|distress| if distress { 1.0 } else { 0.0 }),
            Self::Arousal => Some(emotion.arousal()),
        }
    }
}

/// The numbers of a row minus the mean of up to three calm utterances of the same speaker in the same copy, other than itself.
pub(super) fn relative(row: &Measured, all: &[&Measured], chance: &mut StdRng) -> Option<Vec<f32>> {
    let calm: Vec<&&Measured> = all
        .iter()
        .filter(|other| {
            other.speaker == row.speaker && other.copy == row.copy && other.emotion.is_calm() && other.file != row.file
        })
        .collect();
    let count = chance.random_range(1..=BASELINE).max(BASELINE.min(calm.len()));
    let chosen: Vec<&&&Measured> = calm.choose_multiple(chance, count).collect();
    if chosen.is_empty() {
        return None;
    }
    let mean = |index: usize| chosen.iter().map(|other| other.numbers[index]).sum::<f32>() / chosen.len() as f32;
    Some(row.numbers.iter().enumerate().map(|(index, number)| number - mean(index)).collect())
}

/// Both models and their calibration, from the rows of all speakers.
pub(super) fn train(rows: &[&Measured], question: Question) -> Pair {
    let mut speakers: Vec<&str> = rows.iter().map(|row| row.speaker.as_str()).collect();
    speakers.sort_unstable();
    speakers.dedup();
    let (mut alone, mut both) = (Vec::new(), Vec::new());
    let (mut calm_alone, mut calm_both) = (Vec::new(), Vec::new());
    let mut chance = StdRng::seed_from_u64(SEED ^ 1);
    for speaker in speakers {
        let (inside, outside): (Vec<&Measured>, Vec<&Measured>) = rows.iter().partition(|row| row.speaker != speaker);
        if inside.is_empty() {
            continue;
        }
        let models = models(&inside, question);
        for row in &outside {
            let Some(target) = question.target(row.emotion) else { continue };
            let absolute = models.0.sum(&row.numbers);
            alone.push((absolute, target));
            if row.emotion.is_calm() {
                calm_alone.push(absolute);
            }
            if let Some(numbers) = relative(row, &outside, &mut chance) {
                let sum = absolute + models.1.sum(&numbers);
                both.push((sum, target));
                if row.emotion.is_calm() {
                    calm_both.push(sum);
                }
            }
        }
    }
    let (absolute, relative) = models(rows, question);
    let line = |pairs: &[(f32, f32)], calm: &mut Vec<f32>| {
        let line = calibrate(pairs);
        let slope = line.slope * HUMBLER;
        let bias = if question == Question::Distress { -slope * bar(calm) } else { line.bias * HUMBLER };
        Calibration { slope, bias }
    };
    Pair { absolute, relative, alone: line(&alone, &mut calm_alone), both: line(&both, &mut calm_both) }
}

/// What a tenth of the calm utterances of unseen speakers exceed.
fn bar(calm: &mut [f32]) -> f32 {
    calm.sort_by(f32::total_cmp);
    calm.get(calm.len() * 9 / 10).copied().unwrap_or(0.0)
}

/// The two models, not calibrated.
fn models(rows: &[&Measured], question: Question) -> (crate::feel::tone::Logistic, crate::feel::tone::Logistic) {
    let mut chance = StdRng::seed_from_u64(SEED);
    let (mut absolute, mut differences) = (Vec::new(), Vec::new());
    for row in rows {
        let Some(target) = question.target(row.emotion) else { continue };
        absolute.push(Row { numbers: row.numbers.clone(), target });
        for _ in 0..DRAWS {
            if let Some(numbers) = relative(row, rows, &mut chance) {
                differences.push(Row { numbers, target });
            }
        }
    }
    (fit(&absolute, PENALTY), fit(&differences, PENALTY))
}
