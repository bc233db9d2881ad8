//! One run of one flow: its values, how often its gotos were taken, and where it returns to.

use std::collections::{BTreeMap, BTreeSet};

use super::super::act::Record;
use super::super::bundle::{FlowIndex, Jump, StepIndex};
use super::super::datum::Datum;
use super::super::expression::Read;
use super::speech::Unheard;
use super::state::State;

/// The most events of a run that are remembered for corrections.
const LONGEST_TRAIL: usize = 24;

/// One run of one flow.
#[derive(Clone, Debug)]
pub struct Frame {
    pub flow: FlowIndex,
    /// Slots and variables.
    pub values: BTreeMap<String, Datum>,
    /// Results of look-ups.
    pub records: BTreeMap<String, Record>,
    /// How often each limited goto was taken, and each `verify` tried.
    pub taken: BTreeMap<StepIndex, u32>,
    pub returns: Return,
    /// Whether this run is on its way to a person.
    pub hands_over: bool,
    /// Whether a step inside a `secure` block runs it.
    pub secure: bool,
    /// Slots that were filled inside a `secure` block: nothing of them is shown, whatever their `private:` says.
    pub secret: BTreeSet<String>,
    /// Slots whose value another flow of this call was given: an `ask` asks whether it is still the same.
    pub from_before: BTreeSet<String>,
    /// Steps of this flow that a handler with steps interrupted.
    pub interrupted: Vec<Interrupted>,
    /// What the caller gave and what came of it, oldest first: what a correction has to undo.
    pub trail: Vec<Trail>,
}

/// Something that happened in a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trail {
    /// The caller filled a slot at a step.
    Filled { slot: String, step: StepIndex },
    /// A step computed or decided something from what was known.
    Used,
    /// A step changed something outside: what it used can no longer be corrected.
    Changed,
}

/// Where a flow returns to.
#[derive(Clone, Debug)]
pub enum Return {
    /// It is the call's own flow.
    Goodbye,
    /// To the step behind the one that ran it, handing values back.
    To { next: Jump, values: Vec<(String, Read)> },
    /// To the step that it interrupted.
    Interrupted(Box<Interrupted>),
}

/// A step that was interrupted, and what it was saying.
#[derive(Clone, Debug)]
pub struct Interrupted {
    pub state: State,
    pub unheard: Vec<Unheard>,
}

impl Frame {
    pub fn new(flow: FlowIndex, returns: Return) -> Self {
        Self {
            flow,
            values: BTreeMap::new(),
            records: BTreeMap::new(),
            taken: BTreeMap::new(),
            returns,
            hands_over: false,
            secure: false,
            secret: BTreeSet::new(),
            from_before: BTreeSet::new(),
            interrupted: Vec::new(),
            trail: Vec::new(),
        }
    }

    /// Whether a slot or a variable has a value.
    pub fn has(&self, name: &str) -> bool {
        self.values.get(name).is_some_and(|value| !value.is_absent())
    }

    /// What is handed back of it: a slot, a variable, or a field of a result.
    pub fn handed_back(&self, its: &Read) -> Option<Datum> {
        let value = match &its.field {
            None => self.values.get(&its.root),
            Some(field) => self.records.get(&its.root).and_then(|record| record.get(field)),
        };
        value.filter(|value| !value.is_absent()).cloned()
    }

    /// Remembers what happened; the oldest is forgotten.
    pub fn leave_trail(&mut self, event: Trail) {
        if event == Trail::Used && self.trail.last() == Some(&Trail::Used) {
            return;
        }
        if self.trail.len() >= LONGEST_TRAIL {
            self.trail.remove(0);
        }
        self.trail.push(event);
    }

    /// How often a step was taken, this time counted in.
    pub fn take(&mut self, step: StepIndex) -> u32 {
        let taken = self.taken.entry(step).or_insert(0);
        *taken += 1;
        *taken
    }
}
