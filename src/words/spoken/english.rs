//! Numbers in English words and figures.

use super::lexicon::Sense;
use super::scan::{Heard, Kind};

/// A whole number at some place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whole {
    /// The place behind it.
    pub end: usize,
    /// The number.
    pub value: u64,
}

/// Larger numbers are no amounts.
pub const LARGEST: u64 = 1_000_000_000_000_000;

/// Below a hundred, in words or one or two figures.
pub fn below_hundred(heard: &Heard, at: usize) -> Option<Whole> {
    match heard.sense(at) {
        Sense::Small(value) => Some(Whole { end: at + 1, value: value.into() }),
        Sense::Tens(tens) => Some(match unit_behind(heard, at) {
            Some(unit) => Whole { end: at + 2, value: u64::from(tens) + unit },
            None => Whole { end: at + 1, value: tens.into() },
        }),
        _ => {
            let number = heard.number(at).filter(|number| number.digits <= 2)?;
            Some(Whole { end: at + 1, value: number.value })
        }
    }
}

/// The `two` of "forty two", which a recogniser may write "forty 2".
fn unit_behind(heard: &Heard, at: usize) -> Option<u64> {
    match heard.sense(at + 1) {
        Sense::Small(unit @ 1..=9) => Some(unit.into()),
        _ => {
            let number = heard.number(at + 1).filter(|number| number.digits == 1 && !number.pause)?;
            // "twenty 2:30" is no twenty-two.
            let is_other = heard.at(at + 2).is_some_and(|next| next.glued);
            (number.value > 0 && !is_other).then_some(number.value)
        }
    }
}

/// A whole number: "two thousand three hundred and five", "a hundred", "12 hundred", "1200".
pub fn cardinal(heard: &Heard, at: usize) -> Option<Whole> {
    let mut place = at;
    let mut total = 0_u64;
    let mut last_scale = u64::MAX;
    let mut end = None;
    while let Some(group) = group(heard, place, end.is_none()) {
        match scale(heard.sense(group.end)) {
            Some(unit) if unit < last_scale => {
                total = total.checked_add(group.value.checked_mul(unit)?).filter(|total| *total < LARGEST)?;
                last_scale = unit;
                end = Some(group.end + 1);
                let and = usize::from(heard.sense(group.end + 1) == Sense::And);
                place = group.end + 1 + and;
                // "two thousand, 5": figures behind a comma are another number.
                if heard.number(place).is_some_and(|number| number.pause) {
                    break;
                }
            }
            _ => {
                let fits = last_scale == u64::MAX || group.value < last_scale;
                if fits {
                    total = total.checked_add(group.value).filter(|total| *total < LARGEST)?;
                    end = Some(group.end);
                }
                break;
            }
        }
    }
    end.map(|end| Whole { end, value: total })
}

fn scale(sense: Sense) -> Option<u64> {
    match sense {
        Sense::Thousand => Some(1000),
        Sense::Million => Some(1_000_000),
        Sense::Billion => Some(1_000_000_000),
        _ => None,
    }
}

/// Up to what stands before `thousand`: "three hundred and five", "a", "200".
fn group(heard: &Heard, at: usize, first: bool) -> Option<Whole> {
    let is_unit = |sense: Sense| sense == Sense::Hundred || scale(sense).is_some();
    let head = if first && heard.sense(at) == Sense::A && is_unit(heard.sense(at + 1)) {
        Whole { end: at + 1, value: 1 }
    } else if first && heard.sense(at) == Sense::Hundred {
        Whole { end: at, value: 1 }
    } else if let Some(small) = below_hundred(heard, at) {
        small
    } else {
        let number = heard.number(at).filter(|number| number.value < LARGEST)?;
        // "100 and 5" is what recognisers write for "a hundred and five".
        let rest = match heard.sense(at + 1) {
            Sense::And if number.value > 0 && number.value % 100 == 0 => below_hundred(heard, at + 2),
            _ => None,
        };
        let value = number.value + rest.map_or(0, |rest| rest.value);
        return Some(Whole { end: rest.map_or(at + 1, |rest| rest.end), value });
    };
    if heard.sense(head.end) != Sense::Hundred {
        return Some(head);
    }
    let value = head.value * 100;
    let behind = head.end + 1;
    let and = usize::from(heard.sense(behind) == Sense::And);
    let rest = below_hundred(heard, behind + and).filter(|rest| {
        let is_other =
            heard.number(behind + and).is_some_and(|number| number.pause) || heard.sense(rest.end) == Sense::Hundred;
        rest.value > 0 && !is_other
    });
    Some(match rest {
        Some(rest) => Whole { end: rest.end, value: value + rest.value },
        None => Whole { end: behind, value },
    })
}

/// The day of a month as an ordinal: "third", "twenty first", "3rd".
pub fn ordinal(heard: &Heard, at: usize) -> Option<Whole> {
    let one = |value: u64| Some(Whole { end: at + 1, value });
    match heard.sense(at) {
        Sense::Ordinal(value) => one(value.into()),
        Sense::Second => one(2),
        Sense::Tens(tens) => match heard.sense(at + 1) {
            Sense::Ordinal(unit @ 1..=9) => Some(Whole { end: at + 2, value: u64::from(tens) + u64::from(unit) }),
            Sense::Second => Some(Whole { end: at + 2, value: u64::from(tens) + 2 }),
            // "twenty 1st".
            _ => {
                let number = heard.number(at + 1).filter(|number| number.digits == 1 && is_suffix(heard, at + 2))?;
                Some(Whole { end: at + 3, value: u64::from(tens) + number.value })
            }
        },
        _ => {
            let number = heard.number(at).filter(|_| is_suffix(heard, at + 1))?;
            Some(Whole { end: at + 2, value: number.value })
        }
    }
}

fn is_suffix(heard: &Heard, at: usize) -> bool {
    heard.at(at).is_some_and(|token| token.glued && token.sense == Sense::Suffix)
}

/// A year: "2026", "twenty twenty six", "two thousand and five", "nineteen oh five".
pub fn year(heard: &Heard, at: usize) -> Option<Whole> {
    if let Some(number) = heard.number(at) {
        let is_year = number.digits == 4 && (1900..2200).contains(&number.value);
        if is_year && !heard.sign(at + 1, ':') {
            return Some(Whole { end: at + 1, value: number.value });
        }
    }
    let is_word = |place: usize| heard.at(place).is_some_and(|token| token.kind == Kind::Word);
    let century = below_hundred(heard, at).filter(|century| (19..=21).contains(&century.value));
    if let Some(century) = century {
        let behind = century.end;
        if heard.sense(behind) == Sense::Oh
            && let Sense::Small(unit @ 1..=9) = heard.sense(behind + 1)
        {
            return Some(Whole { end: behind + 2, value: century.value * 100 + u64::from(unit) });
        }
        let rest = below_hundred(heard, behind).filter(|rest| rest.value >= 10);
        if let Some(rest) = rest {
            return Some(Whole { end: rest.end, value: century.value * 100 + rest.value });
        }
    }
    let said = cardinal(heard, at).filter(|said| (1900..2200).contains(&said.value))?;
    is_word(at).then_some(said)
}

/// How many, in words that are no numbers: "a", "a couple of", "half a dozen" is twelve halves.
pub fn some(heard: &Heard, at: usize) -> Option<Whole> {
    let skip_of = |place: usize| place + usize::from(heard.sense(place) == Sense::Of);
    let start = at + usize::from(heard.sense(at) == Sense::A);
    match heard.sense(start) {
        Sense::Couple => Some(Whole { end: skip_of(start + 1), value: 2 }),
        Sense::Dozen if start > at => Some(Whole { end: skip_of(start + 1), value: 12 }),
        Sense::Half if heard.sense(start + 1) == Sense::A && heard.sense(start + 2) == Sense::Dozen => {
            Some(Whole { end: start + 3, value: 6 })
        }
        _ if start > at => None,
        _ => None,
    }
}
