//! From what was heard to values.

use jiff::civil::DateTime;

use super::spelling::{Wanted, read_spelt};
use super::template::Heard;
use super::token::Token;
use super::{Language, SlotType, Value};
use super::{address, card, choice, date, duration, email, id_number, money, name, number, phone, place, time, yes_no};

/// One way to understand what was heard.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The value in normal form. An incomplete digit string or code is given as far as it was understood,
    /// with `valid` false.
    pub value: Value,
    /// How well the words fit, 0–1, apart from how sure the recogniser was of them: 1 is plainly said,
    /// lower where words had to be repaired, skipped or corrected. Invalid readings stay under 0.4.
    pub score: f32,
    /// Whether the value passes [`SlotType::check`].
    pub valid: bool,
}

/// What an invalid reading keeps of its score.
const INVALID: f32 = 0.39;
/// Readings below this are not worth asking about.
const LEAST: f32 = 0.05;
/// The most readings returned.
const MOST: usize = 8;

/// Everything `heard` may mean as a value of `slot`, valid readings first, then by score; each value once,
/// at most eight. Empty when nothing was understood.
///
/// `now` is the caller's local time: what "tomorrow" and "in two weeks" are counted from.
///
/// The recogniser's own confidence is not in the score: multiply. Compare the result with
/// [`SlotType::sureness`], and [`margin`] with [`super::MARGIN`].
pub fn read(slot: &SlotType, heard: &str, language: Language, now: DateTime) -> Vec<Reading> {
    read_prepared(slot, &Heard::new(heard), language, now)
}

/// As [`read`], of an utterance that is prepared already.
pub fn read_prepared(slot: &SlotType, prepared: &Heard, language: Language, now: DateTime) -> Vec<Reading> {
    let heard = prepared.original();
    let readings = match slot {
        SlotType::YesNo => yes_no::read(prepared, language),
        SlotType::Digits { min, max } => {
            spelt(&prepared.tokens, &Wanted::Digits { min: *min, max: *max }, language, str::to_owned)
        }
        SlotType::Code { shape } => {
            spelt(&prepared.tokens, &Wanted::shape(shape), language, |symbols| shape.with_marks(symbols))
        }
        SlotType::Choice { options } => choice::read(options, prepared, language),
        SlotType::Number { .. } => number::read(heard, language),
        SlotType::Money { currency } => money::read(heard, language, currency.as_deref()),
        SlotType::Date => date::read(heard, language, now.date()),
        SlotType::Time => time::read(heard, language, now),
        SlotType::Duration => duration::read(heard, language),
        SlotType::Phone { country } => phone::read(heard, language, country.as_deref()),
        SlotType::IdNumber { kind } => id_number::read(&prepared.tokens, language, *kind),
        SlotType::Name => name::read(heard, language),
        SlotType::Address => address::read(heard, language),
        SlotType::Email => email::read(heard, language),
        SlotType::Place { places } => place::read(places, prepared),
        SlotType::Card => card::read(&prepared.tokens, language),
        SlotType::FreeText => free_text(prepared),
    };
    finish(slot, readings)
}

/// Checks `readings` and puts the best first: valid ones before others, then by score, at most eight.
pub(super) fn finish(slot: &SlotType, mut readings: Vec<Reading>) -> Vec<Reading> {
    for reading in &mut readings {
        reading.valid = slot.check(&reading.value).is_ok();
        if !reading.valid {
            reading.score *= INVALID;
        }
    }
    readings.retain(|reading| reading.score >= LEAST);
    readings.sort_by(|left, right| right.valid.cmp(&left.valid).then(right.score.total_cmp(&left.score)));
    readings.truncate(MOST);
    readings
}

/// By how much the first reading leads the next valid different one, 0–1; the whole score when it stands alone.
pub fn margin(readings: &[Reading]) -> f32 {
    let Some(best) = readings.first() else { return 0.0 };
    let next = readings[1..].iter().filter(|reading| reading.valid).map(|reading| reading.score).fold(0.0, f32::max);
    best.score - next
}

pub(super) fn spelt(
    heard: &[Token],
    wanted: &Wanted,
    language: Language,
    written: impl Fn(&str) -> String,
) -> Vec<Reading> {
    debug_assert!(wanted.longest() > 0);
    read_spelt(heard, wanted, language)
        .into_iter()
        .map(|spelling| Reading {
            value: Value::Text(written(&spelling.symbols)),
            score: (-spelling.cost).exp(),
            valid: spelling.complete,
        })
        .collect()
}

/// Whatever was said, spaces tidied; nothing when no word is in it.
pub(super) fn free_text(heard: &Heard) -> Vec<Reading> {
    if heard.is_empty() {
        return Vec::new();
    }
    let text = heard.original().split_whitespace().collect::<Vec<&str>>().join(" ");
    vec![Reading { value: Value::Text(text), score: 1.0, valid: true }]
}
