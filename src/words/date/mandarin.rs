//! What is said of a day in Mandarin.

use jiff::civil::Date;

use super::super::spoken::Heard;
use super::super::spoken::amount::amount;
use super::super::spoken::english::Whole;
use super::super::spoken::lexicon::Unit;
use super::super::spoken::mandarin::{digit, figures, small};
use super::english::shift;
use super::resolve::days_from;
use super::said::{Piece, Said, Week};

/// Days by their distance from today; the longer name first.
const NEAR: &[(&str, i64)] = &[
    ("大后天", 3),
    ("大前天", -3),
    ("后天", 2),
    ("前天", -2),
    ("明天", 1),
    ("明日", 1),
    ("明儿", 1),
    ("明早", 1),
    ("明晚", 1),
    ("今天", 0),
    ("今日", 0),
    ("今儿", 0),
    ("今晚", 0),
    ("今早", 0),
    ("当天", 0),
    ("昨天", -1),
    ("昨日", -1),
    ("昨晚", -1),
    ("后日", 2),
];

const YEARS: &[(&str, i8)] = &[("今年", 0), ("本年", 0), ("明年", 1), ("后年", 2), ("去年", -1), ("前年", -2)];

/// Days with a name of their own, on the same date every year: month and day.
const FEASTS: &[(&str, (i8, i8))] = &[
    ("元旦", (1, 1)),
    ("情人节", (2, 14)),
    ("妇女节", (3, 8)),
    ("劳动节", (5, 1)),
    ("儿童节", (6, 1)),
    ("建军节", (8, 1)),
    ("教师节", (9, 10)),
    ("国庆节", (10, 1)),
    ("国庆", (10, 1)),
    ("双十一", (11, 11)),
    ("平安夜", (12, 24)),
    ("圣诞节", (12, 25)),
    ("圣诞", (12, 25)),
    ("跨年", (12, 31)),
];

/// The part that begins at `at`, given what was said before it.
pub fn piece(heard: &Heard, at: usize, before: &Said, today: Date) -> Option<Piece> {
    if let Some((end, days)) = heard.han_of(at, NEAR) {
        return Some(Piece::sure(end, Said::fixed(days_from(today, days)?)));
    }
    if let Some((end, (month, day))) = heard.han_of(at, FEASTS) {
        return Some(Piece::sure(end, Said { month: Some(month), day: Some(day), ..Said::default() }));
    }
    if let Some((end, shift)) = heard.han_of(at, YEARS) {
        return Some(Piece::sure(end, Said { year_shift: Some(shift), ..Said::default() }));
    }
    distance(heard, at, today)
        .or_else(|| weekday(heard, at))
        .or_else(|| month_by_distance(heard, at))
        .or_else(|| year(heard, at, today))
        .or_else(|| month(heard, at))
        .or_else(|| day(heard, at, before))
}

/// 两天后, 过三天, 一个星期以后, 半个月前.
fn distance(heard: &Heard, at: usize, today: Date) -> Option<Piece> {
    const UNITS: &[(&str, Unit)] = &[
        ("天", Unit::Day),
        ("日", Unit::Day),
        ("个星期", Unit::Week),
        ("星期", Unit::Week),
        ("个礼拜", Unit::Week),
        ("礼拜", Unit::Week),
        ("周", Unit::Week),
        ("个月", Unit::Month),
        ("年", Unit::Year),
    ];
    let start = heard.skip_han(at, &["再过", "过"]);
    let count = amount(heard, start)?;
    let (mut place, unit) = heard.han_of(count.end, UNITS)?;
    let mut number = count.value;
    if let Some(behind) = heard.han(place, "半") {
        number += 0.5;
        place = behind;
    }
    let later = heard.skip_han(place, &["以后", "之后", "过后", "后"]);
    if later > place && heard.han(place, "后天").is_none() {
        return Some(Piece::sure(later, Said::fixed(shift(today, number, unit, 1)?)));
    }
    let earlier = heard.skip_han(place, &["以前", "之前", "前"]);
    if earlier > place && heard.han(place, "前天").is_none() {
        return Some(Piece::sure(earlier, Said::fixed(shift(today, number, unit, -1)?)));
    }
    (start > at).then_some(Piece::sure(place, Said::fixed(shift(today, number, unit, 1)?)))
}

/// 周三, 下周三, 下下个星期一, 上礼拜天, 这周五.
fn weekday(heard: &Heard, at: usize) -> Option<Piece> {
    const WEEKS: &[(&str, i8)] = &[("下下", 2), ("上上", -2), ("下", 1), ("上", -1), ("这", 0), ("本", 0)];
    let (place, shift) = heard.han_of(at, WEEKS).map_or((at, None), |(place, shift)| (place, Some(shift)));
    let counted = if shift.is_some() { heard.skip_han(place, &["一个", "个"]) } else { place };
    let behind = heard.skip_han(counted, &["星期", "礼拜", "周"]);
    if behind == counted {
        return None;
    }
    let week = shift.map_or(Week::Unsaid, Week::Exactly);
    let weekday = match heard.character(behind) {
        Some('一') => 0,
        Some('二') => 1,
        Some('三') => 2,
        Some('四') => 3,
        Some('五') => 4,
        Some('六') => 5,
        Some('日' | '天' | '七') => 6,
        Some('末') => {
            let said = Said { weekday: Some(5), weekend: true, week, ..Said::default() };
            return Some(Piece::sure(behind + 1, said));
        }
        _ => match heard.number(behind).map(|number| number.value) {
            Some(number @ 1..=7) => i8::try_from(number).ok()? - 1,
            // 下周 alone.
            _ if shift.is_some() => return Some(Piece::sure(behind, Said { week, ..Said::default() })),
            _ => return None,
        },
    };
    Some(Piece::sure(behind + 1, Said { weekday: Some(weekday), week, ..Said::default() }))
}

/// 下个月, 上月, 本月, 月底.
fn month_by_distance(heard: &Heard, at: usize) -> Option<Piece> {
    const MONTHS: &[(&str, i8)] = &[
        ("下下个月", 2),
        ("下下月", 2),
        ("上上个月", -2),
        ("上上月", -2),
        ("下个月", 1),
        ("下月", 1),
        ("上个月", -1),
        ("上月", -1),
        ("这个月", 0),
        ("这月", 0),
        ("本月", 0),
        ("当月", 0),
    ];
    if let Some((place, shift)) = heard.han_of(at, MONTHS) {
        let end = heard.skip_han(place, &["底", "末", "最后一天"]);
        let said = Said { month_shift: Some(shift), last_day: end > place, ..Said::default() };
        return Some(Piece::sure(end, said));
    }
    let end = heard.skip_han(at, &["月底", "月末"]);
    let said = Said { month_shift: Some(0), last_day: true, ..Said::default() };
    (end > at).then_some(Piece::sure(end, said))
}

/// 二零二六年, 2026年, 26年.
fn year(heard: &Heard, at: usize, today: Date) -> Option<Piece> {
    let (whole, count) = match heard.number(at) {
        Some(number) => (Whole { end: at + 1, value: number.value }, number.digits.into()),
        None => figures(heard, at)?,
    };
    let end = heard.han(whole.end, "年")?;
    let said = match count {
        4 => Said::year(whole.value)?,
        2 => Said::short_year(whole.value, today)?,
        _ => return None,
    };
    Some(Piece::sure(end, said))
}

/// 三月, 12月; 三月底 is its last day.
fn month(heard: &Heard, at: usize) -> Option<Piece> {
    let number = small(heard, at, 12)?;
    let place = heard.han(number.end, "月份").or_else(|| heard.han(number.end, "月"))?;
    let end = heard.skip_han(place, &["底", "末", "最后一天"]);
    let said = Said { last_day: end > place, ..Said::month(number.value)? };
    Some(Piece::sure(end, said))
}

/// 三号, 三十一日; behind a month also 三 alone.
fn day(heard: &Heard, at: usize, before: &Said) -> Option<Piece> {
    let number = small(heard, at, 31)?;
    let said = Said::day(number.value)?;
    if let Some(end) = heard.han(number.end, "号").or_else(|| heard.han(number.end, "日")) {
        return Some(Piece::sure(end, said));
    }
    let is_counted = heard.is_han(number.end)
        && matches!(
            heard.character(number.end),
            Some('个' | '点' | '月' | '天' | '块' | '元' | '年' | '周' | '星' | '分' | '时')
        );
    let has_month = at > 0 && heard.character(at - 1) == Some('月');
    let more = heard.character(number.end).and_then(digit).is_some();
    (has_month && before.day.is_none() && !is_counted && !more).then_some(Piece { end: number.end, said, cost: 0.05 })
}
