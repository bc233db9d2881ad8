//! Handlers: what may be said or happen anywhere, answered by the innermost scope that has an answer.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use super::super::act::Act;
use super::super::bundle::{Bundle, Flow, FlowIndex, HandlerAction, HandlerName, Jump, StepIndex, Verb};
use super::super::check::exits;
use super::conversation::Conversation;
use super::frame::{Frame, Return};
use super::state::State;

/// A handler that was found: what it does, and whether it is the bundle's own.
struct Found {
    action: HandlerAction,
    of_bundle: bool,
    of_step: bool,
    /// Which of those of its name in its scope.
    place: usize,
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
            let of_flow =
                self.frames.last().is_some_and(|frame| std::ptr::eq(scope, &bundle.flow(frame.flow).handlers));
            let first = handlers.iter().position(|handler| match &handler.when {
                None => true,
                Some(when) => self.holds(when).unwrap_or_else(|trouble| {
                    troubles.push(trouble.0);
                    false
                }),
            });
            if let Some(place) = first {
                let of_step = !of_bundle && !of_flow;
                found = Some(Found { action: handlers[place].action, of_bundle, of_step, place });
                break;
            }
        }
        for what in troubles {
            self.acts.push(Act::Trouble { what: format!("handler `{}`: {what}", name.name()) });
        }
        found
    }

    /// What the handler of a name would do now.
    pub(super) fn handler_action(&mut self, name: HandlerName) -> Option<HandlerAction> {
        self.find(name).map(|found| found.action)
    }

    /// Fires the bundle's own handler of a name. False when it has none.
    pub(super) fn fire(&mut self, name: HandlerName) -> bool {
        let Some(found) = self.find(name) else { return false };
        self.acts.push(Act::Handler { name: name.name() });
        self.note_fired(name, found.of_bundle, found.of_step, found.place);
        match found.action {
            HandlerAction::Goto(jump) => {
                let leads_to_a_person = self.leads_find_a_person(jump, found.of_bundle);
                if leads_to_a_person && self.is_handing_over() {
                    self.already_finding();
                    return true;
                }
                self.aside = None;
                self.said.clear();
                self.leave_step();
                if leads_to_a_person && let Some(frame) = self.frames.last_mut() {
                    frame.hands_over = true;
                }
                self.go(jump);
                self.note_handing_over(leads_to_a_person);
            }
            HandlerAction::Steps(jump) => {
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

    /// The step that waits is left for good: its look-up is no longer awaited.
    pub(super) fn leave_step(&mut self) {
        self.forget_keys();
        if let State::Waiting { id } = self.state {
            self.drop_pending(id);
        }
        if matches!(self.state, State::Queued { .. }) {
            self.leave_queue();
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

    /// The step ahead that finds a person, where none has been looked for in vain.
    pub(super) fn way_to_a_person(&self) -> Option<StepIndex> {
        if self.waited_in.is_some() {
            return None;
        }
        let flow = self.bundle.flow(self.frames.last()?.flow);
        let ahead = self.current_step().map_or(flow.entry, |here| flow.step(here).next);
        first_way_to_a_person(flow, ahead)
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
    first_way_to_a_person(bundle.flow(flow), jump).is_some()
}

/// The nearest step that finds a person behind a jump within a flow.
fn first_way_to_a_person(flow: &Flow, jump: Jump) -> Option<StepIndex> {
    let mut seen: HashSet<StepIndex> = HashSet::new();
    let mut open: VecDeque<StepIndex> = exits::target(flow, jump).into_iter().collect();
    while let Some(index) = open.pop_front() {
        if !seen.insert(index) {
            continue;
        }
        let step = flow.step(index);
        if matches!(step.verb, Verb::Queue(_) | Verb::Transfer(_) | Verb::Callback(_) | Verb::Voicemail(_)) {
            return Some(index);
        }
        open.extend(exits::exits(step).into_iter().filter_map(|exit| exits::target(flow, exit.to)));
    }
    None
}
