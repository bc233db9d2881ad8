//! Patterns and what is said for them.

use regex::{Captures, Regex};

/// A number with or without thousands and a fraction.
pub(super) const NUMBER: &str = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?";

/// One kind of writing.
pub(super) struct Rule {
    pattern: Regex,
    say: fn(&Captures<'_>) -> Option<String>,
}

impl Rule {
    /// What matches `pattern`, and stands apart from Latin letters and figures around it, is said as `say` says; if
    /// that is `None`, it stays as it is written.
    pub(super) fn new(pattern: &str, say: fn(&Captures<'_>) -> Option<String>) -> Option<Self> {
        let pattern = Regex::new(pattern);
        debug_assert!(pattern.is_ok(), "{pattern:?}");
        Some(Self { pattern: pattern.ok()?, say })
    }
}

/// `text` after all `rules`, in order.
pub(super) fn apply(rules: &[Rule], text: &str) -> String {
    rules.iter().fold(text.to_owned(), |text, rule| apply_one(rule, &text))
}

fn apply_one(rule: &Rule, text: &str) -> String {
    let mut said = String::with_capacity(text.len());
    let mut done = 0;
    let mut from = 0;
    while let Some(found) = rule.pattern.captures_at(text, from) {
        let Some(whole) = found.get(0).filter(|whole| !whole.is_empty()) else { break };
        let replacement = stands_apart(text, whole.start(), whole.end()).then(|| (rule.say)(&found)).flatten();
        match replacement {
            Some(words) => {
                said.push_str(&text[done..whole.start()]);
                said.push_str(&words);
                done = whole.end();
                from = whole.end();
            }
            None => from = whole.start() + text[whole.start()..].chars().next().map_or(1, char::len_utf8),
        }
    }
    said.push_str(&text[done..]);
    said
}

/// Whether no letter or figure goes on before or behind.
fn stands_apart(text: &str, start: usize, end: usize) -> bool {
    let goes_on = |character: char| character.is_ascii_alphanumeric();
    let first_goes_on = text[start..].starts_with(goes_on);
    let last_goes_on = text[..end].ends_with(goes_on);
    let before = &text[..start];
    let behind = &text[end..];
    let into_number = |characters: &mut dyn Iterator<Item = char>| {
        let (mark, next) = (characters.next(), characters.next());
        mark.is_some_and(|mark| matches!(mark, '.' | ',')) && next.is_some_and(|next| next.is_ascii_digit())
    };
    let is_number = |character: Option<char>| character.is_some_and(|character| character.is_ascii_digit());
    let torn_before = first_goes_on && before.ends_with(goes_on)
        || is_number(text[start..].chars().next()) && into_number(&mut before.chars().rev());
    let torn_behind = last_goes_on && behind.starts_with(goes_on)
        || is_number(text[..end].chars().next_back()) && into_number(&mut behind.chars());
    !torn_before && !torn_behind
}
