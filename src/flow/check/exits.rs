//! Where steps lead: what the graph of a flow looks like to the lint.

use super::super::bundle::{Flow, Handler, HandlerAction, Handlers, Jump, Step, StepIndex, Verb};

/// One way out of a step.
#[derive(Clone, Copy, Debug)]
pub struct Exit {
    pub to: Jump,
    /// Whether it is a `goto` that may be taken without end.
    pub endless: bool,
}

/// Every way out of a step, its handlers left aside.
pub fn exits(step: &Step) -> Vec<Exit> {
    let mut jumps: Vec<Jump> = Vec::new();
    match &step.verb {
        Verb::Say { .. } | Verb::Set { .. } | Verb::Run(_) => jumps.push(step.next),
        Verb::Ask(ask) => {
            jumps.push(step.next);
            jumps.extend(ask.listening.if_stuck);
        }
        Verb::Menu(menu) => {
            jumps.extend(menu.choices.iter().map(|choice| choice.to));
            jumps.extend(menu.listening.if_stuck);
        }
        Verb::Route(route) => {
            jumps.push(step.next);
            jumps.extend(route.listening.if_stuck);
        }
        Verb::Choose { branches, otherwise } => {
            jumps.extend(branches.iter().map(|(_, jump)| *jump));
            jumps.push(*otherwise);
        }
        Verb::LookUp(look_up) => {
            jumps.push(step.next);
            jumps.extend(look_up.if_none);
            jumps.extend(look_up.if_error);
        }
        Verb::Goto { to, at_most } => {
            let mut exits = vec![Exit { to: *to, endless: at_most.is_none() }];
            exits.extend(at_most.iter().map(|limit| Exit { to: limit.then, endless: true }));
            return exits;
        }
        Verb::Queue(queue) => {
            let named =
                [queue.after_agent, queue.if_no_agent, queue.if_late, queue.if_full, queue.if_closed, queue.if_outage];
            jumps.extend(named.into_iter().flatten());
        }
        Verb::End { .. } => {}
    }
    jumps.into_iter().map(|to| Exit { to, endless: false }).collect()
}

/// Where handlers lead.
pub fn handler_jumps(handlers: &Handlers) -> impl Iterator<Item = (&Handler, Jump)> {
    handlers.values().flatten().map(|handler| match handler.action {
        HandlerAction::Goto(jump) | HandlerAction::Steps(jump) => (handler, jump),
    })
}

/// The step of this flow that a jump leads to.
pub fn target(flow: &Flow, jump: Jump) -> Option<StepIndex> {
    match flow.resolve(jump) {
        Jump::Step(step) => Some(step),
        _ => None,
    }
}
