//! What the tone of an utterance tells: how agitated the voice is, and how likely it is an angry or frightened one.
//!
//! Two logistic models are added, as `docs/mood.md` describes: one over the numbers of the utterance, one over their
//! difference from the caller's own calm start. Both were trained on EmoDB alone (Burkhardt et al. 2005);
//! `models/mood/README.md` has the data, the method, the figures and the limits. Whether a voice is pleased or displeased
//! cannot be heard from its tone, and is not told.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::prosody::{FEATURE_NAMES, FEATURES, Features, LEAST_VOICED, Utterance};

/// Utterances of a baseline: the first three calm ones.
pub const BASELINE: usize = 3;
/// Numbers farther than this from the usual, in their own spread, count as this far.
const FARTHEST: f32 = 3.5;
/// By how much a baseline of one, two or three utterances is believed.
const BELIEVED: [f32; BASELINE] = [0.6, 0.85, 1.0];
/// A logit beyond this is no surer: 0.98.
const SUREST: f32 = 4.0;

/// The weights of all models, as `models/mood/weights.json` holds them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ToneModel {
    /// Raised when the numbers of an utterance or their meaning change.
    pub version: u32,
    /// What it was trained on.
    pub corpus: String,
    /// SHA-256 over the names and contents of the corpus' files, in order of name.
    pub corpus_sha256: String,
    /// The names of the numbers, which must be those of this program.
    pub features: Vec<String>,
    /// "Angry or afraid" against "neutral or bored".
    pub distress: Pair,
    /// How agitated.
    pub arousal: Pair,
}

/// A model of the numbers, and one of their difference from the caller's baseline.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pair {
    /// Of the numbers as they are.
    pub absolute: Logistic,
    /// Of their difference from the baseline.
    pub relative: Logistic,
    /// From the first model's sum to a calibrated one.
    pub alone: Calibration,
    /// From both sums added to a calibrated one.
    pub both: Calibration,
}

/// Weighted numbers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Logistic {
    /// What each number usually is.
    pub mean: Vec<f32>,
    /// By how much it usually differs.
    pub spread: Vec<f32>,
    /// Its weight, once brought to those.
    pub weight: Vec<f32>,
    /// Added.
    pub bias: f32,
}

/// A straight line from a model's sum to a logit that means a probability (Platt 1999).
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Calibration {
    /// Times this,
    pub slope: f32,
    /// plus this.
    pub bias: f32,
}

/// How the caller sounds when calm: the mean of some utterances, [`BASELINE`] of them in a call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Baseline {
    sum: [f32; FEATURES],
    count: usize,
}

/// What the tone of one utterance tells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tone {
    /// How likely it is an angry or frightened voice rather than a calm one, as a logit: 0 is even, 2 is 88 %.
    pub distress: f32,
    /// How agitated, as a logit: 0 is neither calm nor agitated.
    pub arousal: f32,
    /// How far to trust both, 0 to 1: less for little speech, for noise, and without a baseline.
    pub confidence: f32,
}

static SHIPPED: LazyLock<Option<ToneModel>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../models/mood/weights.json")).ok().filter(ToneModel::fits));

impl ToneModel {
    /// The weights that ship. `None` only if they do not belong to this program, which a test rules out.
    #[must_use]
    pub fn shipped() -> Option<&'static Self> {
        SHIPPED.as_ref()
    }

    /// Whether every model weighs the numbers that this program measures.
    fn fits(&self) -> bool {
        let names = self.features.iter().map(String::as_str).eq(FEATURE_NAMES);
        let pairs = [&self.distress, &self.arousal];
        let mut models = pairs.into_iter().flat_map(|pair| [&pair.absolute, &pair.relative]);
        names && models.all(|model| [&model.mean, &model.spread, &model.weight].iter().all(|row| row.len() == FEATURES))
    }

    /// What the tone of an utterance tells; `None` below [`LEAST_VOICED`].
    #[must_use]
    pub fn judge(&self, utterance: &Utterance, baseline: Option<&Baseline>) -> Option<Tone> {
        if utterance.voiced < LEAST_VOICED {
            return None;
        }
        let baseline = baseline.filter(|baseline| baseline.count > 0);
        let confidence = {
            let length = (utterance.voiced.as_secs_f32() / 2.0).clamp(0.5, 1.0);
            let clear = (utterance.above_noise / 18.0).clamp(0.3, 1.0);
            let known = if baseline.is_some() { 1.0 } else { 0.85 };
            length * clear * known
        };
        Some(Tone {
            distress: self.distress.logit(&utterance.features, baseline),
            arousal: self.arousal.logit(&utterance.features, baseline),
            confidence,
        })
    }
}

impl Pair {
    /// The calibrated logit of an utterance.
    #[must_use]
    pub fn logit(&self, features: &Features, baseline: Option<&Baseline>) -> f32 {
        let absolute = self.absolute.sum(&features.0);
        let alone = self.alone.apply(absolute);
        let logit = baseline.map_or(alone, |baseline| {
            let both = self.both.apply(absolute + self.relative.sum(&baseline.difference(features)));
            let believed = BELIEVED[baseline.count.clamp(1, BASELINE) - 1];
            believed * both + (1.0 - believed) * alone
        });
        logit.clamp(-SUREST, SUREST)
    }
}

impl Logistic {
    /// The weighted sum of `numbers`.
    #[must_use]
    pub fn sum(&self, numbers: &[f32]) -> f32 {
        let usual = self.mean.iter().zip(&self.spread).zip(&self.weight);
        let terms = numbers.iter().zip(usual).map(|(number, ((mean, spread), weight))| {
            let distance = (number - mean) / spread.max(1e-6);
            distance.clamp(-FARTHEST, FARTHEST) * weight
        });
        terms.sum::<f32>() + self.bias
    }
}

impl Calibration {
    /// The calibrated logit.
    #[must_use]
    pub fn apply(self, sum: f32) -> f32 {
        self.slope * sum + self.bias
    }
}

impl Default for Baseline {
    fn default() -> Self {
        Self { sum: [0.0; FEATURES], count: 0 }
    }
}

impl Baseline {
    /// Of these utterances, all of them.
    #[must_use]
    pub fn of<'a>(utterances: impl IntoIterator<Item = &'a Features>) -> Self {
        let mut baseline = Self::default();
        for features in utterances {
            baseline.take(features);
        }
        baseline
    }

    /// Adds a calm utterance; does nothing once there are [`BASELINE`]: it is frozen.
    pub fn add(&mut self, features: &Features) {
        if self.count < BASELINE {
            self.take(features);
        }
    }

    fn take(&mut self, features: &Features) {
        for (sum, number) in self.sum.iter_mut().zip(features.0) {
            *sum += number;
        }
        self.count += 1;
    }

    /// How many utterances it holds.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    /// By how much an utterance differs from it; nothing when there is no baseline.
    #[must_use]
    pub fn difference(&self, features: &Features) -> [f32; FEATURES] {
        let count = self.count.max(1) as f32;
        let known = if self.count == 0 { 0.0 } else { 1.0 };
        std::array::from_fn(|index| known * (features.0[index] - self.sum[index] / count))
    }

    /// One number of the baseline, by its name.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<f32> {
        let index = FEATURE_NAMES.iter().position(|known| *known == name)?;
        (self.count > 0).then(|| self.sum[index] / self.count as f32)
    }
}

/// A logit as a probability.
#[must_use]
pub fn probability(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_weights_are_of_this_program() {
        let model = ToneModel::shipped().expect("weights.json belongs to this program");
        assert_eq!(model.corpus_sha256.len(), 64);
        assert!(model.distress.alone.slope > 0.0 && model.distress.both.slope > 0.0);
    }

    #[test]
    fn a_baseline_is_frozen_after_three() {
        let mut baseline = Baseline::default();
        for value in [1.0, 2.0, 3.0, 100.0] {
            baseline.add(&Features([value; FEATURES]));
        }
        assert_eq!((baseline.count(), baseline.number("f0_mean")), (3, Some(2.0)));
        assert_eq!(baseline.difference(&Features([2.0; FEATURES])), [0.0; FEATURES]);
    }
}
