//! Times of day.
//!
//! Said: "half past nine", "quarter to five", "nine thirty", "9:30 pm", "half nine" (9:30), "fifteen hundred",
//! "noon", "in two hours"; 上午九点半, 下午三点一刻, 差五分九点, 十五点. A time on the twelve-hour clock without a part of
//! the day is two readings, so that the caller is asked. Keyed: `HHMM` on the 24-hour clock; `#` or a pause ends fewer.

use jiff::civil::{DateTime, Time};

use super::duration::span_at;
use super::spoken::choose::{gather, weigh_corrections};
use super::spoken::english::below_hundred;
use super::spoken::lexicon::{Part, Unit};
use super::spoken::mandarin::{self, small};
use super::spoken::scan::Kind;
use super::spoken::{Candidate, Heard, Sense};
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

/// `9:30`, `21.30`, `0930`, `930`, with `am` or `pm` behind.
fn written(heard: &Heard, at: usize) -> Option<Candidate<Clock>> {
    let number = heard.number(at)?;
    let before = at.checked_sub(1).map_or("", |before| heard.word(before));
    let is_part = matches!(before, "/" | ":" | "." | "£" | "$" | "€" | "¥") || before == "-" && number.glued;
    if is_part {
        return None;
    }
    let minutes = |sign| heard.signed(at + 1, sign).filter(|minutes| minutes.digits == 2);
    if let Some(minutes) = minutes(':') {
        let end = if heard.signed(at + 3, ':').is_some() { at + 5 } else { at + 3 };
        let clock = clock(at, end, number.value, minutes.value, 0.0)?;
        return Some(if number.digits == 2 && number.value < 10 { certain(clock) } else { clock });
    }
    let is_date = heard.sign(at + 1, '/') || heard.sign(at + 1, '-') && heard.glued(at + 1);
    if is_date {
        return None;
    }
    if let Some(minutes) = minutes('.').or_else(|| minutes('-')) {
        let is_longer = heard.signed(at + 3, '.').is_some();
        return if is_longer { None } else { clock(at, at + 3, number.value, minutes.value, 0.02) };
    }
    if matches!(number.digits, 3 | 4) && !is_dated(heard, at) {
        let (hour, minute) = (number.value / 100, number.value % 100);
        let hours = usize::from(heard.sense(at + 1) == Sense::Unit(Unit::Hour));
        let clock = clock(at, at + 1 + hours, hour, minute, 0.03)?;
        let is_military = hours == 1 || number.digits == 4 && number.value < 1000;
        return Some(if is_military { certain(clock) } else { clock });
    }
    None
}

/// Whether the number at `at` belongs to a date: "March 3", "3rd", 2026年.
fn is_dated(heard: &Heard, at: usize) -> bool {
    let is_month = |sense: Sense| matches!(sense, Sense::Month(_));
    let ordinal = heard.at(at + 1).is_some_and(|next| next.glued && next.sense == Sense::Suffix);
    is_month(heard.sense_before(at))
        || is_month(heard.sense(at + 1))
        || heard.sense(at + 1) == Sense::Of
        || ordinal
        || matches!(heard.word(at + 1), "年" | "月" | "号" | "日" | "-" | "/")
        || at > 0 && matches!(heard.word(at - 1), "-" | "/" | ".")
}

fn english_clock(heard: &Heard, at: usize) -> Option<Candidate<Clock>> {
    match heard.sense(at) {
        Sense::Noon => return clock(at, at + 1, 12, 0, 0.0).map(certain),
        Sense::Midnight => return clock(at, at + 1, 0, 0, 0.0).map(certain),
        // "half past nine", "half nine".
        Sense::Half => {
            let past = usize::from(matches!(heard.sense(at + 1), Sense::Past | Sense::After));
            let (hour, end) = hour_at(heard, at + 1 + past)?;
            return clock(at, clock_word(heard, end), hour, 30, if past == 1 { 0.0 } else { 0.03 });
        }
        // "a quarter to five".
        Sense::A if heard.sense(at + 1) == Sense::Quarter => {
            return relative(heard, at + 2, 15).map(|clock| Candidate { start: at, ..clock });
        }
        Sense::Quarter => return relative(heard, at + 1, 15).map(|clock| Candidate { start: at, ..clock }),
        _ => {}
    }
    let first = below_hundred(heard, at)?;
    if is_dated(heard, at) || matches!(heard.sense(first.end), Sense::Ordinal(_) | Sense::Suffix) {
        return None;
    }
    // "ten to five", "twenty minutes past".
    let minutes = usize::from(heard.sense(first.end) == Sense::Unit(Unit::Minute));
    if first.value < 60
        && let Some(clock) = relative(heard, first.end + minutes, first.value)
    {
        return Some(Candidate { start: at, ..clock });
    }
    if first.value > 24 {
        return None;
    }
    let clock = on_the_hour(heard, at, first.value, first.end)?;
    Some(clock)
}

/// "past five", "to five", "before five" behind a count of minutes.
fn relative(heard: &Heard, at: usize, minutes: u64) -> Option<Candidate<Clock>> {
    let is_past = match heard.sense(at) {
        Sense::Past | Sense::After => true,
        Sense::To | Sense::Before => false,
        Sense::Of if minutes % 5 == 0 => false,
        // "quarter two five" is misheard.
        Sense::Small(2) if minutes == 15 => false,
        _ => return None,
    };
    let (hour, end) = match heard.sense(at + 1) {
        Sense::Noon => (12, at + 2),
        Sense::Midnight => (0, at + 2),
        _ => hour_at(heard, at + 1)?,
    };
    let minutes = minutes % 60;
    let end = clock_word(heard, end);
    let is_certain = matches!(heard.sense(at + 1), Sense::Noon | Sense::Midnight) || hour > 12;
    let found = if is_past {
        clock(at, end, hour, minutes, 0.0)
    } else {
        let hour = match hour {
            0 => 23,
            1 => 12,
            later => later - 1,
        };
        clock(at, end, hour, 60 - minutes, 0.0)
    };
    found.map(|found| if is_certain { certain(found) } else { found })
}

/// An hour by itself: 0 to 24, and the place behind it.
fn hour_at(heard: &Heard, at: usize) -> Option<(u64, usize)> {
    let is_hour = heard.number(at).is_none_or(|number| number.digits <= 2);
    let hour = below_hundred(heard, at).filter(|hour| hour.value <= 24 && is_hour)?;
    Some((hour.value, hour.end))
}

/// Behind "o'clock".
fn clock_word(heard: &Heard, at: usize) -> usize {
    match heard.sense(at) {
        Sense::Clock => at + 1,
        Sense::Oh if heard.sense(at + 1) == Sense::Clock => at + 2,
        _ => at,
    }
}

/// "nine", "nine thirty", "nine oh five", "nine o'clock", "fifteen hundred".
fn on_the_hour(heard: &Heard, at: usize, hour: u64, behind: usize) -> Option<Candidate<Clock>> {
    let named = clock_word(heard, behind);
    if named > behind {
        return clock(at, named, hour, 0, 0.0);
    }
    if heard.sense(behind) == Sense::Hundred {
        let hours = usize::from(heard.sense(behind + 1) == Sense::Unit(Unit::Hour));
        return clock(at, behind + 1 + hours, hour, 0, 0.1).map(certain);
    }
    if heard.sense(behind) == Sense::Oh
        && let Some(minute) = below_hundred(heard, behind + 1).filter(|minute| (1..10).contains(&minute.value))
    {
        return clock(at, minute.end, hour, minute.value, 0.0);
    }
    if heard.character(behind).is_none()
        && let Some(minute) = below_hundred(heard, behind).filter(|minute| (10..60).contains(&minute.value))
        && !heard.pause(behind)
    {
        let is_other = matches!(heard.sense(minute.end), Sense::Unit(_) | Sense::Hundred | Sense::Thousand);
        if !is_other {
            return clock(at, minute.end, hour, minute.value, 0.0);
        }
    }
    if part_word(heard, behind).is_some() {
        return clock(at, behind, hour, 0, 0.0);
    }
    // A bare number: an hour when it is said as one, or when nothing else is there.
    let before = at.checked_sub(1).map_or("", |before| heard.word(before));
    let is_said_as_time = matches!(before, "at" | "around" | "about" | "by" | "until" | "till" | "before" | "after");
    let counts = heard.at(behind).is_some_and(|next| {
        let is_noun = next.kind == Kind::Word && matches!(next.sense, Sense::Unknown | Sense::Unit(_) | Sense::Coin(_));
        is_noun
            && !next.pause
            && !matches!(heard.word(behind), "please" | "thanks" | "thank" | "ish" | "would" | "is" | "works" | "sharp")
    });
    let is_pronoun = hour == 1
        && heard.number(at).is_none()
        && (matches!(before, "this" | "that" | "the" | "which" | "another" | "no" | "any")
            || matches!(heard.sense(behind), Sense::Of | Sense::Second)
            || heard.is(behind, "moment"));
    if counts || is_pronoun || heard.sign(behind, '.') || heard.number(at).is_some() && heard.is_han(behind) {
        return None;
    }
    clock(at, behind, hour, 0, if is_said_as_time { 0.02 } else { BARE })
}

/// 九点半, 三点一刻, 九点零五, 差五分九点, 八点差五分, 中午, 零点.
fn chinese_clock(heard: &Heard, at: usize) -> Option<Candidate<Clock>> {
    if let Some(clock) = alone(heard, at) {
        return Some(clock);
    }
    if let Some(behind) = heard.han(at, "差") {
        let (minutes, end) = minutes_of(heard, behind)?;
        let (hour, end) = chinese_hour(heard, heard.skip_han(end, &["到"]))?;
        return before(at, end, hour, minutes);
    }
    let (hour, end, cost) = match chinese_hour(heard, at) {
        Some((hour, end)) => (hour, end, 0.0),
        // 是点 is 四点 or 十点: asked about either way.
        None => return None,
    };
    if heard.number(at).is_none() && is_a_bit(heard, at, end) {
        return None;
    }
    if let Some(behind) = heard.han(end, "差") {
        let (minutes, end) = minutes_of(heard, behind)?;
        return before(at, end, hour, minutes);
    }
    if let Some(end) = heard.han(end, "半") {
        return clock(at, end, hour, 30, cost);
    }
    if let Some(end) = heard.han(end, "整").or_else(|| heard.han(end, "钟")) {
        return clock(at, end, hour, 0, cost);
    }
    let start = heard.skip_han(end, &["过", "零", "〇"]);
    if let Some((minutes, end)) = minutes_of(heard, start) {
        return clock(at, end, hour, minutes, cost);
    }
    let minutes =
        small(heard, start, 59).filter(|minutes| start > end || minutes.value >= 10 || heard.number(start).is_some());
    match minutes {
        Some(minutes) => clock(at, minutes.end, hour, minutes.value, cost),
        None => clock(at, heard.skip_han(end, &["多", "左右"]), hour, 0, cost),
    }
}

/// Times that are a word of their own.
fn alone(heard: &Heard, at: usize) -> Option<Candidate<Clock>> {
    const NOON: &[&str] = &["正午", "中午"];
    const MIDNIGHT: &[&str] = &["午夜", "半夜"];
    let noon = heard.skip_han(at, NOON);
    if noon > at && chinese_hour(heard, noon).is_none() && !follows_hour(heard, noon) {
        return clock(at, noon, 12, 0, 0.02).map(certain);
    }
    let midnight = heard.skip_han(at, MIDNIGHT);
    if midnight > at && chinese_hour(heard, midnight).is_none() {
        return clock(at, midnight, 0, 0, 0.05).map(certain);
    }
    None
}

fn follows_hour(heard: &Heard, at: usize) -> bool {
    heard.number(at).is_some() || mandarin::cardinal(heard, at).is_some()
}

/// 九点, 9点, 二十时: the hour and the place behind 点.
fn chinese_hour(heard: &Heard, at: usize) -> Option<(u64, usize)> {
    let (hour, end) = match heard.character(at) {
        Some('零' | '〇') => (0, at + 1),
        _ => small(heard, at, 24).map(|hour| (hour.value, hour.end))?,
    };
    let end = heard.han(end, "点").or_else(|| heard.han(end, "时"))?;
    Some((hour, end))
}

/// 一刻, 三刻, 五分, 十分钟: how many minutes, and the place behind.
fn minutes_of(heard: &Heard, at: usize) -> Option<(u64, usize)> {
    let count = small(heard, at, 59)?;
    if let Some(end) = heard.han(count.end, "刻") {
        let minutes = count.value * 15;
        return (minutes < 60).then_some((minutes, heard.skip_han(end, &["钟"])));
    }
    heard.han(count.end, "分").map(|end| (count.value, heard.skip_han(end, &["钟"])))
}

fn before(start: usize, end: usize, hour: u64, minutes: u64) -> Option<Candidate<Clock>> {
    let earlier = match hour {
        0 => 23,
        1 => 12,
        later => later - 1,
    };
    let found = clock(start, end, earlier, 60_u64.checked_sub(minutes)?, 0.0)?;
    Some(if hour > 12 || hour == 0 { certain(found) } else { found })
}

/// 一点 as "a bit": 快一点, 早一点.
fn is_a_bit(heard: &Heard, at: usize, end: usize) -> bool {
    heard.character(at) == Some('一')
        && at > 0
        && matches!(heard.character(at - 1), Some('有' | '快' | '慢' | '早' | '晚' | '多' | '大' | '小' | '好' | '差'))
        && heard.han(end, "半").is_none()
        && !matches!(heard.word(at.saturating_sub(2)), "今" | "明" | "昨" | "天")
}

/// A part of the day: which hours it holds.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Span {
    Am,
    Pm,
    Morning,
    Noon,
    Afternoon,
    Evening,
    Night,
    SmallHours,
}

/// Every part of the day that is named, with its place; greetings are none.
fn parts(heard: &Heard) -> Vec<(usize, Span)> {
    const CHINESE: &[(&str, Span)] = &[
        ("上午", Span::Morning),
        ("早上", Span::Morning),
        ("早晨", Span::Morning),
        ("清晨", Span::Morning),
        ("清早", Span::Morning),
        ("今早", Span::Morning),
        ("明早", Span::Morning),
        ("早", Span::Morning),
        ("中午", Span::Noon),
        ("下午", Span::Afternoon),
        ("午后", Span::Afternoon),
        ("傍晚", Span::Evening),
        ("晚上", Span::Evening),
        ("今晚", Span::Evening),
        ("明晚", Span::Evening),
        ("昨晚", Span::Evening),
        ("夜里", Span::Night),
        ("夜晚", Span::Evening),
        ("半夜", Span::Night),
        ("深夜", Span::Night),
        ("凌晨", Span::SmallHours),
        ("晚", Span::Evening),
    ];
    let mut found = Vec::new();
    for place in 0..heard.len() {
        if heard.is_han(place) {
            let Some((behind, part)) = heard.han_of(place, CHINESE) else { continue };
            // 早上好 is a greeting, 早一点 and 晚一点 no time of day.
            let is_other =
                heard.han(behind, "好").is_some() || heard.han(behind, "一点").is_some() && behind == place + 1;
            let is_tail = found.last().is_some_and(|(last, _)| *last + 1 == place);
            if !is_other && !is_tail {
                found.push((place, part));
            }
        } else if let Some(part) = part_word(heard, place) {
            let is_greeting = heard.is(place.wrapping_sub(1), "good") || heard.is(place.wrapping_sub(1), "nice");
            if !is_greeting {
                found.push((place, part));
            }
        }
    }
    found
}

/// The part of the day that the word at `at` names, `a.m.` in its pieces among them.
fn part_word(heard: &Heard, at: usize) -> Option<Span> {
    match heard.sense(at) {
        Sense::Part(part) => Some(match part {
            Part::Am => Span::Am,
            Part::Pm => Span::Pm,
            Part::Morning => Span::Morning,
            Part::Afternoon => Span::Afternoon,
            Part::Evening => Span::Evening,
            Part::Night => Span::Night,
        }),
        Sense::Tonight => Some(Span::Evening),
        Sense::A if heard.is(at + 1, "m") => Some(Span::Am),
        _ if heard.is(at, "p") && heard.is(at + 1, "m") => Some(Span::Pm),
        _ => None,
    }
}

/// The part of the day nearest to a time: one behind it within four words, else one before it, else any.
fn nearest(parts: &[(usize, Span)], clock: &Candidate<Clock>) -> Option<Span> {
    let distance = |place: usize| {
        if place >= clock.end { place - clock.end } else { clock.start.saturating_sub(place) }
    };
    parts.iter().min_by_key(|(place, _)| distance(*place)).map(|(_, part)| *part)
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
