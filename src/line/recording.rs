//! A recording as a caller: WAV files, keys and silences, each played when the bot has finished speaking and
//! listens, or a given time into its speech. The same call as over a telephone, in real time or as fast as it goes:
//! the line has no clock but the ticks of the media loop.

use std::path::PathBuf;
use std::time::Duration;

use super::own_end::{self, Goodbye};
use super::{Caller, IncomingCall, Leg, LegEnd, Media};
use crate::audio::{AudioError, Frame, Hertz, Key, Sound};

mod saving;
mod script;

use saving::Saving;
use script::Script;

/// What the caller does when it is his turn.
#[derive(Clone, Debug)]
pub enum Turn {
    /// Says what was recorded, at any rate: it is heard as over a telephone, at 8 kHz and through G.711.
    Wav {
        /// The recording.
        sound: Sound,
    },
    /// Presses keys: `0` to `9`, `*`, `#`, `A` to `D`, five a second.
    Keys(String),
    /// Says nothing for so long.
    Silence(Duration),
}

/// One turn and when it begins.
#[derive(Clone, Debug)]
pub struct ScriptedTurn {
    /// What the caller does.
    pub turn: Turn,
    /// Begins so long into the bot's next speech; `None` waits until the bot has fallen silent and listens.
    pub barge_in_after: Option<Duration>,
}

impl From<Turn> for ScriptedTurn {
    fn from(turn: Turn) -> Self {
        Self { turn, barge_in_after: None }
    }
}

/// A caller's part of a call. After the last turn he waits for the reply and hangs up.
#[derive(Clone, Debug, Default)]
pub struct RecordingScript {
    /// What the caller does, in order. Without turns he listens to the greeting and hangs up.
    pub turns: Vec<ScriptedTurn>,
    /// Who he says he is.
    pub caller: Caller,
    /// Where to write what both sides said: a stereo WAV, the caller on the left, the bot on the right.
    pub save: Option<PathBuf>,
}

/// Why a script cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// A character that is no key.
    #[error("{0:?} is not a key of a telephone: use 0-9, *, # and A-D")]
    NotAKey(char),
    /// A recording that cannot be resampled, or a file that cannot be written.
    #[error(transparent)]
    Sound(#[from] AudioError),
}

/// The line on which recordings ring.
pub struct RecordingLine;

impl RecordingLine {
    /// Rings with `script`. Everything that can fail fails here, before the call begins. To be called within a
    /// tokio runtime, where a small task answers for the caller until the call ends.
    pub fn call(script: RecordingScript) -> Result<IncomingCall, RecordingError> {
        let save = script.save.map(Saving::create).transpose()?;
        let (goodbye, goodbyes) = own_end::goodbye();
        let media =
            RecordingMedia { script: Script::new(script.turns)?, heard: None, save, goodbye, has_hung_up: false };
        let (leg, ends) = Leg::new(Box::new(media));
        own_end::attend(ends, goodbyes);
        Ok(IncomingCall { caller: script.caller, line: "recording", leg })
    }
}

struct RecordingMedia {
    script: Script,
    /// What the caller said in this tick, until it is saved beside what the bot said.
    heard: Option<Frame>,
    save: Option<Saving>,
    goodbye: Goodbye,
    has_hung_up: bool,
}

impl RecordingMedia {
    fn save(&mut self, heard: &Frame, said: &Frame) {
        if let Some(saving) = &mut self.save {
            saving.push(heard, said);
        }
    }
}

impl Media for RecordingMedia {
    fn rate(&self) -> Hertz {
        Hertz::HZ_8000
    }

    fn receive(&mut self, now: Duration) -> Frame {
        if let Some(unpaired) = self.heard.take() {
            self.save(&unpaired, &Frame::silence(Hertz::HZ_8000));
        }
        let frame = self.script.tick(now);
        if self.script.is_over() && !self.has_hung_up {
            self.has_hung_up = true;
            self.goodbye.try_send(LegEnd::HungUp).ok();
        }
        if self.save.is_some() {
            self.heard = Some(frame.clone());
        }
        frame
    }

    fn send(&mut self, now: Duration, frame: &Frame) {
        if frame.rate() != Hertz::HZ_8000 {
            tracing::debug!(rate = %frame.rate(), "a frame of another rate was dropped");
            return;
        }
        self.script.bot_says(now, frame);
        if let Some(heard) = self.heard.take() {
            self.save(&heard, frame);
        }
    }

    fn next_key(&mut self) -> Option<Key> {
        self.script.next_key()
    }

    fn send_key(&mut self, _key: Key) {
        // A recording has no use for keys.
    }

    fn last_heard(&self) -> Option<Duration> {
        self.script.last_tick()
    }

    fn bot_is_listening(&mut self, falls_silent: bool) {
        self.script.bot_listens(falls_silent);
    }

    fn finished(&self) -> bool {
        self.script.is_over()
    }
}

impl Drop for RecordingMedia {
    fn drop(&mut self) {
        if let Some(unpaired) = self.heard.take() {
            self.save(&unpaired, &Frame::silence(Hertz::HZ_8000));
        }
    }
}

#[cfg(test)]
mod tests;
