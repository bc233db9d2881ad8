//! What performs a conversation's acts when there is no telephone.

use super::super::act::{Act, Input};
use super::happening::{Happening, What};
use super::mouth::Stopped;
use super::run::Rehearsal;

impl Rehearsal {
    pub(super) fn perform(&mut self, act: Act) {
        let waits = matches!(act, Act::End { .. } | Act::Queue(_) | Act::Transfer(_) | Act::Voicemail(_));
        if waits && (!self.mouth.is_silent() || !self.after_quiet.is_empty()) {
            self.after_quiet.push_back(act);
            return;
        }
        match act {
            Act::Say(say) => self.mouth.say(say, self.step.clone(), self.clock),
            Act::Listen(listen) => {
                self.quiet_since = self.clock;
                self.listen = Some(listen);
            }
            Act::SetTimer { id, after } => self.timers.push((self.clock + after, id)),
            Act::CancelTimer { id } => {
                self.timers.retain(|(_, known)| *known != id);
                self.key_timers.retain(|known| *known != id);
            }
            Act::StopSaying => self.stop_saying(),
            Act::End { reason, note } => {
                self.ended = true;
                self.happen(What::Ended { reason, note });
            }
            Act::Entered { .. }
            | Act::Handler { .. }
            | Act::SlotFilled { .. }
            | Act::LookedUp { .. }
            | Act::Understood(_)
            | Act::Trouble { .. } => self.note_progress(act),
            other => self.perform_outside(other),
        }
    }

    /// Takes note of acts that only tell how far the conversation has come.
    pub(super) fn note_progress(&mut self, act: Act) {
        match act {
            Act::Entered { flow, step, .. } => {
                self.step = (flow.clone(), step.clone());
                self.happen(What::Step { flow, step });
            }
            Act::Handler { name } => self.happen(What::Handler { name }),
            Act::SlotFilled { slot, value, raw } => self.happen(What::SlotFilled { slot, value, raw }),
            Act::LookedUp { name, result, took } => self.happen(What::Answered { name, result, took }),
            Act::Understood(understood) => self.happen(What::Understood(understood)),
            Act::Trouble { what } => self.happen(What::Trouble { what }),
            _ => {}
        }
    }

    /// Performs what waited for the caller to have heard everything.
    pub(super) fn perform_after_quiet(&mut self) {
        while self.mouth.is_silent()
            && !self.ended
            && let Some(act) = self.after_quiet.pop_front()
        {
            let rest = std::mem::take(&mut self.after_quiet);
            self.perform(act);
            self.after_quiet.extend(rest);
        }
    }

    pub(super) fn stop_saying(&mut self) {
        let stopped = self.mouth.stop(self.clock);
        let inputs = self.note_stopped(stopped);
        for input in inputs {
            self.input(input);
        }
    }

    pub(super) fn note_stopped(&mut self, stopped: Vec<Stopped>) -> Vec<Input> {
        let mut inputs = Vec::new();
        for (place, one) in stopped.into_iter().enumerate() {
            if place == 0 && !one.heard.is_zero() {
                self.happen(What::Cut { saying: one.saying, heard: one.heard });
            }
            inputs.push(Input::Cut { saying: one.saying, heard: one.heard, of: one.of });
        }
        inputs
    }

    pub(super) fn happen(&mut self, what: What) {
        self.happened.push(Happening { at: self.clock, what });
    }
}
