//! A table of what callers really say, as recognisers write it, and what it must be understood as.
//!
//! One file a type. Columns, divided by tabs: type, options (`min=1 whole`, `currency=GBP`, or `-`), language, heard,
//! the caller's local time (`-` for Monday 2026-01-05T10:00), and what is expected:
//! `VALUE` taken without asking; `asked:VALUE` understood but read back; `ambiguous:A|B` two readings too close to
//! choose between, the likelier first; `none`.

use super::*;

mod beside;

const TABLES: &[(&str, &str)] = &[
    ("number", include_str!("number.tsv")),
    ("money", include_str!("money.tsv")),
    ("date", include_str!("date.tsv")),
    ("time", include_str!("time.tsv")),
    ("duration", include_str!("duration.tsv")),
    ("phone", include_str!("phone.tsv")),
    ("id_number", include_str!("id_number.tsv")),
    ("name", include_str!("name.tsv")),
    ("email", include_str!("email.tsv")),
    ("address", include_str!("address.tsv")),
    ("place", include_str!("place.tsv")),
    ("card", include_str!("card.tsv")),
    ("digits", include_str!("digits.tsv")),
    ("code", include_str!("code.tsv")),
];

/// The fewest rows there are in all tables of this file.
const AT_LEAST: usize = 500;

fn option<'o>(options: &'o str, name: &str) -> Option<&'o str> {
    options.split_whitespace().find_map(|option| option.strip_prefix(name)?.strip_prefix('='))
}

/// The slot that a row is about.
fn slot_of(kind: &str, options: &str) -> SlotType {
    let number = |name: &str| option(options, name).map(|value| value.parse::<f64>().unwrap());
    let text = |name: &str| option(options, name).map(str::to_owned);
    match kind {
        "number" => SlotType::Number { min: number("min"), max: number("max"), whole: options.contains("whole") },
        "money" => SlotType::Money { currency: text("currency") },
        "date" => SlotType::Date,
        "time" => SlotType::Time,
        "duration" => SlotType::Duration,
        "phone" => SlotType::Phone { country: text("country") },
        "id_number" => SlotType::IdNumber { kind: IdKind::ChinaResident },
        "name" => SlotType::Name,
        "email" => SlotType::Email,
        "address" => SlotType::Address,
        "card" => SlotType::Card,
        "place" => {
            let names = text("of").unwrap();
            SlotType::place(names.split(',').map(|name| ChoiceOption::plain(name.replace('_', " "))).collect())
        }
        "digits" => SlotType::Digits { min: number("min").unwrap() as usize, max: number("max").unwrap() as usize },
        "code" => SlotType::Code { shape: Shape::parse(&text("shape").unwrap()).unwrap() },
        other => panic!("no type {other}"),
    }
}

/// A value as the tables write it.
fn written(value: &Value) -> String {
    match value {
        Value::Time(time) => time.strftime("%H:%M").to_string(),
        Value::Decimal(number) => format!("{number}"),
        other => other.to_string(),
    }
}

/// What came of a row, in the words of its last column.
fn outcome(slot: &SlotType, readings: &[Reading]) -> String {
    let limits = slot.sureness();
    let valid: Vec<&Reading> = readings.iter().filter(|reading| reading.valid).collect();
    let Some(best) = valid.first().filter(|best| best.score >= limits.reject) else { return "none".to_owned() };
    let close = valid.get(1).filter(|next| best.score - next.score < MARGIN);
    match close {
        Some(next) => format!("ambiguous:{}|{}", written(&best.value), written(&next.value)),
        None if best.score < limits.accept => format!("asked:{}", written(&best.value)),
        None => written(&best.value),
    }
}

#[test]
fn every_row_is_understood_as_expected() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (name, table) in TABLES {
        for line in table.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let columns: Vec<&str> = line.split('\t').collect();
            let [kind, options, language, heard, now, expected] = columns[..] else { panic!("{name}: {line}") };
            count += 1;
            let now = if now == "-" { "2026-01-05T10:00" } else { now };
            let slot = slot_of(kind, options);
            let readings = read(&slot, heard, language.parse().unwrap(), now.parse().unwrap());
            let came = outcome(&slot, &readings);
            if came != expected {
                let shown: Vec<String> =
                    readings.iter().take(3).map(|r| format!("{} {:.2}", written(&r.value), r.score)).collect();
                wrong.push(format!("{line}\n    came {came} of {}", shown.join(", ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= AT_LEAST, "{count}");
}
