//! The voice of the line: piper and Kokoro voices on a bounded pool of threads, clauses kept once they were made, and
//! what plays them to a leg.
//!
//! In: texts ([`Utterance`]). Out: evened sound at the line's rate, clause by clause ([`Clause`]), the first
//! as soon as it is ready; and, from [`Playout`], frames and how much of each saying was heard.
//!
//! ```ignore
//! let speaker = Speaker::start(SpeakSettings::new(&voice))?;
//! let (mut playout, rate) = (Playout::new(), Hertz::HZ_8000);
//! let mut clauses = speaker.say(Utterance { text, language: Language::EN, voice: None, pace: 1.0, rate });
//! playout.begin(1);
//! while let Some(clause) = clauses.recv().await {
//!     let Clause { sound, text, pause_after, .. } = clause?;
//!     playout.enqueue(Clip { saying: 1, sound, text: text.into(), pause_after });
//! }
//! playout.complete(1);
//! let (frame, marks) = playout.next(rate); // every 20 ms
//! ```

mod assembly;
mod cache;
mod clauses;
mod error;
mod espeak;
mod files;
mod kokoro;
mod kokoro_english;
mod languages;
mod lead_in;
mod least_recent;
mod mandarin;
mod piper;
mod playout;
mod pool;
mod settings;
mod speaker;
mod utterance;
mod voice;

pub use clauses::{ClauseText, clauses};
pub use error::SpeakError;
pub use kokoro::KokoroFiles;
pub use lead_in::lead_in;
pub use playout::{Clip, FADE, Heard, Mark, MarkKind, Marks, Playout};
pub use settings::{SpeakSettings, VoiceModel, VoiceSettings};
pub use speaker::{Prepared, Speaker, SpeakerGauges};
pub use utterance::{Clause, Utterance};
