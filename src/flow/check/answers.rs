//! `answers:` documents: the knowledge base, shape and sentences.

use std::collections::BTreeSet;

use super::super::bundle::{AnswerEntry, Answers};
use super::super::kind::Names;
use super::super::node::{Node, NodeKind};
use super::fields::{Fields, day, items, name, shorten, text};
use super::load::{Checker, Document};

impl Checker<'_> {
    /// The topics of all `answers:` documents, read before the steps that name them.
    pub fn read_topics(&mut self, documents: &[&Document]) {
        for document in documents {
            self.topics.extend(document.named.text().map(str::to_owned));
            let mut nodes: Vec<&Node> = vec![&document.whole];
            while let Some(node) = nodes.pop() {
                match &node.kind {
                    NodeKind::List(list) => nodes.extend(list),
                    NodeKind::Map(entries) => {
                        for (key, value) in entries {
                            match (key.text.as_str(), &value.kind) {
                                ("topics", NodeKind::List(list)) => {
                                    self.topics.extend(list.iter().filter_map(|topic| topic.text().map(str::to_owned)));
                                }
                                ("topics", _) => self.topics.extend(value.text().map(str::to_owned)),
                                ("entries", _) => nodes.push(value),
                                _ => {}
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    /// Reads every `answers:` document.
    pub fn read_answers(&mut self, documents: &[&Document]) -> Vec<Answers> {
        let mut read: Vec<Answers> = Vec::new();
        let mut ids: BTreeSet<String> = BTreeSet::new();
        for document in documents {
            let Some(topic) = name(&document.named, "the topic of the answers", &mut self.faults) else { continue };
            let Some(mut fields) = Fields::of(&document.whole, format!("the answers `{topic}`"), &mut self.faults)
            else {
                continue;
            };
            fields.take("answers");
            self.check_keeping(&mut fields);
            let mend = "list them: `entries: [ { questions: { en: [\"…\"] }, answer: { en: \"…\" } } ]`";
            let list = fields.need("entries", mend, &mut self.faults);
            fields.finish(&mut self.faults);
            let mut entries = Vec::new();
            for item in list.map_or(&[] as &[Node], |list| items(list, "a list of entries", false, &mut self.faults)) {
                let entry = self.entry(item);
                if let Some(id) = entry.as_ref().and_then(|entry| entry.id.as_ref())
                    && !ids.insert(id.clone())
                {
                    let what = format!("there is already an entry `{id}`");
                    self.faults.error(item.at, "duplicate-name", what, "give one of them another id");
                }
                entries.extend(entry);
            }
            read.push(Answers { topic: topic.to_owned(), entries });
        }
        self.same_questions(&read);
        read
    }

    /// Who keeps the answers up to date, and topics beside that of their document.
    fn check_keeping(&mut self, fields: &mut Fields<'_>) {
        if let Some((_, node)) = fields.take("owner") {
            text(node, "a name", &mut self.faults);
        }
        if let Some((_, node)) = fields.take("topics") {
            for item in items(node, "a list of topics", true, &mut self.faults) {
                text(item, "a topic", &mut self.faults);
            }
        }
    }

    /// What is not yet asked for when a caller is answered (more, a flow, days, topics) is checked all the same.
    fn entry(&mut self, node: &Node) -> Option<AnswerEntry> {
        let mut fields = Fields::of(node, "an entry", &mut self.faults)?;
        let id = fields.take("id").and_then(|(_, node)| name(node, "a name for the entry", &mut self.faults));
        let mend = "write how it is asked: `questions: { en: [\"when are you open\"] }`";
        let questions = fields.need("questions", mend, &mut self.faults);
        let asked = questions.and_then(|node| self.words_said(node));
        let mend = "write what is answered: `answer: { en: \"…\" }`";
        let answer = fields.need("answer", mend, &mut self.faults);
        let names = Names::built_in([]);
        let none = Default::default();
        let says = answer.and_then(|node| self.sentence(node, &names, &none));
        if let Some((_, node)) = fields.take("more") {
            self.sentence(node, &names, &none);
        }
        if let Some((_, node)) = fields.take("flow") {
            self.flow_named(node);
        }
        let from = fields.take("valid_from").map(|(_, node)| (day(node, &mut self.faults), node.at));
        let until = fields.take("valid_until").map(|(_, node)| (day(node, &mut self.faults), node.at));
        if let (Some((Some(from), _)), Some((Some(until), at))) = (from, until)
            && until < from
        {
            let what = "the answer ends before it begins to be true";
            self.faults.error(at, "bad-day", what, "swap `valid_from` and `valid_until`");
        }
        self.check_keeping(&mut fields);
        fields.finish(&mut self.faults);
        let asked =
            asked?.into_iter().flat_map(|(language, said)| said.into_iter().map(move |template| (language, template)));
        Some(AnswerEntry { id: id.map(str::to_owned), at: node.at, asked: asked.collect(), says: says? })
    }

    /// Entries that are asked by the very same words.
    fn same_questions(&mut self, answers: &[Answers]) {
        let mut seen: std::collections::HashMap<(crate::words::Language, String), super::super::node::Place> =
            Default::default();
        for entry in answers.iter().flat_map(|document| &document.entries) {
            for (language, template) in &entry.asked {
                for sample in template.samples(4) {
                    let first = *seen.entry((*language, sample.clone())).or_insert(entry.at);
                    if first != entry.at {
                        let what = format!("\"{}\" is asked in the entry of line {} too", shorten(&sample), first.line);
                        let mend = "give each entry questions of its own, or make one entry of the two";
                        self.faults.warning(entry.at, "same-sentence", what, mend);
                        break;
                    }
                }
            }
        }
    }
}
