//! The findings as JSON.

use serde_json::{Value, json};

use super::figures::Counts;
use super::{Findings, Outcome, TestFinding};
use crate::flow::rehearsal::{Failure, HeardLine};

/// One object with everything.
pub(super) fn report(findings: &Findings) -> Value {
    let counts = Counts::of(findings);
    let totals =
        findings.coverage.totals().map(|(name, covered, of)| json!({ "of": name, "covered": covered, "all": of }));
    let mutants = findings.mutants.iter().filter(|finding| finding.survived.wrong.is_some()).map(|finding| {
        json!({
            "test": finding.test,
            "file": finding.survived.at.file,
            "line": finding.survived.at.line,
            "turn": finding.mutant.turn + 1,
            "mutation": finding.mutant.mutation.name(),
            "wrong": finding.survived.wrong,
            "repeat": findings.again_mutant(finding),
            "dialogue": finding.survived.dialogue,
        })
    });
    json!({
        "bundle": findings.bundle,
        "level": findings.level.name(),
        "passed": counts.passed,
        "failed": counts.failed,
        "skipped": counts.skipped,
        "ms": u64::try_from(findings.took.as_millis()).unwrap_or(u64::MAX),
        "tests": findings.tests.iter().map(test).collect::<Vec<_>>(),
        "mutants": { "played": counts.mutants, "failed": mutants.collect::<Vec<_>>() },
        "random": random(findings),
        "coverage": {
            "totals": totals,
            "flows": findings.coverage.flows().collect::<Vec<_>>(),
        },
    })
}

fn random(findings: &Findings) -> Value {
    let Some(random) = &findings.random else { return json!({ "played": 0, "failed": [] }) };
    let failed = random.bad.iter().map(|call| {
        json!({
            "seed": call.seed,
            "wrong": call.conversed.wrong,
            "repeat": findings.again_by_chance(call.seed),
            "dialogue": call.conversed.dialogue,
        })
    });
    json!({
        "played": random.played,
        "seed": random.seed,
        "turns": random.turns,
        "ends": random.ends,
        "transcripts": random.transcripts,
        "failed": failed.collect::<Vec<_>>(),
    })
}

fn test(finding: &TestFinding) -> Value {
    let TestFinding { test, outcome } = finding;
    let (outcome, lasted, failure, dialogue, heard) = match outcome {
        Outcome::Skipped(reason) => {
            let (file, line) = (&test.at.file, test.at.line);
            return json!({ "name": test.name, "file": file, "line": line, "outcome": "skipped", "reason": reason });
        }
        Outcome::Played(played) => {
            let outcome = if played.failure.is_none() { "passed" } else { "failed" };
            (outcome, played.lasted, played.failure.as_ref(), &played.dialogue, &played.heard)
        }
    };
    json!({
        "name": test.name,
        "file": test.at.file,
        "line": test.at.line,
        "outcome": outcome,
        "call_ms": u64::try_from(lasted.as_millis()).unwrap_or(u64::MAX),
        "failure": failure.map(failed),
        "dialogue": dialogue,
        "heard": heard.iter().map(heard_line).collect::<Vec<_>>(),
    })
}

fn heard_line(line: &HeardLine) -> Value {
    let mut value = json!(line);
    value["line"] = json!(line.at.line);
    value
}

fn failed(failure: &Failure) -> Value {
    let differences: Vec<Value> = failure
        .differences
        .iter()
        .map(|difference| json!({ "expected": difference.expected, "got": difference.got }))
        .collect();
    json!({
        "file": failure.at.file,
        "line": failure.at.line,
        "after": failure.after,
        "differences": differences,
        "step": failure.step,
        "understood": failure.understood,
        "mend": failure.mend,
    })
}
