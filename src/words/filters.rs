//! What sentences do with looked-up values: days, times, money and lists as they are said.

use jiff::civil::{Date, Time, Weekday};

use super::Language;
use super::number_words::{chinese, english, english_ordinal};

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A day: `today`, `tomorrow`, `yesterday`, else `Tuesday the third of February`, with the year when it is
/// not that of `today`. Mandarin: `今天`, `后天`, `二月三号星期二`.
pub fn speak_date(date: Date, today: Date, language: Language) -> String {
    let days_ahead = today.until(date).map(|span| span.get_days()).unwrap_or(i32::MAX);
    if language == Language::ZH {
        let near = match days_ahead {
            -2 => Some("前天"),
            -1 => Some("昨天"),
            0 => Some("今天"),
            1 => Some("明天"),
            2 => Some("后天"),
            _ => None,
        };
        return match near {
            Some(near) => near.to_owned(),
            None => speak_date_in_full(date, today, language),
        };
    }
    let near = match days_ahead {
        -1 => Some("yesterday"),
        0 => Some("today"),
        1 => Some("tomorrow"),
        _ => None,
    };
    match near {
        Some(near) => near.to_owned(),
        None => speak_date_in_full(date, today, language),
    }
}

/// A day by its name, however near: `Tuesday the third of February`, `二月三号星期二`, with the year when it is not
/// that of `today`.
fn speak_date_in_full(date: Date, today: Date, language: Language) -> String {
    date_in_full(date, date.year() != today.year(), language)
}

/// A day by its name, with its year or without.
pub(super) fn date_in_full(date: Date, with_year: bool, language: Language) -> String {
    let month = u64::try_from(date.month()).unwrap_or(1);
    let day = u64::try_from(date.day()).unwrap_or(1);
    let other_year = with_year.then(|| date.year());
    if language == Language::ZH {
        let year = other_year.map(|year| format!("{}年", chinese_figures(year))).unwrap_or_default();
        return format!("{year}{}月{}号{}", chinese(month), chinese(day), chinese_weekday(date.weekday()));
    }
    let year = other_year.map(|year| format!(" {}", english_year(year))).unwrap_or_default();
    let month = MONTHS[usize::from(date.month().unsigned_abs()).saturating_sub(1) % 12];
    format!("{} the {} of {month}{year}", english_weekday(date.weekday()), english_ordinal(day))
}

const fn english_weekday(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

const fn chinese_weekday(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "星期一",
        Weekday::Tuesday => "星期二",
        Weekday::Wednesday => "星期三",
        Weekday::Thursday => "星期四",
        Weekday::Friday => "星期五",
        Weekday::Saturday => "星期六",
        Weekday::Sunday => "星期日",
    }
}

/// 2026 is "twenty twenty six", 2005 "two thousand and five", 1900 "nineteen hundred".
pub(super) fn english_year(year: i16) -> String {
    let year = u64::from(year.unsigned_abs());
    let (century, rest) = (year / 100, year % 100);
    match rest {
        _ if year < 1000 || (2000..2010).contains(&year) => english(year),
        0 => format!("{} hundred", english(century)),
        1..=9 => format!("{} oh {}", english(century), english(rest)),
        _ => format!("{} {}", english(century), english(rest)),
    }
}

/// A year figure by figure: 二零二六.
pub(super) fn chinese_figures(year: i16) -> String {
    year.unsigned_abs()
        .to_string()
        .chars()
        .filter_map(|c| c.to_digit(10))
        .map(|digit| chinese(u64::from(digit)))
        .collect()
}

/// A time of day on the twelve-hour clock: `half past nine in the morning`, `noon`, `two oh five in the
/// afternoon`; `上午九点半`, `下午两点零五分`. Seconds are left out.
pub fn speak_time(time: Time, language: Language) -> String {
    let hour = u64::try_from(time.hour()).unwrap_or(0);
    let minute = u64::try_from(time.minute()).unwrap_or(0);
    let on_twelve = if hour.is_multiple_of(12) { 12 } else { hour % 12 };
    if language == Language::ZH {
        let part = match hour {
            0..=5 => "凌晨",
            6..=8 => "早上",
            9..=11 => "上午",
            12 => "中午",
            13..=17 => "下午",
            _ => "晚上",
        };
        let hour = match on_twelve {
            2 => "两".to_owned(),
            _ if hour == 0 => "零".to_owned(),
            other => chinese(other),
        };
        let minutes = match minute {
            0 => String::new(),
            30 => "半".to_owned(),
            1..=9 => format!("零{}分", chinese(minute)),
            _ => format!("{}分", chinese(minute)),
        };
        return format!("{part}{hour}点{minutes}");
    }
    let part = match hour {
        0..=11 => "in the morning",
        12..=17 => "in the afternoon",
        18..=21 => "in the evening",
        _ => "at night",
    };
    match (hour, minute) {
        (0, 0) => "midnight".to_owned(),
        (12, 0) => "noon".to_owned(),
        (_, 0) => format!("{} {part}", english(on_twelve)),
        (_, 15) => format!("quarter past {} {part}", english(on_twelve)),
        (_, 30) => format!("half past {} {part}", english(on_twelve)),
        (_, 1..=9) => format!("{} oh {} {part}", english(on_twelve), english(minute)),
        _ => format!("{} {} {part}", english(on_twelve), english(minute)),
    }
}

/// A span of time: `two hours and thirty minutes`, `three days`; `两小时三十分钟`, `三天`. Seconds are the least that is said.
pub fn speak_duration(length: jiff::SignedDuration, language: Language) -> String {
    let total = length.as_secs().unsigned_abs();
    let parts = [
        (total / 86_400, "day", "天"),
        (total / 3600 % 24, "hour", "小时"),
        (total / 60 % 60, "minute", "分钟"),
        (total % 60, "second", "秒"),
    ];
    let mut said: Vec<String> = Vec::new();
    for (count, one, chinese_unit) in parts {
        let is_all = total == 0 && one == "minute";
        if count == 0 && !is_all {
            continue;
        }
        said.push(match (count, language) {
            (2, Language::ZH) => format!("两{chinese_unit}"),
            (_, Language::ZH) => format!("{}{chinese_unit}", chinese(count)),
            (1, _) => format!("one {one}"),
            _ => format!("{} {one}s", english(count)),
        });
    }
    if language == Language::ZH { said.concat() } else { speak_list(&said, language) }
}

/// `(code, one, many, one hundredth, hundredths, Chinese unit)`
const CURRENCIES: &[(&str, &str, &str, &str, &str, &str)] = &[
    ("GBP", "pound", "pounds", "penny", "pence", "英镑"),
    ("USD", "dollar", "dollars", "cent", "cents", "美元"),
    ("EUR", "euro", "euros", "cent", "cents", "欧元"),
    ("AUD", "dollar", "dollars", "cent", "cents", "澳元"),
    ("CAD", "dollar", "dollars", "cent", "cents", "加元"),
    ("CNY", "yuan", "yuan", "fen", "fen", "元"),
    ("JPY", "yen", "yen", "sen", "sen", "日元"),
];

/// An amount of money, to the hundredth: `twelve pounds fifty`, `one dollar`, `十二元五角`. `currency` is an
/// ISO 4217 code; one that is not known is said as it is written behind the number.
pub fn speak_money(amount: f64, currency: &str, language: Language) -> String {
    let Some((_, one, many, hundredth, hundredths, unit)) =
        CURRENCIES.iter().find(|(code, ..)| code.eq_ignore_ascii_case(currency))
    else {
        return format!("{} {currency}", super::speak_number((amount * 100.0).round() / 100.0, language));
    };
    if !amount.is_finite() || amount.abs() >= 1e13 {
        return format!("{amount} {many}");
    }
    let total = (amount.abs() * 100.0).round() as u64;
    let (whole, part) = (total / 100, total % 100);
    let is_negative = amount < 0.0 && total > 0;
    if language == Language::ZH {
        let sign = if is_negative { "负" } else { "" };
        return format!("{sign}{}", chinese_money(whole, part, unit));
    }
    let sign = if is_negative { "minus " } else { "" };
    let unit = if whole == 1 { one } else { many };
    let part_unit = if part == 1 { hundredth } else { hundredths };
    match (whole, part) {
        (_, 0) => format!("{sign}{} {unit}", english(whole)),
        (0, _) => format!("{sign}{} {part_unit}", english(part)),
        (_, 1..=9) => format!("{sign}{} {unit} and {} {part_unit}", english(whole), english(part)),
        _ => format!("{sign}{} {unit} {}", english(whole), english(part)),
    }
}

fn chinese_money(whole: u64, part: u64, unit: &str) -> String {
    let head = match whole {
        2 => "两".to_owned(),
        other => chinese(other),
    };
    if unit != "元" {
        let tail =
            if part == 0 { String::new() } else { format!("点{}{}", chinese(part / 10), chinese_tail(part % 10)) };
        return format!("{head}{tail}{unit}");
    }
    let (tenths, hundredths) = (part / 10, part % 10);
    let mut said = if whole > 0 || part == 0 { format!("{head}元") } else { String::new() };
    if tenths > 0 {
        said.push_str(&format!("{}角", chinese(tenths)));
    } else if hundredths > 0 && whole > 0 {
        said.push('零');
    }
    if hundredths > 0 {
        said.push_str(&format!("{}分", chinese(hundredths)));
    }
    said
}

fn chinese_tail(digit: u64) -> String {
    if digit == 0 { String::new() } else { chinese(digit) }
}

/// Things one after the other: `a`, `a and b`, `a, b and c`; `a、b和c`.
pub fn speak_list<S: AsRef<str>>(items: &[S], language: Language) -> String {
    let (between, last) = if language == Language::ZH { ("、", "和") } else { (", ", " and ") };
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    match items.split_last() {
        None => String::new(),
        Some((only, [])) => (*only).to_owned(),
        Some((tail, head)) => format!("{}{last}{tail}", head.join(between)),
    }
}

/// Mends what templates cannot know: `sent on today` becomes `sent today`, since a day may turn out near.
pub fn smooth(sentence: &str, language: Language) -> String {
    if language == Language::ZH {
        return sentence.to_owned();
    }
    let mut smoothed = sentence.to_owned();
    for near in ["today", "tomorrow", "yesterday"] {
        for (before, behind) in [(format!(" on {near}"), format!(" {near}")), (format!("On {near}"), capitalised(near))]
        {
            smoothed = smoothed.replace(&before, &behind);
        }
    }
    smoothed
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().into_iter().flat_map(char::to_uppercase).chain(characters).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;

    #[test]
    fn days_are_near_or_named() {
        let today = date(2026, 1, 30);
        for (day, en, zh) in [
            (date(2026, 1, 30), "today", "今天"),
            (date(2026, 1, 31), "tomorrow", "明天"),
            (date(2026, 1, 29), "yesterday", "昨天"),
            (date(2026, 2, 1), "Sunday the first of February", "后天"),
            (date(2026, 2, 3), "Tuesday the third of February", "二月三号星期二"),
            (date(2026, 2, 28), "Saturday the twenty eighth of February", "二月二十八号星期六"),
            (
                date(2025, 12, 31),
                "Wednesday the thirty first of December twenty twenty five",
                "二零二五年十二月三十一号星期三",
            ),
            (date(2005, 10, 10), "Monday the tenth of October two thousand and five", "二零零五年十月十号星期一"),
        ] {
            assert_eq!(speak_date(day, today, Language::EN), en);
            assert_eq!(speak_date(day, today, Language::ZH), zh);
        }
    }

    #[test]
    fn times_on_the_twelve_hour_clock() {
        for (moment, en, zh) in [
            (time(0, 0, 0, 0), "midnight", "凌晨零点"),
            (time(9, 30, 0, 0), "half past nine in the morning", "上午九点半"),
            (time(12, 0, 0, 0), "noon", "中午十二点"),
            (time(14, 5, 59, 0), "two oh five in the afternoon", "下午两点零五分"),
            (time(18, 15, 0, 0), "quarter past six in the evening", "晚上六点十五分"),
            (time(23, 45, 0, 0), "eleven forty five at night", "晚上十一点四十五分"),
        ] {
            assert_eq!(speak_time(moment, Language::EN), en);
            assert_eq!(speak_time(moment, Language::ZH), zh);
        }
    }

    #[test]
    fn money_to_the_hundredth() {
        for (amount, currency, en, zh) in [
            (12.5, "GBP", "twelve pounds fifty", "十二点五英镑"),
            (1.0, "usd", "one dollar", "一美元"),
            (0.5, "USD", "fifty cents", "零点五美元"),
            (2.05, "CNY", "two yuan and five fen", "两元零五分"),
            (12.5, "CNY", "twelve yuan fifty", "十二元五角"),
            (-3.0, "EUR", "minus three euros", "负三欧元"),
            (0.0, "CNY", "zero yuan", "零元"),
        ] {
            assert_eq!(speak_money(amount, currency, Language::EN), en);
            assert_eq!(speak_money(amount, currency, Language::ZH), zh);
        }
        assert_eq!(speak_money(1.5, "points", Language::EN), "one point five points");
    }

    #[test]
    fn lists_and_near_days_read_smoothly() {
        assert_eq!(speak_list(&["a", "b", "c"], Language::EN), "a, b and c");
        assert_eq!(speak_list(&["红", "蓝"], Language::ZH), "红和蓝");
        assert_eq!(speak_list::<&str>(&[], Language::EN), "");
        assert_eq!(
            smooth("It was sent on yesterday and is due tomorrow.", Language::EN),
            "It was sent yesterday and is due tomorrow."
        );
    }
}
