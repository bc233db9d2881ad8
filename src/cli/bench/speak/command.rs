//! The command line of `warmline bench speak`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use super::run::{SpeakBench, bench_speak};
use crate::cli::{Common, assemble};
use crate::words::Language;

/// Speaks sentences and tells how long that took, and how much of them is heard right.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  warmline bench speak\n  warmline bench speak --lang zh --voice zm_yunxi\n  warmline bench speak --text sentences.txt --lang zh --json figures.json"
)]
pub struct BenchSpeak {
    #[command(flatten)]
    common: Common,
    /// This language alone
    #[arg(long)]
    lang: Option<Language>,
    /// An installed voice instead of the language's own
    #[arg(long)]
    voice: Option<String>,
    /// Sentences of your own, a line each, in --lang
    #[arg(long, value_name = "FILE", requires = "lang")]
    text: Option<PathBuf>,
    /// At most this many sentences a language
    #[arg(long, default_value_t = 80)]
    most: usize,
    /// Write the figures as JSON to this file as well
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl BenchSpeak {
    /// Runs the bench; the table goes to the standard output, what was misheard to the standard error.
    ///
    /// # Errors
    /// When a voice or the recogniser fails.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let config = assemble::designers_config(&self.common)?;
        let models = assemble::models(&config)?;
        let sentences = match &self.text {
            Some(path) => {
                let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
                Some(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
            }
            None => None,
        };
        let bench = SpeakBench {
            settings: crate::cli::voices::settings(&config, &models, self.voice.as_deref())?,
            whisper: models.whisper.clone(),
            language: self.lang,
            voice: self.voice,
            sentences,
            most: self.most,
        };
        let runtime = crate::cli::runtime()?;
        let report = runtime.block_on(bench_speak(&bench, &mut |line| eprintln!("{line}")))?;
        println!("{}", report.markdown());
        if let Some(path) = self.json {
            let json = serde_json::to_vec_pretty(&report)?;
            std::fs::write(&path, json).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
