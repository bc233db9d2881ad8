//! What of a conversation is private, so that whoever records it can mask it.

use super::super::bundle::{Privacy, Slot, Verb};
use super::super::datum::Datum;
use super::conversation::Conversation;
use super::state::{Offer, State};

/// How many private values of a call are remembered.
const MOST_REMEMBERED: usize = 64;

impl Conversation {
    /// The private values of the call so far, in their normal form, and the one that is being read back, if it is
    /// private. A flow that has ended may still be speaking of its own.
    pub fn private_values(&self) -> Vec<String> {
        let mut values = self.private.clone();
        if let (State::Listening(listening), true) = (&self.state, self.asks_for_private()) {
            match &listening.offer {
                Offer::Value(value) | Offer::Correction { value, .. } => values.push(value.to_string()),
                Offer::Either(first, second) => values.extend([first.to_string(), second.to_string()]),
                _ => {}
            }
        }
        values.extend(self.calling_back.clone());
        values
    }

    /// Remembers the value of a slot or a variable of the flow on top, if it is private.
    pub(super) fn remember_if_private(&mut self, name: &str, value: &Datum) {
        let Some(frame) = self.frames.last() else { return };
        let is_private = self.bundle.flow(frame.flow).privacy(name) != Privacy::None || frame.secret.contains(name);
        if !is_private || value.is_absent() {
            return;
        }
        let value = value.text();
        if self.private.contains(&value) {
            return;
        }
        if self.private.len() >= MOST_REMEMBERED {
            self.private.remove(0);
        }
        self.private.push(value);
    }

    /// Whether the step that listens now asks for a private value, so that the answer must be masked whether or not
    /// it was understood.
    pub fn asks_for_private(&self) -> bool {
        let State::Listening(listening) = &self.state else { return false };
        let Some(frame) = self.frames.last() else { return false };
        if self.is_secure() {
            return true;
        }
        let slots = &self.bundle.flow(frame.flow).slots;
        let is_private = |slot: &str| slots.get(slot).is_some_and(Slot::is_private);
        match &self.bundle.flow(frame.flow).step(listening.step).verb {
            Verb::Ask(ask) => is_private(&ask.slot),
            Verb::AskAll(ask) => ask.slots.iter().any(|one| is_private(&one.slot)),
            Verb::Confirm(confirm) => confirm.facts.iter().any(|fact| fact.private),
            Verb::Callback(_) | Verb::Queue(_) => true,
            _ => false,
        }
    }
}

impl Slot {
    fn is_private(&self) -> bool {
        self.privacy != Privacy::None
    }
}
