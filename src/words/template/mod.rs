//! Sentence templates: what a designer writes for "callers may say it like this".
//!
//! `[optional]`, `(this|that)`, `{slot}` and `{list}` nest freely; everything else is words. A template is matched
//! fuzzily against what a recogniser returns, see [`Template::matches`]; many of them at once by a [`TemplateIndex`].

mod alignment;
mod gist;
mod graph;
mod heard;
mod index;
mod list;
mod matching;
mod parse;
mod rank;
mod samples;

use std::sync::{Arc, OnceLock};

pub(super) use alignment::Around;
pub use heard::Heard;
pub use index::TemplateIndex;
pub(super) use list::Hit;
pub use list::{ListSource, Named, WordList};
pub use matching::{ACCEPT, Match};
pub use parse::{MAX_DEPTH, MAX_WORDS, TemplateError, TemplateProblem};
pub use rank::{Candidate, is_clear, rank};

/// A parsed template.
#[derive(Clone, PartialEq)]
pub struct Template {
    source: String,
    root: Node,
    slots: Vec<String>,
    lists: Vec<Arc<WordList>>,
    graph: graph::Graph,
    few: Few,
}

/// A few sentences that a template stands for, worked out once. They follow from the rest of the template, so they
/// make no difference between two.
#[derive(Clone, Default)]
struct Few(OnceLock<Arc<[String]>>);

impl PartialEq for Few {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

/// A part of a template.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    /// One word, in the normal form of [`super::normalise`].
    Word(String),
    /// A slot: index into [`Template::slots`].
    Slot(usize),
    /// A named list: index into [`Template::lists`].
    List(usize),
    /// Parts one after the other.
    Sequence(Vec<Node>),
    /// Exactly one of these; an optional part is a choice between it and nothing.
    Either(Vec<Node>),
}

impl Template {
    /// What was parsed, as it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The names of the slots, each once, in order of first appearance.
    pub fn slots(&self) -> &[String] {
        &self.slots
    }

    /// The named lists, each once, in order of first appearance.
    pub fn lists(&self) -> &[Arc<WordList>] {
        &self.lists
    }
}

impl std::fmt::Debug for Template {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Template").field(&self.source).finish()
    }
}

impl std::fmt::Display for Template {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.source)
    }
}

impl std::str::FromStr for Template {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, TemplateError> {
        Self::parse(text)
    }
}
