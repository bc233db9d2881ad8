//! The feature table: every recording in every copy, in the numbers that the product itself measures.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};

use super::corpus::{Emotion, Recording};
use super::sound::{Copies, Copy};
use crate::audio::{Frame, Sound, wav};
use crate::feel::CallerVoice;
use crate::feel::prosody::{FEATURE_NAMES, LEAST_VOICED, Prosody, Utterance};

/// One recording in one copy.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The file's name.
    pub file: String,
    /// How it was heard.
    pub copy: Copy,
    /// Who speaks.
    pub speaker: String,
    /// How.
    pub emotion: Emotion,
    /// How long a voice sounded.
    pub voiced: Duration,
    /// By how much the voice stands out of the noise, in dB.
    pub above_noise: f32,
    /// What the models read.
    pub numbers: Vec<f32>,
}

impl Measured {
    /// Whether there is enough voice to be judged.
    pub(super) fn is_enough(&self) -> bool {
        self.voiced >= LEAST_VOICED
    }
}

/// What the product measures of a sound taken as one utterance.
///
/// # Errors
/// When its rate cannot be framed.
pub fn measure(sound: &Sound) -> anyhow::Result<Option<Utterance>> {
    let voice = CallerVoice::of_the_caller(sound.rate());
    let mut prosody = Prosody::new(sound.rate())?;
    for samples in sound.samples().chunks_exact(sound.rate().samples_per_frame()) {
        let frame = Frame::from_samples(sound.rate(), samples)?;
        if let Some(frame) = voice.frame(&frame) {
            prosody.push(frame);
        }
    }
    Ok(prosody.end())
}

/// Measures recordings in the copies asked for, on all cores.
///
/// # Errors
/// When a recording cannot be read.
pub fn table(recordings: &[Recording], copies: &Copies, which: &[Copy]) -> anyhow::Result<Vec<Measured>> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = recordings.len().div_ceil(cores).max(1);
    let parts: Vec<anyhow::Result<Vec<Measured>>> = std::thread::scope(|scope| {
        let workers: Vec<_> = recordings
            .chunks(share)
            .enumerate()
            .map(|(part, chunk)| scope.spawn(move || rows(chunk, part * share, copies, which)))
            .collect();
        let joined = workers.into_iter().map(|worker| worker.join());
        joined.map(|part| part.unwrap_or_else(|_| bail!("a worker of the bench ended"))).collect()
    });
    let mut rows = Vec::new();
    for part in parts {
        rows.extend(part?);
    }
    Ok(rows)
}

fn rows(recordings: &[Recording], first: usize, copies: &Copies, which: &[Copy]) -> anyhow::Result<Vec<Measured>> {
    let mut rows = Vec::new();
    for (index, recording) in recordings.iter().enumerate() {
        let sound = wav::read(&recording.path)?.sound;
        for &copy in which {
            let heard = copies.make(&sound, copy, first + index)?;
            let Some(utterance) = measure(&heard)? else { continue };
            rows.push(Measured {
                file: recording.file.clone(),
                copy,
                speaker: recording.speaker.clone(),
                emotion: recording.emotion,
                voiced: utterance.voiced,
                above_noise: utterance.above_noise,
                // As many digits as the table holds, so that training from it gives the same weights.
                numbers: utterance.features.0.iter().map(|&value| rounded(value)).collect(),
            });
        }
    }
    Ok(rows)
}

fn rounded(value: f32) -> f32 {
    format!("{value:.3}").parse().unwrap_or(value)
}

/// The table as CSV.
pub fn to_csv(rows: &[Measured]) -> String {
    let mut csv = format!("file,copy,speaker,emotion,voiced_ms,above_noise,{}\n", FEATURE_NAMES.join(","));
    let name = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    for row in rows {
        let (copy, emotion) = (serde_json::to_value(row.copy), serde_json::to_value(row.emotion));
        let (copy, emotion) = (copy.map(name).unwrap_or_default(), emotion.map(name).unwrap_or_default());
        let numbers: Vec<String> = row.numbers.iter().map(f32::to_string).collect();
        let _infallible = writeln!(
            csv,
            "{},{copy},{},{emotion},{},{:.1},{}",
            row.file,
            row.speaker,
            row.voiced.as_millis(),
            row.above_noise,
            numbers.join(",")
        );
    }
    csv
}

/// Reads a table that [`to_csv`] wrote.
///
/// # Errors
/// When it is not one, or holds other numbers than this program measures.
pub fn from_csv(path: &Path) -> anyhow::Result<Vec<Measured>> {
    let mut reader = csv::Reader::from_path(path).with_context(|| format!("cannot read {}", path.display()))?;
    let names: Vec<String> = reader.headers()?.iter().skip(6).map(str::to_owned).collect();
    if names != FEATURE_NAMES {
        bail!("{}: its numbers are not those that this program measures; make it anew with --speech", path.display());
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        let field = |index: usize| record.get(index).unwrap_or_default();
        let named = |index: usize| serde_json::Value::String(field(index).to_owned());
        let numbers: Result<Vec<f32>, _> = record.iter().skip(6).map(str::parse).collect();
        rows.push(Measured {
            file: field(0).to_owned(),
            copy: serde_json::from_value(named(1))?,
            speaker: field(2).to_owned(),
            emotion: serde_json::from_value(named(3))?,
            voiced: Duration::from_millis(field(4).parse()?),
            above_noise: field(5).parse()?,
            numbers: numbers?,
        });
    }
    Ok(rows)
}
