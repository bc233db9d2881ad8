//! Care for the caller: nothing is done unconfirmed, nobody is trapped, nobody loses the place they hold.

use std::collections::{BTreeSet, HashSet};

use super::super::bundle::{
    Bundle, Flow, FlowIndex, Handler, HandlerAction, HandlerName, Handlers, Jump, Step, StepIndex, Verb,
};
use super::super::node::Place;
use super::exits::{exits, handler_jumps, target};
use super::fields::Faults;
use super::handover;
use super::lint::is_bundle_handlers;

/// What handlers may not do: speak when the caller has hung up, look for a second person while one is being found.
pub fn handlers(bundle: &Bundle, flow: &Flow, faults: &mut Faults) {
    let is_last = bundle.flows.last().is_some_and(|last| std::ptr::eq(last, flow));
    let of_bundle = is_last && !bundle.handlers.is_empty();
    let scopes = std::iter::once(&flow.handlers).chain(flow.steps.iter().map(|step| &step.handlers));
    for scope in scopes.chain(of_bundle.then_some(&bundle.handlers)) {
        hang_up(flow, scope, faults);
    }
    for step in flow.steps.iter().filter(|step| finds_person(&step.verb)) {
        for (name, handler) in
            step.handlers.iter().flat_map(|(name, list)| list.iter().map(move |handler| (*name, handler)))
        {
            if let Some(again) = second_person(bundle, flow, handler) {
                let what = format!("the handler `{}` of `{}` leads to `{again}`", name.name(), step.name);
                let mend = "let it say that a person is being found: `{ steps: [ { say: … } ] }`";
                faults.error(step.at, "second-handover", what, mend);
            }
        }
    }
}

pub fn finds_person(verb: &Verb) -> bool {
    matches!(verb, Verb::Queue(_) | Verb::Callback(_) | Verb::Voicemail(_) | Verb::Transfer(_))
}

/// The step that looks for a person again, if a handler leads to one before anything is asked.
fn second_person(bundle: &Bundle, flow: &Flow, handler: &Handler) -> Option<String> {
    let (HandlerAction::Goto(jump) | HandlerAction::Steps(jump)) = handler.action;
    let mut seen = HashSet::new();
    let mut open: Vec<(&Flow, Jump)> = vec![(flow, jump)];
    while let Some((flow, jump)) = open.pop() {
        let (flow, index) = match flow.resolve(jump) {
            Jump::Step(index) => (flow, index),
            Jump::Flow(other) => match target(bundle.flow(other), bundle.flow(other).entry) {
                Some(index) => (bundle.flow(other), index),
                None => continue,
            },
            _ => continue,
        };
        if !seen.insert((std::ptr::from_ref(flow), index)) {
            continue;
        }
        let step = flow.step(index);
        if finds_person(&step.verb) {
            return Some(step.name.clone());
        }
        // Behind a question the caller decides, and the queue has been left for good.
        if step.verb.listening().is_none() {
            open.extend(exits(step).into_iter().map(|exit| (flow, exit.to)));
        }
    }
    None
}

fn hang_up(flow: &Flow, scope: &Handlers, faults: &mut Faults) {
    for handler in scope.get(&HandlerName::HangUp).into_iter().flatten() {
        let (HandlerAction::Goto(jump) | HandlerAction::Steps(jump)) = handler.action;
        let mut seen = HashSet::new();
        let mut open: Vec<StepIndex> = target(flow, jump).into_iter().collect();
        if let Jump::Flow(_) = flow.resolve(jump) {
            let what = "the handler `hang_up` goes to a flow, and nobody is there any more";
            let at = flow.steps.first().map_or(flow.at, |step| step.at);
            faults.error(at, "not-in-hang-up", what, "write `{ steps: [ … ] }` of `set`, `note`, `tag`");
        }
        while let Some(index) = open.pop() {
            if !seen.insert(index) {
                continue;
            }
            let step = flow.step(index);
            let allowed = match &step.verb {
                Verb::Set { .. } | Verb::Note { .. } | Verb::Tag { .. } => true,
                Verb::Do(change) => change.safe,
                _ => false,
            };
            if !allowed {
                let what =
                    format!("`{}` stands in a `hang_up` handler, and nobody is there any more", step.verb.name());
                let mend = match &step.verb {
                    Verb::Do(_) => "mark it `safe: always` if it does no harm, or leave it out",
                    _ => "use `set`, `note`, `tag`, or a `do` that is `safe: always`",
                };
                faults.error(step.at, "not-in-hang-up", what, mend);
            }
            open.extend(exits(step).into_iter().filter_map(|exit| target(flow, exit.to)));
        }
    }
}

/// Looks for ways to a `do` on which the caller confirmed nothing, from flow to flow.
pub fn confirmed_before(bundle: &Bundle, faults: &mut Faults) {
    // Flows that are entered with nothing confirmed, found by following every way until nothing changes.
    let mut unconfirmed: BTreeSet<FlowIndex> = BTreeSet::new();
    let mut open: Vec<FlowIndex> = vec![bundle.start];
    open.extend(bundle.handover);
    for (index, flow) in bundle.flows.iter().enumerate() {
        if !flow.start_when.is_empty() || is_bundle_handlers(bundle, index) {
            open.push(FlowIndex(index));
        }
    }
    open.extend(handler_jumps(&bundle.handlers).filter_map(|(_, jump)| as_flow(jump)));
    let mut steps: BTreeSet<(FlowIndex, StepIndex)> = BTreeSet::new();
    while let Some(index) = open.pop() {
        if !unconfirmed.insert(index) {
            continue;
        }
        let flow = bundle.flow(index);
        let mut begin: Vec<Jump> = vec![flow.entry];
        begin.extend(handler_jumps(&flow.handlers).map(|(_, jump)| jump));
        begin.extend(flow.steps.iter().flat_map(|step| handler_jumps(&step.handlers)).map(|(_, jump)| jump));
        if is_bundle_handlers(bundle, index.0) {
            begin.extend(handler_jumps(&bundle.handlers).map(|(_, jump)| jump));
        }
        let mut ways: Vec<StepIndex> = begin.iter().filter_map(|jump| target(flow, *jump)).collect();
        open.extend(begin.iter().filter_map(|jump| as_flow(*jump)));
        while let Some(at) = ways.pop() {
            if !steps.insert((index, at)) {
                continue;
            }
            let step = flow.step(at);
            if let Verb::Run(run) = &step.verb {
                open.push(run.flow);
            }
            for jump in exits(step).into_iter().map(|exit| exit.to) {
                // Behind a confirmation that was given, everything is confirmed.
                if confirms(&step.verb) && jump == step.next {
                    continue;
                }
                ways.extend(target(flow, jump));
                open.extend(as_flow(jump));
            }
        }
    }
    for (index, at) in steps {
        let step = bundle.flow(index).step(at);
        let Verb::Do(change) = &step.verb else { continue };
        // The steps of a `hang_up` handler are looked at by themselves.
        if change.safe {
            continue;
        }
        let what = format!("`do: {}.{}` can be reached without a `confirm`", change.call.connection, change.call.query);
        let mend = "ask before it, on every way: `confirm: { en: \"Shall I …?\" }`; or mark it `safe: always`";
        faults.error(step.at, "do-without-confirm", what, mend);
    }
}

pub fn as_flow(jump: Jump) -> Option<FlowIndex> {
    match jump {
        Jump::Flow(flow) => Some(flow),
        _ => None,
    }
}

/// Whether behind this step the caller has said yes to stated facts.
fn confirms(verb: &Verb) -> bool {
    match verb {
        Verb::Confirm(_) => true,
        Verb::AskAll(ask) => ask.together,
        _ => false,
    }
}

/// Looks for flows from which the caller can never reach a person.
pub fn people(bundle: &Bundle, bundle_at: Place, faults: &mut Faults) {
    if bundle.handover.is_some() {
        handover::check(bundle, faults);
        return;
    }
    if bundle.handlers.contains_key(&HandlerName::AgentPlease) {
        return;
    }
    let trapped: Vec<&Flow> = bundle
        .flows
        .iter()
        .enumerate()
        .filter(|(index, _)| !is_bundle_handlers(bundle, *index))
        .filter(|(index, _)| !reaches_person(bundle, FlowIndex(*index)))
        .map(|(_, flow)| flow)
        .collect();
    let [first, others @ ..] = trapped.as_slice() else { return };
    let of = match others.len() {
        0 => format!("`{}`", first.name),
        1 => format!("`{}` and `{}`", first.name, others[0].name),
        more => format!("`{}` and {more} other flows", first.name),
    };
    let what = format!("from {of} a caller can never reach a person, and the bundle has no `handover`");
    faults.warning(bundle_at, "no-person", what, "name the flow that finds a person: `handover: person`");
}

/// Whether some way leads from a flow to a person, through other flows too.
fn reaches_person(bundle: &Bundle, from: FlowIndex) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(index) = open.pop() {
        if !seen.insert(index) {
            continue;
        }
        let flow = bundle.flow(index);
        open.extend(handler_jumps(&flow.handlers).filter_map(|(_, jump)| as_flow(jump)));
        for step in &flow.steps {
            if finds_person(&step.verb) {
                return true;
            }
            open.extend(leads_to_flows(step));
        }
    }
    false
}

fn leads_to_flows(step: &Step) -> Vec<FlowIndex> {
    let mut flows: Vec<FlowIndex> = exits(step).into_iter().filter_map(|exit| as_flow(exit.to)).collect();
    flows.extend(handler_jumps(&step.handlers).filter_map(|(_, jump)| as_flow(jump)));
    match &step.verb {
        Verb::Run(run) => flows.push(run.flow),
        Verb::Route(route) => flows.extend(&route.flows),
        _ => {}
    }
    flows
}
