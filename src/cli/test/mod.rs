//! `warmline test`: the tests that stand beside the flows, played in virtual time.
//!
//! **In:** the folder of a bundle. **Out:** which tests hold, and where one does not the whole dialogue with the
//! difference beside its turn; what the tests have been through; exit code 0 when all hold, 1 when one does not, 2 when
//! they could not be played.
//!
//! ```text
//! warmline test prompts/shop --mutate
//! ```

mod figures;
mod json;
mod junit;
#[cfg(test)]
mod tests;
mod text;
mod voice;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};

use super::{Common, assemble, folder};
use crate::flow::rehearsal::{
    Conversed, Coverage, Ears, FlowTest, Level, Mutant, Played, Survived, converse, load_tests, mutants, play, survive,
};
use crate::flow::{Bundle, Operators};

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
    /// A whole call
    Wire,
}

/// What was found.
struct Findings {
    bundle: String,
    level: Level,
    tests: Vec<TestFinding>,
    mutants: Vec<MutantFinding>,
    random: Vec<RandomFinding>,
    coverage: Coverage,
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

struct RandomFinding {
    seed: u64,
    conversed: Conversed,
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
        let random = self.random.iter().filter(|finding| finding.conversed.wrong.is_some()).count();
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
        let began = Instant::now();
        let level = match self.level {
            LevelName::Text => Level::Text,
            LevelName::Voice => Level::Voice,
            LevelName::Wire => bail!(
                "--level wire is not built yet: play the call with `warmline call --fast --json`, or test at --level voice"
            ),
        };
        let mut ears = match level {
            Level::Voice => Some(voice::Telephone::assemble(&config, &bundle)?),
            _ => None,
        };
        let mut played = Vec::new();
        for test in tests {
            let outcome = one(&bundle, &test, level, ears.as_mut())?;
            if let Outcome::Played(played) = &outcome {
                coverage.add(&played.happened);
            }
            played.push(TestFinding { test, outcome });
        }
        let mutants = if self.mutate { self.mutated(&bundle, &played)? } else { Vec::new() };
        let random = self.conversed(&bundle, &operators);
        let took = began.elapsed();
        let name = bundle.name().to_owned();
        let findings = Findings { bundle: name, level, tests: played, mutants, random, coverage, took };
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

    /// Conversations by chance; of those that ended well only the number is kept.
    fn conversed(&self, bundle: &Arc<Bundle>, operators: &Operators) -> Vec<RandomFinding> {
        let seeds = self.seed..self.seed.saturating_add(self.random);
        seeds
            .map(|seed| {
                let mut conversed = converse(bundle, operators, seed);
                if conversed.wrong.is_none() {
                    conversed.dialogue = Vec::new();
                    conversed.happened = Vec::new();
                }
                RandomFinding { seed, conversed }
            })
            .collect()
    }
}

fn one(
    bundle: &Arc<Bundle>,
    test: &FlowTest,
    level: Level,
    ears: Option<&mut voice::Telephone>,
) -> anyhow::Result<Outcome> {
    if !test.levels.contains(&level) {
        return Ok(Outcome::Skipped(format!("it is not for level {}", level.name())));
    }
    if let Some(telephone) = ears {
        if let Some(reason) = telephone.cannot_play(test) {
            return Ok(Outcome::Skipped(reason));
        }
        telephone.next_caller();
        let ears: &mut dyn Ears = telephone;
        let played = play(bundle, test, Some(ears)).map_err(anyhow::Error::msg);
        return Ok(Outcome::Played(Box::new(played.with_context(|| format!("the test {:?}", test.name))?)));
    }
    Ok(Outcome::Played(Box::new(play(bundle, test, None).map_err(anyhow::Error::msg)?)))
}
