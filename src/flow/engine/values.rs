//! Names and their values: slots, variables, results, and what every flow can read.

use std::collections::BTreeMap;

use crate::words::{Language, SlotType, Value, read_back, say};
use crate::{Private, mask};

use super::super::act::{Act, Record};
use super::super::bundle::{Flow, Privacy};
use super::super::datum::Datum;
use super::super::expression::{Read, Variable};
use super::conversation::Conversation;
use super::frame::Frame;

/// What stands for a value that is shown nowhere.
const NOT_SHOWN: &str = "•••";

impl Conversation {
    /// What a name stands for now.
    pub(super) fn variable(&self, name: &str) -> Option<Variable> {
        let text = |text: &str| Datum::Text(text.to_owned());
        let private =
            |value: &Option<Private<String>>| value.as_ref().map_or(Datum::Absent, |value| text(value.reveal()));
        let record = |fields: Vec<(&str, Datum)>| {
            Some(Variable::Record(fields.into_iter().map(|(name, datum)| (name.to_owned(), datum)).collect()))
        };
        match name {
            "now" => return Some(Variable::One(Datum::Moment(self.now.wall))),
            "today" => return Some(Variable::One(Datum::Date(self.local_now().date()))),
            "caller" => {
                return record(vec![
                    ("number", private(&self.call.caller_number)),
                    ("name", private(&self.call.caller_name)),
                    ("language", text(self.language.as_str())),
                    ("vip", Datum::YesNo(self.call.vip)),
                    ("verified", Datum::YesNo(self.call.verified.is_some())),
                    ("level", self.call.verified.as_deref().map_or(Datum::Absent, text)),
                    ("history", Datum::Number(f64::from(self.call.history.unwrap_or(0)))),
                ]);
            }
            "call" => {
                let dialled = self.call.dialled.as_deref().map_or(Datum::Absent, text);
                let seconds = Datum::Number(self.now.since_answer.as_secs_f64().floor());
                return record(vec![("dialled", dialled), ("seconds", seconds)]);
            }
            "queue" => {
                let result = self.queue_result.map_or(Datum::Absent, |result| text(result.name()));
                let mut fields: Record = [("result".to_owned(), result)].into();
                for (queue, facts) in &self.call.queues {
                    let wait = facts.wait_minutes.map_or(Datum::Absent, |minutes| Datum::Number(f64::from(minutes)));
                    fields.insert(format!("{queue}.open"), Datum::YesNo(facts.open));
                    fields.insert(format!("{queue}.waiting"), Datum::Number(f64::from(facts.waiting)));
                    fields.insert(format!("{queue}.wait_minutes"), wait);
                }
                return Some(Variable::Record(fields));
            }
            "mood" => {
                let mood = self.feeling.mood?;
                let number = |number: f32| Datum::Number((f64::from(number) * 1e4).round() / 1e4);
                return record(vec![
                    ("distress", number(mood.distress)),
                    ("arousal", number(mood.arousal)),
                    ("valence", mood.valence.map_or(Datum::Absent, number)),
                    ("trend", number(mood.trend)),
                    ("turns", Datum::Number(f64::from(mood.turns.unwrap_or(0)))),
                ]);
            }
            "complexity" => {
                let complexity = self.feeling.complexity.as_ref()?;
                let score = Datum::Number((f64::from(complexity.score) * 1e4).round() / 1e4);
                return record(vec![("score", score), ("reasons", text(&complexity.reasons.join(", ")))]);
            }
            "survey" => return Some(Variable::Record(self.survey.clone())),
            "error" => {
                let kind = self.error_kind.as_deref().map_or(Datum::Absent, text);
                return record(vec![("kind", kind)]);
            }
            _ => {}
        }
        let frame = self.frames.last()?;
        if let Some(record) = frame.records.get(name) {
            return Some(Variable::Record(record.clone()));
        }
        let value = frame.values.get(name)?;
        let slot = self.bundle.flow(frame.flow).slots.get(name);
        match (slot.map(|slot| &slot.kind), value) {
            (Some(kind), Datum::Text(text)) if kind.is_spelt() => Some(Variable::Spelt(text.clone())),
            _ => Some(Variable::One(value.clone())),
        }
    }

    /// The plain value of a slot, a variable or a field; `None` when it is unset.
    pub(super) fn read(&self, read: &Read) -> Option<Datum> {
        let found = match (self.variable(&read.root)?, &read.field) {
            (Variable::One(datum), None) => datum,
            (Variable::Spelt(text), None) => Datum::Text(text),
            (Variable::Record(record), Some(field)) => record.get(field)?.clone(),
            _ => return None,
        };
        (!found.is_absent()).then_some(found)
    }

    /// The time in the bundle's zone: what callers' "tomorrow" is counted from.
    pub(super) fn local_now(&self) -> jiff::civil::DateTime {
        self.bundle.timezone.to_datetime(self.now.wall)
    }

    /// Gives a slot or a variable of the flow on top a value.
    pub(super) fn assign(&mut self, name: &str, value: Datum) {
        let Some(frame) = self.frames.last_mut() else { return };
        let is_slot = self.bundle.flows[frame.flow.0].slots.contains_key(name);
        if is_slot && !value.is_absent() {
            self.fill(name, value);
        } else {
            frame.values.insert(name.to_owned(), value.clone());
            self.remember_if_private(name, &value);
        }
    }

    /// Fills a slot of the flow on top.
    pub(super) fn fill(&mut self, slot: &str, value: Datum) {
        let Some(frame) = self.frames.last_mut() else { return };
        let flow = &self.bundle.flows[frame.flow.0];
        let shown = match flow.slots.get(slot) {
            // What is keyed in a secure block is for the connection alone.
            Some(_) if self.secure => {
                frame.secret.insert(slot.to_owned());
                NOT_SHOWN.to_owned()
            }
            Some(declared) => shown(declared.privacy, &value),
            None => shown(flow.privacy(slot), &value),
        };
        frame.values.insert(slot.to_owned(), value.clone());
        frame.from_before.remove(slot);
        self.remember_if_private(slot, &value);
        self.share(slot, &value);
        self.acts.push(Act::SlotFilled { slot: slot.to_owned(), value: shown, raw: Private::new(value) });
    }
}

/// The filled slots of a run, private ones masked.
pub fn masked_slots(flow: &Flow, frame: &Frame) -> BTreeMap<String, String> {
    let filled = flow.slots.iter().filter_map(|(name, slot)| {
        let value = frame.values.get(name).filter(|value| !value.is_absent())?;
        let is_secret = frame.secret.contains(name);
        Some((name.clone(), if is_secret { NOT_SHOWN.to_owned() } else { shown(slot.privacy, value) }))
    });
    filled.collect()
}

/// A value as it may be shown anywhere.
pub fn shown(privacy: Privacy, value: &Datum) -> String {
    match privacy {
        Privacy::None => value.text(),
        Privacy::Mask => mask(&value.text()),
        Privacy::Hide => NOT_SHOWN.to_owned(),
    }
}

/// A slot's value as the words room knows it.
pub fn value_of(kind: &SlotType, value: &Datum) -> Option<Value> {
    Some(match (kind, value) {
        (_, Datum::Absent | Datum::Moment(_)) => return None,
        (_, Datum::YesNo(truth)) => Value::Bool(*truth),
        (SlotType::Number { .. }, Datum::Number(number)) if number.fract() == 0.0 && number.abs() < 9e15 => {
            Value::Whole(*number as i64)
        }
        (_, Datum::Number(number)) => Value::Decimal(*number),
        (_, Datum::Text(text)) => Value::Text(text.clone()),
        (_, Datum::Date(date)) => Value::Date(*date),
        (_, Datum::Time(time)) => Value::Time(*time),
        (_, Datum::Duration(length)) => Value::Duration(*length),
    })
}

/// A value that belongs to no slot, as it is read back: a day with its year only where that is needed, as for slots.
pub fn spoken(value: &Datum, language: Language, now: jiff::civil::DateTime) -> String {
    match value {
        Datum::Moment(_) => value.text(),
        other => match value_of(&SlotType::FreeText, other) {
            Some(value @ Value::Date(_)) => read_back(&SlotType::Date, &value, language, now),
            Some(value) => say(&value, language),
            None => String::new(),
        },
    }
}

/// A value of the words room as a flow knows it.
pub fn datum(value: Value) -> Datum {
    match value {
        Value::Bool(truth) => Datum::YesNo(truth),
        Value::Whole(number) => Datum::Number(number as f64),
        Value::Decimal(number) => Datum::Number(number),
        Value::Date(date) => Datum::Date(date),
        Value::Time(time) => Datum::Time(time),
        Value::Duration(length) => Datum::Duration(length),
        Value::Text(text) => Datum::Text(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_of_no_slot_is_read_back_with_its_year_only_where_it_is_needed() {
        let now = jiff::civil::date(2026, 3, 5).at(10, 0, 0, 0);
        let said = |date: jiff::civil::Date, language: Language| spoken(&Datum::Date(date), language, now);
        let next = jiff::civil::date(2026, 3, 9);
        let past = jiff::civil::date(2026, 3, 2);
        assert_eq!(said(next, Language::EN), "Monday the ninth of March");
        assert_eq!(said(past, Language::EN), "Monday the second of March twenty twenty six");
        assert_eq!(said(next, Language::ZH), "三月九号星期一");
        assert_eq!(said(past, Language::ZH), "二零二六年三月二号星期一");
    }
}
