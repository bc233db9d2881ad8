//! What is being spelt, and what to make of a symbol that does not fit.

use super::super::shape::{Place, Shape};

/// What the symbols must come to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Wanted {
    /// `min` to `max` digits.
    Digits { min: usize, max: usize },
    /// Symbols at fixed places, separators left out.
    Places(Vec<Kind>),
}

/// What stands at one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A letter, `A` to `Z`.
    Letter,
    /// A digit.
    Digit,
    /// A digit, or `X` as the check digit that stands for ten.
    DigitOrX,
}

/// Which letters the words may spell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Letters {
    /// None: only digits are wanted.
    None,
    /// The X of a check digit.
    OnlyX,
    /// All of them.
    All,
}

impl Wanted {
    pub fn shape(shape: &Shape) -> Self {
        let kinds = shape.spoken().into_iter().map(|place| match place {
            Place::Letter => Kind::Letter,
            Place::Digit | Place::Mark(_) => Kind::Digit,
        });
        Self::Places(kinds.collect())
    }

    /// Which letters may be in it.
    pub fn letters(&self) -> Letters {
        match self {
            Self::Digits { .. } => Letters::None,
            Self::Places(kinds) if kinds.contains(&Kind::Letter) => Letters::All,
            Self::Places(kinds) if kinds.contains(&Kind::DigitOrX) => Letters::OnlyX,
            Self::Places(_) => Letters::None,
        }
    }

    /// The kind of each symbol of a value that is `length` long.
    pub fn kinds(&self, length: usize) -> Vec<Kind> {
        match self {
            Self::Digits { .. } => vec![Kind::Digit; length],
            Self::Places(kinds) => kinds.iter().copied().take(length).collect(),
        }
    }

    /// The most symbols that fit.
    pub fn longest(&self) -> usize {
        match self {
            Self::Digits { max, .. } => *max,
            Self::Places(places) => places.len(),
        }
    }

    /// The last `count` symbols of a value that is `length` long.
    pub fn tail(&self, length: usize, count: usize) -> Self {
        match self {
            Self::Digits { .. } => Self::Digits { min: count, max: count },
            Self::Places(places) => {
                let end = length.min(places.len());
                Self::Places(places[end.saturating_sub(count)..end].to_vec())
            }
        }
    }

    /// Whether `count` fitting symbols are a whole value.
    pub fn is_complete(&self, count: usize) -> bool {
        match self {
            Self::Digits { min, max } => (*min..=*max).contains(&count),
            Self::Places(places) => count == places.len(),
        }
    }

    /// What `symbol` becomes at `place`, and what that costs; `None` when it cannot stand there.
    pub fn fit(&self, place: usize, symbol: char) -> Option<(char, f32)> {
        let wants_letter = match self {
            Self::Digits { max, .. } => {
                if place >= *max {
                    return None;
                }
                false
            }
            Self::Places(places) => match places.get(place)? {
                Kind::DigitOrX if symbol == 'X' => return Some((symbol, 0.0)),
                Kind::Digit | Kind::DigitOrX => false,
                Kind::Letter => true,
            },
        };
        if symbol.is_ascii_digit() != wants_letter {
            return Some((symbol, 0.0));
        }
        let table = if wants_letter { DIGIT_AS_LETTER } else { LETTER_AS_DIGIT };
        table.iter().find(|(heard, _, _)| *heard == symbol).map(|(_, meant, cost)| (*meant, *cost))
    }
}

/// Digits heard where a letter is due: what sounds like it.
const DIGIT_AS_LETTER: &[(char, char, f32)] =
    &[('0', 'O', 0.1), ('8', 'A', 0.3), ('1', 'I', 0.4), ('5', 'I', 0.7), ('2', 'Q', 0.6)];

/// Letters heard where a digit is due. `O` for zero is how English is spoken, hence free.
#[rustfmt::skip]
const LETTER_AS_DIGIT: &[(char, char, f32)] = &[
    ('O', '0', 0.0), ('A', '8', 0.3), ('H', '8', 0.35), ('I', '1', 0.25), ('L', '1', 0.4), ('Z', '0', 0.5),
    ('X', '6', 0.35), ('S', '6', 0.5), ('U', '2', 0.45), ('Q', '2', 0.5), ('E', '3', 0.6), ('N', '9', 0.6),
    ('F', '4', 0.6),
];
