//! Times as they are said in Mandarin.

use super::super::spoken::mandarin::{self, small};
use super::super::spoken::{Candidate, Heard};
use super::{Clock, certain, clock};

/// 九点半, 三点一刻, 九点零五, 差五分九点, 八点差五分, 中午, 零点.
pub fn chinese_clock(heard: &Heard, at: usize) -> Option<Candidate<Clock>> {
    if let Some(clock) = alone(heard, at) {
        return Some(clock);
    }
    if let Some(behind) = heard.han(at, "差") {
        let (minutes, end) = minutes_of(heard, behind)?;
        let (hour, end) = chinese_hour(heard, heard.skip_han(end, &["到"]))?;
        return before(at, end, hour, minutes);
    }
    let (hour, end) = chinese_hour(heard, at)?;
    if heard.number(at).is_none() && is_a_bit(heard, at, end) {
        return None;
    }
    if let Some(behind) = heard.han(end, "差") {
        let (minutes, end) = minutes_of(heard, behind)?;
        return before(at, end, hour, minutes);
    }
    if let Some(end) = heard.han(end, "半") {
        return clock(at, end, hour, 30, 0.0);
    }
    if let Some(end) = heard.han(end, "整").or_else(|| heard.han(end, "钟")) {
        return clock(at, end, hour, 0, 0.0);
    }
    let start = heard.skip_han(end, &["过", "零", "〇"]);
    if let Some((minutes, end)) = minutes_of(heard, start) {
        return clock(at, end, hour, minutes, 0.0);
    }
    let minutes =
        small(heard, start, 59).filter(|minutes| start > end || minutes.value >= 10 || heard.number(start).is_some());
    match minutes {
        Some(minutes) => clock(at, minutes.end, hour, minutes.value, 0.0),
        None => clock(at, heard.skip_han(end, &["多", "左右"]), hour, 0, 0.0),
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
