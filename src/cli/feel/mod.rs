//! `warmline feel`: how the caller of a recording feels, as the line would hear it.

mod judge;
mod track;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use serde::Serialize;

use crate::feel::tone::ToneModel;
use crate::feel::words::WordsHeard;

use judge::{Judged, baseline, judge};

/// Tells how the caller of a recording feels: one line a file, in order.
///
/// Without --text, distress is what the tone alone says: how likely it is an angry or frightened voice. Whether it is a
/// pleased or a displeased one cannot be heard from the tone, so valence needs --text.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  warmline feel complaint.wav\n  warmline feel --text \"I have been waiting three weeks\" --track mood.svg complaint.wav\n  warmline feel --json --baseline hello.wav --baseline order-number.wav complaint.wav"
)]
pub(super) struct Feel {
    /// What is said in the recordings: its words are weighed too
    #[arg(long)]
    text: Option<String>,
    /// A calm recording of the same caller; may be given again, three are enough
    #[arg(long, value_name = "FILE")]
    baseline: Vec<PathBuf>,
    /// Draw pitch, loudness, pace and mood over time (one recording)
    #[arg(long, value_name = "OUT.svg")]
    track: Option<PathBuf>,
    /// One JSON object a file
    #[arg(long)]
    json: bool,
    /// The recordings of one caller each: WAV of any rate
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// How a caller sounds, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Label {
    Calm,
    Tense,
    Agitated,
    Unsure,
}

/// From this distress on a caller is tense, from that on agitated.
const TENSE: f32 = 0.45;
const AGITATED: f32 = 0.7;

/// One line of `--json`.
#[derive(Serialize)]
struct Line {
    file: String,
    distress: Option<f32>,
    arousal: Option<f32>,
    valence: Option<f32>,
    label: Label,
    pace: f32,
    voiced_s: f32,
}

impl Line {
    fn of(file: String, judged: &Judged) -> Self {
        let label = match judged.distress {
            None => Label::Unsure,
            Some(distress) if distress >= AGITATED => Label::Agitated,
            Some(distress) if distress >= TENSE => Label::Tense,
            Some(_) => Label::Calm,
        };
        // Plus nothing, so that no zero is written with a minus.
        let rounded = |value: f32, steps: f32| (value * steps).round() / steps + 0.0;
        Self {
            file,
            distress: judged.distress.map(|value| rounded(value, 1e4)),
            arousal: judged.arousal.map(|value| rounded(value, 1e4)),
            valence: judged.valence.map(|value| rounded(value, 1e4)),
            label,
            pace: rounded(judged.pace, 100.0),
            voiced_s: rounded(judged.voiced.as_secs_f32(), 100.0),
        }
    }

    fn print(&self, json: bool, reasons: &[String]) -> anyhow::Result<()> {
        if json {
            println!("{}", serde_json::to_string(self)?);
            return Ok(());
        }
        let label = serde_json::to_value(self.label)?;
        let (label, voiced) = (label.as_str().unwrap_or_default(), self.voiced_s);
        match (self.distress, self.arousal) {
            (Some(distress), Some(arousal)) => {
                let valence = self.valence.map_or_else(String::new, |valence| format!(", valence {valence:.2}"));
                let pace = self.pace;
                print!("{}: {label}  distress {distress:.2}, arousal {arousal:.2}{valence}, ", self.file);
                print!("{pace:.1} syllables a second, {voiced:.1} s of voice");
            }
            _ => print!("{}: {label}  {voiced:.1} s of voice, and less than one second tells nothing", self.file),
        }
        println!("{}", if reasons.is_empty() { String::new() } else { format!("  [{}]", reasons.join("; ")) });
        Ok(())
    }
}

impl Feel {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        if self.track.is_some() && self.files.len() > 1 {
            bail!("--track draws one recording, and {} were given", self.files.len());
        }
        if self.text.as_ref().is_some_and(|text| text.trim().is_empty()) {
            bail!("--text is empty: say what is said in the recording, or leave it out");
        }
        let model = ToneModel::shipped().context("the weights in this program are not its own: build it anew")?;
        let baseline = baseline(&self.baseline)?;
        let words = self.text.as_deref().map(WordsHeard::read);
        let mut code = ExitCode::SUCCESS;
        for file in &self.files {
            match judge(file, model, baseline.as_ref(), words.as_ref(), self.track.is_some()) {
                Ok(judged) => {
                    Line::of(file.display().to_string(), &judged).print(self.json, &judged.reasons)?;
                    if let Some(out) = &self.track {
                        std::fs::write(out, track::draw(&file.display().to_string(), &judged))
                            .with_context(|| format!("cannot write {}", out.display()))?;
                    }
                }
                Err(fault) => {
                    eprintln!("warmline: {}", super::told(&fault));
                    code = ExitCode::FAILURE;
                }
            }
        }
        Ok(code)
    }
}
