//! Days.
//!
//! Said: "today", "the day after tomorrow", "next Tuesday", "the third of March", "March 3rd twenty twenty six", "in
//! two weeks", "3/4"; 明天, 大后天, 下周三, 上个月五号, 三月三号, 二零二六年一月五日. A day said without a year is the next such day,
//! unless the words speak of the past. What may be two days (3/4, "next Friday" on a Monday) is two readings, so that
//! the caller is asked. Keyed: in English `DDMM` or `DDMMYYYY`, in Mandarin `MMDD` or `YYYYMMDD`; `#` or a pause ends
//! the shorter.

mod english;
mod figures;
mod mandarin;
mod resolve;
mod said;

use jiff::civil::Date;

use super::spoken::choose::{gather, take_back, weigh_corrections};
use super::spoken::{Candidate, Heard, Sense};
use super::{CheckFault, KeyReading, Language, Reading, Value};
use said::Said;

/// Readings of `heard`, said on `today`.
pub(super) fn read(heard: &str, language: Language, today: Date) -> Vec<Reading> {
    let heard = Heard::scan(heard);
    let mut days = days(&heard, language, today);
    inherit(&heard, &mut days);
    days.retain(|day| day.value.is_day());
    weigh_corrections(&heard, &mut days);
    let is_past = speaks_of_the_past(&heard);
    let mut candidates: Vec<Candidate> = Vec::with_capacity(days.len() * 2);
    for day in &days {
        for (date, cost) in resolve::dates(&day.value, today, is_past) {
            let value = Value::Date(date);
            candidates.push(Candidate { start: day.start, end: day.end, value, cost: day.cost + cost });
        }
    }
    gather(&heard, candidates)
}

/// Every day that is named, with all that is said of it: "Tuesday the third of March" is one.
fn days(heard: &Heard, language: Language, today: Date) -> Vec<Candidate<Said>> {
    let mut found: Vec<Candidate<Said>> = Vec::new();
    let mut open: Option<Candidate<Said>> = None;
    let mut place = 0;
    while place < heard.len() {
        let before = open.as_ref().map(|day| day.value).unwrap_or_default();
        let piece = if heard.is_han(place) {
            mandarin::piece(heard, place, &before, today)
        } else {
            figures::piece(heard, place, language, today).or_else(|| {
                let chinese = heard.number(place).and_then(|_| mandarin::piece(heard, place, &before, today));
                chinese.or_else(|| english::piece(heard, place, &before, today))
            })
        };
        let Some(piece) = piece else {
            let is_glue = matches!(heard.sense(place), Sense::Of | Sense::The | Sense::On | Sense::In | Sense::At)
                || heard.character(place) == Some('的');
            if !is_glue {
                found.extend(open.take());
            }
            place += 1;
            continue;
        };
        let joined = open.as_ref().and_then(|day| day.value.with(&piece.said));
        open = match (open, joined) {
            (Some(day), Some(said)) => {
                Some(Candidate { start: day.start, end: piece.end, value: said, cost: day.cost.max(piece.cost) })
            }
            (day, _) => {
                found.extend(day);
                Some(Candidate { start: place, end: piece.end, value: piece.said, cost: piece.cost })
            }
        };
        place = piece.end.max(place + 1);
    }
    found.extend(open);
    for day in &mut found {
        day.cost += alone_cost(heard, day);
    }
    found
}

/// "The third, no, the fourth": what the correction leaves out is as it was said before.
fn inherit(heard: &Heard, days: &mut [Candidate<Said>]) {
    for later in 1..days.len() {
        let (before, behind) = days.split_at_mut(later);
        let (Some(earlier), Some(day)) = (before.last_mut(), behind.first_mut()) else { continue };
        let between = earlier.end..day.start;
        let is_corrected = between.clone().any(|place| take_back(heard, place).is_some());
        let is_choice = between.clone().any(|place| matches!(heard.word(place), "or" | "to" | "或" | "到"));
        if is_choice && earlier.value.is_only_a_day() {
            earlier.value = earlier.value.completed_by(&day.value);
        }
        if is_corrected || is_choice {
            day.value = day.value.completed_by(&earlier.value);
        }
    }
}

/// A day of the month by itself is less sure where an ordinal counts something else: "the first one".
fn alone_cost(heard: &Heard, day: &Candidate<Said>) -> f32 {
    if !day.value.is_only_a_day() || heard.is_han(day.start) {
        return 0.0;
    }
    let behind = heard.at(day.end);
    let counts = behind.is_some_and(|next| {
        let is_word = next.sense == Sense::Unknown && !next.pause && next.first.is_ascii_alphabetic();
        is_word
            && !matches!(
                heard.word(day.end),
                "please"
                    | "thanks"
                    | "thank"
                    | "if"
                    | "is"
                    | "would"
                    | "instead"
                    | "works"
                    | "or"
                    | "until"
                    | "through"
            )
    });
    let is_of_all = heard.sense(day.end) == Sense::Of && heard.is(day.end + 1, "all");
    let the = heard.sense(day.start) == Sense::The || heard.sense_before(day.start) == Sense::The;
    match (counts || is_of_all, the) {
        (true, _) => 0.8,
        (false, true) => 0.02,
        (false, false) if heard.number(day.start).is_some() => 0.03,
        (false, false) => 0.15,
    }
}

/// Whether the caller speaks of what has been, so that a day without a year is the last such day.
fn speaks_of_the_past(heard: &Heard) -> bool {
    const CHINESE: &[&str] = &[
        "买的",
        "下的单",
        "下单的",
        "订的",
        "收到",
        "寄的",
        "发的",
        "付的",
        "已经",
        "上次",
        "当时",
        "以前",
        "刚过去",
        "过去的",
    ];
    (0..heard.len()).any(|place| {
        if heard.is_han(place) {
            return CHINESE.iter().any(|phrase| heard.han(place, phrase).is_some());
        }
        let is_last_day = heard.sense(place) == Sense::Last && heard.is(place + 1, "day");
        !is_last_day
            && matches!(
                heard.word(place),
                "last"
                    | "previous"
                    | "was"
                    | "were"
                    | "since"
                    | "ordered"
                    | "bought"
                    | "paid"
                    | "happened"
                    | "arrived"
                    | "sent"
                    | "booked"
                    | "received"
                    | "did"
                    | "ago"
                    | "past"
                    | "purchased"
                    | "called"
                    | "came"
            )
    })
}

/// Keys as a day.
pub(super) fn keyed(keys: &str, finished: bool, language: Language, today: Date) -> KeyReading {
    let wrong = KeyReading::Wrong(CheckFault::NoSuch { wanted: "date" });
    let part = |from: usize, to: usize| keys.get(from..to).and_then(|text| text.parse::<i16>().ok());
    let small = |number: Option<i16>| number.and_then(|number| i8::try_from(number).ok());
    let is_chinese = language == Language::ZH;
    let date = match keys.len() {
        8 if is_chinese => (part(0, 4), small(part(4, 6)), small(part(6, 8))),
        8 => (part(4, 8), small(part(2, 4)), small(part(0, 2))),
        4 if !finished => return KeyReading::More,
        4 if is_chinese => (None, small(part(0, 2)), small(part(2, 4))),
        4 => (None, small(part(2, 4)), small(part(0, 2))),
        0..=7 if !finished => return KeyReading::More,
        _ => return wrong,
    };
    let (year, Some(month), Some(day)) = date else { return wrong };
    let said = Said { year, month: Some(month), day: Some(day), ..Said::default() };
    match resolve::dates(&said, today, false).first() {
        Some((date, _)) => KeyReading::Value(Value::Date(*date)),
        None => wrong,
    }
}
