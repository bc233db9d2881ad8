//! One run of one flow: its values, how often its gotos were taken, and where it returns to.

use std::collections::BTreeMap;

use super::super::act::Record;
use super::super::bundle::{FlowIndex, Jump, StepIndex};
use super::super::datum::Datum;
use super::speech::Unheard;
use super::state::State;

/// One run of one flow.
#[derive(Clone, Debug)]
pub struct Frame {
    pub flow: FlowIndex,
    /// Slots and variables.
    pub values: BTreeMap<String, Datum>,
    /// Results of look-ups.
    pub records: BTreeMap<String, Record>,
    /// How often each limited goto was taken.
    pub taken: BTreeMap<StepIndex, u32>,
    pub returns: Return,
    /// Whether this run is on its way to a person.
    pub hands_over: bool,
    /// Steps of this flow that a handler with steps interrupted.
    pub interrupted: Vec<Interrupted>,
}

/// Where a flow returns to.
#[derive(Clone, Debug)]
pub enum Return {
    /// It is the call's own flow.
    Goodbye,
    /// To the step behind the one that ran it, handing values back.
    To { next: Jump, values: Vec<(String, String)> },
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
            interrupted: Vec::new(),
        }
    }
}
