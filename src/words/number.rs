//! Numbers: how many, how much.
//!
//! Said: "forty-two", "a hundred and five", "two point five", "a dozen", "minus three", "one twenty" (a hundred and
//! twenty), "two oh five"; 一千零五, 两百五 (250), 一万二 (12000), 二点五, 半, 负三. Keyed: figures, `*` for the point
//! where fractions are allowed, `#` or a pause at the end.

use super::spoken::amount::{Amount, amount, decimal, signed_amount};
use super::spoken::english::ordinal;
use super::spoken::scan::Kind;
use super::spoken::{Candidate, Heard, Sense, mandarin, readings};
use super::{CheckFault, KeyReading, Language, Reading, Value};

/// Readings of `heard`.
pub(super) fn read(heard: &str, _language: Language) -> Vec<Reading> {
    let heard = Heard::scan(heard);
    let mut candidates = Vec::new();
    let mut place = 0;
    while place < heard.len() {
        place = match number_at(&heard, place, &mut candidates) {
            Some(behind) => behind,
            None => place + 1,
        };
    }
    if candidates.is_empty() {
        sounds_like(&heard, &mut candidates);
    }
    readings(&heard, candidates)
}

/// A number in its normal form: whole where it is whole.
pub(super) fn normal(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9e15 { Value::Whole(number as i64) } else { Value::Decimal(number) }
}

/// Adds what stands at `at` and gives the place behind it.
fn number_at(heard: &Heard, at: usize, candidates: &mut Vec<Candidate>) -> Option<usize> {
    if let Some((end, low, high)) = mandarin::two_or_three(heard, at) {
        for number in [low, high] {
            candidates.push(Candidate { start: at, end, value: Value::Whole(number as i64), cost: 0.1 });
        }
        return Some(end);
    }
    let first = signed_amount(heard, at)?;
    if is_no_number(heard, at, first.end) {
        return Some(first.end);
    }
    let mut add = |end: usize, number: f64, cost: f32| {
        candidates.push(Candidate { start: at, end, value: normal(number), cost });
    };
    let mut run = vec![first];
    while let Some(next) = next_of_run(heard, run[run.len() - 1].end) {
        run.push(next);
    }
    let end = run[run.len() - 1].end;
    match run[..] {
        [only] => add(end, only.value, cost_of(heard, at, only)),
        [high, low] if is_pair(high, low) => {
            // "one twenty" is a hundred and twenty, "twelve ninety nine" might be read as a price.
            add(end, high.value * 100.0 + low.value, 0.1);
        }
        _ if run.iter().all(|part| part.plain && part.value >= 0.0 && part.value < 10.0) => {
            add(end, run.iter().fold(0.0, |number, part| number * 10.0 + part.value), 0.05);
        }
        _ => {
            for part in &run {
                add(part.end, part.value, 0.2);
            }
        }
    }
    Some(end)
}

/// What follows a number without a word between: a part of the same number, said in pieces.
fn next_of_run(heard: &Heard, at: usize) -> Option<Amount> {
    let token = heard.at(at).filter(|token| !token.pause)?;
    if token.sense == Sense::Oh {
        return Some(Amount { end: at + 1, value: 0.0, plain: true });
    }
    let is_number = token.kind != Kind::Word || matches!(token.sense, Sense::Small(_) | Sense::Tens(_));
    if !is_number || token.first == '半' {
        return None;
    }
    amount(heard, at).filter(|amount| amount.plain)
}

fn is_pair(high: Amount, low: Amount) -> bool {
    high.plain && low.plain && (1.0..100.0).contains(&high.value) && (10.0..100.0).contains(&low.value)
}

/// "this one", 一下, 十分: words that are no number here.
fn is_no_number(heard: &Heard, at: usize, end: usize) -> bool {
    let before = at.checked_sub(1).map_or("", |before| heard.word(before));
    let is_pronoun = heard.sense(at) == Sense::Small(1)
        && end == at + 1
        && (matches!(before, "this" | "that" | "the" | "which" | "another" | "each" | "any" | "no" | "some" | "every")
            || matches!(heard.word(end), "moment" | "sec" | "second" | "minute" | "thing" | "way"));
    let is_word = heard.character(at) == Some('一')
        && end == at + 1
        && (matches!(
            heard.character(end),
            Some('下' | '些' | '般' | '直' | '样' | '起' | '定' | '会' | '旦' | '切' | '共')
        ) || matches!(before, "万" | "统" | "唯")
            || heard.han(end, "点").is_some()
                && matches!(before, "有" | "快" | "慢" | "早" | "晚" | "多" | "大" | "小"));
    let is_ordinal =
        ordinal(heard, at).is_some() || heard.at(end).is_some_and(|next| next.glued && next.sense == Sense::Suffix);
    // 2026-01-05, 9:30, 3/4.
    let is_part = [":", "/"].iter().any(|sign| before == *sign || heard.word(end) == *sign)
        || heard.number(at).is_some() && heard.glued(at) && before == "-" && at >= 2 && heard.number(at - 2).is_some();
    is_pronoun || is_word || is_ordinal || is_part
}

fn cost_of(heard: &Heard, at: usize, amount: Amount) -> f32 {
    // "D2" is "forty two" misheard, or no number at all.
    let is_torn = heard.glued(at)
        && at.checked_sub(1).and_then(|before| heard.at(before)).is_some_and(|before| before.kind == Kind::Word);
    match heard.at(at).map(|token| (token.first, token.sense)) {
        _ if is_torn && heard.number(at).is_some() => 0.4,
        // 第三 is a place in a row.
        _ if at > 0 && heard.character(at - 1) == Some('第') => 0.15,
        // 十几个 is no number that one could take.
        _ if heard.character(amount.end) == Some('几') => 0.6,
        // "half" and 半 stand in many words.
        Some(('半', _) | (_, Sense::Half)) if amount.end < heard.len() && amount.value == 0.5 => 0.1,
        _ => 0.0,
    }
}

/// "too", "for" and "won" as the whole answer.
fn sounds_like(heard: &Heard, candidates: &mut Vec<Candidate>) {
    let mut found = (0..heard.len()).filter_map(|place| match heard.sense(place) {
        Sense::To => Some((place, 2)),
        Sense::Sounds(number) => Some((place, i64::from(number))),
        Sense::Oh => Some((place, 0)),
        _ => None,
    });
    if let (Some((place, number)), None) = (found.next(), found.next()) {
        let others = heard.len() - 1;
        let cost = match others {
            0 => 0.35,
            1 => 0.7,
            _ => return,
        };
        candidates.push(Candidate { start: place, end: place + 1, value: Value::Whole(number), cost });
    }
    // 是 alone is heard for 四 and for 十.
    if heard.len() == 1 && heard.character(0) == Some('是') {
        for number in [4, 10] {
            candidates.push(Candidate { start: 0, end: 1, value: Value::Whole(number), cost: 0.8 });
        }
    }
}

/// Keys as a number; `*` is the point.
pub(super) fn keyed(keys: &str, finished: bool) -> KeyReading {
    let wrong = KeyReading::Wrong(CheckFault::WrongKind { wanted: "number" });
    let (whole, fraction) = keys.split_once('*').unwrap_or((keys, ""));
    if whole.len() > 12 || fraction.len() > 6 || fraction.contains('*') {
        return wrong;
    }
    if !finished {
        return KeyReading::More;
    }
    let digits = |text: &str| if text.is_empty() { Some(0) } else { text.parse::<u64>().ok() };
    let places = u32::try_from(fraction.len()).unwrap_or(0);
    match (digits(whole), digits(fraction)) {
        (Some(whole), Some(fraction)) => {
            decimal(whole, fraction, places).map_or(wrong, |number| KeyReading::Value(normal(number)))
        }
        _ => wrong,
    }
}
