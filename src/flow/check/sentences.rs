//! Sentences: every declared language, every value known and speakable, none too long to listen to.

use std::collections::BTreeMap;

use crate::words::Language;

use super::super::bundle::{Privacy, Slot};
use super::super::datum::Datum;
use super::super::expression::{Read, Variable};
use super::super::kind::{Kind, Names, Root};
use super::super::node::{Node, NodeKind};
use super::super::sentence::{SentenceId, Sentences, speaking_time};
use super::fields::shorten;
use super::load::Checker;

/// Longer than this nobody listens.
const LONGEST_PROMPT: std::time::Duration = std::time::Duration::from_secs(12);
/// The longest text of one wording, in bytes.
const LONGEST_TEXT: usize = 3_000;

impl Checker<'_> {
    /// A sentence: `{ en: "...", zh: "..." }`, a list of variants in place of each text.
    pub fn sentence(&mut self, node: &Node, names: &Names, slots: &BTreeMap<String, Slot>) -> Option<SentenceId> {
        let NodeKind::Map(entries) = &node.kind else {
            let example: Vec<String> = self.languages.iter().map(|language| format!("{language}: \"…\"")).collect();
            let what = format!("a sentence is {}, not one text for each language", node.describe());
            let example = match (node.text(), self.languages.as_slice()) {
                (Some(text), [only]) => format!("{only}: \"{}\"", shorten(text)),
                _ => example.join(", "),
            };
            self.faults.error(node.at, "wrong-form", what, format!("write `{{ {example} }}`"));
            return None;
        };
        let mut said: BTreeMap<Language, Vec<String>> = BTreeMap::new();
        let mut every_key_is_a_language = true;
        for (key, value) in entries {
            let Some(language) = self.declared_language(key) else {
                every_key_is_a_language = false;
                continue;
            };
            let variants = match &value.kind {
                NodeKind::List(items) => items.as_slice(),
                _ => std::slice::from_ref(value),
            };
            for variant in variants {
                if let Some(text) = self.wording(variant) {
                    said.entry(language).or_default().push(text);
                }
            }
        }
        let missing: Vec<Language> = self.languages.iter().copied().filter(|known| !said.contains_key(known)).collect();
        let empty_given = entries.iter().any(|(_, value)| value.text().is_some_and(|text| text.trim().is_empty()));
        if every_key_is_a_language && !empty_given {
            for language in &missing {
                let what = format!("the sentence is missing in `{language}`");
                self.faults.error(node.at, "missing-language", what, format!("add `{language}: \"…\"`"));
            }
        }
        if !missing.is_empty() || !every_key_is_a_language {
            return None;
        }
        let id = match self.sentences.add(node.at, said) {
            Ok(id) => id,
            Err((language, fault)) => {
                let at =
                    entries.iter().find(|(key, _)| key.text == language.as_str()).map_or(node.at, |(_, node)| node.at);
                self.faults.error(at, fault.code, fault.what, fault.mend);
                return None;
            }
        };
        let places = entries
            .iter()
            .filter_map(|(key, value)| Language::parse(&key.text).ok().map(|language| (language, value.at)));
        self.check_sentence(id, names, slots, &places.collect());
        Some(id)
    }

    /// A quoted string that may contain `{{ }}` and is no speech: a skill, for example.
    pub fn plain_text(&mut self, node: &Node, names: &Names, slots: &BTreeMap<String, Slot>) -> Option<SentenceId> {
        let text = super::fields::text(node, "a text", &mut self.faults)?;
        let said = self.languages.iter().map(|language| (*language, vec![text.to_owned()])).collect();
        match self.sentences.add(node.at, said) {
            Ok(id) => {
                let places = self.languages.iter().map(|language| (*language, node.at)).collect();
                self.check_sentence(id, names, slots, &places);
                Some(id)
            }
            Err((_, fault)) => {
                self.faults.error(node.at, fault.code, fault.what, fault.mend);
                None
            }
        }
    }

    /// What stands for a recording whose words nobody wrote: its name.
    pub fn words_of_recording(&mut self, recording: &str, at: super::super::node::Place) -> Option<SentenceId> {
        let words = recording.replace(['_', '-'], " ");
        let said = self.languages.iter().map(|language| (*language, vec![words.clone()])).collect();
        self.sentences.add(at, said).ok()
    }

    fn wording(&mut self, node: &Node) -> Option<String> {
        match &node.kind {
            NodeKind::Scalar { text, quoted } => {
                if text.trim().is_empty() {
                    self.faults.error(node.at, "empty-sentence", "there is nothing to say", "write the sentence");
                    return None;
                }
                if text.len() > LONGEST_TEXT {
                    let what = format!("the sentence is longer than {LONGEST_TEXT} characters");
                    self.faults.error(node.at, "long-prompt", what, "say less, or split it");
                    return None;
                }
                if !quoted {
                    let what = "the sentence is not in quotes: a comma, a colon or `#` would cut it";
                    let is_curly = text.starts_with(['“', '”', '„', '‘', '「']);
                    let mend = if is_curly { "use straight quotes: `\"`" } else { "put it in double quotes" };
                    self.faults.warning(node.at, "unquoted-sentence", what, mend);
                }
                Some(text.clone())
            }
            NodeKind::Empty => {
                self.faults.error(node.at, "empty-sentence", "there is nothing to say", "write the sentence in quotes");
                None
            }
            _ => {
                let what = format!("here is {}, where a text is wanted", node.describe());
                self.faults.error(node.at, "wrong-form", what, "write the sentence in double quotes");
                None
            }
        }
    }

    fn check_sentence(
        &mut self,
        id: SentenceId,
        names: &Names,
        slots: &BTreeMap<String, Slot>,
        places: &BTreeMap<Language, super::super::node::Place>,
    ) {
        let sentence = self.sentences.get(id);
        let at = sentence.at;
        let mut known = true;
        for read in sentence.reads.clone() {
            // A record that is named whole is reported as such; its fields are checked one by one.
            let also_by_field = |other: &Read| other.root == read.root && other.field.is_some();
            if read.field.is_none() && self.sentences.get(id).reads.iter().any(also_by_field) {
                continue;
            }
            if let Err(fault) = names.find(&read.root, read.field.as_deref()) {
                self.faults.error(at, fault.code, fault.what, fault.mend);
                known = false;
            }
            if slots.get(&read.root).is_some_and(|slot| slot.privacy == Privacy::Hide) {
                let what = format!("`{}` is private: hide, and would be said here", read.root);
                self.faults.error(at, "private-said", what, "leave it out of the sentence, or make it `private: mask`");
            }
        }
        if !known {
            return;
        }
        for language in self.languages.clone() {
            let sentence = self.sentences.get(id);
            let place = places.get(&language).copied().unwrap_or(at);
            for line in sentence.lines(language) {
                // A variable whose kind is not known is tried with one value of each.
                let tried = [Kind::Text, Kind::Number, Kind::Moment, Kind::Time].map(|unknown| {
                    let lookup = |root: &str| sample(names, slots, root, unknown);
                    self.sentences.render_line(sentence, line, language, &lookup, &self.zone)
                });
                let [first, others @ ..] = tried;
                let rendered =
                    others.into_iter().fold(first, |best, other| if best.is_ok() { best } else { other.or(best) });
                match rendered {
                    Err(trouble) => {
                        let known: Vec<String> =
                            Sentences::FILTERS.iter().map(|filter| format!("`{filter}`")).collect();
                        let mend = format!("known filters are {}", known.join(", "));
                        self.faults.error(place, "bad-sentence", trouble.0, mend);
                        break;
                    }
                    Ok(text) if speaking_time(&text) > LONGEST_PROMPT => {
                        let seconds = speaking_time(&text).as_secs();
                        let what = format!("this takes about {seconds} s to say");
                        self.faults.warning(
                            place,
                            "long-prompt",
                            what,
                            "keep it under 12 s: say less, or ask in between",
                        );
                    }
                    Ok(_) => {}
                }
            }
        }
    }
}

/// A value of the right kind, to try a sentence with; `unknown` stands for a kind that is not known.
fn sample(names: &Names, slots: &BTreeMap<String, Slot>, root: &str, unknown: Kind) -> Option<Variable> {
    let of_kind = |kind: Kind| match kind {
        Kind::YesNo => Datum::YesNo(true),
        Kind::Number => Datum::Number(19.0),
        Kind::Moment => Datum::Date(jiff::civil::date(2026, 1, 5)),
        Kind::Time => Datum::Time(jiff::civil::time(14, 30, 0, 0)),
        Kind::Duration => Datum::Duration(jiff::SignedDuration::from_hours(2)),
        _ => Datum::Text("AB12".to_owned()),
    };
    match names.roots.get(root)? {
        Root::One(_) if slots.contains_key(root) => {
            let slot = &slots[root];
            let kind = Kind::of_slot(&slot.kind);
            Some(if kind == Kind::Text { Variable::Spelt("AB12".to_owned()) } else { Variable::One(of_kind(kind)) })
        }
        // `now` is said by its hour or by its day.
        Root::One(Kind::Moment) => Some(Variable::One(Datum::Moment(jiff::Timestamp::UNIX_EPOCH))),
        Root::One(Kind::Any) => Some(Variable::One(of_kind(unknown))),
        Root::One(kind) => Some(Variable::One(of_kind(*kind))),
        Root::Record(fields) => {
            Some(Variable::Record(fields.iter().map(|(name, kind)| (name.clone(), of_kind(*kind))).collect()))
        }
    }
}
