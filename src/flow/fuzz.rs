//! What the fuzz targets in `fuzz/` call, each with any text at all: nothing may panic, and what is taken must hold.
//!
//! `RUSTC_BOOTSTRAP=1 cargo fuzz run --sanitizer none loader` and so on, on the stable toolchain; the tests below do the
//! same for mutated files of the
//! shipped bundles, in seconds.

use std::path::PathBuf;

use crate::words::{Heard, IdKind, Language, Shape, SlotType, Template, TemplateIndex, read, read_keys};

use super::operators::Operators;
use super::source::SourceFile;
use super::{load_files, operators};

/// A text as the only file of a bundle.
pub fn loader(text: &str) {
    let file = SourceFile { path: PathBuf::from("fuzz.yaml"), text: text.to_owned() };
    match load_files(vec![file], &shop()) {
        Ok(loaded) => {
            for fault in &loaded.warnings {
                let _ = fault.to_string();
            }
            let _ = loaded.bundle.fixed_prompts();
        }
        Err(failure) => assert!(!failure.faults.is_empty(), "a bundle was refused for no reason"),
    }
}

/// A template, and behind the first line end what was heard.
pub fn templates(text: &str) {
    let (template, heard) = text.split_once('\n').unwrap_or((text, "where is my order"));
    let Ok(template) = Template::parse(template) else { return };
    for sample in template.samples(4) {
        let _ = template.matches(&sample, Language::EN);
    }
    let score = template.matches(heard, Language::EN).map_or(0.0, |found| found.score);
    assert!((0.0..=1.0).contains(&score), "a score of {score}");
    let index = TemplateIndex::new([(0_usize, template)]);
    let _ = index.rank(&Heard::new(heard));
}

/// An expression, as a flow computes it.
pub fn expressions(text: &str) {
    // In single quotes YAML takes any text as it is, but for the quote and what no file may hold.
    let quoted: String = text.chars().filter(|character| !character.is_control()).collect();
    let quoted = quoted.replace('\'', "''");
    loader(&format!(
        "bundle: fuzz\nstart: main\nlanguages: [en]\nhandover: main\n---\nflow: main\nsteps:\n  - set: {{ x: '{quoted}' }}\n"
    ));
}

/// What was heard, for every type of slot.
pub fn spoken_values(text: &str) {
    let now = jiff::civil::date(2026, 1, 5).at(10, 30, 0, 0);
    let shape = Shape::parse("LL99999999").ok();
    let mut types = vec![
        SlotType::YesNo,
        SlotType::Digits { min: 1, max: 32 },
        SlotType::Number { min: None, max: None, whole: false },
        SlotType::Money { currency: None },
        SlotType::Date,
        SlotType::Time,
        SlotType::Duration,
        SlotType::Phone { country: Some("GB".to_owned()) },
        SlotType::IdNumber { kind: IdKind::ChinaResident },
        SlotType::Name,
        SlotType::Address,
        SlotType::Email,
        SlotType::Card,
        SlotType::FreeText,
    ];
    types.extend(shape.map(|shape| SlotType::Code { shape }));
    for slot in &types {
        for language in [Language::EN, Language::ZH] {
            for reading in read(slot, text, language, now) {
                let holds = !reading.valid || slot.check(&reading.value).is_ok();
                assert!(holds, "a value of the type {} is called valid and fails its check", slot.name());
            }
            let keys: String =
                text.chars().filter(|key| key.is_ascii_digit() || "*#".contains(*key)).take(40).collect();
            let _ = read_keys(slot, &keys, true, language, now);
        }
    }
}

/// The operator's side that the targets know.
fn shop() -> Operators {
    let fields = |fields: &[(&str, &str)]| {
        let known =
            fields.iter().filter_map(|(name, shape)| Some(((*name).to_owned(), operators::FieldShape::parse(shape)?)));
        known.collect()
    };
    let find_order = operators::QueryShape {
        args: fields(&[("number", "text")]),
        returns: fields(&[("status", "text"), ("item", "text"), ("sent", "date?"), ("due", "date?")]),
        ..operators::QueryShape::default()
    };
    let shop = operators::Connection { queries: [("find_order".to_owned(), find_order)].into_iter().collect() };
    Operators {
        connections: [("shop".to_owned(), shop)].into_iter().collect(),
        queues: ["service".to_owned()].into_iter().collect(),
        ..Operators::default()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::super::source::read_folder;
    use super::*;

    /// The files of the shipped bundles.
    fn shipped() -> Vec<String> {
        let prompts = Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts");
        let folders = std::fs::read_dir(prompts).into_iter().flatten().flatten().map(|entry| entry.path());
        let files = folders.filter(|path| path.is_dir()).flat_map(|folder| read_folder(&folder).unwrap_or_default());
        let mut texts: Vec<String> = files.map(|file| file.text).filter(|text| text.len() < 12_000).collect();
        texts.sort();
        texts
    }

    /// What a slip of the hand, or somebody hostile, puts into a file.
    const BITS: [&str; 24] = [
        "[",
        "]",
        "{",
        "}",
        "\"",
        "'",
        ": ",
        "- ",
        "\n",
        "\t",
        "#",
        "&a ",
        "*a",
        "|",
        ">",
        "\0",
        "{{",
        "}}",
        "(",
        "---\n",
        "goto: ",
        "steps:",
        "999999999999",
        "不",
    ];

    fn is_boundary(text: &str, at: usize) -> usize {
        (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn mutated_files_of_the_shipped_bundles_are_loaded_or_refused(
            file in 0_usize..1_000,
            edits in proptest::collection::vec((0.0_f64..1.0, 0_usize..24, 0_usize..12), 1..4),
        ) {
            let files = shipped();
            let mut text = files[file % files.len()].clone();
            for (place, bit, cut) in edits {
                let start = is_boundary(&text, (place * text.len() as f64) as usize);
                let end = is_boundary(&text, start + cut).max(start);
                text.replace_range(start..end, BITS[bit]);
            }
            loader(&text);
        }

        #[test]
        fn any_template_expression_and_utterance_is_taken_or_refused(text in "\\PC{0,60}", more in "[a-z0-9 |(){}\\[\\]\"'.<>=+*&!?:-]{0,60}") {
            for text in [&text, &more] {
                templates(text);
                templates(&format!("{text}\n{more}"));
                expressions(text);
                spoken_values(text);
            }
        }
    }
}
