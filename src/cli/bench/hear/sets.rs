//! Recordings with their texts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::words::{Expected, Form, Language, MAX_DIGITS};

/// A recording and what is said in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// A WAV file.
    pub path: PathBuf,
    /// What is said.
    pub text: String,
    /// In which language.
    pub language: Language,
    /// Who says it; empty when that is not known.
    pub speaker: String,
    /// What is waited for when it is said: digits for a digit string, as at a step that asks for a number.
    pub expected: Form,
}

impl Recording {
    /// What the recogniser is told, and its peer in the same words.
    pub(super) fn expectation(&self) -> Expected {
        Expected { form: self.expected.clone(), language: Some(self.language), ..Expected::anything() }
    }
}

#[derive(Deserialize)]
struct Line {
    audio: String,
    text: Option<String>,
    lang: String,
    kind: String,
    #[serde(default)]
    speaker: Option<String>,
}

/// The sentences and digit strings of a folder that has a `manifest.jsonl` (a line a recording with `audio`, `text`,
/// `lang` and `kind`), by set: the folder a recording lies in. Recordings without a text, and single digits, are left
/// out.
///
/// # Errors
/// When the manifest is missing or a line of it cannot be read.
pub fn speech_folder(folder: &Path) -> anyhow::Result<BTreeMap<String, Vec<Recording>>> {
    recordings_of(folder, &["sentence", "digits"])
}

/// The recordings of one kind with their texts, by set.
///
/// # Errors
/// When the manifest is missing or a line of it cannot be read.
pub(super) fn recordings_of_kind(folder: &Path, kind: &str) -> anyhow::Result<BTreeMap<String, Vec<Recording>>> {
    recordings_of(folder, &[kind])
}

fn recordings_of(folder: &Path, kinds: &[&str]) -> anyhow::Result<BTreeMap<String, Vec<Recording>>> {
    let manifest = folder.join("manifest.jsonl");
    let lines = std::fs::read_to_string(&manifest).with_context(|| format!("cannot read {}", manifest.display()))?;
    let mut sets: BTreeMap<String, Vec<Recording>> = BTreeMap::new();
    for (index, line) in lines.lines().enumerate() {
        let place = || format!("{}:{}", manifest.display(), index + 1);
        let line: Line = serde_json::from_str(line).with_context(place)?;
        let Some(text) = line.text.filter(|text| !text.is_empty()) else { continue };
        if !kinds.contains(&line.kind.as_str()) {
            continue;
        }
        let language = Language::parse(&line.lang).with_context(place)?;
        let set = line.audio.split('/').next().unwrap_or_default().to_owned();
        let expected = if line.kind == "digits" { Form::Digits { min: 1, max: MAX_DIGITS } } else { Form::Anything };
        let (path, speaker) = (folder.join(&line.audio), line.speaker.unwrap_or_default());
        sets.entry(set).or_default().push(Recording { path, text, language, speaker, expected });
    }
    Ok(sets)
}

/// Debian's Asterisk prompts (packages `asterisk-core-sounds-en-wav` and `asterisk-core-sounds-en`): every prompt of
/// four words or more whose text is all speech, evenly thinned to `most`.
///
/// # Errors
/// When a package is not installed.
pub fn asterisk_prompts(most: usize) -> anyhow::Result<Vec<Recording>> {
    const SOUNDS: &str = "/usr/share/asterisk/sounds/en_US_f_Allison";
    const TEXTS: &str = "/usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz";
    let unpacked = Command::new("gzip").args(["-dc", TEXTS]).output().context("cannot run gzip")?;
    if !unpacked.status.success() {
        bail!("{TEXTS} cannot be read; install asterisk-core-sounds-en and asterisk-core-sounds-en-wav");
    }
    let texts = String::from_utf8_lossy(&unpacked.stdout).into_owned();
    let prompts: Vec<Recording> = texts
        .lines()
        .filter(|line| !line.starts_with(';'))
        .filter_map(|line| line.split_once(": "))
        .filter(|(_, text)| !text.contains(['[', '(', '<', '/']) && text.split_whitespace().count() >= 4)
        .map(|(name, text)| (Path::new(SOUNDS).join(format!("{name}.wav")), text.trim().to_owned()))
        .filter(|(path, _)| path.is_file())
        .map(|(path, text)| Recording {
            path,
            text,
            language: Language::EN,
            speaker: String::new(),
            expected: Form::Anything,
        })
        .collect();
    if prompts.is_empty() {
        bail!("no prompts in {SOUNDS}; install asterisk-core-sounds-en-wav");
    }
    Ok(thinned(prompts, most))
}

/// At most `most` of the recordings, evenly spread.
pub(super) fn thinned<T>(recordings: Vec<T>, most: usize) -> Vec<T> {
    let step = recordings.len().div_ceil(most.max(1)).max(1);
    recordings.into_iter().step_by(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_is_read_by_folder_and_texts_are_needed() {
        let dir = tempfile::tempdir().unwrap();
        let lines = [
            r#"{"audio": "zh/1.wav", "text": "你好", "lang": "zh", "speaker": "a", "kind": "sentence"}"#,
            r#"{"audio": "en/1.wav", "text": "hello", "lang": "en", "kind": "sentence"}"#,
            r#"{"audio": "en/2.wav", "text": "", "lang": "en", "kind": "request"}"#,
            r#"{"audio": "en/3.wav", "text": "one", "lang": "en", "kind": "digit"}"#,
        ];
        std::fs::write(dir.path().join("manifest.jsonl"), lines.join("\n")).unwrap();
        let sets = speech_folder(dir.path()).unwrap();
        assert_eq!(
            sets.iter().map(|(name, set)| (name.as_str(), set.len())).collect::<Vec<_>>(),
            [("en", 1), ("zh", 1)]
        );
        std::fs::write(dir.path().join("manifest.jsonl"), "{}").unwrap();
        assert!(format!("{:#}", speech_folder(dir.path()).unwrap_err()).contains("manifest.jsonl:1"));
    }
}
