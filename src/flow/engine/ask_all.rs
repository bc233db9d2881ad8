//! `ask_all`: several slots in any order, asking only for what is missing.

use std::sync::Arc;

use super::super::bundle::{AskAll, Jump, StepIndex, Verb};
use super::super::expression::Trouble;
use super::asked::{OPENING, TOGETHER};
use super::conversation::{After, Conversation};
use super::state::{Listening, State};
use super::understand::Utterance;

impl Conversation {
    /// Comes to an `ask_all`.
    pub(super) fn ask_all(&mut self, index: StepIndex, ask: &AskAll, next: Jump) -> Result<After, Trouble> {
        self.state = State::Listening(Listening::at(index));
        let missing = self.missing(ask);
        if missing.len() > 1 {
            if let Some(held) = self.held.take() {
                self.take_several(&held, ask, index, true);
            }
            if ask.listening.prompt.is_some() && self.missing(ask).len() == missing.len() {
                if let Some(listening) = self.listening_mut() {
                    listening.part = OPENING;
                }
                self.ask()?;
                return Ok(After::Wait);
            }
        }
        // A step that comes back with everything filled has been answered before.
        if missing.is_empty() {
            return Ok(After::Go(next));
        }
        Ok(self.ask_for_what_is_missing(ask, next))
    }

    /// The positions of the slots that are not filled.
    pub(super) fn missing(&self, ask: &AskAll) -> Vec<usize> {
        let Some(frame) = self.frames.last() else { return Vec::new() };
        (0..ask.slots.len()).filter(|position| !frame.has(&ask.slots[*position].slot)).collect()
    }

    /// Asks for the first slot that is missing; when none is, reads everything back, or goes on.
    pub(super) fn ask_for_what_is_missing(&mut self, ask: &AskAll, next: Jump) -> After {
        let part = match self.missing(ask).first() {
            Some(position) => *position,
            None if ask.together => TOGETHER,
            None => return After::Go(next),
        };
        self.turn_to(part);
        match self.ask() {
            Ok(()) => After::Wait,
            Err(Trouble(what)) => After::Trouble(what),
        }
    }

    /// Everything at once was too much: the first slot that is missing.
    pub(super) fn ask_one_by_one(&mut self) {
        let bundle = Arc::clone(&self.bundle);
        let Some(Verb::AskAll(ask)) = self.listening_verb(&bundle) else { return };
        let missing = self.missing(ask);
        let Some(listening) = self.listening_mut() else { return };
        // The tries so far count: it is the same question, put in pieces.
        listening.part = missing.first().copied().unwrap_or(0);
        self.ask_shortly();
    }

    /// Another question of the same step.
    pub(super) fn turn_to(&mut self, part: usize) {
        self.forget_keys();
        if let Some(listening) = self.listening_mut() {
            listening.turn_to(part);
        }
    }

    /// Takes everything an utterance says of the slots of an `ask_all`. False when it says nothing of them.
    pub(super) fn try_several(&mut self, utterance: &Utterance) -> bool {
        let bundle = Arc::clone(&self.bundle);
        let State::Listening(listening) = &self.state else { return false };
        let (index, part) = (listening.step, listening.part);
        let Some(frame) = self.frames.last() else { return false };
        let step = bundle.flow(frame.flow).step(index);
        let Verb::AskAll(ask) = &step.verb else { return false };
        if part == TOGETHER || self.take_several(utterance, ask, index, part == OPENING) == 0 {
            return false;
        }
        self.progress();
        self.said.clear();
        match self.ask_for_what_is_missing(ask, step.next) {
            After::Go(jump) => self.go(jump),
            After::Wait => {}
            After::Trouble(what) => self.trouble(&what),
        }
        true
    }

    /// Fills what is plainly said of the slots that are missing, and says how many that were. Without `alone` a
    /// single value is left to the question that stands.
    fn take_several(&mut self, utterance: &Utterance, ask: &AskAll, index: StepIndex, alone: bool) -> usize {
        let wanted: Vec<&str> =
            self.missing(ask).into_iter().map(|position| ask.slots[position].slot.as_str()).collect();
        let found = self.several(&wanted, utterance, ask.together);
        if found.is_empty() || (found.len() == 1 && !alone) {
            return 0;
        }
        let count = found.len();
        for (slot, judged) in found {
            self.fill_by_caller(&slot, judged.value, index);
        }
        count
    }
}
