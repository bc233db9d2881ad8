//! How the caller feels and how complicated the matter is: judged once a finished caller turn, before the reply.

use std::sync::Arc;

use super::super::act::{Act, Complexity, Mood};
use super::super::bundle::{HandlerAction, HandlerName, ReadBack, Verb};
use super::conversation::Conversation;
use super::judging::{Verdict, verdict};
use super::state::State;
use super::understand::Utterance;

/// How often each of the two handlers fires in a call.
const MOST_FIRINGS: u32 = 2;

/// What is known of the caller's mood, and when it was last acted upon.
#[derive(Clone, Debug, Default)]
pub struct Feeling {
    pub mood: Option<Mood>,
    pub complexity: Option<Complexity>,
    /// Finished caller turns.
    turn: u32,
    upset_turns: u32,
    mood_fired: Fired,
    complexity_fired: Fired,
}

#[derive(Clone, Copy, Debug, Default)]
struct Fired {
    times: u32,
    /// The turn in which it fired last.
    last: Option<u32>,
}

impl Fired {
    fn may_fire(self, turn: u32) -> bool {
        self.times < MOST_FIRINGS && self.last.is_none_or(|last| last + 1 < turn)
    }

    fn fires(&mut self, turn: u32) {
        self.times += 1;
        self.last = Some(turn);
    }
}

impl Conversation {
    /// Takes note of a finished caller turn.
    pub(super) fn feel(&mut self, mood: Option<Mood>, complexity: Option<Complexity>) {
        let feeling = &mut self.feeling;
        feeling.turn += 1;
        if let Some(mut mood) = mood {
            feeling.upset_turns = if mood.distress >= Mood::ENTER { feeling.upset_turns + 1 } else { 0 };
            mood.turns = Some(mood.turns.unwrap_or(feeling.upset_turns));
            feeling.mood = Some(mood);
        } else {
            feeling.mood = None;
        }
        if complexity.is_some() {
            feeling.complexity = complexity;
        }
    }

    /// Fires `mood`, or else `complexity`, if one is due. True when it takes the place of the reply.
    pub(super) fn mood_or_complexity(&mut self, utterance: Option<&Utterance>) -> bool {
        let turn = self.feeling.turn;
        let mood = self.feeling.mood.is_some() && self.feeling.mood_fired.may_fire(turn);
        if mood && self.fire_feeling(HandlerName::Mood, utterance) {
            return true;
        }
        let complexity = self.feeling.complexity.is_some() && self.feeling.complexity_fired.may_fire(turn);
        complexity && self.fire_feeling(HandlerName::Complexity, utterance)
    }

    fn fire_feeling(&mut self, name: HandlerName, utterance: Option<&Utterance>) -> bool {
        if matches!(self.state, State::Ended | State::Fresh) || self.aside.is_some() {
            return false;
        }
        let Some(action) = self.handler_action(name) else { return false };
        let turn = self.feeling.turn;
        let fired = match name {
            HandlerName::Mood => &mut self.feeling.mood_fired,
            _ => &mut self.feeling.complexity_fired,
        };
        fired.fires(turn);
        if self.queued.is_some() || (self.is_handing_over() && matches!(action, HandlerAction::Goto(_))) {
            // A person is being found already: the caller becomes more urgent, nothing else.
            self.acts.push(Act::Handler { name: name.name() });
            self.more_urgent();
            return false;
        }
        match (action, utterance) {
            (HandlerAction::Goto(_), Some(utterance)) => self.keep_what_was_given(utterance),
            // After the steps the caller is answered.
            (HandlerAction::Steps(_), Some(utterance)) => self.deferred = Some((utterance.clone(), self.said.clone())),
            (_, None) => {}
        }
        self.fire(name)
    }

    /// Fills the slot the step asks for with what was plainly said, before the step is left for good: the person who
    /// takes the call need not ask again.
    fn keep_what_was_given(&mut self, utterance: &Utterance) {
        let bundle = Arc::clone(&self.bundle);
        let State::Listening(listening) = &self.state else { return };
        let index = listening.step;
        let Some(Verb::Ask(ask)) = self.listening_verb(&bundle) else { return };
        let Some(kind) = self.listening_type(&bundle) else { return };
        if matches!(kind, crate::words::SlotType::YesNo | crate::words::SlotType::FreeText) {
            return;
        }
        let Some(judged) = self.judge(kind, utterance, "") else { return };
        if verdict(kind.sureness(), &judged, ReadBack::IfUnsure) == Verdict::Take {
            self.fill_by_caller(&ask.slot, judged.value, index);
        }
    }
}
