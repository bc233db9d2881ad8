//! `ask_all`: several slots in any order, asking only for what is missing.

use std::sync::Arc;

use super::super::act::Rank;
use super::super::bundle::{AskAll, Jump, ReadBack, StepIndex, Verb};
use super::super::expression::Trouble;
use super::asked::{OPENING, TOGETHER};
use super::conversation::{After, Conversation};
use super::several::Given;
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

    /// Takes everything an utterance says of the slots of an `ask_all`. False when it says nothing of them, or only
    /// what the question that stands asks for.
    pub(super) fn try_several(&mut self, utterance: &Utterance) -> bool {
        let bundle = Arc::clone(&self.bundle);
        let State::Listening(listening) = &self.state else { return false };
        let (index, part) = (listening.step, listening.part);
        let Some(frame) = self.frames.last() else { return false };
        let flow = bundle.flow(frame.flow);
        let step = flow.step(index);
        let Verb::AskAll(ask) = &step.verb else { return false };
        if part == TOGETHER {
            return false;
        }
        let found = self.take_several(utterance, ask, index, part == OPENING);
        let Some(unsure) = found else { return false };
        self.progress();
        self.said.clear();
        self.understood(Rank::Step, || "several values".to_owned(), None);
        // Of what was heard but not plainly, the first is asked about; the rest is asked for in its turn.
        for given in unsure {
            let position = ask.slots.iter().position(|one| one.slot == given.slot);
            let (Some(position), Some(slot)) = (position, flow.slots.get(&given.slot)) else { continue };
            self.turn_to(position);
            let read_back = self.asked(&bundle).map_or(ReadBack::IfUnsure, |asked| asked.read_back);
            if self.settle(&slot.kind, given.judged, read_back) {
                return true;
            }
        }
        match self.ask_for_what_is_missing(ask, step.next) {
            After::Go(jump) => self.go(jump),
            After::Wait => {}
            After::Trouble(what) => self.trouble(&what),
        }
        true
    }

    /// Fills what is plainly said of the slots that are missing, and gives back what was said less plainly. `None`
    /// when nothing was said of them; without `alone`, a single value is left to the question that stands.
    fn take_several(
        &mut self,
        utterance: &Utterance,
        ask: &AskAll,
        index: StepIndex,
        alone: bool,
    ) -> Option<Vec<Given>> {
        let wanted: Vec<&str> =
            self.missing(ask).into_iter().map(|position| ask.slots[position].slot.as_str()).collect();
        let found = self.several(&wanted, utterance, ask.together);
        if found.is_empty() || (found.len() == 1 && !alone) {
            return None;
        }
        for given in &found {
            self.weigh(Rank::Step, || given.slot.clone(), given.judged.score);
        }
        let (sure, unsure): (Vec<Given>, Vec<Given>) =
            found.into_iter().partition(|given| given.sure && self.refused(&given.slot, &given.judged.value).is_none());
        for given in sure {
            self.fill_by_caller(&given.slot, given.judged.value, index);
        }
        Some(unsure)
    }
}
