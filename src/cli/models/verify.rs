//! Proves an installation by sha256.

use std::io::Read;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::ModelsError;
use super::manifest::{File, Manifest, WhisperPrecision};

/// What was found of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The file.
    pub path: PathBuf,
    /// What it is for, in a few words.
    pub what: String,
    /// What was found.
    pub state: State,
}

/// The state of one file of an installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It is there and is what it should be.
    Good,
    /// It is not there.
    Missing,
    /// It is there with another size or other content.
    Wrong(String),
    /// It could not be read.
    Unreadable(String),
}

impl Verdict {
    /// Whether the file is what it should be.
    pub fn is_good(&self) -> bool {
        self.state == State::Good
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { path, what, state } = self;
        match state {
            State::Good => write!(formatter, "good: {} ({what})", path.display()),
            State::Missing => write!(formatter, "missing: {} ({what}); run `warmline models install`", path.display()),
            State::Wrong(why) => write!(
                formatter,
                "wrong: {} ({what}): {why}; run `warmline models install` to make it anew",
                path.display()
            ),
            State::Unreadable(why) => write!(
                formatter,
                "unreadable: {} ({what}): {why}; let this user read it, or run `warmline models install` as this user",
                path.display()
            ),
        }
    }
}

/// Checks every file of the installation in `dir` by size and sha256. Whisper may be there in eight bits, in half
/// precision, or in both; if in neither, eight bits are what is missing.
pub fn verify(dir: &Path) -> Result<Vec<Verdict>, ModelsError> {
    let manifest = Manifest::compiled_in()?;
    let has_f16 = manifest
        .files(WhisperPrecision::F16)
        .filter(|file| file.name.starts_with("ggml-"))
        .any(|file| dir.join(&file.name).exists());
    let mut verdicts = Vec::new();
    for file in manifest.files(WhisperPrecision::Q8_0) {
        let replaced_by_f16 = file.name.starts_with("ggml-") && has_f16 && !dir.join(&file.name).exists();
        if !replaced_by_f16 {
            verdicts.push(verify_file(dir, file));
        }
    }
    if has_f16 {
        let whisper = manifest.files(WhisperPrecision::F16).filter(|file| file.name.starts_with("ggml-"));
        verdicts.extend(whisper.map(|file| verify_file(dir, file)));
    }
    Ok(verdicts)
}

/// Checks one file of the list in `dir`.
pub(super) fn verify_file(dir: &Path, file: &File) -> Verdict {
    let path = dir.join(&file.name);
    let state = state_of(&path, file.bytes, &file.sha256);
    Verdict { path, what: file.what.clone(), state }
}

/// Compares the file at `path` with its expected size and sha256.
pub(super) fn state_of(path: &Path, bytes: u64, sha256: &str) -> State {
    let length = match std::fs::metadata(path) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return State::Missing,
        Err(error) => return State::Unreadable(error.to_string()),
    };
    if length != bytes {
        return State::Wrong(format!("{length} bytes instead of {bytes}"));
    }
    match sha256_of(path) {
        Ok(found) if found == sha256 => State::Good,
        Ok(found) => State::Wrong(format!("sha256 {found} instead of {sha256}")),
        Err(error) => State::Unreadable(error.to_string()),
    }
}

/// The sha256 of a file in hexadecimal.
pub(super) fn sha256_of(path: &Path) -> std::io::Result<String> {
    let mut file = std::fs::File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok(hexadecimal(&hash.finalize()));
        }
        hash.update(&buffer[..count]);
    }
}

/// `bytes` as lower-case hexadecimal digits.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_folder_lacks_everything_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let verdicts = verify(dir.path()).unwrap();
        assert!(verdicts.len() >= 5);
        assert!(verdicts.iter().all(|verdict| verdict.state == State::Missing));
        assert!(verdicts.iter().any(|verdict| verdict.to_string().contains("ggml-base-q8_0.bin")));
    }

    #[test]
    fn a_changed_byte_and_a_cut_file_are_told_apart() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("model");
        std::fs::write(&path, b"abc").unwrap();
        let of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(state_of(&path, 3, of_abc), State::Good);
        std::fs::write(&path, b"abd").unwrap();
        assert!(matches!(state_of(&path, 3, of_abc), State::Wrong(why) if why.contains("sha256")));
        std::fs::write(&path, b"ab").unwrap();
        assert!(matches!(state_of(&path, 3, of_abc), State::Wrong(why) if why == "2 bytes instead of 3"));
    }
}
