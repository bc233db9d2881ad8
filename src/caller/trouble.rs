//! What can go wrong between us and the far side of a connection.

use crate::flow::LookUpResult;

/// Why a connection gave no answer that a flow can use. The text is for the log and for `warmline doctor`: it
/// names places and kinds, never a value of a caller.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// Nobody answers there: no such host, connection refused, no such file, TLS that is not trusted.
    #[error("cannot be reached: {0}")]
    Unreachable(String),
    /// The answer did not come in time.
    #[error("no answer in time; raise `time_limit`, or find out why the far side is slow")]
    Timeout,
    /// The far side understood and said no, or an argument that is needed had no value.
    #[error("refused: {0}")]
    Refused(String),
    /// The answer is not what `returns` declares.
    #[error("the answer has not the declared shape: {0}")]
    WrongShape(String),
    /// The answer is larger than allowed.
    #[error("the answer is larger than {most} bytes; ask for less, or raise `largest`")]
    TooLarge {
        /// The limit in bytes.
        most: u64,
    },
    /// An HTTP status that is neither an answer nor a refusal.
    #[error("HTTP status {status}{}", .why.map(|why| format!(": {why}")).unwrap_or_default())]
    BadStatus {
        /// The status.
        status: u16,
        /// What we make of it.
        why: Option<&'static str>,
    },
    /// A change was sent, and whether it was made is not known.
    #[error("whether the change was made is not known: {0}")]
    Unknown(String),
}

impl Trouble {
    /// The kind, as a flow reads it in `error.kind`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "unreachable",
            Self::Timeout => "timeout",
            Self::Refused(_) => "refused",
            Self::WrongShape(_) => "wrong_shape",
            Self::TooLarge { .. } => "too_large",
            Self::BadStatus { .. } => "bad_status",
            Self::Unknown(_) => "unknown",
        }
    }

    /// As a flow gets it.
    pub fn into_result(self) -> LookUpResult {
        LookUpResult::Error(self.kind().to_owned())
    }
}
