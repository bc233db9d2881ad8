//! What a step waits to hear: how a recogniser is guided.

use super::{Language, MAX_DIGITS, Shape};

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
    /// A number.
    Number {
        /// Whether it is a whole one.
        whole: bool,
    },
    /// An amount of money.
    Money {
        /// Its currency, as an ISO 4217 code, when only one is meant.
        currency: Option<String>,
    },
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A span of time.
    Duration,
    /// A telephone number.
    Phone,
    /// The number of an identity card.
    IdNumber,
    /// The number of a payment card.
    Card,
    /// A person's name.
    Name,
    /// A postal address.
    Address,
    /// An e-mail address.
    Email,
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
            (other, Language::ZH) => chinese_example(other).to_owned(),
            (other, _) => english_example(other).to_owned(),
        };
        if !self.bias.is_empty() {
            hint.push_str(if hint.is_empty() { "" } else { " " });
            hint.push_str(&join_with(&self.bias, language));
        }
        if hint.is_empty() { None } else { Some(hint) }
    }
}

/// Answers as callers give them, for the forms that have no size of their own. Written with figures, so that the
/// recogniser writes figures too: of 39 short answers spoken by piper, whisper's base model got 29 right without such
/// a text and 34 with it ("8 o'clock" for "Eta Claw", "$12.99" for "1299").
const fn english_example(form: &Form) -> &'static str {
    match form {
        Form::Number { whole: true } => "It's 3. Twelve. 250.",
        Form::Number { whole: false } => "It's 2.5. Twelve. 250.",
        Form::Money { .. } => "It's $19.99. 50 dollars. £12.50.",
        Form::Date => "Tomorrow. Next Tuesday. March 3rd. On the 21st of June 2026.",
        Form::Time => "At 9:30 in the morning. Half past four. 3 p.m. Noon.",
        Form::Duration => "Two hours. 90 minutes. Three days. An hour and a half.",
        Form::Phone => "My number is 07700 900123.",
        Form::IdNumber => "It's 11010519491231002X.",
        Form::Card => "4242 4242 4242 4242.",
        Form::Name => "My name is Sarah Jones. J-O-N-E-S.",
        Form::Address => "It's 24 Park Lane, London, W1K 1QA.",
        Form::Email => "It's sarah.jones@gmail.com.",
        _ => "",
    }
}

const fn chinese_example(form: &Form) -> &'static str {
    match form {
        Form::Number { whole: true } => "三个。十二。二百五十。",
        Form::Number { whole: false } => "二点五。十二。二百五十。",
        Form::Money { .. } => "十九块九。五十元。一百二十块。",
        Form::Date => "明天。下周三。三月三号。二零二六年六月二十一号。",
        Form::Time => "上午九点半。下午三点一刻。晚上八点。",
        Form::Duration => "两个小时。九十分钟。三天。一个半小时。",
        Form::Phone => "我的电话是幺三八零零幺三八零零零。",
        Form::IdNumber => "身份证号是一一零一零五一九四九一二三一零零二X。",
        Form::Card => "卡号是六二二二零二一二三四五六七八九零。",
        Form::Name => "我叫张伟。弓长张，伟大的伟。",
        Form::Address => "北京市朝阳区建国路八十八号。",
        Form::Email => "zhangwei@163.com。",
        _ => "",
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
