//! What a slot holds once it is understood.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The normal form of something a caller said, or of a field that a look-up returned.
///
/// Serialises as the plain JSON value. Deserialising never guesses: a JSON string stays
/// [`Value::Text`], even where it looks like a date, because `20260103` may as well be an order number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Whole(i64),
    /// A number with a fraction.
    Decimal(f64),
    /// A day.
    #[serde(skip_deserializing)]
    Date(jiff::civil::Date),
    /// A time of day.
    #[serde(skip_deserializing)]
    Time(jiff::civil::Time),
    /// A span of time; a day is 24 hours, a month 30 days, a year 365.
    #[serde(skip_deserializing)]
    Duration(jiff::SignedDuration),
    /// Digits, codes, choices, names and free text.
    Text(String),
}

impl Value {
    /// The text, when this is a text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, when this is one.
    pub const fn as_number(&self) -> Option<f64> {
        match self {
            Self::Whole(number) => Some(*number as f64),
            Self::Decimal(number) => Some(*number),
            _ => None,
        }
    }

    /// The truth, when this is a yes or no.
    pub const fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(truth) => Some(*truth),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

/// The written form: `yes`, `42`, `2026-01-03`, `09:30:00`, `PT2H30M`, `AB12345678`.
impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(true) => formatter.write_str("yes"),
            Self::Bool(false) => formatter.write_str("no"),
            Self::Whole(number) => number.fmt(formatter),
            Self::Decimal(number) => number.fmt(formatter),
            Self::Date(date) => date.fmt(formatter),
            Self::Time(time) => time.fmt(formatter),
            Self::Duration(length) => length.fmt(formatter),
            Self::Text(text) => formatter.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_plain_json_both_ways_and_never_guesses_a_date() {
        assert_eq!(serde_json::to_string(&Value::Bool(true)).unwrap(), "true");
        assert_eq!(serde_json::to_string(&Value::Date(jiff::civil::date(2026, 1, 3))).unwrap(), "\"2026-01-03\"");
        assert_eq!(serde_json::from_str::<Value>("\"20260103\"").unwrap(), Value::from("20260103"));
        assert_eq!(serde_json::from_str::<Value>("7").unwrap(), Value::Whole(7));
        assert_eq!(serde_json::from_str::<Value>("7.5").unwrap(), Value::Decimal(7.5));
    }
}
