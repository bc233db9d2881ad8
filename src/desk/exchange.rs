//! What goes into the desk and what comes out.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{AgentName, Brief, OfferId, QueueName};
use crate::CallId;

/// A caller who joins a queue.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The queue to join.
    pub queue: QueueName,
    /// 1 (urgent) to 9; outside values are brought to the nearest. Default 5.
    pub class: u8,
    /// Skills the agent should have: `orders`, `lang:zh`. Insisted on for [`super::Timers::insist_on_skills`].
    pub skills: BTreeSet<String>,
    /// What the agent is told first.
    pub brief: Brief,
    /// How long to look for a person. Time spent connected to one does not count. Default 10 min.
    pub time_limit: Duration,
}

impl Caller {
    /// A caller of class 5 who asks for no skill and waits ten minutes at most.
    pub fn joining(queue: &str, brief: Brief) -> Self {
        Self { queue: queue.into(), class: 5, skills: BTreeSet::new(), brief, time_limit: Duration::from_secs(600) }
    }
}

/// What happened.
#[derive(Clone, Debug)]
pub enum DeskInput {
    /// A caller joins a queue. A call that is already in one is left where it is.
    Enqueue {
        /// The call.
        call: CallId,
        /// Who joins what, and what for.
        caller: Caller,
    },
    /// The caller hung up, or the flow took the call out of the queue. Cancels everything done for it.
    CallerGone {
        /// The call.
        call: CallId,
    },
    /// The agent's phone rings (SIP 180 or 183).
    AgentRinging {
        /// The offer whose leg it is.
        offer: OfferId,
    },
    /// The agent picked up.
    AgentAnswered {
        /// The offer whose leg it is.
        offer: OfferId,
    },
    /// The brief has been said to its end.
    BriefSpoken {
        /// The offer whose leg it is.
        offer: OfferId,
    },
    /// The agent pressed a key: `1` takes the call, `2` passes, `3` says the brief again; others do nothing.
    AgentKey {
        /// The offer whose leg it is.
        offer: OfferId,
        /// The key.
        key: char,
    },
    /// Caller and agent hear each other.
    Bridged {
        /// The offer whose leg it is.
        offer: OfferId,
    },
    /// The agent's leg is gone. Comes once for every leg, also after [`DeskAct::HangUpAgent`].
    AgentEnded {
        /// The offer whose leg it was.
        offer: OfferId,
        /// Why.
        why: AgentEnd,
    },
    /// A phone registered, its registration ran out, or a probe of it gave another answer than before.
    AgentReachable {
        /// The agent.
        agent: AgentName,
        /// Whether the phone can be rung.
        reachable: bool,
    },
    /// A queue opened or closed. Callers who are in it stay.
    QueueOpened {
        /// The queue.
        queue: QueueName,
        /// Whether it takes callers from now on.
        open: bool,
    },
    /// Nothing but time has passed; due when [`super::Desk::next_wake`] says.
    Tick,
}

/// Why an agent's leg ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AgentEnd {
    /// The phone was busy (486, 600).
    Busy,
    /// The agent turned the call down (603, or a decline button).
    Declined,
    /// It rang and nobody answered (408, 480 or our own limit).
    NoAnswer,
    /// No phone there: not registered, no response, unknown (404, 503, transport error).
    Unreachable,
    /// The phone refused for another reason (403, 488, 5xx).
    Refused,
    /// A leg that had been answered was hung up, by either side.
    HungUp,
    /// A leg that had been answered broke: no sound, no signalling.
    Lost,
}

/// What became of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OfferOutcome {
    /// Caller and agent talked.
    Talked,
    /// The agent passed: key 2, decline, or hung up during the brief.
    Passed,
    /// The agent answered and pressed nothing, twice; most likely a mailbox.
    NoKey,
    /// The phone rang and nobody answered.
    NoAnswer,
    /// The phone was busy.
    Busy,
    /// The phone could not be reached, or was never heard ringing. Not the agent's fault.
    Unreachable,
    /// The phone refused the call.
    Refused,
    /// The agent took the call, but joining the two failed.
    Failed,
    /// The leg broke while the two were talking; the caller returned to the queue.
    Lost,
    /// The caller went away first.
    CallerGone,
    /// The caller's time limit ran out first.
    Late,
}

/// How a call left the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum QueueResult {
    /// Talked to an agent, and one of the two hung up.
    Talked,
    /// Nobody can be reached, or everybody was asked often enough and nobody took the call.
    NoAgent,
    /// The time limit ran out.
    Late,
    /// Too many callers were in the queue.
    Full,
    /// The queue was closed.
    Closed,
    /// The desk does not know the queue: something is wrong with the deployment.
    Outage,
    /// The caller went away before any talk.
    CallerGone,
}

/// What to do, in order.
#[derive(Clone, Debug)]
pub enum DeskAct {
    /// The caller waits now, for the first time or again: play the hold music.
    Waiting {
        /// The call.
        call: CallId,
        /// The queue.
        queue: QueueName,
        /// Class the call joined with, 1 to 9.
        class: u8,
        /// How many would be served before it, plus one.
        position: usize,
    },
    /// Ring the agent.
    Ring {
        /// Name of this attempt; every event of the leg carries it.
        offer: OfferId,
        /// For whom.
        call: CallId,
        /// Whom.
        agent: AgentName,
        /// Where: a `sip:` URI or the name of a registered agent.
        target: String,
        /// How long at most.
        ring_for: Duration,
    },
    /// Say the brief to the agent alone.
    SpeakBrief {
        /// Whose leg.
        offer: OfferId,
        /// Whose brief.
        call: CallId,
        /// What to say; `brief.waited` is filled.
        brief: Brief,
        /// Whether the agent has heard it before; stop what is still being said of it.
        again: bool,
    },
    /// Stop saying the brief.
    StopBrief {
        /// Whose leg.
        offer: OfferId,
    },
    /// The agent took the call: only now may the caller be told so. Join the two and answer
    /// [`DeskInput::Bridged`].
    Bridge {
        /// Whose leg.
        offer: OfferId,
        /// Whose caller.
        call: CallId,
        /// Who took it.
        agent: AgentName,
    },
    /// Hang up the agent's leg. Its [`DeskInput::AgentEnded`] is awaited before the agent is rung again.
    HangUpAgent {
        /// Whose leg.
        offer: OfferId,
    },
    /// The offer is over.
    OfferEnded {
        /// Which.
        offer: OfferId,
        /// For whom it was.
        call: CallId,
        /// Who was asked.
        agent: AgentName,
        /// What became of it.
        outcome: OfferOutcome,
    },
    /// The caller had been told that the agent is there, and it failed: apologise; they wait again.
    Apologise {
        /// The call.
        call: CallId,
    },
    /// The call has left the queue.
    Result {
        /// The call.
        call: CallId,
        /// How.
        result: QueueResult,
    },
}
