//! What can go wrong with sound, and what to do about it.

use std::path::PathBuf;

use super::Hertz;

/// An error of the audio room: it names the file or the rates it is about, what was found, and the mend.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AudioError {
    /// No resampler exists for this pair of rates.
    #[error("cannot resample from {from} to {to}: {why}; use rates of 8000 to 48000 Hz")]
    Resample {
        /// The rate of the input.
        from: Hertz,
        /// The rate of the output.
        to: Hertz,
        /// What the resampler said.
        why: String,
    },
    /// The file cannot be opened or read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is something else than a WAV file, or nothing at all.
    #[error("{} is not a WAV file: {found}; convert it with: sox INPUT -b 16 OUTPUT.wav", path.display())]
    NotWav {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        found: String,
    },
    /// A WAV file whose sound is stored in a way that is not read here.
    #[error("{} holds {found}; PCM of 8, 16, 24 or 32 bits and 32-bit float are read: convert it with: sox INPUT -b 16 OUTPUT.wav", path.display())]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// How its sound is stored.
        found: String,
    },
    /// A WAV file that ends before its sound does.
    #[error("{} is truncated: its header says {said} bytes of sound, {found} are there; record or copy it again", path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
        /// Bytes of sound by the header.
        said: u64,
        /// Bytes of sound in the file.
        found: u64,
    },
    /// A WAV file whose parts contradict each other.
    #[error("{} is a broken WAV file: {found}; record or convert it again", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        found: String,
    },
    /// The file cannot be made or written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}
