//! Values as PostgreSQL sends them: its binary formats (`src/backend/utils/adt` of its source, the `…_send`
//! functions).

use sqlx::postgres::{PgValueFormat, PgValueRef};
use sqlx::{TypeInfo, ValueRef};

use super::super::cell::Cell;

/// Reads a value; `None` when its bytes are not what its type says.
pub(super) fn cell(value: &PgValueRef<'_>) -> Option<Cell> {
    let name = value.type_info().name().to_owned();
    let bytes = value.as_bytes().ok()?;
    match value.format() {
        PgValueFormat::Text => Some(Cell::Text(std::str::from_utf8(bytes).ok()?.to_owned())),
        PgValueFormat::Binary => binary(&name, bytes),
    }
}

fn binary(name: &str, bytes: &[u8]) -> Option<Cell> {
    let whole = |bytes: &[u8]| -> Option<i64> {
        match bytes.len() {
            2 => Some(i64::from(i16::from_be_bytes(bytes.try_into().ok()?))),
            4 => Some(i64::from(i32::from_be_bytes(bytes.try_into().ok()?))),
            8 => Some(i64::from_be_bytes(bytes.try_into().ok()?)),
            _ => None,
        }
    };
    Some(match name {
        "BOOL" => Cell::YesNo(*bytes.first()? != 0),
        "INT2" | "INT4" | "INT8" => Cell::Whole(whole(bytes)?),
        "FLOAT4" => Cell::Decimal(f64::from(f32::from_be_bytes(bytes.try_into().ok()?))),
        "FLOAT8" => Cell::Decimal(f64::from_be_bytes(bytes.try_into().ok()?)),
        "NUMERIC" => return numeric(bytes),
        "DATE" => {
            let day = epoch_day().checked_add(jiff::Span::new().try_days(whole(bytes)?).ok()?).ok()?;
            Cell::Text(day.to_string())
        }
        "TIME" => {
            let since_midnight = jiff::SignedDuration::from_micros(whole(bytes)?);
            Cell::Text(jiff::civil::Time::midnight().checked_add(since_midnight).ok()?.to_string())
        }
        "TIMESTAMP" => {
            let since = jiff::SignedDuration::from_micros(whole(bytes)?);
            Cell::Text(epoch_day().to_datetime(jiff::civil::Time::midnight()).checked_add(since).ok()?.to_string())
        }
        "TIMESTAMPTZ" => {
            let since = jiff::SignedDuration::from_micros(whole(bytes)?);
            Cell::Moment(epoch_moment()?.checked_add(since).ok()?)
        }
        "INTERVAL" => return interval(bytes),
        "UUID" => {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let part = |from, to| hex.get(from..to);
            let parts = [part(0, 8)?, part(8, 12)?, part(12, 16)?, part(16, 20)?, part(20, 32)?];
            Cell::Text(parts.join("-"))
        }
        "BYTEA" => Cell::Other("bytes"),
        "JSON" | "JSONB" => Cell::Other("JSON; take a field out of it with ->>"),
        name if name.ends_with("[]") => Cell::Other("a list"),
        // Text, and types of the operator's own such as enumerations, which come as their names.
        _ => Cell::Text(std::str::from_utf8(bytes).ok()?.to_owned()),
    })
}

/// PostgreSQL counts days and microseconds from the beginning of the year 2000.
fn epoch_day() -> jiff::civil::Date {
    jiff::civil::date(2000, 1, 1)
}

fn epoch_moment() -> Option<jiff::Timestamp> {
    epoch_day().to_zoned(jiff::tz::TimeZone::UTC).ok().map(|start| start.timestamp())
}

/// Four 16-bit words (count of digits, weight of the first, sign, digits to show), then digits of base 10,000.
fn numeric(bytes: &[u8]) -> Option<Cell> {
    let words: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    let [count, weight, sign, scale, digits @ ..] = words.as_slice() else { return None };
    let weight = i32::from(i16::from_be_bytes(weight.to_be_bytes()));
    let minus = match sign {
        0x0000 => "",
        0x4000 => "-",
        _ => return Some(Cell::Other("a number beyond all bounds")),
    };
    let digit = |place: i32| {
        usize::try_from(place)
            .ok()
            .and_then(|place| digits.get(..usize::from(*count))?.get(place))
            .copied()
            .unwrap_or(0)
    };
    let mut text = String::from(minus);
    // The digits before the point are those of weight 0 and more.
    for place in 0..=weight.max(0) {
        let shown = if weight < 0 { 0 } else { digit(place) };
        let padded = if place == 0 { shown.to_string() } else { format!("{shown:04}") };
        text.push_str(&padded);
    }
    if *scale > 0 {
        text.push('.');
        let groups = i32::from(*scale).div_euclid(4) + 1;
        let after: String = (1..=groups).map(|group| format!("{:04}", digit(weight + group))).collect();
        text.push_str(after.get(..usize::from(*scale))?);
    }
    Some(Cell::Decimal(text.parse().ok()?))
}

/// Microseconds, days and months; months have no length of their own.
fn interval(bytes: &[u8]) -> Option<Cell> {
    let micros = i64::from_be_bytes(bytes.get(..8)?.try_into().ok()?);
    let days = i32::from_be_bytes(bytes.get(8..12)?.try_into().ok()?);
    let months = i32::from_be_bytes(bytes.get(12..16)?.try_into().ok()?);
    if months != 0 {
        return Some(Cell::Other("a span with months, which have no fixed length"));
    }
    let span = jiff::SignedDuration::from_hours(i64::from(days) * 24)
        .checked_add(jiff::SignedDuration::from_micros(micros))?;
    Some(Cell::Text(span.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[u16]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_be_bytes()).collect()
    }

    #[test]
    fn numerics_are_read_digit_by_digit() {
        // As `select encode(numeric_send(x), 'hex')` gives them.
        let cases: [(&[u16], f64); 8] = [
            (&[0, 0, 0, 0], 0.0),
            (&[1, 0, 0, 0, 42], 42.0),
            (&[2, 0, 0, 2, 19, 9000], 19.9),
            (&[2, 1, 0, 0, 1, 2345], 12_345.0),
            (&[1, 1, 0, 0, 7], 70_000.0),
            (&[1, 0xffff, 0, 2, 500], 0.05),
            (&[1, 0xfffe, 0, 8, 1234], 0.00001234),
            (&[3, 1, 0x4000, 2, 1, 250, 5000], -10_250.5),
        ];
        for (sent, expected) in cases {
            assert_eq!(numeric(&words(sent)).map(|cell| cell == Cell::Decimal(expected)), Some(true), "{expected}");
        }
        assert!(matches!(numeric(&words(&[0, 0, 0xc000, 0])), Some(Cell::Other(_))), "NaN");
        assert!(numeric(&[0, 1]).is_none());
    }

    #[test]
    fn no_bytes_and_any_bytes_do_no_harm() {
        for name in [
            "BOOL",
            "INT4",
            "FLOAT8",
            "NUMERIC",
            "DATE",
            "TIME",
            "TIMESTAMP",
            "TIMESTAMPTZ",
            "INTERVAL",
            "UUID",
            "TEXT",
        ] {
            for length in 0..20 {
                for byte in [0, 1, 0x7f, 0xff] {
                    let _ = binary(name, &vec![byte; length]);
                }
            }
        }
    }
}
