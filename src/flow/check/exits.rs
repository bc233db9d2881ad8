//! Where steps lead: what the graph of a flow looks like to the lint.

use super::super::bundle::{Flow, Handler, HandlerAction, Handlers, Jump, Step, StepIndex, Verb};
use super::super::sentence::SentenceId;

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
        Verb::Say(_) | Verb::Set { .. } | Verb::Run(_) | Verb::Survey(_) | Verb::Note { .. } | Verb::Tag { .. } => {
            jumps.push(step.next);
        }
        Verb::Voicemail(_) => jumps.push(step.next),
        Verb::AskAll(ask) => {
            jumps.push(step.next);
            jumps.extend(ask.listening.if_stuck);
        }
        Verb::Confirm(confirm) => {
            jumps.push(step.next);
            jumps.extend(confirm.if_no);
            jumps.extend(confirm.listening.if_stuck);
        }
        Verb::Do(change) => {
            jumps.push(step.next);
            jumps.extend(change.call.if_error);
        }
        Verb::Answer(answer) => {
            jumps.push(step.next);
            jumps.extend(answer.if_unsure);
            jumps.extend(answer.if_none);
        }
        Verb::Transfer(transfer) => jumps.extend(transfer.if_failed),
        Verb::Callback(callback) => {
            jumps.push(step.next);
            jumps.extend(callback.if_no_number);
            jumps.extend(callback.if_refused);
        }
        Verb::Record(record) => {
            jumps.push(step.next);
            jumps.extend(record.if_refused);
        }
        Verb::Secure { inside } => jumps.push(*inside),
        Verb::Send(send) => {
            jumps.push(step.next);
            jumps.extend(send.if_error);
        }
        Verb::Wait(wait) => {
            jumps.push(step.next);
            jumps.extend(wait.if_late);
        }
        Verb::Verify(verify) => {
            jumps.push(step.next);
            jumps.extend(verify.if_failed);
        }
        Verb::Recommend(recommend) => {
            jumps.push(step.next);
            jumps.extend(recommend.if_none);
        }
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

/// Every sentence that a step says to the caller.
pub fn sentences_of(verb: &Verb) -> Vec<SentenceId> {
    let mut sentences: Vec<SentenceId> = Vec::new();
    if let Some(listening) = verb.listening() {
        sentences.extend(listening.prompt);
        sentences.extend(listening.again.iter().flatten());
    }
    match verb {
        Verb::Say(say) => sentences.push(say.sentence),
        Verb::AskAll(ask) => {
            for slot in &ask.slots {
                sentences.extend(slot.prompt);
                sentences.extend(slot.again.iter().flatten());
            }
        }
        Verb::LookUp(look_up) => sentences.extend(look_up.while_waiting),
        Verb::Do(change) => sentences.extend(change.call.while_waiting),
        Verb::Voicemail(voicemail) => sentences.extend(voicemail.prompt),
        Verb::Record(record) => sentences.extend(record.consent),
        Verb::Survey(survey) => sentences.extend(survey.questions.iter().filter_map(|question| question.prompt)),
        Verb::Note { sentence } => sentences.push(*sentence),
        Verb::Tag { tags } => sentences.extend(tags),
        Verb::Recommend(recommend) => {
            for rule in &recommend.rules {
                sentences.push(rule.item);
                sentences.extend(rule.reason);
            }
        }
        _ => {}
    }
    sentences
}
