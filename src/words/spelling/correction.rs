//! Spelt values with second thoughts: "1234, no, 1235", "one two three four, sorry, five".

use std::sync::LazyLock;

use super::super::Language;
use super::super::phrases::Phrases;
use super::super::token::Token;
use super::amend::{amend, names_a_place};
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

static TAKE_BACKS: LazyLock<Phrases<()>> = LazyLock::new(|| Phrases::new(TAKE_BACK.iter().map(|phrase| (*phrase, ()))));

/// What `heard` spells, cheapest first.
pub(crate) fn read_spelt(tokens: &[Token], wanted: &Wanted, language: Language) -> Vec<Spelling> {
    let letters = wanted.letters();
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
    match last_take_back(tokens) {
        None => {
            let all = read(tokens);
            let is_whole = all.iter().any(|spelt| spelt.cost < 0.3 && wanted.is_complete(spelt.symbols.len()));
            add(all, 0.0);
            for start in restarts(tokens) {
                let after: Vec<Spelt> = read(&tokens[start..])
                    .into_iter()
                    .filter(|spelt| wanted.is_complete(spelt.symbols.len()))
                    .take(2)
                    .collect();
                let before = if after.is_empty() { Vec::new() } else { read(&tokens[..start]) };
                // Where all of it is a value as well, only a value said twice over is one said twice.
                let says_the_same = |spelt: &Spelt| {
                    before.iter().take(2).any(|before| {
                        spelt.symbols == before.symbols || !is_whole && spelt.symbols.starts_with(&before.symbols)
                    })
                };
                add(after.into_iter().filter(says_the_same).collect(), 0.03);
            }
        }
        Some((start, behind)) => {
            let before = read(&tokens[..start]);
            let after = read(&tokens[behind..]);
            let lattice = Lattice::build(&tokens[behind..], language, letters);
            for head in before.iter().filter(|head| wanted.is_complete(head.symbols.len())).take(3) {
                for count in 1..head.symbols.len().min(LONGEST_TAIL + 1) {
                    let tail = search(&lattice, &wanted.tail(head.symbols.len(), count)).into_iter().next();
                    add(tail.and_then(|tail| replaced_tail(head, &tail, count)).into_iter().collect(), 0.2);
                }
            }
            // Nothing was spelt before: the phrase took nothing back ("no, it's 1234").
            let took_back = if before.is_empty() { 0.0 } else { 0.05 };
            let nothing_after = if after.is_empty() { 0.25 } else { 0.7 };
            add(after, took_back);
            add(before, nothing_after);
            add(read(tokens), 0.3);
        }
    }
    let amended = amended(tokens, wanted, language, read);
    if !amended.is_empty() {
        // What was said of the value is no part of it.
        found.iter_mut().for_each(|spelling| spelling.cost += SUPERSEDED);
        found.retain(|spelling| !amended.iter().any(|other| other.symbols == spelling.symbols));
        found.extend(amended);
    }
    found.sort_by(|left, right| right.complete.cmp(&left.complete).then(left.cost.total_cmp(&right.cost)));
    found
}

/// What a reading costs that takes a change of the value for the value.
const SUPERSEDED: f32 = 0.7;

/// Values that are said whole and then changed in part: "… 5678, sorry, the second digit is five".
fn amended(
    tokens: &[Token],
    wanted: &Wanted,
    language: Language,
    read: impl Fn(&[Token]) -> Vec<Spelt>,
) -> Vec<Spelling> {
    let words: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
    let mut splits: Vec<(usize, usize)> = take_backs(tokens)
        .into_iter()
        .filter(|(start, behind)| *start > 0 && !matches!(words[*start..*behind], ["not"] | ["不", "是"]))
        .collect();
    splits.extend((1..words.len()).filter(|at| names_a_place(&words[*at..])).map(|at| (at, at)));
    let mut found: Vec<Spelling> = Vec::new();
    for (start, behind) in splits.into_iter().take(MOST_RESTARTS) {
        let heads = read(&tokens[..start]);
        for head in heads.into_iter().filter(|head| wanted.is_complete(head.symbols.len())).take(2) {
            let changed = amend(&head.symbols, &tokens[behind..], wanted, language);
            for spelling in changed.values.into_iter().filter(|_| changed.is_stated) {
                let cost = head.cost + spelling.cost;
                match found.iter_mut().find(|known| known.symbols == spelling.symbols) {
                    Some(known) => known.cost = known.cost.min(cost),
                    None => found.push(Spelling { cost, ..spelling }),
                }
            }
        }
    }
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

/// The most places at which a value may start again, said twice or broken off.
const MOST_RESTARTS: usize = 4;

/// Where the caller may have started again without saying so: "AB 12… AB 12345678". There, the words with
/// which the value began come again.
fn restarts(tokens: &[Token]) -> Vec<usize> {
    let is_spelt = |token: &&Token| token.capitals || token.is_number() || token.is_han();
    let Some(opening) = tokens.iter().position(|token| is_spelt(&token)) else { return Vec::new() };
    (opening + 1..tokens.len())
        .filter(|at| tokens[*at].text == tokens[opening].text || tokens[*at].after_pause)
        .filter(|at| tokens.len() - at >= at - opening)
        .take(MOST_RESTARTS)
        .collect()
}

/// The most symbols that a correction may replace without saying the whole value again.
const LONGEST_TAIL: usize = 4;

/// "one two three four, no, five": the last symbols of `head` are replaced by a shorter `tail`. Sure only of
/// the length, so it should be read back.
fn replaced_tail(head: &Spelt, tail: &Spelt, count: usize) -> Option<Spelt> {
    if tail.symbols.len() != count {
        return None;
    }
    let kept = &head.symbols[..head.symbols.len() - count];
    Some(Spelt { symbols: format!("{kept}{}", tail.symbols), cost: head.cost + tail.cost })
}

/// The last take-back: where it starts and what comes behind it.
fn last_take_back(tokens: &[Token]) -> Option<(usize, usize)> {
    take_backs(tokens).pop()
}

/// Every take-back.
fn take_backs(tokens: &[Token]) -> Vec<(usize, usize)> {
    let words: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let length = TAKE_BACKS.longest(&words[at..]).map_or(0, |(length, ())| length);
        // "NO12345678" is a code.
        let is_spelt = tokens[at].capitals && tokens[at].text.len() > 1;
        if length > 0 && !is_spelt {
            found.push((at, at + length));
        }
        at += length.max(1);
    }
    found
}
