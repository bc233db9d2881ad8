//! Why a description cannot be used.

/// Why an offer or an answer cannot be used, and what to tell the far end ([`SdpError::status`]).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SdpError {
    /// Longer than any phone's description.
    #[error(
        "the description is too long ({bytes} bytes, {lines} lines): at most {max_bytes} bytes and {max_lines} lines are read"
    )]
    TooLong {
        /// Its bytes.
        bytes: usize,
        /// Its lines.
        lines: usize,
        /// The most bytes that are read.
        max_bytes: usize,
        /// The most lines that are read.
        max_lines: usize,
    },
    /// Not SDP.
    #[error("the description cannot be read: {0}")]
    Malformed(String),
    /// No audio line that is not refused by its own port 0.
    #[error("no audio is described: an m=audio line with a port is needed")]
    NoAudio,
    /// Only encrypted or unknown transports.
    #[error("the audio is offered as {0} only: offer RTP/AVP")]
    Transport(String),
    /// Neither PCMU nor PCMA.
    #[error("no common codec: offer PCMU or PCMA at 8000 Hz")]
    NoCommonCodec,
    /// The address for sound is missing, a name, a group, or of another family than ours.
    #[error("the address for sound cannot be used ({0}): give the unicast IP address of the media line in c=")]
    Address(String),
}

impl SdpError {
    /// The SIP status to refuse with: 400 and 413 for what is no usable text, 488 for what we cannot do.
    pub const fn status(&self) -> u16 {
        match self {
            Self::TooLong { .. } => 413,
            Self::Malformed(_) => 400,
            Self::NoAudio | Self::Transport(_) | Self::NoCommonCodec | Self::Address(_) => 488,
        }
    }
}

/// What the far end wrote, fit to be shown in a log line or a header: printable, without quotes, not long.
pub(super) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 80;
    let plain = text.chars().filter(|character| matches!(character, ' '..='~') && !matches!(character, '"' | '\\'));
    plain.take(LONGEST).collect()
}
