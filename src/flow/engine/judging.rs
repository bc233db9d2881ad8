//! How sure a value is: the best reading of everything the recogniser offers, against the sureness of its type.

use std::sync::{Arc, OnceLock};

use crate::words::{ACCEPT, Heard, Language, MARGIN, Match, SlotType, Sureness, Value, read, read_prepared};

use super::super::bundle::{Bundle, FlowIndex, ReadBack};
use super::conversation::Conversation;
use super::state::FlowOffer;
use super::understand::Utterance;

/// What a reading other than the recogniser's best keeps of its confidence.
const ALTERNATIVE: f32 = 0.85;
/// How many other readings are looked at.
const MOST_ALTERNATIVES: usize = 4;

/// The best value and what speaks against it.
#[derive(Clone)]
pub struct Judged {
    pub value: Value,
    pub score: f32,
    /// By how much it leads the next different one.
    pub margin: f32,
    /// The next different one.
    pub next: Option<Value>,
}

impl Judged {
    /// A value beyond doubt.
    pub fn certain(value: Value) -> Self {
        Self { value, score: 1.0, margin: 1.0, next: None }
    }
}

/// What to do with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Take,
    ReadBack,
    Miss,
}

impl Utterance {
    /// Words that stand for what was keyed or cut out of an utterance: heard beyond doubt.
    pub fn plain(text: impl Into<String>, confidence: f32) -> Self {
        let text = text.into();
        let prepared = OnceLock::new();
        Self { text, language: None, confidence, margin: 1.0, alternatives: Vec::new(), barge_in: false, prepared }
    }

    /// The text, ready to be compared with templates.
    pub fn prepared(&self) -> &Heard {
        self.prepared.get_or_init(|| Arc::new(Heard::new(&self.text)))
    }

    /// Every reading with its confidence.
    pub fn readings(&self) -> impl Iterator<Item = (&str, f32)> {
        let first = std::iter::once((self.text.as_str(), self.confidence));
        let others = self.alternatives.iter().take(MOST_ALTERNATIVES).enumerate();
        first.chain(others.map(|(place, text)| {
            let less = ALTERNATIVE.powi(i32::try_from(place).unwrap_or(0) + 1);
            (text.as_str(), self.confidence * less)
        }))
    }
}

impl Conversation {
    /// The best value of a type in an utterance. `before` is what was said of it in the breath before.
    pub(super) fn judge(&self, kind: &SlotType, utterance: &Utterance, before: &str) -> Option<Judged> {
        self.judge_in(kind, utterance, before, self.language)
    }

    /// As [`Conversation::judge`], for words of another language than the conversation's.
    pub(super) fn judge_in(
        &self,
        kind: &SlotType,
        utterance: &Utterance,
        before: &str,
        language: Language,
    ) -> Option<Judged> {
        let now = self.local_now();
        let mut best: Vec<(Value, f32)> = Vec::new();
        for (place, (text, confidence)) in utterance.readings().enumerate() {
            let readings = match (place, before.is_empty()) {
                (0, true) => read_prepared(kind, utterance.prepared(), language, now),
                (_, true) => read(kind, text, language, now),
                (_, false) => read(kind, &format!("{before} {text}"), language, now),
            };
            for reading in readings.into_iter().filter(|reading| reading.valid) {
                let score = reading.score * confidence;
                match best.iter_mut().find(|(value, _)| *value == reading.value) {
                    Some((_, known)) => *known = known.max(score),
                    None => best.push((reading.value, score)),
                }
            }
        }
        best.sort_by(|(_, left), (_, right)| right.total_cmp(left));
        let mut best = best.into_iter();
        let (value, score) = best.next()?;
        let (next, lead) = match best.next() {
            Some((value, next)) => (Some(value), score - next),
            None => (None, score),
        };
        Some(Judged { value, score, margin: lead.min(utterance.margin), next })
    }

    /// Yes or no, if it was said clearly enough.
    pub(super) fn yes_or_no(&self, utterance: &Utterance) -> Option<bool> {
        let judged = self.judge(&SlotType::YesNo, utterance, "")?;
        let sureness = SlotType::YesNo.sureness();
        let sure = verdict(sureness, &judged, ReadBack::Never) == Verdict::Take && judged.margin >= MARGIN;
        judged.value.as_bool().filter(|_| sure)
    }

    /// Flows that fit, best first, with their scores.
    pub(super) fn flows_that_fit(
        &self,
        bundle: &Bundle,
        utterance: &Utterance,
        among: &[FlowIndex],
    ) -> Vec<(FlowOffer, f32)> {
        let mut fitting: Vec<(FlowOffer, f32)> = Vec::new();
        let Some(starts) = bundle.starts.get(&self.language) else { return fitting };
        for (place, (text, _)) in utterance.readings().enumerate() {
            let less = ALTERNATIVE.powi(i32::try_from(place).unwrap_or(0));
            let other;
            let heard = if place == 0 {
                utterance.prepared()
            } else {
                other = Heard::new(text);
                &other
            };
            for candidate in starts.rank_where(heard, |flow| among.contains(flow)) {
                let score = candidate.found.score * less;
                let Match { slots, doubt, .. } = candidate.found;
                let offer = FlowOffer { flow: candidate.id, slots, doubt };
                match fitting.iter_mut().find(|(known, _)| known.flow == offer.flow) {
                    Some(known) if known.1 < score => *known = (offer, score),
                    Some(_) => {}
                    None => fitting.push((offer, score)),
                }
            }
        }
        fitting.sort_by(|(_, left), (_, right)| right.total_cmp(left));
        fitting
    }

    /// Flows that the caller may start from anywhere: all with a `start_when` but the one that is running.
    pub(super) fn other_flows(&self, bundle: &Bundle) -> Vec<FlowIndex> {
        let current = self.frames.last().map(|frame| frame.flow);
        let all = (0..bundle.flows.len()).map(FlowIndex);
        all.filter(|flow| Some(*flow) != current && !bundle.flow(*flow).start_when.is_empty()).collect()
    }

    /// Whether the beginning of another flow was said plainly.
    pub(super) fn says_another_flow(&self, utterance: &Utterance) -> bool {
        let bundle = Arc::clone(&self.bundle);
        let others = self.other_flows(&bundle);
        self.flows_that_fit(&bundle, utterance, &others).first().is_some_and(|(_, score)| *score >= ACCEPT)
    }
}

/// What to do with a value of a type.
pub fn verdict_for(kind: &SlotType, judged: &Judged, read_back: ReadBack) -> Verdict {
    if matches!(kind, SlotType::FreeText) {
        return Verdict::Take;
    }
    verdict(kind.sureness(), judged, read_back)
}

/// What to do with a value, by how sure it is.
pub fn verdict(sureness: Sureness, judged: &Judged, read_back: ReadBack) -> Verdict {
    let sure = judged.score >= sureness.accept && judged.margin >= MARGIN;
    if judged.score < sureness.reject {
        return Verdict::Miss;
    }
    match read_back {
        ReadBack::Never => Verdict::Take,
        ReadBack::IfUnsure if sure => Verdict::Take,
        ReadBack::IfUnsure | ReadBack::Always => Verdict::ReadBack,
    }
}
