//! Where a text may be parted so that its first piece is spoken while the rest is still being made. Pure.

use std::time::Duration;

use crate::words::Language;

/// A piece of a text that is spoken in one go.
#[derive(Clone, PartialEq, Eq)]
pub struct ClauseText {
    /// What is spoken, in one line, with its punctuation: the voice's melody depends on it.
    pub text: String,
    /// The least silence between it and the next.
    pub pause_after: Duration,
}

impl std::fmt::Debug for ClauseText {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "ClauseText({} bytes, {} ms)", self.text.len(), self.pause_after.as_millis())
    }
}

/// Silence after a sentence.
const AFTER_SENTENCE: Duration = Duration::from_millis(260);
/// Silence after a semicolon, a colon or a dash.
const AFTER_SEMICOLON: Duration = Duration::from_millis(180);
/// Silence after a comma.
const AFTER_COMMA: Duration = Duration::from_millis(110);
/// Silence where a long sentence without punctuation is parted before a conjunction.
const BEFORE_CONJUNCTION: Duration = Duration::from_millis(50);

/// Lengths below are weights: how long a text takes to say, about 60 ms each. A Latin letter weighs one.
const IDEOGRAPH_WEIGHT: usize = 4;
/// The first sentence is parted if it is longer than this, so that the first sound comes soon.
const FIRST_IS_LONG: usize = 60;
/// The same where the voice is slower: ten characters of Chinese.
const FIRST_IS_LONG_IN_MANDARIN: usize = 40;
/// Any other sentence is parted if it is longer than this.
const SENTENCE_IS_LONG: usize = 160;
/// No piece is shorter than this: a voice needs some words to find its melody.
const SHORTEST_PIECE: usize = 14;

/// English words whose full stop does not end a sentence.
const ABBREVIATIONS: &[&str] = &[
    "mr", "mrs", "ms", "dr", "prof", "st", "rev", "hon", "capt", "sgt", "vs", "e.g", "i.e", "approx", "dept", "ext",
    "tel", "fig", "jan", "feb", "mar", "apr", "aug", "sept", "sep", "oct", "nov", "dec", "mon", "tue", "tues", "wed",
    "thu", "thurs", "fri", "ave", "blvd", "rd", "apt", "al", "cf", "viz",
];
/// English words whose full stop ends a sentence only if the next one begins with a capital.
const ABBREVIATIONS_AT_THE_END: &[&str] = &["a.m", "p.m", "etc", "inc", "ltd", "co", "corp", "jr", "sr", "u.s", "u.k"];
/// Abbreviations only in front of a number: "No. 5".
const ABBREVIATIONS_OF_NUMBERS: &[&str] = &["no", "nos", "p", "pp", "vol", "art", "sec", "ch"];
/// Words before which a sentence without punctuation may be parted, in the last resort.
const CONJUNCTIONS: &[&str] = &["and", "but", "because", "which", "so", "or", "while", "when", "if", "until"];

/// The clauses of `text`, in order. Nothing that can be spoken is left out; numbers ("3.50", "1,000",
/// "12:30") and abbreviations ("Dr. Lee", "No. 5", "J. Smith") are not parted. The first clause is kept
/// short where punctuation allows. A text without a letter or digit has no clauses.
pub fn clauses(text: &str, language: Language) -> Vec<ClauseText> {
    let line = in_one_line(text);
    let mut pieces = Vec::new();
    for (index, sentence) in sentences(&line, language).into_iter().enumerate() {
        let first = index == 0;
        part_sentence(sentence, first, language, &mut pieces);
    }
    join_what_cannot_be_spoken(pieces)
}

/// Control characters and runs of white space become one space: voices read lines one by one.
fn in_one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split(|character: char| character.is_whitespace() || character.is_control()) {
        if word.is_empty() {
            continue;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

fn sentences(line: &str, language: Language) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut start = 0;
    let mut characters = line.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let wide = matches!(character, '。' | '！' | '？' | '…');
        if !wide && !matches!(character, '.' | '!' | '?') {
            continue;
        }
        // Closing marks and further stops ("?!", "…”") belong to the sentence.
        let mut end = at + character.len_utf8();
        while let Some(&(next_at, next)) = characters.peek() {
            let closes = matches!(next, '.' | '!' | '?' | '。' | '！' | '？' | '…')
                || matches!(next, '"' | '\'' | ')' | ']' | '”' | '’' | '」' | '』' | '）' | '》');
            if !closes {
                break;
            }
            end = next_at + next.len_utf8();
            characters.next();
        }
        let rest = &line[end..];
        let parted = wide || rest.starts_with(' ') || rest.is_empty();
        if parted && !(character == '.' && is_abbreviation(&line[start..at], rest.trim_start(), language)) {
            sentences.push(line[start..end].trim());
            start = end;
        }
    }
    sentences.push(line[start..].trim());
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}

/// Whether the full stop between `before` and `rest` belongs to a word rather than ends a sentence.
fn is_abbreviation(before: &str, rest: &str, language: Language) -> bool {
    let Some(next) = rest.chars().next() else { return false };
    if next.is_lowercase() {
        return true;
    }
    if language != Language::EN {
        return false;
    }
    let word = before.rsplit([' ', '(', '"', '“', '-', '/']).next().unwrap_or_default();
    let is_initial = word.chars().count() == 1 && word.chars().all(char::is_uppercase) && word != "I";
    let word = word.to_ascii_lowercase();
    let word = word.as_str();
    is_initial
        || ABBREVIATIONS.contains(&word)
        || (ABBREVIATIONS_AT_THE_END.contains(&word) && !next.is_uppercase())
        || (ABBREVIATIONS_OF_NUMBERS.contains(&word) && next.is_ascii_digit())
}

fn part_sentence(sentence: &str, first: bool, language: Language, pieces: &mut Vec<ClauseText>) {
    let mut rest = sentence;
    let mut first = first;
    loop {
        let first_is_long = if language == Language::ZH { FIRST_IS_LONG_IN_MANDARIN } else { FIRST_IS_LONG };
        let long = if first { first_is_long } else { SENTENCE_IS_LONG };
        let part = if weight(rest) > long { place_to_part(rest, first, language) } else { None };
        let Some((end, pause_after)) = part else { break };
        let (piece, left) = rest.split_at(end);
        pieces.push(ClauseText { text: piece.trim().to_owned(), pause_after });
        rest = left.trim_start();
        first = false;
    }
    pieces.push(ClauseText { text: rest.to_owned(), pause_after: AFTER_SENTENCE });
}

/// Where the first piece of `sentence` ends, and the pause after it: the first place if the sound is waited
/// for, else the last place that leaves no piece too long.
fn place_to_part(sentence: &str, first: bool, language: Language) -> Option<(usize, Duration)> {
    let mut best: Option<(usize, Duration)> = None;
    for (end, pause) in weak_breaks(sentence) {
        let before = weight(&sentence[..end]);
        if before < SHORTEST_PIECE || weight(&sentence[end..]) < SHORTEST_PIECE {
            continue;
        }
        if first || (best.is_none() && before > SENTENCE_IS_LONG) {
            return Some((end, pause));
        }
        if before > SENTENCE_IS_LONG {
            break;
        }
        best = Some((end, pause));
    }
    if best.is_some() || language != Language::EN || weight(sentence) <= SENTENCE_IS_LONG {
        return best;
    }
    middle_conjunction(sentence).map(|end| (end, BEFORE_CONJUNCTION))
}

/// The ends of commas and their like that stand between words rather than within a number.
fn weak_breaks(sentence: &str) -> impl Iterator<Item = (usize, Duration)> + '_ {
    sentence.char_indices().filter_map(|(at, character)| {
        let end = at + character.len_utf8();
        let before_space = sentence[end..].starts_with(' ');
        match character {
            ',' if before_space => Some((end, AFTER_COMMA)),
            ';' | ':' if before_space => Some((end, AFTER_SEMICOLON)),
            '–' | '—' if before_space => Some((end, AFTER_SEMICOLON)),
            '，' => Some((end, AFTER_COMMA)),
            '；' | '：' => Some((end, AFTER_SEMICOLON)),
            _ => None,
        }
    })
}

/// The start of the conjunction nearest to the middle.
fn middle_conjunction(sentence: &str) -> Option<usize> {
    let middle = sentence.len() / 2;
    let starts = sentence.match_indices(' ').map(|(at, _)| at);
    starts
        .filter(|&at| {
            let word = sentence[at + 1..].split(' ').next().unwrap_or_default();
            CONJUNCTIONS.contains(&word)
                && weight(&sentence[..at]) >= SHORTEST_PIECE
                && weight(&sentence[at..]) >= SHORTEST_PIECE
        })
        .min_by_key(|&at| at.abs_diff(middle))
}

/// Pieces of punctuation alone go with the piece before them; a text of nothing else is not spoken.
fn join_what_cannot_be_spoken(pieces: Vec<ClauseText>) -> Vec<ClauseText> {
    let mut joined: Vec<ClauseText> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        if piece.text.chars().any(char::is_alphanumeric) {
            joined.push(piece);
        } else if let Some(before) = joined.last_mut() {
            before.text.push(' ');
            before.text.push_str(&piece.text);
            before.pause_after = piece.pause_after;
        }
    }
    joined
}

/// About how long `text` takes to say.
pub(super) fn expected_length(text: &str) -> Duration {
    Duration::from_millis(60 * weight(text) as u64)
}

fn weight(text: &str) -> usize {
    text.chars().map(|character| if is_ideograph(character) { IDEOGRAPH_WEIGHT } else { 1 }).sum()
}

const fn is_ideograph(character: char) -> bool {
    matches!(character as u32, 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x3ffff)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts(text: &str, language: Language) -> Vec<String> {
        clauses(text, language).into_iter().map(|clause| clause.text).collect()
    }

    fn english(text: &str) -> Vec<String> {
        parts(text, Language::EN)
    }

    #[test]
    fn sentences_are_parted_at_their_ends() {
        assert_eq!(
            english("Thank you. Your order has left! Anything else?"),
            ["Thank you.", "Your order has left!", "Anything else?"]
        );
        assert_eq!(english("He said \"Yes.\" Then he left."), ["He said \"Yes.\"", "Then he left."]);
        assert_eq!(english("Really?! Well…"), ["Really?!", "Well…"]);
    }

    #[test]
    fn numbers_and_abbreviations_stay_whole() {
        for whole in [
            "It costs 3.50 pounds.",
            "Dr. Lee and Mrs. Jones are out.",
            "Your parcel no. 5 is at No. 10 High St. in Leeds.",
            "J. R. Smith has signed for it.",
            "We open at 9 a.m. on weekdays.",
            "Bring a passport, e.g. an old one.",
            "We moved to acme.com today.",
            "Version 2.0.1 is out.",
        ] {
            assert_eq!(english(whole), [whole]);
        }
        assert_eq!(english("We close at 5 p.m. Please ring again."), ["We close at 5 p.m.", "Please ring again."]);
        assert_eq!(english("The answer is no. Anything else?"), ["The answer is no.", "Anything else?"]);
        assert_eq!(english("So do I. Good bye."), ["So do I.", "Good bye."]);
    }

    #[test]
    fn a_long_first_sentence_gives_a_short_first_clause() {
        let text = "Welcome to Northwind, the shop for everything that keeps you warm in a cold and windy winter.";
        assert_eq!(
            english(text),
            ["Welcome to Northwind,", "the shop for everything that keeps you warm in a cold and windy winter."]
        );
        let short = "Welcome to Northwind, how can I help?";
        assert_eq!(english(short), [short]);
    }

    #[test]
    fn thousands_and_times_are_no_places_to_part() {
        let text = "The whole sum of your seven orders is 1,250,000 pounds at 12:30 on the last day of the month.";
        assert_eq!(english(text), [text]);
    }

    #[test]
    fn a_very_long_sentence_is_parted_even_without_commas() {
        let text = "Your parcel left our warehouse on Monday morning in the first van of the day and it \
                    should be with you by the end of the week unless the snow on the northern roads \
                    keeps the driver from getting through to the village in time.";
        let parts = english(text);
        assert_eq!(parts.len(), 2, "{parts:?}");
        assert!(parts[1].starts_with("and ") || parts[1].starts_with("until ") || parts[1].starts_with("if "));
    }

    #[test]
    fn chinese_is_parted_at_its_own_marks() {
        assert_eq!(parts("您好。请问有什么可以帮您？", Language::ZH), ["您好。", "请问有什么可以帮您？"]);
        assert_eq!(
            parts("您的订单已经发货，预计明天下午三点之前送到您家里，请注意查收。", Language::ZH),
            ["您的订单已经发货，", "预计明天下午三点之前送到您家里，请注意查收。"]
        );
        assert_eq!(parts("一共3.50元。", Language::ZH), ["一共3.50元。"]);
    }

    #[test]
    fn pauses_follow_the_punctuation() {
        let pauses: Vec<u128> = clauses(
            "Your order number is on its way now: it left our house, in the north of town, this morning. Bye.",
            Language::EN,
        )
        .iter()
        .map(|clause| clause.pause_after.as_millis())
        .collect();
        assert_eq!(pauses, [180, 260, 260]);
    }

    #[test]
    fn what_cannot_be_spoken_has_no_clause_of_its_own() {
        assert!(english("").is_empty());
        assert!(english(" … -- ?! ").is_empty());
        assert_eq!(english("Wait. ... Yes."), ["Wait. ...", "Yes."]);
    }

    #[test]
    fn line_ends_and_control_characters_are_spaces() {
        assert_eq!(english("one\ntwo\u{0}three\r\n"), ["one two three"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: proptest::test_runner::RngSeed::Fixed(3), ..ProptestConfig::default() })]

        #[test]
        fn nothing_that_can_be_spoken_is_lost_or_doubled(text in "([A-Za-z0-9,.;:!?\"' 您好订单。，？—]|and ){0,400}") {
            let spoken = |text: &str| text.chars().filter(|character| character.is_alphanumeric()).collect::<String>();
            for language in [Language::EN, Language::ZH] {
                let pieces = parts(&text, language);
                prop_assert_eq!(spoken(&pieces.concat()), spoken(&text));
                for piece in &pieces {
                    prop_assert!(piece.chars().any(char::is_alphanumeric));
                }
            }
        }
    }
}
