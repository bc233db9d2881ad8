//! A simulated conversation as a `test:` document.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::flow::rehearsal::{CallerTurn, Happening, Says, Setting, StubAnswer, What, end_name};
use crate::flow::{Bundle, LookUpResult};

/// One line of the test to be.
#[derive(Clone, Debug, PartialEq)]
enum Entry {
    /// The bot says something at a step.
    Bot { says: String },
    /// The caller's turn.
    Caller(CallerTurn),
    /// The wait for a person ends.
    Queue(String),
    /// Something happens that was waited for.
    Event(String),
    /// What came of it, as the keys of `expect:`.
    Expect(Vec<(String, String)>),
}

/// What has been said and done so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Transcript {
    entries: Vec<Entry>,
    /// What connections answered, in order.
    answers: BTreeMap<String, Vec<String>>,
    /// Why it cannot be written as a test, if it cannot.
    obstacle: Option<&'static str>,
    ended: bool,
}

impl Transcript {
    /// The caller's turn.
    pub(super) fn turn(&mut self, turn: &CallerTurn) {
        if turn.barge_in_after().is_some() {
            self.cut_short();
        }
        self.entries.push(Entry::Caller(turn.clone()));
    }

    /// Who interrupts does so after the first saying of the bot's turn: the others were not said, and nothing came
    /// of them.
    fn cut_short(&mut self) {
        let is_turn = |entry: &Entry| !matches!(entry, Entry::Bot { .. } | Entry::Expect(_));
        let begins = self.entries.iter().rposition(is_turn).map_or(0, |place| place + 1);
        let first = self.entries[begins..].iter().position(|entry| matches!(entry, Entry::Bot { .. }));
        let kept = first.map(|first| self.entries[begins + first].clone());
        self.entries.truncate(begins);
        self.entries.extend(kept);
    }

    /// The wait for a person ended.
    pub(super) fn queue(&mut self, result: &str) {
        self.entries.push(Entry::Queue(result.to_owned()));
    }

    /// An event.
    pub(super) fn event(&mut self, name: &str) {
        self.entries.push(Entry::Event(name.to_owned()));
    }

    /// A connection answered.
    pub(super) fn answered(&mut self, name: &str, answer: &StubAnswer) {
        self.answers.entry(name.to_owned()).or_default().push(written(&answer.result));
    }

    /// Something that no test can say.
    pub(super) fn cannot(&mut self, why: &'static str) {
        self.obstacle.get_or_insert(why);
    }

    /// Why it cannot be written as a test, if it cannot.
    pub(super) fn obstacle(&self) -> Option<&'static str> {
        if self.entries.is_empty() {
            return Some("nothing has been said yet");
        }
        self.obstacle
    }

    /// What came of the last turn.
    pub(super) fn happened(&mut self, happened: &[Happening], interrupted: bool) {
        let mut expected: Vec<(String, String)> = Vec::new();
        let mut slots: Vec<String> = Vec::new();
        // Of a bot that was interrupted, what was said up to then is told again.
        let cut = happened.iter().position(|one| matches!(one.what, What::Cut { .. })).filter(|_| interrupted);
        for (place, one) in happened.iter().enumerate() {
            match &one.what {
                What::Bot { .. } if cut.is_some_and(|cut| place < cut) => {}
                What::Bot { text, .. } => self.entries.push(Entry::Bot { says: text.clone() }),
                // What is shown to nobody is not written down either.
                What::SlotFilled { value, .. } if value.chars().all(|shown| shown == '•') => {}
                What::SlotFilled { slot, raw, .. } => {
                    slots.push(format!("{slot}: {}", quoted(&raw.reveal().text())));
                }
                What::Handler { name } => expected.push(("handler".to_owned(), (*name).to_owned())),
                What::Queued(queue) => expected.push(("queue".to_owned(), queue.queue.clone())),
                What::Transferring(transfer) => expected.push(("transfer".to_owned(), transfer.destination.clone())),
                What::Ended { reason, .. } => {
                    self.ended = true;
                    expected.push(("end".to_owned(), end_name(*reason).to_owned()));
                }
                _ => {}
            }
        }
        if !slots.is_empty() {
            expected.insert(0, ("slot".to_owned(), format!("{{ {} }}", slots.join(", "))));
        }
        // A key stands in a mapping once.
        let mut known: Vec<(String, String)> = Vec::new();
        for (key, value) in expected {
            known.retain(|(other, _)| *other != key);
            known.push((key, value));
        }
        if !known.is_empty() {
            self.entries.push(Entry::Expect(known));
        }
    }

    /// The test, as a YAML document.
    pub(super) fn test(
        &self,
        name: &str,
        setting: &Setting,
        bundle: &Bundle,
        stubs: &BTreeMap<String, String>,
    ) -> String {
        let mut text = format!("test: {}\n", quoted(name));
        if let Some(flow) = &setting.flow {
            let _ = writeln!(text, "flow: {flow}");
        }
        let mut caller = Vec::new();
        let facts = &setting.facts;
        caller.extend(facts.caller_number.as_ref().map(|number| format!("number: {}", quoted(number.reveal()))));
        caller.extend(facts.language.map(|language| format!("language: {language}")));
        if !caller.is_empty() {
            let _ = writeln!(text, "caller: {{ {} }}", caller.join(", "));
        }
        let at = setting.at.to_zoned(bundle.timezone().clone());
        let _ = writeln!(text, "at: {}", at.strftime("%Y-%m-%dT%H:%M:%S%:z"));
        if setting.seed != 0 {
            let _ = writeln!(text, "seed: {}", setting.seed);
        }
        if !self.answers.is_empty() {
            text.push_str("stubs:\n");
            for (name, answers) in &self.answers {
                let mut answers = answers.clone();
                answers.dedup();
                let written = match (stubs.get(name), answers.as_slice()) {
                    (Some(stub), [_]) => stub.clone(),
                    (_, [one]) => one.clone(),
                    _ => format!("[{}]", self.answers[name].join(", ")),
                };
                let _ = writeln!(text, "  {name}: {written}");
            }
        }
        let ends = matches!(self.entries.last(), Some(Entry::Expect(keys)) if keys.iter().any(|(key, _)| matches!(key.as_str(), "end" | "queue" | "transfer")));
        if !ends {
            text.push_str("open: allowed\n");
        }
        text.push_str("turns:\n");
        for entry in &self.entries {
            let line = match entry {
                Entry::Bot { says } => format!("bot: {}", quoted(says)),
                Entry::Caller(turn) => format!("caller: {}", caller_line(turn)),
                Entry::Queue(result) => format!("queue: {result}"),
                Entry::Event(name) => format!("event: {}", quoted(name)),
                Entry::Expect(keys) => {
                    let keys: Vec<String> = keys.iter().map(|(key, value)| format!("{key}: {value}")).collect();
                    format!("expect: {{ {} }}", keys.join(", "))
                }
            };
            let _ = writeln!(text, "  - {line}");
        }
        text
    }
}

/// A text as YAML: the double quotes of JSON are those of YAML.
fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

fn caller_line(turn: &CallerTurn) -> String {
    let interrupts = |after: &Option<std::time::Duration>| {
        after.map_or_else(String::new, |after| format!(", barge_in_after: {}ms", after.as_millis()))
    };
    match turn {
        CallerTurn::Says(Says { text, confidence, margin, distress, complexity, barge_in_after, language }) => {
            let mut parts = format!("says: {}", quoted(text));
            let plain = parts.len();
            if *confidence < 1.0 {
                parts.push_str(&format!(", confidence: {confidence}"));
            }
            if *margin < 1.0 {
                parts.push_str(&format!(", margin: {margin}"));
            }
            if let Some(distress) = distress {
                parts.push_str(&format!(", distress: {distress}"));
            }
            if let Some(complexity) = complexity {
                parts.push_str(&format!(", complexity: {complexity}"));
            }
            if let Some(language) = language {
                parts.push_str(&format!(", language: {language}"));
            }
            parts.push_str(&interrupts(barge_in_after));
            if parts.len() == plain { quoted(text) } else { format!("{{ {parts} }}") }
        }
        CallerTurn::Keys { keys, barge_in_after } => {
            format!("{{ keys: {}{} }}", quoted(keys), interrupts(barge_in_after))
        }
        CallerTurn::Silence => "silence".to_owned(),
        CallerTurn::Mumbles => "mumbles".to_owned(),
        CallerTurn::Noise => "noise".to_owned(),
        CallerTurn::HangUp => "hang_up".to_owned(),
        CallerTurn::Wait(time) => format!("{{ wait: {}ms }}", time.as_millis()),
    }
}

/// An answer as a stub is written.
fn written(result: &LookUpResult) -> String {
    match result {
        LookUpResult::None => "none".to_owned(),
        LookUpResult::Error(kind) => format!("{{ error: {} }}", quoted(kind)),
        LookUpResult::Found(record) => {
            let fields: Vec<String> = record
                .iter()
                .filter(|(_, value)| !value.is_absent())
                .map(|(name, value)| format!("{name}: {}", quoted(&value.text())))
                .collect();
            if fields.is_empty() { "ok".to_owned() } else { format!("{{ {} }}", fields.join(", ")) }
        }
    }
}
