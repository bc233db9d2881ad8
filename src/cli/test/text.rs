//! The findings as people read them.

use std::fmt::Write;

use super::figures::Counts;
use super::{Findings, MutantFinding, Outcome, RandomFinding, TestFinding};
use crate::flow::rehearsal::{Covered, Failure, Shown, Who};

/// So many places that no test goes through are listed unless all are asked for.
const FEW: usize = 20;

/// Prints everything.
pub(super) fn report(findings: &Findings, whole_coverage: bool) {
    print!("{}", written(findings, whole_coverage));
}

pub(super) fn written(findings: &Findings, whole_coverage: bool) -> String {
    let mut out = String::new();
    for finding in &findings.tests {
        test(&mut out, finding);
    }
    for finding in findings.mutants.iter().filter(|finding| finding.survived.wrong.is_some()) {
        mutant(&mut out, finding);
    }
    for finding in findings.random.iter().filter(|finding| finding.conversed.wrong.is_some()) {
        random(&mut out, finding);
    }
    if !findings.tests.is_empty() {
        coverage(&mut out, findings, whole_coverage);
    }
    summary(&mut out, findings);
    out
}

fn test(out: &mut String, finding: &TestFinding) {
    let TestFinding { test, outcome } = finding;
    match outcome {
        Outcome::Skipped(reason) => line(out, format!("-  {}  (left out: {reason})", test.name)),
        Outcome::Played(played) => match &played.failure {
            None => line(out, format!("✓  {}", test.name)),
            Some(failure) => {
                line(out, format!("✗  {}   {}", test.name, test.at));
                dialogue(out, &played.dialogue[..failure.after.min(played.dialogue.len())]);
                difference(out, failure);
            }
        },
    }
}

fn dialogue(out: &mut String, lines: &[Shown]) {
    for shown in lines {
        let time = clock(shown.at);
        match shown.who {
            Who::Bot => line(out, format!("   {time}  bot     {}", shown.text)),
            Who::Caller => line(out, format!("   {time}  caller  {}", shown.text)),
            Who::Aside => line(out, format!("   {time}          {}", shown.text)),
        }
    }
}

fn difference(out: &mut String, failure: &Failure) {
    for difference in &failure.differences {
        line(out, format!("   ▶ expected    {}", difference.expected));
        line(out, format!("     got         {}", difference.got));
    }
    line(out, format!("     at step     {}", failure.step));
    if let Some(understood) = &failure.understood {
        line(out, format!("     the caller  was {understood}"));
    }
    if let Some(mend) = &failure.mend {
        line(out, format!("     mend        {mend}"));
    }
    line(out, format!("     {}", failure.at));
}

fn mutant(out: &mut String, finding: &MutantFinding) {
    let MutantFinding { test, mutant, survived } = finding;
    let wrong = survived.wrong.as_deref().unwrap_or_default();
    line(out, format!("✗  {test}, when the caller's line {} becomes {}", mutant.turn + 1, mutant.mutation.name()));
    dialogue(out, &survived.dialogue);
    line(out, format!("   ▶ {wrong}"));
    line(out, format!("     {}", survived.at));
}

fn random(out: &mut String, finding: &RandomFinding) {
    let wrong = finding.conversed.wrong.as_deref().unwrap_or_default();
    line(out, format!("✗  a caller by chance, --random 1 --seed {}", finding.seed));
    dialogue(out, &finding.conversed.dialogue);
    line(out, format!("   ▶ {wrong}"));
}

fn coverage(out: &mut String, findings: &Findings, whole: bool) {
    line(out, String::new());
    let totals = findings.coverage.totals().map(|(name, covered, of)| format!("{name} {covered} of {of}"));
    line(out, format!("coverage: {}", totals.join(", ")));
    for flow in findings.coverage.flows() {
        let share = |list: &[Covered]| (list.iter().filter(|one| one.times > 0).count(), list.len());
        let (steps, exits, handlers) = (share(&flow.steps), share(&flow.exits), share(&flow.handlers));
        if [steps, exits, handlers].iter().all(|(covered, of)| covered == of) {
            continue;
        }
        let told = [("steps", steps), ("exits", exits), ("handlers", handlers)]
            .into_iter()
            .filter(|(_, (_, of))| *of > 0)
            .map(|(name, (covered, of))| format!("{name} {covered}/{of}"));
        line(out, format!("  {}: {}", flow.flow, told.collect::<Vec<_>>().join(", ")));
    }
    let missed = findings.coverage.flows().flat_map(|flow| {
        let steps = flow.steps.iter().map(|one| ("step", one));
        let exits = flow.exits.iter().map(|one| ("exit", one));
        let handlers = flow.handlers.iter().map(|one| ("handler", one));
        steps.chain(exits).chain(handlers).filter(|(_, one)| one.times == 0)
    });
    let missed: Vec<(&str, &Covered)> = missed.collect();
    let shown = if whole { missed.len() } else { missed.len().min(FEW) };
    if !missed.is_empty() {
        line(out, "  no test goes through:".to_owned());
    }
    for (kind, one) in &missed[..shown] {
        line(out, format!("    {}:{}: {kind} {}", one.file.display(), one.line, one.what));
    }
    if shown < missed.len() {
        line(out, format!("    and {} more: --coverage lists all", missed.len() - shown));
    }
}

fn summary(out: &mut String, findings: &Findings) {
    let counts = Counts::of(findings);
    line(out, String::new());
    if findings.tests.is_empty() {
        line(out, format!("{}: no tests; write some beside the flows: `test: NAME`, `turns: [ … ]`", findings.bundle));
    }
    let mut told = format!("{}: {} passed, {} failed", findings.bundle, counts.passed, counts.failed);
    if counts.skipped > 0 {
        let _ = write!(told, ", {} left out", counts.skipped);
    }
    if counts.mutants > 0 {
        let _ = write!(told, "; {} mutants, {} end badly", counts.mutants, counts.mutants_failed);
    }
    if counts.random > 0 {
        let _ = write!(told, "; {} callers by chance, {} end badly", counts.random, counts.random_failed);
    }
    let _ = write!(told, "  ({:.2} s)", findings.took.as_secs_f32());
    line(out, told);
}

fn clock(milliseconds: u64) -> String {
    let tenths = milliseconds / 100;
    format!("{:>2}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10)
}

fn line(out: &mut String, text: String) {
    out.push_str(text.trim_end());
    out.push('\n');
}
