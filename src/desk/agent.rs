//! One agent: can the phone be reached, and what is it doing.

use std::time::Duration;

use super::{AgentSettings, OfferId};

/// What an agent is doing, as figures and screens show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AgentState {
    /// The phone cannot be rung: not registered, or the last ring did not reach it.
    Unreachable,
    /// Can be rung now.
    Idle,
    /// The phone is being rung.
    Offered,
    /// Answered; hears the brief or thinks about it.
    Briefing,
    /// Took the call; the two are being joined.
    Connecting,
    /// Talks with the caller.
    Talking,
    /// The leg is being hung up.
    Closing,
    /// Rests after a talk.
    WrapUp,
    /// Let the phone ring, or a mailbox answered; rests before the next ring.
    Missed,
    /// The phone was busy with something that is not ours; left alone for a while.
    Busy,
}

/// Why an agent is left alone for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    WrapUp,
    Missed,
    Busy,
    Unreachable,
}

/// What the agent is at. Exactly one offer while engaged, none otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// Nothing, since then.
    Idle { since: Duration },
    /// An offer that is still open.
    Engaged { offer: OfferId },
    /// The leg of an ended offer is being hung up; `rest` begins when it is gone.
    Closing { offer: OfferId, until: Duration, then: Afterwards },
    /// Left alone until then.
    Resting { why: Rest, until: Duration },
}

/// What an agent does when the leg of an offer is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Afterwards {
    /// Idle again, in the place among idle agents held before the offer: passing a call is not work.
    AsBefore { idle_since: Duration },
    /// Left alone for a while, then behind everybody who is idle.
    Rests { why: Rest, length: Duration },
}

#[derive(Debug)]
pub(super) struct Agent {
    pub settings: AgentSettings,
    /// What registration or a probe says last.
    pub registered: bool,
    pub work: Work,
    /// When the agent fell idle before the offer that engages it now.
    pub idle_since: Duration,
    /// How many talks so far.
    pub talks: u64,
}

impl Agent {
    pub(super) fn new(settings: AgentSettings) -> Self {
        let registered = !settings.registers;
        let work = Work::Idle { since: Duration::ZERO };
        Self { settings, registered, work, idle_since: Duration::ZERO, talks: 0 }
    }

    /// Whether the agent can be rung now, and if so since when idle.
    pub(super) fn free_since(&self) -> Option<Duration> {
        match self.work {
            Work::Idle { since } if self.registered => Some(since),
            Work::Idle { .. } | Work::Engaged { .. } | Work::Closing { .. } | Work::Resting { .. } => None,
        }
    }

    /// Whether waiting for this agent makes sense: can be rung, now or after a talk or a rest.
    pub(super) fn is_present(&self) -> bool {
        match self.work {
            Work::Engaged { .. } => true,
            Work::Closing { then: Afterwards::Rests { why: Rest::Unreachable, .. }, .. }
            | Work::Resting { why: Rest::Unreachable, .. } => false,
            Work::Closing { .. } | Work::Resting { .. } | Work::Idle { .. } => self.registered,
        }
    }

    /// The leg is gone: what the agent does next.
    pub(super) fn turn_to(&mut self, then: Afterwards, now: Duration) {
        self.work = match then {
            Afterwards::AsBefore { idle_since } => Work::Idle { since: idle_since },
            Afterwards::Rests { length, .. } if length.is_zero() => Work::Idle { since: now },
            Afterwards::Rests { why, length } => Work::Resting { why, until: now + length },
        };
    }

    /// When time alone changes something about this agent.
    pub(super) fn next_wake(&self) -> Option<Duration> {
        match self.work {
            Work::Closing { until, .. } | Work::Resting { until, .. } => Some(until),
            Work::Idle { .. } | Work::Engaged { .. } => None,
        }
    }
}
