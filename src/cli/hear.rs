//! `warmline hear`: what is said in recordings, as the line would hear it.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use serde::Serialize;

use super::{Common, assemble, runtime};
use crate::audio::wav;
use crate::call::HearingModels;
use crate::hear::{LanguageChoice, Together, Utterance, listen_to_recording, together};
use crate::words::{ChoiceOption, Expected, IdKind, Language, Reading, Shape, SlotType, read};

/// Tells what is said in recordings: one line a file, in order.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  warmline hear question.wav\n  warmline hear --json --expect code --shape LL99999999 order.wav\n  warmline hear --expect choice --choices red,green,blue colour.wav"
)]
pub(super) struct Hear {
    #[command(flatten)]
    common: Common,
    /// The language that is spoken; without it, it is found
    #[arg(long)]
    lang: Option<Language>,
    /// What is expected: yes_no, digits, number, money, date, time, duration, phone, id_number, code, name, address,
    /// email, choice, place, card or free_text
    #[arg(long, value_name = "TYPE")]
    expect: Option<String>,
    /// The shape of a code: L for a letter, 9 for a digit
    #[arg(long)]
    shape: Option<String>,
    /// The choices, or the places, separated by commas
    #[arg(long, value_delimiter = ',')]
    choices: Vec<String>,
    /// What time it is taken to be, for dates such as "tomorrow"
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// One JSON object a file
    #[arg(long)]
    json: bool,
    /// The recordings: WAV of any rate
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// One line of `--json`.
#[derive(Serialize)]
struct Line {
    file: String,
    text: String,
    value: Option<serde_json::Value>,
    valid: Option<bool>,
    language: Option<String>,
    confidence: f32,
    speech_ms: u64,
    ms: u64,
}

/// The time of day at the place that a time is written for: `2026-01-09T10:00+08:00` is ten in the morning. One in
/// UTC (`Z`) is taken to this machine's zone.
fn local_time(at: &str) -> anyhow::Result<jiff::civil::DateTime> {
    match at.parse::<jiff::civil::DateTime>() {
        Ok(local) => Ok(local),
        Err(_) => {
            let zone = jiff::tz::TimeZone::system();
            Ok(zone.to_datetime(assemble::moment(at, &zone)?))
        }
    }
}

/// The first of what may have been said that makes a valid value; else whatever the likeliest makes.
fn best_reading(
    slot: &SlotType,
    text: &str,
    utterances: &[Utterance],
    language: Language,
    now: jiff::civil::DateTime,
) -> Option<Reading> {
    let first = |heard: &str| read(slot, heard, language, now).into_iter().next();
    let likeliest = first(text);
    let [only] = utterances else { return likeliest };
    if likeliest.as_ref().is_some_and(|reading| reading.valid) {
        return likeliest;
    }
    let other = only.recognised.alternatives.iter().filter_map(|heard| first(heard)).find(|reading| reading.valid);
    other.or(likeliest)
}

/// Languages found when none is named.
const FOUND: [Language; 2] = [Language::EN, Language::ZH];

impl Hear {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let expected = self.expected()?;
        let now = self.at.as_deref().map_or_else(|| Ok(jiff::Zoned::now().datetime()), local_time)?;
        runtime()?.block_on(async {
            let config = assemble::designers_config(&self.common)?;
            let models = assemble::models(&config)?;
            let hearing = assemble::hearing(&config, &models)?;
            let mut code = ExitCode::SUCCESS;
            for file in &self.files {
                match self.hear(&hearing, file, expected.as_ref(), now).await {
                    Ok(line) => self.print(&line)?,
                    Err(fault) => {
                        eprintln!("warmline: {}", super::told(&fault));
                        code = ExitCode::FAILURE;
                    }
                }
            }
            Ok(code)
        })
    }

    async fn hear(
        &self,
        models: &HearingModels,
        file: &PathBuf,
        expected: Option<&SlotType>,
        now: jiff::civil::DateTime,
    ) -> anyhow::Result<Line> {
        let recording = wav::read(file)?;
        let language = match self.lang {
            Some(language) => LanguageChoice::Fixed(language),
            None => LanguageChoice::Detect(FOUND.to_vec()),
        };
        let asked = self.lang.unwrap_or(Language::EN);
        let guidance = expected.map_or_else(Expected::anything, |slot| slot.expected(asked));
        let utterances =
            listen_to_recording(&recording.sound, &models.activity, &models.recogniser, &language, &guidance).await?;
        let Together { text, language: spoken, confidence } = together(&utterances);
        let speech: Duration = utterances.iter().map(|utterance| utterance.end.saturating_sub(utterance.start)).sum();
        let recognition: Duration = utterances.iter().map(|utterance| utterance.recognised.recognition).sum();
        let language_said = spoken.unwrap_or(asked);
        let reading = expected.and_then(|slot| best_reading(slot, &text, &utterances, language_said, now));
        let value = reading.as_ref().filter(|reading| reading.valid).map(|reading| &reading.value);
        let value = value.map(serde_json::to_value).transpose()?;
        let valid = expected.map(|_| reading.as_ref().is_some_and(|reading| reading.valid));
        Ok(Line {
            file: file.display().to_string(),
            confidence: if text.is_empty() { 0.0 } else { confidence },
            text,
            value,
            valid,
            language: spoken.map(|language| language.to_string()),
            speech_ms: u64::try_from(speech.as_millis()).unwrap_or(u64::MAX),
            ms: u64::try_from(recognition.as_millis()).unwrap_or(u64::MAX),
        })
    }

    fn print(&self, line: &Line) -> anyhow::Result<()> {
        if self.json {
            println!("{}", serde_json::to_string(line)?);
            return Ok(());
        }
        let value = match (&line.value, line.valid) {
            (Some(value), _) => format!("  = {value}"),
            (None, Some(_)) => "  = (no such value heard)".to_owned(),
            (None, None) => String::new(),
        };
        let text = if line.text.is_empty() { "(nothing)" } else { &line.text };
        println!("{}: {text}{value}  [{:.2}, {} ms]", line.file, line.confidence, line.ms);
        Ok(())
    }

    fn expected(&self) -> anyhow::Result<Option<SlotType>> {
        let Some(name) = &self.expect else {
            if self.shape.is_some() || !self.choices.is_empty() {
                bail!("--shape belongs to --expect code, --choices to --expect choice or place");
            }
            return Ok(None);
        };
        let slot = match name.as_str() {
            "yes_no" => SlotType::YesNo,
            "digits" => SlotType::Digits { min: 1, max: crate::words::MAX_DIGITS },
            "free_text" => SlotType::FreeText,
            "code" => {
                let shape = self.shape.as_deref().context("--expect code needs --shape, such as LL99999999")?;
                SlotType::Code { shape: Shape::parse(shape)? }
            }
            "choice" => SlotType::Choice { options: self.options()? },
            "place" => SlotType::place(self.options()?),
            "number" => SlotType::Number { min: None, max: None, whole: false },
            "money" => SlotType::Money { currency: None },
            "date" => SlotType::Date,
            "time" => SlotType::Time,
            "duration" => SlotType::Duration,
            "phone" => SlotType::Phone { country: None },
            "id_number" => SlotType::IdNumber { kind: IdKind::ChinaResident },
            "name" => SlotType::Name,
            "address" => SlotType::Address,
            "email" => SlotType::Email,
            "card" => SlotType::Card,
            other => bail!("there is no type {other} to expect; see warmline hear --help"),
        };
        Ok(Some(slot))
    }

    fn options(&self) -> anyhow::Result<Vec<ChoiceOption>> {
        if self.choices.is_empty() {
            bail!("--expect choice and --expect place need --choices, such as red,green,blue");
        }
        Ok(self.choices.iter().map(ChoiceOption::plain).collect())
    }
}
