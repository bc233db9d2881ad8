//! What the far side answered: a JSON document, and where in it the record lies.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde_json::Value;

use super::super::cell::{Cell, record};
use super::super::trouble::Trouble;
use crate::flow::{FieldShape, Record};

/// A place in a JSON document: a JSON Pointer (RFC 6901), `/data/0` or `/customer/name`. The empty one is the whole
/// document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pick {
    steps: Vec<String>,
}

impl Pick {
    /// Reads a pointer; `None` when it is neither empty nor begins with a slash.
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::default());
        }
        let steps = text.strip_prefix('/')?.split('/').map(|step| step.replace("~1", "/").replace("~0", "~"));
        Some(Self { steps: steps.collect() })
    }

    /// What lies there. The last step may lead nowhere (`Ok(None)`), an earlier one may not: then the document is
    /// not what the operator thought.
    fn find<'document>(&self, document: &'document Value) -> Result<Option<&'document Value>, Trouble> {
        let mut at = document;
        for (place, step) in self.steps.iter().enumerate() {
            let next = match at {
                Value::Object(fields) => fields.get(step),
                Value::Array(items) => step.parse::<usize>().ok().and_then(|index| items.get(index)),
                _ => None,
            };
            match next {
                Some(next) if !next.is_null() => at = next,
                Some(_) => return Ok(None),
                None if place + 1 == self.steps.len() && (at.is_object() || at.is_array()) => return Ok(None),
                None => {
                    let path = self.steps[..=place].join("/");
                    return Err(Trouble::WrongShape(format!("there is no /{path} in it")));
                }
            }
        }
        Ok(Some(at))
    }
}

/// The record of an answer; `None` when it holds none: empty, `null`, an empty list.
pub(super) fn read(
    bytes: &[u8],
    pick: &Pick,
    fields: &BTreeMap<String, Pick>,
    returns: &BTreeMap<String, FieldShape>,
    zone: &TimeZone,
) -> Result<Option<Record>, Trouble> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if text.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    let document: Value = serde_json::from_slice(text).map_err(|fault| {
        // The text of serde's error may quote the document; the place does not.
        Trouble::WrongShape(format!("not JSON, line {} column {}", fault.line(), fault.column()))
    })?;
    let found = match pick.find(&document)? {
        // A list of rows: the first is the one.
        Some(Value::Array(rows)) => rows.first(),
        found => found,
    };
    let found = match found {
        None | Some(Value::Null) => return Ok(None),
        Some(found) => found,
    };
    let has_fields_by_name = returns.keys().any(|field| !fields.contains_key(field));
    if has_fields_by_name && !found.is_object() {
        return Err(Trouble::WrongShape(format!("an object was expected, got {}", name_of(found))));
    }
    record(returns, zone, |field| {
        let value = match fields.get(field) {
            Some(place) => place.find(found)?,
            None => found.get(field),
        };
        Ok(value.map_or(Cell::Absent, cell))
    })
    .map(Some)
}

fn cell(value: &Value) -> Cell {
    match value {
        Value::Null => Cell::Absent,
        Value::Bool(truth) => Cell::YesNo(*truth),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Cell::Whole(whole),
            None => number.as_f64().map_or(Cell::Other("a number beyond all bounds"), Cell::Decimal),
        },
        Value::String(text) => Cell::Text(text.clone()),
        Value::Array(_) | Value::Object(_) => Cell::Other(name_of(value)),
    }
}

fn name_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a yes or no",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Datum;

    fn returns() -> BTreeMap<String, FieldShape> {
        let shape = |text: &str| FieldShape::parse(text).unwrap();
        BTreeMap::from([("name".to_owned(), shape("text")), ("vip".to_owned(), shape("yes_no?"))])
    }

    fn read_at(pick: &str, text: &str) -> Result<Option<Record>, Trouble> {
        read(text.as_bytes(), &Pick::parse(pick).unwrap(), &BTreeMap::new(), &returns(), &TimeZone::UTC)
    }

    #[test]
    fn the_record_lies_where_the_pointer_says() {
        let anna = Datum::Text("Anna".to_owned());
        let found = |pick, text| read_at(pick, text).unwrap().unwrap()["name"].clone();
        assert_eq!(found("", r#"{"name":"Anna","vip":true}"#), anna);
        assert_eq!(found("", r#"[{"name":"Anna"},{"name":"Ben"}]"#), anna);
        assert_eq!(found("/data/0", r#"{"data":[{"name":"Anna"}]}"#), anna);
        assert_eq!(found("/data", "\u{feff}{\"data\":[{\"name\":\"Anna\"}]}"), anna);
        assert_eq!(found("/a~1b/c", r#"{"a/b":{"c":{"name":"Anna"}}}"#), anna);
    }

    #[test]
    fn nothing_there_is_no_row_but_a_wrong_document_is_a_fault() {
        for (pick, text) in [
            ("", ""),
            ("", " \r\n"),
            ("", "null"),
            ("", "[]"),
            ("/data/0", r#"{"data":[]}"#),
            ("/data/0", r#"{"data":null}"#),
            ("/data", r#"{"total":0}"#),
        ] {
            assert_eq!(read_at(pick, text), Ok(None), "{pick} {text}");
        }
        for (pick, text) in [
            ("/data/0", r#"{"items":[]}"#),
            ("/data/0", r#"{"data":"none"}"#),
            ("", r#"{"nom":"Anna"}"#),
            ("", r#"{"name":["Anna"]}"#),
            ("", r#"{"name":"Anna","vip":"perhaps"}"#),
            ("", "\"Anna\""),
            ("", "<html>"),
            ("", "{\"name\":"),
        ] {
            let fault = read_at(pick, text).unwrap_err();
            assert_eq!(fault.kind(), "wrong_shape", "{pick} {text}");
            assert!(!fault.to_string().contains("Anna"), "{fault}");
        }
        assert!(read_at("", &"[".repeat(100_000)).is_err(), "a document of any depth is read");
    }

    #[test]
    fn fields_lie_where_their_own_pointers_say() {
        let fields = BTreeMap::from([("name".to_owned(), Pick::parse("/profile/names/0").unwrap())]);
        let text = br#"{"profile":{"names":["Anna"]},"vip":1}"#;
        let row = read(text, &Pick::default(), &fields, &returns(), &TimeZone::UTC).unwrap().unwrap();
        assert_eq!(row["name"], Datum::Text("Anna".to_owned()));
        assert_eq!(row["vip"], Datum::YesNo(true));
        assert_eq!(Pick::parse("data"), None);
    }
}
