//! The table of codes: every kind of fault that a check can find, what it means, why it matters, and an example of each.
//!
//! `docs/lint.md` is made of it, and the tests run the examples: the bad one has the fault, the good one has none. A
//! fault whose code is not in the table cannot be reported without a test failing.

mod documents;
mod page;
mod people;
mod rehearsing;
mod steps;
#[cfg(test)]
mod tests;
mod values;
mod words;

pub use page::page;

use super::super::fault::Severity;

/// One kind of fault.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    pub name: &'static str,
    /// An error keeps the bundle from running. What is a warning may be an error where more is at stake.
    pub severity: Severity,
    /// What is wrong.
    pub means: &'static str,
    /// What it would do to a caller, a designer or an operator.
    pub why: &'static str,
    pub bad: Example,
    /// How it is right.
    pub good: &'static str,
}

/// How a fault is shown.
#[derive(Clone, Copy, Debug)]
pub enum Example {
    /// Text: a whole bundle, documents of one, the lines of a flow, or steps.
    Text(&'static str),
    /// Something that cannot be shown in text, in words; a test of its own makes it.
    Told(&'static str),
}

const TABLES: [&[Code]; 6] =
    [documents::CODES, steps::CODES, values::CODES, words::CODES, people::CODES, rehearsing::CODES];

/// Everything in the table, by name.
pub fn all() -> Vec<&'static Code> {
    let mut codes: Vec<&'static Code> = TABLES.into_iter().flatten().collect();
    codes.sort_by_key(|code| code.name);
    codes
}

/// The code of that name.
pub fn find(name: &str) -> Option<&'static Code> {
    TABLES.into_iter().flatten().find(|code| code.name == name)
}

const fn error(
    name: &'static str,
    means: &'static str,
    why: &'static str,
    bad: &'static str,
    good: &'static str,
) -> Code {
    Code { name, severity: Severity::Error, means, why, bad: Example::Text(bad), good }
}

const fn warning(
    name: &'static str,
    means: &'static str,
    why: &'static str,
    bad: &'static str,
    good: &'static str,
) -> Code {
    Code { name, severity: Severity::Warning, means, why, bad: Example::Text(bad), good }
}

/// A code whose bad example cannot be shown in text; `good` is text all the same.
const fn told(name: &'static str, means: &'static str, why: &'static str, bad: &'static str) -> Code {
    let good = "- say: { en: \"Hello, 你好.\" }\n";
    Code { name, severity: Severity::Error, means, why, bad: Example::Told(bad), good }
}

/// An example as the whole bundle it stands for: steps become the flow `main`, a flow's lines too, documents get a
/// `bundle:`.
#[cfg(test)]
pub fn whole_bundle(example: &str) -> String {
    const HEAD: &str = "bundle: example\nstart: main\nlanguages: [en]\nhandover: desk\n---\nflow: desk\nsteps:\n- queue: service\n---\n";
    let first = example.lines().find(|line| !line.starts_with('#')).unwrap_or_default();
    if first.starts_with("bundle:") || example.starts_with('#') {
        return example.to_owned();
    }
    if first.starts_with("- ") {
        return format!("{HEAD}flow: main\nsteps:\n{example}");
    }
    let begins_document = ["flow:", "flwo:", "list:", "answers:"].iter().any(|kind| first.starts_with(kind));
    if !begins_document {
        return format!("{HEAD}flow: main\n{example}");
    }
    if example.contains("flow: main\n") {
        return format!("{HEAD}{example}");
    }
    format!("{HEAD}flow: main\nsteps:\n- say: {{ en: \"Hello.\" }}\n---\n{example}")
}
