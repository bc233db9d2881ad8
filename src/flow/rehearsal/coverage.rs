//! What the tests of a bundle have been through: its steps, every way out of them, and its handlers.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;

use super::super::bundle::{Bundle, FlowIndex, HandlerName, Handlers, Jump, StepIndex, Verb};
use super::super::engine::{Scope, Went};
use super::super::graph::exits::exits;
use super::super::node::Place;
use super::documents::Spot;
use super::happening::{Happening, What};

/// Something that tests can go through, and how often they did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Covered {
    /// For example `get_number`, `get_number: if_stuck`, `agent_please`.
    pub what: String,
    /// The file.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: u32,
    /// How often.
    pub times: u32,
}

/// What was gone through of one flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FlowCoverage {
    /// The flow; `always` for the bundle's own handlers.
    pub flow: String,
    /// Its steps.
    pub steps: Vec<Covered>,
    /// The ways out of steps that have more than one.
    pub exits: Vec<Covered>,
    /// Its handlers and those of its steps.
    pub handlers: Vec<Covered>,
}

/// A way out of a step.
type Exit = (FlowIndex, StepIndex, Jump);

/// What was gone through of a bundle.
#[derive(Clone, Debug)]
pub struct Coverage {
    flows: Vec<FlowCoverage>,
    steps: BTreeMap<(String, String), (FlowIndex, StepIndex)>,
    exits: Vec<(Exit, (usize, usize))>,
    handlers: BTreeMap<(Scope, HandlerName, usize), (usize, usize)>,
}

impl Coverage {
    /// Nothing yet. `files` are those of the bundle, in the order in which it was loaded.
    pub fn of(bundle: &Bundle, files: &[PathBuf]) -> Self {
        let mut coverage =
            Self { flows: Vec::new(), steps: BTreeMap::new(), exits: Vec::new(), handlers: BTreeMap::new() };
        let spot =
            |at: Place| Spot { file: files.get(usize::from(at.file)).cloned().unwrap_or_default(), line: at.line };
        for (index, flow) in bundle.flows.iter().enumerate() {
            let place = coverage.flows.len();
            coverage.flows.push(FlowCoverage {
                flow: flow.name.clone(),
                steps: Vec::new(),
                exits: Vec::new(),
                handlers: Vec::new(),
            });
            coverage.add_handlers(&flow.handlers, Scope::Flow(FlowIndex(index)), place, "", &spot(flow.at));
            for (number, step) in flow.steps.iter().enumerate() {
                let at = spot(step.at);
                let (step_index, name) = (StepIndex(number), step.name.clone());
                coverage.steps.insert((flow.name.clone(), name.clone()), (FlowIndex(index), step_index));
                coverage.flows[place].steps.push(covered(name.clone(), &at));
                coverage.add_handlers(&step.handlers, Scope::Step(FlowIndex(index), step_index), place, &name, &at);
                let choice = |nth: usize| match &step.verb {
                    Verb::Menu(menu) => match menu.choices.get(nth).and_then(|choice| choice.key.as_ref()) {
                        Some(key) => format!("key {key}"),
                        None => format!("choice {}", nth + 1),
                    },
                    _ => format!("choice {}", nth + 1),
                };
                let ways = exits(step, &choice);
                if ways.len() < 2 {
                    continue;
                }
                for way in ways {
                    let label = if way.label.is_empty() { "next" } else { way.label.as_str() };
                    let entry = (place, coverage.flows[place].exits.len());
                    coverage.flows[place].exits.push(covered(format!("{name}: {label}"), &at));
                    coverage.exits.push(((FlowIndex(index), step_index, way.to), entry));
                }
            }
        }
        if !bundle.handlers.is_empty() {
            let own = bundle.flows.len().saturating_sub(1);
            let at = bundle.flows.last().map(|flow| spot(flow.at)).unwrap_or_default();
            coverage.add_handlers(&bundle.handlers, Scope::Bundle, own, "", &at);
        }
        coverage
    }

    fn add_handlers(&mut self, handlers: &Handlers, scope: Scope, flow: usize, step: &str, at: &Spot) {
        for (name, alternatives) in handlers {
            for (place, handler) in alternatives.iter().enumerate() {
                let mut what = name.name().to_owned();
                if !step.is_empty() {
                    what = format!("{step}: {what}");
                }
                if let Some(when) = &handler.when {
                    what.push_str(&format!(" when {}", when.text));
                }
                self.handlers.insert((scope, *name, place), (flow, self.flows[flow].handlers.len()));
                self.flows[flow].handlers.push(covered(what, at));
            }
        }
    }

    /// Adds what a conversation went through.
    pub fn add(&mut self, happened: &[Happening]) {
        let mut fired = false;
        // The step that each flow came to last: where it goes on when what it waited for has come.
        let mut last: BTreeMap<FlowIndex, StepIndex> = BTreeMap::new();
        for one in happened {
            match &one.what {
                What::Step { flow, step } => {
                    // Names are looked up as pairs, so both are cloned; a test has a few dozen steps.
                    if let Some((flow, step)) = self.steps.get(&(flow.clone(), step.clone())) {
                        self.flows[flow.0].steps[step.0].times += 1;
                        last.insert(*flow, *step);
                    }
                }
                What::Went(Way(went)) => {
                    let after_handler = std::mem::take(&mut fired);
                    match went {
                        Went::Left { flow, step, to } if !after_handler => self.left(*flow, *step, *to),
                        Went::CameBack { flow, to } if !after_handler => {
                            if let Some(step) = last.get(flow) {
                                self.left(*flow, *step, *to);
                            }
                        }
                        Went::Fired { scope, name, place } => {
                            fired = true;
                            if let Some((flow, nth)) = self.handlers.get(&(*scope, *name, *place)) {
                                self.flows[*flow].handlers[*nth].times += 1;
                            }
                        }
                        _ => {}
                    }
                }
                _ => {}
            }
        }
    }

    fn left(&mut self, flow: FlowIndex, step: StepIndex, to: Jump) {
        for (way, (place, nth)) in &self.exits {
            if *way == (flow, step, to) {
                self.flows[*place].exits[*nth].times += 1;
            }
        }
    }

    /// Flow by flow. Those without steps are left out.
    pub fn flows(&self) -> impl Iterator<Item = &FlowCoverage> {
        self.flows.iter().filter(|flow| !flow.steps.is_empty() || !flow.handlers.is_empty())
    }

    /// How many steps, exits and handlers there are, and how many of each were gone through.
    pub fn totals(&self) -> [(&'static str, usize, usize); 3] {
        let count = |pick: fn(&FlowCoverage) -> &Vec<Covered>| {
            let all = self.flows.iter().flat_map(|flow| pick(flow).iter());
            let (mut covered, mut of) = (0, 0);
            for one in all {
                of += 1;
                covered += usize::from(one.times > 0);
            }
            (covered, of)
        };
        let (steps, exits, handlers) =
            (count(|flow| &flow.steps), count(|flow| &flow.exits), count(|flow| &flow.handlers));
        [("steps", steps.0, steps.1), ("exits", exits.0, exits.1), ("handlers", handlers.0, handlers.1)]
    }
}

fn covered(what: String, at: &Spot) -> Covered {
    Covered { what, file: at.file.clone(), line: at.line, times: 0 }
}

/// A way that a conversation took, for [`Coverage`] to read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Way(pub(super) Went);
