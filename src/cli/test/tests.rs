//! The tests that ship are played, the reports are readable, and no caller by chance is lost.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::{Common, assemble};
use super::*;
use crate::flow::Operators;
use crate::flow::load_dir;
use crate::flow::rehearsal::{converse, tests_of};
use crate::flow::{SourceFile, load_files};

/// The folders of the bundles that ship, with what operators define for them.
fn shipped() -> Vec<(PathBuf, Arc<Bundle>, Operators)> {
    let prompts = Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(&prompts)
        .unwrap()
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.is_dir() && has_flows(path))
        .collect();
    folders.sort();
    let load = |folder: PathBuf| {
        let common =
            Common { config: Some(prompts.join("warmline.toml")), bundle: Some(folder.clone()), ..Common::default() };
        let config = assemble::designers_config(&common).unwrap();
        let operators = config.operators();
        match load_dir(&folder, &operators) {
            Ok(loaded) => (folder, loaded.bundle, operators),
            Err(failure) => panic!("{failure}"),
        }
    };
    folders.into_iter().map(load).collect()
}

fn has_flows(folder: &Path) -> bool {
    let mut files = std::fs::read_dir(folder).unwrap().filter_map(Result::ok);
    files.any(|file| file.path().extension().is_some_and(|ending| ending == "yaml"))
}

#[test]
fn every_test_that_ships_holds_and_bears_every_mutation() {
    for (folder, bundle, operators) in shipped() {
        let loaded = match load_tests(&folder, &bundle, &operators) {
            Ok(loaded) => loaded,
            Err(failure) => panic!("{failure}"),
        };
        for test in &loaded.tests {
            let played = play(&bundle, test, None).unwrap();
            assert_eq!(played.failure, None, "{} {:?}\n{:#?}", test.at, test.name, played.dialogue);
            for mutant in mutants(test, 0) {
                let survived = survive(&bundle, test, &mutant).unwrap();
                let name = mutant.mutation.name();
                assert_eq!(survived.wrong, None, "{} {name}\n{:#?}", survived.at, survived.dialogue);
            }
        }
    }
}

#[test]
fn callers_by_chance_reach_an_end_in_every_bundle_that_ships() {
    const EACH: u64 = 250;
    for (folder, bundle, operators) in shipped() {
        for seed in 0..EACH {
            let conversed = converse(&bundle, &operators, seed);
            let shown = || conversed.dialogue.iter().map(|line| format!("{}\n", line.text)).collect::<String>();
            assert_eq!(conversed.wrong, None, "{} --seed {seed}\n{}", folder.display(), shown());
        }
    }
}

const LINE: &str = "bundle: t\nstart: main\nlanguages: [en]\nhandover: main\n---\nflow: main\nslots: { pin: { type: digits, min: 4, max: 4, private: mask } }\nsteps:\n  - id: get_pin\n    ask: pin\n    prompt: { en: \"Your PIN?\" }\n    if_stuck: leave\n  - say: { en: \"Thank you.\" }\n  - id: leave\n    end: call\n";

fn findings(tests: &str) -> Findings {
    let operators = Operators::default();
    let file = |path: &str, text: &str| SourceFile { path: path.into(), text: text.to_owned() };
    let bundle = load_files(vec![file("main.yaml", LINE)], &operators).unwrap().bundle;
    let tests = tests_of(&[file("main.tests.yaml", tests)], &bundle, &operators).unwrap();
    let mut coverage = Coverage::of(&bundle, &["main.yaml".into()]);
    let played = tests.into_iter().map(|test| {
        let outcome = one(&bundle, &test, Level::Text, &mut Stage::Text).unwrap();
        if let Outcome::Played(played) = &outcome {
            coverage.add(&played.happened);
        }
        TestFinding { test, outcome }
    });
    let tests = played.collect();
    Findings {
        bundle: "t".to_owned(),
        level: Level::Text,
        tests,
        mutants: Vec::new(),
        random: None,
        coverage,
        folder: "flows".into(),
        seed: 0,
        took: Duration::from_millis(12),
    }
}

const TWO: &str = "test: it goes well\nturns:\n  - bot: \"your pin\"\n  - caller: \"one two three four\"\n  - expect: { slot: { pin: 1234 }, end: call }\n---\ntest: it does not\nturns:\n  - caller: \"one two three four\"\n  - bot: \"You are welcome.\"\n  - expect: { end: call }\n---\ntest: only spoken\nlevels: [voice]\nturns:\n  - caller: \"one two three four\"\n  - expect: { end: call }\n";

#[test]
fn the_text_shows_the_difference_beside_its_turn() {
    let written = text::written(&findings(TWO), false);
    let expected = "✓  it goes well\n✗  it does not   main.tests.yaml:7\n";
    assert!(written.starts_with(expected), "{written}");
    for part in [
        "bot     Your PIN?",
        "▶ expected    the bot says “You are welcome.”",
        "got         “Thank you.” at step main/say@",
        "main.tests.yaml:10",
        "-  only spoken  (left out: it is not for level text)",
        "coverage: steps 3 of 3, exits 1 of 2",
        "main.yaml:10: exit get_pin: if_stuck",
        "t: 1 passed, 1 failed, 1 left out",
    ] {
        assert!(written.contains(part), "{part:?} is not in\n{written}");
    }
    assert!(!written.contains("one two three"), "a private answer is masked:\n{written}");
}

#[test]
fn json_and_junit_tell_the_same() {
    let findings = findings(TWO);
    let report = json::report(&findings);
    assert_eq!((&report["passed"], &report["failed"], &report["skipped"]), (&1.into(), &1.into(), &1.into()));
    assert_eq!(report["tests"][1]["failure"]["line"], 10);
    assert_eq!(report["coverage"]["totals"][0]["covered"], 3);
    let xml = junit::report(&findings).unwrap();
    assert!(xml.contains("tests=\"3\"") && xml.contains("failures=\"1\""), "{xml}");
    assert!(xml.contains("main.tests.yaml:10") && xml.contains("it does not"), "{xml}");
}
