//! Values as something to say: read-back.

use jiff::civil::DateTime;

use super::filters::{date_in_full, speak_duration, speak_money, speak_time};
use super::{Language, SlotType, Value, address, card, email, id_number, name, phone, speak_number};

/// `value` of `slot` as it is read back to a caller at `now`: money with its currency, a day with its year unless
/// it is the next such day, everything else as [`say`].
///
/// What is said can be understood again: [`super::read`] of it gives `value` back.
pub fn read_back(slot: &SlotType, value: &Value, language: Language, now: DateTime) -> String {
    match (slot, value) {
        (SlotType::Money { currency: Some(currency) }, Value::Decimal(amount)) => {
            speak_money(*amount, currency, language)
        }
        (_, Value::Date(date)) => {
            // Without its year a day is understood as the next such day: one that has been needs it.
            let is_next = date.year() == now.year() && *date >= now.date();
            date_in_full(*date, !is_next, language)
        }
        (SlotType::Phone { country }, Value::Text(number)) => phone::say(number, country.as_deref(), language),
        (SlotType::IdNumber { .. }, Value::Text(number)) => {
            spell_groups(number, Some(id_number::GROUPS.to_vec()), language)
        }
        (SlotType::Card, Value::Text(number)) => spell_groups(number, Some(card::groups(number)), language),
        (SlotType::Address, Value::Text(address)) => address::say(address, language),
        (SlotType::Name, Value::Text(name)) => name::say(name, language),
        (SlotType::Email, Value::Text(address)) => email::say(address, language),
        (slot, Value::Text(text)) if slot.is_spelt() => spell(text, language),
        (SlotType::Choice { .. } | SlotType::Place { .. } | SlotType::FreeText, Value::Text(text)) => text.clone(),
        _ => say(value, language),
    }
}

/// `value` as it is read back to a caller: digits in groups, letters one by one, 幺 for one in Mandarin.
///
/// What is said can be understood again: [`super::read`] of it gives `value` back.
pub fn say(value: &Value, language: Language) -> String {
    match (value, language) {
        (Value::Bool(true), Language::ZH) => "是的".to_owned(),
        (Value::Bool(false), Language::ZH) => "不是".to_owned(),
        (Value::Bool(true), _) => "yes".to_owned(),
        (Value::Bool(false), _) => "no".to_owned(),
        (Value::Text(text), _) if is_spelt(text) => spell(text, language),
        (Value::Text(text), _) => text.clone(),
        (Value::Whole(number), _) => speak_number(*number as f64, language),
        (Value::Decimal(number), _) => speak_number(*number, language),
        (Value::Date(date), _) => date_in_full(*date, true, language),
        (Value::Time(time), _) => speak_time(*time, language),
        (Value::Duration(length), _) => speak_duration(*length, language),
    }
}

/// Whether a text is digits or a code in capitals, and must be spelt to be understood.
fn is_spelt(text: &str) -> bool {
    let has_digit = text.chars().any(|character| character.is_ascii_digit());
    let fits = |c: char| c.is_ascii_digit() || c.is_ascii_uppercase() || matches!(c, '-' | '/' | '.' | ' ');
    !text.is_empty() && text.chars().all(fits) && (has_digit || text.len() <= 12 && !text.contains(' '))
}

/// `text` character by character: runs of digits in groups of three or four, letters apart, separators as
/// pauses. `AB12345678` is `A B, 1 2 3 4, 5 6 7 8`, in Mandarin `A B，幺二三四，五六七八`.
pub fn spell(text: &str, language: Language) -> String {
    let pause = if language == Language::ZH { "，" } else { ", " };
    let mut groups: Vec<String> = Vec::new();
    for run in runs(text) {
        if run.starts_with(|character: char| character.is_ascii_digit()) {
            let digits: Vec<char> = run.chars().collect();
            let mut rest = digits.as_slice();
            for length in group_lengths(digits.len()) {
                let (group, behind) = rest.split_at(length);
                groups.push(spell_digits(group, language));
                rest = behind;
            }
        } else {
            let letters: Vec<String> = run.chars().flat_map(char::to_uppercase).map(String::from).collect();
            groups.push(letters.join(" "));
        }
    }
    groups.join(pause)
}

/// Digits, and an X that stands for one, in groups of the lengths given, or as [`spell`] makes them.
pub(super) fn spell_groups(digits: &str, groups: Option<Vec<usize>>, language: Language) -> String {
    let fitting = groups.filter(|groups| groups.iter().sum::<usize>() == digits.chars().count());
    let Some(groups) = fitting else { return spell(digits, language) };
    let symbols: Vec<char> = digits.chars().collect();
    let mut rest = symbols.as_slice();
    let mut said = Vec::with_capacity(groups.len());
    for length in groups {
        let (group, behind) = rest.split_at(length);
        said.push(spell_digits(group, language));
        rest = behind;
    }
    said.join(if language == Language::ZH { "，" } else { ", " })
}

/// Runs of digits and runs of other letters; everything else only parts them.
fn runs(text: &str) -> Vec<String> {
    let mut runs: Vec<String> = Vec::new();
    let mut last_kind = None;
    for character in text.chars() {
        let kind = character.is_alphanumeric().then(|| character.is_ascii_digit());
        match kind {
            Some(_) if kind == last_kind => {
                if let Some(run) = runs.last_mut() {
                    run.push(character);
                }
            }
            Some(_) => runs.push(String::from(character)),
            None => {}
        }
        last_kind = kind;
    }
    runs
}

/// Lengths of groups that are easy to follow: fours where they come out even, else threes with a four at
/// the end; eleven digits as a Chinese mobile number, 3-4-4.
fn group_lengths(count: usize) -> Vec<usize> {
    match count {
        0 => Vec::new(),
        1..=4 => vec![count],
        5 => vec![3, 2],
        11 => vec![3, 4, 4],
        _ if count.is_multiple_of(4) => vec![4; count / 4],
        _ => {
            let threes = count / 3;
            let mut lengths = vec![3; threes];
            match count % 3 {
                1 => lengths[threes - 1] = 4,
                2 => lengths.push(2),
                _ => {}
            }
            lengths
        }
    }
}

fn spell_digits(digits: &[char], language: Language) -> String {
    const CHINESE: [&str; 10] = ["零", "幺", "二", "三", "四", "五", "六", "七", "八", "九"];
    let name = |digit: &char| match (digit.to_digit(10), language) {
        (Some(value), Language::ZH) => CHINESE[value as usize].to_owned(),
        _ => digit.to_string(),
    };
    let between = if language == Language::ZH { "" } else { " " };
    digits.iter().map(name).collect::<Vec<String>>().join(between)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_spelt_in_groups() {
        let code = Value::from("AB12345678");
        assert_eq!(say(&code, Language::EN), "A B, 1 2 3 4, 5 6 7 8");
        assert_eq!(say(&code, Language::ZH), "A B，幺二三四，五六七八");
        assert_eq!(say(&Value::from("13800138000"), Language::ZH), "幺三八，零零幺三，八零零零");
        assert_eq!(spell("AB-12", Language::EN), "A B, 1 2");
        assert_eq!(say(&Value::from("large"), Language::EN), "large");
    }

    #[test]
    fn groups_are_three_or_four() {
        for count in 6..40 {
            let lengths = group_lengths(count);
            assert_eq!(lengths.iter().sum::<usize>(), count);
            assert!(lengths.iter().all(|length| (2..=4).contains(length)), "{count}: {lengths:?}");
        }
    }
}
