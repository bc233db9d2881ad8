//! What can only be seen in the whole: steps nobody reaches, loops without end, values read before they can be
//! set, slots nobody uses, flows that fit the same sentence, a caller who can never reach a person.

use std::collections::{BTreeSet, HashSet};

use super::super::bundle::{Bundle, Flow, FlowIndex, Handlers, Jump, Step, StepIndex, Verb};
use super::super::node::Place;
use super::exits::{exits, handler_jumps, target};
use super::fields::{Faults, shorten};
use super::reads::{read_before_set, settable_from_outside, unused_slots};
use super::{care, overlap, privacy};

/// Looks over a bundle whose parts were read, and notes what is private in it.
pub fn lint(bundle: &mut Bundle, bundle_at: Place, faults: &mut Faults) {
    // The steps of a flow with faults may lead nowhere; what the lint would say of them is noise.
    if faults.has_errors() {
        return;
    }
    privacy::infer(bundle);
    let bundle = &*bundle;
    let entered = entered_from_elsewhere(bundle);
    for (index, flow) in bundle.flows.iter().enumerate() {
        let reached = reachable(flow, &bundle.handlers, is_bundle_handlers(bundle, index));
        unreachable_steps(flow, &reached, faults);
        endless_loops(flow, faults);
        let outside = settable_from_outside(bundle, FlowIndex(index), &entered);
        read_before_set(bundle, flow, &reached, &outside, faults);
        unused_slots(bundle, flow, &outside, faults);
        privacy::check(bundle, flow, faults);
        care::handlers(bundle, flow, faults);
    }
    care::confirmed_before(bundle, faults);
    unreachable_flows(bundle, &entered, faults);
    same_sentences(bundle, faults);
    care::people(bundle, bundle_at, faults);
}

pub fn is_bundle_handlers(bundle: &Bundle, index: usize) -> bool {
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
