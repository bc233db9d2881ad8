//! Where a conversation is: its step, its scopes, whether it is secure or on the way to a person; and its timers.

use super::super::act::Act;
use super::super::bundle::{Handlers, StepIndex, Verb};
use super::super::input::TimerId;
use super::conversation::Conversation;
use super::state::State;

impl Conversation {
    /// Whether a person is being found, or about to be.
    pub(super) fn is_handing_over(&self) -> bool {
        let at_a_way_to_a_person = || {
            let (step, frame) = (self.current_step()?, self.frames.last()?);
            let verb = &self.bundle.flow(frame.flow).step(step).verb;
            Some(matches!(verb, Verb::Queue(_) | Verb::Transfer(_) | Verb::Callback(_) | Verb::Voicemail(_)))
        };
        self.queued.is_some()
            || at_a_way_to_a_person() == Some(true)
            || self.frames.iter().any(|frame| frame.hands_over)
    }

    /// The step of the flow on top that is being performed or waited at.
    pub(super) fn current_step(&self) -> Option<StepIndex> {
        match &self.state {
            State::Listening(listening) => Some(listening.step),
            State::Waiting { id } => self.pending.iter().find(|pending| pending.id == *id).map(|pending| pending.step),
            State::Queued { step } => Some(*step),
            State::Running { step } => *step,
            State::Fresh | State::Ended => None,
        }
    }

    /// Whether only keys are heard now and nothing is kept of them.
    pub(super) fn is_secure(&self) -> bool {
        self.secure
    }

    pub(super) fn step_is_secure(&self, step: StepIndex) -> bool {
        self.frames.last().is_some_and(|frame| frame.secure || self.bundle.flow(frame.flow).step(step).secure)
    }

    /// Announces that a `secure` block begins or is over.
    pub(super) fn secure_or_not(&mut self, step_is_secure: bool) {
        let secure = step_is_secure || self.frames.last().is_some_and(|frame| frame.secure);
        if secure != self.secure && !self.hung_up {
            self.secure = secure;
            self.acts.push(Act::Secure { on: secure });
        }
    }

    /// Handlers of the step, the flow and the bundle, the innermost first.
    pub(super) fn handler_scopes(&self) -> Vec<&Handlers> {
        let mut scopes = Vec::new();
        let Some(frame) = self.frames.last() else { return scopes };
        let flow = self.bundle.flow(frame.flow);
        let step = self.current_step();
        scopes.extend(step.map(|step| &flow.step(step).handlers));
        scopes.push(&flow.handlers);
        scopes.push(&self.bundle.handlers);
        scopes
    }

    /// A new timer.
    pub(super) fn set_timer(&mut self, after: std::time::Duration) -> TimerId {
        let id = TimerId(self.next_timer);
        self.next_timer += 1;
        self.acts.push(Act::SetTimer { id, after });
        id
    }

    /// Forgets a timer.
    pub(super) fn cancel_timer(&mut self, timer: Option<TimerId>) {
        if let Some(id) = timer {
            self.acts.push(Act::CancelTimer { id });
        }
    }
}
