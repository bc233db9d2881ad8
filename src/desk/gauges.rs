//! Figures of the desk at this moment. Everything counts back to zero when nobody is on the line.

use std::collections::BTreeMap;
use std::time::Duration;

use super::agent::AgentState;
use super::{AgentName, QueueName};

/// The desk at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeskGauges {
    /// Calls in the desk: waiting, offered, connecting or talking.
    pub calls: usize,
    /// Offers that are open, talks included.
    pub offers: usize,
    /// Agents' legs that are being hung up.
    pub closing: usize,
    /// Each queue.
    pub queues: BTreeMap<QueueName, QueueGauges>,
    /// Each agent.
    pub agents: BTreeMap<AgentName, AgentState>,
    /// Offers ever begun, since the process began.
    pub offers_total: u64,
    /// Calls that ever joined, since the process began.
    pub calls_total: u64,
}

/// One queue at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueGauges {
    /// Whether it takes callers.
    pub open: bool,
    /// Callers without an agent: waiting, or being offered.
    pub waiting: usize,
    /// Callers talking to an agent or being joined with one.
    pub talking: usize,
    /// The longest wait among those without an agent.
    pub longest_wait: Duration,
}

/// How many agents are in each state.
pub type AgentCounts = BTreeMap<AgentState, usize>;

impl DeskGauges {
    /// How many agents are in each state; a state nobody is in is left out.
    pub fn agent_counts(&self) -> AgentCounts {
        let mut counts = AgentCounts::new();
        for state in self.agents.values() {
            *counts.entry(*state).or_default() += 1;
        }
        counts
    }

    /// Whether no call, no offer and no agent's leg is left.
    pub fn is_empty(&self) -> bool {
        self.calls == 0 && self.offers == 0 && self.closing == 0
    }
}
