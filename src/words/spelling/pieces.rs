//! What a few words may stand for.

use super::super::Language;
use super::super::token::Token;
use super::super::weight::phrase_length;
use super::{english, mandarin, numerals};

/// One way to take the words at some place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    /// How many tokens it takes, at least 1.
    pub span: usize,
    /// Digits and capital letters; empty when the words are skipped.
    pub symbols: String,
    /// How unlikely this is, 0 and up.
    pub cost: f32,
}

/// How a token behaves when it is skipped.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Skipped {
    /// A filler: costs nothing anywhere.
    Filler,
    /// An ordinary word.
    Word,
    /// Surely a symbol: skipping it loses part of the value.
    Symbol,
}

/// The words of an utterance and what each may stand for.
pub(super) struct Lattice {
    /// For each token, the pieces that begin there.
    pub pieces: Vec<Vec<Piece>>,
    /// For each token, how it is skipped.
    pub skips: Vec<Skipped>,
    /// For each token, whether a pause stood before it.
    pub pauses: Vec<bool>,
    /// Tokens before this one introduce the value ("my number is …") and may be skipped almost for free.
    pub introduced_at: usize,
}

impl Lattice {
    pub fn build(tokens: &[Token], language: Language, letters: bool) -> Self {
        let words: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
        let mut fillers = super::super::weight::filler_marks(&words);
        mark_connectives(&words, &mut fillers);
        let mut pieces: Vec<Vec<Piece>> = vec![Vec::new(); tokens.len()];
        for at in 0..tokens.len() {
            let here = &mut pieces[at];
            numerals::pieces(&tokens[at..], here);
            if language == Language::ZH || tokens[at].is_han() {
                mandarin::pieces(&tokens[at..], letters, here);
            }
            if tokens[at].is_latin() || tokens[at].is_number() {
                english::pieces(&tokens[at..], letters, here);
            }
        }
        let skips = (0..tokens.len())
            .map(|at| {
                if is_surely_symbol(&tokens[at], letters) {
                    Skipped::Symbol
                } else if fillers[at] {
                    Skipped::Filler
                } else {
                    Skipped::Word
                }
            })
            .collect();
        let pauses = tokens.iter().map(|token| token.after_pause).collect();
        Self { pieces, skips, pauses, introduced_at: introduced_at(&words) }
    }
}

fn is_surely_symbol(token: &Token, letters: bool) -> bool {
    if token.is_number() {
        return true;
    }
    let is_spelt_letter =
        letters && token.text.len() == 1 && token.is_latin() && !matches!(token.text.as_str(), "a" | "i" | "o");
    is_spelt_letter || english::is_number_word(&token.text) || mandarin::is_number_character(&token.text)
}

/// Words that stand between symbols and mean nothing there.
#[rustfmt::skip]
const CONNECTIVES: &[&str] = &[
    "and", "then", "and then", "dash", "hyphen", "minus", "slash", "dot", "point", "period", "space", "comma",
    "capital", "capital letter", "uppercase", "upper case", "big", "letter", "the letter", "letters", "the letters",
    "number", "the number", "digit", "digits", "the digits", "numbers", "the numbers", "followed by", "it is",
    "that is", "this is", "is", "yes", "yeah", "yep", "sure", "of course", "the", "so it is", "i have",
    "i have got", "i have here", "got it", "here it is", "here we go", "one second", "one moment", "just a second",
    "just a moment", "hold on", "wait a second", "one sec", "give me a second", "give me one second",
    "give me a moment", "two seconds", "just a sec", "okay so", "again", "the first one", "it says", "it reads",
    "it goes", "starts with", "it starts with", "it begins with", "ends with", "ending in", "是", "的", "字母",
    "大写", "数字", "号码", "杠", "横杠", "减", "点", "然后是", "还有", "后面是", "前面是", "接着", "再来", "就",
    "我的", "一个", "稍等", "等一下", "等等", "我看一下", "我找一下", "好", "对", "嘛", "呢", "吧", "哈", "了",
    "这",
];

fn mark_connectives(words: &[&str], fillers: &mut [bool]) {
    let mut at = 0;
    while at < words.len() {
        let length = CONNECTIVES.iter().filter_map(|phrase| phrase_length(phrase, &words[at..])).max().unwrap_or(0);
        fillers[at..at + length].fill(true);
        at += length.max(1);
    }
}

/// What comes just before a value.
#[rustfmt::skip]
const INTRODUCTIONS: &[&str] = &[
    "number is", "numbers are", "code is", "order is", "reference is", "id is", "pin is", "number was", "number",
    "code", "number would be", "account is", "reference", "number it is", "number that is", "digits are",
    "number here is", "order number", "it is", "号码是", "号是", "单号是", "单号", "号码", "密码是", "编号是",
    "编号", "代码是", "就是", "码是", "number again is", "number should be", "code was",
];

/// Behind the last introduction that has something to introduce.
fn introduced_at(words: &[&str]) -> usize {
    let mut behind = 0;
    for at in 0..words.len() {
        let length = INTRODUCTIONS.iter().filter_map(|phrase| phrase_length(phrase, &words[at..])).max().unwrap_or(0);
        if length > 0 && at + length < words.len() {
            behind = behind.max(at + length);
        }
    }
    behind
}
