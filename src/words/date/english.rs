//! What is said of a day in English.

use jiff::civil::Date;

use super::super::spoken::Heard;
use super::super::spoken::Sense;
use super::super::spoken::amount::amount;
use super::super::spoken::english::{below_hundred, ordinal, year};
use super::super::spoken::lexicon::Unit;
use super::resolve::days_from;
use super::said::{Piece, Said, Week};

/// The part that begins at `at`, given what was said before it.
pub fn piece(heard: &Heard, at: usize, before: &Said, today: Date) -> Option<Piece> {
    // "the next Tuesday", "the 3rd", "the day after tomorrow".
    if heard.sense(at) == Sense::The {
        let skipped = at + 1;
        return relative(heard, skipped, today)
            .or_else(|| month_end(heard, skipped))
            .or_else(|| weekday(heard, skipped))
            .or_else(|| in_numbers(heard, skipped))
            .or_else(|| day(heard, skipped))
            .or_else(|| shifted(heard, skipped));
    }
    relative(heard, at, today)
        .or_else(|| weekday(heard, at))
        .or_else(|| shifted(heard, at))
        .or_else(|| month_end(heard, at))
        .or_else(|| named(heard, at))
        .or_else(|| month(heard, at))
        .or_else(|| bare_day(heard, at, before))
        .or_else(|| bare_year(heard, at, before, today))
        .or_else(|| in_numbers(heard, at))
        .or_else(|| day(heard, at))
}

/// "oh three oh four nineteen ninety", "14 2 1990": a day, a month and a year in numbers alone.
fn in_numbers(heard: &Heard, at: usize) -> Option<Piece> {
    let number = |at: usize| {
        let oh = usize::from(heard.sense(at) == Sense::Oh || heard.sense(at) == Sense::Small(0));
        below_hundred(heard, at + oh).filter(|number| number.value > 0 && (oh == 0 || number.value < 10))
    };
    let (first, is_first) = (number(at)?, at == 0 || below_hundred(heard, at - 1).is_none());
    // "three slash four" needs no year.
    let slash = |at: usize| usize::from(heard.is(at, "slash"));
    let is_slashed = slash(first.end) == 1;
    let second = number(first.end + slash(first.end))?;
    let third = year(heard, second.end + slash(second.end)).filter(|_| is_first);
    if third.is_none() && !is_slashed {
        return None;
    }
    let (day, month, either) = match (first.value, second.value) {
        (day @ 1..=12, month @ 1..=12) => (day, month, day != month),
        (day @ 13..=31, month @ 1..=12) | (month @ 1..=12, day @ 13..=31) => (day, month, false),
        _ => return None,
    };
    let month = Said::month(month)?.month;
    let year = third.and_then(|third| Said::year(third.value)).and_then(|said| said.year);
    let said = Said { month, year, either_order: either, ..Said::day(day)? };
    Some(Piece::sure(third.map_or(second.end, |third| third.end), said))
}

/// Days counted from today: "tomorrow", "in two weeks", "a week on Friday", "three days ago".
fn relative(heard: &Heard, at: usize, today: Date) -> Option<Piece> {
    let near = |days: i64, end: usize| Some(Piece::sure(end, Said::fixed(days_from(today, days)?)));
    match heard.sense(at) {
        Sense::Today | Sense::Tonight => return near(0, at + 1),
        // "tomorrow week".
        Sense::Tomorrow if heard.is(at + 1, "week") => return near(8, at + 2),
        Sense::Tomorrow => return near(1, at + 1),
        Sense::Yesterday => return near(-1, at + 1),
        Sense::Unit(Unit::Day) => match (heard.sense(at + 1), heard.sense(at + 2)) {
            (Sense::After, Sense::Tomorrow) => return near(2, at + 3),
            // "the day after to morrow".
            (Sense::After, Sense::To) if heard.is(at + 3, "morrow") => return near(2, at + 4),
            (Sense::Before, Sense::Yesterday) => return near(-2, at + 3),
            _ => {}
        },
        Sense::To if heard.is(at + 1, "morrow") => return near(1, at + 2),
        _ => {}
    }
    // "two Fridays ago".
    if let Some(count) = below_hundred(heard, at).filter(|count| count.value < 10)
        && let (Sense::Weekday(weekday), Sense::Ago) = (heard.sense(count.end), heard.sense(count.end + 1))
    {
        let week = Week::Later(-i8::try_from(count.value).ok()?);
        return Some(Piece::sure(count.end + 2, Said { weekday: i8::try_from(weekday).ok(), week, ..Said::default() }));
    }
    let is_in = heard.sense(at) == Sense::In || heard.is(at, "within");
    let (place, count, unit, cost) = count_of(heard, at + usize::from(is_in))?;
    let said = |sign: i64, from: Date, end: usize| {
        let date = shift(from, count, unit, sign)?;
        Some(Piece { end, said: Said::fixed(date), cost })
    };
    if is_in {
        let time = usize::from(heard.sense(place) == Sense::Time);
        return said(1, today, place + time);
    }
    match (heard.sense(place), heard.sense(place + 1)) {
        (Sense::Ago, _) => said(-1, today, place + 1),
        (Sense::From, Sense::Now | Sense::Today) => said(1, today, place + 2),
        (Sense::From | Sense::On | Sense::After, Sense::Tomorrow) => said(1, days_from(today, 1)?, place + 2),
        (Sense::Today, _) if unit != Unit::Day => said(1, today, place + 1),
        (Sense::Tomorrow, _) if unit == Unit::Week => said(1, days_from(today, 1)?, place + 1),
        (Sense::Time, _) | (Sense::Unknown, _) if matches!(heard.word(place), "time" | "later" | "hence") => {
            said(1, today, place + 1)
        }
        // "a week on Friday", "two weeks from Tuesday".
        (Sense::From | Sense::On, Sense::Weekday(weekday)) if unit == Unit::Week && count.fract() == 0.0 => {
            let said = Said { weekday: i8::try_from(weekday).ok(), week: Week::Later(count as i8), ..Said::default() };
            Some(Piece::sure(place + 2, said))
        }
        _ => None,
    }
}

/// "two weeks", "a couple of days", "half a month": `(place behind, count, unit, cost)`.
fn count_of(heard: &Heard, at: usize) -> Option<(usize, f64, Unit, f32)> {
    let (place, count, cost) = match heard.sense(at) {
        Sense::A if matches!(heard.sense(at + 1), Sense::Unit(_)) => (at + 1, 1.0, 0.0),
        Sense::To => (at + 1, 2.0, 0.3),
        Sense::Sounds(number) => (at + 1, f64::from(number), 0.3),
        _ => {
            let count = amount(heard, at)?;
            (count.end, count.value, 0.0)
        }
    };
    match heard.sense(place) {
        Sense::Unit(unit @ (Unit::Day | Unit::Week | Unit::Fortnight | Unit::Month | Unit::Year)) => {
            Some((place + 1, count, unit, cost))
        }
        _ => None,
    }
}

/// So many units behind a day, or before it. Halves count days, or months of a year.
pub fn shift(from: Date, count: f64, unit: Unit, sign: i64) -> Option<Date> {
    if !(0.0..5000.0).contains(&count) {
        return None;
    }
    let days = |each: f64| days_from(from, sign * (count * each).round() as i64);
    let months = |count: f64| {
        let months = i32::try_from(sign).ok()?.checked_mul(count.round() as i32)?;
        from.checked_add(jiff::Span::new().try_months(months).ok()?).ok()
    };
    match unit {
        Unit::Day => days(1.0),
        Unit::Week => days(7.0),
        Unit::Fortnight => days(14.0),
        Unit::Month if count.fract() == 0.0 => months(count),
        Unit::Month => days(30.0),
        Unit::Year => months(count * 12.0),
        Unit::Second | Unit::Minute | Unit::Hour => None,
    }
}

/// "Friday", "this coming Friday", "next Tuesday", "Tuesday next week", "Friday week", "the Friday after next".
fn weekday(heard: &Heard, at: usize) -> Option<Piece> {
    let (week, place) = match heard.sense(at) {
        Sense::This if heard.sense(at + 1) == Sense::This => (Week::This, at + 2),
        Sense::This => (Week::This, at + 1),
        Sense::Next => (Week::Next, at + 1),
        Sense::Last => (Week::Last, at + 1),
        _ => (Week::Unsaid, at),
    };
    if heard.is(place, "weekend") {
        let said = Said { weekday: Some(5), weekend: true, week, ..Said::default() };
        return Some(Piece::sure(place + 1, said));
    }
    let Sense::Weekday(weekday) = heard.sense(place) else { return None };
    let mut said = Said { weekday: i8::try_from(weekday).ok(), week, ..Said::default() };
    let behind = place + 1;
    if week != Week::Unsaid {
        return Some(Piece::sure(behind, said));
    }
    let of = usize::from(matches!(heard.sense(behind), Sense::Of | Sense::In));
    let is_week = |place: usize| heard.sense(place) == Sense::Unit(Unit::Week);
    let shift = match heard.sense(behind + of) {
        Sense::Next if is_week(behind + of + 1) => Some(1),
        Sense::This if is_week(behind + of + 1) => Some(0),
        Sense::Last if is_week(behind + of + 1) => Some(-1),
        _ => None,
    };
    if let Some(weeks) = shift {
        said.week = Week::Exactly(weeks);
        return Some(Piece::sure(behind + of + 2, said));
    }
    let (week, end) = match (heard.sense(behind), heard.sense(behind + 1)) {
        (Sense::After, Sense::Next) => (Week::Exactly(2), behind + 2),
        (Sense::Next, _) if !matches!(heard.sense(behind + 1), Sense::Unit(_) | Sense::Month(_)) => {
            (Week::Next, behind + 1)
        }
        _ if heard.is(behind, "week") => (Week::Later(1), behind + 1),
        _ => (Week::Unsaid, behind),
    };
    said.week = week;
    Some(Piece::sure(end, said))
}

/// "next month", "last year", "this week": a month, a year or a week by its distance.
fn shifted(heard: &Heard, at: usize) -> Option<Piece> {
    let shift = match heard.sense(at) {
        Sense::This => 0,
        Sense::Next => 1,
        Sense::Last => -1,
        _ => return None,
    };
    let said = match heard.sense(at + 1) {
        Sense::Unit(Unit::Month) => Said { month_shift: Some(shift), ..Said::default() },
        Sense::Unit(Unit::Year) => Said { year_shift: Some(shift), ..Said::default() },
        Sense::Unit(Unit::Week) => Said { week: Week::Exactly(shift), ..Said::default() },
        // "next March" is the coming one; the past is told by the whole sentence.
        Sense::Month(month) => Said { month: i8::try_from(month).ok(), ..Said::default() },
        _ => return None,
    };
    Some(Piece::sure(at + 2, said))
}

/// "the third", "3rd", "twenty first".
fn day(heard: &Heard, at: usize) -> Option<Piece> {
    let day = ordinal(heard, at)?;
    // "one second", "3 seconds": a time, not a day.
    let is_second = heard.sense(at) == Sense::Second && heard.sense_before(at) != Sense::The;
    let has_month = matches!(heard.sense(day.end), Sense::Month(_) | Sense::Of);
    if is_second && !has_month && !matches!(heard.sense_before(at), Sense::Month(_)) {
        return None;
    }
    // "the 3rd of the 4th".
    if heard.sense(day.end) == Sense::Of
        && heard.sense(day.end + 1) == Sense::The
        && let Some(month) = ordinal(heard, day.end + 2).filter(|month| month.value <= 12)
    {
        let said = Said { month: i8::try_from(month.value).ok(), ..Said::day(day.value)? };
        return Some(Piece::sure(month.end, said));
    }
    Some(Piece::sure(day.end, Said::day(day.value)?))
}

/// "end of the month", "last day of March".
fn month_end(heard: &Heard, at: usize) -> Option<Piece> {
    let behind = if heard.is(at, "end") {
        at + 1
    } else if heard.sense(at) == Sense::Last && heard.sense(at + 1) == Sense::Unit(Unit::Day) {
        at + 2
    } else {
        return None;
    };
    if heard.sense(behind) != Sense::Of {
        return None;
    }
    let place = behind + 1 + usize::from(heard.sense(behind + 1) == Sense::The);
    let said = Said { last_day: true, ..Said::default() };
    if heard.sense(place) == Sense::Unit(Unit::Month) {
        return Some(Piece::sure(place + 1, Said { month_shift: Some(0), ..said }));
    }
    let month = shifted(heard, place).or_else(|| month(heard, place))?;
    Some(Piece::sure(month.end, said.with(&month.said)?))
}

/// Days that have a name of their own, on the same date every year.
fn named(heard: &Heard, at: usize) -> Option<Piece> {
    let (words, month, day) = match heard.word(at) {
        "christmas" if heard.is(at + 1, "eve") => (2, 12, 24),
        "christmas" if heard.is(at + 1, "day") => (2, 12, 25),
        "christmas" => (1, 12, 25),
        "boxing" if heard.is(at + 1, "day") => (2, 12, 26),
        "new" if heard.word(at + 1).starts_with("year") && heard.is(at + 2, "eve") => (3, 12, 31),
        "new" if heard.word(at + 1).starts_with("year") && heard.is(at + 2, "day") => (3, 1, 1),
        "valentines" if heard.is(at + 1, "day") => (2, 2, 14),
        "halloween" => (1, 10, 31),
        _ => return None,
    };
    Some(Piece::sure(at + words, Said { month: Some(month), day: Some(day), ..Said::default() }))
}

fn month(heard: &Heard, at: usize) -> Option<Piece> {
    let Sense::Month(month) = heard.sense(at) else { return None };
    Some(Piece::sure(at + 1, Said::month(month.into())?))
}

/// "March 3", "3 March", "March three": a number that a month makes a day.
fn bare_day(heard: &Heard, at: usize, before: &Said) -> Option<Piece> {
    if before.day.is_some() || ordinal(heard, at).is_some() {
        return None;
    }
    let number = below_hundred(heard, at).filter(|number| (1..=31).contains(&number.value))?;
    let of = usize::from(heard.sense(number.end) == Sense::Of);
    let stands_before = matches!(heard.sense(number.end + of), Sense::Month(_));
    let stands_behind = before.month.is_some() && matches!(heard.sense_before(at), Sense::Month(_) | Sense::The);
    // "March 2026" and "March 9:30" are no days.
    let is_other = heard.sign(number.end, ':') || year(heard, at).is_some_and(|year| year.end > number.end);
    if !(stands_before || stands_behind) || is_other {
        return None;
    }
    Some(Piece::sure(number.end, Said::day(number.value)?))
}

/// "2026", "twenty twenty six" behind a month; behind a day as well also "eighty five".
fn bare_year(heard: &Heard, at: usize, before: &Said, today: Date) -> Option<Piece> {
    if before.month.is_none() || before.year.is_some() {
        return None;
    }
    if let Some(year) = year(heard, at) {
        return Some(Piece::sure(year.end, Said::year(year.value)?));
    }
    let short = below_hundred(heard, at).filter(|year| year.value >= 30 && before.day.is_some())?;
    let is_last = heard.at(short.end).is_none_or(|next| next.pause || next.sense == Sense::Unknown);
    let said = Said::short_year(short.value, today)?;
    is_last.then_some(Piece { end: short.end, said, cost: 0.08 })
}
