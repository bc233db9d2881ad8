//! Telephone numbers: said, keyed, checked, and said back, in E.164 where the country is known.

mod plans;

use self::plans::Plan;
use super::reading::spelt;
use super::say::spell_groups;
use super::spelling::Wanted;
use super::token::tokenise;
use super::{CheckFault, KeyReading, Language, Reading, Value};

/// The fewest and the most digits of a number (E.164 allows fifteen; short numbers have three), and what may be
/// dialled before it.
const SHORTEST: usize = 3;
const LONGEST: usize = 15;
const LONGEST_DIALLED: usize = 18;

/// What a number keeps of its score whose country code was said without `plus`.
const WITHOUT_PLUS: f32 = 0.93;
/// What a number keeps of its score that loses its extension: it must be read back.
const WITHOUT_EXTENSION: f32 = 0.8;

/// Whether the numbers of a country are known, by its ISO 3166 code.
pub fn is_phone_country(country: &str) -> bool {
    Plan::of(country).is_some()
}

/// What may be said or keyed for a number.
pub(super) const fn wanted() -> Wanted {
    Wanted::Digits { min: SHORTEST, max: LONGEST_DIALLED }
}

/// Readings of `heard`; `country` is where a number said without a country code belongs.
pub(super) fn read(heard: &str, language: Language, country: Option<&str>) -> Vec<Reading> {
    let (number, has_extension) = without_extension(heard);
    let is_plus = has_plus(&number);
    let mut readings: Vec<Reading> = Vec::new();
    for reading in spelt(&tokenise(&number), &wanted(), language, str::to_owned) {
        let Some(digits) = reading.value.as_text() else { continue };
        let less = if has_extension { WITHOUT_EXTENSION } else { 1.0 };
        let forms = if is_plus { international(digits).map(|form| (form, 1.0)) } else { national(digits, country) };
        let (value, sure) = forms.unwrap_or_else(|| (digits.to_owned(), 1.0));
        let score = reading.score * less * sure;
        match readings.iter_mut().find(|known| known.value.as_text() == Some(&value)) {
            Some(known) => known.score = known.score.max(score),
            None => readings.push(Reading { value: Value::Text(value), score, valid: reading.valid }),
        }
    }
    readings
}

/// `digits` as dialled from inside `country`, in normal form.
pub(super) fn normal_form(digits: &str, country: Option<&str>) -> Option<String> {
    national(digits, country).map(|(form, _)| form).filter(|form| check(form, country).is_ok())
}

/// A number in normal form as it is dialled from inside `country`.
pub(super) fn as_dialled(number: &str, country: Option<&str>) -> String {
    let Some(digits) = number.strip_prefix('+') else { return number.to_owned() };
    let home = country.and_then(Plan::of);
    match home.and_then(|home| Some((home, digits.strip_prefix(home.code)?))) {
        Some((home, national)) => home.dialled(national),
        None => digits.to_owned(),
    }
}

/// Keys as a number; `#` or a pause ends it, or that no whole number is longer.
pub(super) fn keyed(digits: &str, finished: bool, country: Option<&str>) -> KeyReading {
    let known = |digits: &str| normal_form(digits, country);
    let may_grow = || digits.len() < LONGEST_DIALLED && (country.is_none() || may_go_on(digits, country));
    match known(digits) {
        Some(number) if finished || !may_grow() => KeyReading::Value(Value::Text(number)),
        Some(_) => KeyReading::More,
        None if finished || digits.len() > LONGEST_DIALLED => {
            KeyReading::Wrong(check(digits, country).err().unwrap_or(CheckFault::WrongKind { wanted: "phone" }))
        }
        None => KeyReading::More,
    }
}

/// Whether one more digit would make another number of it.
fn may_go_on(digits: &str, country: Option<&str>) -> bool {
    ('0'..='9').any(|digit| normal_form(&format!("{digits}{digit}"), country).is_some())
}

/// Whether `number` is one.
pub(super) fn check(number: &str, country: Option<&str>) -> Result<(), CheckFault> {
    let international = number.strip_prefix('+');
    let digits = international.unwrap_or(number);
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(CheckFault::WrongKind { wanted: "phone" });
    }
    let plan = match international {
        Some(digits) => Plan::of_international(digits),
        None => country.and_then(Plan::of),
    };
    let (min, max) = match (international, plan) {
        (Some(_), Some(plan)) => (plan.code.len() + plan.min, plan.code.len() + plan.max),
        (None, Some(plan)) => (plan.min, plan.max + plan.trunk.len()),
        _ => (SHORTEST, LONGEST),
    };
    match digits.len() {
        count if count < min => return Err(CheckFault::TooFewDigits { min, count }),
        count if count > max => return Err(CheckFault::TooManyDigits { max, count }),
        _ => {}
    }
    let fits = match (international, plan) {
        (Some(digits), Some(plan)) => plan.fits(&digits[plan.code.len()..]),
        // Where the country is known the normal form names it.
        (None, Some(_)) => false,
        _ => true,
    };
    if fits { Ok(()) } else { Err(CheckFault::NoSuch { wanted: "phone number" }) }
}

/// A number as it is read back: as dialled inside `country`, else with its country code behind a plus.
pub(super) fn say(number: &str, country: Option<&str>, language: Language) -> String {
    let home = country.and_then(Plan::of);
    let Some(digits) = number.strip_prefix('+') else { return spell_groups(number, None, language) };
    let plan = Plan::of_international(digits);
    match (home, plan) {
        (Some(home), Some(plan)) if home.code == plan.code => {
            let dialled = plan.dialled(&digits[plan.code.len()..]);
            spell_groups(&dialled, plan.groups(&dialled), language)
        }
        (_, Some(plan)) => {
            let (code, national) = digits.split_at(plan.code.len());
            let (plus, pause) = if language == Language::ZH { ("加", "，") } else { ("plus ", ", ") };
            let code = spell_groups(code, Some(vec![code.len()]), language);
            format!("{plus}{code}{pause}{}", spell_groups(national, plan.groups(national), language))
        }
        (_, None) => {
            let plus = if language == Language::ZH { "加" } else { "plus " };
            format!("{plus}{}", spell_groups(digits, None, language))
        }
    }
}

/// Digits behind a plus or an international prefix.
fn international(digits: &str) -> Option<String> {
    let digits = digits.strip_prefix("00").unwrap_or(digits);
    // "plus forty four (0) 20 …": the trunk prefix is often written in between.
    let plan = Plan::of_international(digits)?;
    let national = &digits[plan.code.len()..];
    let bare = national.strip_prefix(plan.trunk).filter(|_| !plan.trunk.is_empty() && !plan.fits(national));
    Some(format!("+{}{}", plan.code, bare.unwrap_or(national)))
}

/// Digits without a plus, and how sure it is that they mean that.
fn national(digits: &str, country: Option<&str>) -> Option<(String, f32)> {
    let home = country.and_then(Plan::of);
    let prefix = if home.is_some_and(|home| home.code == "1") { "011" } else { "00" };
    if let Some(rest) = digits.strip_prefix(prefix)
        && let Some(number) = international(rest).filter(|number| check(number, None).is_ok())
    {
        return Some((number, 1.0));
    }
    let Some(home) = home else { return Some((digits.to_owned(), 1.0)) };
    if let Some(national) = home.national(digits) {
        return Some((format!("+{}{national}", home.code), 1.0));
    }
    if let Some(rest) = digits.strip_prefix(home.code)
        && home.fits(rest)
    {
        return Some((format!("+{}{rest}", home.code), WITHOUT_PLUS));
    }
    None
}

/// Whether an international number was said or written: a plus before a digit.
fn has_plus(heard: &str) -> bool {
    let written = heard.split('+').nth(1).is_some_and(|rest| {
        rest.trim_start_matches([' ', '(']).starts_with(|character: char| character.is_ascii_digit())
    });
    let tokens = tokenise(heard);
    let words: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
    written || words.contains(&"plus") || words.windows(2).any(|pair| matches!(pair, ["加", next] if *next != "上"))
}

/// The number without an extension, and whether it had one.
fn without_extension(heard: &str) -> (String, bool) {
    let lower = heard.to_lowercase();
    let words = ["extension", " ext ", " ext.", "分机", "转"];
    let Some(at) = words.iter().filter_map(|word| lower.find(word)).min() else { return (heard.to_owned(), false) };
    // A change of case may move bytes; then the words are left as they are.
    let before = heard.get(..at).filter(|before| before.chars().any(|character| !character.is_whitespace()));
    match before {
        Some(before) if lower.len() == heard.len() => (before.to_owned(), true),
        _ => (heard.to_owned(), false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(heard: &str, country: Option<&str>) -> Option<String> {
        let language = if heard.is_ascii() { Language::EN } else { Language::ZH };
        let valid = read(heard, language, country).into_iter();
        let mut valid: Vec<Reading> =
            valid.filter(|reading| check(reading.value.as_text().unwrap(), country).is_ok()).collect();
        valid.sort_by(|left, right| right.score.total_cmp(&left.score));
        valid.first().and_then(|reading| reading.value.as_text().map(str::to_owned))
    }

    #[test]
    fn numbers_come_to_one_form() {
        for (heard, country, number) in [
            ("oh seven seven double oh nine hundred one two three", Some("GB"), "+447700900123"),
            ("07700 900123", Some("GB"), "+447700900123"),
            ("plus 44 7700 900 123", Some("CN"), "+447700900123"),
            ("+44 (0)7700 900123", None, "+447700900123"),
            ("double oh four four, double seven double oh, nine double oh, one two three", Some("CN"), "+447700900123"),
            ("1-800-555-0199", Some("US"), "+18005550199"),
            ("five five five, two three four, five six seven eight", Some("US"), "+15552345678"),
            ("my number is 13800138000", Some("CN"), "+8613800138000"),
            ("幺三八零零幺三八零零零", Some("CN"), "+8613800138000"),
            ("八六幺三八零零幺三八零零零", Some("CN"), "+8613800138000"),
            ("加八六 13800138000", None, "+8613800138000"),
            ("010 6552 9988", Some("CN"), "+861065529988"),
            ("四零零 八二零 八八二零", Some("CN"), "+864008208820"),
            ("020 7946 0958 extension 12", Some("GB"), "+442079460958"),
            ("7700900123", None, "7700900123"),
        ] {
            assert_eq!(best(heard, country).as_deref(), Some(number), "{heard}");
        }
        for (heard, country) in
            [("1380013800", Some("CN")), ("hello", None), ("12", None), ("555 123 4567", Some("US"))]
        {
            assert_eq!(best(heard, country), None, "{heard}");
        }
    }

    #[test]
    fn is_said_as_it_is_dialled_at_home() {
        assert_eq!(say("+8613800138000", Some("CN"), Language::ZH), "幺三八，零零幺三，八零零零");
        assert_eq!(say("+447700900123", Some("GB"), Language::EN), "0 7 7 0 0, 9 0 0, 1 2 3");
        assert_eq!(say("+8613800138000", Some("GB"), Language::EN), "plus 8 6, 1 3 8, 0 0 1 3, 8 0 0 0");
    }

    #[test]
    fn keys_end_by_themselves_where_no_number_is_longer() {
        let value = |number: &str| KeyReading::Value(Value::from(number));
        assert_eq!(keyed("13800138000", false, Some("CN")), value("+8613800138000"));
        assert_eq!(keyed("1380013800", false, Some("CN")), KeyReading::More);
        assert!(matches!(keyed("1380013800", true, Some("CN")), KeyReading::Wrong(_)));
        assert_eq!(keyed("07700900123", false, Some("GB")), value("+447700900123"));
        assert_eq!(keyed("5551234", false, None), KeyReading::More);
        assert_eq!(keyed("5551234", true, None), value("5551234"));
    }
}
