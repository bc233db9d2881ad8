//! Spans of time.
//!
//! Said: "two hours", "an hour and a half", "ninety minutes", "a couple of days", "two hours thirty"; 两个小时,
//! 一个半小时, 半小时, 三天, 一刻钟. A day is 24 hours, a month 30 days, a year 365. Keyed: minutes, or hours `*`
//! minutes; `#` or a pause at the end.

use jiff::SignedDuration;

use super::spoken::amount::{amount, and_a_half};
use super::spoken::lexicon::Unit;
use super::spoken::scan::Kind;
use super::spoken::{Candidate, Heard, Sense, mandarin, readings};
use super::{CheckFault, KeyReading, Language, Reading, Value};

/// Readings of `heard`.
pub(super) fn read(heard: &str, _language: Language) -> Vec<Reading> {
    let heard = Heard::scan(heard);
    let mut candidates = Vec::new();
    let mut place = 0;
    while place < heard.len() {
        if let Some((figures, low, _)) = mandarin::two_or_three(&heard, place)
            && let Some(high) = span_at(&heard, figures - 1)
        {
            // The span is of the higher count: scale it for the lower.
            for count in [low, low + 1] {
                let seconds = high.seconds / (low as i64 + 1) * count as i64;
                let value = Value::Duration(SignedDuration::from_secs(seconds));
                candidates.push(Candidate { start: place, end: high.end, value, cost: 0.1 });
            }
            place = high.end;
            continue;
        }
        match span_at(&heard, place) {
            Some(span) => {
                let value = Value::Duration(SignedDuration::from_secs(span.seconds));
                candidates.push(Candidate { start: place, end: span.end, value, cost: span.cost });
                if let Some((end, seconds)) = or_two(&heard, &span) {
                    let value = Value::Duration(SignedDuration::from_secs(seconds));
                    candidates.push(Candidate { start: place, end, value, cost: span.cost });
                }
                place = span.end;
            }
            None => place += 1,
        }
    }
    readings(&heard, candidates)
}

/// The "or two" of "a day or two".
fn or_two(heard: &Heard, span: &Span) -> Option<(usize, i64)> {
    if !heard.is(span.end, "or") {
        return None;
    }
    let Sense::Unit(unit) = heard.sense(span.end - 1) else { return None };
    let count = amount(heard, span.end + 1).filter(|count| count.plain)?;
    let has_unit = english_unit(heard, count.end).is_some();
    if has_unit { None } else { Some((count.end, seconds(count.value, unit)?)) }
}

/// A span of time at some place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Span {
    pub end: usize,
    pub seconds: i64,
    pub cost: f32,
}

/// Parts of a span one after the other, each of a smaller unit: "two hours and thirty minutes", 一个小时二十分.
pub(super) fn span_at(heard: &Heard, at: usize) -> Option<Span> {
    let mut part = part_at(heard, at)?;
    let mut total = part;
    while part.unit != Unit::Second {
        let and = usize::from(heard.sense(total.end) == Sense::And);
        let and = if heard.character(total.end) == Some('零') { 1 } else { and };
        let start = total.end + and;
        match part_at(heard, start) {
            Some(next) if seconds_of(next.unit) < seconds_of(part.unit) && next.cost < 0.2 => {
                total = Part { end: next.end, seconds: total.seconds + next.seconds, ..total };
                part = next;
            }
            // "two hours thirty", "1h30".
            _ => {
                let smaller = match part.unit {
                    Unit::Hour => 60,
                    Unit::Minute => 1,
                    _ => break,
                };
                let bare = amount(heard, start).filter(|bare| bare.plain && bare.value < 60.0 && bare.value >= 1.0);
                let fits = bare.filter(|_| !heard.pause(start) && and == 0);
                if let Some(bare) = fits {
                    total.end = bare.end;
                    total.seconds += bare.value as i64 * smaller;
                }
                break;
            }
        }
    }
    Some(Span { end: total.end, seconds: total.seconds, cost: total.cost })
}

#[derive(Debug, Clone, Copy)]
struct Part {
    end: usize,
    seconds: i64,
    unit: Unit,
    cost: f32,
}

/// How many seconds a unit has.
const fn seconds_of(unit: Unit) -> i64 {
    match unit {
        Unit::Second => 1,
        Unit::Minute => 60,
        Unit::Hour => 3600,
        Unit::Day => 86_400,
        Unit::Week => 7 * 86_400,
        Unit::Fortnight => 14 * 86_400,
        Unit::Month => 30 * 86_400,
        Unit::Year => 365 * 86_400,
    }
}

fn seconds(count: f64, unit: Unit) -> Option<i64> {
    // 半年 is six months, which is nearer than half of 365 days.
    let length = if unit == Unit::Year && count.fract() != 0.0 {
        count.trunc() * seconds_of(Unit::Year) as f64 + count.fract() * 12.0 * seconds_of(Unit::Month) as f64
    } else {
        count * seconds_of(unit) as f64
    };
    (length.is_finite() && (0.0..1e11).contains(&length)).then_some(length.round() as i64)
}

fn part_at(heard: &Heard, at: usize) -> Option<Part> {
    let token = heard.at(at)?;
    // "1:30".
    if let Some(minutes) = heard.signed(at + 1, ':').filter(|minutes| minutes.digits == 2 && minutes.value < 60) {
        let hours = i64::try_from(heard.number(at)?.value).ok().filter(|hours| *hours < 1000)?;
        let length = hours * 3600 + i64::try_from(minutes.value).ok()? * 60;
        let clock = heard.sense(at + 3);
        let is_clock = matches!(clock, Sense::Part(_)) || heard.signed(at + 3, ':').is_some();
        return (!is_clock).then_some(Part { end: at + 3, seconds: length, unit: Unit::Second, cost: 0.1 });
    }
    if token.kind == Kind::Han || heard.number(at).is_some() && !is_english_unit(heard, at) {
        return chinese_part(heard, at).or_else(|| english_part(heard, at));
    }
    english_part(heard, at)
}

fn is_english_unit(heard: &Heard, at: usize) -> bool {
    matches!(heard.sense(at + 1), Sense::Unit(_))
}

/// How many of a unit there are: `(place of the unit, count, cost)`.
fn count_at(heard: &Heard, at: usize) -> Option<(usize, f64, f32)> {
    match heard.sense(at) {
        // "half an hour", "half hour".
        Sense::Half if heard.sense(at + 1) == Sense::A => return Some((at + 2, 0.5, 0.0)),
        // "half weeks" is what is left of "two and a half weeks".
        Sense::Half if heard.word(at + 1).ends_with('s') => return Some((at + 1, 0.5, 0.4)),
        Sense::Half => return Some((at + 1, 0.5, 0.0)),
        Sense::A => match (heard.sense(at + 1), heard.sense(at + 2)) {
            (Sense::Half, _) => return Some((at + 2, 0.5, 0.0)),
            (Sense::Quarter, Sense::Of) => {
                let the = usize::from(matches!(heard.sense(at + 3), Sense::A | Sense::The));
                return Some((at + 3 + the, 0.25, 0.0));
            }
            (Sense::Unit(_), _) | (Sense::Second, _) => return Some((at + 1, 1.0, 0.0)),
            _ if heard.is(at + 1, "whole") || heard.is(at + 1, "full") => return Some((at + 2, 1.0, 0.0)),
            _ => {}
        },
        // "to hours", "for days": a number misheard, if nothing better is there.
        Sense::To => return Some((at + 1, 2.0, 0.5)),
        Sense::Sounds(number) => return Some((at + 1, number.into(), 0.5)),
        _ => {}
    }
    // "hour and a half".
    if heard.sense(at) == Sense::Unit(Unit::Hour) && and_a_half(heard, at + 1).is_some() {
        return Some((at, 1.0, 0.05));
    }
    let number = amount(heard, at)?;
    let mut place = number.end;
    // "three quarters of an hour".
    if !number.plain && heard.sense(place) == Sense::Of {
        place += 1 + usize::from(matches!(heard.sense(place + 1), Sense::A | Sense::The));
    }
    Some((place, number.value, 0.0))
}

fn english_part(heard: &Heard, at: usize) -> Option<Part> {
    let (place, count, cost) = count_at(heard, at)?;
    let place =
        place + usize::from(matches!(heard.word(place), "full" | "whole" | "more" | "other" | "business" | "working"));
    let unit = english_unit(heard, place)?;
    // "for hours" and "to minutes" without a number: an idle way of speaking, unless it is the whole answer.
    let cost = if cost > 0.0 && at > 0 { cost + 0.6 } else { cost };
    let mut end = place + 1;
    let mut count = count;
    if let Some((behind, half)) = and_a_half(heard, end) {
        // "two hours and a quarter of a minute" is never said.
        end = behind;
        count += half;
    }
    Some(Part { end, seconds: seconds(count, unit)?, unit, cost })
}

fn english_unit(heard: &Heard, at: usize) -> Option<Unit> {
    match heard.sense(at) {
        Sense::Unit(unit) => Some(unit),
        Sense::Second => Some(Unit::Second),
        _ => {
            let token = heard.at(at).filter(|token| token.glued)?;
            match (token.kind, heard.word(at)) {
                (Kind::Word, "h") => Some(Unit::Hour),
                (Kind::Word, "m") => Some(Unit::Minute),
                (Kind::Word, "s") => Some(Unit::Second),
                (Kind::Word, "d") => Some(Unit::Day),
                _ => None,
            }
        }
    }
}

/// 两个小时, 一个半小时, 半个月, 两小时半, 一刻钟, 三天.
fn chinese_part(heard: &Heard, at: usize) -> Option<Part> {
    const UNITS: &[(&str, Unit)] = &[
        ("小时", Unit::Hour),
        ("钟头", Unit::Hour),
        ("分钟", Unit::Minute),
        ("分", Unit::Minute),
        ("秒钟", Unit::Second),
        ("秒", Unit::Second),
        ("星期", Unit::Week),
        ("礼拜", Unit::Week),
        ("周", Unit::Week),
        ("天", Unit::Day),
        ("日", Unit::Day),
        ("晚", Unit::Day),
        ("月", Unit::Month),
        ("年", Unit::Year),
        ("钟", Unit::Hour),
    ];
    let number = amount(heard, at)?;
    let mut count = number.value;
    let mut place = number.end;
    if number.plain
        && let Some(end) = heard.han(place, "刻钟").or_else(|| heard.han(place, "刻"))
    {
        return Some(Part { end, seconds: seconds(count * 15.0, Unit::Minute)?, unit: Unit::Minute, cost: 0.0 });
    }
    let mut counted = count.fract() != 0.0 && number.end > at + 1;
    if let Some(behind) = heard.han(place, "个") {
        (place, counted) = (behind, true);
        if let Some(behind) = heard.han(place, "半") {
            count += 0.5;
            place = behind;
        }
    }
    let (mut end, unit) = heard.han_of(place, UNITS)?;
    // 三月 is March, 个钟 an hour, 二零二六年 a year of its own.
    let is_date = match unit {
        Unit::Month => !counted && count != 0.5,
        Unit::Hour => heard.character(place) == Some('钟') && !counted,
        Unit::Year => count > 200.0,
        Unit::Day => heard.character(place) == Some('日') && count > 31.0,
        _ => false,
    };
    if is_date {
        return None;
    }
    end = heard.skip_han(end, &["多钟", "钟"]);
    if let Some(behind) = heard.han(end, "半") {
        count += 0.5;
        end = behind;
    }
    let cost = if heard.character(place) == Some('日') { 0.1 } else { 0.0 };
    Some(Part { end, seconds: seconds(count, unit)?, unit, cost })
}

/// Keys as a span: minutes, or hours `*` minutes.
pub(super) fn keyed(keys: &str, finished: bool) -> KeyReading {
    let wrong = KeyReading::Wrong(CheckFault::NoSuch { wanted: "duration" });
    let (hours, minutes) = keys.split_once('*').unwrap_or(("", keys));
    if hours.len() > 3 || minutes.len() > 5 || minutes.contains('*') {
        return wrong;
    }
    if !finished {
        return KeyReading::More;
    }
    let digits = |text: &str| if text.is_empty() { Some(0) } else { text.parse::<i64>().ok() };
    match (digits(hours), digits(minutes)) {
        (Some(hours), Some(minutes)) if hours == 0 || minutes < 60 => {
            KeyReading::Value(Value::Duration(SignedDuration::from_mins(hours * 60 + minutes)))
        }
        _ => wrong,
    }
}
