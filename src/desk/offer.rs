//! One offer: one call held out to one agent, from the first ring to the end of the talk.

use std::time::Duration;

use super::agent::AgentState;
use crate::CallId;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// The phone is being rung; `heard` once it said so itself.
    Ringing { heard: bool, until: Duration },
    /// The agent answered and is told who waits.
    Briefing(Briefing),
    /// The agent pressed 1; the two are being joined.
    Connecting { since: Duration, until: Duration },
    /// The two hear each other; `since` is when the agent pressed 1.
    Talking { since: Duration },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Briefing {
    /// Whether the brief is still being said.
    pub speaking: bool,
    /// Whether it was repeated because nobody pressed a key.
    pub repeated: bool,
    /// When the agent must have pressed a key.
    pub until: Duration,
    /// When the agent must have decided, however often the brief was asked for.
    pub decide_by: Duration,
}

#[derive(Debug)]
pub(super) struct Offer {
    pub call: CallId,
    /// Place of the agent in the desk's list.
    pub agent: usize,
    pub phase: Phase,
}

impl Offer {
    /// When time alone changes something about this offer.
    pub(super) fn next_wake(&self) -> Option<Duration> {
        match self.phase {
            Phase::Ringing { until, .. } | Phase::Connecting { until, .. } => Some(until),
            Phase::Briefing(briefing) => Some(briefing.until),
            Phase::Talking { .. } => None,
        }
    }

    /// What the agent is doing in this phase.
    pub(super) fn agent_state(&self) -> AgentState {
        match self.phase {
            Phase::Ringing { .. } => AgentState::Offered,
            Phase::Briefing(_) => AgentState::Briefing,
            Phase::Connecting { .. } => AgentState::Connecting,
            Phase::Talking { .. } => AgentState::Talking,
        }
    }
}
