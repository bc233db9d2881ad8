//! The steps that wait for others: `look_up` and `queue`.

use std::time::Duration;

use super::super::act::Tell;
use super::super::bundle::{BriefItem, Jump, LookUp, Privacy, Queue, Verb};
use super::super::expression::Read;
use super::super::kind::Kind;
use super::super::nearest::suggestion;
use super::super::node::{Node, NodeKind};
use super::super::operators::QueryShape;
use super::fields::{Fields, duration, items, name, one_of, shorten, text};
use super::flow::FlowBuilder;

/// `time_limit` of a look-up that names none.
const LOOK_UP_LIMIT: Duration = Duration::from_secs(5);
/// `time_limit` of a queue that names none.
const QUEUE_LIMIT: Duration = Duration::from_secs(600);

impl FlowBuilder<'_, '_> {
    pub fn look_up(&mut self, node: &Node, fields: &mut Fields<'_>, next: Jump) -> Option<Verb> {
        let query = self.query(node);
        let known: Vec<String> = query.iter().flat_map(|(_, _, shape)| shape.args.keys().cloned()).collect();
        let arguments = known.clone();
        let unknown_query = query.is_none();
        let wanted = move |_: &Self, argument: &str| {
            (unknown_query || arguments.iter().any(|known| known == argument)).then_some(Kind::Any)
        };
        let given = node.text().unwrap_or_default();
        let with = self.with(fields, &wanted, &format!("the query `{given}`"), &known);
        if let Some(with) = &with {
            let required = query.iter().flat_map(|(_, _, shape)| shape.required());
            for argument in required.filter(|argument| !with.iter().any(|(given, _)| given == argument)) {
                let what = format!("the query `{given}` needs `{argument}`");
                self.faults().error(node.at, "missing-argument", what, format!("add `with: {{ {argument}: … }}`"));
            }
        }
        let save_as = fields.take("save_as").and_then(|(_, node)| name(node, "a name for the result", self.faults()));
        let time_limit = fields.take("time_limit").and_then(|(_, node)| duration(node, self.faults()));
        let while_waiting = fields.take("while_waiting").and_then(|(_, node)| self.sentence(node));
        let if_none = self.exit_under(fields, "if_none", next);
        let if_error = self.exit_under(fields, "if_error", next);
        for (exit, key, mend) in [
            (fields.keys().any(|key| key.text == "if_none"), "if_none", "say what happens when nothing is found"),
            (
                fields.keys().any(|key| key.text == "if_error"),
                "if_error",
                "say what happens when it fails or takes too long",
            ),
        ] {
            if !exit {
                let what = format!("`look_up: {}` has no `{key}`", shorten(given));
                self.faults().warning(node.at, "no-exit", what, mend);
            }
        }
        let (connection, query, _) = query?;
        Some(Verb::LookUp(LookUp {
            connection,
            query,
            with: with?,
            save_as: save_as.map(str::to_owned),
            time_limit: time_limit.unwrap_or(LOOK_UP_LIMIT),
            while_waiting,
            if_none,
            if_error,
        }))
    }

    fn query(&mut self, node: &Node) -> Option<(String, String, QueryShape)> {
        let given = text(node, "a connection and its query, `shop.find_order`", self.faults())?;
        let connections = &self.checker.operators.connections;
        let Some((connection, query)) = given.split_once('.') else {
            let what = format!("`{}` names no query", shorten(given));
            self.faults().error(
                node.at,
                "unknown-query",
                what,
                "write the connection and its query: `shop.find_order`",
            );
            return None;
        };
        let Some(found) = connections.get(connection) else {
            let what = format!("there is no connection `{}`", shorten(connection));
            let mend = suggestion(connection, connections.keys().map(String::as_str));
            let mend = if connections.is_empty() {
                format!("define `[connection.{}]` in warmline.toml", shorten(connection))
            } else {
                mend
            };
            self.checker.faults.error(node.at, "unknown-connection", what, mend);
            return None;
        };
        let Some(shape) = found.queries.get(query) else {
            let what = format!("the connection `{connection}` has no query `{}`", shorten(query));
            let mend = suggestion(query, found.queries.keys().map(String::as_str));
            self.checker.faults.error(node.at, "unknown-query", what, mend);
            return None;
        };
        Some((connection.to_owned(), query.to_owned(), shape.clone()))
    }

    pub fn queue(&mut self, node: &Node, fields: &mut Fields<'_>, next: Jump) -> Option<Verb> {
        let queue = text(node, "the name of a queue", self.faults())?.to_owned();
        let queues = &self.checker.operators.queues;
        let known = queues.contains(&queue);
        if !known {
            let what = format!("there is no queue `{}`", shorten(&queue));
            let mend = if queues.is_empty() {
                format!("define `[queue.{}]` in warmline.toml", shorten(&queue))
            } else {
                suggestion(&queue, queues.iter().map(String::as_str))
            };
            self.checker.faults.error(node.at, "unknown-queue", what, mend);
        }
        let class = fields.take("class").and_then(|(_, node)| self.expression(node, Kind::Number));
        let mut skills = Vec::new();
        if let Some((_, list)) = fields.take("skills") {
            for item in items(list, "a list of skills", true, self.faults()) {
                skills.extend(self.plain_text(item));
            }
        }
        let mut brief = Vec::new();
        if let Some((_, list)) = fields.take("brief") {
            for item in items(list, "a list of slots and fields", true, self.faults()) {
                brief.extend(self.brief_item(item));
            }
        }
        let tell = match fields.take("while_waiting") {
            Some((_, node)) => self.while_queued(node),
            None => Vec::new(),
        };
        let time_limit = fields.take("time_limit").and_then(|(_, node)| duration(node, self.faults()));
        let queue = Queue {
            queue,
            class,
            skills,
            brief,
            tell,
            offer_callback_after: None,
            time_limit: time_limit.unwrap_or(QUEUE_LIMIT),
            after_agent: self.exit_under(fields, "after_agent", next),
            if_no_agent: self.exit_under(fields, "if_no_agent", next),
            if_late: self.exit_under(fields, "if_late", next),
            if_full: self.exit_under(fields, "if_full", next),
            if_closed: self.exit_under(fields, "if_closed", next),
            if_outage: self.exit_under(fields, "if_outage", next),
        };
        known.then_some(Verb::Queue(queue))
    }

    fn brief_item(&mut self, node: &Node) -> Option<BriefItem> {
        let path = text(node, "a slot or a field, `order.status`", self.faults())?;
        let mut parts = path.split('.');
        let read = Read {
            root: parts.next().unwrap_or_default().trim().to_owned(),
            field: parts.next().map(|field| field.trim().to_owned()),
        };
        if let Err(fault) = self.names.find(&read.root, read.field.as_deref()) {
            self.faults().error(node.at, fault.code, fault.what, fault.mend);
            return None;
        }
        let privacy = self.slots().get(&read.root).map(|slot| slot.privacy);
        if privacy == Some(Privacy::Hide) {
            let what = format!("`{}` is private: hide, and would be told to the agent here", read.root);
            self.faults().error(node.at, "private-said", what, "leave it out of the brief");
            return None;
        }
        let caller_owned = read.root == "caller" && matches!(read.field.as_deref(), Some("number" | "name"));
        let private = privacy == Some(Privacy::Mask) || caller_owned;
        let label = path.replace(['.', '_'], " ");
        Some(BriefItem { read, label, private })
    }

    fn while_queued(&mut self, node: &Node) -> Vec<Tell> {
        let mut tell = Vec::new();
        if !matches!(node.kind, NodeKind::Map(_)) {
            let mend = "write `while_waiting: { tell: [position, rough_wait] }`";
            self.faults().error(node.at, "wrong-form", "`while_waiting` of a queue is not a mapping", mend);
            return tell;
        }
        let Some(mut fields) = Fields::of(node, "`while_waiting`", self.faults()) else { return tell };
        if let Some((_, list)) = fields.take("tell") {
            for item in items(list, "a list", true, self.faults()) {
                let words = [("position", Tell::Position), ("rough_wait", Tell::RoughWait)];
                tell.extend(one_of(item, "tell", &words, self.faults()));
            }
        }
        if let Some((key, node)) = fields.take("offer_callback_after") {
            duration(node, self.faults());
            let what = "`offer_callback_after` is not performed by this version: nothing is offered";
            self.faults().warning(key.at, "not-performed", what, "keep it for later, or leave it out");
        }
        fields.finish(self.faults());
        tell
    }
}
