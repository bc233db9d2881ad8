//! What was heard, prepared once for many templates and types.

use std::sync::OnceLock;

use super::super::closeness::Sound;
use super::super::token::{Token, tokenise};
use super::super::weight::{ExtraCost, extra_costs, is_negation};

/// An utterance made ready to be compared: prepare it once, and use it for every template, index and type.
#[derive(Debug, Clone)]
pub struct Heard {
    pub(in super::super) tokens: Vec<Token>,
    /// What only templates need, worked out when the first is compared.
    compared: OnceLock<Compared>,
    original: String,
}

/// What templates need to know of the words.
#[derive(Debug, Clone)]
struct Compared {
    extras: Vec<ExtraCost>,
    negated: Vec<bool>,
    /// How each word sounds, worked out for words that no template has.
    sounds: Vec<OnceLock<Sound>>,
}

impl Heard {
    /// Prepares what a recogniser heard.
    pub fn new(text: &str) -> Self {
        Self { tokens: tokenise(text), compared: OnceLock::new(), original: text.to_owned() }
    }

    /// The words in normal form.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.tokens.iter().map(|token| token.text.as_str())
    }

    /// Whether no word was heard.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// As the recogniser wrote it.
    pub(in super::super) fn original(&self) -> &str {
        &self.original
    }

    fn compared(&self) -> &Compared {
        self.compared.get_or_init(|| {
            let words: Vec<&str> = self.words().collect();
            let extras = extra_costs(&words);
            let negated = negations(&words, &self.tokens, &extras);
            Compared { extras, negated, sounds: vec![OnceLock::new(); words.len()] }
        })
    }

    /// For each word, what it costs where a template lacks it.
    pub(in super::super) fn extras(&self) -> &[ExtraCost] {
        &self.compared().extras
    }

    /// For each word, whether a negation stands right before it: "do not want to cancel".
    pub(super) fn negated(&self) -> &[bool] {
        &self.compared().negated
    }

    /// How the word in this column sounds.
    pub(super) fn sound(&self, column: usize) -> &Sound {
        self.compared().sounds[column].get_or_init(|| Sound::of(&self.tokens[column].text))
    }

    pub(super) fn text_between(&self, first: usize, behind: usize) -> String {
        let start = self.tokens[first].start;
        let end = self.tokens[behind - 1].end;
        self.original.chars().skip(start).take(end - start).collect()
    }
}

/// For each word, whether only function words stand between it and a negation before it, without a pause.
fn negations(words: &[&str], tokens: &[Token], extras: &[ExtraCost]) -> Vec<bool> {
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
            Some(since) if extras[at].is_function => Some(since + 1),
            _ => None,
        };
    }
    negated
}
