//! Slot types: what each holds, how sure of it one must be, and its checks.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::expected::{Expected, Form};
use super::{Language, Shape, Template, Value, WordList};
use super::{address, card, email, id_number, name, phone};

/// What kind of value a slot takes. Each type knows its spoken forms, its keypad form, its checks and
/// its read-back.
#[derive(Debug, Clone, PartialEq)]
pub enum SlotType {
    /// Yes or no; the value is [`Value::Bool`].
    YesNo,
    /// `min` to `max` digits, leading zeros kept; the value is [`Value::Text`].
    Digits {
        /// The fewest digits that are accepted.
        min: usize,
        /// The most digits that are accepted.
        max: usize,
    },
    /// A number; the value is [`Value::Whole`] where it is whole, else [`Value::Decimal`].
    Number {
        /// The least that is accepted.
        min: Option<f64>,
        /// The most that is accepted.
        max: Option<f64>,
        /// Whether only whole numbers are accepted.
        whole: bool,
    },
    /// An amount of money; the value is [`Value::Decimal`], to the hundredth.
    Money {
        /// The currency, as an ISO 4217 code, that is meant when none is said; an amount in another one is no
        /// value. `None`: any currency, and which one is not kept.
        currency: Option<String>,
    },
    /// A day; the value is [`Value::Date`].
    Date,
    /// A time of day; the value is [`Value::Time`].
    Time,
    /// A span of time; the value is [`Value::Duration`].
    Duration,
    /// A telephone number; the value is [`Value::Text`], in E.164 (`+447700900123`) where the country is known.
    Phone {
        /// The country, as an ISO 3166 code, of numbers said without a country code.
        country: Option<String>,
    },
    /// The number of an identity card, with its checksum; the value is [`Value::Text`].
    IdNumber {
        /// Whose numbers they are.
        kind: IdKind,
    },
    /// A person's name; the value is [`Value::Text`]. Always read back.
    Name,
    /// A postal address; the value is [`Value::Text`]. Always read back.
    Address,
    /// An e-mail address; the value is [`Value::Text`], in lower case.
    Email,
    /// One of a list of named places; the value is [`Value::Text`], the place's own name.
    Place {
        /// The places, in the order of the list, with the ways they are said.
        places: Arc<WordList>,
    },
    /// The number of a payment card, checked by Luhn's sum; the value is [`Value::Text`]. Keypad only.
    Card,
    /// Letters and digits in a fixed shape; the value is [`Value::Text`] in capitals.
    Code {
        /// The shape.
        shape: Shape,
    },
    /// One of a closed list; the value is [`Value::Text`], the option's own.
    Choice {
        /// The options, in the order they are offered.
        options: Vec<ChoiceOption>,
    },
    /// Whatever was said; the value is [`Value::Text`].
    FreeText,
}

/// Whose identity numbers a slot takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IdKind {
    /// The resident identity number of the People's Republic of China: GB 11643, eighteen characters, the last of
    /// them a check digit that may be X.
    #[default]
    ChinaResident,
}

/// One option of a choice.
#[derive(Debug, Clone, PartialEq)]
pub struct ChoiceOption {
    /// The value the slot takes.
    pub value: String,
    /// How callers may say it. A language without templates takes `value` itself.
    pub said: BTreeMap<Language, Vec<Template>>,
}

impl ChoiceOption {
    /// An option that is said just as it is written.
    pub fn plain(value: impl Into<String>) -> Self {
        Self { value: value.into(), said: BTreeMap::new() }
    }
}

/// The most digits a [`SlotType::Digits`] takes when a flow names no limit.
pub const MAX_DIGITS: usize = 32;

impl SlotType {
    /// One of these places.
    pub fn place(options: Vec<ChoiceOption>) -> Self {
        Self::Place { places: Arc::new(WordList::new("", options)) }
    }

    /// The name used in flows.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::YesNo => "yes_no",
            Self::Digits { .. } => "digits",
            Self::Number { .. } => "number",
            Self::Money { .. } => "money",
            Self::Date => "date",
            Self::Time => "time",
            Self::Duration => "duration",
            Self::Phone { .. } => "phone",
            Self::IdNumber { .. } => "id_number",
            Self::Name => "name",
            Self::Address => "address",
            Self::Email => "email",
            Self::Place { .. } => "place",
            Self::Card => "card",
            Self::Code { .. } => "code",
            Self::Choice { .. } => "choice",
            Self::FreeText => "free_text",
        }
    }

    /// From which confidence on a value heard is taken, and below which it counts as not heard.
    pub const fn sureness(&self) -> Sureness {
        match self {
            Self::YesNo => Sureness { accept: 0.60, reject: 0.30 },
            Self::Choice { .. } | Self::Place { .. } => Sureness { accept: 0.70, reject: 0.40 },
            Self::Date | Self::Time | Self::Duration | Self::Number { .. } | Self::Money { .. } => {
                Sureness { accept: 0.80, reject: 0.40 }
            }
            Self::Digits { .. }
            | Self::Code { .. }
            | Self::Phone { .. }
            | Self::IdNumber { .. }
            | Self::Card
            | Self::Email => Sureness { accept: 0.85, reject: 0.40 },
            Self::Name | Self::Address => Sureness { accept: Sureness::NEVER, reject: 0.40 },
            Self::FreeText => Sureness { accept: 0.0, reject: 0.0 },
        }
    }

    /// Whether the value is a text that must be said character by character to be understood.
    pub const fn is_spelt(&self) -> bool {
        matches!(
            self,
            Self::Digits { .. } | Self::Code { .. } | Self::Phone { .. } | Self::IdNumber { .. } | Self::Card
        )
    }

    /// What the recogniser should be told to expect in `language`.
    pub fn expected(&self, language: Language) -> Expected {
        let form = match self {
            Self::YesNo => Form::YesNo,
            Self::Digits { min, max } => Form::Digits { min: *min, max: *max },
            Self::Number { whole, .. } => Form::Number { whole: *whole },
            Self::Money { currency } => Form::Money { currency: currency.clone() },
            Self::Date => Form::Date,
            Self::Time => Form::Time,
            Self::Duration => Form::Duration,
            Self::Phone { .. } => Form::Phone,
            Self::IdNumber { .. } => Form::IdNumber,
            Self::Name => Form::Name,
            Self::Address => Form::Address,
            Self::Email => Form::Email,
            Self::Card => Form::Card,
            Self::Code { shape } => Form::Code { shape: shape.clone() },
            Self::Choice { options } => Form::Choice { words: choice_words(options, language) },
            Self::Place { places } => Form::Choice { words: choice_words(places.options(), language) },
            Self::FreeText => Form::FreeText,
        };
        Expected { form, language: Some(language), bias: Vec::new() }
    }

    /// Whether `value` is in normal form and passes the type's checks.
    pub fn check(&self, value: &Value) -> Result<(), CheckFault> {
        match (self, value) {
            (Self::YesNo, Value::Bool(_)) | (Self::FreeText, Value::Text(_)) => Ok(()),
            (Self::Digits { min, max }, Value::Text(digits)) => check_digits(digits, *min, *max),
            (Self::Number { min, max, whole }, Value::Whole(_) | Value::Decimal(_)) => {
                check_number(value.as_number().unwrap_or(f64::NAN), *min, *max, *whole)
            }
            (Self::Money { .. }, Value::Decimal(amount)) if is_money(*amount) => Ok(()),
            (Self::Date, Value::Date(_)) | (Self::Time, Value::Time(_)) => Ok(()),
            (Self::Duration, Value::Duration(length)) if !length.is_negative() => Ok(()),
            (Self::Phone { country }, Value::Text(number)) => phone::check(number, country.as_deref()),
            (Self::IdNumber { kind }, Value::Text(number)) => id_number::check(number, *kind),
            (Self::Card, Value::Text(number)) => card::check(number),
            (Self::Email, Value::Text(address)) => email::check(address),
            (Self::Name, Value::Text(text)) => name::check(text),
            (Self::Address, Value::Text(text)) => address::check(text),
            (Self::Code { shape }, Value::Text(code)) if shape.fits(code) => Ok(()),
            (Self::Code { shape }, Value::Text(_)) => Err(CheckFault::Shape { shape: shape.clone() }),
            (Self::Choice { options }, Value::Text(text)) => check_option(options, text),
            (Self::Place { places }, Value::Text(text)) => check_option(places.options(), text),
            _ => Err(CheckFault::WrongKind { wanted: self.name() }),
        }
    }
}

fn check_option(options: &[ChoiceOption], value: &str) -> Result<(), CheckFault> {
    let known = options.iter().any(|option| option.value == *value);
    if known { Ok(()) } else { Err(CheckFault::NotAnOption) }
}

fn choice_words(options: &[ChoiceOption], language: Language) -> Vec<String> {
    options
        .iter()
        .flat_map(|option| match option.said.get(&language) {
            Some(templates) if !templates.is_empty() => {
                templates.iter().flat_map(|template| template.few_samples()).cloned().collect::<Vec<_>>()
            }
            _ => vec![option.value.clone()],
        })
        .collect()
}

fn check_number(number: f64, min: Option<f64>, max: Option<f64>, whole: bool) -> Result<(), CheckFault> {
    if !number.is_finite() {
        return Err(CheckFault::WrongKind { wanted: "number" });
    }
    if whole && number.fract() != 0.0 {
        return Err(CheckFault::NotWhole);
    }
    match (min, max) {
        (Some(min), _) if number < min => Err(CheckFault::TooSmall { min }),
        (_, Some(max)) if number > max => Err(CheckFault::TooLarge { max }),
        _ => Ok(()),
    }
}

/// Whether an amount is in hundredths.
fn is_money(amount: f64) -> bool {
    amount.is_finite() && ((amount * 100.0).round() / 100.0 - amount).abs() < 1e-9
}

fn check_digits(digits: &str, min: usize, max: usize) -> Result<(), CheckFault> {
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(CheckFault::WrongKind { wanted: "digits" });
    }
    match digits.len() {
        count if count < min => Err(CheckFault::TooFewDigits { min, count }),
        count if count > max => Err(CheckFault::TooManyDigits { max, count }),
        _ => Ok(()),
    }
}

/// From which confidence on a value is taken, and below which it counts as not heard; between the two
/// it is read back. A value is taken only when it also leads the next different reading by [`MARGIN`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sureness {
    /// At or above: taken, 0–1.
    pub accept: f32,
    /// Below: a miss, 0–1.
    pub reject: f32,
}

impl Sureness {
    /// An acceptance that no score reaches: the value is always read back.
    pub const NEVER: f32 = 2.0;
}

/// How far the best reading, choice or flow must lead the next different one to be taken without asking.
pub const MARGIN: f32 = 0.15;

/// Why a value is not one of its type.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CheckFault {
    /// Too short.
    #[error("{count} digits are too few; at least {min} are needed")]
    TooFewDigits {
        /// The fewest allowed.
        min: usize,
        /// How many there are.
        count: usize,
    },
    /// Too long.
    #[error("{count} digits are too many; at most {max} are allowed")]
    TooManyDigits {
        /// The most allowed.
        max: usize,
        /// How many there are.
        count: usize,
    },
    /// Not in the code's shape.
    #[error("the code is not in the shape {shape}")]
    Shape {
        /// The shape.
        shape: Shape,
    },
    /// Not one of the options.
    #[error("the value is none of the options; use one of them as it is written")]
    NotAnOption,
    /// Below the least.
    #[error("the number is too small; {min} is the least")]
    TooSmall {
        /// The least.
        min: f64,
    },
    /// Above the most.
    #[error("the number is too large; {max} is the most")]
    TooLarge {
        /// The most.
        max: f64,
    },
    /// A fraction where a whole number is wanted.
    #[error("the number has a fraction; a whole one is wanted")]
    NotWhole,
    /// The check digit is not the one that the others call for.
    #[error("the check digit does not fit; say or key the number again")]
    Checksum,
    /// Keys or words that stand for nothing in the calendar or on the clock.
    #[error("there is no such {wanted}")]
    NoSuch {
        /// What was wanted.
        wanted: &'static str,
    },
    /// A value of another kind.
    #[error("the value is of the wrong kind; {wanted} is wanted")]
    WrongKind {
        /// The kind that is wanted.
        wanted: &'static str,
    },
}
