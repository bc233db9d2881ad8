//! Hearing: when somebody speaks, when they have ended, and what they said.
//!
//! In: frames of a line as they arrive. Out: turns (where each begins, pauses and ends) and, for the sound of a turn,
//! its words with language and confidence. The [`Listener`] runs beside the media loop and touches no heap; the
//! [`Recogniser`] works on threads of its own, which media never waits for.
//!
//! ```no_run
//! use warmline::audio::wav;
//! use warmline::hear::{ActivityModel, LanguageChoice, Recogniser, RecogniserSettings, listen_to_recording};
//! use warmline::words::Expected;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let activity = ActivityModel::load("libonnxruntime.so".as_ref(), "silero_vad.onnx".as_ref())?;
//! let recogniser = Recogniser::start(&RecogniserSettings::new("ggml-base-q8_0.bin"))?;
//! let sound = wav::read("caller.wav")?.sound;
//! let language = LanguageChoice::Detect(Vec::new());
//! for utterance in listen_to_recording(&sound, &activity, &recogniser, &language, &Expected::anything()).await? {
//!     println!("{:?} {}", utterance.start, utterance.recognised.text);
//! }
//! # Ok(())
//! # }
//! ```

mod activity;
mod barge_in;
mod completeness;
mod confidence;
mod duplex;
mod echo;
mod end_of_turn;
mod engine;
mod error;
mod guided;
mod invented;
mod listener;
mod log_mel;
mod loops;
mod patience;
mod quiet;
mod recent;
mod recogniser;
mod recording;
mod turn;
mod weights;
mod whisper;
mod whisper_file;

pub use activity::{ACTIVITY_STEP, Activity, ActivityDetector, ActivityModel};
pub use barge_in::{BargeIn, Interjection, Order};
pub use completeness::{Completeness, completeness};
pub use confidence::Grounds;
pub use duplex::DuplexListener;
pub use end_of_turn::EndOfTurnModel;
pub use engine::{Engine, LanguageChoice, Priority, Recognised, Request};
pub use error::HearError;
pub use listener::Listener;
pub use patience::{Evidence, Patience};
pub use recogniser::{Due, Recogniser, RecogniserSettings};
pub use recording::{Together, Utterance, listen_to_recording, together};
pub use turn::{TurnEvent, TurnSettings, TurnTaker};
pub use whisper::{WhisperEngine, WhisperModel};
pub use whisper_file::check_whisper_file;

#[cfg(test)]
mod tests;
