//! Reading a mapping key by key, and plain values by what they should be, with every fault collected.

use std::path::PathBuf;
use std::time::Duration;

use super::super::fault::{Fault, Severity};
use super::super::nearest::{nearest, suggestion};
use super::super::node::{Key, Node, NodeKind, Place};

/// More faults than anyone reads at once: the rest is left for the next check.
const MOST_FAULTS: usize = 500;

/// The faults found so far.
pub struct Faults {
    files: Vec<PathBuf>,
    list: Vec<Fault>,
}

impl Faults {
    pub fn new(files: Vec<PathBuf>) -> Self {
        Self { files, list: Vec::new() }
    }

    /// The files that places refer to.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    pub fn error(&mut self, at: Place, code: &'static str, what: impl Into<String>, mend: impl Into<String>) {
        self.add(at, code, Severity::Error, what.into(), mend.into());
    }

    pub fn warning(&mut self, at: Place, code: &'static str, what: impl Into<String>, mend: impl Into<String>) {
        self.add(at, code, Severity::Warning, what.into(), mend.into());
    }

    fn add(&mut self, at: Place, code: &'static str, severity: Severity, what: String, mend: String) {
        debug_assert!(super::codes::find(code).is_some(), "the code {code} is not in the table");
        if self.list.len() >= MOST_FAULTS {
            return;
        }
        let file = self.files.get(usize::from(at.file)).cloned().unwrap_or_default();
        let fault = Fault { file, line: at.line, column: at.column, code, severity, what, mend };
        if !self.list.contains(&fault) {
            self.list.push(fault);
        }
    }

    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|fault| fault.severity == Severity::Error)
    }

    /// All of them, sorted by place.
    pub fn into_list(mut self) -> Vec<Fault> {
        self.list.sort();
        self.list
    }
}

/// A mapping that is read key by key; what nobody took is unknown.
pub struct Fields<'n> {
    pub at: Place,
    what: String,
    entries: Vec<(&'n Key, &'n Node)>,
    taken: Vec<bool>,
    asked: Vec<&'static str>,
}

impl<'n> Fields<'n> {
    /// The fields of a mapping; `what` names it in faults, for example `a slot`.
    pub fn of(node: &'n Node, what: impl Into<String>, faults: &mut Faults) -> Option<Self> {
        let what = what.into();
        match &node.kind {
            NodeKind::Map(entries) => {
                let entries: Vec<(&Key, &Node)> = entries.iter().map(|(key, value)| (key, value)).collect();
                let taken = vec![false; entries.len()];
                Some(Self { at: node.at, what, entries, taken, asked: Vec::new() })
            }
            _ => {
                let mend = "write keys and values, for example `key: value`";
                faults.error(node.at, "wrong-form", format!("{what} is {}, not a mapping", node.describe()), mend);
                None
            }
        }
    }

    /// The value of a key, if it is there.
    pub fn take(&mut self, key: &'static str) -> Option<(&'n Key, &'n Node)> {
        self.asked.push(key);
        let index = self.entries.iter().position(|(known, _)| known.text == key)?;
        self.taken[index] = true;
        Some(self.entries[index])
    }

    /// The value of a key that must be there.
    pub fn need(&mut self, key: &'static str, mend: &str, faults: &mut Faults) -> Option<&'n Node> {
        match self.take(key) {
            Some((_, node)) => Some(node),
            None => {
                faults.error(self.at, "missing-key", format!("{} has no `{key}`", self.what), mend);
                None
            }
        }
    }

    /// The same fields under another name, and the keys that may stand here.
    pub fn renamed(mut self, what: String, known: impl IntoIterator<Item = &'static str>) -> Self {
        self.what = what;
        self.asked.extend(known);
        self
    }

    /// Whether a key is there, taken or not.
    pub fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|(known, _)| known.text == key)
    }

    /// Every value, taken or not.
    pub fn values(&self) -> impl Iterator<Item = &'n Node> {
        self.entries.iter().map(|(_, value)| *value)
    }

    /// The keys, taken or not.
    pub fn keys(&self) -> impl Iterator<Item = &'n Key> {
        self.entries.iter().map(|(key, _)| *key)
    }

    /// Reports the keys that nobody took.
    pub fn finish(self, faults: &mut Faults) {
        let known = self.asked;
        for ((key, _), taken) in self.entries.iter().zip(&self.taken) {
            if !taken {
                let what = format!("{} has no key `{}`", self.what, shorten(&key.text));
                faults.error(key.at, "unknown-key", what, suggestion(&key.text, known.iter().copied()));
            }
        }
    }
}

/// A text of at most forty characters, for faults; what would steer a terminal is not shown as it is.
pub fn shorten(text: &str) -> String {
    const LONGEST: usize = 40;
    let shown = |character: char| if character.is_control() { '\u{fffd}' } else { character };
    let head: String = text.chars().take(LONGEST).map(shown).collect();
    if text.chars().nth(LONGEST).is_none() { head } else { format!("{head}…") }
}

/// The text of a scalar.
pub fn text<'n>(node: &'n Node, wanted: &str, faults: &mut Faults) -> Option<&'n str> {
    let text = node.text();
    if text.is_none() {
        let what = format!("here is {}, where {wanted} is wanted", node.describe());
        faults.error(node.at, "wrong-form", what, format!("write {wanted}"));
    }
    text
}

/// A name: letters, digits, `_` and `-`, beginning with a letter or `_`.
pub fn name<'n>(node: &'n Node, wanted: &str, faults: &mut Faults) -> Option<&'n str> {
    let name = text(node, wanted, faults)?;
    if is_name(name) {
        return Some(name);
    }
    let what = format!("`{}` is no name", shorten(name));
    faults.error(node.at, "bad-name", what, "use letters, digits and `_`, beginning with a letter");
    None
}

/// Whether a text may name a flow, a step, a slot or a variable.
pub fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    let begins = characters.next().is_some_and(|first| first.is_alphabetic() || first == '_');
    begins && text.len() <= 60 && characters.all(|character| character.is_alphanumeric() || "_-".contains(character))
}

/// One of a few words. Yes and no are understood where a word plainly stands for them, with a warning.
pub fn one_of<T: Copy>(node: &Node, key: &str, words: &[(&'static str, T)], faults: &mut Faults) -> Option<T> {
    let given = text(node, "one of its words", faults)?;
    if let Some((_, value)) = words.iter().find(|(word, _)| *word == given) {
        return Some(*value);
    }
    if let Some((word, value)) = words.iter().find(|(word, _)| is_said_by(word, given)) {
        let what = format!("`{key}: {given}` is not a word of its own");
        faults.warning(node.at, "yes-no-word", what, format!("write `{key}: {word}`"));
        return Some(*value);
    }
    let listed: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
    let mend = match nearest(given, words.iter().map(|(word, _)| *word)) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("write {}", listed.join(" or ")),
    };
    faults.error(node.at, "unknown-word", format!("`{key}` cannot be `{}`", shorten(given)), mend);
    None
}

/// Whether a yes or a no plainly stands for a word.
fn is_said_by(word: &str, given: &str) -> bool {
    match given {
        "yes" | "true" | "on" => matches!(word, "always" | "allowed" | "keep" | "together"),
        "no" | "false" | "off" => matches!(word, "never" | "blocked" | "lose" | "each" | "if_unset"),
        _ => false,
    }
}

/// A span of time such as `300ms`, `4s`, `10m` or `1h`, from 100 ms to 24 h.
pub fn duration(node: &Node, faults: &mut Faults) -> Option<Duration> {
    let given = text(node, "a time such as `4s`", faults)?;
    let parsed = parse_duration(given);
    if parsed.is_none() {
        let what = format!("`{}` is no time between 100ms and 24h", shorten(given));
        faults.error(node.at, "bad-time", what, "write a number and a unit: `300ms`, `4s`, `10m`, `1h`");
    }
    parsed
}

fn parse_duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text.find(|character: char| !character.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok()?;
    let milliseconds = match unit.trim() {
        "ms" => 1,
        "s" => 1_000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    let total = number.checked_mul(milliseconds)?;
    (100..=24 * 3_600_000).contains(&total).then(|| Duration::from_millis(total))
}

/// A whole number between two bounds.
pub fn count(node: &Node, least: u32, most: u32, faults: &mut Faults) -> Option<u32> {
    let given = text(node, "a number", faults)?;
    match given.parse::<u32>() {
        Ok(number) if (least..=most).contains(&number) => Some(number),
        _ => {
            let what = format!("`{}` is no whole number from {least} to {most}", shorten(given));
            faults.error(node.at, "bad-number", what, format!("write a number from {least} to {most}"));
            None
        }
    }
}

/// Any number.
pub fn number(node: &Node, faults: &mut Faults) -> Option<f64> {
    let given = text(node, "a number", faults)?;
    let number = given.parse::<f64>().ok().filter(|number| number.is_finite());
    if number.is_none() {
        let what = format!("`{}` is no number", shorten(given));
        faults.error(node.at, "bad-number", what, "write a number such as 5 or 2.5");
    }
    number
}

/// A day such as `2026-01-05`.
pub fn day(node: &Node, faults: &mut Faults) -> Option<jiff::civil::Date> {
    let given = text(node, "a day such as `2026-01-05`", faults)?;
    let day = given.parse::<jiff::civil::Date>().ok().filter(|day| day.to_string() == given);
    if day.is_none() {
        let what = format!("`{}` is no day", shorten(given));
        faults.error(node.at, "bad-day", what, "write year, month and day: `2026-01-05`");
    }
    day
}

/// A list; a single value counts as a list of one where `single` allows it.
pub fn items<'n>(node: &'n Node, wanted: &str, single: bool, faults: &mut Faults) -> &'n [Node] {
    match &node.kind {
        NodeKind::List(items) => items,
        NodeKind::Scalar { .. } if single => std::slice::from_ref(node),
        _ => {
            let what = format!("here is {}, where {wanted} is wanted", node.describe());
            faults.error(node.at, "wrong-form", what, "write a list: `[a, b]`, or lines that begin with `- `");
            &[]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_their_unit() {
        assert_eq!(parse_duration("300ms"), Some(Duration::from_millis(300)));
        assert_eq!(parse_duration("4s"), Some(Duration::from_secs(4)));
        assert_eq!(parse_duration("10m"), Some(Duration::from_secs(600)));
        assert_eq!(parse_duration("24h"), Some(Duration::from_secs(86_400)));
        for wrong in ["4", "s", "0s", "25h", "4 days", "-1s", "99999999999999999999h", ""] {
            assert_eq!(parse_duration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn names_are_plain_words() {
        assert!(is_name("order_no") && is_name("订单") && is_name("_x-1"));
        assert!(!is_name("1st") && !is_name("a b") && !is_name("") && !is_name("flow:x"));
    }
}
