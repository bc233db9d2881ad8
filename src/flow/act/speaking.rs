//! Saying and listening.

use std::time::Duration;

use crate::words::{Expected, Language};

/// Whether the caller may stop a saying by speaking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum BargeIn {
    /// Speech stops it.
    #[default]
    Allowed,
    /// Speech does not stop it, but is heard.
    Blocked,
}

/// Something to say.
#[derive(Clone, PartialEq)]
pub struct SayAct {
    /// Names the saying in `Input::Cut`; rises by one with each.
    pub id: u64,
    /// What, ready to be spoken: no markup.
    pub text: String,
    /// In which language.
    pub language: Language,
    /// Whether speech stops it.
    pub barge_in: BargeIn,
    /// A recording of these words to play instead, where there is one.
    pub recording: Option<String>,
    /// How fast.
    pub pace: Pace,
}

/// How fast something is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Pace {
    /// As the voice speaks.
    #[default]
    Normal,
    /// For a caller who asked for it.
    Slow,
}

/// Through what a step may be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Hear {
    /// By voice.
    Speech,
    /// By keys.
    Keypad,
    /// By either, mixed.
    #[default]
    Both,
}

/// How long a caller who pauses is waited for before the turn is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Patience {
    /// For short answers: a choice, yes or no.
    Short,
    /// As people talk.
    #[default]
    Normal,
    /// For what is read off a letter in groups: codes, long numbers.
    Long,
}

/// How to listen.
#[derive(Clone, Debug, PartialEq)]
pub struct ListenAct {
    /// What the step waits for; guides the recogniser.
    pub expected: Expected,
    /// The language of the conversation.
    pub language: Language,
    /// After how much silence to bring `Input::Silence`; `None` while the caller is not expected to speak (a
    /// look-up runs, a person is being found).
    pub silence_after: Option<Duration>,
    /// How long to wait out pauses.
    pub patience: Patience,
    /// Through what.
    pub hear: Hear,
}

impl std::fmt::Debug for SayAct {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Say({}, {} characters, {:?})", self.id, self.text.chars().count(), self.barge_in)
    }
}
