//! How wrong a transcript is.

use super::numerals::english_words;
use crate::words::{Language, simplified};

/// Wrong units against units that were said: words in English, characters in Mandarin.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Errors {
    /// Substituted, missing and additional units.
    pub wrong: usize,
    /// Units in the reference.
    pub said: usize,
}

impl Errors {
    /// The share of wrong units; above 1 when more was added than was said.
    pub fn rate(&self) -> f64 {
        self.wrong as f64 / self.said.max(1) as f64
    }

    /// Adds the errors of another recording.
    pub fn add(&mut self, other: Self) {
        self.wrong += other.wrong;
        self.said += other.said;
    }
}

/// The errors of `heard` against `said`, without regard to case, punctuation, how numbers are written, whether letters
/// that are spelt stand apart ("M I S D N", "MISDN"), and traditional or simplified characters.
pub fn errors_between(said: &str, heard: &str, language: Language) -> Errors {
    let (said, heard) = (units(said, language), units(heard, language));
    Errors { wrong: distance(&said, &heard), said: said.len() }
}

fn units(text: &str, language: Language) -> Vec<String> {
    if language == Language::ZH { characters(text) } else { words(text) }
}

fn characters(text: &str) -> Vec<String> {
    const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let same = |character: char| match character {
        '0'..='9' => DIGITS[character as usize - '0' as usize],
        '〇' => '零',
        '幺' | '么' => '一',
        _ => character.to_ascii_lowercase(),
    };
    simplified(text).chars().filter(|character| character.is_alphanumeric()).map(|one| same(one).to_string()).collect()
}

fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut spelling = false;
    let separated = text.to_lowercase().replace(['’', '\''], "").replace("%", " percent ").replace('&', " and ");
    for part in separated.split(|character: char| !character.is_alphanumeric()) {
        let is_letter = part.len() == 1 && part.as_bytes()[0].is_ascii_lowercase();
        let goes_on = spelling && is_letter;
        if !part.is_empty() {
            spelling = is_letter;
        }
        match part {
            "" => {}
            letter if goes_on => words.last_mut().into_iter().for_each(|word| word.push_str(letter)),
            "mr" => words.push("mister".to_owned()),
            "mrs" => words.push("missus".to_owned()),
            "dr" => words.push("doctor".to_owned()),
            "ok" => words.push("okay".to_owned()),
            _ => match english_words(part) {
                Some(number) => words.extend(number),
                None => words.push(part.to_owned()),
            },
        }
    }
    words
}

/// The fewest substitutions, insertions and deletions that make one of the other.
fn distance(said: &[String], heard: &[String]) -> usize {
    let mut row: Vec<usize> = (0..=heard.len()).collect();
    for (index, unit) in said.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (place, other) in heard.iter().enumerate() {
            let substituted = diagonal + usize::from(unit != other);
            diagonal = row[place + 1];
            row[place + 1] = substituted.min(row[place] + 1).min(diagonal + 1);
        }
    }
    row[heard.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writing_does_not_count() {
        let same = |said, heard| errors_between(said, heard, Language::EN);
        assert_eq!(same("Press one, mister Smith.", "press 1 Mr. Smith"), Errors { wrong: 0, said: 4 });
        assert_eq!(same("it's twenty two", "Its 22!"), Errors { wrong: 0, said: 3 });
        assert_eq!(same("the M I S D N gateway", "the misdn gateway"), Errors { wrong: 0, said: 3 });
        assert_eq!(same("plan b or i go", "plan b or i go"), Errors { wrong: 0, said: 5 });
        let zh = errors_between("幺三八零，謝謝", "1380谢谢。", Language::ZH);
        assert_eq!(zh, Errors { wrong: 0, said: 6 });
    }

    #[test]
    fn every_kind_of_error_counts_once() {
        let wrong = |said, heard| errors_between(said, heard, Language::EN).wrong;
        assert_eq!(wrong("up to now", "up so now"), 1);
        assert_eq!(wrong("up to now", "up now"), 1);
        assert_eq!(wrong("up to now", "up to to now"), 1);
        assert_eq!(wrong("up to now", ""), 3);
        assert!((errors_between("go on", "so un so", Language::EN).rate() - 1.5).abs() < 1e-9);
    }
}
