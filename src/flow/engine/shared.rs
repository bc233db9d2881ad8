//! Values that outlive a run of a flow: the bundle's `shared` slots. A flow that begins knows what another was given;
//! its `ask` only asks whether it is still the same.

use std::sync::Arc;

use super::super::act::Rank;
use super::super::bundle::{Ask, FlowIndex, ReadBack, StepIndex};
use super::super::datum::Datum;
use super::super::expression::Trouble;
use super::conversation::{After, Conversation};
use super::frame::{Frame, Return};
use super::state::{Listening, Offer, State};
use super::values::value_of;

impl Conversation {
    /// A run of a flow, with what it knows from the flows before it.
    pub(super) fn new_frame(&self, flow: FlowIndex, returns: Return) -> Frame {
        let mut frame = Frame::new(flow, returns);
        let slots = &self.bundle.flow(flow).slots;
        for (name, value) in self.shared.iter().filter(|(name, _)| slots.contains_key(*name)) {
            frame.values.insert(name.clone(), value.clone());
            frame.from_before.insert(name.clone());
        }
        frame
    }

    /// Keeps the value of a slot for the flows to come, if it is shared.
    pub(super) fn share(&mut self, slot: &str, value: &Datum) {
        if self.bundle.shared.contains(slot) && !self.secure {
            self.shared.insert(slot.to_owned(), value.clone());
        }
    }

    /// Empties a slot of the flow on top; what is wrong here is known to no other flow either.
    pub(super) fn forget_slot(&mut self, slot: &str) {
        if let Some(frame) = self.frames.last_mut() {
            frame.values.remove(slot);
            frame.from_before.remove(slot);
        }
        self.shared.remove(slot);
    }

    /// Whether an `ask` comes to a value that another flow was given.
    pub(super) fn asks_if_still(&self, ask: &Ask) -> bool {
        let is_from_before = self.frames.last().is_some_and(|frame| frame.from_before.contains(&ask.slot));
        is_from_before && ask.read_back != ReadBack::Never && !self.is_secure()
    }

    /// Asks whether a value is still the same.
    pub(super) fn ask_if_still(&mut self, index: StepIndex, ask: &Ask) -> Result<After, Trouble> {
        let bundle = Arc::clone(&self.bundle);
        let value = self.frames.last().and_then(|frame| {
            let slot = bundle.flow(frame.flow).slots.get(&ask.slot)?;
            value_of(&slot.kind, frame.values.get(&ask.slot)?)
        });
        let Some(value) = value else { return self.listen_at(index) };
        let mut listening = Listening::at(index);
        listening.still = true;
        self.state = State::Listening(listening);
        self.offer_without_forgetting(Offer::Value(value));
        Ok(After::Wait)
    }

    /// "No" to that: the question itself, at no cost.
    pub(super) fn not_the_same(&mut self, slot: &str) {
        self.understood(Rank::Step, || "another one".to_owned(), None);
        self.forget_slot(slot);
        self.drop_offer();
        self.said.clear();
        if let Err(Trouble(what)) = self.ask() {
            self.trouble(&what);
        }
    }
}
