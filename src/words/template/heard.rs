//! What was heard, prepared once for many templates.

use super::super::closeness::Sound;
use super::super::token::{Token, tokenise};
use super::super::weight::{ExtraCost, extra_costs, is_function_word, is_negation};

/// An utterance made ready to be compared: prepare it once, and use it for every template and index.
#[derive(Debug, Clone)]
pub struct Heard {
    pub(super) tokens: Vec<Token>,
    pub(super) sounds: Vec<Sound>,
    pub(super) extras: Vec<ExtraCost>,
    /// For each word, whether a negation stands right before it: "do not want to cancel".
    pub(super) negated: Vec<bool>,
    original: String,
}

impl Heard {
    /// Prepares what a recogniser heard.
    pub fn new(text: &str) -> Self {
        let tokens = tokenise(text);
        let words: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
        let extras = extra_costs(&words);
        let negated = negations(&words, &tokens);
        let sounds = words.iter().map(|word| Sound::of(word)).collect();
        Self { tokens, sounds, extras, negated, original: text.to_owned() }
    }

    /// The words in normal form.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.tokens.iter().map(|token| token.text.as_str())
    }

    /// Whether no word was heard.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    pub(super) fn text_between(&self, first: usize, behind: usize) -> String {
        let start = self.tokens[first].start;
        let end = self.tokens[behind - 1].end;
        self.original.chars().skip(start).take(end - start).collect()
    }
}

/// For each word, whether only function words stand between it and a negation before it, without a pause.
fn negations(words: &[&str], tokens: &[Token]) -> Vec<bool> {
    let mut negated = vec![false; words.len()];
    // How many words ago the negation was said, while it still reaches.
    let mut since: Option<usize> = None;
    for at in 0..words.len() {
        if tokens[at].after_pause {
            since = None;
        }
        negated[at] = since.is_some_and(|since| since < 5);
        since = match since {
            _ if is_negation(words[at]) => Some(0),
            Some(since) if is_function_word(words[at]) => Some(since + 1),
            _ => None,
        };
    }
    negated
}
