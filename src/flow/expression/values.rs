//! Values on their way into CEL and back.

use std::collections::HashMap;
use std::sync::Arc;

use cel::Value;

use super::super::datum::Datum;
use super::Trouble;

/// The longest text an expression may make.
const LONGEST_TEXT: usize = 10_000;

pub(super) fn to_cel(datum: &Datum, zone: &jiff::tz::TimeZone) -> Result<Value, Trouble> {
    let out_of_range = || Trouble("a date lies outside the calendar".to_owned());
    Ok(match datum {
        Datum::Absent => Value::Null,
        Datum::YesNo(truth) => Value::Bool(*truth),
        Datum::Number(number) => Value::Float(*number),
        Datum::Text(text) => Value::String(Arc::new(text.clone())),
        Datum::Time(_) => Value::String(Arc::new(datum.text())),
        Datum::Date(date) => {
            let start = date.to_zoned(zone.clone()).map_err(|_| out_of_range())?;
            timestamp(&start)?
        }
        Datum::Moment(moment) => timestamp(&moment.to_zoned(zone.clone()))?,
        Datum::Duration(length) => duration(*length)?,
    })
}

/// Hands a moment to CEL with its offset, so that `getHours()` counts in the bundle's time zone.
fn timestamp(moment: &jiff::Zoned) -> Result<Value, Trouble> {
    let text = moment.strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string();
    // CEL's timestamp type is parsed into rather than named, since it belongs to a crate that only CEL uses.
    text.parse().map(Value::Timestamp).map_err(|_| Trouble("a date lies outside the calendar".to_owned()))
}

/// Hands a span of time to CEL. Its type, too, is come by rather than named: as the span between two moments.
fn duration(length: jiff::SignedDuration) -> Result<Value, Trouble> {
    let too_long = || Trouble("a span of time is too long".to_owned());
    let start = jiff::Timestamp::UNIX_EPOCH;
    let end = start.checked_add(length).map_err(|_| too_long())?;
    let at = |moment: jiff::Timestamp| timestamp(&moment.to_zoned(jiff::tz::TimeZone::UTC));
    match (at(start)?, at(end)?) {
        (Value::Timestamp(start), Value::Timestamp(end)) => Ok(Value::Duration(end - start)),
        _ => Err(too_long()),
    }
}

pub(super) fn from_cel(value: &Value) -> Result<Datum, Trouble> {
    match value {
        Value::Null => Ok(Datum::Absent),
        Value::Bool(truth) => Ok(Datum::YesNo(*truth)),
        Value::Int(number) => Ok(Datum::Number(*number as f64)),
        Value::UInt(number) => Ok(Datum::Number(*number as f64)),
        Value::Float(number) if number.is_finite() => Ok(Datum::Number(*number)),
        Value::Float(_) => Err(Trouble("an expression gave no finite number".to_owned())),
        Value::String(text) if text.len() > LONGEST_TEXT => Err(Trouble("a text grew too long".to_owned())),
        Value::String(text) => Ok(Datum::Text(text.as_ref().clone())),
        Value::Timestamp(moment) => {
            let text = moment.to_rfc3339();
            text.parse().map(Datum::Moment).map_err(|_| Trouble("a date lies outside the calendar".to_owned()))
        }
        Value::Duration(length) => Ok(Datum::Duration(jiff::SignedDuration::from_millis(length.num_milliseconds()))),
        _ => Err(Trouble("an expression gave a list or a mapping where one value is wanted".to_owned())),
    }
}

/// The fields of a record; those whose names hold a dot stand in a record of their own.
#[derive(Default)]
pub(super) struct Fields {
    plain: HashMap<String, Value>,
    inner: HashMap<String, HashMap<String, Value>>,
}

impl Fields {
    pub fn insert(&mut self, name: &str, value: Value) {
        match name.split_once('.') {
            None => self.plain.insert(name.to_owned(), value),
            Some((outer, inner)) => self.inner.entry(outer.to_owned()).or_default().insert(inner.to_owned(), value),
        };
    }
}

impl From<Fields> for Value {
    fn from(mut fields: Fields) -> Self {
        let inner = fields.inner.into_iter().map(|(name, fields)| (name, fields.into()));
        fields.plain.extend(inner);
        fields.plain.into()
    }
}
