//! What can go wrong while speaking, and what to do about it.

use std::path::PathBuf;

use crate::words::Language;

/// Why something was not said. Never holds the text: it may be private.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpeakError {
    /// The voice's files are not what they should be.
    #[error("the voice {} cannot be used: {why}; give a piper voice (.onnx with its .onnx.json beside it), or run `warmline models install`", path.display())]
    Voice {
        /// The file at fault.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Two voices bear one name.
    #[error("two voices are named `{0}`: rename one")]
    SameName(String),
    /// There is no voice at all.
    #[error("no voice is configured: run `warmline models install`, or name one in warmline.toml")]
    NoVoices,
    /// No voice speaks the language.
    #[error("no voice speaks `{0}`: install one and name it in warmline.toml")]
    NoVoiceFor(Language),
    /// No voice of that name is configured.
    #[error("there is no voice `{0}`: the names are those of warmline.toml")]
    UnknownVoice(String),
    /// The text is too long to be listened to.
    #[error("a text of {length} characters is too long to be spoken: the most is {most}; split it")]
    TooLong {
        /// How many characters it has.
        length: usize,
        /// How many it may have.
        most: usize,
    },
    /// As much as the voices can take is waiting already.
    #[error("the voices are busy: {waiting} clauses wait already; try again, or raise `workers` of [speak]")]
    Busy {
        /// How many clauses wait.
        waiting: usize,
    },
    /// The voice failed on this text.
    #[error("the voice failed: {0}")]
    Synthesis(String),
    /// The worker that was speaking died; another takes its place.
    #[error("the voice died while it spoke; it is being started again")]
    WorkerDied,
    /// No thread could be started, or the voices have been stopped.
    #[error("the voices are not running: see the log for why")]
    NotRunning,
}
