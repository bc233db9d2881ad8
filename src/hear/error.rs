//! What can go wrong while hearing.

use std::path::PathBuf;

use crate::audio::AudioError;
use crate::onnx::OnnxError;

/// Why nothing could be heard.
#[derive(Debug, thiserror::Error)]
pub enum HearError {
    /// A file that was named as whisper's model is not one.
    #[error("{path} is not a whisper model in ggml's layout: {reason}")]
    NotWhisper {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A file that was named as the activity detector is not Silero's.
    #[error("{path} is not the Silero activity detector: {reason}")]
    NotSilero {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A file that was named as the end-of-turn model is not Smart Turn.
    #[error("{path} is not the Smart Turn model: {reason}")]
    NotSmartTurn {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// ONNX Runtime is missing or refuses a model.
    #[error(transparent)]
    Onnx(#[from] OnnxError),
    /// Sound could not be brought to the rate that a model hears.
    #[error(transparent)]
    Audio(#[from] AudioError),
    /// Too many utterances wait already; ask the caller to repeat, or start more workers.
    #[error("the recogniser is busy: {waiting} utterances wait already")]
    Busy {
        /// How many wait.
        waiting: usize,
    },
    /// The worker that had the utterance died; it was replaced, and the next utterance is heard.
    #[error("the recogniser's worker died while it heard this utterance; it was replaced")]
    WorkerDied,
    /// The recogniser is shutting down.
    #[error("the recogniser was stopped")]
    Stopped,
    /// The model failed while it ran.
    #[error("whisper failed: {0}")]
    Whisper(String),
    /// The detector failed while it ran.
    #[error("the activity detector failed: {0}")]
    Activity(String),
    /// The end-of-turn model failed while it ran.
    #[error("the end-of-turn model failed: {0}")]
    EndOfTurn(String),
    /// A worker thread could not be started.
    #[error("cannot start a worker thread: {0}")]
    Thread(#[source] std::io::Error),
}
