//! The steps that lead to people: `queue`, `transfer`, `callback`, `voicemail`.

use std::time::Duration;

use super::super::act::{HowToTransfer, PlaceInQueue, Tell};
use super::super::bundle::{BriefItem, Callback, Jump, Privacy, Queue, Transfer, Verb, Voicemail};
use super::super::expression::Read;
use super::super::kind::Kind;
use super::super::nearest::suggestion;
use super::super::node::{Node, NodeKind};
use super::fields::{Fields, count, duration, items, name, one_of, shorten, text};
use super::flow::FlowBuilder;

/// `time_limit` of a queue that names none.
const QUEUE_LIMIT: Duration = Duration::from_secs(600);
/// `time_limit` of a voicemail that names none.
const VOICEMAIL_LIMIT: Duration = Duration::from_secs(120);
/// `tries` of a callback that names none.
const CALLBACK_TRIES: u32 = 3;

impl FlowBuilder<'_, '_> {
    pub fn queue(&mut self, node: &Node, fields: &mut Fields<'_>, next: Jump) -> Option<Verb> {
        let queue = self.queue_named(node);
        let class = fields.take("class").and_then(|(_, node)| self.expression(node, Kind::Number));
        let mut skills = Vec::new();
        if let Some((_, list)) = fields.take("skills") {
            for item in items(list, "a list of skills", true, self.faults()) {
                skills.extend(self.plain_text(item));
            }
        }
        let brief = self.brief(fields);
        let (tell, offer_callback_after) = match fields.take("while_waiting") {
            Some((_, node)) => self.while_queued(node),
            None => (Vec::new(), None),
        };
        let time_limit = fields.take("time_limit").and_then(|(_, node)| duration(node, self.faults()));
        let after_agent = self.exit_under(fields, "after_agent", next);
        let if_no_agent = self.exit_under(fields, "if_no_agent", next);
        let if_late = self.exit_under(fields, "if_late", next);
        let if_full = self.exit_under(fields, "if_full", next);
        let if_closed = self.exit_under(fields, "if_closed", next);
        let if_outage = self.exit_under(fields, "if_outage", next);
        Some(Verb::Queue(Queue {
            queue: queue?,
            class,
            skills,
            brief,
            tell,
            offer_callback_after,
            time_limit: time_limit.unwrap_or(QUEUE_LIMIT),
            after_agent,
            if_no_agent,
            if_late,
            if_full,
            if_closed,
            if_outage,
        }))
    }

    /// The name of a queue that the operator defined.
    fn queue_named(&mut self, node: &Node) -> Option<String> {
        let queue = text(node, "the name of a queue", self.faults())?;
        let queues = &self.checker.operators.queues;
        if queues.contains(queue) {
            return Some(queue.to_owned());
        }
        let what = format!("there is no queue `{}`", shorten(queue));
        let mend = if queues.is_empty() {
            format!("define `[queue.{}]` in warmline.toml", shorten(queue))
        } else {
            suggestion(queue, queues.iter().map(String::as_str))
        };
        self.checker.faults.error(node.at, "unknown-queue", what, mend);
        None
    }

    pub fn transfer(&mut self, node: &Node, fields: &mut Fields<'_>, next: Jump) -> Option<Verb> {
        let destination = self.destination(node);
        let how = fields.take("how").and_then(|(_, node)| {
            let words = [("warm", HowToTransfer::Warm), ("blind", HowToTransfer::Blind)];
            one_of(node, "how", &words, self.faults())
        });
        let brief = self.brief(fields);
        let if_failed = self.exit_under(fields, "if_failed", next);
        self.want_exits(node, fields, "transfer", &[("if_failed", "say what happens when nobody answers there")]);
        Some(Verb::Transfer(Transfer { destination: destination?, how: how.unwrap_or_default(), brief, if_failed }))
    }

    fn destination(&mut self, node: &Node) -> Option<String> {
        let given = text(node, "the name of a destination", self.faults())?;
        let destinations = &self.checker.operators.destinations;
        if destinations.contains(given) {
            return Some(given.to_owned());
        }
        let what = format!("there is no destination `{}`", shorten(given));
        let is_number = given.contains(['+', '@', ':']) || given.bytes().filter(u8::is_ascii_digit).count() > 2;
        let mend = if is_number {
            "flows hold no numbers: define `[destination.NAME]` in warmline.toml and write `transfer: NAME`".to_owned()
        } else if destinations.is_empty() {
            format!("define `[destination.{}]` in warmline.toml", shorten(given))
        } else {
            suggestion(given, destinations.iter().map(String::as_str))
        };
        self.checker.faults.error(node.at, "unknown-destination", what, mend);
        None
    }

    pub fn callback(&mut self, node: &Node, fields: &mut Fields<'_>, next: Jump) -> Option<Verb> {
        let number = self.expression(node, Kind::Text);
        let place = fields.take("place").and_then(|(_, node)| {
            one_of(node, "place", &[("keep", PlaceInQueue::Keep), ("lose", PlaceInQueue::Lose)], self.faults())
        });
        let confirm_number = fields
            .take("confirm_number")
            .and_then(|(_, node)| one_of(node, "confirm_number", &[("always", true), ("never", false)], self.faults()));
        let tries = fields.take("tries").and_then(|(_, node)| count(node, 1, 10, self.faults()));
        let queue = fields.take("queue").and_then(|(_, node)| self.queue_named(node));
        let if_no_number = self.exit_under(fields, "if_no_number", next);
        let if_refused = self.exit_under(fields, "if_refused", next);
        Some(Verb::Callback(Callback {
            number: number?,
            place: place.unwrap_or_default(),
            confirm_number: confirm_number.unwrap_or(true),
            tries: tries.unwrap_or(CALLBACK_TRIES),
            queue,
            if_no_number,
            if_refused,
        }))
    }

    pub fn voicemail(&mut self, node: &Node, fields: &mut Fields<'_>) -> Option<Verb> {
        let mailbox = name(node, "the name of a mailbox", self.faults());
        let prompt = fields.take("prompt").and_then(|(_, node)| self.sentence(node));
        let time_limit = fields.take("time_limit").and_then(|(_, node)| duration(node, self.faults()));
        let transcribe = fields
            .take("transcribe")
            .and_then(|(_, node)| one_of(node, "transcribe", &[("always", true), ("never", false)], self.faults()));
        Some(Verb::Voicemail(Voicemail {
            mailbox: mailbox?.to_owned(),
            prompt,
            time_limit: time_limit.unwrap_or(VOICEMAIL_LIMIT),
            transcribe: transcribe.unwrap_or(true),
        }))
    }

    /// What a person is told: `brief:`.
    fn brief(&mut self, fields: &mut Fields<'_>) -> Vec<BriefItem> {
        match fields.take("brief") {
            Some((_, list)) => self.facts(list, "brief"),
            None => Vec::new(),
        }
    }

    /// A list of slots and fields that are told or read out.
    pub fn facts(&mut self, list: &Node, key: &str) -> Vec<BriefItem> {
        let mut facts = Vec::new();
        for item in items(list, "a list of slots and fields", true, self.faults()) {
            facts.extend(self.fact(item, key));
        }
        facts
    }

    fn fact(&mut self, node: &Node, key: &str) -> Option<BriefItem> {
        let path = text(node, "a slot or a field, `order.status`", self.faults())?.trim();
        let (root, field) = super::flow::path(path);
        let read = Read { root: root.to_owned(), field: field.map(str::to_owned) };
        if let Err(fault) = self.names.find(&read.root, read.field.as_deref()) {
            self.faults().error(node.at, fault.code, fault.what, fault.mend);
            return None;
        }
        let privacy = self.slots().get(&read.root).map(|slot| slot.privacy);
        if privacy == Some(Privacy::Hide) {
            let what = format!("`{}` is private: hide, and would be told here", read.root);
            self.faults().error(node.at, "private-said", what, format!("leave it out of `{key}`"));
            return None;
        }
        let caller_owned = read.root == "caller" && matches!(read.field.as_deref(), Some("number" | "name"));
        let private = privacy == Some(Privacy::Mask) || caller_owned;
        let label = path.replace(['.', '_'], " ");
        Some(BriefItem { read, label, private })
    }

    fn while_queued(&mut self, node: &Node) -> (Vec<Tell>, Option<Duration>) {
        let mut tell = Vec::new();
        if !matches!(node.kind, NodeKind::Map(_)) {
            let mend = "write `while_waiting: { tell: [position, rough_wait] }`";
            self.faults().error(node.at, "wrong-form", "`while_waiting` of a queue is not a mapping", mend);
            return (tell, None);
        }
        let Some(mut fields) = Fields::of(node, "`while_waiting`", self.faults()) else { return (tell, None) };
        if let Some((_, list)) = fields.take("tell") {
            for item in items(list, "a list", true, self.faults()) {
                let words = [("position", Tell::Position), ("rough_wait", Tell::RoughWait)];
                tell.extend(one_of(item, "tell", &words, self.faults()));
            }
        }
        let offer = fields.take("offer_callback_after").and_then(|(_, node)| duration(node, self.faults()));
        fields.finish(self.faults());
        (tell, offer)
    }
}
