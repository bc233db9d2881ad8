//! `warmline check`: mistakes in a bundle, explained before any caller meets them.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::{Common, Listen, assemble};
use crate::flow::{Fault, Severity, check_report_json, load_dir};

/// Looks for mistakes in a bundle of flows.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  warmline check prompts/shop\n  warmline check --json prompts/shop\n\nExit code 0: clean, or warnings only; 1: faults; 2: could not run."
)]
pub(super) struct Check {
    #[command(flatten)]
    common: Common,
    /// The folder of the bundle; without it the one that would be served
    dir: Option<PathBuf>,
    /// The findings as JSON
    #[arg(long)]
    json: bool,
}

impl Check {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let mut common = self.common.clone();
        if let Some(dir) = &self.dir {
            anyhow::ensure!(
                dir.is_dir(),
                "{} is not a folder; give the folder that holds the bundle's files",
                dir.display()
            );
            common.bundle = Some(dir.clone());
            if common.config.is_none() {
                common.config = settings_beside(dir);
            }
        }
        let config = assemble::config(&common, &Listen::default())?;
        let loaded = load_dir(&config.bundle, &config.operators());
        let (mut faults, clean) = match loaded {
            Ok(loaded) => (loaded.warnings, true),
            Err(failure) => (failure.faults, false),
        };
        let mut tables_good = true;
        for (name, fault) in super::runtime()?.block_on(assemble::connections(&config).faults()) {
            tables_good = false;
            faults.push(assemble::connection_fault(&config, &name, &fault));
        }
        if self.json {
            println!("{}", check_report_json(&faults));
        } else {
            report(&config.bundle, &faults);
        }
        Ok(if clean && tables_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn report(bundle: &Path, faults: &[Fault]) {
    for fault in faults {
        println!("{fault}");
    }
    let errors = faults.iter().filter(|fault| fault.severity == Severity::Error).count();
    let warnings = faults.len() - errors;
    if faults.is_empty() {
        println!("{}: clean", bundle.display());
    } else {
        println!("{}: {errors} errors, {warnings} warnings", bundle.display());
    }
}

/// The settings that belong to a bundle lie in its folder or beside it.
fn settings_beside(dir: &Path) -> Option<PathBuf> {
    let dir = std::path::absolute(dir).ok()?;
    let inside = dir.join("warmline.toml");
    let beside = dir.parent()?.join("warmline.toml");
    [inside, beside].into_iter().find(|path| path.is_file())
}
