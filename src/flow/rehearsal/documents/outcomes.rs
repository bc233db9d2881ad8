//! What queues, transfers, callbacks and the like come to in a test.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::super::act::{QueueFacts, QueueResult};
use super::super::super::check::fields::{Faults, Fields, count, duration, one_of, shorten, text};
use super::super::super::nearest::suggestion;
use super::super::super::node::{Node, NodeKind};
use super::super::super::operators::Operators;
use super::super::setting::{Plan, Setting};

/// The end of a wait for a person.
pub fn queue_end(node: &Node, faults: &mut Faults) -> Option<QueueResult> {
    one_of(node, "queue", &QueueResult::OF_A_QUEUE.map(|end| (end.name(), end)), faults)
}

/// Reads `queue:`, `queues:`, `transfer:`, `callback:`, `voicemail:`, `recommend:` and `events:`.
pub fn read(fields: &mut Fields<'_>, operators: &Operators, setting: &mut Setting, faults: &mut Faults) {
    if let Some((_, node)) = fields.take("queue") {
        setting.queue = plans(node, "queue", faults, queue_end);
    }
    if let Some((_, node)) = fields.take("queues") {
        queues(node, operators, setting, faults);
    }
    if let Some((_, node)) = fields.take("transfer") {
        setting.transfer = plans(node, "transfer", faults, |node, faults| {
            let how = text(node, "`answered`, or why not, for example `busy`", faults)?;
            Some(if how == "answered" { Ok(()) } else { Err(how.to_owned()) })
        });
    }
    if let Some((_, node)) = fields.take("callback") {
        setting.callback = plans(node, "callback", faults, |node, faults| {
            one_of(node, "callback", &[("taken", true), ("refused", false)], faults)
        });
    }
    if let Some((_, node)) = fields.take("voicemail") {
        setting.voicemail = plans(node, "voicemail", faults, |node, faults| {
            one_of(node, "voicemail", &[("left", true), ("empty", false)], faults)
        });
    }
    if let Some((_, node)) = fields.take("recommend") {
        setting.recommend = plans(node, "recommend", faults, |node, faults| {
            let item = text(node, "an item, or `none`", faults)?;
            Some((item != "none").then(|| item.to_owned()))
        });
    }
    if let Some((_, node)) = fields.take("events") {
        setting.events = events(node, faults);
    }
}

/// One end, `{ ends, after }`, or a list of them that take turns.
fn plans<T>(
    node: &Node,
    key: &str,
    faults: &mut Faults,
    mut end: impl FnMut(&Node, &mut Faults) -> Option<T>,
) -> Vec<Plan<T>> {
    let each = match &node.kind {
        NodeKind::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let mut plans = Vec::new();
    for one in each {
        let plan = match &one.kind {
            NodeKind::Map(_) => {
                let Some(mut fields) = Fields::of(one, format!("`{key}`"), faults) else { continue };
                let mend = "write `{ ends: …, after: 20s }`";
                let ends = fields.need("ends", mend, faults).and_then(|node| end(node, faults));
                let after = fields.take("after").and_then(|(_, node)| duration(node, faults));
                fields.finish(faults);
                ends.map(|ends| Plan { ends, after })
            }
            _ => end(one, faults).map(Plan::new),
        };
        plans.extend(plan);
    }
    plans
}

/// What is known of each queue before anybody joins it, and how waiting in it ends.
fn queues(node: &Node, operators: &Operators, setting: &mut Setting, faults: &mut Faults) {
    let NodeKind::Map(entries) = &node.kind else {
        let mend = "write `queues: { service: no_agent }` or `queues: { service: { open: false } }`";
        faults.error(node.at, "wrong-form", "`queues` is not a mapping", mend);
        return;
    };
    for (key, value) in entries {
        if !operators.queues.contains(&key.text) {
            let what = format!("there is no queue `{}`", shorten(&key.text));
            let mend = suggestion(&key.text, operators.queues.iter().map(String::as_str));
            faults.error(key.at, "unknown-queue", what, mend);
            continue;
        }
        let is_about = |known: &[&str]| match &value.kind {
            NodeKind::Map(fields) => fields.iter().any(|(key, _)| known.contains(&key.text.as_str())),
            _ => false,
        };
        if !is_about(&["open", "waiting", "wait_minutes"]) {
            let plans = plans(value, "queues", faults, queue_end);
            setting.queues.insert(key.text.clone(), plans);
            continue;
        }
        let Some(mut fields) = Fields::of(value, format!("the queue `{}`", key.text), faults) else { continue };
        let mut number = |name: &'static str, fields: &mut Fields<'_>| {
            fields.take(name).and_then(|(_, node)| count(node, 0, 10_000, faults))
        };
        let waiting = number("waiting", &mut fields).unwrap_or(0);
        let wait_minutes = number("wait_minutes", &mut fields);
        let truths = [("true", true), ("false", false)];
        let open = fields.take("open").and_then(|(_, node)| one_of(node, "open", &truths, faults)).unwrap_or(true);
        let ends = fields.take("ends").map(|(_, node)| plans(node, "ends", faults, queue_end));
        if let Some((after, plans)) = fields.take("after").zip(ends.as_ref())
            && let (Some(after), [plan]) = (duration(after.1, faults), plans.as_slice())
        {
            let plan = Plan { ends: plan.ends, after: Some(after) };
            setting.queues.insert(key.text.clone(), vec![plan]);
        } else if let Some(plans) = ends {
            setting.queues.insert(key.text.clone(), plans);
        }
        fields.finish(faults);
        setting.facts.queues.insert(key.text.clone(), QueueFacts { open, waiting, wait_minutes });
    }
}

fn events(node: &Node, faults: &mut Faults) -> Vec<(String, Duration)> {
    let NodeKind::Map(entries) = &node.kind else {
        faults.error(node.at, "wrong-form", "`events` is not a mapping", "write `events: { paid: 5s }`");
        return Vec::new();
    };
    let read = entries.iter().filter_map(|(key, value)| Some((key.text.clone(), duration(value, faults)?)));
    let events: BTreeMap<String, Duration> = read.collect();
    events.into_iter().collect()
}
