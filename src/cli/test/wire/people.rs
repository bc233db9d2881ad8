//! The agents of a test, on telephones of their own: they answer as the test demands.

use std::sync::{Arc, Mutex, PoisonError};

use super::joined::Joined;
use crate::call::AgentLines;
use crate::cli::call::agent::AgentEar;
use crate::desk::DeskSettings;
use crate::flow::QueueResult;
use crate::flow::rehearsal::{FlowTest, LineKind};
use crate::line::sip::{OutboundCall, SipLine};
use crate::line::{Caller, IncomingCall, Leg, LegEvent};
use std::time::Duration;

/// From one round of asking every agent to the next: a test does not wait as long as a caller would.
const ROUND_PAUSE: Duration = Duration::from_secs(2);

/// What agents do when they are rung.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Manner {
    /// They take the call, hear the brief, press 1, talk for a moment and hang up.
    Talk,
    /// They decline.
    Decline,
    /// They let it ring.
    #[default]
    Ring,
}

/// How the waits of a test end, as far as agents and queues can bring that about; else why not.
pub(super) fn manner_of(test: &FlowTest) -> Result<Option<QueueResult>, String> {
    let planned = test.setting.queue.iter().map(|plan| plan.ends);
    let of_queues = test.setting.queues.values().flatten().map(|plan| plan.ends);
    let told = test.lines.iter().filter_map(|line| match line.what {
        LineKind::QueueEnds(result) => Some(result),
        _ => None,
    });
    let mut ends: Vec<QueueResult> = planned.chain(of_queues).chain(told).collect();
    ends.dedup();
    match ends.as_slice() {
        [] => Ok(None),
        [QueueResult::Late] => Err("it waits for a person as long as the flow allows".to_owned()),
        [QueueResult::Outage | QueueResult::Callback] => Err("no agent can end a wait so".to_owned()),
        [one] => Ok(Some(*one)),
        _ => Err("its waits for a person end in several ways".to_owned()),
    }
}

/// The desk of a test.
pub(super) fn desk_for(mut desk: DeskSettings, ends: Option<QueueResult>) -> DeskSettings {
    desk.timers.round_pause = ROUND_PAUSE;
    for queue in &mut desk.queues {
        queue.open = ends != Some(QueueResult::Closed);
        if ends == Some(QueueResult::Full) {
            queue.most_waiting = 0;
        }
    }
    for agent in &mut desk.agents {
        agent.registers = false;
    }
    desk
}

impl Manner {
    /// What agents do so that the wait ends so.
    pub(super) fn that_ends(ends: Option<QueueResult>) -> Self {
        match ends {
            Some(QueueResult::Talked) => Self::Talk,
            Some(QueueResult::NoAgent) => Self::Decline,
            _ => Self::Ring,
        }
    }
}

/// Rings the telephones of a test's agents, whoever is to be rung.
pub(super) struct TestPhones {
    /// The line that rings.
    pub(super) line: Arc<SipLine>,
    /// Where the telephones are: `127.0.0.1:PORT`.
    pub(super) at: String,
}

impl AgentLines for TestPhones {
    fn ring(&self, _target: &str, _caller: &Caller, ring_for: Duration) -> Leg {
        let target = format!("sip:agent@{}", self.at);
        self.line.call(OutboundCall { target, caller_name: None, ring_for })
    }
}

/// What the agents of the present test do.
#[derive(Clone, Default)]
pub(super) struct Manners(Arc<Mutex<Manner>>);

impl Manners {
    pub(super) fn are(&self, manner: Manner) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = manner;
    }

    fn now(&self) -> Manner {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An agent's telephone rings: what the agent does, until the leg is over.
pub(super) async fn rings(call: IncomingCall, manners: Manners) {
    const BUSY_HERE: u16 = 486;
    let mut leg = call.leg;
    leg.control.ring();
    match manners.now() {
        Manner::Decline => leg.control.refuse(BUSY_HERE),
        Manner::Talk => leg.control.answer(),
        Manner::Ring => {}
    }
    let mut media = Some(leg.media);
    let mut joined: Option<Joined> = None;
    let mut look = tokio::time::interval(Duration::from_millis(100));
    loop {
        tokio::select! {
            event = leg.events.recv() => match event {
                Some(LegEvent::Answered) => {
                    joined = media.take().and_then(|media| Joined::start(media, Box::new(AgentEar::new())).ok());
                }
                Some(LegEvent::Ended(_)) | None => return,
                Some(_) => {}
            },
            _ = look.tick() => if joined.as_ref().is_some_and(Joined::has_left) {
                leg.control.hang_up();
            },
        }
    }
}
