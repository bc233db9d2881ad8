//! Slot types, and what a step waits to hear.

use std::collections::BTreeMap;

use super::{Language, Shape, Template, Value};

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
    /// The name used in flows.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::YesNo => "yes_no",
            Self::Digits { .. } => "digits",
            Self::Code { .. } => "code",
            Self::Choice { .. } => "choice",
            Self::FreeText => "free_text",
        }
    }

    /// From which confidence on a value heard is taken, and below which it counts as not heard.
    pub const fn sureness(&self) -> Sureness {
        match self {
            Self::YesNo => Sureness { accept: 0.60, reject: 0.30 },
            Self::Choice { .. } => Sureness { accept: 0.70, reject: 0.40 },
            Self::Digits { .. } | Self::Code { .. } => Sureness { accept: 0.85, reject: 0.40 },
            Self::FreeText => Sureness { accept: 0.0, reject: 0.0 },
        }
    }

    /// What the recogniser should be told to expect in `language`.
    pub fn expected(&self, language: Language) -> Expected {
        let form = match self {
            Self::YesNo => Form::YesNo,
            Self::Digits { min, max } => Form::Digits { min: *min, max: *max },
            Self::Code { shape } => Form::Code { shape: shape.clone() },
            Self::Choice { options } => Form::Choice { words: choice_words(options, language) },
            Self::FreeText => Form::FreeText,
        };
        Expected { form, language: Some(language), bias: Vec::new() }
    }

    /// Whether `value` is in normal form and passes the type's checks.
    pub fn check(&self, value: &Value) -> Result<(), CheckFault> {
        match (self, value) {
            (Self::YesNo, Value::Bool(_)) | (Self::FreeText, Value::Text(_)) => Ok(()),
            (Self::Digits { min, max }, Value::Text(digits)) => check_digits(digits, *min, *max),
            (Self::Code { shape }, Value::Text(code)) if shape.fits(code) => Ok(()),
            (Self::Code { shape }, Value::Text(_)) => Err(CheckFault::Shape { shape: shape.clone() }),
            (Self::Choice { options }, Value::Text(text)) => {
                let known = options.iter().any(|option| option.value == *text);
                if known { Ok(()) } else { Err(CheckFault::NotAnOption) }
            }
            _ => Err(CheckFault::WrongKind { wanted: self.name() }),
        }
    }
}

fn choice_words(options: &[ChoiceOption], language: Language) -> Vec<String> {
    options
        .iter()
        .flat_map(|option| match option.said.get(&language) {
            Some(templates) if !templates.is_empty() => {
                templates.iter().flat_map(|template| template.samples(4)).collect::<Vec<_>>()
            }
            _ => vec![option.value.clone()],
        })
        .collect()
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

/// How far the best reading, choice or flow must lead the next different one to be taken without asking.
pub const MARGIN: f32 = 0.15;

/// Why a value is not one of its type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
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
    /// A value of another kind.
    #[error("the value is of the wrong kind; {wanted} is wanted")]
    WrongKind {
        /// The kind that is wanted.
        wanted: &'static str,
    },
}

/// What a step waits to hear: the recogniser's guidance, never a filter on what is understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Expected {
    /// The form of the answer.
    pub form: Form,
    /// The language the question was asked in, when the call has settled on one.
    pub language: Option<Language>,
    /// Words likely to be said: names, products, the bundle's own terms.
    pub bias: Vec<String>,
}

/// The form of an expected answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Form {
    /// Anything: an open question.
    Anything,
    /// Yes or no.
    YesNo,
    /// Digits.
    Digits {
        /// The fewest.
        min: usize,
        /// The most.
        max: usize,
    },
    /// A code.
    Code {
        /// Its shape.
        shape: Shape,
    },
    /// One of a few words or phrases.
    Choice {
        /// The phrases.
        words: Vec<String>,
    },
    /// A sentence to keep as it is.
    FreeText,
}

impl Expected {
    /// An open question in no particular language.
    pub const fn anything() -> Self {
        Self { form: Form::Anything, language: None, bias: Vec::new() }
    }

    /// A short text in the style of the answer, to be given to a recogniser as its preceding context;
    /// `None` when nothing useful can be said. Mandarin digits stand as characters, because a
    /// recogniser merges and drops repeated Arabic numerals.
    pub fn prompt_hint(&self, language: Language) -> Option<String> {
        let mut hint = match (&self.form, language) {
            (Form::Anything | Form::FreeText, Language::ZH) => "以下是普通话的客服电话。".to_owned(),
            (Form::Anything | Form::FreeText, _) => String::new(),
            (Form::YesNo, Language::ZH) => "是的。不是。对。不对。好的。不用了。".to_owned(),
            (Form::YesNo, _) => "Yes. No. Yes, please. No, thank you. That's right.".to_owned(),
            (Form::Digits { min, max }, Language::ZH) => format!("号码是{}。", chinese_sample(*min, *max)),
            (Form::Digits { min, max }, _) => format!("My number is {}.", digits_sample(*min, *max)),
            (Form::Code { shape }, Language::ZH) => format!("订单号是{}。", chinese_digits(&shape.sample(3))),
            (Form::Code { shape }, _) => format!("My number is {}. It's {}.", shape.sample(3), shape.sample(11)),
            (Form::Choice { words }, _) => join_with(words, language),
        };
        if !self.bias.is_empty() {
            hint.push_str(if hint.is_empty() { "" } else { " " });
            hint.push_str(&join_with(&self.bias, language));
        }
        if hint.is_empty() { None } else { Some(hint) }
    }
}

fn join_with(words: &[String], language: Language) -> String {
    let (between, stop) = if language == Language::ZH { ("，", "。") } else { (", ", ".") };
    let few: Vec<&str> = words.iter().take(24).map(String::as_str).collect();
    format!("{}{stop}", few.join(between))
}

/// Digits that stand for a number of `min` to `max` of them; repeats are in, because they are what is lost.
fn digits_sample(min: usize, max: usize) -> String {
    const DIGITS: &str = "13800449275561938207";
    let count = max.min(11).max(min).clamp(1, MAX_DIGITS);
    DIGITS.chars().cycle().take(count).collect()
}

fn chinese_sample(min: usize, max: usize) -> String {
    chinese_digits(&digits_sample(min, max))
}

fn chinese_digits(code: &str) -> String {
    const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let character = |original: char| match original.to_digit(10) {
        Some(digit) => DIGITS[digit as usize],
        None => original,
    };
    code.chars().map(character).collect()
}
