//! What is counted, for every form of the report.

use super::{Findings, MutantFinding, Outcome};
use crate::flow::rehearsal::HeardLine;

/// How many tests came out how.
pub(super) struct Counts {
    pub(super) passed: usize,
    pub(super) failed: usize,
    pub(super) skipped: usize,
    pub(super) mutants: usize,
    pub(super) mutants_failed: usize,
}

impl Counts {
    pub(super) fn of(findings: &Findings) -> Self {
        let failed = findings.tests.iter().filter(|finding| finding.failed()).count();
        let skipped = findings.tests.iter().filter(|finding| matches!(finding.outcome, Outcome::Skipped(_))).count();
        Self {
            passed: findings.tests.len() - failed - skipped,
            failed,
            skipped,
            mutants: findings.mutants.len(),
            mutants_failed: findings.mutants.iter().filter(|one| one.survived.wrong.is_some()).count(),
        }
    }
}

impl Findings {
    /// What was heard of every line that was spoken.
    pub(super) fn heard(&self) -> impl Iterator<Item = &HeardLine> {
        self.tests.iter().flat_map(|finding| match &finding.outcome {
            Outcome::Played(played) => played.heard.as_slice(),
            Outcome::Skipped(_) => &[],
        })
    }

    /// The command that plays a changed test again.
    pub(super) fn again_mutant(&self, finding: &MutantFinding) -> String {
        let folder = self.folder.display();
        format!("warmline test {folder} --mutate --seed {} --only {}", self.seed, quoted(&finding.test))
    }

    /// The command that holds a conversation by chance again.
    pub(super) fn again_by_chance(&self, seed: u64) -> String {
        format!("warmline test {} --random 1 --seed {seed}", self.folder.display())
    }
}

/// A name as a shell takes it for one word.
fn quoted(name: &str) -> String {
    format!("'{}'", name.replace('\'', r"'\''"))
}
