//! Times as they are said in English, and as they are written.

use super::super::spoken::english::below_hundred;
use super::super::spoken::lexicon::Unit;
use super::super::spoken::scan::Kind;
use super::super::spoken::{Candidate, Heard, Sense};
use super::parts::part_word;
use super::{BARE, Clock, certain, clock};

/// "half past nine", "nine thirty", "noon", "at nine".
pub fn english_clock(heard: &Heard, at: usize) -> Option<Candidate<Clock>> {
    match heard.sense(at) {
        Sense::Noon => return clock(at, at + 1, 12, 0, 0.0).map(certain),
        Sense::Midnight => return clock(at, at + 1, 0, 0, 0.0).map(certain),
        // "half past nine", "half nine".
        Sense::Half => {
            let past = usize::from(matches!(heard.sense(at + 1), Sense::Past | Sense::After));
            let (hour, end) = hour_at(heard, at + 1 + past)?;
            return clock(at, clock_word(heard, end), hour, 30, if past == 1 { 0.0 } else { 0.03 });
        }
        // "Half" misheard: "F past nine", "have past nine".
        Sense::Unknown
            if heard.sense(at + 1) == Sense::Past && matches!(heard.word(at), "f" | "have" | "off" | "hath") =>
        {
            let (hour, end) = hour_at(heard, at + 2)?;
            return clock(at, clock_word(heard, end), hour, 30, 0.06);
        }
        // "a quarter to five".
        Sense::A if heard.sense(at + 1) == Sense::Quarter => {
            return relative(heard, at + 2, 15, true).map(|clock| Candidate { start: at, ..clock });
        }
        Sense::Quarter => return relative(heard, at + 1, 15, true).map(|clock| Candidate { start: at, ..clock }),
        _ => {}
    }
    let first = below_hundred(heard, at)?;
    if is_dated(heard, at) || matches!(heard.sense(first.end), Sense::Ordinal(_) | Sense::Suffix) {
        return None;
    }
    // "ten to five", "twenty minutes past".
    let minutes = usize::from(heard.sense(first.end) == Sense::Unit(Unit::Minute));
    if first.value < 60
        && let Some(clock) = relative(heard, first.end + minutes, first.value, minutes == 1)
    {
        return Some(Candidate { start: at, ..clock });
    }
    if first.value > 24 {
        return None;
    }
    let clock = on_the_hour(heard, at, first.value, first.end)?;
    Some(clock)
}

/// "past five", "to five", "before five" behind a count of minutes; `said` when the word minutes was.
fn relative(heard: &Heard, at: usize, minutes: u64, said: bool) -> Option<Candidate<Clock>> {
    let is_past = match heard.sense(at) {
        Sense::Past | Sense::After => true,
        // "nine to five" is a span of hours: who means minutes says so.
        Sense::To | Sense::Before if minutes.is_multiple_of(5) || said => false,
        Sense::Of if minutes.is_multiple_of(5) => false,
        // "quarter two five" is misheard.
        Sense::Small(2) if minutes.is_multiple_of(5) && minutes < 20 => false,
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

/// `9:30`, `21.30`, `0930`, `930`, with `am` or `pm` behind.
pub fn written(heard: &Heard, at: usize) -> Option<Candidate<Clock>> {
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
    let beside = heard.number(at + 1).is_some() || at > 0 && heard.number(at - 1).is_some();
    if matches!(number.digits, 3 | 4) && !is_dated(heard, at) && !beside {
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
