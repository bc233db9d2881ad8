//! Values keyed in.

use jiff::civil::DateTime;

use super::{CheckFault, Language, SlotType, Value};
use super::{card, date, duration, id_number, money, number, phone, time};

/// What the keys pressed so far come to.
#[derive(Debug, Clone, PartialEq)]
pub enum KeyReading {
    /// More keys may follow; wait for them, the terminator `#`, or the pause between keys to run out, then
    /// call again with `finished`.
    More,
    /// A value. Keyed values are certain.
    Value(Value),
    /// The digits of a code whose letters must be asked for by voice.
    DigitsOfCode(String),
    /// `*` was pressed: everything keyed so far is dropped and the caller starts again.
    StartAgain,
    /// The keys are no value of this type.
    Wrong(CheckFault),
    /// This type cannot be keyed.
    NotByKeys,
}

/// Reads `keys` (`0`–`9`, `*`, `#`, `A`–`D`) as a value of `slot`. `finished` says that no more are coming,
/// because the pause between keys has run out; a `#` at the end says so by itself.
///
/// `*` starts again. Yes is 1, no is 2. A choice takes the number of an option. The digits of a code may be
/// keyed, its letters may not. In a number with a fraction and in money `*` is the point, in a span of time it
/// stands between hours and minutes; there `**` starts again. A day is `DDMM` or `DDMMYYYY`, in Mandarin `MMDD` or
/// `YYYYMMDD`; a time is `HHMM` on the 24-hour clock; a span of time is minutes.
pub fn read_keys(slot: &SlotType, keys: &str, finished: bool, language: Language, now: DateTime) -> KeyReading {
    // In an amount one star is the point; two start again.
    let again = if slot.has_point() { "**" } else { "*" };
    if let SlotType::IdNumber { kind } = slot
        && id_number::ends_in_x(keys.trim_end_matches('#'))
    {
        return id_number::keyed(keys.trim_end_matches('#'), true, *kind);
    }
    if keys.ends_with(again) {
        return KeyReading::StartAgain;
    }
    let behind_star = keys.rsplit(again).next().unwrap_or(keys);
    let (digits, finished) = match behind_star.split_once('#') {
        Some((digits, _)) => (digits, true),
        None => (behind_star, finished),
    };
    let more_or = |wrong: CheckFault| if finished { KeyReading::Wrong(wrong) } else { KeyReading::More };
    let wrong = || CheckFault::WrongKind { wanted: slot.name() };
    if digits.is_empty() {
        return more_or(wrong());
    }
    if !digits.bytes().all(|key| key.is_ascii_digit() || key == b'*') {
        return KeyReading::Wrong(wrong());
    }
    match slot {
        SlotType::YesNo => match digits {
            "1" => KeyReading::Value(Value::Bool(true)),
            "2" => KeyReading::Value(Value::Bool(false)),
            _ => KeyReading::Wrong(CheckFault::WrongKind { wanted: slot.name() }),
        },
        SlotType::Digits { max, .. } => {
            let value = Value::from(digits);
            match slot.check(&value) {
                // Nothing longer is allowed: there is no reason to wait.
                Ok(()) if finished || digits.len() == *max => KeyReading::Value(value),
                Ok(()) => KeyReading::More,
                Err(fault @ CheckFault::TooFewDigits { .. }) => more_or(fault),
                Err(fault) => KeyReading::Wrong(fault),
            }
        }
        SlotType::Code { shape } => {
            let wanted = shape.digits();
            let fault = CheckFault::Shape { shape: shape.clone() };
            if wanted == 0 {
                KeyReading::NotByKeys
            } else if digits.len() < wanted {
                more_or(fault)
            } else if digits.len() > wanted {
                KeyReading::Wrong(fault)
            } else if shape.letters() == 0 {
                KeyReading::Value(Value::Text(shape.with_marks(digits)))
            } else {
                KeyReading::DigitsOfCode(digits.to_owned())
            }
        }
        SlotType::Choice { options } => {
            let place = digits.parse::<usize>().ok().filter(|place| (1..=options.len()).contains(place));
            match place {
                // With ten options or more, 1 may be the start of 10.
                Some(place) if !finished && place * 10 <= options.len() => KeyReading::More,
                Some(place) => KeyReading::Value(Value::from(options[place - 1].value.as_str())),
                None => KeyReading::Wrong(CheckFault::NotAnOption),
            }
        }
        SlotType::Number { .. } => checked(slot, number::keyed(digits, finished)),
        SlotType::Money { .. } => checked(slot, money::keyed(digits, finished)),
        SlotType::Date => checked(slot, date::keyed(digits, finished, language, now.date())),
        SlotType::Time => checked(slot, time::keyed(digits, finished)),
        SlotType::Duration => checked(slot, duration::keyed(digits, finished)),
        SlotType::Phone { country } => phone::keyed(digits, finished, country.as_deref()),
        SlotType::IdNumber { kind } => id_number::keyed(digits, finished, *kind),
        SlotType::Card => card::keyed(digits, finished),
        SlotType::Name | SlotType::Address | SlotType::Email | SlotType::Place { .. } | SlotType::FreeText => {
            KeyReading::NotByKeys
        }
    }
}

/// A keyed value that also passes the checks of its slot.
fn checked(slot: &SlotType, reading: KeyReading) -> KeyReading {
    match reading {
        KeyReading::Value(value) => match slot.check(&value) {
            Ok(()) => KeyReading::Value(value),
            Err(fault) => KeyReading::Wrong(fault),
        },
        other => other,
    }
}

impl SlotType {
    /// Whether any part of the value can be keyed in.
    pub fn takes_keys(&self) -> bool {
        match self {
            Self::Code { shape } => shape.digits() > 0,
            Self::Name | Self::Address | Self::Email | Self::Place { .. } | Self::FreeText => false,
            _ => true,
        }
    }

    /// Whether the key 0 can begin, or be, a value.
    pub fn takes_zero(&self) -> bool {
        self.takes_keys() && !matches!(self, Self::YesNo | Self::Choice { .. })
    }

    /// Whether `*` is a decimal point, or parts hours from minutes.
    const fn has_point(&self) -> bool {
        matches!(self, Self::Money { .. } | Self::Number { whole: false, .. } | Self::Duration)
    }

    /// Joins digits that were keyed with letters that were said into a code; `None` when either does not fit,
    /// or for another type.
    pub fn join_code(&self, letters: &str, digits: &str) -> Option<Value> {
        let Self::Code { shape } = self else { return None };
        let mut letters = letters.chars().filter(char::is_ascii_alphabetic).map(|letter| letter.to_ascii_uppercase());
        let mut digits = digits.chars().filter(char::is_ascii_digit);
        let mut symbols = String::new();
        for place in shape.spoken() {
            symbols.push(if place == super::Place::Letter { letters.next()? } else { digits.next()? });
        }
        let fits = letters.next().is_none() && digits.next().is_none();
        fits.then(|| Value::Text(shape.with_marks(&symbols)))
    }

    /// The slot to ask for when the digits of a code were keyed and its letters are missing: a code of the
    /// letters alone.
    pub fn letters_of_code(&self) -> Option<Self> {
        let Self::Code { shape } = self else { return None };
        let shape = super::Shape::parse(&"L".repeat(shape.letters())).ok()?;
        Some(Self::Code { shape })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ChoiceOption, Shape};
    use super::*;

    fn keyed(slot: &SlotType, keys: &str, finished: bool) -> KeyReading {
        let now = jiff::civil::date(2026, 1, 5).at(10, 0, 0, 0);
        read_keys(slot, keys, finished, Language::EN, now)
    }

    #[test]
    fn digits_end_at_the_terminator_the_limit_or_the_pause() {
        let slot = SlotType::Digits { min: 3, max: 5 };
        assert_eq!(keyed(&slot, "", false), KeyReading::More);
        assert_eq!(keyed(&slot, "12", false), KeyReading::More);
        assert_eq!(keyed(&slot, "123", false), KeyReading::More);
        assert_eq!(keyed(&slot, "123#", false), KeyReading::Value("123".into()));
        assert_eq!(keyed(&slot, "1234", true), KeyReading::Value("1234".into()));
        assert_eq!(keyed(&slot, "12345", false), KeyReading::Value("12345".into()));
        assert_eq!(keyed(&slot, "12#", false), KeyReading::Wrong(CheckFault::TooFewDigits { min: 3, count: 2 }));
        assert_eq!(keyed(&slot, "12*", false), KeyReading::StartAgain);
        assert_eq!(keyed(&slot, "12*789#", false), KeyReading::Value("789".into()));
        assert!(matches!(keyed(&slot, "12A", false), KeyReading::Wrong(_)));
    }

    #[test]
    fn letters_of_a_code_come_by_voice() {
        let slot = SlotType::Code { shape: Shape::parse("LL-9999").unwrap() };
        assert_eq!(keyed(&slot, "123", false), KeyReading::More);
        assert_eq!(keyed(&slot, "1234", false), KeyReading::DigitsOfCode("1234".into()));
        assert_eq!(slot.join_code("ab", "1234"), Some("AB-1234".into()));
        assert_eq!(slot.join_code("abc", "1234"), None);
        assert_eq!(slot.letters_of_code(), Some(SlotType::Code { shape: Shape::parse("LL").unwrap() }));
        let digits_only = SlotType::Code { shape: Shape::parse("99-99").unwrap() };
        assert_eq!(keyed(&digits_only, "1234", false), KeyReading::Value("12-34".into()));
    }

    #[test]
    fn answers_and_options_are_single_keys() {
        assert_eq!(keyed(&SlotType::YesNo, "1", false), KeyReading::Value(true.into()));
        assert_eq!(keyed(&SlotType::YesNo, "2", false), KeyReading::Value(false.into()));
        assert!(matches!(keyed(&SlotType::YesNo, "3", false), KeyReading::Wrong(_)));
        let options: Vec<ChoiceOption> = (1..=10).map(|place| ChoiceOption::plain(format!("option {place}"))).collect();
        let slot = SlotType::Choice { options };
        assert_eq!(keyed(&slot, "2", false), KeyReading::Value("option 2".into()));
        assert_eq!(keyed(&slot, "1", false), KeyReading::More);
        assert_eq!(keyed(&slot, "1", true), KeyReading::Value("option 1".into()));
        assert_eq!(keyed(&slot, "10", false), KeyReading::Value("option 10".into()));
        assert_eq!(keyed(&slot, "0", false), KeyReading::Wrong(CheckFault::NotAnOption));
        assert_eq!(keyed(&SlotType::FreeText, "1", false), KeyReading::NotByKeys);
    }
}
