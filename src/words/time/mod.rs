//! Times of day.
//!
//! Said: "half past nine", "quarter to five", "nine thirty", "9:30 pm", "half nine" (9:30), "fifteen hundred",
//! "noon", "in two hours"; 上午九点半, 下午三点一刻, 差五分九点, 十五点. A time on the twelve-hour clock without a part of
//! the day is two readings, so that the caller is asked. Keyed: `HHMM` on the 24-hour clock; `#` or a pause ends fewer.

mod english;
mod mandarin;
mod parts;

use jiff::civil::{DateTime, Time};

use super::duration::span_at;
use super::spoken::choose::{gather, weigh_corrections};
use super::spoken::{Candidate, Heard, Sense};
use english::{english_clock, written};
use mandarin::chinese_clock;
use parts::{Span, nearest, parts};

use super::{CheckFault, KeyReading, Language, Reading, Value};

/// Readings of `heard`; `now` is what "in two hours" is counted from.
pub(super) fn read(heard: &str, _language: Language, now: DateTime) -> Vec<Reading> {
    let heard = Heard::scan(heard);
    let mut clocks = clocks(&heard, now);
    if clocks.iter().any(|clock| clock.cost < BARE) {
        clocks.retain(|clock| clock.cost < BARE);
    }
    weigh_corrections(&heard, &mut clocks);
    let parts = parts(&heard);
    let mut candidates: Vec<Candidate> = Vec::with_capacity(clocks.len() * 2);
    for clock in &clocks {
        let part = clock.value.part.or_else(|| nearest(&parts, clock));
        for (hour, cost) in hours(clock.value, part) {
            if let Ok(time) = Time::new(hour, clock.value.minute, 0, 0) {
                let value = Value::Time(time);
                candidates.push(Candidate { start: clock.start, end: clock.end, value, cost: clock.cost + cost });
            }
        }
    }
    gather(&heard, candidates)
}

/// A time on the clock's face.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Clock {
    hour: i8,
    minute: i8,
    /// It can be nothing but what it says: 15:30, noon, 09:30.
    certain: bool,
    /// A part of the day that belongs to the words: 中午, midnight.
    part: Option<Span>,
}

/// What a bare number costs that may be an hour.
const BARE: f32 = 0.08;

fn clock(start: usize, end: usize, hour: u64, minute: u64, cost: f32) -> Option<Candidate<Clock>> {
    let (hour, minute) = (i8::try_from(hour).ok()?, i8::try_from(minute).ok()?);
    if !(0..=24).contains(&hour) || !(0..60).contains(&minute) {
        return None;
    }
    let certain = hour > 12 || hour == 0;
    let hour = if hour == 24 { 0 } else { hour };
    Some(Candidate { start, end, value: Clock { hour, minute, certain, part: None }, cost })
}

fn certain(mut clock: Candidate<Clock>) -> Candidate<Clock> {
    clock.value.certain = true;
    clock
}

fn clocks(heard: &Heard, now: DateTime) -> Vec<Candidate<Clock>> {
    let mut found: Vec<Candidate<Clock>> = Vec::new();
    let mut place = 0;
    while place < heard.len() {
        match clock_at(heard, place, now) {
            Some(clock) => {
                place = clock.end.max(place + 1);
                found.push(clock);
            }
            None => place += 1,
        }
    }
    found
}

fn clock_at(heard: &Heard, at: usize, now: DateTime) -> Option<Candidate<Clock>> {
    if let Some(clock) = from_now(heard, at, now) {
        return Some(clock);
    }
    if heard.is_han(at) || heard.number(at).is_some() {
        if let Some(clock) = chinese_clock(heard, at) {
            return Some(clock);
        }
        if let Some(clock) = written(heard, at) {
            return Some(clock);
        }
    }
    english_clock(heard, at)
}

/// "in two hours", "half an hour from now", 两个小时后, "now".
fn from_now(heard: &Heard, at: usize, now: DateTime) -> Option<Candidate<Clock>> {
    let later = |start: usize, end: usize, seconds: i64| {
        let moment = now.checked_add(jiff::SignedDuration::from_secs(seconds)).ok()?;
        let clock = clock(start, end, u64::try_from(moment.hour()).ok()?, u64::try_from(moment.minute()).ok()?, 0.03)?;
        Some(certain(clock))
    };
    if heard.sense(at) == Sense::Now && heard.sense_before(at) != Sense::From {
        let is_answer = heard.is(at.wrapping_sub(1), "right") || heard.len() <= 2;
        return if is_answer { later(at, at + 1, 0) } else { None };
    }
    if let Some(end) = heard.han(at, "现在") {
        return later(at, end, 0);
    }
    let is_in = heard.sense(at) == Sense::In;
    let start = heard.skip_han(at, &["再过", "过"]);
    let start = if is_in { at + 1 } else { start };
    let span = span_at(heard, start).filter(|span| span.seconds < 86_400 && span.cost < 0.2)?;
    if is_in {
        // "in the morning in two hours' time".
        let end = span.end + usize::from(heard.sense(span.end) == Sense::Time);
        return later(at, end, span.seconds);
    }
    let behind = match (heard.sense(span.end), heard.sense(span.end + 1)) {
        (Sense::From, Sense::Now) => Some(span.end + 2),
        _ => match heard.skip_han(span.end, &["以后", "之后", "后"]) {
            end if end > span.end => Some(end),
            end if start > at => Some(end),
            _ => None,
        },
    };
    later(at, behind?, span.seconds)
}

/// The hours that a time may mean, with what each costs.
fn hours(clock: Clock, part: Option<Span>) -> impl Iterator<Item = (i8, f32)> {
    let hour = clock.hour;
    let twelve = hour % 12;
    let (first, second) = match part {
        Some(Span::Pm | Span::Afternoon | Span::Evening) if (1..12).contains(&hour) => ((hour + 12, 0.0), None),
        _ if clock.certain => ((hour, 0.0), None),
        None if hour == 12 => ((12, 0.0), Some((0, 0.05))),
        // Callers ring by day: of two equal readings, that one is offered first.
        None if (1..7).contains(&hour) => ((hour + 12, 0.0), Some((hour, 0.05))),
        None => ((hour, 0.0), Some((hour + 12, 0.05))),
        Some(Span::Am | Span::SmallHours) => ((twelve, 0.0), None),
        Some(Span::Morning) => ((if hour == 12 { 0 } else { hour }, if hour == 12 { 0.08 } else { 0.0 }), None),
        Some(Span::Pm | Span::Afternoon) => ((twelve + 12, 0.0), None),
        Some(Span::Noon) => ((if hour < 4 { hour + 12 } else { hour }, 0.0), None),
        Some(Span::Evening) => ((if hour == 12 { 0 } else { hour + 12 }, 0.0), None),
        Some(Span::Night) if hour < 6 => ((hour, 0.0), None),
        Some(Span::Night) => ((if hour == 12 { 0 } else { hour + 12 }, 0.0), None),
    };
    std::iter::once(first).chain(second)
}

/// Keys as a time on the 24-hour clock: `HHMM`, `HMM#`, `HH#`.
pub(super) fn keyed(keys: &str, finished: bool) -> KeyReading {
    let wrong = KeyReading::Wrong(CheckFault::NoSuch { wanted: "time" });
    let Ok(number) = keys.parse::<u32>() else { return wrong };
    let (hour, minute) = match keys.len() {
        1 | 2 if finished => (number, 0),
        3 if finished => (number / 100, number % 100),
        4 => (number / 100, number % 100),
        0..=3 => return KeyReading::More,
        _ => return wrong,
    };
    let hour = i8::try_from(hour % 25).unwrap_or(-1);
    let minute = i8::try_from(minute).unwrap_or(-1);
    match Time::new(if hour == 24 { 0 } else { hour }, minute, 0, 0) {
        Ok(time) if number < 2500 => KeyReading::Value(Value::Time(time)),
        _ => wrong,
    }
}
