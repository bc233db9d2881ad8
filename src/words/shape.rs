//! The shape of a code: which places are letters, which digits.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The longest shape allowed. Nobody can say a longer code in one breath.
pub const MAX_SHAPE: usize = 40;

/// What stands at one place of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// A Latin letter, `A` to `Z`.
    Letter,
    /// A digit, `0` to `9`.
    Digit,
    /// A separator that belongs to the written form; a caller need not say it.
    Mark(char),
}

/// A pattern such as `LL99999999`: `L` is a letter, `9` a digit; `-`, `/`, `.` and space are written
/// but need not be said.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Shape {
    places: Vec<Place>,
}

impl Shape {
    /// Reads a pattern.
    pub fn parse(pattern: &str) -> Result<Self, NotAShape> {
        let mut places = Vec::new();
        for (index, character) in pattern.chars().enumerate() {
            let place = match character {
                'L' => Place::Letter,
                '9' => Place::Digit,
                '-' | '/' | '.' | ' ' => Place::Mark(character),
                other => return Err(NotAShape::Character { character: other, index }),
            };
            places.push(place);
        }
        if !places.iter().any(|place| !matches!(place, Place::Mark(_))) {
            return Err(NotAShape::Empty);
        }
        if places.len() > MAX_SHAPE {
            return Err(NotAShape::TooLong);
        }
        Ok(Self { places })
    }

    /// Every place, separators included.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// The places a caller says: letters and digits without separators.
    pub(super) fn spoken(&self) -> Vec<Place> {
        self.places.iter().copied().filter(|place| !matches!(place, Place::Mark(_))).collect()
    }

    /// How many letters the shape has.
    pub fn letters(&self) -> usize {
        self.places.iter().filter(|place| matches!(place, Place::Letter)).count()
    }

    /// How many digits the shape has.
    pub fn digits(&self) -> usize {
        self.places.iter().filter(|place| matches!(place, Place::Digit)).count()
    }

    /// Whether `code` is written exactly in this shape, in capitals.
    pub fn fits(&self, code: &str) -> bool {
        let mut characters = code.chars();
        let every_place_fits = self.places.iter().all(|place| match (place, characters.next()) {
            (Place::Letter, Some(character)) => character.is_ascii_uppercase(),
            (Place::Digit, Some(character)) => character.is_ascii_digit(),
            (Place::Mark(mark), Some(character)) => character == *mark,
            (_, None) => false,
        });
        every_place_fits && characters.next().is_none()
    }

    /// Puts the separators between spoken `symbols`. Symbols beyond the shape are appended, missing
    /// ones left out, so that an incomplete code can be shown as well.
    pub(super) fn with_marks(&self, symbols: &str) -> String {
        let mut symbols = symbols.chars().peekable();
        let mut code = String::new();
        for place in &self.places {
            if symbols.peek().is_none() {
                break;
            }
            match place {
                Place::Mark(mark) => code.push(*mark),
                Place::Letter | Place::Digit => code.extend(symbols.next()),
            }
        }
        code.extend(symbols);
        code
    }

    /// A code in this shape, the same for equal `seed`s: for samples and prompts to a recogniser.
    pub fn sample(&self, seed: u32) -> String {
        let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12_345);
        let mut draw = |range: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % range
        };
        let character = |offset: u32, base: u8| char::from(base + u8::try_from(offset).unwrap_or(0));
        self.places
            .iter()
            .map(|place| match place {
                Place::Letter => character(draw(26), b'A'),
                Place::Digit => character(draw(10), b'0'),
                Place::Mark(mark) => *mark,
            })
            .collect()
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for place in &self.places {
            let character = match place {
                Place::Letter => 'L',
                Place::Digit => '9',
                Place::Mark(mark) => *mark,
            };
            write!(formatter, "{character}")?;
        }
        Ok(())
    }
}

impl FromStr for Shape {
    type Err = NotAShape;

    fn from_str(pattern: &str) -> Result<Self, NotAShape> {
        Self::parse(pattern)
    }
}

impl Serialize for Shape {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let pattern = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&pattern).map_err(D::Error::custom)
    }
}

/// A text that is no shape.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAShape {
    /// A character that means nothing in a shape.
    #[error(
        "`{character}` means nothing in a shape; use L for a letter, 9 for a digit, or - / . and space between them"
    )]
    Character {
        /// The character.
        character: char,
        /// Where it stands, counted in characters from 0.
        index: usize,
    },
    /// Neither a letter nor a digit.
    #[error("a shape needs at least one L (letter) or 9 (digit)")]
    Empty,
    /// More than [`MAX_SHAPE`] places.
    #[error("a shape has at most {MAX_SHAPE} places; split a longer code into two slots")]
    TooLong,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fits_only_its_own_codes() {
        let shape = Shape::parse("LL-9999").unwrap();
        assert!(shape.fits("AB-1234"));
        for wrong in ["AB1234", "ab-1234", "A1-1234", "AB-123", "AB-12345", ""] {
            assert!(!shape.fits(wrong), "{wrong}");
        }
        assert!(shape.fits(&shape.sample(7)));
        assert_eq!(shape.with_marks("AB1234"), "AB-1234");
        assert_eq!(shape.with_marks("AB"), "AB");
    }

    #[test]
    fn names_the_character_that_means_nothing() {
        assert_eq!(Shape::parse("LLx9"), Err(NotAShape::Character { character: 'x', index: 2 }));
        assert_eq!(Shape::parse("--"), Err(NotAShape::Empty));
        assert_eq!(Shape::parse(&"9".repeat(41)), Err(NotAShape::TooLong));
    }
}
