//! Numbers in Chinese characters and figures.

use super::english::{LARGEST, Whole};
use super::scan::Heard;

/// The value of a character that is a figure; 幺 and 两 among them.
pub const fn digit(character: char) -> Option<u64> {
    Some(match character {
        '零' | '〇' => 0,
        '一' | '壹' | '幺' => 1,
        '二' | '贰' | '两' | '俩' => 2,
        '三' | '叁' | '仨' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

const fn unit(character: char) -> Option<u64> {
    Some(match character {
        '十' | '拾' => 10,
        '百' | '佰' => 100,
        '千' | '仟' => 1000,
        '万' => 10_000,
        '亿' => 100_000_000,
        _ => return None,
    })
}

/// A whole number with 十, 百, 千, 万 or 亿, a single figure, or figures before such a unit: 一千零五, 两百五, 一万二,
/// 3万5. Arabic figures alone are no Chinese number.
pub fn cardinal(heard: &Heard, at: usize) -> Option<Whole> {
    let mut sum = Sum::default();
    let mut place = at;
    let mut end = None;
    while let Some(token) = heard.at(place) {
        if heard.number(place).is_some() {
            // "100 5": figures stand before a unit, or behind one as its tenth.
            let is_last = heard.character(place + 1).and_then(unit).is_none();
            let fits = sum.digit.is_none() && token.value < LARGEST && (!is_last || sum.is_tenth(token.value));
            if !fits || (place > at && !token.glued) {
                break;
            }
            sum.digit = Some(token.value);
            end = (place > at).then_some(place + 1).or(end);
        } else {
            let Some(character) = heard.character(place).filter(|character| sum.take(*character, place == at)) else {
                break;
            };
            end = if is_zero(character) && sum.last_unit > 0 { end } else { Some(place + 1) };
        }
        place += 1;
    }
    let end = end?;
    let value = sum.value()?;
    (value < LARGEST).then_some(Whole { end, value })
}

/// Every place at which a number with a unit may end that begins with these characters, and its value, the longest
/// first: 一百二十三 is 123, and 120, and 100 with something behind it. Figures may be Arabic; a single one is no amount.
pub fn amounts(characters: impl Iterator<Item = char>) -> Vec<(usize, u64)> {
    let mut found = Vec::new();
    let mut sum = Sum::default();
    for (place, character) in characters.enumerate() {
        let figure = character.to_digit(10).map(u64::from);
        let is_taken = match figure {
            Some(figure) => figure > 0 && sum.take_figure(figure),
            None => !(place == 0 && is_zero(character)) && sum.take(character, place == 0),
        };
        if !is_taken {
            break;
        }
        if sum.last_unit > 0 && !is_zero(character) {
            found.extend(sum.value().filter(|value| *value < LARGEST).map(|value| (place + 1, value)));
        }
    }
    found.reverse();
    found
}

const fn is_zero(character: char) -> bool {
    matches!(character, '零' | '〇')
}

#[derive(Default)]
struct Sum {
    /// What stands before 亿, and before 万.
    hundred_millions: u64,
    ten_thousands: u64,
    section: u64,
    digit: Option<u64>,
    /// The unit before, 0 for none.
    last_unit: u64,
    after_zero: bool,
    wide: bool,
}

impl Sum {
    /// Takes the next character; false when it cannot stand here. `first` is nothing before it.
    fn take(&mut self, character: char, first: bool) -> bool {
        if let Some(unit) = unit(character) {
            return self.multiply(unit, first);
        }
        if is_zero(character) && !first {
            let fits = self.last_unit > 0 && self.digit.is_none() && !self.after_zero;
            self.after_zero |= fits;
            return fits;
        }
        digit(character).is_some_and(|figure| self.take_figure(figure))
    }

    fn take_figure(&mut self, figure: u64) -> bool {
        let fits = self.digit.is_none();
        self.digit = self.digit.or(Some(figure));
        fits
    }

    /// Whether a bare last figure counts tenths of the unit before: 一千五, 1万2.
    fn is_tenth(&self, value: u64) -> bool {
        self.last_unit >= 100 && !self.after_zero && value < 10
    }

    /// Takes a unit; false when it cannot stand here.
    fn multiply(&mut self, unit: u64, first: bool) -> bool {
        if unit >= 10_000 {
            let amount = self.section + self.digit.unwrap_or(0);
            let (amount, is_free) = match unit {
                10_000 => (amount, !self.wide),
                _ => (self.ten_thousands + amount, self.hundred_millions == 0),
            };
            if amount == 0 || !is_free {
                return false;
            }
            if unit == 10_000 {
                self.ten_thousands = amount.saturating_mul(unit);
                self.wide = true;
            } else {
                self.hundred_millions = amount.saturating_mul(unit);
                self.ten_thousands = 0;
                self.wide = false;
            }
            self.section = 0;
        } else {
            let smaller = self.last_unit == 0 || unit < self.last_unit;
            let may_be_bare = unit == 10 && (first || self.after_zero || self.last_unit > 10);
            if !smaller || (self.digit.is_none() && !may_be_bare) {
                return false;
            }
            self.section += self.digit.unwrap_or(1).saturating_mul(unit);
        }
        self.digit = None;
        self.last_unit = unit;
        self.after_zero = false;
        true
    }

    fn value(&self) -> Option<u64> {
        let tail = match self.digit {
            None => 0,
            Some(digit) if self.last_unit >= 100 && !self.after_zero => digit * (self.last_unit / 10),
            Some(digit) => digit,
        };
        self.hundred_millions.checked_add(self.ten_thousands)?.checked_add(self.section)?.checked_add(tail)
    }
}

/// Figures one after the other, two at least: 二零二六, 幺二零. Gives the place behind them, their value and count.
pub fn figures(heard: &Heard, at: usize) -> Option<(Whole, usize)> {
    let mut value = 0_u64;
    let mut count = 0;
    while let Some(figure) = heard.character(at + count).and_then(digit) {
        value = value.checked_mul(10)?.checked_add(figure).filter(|value| *value < LARGEST)?;
        count += 1;
    }
    let is_cardinal = heard.character(at + count).and_then(unit).is_some();
    (count >= 2 && !is_cardinal).then_some((Whole { end: at + count, value }, count))
}

/// 两三个, 三四天: "two or three". Gives the place behind the figures and both numbers.
pub fn two_or_three(heard: &Heard, at: usize) -> Option<(usize, u64, u64)> {
    let first = heard.character(at).filter(|first| !matches!(first, '零' | '〇' | '幺'))?;
    let (low, high) = (digit(first)?, heard.character(at + 1).and_then(digit)?);
    let third = heard.character(at + 2);
    let counts = first == '两' || matches!(third, Some('个' | '天' | '年' | '周' | '位' | '件' | '张' | '块'));
    let is_longer = third.is_some_and(|third| digit(third).is_some());
    (high == low + 1 && counts && !is_longer).then_some((at + 2, low, high))
}

/// A number up to `most` as days, hours and minutes are counted: 三, 二十一, 3.
pub fn small(heard: &Heard, at: usize, most: u64) -> Option<Whole> {
    let whole = match heard.number(at) {
        Some(number) => Whole { end: at + 1, value: number.value },
        None => cardinal(heard, at)?,
    };
    (whole.value <= most).then_some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_chinese_amounts() {
        for (text, value) in [
            ("十", 10),
            ("十二", 12),
            ("二十", 20),
            ("一百零五", 105),
            ("一百二", 120),
            ("一百二十三", 123),
            ("一百一十", 110),
            ("一百十五", 115),
            ("一千零五", 1005),
            ("一千五", 1500),
            ("两百五", 250),
            ("两千零一十", 2010),
            ("一万二", 12_000),
            ("一万零三", 10_003),
            ("一万零一十", 10_010),
            ("十二万三千", 123_000),
            ("一亿零一", 100_000_001),
            ("一亿两千万", 120_000_000),
            ("3万5", 35_000),
            ("35万", 350_000),
            ("萬", 0),
        ] {
            let heard = Heard::scan(text);
            let read = cardinal(&heard, 0);
            assert_eq!(read.map_or(0, |whole| whole.value), value, "{text}");
            assert!(value == 0 || read.is_some_and(|whole| whole.end == heard.len()), "{text}");
        }
        let year = Heard::scan("二零二六年");
        assert_eq!(figures(&year, 0).map(|(whole, count)| (whole.value, count)), Some((2026, 4)));
    }
}
