//! Following steps: from jump to jump, from flow to flow, and back to what was interrupted.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::act::{Act, EndReason};
use super::super::bundle::{FlowIndex, Jump, Slot, StepIndex, Verb};
use super::super::phrases::Phrase;
use super::conversation::{After, Conversation};
use super::frame::{Frame, Interrupted, Return};
use super::speech::Part;
use super::state::State;
use super::went::Went;

/// How deep flows may run each other.
const DEEPEST: usize = 12;

impl Conversation {
    /// Follows steps from a jump until something is waited for.
    pub(super) fn go(&mut self, jump: Jump) {
        let mut jump = jump;
        let mut from = self.current_step();
        loop {
            let Some(frame) = self.frames.last() else {
                self.end(EndReason::FlowEnded, None);
                return;
            };
            if self.steps_left == 0 {
                let what = format!("the flow `{}` went on without end", self.bundle.flow(frame.flow).name);
                self.trouble(&what);
                return;
            }
            self.steps_left -= 1;
            self.went.push(match from.take() {
                Some(step) => Went::Left { flow: frame.flow, step, to: jump },
                None => Went::CameBack { flow: frame.flow, to: jump },
            });
            self.state = State::Running { step: None };
            let by_name = matches!(jump, Jump::Label(_));
            jump = match self.bundle.flow(frame.flow).resolve(jump) {
                Jump::Step(step) => {
                    if by_name {
                        self.clear_for_asking_again(step);
                    }
                    self.state = State::Running { step: Some(step) };
                    let depth = self.frames.len();
                    match self.perform(step) {
                        After::Go(next) => {
                            // A step that runs another flow is left when that comes back.
                            from = (self.frames.len() == depth).then_some(step);
                            next
                        }
                        After::Wait => return,
                        // Nobody hears of it any more: what else the handler keeps is kept.
                        After::Trouble(what) if self.hung_up => {
                            self.acts.push(Act::Trouble { what });
                            from = Some(step);
                            self.next_of(step)
                        }
                        After::Trouble(what) => {
                            self.trouble(&what);
                            return;
                        }
                    }
                }
                Jump::Flow(flow) => {
                    self.replace_flow(flow);
                    self.bundle.flow(flow).entry
                }
                Jump::EndFlow | Jump::Label(_) => match self.leave_flow() {
                    Some(next) => next,
                    None => return,
                },
                Jump::Resume => {
                    let Some(frame) = self.frames.last_mut() else { return };
                    match frame.interrupted.pop() {
                        Some(interrupted) => {
                            self.resume(interrupted);
                            return;
                        }
                        None => match self.leave_flow() {
                            Some(next) => next,
                            None => return,
                        },
                    }
                }
            };
        }
    }

    /// Where a step of the flow on top leads when nothing else is said.
    fn next_of(&self, step: StepIndex) -> Jump {
        self.frames.last().map_or(Jump::EndFlow, |frame| self.bundle.flow(frame.flow).step(step).next)
    }

    /// `goto` to an `ask` clears its slot first.
    fn clear_for_asking_again(&mut self, step: StepIndex) {
        let Some(frame) = self.frames.last() else { return };
        let bundle = Arc::clone(&self.bundle);
        match &bundle.flow(frame.flow).step(step).verb {
            Verb::Ask(ask) => self.forget_slot(&ask.slot),
            Verb::AskAll(ask) => ask.slots.iter().for_each(|one| self.forget_slot(&one.slot)),
            _ => {}
        }
    }

    /// Another flow takes the place of the one on top; slots of equal name and type go with it.
    fn replace_flow(&mut self, flow: FlowIndex) {
        let Some(old) = self.frames.pop() else { return };
        let mut frame = self.new_frame(flow, old.returns);
        let bundle = Arc::clone(&self.bundle);
        let (from, to) = (&bundle.flow(old.flow).slots, &bundle.flow(flow).slots);
        let kind = |slots: &BTreeMap<String, Slot>, name: &str| slots.get(name).map(|slot| slot.kind.name());
        let is_carried = |name: &str| kind(from, name).is_some() && kind(from, name) == kind(to, name);
        let mut carried = Vec::new();
        for (name, value) in old.values.into_iter().filter(|(name, _)| is_carried(name)) {
            if !old.from_before.contains(&name) {
                frame.from_before.remove(&name);
            }
            frame.values.insert(name.clone(), value.clone());
            carried.push((name, value));
        }
        // What was keyed in a `secure` block stays as secret as it was.
        frame.secret = old.secret.into_iter().filter(|name| frame.values.contains_key(name)).collect();
        frame.hands_over = Some(flow) == bundle.handover;
        frame.secure = old.secure;
        self.frames.push(frame);
        for (name, value) in &carried {
            self.remember_if_private(name, value);
        }
    }

    /// Runs another flow on top of this one. False when flows are nested too deep.
    pub(super) fn push_flow(&mut self, frame: Frame) -> bool {
        if self.frames.len() >= DEEPEST {
            return false;
        }
        self.frames.push(frame);
        true
    }

    /// The flow on top is over. Where to go on, or `None` when something is waited for or the call is over.
    fn leave_flow(&mut self) -> Option<Jump> {
        let mut frame = self.frames.pop()?;
        match std::mem::replace(&mut frame.returns, Return::Goodbye) {
            _ if self.hung_up => {
                self.end(EndReason::CallerHungUp, None);
                None
            }
            Return::Goodbye => {
                self.say_phrase(Phrase::Goodbye, Part::Statement);
                self.end(EndReason::FlowEnded, None);
                None
            }
            Return::To { next, values } => {
                for (mine, its) in values {
                    if let Some(value) = frame.handed_back(&its) {
                        self.assign(&mine, value);
                    }
                }
                Some(next)
            }
            Return::Interrupted(interrupted) => {
                self.resume(*interrupted);
                None
            }
        }
    }

    /// Takes up what was interrupted.
    pub(super) fn resume(&mut self, interrupted: Interrupted) {
        let Interrupted { state, unheard } = interrupted;
        self.say_unheard(unheard);
        match state {
            _ if self.hung_up => self.end(EndReason::CallerHungUp, None),
            State::Listening(listening) => {
                let secure = self.step_is_secure(listening.step);
                self.state = State::Listening(listening);
                self.secure_or_not(secure);
                match self.deferred.take() {
                    Some((utterance, said)) => {
                        self.said = said;
                        self.hear(&utterance);
                    }
                    None => self.ask_shortly(),
                }
            }
            State::Waiting { id } => {
                self.state = State::Waiting { id };
                self.take_up_waiting();
            }
            State::Queued { step } => {
                self.state = State::Queued { step };
                self.listen_aside();
            }
            other => self.state = other,
        }
    }

    /// The state, as something to come back to.
    pub(super) fn interruption(&mut self) -> Interrupted {
        let unheard = self.unheard();
        self.forget_keys();
        Interrupted { state: self.state.clone(), unheard }
    }
}
