//! `warmline bench hear`: the command around [`super::hear`].

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::super::{Common, Listen, assemble, runtime};
use super::hear::{HearBench, bench_hear};

/// Recognises recordings as they sound over a telephone and counts what was heard wrong.
#[derive(Debug, Args)]
pub(super) struct BenchHearCommand {
    #[command(flatten)]
    common: Common,
    /// A folder of recordings with a manifest.jsonl (audio, text, lang, kind)
    #[arg(long, value_name = "DIR")]
    speech: Option<PathBuf>,
    /// Leave out Debian's Asterisk prompts
    #[arg(long)]
    no_prompts: bool,
    /// Run faster-whisper on the same files in the same run; its scripts lie in this folder
    #[arg(long, value_name = "DIR", num_args = 0..=1, default_missing_value = "benches/peers")]
    peers: Option<PathBuf>,
    /// At most this many recordings a set
    #[arg(long, default_value_t = 60)]
    most: usize,
    /// The figures as JSON
    #[arg(long)]
    json: bool,
}

impl BenchHearCommand {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let config = assemble::config(&self.common, &Listen::default())?;
        let models = assemble::models(&config)?;
        let bench = HearBench {
            speech: self.speech,
            prompts: !self.no_prompts,
            peers: self.peers,
            most: self.most,
            threads: config.hear.threads,
            ..HearBench::new(&models.whisper)
        };
        let report = runtime()?.block_on(bench_hear(&bench, &mut |line| eprintln!("{line}")))?;
        if self.json {
            println!("{}", serde_json::to_string_pretty(&report)?);
        } else {
            println!("{}", report.markdown());
        }
        Ok(ExitCode::SUCCESS)
    }
}
