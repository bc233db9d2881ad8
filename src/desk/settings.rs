//! What the operator sets: queues, agents and how long each step of a handover may take.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{AgentName, QueueName};

/// Everything a [`super::Desk`] is made from. `config` builds it from `[queue.*]` and `[agent.*]`.
#[derive(Clone, Debug, Default)]
pub struct DeskSettings {
    /// The queues, in the order in which they are listed.
    pub queues: Vec<QueueSettings>,
    /// The agents; their order settles ties between agents equally long idle.
    pub agents: Vec<AgentSettings>,
    /// How long each step may take.
    pub timers: Timers,
}

/// One queue.
#[derive(Clone, Debug)]
pub struct QueueSettings {
    /// Its name.
    pub name: QueueName,
    /// The agents who serve it.
    pub agents: Vec<AgentName>,
    /// How many callers may be in it, waiting or being offered; one more is told `full`. Default 50.
    pub most_waiting: usize,
    /// Whether it takes callers when the process begins; [`super::DeskInput::QueueOpened`] changes it.
    pub open: bool,
    /// How long an agent's phone rings for this queue; `None`: [`Timers::ring_for`].
    pub ring_for: Option<Duration>,
    /// How long an agent rests after a talk of this queue. Default 10 s.
    pub wrap_up: Duration,
    /// How often every agent who can be reached is asked in turn before the caller is told that nobody is
    /// free (`no_agent`); `None` asks until the time limit. Default 2.
    pub rounds: Option<u32>,
}

/// One agent.
#[derive(Clone, Debug)]
pub struct AgentSettings {
    /// The agent's name.
    pub name: AgentName,
    /// What to ring: a `sip:` URI, or the agent's own name for a phone that registers here.
    pub target: String,
    /// Whether the phone registers here. Such an agent counts as unreachable until
    /// [`super::DeskInput::AgentReachable`] says otherwise; a fixed URI counts as reachable until a ring fails.
    pub registers: bool,
    /// What the agent can do: `orders`, `lang:zh`.
    pub skills: BTreeSet<String>,
}

/// How long each step may take.
#[derive(Clone, Debug)]
pub struct Timers {
    /// How long an agent's phone rings, where the queue says nothing else. Default 15 s.
    pub ring_for: Duration,
    /// How long the agent has to press a key, from the first word of the brief; then the brief is said once
    /// more, then the offer counts as passed. Default 20 s.
    pub press_within: Duration,
    /// How long the brief may take in all, however often the agent presses 3. Default 60 s.
    pub brief_at_most: Duration,
    /// How long joining caller and agent may take after key 1. Default 10 s.
    pub connect_within: Duration,
    /// How long to wait for the end of an agent's leg after hanging it up, before the agent counts as free
    /// all the same. Default 5 s.
    pub close_within: Duration,
    /// How long an agent who let the phone ring, or who answered and pressed nothing (a mailbox), rests.
    /// Default 30 s.
    pub missed_rest: Duration,
    /// How long an agent whose phone was busy is left alone. Default 20 s.
    pub busy_rest: Duration,
    /// How long an agent whose phone could not be reached counts as unreachable. Default 30 s.
    pub unreachable_rest: Duration,
    /// How long a caller waits between two rounds of asking every agent. Default 20 s.
    pub round_pause: Duration,
    /// After this long in a class a waiting call counts as one class more urgent, so nobody starves.
    /// Default 3 min.
    pub promote_after: Duration,
    /// How long only agents with all the asked skills are rung; then every agent of the queue. Default 20 s.
    pub insist_on_skills: Duration,
}

impl Default for Timers {
    fn default() -> Self {
        Self {
            ring_for: Duration::from_secs(15),
            press_within: Duration::from_secs(20),
            brief_at_most: Duration::from_secs(60),
            connect_within: Duration::from_secs(10),
            close_within: Duration::from_secs(5),
            missed_rest: Duration::from_secs(30),
            busy_rest: Duration::from_secs(20),
            unreachable_rest: Duration::from_secs(30),
            round_pause: Duration::from_secs(20),
            promote_after: Duration::from_secs(180),
            insist_on_skills: Duration::from_secs(20),
        }
    }
}

impl QueueSettings {
    /// An open queue with the defaults, served by `agents`.
    pub fn new(name: &str, agents: &[&str]) -> Self {
        Self {
            name: name.into(),
            agents: agents.iter().map(|&agent| agent.into()).collect(),
            most_waiting: 50,
            open: true,
            ring_for: None,
            wrap_up: Duration::from_secs(10),
            rounds: Some(2),
        }
    }
}

impl AgentSettings {
    /// An agent at a fixed `sip:` URI, without special skills.
    pub fn at(name: &str, target: &str) -> Self {
        Self { name: name.into(), target: target.to_owned(), registers: false, skills: BTreeSet::new() }
    }

    /// An agent whose phone registers here, without special skills.
    pub fn registering(name: &str) -> Self {
        Self { name: name.into(), target: name.to_owned(), registers: true, skills: BTreeSet::new() }
    }
}

/// Settings no desk can be made from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeskError {
    /// A queue names an agent who is not there.
    #[error("queue {queue} names agent {agent}, who is not defined; add [agent.{agent}] or take the name out")]
    UnknownAgent {
        /// The queue.
        queue: QueueName,
        /// The name that nothing defines.
        agent: AgentName,
    },
    /// Two queues of one name.
    #[error("queue {0} is defined twice; keep one of them")]
    QueueTwice(QueueName),
    /// Two agents of one name.
    #[error("agent {0} is defined twice; keep one of them")]
    AgentTwice(AgentName),
    /// A timer of no length, with which the desk would ring without end.
    #[error("{0} is zero; give it at least a second")]
    NoTime(&'static str),
}

impl DeskSettings {
    /// Refuses settings no desk can be made from.
    pub(super) fn check(&self) -> Result<(), DeskError> {
        let mut agents = BTreeSet::new();
        for agent in &self.agents {
            if !agents.insert(&agent.name) {
                return Err(DeskError::AgentTwice(agent.name.clone()));
            }
        }
        let mut queues = BTreeSet::new();
        for queue in &self.queues {
            if !queues.insert(&queue.name) {
                return Err(DeskError::QueueTwice(queue.name.clone()));
            }
            if let Some(agent) = queue.agents.iter().find(|&agent| !agents.contains(agent)) {
                return Err(DeskError::UnknownAgent { queue: queue.name.clone(), agent: agent.clone() });
            }
            if queue.ring_for.is_some_and(|ring_for| ring_for.is_zero()) {
                return Err(DeskError::NoTime("ring_for"));
            }
        }
        self.timers.check()
    }
}

impl Timers {
    /// A rest or a pause may be zero; the time for a step may not.
    fn check(&self) -> Result<(), DeskError> {
        let steps = [
            ("ring_for", self.ring_for),
            ("press_within", self.press_within),
            ("brief_at_most", self.brief_at_most),
            ("connect_within", self.connect_within),
            ("close_within", self.close_within),
            ("promote_after", self.promote_after),
        ];
        match steps.iter().find(|(_, length)| length.is_zero()) {
            Some((name, _)) => Err(DeskError::NoTime(name)),
            None => Ok(()),
        }
    }
}
