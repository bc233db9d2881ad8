//! Numbers in words.

use super::Language;

const ENGLISH_SMALL: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const ENGLISH_TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const CHINESE_DIGITS: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];

/// `number` as it is said: `one thousand two hundred and five`, `三点一四`. At most six decimals, trailing
/// zeros dropped. A number beyond ±10¹⁵, or none at all, is written in figures.
pub fn speak_number(number: f64, language: Language) -> String {
    if !number.is_finite() || number.abs() >= 1e15 {
        return number.to_string();
    }
    let written = format!("{:.6}", number.abs());
    let (whole, fraction) = written.split_once('.').unwrap_or((&written, ""));
    let fraction = fraction.trim_end_matches('0');
    let whole = whole.parse::<u64>().unwrap_or(0);
    let is_negative = number < 0.0 && (whole > 0 || !fraction.is_empty());
    let digits = |names: [&str; 10], between: &str| {
        let names = fraction.chars().filter_map(|c| c.to_digit(10)).map(|digit| names[digit as usize]);
        names.collect::<Vec<&str>>().join(between)
    };
    if language == Language::ZH {
        let sign = if is_negative { "负" } else { "" };
        let tail = if fraction.is_empty() { String::new() } else { format!("点{}", digits(CHINESE_DIGITS, "")) };
        return format!("{sign}{}{tail}", chinese(whole));
    }
    let sign = if is_negative { "minus " } else { "" };
    let small = |digit: usize| ENGLISH_SMALL[digit];
    let tail =
        if fraction.is_empty() { String::new() } else { format!(" point {}", digits(std::array::from_fn(small), " ")) };
    format!("{sign}{}{tail}", english(whole))
}

/// The number from one to nineteen that `word` is.
pub(super) fn small_number(word: &str) -> Option<u64> {
    let place = ENGLISH_SMALL.iter().skip(1).position(|name| *name == word)?;
    Some(place as u64 + 1)
}

/// The tens that `word` is: 20 to 90.
pub(super) fn tens(word: &str) -> Option<u64> {
    let word = if word == "fourty" { "forty" } else { word };
    let place = ENGLISH_TENS.iter().skip(2).position(|name| *name == word)?;
    Some((place as u64 + 2) * 10)
}

/// A whole number in English words, with the British "and".
pub(super) fn english(number: u64) -> String {
    if number < 100 {
        return english_below_hundred(number);
    }
    for (unit, name) in
        [(1_000_000_000_000, "trillion"), (1_000_000_000, "billion"), (1_000_000, "million"), (1000, "thousand")]
    {
        if number >= unit {
            let head = format!("{} {name}", english(number / unit));
            return match number % unit {
                0 => head,
                rest if rest < 100 => format!("{head} and {}", english(rest)),
                rest => format!("{head} {}", english(rest)),
            };
        }
    }
    let head = format!("{} hundred", english(number / 100));
    match number % 100 {
        0 => head,
        rest => format!("{head} and {}", english(rest)),
    }
}

fn english_below_hundred(number: u64) -> String {
    let number = usize::try_from(number).unwrap_or(0);
    if number < 20 {
        return ENGLISH_SMALL[number].to_owned();
    }
    let tens = ENGLISH_TENS[number / 10];
    match number % 10 {
        0 => tens.to_owned(),
        unit => format!("{tens} {}", ENGLISH_SMALL[unit]),
    }
}

/// A whole number in Chinese characters: 十二, 一百零五, 两千, 一万二千.
pub(super) fn chinese(number: u64) -> String {
    if number < 10_000 {
        return chinese_section(number, true);
    }
    let (unit, name) = if number >= 100_000_000 { (100_000_000, "亿") } else { (10_000, "万") };
    let head = match number / unit {
        2 => "两".to_owned(),
        more => chinese(more),
    };
    let rest = number % unit;
    if rest == 0 {
        return format!("{head}{name}");
    }
    let gap = if rest < unit / 10 { "零" } else { "" };
    let tail = if rest < 10_000 { chinese_section(rest, false) } else { chinese(rest) };
    format!("{head}{name}{gap}{tail}")
}

/// Below ten thousand. A leading 一十 is said 十 when nothing stands before.
fn chinese_section(number: u64, leads: bool) -> String {
    if number == 0 {
        return CHINESE_DIGITS[0].to_owned();
    }
    let mut text = String::new();
    let mut gap = false;
    for (unit, name) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let digit = usize::try_from(number / unit % 10).unwrap_or(0);
        if digit == 0 {
            gap = !text.is_empty();
            continue;
        }
        if gap {
            text.push('零');
            gap = false;
        }
        let is_bare_ten = unit == 10 && digit == 1 && text.is_empty() && leads;
        if digit == 2 && unit >= 1000 {
            text.push('两');
        } else if !is_bare_ten {
            text.push_str(CHINESE_DIGITS[digit]);
        }
        text.push_str(name);
    }
    text
}

/// The place of something in a row as it is said: `third`, `one hundred and first`; `第三`.
pub fn speak_ordinal(number: u64, language: Language) -> String {
    if language == Language::ZH { format!("第{}", chinese(number)) } else { english_ordinal(number) }
}

/// `third`, `twenty first`.
pub(super) fn english_ordinal(number: u64) -> String {
    const IRREGULAR: [(&str, &str); 8] = [
        ("one", "first"),
        ("two", "second"),
        ("three", "third"),
        ("five", "fifth"),
        ("eight", "eighth"),
        ("nine", "ninth"),
        ("twelve", "twelfth"),
        ("y", "ieth"),
    ];
    let words = english(number);
    for (ending, ordinal) in IRREGULAR {
        let is_word = ending == "y" || words == ending || words.ends_with(&format!(" {ending}"));
        if is_word && let Some(head) = words.strip_suffix(ending) {
            return format!("{head}{ordinal}");
        }
    }
    format!("{words}th")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_said_in_words() {
        for (number, en, zh) in [
            (0.0, "zero", "零"),
            (12.0, "twelve", "十二"),
            (20.0, "twenty", "二十"),
            (105.0, "one hundred and five", "一百零五"),
            (110.0, "one hundred and ten", "一百一十"),
            (1005.0, "one thousand and five", "一千零五"),
            (2345.0, "two thousand three hundred and forty five", "两千三百四十五"),
            (10_010.0, "ten thousand and ten", "一万零一十"),
            (123_000.0, "one hundred and twenty three thousand", "十二万三千"),
            (20_000.0, "twenty thousand", "两万"),
            (100_000_001.0, "one hundred million and one", "一亿零一"),
            (-3.25, "minus three point two five", "负三点二五"),
            (-0.0, "zero", "零"),
        ] {
            assert_eq!(speak_number(number, Language::EN), en);
            assert_eq!(speak_number(number, Language::ZH), zh);
        }
        assert_eq!(speak_number(f64::NAN, Language::EN), "NaN");
    }

    #[test]
    fn ordinals_of_a_month() {
        let said: Vec<String> = [1, 2, 3, 4, 5, 8, 9, 12, 20, 21, 22, 30, 31].map(english_ordinal).to_vec();
        let expected = [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "eighth",
            "ninth",
            "twelfth",
            "twentieth",
            "twenty first",
            "twenty second",
            "thirtieth",
            "thirty first",
        ];
        assert_eq!(said, expected);
    }
}
