//! The files of a voice.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::SpeakError;

/// The hash of all of `files`: other files are another voice.
pub(super) fn hash_of(files: &[&Path]) -> Result<[u8; 32], SpeakError> {
    let mut hash = Sha256::new();
    for path in files {
        let unreadable = |error: std::io::Error| refused(path, error.to_string());
        let mut file = std::fs::File::open(path).map_err(unreadable)?;
        std::io::copy(&mut file, &mut hash).map_err(unreadable)?;
    }
    Ok(hash.finalize().into())
}

/// The voice whose file is at `path` cannot be used, and why.
pub(super) fn refused(path: &Path, why: String) -> SpeakError {
    SpeakError::Voice { path: path.to_owned(), why }
}
