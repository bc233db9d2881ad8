//! Agents who are not there: for `warmline call --agent`, one who takes every call, declines it, or is away.

use std::time::Duration;

use tokio::sync::mpsc;

use crate::audio::{FRAME, Frame, Hertz, Key, level_dbov};
use crate::call::AgentLines;
use crate::line::{Caller, Leg, LegCommand, LegEnd, LegEnds, LegEvent, Media};

/// What the agent does when rung.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(in crate::cli) enum AgentManner {
    /// Answers, hears the brief, presses 1, listens for a moment and hangs up
    Accept,
    /// Declines at once
    Decline,
    /// Has no phone that could be reached
    #[default]
    None,
}

/// How loud a frame is in which somebody is heard.
const AUDIBLE_DBOV: f32 = -50.0;
/// How long the agent's ear must have been quiet for the brief to be over.
const BRIEF_OVER: Duration = Duration::from_millis(600);
/// How long the agent waits for a brief that never comes.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long the agent talks with the caller.
const TALK: Duration = Duration::from_secs(4);

/// Rings agents of one manner.
pub(in crate::cli) struct ScriptedAgents(pub(in crate::cli) AgentManner);

impl AgentLines for ScriptedAgents {
    fn ring(&self, _target: &str, _caller: &Caller, _ring_for: Duration) -> Leg {
        let (leg, ends) = Leg::new(Box::new(AgentEar::new()));
        let manner = self.0;
        tokio::spawn(live(manner, ends));
        leg
    }
}

async fn live(manner: AgentManner, ends: LegEnds) {
    let LegEnds { mut commands, events } = ends;
    let end = match manner {
        AgentManner::Decline => {
            send(&events, LegEvent::Ringing).await;
            LegEnd::Declined
        }
        AgentManner::None => LegEnd::Unreachable,
        AgentManner::Accept => {
            send(&events, LegEvent::Ringing).await;
            send(&events, LegEvent::Answered).await;
            loop {
                match commands.recv().await {
                    Some(LegCommand::HangUp) | None => break LegEnd::HungUp,
                    Some(_) => {}
                }
            }
        }
    };
    send(&events, LegEvent::Ended(end)).await;
}

async fn send(events: &mpsc::Sender<LegEvent>, event: LegEvent) {
    // A call that has ended has no use for the event.
    let _ = events.send(event).await;
}

/// What the agent has done so far.
#[derive(Clone, Copy, PartialEq)]
enum Doing {
    WaitingForBrief,
    HearingBrief,
    Talking,
    Gone,
}

/// The ear and thumb of an agent who takes the call.
pub(in crate::cli) struct AgentEar {
    doing: Doing,
    quiet_for: Duration,
    since: Duration,
    key: Option<Key>,
}

impl AgentEar {
    pub(in crate::cli) fn new() -> Self {
        Self { doing: Doing::WaitingForBrief, quiet_for: Duration::ZERO, since: Duration::ZERO, key: None }
    }

    fn now_doing(&mut self, doing: Doing) {
        self.doing = doing;
        self.since = Duration::ZERO;
    }
}

impl Media for AgentEar {
    fn rate(&self) -> Hertz {
        Hertz::HZ_8000
    }

    fn receive(&mut self, _now: Duration) -> Frame {
        Frame::silence(self.rate())
    }

    fn send(&mut self, _now: Duration, frame: &Frame) {
        let audible = level_dbov(frame.samples()) > AUDIBLE_DBOV;
        self.quiet_for = if audible { Duration::ZERO } else { self.quiet_for + FRAME };
        self.since += FRAME;
        match self.doing {
            Doing::WaitingForBrief if audible => self.now_doing(Doing::HearingBrief),
            Doing::WaitingForBrief if self.since >= PATIENCE => self.now_doing(Doing::Gone),
            Doing::HearingBrief if self.quiet_for >= BRIEF_OVER => {
                self.key = Key::from_char('1');
                self.now_doing(Doing::Talking);
            }
            Doing::Talking if self.since >= TALK => self.now_doing(Doing::Gone),
            _ => {}
        }
    }

    fn next_key(&mut self) -> Option<Key> {
        self.key.take()
    }

    fn send_key(&mut self, _key: Key) {}

    fn last_heard(&self) -> Option<Duration> {
        None
    }

    fn finished(&self) -> bool {
        self.doing == Doing::Gone
    }
}
