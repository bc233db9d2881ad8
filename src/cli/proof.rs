//! Whether a bundle may answer calls: it loads, its tests pass, and every verb in it is performed.

use std::path::Path;
use std::sync::Arc;

use super::assemble;
use crate::config::Config;
use crate::flow::rehearsal::{Level, load_tests, play};
use crate::flow::{Bundle, Fault, LoadFailure, Severity, load_dir};

/// A bundle that may answer calls.
#[derive(Debug)]
pub(super) struct Proven {
    pub(super) bundle: Arc<Bundle>,
    /// How many tests it passed.
    pub(super) tests: usize,
    pub(super) warnings: Vec<Fault>,
}

/// Why it may not: every reason, a line each.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", reasons.join("\n"))]
pub(super) struct Unproven {
    pub(super) reasons: Vec<String>,
}

/// A bundle that loads and whose every verb is performed; its tests have not been played.
#[derive(Debug)]
pub(super) struct Sound {
    pub(super) bundle: Arc<Bundle>,
    pub(super) warnings: Vec<Fault>,
}

/// Checks the bundle in `folder`.
pub(super) fn sound(folder: &Path, config: &Config) -> Result<Sound, Unproven> {
    let loaded = load_dir(folder, &config.operators()).map_err(faults)?;
    performed(&loaded.bundle)?;
    Ok(Sound { bundle: loaded.bundle, warnings: loaded.warnings })
}

/// Whether every verb of a bundle is performed.
pub(super) fn performed(bundle: &Bundle) -> Result<(), Unproven> {
    assemble::refuse_unperformed(bundle).map_err(|unperformed| {
        let reasons = unperformed.to_string().lines().skip(1).map(str::to_owned).collect();
        Unproven { reasons }
    })
}

/// Checks and tests the bundle in `folder`.
pub(super) fn prove(folder: &Path, config: &Config) -> Result<Proven, Unproven> {
    let Sound { bundle, warnings } = sound(folder, config)?;
    let tests = load_tests(folder, &bundle, &config.operators()).map_err(faults)?.tests;
    let mut reasons = Vec::new();
    let mut passed = 0;
    for test in tests.iter().filter(|test| test.levels.contains(&Level::Text)) {
        match play(&bundle, test, None) {
            Ok(played) => match played.failure {
                None => passed += 1,
                Some(failure) => reasons.extend(failure.differences.iter().map(|difference| {
                    format!(
                        "{}: the test {:?} fails: expected {}, got {}",
                        failure.at, test.name, difference.expected, difference.got
                    )
                })),
            },
            Err(why) => reasons.push(format!("{}: the test {:?} could not be played: {why}", test.at, test.name)),
        }
    }
    if reasons.is_empty() { Ok(Proven { bundle, tests: passed, warnings }) } else { Err(Unproven { reasons }) }
}

fn faults(failure: LoadFailure) -> Unproven {
    let errors = failure.faults.iter().filter(|fault| fault.severity == Severity::Error);
    Unproven { reasons: errors.map(Fault::to_string).collect() }
}
