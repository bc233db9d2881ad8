//! Piper voices, through piper-rs on ONNX Runtime.

use std::path::{Path, PathBuf};

use piper_rs::{ModelConfig, Piper};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::files::{hash_of, refused};
use super::voice::{Voice, to_samples};
use super::{SpeakError, espeak};
use crate::audio::{Hertz, Sound};
use crate::onnx::onnx_session;
use crate::words::Language;

/// Where a piper voice's files are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PiperFiles {
    pub(super) model: PathBuf,
    pub(super) config: PathBuf,
}

impl PiperFiles {
    /// The files of the voice `model`: its settings are beside it, with `.json` added to the name.
    pub(super) fn new(model: &Path) -> Self {
        let mut config = model.as_os_str().to_owned();
        config.push(".json");
        Self { model: model.to_owned(), config: config.into() }
    }

    /// The hash of both files: other files are another voice.
    pub(super) fn hash(&self) -> Result<[u8; 32], SpeakError> {
        hash_of(&[&self.config, &self.model])
    }

    /// The language that the voice's settings say: that of `language`, or of the espeak-ng voice in older ones.
    pub(super) fn language(&self) -> Result<Language, SpeakError> {
        let settings: LanguageSettings = self.read_config()?;
        let tag = settings.language.map_or(settings.espeak.voice, |language| language.code);
        // espeak-ng calls Mandarin by its own tag of ISO 639-3.
        let tag = if tag.starts_with("cmn") { "zh" } else { tag.as_str() };
        Language::parse(tag).map_err(|error| refused(&self.config, error.to_string()))
    }

    fn read_config<T: DeserializeOwned>(&self) -> Result<T, SpeakError> {
        let text = std::fs::read(&self.config).map_err(|error| refused(&self.config, error.to_string()))?;
        serde_json::from_slice(&text).map_err(|error| refused(&self.config, format!("not piper's settings: {error}")))
    }
}

/// The part of a voice's settings that says what it speaks.
#[derive(Deserialize)]
struct LanguageSettings {
    language: Option<LanguageCode>,
    espeak: EspeakVoice,
}

#[derive(Deserialize)]
struct LanguageCode {
    code: String,
}

#[derive(Deserialize)]
struct EspeakVoice {
    voice: String,
}

/// A piper voice, loaded.
pub(super) struct PiperVoice {
    piper: Piper,
    rate: Hertz,
    length_scale: f32,
    /// espeak-ng's voice, which turns text into phonemes.
    espeak: String,
}

impl PiperVoice {
    /// Loads the voice, to run on `threads` threads, and has it say a word, so that whatever is wrong with
    /// it shows now. [`crate::onnx::init_onnx_runtime`] must have been called.
    pub(super) fn load(files: &PiperFiles, threads: usize) -> Result<Self, SpeakError> {
        let config: ModelConfig = files.read_config()?;
        let rate = Hertz::new(config.audio.sample_rate).ok_or_else(|| {
            refused(&files.config, format!("{} is no sampling rate of sound", config.audio.sample_rate))
        })?;
        let (length_scale, espeak) = (config.inference.length_scale, config.espeak.voice.clone());
        let session = onnx_session(&files.model, threads).map_err(|error| refused(&files.model, error.to_string()))?;
        let mut voice = Self { piper: Piper::from_session(session, config), rate, length_scale, espeak };
        let word = voice.speak("Ready.", 1.0).map_err(|error| refused(&files.model, error.to_string()))?;
        if word.samples().is_empty() {
            return Err(refused(&files.model, "it gives no sound".to_owned()));
        }
        Ok(voice)
    }
}

impl Voice for PiperVoice {
    fn speak(&mut self, text: &str, pace: f32) -> Result<Sound, SpeakError> {
        let length_scale = self.length_scale / pace;
        let phonemes = espeak::ipa(text, &self.espeak)?;
        let spoken = self.piper.create(&phonemes, true, None, Some(length_scale), None, None);
        let (samples, _) = spoken.map_err(|error| SpeakError::Synthesis(error.to_string()))?;
        Ok(Sound::new(self.rate, to_samples(&samples)))
    }
}

#[cfg(test)]
mod tests;
