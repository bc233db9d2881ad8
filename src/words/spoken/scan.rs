//! What was heard, as words with their meanings.

use super::super::simplify::simplified_char;
use super::super::token::{MAX_TOKENS, half_width, is_han};
use super::lexicon::{Sense, sense_of};

/// What a token is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A run of figures.
    Number,
    /// A word of letters.
    Word,
    /// One Chinese character.
    Han,
    /// A sign that means something between figures or before an amount: `. : / - $ £ € ¥`.
    Sign,
}

/// One word, run of figures, Chinese character or sign.
#[derive(Debug, Clone, Copy)]
pub struct Token {
    start: u32,
    end: u32,
    /// What it is made of.
    pub kind: Kind,
    /// What it means, for words.
    pub sense: Sense,
    /// The number, for figures; too long a run is `u64::MAX`.
    pub value: u64,
    /// How many figures there are.
    pub digits: u8,
    /// A comma groups the figures: 1,299.
    pub grouped: bool,
    /// The first character.
    pub first: char,
    /// It followed the token before without a space.
    pub glued: bool,
    /// A comma, a full stop or the like stood before it.
    pub pause: bool,
}

/// An utterance: lower case, simplified characters, without fillers such as "uh".
#[derive(Debug, Clone, Default)]
pub struct Heard {
    /// The tokens one after the other, nothing between them.
    text: String,
    tokens: Vec<Token>,
}

/// The most figures that are a number.
const MOST_DIGITS: usize = 15;

impl Heard {
    /// Reads what a recogniser wrote; at most 240 tokens are kept.
    pub fn scan(heard: &str) -> Self {
        let mut scanner = Scanner {
            heard: Self { text: String::with_capacity(heard.len()), tokens: Vec::with_capacity(24) },
            open: None,
            start: 0,
            glued: false,
            pause: false,
            grouped: false,
        };
        let mut rest = heard.chars();
        while let Some(written) = rest.next() {
            if scanner.heard.tokens.len() >= MAX_TOKENS {
                break;
            }
            scanner.take(written, rest.as_str());
        }
        scanner.close();
        scanner.heard
    }

    /// How many tokens there are.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// The token at a place.
    pub fn at(&self, place: usize) -> Option<&Token> {
        self.tokens.get(place)
    }

    /// What the word at a place means; [`Sense::Unknown`] behind the end.
    pub fn sense(&self, place: usize) -> Sense {
        self.tokens.get(place).map_or(Sense::Unknown, |token| token.sense)
    }

    /// The meaning of the word before a place.
    pub fn sense_before(&self, place: usize) -> Sense {
        place.checked_sub(1).map_or(Sense::Unknown, |before| self.sense(before))
    }

    /// Whether the word at a place is this one.
    pub fn is(&self, place: usize, word: &str) -> bool {
        self.word(place) == word
    }

    /// The token at a place as it is written, in lower case; empty behind the end.
    pub fn word(&self, place: usize) -> &str {
        self.tokens.get(place).map_or("", |token| &self.text[token.start as usize..token.end as usize])
    }

    /// The place behind `phrase`, when these Chinese characters stand at `place`.
    pub fn han(&self, place: usize, phrase: &str) -> Option<usize> {
        let token = self.tokens.get(place)?;
        let start = token.start as usize;
        // Most phrases of a list differ in the last byte of their first character: that is looked at first.
        let differs = phrase.as_bytes().get(2) != self.text.as_bytes().get(start + 2);
        if differs || token.kind != Kind::Han || !self.text[start..].starts_with(phrase) {
            return None;
        }
        Some(place + phrase.chars().count())
    }

    /// The first of `phrases` that stands at `place`, and the place behind it.
    pub fn han_of<T: Copy>(&self, place: usize, phrases: &[(&str, T)]) -> Option<(usize, T)> {
        if !self.is_han(place) {
            return None;
        }
        phrases.iter().find_map(|(phrase, meant)| self.han(place, phrase).map(|behind| (behind, *meant)))
    }

    /// The place behind the first of `phrases` that stands at `place`, or `place` itself.
    pub fn skip_han(&self, place: usize, phrases: &[&str]) -> usize {
        phrases.iter().find_map(|phrase| self.han(place, phrase)).unwrap_or(place)
    }

    /// Whether a Chinese character stands at `place`.
    pub fn is_han(&self, place: usize) -> bool {
        self.tokens.get(place).is_some_and(|token| token.kind == Kind::Han)
    }

    /// The Chinese character at `place`.
    pub fn character(&self, place: usize) -> Option<char> {
        self.tokens.get(place).filter(|token| token.kind == Kind::Han).map(|token| token.first)
    }

    /// The figures at `place`.
    pub fn number(&self, place: usize) -> Option<&Token> {
        self.tokens.get(place).filter(|token| token.kind == Kind::Number)
    }

    /// Whether `sign` stands at `place`.
    pub fn sign(&self, place: usize, sign: char) -> bool {
        self.tokens.get(place).is_some_and(|token| token.kind == Kind::Sign && token.first == sign)
    }

    /// The figures that follow `sign` at `place` without a space, as in `.5` of `2.5`.
    pub fn signed(&self, place: usize, sign: char) -> Option<&Token> {
        if !self.sign(place, sign) || !self.glued(place) {
            return None;
        }
        self.number(place + 1).filter(|token| token.glued)
    }

    /// Whether the token at `place` followed the one before without a space.
    pub fn glued(&self, place: usize) -> bool {
        self.tokens.get(place).is_some_and(|token| token.glued)
    }

    /// Whether a comma, a full stop or the like stood before `place`.
    pub fn pause(&self, place: usize) -> bool {
        self.tokens.get(place).is_some_and(|token| token.pause)
    }
}

struct Scanner {
    heard: Heard,
    open: Option<Kind>,
    start: usize,
    glued: bool,
    pause: bool,
    grouped: bool,
}

impl Scanner {
    /// Takes one character; `rest` is what follows it.
    fn take(&mut self, written: char, rest: &str) {
        let character = if written.is_ascii() { written } else { simplified_char(half_width(written)) };
        let next = || rest.chars().next().map(half_width);
        let before_digit = || next().is_some_and(|next| next.is_ascii_digit());
        match character {
            '0'..='9' => self.push(Kind::Number, character),
            'a'..='z' => self.push(Kind::Word, character),
            'A'..='Z' => self.push(Kind::Word, character.to_ascii_lowercase()),
            ' ' | '\t' | '\n' => {
                self.close();
                self.glued = false;
            }
            ',' if self.open == Some(Kind::Number) && groups_thousands(rest) => self.grouped = true,
            '\'' if self.open == Some(Kind::Word) => {}
            '.' | ':' | '/' if self.open == Some(Kind::Number) && before_digit() => self.sign(character),
            '-' | '–' | '−' if before_digit() && self.open != Some(Kind::Word) => self.sign('-'),
            '$' | '£' | '€' => self.sign(character),
            '¥' | '￥' => self.sign('¥'),
            _ if is_han(character) => {
                self.close();
                self.push(Kind::Han, character);
                self.close();
            }
            _ if character.is_alphabetic() => {
                character.to_lowercase().for_each(|lower| self.push(Kind::Word, lower));
            }
            _ => {
                self.close();
                self.glued = false;
                self.pause |= matches!(character, ',' | '.' | ';' | ':' | '!' | '?' | '、' | '。' | '…');
            }
        }
    }

    fn push(&mut self, kind: Kind, character: char) {
        if self.open != Some(kind) {
            self.close();
            self.open = Some(kind);
            self.start = self.heard.text.len();
        }
        self.heard.text.push(character);
    }

    fn sign(&mut self, sign: char) {
        self.close();
        self.push(Kind::Sign, sign);
        self.close();
    }

    /// Ends the token that is open.
    fn close(&mut self) {
        let Some(kind) = self.open.take() else { return };
        let text = &self.heard.text[self.start..];
        let Some(first) = text.chars().next() else { return };
        let sense = if kind == Kind::Word { sense_of(text) } else { Sense::Unknown };
        let is_filler = match kind {
            Kind::Word => sense == Sense::Filler,
            Kind::Han => matches!(first, '呃' | '嗯' | '啊' | '唉' | '诶' | '欸' | '哎' | '额' | '噢' | '呀' | '哈'),
            _ => false,
        };
        if is_filler {
            self.heard.text.truncate(self.start);
            self.glued = false;
            return;
        }
        let value = match kind {
            Kind::Number if text.len() <= MOST_DIGITS => {
                text.bytes().fold(0, |value, byte| value * 10 + u64::from(byte - b'0'))
            }
            _ => u64::MAX,
        };
        self.heard.tokens.push(Token {
            start: u32::try_from(self.start).unwrap_or(u32::MAX),
            end: u32::try_from(self.heard.text.len()).unwrap_or(u32::MAX),
            kind,
            sense,
            value,
            digits: u8::try_from(text.len()).unwrap_or(u8::MAX),
            grouped: std::mem::take(&mut self.grouped),
            first,
            glued: self.glued,
            pause: self.pause,
        });
        self.glued = true;
        self.pause = false;
    }
}

/// Whether exactly three figures come next, and then no fourth: the comma before them groups thousands.
fn groups_thousands(rest: &str) -> bool {
    let digits = rest.chars().take(4).map(half_width).take_while(char::is_ascii_digit).count();
    digits == 3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let heard = Heard::scan(text);
        (0..heard.len()).map(|place| heard.word(place).to_owned()).collect()
    }

    #[test]
    fn signs_stay_where_they_mean_something() {
        assert_eq!(words("It's $1,234.50, at 9:30."), ["its", "$", "1234", ".", "50", "at", "9", ":", "30"]);
        assert_eq!(words("forty-two, 2026-01-05 -3"), ["forty", "two", "2026", "-", "01", "-", "05", "-", "3"]);
        assert_eq!(words("March 3,2026"), ["march", "3", "2026"]);
    }

    #[test]
    fn fillers_go_and_characters_are_simplified() {
        assert_eq!(words("Uh, the 3rd"), ["the", "3", "rd"]);
        assert_eq!(words("呃，後天９點"), ["后", "天", "9", "点"]);
        assert!(Heard::scan("后 天").han(0, "后天").is_some());
    }
}
