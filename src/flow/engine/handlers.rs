//! Handlers: what may be said or happen anywhere, answered by the innermost scope that has an answer.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use crate::words::SlotType;

use super::super::act::{Act, EndReason, Hear, ListenAct, Patience};
use super::super::bundle::{Bundle, Flow, FlowIndex, HandlerAction, HandlerName, Jump, StepIndex, Verb};
use super::super::check::exits;
use super::super::phrases::Phrase;
use super::conversation::Conversation;
use super::frame::{Frame, Return};
use super::speech::Part;
use super::state::State;

/// How often the caller is asked whether to end the call.
const MOST_QUESTIONS: u32 = 2;

/// After this silence a caller who was asked whether to end the call is taken to have gone.
const LEAVING_SILENCE: Duration = Duration::from_secs(5);

/// A handler that was found: what it does, and whether it is the bundle's own.
struct Found {
    action: HandlerAction,
    of_bundle: bool,
}

impl Conversation {
    /// The handler of a name: the innermost scope that has one, the first in it whose condition holds.
    fn find(&mut self, name: HandlerName) -> Option<Found> {
        let bundle = Arc::clone(&self.bundle);
        let mut troubles = Vec::new();
        let mut found = None;
        for scope in self.handler_scopes() {
            let Some(handlers) = scope.get(&name) else { continue };
            let of_bundle = std::ptr::eq(scope, &bundle.handlers);
            let first = handlers.iter().find(|handler| match &handler.when {
                None => true,
                Some(when) => self.holds(when).unwrap_or_else(|trouble| {
                    troubles.push(trouble.0);
                    false
                }),
            });
            if let Some(handler) = first {
                found = Some(Found { action: handler.action, of_bundle });
                break;
            }
        }
        for what in troubles {
            self.acts.push(Act::Trouble { what: format!("handler `{}`: {what}", name.name()) });
        }
        found
    }

    /// Fires the bundle's own handler of a name. False when it has none.
    pub(super) fn fire(&mut self, name: HandlerName) -> bool {
        let Some(found) = self.find(name) else { return false };
        self.acts.push(Act::Handler { name: name.name() });
        match found.action {
            HandlerAction::Goto(jump) => {
                let leads_to_a_person = self.leads_find_a_person(jump, found.of_bundle);
                if leads_to_a_person && self.is_handing_over() {
                    self.already_finding();
                    return true;
                }
                self.leaving = None;
                self.said.clear();
                self.leave_step();
                if leads_to_a_person && let Some(frame) = self.frames.last_mut() {
                    frame.hands_over = true;
                }
                self.go(jump);
                self.note_handing_over(leads_to_a_person);
            }
            HandlerAction::Steps(jump) => {
                if matches!(self.state, State::Queued { .. }) {
                    // Nothing may take the caller's place in the queue.
                    self.already_finding();
                    return true;
                }
                let interrupted = self.interruption();
                self.said.clear();
                if found.of_bundle {
                    let flow = FlowIndex(self.bundle.flows.len() - 1);
                    let frame = Frame::new(flow, Return::Interrupted(Box::new(interrupted)));
                    if !self.push_flow(frame) {
                        self.trouble("flows run each other too deep");
                        return true;
                    }
                } else if let Some(frame) = self.frames.last_mut() {
                    frame.interrupted.push(interrupted);
                }
                self.go(jump);
            }
        }
        true
    }

    /// A goto to another flow made a new frame: it is the one that is on its way to a person.
    fn note_handing_over(&mut self, leads_to_a_person: bool) {
        if leads_to_a_person && let Some(frame) = self.frames.last_mut() {
            frame.hands_over = true;
        }
    }

    /// What is said anywhere: the bundle's handler, or what is done by default.
    pub(super) fn common_handler(&mut self, name: HandlerName) {
        if self.leaving.take().is_some() {
            self.said.clear();
        }
        match name {
            HandlerName::AgentPlease | HandlerName::KeypadZero => {
                if self.is_handing_over() {
                    self.acts.push(Act::Handler { name: name.name() });
                    self.already_finding();
                } else if !self.fire(name) {
                    self.acts.push(Act::Handler { name: name.name() });
                    self.find_a_person();
                }
            }
            HandlerName::Repeat => {
                if !self.fire(name) {
                    self.acts.push(Act::Handler { name: name.name() });
                    self.repeat();
                }
            }
            _ => {
                if !self.fire(name) {
                    self.acts.push(Act::Handler { name: name.name() });
                    self.leaving = Some(0);
                    self.ask_whether_to_leave();
                }
            }
        }
    }

    /// By default a wish for a person goes to the bundle's `handover`.
    fn find_a_person(&mut self) {
        match self.bundle.handover {
            Some(flow) => {
                self.said.clear();
                self.leave_step();
                self.go(Jump::Flow(flow));
            }
            None => {
                self.said.clear();
                self.say_phrase(Phrase::NobodyHere, Part::Filler);
                self.ask_shortly_or_wait();
            }
        }
    }

    /// A second wish for a person while one is being found.
    fn already_finding(&mut self) {
        self.said.clear();
        self.say_phrase(Phrase::FindingSomeone, Part::Filler);
        self.ask_shortly_or_wait();
    }

    fn repeat(&mut self) {
        match &self.state {
            State::Listening(_) => {
                if !self.say_turn_again() {
                    self.ask_shortly();
                    return;
                }
                self.listen();
            }
            State::Queued { .. } => self.already_finding(),
            _ => {
                self.say_turn_again();
                self.listen_aside();
            }
        }
    }

    fn ask_shortly_or_wait(&mut self) {
        match &self.state {
            State::Listening(_) => self.ask_shortly(),
            _ => self.listen_aside(),
        }
    }

    /// The step that waits is left for good: its look-up is no longer awaited.
    pub(super) fn leave_step(&mut self) {
        self.forget_keys();
        if let State::LookingUp { id } = self.state {
            self.drop_look_up(id);
        }
    }

    /// The `error` handler, else the bundle's `handover`, else an apology.
    pub(super) fn error_handler(&mut self) {
        if !self.is_handing_over() && self.find(HandlerName::Error).is_some() {
            self.fire(HandlerName::Error);
            return;
        }
        self.leave_step();
        self.hand_over();
    }

    /// Asks whether to end the call; after two questions without an answer it ends.
    pub(super) fn ask_whether_to_leave(&mut self) {
        let asked = self.leaving.unwrap_or(0);
        if asked >= MOST_QUESTIONS {
            self.leave();
            return;
        }
        self.leaving = Some(asked + 1);
        let before = std::mem::take(&mut self.said);
        self.say_phrase(Phrase::EndTheCall, Part::Filler);
        self.said = before;
        self.listen_for_yes_or_no();
    }

    /// Listens for the answer to the question whether to end the call.
    fn listen_for_yes_or_no(&mut self) {
        let expected = SlotType::YesNo.expected(self.language);
        self.acts.push(Act::Listen(ListenAct {
            expected,
            language: self.language,
            silence_after: Some(LEAVING_SILENCE),
            patience: Patience::Short,
            hear: Hear::Both,
        }));
    }

    /// Yes: goodbye.
    pub(super) fn leave(&mut self) {
        self.say_phrase(Phrase::Goodbye, Part::Statement);
        self.end(EndReason::FlowEnded, Some("goodbye".to_owned()));
    }

    /// No: where it stopped.
    pub(super) fn stay(&mut self) {
        self.leaving = None;
        match self.state {
            State::LookingUp { .. } => self.take_up_look_up(),
            State::Listening(_) => self.ask_shortly(),
            _ => self.listen_aside(),
        }
    }

    /// Whether a jump of a handler leads to a queue without anything being asked of another flow.
    fn leads_find_a_person(&self, jump: Jump, of_bundle: bool) -> bool {
        let bundle = &self.bundle;
        let flow = match (jump, self.frames.last()) {
            (Jump::Flow(flow), _) => {
                return Some(flow) == bundle.handover || has_queue(bundle, flow, bundle.flow(flow).entry);
            }
            _ if of_bundle => return false,
            (_, Some(frame)) => frame.flow,
            (_, None) => return false,
        };
        has_queue(bundle, flow, jump)
    }
}

/// Whether a queue can be reached from a jump within a flow.
fn has_queue(bundle: &Bundle, flow: FlowIndex, jump: Jump) -> bool {
    let flow: &Flow = bundle.flow(flow);
    let mut seen: HashSet<StepIndex> = HashSet::new();
    let mut open: Vec<StepIndex> = exits::target(flow, jump).into_iter().collect();
    while let Some(index) = open.pop() {
        if !seen.insert(index) {
            continue;
        }
        let step = flow.step(index);
        if matches!(step.verb, Verb::Queue(_)) {
            return true;
        }
        open.extend(exits::exits(step).into_iter().filter_map(|exit| exits::target(flow, exit.to)));
    }
    false
}
