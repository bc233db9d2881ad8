//! A conversation under watch: what a caller does, what came of it, and the first thing that was wrong with it.

use super::caller::CallerTurn;
use super::caught::caught;
use super::happening::Happening;
use super::run::{Rehearsal, Stop};
use super::show::{Shown, Who, show, show_turn};
use super::watch::Watch;

/// So many silences must be enough for any line.
pub const MOST_SILENCES: usize = 60;

/// A conversation under watch.
pub struct Course {
    pub call: Rehearsal,
    watch: Watch,
    pub dialogue: Vec<Shown>,
    pub happened: Vec<Happening>,
    pub wrong: Option<String>,
}

impl Course {
    /// A call that was just answered.
    pub fn of(call: Rehearsal) -> Self {
        Self { call, watch: Watch::default(), dialogue: Vec::new(), happened: Vec::new(), wrong: None }
    }

    /// Whether the call has ended, or something is wrong already.
    pub fn is_over(&self) -> bool {
        self.call.has_ended() || self.wrong.is_some()
    }

    /// The caller does this; what comes of it is not waited for.
    pub fn give(&mut self, turn: CallerTurn) {
        self.dialogue.push(Shown::new(self.call.clock(), Who::Caller, show_turn(&turn)));
        let speaks = !matches!(turn, CallerTurn::Silence | CallerTurn::Wait(_));
        self.call.give(turn);
        if speaks {
            self.watch.caller_spoke(self.call.clock());
        }
    }

    /// Looks at what has happened since, and at why the call stands still, if it does.
    pub fn note(&mut self, stop: Option<Stop>) {
        let happened = self.call.take();
        let stop = stop.filter(|_| !self.call.has_ended());
        self.look(happened, stop);
    }

    /// Looks at what has happened while the call goes on.
    pub fn look(&mut self, happened: Vec<Happening>, stop: Option<Stop>) {
        self.dialogue.extend(happened.iter().filter_map(show));
        let wrong = self.watch.look(&happened, stop);
        self.wrong = self.wrong.take().or(wrong);
        self.happened.extend(happened);
    }

    /// Lets the call run its course; a panic in it is what was wrong.
    pub fn guarded(&mut self, runs: impl FnOnce(&mut Self)) {
        if let Err(panic) = caught(|| runs(self)) {
            self.panicked(panic);
        }
    }

    /// What the caller did last has ended in a panic: that is what was wrong, behind whatever happened before it.
    pub fn panicked(&mut self, panic: String) {
        self.dialogue.extend(self.call.take().iter().filter_map(show));
        self.wrong = Some(panic);
    }

    /// The caller has nothing more to do. A call that has not ended after so many silences never will; private values
    /// are masked.
    pub fn close(&mut self) {
        if !self.is_over() {
            self.wrong = Some(format!("no end: the call goes on after {MOST_SILENCES} silences"));
        }
        for shown in &mut self.dialogue {
            shown.text = self.call.masked(&shown.text);
        }
    }
}
