//! English: words, the longest phrase first; what stands before a phrase turns it or gives its degree.

use super::Found;
use super::lexicon::{ENGLISH, Feeling, Lexicon, Meaning};

/// Words that turn what follows within [`REACH`] words.
const NEGATIONS: [&str; 24] = [
    "not", "no", "never", "dont", "doesnt", "didnt", "isnt", "wasnt", "arent", "werent", "cant", "cannot", "couldnt",
    "wont", "wouldnt", "havent", "hasnt", "hadnt", "aint", "without", "hardly", "neither", "nor", "shouldnt",
];
/// What ends the reach of a negation.
const TURNS: [&str; 9] = ["but", "and", "because", "so", "although", "though", "yet", "just", "only"];
/// How many words before a phrase are looked at.
const REACH: usize = 3;
const STRONGER: [&str; 14] = [
    "very",
    "so",
    "really",
    "extremely",
    "absolutely",
    "totally",
    "completely",
    "utterly",
    "incredibly",
    "truly",
    "too",
    "such",
    "bloody",
    "fucking",
];
const WEAKER: [&str; 9] = ["bit", "little", "slightly", "somewhat", "fairly", "rather", "maybe", "kinda", "quite"];

pub(super) fn read(text: &str, found: &mut Vec<Found>) {
    let words = words(text);
    let mut at = 0;
    let mut after_last = 0;
    while at < words.len() {
        let Some((length, (feeling, strength))) = longest(&ENGLISH, &words[at..]) else {
            at += 1;
            continue;
        };
        let before = &words[after_last.max(at.saturating_sub(REACH))..at];
        let negation = before
            .iter()
            .rposition(|word| NEGATIONS.contains(&word.as_str()))
            .filter(|&place| !before[place..].iter().any(|word| TURNS.contains(&word.as_str())));
        // Whoever asks not to be put through, or does not thank, feels nothing else by it.
        let turnable = !matches!(
            feeling,
            Feeling::Person | Feeling::Thanks | Feeling::Profanity | Feeling::Threat | Feeling::Plain
        );
        let negated = negation.is_some() && turnable;
        let only = |words: &[&str]| before.iter().any(|word| words.contains(&word.as_str()));
        let degree = if only(&WEAKER) {
            0.6
        } else if only(&STRONGER) {
            1.4
        } else {
            1.0
        };
        let from = negation.filter(|_| negated).map_or(at, |place| at - before.len() + place);
        found.push(Found { feeling, text: words[from..at + length].join(" "), strength: strength * degree, negated });
        at += length;
        after_last = at;
    }
}

/// Lower case, without apostrophes: "Don't" is "dont".
fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase().replace(['\'', '’'], "");
    let words = lower.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

fn longest(lexicon: &Lexicon, words: &[String]) -> Option<(usize, Meaning)> {
    (1..=lexicon.longest.min(words.len())).rev().find_map(|length| {
        let phrase = words[..length].join(" ");
        if let Some(&meaning) = lexicon.phrases.get(phrase.as_str()) {
            return Some((length, meaning));
        }
        // The last word may be only begun: from its shortest plausible beginning on.
        let last = words[length - 1].len();
        let shortest = phrase.len() - last + last.min(3);
        (shortest..=phrase.len())
            .rev()
            .filter_map(|end| phrase.get(..end))
            .find_map(|beginning| lexicon.beginnings.get(beginning))
            .map(|&meaning| (length, meaning))
    })
}
