//! Trouble, and the end of a call.

use super::super::act::{Act, EndReason};
use super::super::input::TimerId;
use super::super::phrases::Phrase;
use super::conversation::{Conversation, MOST_STEPS};
use super::speech::Part;
use super::state::State;

/// How many things may go wrong before the call is given up.
const MOST_TROUBLES: u32 = 4;
/// After so many misses without anything understood the call is given up.
const MOST_FRUITLESS: u32 = 24;

impl Conversation {
    /// Something went wrong while a flow ran: its `error` handler, else the bundle's `handover`, else an apology.
    pub(super) fn trouble(&mut self, what: &str) {
        self.acts.push(Act::Trouble { what: what.to_owned() });
        self.troubles += 1;
        if self.hung_up {
            self.end(EndReason::CallerHungUp, None);
            return;
        }
        self.error_kind.get_or_insert_with(|| "flow".to_owned());
        self.steps_left = self.steps_left.max(MOST_STEPS / 8);
        if self.troubles > MOST_TROUBLES {
            self.give_up();
            return;
        }
        self.error_handler();
    }

    /// Nothing more can be done for the caller.
    pub(super) fn give_up(&mut self) {
        self.say_phrase(Phrase::Sorry, Part::Statement);
        self.end(EndReason::Error, None);
    }

    /// Ends the call.
    pub(super) fn end(&mut self, reason: EndReason, note: Option<String>) {
        if self.has_ended() {
            return;
        }
        let reason = if self.hung_up { EndReason::CallerHungUp } else { reason };
        self.cancel_timers();
        self.secure_or_not(false);
        self.state = State::Ended;
        self.aside = None;
        self.queued = None;
        self.frames.clear();
        self.pending.clear();
        self.acts.push(Act::End { reason, note });
    }

    /// Something was understood: the counts of what was not begin anew.
    pub(super) fn progress(&mut self) {
        self.fruitless = 0;
    }

    /// One more miss. True when it is time to give up.
    pub(super) fn one_more_miss(&mut self) -> bool {
        self.fruitless += 1;
        self.fruitless >= MOST_FRUITLESS
    }

    fn cancel_timers(&mut self) {
        self.forget_keys();
        let pending: Vec<Option<TimerId>> =
            self.pending.iter().flat_map(|pending| [pending.limit_timer, pending.filler_timer]).collect();
        let others = [self.callback_timer.take(), self.zero_timer.take()];
        for timer in others {
            self.cancel_timer(timer);
        }
        for timer in pending {
            self.cancel_timer(timer);
        }
    }
}
