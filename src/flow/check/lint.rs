//! What can only be seen in the whole: steps nobody reaches, loops without end, values read before they can be
//! set, slots nobody uses, flows that fit the same sentence, a caller who can never reach a person.

use std::collections::{BTreeSet, HashSet};

use super::super::bundle::{Bundle, Flow, FlowIndex, Handlers, Jump, Step, StepIndex, Verb};
use super::super::expression::{Expression, Read};
use super::super::node::Place;
use super::super::sentence::SentenceId;
use super::exits::{exits, handler_jumps, target};
use super::fields::{Faults, shorten};
use super::overlap;

/// Looks over a bundle whose parts were read.
pub fn lint(bundle: &Bundle, bundle_at: Place, faults: &mut Faults) {
    // The steps of a flow with faults may lead nowhere; what the lint would say of them is noise.
    if faults.has_errors() {
        return;
    }
    let entered = entered_from_elsewhere(bundle);
    for (index, flow) in bundle.flows.iter().enumerate() {
        let reached = reachable(flow, &bundle.handlers, is_bundle_handlers(bundle, index));
        unreachable_steps(flow, &reached, faults);
        endless_loops(flow, faults);
        let outside = settable_from_outside(bundle, FlowIndex(index), &entered);
        read_before_set(bundle, flow, &reached, &outside, faults);
        unused_slots(bundle, flow, &outside, faults);
    }
    unreachable_flows(bundle, &entered, faults);
    same_sentences(bundle, faults);
    if bundle.handover.is_none() {
        let what = "the bundle has no `handover`: a caller who asks for a person is not given one";
        faults.warning(bundle_at, "no-person", what, "name the flow that finds a person: `handover: person`");
    }
}

fn is_bundle_handlers(bundle: &Bundle, index: usize) -> bool {
    !bundle.handlers.is_empty() && index + 1 == bundle.flows.len()
}

/// The steps that can be reached in a flow.
fn reachable(flow: &Flow, bundle_handlers: &Handlers, is_bundle_handlers: bool) -> HashSet<StepIndex> {
    let mut reached = HashSet::new();
    let mut open: Vec<StepIndex> = target(flow, flow.entry).into_iter().collect();
    open.extend(handler_jumps(&flow.handlers).filter_map(|(_, jump)| target(flow, jump)));
    if is_bundle_handlers {
        open.extend(handler_jumps(bundle_handlers).filter_map(|(_, jump)| target(flow, jump)));
    }
    while let Some(step) = open.pop() {
        if !reached.insert(step) {
            continue;
        }
        let step = flow.step(step);
        open.extend(exits(step).into_iter().filter_map(|exit| target(flow, exit.to)));
        open.extend(handler_jumps(&step.handlers).filter_map(|(_, jump)| target(flow, jump)));
    }
    reached
}

fn unreachable_steps(flow: &Flow, reached: &HashSet<StepIndex>, faults: &mut Faults) {
    let mut before_was_reached = true;
    for (index, step) in flow.steps.iter().enumerate() {
        let is_reached = reached.contains(&StepIndex(index));
        // One warning for a run of them is enough.
        if !is_reached && before_was_reached {
            let what = format!("the step `{}` can never be reached", step.name);
            let mend = "give it an `id` that something jumps to, or leave it out";
            faults.warning(step.at, "unreachable-step", what, mend);
        }
        before_was_reached = is_reached;
    }
}

fn endless_loops(flow: &Flow, faults: &mut Faults) {
    let bounded = |step: &Step, jump: Jump| match &step.verb {
        Verb::Goto { to, at_most: Some(limit) } => *to == jump && limit.then != jump,
        _ => false,
    };
    let next = |index: StepIndex| {
        let step = flow.step(index);
        exits(step)
            .into_iter()
            .filter(|exit| !bounded(step, exit.to))
            .filter_map(|exit| target(flow, exit.to))
            .collect::<Vec<_>>()
    };
    for (index, step) in flow.steps.iter().enumerate() {
        let from = StepIndex(index);
        for exit in exits(step) {
            let by_name = matches!(exit.to, Jump::Label(_));
            if !by_name || bounded(step, exit.to) {
                continue;
            }
            let Some(to) = target(flow, exit.to) else { continue };
            if !leads_to(to, from, &next) {
                continue;
            }
            let name = &flow.step(to).name;
            let what = format!("this leads back to `{name}` without end");
            let mend = if exit.endless {
                "add `at_most: 2` and where to go then: `then: STEP`".to_owned()
            } else {
                format!("write steps instead: `[{{ goto: {name}, at_most: 2, then: STEP }}]`")
            };
            faults.error(step.at, "endless-loop", what, mend);
        }
    }
}

fn leads_to(from: StepIndex, wanted: StepIndex, next: &dyn Fn(StepIndex) -> Vec<StepIndex>) -> bool {
    let mut seen = HashSet::new();
    let mut open = vec![from];
    while let Some(step) = open.pop() {
        if step == wanted {
            return true;
        }
        if seen.insert(step) {
            open.extend(next(step));
        }
    }
    false
}

/// Flows that something in the bundle leads to by name.
fn entered_from_elsewhere(bundle: &Bundle) -> BTreeSet<FlowIndex> {
    let mut entered = BTreeSet::new();
    let mut note = |jump: Jump| {
        if let Jump::Flow(flow) = jump {
            entered.insert(flow);
        }
    };
    for flow in &bundle.flows {
        handler_jumps(&flow.handlers).for_each(|(_, jump)| note(jump));
        for step in &flow.steps {
            exits(step).into_iter().for_each(|exit| note(exit.to));
            handler_jumps(&step.handlers).for_each(|(_, jump)| note(jump));
        }
    }
    handler_jumps(&bundle.handlers).for_each(|(_, jump)| note(jump));
    entered.extend(bundle.handover);
    entered
}

/// Slots that can be filled before a flow begins: by `run`, by what the caller said, by a `goto` from a flow with a
/// slot of that name.
fn settable_from_outside(bundle: &Bundle, index: FlowIndex, entered: &BTreeSet<FlowIndex>) -> BTreeSet<String> {
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
    let mut listening = |listening: &super::super::bundle::Listening| {
        sentences.extend(listening.prompt);
        sentences.extend(listening.again.iter().flatten());
    };
    match &step.verb {
        Verb::Say(say) => sentences.push(say.sentence),
        Verb::AskAll(ask) => {
            listening(&ask.listening);
            for slot in &ask.slots {
                sentences.extend(slot.prompt);
                sentences.extend(slot.again.iter().flatten());
            }
        }
        Verb::Confirm(confirm) => listening(&confirm.listening),
        Verb::Do(change) => {
            expressions.extend(change.call.with.iter().map(|(_, value)| value));
            sentences.extend(change.call.while_waiting);
        }
        Verb::Answer(answer) => {
            listening(&answer.listening);
            expressions.extend(&answer.question);
        }
        Verb::Callback(callback) => expressions.push(&callback.number),
        Verb::Voicemail(voicemail) => sentences.extend(voicemail.prompt),
        Verb::Record(record) => sentences.extend(record.consent),
        Verb::Send(send) => {
            expressions.push(&send.to);
            expressions.extend(send.with.iter().map(|(_, value)| value));
        }
        Verb::Survey(survey) => sentences.extend(survey.questions.iter().filter_map(|question| question.prompt)),
        Verb::Note { sentence } => sentences.push(*sentence),
        Verb::Tag { tags } => sentences.extend(tags),
        Verb::Verify(verify) => expressions.extend(verify.with.iter().map(|(_, value)| value)),
        Verb::Recommend(recommend) => {
            for rule in &recommend.rules {
                expressions.extend(&rule.when);
                sentences.push(rule.item);
                sentences.extend(rule.reason);
            }
        }
        Verb::Transfer(_) | Verb::Secure { .. } | Verb::Wait(_) => {}
        Verb::Ask(ask) => listening(&ask.listening),
        Verb::Menu(menu) => listening(&menu.listening),
        Verb::Route(route) => listening(&route.listening),
        Verb::Choose { branches, .. } => expressions.extend(branches.iter().map(|(when, _)| when)),
        Verb::Set { assignments } => expressions.extend(assignments.iter().map(|(_, value)| value)),
        Verb::LookUp(look_up) => {
            expressions.extend(look_up.with.iter().map(|(_, value)| value));
            sentences.extend(look_up.while_waiting);
        }
        Verb::Run(run) => expressions.extend(run.with.iter().map(|(_, value)| value)),
        Verb::Queue(queue) => {
            expressions.extend(&queue.class);
            sentences.extend(&queue.skills);
        }
        Verb::Goto { .. } | Verb::End { .. } => {}
    }
    reads.extend(expressions.into_iter().flat_map(|expression| expression.reads.iter().cloned()));
    reads.extend(sentences.into_iter().flat_map(|id| bundle.sentences.get(id).reads.iter().cloned()));
    reads
}

/// What a step sets on its way to `next`, and on every way.
fn sets(step: &Step) -> Vec<&str> {
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

fn read_before_set(
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

fn unused_slots(bundle: &Bundle, flow: &Flow, outside: &BTreeSet<String>, faults: &mut Faults) {
    let mut used: HashSet<&str> = outside.iter().map(String::as_str).collect();
    let needed: Vec<Read> = flow.steps.iter().flat_map(|step| needs(bundle, step)).collect();
    used.extend(needed.iter().map(|read| read.root.as_str()));
    for step in &flow.steps {
        used.extend(sets(step));
        if let Verb::Queue(queue) = &step.verb {
            used.extend(queue.brief.iter().map(|item| item.read.root.as_str()));
        }
    }
    for (name, slot) in &flow.slots {
        if !used.contains(name.as_str()) {
            let what = format!("the slot `{name}` is never asked for or used");
            faults.warning(slot.at, "unused-slot", what, format!("ask for it: `ask: {name}`, or leave it out"));
        }
    }
}

fn unreachable_flows(bundle: &Bundle, entered: &BTreeSet<FlowIndex>, faults: &mut Faults) {
    let run: HashSet<FlowIndex> = bundle
        .flows
        .iter()
        .flat_map(|flow| &flow.steps)
        .filter_map(|step| match &step.verb {
            Verb::Run(run) => Some(run.flow),
            _ => None,
        })
        .collect();
    for (index, flow) in bundle.flows.iter().enumerate() {
        let flow_index = FlowIndex(index);
        let reached = flow_index == bundle.start
            || entered.contains(&flow_index)
            || run.contains(&flow_index)
            || !flow.start_when.is_empty()
            || is_bundle_handlers(bundle, index);
        if !reached {
            let what = format!("nothing leads to the flow `{}`", flow.name);
            let mend = "give it a `start_when`, or `run` it from another flow";
            faults.warning(flow.at, "unreachable-flow", what, mend);
        }
    }
}

fn same_sentences(bundle: &Bundle, faults: &mut Faults) {
    let mut templates = Vec::new();
    for (index, flow) in bundle.flows.iter().enumerate() {
        templates.extend(flow.start_when.iter().map(|(language, template)| (index, *language, template)));
    }
    for (first, second, sentence) in overlap::between(&templates) {
        let (first, second) = (&bundle.flows[first], &bundle.flows[second]);
        let what = format!("\"{}\" fits both `{}` and `{}`", shorten(&sentence), first.name, second.name);
        let mend = "give each flow words that only it has; callers who say this are asked which they mean";
        faults.warning(second.at, "same-sentence", what, mend);
    }
}
