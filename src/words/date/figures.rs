//! Days written in figures: `2026-01-05`, `3/4`, `03.04.2026`, `20260105`.

use jiff::civil::Date;

use super::super::Language;
use super::super::spoken::Heard;
use super::said::{Piece, Said};

/// The date that begins at `at`.
pub fn piece(heard: &Heard, at: usize, language: Language, today: Date) -> Option<Piece> {
    let first = heard.number(at)?;
    let is_behind = at > 0 && heard.glued(at) && matches!(heard.word(at - 1), "/" | "." | "-" | ":");
    if is_behind {
        return None;
    }
    let sign = ['/', '-', '.'].into_iter().find(|sign| heard.signed(at + 1, *sign).is_some());
    let Some(sign) = sign else { return in_one(first.value, first.digits, at, language) };
    let second = heard.signed(at + 1, sign)?;
    let third = heard.signed(at + 3, sign);
    if first.digits == 4 {
        let third = third?;
        let said = Said { month: month(second.value), day: day(third.value), ..Said::year(first.value)? };
        return (said.month.is_some() && said.day.is_some()).then_some(Piece::sure(at + 5, said));
    }
    if second.digits > 2 || first.digits > 2 {
        return None;
    }
    let year = match third {
        Some(third) => Some(year(third.value, third.digits, today)?),
        None => None,
    };
    // 3.4 is a number and 3-4 a range, as long as no year follows.
    if third.is_none() && sign != '/' {
        return None;
    }
    let end = if third.is_some() { at + 5 } else { at + 3 };
    let (low, high) = (first.value, second.value);
    let of = |day_said: u64, month_said: u64, either_order: bool| {
        let said = Said { year, day: day(day_said), month: month(month_said), either_order, ..Said::default() };
        (said.day.is_some() && said.month.is_some()).then_some(Piece::sure(end, said))
    };
    match (low, high) {
        // Dots are continental, day first; in Mandarin the month comes first.
        _ if sign == '.' && language != Language::ZH => of(low, high, false),
        (13.., _) => of(low, high, false),
        (_, 13..) => of(high, low, false),
        _ if language == Language::ZH => of(high, low, false),
        _ => of(low, high, low != high),
    }
}

fn day(value: u64) -> Option<i8> {
    i8::try_from(value).ok().filter(|day| (1..=31).contains(day))
}

fn month(value: u64) -> Option<i8> {
    i8::try_from(value).ok().filter(|month| (1..=12).contains(month))
}

/// A year of two or four figures.
fn year(value: u64, digits: u8, today: Date) -> Option<i16> {
    match digits {
        4 => Said::year(value)?.year,
        2 => Said::short_year(value, today)?.year,
        _ => None,
    }
}

/// `20260105`, in English also `05012026`.
fn in_one(value: u64, digits: u8, at: usize, language: Language) -> Option<Piece> {
    if digits != 8 {
        return None;
    }
    let of = |year: u64, month_said: u64, day_said: u64| {
        let said = Said { month: month(month_said), day: day(day_said), ..Said::year(year)? };
        (said.month.is_some() && said.day.is_some()).then_some(said)
    };
    let said = of(value / 10_000, value / 100 % 100, value % 100).or_else(|| {
        if language == Language::ZH { None } else { of(value % 10_000, value / 10_000 % 100, value / 1_000_000) }
    })?;
    Some(Piece { end: at + 1, said, cost: 0.05 })
}
