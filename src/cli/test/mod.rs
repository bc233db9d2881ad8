//! `warmline test`: the tests that stand beside the flows, played in virtual time.
//!
//! **In:** the folder of a bundle. **Out:** which tests hold, and where one does not the whole dialogue with the
//! difference beside its turn; what the tests have been through; exit code 0 when all hold, 1 when one does not, 2 when
//! they could not be played.
//!
//! ```text
//! warmline test prompts/shop --mutate
//! ```

mod aloud;
mod chance;
mod figures;
mod json;
mod junit;
#[cfg(test)]
mod tests;
mod text;
mod voice;
mod wire;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};

use super::{Common, assemble, folder};
use crate::flow::Bundle;
use crate::flow::rehearsal::{
    Coverage, Ears, FlowTest, Level, Mutant, Played, Survived, load_tests, mutants, play, survive,
};
use chance::ByChance;

/// Plays the tests of a bundle.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  warmline test prompts/shop\n  warmline test prompts/shop --only \"late order\"\n  warmline test prompts/shop --mutate\n  warmline test prompts/shop --random 10000\n  warmline test prompts/shop --level voice --junit > tests.xml\n\nExit code 0: all hold; 1: one does not; 2: could not run."
)]
pub(super) struct Test {
    #[command(flatten)]
    common: Common,
    /// The folder of the bundle; without it the one that would be served
    dir: Option<PathBuf>,
    /// How much of each call is real
    #[arg(long, value_enum, default_value_t)]
    level: LevelName,
    /// Also let each caller do something else at each turn: the call must still end well
    #[arg(long)]
    mutate: bool,
    /// Also hold so many conversations with callers by chance
    #[arg(long, value_name = "N", default_value_t = 0)]
    random: u64,
    /// Repeats what --mutate or --random found
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Only tests whose name holds this
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// Show private values as they are instead of masked
    #[arg(long)]
    show: bool,
    /// List everything that no test goes through
    #[arg(long)]
    coverage: bool,
    /// The findings as JSON
    #[arg(long, conflicts_with = "junit")]
    json: bool,
    /// The findings as JUnit XML
    #[arg(long)]
    junit: bool,
}

/// The levels by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum LevelName {
    /// What the caller says is text
    #[default]
    Text,
    /// What the caller says is spoken, sent through a telephone's codec and noise, and recognised
    Voice,
    /// A whole call in real time: SIP and RTP on this machine, agents who answer, the call as every caller has it
    Wire,
}

/// What was found.
struct Findings {
    bundle: String,
    level: Level,
    tests: Vec<TestFinding>,
    mutants: Vec<MutantFinding>,
    random: Option<ByChance>,
    coverage: Coverage,
    /// The folder of the bundle, as it was given: what a failure is repeated with.
    folder: PathBuf,
    seed: u64,
    /// How long playing took.
    took: Duration,
}

struct TestFinding {
    test: FlowTest,
    outcome: Outcome,
}

enum Outcome {
    Played(Box<Played>),
    Skipped(String),
}

struct MutantFinding {
    test: String,
    mutant: Mutant,
    survived: Survived,
}

impl TestFinding {
    fn failed(&self) -> bool {
        matches!(&self.outcome, Outcome::Played(played) if played.failure.is_some())
    }
}

impl Findings {
    fn failures(&self) -> usize {
        let tests = self.tests.iter().filter(|finding| finding.failed()).count();
        let mutants = self.mutants.iter().filter(|finding| finding.survived.wrong.is_some()).count();
        let random = self.random.as_ref().map_or(0, |random| random.bad.len());
        tests + mutants + random
    }
}

impl Test {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let mut common = self.common.clone();
        folder::at_folder(&mut common, self.dir.as_deref())?;
        let config = assemble::designers_config(&common)?;
        let operators = config.operators();
        let bundle = assemble::bundle(&config)?;
        let loaded = match load_tests(&config.bundle, &bundle, &operators) {
            Ok(loaded) => loaded,
            Err(failure) => {
                for fault in &failure.faults {
                    println!("{fault}");
                }
                bail!("the tests of {} cannot be played as they are written", config.bundle.display());
            }
        };
        let mut coverage = Coverage::of(&bundle, &loaded.files);
        let mut tests = loaded.tests;
        if let Some(only) = &self.only {
            tests.retain(|test| test.name.contains(only.as_str()));
            if tests.is_empty() {
                bail!("no test of {} has {only:?} in its name", config.bundle.display());
            }
        }
        for test in &mut tests {
            test.setting.reveals = self.show;
        }
        let began = Instant::now();
        let (level, mut stage) = match self.level {
            LevelName::Text => (Level::Text, Stage::Text),
            LevelName::Voice => (Level::Voice, Stage::Voice(Box::new(voice::Telephone::assemble(&config, &bundle)?))),
            LevelName::Wire => (Level::Wire, Stage::Wire(Box::new(wire::Wire::assemble(&config, &bundle)?))),
        };
        let mut played = Vec::new();
        let count = tests.len();
        for (nth, test) in tests.into_iter().enumerate() {
            if level != Level::Text {
                // These take their time: whoever waits sees how far they are.
                eprintln!("{:>3} of {count}  {}", nth + 1, test.name);
            }
            let outcome = one(&bundle, &test, level, &mut stage)?;
            if let Outcome::Played(played) = &outcome {
                coverage.add(&played.happened);
            }
            played.push(TestFinding { test, outcome });
        }
        let mutants = if self.mutate { self.mutated(&bundle, &played)? } else { Vec::new() };
        let random = (self.random > 0).then(|| chance::converse_often(&bundle, &operators, self.seed, self.random));
        let took = began.elapsed();
        let name = bundle.name().to_owned();
        let folder = self.dir.unwrap_or_else(|| config.bundle.clone());
        let findings =
            Findings { bundle: name, level, tests: played, mutants, random, coverage, folder, seed: self.seed, took };
        if self.json {
            println!("{}", json::report(&findings));
        } else if self.junit {
            print!("{}", junit::report(&findings)?);
        } else {
            text::report(&findings, self.coverage);
        }
        Ok(if findings.failures() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    /// Every change to every test.
    fn mutated(&self, bundle: &Arc<Bundle>, tests: &[TestFinding]) -> anyhow::Result<Vec<MutantFinding>> {
        let mut findings = Vec::new();
        for TestFinding { test, .. } in tests {
            for mutant in mutants(test, self.seed) {
                let survived = survive(bundle, test, &mutant).map_err(anyhow::Error::msg)?;
                findings.push(MutantFinding { test: test.name.clone(), mutant, survived });
            }
        }
        Ok(findings)
    }
}

/// What tests are played on.
enum Stage {
    Text,
    Voice(Box<voice::Telephone>),
    Wire(Box<wire::Wire>),
}

fn one(bundle: &Arc<Bundle>, test: &FlowTest, level: Level, stage: &mut Stage) -> anyhow::Result<Outcome> {
    if !test.levels.contains(&level) {
        return Ok(Outcome::Skipped(format!("it is not for level {}", level.name())));
    }
    let cannot = match stage {
        Stage::Text => None,
        Stage::Voice(telephone) => telephone.cannot_play(test),
        Stage::Wire(wire) => wire.cannot_play(test),
    };
    if let Some(reason) = cannot {
        return Ok(Outcome::Skipped(reason));
    }
    let played = match stage {
        Stage::Text => play(bundle, test, None).map_err(anyhow::Error::msg),
        Stage::Voice(telephone) => {
            telephone.next_caller();
            let ears: &mut dyn Ears = &mut **telephone;
            play(bundle, test, Some(ears)).map_err(anyhow::Error::msg)
        }
        Stage::Wire(wire) => wire.play(test),
    };
    Ok(Outcome::Played(Box::new(played.with_context(|| format!("the test {:?}", test.name))?)))
}
