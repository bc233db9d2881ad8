//! `warmline speak`: says a text into a file.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use super::{Common, assemble, runtime};
use crate::audio::{Hertz, Sound, wav};
use crate::speak::Utterance;
use crate::words::Language;

/// Says a text into a WAV file.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  warmline speak \"Your order was sent on Monday.\" --out order.wav")]
pub(super) struct Speak {
    #[command(flatten)]
    common: Common,
    /// An installed voice, such as zm_yunxi or af_heart; without it the one for the language
    #[arg(long)]
    voice: Option<String>,
    /// The language
    #[arg(long, default_value = "en")]
    lang: Language,
    /// The sampling rate of the file in Hz
    #[arg(long, default_value_t = 16_000)]
    rate: u32,
    /// What to say
    text: String,
    /// The file to write
    #[arg(long)]
    out: PathBuf,
}

impl Speak {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        runtime()?.block_on(async move {
            let config = assemble::designers_config(&self.common)?;
            let models = assemble::models(&config)?;
            let speaker = assemble::speaker_with(&config, &models, self.voice.as_deref())?;
            let rate = Hertz::new(self.rate).context("--rate goes from 1000 to 384000 Hz")?;
            let mut sound = Sound::new(rate, Vec::new());
            let mut clauses = speaker.say(Utterance {
                text: self.text,
                language: self.lang,
                voice: self.voice,
                pace: config.speak.pace,
                rate,
            });
            while let Some(clause) = clauses.recv().await {
                let clause = clause?;
                sound.append(&clause.sound);
                sound.append(&Sound::silence(rate, clause.pause_after));
            }
            wav::write(&self.out, &sound)?;
            println!("{}: {:.2} s", self.out.display(), sound.duration().as_secs_f32());
            Ok(ExitCode::SUCCESS)
        })
    }
}
