//! What steps read and set: values read before they can be set, slots nobody uses.

use std::collections::{BTreeSet, HashSet};

use super::super::bundle::{BriefItem, Bundle, Flow, FlowIndex, Step, StepIndex, Verb};
use super::super::expression::{Expression, Read};
use super::super::sentence::SentenceId;
use super::exits::{exits, handler_jumps, sentences_of, target};
use super::fields::Faults;

/// Slots that can be filled before a flow begins: by `run`, by what the caller said, by a `goto` from a flow with a
/// slot of that name.
pub fn settable_from_outside(bundle: &Bundle, index: FlowIndex, entered: &BTreeSet<FlowIndex>) -> BTreeSet<String> {
    let flow = bundle.flow(index);
    let mut outside: BTreeSet<String> =
        flow.start_when.iter().flat_map(|(_, template)| template.slots().to_vec()).collect();
    for other in &bundle.flows {
        for step in &other.steps {
            if let Verb::Run(run) = &step.verb
                && run.flow == index
            {
                outside.extend(run.with.iter().map(|(slot, _)| slot.clone()));
            }
        }
    }
    outside.extend(flow.slots.keys().filter(|slot| bundle.shared.contains(*slot)).cloned());
    if entered.contains(&index) {
        let others = bundle.flows.iter().filter(|other| !std::ptr::eq(*other, flow));
        let names = others.flat_map(|other| other.slots.keys()).filter(|name| flow.slots.contains_key(*name));
        outside.extend(names.cloned());
    }
    outside
}

/// What a step reads that must be there.
fn needs(bundle: &Bundle, step: &Step) -> Vec<Read> {
    let mut reads: Vec<Read> = Vec::new();
    let mut sentences: Vec<SentenceId> = Vec::new();
    let mut expressions: Vec<&Expression> = Vec::new();
    sentences.extend(sentences_of(&step.verb));
    match &step.verb {
        Verb::Choose { branches, .. } => expressions.extend(branches.iter().map(|(when, _)| when)),
        Verb::Set { assignments } => {
            // They are computed in their order, so one may use those before it.
            let mut computed: Vec<&str> = Vec::new();
            for (name, value) in assignments {
                reads.extend(value.reads.iter().filter(|read| !computed.contains(&read.root.as_str())).cloned());
                computed.push(name);
            }
        }
        Verb::LookUp(look_up) => expressions.extend(look_up.with.iter().map(|(_, value)| value)),
        Verb::Do(change) => expressions.extend(change.call.with.iter().map(|(_, value)| value)),
        Verb::Verify(verify) => expressions.extend(verify.with.iter().map(|(_, value)| value)),
        Verb::Run(run) => expressions.extend(run.with.iter().map(|(_, value)| value)),
        Verb::Answer(answer) => expressions.extend(&answer.question),
        Verb::Callback(callback) => expressions.push(&callback.number),
        Verb::Send(send) => {
            expressions.push(&send.to);
            expressions.extend(send.with.iter().map(|(_, value)| value));
        }
        Verb::Recommend(recommend) => expressions.extend(recommend.rules.iter().filter_map(|rule| rule.when.as_ref())),
        Verb::Queue(queue) => {
            expressions.extend(&queue.class);
            sentences.extend(&queue.skills);
        }
        _ => {}
    }
    reads.extend(expressions.into_iter().flat_map(|expression| expression.reads.iter().cloned()));
    reads.extend(sentences.into_iter().flat_map(|id| bundle.sentences.get(id).reads.iter().cloned()));
    reads
}

/// What a step sets on its way to `next`, and on every way.
pub fn sets(step: &Step) -> Vec<&str> {
    match &step.verb {
        Verb::Ask(ask) => vec![&ask.slot],
        Verb::AskAll(ask) => ask.slots.iter().map(|slot| slot.slot.as_str()).collect(),
        Verb::Do(change) => change.call.save_as.iter().map(String::as_str).collect(),
        Verb::Recommend(recommend) => recommend.save_as.iter().map(String::as_str).collect(),
        Verb::Set { assignments } => assignments.iter().map(|(name, _)| name.as_str()).collect(),
        Verb::LookUp(look_up) => look_up.save_as.iter().map(String::as_str).collect(),
        Verb::Run(run) => run.returns.iter().map(|(mine, _)| mine.as_str()).collect(),
        _ => Vec::new(),
    }
}

pub fn read_before_set(
    bundle: &Bundle,
    flow: &Flow,
    reached: &HashSet<StepIndex>,
    outside: &BTreeSet<String>,
    faults: &mut Faults,
) {
    let variables: BTreeSet<&str> =
        flow.steps.iter().flat_map(sets).chain(flow.slots.keys().map(String::as_str)).collect();
    // What may be set when a step begins, found by following every way until nothing changes.
    let mut known: Vec<BTreeSet<&str>> = vec![BTreeSet::new(); flow.steps.len()];
    let mut open: Vec<StepIndex> = Vec::new();
    if let Some(step) = target(flow, flow.entry) {
        known[step.0].extend(variables.iter().copied().filter(|variable| outside.contains(*variable)));
        open.push(step);
    }
    // A handler may fire anywhere, so anything may be set.
    let of_steps = flow.steps.iter().flat_map(|step| handler_jumps(&step.handlers));
    for (_, jump) in handler_jumps(&flow.handlers).chain(of_steps) {
        if let Some(step) = target(flow, jump) {
            known[step.0].extend(variables.iter().copied());
            open.push(step);
        }
    }
    let mut visited = vec![false; flow.steps.len()];
    while let Some(index) = open.pop() {
        visited[index.0] = true;
        let step = flow.step(index);
        for exit in exits(step) {
            let Some(to) = target(flow, exit.to) else { continue };
            let mut after = known[index.0].clone();
            if exit.to == step.next || matches!(step.verb, Verb::Set { .. }) {
                after.extend(sets(step));
            }
            let before = known[to.0].len();
            known[to.0].extend(after);
            if known[to.0].len() > before || !visited[to.0] {
                open.push(to);
            }
        }
    }
    for (index, step) in flow.steps.iter().enumerate() {
        if !reached.contains(&StepIndex(index)) {
            continue;
        }
        for read in needs(bundle, step) {
            let root = read.root.as_str();
            if variables.contains(root) && !known[index].contains(root) {
                let what = format!("`{root}` is read in `{}` before anything can have set it", step.name);
                let mend = match flow.slots.contains_key(root) {
                    true => format!("ask for it before: `ask: {root}`"),
                    false => "set it, or look it up, before".to_owned(),
                };
                faults.error(step.at, "read-before-set", what, mend);
            }
        }
    }
}

pub fn unused_slots(bundle: &Bundle, flow: &Flow, outside: &BTreeSet<String>, faults: &mut Faults) {
    let mut used: HashSet<&str> = outside.iter().map(String::as_str).collect();
    let needed: Vec<Read> = flow.steps.iter().flat_map(|step| needs(bundle, step)).collect();
    used.extend(needed.iter().map(|read| read.root.as_str()));
    for step in &flow.steps {
        used.extend(sets(step));
        used.extend(told(&step.verb).iter().map(|item| item.read.root.as_str()));
    }
    for refusal in flow.slots.values().flat_map(|slot| &slot.refuse) {
        used.extend(refusal.when.reads.iter().map(|read| read.root.as_str()));
    }
    for (name, slot) in &flow.slots {
        if !used.contains(name.as_str()) {
            let what = format!("the slot `{name}` is never asked for or used");
            faults.warning(slot.at, "unused-slot", what, format!("ask for it: `ask: {name}`, or leave it out"));
        }
    }
}

/// Facts that a step tells; unset ones are left out, so they need not be there.
fn told(verb: &Verb) -> &[BriefItem] {
    match verb {
        Verb::Queue(queue) => &queue.brief,
        Verb::Transfer(transfer) => &transfer.brief,
        Verb::Confirm(confirm) => &confirm.facts,
        _ => &[],
    }
}
