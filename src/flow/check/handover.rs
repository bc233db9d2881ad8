//! Whether the bundle's `handover` keeps its word: that it leads to a person, whatever goes wrong on the way.

use std::collections::BTreeSet;

use super::super::bundle::{Bundle, FlowIndex, Jump, Step, StepIndex, Verb};
use super::care::{as_flow, finds_person};
use super::exits::{exits, target};
use super::fields::Faults;

/// Follows the flow named by `handover`. What the caller decides, or the hours of a queue, may lead elsewhere, as long
/// as one way leads to a person; what fails, or is not understood, may not.
pub fn check(bundle: &Bundle, faults: &mut Faults) {
    let Some(handover) = bundle.handover else { return };
    let flow = bundle.flow(handover);
    if !reaches(bundle, handover, flow.entry) {
        let what = format!("the handover `{}` never finds a person", flow.name);
        faults.warning(flow.at, "handover-without-person", what, "let it find one: `queue: NAME`");
        return;
    }
    if let Some((index, step)) = end_without_person(bundle, handover) {
        let step = bundle.flow(index).step(step);
        let what = format!("the handover `{}` may end at `{}` before it has looked for a person", flow.name, step.name);
        faults.warning(step.at, "handover-without-person", what, "let this way lead to its `queue` too");
    }
}

/// Whether some way leads from a jump to a person, through other flows too.
pub fn reaches(bundle: &Bundle, flow: FlowIndex, jump: Jump) -> bool {
    let mut seen: BTreeSet<(FlowIndex, StepIndex)> = BTreeSet::new();
    let mut open: Vec<(FlowIndex, Jump)> = vec![(flow, jump)];
    while let Some((flow, jump)) = open.pop() {
        if let Some(other) = as_flow(jump) {
            open.push((other, bundle.flow(other).entry));
            continue;
        }
        let Some(index) = target(bundle.flow(flow), jump) else { continue };
        if !seen.insert((flow, index)) {
            continue;
        }
        let step = bundle.flow(flow).step(index);
        if finds_person(&step.verb) {
            return true;
        }
        open.extend(exits(step).into_iter().map(|exit| (flow, exit.to)));
        match &step.verb {
            Verb::Run(run) => open.push((run.flow, bundle.flow(run.flow).entry)),
            Verb::Route(route) => open.extend(route.flows.iter().map(|flow| (*flow, bundle.flow(*flow).entry))),
            _ => {}
        }
    }
    false
}

/// The step at which a way ends that has looked for nobody.
fn end_without_person(bundle: &Bundle, handover: FlowIndex) -> Option<(FlowIndex, StepIndex)> {
    let mut seen: BTreeSet<(FlowIndex, StepIndex)> = BTreeSet::new();
    let mut open: Vec<(FlowIndex, StepIndex)> =
        target(bundle.flow(handover), bundle.flow(handover).entry).map(|first| (handover, first)).into_iter().collect();
    while let Some((flow, index)) = open.pop() {
        if !seen.insert((flow, index)) {
            continue;
        }
        let step = bundle.flow(flow).step(index);
        if finds_person(&step.verb) {
            continue;
        }
        if matches!(step.verb, Verb::End { .. }) {
            return Some((flow, index));
        }
        for jump in unchosen(bundle, flow, step) {
            match bundle.flow(flow).resolve(jump) {
                Jump::Step(next) => open.push((flow, next)),
                Jump::Flow(other) => {
                    let first = target(bundle.flow(other), bundle.flow(other).entry);
                    open.extend(first.map(|first| (other, first)));
                }
                Jump::EndFlow | Jump::Label(_) | Jump::Resume => return Some((flow, index)),
            }
        }
    }
    None
}

/// Where a step leads without anybody having chosen to go there.
fn unchosen(bundle: &Bundle, flow: FlowIndex, step: &Step) -> Vec<Jump> {
    let all = || exits(step).into_iter().map(|exit| exit.to).collect::<Vec<Jump>>();
    let unless_one_reaches = |jumps: Vec<Jump>| {
        let one_does = jumps.iter().any(|jump| reaches(bundle, flow, *jump));
        if one_does { Vec::new() } else { jumps }
    };
    match &step.verb {
        Verb::Choose { .. } => unless_one_reaches(all()),
        Verb::Menu(menu) => {
            let mut jumps = unless_one_reaches(menu.choices.iter().map(|choice| choice.to).collect());
            jumps.extend(menu.listening.if_stuck);
            jumps
        }
        Verb::Confirm(confirm) => std::iter::once(step.next).chain(confirm.listening.if_stuck).collect(),
        // The caller goes where the caller wants.
        Verb::Route(_) => Vec::new(),
        Verb::Run(run) if reaches(bundle, run.flow, bundle.flow(run.flow).entry) => Vec::new(),
        _ => all(),
    }
}
