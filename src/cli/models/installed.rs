//! Where models live, and the paths of an installation.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::ModelsError;

/// The folder models are installed in and looked for when none is named: `WARMLINE_MODELS`, else
/// `warmline/models` in the user's data folder (`XDG_DATA_HOME`, by default `~/.local/share`).
pub fn default_dir() -> PathBuf {
    if let Some(dir) = non_empty("WARMLINE_MODELS") {
        return dir;
    }
    user_folder("XDG_DATA_HOME", ".local/share").join("warmline/models")
}

/// The folder fetched packages are kept in: `warmline/packages` in the user's cache folder.
pub(super) fn default_cache() -> PathBuf {
    user_folder("XDG_CACHE_HOME", ".cache").join("warmline/packages")
}

fn user_folder(variable: &str, below_home: &str) -> PathBuf {
    let home = || non_empty("HOME").unwrap_or_else(|| PathBuf::from("/var/lib")).join(below_home);
    non_empty(variable).unwrap_or_else(home)
}

fn non_empty(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// The files of an installation, found by their fixed names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// Whisper in ggml's layout: eight bits if there, else half precision.
    pub whisper: PathBuf,
    /// The Silero activity detector.
    pub activity: PathBuf,
    /// Smart Turn, which tells the end of a turn.
    pub end_of_turn: PathBuf,
    /// The ONNX Runtime library.
    pub onnx_runtime: PathBuf,
    /// The English piper voice.
    pub voice: PathBuf,
    /// The voice's description.
    pub voice_config: PathBuf,
    /// Kokoro, where it is installed: without it Warmline speaks English alone.
    pub kokoro: Option<InstalledKokoro>,
}

/// The files of Kokoro.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstalledKokoro {
    /// The model.
    pub model: PathBuf,
    /// Its phonemes.
    pub vocabulary: PathBuf,
    /// The voices by name, such as `zf_xiaoxiao`.
    pub voices: BTreeMap<String, PathBuf>,
}

impl InstalledKokoro {
    fn locate(dir: &Path) -> Option<Self> {
        let present = |name: &str| Some(dir.join(name)).filter(|path| path.is_file());
        let name_of = |path: &Path| {
            let name = path.file_name()?.to_str()?;
            Some(name.strip_prefix("kokoro-")?.strip_suffix(".bin")?.to_owned())
        };
        let files = std::fs::read_dir(dir).ok()?.flatten().map(|entry| entry.path());
        let voices = files.filter_map(|path| Some((name_of(&path)?, path))).collect();
        Some(Self { model: present("kokoro-82m-int8.onnx")?, vocabulary: present("kokoro-vocab.json")?, voices })
    }
}

impl Installed {
    /// Finds the models in `dir`. Only that the files are there is checked; [`super::verify`] proves them.
    pub fn locate(dir: &Path) -> Result<Self, ModelsError> {
        let present = |name: &str| {
            let path = dir.join(name);
            if path.is_file() { Ok(path) } else { Err(ModelsError::Missing(path)) }
        };
        Ok(Self {
            whisper: present("ggml-base-q8_0.bin").or_else(|missing| present("ggml-base.bin").map_err(|_| missing))?,
            activity: present("silero_vad.onnx")?,
            end_of_turn: present("smart-turn-v3.2-cpu.onnx")?,
            onnx_runtime: present("libonnxruntime.so.1.31.1")?,
            voice: present("en_US-joe-medium.onnx")?,
            voice_config: present("en_US-joe-medium.onnx.json")?,
            kokoro: InstalledKokoro::locate(dir),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_model_is_named_with_its_mend() {
        let dir = tempfile::tempdir().unwrap();
        let error = Installed::locate(dir.path()).unwrap_err().to_string();
        assert!(error.contains("ggml-base-q8_0.bin") && error.contains("warmline models install"), "{error}");
    }

    #[test]
    fn eight_bits_are_preferred_to_half_precision() {
        let dir = tempfile::tempdir().unwrap();
        for name in [
            "ggml-base.bin",
            "silero_vad.onnx",
            "smart-turn-v3.2-cpu.onnx",
            "libonnxruntime.so.1.31.1",
            "en_US-joe-medium.onnx",
            "en_US-joe-medium.onnx.json",
        ] {
            std::fs::write(dir.path().join(name), b"").unwrap();
        }
        assert!(Installed::locate(dir.path()).unwrap().whisper.ends_with("ggml-base.bin"));
        std::fs::write(dir.path().join("ggml-base-q8_0.bin"), b"").unwrap();
        assert!(Installed::locate(dir.path()).unwrap().whisper.ends_with("ggml-base-q8_0.bin"));
    }
}
