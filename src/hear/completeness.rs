//! Whether the words said so far are all that was to be said. Pure.

use crate::words::{ChoiceOption, Expected, Form, IdKind, Language, SlotType, read};

/// How whole the words of a pause are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    /// No words: a noise, or a voice that was not understood.
    Nothing,
    /// More must come: too few digits, a code without its last letters, "and", "嗯".
    Unfinished,
    /// It may end here.
    Open,
    /// It is what was asked for, whole; more would be too much.
    Whole,
}

/// The least a reading fits by for its value to count as said.
const PLAIN: f32 = 0.6;

/// Words after which a sentence goes on, and sounds of somebody who thinks.
#[rustfmt::skip]
const ENGLISH_OPEN: &[&str] = &[
    "a", "an", "the", "my", "your", "our", "their", "his", "her", "its", "this", "these", "those", "and", "or", "but",
    "because", "so", "if", "when", "while", "although", "that", "which", "who", "whose", "with", "without", "of", "to",
    "for", "from", "in", "on", "at", "by", "into", "about", "between", "than", "as", "like", "is", "are", "was", "were",
    "am", "be", "been", "will", "would", "can", "could", "should", "must", "i", "we", "they", "he", "she", "i'm", "it's",
    "i'd", "i'll", "i've", "some", "any", "every", "no", "not", "very", "really", "just", "please", "um", "uh", "er",
    "erm", "hmm", "hm", "mm", "well", "oh", "number", "double", "triple", "plus",
];

/// The same of those that end many sentences as well: only where nothing was asked for that they answer.
const ALSO_ENDINGS: &[&str] =
    &["no", "so", "that", "please", "in", "on", "well", "number", "this", "not", "like", "really", "just"];

const CHINESE_OPEN: &[&str] = &[
    "嗯",
    "呃",
    "额",
    "啊",
    "那个",
    "这个",
    "就是",
    "就是说",
    "然后",
    "还有",
    "而且",
    "但是",
    "可是",
    "因为",
    "所以",
    "如果",
    "或者",
    "和",
    "跟",
    "与",
    "以及",
    "在",
    "把",
    "被",
    "给",
    "对",
    "从",
    "向",
    "我",
    "我想",
    "我要",
    "我的",
    "请",
    "请问",
    "号码是",
    "是",
    "的话",
    "比如",
    "虽然",
    "不过",
    "并且",
    "想要",
    "需要",
    "一个",
    "一下",
];
/// Of these, what is also a whole answer or ends a sentence.
const CHINESE_ALSO_ENDINGS: &[&str] = &["对", "啊", "是", "一下", "一个", "给", "嗯"];

/// How whole `text` is as the answer to what is `expected`.
pub fn completeness(expected: &Expected, text: &str, language: Language) -> Completeness {
    let text = text.trim();
    if !text.chars().any(char::is_alphanumeric) {
        return Completeness::Nothing;
    }
    if let Some(slot) = slot_of(&expected.form) {
        return of_slot(&slot, &expected.form, text, language);
    }
    if trails_off(text, language) { Completeness::Unfinished } else { Completeness::Open }
}

/// The type of value that answers `form`, where it can be told from a part of it.
fn slot_of(form: &Form) -> Option<SlotType> {
    Some(match form {
        Form::YesNo => SlotType::YesNo,
        Form::Digits { min, max } => SlotType::Digits { min: *min, max: *max },
        Form::Code { shape } => SlotType::Code { shape: shape.clone() },
        Form::Number { whole } => SlotType::Number { min: None, max: None, whole: *whole },
        Form::Money { currency } => SlotType::Money { currency: currency.clone() },
        Form::Date => SlotType::Date,
        Form::Time => SlotType::Time,
        Form::Duration => SlotType::Duration,
        Form::Phone => SlotType::Phone { country: None },
        Form::IdNumber => SlotType::IdNumber { kind: IdKind::ChinaResident },
        Form::Card => SlotType::Card,
        Form::Email => SlotType::Email,
        Form::Choice { words } => SlotType::Choice { options: words.iter().map(ChoiceOption::plain).collect() },
        Form::Anything | Form::FreeText | Form::Name | Form::Address => return None,
    })
}

fn of_slot(slot: &SlotType, form: &Form, text: &str, language: Language) -> Completeness {
    // Days are counted from a day that does not matter here: only whether there is one is asked.
    let now = jiff::civil::date(2026, 1, 5).at(12, 0, 0, 0);
    let reading = read(slot, text, language, now).into_iter().find(|reading| reading.valid && reading.score >= PLAIN);
    let digits = || digits_in(text, language);
    match form {
        Form::Digits { min, max } => match digits() {
            0 => Completeness::Open,
            count if count < *min => Completeness::Unfinished,
            count if count >= *max => Completeness::Whole,
            _ => Completeness::Open,
        },
        Form::Phone => match digits() {
            0 => Completeness::Open,
            1..=6 => Completeness::Unfinished,
            count if reading.is_some() && count >= 11 => Completeness::Whole,
            _ => Completeness::Open,
        },
        Form::Code { .. } | Form::IdNumber | Form::Card | Form::Email => match reading {
            Some(_) => Completeness::Whole,
            None if digits() > 0 => Completeness::Unfinished,
            None => Completeness::Open,
        },
        _ if trails_off(text, language) && reading.is_none() => Completeness::Unfinished,
        Form::YesNo | Form::Choice { .. } | Form::Date if reading.is_some() => Completeness::Whole,
        _ => Completeness::Open,
    }
}

/// How many digits are said.
fn digits_in(text: &str, language: Language) -> usize {
    let any = SlotType::Digits { min: 1, max: crate::words::MAX_DIGITS };
    let now = jiff::civil::date(2026, 1, 5).at(12, 0, 0, 0);
    let of = |value: &crate::words::Value| match value {
        crate::words::Value::Text(digits) => digits.chars().filter(char::is_ascii_digit).count(),
        _ => 0,
    };
    read(&any, text, language, now).first().map_or(0, |reading| of(&reading.value))
}

/// Whether the sentence goes on: it ends with a comma, a dash or dots, or with a word that another must follow.
fn trails_off(text: &str, language: Language) -> bool {
    if text.ends_with([',', '，', '、', '-', '–', '—', '…', ':', '：', ';']) || text.ends_with("...") {
        return true;
    }
    let ends_a_sentence = text.ends_with(['.', '?', '!', '。', '？', '！']);
    let plain = text.trim_end_matches(|one: char| !one.is_alphanumeric()).to_lowercase();
    if language == Language::ZH {
        return CHINESE_OPEN
            .iter()
            .any(|open| plain.ends_with(open) && !(CHINESE_ALSO_ENDINGS.contains(open) && plain != *open));
    }
    let last = plain.rsplit(|one: char| !(one.is_alphanumeric() || one == '\'')).next().unwrap_or_default();
    ENGLISH_OPEN.contains(&last) && !(ends_a_sentence && ALSO_ENDINGS.contains(&last))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(form: Form, text: &str) -> Completeness {
        let language = if text.is_ascii() { Language::EN } else { Language::ZH };
        completeness(&Expected { form, language: Some(language), bias: Vec::new() }, text, language)
    }

    #[test]
    fn digits_are_whole_when_there_are_enough() {
        let eight = || Form::Digits { min: 8, max: 8 };
        assert_eq!(whole(eight(), "1 2 3 4"), Completeness::Unfinished);
        assert_eq!(whole(eight(), "1234 5678."), Completeness::Whole);
        assert_eq!(whole(Form::Digits { min: 4, max: 12 }, "12345"), Completeness::Open);
        assert_eq!(whole(Form::Phone, "一三八零"), Completeness::Unfinished);
        assert_eq!(whole(Form::Phone, "一三八零零一三八零零零"), Completeness::Whole);
    }

    #[test]
    fn answers_to_closed_questions_are_whole() {
        assert_eq!(whole(Form::YesNo, "Yes."), Completeness::Whole);
        assert_eq!(whole(Form::YesNo, "不是"), Completeness::Whole);
        assert_eq!(whole(Form::YesNo, "Well, um,"), Completeness::Unfinished);
        let colours = Form::Choice { words: vec!["red".to_owned(), "green".to_owned()] };
        assert_eq!(whole(colours, "The green, please."), Completeness::Whole);
    }

    #[test]
    fn sentences_that_trail_off_are_unfinished() {
        for text in ["I'd like to check the", "My number is", "and then,", "I was wondering if", "嗯", "我想", "因为"]
        {
            assert_eq!(whole(Form::Anything, text), Completeness::Unfinished, "{text}");
        }
        for text in ["Where is my order?", "I want to talk to a person.", "我的快递到哪里了", "帮我查一下"]
        {
            assert_eq!(whole(Form::Anything, text), Completeness::Open, "{text}");
        }
        assert_eq!(whole(Form::Anything, "..."), Completeness::Nothing);
    }
}
