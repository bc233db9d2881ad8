//! The command line of `warmline bench hear`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use super::run::{HearBench, bench_hear};
use crate::cli::models::{Installed, default_dir};

/// Recognises recordings in telephone band and tells how many words were wrong and how long it took.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  warmline bench hear\n  warmline bench hear --speech ~/speech --peers --json figures.json\n  warmline bench hear --speech ~/speech --nothing 60"
)]
pub struct BenchHear {
    /// A folder of recordings with a manifest.jsonl: a line each with audio, text, lang and kind
    #[arg(long, value_name = "DIR")]
    speech: Option<PathBuf>,
    /// Leave out Debian's Asterisk prompts
    #[arg(long)]
    no_prompts: bool,
    /// Run faster-whisper beside, on the same files; the scripts in DIR set it up
    #[arg(long, value_name = "DIR", num_args = 0..=1, default_missing_value = "benches/peers")]
    peers: Option<PathBuf>,
    /// At most this many recordings a set
    #[arg(long, default_value_t = 60)]
    most: usize,
    /// Threads an utterance, ours and the peer's alike [default: 2, or 1 on a machine with one core]
    #[arg(long)]
    threads: Option<usize>,
    /// Whisper's model instead of the installed one
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Hear only this many minutes of sound in which nobody speaks, and tell what words are made up
    #[arg(long, value_name = "MINUTES", num_args = 0..=1, default_missing_value = "60")]
    nothing: Option<usize>,
    /// Tell how well confidence fits, with weights fitted to half of what was heard
    #[arg(long)]
    calibrate: bool,
    /// Write the figures as JSON to this file as well
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl BenchHear {
    /// Runs the bench; the table goes to the standard output, what was misheard to the standard error.
    ///
    /// # Errors
    /// When a recording, a model or the peer fails.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let installed = Installed::locate(&default_dir())?;
        let usual = HearBench::new(self.model.unwrap_or(installed.whisper));
        let bench = HearBench {
            speech: self.speech,
            prompts: !self.no_prompts,
            peers: self.peers,
            most: self.most,
            activity: Some((installed.activity, installed.onnx_runtime)),
            nothing: self.nothing,
            calibrate: self.calibrate,
            threads: self.threads.unwrap_or(usual.threads).max(1),
            ..usual
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let report = runtime.block_on(bench_hear(&bench, &mut |line| eprintln!("{line}")))?;
        println!("{}", report.markdown());
        if let Some(path) = self.json {
            let json = serde_json::to_vec_pretty(&report)?;
            std::fs::write(&path, json).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
