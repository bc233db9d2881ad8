//! What is counted, for every form of the report.

use super::{Findings, Outcome};

/// How many tests came out how.
pub(super) struct Counts {
    pub(super) passed: usize,
    pub(super) failed: usize,
    pub(super) skipped: usize,
    pub(super) mutants: usize,
    pub(super) mutants_failed: usize,
    pub(super) random: usize,
    pub(super) random_failed: usize,
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
            random: findings.random.len(),
            random_failed: findings.random.iter().filter(|one| one.conversed.wrong.is_some()).count(),
        }
    }
}
