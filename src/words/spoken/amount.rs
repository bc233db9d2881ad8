//! Numbers with fractions: "two point five", "a dozen", "half", 二点五, 两个半.

use super::english::{self, Whole};
use super::lexicon::Sense;
use super::mandarin;
use super::scan::{Heard, Kind};

/// A number at some place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Amount {
    /// The place behind it.
    pub end: usize,
    /// The number.
    pub value: f64,
    /// Whether it is a whole number without a unit such as dozen: more may be built on it.
    pub plain: bool,
}

/// The number that stands at `at`, as far as it goes; no sign before it.
pub fn amount(heard: &Heard, at: usize) -> Option<Amount> {
    let token = heard.at(at)?;
    match token.kind {
        Kind::Number => written(heard, at),
        Kind::Word => in_english(heard, at),
        Kind::Han => in_chinese(heard, at),
        Kind::Sign => None,
    }
}

/// The same with a minus before it.
pub fn signed_amount(heard: &Heard, at: usize) -> Option<Amount> {
    let is_minus = heard.sense(at) == Sense::Minus || heard.sign(at, '-') || heard.character(at) == Some('负');
    if !is_minus {
        return amount(heard, at);
    }
    amount(heard, at + 1).map(|amount| Amount { value: -amount.value, ..amount })
}

fn whole(end: usize, value: u64) -> Amount {
    Amount { end, value: value as f64, plain: true }
}

/// `mantissa` over a power of ten: the nearest number there is to the decimals that were said.
pub fn decimal(whole: u64, fraction: u64, places: u32) -> Option<f64> {
    let power = 10_u64.checked_pow(places)?;
    let mantissa = whole.checked_mul(power)?.checked_add(fraction)?;
    Some(mantissa as f64 / power as f64)
}

/// Figures: `1200`, `2.5`, `1.5 million`, `3万5`, `5k`.
fn written(heard: &Heard, at: usize) -> Option<Amount> {
    let number = heard.number(at)?;
    if let Some(fraction) = heard.signed(at + 1, '.').filter(|fraction| fraction.digits <= 6) {
        // 3.4.2026 and 9.30.15 are no numbers.
        if heard.signed(at + 3, '.').is_some() {
            return None;
        }
        let value = decimal(number.value, fraction.value, fraction.digits.into())?;
        let (end, value) = scaled(heard, at + 3, value);
        return Some(Amount { end, value, plain: false });
    }
    if let Some(said) = mandarin::cardinal(heard, at) {
        return point(heard, whole(said.end, said.value)).or_else(|| Some(whole(said.end, said.value)));
    }
    if heard.sense(at + 1) == Sense::Kilo && heard.glued(at + 1) {
        return Some(Amount { end: at + 2, value: number.value as f64 * 1000.0, plain: false });
    }
    in_english(heard, at)
}

/// "1.5 million", 1.5万.
fn scaled(heard: &Heard, at: usize, value: f64) -> (usize, f64) {
    let factor = match (heard.sense(at), heard.character(at)) {
        (Sense::Thousand, _) => 1e3,
        (Sense::Million, _) => 1e6,
        (Sense::Billion, _) => 1e9,
        (Sense::Kilo, _) if heard.glued(at) => 1e3,
        (_, Some('千')) => 1e3,
        (_, Some('万')) => 1e4,
        (_, Some('亿')) => 1e8,
        _ => return (at, value),
    };
    // A fraction that is exact in hundredths stays so.
    (at + 1, (value * factor * 100.0).round() / 100.0)
}

fn in_english(heard: &Heard, at: usize) -> Option<Amount> {
    if let Some(part) = fraction_of_one(heard, at) {
        return Some(part);
    }
    if heard.sense(at) == Sense::Point {
        return point(heard, whole(at, 0));
    }
    if let Some(some) = english::some(heard, at) {
        return Some(Amount { plain: false, ..whole(some.end, some.value) });
    }
    let Whole { end, value } = english::cardinal(heard, at)?;
    let said = whole(end, value);
    if heard.sense(end) == Sense::Dozen {
        return Some(Amount { end: end + 1, value: said.value * 12.0, plain: false });
    }
    if let Some(pointed) = point(heard, said) {
        let (end, value) = scaled(heard, pointed.end, pointed.value);
        return Some(Amount { end, value, plain: false });
    }
    if let Some((behind, part)) = and_a_half(heard, end) {
        let (end, value) = scaled(heard, behind, said.value + part);
        return Some(Amount { end, value, plain: false });
    }
    if let Some(quarters) = quarters(heard, at, said) {
        return Some(quarters);
    }
    Some(said)
}

/// "and a half", "and a quarter", "and three quarters": where it ends and what it adds.
pub fn and_a_half(heard: &Heard, at: usize) -> Option<(usize, f64)> {
    if heard.sense(at) != Sense::And {
        return None;
    }
    let place = at + 1 + usize::from(matches!(heard.sense(at + 1), Sense::A | Sense::Small(1)));
    match heard.sense(place) {
        Sense::Half => Some((place + 1, 0.5)),
        Sense::Quarter => Some((place + 1, 0.25)),
        Sense::Small(3) if heard.sense(place + 1) == Sense::Quarter => Some((place + 2, 0.75)),
        _ => None,
    }
}

/// "half", "a half", "a quarter", "half a million".
fn fraction_of_one(heard: &Heard, at: usize) -> Option<Amount> {
    let place = at + usize::from(heard.sense(at) == Sense::A);
    let value = match heard.sense(place) {
        Sense::Half => 0.5,
        Sense::Quarter if place > at => 0.25,
        _ => return None,
    };
    let behind = place + 1;
    let a = usize::from(heard.sense(behind) == Sense::A);
    let scale = match heard.sense(behind + a) {
        Sense::Hundred => 100.0,
        Sense::Thousand => 1e3,
        Sense::Million => 1e6,
        Sense::Billion => 1e9,
        Sense::Dozen => 12.0,
        _ => return Some(Amount { end: behind, value, plain: false }),
    };
    Some(Amount { end: behind + a + 1, value: value * scale, plain: false })
}

/// "three quarters", "one half".
fn quarters(heard: &Heard, at: usize, said: Amount) -> Option<Amount> {
    if said.end != at + 1 {
        return None;
    }
    let value = match (heard.sense(said.end), said.value as u64) {
        (Sense::Quarter, count @ 1..=3) => count as f64 * 0.25,
        (Sense::Half, 1) => 0.5,
        _ => return None,
    };
    Some(Amount { end: said.end + 1, value, plain: false })
}

/// "two point five", 二点五: the figures behind a point.
fn point(heard: &Heard, before: Amount) -> Option<Amount> {
    let is_point = heard.sense(before.end) == Sense::Point || heard.character(before.end) == Some('点');
    if !is_point {
        return None;
    }
    let mut fraction = 0_u64;
    let mut places = 0_u32;
    let mut place = before.end + 1;
    while places < 6 {
        let (figures, digits) = match (heard.sense(place), heard.number(place), heard.character(place)) {
            (Sense::Small(figure @ 0..=9), ..) => (u64::from(figure), 1),
            (Sense::Oh, ..) => (0, 1),
            (Sense::Small(number), ..) if places == 0 => (u64::from(number), 2),
            (Sense::Tens(_), ..) if places == 0 => {
                let number = english::below_hundred(heard, place)?;
                place = number.end - 1;
                (number.value, 2)
            }
            (_, Some(number), _) if number.digits <= 6 && !number.pause => (number.value, u32::from(number.digits)),
            (_, _, Some(character)) => match mandarin::digit(character) {
                Some(figure) => (figure, 1),
                None => break,
            },
            _ => break,
        };
        fraction = fraction * 10_u64.pow(digits) + figures;
        places += digits;
        place += 1;
    }
    if places == 0 {
        return None;
    }
    Some(Amount { end: place, value: decimal(before.value as u64, fraction, places)?, plain: false })
}

/// 半, 两个半, 三分之一, 一打, 二点五, 一千零五.
fn in_chinese(heard: &Heard, at: usize) -> Option<Amount> {
    if let Some(behind) = heard.han(at, "半") {
        return Some(Amount { end: behind, value: 0.5, plain: false });
    }
    if let Some(behind) = heard.han(at, "百分之") {
        return amount(heard, behind);
    }
    let said = match mandarin::figures(heard, at) {
        Some((figures, _)) => whole(figures.end, figures.value),
        None => {
            let said = mandarin::cardinal(heard, at)?;
            whole(said.end, said.value)
        }
    };
    if let Some(behind) = heard.han(said.end, "分之")
        && let Some(over) = amount(heard, behind)
        && said.value > 0.0
    {
        return Some(Amount { end: over.end, value: over.value / said.value, plain: false });
    }
    if let Some(pointed) = point(heard, said) {
        let (end, value) = scaled(heard, pointed.end, pointed.value);
        return Some(Amount { end, value, plain: false });
    }
    if let Some(behind) = heard.han(said.end, "打") {
        return Some(Amount { end: behind, value: said.value * 12.0, plain: false });
    }
    if let Some(behind) = heard.han(said.end, "个半") {
        return Some(Amount { end: behind, value: said.value + 0.5, plain: false });
    }
    Some(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_to_their_end() {
        for (text, value) in [
            ("forty-two", 42.0),
            ("a hundred and five", 105.0),
            ("one thousand two hundred", 1200.0),
            ("two point five", 2.5),
            ("two point oh five", 2.05),
            ("zero point seventy five", 0.75),
            ("a dozen", 12.0),
            ("half a dozen", 6.0),
            ("two dozen", 24.0),
            ("half", 0.5),
            ("two and a half", 2.5),
            ("two and a half thousand", 2500.0),
            ("half a million", 500_000.0),
            ("three quarters", 0.75),
            ("1,200", 1200.0),
            ("1.5 million", 1_500_000.0),
            ("5k", 5000.0),
            ("2 thousand 5", 2005.0),
            ("twelve hundred", 1200.0),
            ("一千零五", 1005.0),
            ("二点零五", 2.05),
            ("两个半", 2.5),
            ("三分之一", 1.0 / 3.0),
            ("3万5", 35_000.0),
            ("1.5万", 15_000.0),
            ("二零五", 205.0),
            ("100", 100.0),
        ] {
            let heard = Heard::scan(text);
            let read = amount(&heard, 0);
            assert_eq!(read.map(|read| (read.end, read.value)), Some((heard.len(), value)), "{text}");
        }
    }
}
