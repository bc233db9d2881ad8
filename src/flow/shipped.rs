//! The bundles that ship, for tests: what their `warmline.toml` defines, and each of them loaded.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use super::rehearsal::{Coverage, converse, load_tests, mutants, play, survive};
use super::{Access, Bundle, Connection, FieldShape, Loaded, Operators, QueryShape, load_dir};

/// The bundles below `prompts/`.
pub const BUNDLES: [&str; 4] = ["shop", "airline", "bank", "software"];

/// Where the shipped bundles lie.
fn prompts() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("prompts")
}

/// What `prompts/warmline.toml` defines, read here because the configuration is a room that uses this one.
pub fn operators() -> Operators {
    let text = std::fs::read_to_string(prompts().join("warmline.toml")).unwrap();
    let file: toml::Table = text.parse().unwrap();
    let section = |name: &str| file.get(name).and_then(toml::Value::as_table).cloned().unwrap_or_default();
    let names = |name: &str| section(name).keys().cloned().collect::<BTreeSet<String>>();
    let connections = section("connection").into_iter().map(|(name, connection)| {
        let queries = connection.as_table().unwrap().iter().filter_map(|(query, settings)| {
            let settings = settings.as_table()?;
            Some((query.clone(), query_shape(settings)))
        });
        (name, Connection { queries: queries.collect() })
    });
    Operators { connections: connections.collect(), queues: names("queue"), destinations: names("destination") }
}

fn query_shape(settings: &toml::Table) -> QueryShape {
    let fields = |name: &str| {
        let table = settings.get(name).and_then(toml::Value::as_table).cloned().unwrap_or_default();
        let shape = |shape: &toml::Value| FieldShape::parse(shape.as_str().unwrap()).unwrap();
        table.iter().map(|(field, text)| (field.clone(), shape(text))).collect()
    };
    let access = if settings.contains_key("append") { Access::Writes } else { Access::Reads };
    QueryShape { args: fields("args"), returns: fields("returns"), access }
}

/// A shipped bundle with its warnings.
#[track_caller]
pub fn load(name: &str) -> Loaded {
    match load_dir(&prompts().join(name), &operators()) {
        Ok(loaded) => loaded,
        Err(failure) => panic!("{failure}"),
    }
}

/// A shipped bundle.
#[track_caller]
pub fn bundle(name: &str) -> Arc<Bundle> {
    load(name).bundle
}

#[test]
fn the_shipped_bundles_load_without_a_warning() {
    for name in BUNDLES {
        let warnings: Vec<String> = load(name).warnings.iter().map(ToString::to_string).collect();
        assert!(warnings.is_empty(), "{name}:\n{}", warnings.join("\n"));
    }
}

#[test]
fn every_shipped_sentence_is_in_english_and_mandarin() {
    use crate::words::Language;
    for name in BUNDLES {
        let bundle = bundle(name);
        assert_eq!(bundle.languages(), [Language::EN, Language::ZH], "{name}");
        let prompts = bundle.fixed_prompts();
        let count = |language| prompts.iter().filter(|(spoken, _)| *spoken == language).count();
        assert!(count(Language::EN) > 20 && count(Language::ZH) > 20, "{name}");
        for (language, text) in &prompts {
            let is_chinese = text.chars().any(|one| ('\u{4e00}'..='\u{9fff}').contains(&one));
            assert_eq!(is_chinese, *language == Language::ZH, "{name}: {text}");
            assert!(!text.contains('你') || text.contains("你们"), "{name}: 您, not 你: {text}");
        }
    }
}

/// The tests that stand beside a shipped bundle, played: which of them fail, and what of the bundle they miss.
#[test]
fn the_tests_that_ship_hold_and_go_through_every_step() {
    for name in BUNDLES {
        let (bundle, operators) = (bundle(name), operators());
        let loaded = load_tests(&prompts().join(name), &bundle, &operators).unwrap();
        let mut coverage = Coverage::of(&bundle, &loaded.files);
        for test in &loaded.tests {
            let played = play(&bundle, test, None).unwrap();
            coverage.add(&played.happened);
            let Some(failure) = &played.failure else { continue };
            let dialogue: Vec<String> = played.dialogue.iter().map(|shown| format!("{:?}", shown.text)).collect();
            panic!("{name}, {}: {:?}\n{}", test.name, failure.differences, dialogue.join("\n"));
        }
        for flow in coverage.flows() {
            let missed: Vec<&str> =
                flow.steps.iter().filter(|step| step.times == 0).map(|step| step.what.as_str()).collect();
            assert!(missed.is_empty(), "{name}: no test goes through {missed:?} of {}", flow.flow);
        }
    }
}

#[test]
fn callers_who_do_something_else_come_to_a_good_end() {
    for name in BUNDLES {
        let (bundle, operators) = (bundle(name), operators());
        for test in load_tests(&prompts().join(name), &bundle, &operators).unwrap().tests {
            for mutant in mutants(&test, 1).into_iter().step_by(7) {
                let wrong = survive(&bundle, &test, &mutant).unwrap().wrong;
                assert_eq!(wrong, None, "{name}, {}, line {} {}", test.name, mutant.turn, mutant.mutation.name());
            }
        }
        for seed in 0..40 {
            assert_eq!(converse(&bundle, &operators, seed).wrong, None, "{name}, seed {seed}");
        }
    }
}
