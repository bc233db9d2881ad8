//! What is to be said, and what it sounds like.

use std::sync::Arc;
use std::time::Duration;

use crate::audio::{Hertz, Sound};
use crate::words::Language;

/// Something to be said.
#[derive(Clone, PartialEq)]
pub struct Utterance {
    /// The text, without markup.
    pub text: String,
    /// Its language.
    pub language: Language,
    /// The name of a voice; `None` is the first that speaks the language.
    pub voice: Option<String>,
    /// 1.0 is as fast as the voice was made; 0.5 to 2.0, beyond which it is brought to the nearer end.
    pub pace: f32,
    /// The rate of the line that plays it.
    pub rate: Hertz,
}

impl std::fmt::Debug for Utterance {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let characters = self.text.chars().count();
        write!(formatter, "Utterance({characters} characters, {}, {})", self.language, self.rate)
    }
}

/// A piece of an utterance, ready to be played.
#[derive(Clone)]
pub struct Clause {
    /// The sound, at the line's rate, evened to about -20 dBov.
    pub sound: Arc<Sound>,
    /// What it says.
    pub text: String,
    /// Whether it had been made before.
    pub cached: bool,
    /// The least silence between it and the next.
    pub pause_after: Duration,
    /// How long it took to make; zero if cached.
    pub synthesis: Duration,
}

impl std::fmt::Debug for Clause {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Clause({:?}, cached: {})", self.sound, self.cached)
    }
}
