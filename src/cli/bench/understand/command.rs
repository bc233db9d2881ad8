//! The command line of `warmline bench understand`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::orders::bench_orders;
use super::sentences::{HEAD, bench_sentences};
use crate::cli::models::{Installed, default_dir};

/// The sentences and the templates written from half of them.
const SETS: [(&str, &str, &str); 2] = [
    (
        "English",
        include_str!("../../../../benches/understand/en.tsv"),
        include_str!("../../../../benches/understand/en.templates.tsv"),
    ),
    (
        "Mandarin",
        include_str!("../../../../benches/understand/zh.tsv"),
        include_str!("../../../../benches/understand/zh.templates.tsv"),
    ),
];

/// Matches sentences of callers with templates and tells how often the right flow would start; with recordings of
/// orders also how many of their parts are understood.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  warmline bench understand\n  warmline bench understand --speech ~/speech")]
pub struct BenchUnderstand {
    /// A folder of recordings with a manifest.jsonl: a line each with audio, kind "request" and slots
    #[arg(long, value_name = "DIR")]
    speech: Option<PathBuf>,
    /// Whisper's model instead of the installed one
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
}

impl BenchUnderstand {
    /// Runs the bench; the tables go to the standard output, what was not understood to the standard error.
    ///
    /// # Errors
    /// When a recording or the model fails.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let mut tell = |line: &str| eprintln!("{line}");
        println!("{HEAD}");
        for (name, sentences, templates) in SETS {
            for (split, which) in [("held", "held back"), ("seen", "templates written from them")] {
                let outcomes = bench_sentences(sentences, templates, split, &mut tell)?;
                println!("{}", outcomes.row(&format!("{name}, {which}")));
            }
        }
        let Some(folder) = self.speech else { return Ok(ExitCode::SUCCESS) };
        let model = match self.model {
            Some(model) => model,
            None => Installed::locate(&default_dir())?.whisper,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let report = runtime.block_on(bench_orders(&folder, model, &mut tell))?;
        println!("\n{}", report.markdown());
        Ok(ExitCode::SUCCESS)
    }
}
