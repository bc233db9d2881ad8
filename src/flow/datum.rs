//! A value as flows know it: in a slot, in a variable, in a row that a connection returned.

use serde::Serialize;

use super::operators::FieldKind;

/// One value. `Debug` shows its kind alone, since it may belong to a caller; ask for [`Datum::text`] by name.
#[derive(Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Datum {
    /// Nothing: an unset slot, an empty field.
    Absent,
    /// Yes or no.
    YesNo(bool),
    /// A number, an amount of money.
    Number(f64),
    /// Text: codes, digits, names, choices.
    Text(String),
    /// A day.
    Date(jiff::civil::Date),
    /// A time of day.
    Time(jiff::civil::Time),
    /// A span of time.
    Duration(jiff::SignedDuration),
    /// A moment, such as `now`.
    Moment(jiff::Timestamp),
}

/// A text that is no value of the kind its connection declares.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}: mend the row, or declare the field otherwise in `returns`")]
pub struct NotThatKind {
    /// What the declared kind looks like.
    pub expected: &'static str,
}

impl Datum {
    /// The value as plain text, in its normal form: what a connection is sent and a screen shows.
    pub fn text(&self) -> String {
        match self {
            Self::Absent => String::new(),
            Self::YesNo(true) => "yes".to_owned(),
            Self::YesNo(false) => "no".to_owned(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
            Self::Date(date) => date.to_string(),
            Self::Time(time) => time.strftime("%H:%M").to_string(),
            Self::Duration(length) => length.to_string(),
            Self::Moment(moment) => moment.to_string(),
        }
    }

    /// Whether there is no value.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::YesNo(_) => "yes_no",
            Self::Number(_) => "number",
            Self::Text(_) => "text",
            Self::Date(_) => "date",
            Self::Time(_) => "time",
            Self::Duration(_) => "duration",
            Self::Moment(_) => "moment",
        }
    }
}

impl std::fmt::Debug for Datum {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Datum({})", self.kind())
    }
}

impl FieldKind {
    /// Reads a cell of a table: an empty one is [`Datum::Absent`].
    pub fn read(self, cell: &str) -> Result<Datum, NotThatKind> {
        let cell = cell.trim();
        if cell.is_empty() {
            return Ok(Datum::Absent);
        }
        match self {
            Self::Text | Self::Phone => Ok(Datum::Text(cell.to_owned())),
            Self::Number | Self::Money => {
                let plain: String = cell.chars().filter(|character| *character != ',').collect();
                match plain.parse::<f64>() {
                    Ok(number) if number.is_finite() => Ok(Datum::Number(number)),
                    _ => Err(NotThatKind { expected: "a number such as 42 or 19.90" }),
                }
            }
            Self::Date => {
                let expected = NotThatKind { expected: "a day such as 2026-01-05" };
                cell.parse().map(Datum::Date).map_err(|_| expected)
            }
            Self::Time => {
                let expected = NotThatKind { expected: "a time such as 14:30" };
                cell.parse().map(Datum::Time).map_err(|_| expected)
            }
            Self::YesNo => match cell.to_lowercase().as_str() {
                "yes" | "true" | "1" => Ok(Datum::YesNo(true)),
                "no" | "false" | "0" => Ok(Datum::YesNo(false)),
                _ => Err(NotThatKind { expected: "yes or no" }),
            },
            Self::Duration => {
                let expected = NotThatKind { expected: "a span of time such as 90m, 2h 30m or PT2H30M" };
                cell.parse().map(Datum::Duration).map_err(|_| expected)
            }
            Self::Moment => {
                let expected = NotThatKind { expected: "a moment with its offset such as 2026-01-05T14:30+08:00" };
                cell.parse().map(Datum::Moment).map_err(|_| expected)
            }
        }
    }

    /// What two values of this kind are compared by in a look-up: case, spaces and hyphens do not count in text,
    /// only digits count in a telephone number. `None` for an absent value, which matches nothing.
    pub fn comparable(self, value: &Datum) -> Option<String> {
        let text = match value {
            Datum::Absent => return None,
            other => other.text(),
        };
        let comparable: String = match self {
            Self::Phone => {
                let digits: String = text.chars().filter(char::is_ascii_digit).collect();
                digits.trim_start_matches("00").to_owned()
            }
            Self::Text => {
                let kept = text.chars().filter(|character| !character.is_whitespace() && *character != '-');
                kept.flat_map(char::to_lowercase).collect()
            }
            _ => match self.read(&text) {
                Ok(read) => read.text(),
                Err(_) => text,
            },
        };
        if comparable.is_empty() { None } else { Some(comparable) }
    }
}

impl serde::Serialize for FieldKind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_read_by_their_declared_kind() {
        assert_eq!(FieldKind::Date.read("2026-01-05").unwrap(), Datum::Date(jiff::civil::date(2026, 1, 5)));
        assert_eq!(FieldKind::Money.read("1,250.50").unwrap(), Datum::Number(1250.5));
        assert_eq!(FieldKind::YesNo.read("Yes").unwrap(), Datum::YesNo(true));
        assert_eq!(FieldKind::Text.read("  ").unwrap(), Datum::Absent);
        assert_eq!(FieldKind::Duration.read("2h 30m").unwrap().text(), "PT2H30M");
        assert_eq!(FieldKind::Moment.read("2026-01-05T14:30+08:00").unwrap().text(), "2026-01-05T06:30:00Z");
        assert!(FieldKind::Moment.read("2026-01-05T14:30").is_err());
        assert!(FieldKind::Date.read("5 January").is_err());
        assert!(FieldKind::Number.read("NaN").is_err());
    }

    #[test]
    fn look_ups_compare_after_normalising_by_kind() {
        let comparable = |kind: FieldKind, text: &str| kind.comparable(&Datum::Text(text.to_owned()));
        assert_eq!(comparable(FieldKind::Text, "ab 1234-5678"), comparable(FieldKind::Text, "AB12345678"));
        assert_eq!(comparable(FieldKind::Phone, "+44 20 1234 5678"), comparable(FieldKind::Phone, "0044 2012345678"));
        assert_eq!(comparable(FieldKind::Text, " - "), None);
        assert_eq!(FieldKind::Text.comparable(&Datum::Absent), None);
        assert_ne!(comparable(FieldKind::Number, "12"), comparable(FieldKind::Number, "21"));
    }

    #[test]
    fn debug_never_shows_the_value() {
        assert_eq!(format!("{:?}", Datum::Text("AB12345678".to_owned())), "Datum(text)");
    }
}
