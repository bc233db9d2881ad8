//! YAML as a tree that remembers where everything stood.
//!
//! The loader reads this tree by hand instead of deriving structs, so that it can report every fault of a file and
//! not only the first, and suggest the key that was meant.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

/// A place in the files of a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct Place {
    /// Which of the files.
    pub file: u16,
    /// From 1.
    pub line: u32,
    /// In characters, from 1.
    pub column: u32,
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub at: Place,
    pub kind: NodeKind,
}

/// What a node is. Numbers and truth values are text here: each key knows what it wants.
#[derive(Clone, Debug)]
pub(super) enum NodeKind {
    Empty,
    Scalar { text: String, quoted: bool },
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key of a mapping and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub at: Place,
    pub text: String,
}

impl Node {
    /// What the node is, in words for a fault.
    pub fn describe(&self) -> &'static str {
        match &self.kind {
            NodeKind::Empty => "nothing",
            NodeKind::Scalar { .. } => "a single value",
            NodeKind::List(_) => "a list",
            NodeKind::Map(_) => "a mapping",
        }
    }

    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }
}

/// The tree as the YAML reader builds it: with its own spans, before places are made of them.
struct Parsed(ParsedKind);

enum ParsedKind {
    Empty,
    Scalar(String),
    List(Vec<Spanned<Parsed>>),
    Map(Vec<(Spanned<ParsedKey>, Spanned<Parsed>)>),
}

struct ParsedKey(String);

impl<'de> Deserialize<'de> for Parsed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ParsedVisitor).map(Parsed)
    }
}

struct ParsedVisitor;

impl<'de> Visitor<'de> for ParsedVisitor {
    type Value = ParsedKind;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value, a list or a mapping")
    }

    fn visit_unit<E>(self) -> Result<ParsedKind, E> {
        Ok(ParsedKind::Empty)
    }

    fn visit_none<E>(self) -> Result<ParsedKind, E> {
        Ok(ParsedKind::Empty)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<ParsedKind, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<ParsedKind, E> {
        Ok(ParsedKind::Scalar(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<ParsedKind, E> {
        Ok(ParsedKind::Scalar(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<ParsedKind, E> {
        Ok(ParsedKind::Scalar(value.to_string()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<ParsedKind, E> {
        Ok(ParsedKind::Scalar(value.to_string()))
    }

    fn visit_u128<E>(self, value: u128) -> Result<ParsedKind, E> {
        Ok(ParsedKind::Scalar(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<ParsedKind, E> {
        Ok(ParsedKind::Scalar(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<ParsedKind, E> {
        Ok(ParsedKind::Scalar(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<ParsedKind, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element()? {
            items.push(item);
        }
        Ok(ParsedKind::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ParsedKind, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(ParsedKind::Map(entries))
    }
}

impl<'de> Deserialize<'de> for ParsedKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_any(ParsedVisitor)? {
            ParsedKind::Scalar(text) => Ok(Self(text)),
            ParsedKind::Empty => Ok(Self("null".to_owned())),
            ParsedKind::List(_) | ParsedKind::Map(_) => Err(D::Error::custom(
                "a key must be a single word; put the sentence or template that begins with a bracket in quotes",
            )),
        }
    }
}

/// Why a text is not YAML, or not YAML that a bundle may contain.
pub(super) struct NotYaml {
    pub line: u32,
    pub column: u32,
    pub what: String,
}

/// Limits that a bundle written by people never meets, so that hostile YAML is refused at once.
fn options() -> serde_saphyr::Options {
    let budget = serde_saphyr::budget! {
        max_depth: 40,
        flow_nesting_limit: 40,
        max_events: 400_000,
        max_nodes: 200_000,
        max_documents: 2_000,
        max_anchors: 500,
        max_aliases: 2_000,
        max_recorded_anchor_events: 50_000,
        max_recorded_anchor_bytes: 4 * 1024 * 1024,
        max_total_scalar_bytes: 8 * 1024 * 1024,
        max_merge_keys: 200,
    };
    serde_saphyr::options! {
        budget: budget,
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        with_snippet: false,
        reject_unsupported_tags: true,
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 50_000,
            max_replay_stack_depth: 8,
        },
    }
}

/// Reads every document of a file.
pub(super) fn parse(file: u16, text: &str) -> Result<Vec<Node>, NotYaml> {
    let parsed: Result<Vec<Spanned<Parsed>>, _> = serde_saphyr::from_multiple_with_options(text, options());
    match parsed {
        Ok(documents) => Ok(documents.into_iter().map(|document| place(file, text, document)).collect()),
        Err(error) => {
            let location = error.location();
            let line = location.map_or(1, |location| line_number(location.line()));
            let column = location.map_or(1, |location| line_number(location.column()));
            Err(NotYaml { line: line.max(1), column: column.max(1), what: plain_message(&error) })
        }
    }
}

/// The reader's message without the place it names itself, in our style: lower case, no full stop, one line.
fn plain_message(error: &serde_saphyr::Error) -> String {
    let whole = error.without_snippet().render();
    let first = whole.lines().next().unwrap_or("it cannot be read");
    let message = match first.split_once(": ") {
        Some((place, rest)) if place.contains("line") && place.contains("column") => rest,
        _ => first,
    };
    let message = message.split(" at line ").next().unwrap_or(message);
    let message = message.trim().trim_end_matches('.');
    let mut characters = message.chars();
    match characters.next() {
        Some(initial) => initial.to_lowercase().chain(characters).collect(),
        None => "it cannot be read".to_owned(),
    }
}

fn line_number(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn place_of(file: u16, location: serde_saphyr::Location) -> Place {
    Place { file, line: line_number(location.line()), column: line_number(location.column()) }
}

fn place(file: u16, text: &str, spanned: Spanned<Parsed>) -> Node {
    let at = place_of(file, spanned.referenced);
    let kind = match spanned.value.0 {
        ParsedKind::Empty => NodeKind::Empty,
        ParsedKind::Scalar(value) => {
            let quoted = is_quoted(text, spanned.defined);
            NodeKind::Scalar { text: value, quoted }
        }
        ParsedKind::List(items) => NodeKind::List(items.into_iter().map(|item| place(file, text, item)).collect()),
        ParsedKind::Map(entries) => NodeKind::Map(
            entries
                .into_iter()
                .map(|(key, value)| {
                    let key = Key { at: place_of(file, key.referenced), text: key.value.0 };
                    (key, place(file, text, value))
                })
                .collect(),
        ),
    };
    Node { at, kind }
}

/// Whether a scalar was written in quotes or as a block.
fn is_quoted(text: &str, location: serde_saphyr::Location) -> bool {
    let offset = location.span().byte_offset().and_then(|offset| usize::try_from(offset).ok());
    let first = offset.and_then(|offset| text.get(offset..)).and_then(|rest| rest.chars().next());
    matches!(first, Some('"' | '\'' | '|' | '>'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(node: &Node) -> &[(Key, Node)] {
        match &node.kind {
            NodeKind::Map(entries) => entries,
            other => panic!("not a map: {other:?}"),
        }
    }

    #[test]
    fn remembers_where_keys_and_values_stood() {
        let documents = match parse(3, "flow: a\nsteps:\n  - say: { en: \"Hi 你好\", zh: 好 }\n---\nflow: b\n") {
            Ok(documents) => documents,
            Err(error) => panic!("{}", error.what),
        };
        assert_eq!(documents.len(), 2);
        let (key, steps) = &entries(&documents[0])[1];
        assert_eq!((key.text.as_str(), key.at), ("steps", Place { file: 3, line: 2, column: 1 }));
        let NodeKind::List(list) = &steps.kind else { panic!("a list") };
        let (say, sentence) = &entries(&list[0])[0];
        assert_eq!(say.at, Place { file: 3, line: 3, column: 5 });
        let (en, hello) = &entries(sentence)[0];
        assert_eq!((en.at.line, en.at.column), (3, 12));
        assert!(matches!(&hello.kind, NodeKind::Scalar { text, quoted: true } if text == "Hi 你好"));
        let (_, good) = &entries(sentence)[1];
        assert!(matches!(&good.kind, NodeKind::Scalar { text, quoted: false } if text == "好"));
        assert_eq!(entries(&documents[1])[0].0.at.line, 5);
    }

    #[test]
    fn numbers_and_truths_are_text_and_yes_stays_yes() {
        let documents = parse(0, "a: 1\nb: true\nc: yes\nd: 0755\ne:\nf: 4s\n").unwrap_or_default();
        let texts: Vec<Option<&str>> = entries(&documents[0]).iter().map(|(_, node)| node.text()).collect();
        assert_eq!(texts, [Some("1"), Some("true"), Some("yes"), Some("0755"), None, Some("4s")]);
    }

    #[test]
    fn what_is_not_yaml_says_where() {
        for (text, line, part) in [
            ("flow: a\nflow: b\n", 2, "duplicate"),
            ("flow: [a\n", 1, ""),
            ("flow: a\n  steps: b\n", 2, ""),
            ("a: { [x|y]: z }\n", 1, ""),
            ("a: *nobody\n", 1, ""),
        ] {
            let Err(error) = parse(0, text) else { panic!("{text:?} was read") };
            eprintln!("{text:?} {}:{} {}", error.line, error.column, error.what);
            assert_eq!(error.line, line, "{text:?}: {}", error.what);
            assert!(error.what.contains(part), "{text:?}: {}", error.what);
            assert!(!error.what.contains("line"), "{text:?}: {}", error.what);
        }
    }

    #[test]
    fn hostile_yaml_is_refused_at_once() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let previous = format!("*a{}", level - 1);
            let list = vec![previous; 9].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{list}]\n"));
        }
        let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
        let nested: String = (0..3_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
        let wide = "- x\n".repeat(600_000);
        let documents = "---\na\n".repeat(5_000);
        let begun = std::time::Instant::now();
        for text in [bomb, deep, nested, wide, documents] {
            assert!(parse(0, &text).is_err());
        }
        assert!(begun.elapsed() < std::time::Duration::from_secs(5), "{:?}", begun.elapsed());
    }
}
