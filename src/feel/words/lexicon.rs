//! The lists of phrases, as they stand in `en.txt` and `zh.txt`.

use std::collections::HashMap;
use std::sync::LazyLock;

/// What a phrase tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Feeling {
    /// "this is ridiculous"
    Anger,
    /// "it never arrived"
    Complaint,
    /// "right now"
    Urgency,
    /// "I am worried"
    Fear,
    /// "I don't know what to do"
    Despair,
    /// "you will hear from my lawyer"
    Threat,
    /// Swearing.
    Profanity,
    /// "thank you"
    Thanks,
    /// "wonderful"
    Delight,
    /// "a real person"
    Person,
    /// Words that look like those of another feeling and are none: "good morning".
    Plain,
}

impl Feeling {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "anger" => Self::Anger,
            "complaint" => Self::Complaint,
            "urgency" => Self::Urgency,
            "fear" => Self::Fear,
            "despair" => Self::Despair,
            "threat" => Self::Threat,
            "profanity" => Self::Profanity,
            "thanks" => Self::Thanks,
            "delight" => Self::Delight,
            "person" => Self::Person,
            "plain" => Self::Plain,
            _ => return None,
        })
    }
}

/// A phrase's feeling and strength.
pub(super) type Meaning = (Feeling, f32);

/// One language's phrases by their text; English with single spaces, and words that end in `*` apart.
#[derive(Default)]
pub(super) struct Lexicon {
    pub phrases: HashMap<&'static str, Meaning>,
    /// The last word of the phrase is only a beginning; by the phrase without its star.
    pub beginnings: HashMap<&'static str, Meaning>,
    /// The longest phrase, in words.
    pub longest: usize,
    /// Lines that could not be read: a test sees that there are none.
    pub unread: Vec<&'static str>,
}

pub(super) static ENGLISH: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::parse(include_str!("en.txt")));
pub(super) static MANDARIN: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::parse(include_str!("zh.txt")));

impl Lexicon {
    fn parse(text: &'static str) -> Self {
        let mut lexicon = Self::default();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let Some((meaning, phrases)) = line.split_once(':').and_then(|(head, phrases)| {
                let (name, strength) = head.split_once(' ')?;
                Some(((Feeling::parse(name)?, strength.parse::<f32>().ok()?), phrases))
            }) else {
                lexicon.unread.push(line);
                continue;
            };
            for phrase in phrases.split('|').map(str::trim) {
                let words = phrase.split(' ').count().max(phrase.chars().count() / 3 * usize::from(!phrase.is_ascii()));
                lexicon.longest = lexicon.longest.max(words);
                match phrase.strip_suffix('*') {
                    Some(beginning) => lexicon.beginnings.insert(beginning, meaning),
                    None => lexicon.phrases.insert(phrase, meaning),
                };
            }
        }
        lexicon
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read() {
        for lexicon in [&*ENGLISH, &*MANDARIN] {
            assert!(lexicon.unread.is_empty(), "{:?}", lexicon.unread);
            assert!(lexicon.phrases.len() > 200, "{}", lexicon.phrases.len());
        }
        for phrase in ENGLISH.phrases.keys().chain(ENGLISH.beginnings.keys()) {
            let plain = phrase.chars().all(|letter| letter.is_ascii_lowercase() || letter == ' ');
            assert!(plain && !phrase.contains('*') && !phrase.is_empty(), "{phrase:?}");
        }
        for phrase in MANDARIN.phrases.keys() {
            let plain = phrase.chars().all(|letter| super::super::is_han(letter) || letter.is_ascii_digit());
            assert!(plain && !phrase.is_empty(), "{phrase:?}");
        }
    }
}
