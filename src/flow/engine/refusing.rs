//! Values that a slot refuses: understood well enough, and yet impossible, as a day that is past.

use std::sync::Arc;

use crate::words::Value;

use super::super::act::{BargeIn, Rank};
use super::super::bundle::Refusal;
use super::super::expression::{Trouble, Variable};
use super::super::sentence::SentenceId;
use super::conversation::Conversation;
use super::judging::Judged;
use super::speech::Part;
use super::values::datum;

/// What stands for the caller's value in a rule.
const VALUE: &str = super::super::check::REFUSED;
/// How often a step refuses values before the caller is stuck.
const MOST_REFUSALS: u32 = 3;

impl Conversation {
    /// Which rule of a slot of the flow on top refuses a value. A rule that cannot be computed, because it compares with
    /// a slot that is not filled, refuses nothing.
    pub(super) fn refused(&self, slot: &str, value: &Value) -> Option<usize> {
        let frame = self.frames.last()?;
        let slot = self.bundle.flow(frame.flow).slots.get(slot)?;
        let lookup = |name: &str| match name {
            VALUE if slot.kind.is_spelt() => Some(Variable::Spelt(value.to_string())),
            VALUE => Some(Variable::One(datum(value.clone()))),
            name => self.variable(name),
        };
        let holds = |rule: &Refusal| rule.when.holds(&lookup, &self.bundle.timezone).unwrap_or(false);
        slot.refuse.iter().position(holds)
    }

    /// Of two readings the one that is possible.
    pub(super) fn allowed_reading(&self, judged: Judged) -> Judged {
        let bundle = Arc::clone(&self.bundle);
        let slot = self.asked(&bundle).and_then(|asked| asked.slot);
        let (Some(slot), Some(next)) = (slot, &judged.next) else { return judged };
        match (self.refused(slot, &judged.value), self.refused(slot, next)) {
            (None, Some(_)) => Judged { margin: judged.score, next: None, ..judged },
            (Some(_), None) => {
                let score = judged.score - judged.margin;
                Judged { value: next.clone(), score, margin: score, next: None }
            }
            _ => judged,
        }
    }

    /// Refuses a value of the question that stands. False when there is nothing against it.
    pub(super) fn refuses(&mut self, value: &Value) -> bool {
        let bundle = Arc::clone(&self.bundle);
        let slot = self.asked(&bundle).and_then(|asked| asked.slot);
        slot.is_some_and(|slot| self.refuses_for(slot, value))
    }

    /// Refuses a value of a slot: says why, and puts the question that stands again.
    pub(super) fn refuses_for(&mut self, slot: &str, value: &Value) -> bool {
        let Some(rule) = self.refused(slot, value) else { return false };
        let bundle = Arc::clone(&self.bundle);
        let slots = self.frames.last().map(|frame| &bundle.flow(frame.flow).slots);
        let rule = slots.and_then(|slots| slots.get(slot)).and_then(|slot| slot.refuse.get(rule));
        let Some(why) = rule.map(|rule| rule.say) else { return false };
        self.understood(Rank::Step, || "refused".to_owned(), None);
        self.progress();
        self.drop_offer();
        self.refuse(why);
        true
    }

    fn refuse(&mut self, why: SentenceId) {
        let Some(listening) = self.listening_mut() else { return };
        listening.refusals += 1;
        if listening.refusals > MOST_REFUSALS {
            self.stuck();
            return;
        }
        self.said.clear();
        match self.say_sentence(why, Part::Prompt, BargeIn::Allowed) {
            Ok(()) => self.ask_shortly(),
            Err(Trouble(what)) => self.trouble(&what),
        }
    }
}
