//! The answer to the question that stands: the value or choice of the step, and what else of its flow was said in the
//! same breath.

use crate::words::{MARGIN, SlotType, Value};

use super::super::act::Rank;
use super::super::bundle::{Bundle, ReadBack, Verb};
use super::asked::WHAT_IS_WRONG;
use super::conversation::Conversation;
use super::judging::{Judged, Verdict, verdict_for};
use super::state::{Offer, State};
use super::understand::Utterance;

impl Conversation {
    /// The value the step asks for, and what else of its flow was said in the same breath.
    pub(super) fn try_value(&mut self, bundle: &Bundle, utterance: &Utterance) -> bool {
        let Some(asked) = self.asked(bundle) else { return false };
        let (Some(kind), read_back) = (asked.kind, asked.read_back) else { return false };
        if *kind == SlotType::YesNo && self.corrects_plainly(utterance) && self.correct_earlier(utterance) {
            return true;
        }
        if *kind == SlotType::YesNo && asked.slot.is_some() && self.owns_up(utterance) && self.take_back(utterance) {
            return true;
        }
        let begun = self.listening_mut().and_then(|listening| listening.begun.take());
        if let Some(digits) = self.listening_mut().and_then(|listening| listening.keyed_digits.clone())
            && let Some(value) = self.with_letters(kind, utterance, &digits)
        {
            let judged = Judged { score: utterance.confidence, ..Judged::certain(value) };
            return self.settle(kind, judged, read_back);
        }
        let heard_well = |judged: &Judged| judged.score >= kind.sureness().reject;
        let alone = self.judge(kind, utterance, "");
        if let Some(judged) = &alone {
            self.weigh_value(bundle, judged);
        }
        let alone = alone.filter(heard_well);
        let with_begun = begun.as_ref().and_then(|begun| self.judge(kind, utterance, begun)).filter(heard_well);
        // A question put to a step that takes any text is no answer to it.
        if *kind == SlotType::FreeText && self.says_another_flow(utterance) && asked.slot.is_some() {
            return false;
        }
        if let Some(judged) = alone.or(with_begun) {
            self.others_in_the_same_breath(bundle, utterance, &judged);
            return self.settle(kind, judged, read_back);
        }
        if begun.is_none() && self.has_begun(kind, utterance) {
            self.understood(Rank::Step, || "the beginning of a value".to_owned(), None);
            if let Some(listening) = self.listening_mut() {
                listening.begun = Some(utterance.text.clone());
            }
            self.listen();
            return true;
        }
        false
    }

    /// Fills other empty slots of the flow that were plainly said together with the value that is asked for.
    pub(super) fn others_in_the_same_breath(&mut self, bundle: &Bundle, utterance: &Utterance, judged: &Judged) {
        let State::Listening(listening) = &self.state else { return };
        let index = listening.step;
        let (Some(frame), Some(Verb::Ask(ask))) = (self.frames.last(), self.listening_verb(bundle)) else { return };
        let slots = &bundle.flow(frame.flow).slots;
        if slots.len() < 2 {
            return;
        }
        let mut wanted: Vec<&str> = vec![&ask.slot];
        for (name, slot) in slots {
            let is_open = *name != ask.slot && !frame.has(name);
            if is_open && self.may_be_said_along(&slot.kind, utterance) {
                wanted.push(name);
            }
        }
        if wanted.len() < 2 {
            return;
        }
        let found = self.several(&wanted, utterance, false);
        // Words that change what the step understood belong to the step.
        if !found.iter().any(|given| given.slot == ask.slot && given.judged.value == judged.value) {
            return;
        }
        for along in found.into_iter().filter(|given| given.slot != ask.slot && given.sure) {
            if self.refused(&along.slot, &along.judged.value).is_none() {
                self.fill_by_caller(&along.slot, along.judged.value, index);
            }
        }
    }

    pub(super) fn may_be_said_along(&self, kind: &SlotType, utterance: &Utterance) -> bool {
        let loose = matches!(kind, SlotType::YesNo | SlotType::FreeText | SlotType::Card);
        let read_back = kind.sureness().accept > 1.0;
        !loose
            && !read_back
            && self.judge(kind, utterance, "").is_some_and(|judged| judged.score >= kind.sureness().reject)
    }

    /// Takes a value, reads it back, or leaves it. False when it counts as not heard.
    pub(super) fn settle(&mut self, kind: &SlotType, judged: Judged, read_back: ReadBack) -> bool {
        let judged = self.allowed_reading(judged);
        let close = judged.margin < MARGIN;
        let asks_between = can_be_asked_between(kind) && close && read_back != ReadBack::Never;
        let clarified = self.listening_mut().is_some_and(|listening| listening.clarified);
        match verdict_for(kind, &judged, read_back) {
            Verdict::Miss => false,
            _ if self.refuses(&judged.value) => true,
            _ if asks_between && !clarified && judged.next.is_some() => {
                let Judged { value, next: Some(next), margin, .. } = judged else { return false };
                self.understood(Rank::Step, || "two values fit alike".to_owned(), Some(margin));
                self.offer(Offer::Either(value, next));
                true
            }
            Verdict::Take => {
                self.understood(Rank::Step, || "taken".to_owned(), Some(judged.margin));
                self.take(judged.value);
                true
            }
            Verdict::ReadBack => {
                self.understood(Rank::Step, || "read back".to_owned(), Some(judged.margin));
                self.offer(Offer::Value(judged.value));
                true
            }
        }
    }

    pub(super) fn try_choice(&mut self, bundle: &Bundle, utterance: &Utterance) -> bool {
        let Some(kind) = self.listening_type(bundle) else { return false };
        let Some(judged) = self.judge(kind, utterance, "") else { return false };
        let sureness = kind.sureness();
        let position = |value: &Value| value.as_text().and_then(|text| text.parse::<usize>().ok());
        let Some(best) = position(&judged.value) else { return false };
        self.weigh(Rank::Step, || format!("choice {}", best + 1), judged.score);
        if judged.score < sureness.reject {
            return false;
        }
        let clarified = self.listening_mut().is_some_and(|listening| listening.clarified);
        let second = judged.next.as_ref().and_then(position);
        if let Some(second) = second {
            self.weigh(Rank::Step, || format!("choice {}", second + 1), judged.score - judged.margin);
        }
        if judged.margin < MARGIN && !clarified {
            self.understood(Rank::Step, || "two choices fit alike".to_owned(), Some(judged.margin));
            self.offer(Offer::Choices(std::iter::once(best).chain(second).collect()));
        } else if judged.score >= sureness.accept || clarified {
            self.understood(Rank::Step, || format!("choice {}", best + 1), Some(judged.margin));
            self.take(judged.value);
        } else {
            self.understood(Rank::Step, || format!("asked whether choice {} is meant", best + 1), Some(judged.margin));
            self.offer(Offer::Choices(vec![best]));
        }
        true
    }

    /// Yes, no, or what is wrong with the facts that were read back.
    pub(super) fn try_facts(&mut self, bundle: &Bundle, utterance: &Utterance) -> bool {
        if self.correct_a_fact(bundle, utterance) {
            return true;
        }
        let asks_what_is_wrong = matches!(&self.state, State::Listening(listening) if listening.part == WHAT_IS_WRONG);
        !asks_what_is_wrong && self.try_value(bundle, utterance)
    }
}

/// Kinds of which two values can be told apart in a question; of codes and long numbers the best is read back.
fn can_be_asked_between(kind: &SlotType) -> bool {
    matches!(
        kind,
        SlotType::Date
            | SlotType::Time
            | SlotType::Duration
            | SlotType::Number { .. }
            | SlotType::Money { .. }
            | SlotType::Place { .. }
            | SlotType::Choice { .. }
    )
}
