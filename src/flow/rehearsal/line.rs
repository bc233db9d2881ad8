//! What a test is played on: a rehearsal that takes words as they are written, one whose caller has a voice, or a whole
//! call over the wire.

use std::time::Duration;

use super::super::act::{ListenAct, QueueResult};
use super::caller::{CallerTurn, Says};
use super::documents::{CallerLine, Wording};
use super::happening::Happening;
use super::run::{Rehearsal, Stop};
use crate::words::Language;

/// A call that a test is played on.
pub trait Line {
    /// The call as it stands: what it waits for, and what it knows.
    fn call(&self) -> &Rehearsal;

    /// Whether what the caller says is spoken and has to be heard.
    fn is_spoken(&self) -> bool {
        true
    }

    /// Lets the bot speak until it waits for the caller, or until the caller interrupts it.
    ///
    /// # Errors
    ///
    /// The call cannot go on: why.
    fn hear_out(&mut self, interrupts: Option<Interruption<'_>>) -> Result<Stop, String>;

    /// Lets the caller do something, and gives what arrived of it.
    ///
    /// # Errors
    ///
    /// It cannot be done on this line: why.
    fn give(&mut self, line: &CallerLine, manner: Manner) -> Result<CallerTurn, String>;

    /// Lets a wait for a person take its course.
    ///
    /// # Errors
    ///
    /// As [`Line::hear_out`].
    fn go_on(&mut self) -> Result<Stop, String>;

    /// Something happens that a `wait` may wait for.
    ///
    /// # Errors
    ///
    /// As [`Line::give`].
    fn event(&mut self, name: &str) -> Result<(), String>;

    /// The wait for a person ends now.
    ///
    /// # Errors
    ///
    /// As [`Line::give`].
    fn end_queue(&mut self, result: QueueResult) -> Result<(), String>;

    /// What has happened since this was last asked.
    fn take(&mut self) -> Vec<Happening>;
}

/// When the caller interrupts: so long after the bot began to say something that fits, or anything.
#[derive(Clone, Copy, Debug)]
pub struct Interruption<'t> {
    /// How long after its beginning.
    pub after: Duration,
    /// What; `None`: the first thing that is said.
    pub into: Option<&'t Wording>,
}

impl Interruption<'_> {
    /// Whether this is the saying that is interrupted.
    pub fn is_into(&self, one: &Happening) -> bool {
        match (self.into, one.said()) {
            (Some(wording), Some(said)) => wording.fits(said),
            (None, said) => said.is_some(),
            _ => false,
        }
    }
}

/// How a line is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// As the caller speaks.
    Plainly,
    /// Slower, by somebody who was not understood.
    Slowly,
}

/// Hears what a caller of a test says, in place of the text that was written down: the voice level.
pub trait Ears {
    /// What the recogniser makes of a line or of a noise, in a call that listens like this; `None`: nothing.
    ///
    /// # Errors
    ///
    /// The line cannot be spoken or heard: why.
    fn hear(
        &mut self,
        line: &CallerLine,
        listen: Option<&ListenAct>,
        language: Language,
        manner: Manner,
    ) -> Result<Option<Says>, String>;
}

/// Virtual time; what the caller says is text, or is heard by ears.
pub(super) struct VirtualLine<'e> {
    pub call: Rehearsal,
    pub ears: Option<&'e mut dyn Ears>,
}

impl Rehearsal {
    /// Lets the bot speak until it waits for the caller, or until the caller interrupts it.
    pub(super) fn hear_out(&mut self, interrupts: Option<Interruption<'_>>) -> Stop {
        match interrupts {
            None => self.settle(None),
            Some(interrupts) => self.settle_interrupted(interrupts.after, &|one| interrupts.is_into(one)),
        }
    }
}

impl CallerLine {
    /// What is done, as it is written; `None`: a recording without its words.
    pub fn written(&self) -> Option<CallerTurn> {
        match self {
            Self::Turn(turn) => Some(turn.clone()),
            Self::Audio { says, barge_in_after, .. } => says
                .as_ref()
                .map(|says| CallerTurn::Says(Says { barge_in_after: *barge_in_after, ..Says::plainly(says.clone()) })),
        }
    }

    /// Whether there is something in it to be heard.
    pub fn is_sound(&self) -> bool {
        matches!(self, Self::Audio { .. } | Self::Turn(CallerTurn::Says(_) | CallerTurn::Noise | CallerTurn::Mumbles))
    }
}

impl Line for VirtualLine<'_> {
    fn call(&self) -> &Rehearsal {
        &self.call
    }

    fn is_spoken(&self) -> bool {
        self.ears.is_some()
    }

    fn hear_out(&mut self, interrupts: Option<Interruption<'_>>) -> Result<Stop, String> {
        Ok(self.call.hear_out(interrupts))
    }

    fn give(&mut self, line: &CallerLine, manner: Manner) -> Result<CallerTurn, String> {
        let turn = match (&mut self.ears, line) {
            (Some(ears), line) if line.is_sound() => {
                let heard = ears.hear(line, self.call.listening(), self.call.language(), manner)?;
                match (heard, line) {
                    (Some(says), _) => CallerTurn::Says(says),
                    (None, CallerLine::Turn(CallerTurn::Noise)) => CallerTurn::Noise,
                    (None, _) => CallerTurn::Mumbles,
                }
            }
            (_, line) => line.written().unwrap_or(CallerTurn::Mumbles),
        };
        self.call.give(turn.clone());
        Ok(turn)
    }

    fn go_on(&mut self) -> Result<Stop, String> {
        Ok(self.call.go_on())
    }

    fn event(&mut self, name: &str) -> Result<(), String> {
        self.call.happens_outside(name);
        Ok(())
    }

    fn end_queue(&mut self, result: QueueResult) -> Result<(), String> {
        self.call.queue_ends(result);
        Ok(())
    }

    fn take(&mut self) -> Vec<Happening> {
        self.call.take()
    }
}
