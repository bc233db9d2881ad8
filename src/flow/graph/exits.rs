//! Every way out of a step with the name designers know it by.

use super::super::bundle::{Flow, HandlerAction, Handlers, Jump, Listening, Step, Verb};
use super::picture::Line;

/// A way out.
pub struct Exit {
    /// What it is taken for; empty for the next step.
    pub label: String,
    pub to: Jump,
    pub line: Line,
}

fn next(step: &Step) -> Exit {
    Exit { label: String::new(), to: step.next, line: Line::Solid }
}

fn named(label: &str, to: Option<Jump>) -> Option<Exit> {
    to.map(|to| Exit { label: label.to_owned(), to, line: Line::Dashed })
}

/// The exits that a flow writes down. An exit that is left out leads to the bundle's `handover` or an apology, and is
/// not drawn.
pub fn exits(step: &Step, choice: &dyn Fn(usize) -> String) -> Vec<Exit> {
    let mut exits = Vec::new();
    let stuck = |listening: &Listening| named("if_stuck", listening.if_stuck);
    match &step.verb {
        Verb::Say(_) | Verb::Set { .. } | Verb::Run(_) | Verb::Survey(_) | Verb::Note { .. } | Verb::Tag { .. } => {
            exits.push(next(step));
        }
        Verb::Voicemail(_) => exits.push(next(step)),
        Verb::Ask(ask) => {
            exits.push(next(step));
            exits.extend(stuck(&ask.listening));
        }
        Verb::AskAll(ask) => {
            exits.push(next(step));
            exits.extend(stuck(&ask.listening));
        }
        Verb::Menu(menu) => {
            let each = menu.choices.iter().enumerate();
            exits.extend(each.map(|(place, given)| Exit { label: choice(place), to: given.to, line: Line::Solid }));
            exits.extend(stuck(&menu.listening));
        }
        Verb::Route(route) => {
            exits.push(next(step));
            exits.extend(stuck(&route.listening));
        }
        Verb::Confirm(confirm) => {
            exits.push(next(step));
            exits.extend(named("if_no", confirm.if_no));
            exits.extend(stuck(&confirm.listening));
        }
        Verb::Choose { branches, otherwise } => {
            let each = branches.iter();
            exits.extend(each.map(|(when, to)| Exit { label: when.text.clone(), to: *to, line: Line::Solid }));
            exits.push(Exit { label: "otherwise".to_owned(), to: *otherwise, line: Line::Solid });
        }
        Verb::LookUp(look_up) => {
            exits.push(next(step));
            exits.extend(named("if_none", look_up.if_none));
            exits.extend(named("if_error", look_up.if_error));
        }
        Verb::Do(done) => {
            exits.push(next(step));
            exits.extend(named("if_error", done.call.if_error));
        }
        Verb::Answer(answer) => {
            exits.push(next(step));
            exits.extend(named("if_unsure", answer.if_unsure));
            exits.extend(named("if_none", answer.if_none));
            exits.extend(stuck(&answer.listening));
        }
        Verb::Goto { to, at_most } => {
            exits.push(Exit { label: String::new(), to: *to, line: Line::Solid });
            exits.extend(named("then", at_most.as_ref().map(|limit| limit.then)));
        }
        Verb::Queue(queue) => {
            let ways = [
                ("after_agent", queue.after_agent),
                ("if_no_agent", queue.if_no_agent),
                ("if_late", queue.if_late),
                ("if_full", queue.if_full),
                ("if_closed", queue.if_closed),
                ("if_outage", queue.if_outage),
            ];
            exits.extend(ways.into_iter().filter_map(|(label, to)| named(label, to)));
        }
        Verb::Transfer(transfer) => exits.extend(named("if_failed", transfer.if_failed)),
        Verb::Callback(callback) => {
            exits.push(next(step));
            exits.extend(named("if_no_number", callback.if_no_number));
            exits.extend(named("if_refused", callback.if_refused));
        }
        Verb::Record(record) => {
            exits.push(next(step));
            exits.extend(named("if_refused", record.if_refused));
        }
        Verb::Secure { inside } => exits.push(Exit { label: String::new(), to: *inside, line: Line::Solid }),
        Verb::Send(send) => {
            exits.push(next(step));
            exits.extend(named("if_error", send.if_error));
        }
        Verb::Wait(wait) => {
            exits.push(next(step));
            exits.extend(named("if_late", wait.if_late));
        }
        Verb::Verify(verify) => {
            exits.push(next(step));
            exits.extend(named("if_failed", verify.if_failed));
        }
        Verb::Recommend(recommend) => {
            exits.push(next(step));
            exits.extend(named("if_none", recommend.if_none));
        }
        Verb::End { .. } => {}
    }
    exits
}

/// Handlers with what each leads to, in the order of their names.
pub fn handlers(handlers: &Handlers) -> impl Iterator<Item = (String, HandlerAction)> {
    handlers.iter().flat_map(|(name, list)| {
        list.iter().map(|handler| {
            let label = match &handler.when {
                Some(when) => format!("{} when {}", name.name(), when.text),
                None => name.name().to_owned(),
            };
            (label, handler.action)
        })
    })
}

/// Where a jump leads once every `goto` without a limit has been followed: such a `goto` is an arrow, not a box.
pub fn followed(flow: &Flow, jump: Jump) -> Jump {
    let mut jump = flow.resolve(jump);
    for _ in 0..flow.steps.len() {
        let Jump::Step(step) = jump else { break };
        let Verb::Goto { to, at_most: None } = &flow.step(step).verb else { break };
        jump = flow.resolve(*to);
    }
    jump
}
