//! What stubs answer, checked against the shapes that connections declare.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::super::act::{LookUpResult, Record};
use super::super::super::check::fields::{Faults, Fields, duration, shorten, text};
use super::super::super::datum::Datum;
use super::super::super::nearest::suggestion;
use super::super::super::node::{Key, Node, NodeKind};
use super::super::super::operators::{Operators, QueryShape};
use super::super::setting::{StubAnswer, Stubs};

/// Reads `stubs:`.
pub fn read(node: &Node, operators: &Operators, faults: &mut Faults) -> Stubs {
    let mut stubs = Stubs::default();
    let NodeKind::Map(entries) = &node.kind else {
        let mend = "write `stubs: { shop.find_order: { status: late } }`";
        faults.error(node.at, "wrong-form", "`stubs` is not a mapping", mend);
        return stubs;
    };
    for (key, value) in entries {
        let Some(shape) = query(key, operators, faults) else { continue };
        let each = match &value.kind {
            NodeKind::List(items) => items.as_slice(),
            _ => std::slice::from_ref(value),
        };
        let answers: Vec<StubAnswer> = each.iter().filter_map(|one| answer(one, key, shape, faults)).collect();
        if answers.is_empty() && each.is_empty() {
            faults.error(value.at, "bad-stub", format!("the stub `{}` answers nothing", key.text), "write an answer");
        }
        stubs.set(&key.text, answers);
    }
    stubs
}

/// The declared shape of the query that a stub stands for.
fn query<'o>(key: &Key, operators: &'o Operators, faults: &mut Faults) -> Option<&'o QueryShape> {
    let Some((connection, query)) = key.text.split_once('.') else {
        let what = format!("`{}` is no query of a connection", shorten(&key.text));
        faults.error(key.at, "bad-stub", what, "write `connection.query`, for example `shop.find_order`");
        return None;
    };
    let Some(known) = operators.connections.get(connection) else {
        let what = format!("there is no connection `{}`", shorten(connection));
        let mend = suggestion(connection, operators.connections.keys().map(String::as_str));
        faults.error(key.at, "unknown-connection", what, mend);
        return None;
    };
    let shape = known.queries.get(query);
    if shape.is_none() {
        let what = format!("the connection `{connection}` has no query `{}`", shorten(query));
        faults.error(key.at, "unknown-query", what, suggestion(query, known.queries.keys().map(String::as_str)));
    }
    shape
}

fn answer(node: &Node, name: &Key, shape: &QueryShape, faults: &mut Faults) -> Option<StubAnswer> {
    let is_wrapped = match &node.kind {
        NodeKind::Map(entries) => entries.iter().any(|(key, _)| {
            matches!(key.text.as_str(), "returns" | "error" | "after") && !shape.returns.contains_key(&key.text)
        }),
        _ => false,
    };
    if !is_wrapped {
        return result(node, name, shape, faults).map(StubAnswer::now);
    }
    let mut fields = Fields::of(node, format!("the stub `{}`", name.text), faults)?;
    let returns = fields.take("returns").map(|(_, node)| node);
    let error = fields.take("error").map(|(_, node)| node);
    let after = fields.take("after").and_then(|(_, node)| duration(node, faults));
    let result = match (returns, error) {
        (Some(returns), None) => result(returns, name, shape, faults),
        (None, Some(kind)) => text(kind, "the kind of error, for example `timeout`", faults)
            .map(|kind| LookUpResult::Error(kind.to_owned())),
        (None, None) if shape.returns.is_empty() => Some(LookUpResult::Found(Record::new())),
        _ => {
            let mend = "write `{ returns: …, after: 3s }` or `{ error: timeout }`";
            faults.error(node.at, "bad-stub", format!("the stub `{}` answers nothing", name.text), mend);
            None
        }
    };
    fields.finish(faults);
    Some(StubAnswer { result: result?, after: after.unwrap_or(StubAnswer::USUAL).max(Duration::ZERO) })
}

fn result(node: &Node, name: &Key, shape: &QueryShape, faults: &mut Faults) -> Option<LookUpResult> {
    match &node.kind {
        NodeKind::Scalar { text, .. } => match text.as_str() {
            "none" => Some(LookUpResult::None),
            "error" => Some(LookUpResult::Error("unreachable".to_owned())),
            "ok" if shape.returns.values().all(|field| field.optional) => {
                Some(LookUpResult::Found(shape.returns.keys().map(|name| (name.clone(), Datum::Absent)).collect()))
            }
            other => {
                let what = format!("the stub `{}` cannot answer `{}`", name.text, shorten(other));
                let mend = "write `none`, `error`, or the fields of the result, for example `{ status: late }`";
                faults.error(node.at, "bad-stub", what, mend);
                None
            }
        },
        NodeKind::Map(entries) => record(node, entries, name, shape, faults).map(LookUpResult::Found),
        _ => {
            let what = format!("the stub `{}` is {}", name.text, node.describe());
            let mend = "write `none`, `error`, or the fields of the result, for example `{ status: late }`";
            faults.error(node.at, "bad-stub", what, mend);
            None
        }
    }
}

/// A row, each field read as it is declared.
fn record(
    node: &Node,
    entries: &[(Key, Node)],
    name: &Key,
    shape: &QueryShape,
    faults: &mut Faults,
) -> Option<BTreeMap<String, Datum>> {
    let mut record = BTreeMap::new();
    let mut good = true;
    for (key, value) in entries {
        let Some(field) = shape.returns.get(&key.text) else {
            let what = format!("`{}` does not return a field `{}`", name.text, shorten(&key.text));
            faults.error(key.at, "stub-shape", what, suggestion(&key.text, shape.returns.keys().map(String::as_str)));
            good = false;
            continue;
        };
        let cell = match &value.kind {
            NodeKind::Empty => "",
            NodeKind::Scalar { text, .. } => text,
            _ => {
                let what = format!("the field `{}` of the stub is {}", key.text, value.describe());
                faults.error(value.at, "stub-shape", what, "write one value");
                good = false;
                continue;
            }
        };
        match field.kind.read(cell) {
            Ok(Datum::Absent) if !field.optional => {
                let what = format!("the field `{}` of `{}` is never empty", key.text, name.text);
                let mend = "give it a value, or declare it optional with a `?` in `returns`";
                faults.error(value.at, "stub-shape", what, mend);
                good = false;
            }
            Ok(datum) => {
                record.insert(key.text.clone(), datum);
            }
            Err(error) => {
                let what = format!("`{}` is no value of the field `{}`", shorten(cell), key.text);
                let mend = error.to_string().split(':').next().unwrap_or("another value").replace("expected", "write");
                faults.error(value.at, "stub-shape", what, mend);
                good = false;
            }
        }
    }
    for (field, declared) in &shape.returns {
        if record.contains_key(field) {
            continue;
        }
        if declared.optional {
            record.insert(field.clone(), Datum::Absent);
        } else if !entries.iter().any(|(key, _)| key.text == *field) {
            let what = format!("the stub `{}` has no field `{field}`", name.text);
            let mend = format!("add `{field}: …`: the connection always returns it");
            faults.error(node.at, "stub-shape", what, mend);
            good = false;
        }
    }
    good.then_some(record)
}
