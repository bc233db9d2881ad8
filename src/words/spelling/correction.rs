//! Spelt values with second thoughts: "1234, no, 1235", "one two three four, sorry, five".

use super::super::Language;
use super::super::token::{Token, tokenise};
use super::super::weight::phrase_length;
use super::pieces::Lattice;
use super::search::{Spelt, search};
use super::wanted::Wanted;

/// Phrases that take back what was said before.
#[rustfmt::skip]
const TAKE_BACK: &[&str] = &[
    "no", "no no", "no wait", "no sorry", "sorry", "sorry no", "i am sorry", "oh sorry", "oops", "scratch that",
    "correction", "i mean", "i meant", "rather", "wait", "wait no", "actually", "actually no", "let me start again",
    "let me start over", "start again", "let me try again", "let me repeat", "no it is", "my mistake", "not",
    "that is wrong", "no that is wrong", "no that is not right", "my bad", "make that", "不对", "不是", "错了",
    "说错了", "我说错了", "不不", "不不不", "哦不", "应该是", "不对应该是", "不是应该是", "更正", "重新说", "重来",
    "等等不对", "啊不对", "不好意思", "抱歉", "我重说", "再说一遍",
];

/// What `heard` spells, cheapest first.
pub(crate) fn read_spelt(heard: &str, wanted: &Wanted, language: Language) -> Vec<Spelling> {
    let tokens = tokenise(heard);
    let letters = matches!(wanted, Wanted::Places(_));
    let mut found: Vec<Spelling> = Vec::new();
    let mut add = |spelt: Vec<Spelt>, extra: f32| {
        for spelt in spelt {
            let complete = wanted.is_complete(spelt.symbols.len());
            let cost = spelt.cost + extra;
            match found.iter_mut().find(|known| known.symbols == spelt.symbols) {
                Some(known) => known.cost = known.cost.min(cost),
                None => found.push(Spelling { symbols: spelt.symbols, cost, complete }),
            }
        }
    };
    let read = |tokens: &[Token]| search(&Lattice::build(tokens, language, letters), wanted);
    match last_take_back(&tokens) {
        None => add(read(&tokens), 0.0),
        Some((start, behind)) => {
            let before = read(&tokens[..start]);
            let after = read(&tokens[behind..]);
            for tail in after.iter().take(4) {
                for head in before.iter().take(4) {
                    add(replaced_tail(head, tail, wanted), 0.2);
                }
            }
            // Nothing was spelt before: the phrase took nothing back ("no, it's 1234").
            let took_back = if before.is_empty() { 0.0 } else { 0.05 };
            let nothing_after = if after.is_empty() { 0.25 } else { 0.6 };
            add(after, took_back);
            add(before, nothing_after);
            add(read(&tokens), 0.3);
        }
    }
    found.sort_by(|left, right| right.complete.cmp(&left.complete).then(left.cost.total_cmp(&right.cost)));
    found
}

/// A spelt value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spelling {
    /// Digits and capital letters.
    pub symbols: String,
    /// How unlikely, 0 and up.
    pub cost: f32,
    /// It has as many symbols as wanted.
    pub complete: bool,
}

/// "one two three four, no, five": the last symbols of `head` are replaced by a shorter `tail`. Sure only of
/// the length, so it should be read back.
fn replaced_tail(head: &Spelt, tail: &Spelt, wanted: &Wanted) -> Vec<Spelt> {
    let (head_length, tail_length) = (head.symbols.len(), tail.symbols.len());
    if tail_length >= head_length || !wanted.is_complete(head_length) || wanted.is_complete(tail_length) {
        return Vec::new();
    }
    let kept = &head.symbols[..head_length - tail_length];
    let mut symbols = kept.to_owned();
    let mut cost = head.cost + tail.cost;
    for (index, symbol) in tail.symbols.chars().enumerate() {
        let Some((meant, repair)) = wanted.fit(kept.len() + index, symbol) else { return Vec::new() };
        symbols.push(meant);
        cost += repair;
    }
    vec![Spelt { symbols, cost }]
}

/// The last take-back: where it starts and what comes behind it.
fn last_take_back(tokens: &[Token]) -> Option<(usize, usize)> {
    let words: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
    let mut last = None;
    let mut at = 0;
    while at < words.len() {
        let length = TAKE_BACK.iter().filter_map(|phrase| phrase_length(phrase, &words[at..])).max().unwrap_or(0);
        if length > 0 {
            last = Some((at, at + length));
        }
        at += length.max(1);
    }
    last
}
