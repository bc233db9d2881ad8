//! What is said: anger, complaint, urgency, fear, despair, threat, profanity, thanks, delight, and the wish for a person, in
//! English and Mandarin, as a recogniser writes them: without punctuation, and misheard now and then.
//!
//! The phrases stand in `en.txt` and `zh.txt` and are our own. A negation turns a phrase ("not happy", "没有不满意"), a word
//! of degree makes it stronger or weaker ("very", "a bit", "非常", "有点").

mod english;
mod lexicon;
mod mandarin;
#[cfg(test)]
mod tests;

use crate::words::simplified;

pub use lexicon::Feeling;

/// What was found in a text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WordsHeard {
    /// Every phrase, in the order said.
    pub found: Vec<Found>,
}

/// A phrase that tells something.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// What it tells.
    pub feeling: Feeling,
    /// As it was said, a negation included.
    pub text: String,
    /// 1 mild to 3 strong, times the word of degree before it.
    pub strength: f32,
    /// Whether a negation turns it.
    pub negated: bool,
}

/// How much each feeling weighs for distress, a unit of strength.
const fn weight(feeling: Feeling) -> f32 {
    match feeling {
        Feeling::Anger | Feeling::Threat => 0.9,
        Feeling::Fear | Feeling::Despair | Feeling::Profanity => 0.8,
        Feeling::Complaint => 0.65,
        Feeling::Urgency => 0.25,
        Feeling::Person => 0.25,
        Feeling::Thanks => -0.6,
        Feeling::Delight => -0.9,
        Feeling::Plain => 0.0,
    }
}

/// What a turned phrase weighs: "not bad" is faint praise, "not happy" is a complaint.
const fn turned(weight: f32) -> f32 {
    if weight > 0.0 { -0.3 } else { 0.8 }
}

/// Sums saturate: the tenth curse adds little.
const MOST: f32 = 4.0;

impl WordsHeard {
    /// Reads a text in either language, or in both.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let text = simplified(text);
        let mut found = Vec::new();
        for piece in pieces(&text) {
            match piece {
                Piece::Han(text) => mandarin::read(text, &mut found),
                Piece::Latin(text) => english::read(text, &mut found),
            }
        }
        found.retain(|found: &Found| found.feeling != Feeling::Plain);
        Self { found }
    }

    /// How much the words speak for distress, 0 (nothing does) to 4.
    #[must_use]
    pub fn against(&self) -> f32 {
        let sum: f32 = self.found.iter().map(Found::weight).filter(|weight| *weight > 0.0).sum();
        MOST * (sum / MOST).tanh()
    }

    /// How much they speak for contentment, 0 to 4.
    #[must_use]
    pub fn in_favour(&self) -> f32 {
        let sum: f32 = self.found.iter().map(|found| -found.weight()).filter(|weight| *weight > 0.0).sum();
        MOST * (sum / MOST).tanh()
    }

    /// Whether what is said is plainly content: thanks or delight, and nothing that speaks against.
    #[must_use]
    pub fn are_content(&self) -> bool {
        self.in_favour() >= 0.5 && self.against() < 0.5 * self.in_favour()
    }

    /// Unpleasant 0 to pleasant 1; 0.5 where the words tell nothing.
    #[must_use]
    pub fn valence(&self) -> f32 {
        // Urgency and the wish for a person are no displeasure.
        let neutral = |found: &&Found| !matches!(found.feeling, Feeling::Urgency | Feeling::Person);
        let sum: f32 = self.found.iter().filter(neutral).map(Found::weight).sum();
        0.5 - 0.5 * (sum / 2.2).tanh()
    }

    /// Whether a feeling was named, not negated.
    #[must_use]
    pub fn names(&self, feeling: Feeling) -> bool {
        self.found.iter().any(|found| found.feeling == feeling && !found.negated)
    }
}

impl Found {
    fn weight(&self) -> f32 {
        let weight = weight(self.feeling);
        if self.negated { turned(weight) * self.strength.min(2.0) } else { weight * self.strength }
    }
}

enum Piece<'a> {
    Han(&'a str),
    Latin(&'a str),
}

fn is_han(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{9fff}')
}

/// Stretches of Mandarin and of anything else. Digits stay with what they stand in.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let han = is_han(first);
        let end = rest
            .char_indices()
            .find(|&(_, character)| if han { character.is_ascii_alphabetic() } else { is_han(character) })
            .map_or(rest.len(), |(at, _)| at);
        let (piece, after) = rest.split_at(end);
        pieces.push(if han { Piece::Han(piece) } else { Piece::Latin(piece) });
        rest = after;
    }
    pieces
}
