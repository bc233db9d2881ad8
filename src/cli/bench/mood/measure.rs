//! The figures: how well tone tells distress, on speakers that no weight has seen.

use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde::Serialize;

use super::corpus::Emotion;
use super::sound::Copy;
use super::table::Measured;
use super::train::relative;
use crate::feel::tone::{Pair, Tone, probability};
use crate::feel::words::WordsHeard;
use crate::feel::{CallMood, MoodSettings, Turn};

/// One corpus in one condition, as scored by models that have not seen its speakers.
pub(super) struct Scored {
    pub rows: Vec<ScoredRow>,
}

/// A row with its logits.
pub(super) struct ScoredRow {
    pub speaker: String,
    pub emotion: Emotion,
    pub above_noise: f32,
    /// Calibrated, without a baseline.
    pub alone: f32,
    /// Calibrated, against three calm utterances of the same speaker.
    pub both: Option<f32>,
}

/// Scores rows of one copy.
pub(super) fn score(rows: &[&Measured], copy: Copy, pair: &Pair) -> Scored {
    let mut chance = StdRng::seed_from_u64(7);
    let rows: Vec<&Measured> = rows.iter().copied().filter(|row| row.copy == copy).collect();
    let scored = rows.iter().filter(|row| row.is_enough()).map(|row| {
        let absolute = pair.absolute.sum(&row.numbers);
        let against = relative(row, &rows, &mut chance);
        ScoredRow {
            speaker: row.speaker.clone(),
            emotion: row.emotion,
            above_noise: row.above_noise,
            alone: pair.alone.apply(absolute),
            both: against.map(|numbers| pair.both.apply(absolute + pair.relative.sum(&numbers))),
        }
    });
    Scored { rows: scored.collect() }
}

/// AUC after one, three and five utterances; `None` where no speaker has as many.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Auc {
    /// One utterance.
    pub one: f64,
    /// Three.
    pub three: Option<f64>,
    /// Five.
    pub five: Option<f64>,
}

impl Scored {
    /// How well distress is told, with or without a baseline.
    pub(super) fn auc(&self, baseline: bool) -> Auc {
        Auc {
            one: self.auc_after(1, baseline).unwrap_or(0.0),
            three: self.auc_after(3, baseline),
            five: self.auc_after(5, baseline),
        }
    }

    fn auc_after(&self, utterances: usize, baseline: bool) -> Option<f64> {
        let logit = |row: &ScoredRow| if baseline { row.both } else { Some(row.alone) };
        if utterances == 1 {
            let points = self.rows.iter().filter_map(|row| Some((logit(row)?, row.emotion.is_distress()?)));
            return auc(&points.collect::<Vec<_>>());
        }
        let mut chance = StdRng::seed_from_u64(11);
        let mut speakers: Vec<&str> = self.rows.iter().map(|row| row.speaker.as_str()).collect();
        speakers.sort_unstable();
        speakers.dedup();
        let mut points = Vec::new();
        for speaker in speakers {
            for distress in [true, false] {
                let own = self
                    .rows
                    .iter()
                    .filter(|row| row.speaker == speaker && row.emotion.is_distress() == Some(distress));
                let logits: Vec<f32> = own.filter_map(logit).collect();
                if logits.len() < utterances {
                    continue;
                }
                for _ in 0..30 {
                    let mean = logits.choose_multiple(&mut chance, utterances).sum::<f32>() / utterances as f32;
                    points.push((mean, distress));
                }
            }
        }
        auc(&points)
    }

    /// Of each emotion, the share that tone alone calls more likely distressed than not.
    pub(super) fn flagged(&self) -> Vec<(Emotion, usize, f64)> {
        let mut emotions: Vec<Emotion> = self.rows.iter().map(|row| row.emotion).collect();
        emotions.sort_by_key(|emotion| format!("{emotion:?}"));
        emotions.dedup();
        let share = |emotion: Emotion| {
            let own: Vec<&ScoredRow> = self.rows.iter().filter(|row| row.emotion == emotion).collect();
            let flagged = own.iter().filter(|row| row.both.unwrap_or(row.alone) > 0.0).count();
            (emotion, own.len(), flagged as f64 / own.len().max(1) as f64)
        };
        emotions.into_iter().map(share).collect()
    }

    /// Of `emotion`, the share that a call takes for upset (distress of at least 0.7, or of 0.5) on the first turn and on the third,
    /// were they to say `text` each time: the tone is a recording's, the words are stated.
    pub(super) fn flagged_saying(&self, emotion: Emotion, text: &str, bar: f32) -> (f64, f64) {
        let words = WordsHeard::read(text);
        let own: Vec<&ScoredRow> = self.rows.iter().filter(|row| row.emotion == emotion).collect();
        let (mut first, mut third) = (0, 0);
        for (index, row) in own.iter().enumerate() {
            let mut call = CallMood::new(MoodSettings::default());
            for turn in 0..3 {
                // The next turns are other recordings of the same emotion by the same speaker, in turn.
                let same: Vec<&&ScoredRow> = own.iter().filter(|other| other.speaker == row.speaker).collect();
                let row = same[(index + turn) % same.len()];
                let confidence = (row.above_noise / 18.0).clamp(0.3, 1.0);
                let tone = Tone { distress: row.both.unwrap_or(row.alone), arousal: 0.0, confidence };
                let mood = call.turn(&Turn { tone: Some(tone), words: Some(&words), ..Turn::default() });
                if mood.distress >= bar {
                    first += usize::from(turn == 0);
                    third += usize::from(turn == 2);
                }
            }
        }
        let share = |count: usize| count as f64 / own.len().max(1) as f64;
        (share(first), share(third))
    }

    /// Ten bins of stated probability: how many utterances, what was stated, what was true. Both sides weigh the same.
    pub(super) fn calibration(&self, baseline: bool) -> Calibrated {
        let logit = |row: &ScoredRow| if baseline { row.both } else { Some(row.alone) };
        let points: Vec<(f32, bool)> =
            self.rows.iter().filter_map(|row| Some((probability(logit(row)?), row.emotion.is_distress()?))).collect();
        let positive = points.iter().filter(|(_, distress)| *distress).count().max(1) as f64;
        let negative = (points.len() as f64 - positive).max(1.0);
        let weight = |distress: bool| if distress { 0.5 / positive } else { 0.5 / negative };
        let mut bins = Vec::new();
        let mut error = 0.0;
        for bin in 0..10 {
            let inside: Vec<&(f32, bool)> =
                points.iter().filter(|(stated, _)| ((stated * 10.0) as usize).min(9) == bin).collect();
            let whole: f64 = inside.iter().map(|(_, distress)| weight(*distress)).sum();
            if whole <= 0.0 {
                continue;
            }
            let stated =
                inside.iter().map(|(stated, distress)| f64::from(*stated) * weight(*distress)).sum::<f64>() / whole;
            let true_share = inside.iter().filter(|(_, distress)| *distress).map(|_| weight(true)).sum::<f64>() / whole;
            error += whole * (stated - true_share).abs();
            bins.push(Bin { utterances: inside.len(), stated, true_share });
        }
        Calibrated { error, bins }
    }
}

/// Whether a stated probability is a true one.
#[derive(Clone, Debug, Serialize)]
pub struct Calibrated {
    /// Expected calibration error over ten bins.
    pub error: f64,
    /// The bins that hold anything.
    pub bins: Vec<Bin>,
}

/// Utterances of about the same stated probability.
#[derive(Clone, Debug, Serialize)]
pub struct Bin {
    /// How many.
    pub utterances: usize,
    /// The mean of what was stated.
    pub stated: f64,
    /// The share that was angry or afraid.
    pub true_share: f64,
}

/// The chance that a distressed utterance scores higher than a calm one; ties count half.
pub(super) fn auc(points: &[(f32, bool)]) -> Option<f64> {
    let mut sorted: Vec<&(f32, bool)> = points.iter().collect();
    sorted.sort_by(|left, right| left.0.total_cmp(&right.0));
    let positive = points.iter().filter(|(_, distress)| *distress).count();
    let negative = points.len() - positive;
    if positive == 0 || negative == 0 {
        return None;
    }
    let mut ranks = 0.0;
    let mut before = 0;
    for same in sorted.chunk_by(|left, right| left.0 == right.0) {
        let rank = before as f64 + (same.len() + 1) as f64 / 2.0;
        ranks += rank * same.iter().filter(|(_, distress)| *distress).count() as f64;
        before += same.len();
    }
    let least = positive as f64 * (positive + 1) as f64 / 2.0;
    Some((ranks - least) / (positive as f64 * negative as f64))
}

/// Correlation of the stated arousal with what the emotions are rated on the whole.
pub(super) fn arousal_correlation(rows: &[&Measured], copy: Copy, pair: &Pair) -> f64 {
    let points: Vec<(f64, f64)> = score(rows, copy, pair)
        .rows
        .iter()
        .filter_map(|row| Some((f64::from(probability(row.both?)), f64::from(row.emotion.arousal()))))
        .collect();
    let count = points.len() as f64;
    let mean = |pick: fn(&(f64, f64)) -> f64| points.iter().map(pick).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let sum = |pick: &dyn Fn(&(f64, f64)) -> f64| points.iter().map(pick).sum::<f64>();
    let (xx, yy) = (sum(&|point| (point.0 - x).powi(2)), sum(&|point| (point.1 - y).powi(2)));
    sum(&|point| (point.0 - x) * (point.1 - y)) / (xx * yy).sqrt().max(1e-9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_auc_counts_pairs_in_the_right_order() {
        assert_eq!(auc(&[(0.1, false), (0.4, true), (0.3, false), (0.9, true)]), Some(1.0));
        assert_eq!(auc(&[(0.1, true), (0.4, false)]), Some(0.0));
        assert_eq!(auc(&[(0.5, true), (0.5, false)]), Some(0.5));
        assert_eq!(auc(&[(0.5, true)]), None);
    }
}
