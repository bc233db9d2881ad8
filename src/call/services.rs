//! What every call uses: models, connections, the record, people.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::shelf::Shelf;
use crate::CallId;
use crate::audio::Sound;
use crate::caller::Connections;
use crate::hear::{ActivityModel, EndOfTurnModel, Recogniser};
use crate::line::{Caller, Leg};
use crate::record::{Recorder, TimedEvent};
use crate::speak::Speaker;

/// The ears: the weights of the detector and of the judge of pauses for all calls, and the recogniser.
#[derive(Clone)]
pub struct HearingModels {
    /// Voice activity.
    pub activity: ActivityModel,
    /// Whether a pause is the end of a turn.
    pub end_of_turn: EndOfTurnModel,
    /// Words.
    pub recogniser: Recogniser,
}

/// Rings agents. The SIP line does; a call played from recordings has scripted ones.
pub trait AgentLines: Send + Sync {
    /// Rings `target` (a `sip:` URI, or the name of an agent whose phone registers here) on behalf of
    /// `caller`, for at most `ring_for`. Returns at once; what becomes of it comes as events of the leg.
    fn ring(&self, target: &str, caller: &Caller, ring_for: Duration) -> Leg;
}

/// Somebody who watches a call's events as they happen, such as `warmline call --json`.
pub type Watcher = mpsc::Sender<TimedEvent>;

/// Everything calls share. Cheap to clone where it is cloned: every part is a handle.
pub struct Services {
    /// The flows that new calls begin with, by the number that was dialled.
    pub shelf: Arc<Shelf>,
    /// Ears.
    pub hearing: HearingModels,
    /// Voices.
    pub speaker: Speaker,
    /// How fast they speak, 1.0 as made.
    pub speaking_pace: f32,
    /// Where flows look things up.
    pub connections: Connections,
    /// The log of events.
    pub recorder: Recorder,
    /// Who rings agents.
    pub agents: Arc<dyn AgentLines>,
    /// What callers hear while they wait, by queue; `""` is for queues without their own.
    pub hold: BTreeMap<String, Arc<Sound>>,
    /// Where recordings of both sides go; `None` keeps none.
    pub recordings: Option<PathBuf>,
    /// What time it is when the line clock says zero, if it is not now: `warmline call --at`.
    pub pretend_now: Option<jiff::Timestamp>,
}

impl Services {
    /// The wall clock at the answer of a call.
    pub(super) fn wall_clock(&self) -> jiff::Timestamp {
        self.pretend_now.unwrap_or_else(jiff::Timestamp::now)
    }

    /// What a caller in `queue` hears while waiting.
    pub(super) fn hold_for(&self, queue: &str) -> Option<Arc<Sound>> {
        self.hold.get(queue).or_else(|| self.hold.get("")).cloned()
    }

    /// The file that a call's recording goes to.
    pub(super) fn recording_file(&self, call: CallId) -> Option<PathBuf> {
        self.recordings.as_ref().map(|folder| folder.join(format!("{call}.wav")))
    }
}
