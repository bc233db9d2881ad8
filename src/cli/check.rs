//! `warmline check`: mistakes in a bundle, explained before any caller meets them.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::{Common, assemble, folder};
use crate::flow::rehearsal::load_tests;
use crate::flow::{Fault, Severity, check_report_json, lint_page, load_dir, reference_page, schema};

/// Looks for mistakes in a bundle of flows.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  warmline check prompts/shop\n  warmline check --json prompts/shop\n  warmline check --schema > flow.v1.schema.json\n\nExit code 0: clean, or warnings only; 1: faults; 2: could not run."
)]
pub(super) struct Check {
    #[command(flatten)]
    common: Common,
    /// The folder of the bundle; without it the one that would be served
    dir: Option<PathBuf>,
    /// The findings as JSON
    #[arg(long)]
    json: bool,
    /// The JSON Schema of flows, for editors that complete and explain
    #[arg(long, conflicts_with_all = ["json", "dir"])]
    schema: bool,
    /// What can be found, with examples: the page docs/lint.md
    #[arg(long, hide = true, conflicts_with_all = ["json", "dir", "schema"])]
    codes: bool,
    /// The language, key by key: the page docs/flow-reference.md
    #[arg(long, hide = true, conflicts_with_all = ["json", "dir", "schema", "codes"])]
    reference: bool,
}

impl Check {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        if self.schema {
            println!("{}", serde_json::to_string_pretty(&schema())?);
            return Ok(ExitCode::SUCCESS);
        }
        if self.codes || self.reference {
            print!("{}", if self.codes { lint_page() } else { reference_page() });
            return Ok(ExitCode::SUCCESS);
        }
        let mut common = self.common.clone();
        if let Some(dir) = &self.dir {
            folder::at_folder(&mut common, Some(dir))?;
        }
        let config = assemble::designers_config(&common)?;
        let operators = config.operators();
        let mut faults = match load_dir(&config.bundle, &operators) {
            // The tests beside the flows are read against the bundle, so it must be whole.
            Ok(loaded) => {
                let of_tests = load_tests(&config.bundle, &loaded.bundle, &operators).err();
                loaded.warnings.into_iter().chain(of_tests.into_iter().flat_map(|failure| failure.faults)).collect()
            }
            Err(failure) => failure.faults,
        };
        for (name, fault) in super::runtime()?.block_on(assemble::connections(&config).faults()) {
            faults.push(assemble::connection_fault(&config, &name, &fault));
        }
        faults.sort();
        if self.json {
            println!("{}", check_report_json(&faults));
        } else {
            report(&config.bundle, &faults);
        }
        let at_fault = faults.iter().any(|fault| fault.severity == Severity::Error);
        Ok(if at_fault { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

fn report(bundle: &Path, faults: &[Fault]) {
    for fault in faults {
        println!("{fault}");
    }
    let errors = faults.iter().filter(|fault| fault.severity == Severity::Error).count();
    println!("{}: {}", bundle.display(), counted(errors, faults.len() - errors));
}

/// `clean`, or how many errors and warnings there are.
fn counted(errors: usize, warnings: usize) -> String {
    let of = |count: usize, what: &str| match count {
        0 => None,
        1 => Some(format!("1 {what}")),
        more => Some(format!("{more} {what}s")),
    };
    let both: Vec<String> = [of(errors, "error"), of(warnings, "warning")].into_iter().flatten().collect();
    if both.is_empty() { "clean".to_owned() } else { both.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_counts_what_was_found() {
        assert_eq!(counted(0, 0), "clean");
        assert_eq!(counted(1, 0), "1 error");
        assert_eq!(counted(2, 1), "2 errors, 1 warning");
    }
}
