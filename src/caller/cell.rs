//! One value as a far side writes it, brought into the kind that the operator declared.

use std::collections::BTreeMap;

use super::trouble::Trouble;
use crate::flow::{Datum, FieldKind, FieldShape, Record};

/// The longest text taken from a far side, in characters: it may be spoken.
const LONGEST_TEXT: usize = 2_000;
/// The length of `2026-01-05`.
const DAY: usize = 10;

/// A value of a JSON document or of a column.
#[derive(Clone, PartialEq)]
pub(super) enum Cell {
    /// `null`, NULL, or not there.
    Absent,
    YesNo(bool),
    Whole(i64),
    Decimal(f64),
    Text(String),
    /// A point in time.
    Moment(jiff::Timestamp),
    /// A list, an object, a blob: nothing that a field can hold. Named for the log.
    Other(&'static str),
}

impl Cell {
    /// The value as one of `kind`; the error says what was expected instead. A point in time where a day or a time of
    /// day is wanted is the one in `zone`.
    pub fn of_kind(self, kind: FieldKind, zone: &jiff::tz::TimeZone) -> Result<Datum, String> {
        let wrong = |what: &str| Err(format!("expected a {}, got {what}", kind.name()));
        match (kind, self) {
            (_, Self::Absent) => Ok(Datum::Absent),
            (_, Self::Other(what)) => wrong(what),
            (FieldKind::YesNo, Self::YesNo(truth)) => Ok(Datum::YesNo(truth)),
            (FieldKind::YesNo, Self::Whole(number @ (0 | 1))) => Ok(Datum::YesNo(number == 1)),
            (FieldKind::Number | FieldKind::Money, Self::Whole(number)) => Ok(Datum::Number(number as f64)),
            (FieldKind::Number | FieldKind::Money, Self::Decimal(number)) if number.is_finite() => {
                Ok(Datum::Number(number))
            }
            (FieldKind::Text | FieldKind::Phone, Self::Whole(number)) => Ok(Datum::Text(number.to_string())),
            (FieldKind::Text | FieldKind::Phone, Self::Decimal(number)) => Ok(Datum::Text(number.to_string())),
            (FieldKind::Text, Self::YesNo(truth)) => Ok(Datum::Text(Datum::YesNo(truth).text())),
            (_, Self::Text(text)) if text.chars().count() > LONGEST_TEXT => {
                Err(format!("a text longer than {LONGEST_TEXT} characters"))
            }
            (FieldKind::Moment, Self::Moment(moment)) => Ok(Datum::Moment(moment)),
            (FieldKind::Date, Self::Moment(moment)) => Ok(Datum::Date(moment.to_zoned(zone.clone()).date())),
            (FieldKind::Time, Self::Moment(moment)) => Ok(Datum::Time(moment.to_zoned(zone.clone()).time())),
            (FieldKind::Text, Self::Moment(moment)) => Ok(Datum::Text(moment.to_string())),
            (_, Self::Moment(_)) => wrong("a point in time"),
            (FieldKind::Date, Self::Text(text)) if text.trim().len() > DAY => match text.trim().parse() {
                Ok(moment) => Self::Moment(moment).of_kind(kind, zone),
                Err(_) => read(kind, day_of(text.trim())),
            },
            (_, Self::Text(text)) => read(kind, text.trim()),
            (_, Self::YesNo(_)) => wrong("a yes or no"),
            (_, Self::Whole(_) | Self::Decimal(_)) => wrong("a number"),
        }
    }
}

/// The whole number that `number` is, if it is one. From 2^53 on a floating number does not say which it is.
pub(super) fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0).then_some(number as i64)
}

fn read(kind: FieldKind, text: &str) -> Result<Datum, String> {
    kind.read(text).map_err(|fault| format!("expected {}", fault.expected))
}

/// The day of `2026-01-05 10:00` and `2026-01-05T10:00:00`, which name no zone: the one that is written; any other text
/// as it is.
fn day_of(text: &str) -> &str {
    match text.split_at_checked(DAY) {
        Some((day, rest)) if rest.starts_with(['T', 't', ' ']) => day,
        _ => text,
    }
}

/// A row in the declared shape, its moments seen from `zone`; `cell` gives the value of a field.
pub(super) fn record(
    returns: &BTreeMap<String, FieldShape>,
    zone: &jiff::tz::TimeZone,
    mut cell: impl FnMut(&str) -> Result<Cell, Trouble>,
) -> Result<Record, Trouble> {
    let mut record = Record::new();
    for (field, shape) in returns {
        let wrong = |why: String| Trouble::WrongShape(format!("{field:?}: {why}"));
        let value = cell(field)?.of_kind(shape.kind, zone).map_err(wrong)?;
        if value.is_absent() && !shape.optional {
            return Err(wrong("empty, though declared without a `?`".to_owned()));
        }
        record.insert(field.clone(), value);
    }
    Ok(record)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shanghai() -> jiff::tz::TimeZone {
        jiff::tz::TimeZone::get("Asia/Shanghai").unwrap()
    }

    #[test]
    fn far_sides_write_values_in_many_ways() {
        let text = |text: &str| Cell::Text(text.to_owned());
        let date = Datum::Date(jiff::civil::date(2026, 1, 5));
        let cases = [
            (FieldKind::Text, Cell::Whole(42), Datum::Text("42".to_owned())),
            (FieldKind::Phone, text(" +44 20 1 "), Datum::Text("+44 20 1".to_owned())),
            (FieldKind::Number, text("1,250.5"), Datum::Number(1250.5)),
            (FieldKind::Money, Cell::Decimal(19.9), Datum::Number(19.9)),
            (FieldKind::Date, text("2026-01-05"), date.clone()),
            (FieldKind::Date, text("2026-01-05T23:59:00+08:00"), date.clone()),
            (FieldKind::Date, text("2026-01-04T20:00:00Z"), date.clone()),
            (FieldKind::Date, text("2026-01-05T20:00:00"), date.clone()),
            (FieldKind::Date, text("2026-01-05 10:00:00"), date),
            (FieldKind::Time, text("14:30:00"), Datum::Time(jiff::civil::time(14, 30, 0, 0))),
            (FieldKind::YesNo, Cell::Whole(1), Datum::YesNo(true)),
            (FieldKind::YesNo, text("False"), Datum::YesNo(false)),
            (FieldKind::Text, text("  "), Datum::Absent),
            (
                FieldKind::Moment,
                text("2026-01-05T14:30:00+08:00"),
                Datum::Moment("2026-01-05T06:30:00Z".parse().unwrap()),
            ),
        ];
        for (kind, cell, expected) in cases {
            assert_eq!(cell.of_kind(kind, &shanghai()), Ok(expected), "{}", kind.name());
        }
    }

    #[test]
    fn what_is_not_of_the_kind_is_told_without_the_value() {
        let wrong = [
            (FieldKind::Date, Cell::Text("next week, AB12345678".to_owned())),
            (FieldKind::Date, Cell::Whole(20260105)),
            (FieldKind::YesNo, Cell::Whole(2)),
            (FieldKind::Number, Cell::Decimal(f64::NAN)),
            (FieldKind::Number, Cell::YesNo(true)),
            (FieldKind::Duration, Cell::Whole(90)),
            (FieldKind::Text, Cell::Other("a list")),
            (FieldKind::Text, Cell::Text("x".repeat(2_001))),
            (FieldKind::Moment, Cell::Text("2026-01-05T14:30".to_owned())),
        ];
        for (kind, cell) in wrong {
            let why = cell.of_kind(kind, &shanghai()).unwrap_err();
            assert!(!why.contains("AB12"), "{why}");
        }
    }

    #[test]
    fn a_row_has_every_field_that_must_be_there() {
        let returns = BTreeMap::from([
            ("status".to_owned(), FieldShape::parse("text").unwrap()),
            ("due".to_owned(), FieldShape::parse("date?").unwrap()),
        ]);
        let row = record(&returns, &shanghai(), |field| {
            Ok(if field == "status" { Cell::Text("late".to_owned()) } else { Cell::Absent })
        });
        assert_eq!(row.unwrap()["due"], Datum::Absent);
        let fault = record(&returns, &shanghai(), |_| Ok(Cell::Absent)).unwrap_err();
        assert_eq!(fault.kind(), "wrong_shape");
        assert!(fault.to_string().contains("\"status\": empty"), "{fault}");
    }
}
