//! The schema fits what the loader takes and refuses what it refuses; the pages in `docs/` are current.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::super::super::node::{self, Node, NodeKind};
use super::super::super::source::read_folder;
use super::super::codes;
use super::{DOCUMENTS, SLOT_TYPES, VERBS, reference, schema};

/// A document as the schema sees it: what the reader reads, numbers and truths as JSON has them.
fn json_of(node: &Node) -> Value {
    match &node.kind {
        NodeKind::Empty => Value::Null,
        NodeKind::Scalar { text, quoted: true } => Value::String(text.clone()),
        NodeKind::Scalar { text, quoted: false } => match text.parse::<Value>() {
            Ok(value) if value.is_number() || value.is_boolean() => value,
            _ => Value::String(text.clone()),
        },
        NodeKind::List(items) => Value::Array(items.iter().map(json_of).collect()),
        NodeKind::Map(entries) => {
            Value::Object(entries.iter().map(|(key, value)| (key.text.clone(), json_of(value))).collect::<Map<_, _>>())
        }
    }
}

fn documents(text: &str) -> Vec<Value> {
    match node::parse(0, text) {
        Ok(nodes) => nodes.iter().map(json_of).collect(),
        Err(error) => panic!("{}: {text}", error.what),
    }
}

fn validator() -> jsonschema::Validator {
    match jsonschema::draft7::new(&schema()) {
        Ok(validator) => validator,
        Err(error) => panic!("the schema is none: {error}"),
    }
}

/// Steps, slots and documents in their examples, as documents.
fn example_documents(example: &str) -> Vec<Value> {
    match example.split_once(':') {
        Some((first, _)) if DOCUMENTS.iter().any(|document| document.name == first) => documents(example),
        _ if example.starts_with("- ") => documents(&format!("flow: x\nsteps:\n{example}\n")),
        _ => documents(&format!("flow: x\nsteps: []\nslots:\n  {example}\n")),
    }
}

#[test]
fn every_shipped_flow_and_every_example_is_valid() {
    let validator = validator();
    let mut seen = 0;
    let prompts = Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts");
    for bundle in std::fs::read_dir(prompts).into_iter().flatten().flatten().filter(|entry| entry.path().is_dir()) {
        for file in read_folder(&bundle.path()).into_iter().flatten() {
            for document in documents(&file.text) {
                let faults: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
                assert!(faults.is_empty(), "{}: {faults:#?}", file.path.display());
                seen += 1;
            }
        }
    }
    assert!(seen > 3, "the shipped bundles were not found");
    let verbs = VERBS.iter().map(|verb| verb.example);
    let examples = verbs.chain(SLOT_TYPES.iter().map(|slot| slot.example));
    for example in examples.chain(DOCUMENTS.iter().map(|document| document.example)) {
        for document in example_documents(example) {
            assert!(validator.is_valid(&document), "{example}");
        }
    }
    for code in codes::all() {
        for document in documents(&codes::whole_bundle(code.good)) {
            assert!(validator.is_valid(&document), "{}: {}", code.name, code.good);
        }
    }
}

#[test]
fn wrong_keys_words_and_forms_are_refused() {
    let validator = validator();
    for wrong in [
        "flow: x\nstep: []\n",
        "flow: x\n",
        "flwo: x\nsteps: []\n",
        "flow: x\nsteps:\n- sya: { en: \"Hi.\" }\n",
        "flow: x\nsteps:\n- say: \"Hi.\"\n",
        "flow: x\nsteps:\n- say: { en: \"Hi.\" }\n  barge_in: maybe\n",
        "flow: x\nsteps:\n- say: { en: \"Hi.\" }\n  promt: { en: \"Hi.\" }\n",
        "flow: x\nsteps:\n- say: { en: \"Hi.\" }\n  end: call\n",
        "flow: x\nsteps:\n- goto: a\n  at_most: often\n",
        "flow: x\nsteps: []\nslots: { a: { type: cod } }\n",
        "flow: x\nsteps: []\nslots: { a: { type: code } }\n",
        "flow: x\nsteps: []\nalways: { agent_plese: { goto: a } }\n",
        "flow: x\nsteps: []\nalways: { agent_please: { when: true } }\n",
        "bundle: x\nstart: a\n",
        "test: x\nturn: []\n",
    ] {
        assert!(documents(wrong).iter().any(|document| !validator.is_valid(document)), "{wrong}");
    }
}

/// Compares a page with the file in `docs/`; with `UPDATE_DOCS=1` writes it.
#[track_caller]
fn assert_current(name: &str, page: &str) {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        assert!(std::fs::write(&path, page).is_ok(), "{} cannot be written", path.display());
        return;
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/{name} is not what the tables say: run the tests once with UPDATE_DOCS=1");
}

#[test]
fn the_pages_in_docs_are_current() {
    assert_current("flow-reference.md", &reference());
    assert_current("lint.md", &codes::page());
    let schema = serde_json::to_string_pretty(&schema()).unwrap_or_default();
    assert_current("flow.v1.schema.json", &format!("{schema}\n"));
}

#[test]
fn conditions_of_the_reference_are_understood() {
    use super::super::super::operators::{Connection, FieldShape, Operators, QueryShape};
    let fields = [("status", "text"), ("sent", "date?"), ("due", "date")];
    let returns = fields.map(|(name, shape)| (name.to_owned(), FieldShape::parse(shape).unwrap())).into();
    let query = QueryShape { returns, ..QueryShape::default() };
    let connection = Connection { queries: [("find".to_owned(), query)].into() };
    let operators = Operators { connections: [("shop".to_owned(), connection)].into(), ..Operators::default() };
    for (meant, written) in super::reference::CONDITIONS {
        let text = format!(
            "bundle: t\nstart: main\nlanguages: [en]\n---\nflow: main\nslots: {{ ok: {{ type: yes_no }}, size: {{ type: number }}, until: {{ type: time }}, day: {{ type: date }} }}\nsteps:\n  - ask_all: [ok, size, until, day]\n  - look_up: shop.find\n    save_as: order\n    if_none: []\n    if_error: []\n  - choose:\n      - when: '{written}'\n        steps: []\n      - otherwise: []\n"
        );
        let file = super::super::super::SourceFile { path: "t.yaml".into(), text };
        if let Err(failure) = super::super::load_files(vec![file], &operators) {
            panic!("{meant}: {failure}");
        }
    }
}
