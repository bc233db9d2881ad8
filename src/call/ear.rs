//! The caller's side of the conversation: what the listener tells, with the sound of each utterance, and whether
//! the caller spoke over us.

use std::time::Duration;

use crate::audio::{FRAME, Frame, Hertz, Sound};
use crate::hear::{DuplexListener, Evidence, HearError, Patience, TurnEvent, TurnSettings};

use super::services::HearingModels;

/// Frames that never came are heard as silence, up to this; after a longer hole the ear begins anew.
const LONGEST_HOLE: Duration = Duration::from_millis(400);

/// An utterance of the caller.
pub(super) struct Heard {
    /// Its sound.
    pub(super) sound: Sound,
    /// When its speech began.
    pub(super) start: Duration,
    /// When its speech ended.
    pub(super) end: Duration,
    /// When the turn, or the pause, was noticed.
    pub(super) decided: Duration,
    /// Whether the caller began while being spoken to.
    pub(super) barge_in: bool,
}

/// What the ear noticed.
pub(super) enum Noticed {
    /// The caller began to speak; `over_bot` while being spoken to.
    Began {
        /// Whether the bot was audible.
        over_bot: bool,
    },
    /// The caller pauses: this may have been all.
    Paused(Heard),
    /// The caller speaks on.
    Resumed {
        /// Whether the bot was audible.
        over_bot: bool,
    },
    /// The caller has finished a turn.
    Turn(Heard),
}

/// Listens to one side.
pub(super) struct Ear {
    models: HearingModels,
    rate: Hertz,
    listener: DuplexListener,
    patience: Patience,
    began_over_bot: bool,
}

impl Ear {
    pub(super) fn new(models: &HearingModels, rate: Hertz) -> Result<Self, HearError> {
        Ok(Self {
            listener: DuplexListener::new(&models.activity, rate, Duration::ZERO, TurnSettings::default())?,
            models: models.clone(),
            rate,
            patience: Patience::default(),
            began_over_bot: false,
        })
    }

    /// How long to wait out pauses from now on.
    pub(super) fn be_patient(&mut self, patience: Patience) {
        self.patience = patience;
        self.listener.expect(patience);
    }

    /// Whether the caller is in the middle of a turn.
    pub(super) fn is_hearing_speech(&self) -> bool {
        self.listener.is_open()
    }

    /// What is now known of the pause behind the speech that ended at `pause`; the turn may be over by it.
    pub(super) fn learn(&mut self, pause: Duration, evidence: Evidence) -> Option<Noticed> {
        match self.listener.learn(pause, evidence)? {
            TurnEvent::Ended { start, end } => Some(Noticed::Turn(self.utterance(start, end))),
            _ => None,
        }
    }

    /// Takes in 20 ms that began at `at`, and what was `sent` meanwhile; at most one thing is noticed in them.
    pub(super) fn hear(
        &mut self,
        at: Duration,
        frame: &Frame,
        sent: &Frame,
        bot_audible: bool,
    ) -> Result<Option<Noticed>, HearError> {
        if frame.rate() != self.rate {
            // The line renegotiated its rate: the sound of another rate cannot join this utterance.
            return Ok(None);
        }
        self.mend_hole(at)?;
        let event = self.listener.push(frame, sent)?;
        Ok(event.map(|event| match event {
            TurnEvent::SpeechStarted { .. } => {
                self.began_over_bot = bot_audible;
                Noticed::Began { over_bot: bot_audible }
            }
            TurnEvent::Paused { start, at: end } => Noticed::Paused(self.utterance(start, end)),
            TurnEvent::Resumed { .. } => Noticed::Resumed { over_bot: bot_audible },
            TurnEvent::Ended { start, end } | TurnEvent::TooLong { start, end } => {
                Noticed::Turn(self.utterance(start, end))
            }
        }))
    }

    fn mend_hole(&mut self, at: Duration) -> Result<(), HearError> {
        let heard_until = self.listener.now();
        if at > heard_until + LONGEST_HOLE {
            self.listener = DuplexListener::new(&self.models.activity, self.rate, at, TurnSettings::default())?;
            self.listener.expect(self.patience);
            return Ok(());
        }
        let silence = Frame::silence(self.rate);
        while self.listener.now() + FRAME <= at {
            self.listener.push(&silence, &silence)?;
        }
        Ok(())
    }

    fn utterance(&self, start: Duration, end: Duration) -> Heard {
        let sound = self.listener.sound(start, end);
        Heard { sound, start, end, decided: self.listener.now(), barge_in: self.began_over_bot }
    }
}
