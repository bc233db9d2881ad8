//! Corrections of a value that was given before: "no, the second digit is five", "not fifteen, fifty", 最后一位是九.

use jiff::civil::DateTime;

use super::reading::{Reading, finish, read};
use super::spelling::{Spelling, Wanted, amend};
use super::token::{Token, tokenise};
use super::weight::phrase_length;
use super::{Language, SlotType, Value, card, id_number, phone};

/// Ways to begin a correction; what follows is what was meant.
#[rustfmt::skip]
const OPENINGS: &[&str] = &[
    "no", "no no", "nope", "no sorry", "sorry", "sorry no", "no it is", "no that is", "it is", "that is wrong",
    "no that is wrong", "that is not right", "no that is not right", "wrong", "i said", "i meant", "no i said",
    "no i meant", "i mean", "no i mean", "actually", "no actually", "wait", "no wait", "make that", "make it", "change it to",
    "change that to", "it should be", "it should have been", "should be", "not that", "correction", "rather", "oh no",
    "不", "不对", "不是", "不不", "错了", "说错了", "我说错了", "不对不对", "不是的", "不对是", "应该是", "不对应该是", "我说的是", "我是说",
    "我的意思是", "改成", "换成", "改为", "不不是", "是",
];

/// What a whole new value keeps of its score when it is much shorter than the one it would replace.
const MUCH_SHORTER: f32 = 0.45;
/// What a reading keeps of its score that takes a stated change for a new value.
const NOT_THE_VALUE: f32 = 0.3;

/// What the caller wants instead of `previous`, a value of `slot` they gave before, judged by `heard`.
///
/// A part of a spelt value may be named ("the last one is nine", "B not D") or only said ("no, six seven nine");
/// of anything else a new value is read behind the denial. Scores mean what they mean for [`read`]: a
/// part said without its place never reaches the score at which it would be taken without asking. `previous`
/// itself is never among the readings; empty when nothing was corrected.
pub fn correct(slot: &SlotType, previous: &Value, heard: &str, language: Language, now: DateTime) -> Vec<Reading> {
    let tokens = tokenise(heard);
    let mut found: Vec<Reading> = Vec::new();
    let mut is_stated = false;
    let before = Before::of(slot, previous);
    if let Some(before) = &before {
        let amended = amend(&before.symbols, &tokens, &before.wanted, language);
        is_stated = amended.is_stated && !amended.values.is_empty();
        for Spelling { symbols, cost, .. } in amended.values {
            let score = (-cost).exp();
            found.extend(before.value(slot, &symbols).map(|value| Reading { value, score, valid: true }));
        }
    }
    for (start, behind, sureness) in said_instead(&tokens) {
        let text = text_of(heard, &tokens[start..behind]);
        for mut reading in read(slot, &text, language, now) {
            reading.score *= sureness;
            if is_stated {
                reading.score *= NOT_THE_VALUE;
            } else if before.is_some() && is_much_shorter(&reading.value, previous) {
                reading.score *= MUCH_SHORTER;
            }
            match found.iter_mut().find(|known| known.value == reading.value) {
                Some(known) => known.score = known.score.max(reading.score),
                None => found.push(reading),
            }
        }
    }
    found.retain(|reading| reading.value != *previous);
    finish(slot, found)
}

fn is_much_shorter(value: &Value, previous: &Value) -> bool {
    let length = |value: &Value| value.as_text().map_or(0, |text| text.chars().count());
    length(value) * 3 < length(previous) * 2
}

/// A value whose symbols can be named one by one.
struct Before {
    /// Without separators, as they are said.
    symbols: String,
    wanted: Wanted,
}

impl Before {
    fn of(slot: &SlotType, previous: &Value) -> Option<Self> {
        let text = previous.as_text()?;
        let symbols: String = match slot {
            SlotType::Phone { country } => phone::as_dialled(text, country.as_deref()),
            SlotType::Digits { .. } | SlotType::Code { .. } | SlotType::IdNumber { .. } | SlotType::Card => {
                text.chars().filter(char::is_ascii_alphanumeric).collect()
            }
            _ => return None,
        };
        let wanted = wanted(slot)?;
        wanted.is_complete(symbols.len()).then_some(Self { symbols, wanted })
    }

    fn value(&self, slot: &SlotType, symbols: &str) -> Option<Value> {
        match slot {
            SlotType::Code { shape } => Some(Value::Text(shape.with_marks(symbols))),
            SlotType::Phone { country } => phone::normal_form(symbols, country.as_deref()).map(Value::Text),
            _ => Some(Value::from(symbols)),
        }
    }
}

/// What symbols a value of `slot` has.
fn wanted(slot: &SlotType) -> Option<Wanted> {
    match slot {
        SlotType::Digits { min, max } => Some(Wanted::Digits { min: *min, max: *max }),
        SlotType::Code { shape } => Some(Wanted::shape(shape)),
        SlotType::IdNumber { .. } => Some(id_number::wanted()),
        SlotType::Phone { .. } => Some(phone::wanted()),
        SlotType::Card => Some(card::wanted()),
        _ => None,
    }
}

/// The parts of an utterance that may say the new value, and how sure it is that they do: what stands behind the
/// denial, what is set against the old value ("fifty, not fifteen"), all of it.
fn said_instead(tokens: &[Token]) -> Vec<(usize, usize, f32)> {
    let words: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
    let mut start = 0;
    while start < words.len() {
        let length = OPENINGS.iter().filter_map(|phrase| phrase_length(phrase, &words[start..])).max().unwrap_or(0);
        if length == 0 {
            break;
        }
        start += length;
    }
    let is_negation = |at: usize| words[at] == "not" || words[at] == "不" && words.get(at + 1) == Some(&"是");
    let Some(negation) = (0..words.len()).rev().find(|at| is_negation(*at)) else {
        return if start == words.len() { Vec::new() } else { vec![(start, words.len(), 1.0)] };
    };
    let behind = negation + if words[negation] == "not" { 1 } else { 2 };
    let mut parts = Vec::new();
    if negation > start {
        parts.push((start, negation, 1.0));
    }
    // "not fifteen, fifty": the new value stands behind a pause or a link.
    let links = ["but", "it is", "是", "而是", "应该是", "i said", "make it"];
    for split in behind + 1..words.len() {
        let link = links.iter().filter_map(|phrase| phrase_length(phrase, &words[split..])).max();
        if link.is_some() || tokens[split].after_pause {
            parts.push((split + link.unwrap_or(0), words.len(), 1.0));
        }
    }
    if parts.is_empty() {
        parts.extend((behind + 1..words.len()).map(|split| (split, words.len(), 0.7)));
    }
    parts.retain(|(start, behind, _)| start < behind);
    parts
}

/// The words as the recogniser wrote them.
fn text_of(heard: &str, tokens: &[Token]) -> String {
    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return String::new() };
    heard.chars().skip(first.start).take(last.end - first.start).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{MARGIN, Shape, margin};
    use super::*;

    fn corrected(slot: &SlotType, previous: Value, heard: &str) -> Vec<Reading> {
        let language = if heard.is_ascii() { Language::EN } else { Language::ZH };
        correct(slot, &previous, heard, language, jiff::civil::date(2026, 1, 9).at(10, 0, 0, 0))
    }

    #[test]
    fn a_named_place_changes_and_nothing_else() {
        let code = SlotType::Code { shape: Shape::parse("LL-9999").unwrap() };
        let phone = SlotType::Phone { country: Some("CN".to_owned()) };
        let digits = SlotType::Digits { min: 1, max: 8 };
        for (slot, before, heard, after) in [
            (&digits, "1234", "no, the second digit is five", "1534"),
            (&digits, "1234", "the last one is nine", "1239"),
            (&digits, "1215", "not fifteen, fifty", "1250"),
            (&digits, "1234", "最后一位是九", "1239"),
            (&digits, "1234", "不对，第二位是五", "1534"),
            (&code, "AD-1234", "no, it's B not D", "AB-1234"),
            (&code, "AD-1234", "No, it's AB 1235", "AB-1235"),
            (&phone, "+8613800138000", "不对，最后一位是九", "+8613800138009"),
            (&phone, "+8613800138000", "第四位是五", "+8613850138000"),
        ] {
            let found = corrected(slot, Value::from(before), heard);
            let is_sure =
                found.first().is_some_and(|best| best.score >= slot.sureness().accept) && margin(&found) >= MARGIN;
            assert_eq!(found.first().map(|best| best.value.clone()), Some(Value::from(after)), "{heard}");
            assert!(is_sure, "{heard}: {found:?}");
        }
    }

    #[test]
    fn a_part_without_its_place_is_asked_about() {
        let digits = SlotType::Digits { min: 1, max: 8 };
        for (before, heard, after) in [
            ("1234", "no, nine", "1239"),
            ("1234", "不对，是九", "1239"),
            ("12345678", "no, six seven nine", "12345679"),
        ] {
            let found = corrected(&digits, Value::from(before), heard);
            assert_eq!(found.first().map(|best| best.value.clone()), Some(Value::from(after)), "{heard}");
            assert!(
                found[0].score < digits.sureness().accept && found[0].score >= digits.sureness().reject,
                "{heard}: {found:?}"
            );
        }
        assert_eq!(corrected(&digits, Value::from("1234"), "no"), []);
        assert_eq!(corrected(&digits, Value::from("1234"), "that's wrong"), []);
    }

    #[test]
    fn anything_else_is_said_anew_behind_the_denial() {
        let options = ["small", "large"].map(super::super::ChoiceOption::plain).to_vec();
        let size = corrected(&SlotType::Choice { options }, Value::from("small"), "not small, large");
        assert_eq!(size[0].value, Value::from("large"));
    }
}
