//! Days that move with the calendar: `today`, `today+2`, `today-10` in a table stay as fresh as the day they are read,
//! so that a demo or a test never grows old.

use crate::flow::{Datum, FieldKind, NotThatKind};

/// Reads a cell as a value of `kind`, as it stands at `now`: `today+2` is a day, `today+1 14:30` a moment.
pub(super) fn read(kind: FieldKind, cell: &str, now: &jiff::Zoned) -> Result<Datum, NotThatKind> {
    let Some(rest) = cell.trim().strip_prefix("today") else { return kind.read(cell) };
    let (offset, time) = match rest.trim_start().split_once(' ') {
        Some((offset, time)) => (offset, Some(time.trim())),
        None => (rest, None),
    };
    let moved = || {
        let days: i64 = if offset.is_empty() { 0 } else { offset.parse().ok()? };
        now.date().checked_add(jiff::Span::new().try_days(days).ok()?).ok()
    };
    match (kind, time) {
        (FieldKind::Date, None) => {
            let expected = NotThatKind { expected: "a day such as 2026-01-05, today or today+2" };
            moved().map(Datum::Date).ok_or(expected)
        }
        (FieldKind::Moment, Some(time)) => {
            let time: Option<jiff::civil::Time> = time.parse().ok();
            let moment =
                moved().zip(time).and_then(|(day, time)| day.to_datetime(time).to_zoned(now.time_zone().clone()).ok());
            let expected = NotThatKind { expected: "a moment such as 2026-01-05T14:30+08:00 or today+1 14:30" };
            moment.map(|moment| Datum::Moment(moment.timestamp())).ok_or(expected)
        }
        _ => kind.read(cell),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_move_with_the_calendar() {
        let now: jiff::Zoned = "2026-01-30T23:30[Asia/Shanghai]".parse().unwrap();
        let day = |year, month, day| Datum::Date(jiff::civil::date(year, month, day));
        let cases = [
            ("today", day(2026, 1, 30)),
            ("today+2", day(2026, 2, 1)),
            ("today-30", day(2025, 12, 31)),
            (" 2026-01-05 ", day(2026, 1, 5)),
        ];
        for (cell, expected) in cases {
            assert_eq!(read(FieldKind::Date, cell, &now), Ok(expected), "{cell}");
        }
        let moment = Datum::Moment("2026-01-31T06:30:00Z".parse().unwrap());
        assert_eq!(read(FieldKind::Moment, "today+1 14:30", &now), Ok(moment));
        assert_eq!(read(FieldKind::Text, "today", &now), Ok(Datum::Text("today".to_owned())));
        for wrong in ["today+", "today+x", "today+99999999999", "today + 2"] {
            assert!(read(FieldKind::Date, wrong, &now).is_err(), "{wrong} was taken");
        }
    }
}
