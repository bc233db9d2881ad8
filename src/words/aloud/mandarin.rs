//! Mandarin as it is said.

use std::sync::LazyLock;

use jiff::civil::Time;

use super::super::number_words::chinese;
use super::super::{Language, email, speak_money, speak_time, spell};
use super::mandarin_tables::{CODES, CURRENCIES, MEASURES, UNITS, WORDS};
use super::rules::{NUMBER, Rule};

const ZH: Language = Language::ZH;
/// Parts of the day that may stand before a time.
const PARTS: &str = "凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|今晚|明晚";

/// The rules, in order.
pub(super) fn rules() -> &'static [Rule] {
    static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| make().into_iter().flatten().collect());
    &RULES
}

fn make() -> Vec<Option<Rule>> {
    let number = NUMBER;
    let symbols: Vec<String> = CURRENCIES.iter().map(|(symbol, _)| regex::escape(symbol)).collect();
    let symbols = symbols.join("|");
    let units: Vec<String> = UNITS.iter().map(|(unit, _)| regex::escape(unit)).collect();
    let units = units.join("|");
    vec![
        Rule::new(r"[A-Za-z0-9_.+-]*[A-Za-z0-9]@[A-Za-z0-9][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)+", |found| {
            Some(email::say(&found[0].to_lowercase(), ZH))
        }),
        Rule::new(
            r"(?:https?://)?((?:www\.)?[A-Za-z][A-Za-z0-9-]*(?:\.[A-Za-z][A-Za-z0-9-]*)*\.(?:com|org|net|io|cn|shop|app))",
            |found| Some(web(&found[1])),
        ),
        // Days.
        Rule::new(r"(\d{4})[-/.年]\s?(\d{1,2})[-/.月]\s?(\d{1,2})[日号]?", |found| {
            date(Some(&found[1]), &found[2], &found[3])
        }),
        Rule::new(r"(\d{4})年(\d{1,2})月", |found| {
            Some(format!("{}年{}月", figures(&found[1], false), whole(&found[2])?))
        }),
        Rule::new(r"(\d{4})年|(\d{2})年(底|初|末|度|代)", |found| {
            let year = found.get(1).or(found.get(2))?.as_str();
            let behind = found.get(3).map_or("", |behind| behind.as_str());
            Some(format!("{}年{behind}", figures(year, false)))
        }),
        Rule::new(r"(\d{1,2})月(\d{1,2})[日号]?\s?[-–~至到]\s?(\d{1,2})[日号]", |found| {
            Some(format!("{}月{}号到{}号", whole(&found[1])?, whole(&found[2])?, whole(&found[3])?))
        }),
        Rule::new(r"(\d{1,2})月(\d{1,2})日", |found| date(None, &found[1], &found[2])),
        // Times of day.
        Rule::new(
            &format!(
                r"({PARTS})?\s?(\d{{1,2}})[:：](\d{{2}})(?:[:：]\d{{2}})?\s?[-–~至到]\s?({PARTS})?(\d{{1,2}})[:：](\d{{2}})"
            ),
            |found| {
                let part = |group: usize| found.get(group).map(|part| part.as_str());
                let (from, to) = (time(part(1), &found[2], &found[3])?, time(part(4), &found[5], &found[6])?);
                Some(format!("{from}到{to}"))
            },
        ),
        Rule::new(&format!(r"({PARTS})?\s?(\d{{1,2}})[:：](\d{{2}})(?:[:：]\d{{2}})?"), |found| {
            time(found.get(1).map(|part| part.as_str()), &found[2], &found[3])
        }),
        Rule::new(r"(\d{1,2})[点时](\d{1,2})分?", |found| {
            let minute: u64 = found[2].parse().ok()?;
            let zero = if minute < 10 { "零" } else { "" };
            Some(format!("{}点{zero}{}分", hour(&found[1])?, chinese(minute)))
        }),
        // Money.
        Rule::new(&format!(r"(-?)({symbols})\s?({number})(万|亿)?元?"), |found| {
            let (_, code) = CURRENCIES.iter().find(|(symbol, _)| *symbol == &found[2])?;
            let sign = if &found[1] == "-" { "负" } else { "" };
            match found.get(4) {
                Some(scale) => Some(format!("{sign}{}{}{}", number_words(&found[3])?, scale.as_str(), unit_of(code))),
                None => Some(format!("{sign}{}", speak_money(amount(&found[3])?, code, ZH))),
            }
        }),
        Rule::new(&format!(r"({number})\s?(元|块钱|块|人民币)"), |found| {
            let amount = amount(&found[1])?;
            if &found[2] == "块" || &found[2] == "块钱" {
                return Some(format!("{}{}", counted(&found[1])?, &found[2]));
            }
            Some(speak_money(amount, "CNY", ZH))
        }),
        // Numbers to ring, and codes.
        Rule::new(r"\+86[ -]?(1\d{2})[ -]?(\d{4})[ -]?(\d{4})", |found| {
            Some(format!("加八六，{}", groups(&[&found[1], &found[2], &found[3]])))
        }),
        Rule::new(r"(1[3-9]\d)[ -]?(\d{4})[ -]?(\d{4})", |found| Some(groups(&[&found[1], &found[2], &found[3]]))),
        Rule::new(r"(400|800)[ -]?(\d{3})[ -]?(\d{4})", |found| Some(groups(&[&found[1], &found[2], &found[3]]))),
        Rule::new(r"(0\d{2,3})[ -](\d{3,4})[ -]?(\d{4})", |found| Some(groups(&[&found[1], &found[2], &found[3]]))),
        Rule::new(
            r"(?:[A-Za-z]+[-/]?\d{2,}[A-Za-z0-9/-]*|\d+[A-Z]+\d[A-Z0-9-]*|[A-Z]+\d[A-Z\d-]*|\d{2,}(?:-\d{2,}){2,})",
            |found| Some(spell(&found[0], ZH)),
        ),
        Rule::new(&format!(r"({CODES})(为|是|：|:|\s)?\s?(\d{{2,}}|\d)(键)?"), |found| {
            let between = found.get(2).map_or("", |between| between.as_str());
            let key = found.get(4).map_or("", |key| key.as_str());
            let said = rung(&found[3]);
            // 按1键 keeps its plain one.
            let said = if key.is_empty() && &found[1] != "按" { said } else { figures(&found[3], false) };
            Some(format!("{}{between}{said}{key}", &found[1]))
        }),
        Rule::new(&format!(r"(\d{{5,}})({MEASURES}|积分|分|万|人民币)"), |found| {
            Some(format!("{}{}", whole(&found[1])?, &found[2]))
        }),
        Rule::new(r"(\d{5,})", |found| (!found[0].ends_with("000")).then(|| rung(&found[0]))),
        Rule::new(r"(0\d+)", |found| Some(figures(&found[0], true))),
        // Counts.
        Rule::new(&format!(r"({number})\s?[%％]\s?[-–~至到]\s?({number})\s?[%％]"), |found| {
            Some(format!("百分之{}到百分之{}", number_words(&found[1])?, number_words(&found[2])?))
        }),
        Rule::new(&format!(r"({number})\s?[%％]"), |found| Some(format!("百分之{}", number_words(&found[1])?))),
        Rule::new(&format!(r"[-−]({number})\s?(?:℃|°C|度)"), |found| {
            Some(format!("零下{}度", counted(&found[1])?))
        }),
        Rule::new(&format!(r"({number})\s?({units})"), |found| {
            let (_, unit) = UNITS.iter().find(|(written, _)| *written == &found[2])?;
            Some(format!("{}{unit}", counted(&found[1])?))
        }),
        Rule::new(r"(\d+)/(\d+)", |found| {
            let (part, of): (u64, u64) = (found[1].parse().ok()?, found[2].parse().ok()?);
            (part > 0 && part < of).then(|| format!("{}分之{}", chinese(of), chinese(part)))
        }),
        Rule::new(&format!(r"({number})\s?[-–~至]\s?({number})"), |found| {
            Some(format!("{}到{}", number_words(&found[1])?, number_words(&found[2])?))
        }),
        Rule::new(r"第(\d+)", |found| Some(format!("第{}", whole(&found[1])?))),
        Rule::new(&format!(r"({number})({MEASURES})"), |found| Some(format!("{}{}", counted(&found[1])?, &found[2]))),
        Rule::new(&format!(r"[-−]({number})"), |found| Some(format!("负{}", number_words(&found[1])?))),
        Rule::new(number, |found| number_words(&found[0])),
        // Letters.
        Rule::new(r"[A-Z]{2,5}", |found| (!WORDS.contains(&&found[0])).then(|| apart(&found[0]))),
        Rule::new(r" ?& ?", |_| Some("和".to_owned())),
        Rule::new(r" ?\+ ?", |_| Some("加".to_owned())),
        Rule::new(r"~", |_| Some("到".to_owned())),
    ]
}

fn amount(written: &str) -> Option<f64> {
    written.replace(',', "").parse().ok()
}

fn whole(written: &str) -> Option<String> {
    written.parse().ok().map(chinese)
}

/// 一百二十八点五.
fn number_words(written: &str) -> Option<String> {
    let plain = written.replace(',', "");
    match plain.split_once('.') {
        None => plain.parse().ok().filter(|number| *number < 1_000_000_000_000_000).map(chinese),
        Some((whole, fraction)) => Some(format!("{}点{}", chinese(whole.parse().ok()?), figures(fraction, false))),
    }
}

/// As [`number_words`], before what is counted: 两 rather than 二.
fn counted(written: &str) -> Option<String> {
    if written == "2" { Some("两".to_owned()) } else { number_words(written) }
}

fn hour(written: &str) -> Option<String> {
    counted(written.trim_start_matches('0')).or_else(|| Some("零".to_owned()))
}

/// One figure after the other, 幺 for one where a number is rung or a code is read.
fn figures(written: &str, with_yao: bool) -> String {
    let figure = |digit: u32| match digit {
        1 if with_yao => "幺".to_owned(),
        other => chinese(u64::from(other)),
    };
    written.chars().filter_map(|c| c.to_digit(10)).map(figure).collect()
}

/// Figures that are rung or read off; five are said in one breath.
fn rung(written: &str) -> String {
    if written.len() <= 5 { figures(written, true) } else { spell(written, ZH) }
}

fn groups(groups: &[&str]) -> String {
    groups.iter().map(|group| figures(group, true)).collect::<Vec<_>>().join("，")
}

fn date(year: Option<&str>, month: &str, day: &str) -> Option<String> {
    let month: u64 = month.parse().ok().filter(|month| (1..=12).contains(month))?;
    let day: u64 = day.parse().ok().filter(|day| (1..=31).contains(day))?;
    let year = year.map(|year| format!("{}年", figures(year, false))).unwrap_or_default();
    Some(format!("{year}{}月{}号", chinese(month), chinese(day)))
}

/// 下午两点半. Where the part of the day is written, it stays as it is.
fn time(part: Option<&str>, hour: &str, minute: &str) -> Option<String> {
    let time = Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()?;
    let said = speak_time(time, ZH);
    let Some(part) = part else { return Some(said) };
    let own = ["凌晨", "早上", "上午", "中午", "下午", "晚上"];
    let bare = own.iter().find_map(|own| said.strip_prefix(own)).unwrap_or(&said);
    Some(format!("{part}{bare}"))
}

fn unit_of(code: &str) -> String {
    speak_money(2.0, code, ZH).replacen('两', "", 1)
}

fn apart(letters: &str) -> String {
    letters.chars().map(String::from).collect::<Vec<_>>().join(" ")
}

fn web(address: &str) -> String {
    let (www, rest) = match address.strip_prefix("www.") {
        Some(rest) => ("w w w 点 ", rest),
        None => ("", address),
    };
    format!("{www}{}", rest.replace('.', " 点 ").replace('-', " 横杠 "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_sound() {
        assert!(make().iter().all(Option::is_some));
    }
}
