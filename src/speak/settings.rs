//! What a speaker is started with.

use std::path::{Path, PathBuf};

use super::kokoro::KokoroFiles;
use crate::words::Language;

/// A voice to speak with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoiceSettings {
    /// How flows and commands call it.
    pub name: String,
    /// The language it speaks; `None` is what its own settings say. The first voice of a language is that
    /// language's own.
    pub language: Option<Language>,
    /// What it is made of.
    pub model: VoiceModel,
}

/// What a voice is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VoiceModel {
    /// A piper voice: `NAME.onnx`, with `NAME.onnx.json` beside it.
    Piper(PathBuf),
    /// A Kokoro voice.
    Kokoro(KokoroFiles),
}

/// Bounds of a [`Speaker`](super::Speaker).
#[derive(Clone, Debug, PartialEq)]
pub struct SpeakSettings {
    /// The voices; at least one.
    pub voices: Vec<VoiceSettings>,
    /// How many clauses are made at once; each worker holds its own copy of the voices (piper about 100 MB;
    /// Kokoro, once it is spoken with, about 400 MB).
    pub workers: usize,
    /// How many threads one clause uses.
    pub threads: usize,
    /// How many clauses may wait, of fresh replies and of prompts made ahead alike.
    pub queue: usize,
    /// The longest text that is spoken, in characters.
    pub longest_text: usize,
    /// How much sound is kept in memory, in bytes.
    pub memory_bytes: u64,
    /// Where prompts made ahead are kept; `None` keeps none.
    pub cache: Option<PathBuf>,
    /// How much of it, in bytes.
    pub cache_bytes: u64,
}

impl Default for SpeakSettings {
    /// No voice; the rest as suits two cores.
    fn default() -> Self {
        Self {
            voices: Vec::new(),
            workers: 1,
            threads: 2,
            queue: 64,
            longest_text: 2_000,
            memory_bytes: 32 << 20,
            cache: None,
            cache_bytes: 512 << 20,
        }
    }
}

impl SpeakSettings {
    /// One piper voice, named after its file; the rest as suits two cores.
    pub fn new(model: &Path) -> Self {
        Self { voices: vec![VoiceSettings::new(model)], ..Self::default() }
    }
}

impl VoiceSettings {
    /// A piper voice, named after its file, of the language that its settings say.
    pub fn new(model: &Path) -> Self {
        let name = model.file_stem().unwrap_or(model.as_os_str()).to_string_lossy().into_owned();
        Self { name, language: None, model: VoiceModel::Piper(model.to_owned()) }
    }
}
