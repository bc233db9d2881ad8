//! Mandarin: characters, the longest phrase first; what stands before a phrase turns it or gives its degree.

use super::Found;
use super::lexicon::{Feeling, MANDARIN, Meaning};

/// What turns a phrase that follows at once, or after a word of degree.
const NEGATIONS: [&str; 14] = [
    "没有",
    "并没有",
    "并不",
    "从来不",
    "不是",
    "不太",
    "不怎么",
    "一点都不",
    "一点也不",
    "没",
    "不",
    "别",
    "无",
    "未",
];
const STRONGER: [&str; 17] = [
    "非常", "特别", "实在", "真的", "十分", "极其", "相当", "简直", "太", "很", "真", "好", "超", "最", "这么", "那么",
    "更",
];
const WEAKER: [&str; 7] = ["有点儿", "有点", "有一点", "有些", "稍微", "一点", "还算"];
/// The longest phrase, in characters.
const LONGEST: usize = 10;

pub(super) fn read(text: &str, found: &mut Vec<Found>) {
    let characters: Vec<char> =
        text.chars().filter(|character| super::is_han(*character) || character.is_ascii_digit()).collect();
    let mut at = 0;
    let mut after_last = 0;
    while at < characters.len() {
        let Some((length, (feeling, strength))) = longest(&characters[at..]) else {
            at += 1;
            continue;
        };
        let before: String = characters[after_last..at].iter().collect();
        let (mut rest, mut degree) = (before.as_str(), 1.0);
        let mut turns = 0;
        let mut text_from = at;
        loop {
            if let Some(negation) = NEGATIONS.iter().filter(|word| rest.ends_with(*word)).max_by_key(|word| word.len())
            {
                turns += 1;
                rest = &rest[..rest.len() - negation.len()];
                text_from -= negation.chars().count();
            } else if let Some(word) = STRONGER.iter().find(|word| rest.ends_with(*word)) {
                degree = 1.4;
                rest = &rest[..rest.len() - word.len()];
                text_from -= word.chars().count();
            } else if let Some(word) = WEAKER.iter().find(|word| rest.ends_with(*word)) {
                degree = 0.6;
                rest = &rest[..rest.len() - word.len()];
                text_from -= word.chars().count();
            } else {
                break;
            }
        }
        let turnable = !matches!(
            feeling,
            Feeling::Person | Feeling::Thanks | Feeling::Profanity | Feeling::Threat | Feeling::Plain
        );
        found.push(Found {
            feeling,
            text: characters[text_from..at + length].iter().collect(),
            strength: strength * degree,
            negated: turnable && turns % 2 == 1,
        });
        at += length;
        after_last = at;
    }
}

fn longest(characters: &[char]) -> Option<(usize, Meaning)> {
    (1..=LONGEST.min(characters.len())).rev().find_map(|length| {
        let phrase: String = characters[..length].iter().collect();
        MANDARIN.phrases.get(phrase.as_str()).map(|&meaning| (length, meaning))
    })
}
