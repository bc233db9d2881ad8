//! Many phrases, and which of them stands at a place of an utterance: found by their first word.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::token::{is_han, tokenise};

/// The words of a phrase behind its first, and what it means.
type Rest<T> = (Vec<Box<str>>, T);

/// Phrases with what each means.
pub(super) struct Phrases<T> {
    by_first: HashMap<Box<str>, Vec<Rest<T>>, FixedState>,
}

impl<T> Phrases<T> {
    /// Of phrases in normal form: words with spaces between them, Chinese by character.
    pub fn new(phrases: impl IntoIterator<Item = (&'static str, T)>) -> Self {
        let mut by_first: HashMap<Box<str>, Vec<Rest<T>>, FixedState> = HashMap::default();
        for (phrase, meaning) in phrases {
            let mut words = words_of(phrase).into_iter();
            let Some(first) = words.next() else { continue };
            by_first.entry(first).or_default().push((words.collect(), meaning));
        }
        for phrases in by_first.values_mut() {
            phrases.sort_by_key(|(rest, _)| std::cmp::Reverse(rest.len()));
        }
        Self { by_first }
    }

    /// The longest phrase at the start of `words`: how many of them it takes, and what it means.
    pub fn longest<'s>(&'s self, words: &[&str]) -> Option<(usize, &'s T)> {
        let (first, behind) = words.split_first()?;
        let (rest, meaning) = self.by_first.get(*first)?.iter().find(|(rest, _)| {
            rest.len() <= behind.len() && rest.iter().zip(behind).all(|(wanted, word)| **wanted == **word)
        })?;
        Some((rest.len() + 1, meaning))
    }
}

/// The words of a phrase. Those of a table are in normal form already, apart from what a contraction leaves behind.
fn words_of(phrase: &str) -> Vec<Box<str>> {
    let mut words: Vec<Box<str>> = Vec::new();
    for part in phrase.split(' ') {
        if part.chars().any(is_han) {
            words.extend(tokenise(part).into_iter().map(|token| token.text.as_str().into()));
        } else if !part.is_empty() {
            words.push(part.into());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_phrase_is_found() {
        let phrases = Phrases::new([("you", 1), ("you know", 2), ("不好", 3), ("不好意思", 4), ("转a", 5)]);
        let longest = |words: &[&str]| phrases.longest(words).map(|(length, meaning)| (length, *meaning));
        assert_eq!(longest(&["you", "know", "what"]), Some((2, 2)));
        assert_eq!(longest(&["you", "see"]), Some((1, 1)));
        assert_eq!(longest(&["不", "好", "意", "思"]), Some((4, 4)));
        assert_eq!(longest(&["转", "a"]), Some((2, 5)));
        assert_eq!(longest(&["know"]), None);
    }
}
