//! English spelling: digit words, letters, alphabets, "double seven", "B as in Bravo".

use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::FixedState;
use smol_str::{SmolStr, StrExt, ToSmolStr};

use super::super::token::Token;
use super::super::weight::is_function_word;
use super::numerals;
use super::pieces::{Piece, one};

#[rustfmt::skip]
const DIGITS: &[(&str, char, f32)] = &[
    ("zero", '0', 0.0), ("oh", '0', 0.0), ("o", '0', 0.0), ("nought", '0', 0.0), ("naught", '0', 0.0),
    ("nil", '0', 0.02), ("zilch", '0', 0.1), ("ought", '0', 0.1), ("one", '1', 0.0), ("two", '2', 0.0),
    ("three", '3', 0.0), ("four", '4', 0.0), ("five", '5', 0.0), ("six", '6', 0.0), ("seven", '7', 0.0),
    ("eight", '8', 0.0), ("nine", '9', 0.0), ("niner", '9', 0.0), ("fife", '5', 0.02), ("fower", '4', 0.02),
    ("tree", '3', 0.05),
    // Words that sound like digits; whether they are ones, their neighbours say.
    ("won", '1', 0.06), ("wun", '1', 0.03), ("to", '2', 0.06), ("too", '2', 0.05), ("tu", '2', 0.05),
    ("free", '3', 0.08), ("for", '4', 0.06), ("fore", '4', 0.04), ("fourth", '4', 0.1), ("sex", '6', 0.06),
    ("sick", '6', 0.08), ("sicks", '6', 0.05), ("sixth", '6', 0.1), ("ate", '8', 0.06), ("nein", '9', 0.05),
    ("mine", '9', 0.12), ("nigh", '9', 0.1), ("seventh", '7', 0.1), ("sven", '7', 0.1), ("hate", '8', 0.15),
    ("line", '9', 0.2),
];

#[rustfmt::skip]
const PLURALS: &[(&str, char)] = &[
    ("zeros", '0'), ("zeroes", '0'), ("ohs", '0'), ("noughts", '0'), ("ones", '1'), ("twos", '2'), ("threes", '3'),
    ("fours", '4'), ("fives", '5'), ("sixes", '6'), ("sevens", '7'), ("eights", '8'), ("nines", '9'),
];

/// Words a recogniser writes for a spelt letter.
#[rustfmt::skip]
const LETTERS: &[(&str, char, f32)] = &[
    ("ay", 'A', 0.02), ("hey", 'A', 0.08), ("eh", 'A', 0.05), ("eight", 'A', 0.3), ("aye", 'I', 0.04),
    ("bee", 'B', 0.02), ("be", 'B', 0.05), ("bea", 'B', 0.02), ("me", 'B', 0.3), ("by", 'B', 0.25),
    ("bye", 'B', 0.3), ("see", 'C', 0.04), ("sea", 'C', 0.02), ("cee", 'C', 0.0), ("she", 'C', 0.2),
    ("si", 'C', 0.04), ("dee", 'D', 0.02), ("the", 'D', 0.2), ("di", 'D', 0.1), ("ee", 'E', 0.02),
    ("he", 'E', 0.15), ("eff", 'F', 0.0), ("ef", 'F', 0.0), ("if", 'F', 0.15), ("half", 'F', 0.3),
    ("gee", 'G', 0.02), ("ji", 'G', 0.05), ("jee", 'G', 0.02), ("aitch", 'H', 0.0), ("haitch", 'H', 0.0),
    ("age", 'H', 0.1), ("each", 'H', 0.15), ("h", 'H', 0.0), ("eye", 'I', 0.03), ("hi", 'I', 0.2),
    ("jay", 'J', 0.02), ("jae", 'J', 0.02), ("kay", 'K', 0.02), ("cay", 'K', 0.03), ("okay", 'K', 0.3),
    ("que", 'Q', 0.1), ("k", 'K', 0.0), ("el", 'L', 0.03), ("ell", 'L', 0.0), ("elle", 'L', 0.02),
    ("all", 'L', 0.2), ("hell", 'L', 0.2), ("em", 'M', 0.02), ("um", 'M', 0.3), ("am", 'M', 0.25),
    ("him", 'M', 0.3), ("en", 'N', 0.02), ("in", 'N', 0.2), ("an", 'N', 0.2), ("and", 'N', 0.25),
    ("end", 'N', 0.15), ("oh", 'O', 0.02), ("owe", 'O', 0.03), ("zero", 'O', 0.1), ("pee", 'P', 0.02),
    ("pea", 'P', 0.02), ("pi", 'P', 0.15), ("cue", 'Q', 0.02), ("queue", 'Q', 0.02), ("kew", 'Q', 0.02),
    ("cute", 'Q', 0.2), ("are", 'R', 0.05), ("ar", 'R', 0.02), ("our", 'R', 0.1), ("or", 'R', 0.15),
    ("hour", 'R', 0.25), ("ess", 'S', 0.0), ("es", 'S', 0.02), ("as", 'S', 0.15), ("yes", 'S', 0.35),
    ("tee", 'T', 0.02), ("tea", 'T', 0.02), ("ti", 'T', 0.04), ("you", 'U', 0.05), ("yew", 'U', 0.02),
    ("ewe", 'U', 0.02), ("your", 'U', 0.2), ("vee", 'V', 0.02), ("we", 'V', 0.2), ("fee", 'V', 0.15),
    ("vi", 'V', 0.05), ("ex", 'X', 0.02), ("eggs", 'X', 0.1), ("axe", 'X', 0.1), ("x", 'X', 0.0),
    ("why", 'Y', 0.04), ("wye", 'Y', 0.0), ("wy", 'Y', 0.02), ("zed", 'Z', 0.0), ("zee", 'Z', 0.0),
    ("said", 'Z', 0.25), ("set", 'Z', 0.3),
];

/// The ITU/NATO alphabet with the spellings recognisers use, and older and police words that people remember.
#[rustfmt::skip]
const ALPHABET: &[&str] = &[
    "alpha", "alfa", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet", "juliett",
    "juliette", "kilo", "lima", "mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango",
    "uniform", "victor", "whiskey", "whisky", "xray", "yankee", "zulu", "adam", "boy", "charles", "david", "edward",
    "frank", "george", "henry", "ida", "john", "king", "lincoln", "mary", "nora", "ocean", "paul", "queen",
    "robert", "sam", "tom", "union", "william", "young", "zebra", "able", "baker", "dog", "easy", "fox", "how",
    "item", "jig", "love", "nan", "peter", "roger", "sugar", "uncle", "apple", "banana", "cat", "elephant",
    "freddie", "harry", "jack", "nancy", "oliver", "egg", "nuts", "orange", "table", "under", "water", "yellow",
];
/// How many of [`ALPHABET`] may stand for a letter without the letter being said: the NATO words.
const NATO: usize = 30;

pub(super) fn is_number_word(word: &str) -> bool {
    digits(word).any(|(_, cost)| cost == 0.0 && !matches!(word, "o" | "oh"))
        || matches!(
            word,
            "ten"
                | "eleven"
                | "twelve"
                | "thirteen"
                | "fourteen"
                | "fifteen"
                | "sixteen"
                | "seventeen"
                | "eighteen"
                | "nineteen"
                | "twenty"
                | "thirty"
                | "forty"
                | "fifty"
                | "sixty"
                | "seventy"
                | "eighty"
                | "ninety"
                | "hundred"
                | "thousand"
        )
}

/// Whether `word` is said for nothing but a letter: a NATO word, or a letter's name that is no other word.
pub(super) fn is_letter_word(word: &str) -> bool {
    by_alphabet(word, NATO).is_some() || letters(word).any(|(_, cost)| cost <= 0.02)
}

/// Letters said one by one at the start of `tokens`: `(tokens taken, capitals)`; "B as in Bravo" and "double L" are
/// longer than one token. `None` where the words are more likely words.
pub(crate) fn letters_at(tokens: &[Token]) -> Option<(usize, String)> {
    let mut best: Option<(usize, SmolStr, f32)> = None;
    let mut add = |span: usize, symbols: SmolStr, cost: f32| {
        let is_letters = symbols.bytes().all(|symbol| symbol.is_ascii_uppercase());
        let is_spelt = symbols.len() == 1 || span > 1;
        let is_better = best.as_ref().is_none_or(|(length, _, least)| (span, -cost) > (*length, -*least));
        if is_letters && is_spelt && cost <= SPELT_FOR_SURE && is_better {
            best = Some((span, symbols, cost));
        }
    };
    let first = tokens.first()?;
    if let Some(times) = repeats(&first.text) {
        repeated(&tokens[1..], times, true, &mut add);
    }
    letter_pieces(tokens, &mut add);
    best.map(|(span, symbols, _)| (span, symbols.into()))
}

/// A letter that costs no more than this was surely spelt.
const SPELT_FOR_SURE: f32 = 0.09;

/// A number at the start of `tokens` as digits, the longest that is said: `(tokens taken, digits)`.
pub(crate) fn amounts_at(tokens: &[Token]) -> Option<(usize, String)> {
    let first = tokens.first()?;
    if let Some(times) = repeats(&first.text) {
        let mut best = None;
        repeated(&tokens[1..], times, false, &mut |span, symbols, cost| {
            if cost <= 0.1 && best.is_none() {
                best = Some((span, symbols.into()));
            }
        });
        return best;
    }
    if first.is_number() {
        return Some((1, first.text.to_string()));
    }
    let longest = numerals::amounts(tokens).into_iter().next().map(|(span, value)| (span, value.to_string()));
    let digit = || digits(&first.text).find(|(_, cost)| *cost == 0.0).map(|(digit, _)| (1, digit.to_string()));
    longest.or_else(|| if matches!(first.text.as_str(), "o" | "oh") { None } else { digit() })
}

/// Everything that the words at `at` may spell.
pub(super) fn pieces(all: &[Token], at: usize, letters: bool, pieces: &mut Vec<Piece>) {
    let tokens = &all[at..];
    let mut add = |span: usize, symbols: SmolStr, cost: f32| pieces.push(Piece { span, symbols, cost });
    let first = &tokens[0];
    for (digit, cost) in digits(&first.text) {
        add(1, one(digit), cost);
    }
    let follows_number = at > 0 && (all[at - 1].is_number() || is_number_word(&all[at - 1].text));
    let amounts = numerals::amounts(tokens);
    for (span, value) in &amounts {
        let mut cost = 0.0;
        if amounts.iter().any(|(longer, _)| longer > span) {
            // "one hundred | twenty" as 100 20, "forty | two" as 40 2: seldom meant, unless there was a pause.
            cost += if tokens[*span].after_pause { 0.05 } else { 0.25 };
        }
        if tokens[1..*span].iter().any(|token| token.after_pause) {
            cost += 0.05;
        }
        if matches!(first.text.as_str(), "hundred" | "thousand") {
            cost += if follows_number { 0.5 } else { 0.1 };
        }
        add(*span, value.to_smolstr(), cost);
    }
    if let Some(times) = repeats(&first.text) {
        repeated(&tokens[1..], times, letters, &mut add);
    }
    if let Some(count) = count_of(first)
        && let Some(digit) = tokens.get(1).and_then(|token| plural(&token.text))
    {
        add(2, std::iter::repeat_n(digit, count).collect(), 0.0);
    }
    if letters {
        letter_pieces(tokens, &mut add);
    }
}

/// What a word may stand for, with costs.
type Senses = HashMap<&'static str, Vec<(char, f32)>, FixedState>;

fn by_word(table: &[(&'static str, char, f32)]) -> Senses {
    let mut senses = Senses::default();
    for (name, symbol, cost) in table {
        senses.entry(name).or_default().push((*symbol, *cost));
    }
    senses
}

static DIGITS_BY_WORD: LazyLock<Senses> = LazyLock::new(|| by_word(DIGITS));
static LETTERS_BY_WORD: LazyLock<Senses> = LazyLock::new(|| by_word(LETTERS));
static ALPHABET_PLACES: LazyLock<HashMap<&'static str, usize, FixedState>> =
    LazyLock::new(|| ALPHABET.iter().enumerate().map(|(place, name)| (*name, place)).collect());

fn digits(word: &str) -> impl Iterator<Item = (char, f32)> {
    DIGITS_BY_WORD.get(word).into_iter().flatten().copied()
}

fn letters(word: &str) -> impl Iterator<Item = (char, f32)> {
    LETTERS_BY_WORD.get(word).into_iter().flatten().copied()
}

fn plural(word: &str) -> Option<char> {
    PLURALS.iter().find(|(name, _)| *name == word).map(|(_, digit)| *digit)
}

fn repeats(word: &str) -> Option<usize> {
    match word {
        "double" => Some(2),
        "triple" | "treble" => Some(3),
        "quadruple" => Some(4),
        _ => None,
    }
}

/// "two" of "two fives".
fn count_of(token: &Token) -> Option<usize> {
    match token.text.as_str() {
        "two" | "2" => Some(2),
        "three" | "3" => Some(3),
        "four" | "4" => Some(4),
        "five" | "5" => Some(5),
        _ => None,
    }
}

/// "double seven", "triple 0", "double A"; "double 07" repeats only its first digit.
fn repeated(rest: &[Token], times: usize, letters: bool, add: &mut impl FnMut(usize, SmolStr, f32)) {
    let Some(next) = rest.first() else { return };
    for (digit, cost) in digits(&next.text) {
        add(2, std::iter::repeat_n(digit, times).collect(), cost);
    }
    if let Some(digit) = plural(&next.text) {
        add(2, std::iter::repeat_n(digit, times).collect(), 0.05);
    }
    if next.is_number()
        && let Some(digit) = next.text.chars().next()
    {
        let behind = &next.text[digit.len_utf8()..];
        let cost = if behind.is_empty() { 0.0 } else { 0.1 };
        add(2, std::iter::repeat_n(digit, times).chain(behind.chars()).collect(), cost);
        if next.text.len() == times && next.text.chars().all(|other| other == digit) {
            // "double 77" is more often one pair, written twice over, than four sevens.
            add(2, next.text.clone(), 0.12);
        }
    }
    if !letters {
        return;
    }
    for (span, letter, cost) in single_letters(rest) {
        let is_w = times == 2 && letter == 'U';
        if is_w {
            add(1 + span, SmolStr::new_static("W"), cost);
        }
        add(1 + span, std::iter::repeat_n(letter, times).collect(), cost + if is_w { 0.2 } else { 0.0 });
    }
}

/// Letters said one at a time at the start of `tokens`: `(tokens taken, letter, cost)`.
fn single_letters(tokens: &[Token]) -> Vec<(usize, char, f32)> {
    let first = &tokens[0];
    let mut found = Vec::new();
    if first.text.len() == 1 && first.is_latin() {
        let letter = first.text.chars().map(|letter| letter.to_ascii_uppercase());
        let cost = if matches!(first.text.as_str(), "a" | "i") && !first.capitals { 0.02 } else { 0.0 };
        found.extend(letter.map(|letter| (1, letter, cost)));
    }
    found.extend(letters(&first.text).map(|(letter, cost)| (1, letter, cost)));
    found.extend(by_alphabet(&first.text, NATO).map(|letter| (1, letter, 0.0)));
    let is_x_ray = first.text == "x" && tokens.get(1).is_some_and(|token| token.text == "ray");
    if is_x_ray {
        found.push((2, 'X', 0.0));
    }
    let is_double_you = tokens.get(1).is_some_and(|token| matches!(token.text.as_str(), "you" | "u" | "yu"));
    if matches!(first.text.as_str(), "double" | "dub" | "dubya") && is_double_you {
        found.push((2, 'W', 0.0));
    }
    found
}

fn by_alphabet(word: &str, among: usize) -> Option<char> {
    let known = ALPHABET_PLACES.get(word).is_some_and(|place| *place < among);
    if known { word.chars().next().map(|first| first.to_ascii_uppercase()) } else { None }
}

fn letter_pieces(tokens: &[Token], add: &mut impl FnMut(usize, SmolStr, f32)) {
    for (span, letter, cost) in single_letters(tokens) {
        add(span, one(letter), cost);
        explained(tokens, span, letter, cost, add);
    }
    // A word the alphabet knows but NATO does not stands for its letter less surely.
    if let Some(letter) = by_alphabet(&tokens[0].text, ALPHABET.len()) {
        add(1, one(letter), 0.12);
    }
    let first = &tokens[0];
    let is_run =
        first.is_latin() && first.text.is_ascii() && (2..=8).contains(&first.text.len()) && !first.text.contains('\'');
    if is_run {
        // "OK" is opened to "okay" like any other spelling of it.
        let run =
            if first.capitals && first.text == "okay" { "OK".into() } else { first.text.to_ascii_uppercase_smolstr() };
        let cost = match (first.capitals, run.len()) {
            (true, _) => 0.02,
            (false, _) if is_function_word(&first.text) => 0.4,
            (false, 2) => 0.15,
            (false, 3) => 0.25,
            (false, _) => 0.6,
        };
        add(1, run, cost);
    }
}

/// "B as in Bravo", "B for Bravo", "B like boy", "B, bravo": one letter, the word deciding.
fn explained(tokens: &[Token], span: usize, letter: char, cost: f32, add: &mut impl FnMut(usize, SmolStr, f32)) {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let (link, is_strong) = match (word(span), word(span + 1), word(span + 2)) {
        ("as", "in", _) | ("like", "in", _) | ("is", "for", _) | ("is", "in", _) | ("is", "in the", _) => (2, true),
        ("and", "then", _) => return,
        ("for" | "four" | "4" | "like" | "as" | "in", _, _) => (1, false),
        _ => (0, false),
    };
    let Some(example) = tokens.get(span + link).filter(|token| token.is_latin() && token.text.len() >= 3) else {
        return;
    };
    let Some(initial) = example.text.chars().next().map(|first| first.to_ascii_uppercase()) else { return };
    let is_known = by_alphabet(&example.text, ALPHABET.len()).is_some();
    let total = span + link + 1;
    match (link, initial == letter) {
        (0, true) if is_known => add(total, one(letter), 0.02),
        (0, _) => {}
        (_, true) => add(total, one(letter), 0.0),
        (_, false) if is_strong || is_known => {
            // The letter was misheard; the word is easier to hear and decides.
            add(total, one(initial), 0.08);
            add(total, one(letter), cost + 0.3);
        }
        (_, false) => {}
    }
}
