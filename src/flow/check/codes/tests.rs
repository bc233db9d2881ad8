//! Every code is found by its bad example and not by its good one; no fault has a code that is not in the table.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::super::super::fault::{Fault, Severity};
use super::super::super::operators::{Access, Connection, FieldShape, Operators, QueryShape};
use super::super::super::source::SourceFile;
use super::super::{load_dir, load_files};
use super::{Example, all, whole_bundle};

/// The `warmline.toml` that the page speaks of.
pub fn example_operators() -> Operators {
    let fields = |fields: &[(&str, &str)]| -> BTreeMap<String, FieldShape> {
        fields.iter().map(|(name, shape)| ((*name).to_owned(), FieldShape::parse(shape).unwrap())).collect()
    };
    let find_order = QueryShape {
        args: fields(&[("number", "text")]),
        returns: fields(&[("status", "text"), ("item", "text"), ("due", "date?")]),
        ..QueryShape::default()
    };
    let cancel_order =
        QueryShape { args: fields(&[("number", "text")]), access: Access::Writes, ..QueryShape::default() };
    let queries = [("find_order", find_order), ("cancel_order", cancel_order)];
    let queries = queries.into_iter().map(|(name, shape)| (name.to_owned(), shape)).collect();
    Operators {
        connections: BTreeMap::from([("shop".to_owned(), Connection { queries })]),
        queues: BTreeSet::from(["service".to_owned()]),
        destinations: BTreeSet::from(["warehouse".to_owned()]),
    }
}

fn faults_of(text: &str) -> Vec<Fault> {
    let file = SourceFile { path: PathBuf::from("example.yaml"), text: text.to_owned() };
    match load_files(vec![file], &example_operators()) {
        Ok(loaded) => loaded.warnings,
        Err(failure) => failure.faults,
    }
}

#[test]
fn bad_examples_have_their_fault_and_good_ones_none() {
    for code in all() {
        let good = faults_of(&whole_bundle(code.good));
        assert!(good.is_empty(), "{}: the good example has {good:#?}", code.name);
        let Example::Text(bad) = code.bad else { continue };
        let found = faults_of(&whole_bundle(bad));
        let own = found.iter().find(|fault| fault.code == code.name);
        assert!(
            own.is_some_and(|fault| fault.severity == code.severity),
            "{}: the bad example has {found:#?}",
            code.name
        );
        let others: BTreeSet<&str> =
            found.iter().filter(|fault| fault.severity == Severity::Error).map(|fault| fault.code).collect();
        assert!(others.len() <= 1, "{}: the bad example has other errors: {found:#?}", code.name);
    }
}

#[test]
fn codes_that_cannot_be_shown_in_text_are_found_too() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.yaml"), [b'a', 0xff]).unwrap();
    let found = load_dir(folder.path(), &example_operators()).unwrap_err().faults;
    assert_eq!(found[0].code, "unreadable-file");

    let mut many = "- say: { en: \"Hello.\" }\n".repeat(5_001);
    assert!(faults_of(&whole_bundle(&many)).iter().any(|fault| fault.code == "too-large"));
    many.clear();

    let mut deep = "say: { en: \"Hello.\" }".to_owned();
    for _ in 0..13 {
        deep = format!("goto: a, at_most: 1, then: [ {{ {deep} }} ]");
    }
    let deep = format!("- id: a\n  say: {{ en: \"Hello.\" }}\n- {{ {deep} }}\n");
    let found = faults_of(&whole_bundle(&deep));
    assert!(found.iter().any(|fault| fault.code == "too-deep"), "{found:#?}");
}

/// Every literal that is written like a code where faults are made.
#[test]
fn no_code_is_written_that_is_not_in_the_table() {
    let room = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/flow");
    let mut files: Vec<PathBuf> = ["kind.rs", "sentence.rs", "source.rs"].iter().map(|name| room.join(name)).collect();
    files.extend(std::fs::read_dir(room.join("expression")).unwrap().flatten().map(|entry| entry.path()));
    files.extend(std::fs::read_dir(room.join("check")).unwrap().flatten().map(|entry| entry.path()));
    let mut written: BTreeSet<String> = BTreeSet::new();
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "rs")) {
        let text = std::fs::read_to_string(file).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        if file.ends_with("tests.rs") {
            continue;
        }
        let code = code.replace("\\\"", "");
        for literal in code.split('"').skip(1).step_by(2) {
            let parts: Vec<&str> = literal.split('-').collect();
            let is_code = parts.len() > 1
                && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase()));
            if is_code {
                written.insert(literal.to_owned());
            }
        }
    }
    let known: BTreeSet<String> = all().iter().map(|code| code.name.to_owned()).collect();
    // Reported by the commands `check` and `serve` and by the reader of tests.
    let elsewhere = ["connection", "not-performed", "bad-keys", "bad-stub", "stub-shape", "open-test"];
    let elsewhere: BTreeSet<String> = elsewhere.into_iter().map(str::to_owned).collect();
    let strangers: Vec<&String> = written.difference(&known).collect();
    assert!(strangers.is_empty(), "not in the table: {strangers:?}");
    let unused: Vec<&String> = known.difference(&written).filter(|name| !elsewhere.contains(*name)).collect();
    assert!(unused.is_empty(), "in the table but never reported: {unused:?}");
}

#[test]
fn codes_are_named_once_and_explained() {
    let codes = all();
    let names: BTreeSet<&str> = codes.iter().map(|code| code.name).collect();
    assert_eq!(names.len(), codes.len());
    for code in codes {
        for text in [code.means, code.why] {
            assert!(!text.is_empty() && !text.ends_with('.'), "{}: {text}", code.name);
        }
    }
}
