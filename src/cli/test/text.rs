//! The findings as people read them.

use std::fmt::Write;
use std::io::IsTerminal;

use super::chance::{BadCall, ByChance};
use super::figures::Counts;
use super::{Findings, MutantFinding, Outcome, TestFinding};
use crate::flow::rehearsal::{Covered, Failure, HeardLine, Reply, Shown, Who};

/// So many places that no test goes through are listed unless all are asked for.
const FEW: usize = 20;

/// Prints everything.
pub(super) fn report(findings: &Findings, whole_coverage: bool) {
    let written = written(findings, whole_coverage);
    if std::io::stdout().is_terminal() {
        print!("{}", coloured(&written));
    } else {
        print!("{written}");
    }
}

/// The same for a terminal: what holds is green, what does not is red, what went on behind the talk is dim.
fn coloured(written: &str) -> String {
    let mut out = String::with_capacity(written.len() * 2);
    for line in written.lines() {
        let is_aside = line.len() > ASIDE.len() && line.is_char_boundary(12) && {
            let (clock, behind) = line.split_at(12);
            clock.ends_with(|one: char| one.is_ascii_digit()) && behind.starts_with(ASIDE)
        };
        let style = match line.trim_start() {
            text if text.starts_with('✓') => "32",
            text if text.starts_with('✗') => "31;1",
            text if text.starts_with('▶') => "31;1",
            text if text.starts_with("got ") => "31",
            _ if is_aside => "2",
            _ => "0",
        };
        let _ = writeln!(out, "\x1b[{style}m{line}\x1b[0m");
    }
    out
}

/// What stands between the time and the text of a line that nobody says.
const ASIDE: &str = "          ";

pub(super) fn written(findings: &Findings, whole_coverage: bool) -> String {
    let mut out = String::new();
    for finding in &findings.tests {
        test(&mut out, finding);
    }
    for finding in findings.mutants.iter().filter(|finding| finding.survived.wrong.is_some()) {
        mutant(&mut out, findings, finding);
    }
    for call in findings.random.iter().flat_map(|random| &random.bad) {
        by_chance(&mut out, findings, call);
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
            None => {
                line(out, format!("✓  {}", test.name));
                heard(out, &played.heard);
            }
            Some(failure) => {
                line(out, format!("✗  {}   {}", test.name, test.at));
                heard(out, &played.heard);
                dialogue(out, &played.dialogue[..failure.after.min(played.dialogue.len())]);
                difference(out, failure);
            }
        },
    }
}

/// What was heard of what the caller said, where that is not what was written.
fn heard(out: &mut String, lines: &[HeardLine]) {
    for one in lines.iter().filter(|one| !one.is_as_written()) {
        line(out, format!("     line {:<4} meant    {}", one.at.line, one.meant));
        for said in &one.tries {
            let what = match said.reply {
                None => "heard",
                Some(Reply::Yes) => "yes",
                Some(Reply::No) => "no",
                Some(Reply::Again) => "again",
            };
            match &said.heard {
                Some(text) => line(out, format!("               {what:<8} {text}   [{:.2}]", said.confidence)),
                None => line(out, format!("               {what:<8} (nothing)")),
            }
        }
        if let Some(taken) = &one.taken_for {
            line(out, format!("               so       {taken}"));
        }
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
        // Several sayings stand below each other.
        line(out, format!("     got         {}", difference.got.replace('\n', "\n                 ")));
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

fn mutant(out: &mut String, findings: &Findings, finding: &MutantFinding) {
    let MutantFinding { test, mutant, survived } = finding;
    let wrong = survived.wrong.as_deref().unwrap_or_default();
    line(out, format!("✗  {test}, when the caller's line {} becomes {}", mutant.turn + 1, mutant.mutation.name()));
    dialogue(out, &survived.dialogue);
    line(out, format!("   ▶ {wrong}"));
    line(out, format!("     again       {}", findings.again_mutant(finding)));
    line(out, format!("     {}", survived.at));
}

fn by_chance(out: &mut String, findings: &Findings, call: &BadCall) {
    let wrong = call.conversed.wrong.as_deref().unwrap_or_default();
    line(out, format!("✗  a caller by chance, seed {}", call.seed));
    dialogue(out, &call.conversed.dialogue);
    line(out, format!("   ▶ {wrong}"));
    line(out, format!("     again       {}", findings.again_by_chance(call.seed)));
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
    if let Some(random) = &findings.random {
        line(out, chance_figures(random));
        let _ = write!(told, "; {} callers by chance, {} end badly", random.played, random.bad.len());
    }
    let lines: Vec<&HeardLine> = findings.heard().collect();
    if !lines.is_empty() {
        let written = lines.iter().filter(|line| line.is_as_written()).count();
        let times = |reply| lines.iter().flat_map(|line| &line.tries).filter(|one| one.reply == Some(reply)).count();
        let (yes, no, again) = (times(Reply::Yes), times(Reply::No), times(Reply::Again));
        let _ = write!(
            told,
            "; {} lines spoken, {written} heard to the letter, {again} said again, {} read back ({no} wrong)",
            lines.len(),
            yes + no
        );
    }
    let _ = write!(told, "  ({:.2} s)", findings.took.as_secs_f32());
    line(out, told);
}

fn chance_figures(random: &ByChance) -> String {
    let calls = random.played.max(1);
    let ends: Vec<String> = random.ends.iter().map(|(end, count)| format!("{end} {count}")).collect();
    format!(
        "callers by chance from seed {}: {:.1} turns and {:.0} s of talk each, {:.0} calls a second; ends: {}; transcripts {}",
        random.seed,
        random.turns as f32 / calls as f32,
        random.lasted.as_secs_f32() / calls as f32,
        random.played as f32 / random.took.as_secs_f32().max(0.001),
        ends.join(", "),
        random.transcripts
    )
}

fn clock(milliseconds: u64) -> String {
    let tenths = milliseconds / 100;
    format!("{:>2}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10)
}

fn line(out: &mut String, text: String) {
    out.push_str(text.trim_end());
    out.push('\n');
}
