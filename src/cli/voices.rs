//! Which voices speak: the installed ones, and those that the settings name.

use std::path::Path;

use super::assemble::ModelFiles;
use super::models::{InstalledKokoro, check_piper_file};
use crate::config::Config;
use crate::speak::{KokoroFiles, SpeakSettings, Speaker, VoiceModel, VoiceSettings};
use crate::words::Language;

/// Who speaks Mandarin where nothing else is said.
const MANDARIN: &str = "zf_xiaoxiao";

/// The voices of the settings.
pub(super) fn speaker(config: &Config, models: &ModelFiles) -> anyhow::Result<Speaker> {
    speaker_with(config, models, None)
}

/// The same, and the installed voice `name` beside them.
pub(super) fn speaker_with(config: &Config, models: &ModelFiles, name: Option<&str>) -> anyhow::Result<Speaker> {
    Ok(Speaker::start(settings(config, models, name)?)?)
}

/// What a speaker with these voices is started with.
pub(super) fn settings(config: &Config, models: &ModelFiles, name: Option<&str>) -> anyhow::Result<SpeakSettings> {
    Ok(SpeakSettings {
        voices: voices(config, models, name)?,
        workers: config.speak.workers,
        threads: config.speak.threads,
        cache: Some(config.data.join("prompts")),
        cache_bytes: config.speak.cache_megabytes << 20,
        ..SpeakSettings::default()
    })
}

/// The first voice of a language is that language's own: the settings' before the installed ones.
fn voices(config: &Config, models: &ModelFiles, beside: Option<&str>) -> anyhow::Result<Vec<VoiceSettings>> {
    let mut voices: Vec<VoiceSettings> = Vec::new();
    for (language, name) in &config.speak.voices {
        voices.push(VoiceSettings { language: Some(*language), ..named(name, models)? });
    }
    voices.push(VoiceSettings::new(&models.voice));
    if let Some(kokoro) = &models.kokoro
        && let Some(mandarin) = installed(MANDARIN, kokoro)
    {
        voices.push(VoiceSettings { language: Some(Language::ZH), ..mandarin });
    }
    if let Some(name) = beside
        && !voices.iter().any(|voice| voice.name == name)
    {
        voices.push(named(name, models)?);
    }
    let mut names = std::collections::HashSet::new();
    voices.retain(|voice| names.insert(voice.name.clone()));
    Ok(voices)
}

/// A piper voice by its path, the installed piper voice or a Kokoro voice by its name.
fn named(name: &str, models: &ModelFiles) -> anyhow::Result<VoiceSettings> {
    if name.ends_with(".onnx") {
        check_piper_file(Path::new(name))?;
        return Ok(VoiceSettings::new(Path::new(name)));
    }
    let piper = VoiceSettings::new(&models.voice);
    if piper.name == name {
        return Ok(piper);
    }
    let Some(kokoro) = &models.kokoro else {
        anyhow::bail!("there is no voice {name:?}: run `warmline models install`, which brings the Kokoro voices");
    };
    installed(name, kokoro).ok_or_else(|| {
        let known: Vec<&str> = kokoro.voices.keys().map(String::as_str).collect();
        anyhow::anyhow!("there is no voice {name:?}; there are {}, {}", piper.name, known.join(", "))
    })
}

fn installed(name: &str, kokoro: &InstalledKokoro) -> Option<VoiceSettings> {
    let style = kokoro.voices.get(name)?.clone();
    let files = KokoroFiles { model: kokoro.model.clone(), vocabulary: kokoro.vocabulary.clone(), style };
    Some(VoiceSettings { name: name.to_owned(), language: None, model: VoiceModel::Kokoro(files) })
}
