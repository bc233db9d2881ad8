//! Taking what was understood: filling the slot, answering the question, and going on.

use std::sync::Arc;

use crate::words::Value;

use super::super::act::RecordWhat;
use super::super::bundle::{Jump, StepIndex, Verb};
use super::super::datum::Datum;
use super::super::phrases::Phrase;
use super::asked::{OPENING, TOGETHER, WHAT_IS_WRONG, WHICH_NUMBER};
use super::conversation::{After, Conversation};
use super::frame::Trail;
use super::ladder::Miss;
use super::speech::Part;
use super::state::State;
use super::values::datum;

impl Conversation {
    /// Takes a value for the question that stands, and goes on.
    pub(super) fn take(&mut self, value: Value) {
        self.forget_keys();
        self.progress();
        self.said.clear();
        if let After::Go(jump) = self.taken(value) {
            self.go(jump);
        }
    }

    /// Takes a value for the question that stands and says where to go, unless the step asks on.
    pub(super) fn taken(&mut self, value: Value) -> After {
        let bundle = Arc::clone(&self.bundle);
        let State::Listening(listening) = &self.state else { return After::Wait };
        let (index, part) = (listening.step, listening.part);
        let Some(frame) = self.frames.last() else { return After::Wait };
        let step = bundle.flow(frame.flow).step(index);
        let truth = value.as_bool();
        match &step.verb {
            Verb::Ask(ask) => {
                self.fill_by_caller(&ask.slot, value, index);
                After::Go(step.next)
            }
            Verb::AskAll(ask) => match part {
                OPENING => After::Wait,
                TOGETHER if truth == Some(true) => After::Go(step.next),
                TOGETHER => self.what_is_wrong(None),
                part => {
                    if let Some(one) = ask.slots.get(part) {
                        self.fill_by_caller(&one.slot, value, index);
                    }
                    self.ask_for_what_is_missing(ask, step.next)
                }
            },
            Verb::Menu(menu) => {
                let position = value.as_text().and_then(|text| text.parse::<usize>().ok());
                match position.and_then(|position| menu.choices.get(position)) {
                    Some(choice) => After::Go(choice.to),
                    None => After::Wait,
                }
            }
            Verb::Confirm(_) if truth == Some(true) => After::Go(step.next),
            Verb::Confirm(confirm) => self.what_is_wrong(confirm.if_no),
            Verb::Record(record) => {
                let agreed = truth == Some(true);
                self.consent = Some(agreed);
                if agreed {
                    self.record(RecordWhat::Start);
                    return After::Go(step.next);
                }
                After::Go(record.if_refused.unwrap_or(step.next))
            }
            Verb::Callback(_) | Verb::Queue(_) => self.number_answered(part, &value),
            Verb::Survey(survey) => {
                if let Some(question) = survey.questions.get(part) {
                    if !Self::is_an_answer(question.kind, &value) {
                        self.miss(Miss::Mishearing);
                        return After::Wait;
                    }
                    self.survey.insert(question.name.clone(), survey_answer(value));
                }
                self.next_question(survey, part + 1, index)
            }
            Verb::Answer(answer) => {
                let question = value.to_string();
                self.look_for_answer(index, answer, question);
                After::Wait
            }
            _ => After::Wait,
        }
    }

    /// Fills a slot with what the caller said at a step.
    pub(super) fn fill_by_caller(&mut self, slot: &str, value: Value, step: StepIndex) {
        self.fill(slot, datum(value));
        if let Some(frame) = self.frames.last_mut() {
            frame.leave_trail(Trail::Filled { slot: slot.to_owned(), step });
        }
    }

    /// "No" to facts: the exit for it, or else the question what is wrong.
    fn what_is_wrong(&mut self, if_no: Option<Jump>) -> After {
        if let Some(jump) = if_no {
            return After::Go(jump);
        }
        let bundle = Arc::clone(&self.bundle);
        let has_facts = !self.correctable(&bundle).is_empty();
        let is_confirm = matches!(self.listening_verb(&bundle), Some(Verb::Confirm(_)));
        if !has_facts {
            // There is nothing to correct: a "no" leads where being stuck leads.
            self.stuck();
            return After::Wait;
        }
        if self.one_more_correction() > super::offers::MOST_CORRECTIONS {
            self.miss(Miss::Mishearing);
            return After::Wait;
        }
        if is_confirm && let Some(listening) = self.listening_mut() {
            let corrections = listening.corrections;
            listening.turn_to(WHAT_IS_WRONG);
            listening.corrections = corrections;
            self.ask_shortly();
        } else {
            self.say_phrase(Phrase::WhatIsWrong, Part::Prompt);
            self.listen();
        }
        After::Wait
    }

    /// The answer about the number to be called back on.
    fn number_answered(&mut self, part: usize, value: &Value) -> After {
        match (part, value) {
            (WHICH_NUMBER, Value::Text(number)) => {
                self.calling_back = Some(number.clone());
                self.call_back();
                After::Wait
            }
            (_, Value::Bool(true)) => {
                self.call_back();
                After::Wait
            }
            _ => {
                if let Some(listening) = self.listening_mut() {
                    listening.turn_to(WHICH_NUMBER);
                }
                self.ask_shortly();
                After::Wait
            }
        }
    }

    /// The question that stands does without an answer.
    pub(super) fn go_on_without(&mut self) {
        let bundle = Arc::clone(&self.bundle);
        let State::Listening(listening) = &self.state else { return };
        let (index, part) = (listening.step, listening.part);
        let Some(frame) = self.frames.last() else { return };
        let step = bundle.flow(frame.flow).step(index);
        self.forget_keys();
        self.said.clear();
        let after = match &step.verb {
            Verb::Record(record) => {
                self.consent = Some(false);
                After::Go(record.if_refused.unwrap_or(step.next))
            }
            Verb::Survey(survey) => self.next_question(survey, part + 1, index),
            Verb::Callback(callback) => {
                self.calling_back = None;
                After::Go(callback.if_refused.unwrap_or(step.next))
            }
            Verb::Queue(_) => {
                self.calling_back = None;
                self.wait_on_in_queue(index);
                After::Wait
            }
            _ => After::Wait,
        };
        if let After::Go(jump) = after {
            self.go(jump);
        }
    }
}

/// An answer of a survey as it is kept: the stars as a number.
fn survey_answer(value: Value) -> Datum {
    match value {
        Value::Text(text) => text.parse().map_or(Datum::Text(text), Datum::Number),
        other => datum(other),
    }
}
