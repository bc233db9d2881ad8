//! What a few words may stand for.

use std::sync::LazyLock;

use smol_str::SmolStr;

use super::super::Language;
use super::super::phrases::Phrases;
use super::super::token::Token;
use super::super::weight::{FILLER_PHRASES, is_function_word};
use super::wanted::Letters;
use super::{english, mandarin, numerals};

/// One way to take the words at some place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    /// How many tokens it takes, at least 1.
    pub span: usize,
    /// Digits and capital letters; empty when the words are skipped.
    pub symbols: SmolStr,
    /// How unlikely this is, 0 and up.
    pub cost: f32,
}

/// A single symbol.
pub(super) fn one(symbol: char) -> SmolStr {
    std::iter::once(symbol).collect()
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
    /// For each token, whether it carries grammar, so that it seldom stands for a symbol: `for`, `要`.
    pub grammar: Vec<bool>,
    /// Tokens before this one introduce the value ("my number is …") and may be skipped almost for free.
    pub introduced_at: usize,
}

impl Lattice {
    pub fn build(tokens: &[Token], language: Language, letters: Letters) -> Self {
        let only_x = letters == Letters::OnlyX;
        let letters = letters != Letters::None;
        let words: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
        let fillers = fillers(&words);
        let mut pieces: Vec<Vec<Piece>> = vec![Vec::new(); tokens.len()];
        for (at, here) in pieces.iter_mut().enumerate() {
            numerals::pieces(&tokens[at..], here);
            if language == Language::ZH || tokens[at].is_han() {
                mandarin::pieces(tokens, at, letters, here);
            }
            if tokens[at].is_latin() || tokens[at].is_number() {
                english::pieces(tokens, at, letters, here);
            }
            if only_x {
                here.retain(|piece| piece.symbols.bytes().all(|symbol| symbol.is_ascii_digit() || symbol == b'X'));
            }
            if fillers[at] == Filler::Phrase {
                // The `are` of "the digits are" is hardly an R.
                here.iter_mut().for_each(|piece| piece.cost += 0.25);
            }
        }
        let skips = (0..tokens.len())
            .map(|at| match fillers[at] {
                Filler::Phrase => Skipped::Filler,
                _ if is_surely_symbol(tokens, at, letters && !only_x) => Skipped::Symbol,
                Filler::Word => Skipped::Filler,
                Filler::Not => Skipped::Word,
            })
            .collect();
        let pauses = tokens.iter().map(|token| token.after_pause).collect();
        let grammar = words.iter().map(|word| is_function_word(word)).collect();
        Self { pieces, skips, pauses, grammar, introduced_at: introduced_at(&words) }
    }
}

fn is_surely_symbol(tokens: &[Token], at: usize, letters: bool) -> bool {
    let token = &tokens[at];
    let text = token.text.as_str();
    let is_number = |token: &Token| {
        token.is_number() || english::is_number_word(&token.text) || mandarin::is_number_character(&token.text)
    };
    if is_number(token) {
        return true;
    }
    if matches!(text, "double" | "triple" | "treble") {
        let next = tokens.get(at + 1);
        return next.is_some_and(|next| is_number(next) || letters && next.text.len() == 1 && next.is_latin());
    }
    if matches!(text, "oh" | "o") {
        // A zero when it runs into other digits, a sigh when a pause follows.
        let next = tokens.get(at + 1).filter(|next| !next.after_pause);
        let before = at.checked_sub(1).map(|before| &tokens[before]);
        let is_digit = |other: &Token| {
            is_number(other) || matches!(other.text.as_str(), "oh" | "o" | "double" | "triple" | "treble")
        };
        return next.is_some_and(is_digit) || before.is_some_and(is_digit);
    }
    if !letters {
        return false;
    }
    let is_explained = tokens.get(at + 1).is_some_and(|next| next.text == "as")
        && tokens.get(at + 2).is_some_and(|next| next.text == "in");
    let is_spelt_letter = text.len() == 1 && token.is_latin();
    match text {
        "i" => is_explained,
        "a" => is_explained || token.capitals,
        _ => is_spelt_letter || english::is_letter_word(text),
    }
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
    "it goes", "starts with", "it starts with", "it begins with", "ends with", "ending in", "letters are",
    "the letters are", "digits are", "the digits are", "numbers are", "first letter is", "the first letter is",
    "second letter is", "the second letter is", "first two letters are", "the first two letters are", "是", "的",
    "字母", "大写", "数字", "号码", "杠", "横杠", "减", "点", "然后是", "还有", "后面是", "前面是", "接着", "再来",
    "就", "我的", "一个", "稍等", "等一下", "等等", "我看一下", "我找一下", "好", "对", "嘛", "呢", "吧", "哈",
    "后四位", "最后四位", "末四位", "前四位", "后三位", "前三位", "后六位", "前六位", "后两位", "前两位", "尾号",
    "尾号是", "第一个字母", "第二个字母", "了", "这",
];

/// Whether a word may be skipped freely.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Filler {
    Not,
    /// One word, which may be a symbol all the same: `oh`.
    Word,
    /// Part of a phrase, and no symbol even where it sounds like one: the `one` of `one moment`.
    Phrase,
}

fn fillers(words: &[&str]) -> Vec<Filler> {
    let mut marks = vec![Filler::Not; words.len()];
    for phrases in [&*FILLER_PHRASES, &*CONNECTIVE_PHRASES] {
        let mut at = 0;
        while at < words.len() {
            let length = phrases.longest(&words[at..]).map_or(0, |(length, ())| length);
            let mark = if length > 1 { Filler::Phrase } else { Filler::Word };
            for place in &mut marks[at..at + length] {
                *place = if *place == Filler::Phrase { *place } else { mark };
            }
            at += length.max(1);
        }
    }
    marks
}

static CONNECTIVE_PHRASES: LazyLock<Phrases<()>> =
    LazyLock::new(|| Phrases::new(CONNECTIVES.iter().map(|phrase| (*phrase, ()))));
static INTRODUCTION_PHRASES: LazyLock<Phrases<()>> =
    LazyLock::new(|| Phrases::new(INTRODUCTIONS.iter().map(|phrase| (*phrase, ()))));

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
        let length = INTRODUCTION_PHRASES.longest(&words[at..]).map_or(0, |(length, ())| length);
        if length > 0 && at + length < words.len() {
            behind = behind.max(at + length);
        }
    }
    behind
}
