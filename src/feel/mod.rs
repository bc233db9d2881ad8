//! How the caller feels: from tone, pace and words to a mood over the call, and how hard the call is for a machine.
//!
//! **In:** 20 ms frames of the caller's own leg as [`CallerFrame`]s (no other sound is taken, by type), the text of each
//! turn, and what happened in the dialogue. **Out:** a [`tone::Tone`] an utterance, [`words::WordsHeard`], a [`Mood`] a turn with
//! its reasons, a [`Complexity`].
//!
//! Tone tells agitation and not pleasure; words tell the rest. `docs/mood.md` has what is known, and how well.
//!
//! ```
//! use warmline::audio::{Frame, Hertz};
//! use warmline::feel::{CallMood, CallerVoice, MoodSettings, Turn, prosody::Prosody, words::WordsHeard};
//!
//! let voice = CallerVoice::of_the_caller(Hertz::HZ_8000);
//! let mut prosody = Prosody::new(voice.rate()).unwrap();
//! let frame = Frame::silence(Hertz::HZ_8000);
//! let unfinished = voice.frame(&frame).and_then(|frame| prosody.push(frame));
//! assert!(unfinished.is_none());
//!
//! let mut call = CallMood::new(MoodSettings::default());
//! let utterance = prosody.end();
//! let tone = utterance.as_ref().and_then(|utterance| call.tone(utterance));
//! let words = WordsHeard::read("I am really worried, somebody took my card");
//! let mood = call.turn(&Turn { utterance: utterance.as_ref(), tone, words: Some(&words), ..Turn::default() });
//! assert!(mood.distress > 0.5 && mood.valence.is_some_and(|valence| valence < 0.5));
//! ```

mod call;
mod caller_voice;
mod complexity;
mod dialogue;
pub mod prosody;
#[cfg(test)]
mod scenarios;
pub mod tone;
pub mod words;

pub use call::{CallMood, Mood, MoodSettings, STAYED, TONE_ALONE, Turn};
pub use caller_voice::{CallerFrame, CallerVoice};
pub use complexity::{Complexity, Course, Hardship, complexity};
pub use dialogue::Dialogue;
