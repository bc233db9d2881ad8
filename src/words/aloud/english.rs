//! English as it is said.

use std::sync::LazyLock;

use jiff::civil::Time;
use regex::Captures;

use super::super::filters::{MONTHS, english_year};
use super::super::number_words::{english, english_ordinal};
use super::super::{Language, email, speak_money, speak_time, spell};
use super::english_tables::{CURRENCIES, DAYS, SHORT, SPELT, UNITS};
use super::rules::{NUMBER, Rule};

const EN: Language = Language::EN;
const MONTH: &str = "Jan(?:uary|\\.)?|Feb(?:ruary|\\.)?|Mar(?:ch|\\.)?|Apr(?:il|\\.)?|May|June?|July?|Aug(?:ust|\\.)?|\
                     Sept?(?:ember|\\.)?|Oct(?:ober|\\.)?|Nov(?:ember|\\.)?|Dec(?:ember|\\.)?";

/// The rules, in order.
pub(super) fn rules() -> &'static [Rule] {
    static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| make().into_iter().flatten().collect());
    &RULES
}

fn make() -> Vec<Option<Rule>> {
    let number = NUMBER;
    let symbols: Vec<String> = CURRENCIES.iter().map(|(symbol, _)| regex::escape(symbol)).collect();
    let symbols = symbols.join("|");
    let codes = "GBP|USD|EUR|AUD|CAD|CNY|RMB|JPY";
    let units: Vec<String> = UNITS.iter().map(|(unit, ..)| regex::escape(unit)).collect();
    let units = units.join("|");
    let days = DAYS.iter().map(|(day, _)| *day).collect::<Vec<&str>>().join("|");
    let short: Vec<&str> = SHORT.iter().map(|(short, _)| *short).collect();
    let clock = r"(\d{1,2})(?:[:.](\d{2}))?\s?([ap])(?:\.m\.|m\b)";
    vec![
        Rule::new(r"[\w.+-]*\w@\w[\w-]*(?:\.\w[\w-]*)+", |found| Some(email::say(&found[0].to_lowercase(), EN))),
        Rule::new(
            r"(?:https?://)?((?:www\.)?[A-Za-z][\w-]*(?:\.[A-Za-z][\w-]*)*\.(?:com|org|net|io|co\.uk|uk|de|eu|cn|shop|app|info)(?:/[\w/-]+)?)",
            |found| Some(web(&found[1])),
        ),
        // Days.
        Rule::new(r"(\d{4})-(\d{2})-(\d{2})(?:T[\d:.]+Z?)?", |found| date(&found[3], &found[2], Some(&found[1]))),
        Rule::new(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", slashed),
        Rule::new(&format!(r"(?:the )?(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({MONTH})(?:,? (\d{{4}}))?"), |found| {
            let month = month(&found[2])?;
            date(&found[1], &month.to_string(), found.get(3).map(|year| year.as_str()))
        }),
        Rule::new(&format!(r"({MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (\d{{4}}))?"), |found| {
            let day: u64 = found[2].parse().ok().filter(|day| (1..=31).contains(day))?;
            let name = MONTHS[month(&found[1])? - 1];
            let year = found.get(3).map(|year| format!(", {}", year_words(year.as_str()))).unwrap_or_default();
            Some(format!("{name} the {}{year}", english_ordinal(day)))
        }),
        Rule::new(&format!(r"({MONTH}),? ((?:19|20)\d\d)"), |found| {
            Some(format!("{} {}", MONTHS[month(&found[1])? - 1], year_words(&found[2])))
        }),
        Rule::new(&format!(r"({days})\.?\s?[-–]\s?({days})\b"), |found| {
            Some(format!("{} to {}", day_of_week(&found[1])?, day_of_week(&found[2])?))
        }),
        Rule::new(r"(Mon|Tues|Tue|Wed|Thurs|Thu|Fri)\b", |found| day_of_week(&found[1]).map(str::to_owned)),
        Rule::new(r"\b24/7", |_| Some("twenty four seven".to_owned())),
        // Times of day.
        Rule::new(&format!(r"{clock}\s?[-–]\s?{clock}"), |found| {
            Some(format!("{} to {}", on_clock(found, 1)?, on_clock(found, 4)?))
        }),
        Rule::new(clock, |found| on_clock(found, 1)),
        Rule::new(r"(\d{1,2}):(\d{2})(?::\d{2})?\s?[-–]\s?(\d{1,2}):(\d{2})(?::\d{2})?", |found| {
            Some(format!("{} to {}", clock_time(&found[1], &found[2])?, clock_time(&found[3], &found[4])?))
        }),
        Rule::new(r"(\d{1,2}):(\d{2})(?::\d{2})?", |found| clock_time(&found[1], &found[2])),
        // Money.
        Rule::new(&format!(r"(-?)({symbols})\s?({number})(?:\s?(k|m|bn|million|billion)\b)?"), |found| {
            let (_, code) = CURRENCIES.iter().find(|(symbol, _)| *symbol == &found[2])?;
            money(&found[1], &found[3], found.get(4).map(|scale| scale.as_str()), code)
        }),
        Rule::new(&format!(r"({number})\s?({codes})"), |found| {
            let (_, code) = CURRENCIES.iter().find(|(symbol, _)| *symbol == &found[2])?;
            money("", &found[1], None, code)
        }),
        // Phone numbers, codes, postcodes.
        Rule::new(
            r"\+\d[\d ()-]{6,18}\d|\(?0\d{2,5}\)?[ -]\d[\d -]{4,12}\d|\(\d{3}\) ?\d{3}-\d{4}|\b\d{3}-\d{3}-\d{4}|\b\d{3}-\d{4}\b",
            |found| Some(phone(&found[0])),
        ),
        Rule::new(r"([A-Z]{1,2}\d[A-Z\d]?) (\d[A-Z]{2})\b", |found| {
            Some(format!("{}, {}", letters_and_digits(&found[1]), letters_and_digits(&found[2])))
        }),
        Rule::new(r"([A-Z]{2}) (\d{5})\b", |found| Some(format!("{} {}", apart(&found[1]), digits(&found[2])))),
        Rule::new(r"(?:[A-Z]+[-/ ]?\d{2,}[A-Z\d/-]*|\d+[A-Z]+\d[A-Z\d-]*|[A-Z]+\d[A-Z\d-]*)", |found| {
            Some(code(&found[0]))
        }),
        Rule::new(
            r"(?i)(room|flat|flight|extension|ext\.?|apartment|suite|unit|pin|code|ending(?: in)?|number|order|account|reference) (#?)(\d{3,8})\b",
            |found| Some(format!("{} {}", &found[1], digits_in_groups(&found[3]))),
        ),
        Rule::new(r"\b\d{5,}\b", |found| (!found[0].ends_with("000")).then(|| digits_in_groups(&found[0]))),
        Rule::new(r"\b0\d+\b", |found| Some(digits_in_groups(&found[0]))),
        // Counts.
        Rule::new(r"(?i)\b(?:no\.|nr\.) ?(\d+)|#(\d+)", |found| {
            let number = found.get(1).or(found.get(2))?.as_str();
            Some(format!("number {}", english(number.parse().ok()?)))
        }),
        Rule::new(r"(\d+)(?:st|nd|rd|th)", |found| Some(english_ordinal(found[1].parse().ok()?))),
        Rule::new(&format!(r"({number})\s?%"), |found| Some(format!("{} percent", number_words(&found[1])?))),
        Rule::new(&format!(r"(\d+)\s?[-–]\s?(\d+)\s?({units})"), |found| {
            let (_, _, several) = UNITS.iter().find(|(unit, ..)| *unit == &found[3])?;
            Some(format!("{} to {} {several}", number_words(&found[1])?, number_words(&found[2])?))
        }),
        Rule::new(&format!(r"([-−])?({number})\s?({units})(\.|\b|$)"), |found| {
            let (_, one, several) = UNITS.iter().find(|(unit, ..)| *unit == &found[3])?;
            let minus = if found.get(1).is_some() { "minus " } else { "" };
            let unit = if &found[2] == "1" { one } else { several };
            Some(format!("{minus}{} {unit}{}", number_words(&found[2])?, &found[4]))
        }),
        Rule::new(r"(\d+)/(\d+)", |found| fraction(found[1].parse().ok()?, found[2].parse().ok()?)),
        Rule::new(r"(\d+)\s?[-–]\s?(\d+)", |found| {
            Some(format!("{} to {}", number_words(&found[1])?, number_words(&found[2])?))
        }),
        Rule::new(r"(?i)\b(in|since|of|by|until|from|year|before|after) ((?:19|20)\d\d)\b", |found| {
            Some(format!("{} {}", &found[1], year_words(&found[2])))
        }),
        Rule::new(&format!(r"(^|[ (])[-−]({number})"), |found| {
            Some(format!("{}minus {}", &found[1], number_words(&found[2])?))
        }),
        Rule::new(number, |found| number_words(&found[0])),
        // Words.
        Rule::new(&format!(r"\b({})\b(\.?)", short.join("|")), |found| {
            let (_, whole) = SHORT.iter().find(|(short, _)| *short == &found[1])?;
            Some((*whole).to_owned())
        }),
        Rule::new(r"([A-Z][a-z]+) St\b(?:\.(,| [a-z]))?", |found| {
            Some(format!("{} Street{}", &found[1], found.get(2).map_or("", |behind| behind.as_str())))
        }),
        Rule::new(r"\bSt\.? ([A-Z][a-z]+)", |found| Some(format!("Saint {}", &found[1]))),
        Rule::new(r"\b[Ee]\.g\.,?", |_| Some("for example".to_owned())),
        Rule::new(r"\b[Ii]\.e\.,?", |_| Some("that is".to_owned())),
        Rule::new(r"\betc\.", |_| Some("et cetera.".to_owned())),
        Rule::new(r"\ba\.m\.?", |_| Some("A M".to_owned())),
        Rule::new(r"\bp\.m\.?", |_| Some("P M".to_owned())),
        Rule::new(r" ?& ?", |_| Some(" and ".to_owned())),
        Rule::new(r" \+ ", |_| Some(" plus ".to_owned())),
        Rule::new(r" = ", |_| Some(" equals ".to_owned())),
        Rule::new(r"\b[A-Z]{2,5}\b", |found| SPELT.contains(&&found[0]).then(|| apart(&found[0]))),
    ]
}

fn number_words(written: &str) -> Option<String> {
    let plain = written.replace(',', "");
    if plain.contains('.') {
        // Every figure behind the point is said: 2.50 is two point five zero.
        let (whole, fraction) = plain.split_once('.')?;
        let figures: Vec<String> =
            fraction.chars().filter_map(|c| c.to_digit(10)).map(|digit| english(u64::from(digit))).collect();
        return Some(format!("{} point {}", english(whole.parse().ok()?), figures.join(" ")));
    }
    plain.parse().ok().filter(|number| *number < 1_000_000_000_000_000).map(english)
}

fn month(name: &str) -> Option<usize> {
    let name = name.trim_end_matches('.');
    MONTHS.iter().position(|month| month.starts_with(name) || name == "Sept" && *month == "September").map(|at| at + 1)
}

fn day_of_week(short: &str) -> Option<&'static str> {
    DAYS.iter().find(|(written, _)| *written == short).map(|(_, day)| *day)
}

fn year_words(year: &str) -> String {
    year.parse().map(english_year).unwrap_or_else(|_| year.to_owned())
}

/// The third of January twenty twenty six.
fn date(day: &str, month: &str, year: Option<&str>) -> Option<String> {
    let day: u64 = day.parse().ok().filter(|day| (1..=31).contains(day))?;
    let month: usize = month.parse().ok().filter(|month| (1..=12).contains(month))?;
    let year = year.map(|year| format!(" {}", year_words(year))).unwrap_or_default();
    Some(format!("the {} of {}{year}", english_ordinal(day), MONTHS[month - 1]))
}

/// Day first, unless only the other way is a day.
fn slashed(found: &Captures<'_>) -> Option<String> {
    date(&found[1], &found[2], Some(&found[3])).or_else(|| date(&found[2], &found[1], Some(&found[3])))
}

/// "two thirty P M", of the groups from `first` on.
fn on_clock(found: &Captures<'_>, first: usize) -> Option<String> {
    let hour: u64 = found[first].parse().ok().filter(|hour| (1..=12).contains(hour))?;
    let half = if found[first + 2].eq_ignore_ascii_case("a") { "A M" } else { "P M" };
    let minute: u64 = found.get(first + 1).map_or(Some(0), |minute| minute.as_str().parse().ok())?;
    Some(match minute {
        0 => format!("{} {half}", english(hour)),
        1..=9 => format!("{} oh {} {half}", english(hour), english(minute)),
        10..=59 => format!("{} {} {half}", english(hour), english(minute)),
        _ => return None,
    })
}

/// 9:30 may be morning or evening, 14:30 and 09:30 say which.
fn clock_time(hour: &str, minute: &str) -> Option<String> {
    let time = Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()?;
    let is_plain = (1..=12).contains(&time.hour()) && !hour.starts_with('0');
    if !is_plain {
        return Some(speak_time(time, EN));
    }
    let (hour, minute) = (u64::try_from(time.hour()).ok()?, u64::try_from(time.minute()).ok()?);
    Some(match minute {
        0 => format!("{} o'clock", english(hour)),
        1..=9 => format!("{} oh {}", english(hour), english(minute)),
        _ => format!("{} {}", english(hour), english(minute)),
    })
}

fn money(sign: &str, amount: &str, scale: Option<&str>, code: &str) -> Option<String> {
    let sign = if sign == "-" { "minus " } else { "" };
    let Some(scale) = scale else {
        let amount: f64 = amount.replace(',', "").parse().ok()?;
        return Some(format!("{sign}{}", speak_money(amount, code, EN)));
    };
    let scale = match scale {
        "k" => "thousand",
        "m" | "million" => "million",
        _ => "billion",
    };
    let unit = speak_money(2.0, code, EN).replacen("two ", "", 1);
    Some(format!("{sign}{} {scale} {unit}", number_words(amount)?))
}

fn fraction(part: u64, of: u64) -> Option<String> {
    if part == 0 || part >= of || of > 20 {
        return None;
    }
    Some(match (part, of) {
        (1, 2) => "a half".to_owned(),
        (1, 4) => "a quarter".to_owned(),
        (3, 4) => "three quarters".to_owned(),
        (1, _) => format!("one {}", english_ordinal(of)),
        _ => format!("{} {}s", english(part), english_ordinal(of)),
    })
}

/// Letters one by one.
fn apart(letters: &str) -> String {
    letters.chars().map(String::from).collect::<Vec<_>>().join(" ")
}

fn digits(text: &str) -> String {
    let figures = text.chars().filter_map(|c| c.to_digit(10)).map(|digit| english(u64::from(digit)));
    figures.collect::<Vec<_>>().join(" ")
}

fn letters_and_digits(text: &str) -> String {
    let said = text.chars().map(|c| c.to_digit(10).map_or_else(|| c.to_string(), |digit| english(u64::from(digit))));
    said.collect::<Vec<_>>().join(" ")
}

/// In groups of three or four, a pause between them.
fn digits_in_groups(text: &str) -> String {
    spelt_groups(&spell(text, EN))
}

/// A code, its parts with pauses between.
fn code(text: &str) -> String {
    spelt_groups(&spell(text, EN))
}

fn spelt_groups(spelt: &str) -> String {
    spelt.split(", ").map(letters_and_digits_spaced).collect::<Vec<_>>().join(", ")
}

fn letters_and_digits_spaced(group: &str) -> String {
    letters_and_digits(&group.replace(' ', ""))
}

/// In the groups it is written in, or in groups of its own.
fn phone(written: &str) -> String {
    let plus = if written.starts_with('+') { "plus " } else { "" };
    let groups: Vec<&str> =
        written.split(|character: char| !character.is_ascii_digit()).filter(|group| !group.is_empty()).collect();
    let said: Vec<String> =
        groups.iter().map(|group| if group.len() > 4 { digits_in_groups(group) } else { digits(group) }).collect();
    format!("{plus}{}", said.join(", "))
}

/// w w w dot acorn dot com slash help.
fn web(address: &str) -> String {
    let (www, rest) = match address.strip_prefix("www.") {
        Some(rest) => ("w w w dot ", rest),
        None => ("", address),
    };
    let rest = rest.trim_end_matches('/').replace('.', " dot ").replace('/', " slash ").replace('-', " hyphen ");
    format!("{www}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_sound() {
        assert!(make().iter().all(Option::is_some));
        assert_eq!(number_words("2.50").unwrap(), "two point five zero");
    }
}
