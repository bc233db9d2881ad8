//! One leg's ear: frames in, turns out, and the sound of each turn.

use std::time::Duration;

use super::activity::{Activity, ActivityDetector, ActivityModel};
use super::patience::{Evidence, Patience};
use super::recent::RecentSound;
use super::turn::{TurnEvent, TurnSettings, TurnTaker};
use super::{ACTIVITY_STEP, HearError};
use crate::audio::{FRAME, Frame, Hertz, Sound};

/// How much of the silence behind a turn is cut with it: the last consonant fades below what the detector hears.
const POST_ROLL: Duration = Duration::from_millis(192);

/// Listens to one leg: activity detection, the turn-taker and the last half minute of sound in one. A few tens of
/// microseconds a frame, and no heap after it was made.
///
/// Times of its events are the sound's own: how much was pushed before, 20 ms a frame, plus the time it was told the
/// sound began at.
pub struct Listener {
    began: Duration,
    detector: ActivityDetector,
    taker: TurnTaker,
    recent: RecentSound,
    judged: Option<Activity>,
}

impl Listener {
    /// A listener to sound at `rate` that begins at `began` on the line's clock.
    ///
    /// # Errors
    /// [`HearError::Audio`] when the rate cannot be heard.
    pub fn new(model: &ActivityModel, rate: Hertz, began: Duration, settings: TurnSettings) -> Result<Self, HearError> {
        let span = settings.longest_turn + settings.pre_roll + Duration::from_secs(2);
        Ok(Self {
            began,
            detector: ActivityDetector::new(model, rate)?,
            taker: TurnTaker::new(settings),
            recent: RecentSound::new(rate, span),
            judged: None,
        })
    }

    /// Sets the patience from now on, also for a turn that is under way.
    pub fn expect(&mut self, patience: Patience) {
        self.taker.expect(patience);
    }

    /// Takes the next 20 ms.
    ///
    /// # Errors
    /// [`HearError::Activity`] when the detector's model fails; the frame counts as silence.
    pub fn push(&mut self, frame: &Frame) -> Result<Option<TurnEvent>, HearError> {
        self.recent.push(frame);
        let Some(activity) = self.detector.push(frame)? else { return Ok(None) };
        let activity = Activity { at: self.began + activity.at, ..activity };
        self.judged = Some(activity);
        Ok(self.taker.push(activity.at, activity.probability))
    }

    /// What is now known of the pause that began at `pause`, beside its length. `Some` when the turn is over by it. Of
    /// another pause than the present one it means nothing.
    pub fn learn(&mut self, pause: Duration, evidence: Evidence) -> Option<TurnEvent> {
        let now = self.now();
        self.taker.learn(now, pause, evidence)
    }

    /// Forgets the speech and the turn that are under way: they were none.
    pub fn forget(&mut self) {
        self.taker.forget();
        self.detector.forget();
    }

    /// The detector's last judgement, at the line's time.
    pub fn judged(&self) -> Option<Activity> {
        self.judged
    }

    /// Whether a turn is open: the caller speaks or pauses in it.
    pub fn is_open(&self) -> bool {
        self.taker.is_open()
    }

    /// Where the sound pushed so far ends.
    pub fn now(&self) -> Duration {
        self.began + self.recent.elapsed()
    }

    /// The sound of a turn from `start` to `end`, with a little of the silence behind it. What is older than the
    /// longest turn is gone.
    pub fn sound(&self, start: Duration, end: Duration) -> Sound {
        let from_beginning = |at: Duration| at.saturating_sub(self.began);
        self.recent.part(from_beginning(start), from_beginning(end + POST_ROLL))
    }
}

/// Frames of silence after a recording that end any turn with this patience.
pub(super) fn frames_to_end(patience: Patience) -> usize {
    ((patience.most + ACTIVITY_STEP * 4).as_nanos() / FRAME.as_nanos()) as usize + 1
}
