//! Why: what an utterance may have meant and what won, for whoever tries a flow out; and where a conversation is.

use std::collections::BTreeMap;

use super::super::act::{Act, Proposal, Rank, UnderstoodAct};
use super::super::bundle::Bundle;
use super::super::datum::Datum;
use super::conversation::Conversation;
use super::judging::Judged;
use super::state::{Offer, State};
use super::values::{datum, masked_slots, shown};

/// The most proposals that are shown.
const MOST_PROPOSALS: usize = 12;

/// Where a conversation is and what it waits for. Private values are masked.
#[derive(Clone, Debug, PartialEq)]
pub struct WaitingFor {
    /// The flow on top.
    pub flow: String,
    /// Its step: the id, or `verb@line`.
    pub step: String,
    /// The verb of the step.
    pub verb: &'static str,
    /// The filled slots of the flow.
    pub slots: BTreeMap<String, String>,
    /// The name of the type that is waited for, if the caller is to answer.
    pub expected: Option<&'static str>,
    /// What the caller has been asked about instead of the step's own question.
    pub question: Option<&'static str>,
}

impl Conversation {
    /// Where it is and what it waits for; `None` before the call and after it.
    pub fn waiting_for(&self) -> Option<WaitingFor> {
        let frame = self.frames.last()?;
        let flow = self.bundle.flow(frame.flow);
        let step = self.current_step().map(|step| flow.step(step));
        let question = match (&self.aside, &self.state) {
            (Some(_), _) => Some("yes or no, beside the flow"),
            (None, State::Listening(listening)) => match &listening.offer {
                Offer::Nothing => None,
                Offer::Value(_) if listening.still => Some("whether it is still the same"),
                Offer::Value(_) => Some("whether the value is right"),
                Offer::Either(..) => Some("which of two values"),
                Offer::Correction { .. } => Some("whether the correction is right"),
                Offer::Flows(_) => Some("which flow"),
                Offer::Choices(_) => Some("which choice"),
                Offer::Answer(_) => Some("whether that was the question"),
            },
            _ => None,
        };
        Some(WaitingFor {
            flow: flow.name.clone(),
            step: step.map_or_else(String::new, |step| step.name.clone()),
            verb: step.map_or("", |step| step.verb.name()),
            slots: masked_slots(flow, frame),
            expected: self.listening_type(&self.bundle).map(crate::words::SlotType::name),
            question,
        })
    }

    /// The plain value of a slot or variable of the flow on top: for comparing, never for showing.
    pub fn value_of(&self, name: &str) -> Option<Datum> {
        self.frames.last()?.values.get(name).filter(|value| !value.is_absent()).cloned()
    }

    /// What the caller has been asked about instead of the step's own question, each thing by its value or its name:
    /// for comparing, never for showing. Empty where the step's own question stands.
    pub fn offered(&self) -> Vec<String> {
        if let Some(aside) = &self.aside {
            return vec![format!("{:?}", aside.about)];
        }
        let State::Listening(listening) = &self.state else { return Vec::new() };
        match &listening.offer {
            Offer::Nothing => Vec::new(),
            Offer::Value(value) => vec![value.to_string()],
            Offer::Either(first, second) => vec![first.to_string(), second.to_string()],
            Offer::Correction { slot, value } => vec![format!("{slot}: {value}")],
            Offer::Flows(flows) => flows.iter().map(|offer| self.bundle.flow(offer.flow).name.clone()).collect(),
            Offer::Choices(choices) => choices.iter().map(usize::to_string).collect(),
            Offer::Answer(known) => vec![known.question.clone()],
        }
    }

    /// Remembers something the utterance may mean.
    pub(super) fn weigh(&mut self, rank: Rank, what: impl FnOnce() -> String, score: f32) {
        if self.explains && self.weighed.len() < MOST_PROPOSALS {
            self.weighed.push(Proposal { rank, what: what(), score });
        }
    }

    /// As [`Conversation::weigh`], for a value of the step that listens.
    pub(super) fn weigh_value(&mut self, bundle: &Bundle, judged: &Judged) {
        if !self.explains {
            return;
        }
        let of_slot = || {
            let asked = self.asked(bundle)?;
            let (name, frame) = (asked.slot?, self.frames.last()?);
            Some((name, bundle.flow(frame.flow).slots.get(name)?))
        };
        let what = |value: &crate::words::Value| match of_slot() {
            Some((name, slot)) => format!("{name} = {}", shown(slot.privacy, &datum(value.clone()))),
            None => value.to_string(),
        };
        let best = what(&judged.value);
        let next = judged.next.as_ref().map(what);
        self.weigh(Rank::Step, || best, judged.score);
        if let Some(next) = next {
            self.weigh(Rank::Step, || next, judged.score - judged.margin);
        }
    }

    /// Says what an utterance came to.
    pub(super) fn understood(&mut self, rank: Rank, outcome: impl FnOnce() -> String, margin: Option<f32>) {
        if !self.explains {
            return;
        }
        let mut proposals = std::mem::take(&mut self.weighed);
        proposals.sort_by(|left, right| left.rank.cmp(&right.rank).then(right.score.total_cmp(&left.score)));
        self.acts.push(Act::Understood(UnderstoodAct { rank, outcome: outcome(), proposals, margin }));
    }

    /// Leaves [`Act::Understood`] out: for calls that nobody looks into.
    pub fn without_reasons(mut self) -> Self {
        self.explains = false;
        self
    }
}
