//! The ear of a leg that speaks as well: hears the far end without our own voice in it.

use std::time::Duration;

use super::echo::EchoGuard;
use super::{ActivityModel, Evidence, HearError, Listener, Patience, TurnEvent, TurnSettings};
use crate::audio::{Frame, Hertz, Sound};

/// While it is not known yet whether our voice comes back, speech over it is believed after so many frames: an echo is
/// known by then.
const BELIEVED_AFTER: u32 = 3;

/// A [`Listener`] with a guard against the echo of what is sent meanwhile. No heap after it was made.
pub struct DuplexListener {
    listener: Listener,
    guard: EchoGuard,
    /// Speech that may be an echo: since when, and how many frames are left to find out.
    doubted: Option<(Duration, u32)>,
}

impl DuplexListener {
    /// A listener to sound at `rate` that begins at `began` on the line's clock.
    ///
    /// # Errors
    /// [`HearError::Audio`] when the rate cannot be heard.
    pub fn new(model: &ActivityModel, rate: Hertz, began: Duration, settings: TurnSettings) -> Result<Self, HearError> {
        let listener = Listener::new(model, rate, began, settings)?;
        Ok(Self { listener, guard: EchoGuard::new(rate), doubted: None })
    }

    /// Takes the next 20 ms of the far end, and what was sent to it in the same tick. `SpeechStarted` comes 60 ms later
    /// than it might where our voice sounds and it is not known yet whether it comes back.
    ///
    /// # Errors
    /// [`HearError::Activity`] when the detector's model fails; the frame counts as silence.
    pub fn push(&mut self, heard: &Frame, sent: &Frame) -> Result<Option<TurnEvent>, HearError> {
        let knew = self.guard.knows_echo();
        let left = self.guard.guard(heard, sent);
        let event = self.listener.push(&left)?;
        if !knew && self.guard.knows_echo() {
            // What was heard until now was our own voice, or cannot be told from it.
            self.doubted = None;
            self.listener.forget();
            return Ok(None);
        }
        if let Some(TurnEvent::SpeechStarted { at }) = event
            && self.guard.may_echo()
        {
            self.doubted = Some((at, BELIEVED_AFTER));
            return Ok(None);
        }
        if let Some((at, frames)) = &mut self.doubted {
            *frames -= 1;
            if *frames == 0 {
                let at = *at;
                self.doubted = None;
                return Ok(Some(TurnEvent::SpeechStarted { at }));
            }
        }
        Ok(event)
    }

    /// Sets the patience from now on, also for a turn that is under way.
    pub fn expect(&mut self, patience: Patience) {
        self.listener.expect(patience);
    }

    /// As [`Listener::learn`].
    pub fn learn(&mut self, pause: Duration, evidence: Evidence) -> Option<TurnEvent> {
        self.listener.learn(pause, evidence)
    }

    /// Whether a turn is open: the caller speaks or pauses in it.
    pub fn is_open(&self) -> bool {
        self.listener.is_open()
    }

    /// Where the sound pushed so far ends.
    pub fn now(&self) -> Duration {
        self.listener.now()
    }

    /// As [`Listener::sound`]: what was heard, without our own voice.
    pub fn sound(&self, start: Duration, end: Duration) -> Sound {
        self.listener.sound(start, end)
    }
}
