//! What a caller does when it is their turn, or before.

use std::time::Duration;

use crate::words::Language;

/// One turn of the caller.
#[derive(Clone, PartialEq)]
pub enum CallerTurn {
    /// Says something.
    Says(Says),
    /// Presses keys, four a second.
    Keys {
        /// `0` to `9`, `*`, `#`.
        keys: String,
        /// As [`Says::barge_in_after`].
        barge_in_after: Option<Duration>,
    },
    /// Says nothing until the line takes note of it.
    Silence,
    /// Speaks, but so that no words can be made of it.
    Mumbles,
    /// Is somewhere so loud that nobody can be understood.
    Noise,
    /// Hangs up.
    HangUp,
    /// Lets time pass. Silences are counted in it as they would be in a call.
    Wait(Duration),
}

/// Something said, and what the recogniser would make of it.
#[derive(Clone, PartialEq)]
pub struct Says {
    /// The words.
    pub text: String,
    /// How sure the recogniser is of them, 0 to 1.
    pub confidence: f32,
    /// By how much the words lead the next best ones, 0 to 1.
    pub margin: f32,
    /// How upset the caller sounds, 0 to 1; `None`: the voice tells nothing.
    pub distress: Option<f32>,
    /// How complicated the caller's matter has become, 0 to 1; `None`: nobody judges it.
    pub complexity: Option<f32>,
    /// Speaks so long after the bot began, instead of waiting until it has finished. Counted from the first word of
    /// the bot's turn.
    pub barge_in_after: Option<Duration>,
    /// The language spoken; `None`: it is told by the script, so a caller who types Chinese speaks Mandarin.
    pub language: Option<Language>,
}

impl CallerTurn {
    /// Says something plainly.
    pub fn says(text: impl Into<String>) -> Self {
        Self::Says(Says::plainly(text))
    }

    /// Presses keys.
    pub fn keys(keys: impl Into<String>) -> Self {
        Self::Keys { keys: keys.into(), barge_in_after: None }
    }

    /// After how long the caller interrupts, if they do.
    pub fn barge_in_after(&self) -> Option<Duration> {
        match self {
            Self::Says(says) => says.barge_in_after,
            Self::Keys { barge_in_after, .. } => *barge_in_after,
            _ => None,
        }
    }
}

impl Says {
    /// Said and heard without doubt.
    pub fn plainly(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            text,
            confidence: 1.0,
            margin: 1.0,
            distress: None,
            complexity: None,
            barge_in_after: None,
            language: None,
        }
    }

    /// The language as it was given, or as the script tells it: Chinese characters are Mandarin, written-out words
    /// in Latin letters are English, and letters or digits alone tell nothing.
    pub fn spoken_in(&self) -> Option<Language> {
        const WORD: usize = 3;
        if self.language.is_some() {
            return self.language;
        }
        if self.text.chars().any(|one| ('\u{3400}'..='\u{9fff}').contains(&one)) {
            return Some(Language::ZH);
        }
        let words = self.text.split(|one: char| !one.is_alphabetic());
        let is_word = |word: &str| word.len() >= WORD && word.chars().skip(1).all(|one| one.is_ascii_lowercase());
        words.into_iter().any(is_word).then_some(Language::EN)
    }
}

/// What was said stays private.
impl std::fmt::Debug for Says {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Says({} characters, {:.2})", self.text.chars().count(), self.confidence)
    }
}

impl std::fmt::Debug for CallerTurn {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Says(says) => says.fmt(formatter),
            Self::Keys { keys, .. } => write!(formatter, "Keys({} keys)", keys.chars().count()),
            Self::Silence => formatter.write_str("Silence"),
            Self::Mumbles => formatter.write_str("Mumbles"),
            Self::Noise => formatter.write_str("Noise"),
            Self::HangUp => formatter.write_str("HangUp"),
            Self::Wait(time) => write!(formatter, "Wait({time:?})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_tells_the_language_where_it_can() {
        let spoken = |text: &str| Says::plainly(text).spoken_in();
        assert_eq!(spoken("我的订单 AB12"), Some(Language::ZH));
        assert_eq!(spoken("where is my order"), Some(Language::EN));
        assert_eq!(spoken("AB 12345678"), None);
        assert_eq!(spoken(""), None);
    }
}
