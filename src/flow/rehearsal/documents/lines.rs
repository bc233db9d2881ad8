//! The turns of a test.

use std::time::Duration;

use super::super::super::check::fields::{Fields, count, duration, items, shorten, text};
use super::super::super::nearest::suggestion;
use super::super::super::node::{Key, Node, NodeKind};
use super::super::caller::{CallerTurn, Says};
use super::load::Reader;
use super::{BotLine, CallerLine, LineKind, TestLine, Wording, expectations, outcomes};

/// The keys a turn may begin with.
const KINDS: [&str; 6] = ["bot", "bot_exactly", "caller", "expect", "event", "queue"];

/// Reads `turns:`.
pub fn read(node: &Node, reader: &mut Reader<'_>) -> Vec<TestLine> {
    let mut lines = Vec::new();
    for item in items(node, "a list of turns", false, &mut reader.faults) {
        let NodeKind::Map(entries) = &item.kind else {
            let what = format!("a turn is {}, not a mapping", item.describe());
            reader.faults.error(item.at, "wrong-form", what, "write `bot: …`, `caller: …` or `expect: …`");
            continue;
        };
        // A turn may carry its expectations with it: `{ caller: "yes", expect: { end: call } }`.
        for (key, value) in entries {
            let at = reader.spot(key.at);
            lines.extend(kind(key, value, reader).map(|what| TestLine { at, what }));
        }
    }
    lines
}

fn kind(key: &Key, value: &Node, reader: &mut Reader<'_>) -> Option<LineKind> {
    match key.text.as_str() {
        "bot" => bot(value, false, reader).map(LineKind::Bot),
        "bot_exactly" => bot(value, true, reader).map(LineKind::Bot),
        "caller" => caller(value, reader).map(LineKind::Caller),
        "expect" => expectations::read(value, reader).map(LineKind::Expect),
        "event" => text(value, "the name of an event", &mut reader.faults).map(|name| LineKind::Event(name.to_owned())),
        "queue" => outcomes::queue_end(value, &mut reader.faults).map(LineKind::QueueEnds),
        other => {
            let what = format!("a turn cannot be `{}`", shorten(other));
            reader.faults.error(key.at, "unknown-key", what, suggestion(other, KINDS));
            None
        }
    }
}

fn wordings(node: &Node, reader: &mut Reader<'_>) -> Vec<Wording> {
    let each = items(node, "a text", true, &mut reader.faults);
    each.iter().filter_map(|one| text(one, "a text in quotes", &mut reader.faults).map(Wording::new)).collect()
}

fn bot(node: &Node, exactly: bool, reader: &mut Reader<'_>) -> Option<BotLine> {
    let mut line = BotLine { says: Vec::new(), step: None, language: None, exactly };
    if !matches!(node.kind, NodeKind::Map(_)) {
        line.says = wordings(node, reader);
        return Some(line);
    }
    let mut fields = Fields::of(node, "what the bot says", &mut reader.faults)?;
    if let Some((_, says)) = fields.take("says") {
        line.says = wordings(says, reader);
    }
    if let Some((_, step)) = fields.take("step") {
        line.step = reader.step(step);
    }
    if let Some((_, language)) = fields.take("language") {
        line.language = reader.language(language);
    }
    fields.finish(&mut reader.faults);
    Some(line)
}

fn caller(node: &Node, reader: &mut Reader<'_>) -> Option<CallerLine> {
    match &node.kind {
        NodeKind::Scalar { text, quoted } => Some(CallerLine::Turn(match (text.as_str(), quoted) {
            ("silence", false) => CallerTurn::Silence,
            ("noise", false) => CallerTurn::Noise,
            ("mumbles", false) => CallerTurn::Mumbles,
            ("hang_up", false) => CallerTurn::HangUp,
            _ => CallerTurn::says(text.clone()),
        })),
        NodeKind::Map(_) => caller_fields(node, reader),
        _ => {
            let what = format!("a caller's line is {}", node.describe());
            let mend = "write what is said in quotes, `{ says: \"…\" }`, `{ keys: \"12#\" }`, `silence` or `hang_up`";
            reader.faults.error(node.at, "wrong-form", what, mend);
            None
        }
    }
}

fn caller_fields(node: &Node, reader: &mut Reader<'_>) -> Option<CallerLine> {
    let mut fields = Fields::of(node, "the caller's line", &mut reader.faults)?;
    let said = fields.take("says").and_then(|(_, node)| text(node, "a text in quotes", &mut reader.faults));
    let keys = fields.take("keys").and_then(|(_, node)| keys(node, reader));
    let audio = fields.take("audio");
    let wait = fields.take("wait").and_then(|(_, node)| duration(node, &mut reader.faults));
    let barge_in_after = fields.take("barge_in_after").and_then(|(_, node)| barge_in(node, reader));
    let mut sure = |key: &'static str, fields: &mut Fields<'_>| {
        fields.take(key).and_then(|(_, node)| part_of_one(node, key, reader))
    };
    let confidence = sure("confidence", &mut fields);
    let margin = sure("margin", &mut fields);
    let distress = sure("distress", &mut fields);
    let complexity = sure("complexity", &mut fields);
    let language = fields.take("language").and_then(|(_, node)| reader.language(node));
    let kinds = usize::from(keys.is_some()) + usize::from(audio.is_some()) + usize::from(wait.is_some());
    let line = match (said, keys, audio, wait) {
        (said, None, Some((_, file)), None) => {
            let name = text(file, "the name of a WAV file beside this one", &mut reader.faults)?;
            let path = reader.folder(file.at).join(name);
            Some(CallerLine::Audio { file: path, says: said.map(str::to_owned), barge_in_after })
        }
        (Some(said), None, None, None) => Some(CallerLine::Turn(CallerTurn::Says(Says {
            text: said.to_owned(),
            confidence: confidence.unwrap_or(1.0),
            margin: margin.unwrap_or(1.0),
            distress,
            complexity,
            barge_in_after,
            language,
        }))),
        (None, Some(keys), None, None) => Some(CallerLine::Turn(CallerTurn::Keys { keys, barge_in_after })),
        (None, None, None, Some(time)) => Some(CallerLine::Turn(CallerTurn::Wait(time))),
        _ => {
            let what = if kinds == 0 { "the caller does nothing here" } else { "the caller does two things at once" };
            let mend = "write one of `says`, `keys`, `audio` and `wait`, each in a line of its own";
            reader.faults.error(node.at, "wrong-form", what, mend);
            None
        }
    };
    fields.finish(&mut reader.faults);
    line
}

fn keys(node: &Node, reader: &mut Reader<'_>) -> Option<String> {
    let keys = text(node, "keys in quotes", &mut reader.faults)?;
    let is_key = |key: char| key.is_ascii_digit() || matches!(key, '*' | '#' | 'A'..='D');
    if !keys.is_empty() && keys.chars().all(is_key) {
        return Some(keys.to_owned());
    }
    let what = format!("`{}` cannot be keyed", shorten(keys));
    reader.faults.error(node.at, "bad-keys", what, "write digits, `*` and `#` in quotes: `keys: \"1234#\"`");
    None
}

/// How far into the bot's speech the caller begins, from nothing at all on.
fn barge_in(node: &Node, reader: &mut Reader<'_>) -> Option<Duration> {
    if matches!(node.text(), Some("0" | "0ms" | "0s")) {
        return Some(Duration::ZERO);
    }
    duration(node, &mut reader.faults)
}

/// A number from 0 to 1.
fn part_of_one(node: &Node, key: &str, reader: &mut Reader<'_>) -> Option<f32> {
    let given = text(node, "a number from 0 to 1", &mut reader.faults)?;
    match given.parse::<f32>() {
        Ok(number) if (0.0..=1.0).contains(&number) => Some(number),
        _ => {
            let what = format!("`{key}` cannot be `{}`", shorten(given));
            reader.faults.error(node.at, "bad-number", what, "write a number from 0 to 1");
            None
        }
    }
}

impl Reader<'_> {
    /// A step of the bundle: `step`, or `flow/step` where several flows have one of this name.
    pub fn step(&mut self, node: &Node) -> Option<String> {
        let wanted = text(node, "the id of a step", &mut self.faults)?;
        let (flow, step) = match wanted.split_once('/') {
            Some((flow, step)) => (Some(flow), step),
            None => (None, wanted),
        };
        let flows = || self.bundle.flows.iter().filter(|known| flow.is_none_or(|flow| known.name == flow));
        if flows().any(|flow| flow.steps.iter().any(|known| known.name == step)) {
            return Some(wanted.to_owned());
        }
        let what = format!("there is no step `{}`", shorten(wanted));
        let known = flows().flat_map(|flow| flow.steps.iter().map(|step| step.name.as_str()));
        let mend = suggestion(step, known.filter(|name| !name.contains('@')));
        self.faults.error(node.at, "unknown-step", what, mend);
        None
    }

    /// A count in words of the language, for expectations.
    pub fn class(&mut self, node: &Node) -> Option<u8> {
        count(node, 1, 9, &mut self.faults).and_then(|class| u8::try_from(class).ok())
    }
}
