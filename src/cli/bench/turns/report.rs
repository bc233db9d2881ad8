//! The figures of `warmline bench turns`, as tables.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use serde::Serialize;

use super::policy::{Outcome, Policy};
use super::trace::milliseconds;
use crate::record::Percentiles;

/// What became of the turns of one kind, on one line, by one policy.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    turns: usize,
    cut: usize,
    missed: usize,
    waits: Vec<u64>,
    replies: Vec<u64>,
}

impl Tally {
    pub(super) fn add(&mut self, outcome: Outcome) {
        self.turns += 1;
        match outcome {
            Outcome::Cut => self.cut += 1,
            Outcome::Missed => self.missed += 1,
            Outcome::Closed { wait, reply } => {
                self.waits.push(milliseconds(wait));
                self.replies.push(milliseconds(reply));
            }
        }
    }
}

/// One row.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Row {
    pub(super) policy: String,
    pub(super) line: &'static str,
    pub(super) kind: String,
    pub(super) turns: usize,
    pub(super) cut: usize,
    pub(super) missed: usize,
    pub(super) wait_p50_ms: u64,
    pub(super) wait_p95_ms: u64,
    pub(super) reply_p50_ms: u64,
    pub(super) reply_p95_ms: u64,
}

impl Row {
    fn of(policy: &str, line: &'static str, kind: &str, tally: &Tally) -> Self {
        let spread = |values: &[u64]| {
            let spread = Percentiles::of(values.iter().copied());
            spread.map_or((0, 0), |spread| (spread.p50, spread.p95))
        };
        let ((wait_p50_ms, wait_p95_ms), (reply_p50_ms, reply_p95_ms)) = (spread(&tally.waits), spread(&tally.replies));
        Self {
            policy: policy.to_owned(),
            line,
            kind: kind.to_owned(),
            turns: tally.turns,
            cut: tally.cut,
            missed: tally.missed,
            wait_p50_ms,
            wait_p95_ms,
            reply_p50_ms,
            reply_p95_ms,
        }
    }
}

/// All figures of the end of turns.
#[derive(Debug, Default)]
pub(super) struct TurnReport {
    /// By policy, line and kind.
    tallies: BTreeMap<(usize, usize, String), (String, &'static str, Tally)>,
}

/// The row over all kinds.
const ALL_KINDS: &str = "all";

impl TurnReport {
    pub(super) fn add(&mut self, policy: (usize, Policy), line: (usize, &'static str), kind: &str, outcome: Outcome) {
        for kind in [kind, ALL_KINDS] {
            let key = (policy.0, line.0, kind.to_owned());
            let entry = self.tallies.entry(key).or_insert_with(|| (policy.1.name(), line.1, Tally::default()));
            entry.2.add(outcome);
        }
    }

    pub(super) fn rows(&self) -> Vec<Row> {
        self.tallies.iter().map(|((_, _, kind), (policy, line, tally))| Row::of(policy, line, kind, tally)).collect()
    }
}

impl Display for TurnReport {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let head =
            "| policy | line | kind of answer | turns | cut off | never closed | wait p50 | p95 | reply p50 | p95 |";
        writeln!(formatter, "{head}")?;
        writeln!(formatter, "|---|---|---|---|---|---|---|---|---|---|")?;
        for row in self.rows() {
            let share = 100.0 * row.cut as f64 / row.turns.max(1) as f64;
            let Row { policy, line, kind, turns, cut, missed, .. } = &row;
            let figures = [row.wait_p50_ms, row.wait_p95_ms, row.reply_p50_ms, row.reply_p95_ms];
            let figures = figures.map(|figure| figure.to_string()).join(" | ");
            writeln!(
                formatter,
                "| {policy} | {line} | {kind} | {turns} | {cut} ({share:.1} %) | {missed} | {figures} |"
            )?;
        }
        Ok(())
    }
}
