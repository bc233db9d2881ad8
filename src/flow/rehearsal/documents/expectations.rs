//! What a test expects: `expect: { slot: { order_no: AB12345678 }, queue: orders }`.

use super::super::super::check::fields::{items, one_of, shorten, text};
use super::super::super::nearest::suggestion;
use super::super::super::node::{Key, Node, NodeKind};
use super::super::happening::Asking;
use super::load::Reader;
use super::{Expectation, Expected, Wording, asked_key};

/// Reads `expect:`.
pub fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Vec<Expected>> {
    let NodeKind::Map(entries) = &node.kind else {
        let what = format!("`expect` is {}, not a mapping", node.describe());
        reader.faults.error(node.at, "wrong-form", what, "write `expect: { step: get_number }`");
        return None;
    };
    let mut expected = Vec::new();
    for (key, value) in entries {
        let at = reader.spot(key.at);
        let each = one(key, value, reader);
        expected.extend(each.into_iter().map(|what| Expected { at: at.clone(), what }));
    }
    Some(expected)
}

/// Every key of `expect`.
pub const KEYS: [&str; 27] = [
    "slot",
    "read_back",
    "step",
    "flow",
    "queue",
    "class",
    "skills",
    "brief",
    "brief_has",
    "brief_lacks",
    "reason",
    "handler",
    "look_up",
    "did",
    "sent",
    "verified",
    "noted",
    "tagged",
    "survey",
    "language",
    "end",
    "transfer",
    "callback",
    "voicemail",
    "recording",
    "recommended",
    "not_said",
];

fn one(key: &Key, value: &Node, reader: &mut Reader<'_>) -> Vec<Expectation> {
    let truths = [("true", true), ("false", false)];
    match key.text.as_str() {
        "slot" => slots(value, reader),
        "read_back" => {
            one_of(value, "read_back", &truths, &mut reader.faults).map(Expectation::ReadBack).into_iter().collect()
        }
        "step" => reader.step(value).map(Expectation::Step).into_iter().collect(),
        "flow" => texts(value, "the name of a flow", reader, |flow, value, reader| {
            if !reader.bundle.flow_names().any(|known| known == flow) {
                let what = format!("there is no flow `{}`", shorten(flow));
                reader.faults.error(value.at, "unknown-flow", what, suggestion(flow, reader.bundle.flow_names()));
            }
            Expectation::Flow(flow.to_owned())
        }),
        "queue" => texts(value, "the name of a queue", reader, |queue, value, reader| {
            if !reader.operators.queues.contains(queue) {
                let mend = suggestion(queue, reader.operators.queues.iter().map(String::as_str));
                let what = format!("there is no queue `{}`", shorten(queue));
                reader.faults.error(value.at, "unknown-queue", what, mend);
            }
            Expectation::Queue(queue.to_owned())
        }),
        "class" => reader.class(value).map(Expectation::Class).into_iter().collect(),
        "skills" => texts(value, "a skill", reader, |skill, _, _| Expectation::Skill(skill.to_owned())),
        "brief" => pairs(value, "brief", reader)
            .into_iter()
            .map(|(label, value)| Expectation::BriefHas { label, value: Some(value) })
            .collect(),
        "brief_has" => texts(value, "a fact of the brief", reader, |label, _, _| Expectation::BriefHas {
            label: label.to_owned(),
            value: None,
        }),
        "brief_lacks" => {
            texts(value, "a fact of the brief", reader, |label, _, _| Expectation::BriefLacks(label.to_owned()))
        }
        "reason" => texts(value, "a reason", reader, |reason, _, _| Expectation::Reason(reason.to_owned())),
        "handler" => texts(value, "a handler, or `none`", reader, |name, value, reader| {
            let known = super::super::super::bundle::HandlerName::from_name(name);
            if name != "none" && known.is_none() {
                let what = format!("there is no handler `{}`", shorten(name));
                let names = super::super::super::bundle::HandlerName::ALL.iter().map(|(name, _)| *name);
                reader.faults.error(value.at, "unknown-handler", what, suggestion(name, names));
            }
            Expectation::Handler((name != "none").then(|| name.to_owned()))
        }),
        "look_up" => asked(value, Asking::LookUp, reader),
        "did" => asked(value, Asking::Do, reader),
        "sent" => asked(value, Asking::Send, reader),
        "verified" => asked(value, Asking::Verify, reader),
        "noted" => texts(value, "a part of the note", reader, |part, _, _| Expectation::Noted(Wording::new(part))),
        "tagged" => texts(value, "a tag", reader, |tag, _, _| Expectation::Tagged(tag.to_owned())),
        "survey" => pairs(value, "survey", reader)
            .into_iter()
            .map(|(question, answer)| Expectation::Survey { question, answer })
            .collect(),
        "language" => reader.language(value).map(Expectation::Language).into_iter().collect(),
        "end" => texts(value, "`call`, or a reason", reader, |end, _, _| Expectation::End(end.to_owned())),
        "transfer" => texts(value, "a destination", reader, |to, value, reader| {
            if !reader.operators.destinations.contains(to) {
                let mend = suggestion(to, reader.operators.destinations.iter().map(String::as_str));
                let what = format!("there is no destination `{}`", shorten(to));
                reader.faults.error(value.at, "unknown-destination", what, mend);
            }
            Expectation::Transfer(to.to_owned())
        }),
        "callback" => texts(value, "a number, or `any`", reader, |number, _, _| {
            Expectation::Callback((number != "any").then(|| number.to_owned()))
        }),
        "voicemail" => texts(value, "a mailbox", reader, |name, _, _| Expectation::Voicemail(name.to_owned())),
        "recording" => {
            let words = [("start", "start"), ("stop", "stop"), ("pause", "pause")];
            let word = one_of(value, "recording", &words, &mut reader.faults);
            word.map(|word| Expectation::Recording(word.to_owned())).into_iter().collect()
        }
        "recommended" => texts(value, "an item, or `none`", reader, |item, _, _| {
            Expectation::Recommended((item != "none").then(|| item.to_owned()))
        }),
        "waits_for" => texts(value, "an event", reader, |event, _, _| Expectation::WaitsFor(event.to_owned())),
        "not_said" => texts(value, "words", reader, |words, _, _| Expectation::NotSaid(Wording::new(words))),
        other => {
            let what = format!("nothing can be expected of `{}`", shorten(other));
            let known = KEYS.into_iter().chain(["waits_for"]);
            reader.faults.error(key.at, "unknown-key", what, suggestion(other, known));
            Vec::new()
        }
    }
}

/// One text, or a list of them.
fn texts(
    node: &Node,
    wanted: &str,
    reader: &mut Reader<'_>,
    mut each: impl FnMut(&str, &Node, &mut Reader<'_>) -> Expectation,
) -> Vec<Expectation> {
    let mut expectations = Vec::new();
    for item in items(node, wanted, true, &mut reader.faults) {
        let Some(given) = text(item, wanted, &mut reader.faults) else { continue };
        expectations.push(each(given, item, reader));
    }
    expectations
}

/// Names with their values.
fn pairs(node: &Node, key: &str, reader: &mut Reader<'_>) -> Vec<(String, String)> {
    let NodeKind::Map(entries) = &node.kind else {
        let what = format!("`{key}` is {}, not a mapping", node.describe());
        reader.faults.error(node.at, "wrong-form", what, format!("write `{key}: {{ name: value }}`"));
        return Vec::new();
    };
    let mut pairs = Vec::new();
    for (name, value) in entries {
        let given = match &value.kind {
            NodeKind::Empty => Some(""),
            _ => text(value, "one value", &mut reader.faults),
        };
        pairs.extend(given.map(|given| (name.text.clone(), given.to_owned())));
    }
    pairs
}

fn slots(node: &Node, reader: &mut Reader<'_>) -> Vec<Expectation> {
    let NodeKind::Map(entries) = &node.kind else {
        return pairs(node, "slot", reader).into_iter().map(|_| Expectation::ReadBack(false)).collect();
    };
    for (name, _) in entries {
        let known = || reader.bundle.flows.iter().flat_map(|flow| flow.slots.keys().map(String::as_str));
        if !known().any(|slot| slot == name.text) {
            let what = format!("there is no slot `{}`", shorten(&name.text));
            let mend = suggestion(&name.text, known());
            reader.faults.error(name.at, "unknown-name", what, mend);
        }
    }
    let each = pairs(node, "slot", reader).into_iter();
    each.map(|(slot, value)| {
        let value = (!value.is_empty() && value != "none").then_some(value);
        Expectation::Slot { slot, value }
    })
    .collect()
}

/// `shop.cancel`, a list of them, `none`, or `{ shop.cancel: { number: AB12345678 } }`.
fn asked(node: &Node, verb: Asking, reader: &mut Reader<'_>) -> Vec<Expectation> {
    if let NodeKind::Map(entries) = &node.kind {
        let mut expectations = Vec::new();
        for (name, with) in entries {
            known_query(&name.text, name.at, reader);
            let with = match &with.kind {
                NodeKind::Empty => Vec::new(),
                _ => pairs(with, asked_key(verb), reader),
            };
            expectations.push(Expectation::Asked { verb, name: name.text.clone(), with });
        }
        return expectations;
    }
    texts(node, "`connection.query`, or `none`", reader, |name, value, reader| {
        if name == "none" {
            return Expectation::NotAsked(verb);
        }
        known_query(name, value.at, reader);
        Expectation::Asked { verb, name: name.to_owned(), with: Vec::new() }
    })
}

fn known_query(name: &str, at: super::super::super::node::Place, reader: &mut Reader<'_>) {
    let all = || {
        let connections = reader.operators.connections.iter();
        connections.flat_map(|(name, known)| known.queries.keys().map(move |query| format!("{name}.{query}")))
    };
    if all().any(|known| known == name) {
        return;
    }
    let known: Vec<String> = all().collect();
    let what = format!("there is no query `{}`", shorten(name));
    let mend = suggestion(name, known.iter().map(String::as_str));
    reader.faults.error(at, "unknown-query", what, mend);
}
