//! The steps that speak or leave word: `say`, `note`, `tag`, `record`, `recommend`.

use super::super::act::{BargeIn, RecordWhat};
use super::super::bundle::{Jump, Recommend, Record, Rule, Say, Verb};
use super::super::kind::Kind;
use super::super::nearest::nearest;
use super::super::node::{Node, NodeKind, Place};
use super::super::sentence::SentenceId;
use super::fields::{Fields, is_name, items, name, one_of, shorten};
use super::flow::FlowBuilder;

/// What stands before the name of a recording.
const RECORDING: &str = "recording:";

impl FlowBuilder<'_, '_> {
    pub fn say(&mut self, node: &Node, fields: &mut Fields<'_>) -> Option<Verb> {
        let barge_in = fields.take("barge_in").and_then(|(_, node)| {
            let words = [("allowed", BargeIn::Allowed), ("blocked", BargeIn::Blocked)];
            one_of(node, "barge_in", &words, self.faults())
        });
        let beside = fields.take("recording").map(|(_, node)| (node.text().unwrap_or_default(), node.at));
        let alone = node.text().and_then(|text| text.strip_prefix(RECORDING)).map(|given| (given.trim(), node.at));
        let recording = match beside.or(alone) {
            None => None,
            Some((given, at)) => Some(self.recording(given, at)?),
        };
        let sentence = match (&recording, alone) {
            (Some(recording), Some(_)) => self.checker.words_of_recording(recording, node.at),
            _ => self.sentence(node),
        };
        Some(Verb::Say(Say { sentence: sentence?, recording, barge_in: barge_in.unwrap_or_default() }))
    }

    /// A recording that is there in every language.
    fn recording(&mut self, given: &str, at: Place) -> Option<String> {
        if !is_name(given) {
            let what = format!("`{}` is no name of a recording", shorten(given));
            let mend = "write its name alone: `recording:welcome` for recordings/welcome.en.wav";
            self.faults().error(at, "bad-name", what, mend);
            return None;
        }
        let missing = self.checker.beside.recordings_missing(given, &self.checker.languages);
        if missing.is_empty() {
            return Some(given.to_owned());
        }
        let others = self.checker.beside.recordings_named();
        let what = format!("there is no {}", missing.join(" and no "));
        let mend = match nearest(given, others.iter().map(String::as_str)) {
            Some(meant) if meant != given => format!("did you mean `{meant}`?"),
            _ => "put it there, or write the sentence as text".to_owned(),
        };
        self.faults().error(at, "unknown-recording", what, mend);
        None
    }

    /// A text or a sentence that may contain `{{ }}` and is not listened to: `note`, `item`, `reason`.
    fn text_or_sentence(&mut self, node: &Node) -> Option<SentenceId> {
        match &node.kind {
            NodeKind::Map(_) => self.sentence(node),
            _ => self.plain_text(node),
        }
    }

    pub fn note(&mut self, node: &Node) -> Option<Verb> {
        Some(Verb::Note { sentence: self.text_or_sentence(node)? })
    }

    pub fn tag(&mut self, node: &Node) -> Option<Verb> {
        let list = items(node, "a word or a list of words", true, self.faults());
        let tags: Vec<SentenceId> = list.iter().filter_map(|item| self.plain_text(item)).collect();
        (!tags.is_empty()).then_some(Verb::Tag { tags })
    }

    pub fn record(&mut self, node: &Node, fields: &mut Fields<'_>, next: Jump) -> Option<Verb> {
        let words = [("start", RecordWhat::Start), ("stop", RecordWhat::Stop), ("pause", RecordWhat::Pause)];
        let what = one_of(node, "record", &words, self.faults());
        let consent = fields.take("consent").and_then(|(_, node)| self.sentence(node));
        let if_refused = self.exit_under(fields, "if_refused", next);
        if what == Some(RecordWhat::Start) && !fields.has("consent") {
            let mend = "ask first: `consent: { en: \"May we record this call?\" }`";
            self.faults().error(node.at, "recording-without-consent", "the call is recorded without asking", mend);
        }
        Some(Verb::Record(Record { what: what?, consent, if_refused }))
    }

    pub fn recommend(&mut self, node: &Node, fields: &mut Fields<'_>, next: Jump) -> Option<Verb> {
        if !matches!(node.kind, NodeKind::Empty) {
            let mend = "write `recommend:` with nothing behind it, and `rules:` below";
            self.faults().error(node.at, "wrong-form", "something stands beside `recommend`", mend);
        }
        let mend = "write `rules: [ { when: …, item: { en: \"…\" }, reason: { en: \"…\" } } ]`";
        let list = fields.need("rules", mend, self.faults());
        let mut rules = Vec::new();
        let mut complete = list.is_some();
        for item in list.map_or(&[] as &[Node], |list| items(list, "a list of rules", false, self.faults())) {
            match self.rule(item) {
                Some(rule) => rules.push(rule),
                None => complete = false,
            }
        }
        let save_as = fields.take("save_as").and_then(|(_, node)| name(node, "a name for the result", self.faults()));
        let if_none = self.exit_under(fields, "if_none", next);
        complete.then(|| Verb::Recommend(Recommend { rules, save_as: save_as.map(str::to_owned), if_none }))
    }

    fn rule(&mut self, node: &Node) -> Option<Rule> {
        let mut fields = Fields::of(node, "a rule of `recommend`", self.faults())?;
        let condition = fields.take("when");
        let when = condition.and_then(|(_, node)| self.expression(node, Kind::YesNo));
        let item = fields.need("item", "write what is suggested: `item: { en: \"the team plan\" }`", self.faults());
        let item = item.and_then(|node| self.text_or_sentence(node));
        let reason = fields.take("reason").and_then(|(_, node)| self.text_or_sentence(node));
        fields.finish(self.faults());
        (condition.is_none() || when.is_some()).then_some(Rule { when, item: item?, reason })
    }
}
