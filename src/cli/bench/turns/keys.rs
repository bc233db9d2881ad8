//! Keys that were never pressed: what the detector of in-band tones takes for keys in recordings of speech, noise and music.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use serde::Serialize;

use super::super::line::telephone_band;
use crate::audio::{Frame, KeyDetector, wav};

/// What was heard as keys.
#[derive(Debug, Default, Serialize)]
pub(super) struct KeyReport {
    /// Recordings listened to.
    pub(super) recordings: usize,
    /// How long they are in all.
    pub(super) hours: f64,
    /// The false keys: in which recording, and which.
    pub(super) keys: Vec<(String, char)>,
}

/// Listens to every WAV file below `folder`, in telephone band.
pub(super) fn false_keys(folder: &Path) -> anyhow::Result<KeyReport> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    files.sort();
    anyhow::ensure!(!files.is_empty(), "there are no WAV files below {}", folder.display());
    let mut report = KeyReport::default();
    let mut heard = Duration::ZERO;
    for file in files {
        let sound = telephone_band(&wav::read(&file)?.sound)?;
        let mut detector = KeyDetector::new();
        for samples in sound.samples().chunks_exact(sound.rate().samples_per_frame()) {
            let mut frame = Frame::silence(sound.rate());
            frame.samples_mut().copy_from_slice(samples);
            report.keys.extend(detector.push(&frame).map(|key| (file.display().to_string(), key.as_char())));
        }
        report.recordings += 1;
        heard += sound.duration();
    }
    report.hours = heard.as_secs_f64() / 3_600.0;
    Ok(report)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("wav")) {
            files.push(path);
        }
    }
    Ok(())
}

impl std::fmt::Display for KeyReport {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { recordings, hours, keys } = self;
        writeln!(formatter, "{} keys were heard in {recordings} recordings without any, {hours:.2} hours", keys.len())?;
        for (file, key) in keys {
            writeln!(formatter, "  {key} in {file}")?;
        }
        Ok(())
    }
}
