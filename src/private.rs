//! Private values: telephone numbers, names, what a caller said.
//!
//! Law 8 of the design: private is a type. A [`Private`] value prints as dots in `Debug` and has no
//! `Display`, so it cannot reach a log line or a metric by accident; whoever needs the value asks for
//! it by name, which a reader and a search both find. Any room may use this module.

use serde::{Deserialize, Serialize};

/// A value that belongs to a caller and must not be logged.
#[derive(Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Private<T>(T);

impl<T> Private<T> {
    /// Marks `value` as private.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself, for the one place that needs it: the flow, the store, the wire.
    /// Never pass the result to a log macro or a metric.
    pub const fn reveal(&self) -> &T {
        &self.0
    }

    /// Takes the value out.
    pub fn into_revealed(self) -> T {
        self.0
    }
}

impl Private<String> {
    /// All but the last two characters masked with `•`, as `private: mask` is shown outside the call.
    pub fn masked(&self) -> String {
        mask(&self.0)
    }
}

impl<T> std::fmt::Debug for Private<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("•••")
    }
}

/// Masks all but the last two characters of `text` with `•`; a text of two characters or fewer is masked whole.
pub fn mask(text: &str) -> String {
    let length = text.chars().count();
    let shown_from = if length > 2 { length - 2 } else { length };
    text.chars().enumerate().map(|(index, character)| if index < shown_from { '•' } else { character }).collect()
}

/// Masks every occurrence of `values` (normal forms, such as `AB12345678`) in `text`, however it is spaced:
/// `A B, 1 2 3 4 5 6 7 8` is one too. All but the last two characters become `•`.
pub fn mask_values(text: &str, values: &[String]) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    let plain = |value: &String| -> Vec<char> {
        value.chars().filter(|one| one.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    // One or two characters would mask half of every sentence and hide nothing.
    let mut values: Vec<Vec<char>> = values.iter().map(plain).filter(|value| value.len() > 2).collect();
    // A value that stands within another must not keep the other from being found.
    values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    for wanted in values {
        let mut start = 0;
        while let Some(places) = find_spaced(&characters, &wanted, start) {
            let hidden = places.len().saturating_sub(2);
            for &place in &places[..hidden] {
                characters[place] = '•';
            }
            start = places.last().map_or(characters.len(), |last| last + 1);
        }
    }
    characters.into_iter().collect()
}

/// Where `wanted` stands in `text` from `start` on, letters and digits only, as the places of its characters.
fn find_spaced(text: &[char], wanted: &[char], start: usize) -> Option<Vec<usize>> {
    'candidates: for first in start..text.len() {
        let begins_word = first == 0 || !text[first - 1].is_alphanumeric();
        if !begins_word || !text[first].is_alphanumeric() {
            continue;
        }
        let mut places = Vec::with_capacity(wanted.len());
        for (place, &character) in text.iter().enumerate().skip(first) {
            if places.len() == wanted.len() {
                break;
            }
            if !character.is_alphanumeric() {
                continue;
            }
            if !character.to_lowercase().eq(std::iter::once(wanted[places.len()])) {
                continue 'candidates;
            }
            places.push(place);
        }
        if places.len() == wanted.len() {
            return Some(places);
        }
    }
    None
}

/// Words that stand for digits. Single letters and anything with a digit in it are told without a list.
const DIGIT_WORDS: [&str; 14] =
    ["oh", "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "double", "triple"];
/// Mandarin characters that stand for digits.
const DIGIT_CHARACTERS: &str = "零〇一二两三四五六七八九十幺";

/// Masks the answer to a private question if it holds anything that could be part of a number or a code: all
/// but its last two letters or digits. Other answers ("I want to talk to a person") are left as they are.
pub fn mask_spoken_code(text: &str) -> String {
    let is_part_of_code = |word: &str| {
        let word = word.to_lowercase();
        let single_letter = word.chars().count() == 1 && word != "i" && word != "a" && word.is_ascii();
        let has_digit = word.chars().any(|one| one.is_ascii_digit() || DIGIT_CHARACTERS.contains(one));
        single_letter || has_digit || DIGIT_WORDS.contains(&word.as_str())
    };
    let words = text.split(|one: char| !one.is_alphanumeric()).filter(|word| !word.is_empty());
    if !words.into_iter().any(is_part_of_code) {
        return text.to_owned();
    }
    let letters: String = text.chars().filter(|one| one.is_alphanumeric()).collect();
    mask(&letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_within_another_hides_nothing_less_of_it() {
        let values = ["AB1234".to_owned(), "XYAB1234".to_owned()];
        assert_eq!(mask_values("for XYAB1234 and AB1234", &values), "for ••••••34 and ••••34");
    }

    #[test]
    fn debug_never_shows_the_value() {
        let number = Private::new("+442012345678".to_owned());
        assert_eq!(format!("{number:?}"), "•••");
        assert_eq!(format!("{:?}", Some(&number)), "Some(•••)");
    }

    #[test]
    fn masks_all_but_the_last_two_characters() {
        assert_eq!(mask("AB12345678"), "••••••••78");
        assert_eq!(mask("ab"), "••");
        assert_eq!(mask(""), "");
    }

    fn values(values: &[&str]) -> Vec<String> {
        values.iter().map(|&value| value.to_owned()).collect()
    }

    #[test]
    fn a_value_is_masked_however_it_is_spaced() {
        let order = values(&["AB12345678"]);
        assert_eq!(mask_values("Your order AB12345678 is late.", &order), "Your order ••••••••78 is late.");
        assert_eq!(mask_values("It is a b, 1 2 3 4 - 5 6 7 8?", &order), "It is • •, • • • • - • • 7 8?");
        assert_eq!(mask_values("AB1234 is another.", &order), "AB1234 is another.");
        assert_eq!(mask_values("twice AB12345678, AB12345678", &order), "twice ••••••••78, ••••••••78");
    }

    #[test]
    fn short_values_do_not_mask_a_sentence() {
        assert_eq!(mask_values("a is a letter", &values(&["a"])), "a is a letter");
    }

    #[test]
    fn an_answer_with_a_code_in_it_keeps_two_characters() {
        assert_eq!(mask_spoken_code("AB 12 34."), "••••34");
        assert_eq!(mask_spoken_code("It is A, B as in Bravo."), "•".repeat(13) + "vo");
        assert_eq!(mask_spoken_code("seven seven oh"), "•".repeat(10) + "oh");
        assert_eq!(mask_spoken_code("是 一三八"), "••三八");
        assert_eq!(mask_spoken_code("I want to talk to a person."), "I want to talk to a person.");
    }
}
