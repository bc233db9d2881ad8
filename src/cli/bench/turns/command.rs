//! The command line of `warmline bench turns`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use serde::{Deserialize, Serialize};

use super::cases::{Case, cases};
use super::interrupt::{Interjections, InterruptReport, interruptions};
use super::keys::false_keys;
use super::policy::{Policy, run};
use super::report::TurnReport;
use super::trace::{Trace, listen};
use crate::audio::{Hertz, Sound, even_loudness};
use crate::cli::bench::line::{Chance, Condition, kitchen_noise, over_the_line};
use crate::cli::{Common, assemble, runtime};
use crate::speak::Utterance;
use crate::words::Language;

/// Tells how often callers are cut off and how long they wait for the end of a turn to be noticed, for each kind of
/// answer, beside silence alone and Smart Turn alone on the same recordings.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  warmline bench turns --speech ~/speech\n  warmline bench turns --speech ~/speech --most 20 --recognition 300"
)]
pub(in crate::cli) struct BenchTurns {
    #[command(flatten)]
    common: Common,
    /// A folder of recordings with a manifest.jsonl: a line each with audio, text, lang, speaker and kind
    #[arg(long, value_name = "DIR")]
    speech: PathBuf,
    /// At most this many turns a kind
    #[arg(long, default_value_t = 60)]
    most: usize,
    /// Reckon with this many milliseconds for each recognition instead of what it took
    #[arg(long, value_name = "MS")]
    recognition: Option<u64>,
    /// Keep what was noticed in this file, or, where it is there already, measure on it without listening again
    #[arg(long, value_name = "FILE")]
    noticed: Option<PathBuf>,
    /// Measure only this
    #[arg(long, value_enum)]
    only: Option<Only>,
    /// The figures as JSON
    #[arg(long)]
    json: bool,
}

/// A part of the bench.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Only {
    /// The ends of turns
    Ends,
    /// How soon our voice stops for a caller, and what it does not stop for
    BargeIn,
    /// Which keys are heard in recordings that have none: every WAV file below the folder
    Keys,
}

/// What callers hum and mutter while they listen.
const NODS: [&str; 10] = ["Mhm.", "Uh-huh.", "Mm.", "Hmm.", "Okay.", "Right.", "Yeah.", "Oh.", "I see.", "Ah, okay."];

/// Bursts of noise from 60 to 420 ms that rise at once and fade: a door, a cup, a cough.
fn coughs() -> Vec<Sound> {
    let mut chance = Chance::new(5);
    (0..12)
        .map(|number| {
            let length = 480 + 240 * number;
            let mut low = 0.0;
            let samples = (0..length).map(|index| {
                let white = chance.below(2_000) as f64 - 1_000.0;
                low += (white - low) * (0.15 + 0.06 * (number % 4) as f64);
                let rises = (index as f64 / 80.0).min(1.0);
                let fades = (1.0 - index as f64 / length as f64).powi(2);
                (low * 12.0 * rises * fades) as i16
            });
            Sound::new(Hertz::HZ_8000, samples.collect())
        })
        .collect()
}

/// What was noticed of one turn on one line.
#[derive(Serialize, Deserialize)]
struct Noticed {
    line: usize,
    trace: Trace,
}

impl BenchTurns {
    pub(in crate::cli) fn run(self) -> anyhow::Result<ExitCode> {
        if self.only == Some(Only::Keys) {
            let report = false_keys(&self.speech)?;
            return self.print(&report, &report);
        }
        let cases = cases(&self.speech, self.most)?;
        if self.only == Some(Only::BargeIn) {
            let report = runtime()?.block_on(self.interrupt(&cases))?;
            return self.print(&report, &report);
        }
        let noticed = match &self.noticed {
            Some(file) if file.is_file() => read(file)?,
            _ => runtime()?.block_on(self.notice(&cases))?,
        };
        let recognition = self.recognition.map(Duration::from_millis);
        let mut report = TurnReport::default();
        for Noticed { line, trace } in &noticed {
            let Some(case) = cases.iter().find(|case| case.name == trace.name) else { continue };
            for (place, policy) in Policy::ALL.into_iter().enumerate() {
                let outcome = run(policy, case, trace, recognition);
                report.add((place, policy), (*line, Condition::ALL[*line].name()), case.kind, outcome);
            }
        }
        self.print(&report, &report.rows())?;
        if self.only.is_none() {
            let report = runtime()?.block_on(self.interrupt(&cases))?;
            println!();
            return self.print(&report, &report);
        }
        Ok(ExitCode::SUCCESS)
    }

    fn print(&self, report: &dyn std::fmt::Display, rows: &impl Serialize) -> anyhow::Result<ExitCode> {
        if self.json {
            println!("{}", serde_json::to_string_pretty(rows)?);
        } else {
            print!("{report}");
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn interrupt(&self, cases: &[Case]) -> anyhow::Result<InterruptReport> {
        let config = assemble::designers_config(&self.common)?;
        let models = assemble::models(&config)?;
        let hearing = assemble::hearing(&config, &models)?;
        let speaker = assemble::speaker(&config, &models)?;
        let mut nods = Vec::new();
        for text in NODS {
            let utterance = Utterance {
                text: text.to_owned(),
                language: Language::EN,
                voice: None,
                pace: 1.0,
                rate: Hertz::HZ_8000,
            };
            let mut clauses = speaker.say(utterance);
            let mut nod = Sound::silence(Hertz::HZ_8000, Duration::ZERO);
            while let Some(clause) = clauses.recv().await {
                nod.append(&clause?.sound);
            }
            nods.push(even_loudness(&nod, -26.0));
        }
        let interjections = [
            Interjections { name: "nods (spoken by piper)".to_owned(), sounds: nods },
            Interjections { name: "coughs and knocks (made of noise)".to_owned(), sounds: coughs() },
            Interjections { name: "kitchen noise".to_owned(), sounds: Vec::new() },
        ];
        let recognition = self.recognition.map(Duration::from_millis);
        interruptions(cases, &interjections, &noise(&self.speech)?, &hearing, recognition).await
    }

    async fn notice(&self, cases: &[Case]) -> anyhow::Result<Vec<Noticed>> {
        let config = assemble::designers_config(&self.common)?;
        let models = assemble::models(&config)?;
        let hearing = assemble::hearing(&config, &models)?;
        let noise = noise(&self.speech)?;
        let mut noticed = Vec::new();
        for (line, condition) in Condition::ALL.into_iter().enumerate() {
            for (number, case) in cases.iter().enumerate() {
                let sound = over_the_line(&case.sound, condition, Some(&noise), number as u64)?;
                let trace = listen(case, &sound, &hearing).await?;
                noticed.push(Noticed { line, trace });
            }
            eprintln!("{}: {} turns heard", condition.name(), cases.len());
        }
        if let Some(file) = &self.noticed {
            write(file, &noticed)?;
        }
        Ok(noticed)
    }
}

/// The noise behind callers, at 16 kHz as the recordings are.
fn noise(folder: &Path) -> anyhow::Result<Sound> {
    let noise = kitchen_noise(folder)?;
    let noise = noise.with_context(|| format!("there is no noise/kitchen.wav in {}", folder.display()))?;
    Ok(noise.resampled(Hertz::HZ_16000)?)
}

fn read(file: &Path) -> anyhow::Result<Vec<Noticed>> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not what a run of this bench kept", file.display()))
}

fn write(file: &Path, noticed: &[Noticed]) -> anyhow::Result<()> {
    let text = serde_json::to_string(noticed)?;
    std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}
