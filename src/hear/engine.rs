//! What a recogniser asks of a speech-to-text engine.

use std::time::Duration;

use super::{Grounds, HearError};
use crate::audio::Sound;
use crate::words::{Expected, Language};

/// An utterance to be recognised.
#[derive(Debug, Clone)]
pub struct Request {
    /// The utterance, at any rate.
    pub sound: Sound,
    /// Which language it may be in.
    pub language: LanguageChoice,
    /// What the step it answers expects.
    pub expected: Expected,
    /// Who waits for it.
    pub class: Priority,
}

/// Which language an utterance may be in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LanguageChoice {
    /// It is known.
    Fixed(Language),
    /// It is one of these; empty means any that the model knows.
    Detect(Vec<Language>),
}

/// Who waits for an utterance to be recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// A caller waits for the bot to answer: goes first.
    Bot,
    /// Talk between a caller and an agent, transcribed for the record: goes behind, and is shed before a bot's turn
    /// is refused.
    Bridged,
}

/// What was recognised.
#[derive(Debug, Clone, PartialEq)]
pub struct Recognised {
    /// The words; empty when there were none.
    pub text: String,
    /// What else may have been said, the likeliest first: other digit strings where digits are expected.
    pub alternatives: Vec<String>,
    /// The language it was recognised in.
    pub language: Language,
    /// How likely it is that the words are right, all of them, 0 to 1; 0 when there are none.
    pub confidence: f32,
    /// What that rests on; `None` when there are no words.
    pub grounds: Option<Grounds>,
    /// Whether what was heard was no speech: silence, noise, music, or words that the engine made up from them.
    pub no_speech: bool,
    /// The mean log-probability of the tokens, natural logarithm; 0 when there are none.
    pub mean_log_probability: f32,
    /// The engine's own estimate that there was no speech, 0 to 1.
    pub no_speech_probability: f32,
    /// How many times the engine listened: 2 when the first try went in circles.
    pub tries: u8,
    /// How long recognition took, without the wait in the queue.
    pub recognition: Duration,
}

impl Recognised {
    /// Nothing was said.
    pub(super) fn nothing(language: Language, no_speech_probability: f32) -> Self {
        Self {
            text: String::new(),
            alternatives: Vec::new(),
            language,
            confidence: 0.0,
            grounds: None,
            no_speech: true,
            mean_log_probability: 0.0,
            no_speech_probability,
            tries: 1,
            recognition: Duration::ZERO,
        }
    }
}

/// A speech-to-text engine, owned by one worker.
pub trait Engine {
    /// Recognises one utterance. `is_wanted` turns false when nobody waits for the answer any more; the engine may
    /// then give up with any result.
    ///
    /// # Errors
    /// [`HearError`] when the engine fails; it is used on.
    fn recognise(&mut self, request: &Request, is_wanted: &dyn Fn() -> bool) -> Result<Recognised, HearError>;
}
