//! The findings as JUnit XML, for whatever shows test results.

use std::path::Path;

use anyhow::Context;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{Findings, Outcome, TestFinding};
use crate::flow::rehearsal::{Failure, Shown, Who};

/// The report: a suite for each file, and one each for mutants and callers by chance.
pub(super) fn report(findings: &Findings) -> anyhow::Result<String> {
    let mut report = Report::new(format!("warmline test {} ({})", findings.bundle, findings.level.name()));
    report.set_time(findings.took);
    let mut files: Vec<&Path> = findings.tests.iter().map(|finding| finding.test.at.file.as_path()).collect();
    files.dedup();
    for file in files {
        let mut suite = TestSuite::new(file.display().to_string());
        let own = findings.tests.iter().filter(|finding| finding.test.at.file == file);
        suite.add_test_cases(own.map(case));
        report.add_test_suite(suite);
    }
    if !findings.mutants.is_empty() {
        let mut suite = TestSuite::new("mutants");
        suite.add_test_cases(findings.mutants.iter().map(|finding| {
            let name =
                format!("{}, line {}: {}", finding.test, finding.mutant.turn + 1, finding.mutant.mutation.name());
            let survived = &finding.survived;
            let again = format!("{}\n{}", survived.at, findings.again_mutant(finding));
            bad_or_good(name, survived.wrong.as_deref(), &survived.dialogue, again)
        }));
        report.add_test_suite(suite);
    }
    if let Some(random) = &findings.random {
        let mut suite = TestSuite::new("callers by chance");
        let well = random.played - random.bad.len() as u64;
        suite.add_test_case(TestCase::new(format!("{well} callers by chance end well"), TestCaseStatus::success()));
        suite.add_test_cases(random.bad.iter().map(|call| {
            let (wrong, dialogue) = (call.conversed.wrong.as_deref(), &call.conversed.dialogue);
            let again = findings.again_by_chance(call.seed);
            bad_or_good(format!("seed {}", call.seed), wrong, dialogue, again)
        }));
        report.add_test_suite(suite);
    }
    report.to_string().context("the report cannot be written as XML")
}

fn case(finding: &TestFinding) -> TestCase {
    let TestFinding { test, outcome } = finding;
    let mut case = match outcome {
        Outcome::Skipped(reason) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(reason.clone());
            TestCase::new(test.name.clone(), status)
        }
        Outcome::Played(played) => {
            let mut case = match &played.failure {
                None => TestCase::new(test.name.clone(), TestCaseStatus::success()),
                Some(failure) => {
                    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                    status.set_message(first(failure)).set_type("expectation").set_description(whole(failure));
                    TestCase::new(test.name.clone(), status)
                }
            };
            case.set_system_out(lines(&played.dialogue));
            case
        }
    };
    case.set_classname(test.setting.flow.clone().unwrap_or_else(|| "start".to_owned()));
    case
}

fn bad_or_good(name: String, wrong: Option<&str>, dialogue: &[Shown], again: String) -> TestCase {
    let Some(wrong) = wrong else { return TestCase::new(name, TestCaseStatus::success()) };
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(wrong.to_owned()).set_description(again);
    let mut case = TestCase::new(name, status);
    case.set_system_out(lines(dialogue));
    case
}

fn first(failure: &Failure) -> String {
    let difference = failure.differences.first();
    difference.map_or_else(String::new, |one| format!("expected {}, got {}", one.expected, one.got))
}

fn whole(failure: &Failure) -> String {
    let each = failure.differences.iter().map(|one| format!("expected {}\ngot {}\n", one.expected, one.got));
    let understood = failure.understood.as_ref().map(|text| format!("the caller was {text}\n")).unwrap_or_default();
    format!("{}{understood}at step {}\n{}", each.collect::<String>(), failure.step, failure.at)
}

fn lines(dialogue: &[Shown]) -> String {
    let line = |shown: &Shown| match shown.who {
        Who::Bot => format!("bot     {}\n", shown.text),
        Who::Caller => format!("caller  {}\n", shown.text),
        Who::Aside => format!("        {}\n", shown.text),
    };
    dialogue.iter().map(line).collect()
}
