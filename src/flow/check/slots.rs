//! What a flow declares before its steps: slots, and what a caller may say to start it.

use std::collections::BTreeMap;

use crate::words::{ChoiceOption, Language, MAX_DIGITS, Shape, SlotType, Template};

use super::super::bundle::{Privacy, Slot};
use super::super::kind::Names;
use super::super::nearest::suggestion;
use super::super::node::{Node, NodeKind, Place};
use super::fields::{Fields, count, is_name, items, name, one_of, shorten, text};
use super::load::Checker;

/// What a flow declares.
pub struct Declared<'n> {
    pub slots: BTreeMap<String, Slot>,
    pub start_when: Vec<(Language, Template)>,
    pub called: Option<&'n Node>,
}

/// Slot types that are performed.
const TYPES: [&str; 5] = ["yes_no", "digits", "code", "choice", "free_text"];
/// Slot types of the reference that this version does not perform.
const LATER_TYPES: [&str; 12] =
    ["number", "money", "date", "time", "duration", "phone", "id_number", "name", "address", "email", "place", "card"];

/// Reads `slots`, `start_when` and `called` of a flow.
pub fn declare<'n>(checker: &mut Checker<'_>, fields: &mut Fields<'n>) -> Declared<'n> {
    let slots = match fields.take("slots") {
        Some((_, node)) => checker.read_slots(node),
        None => BTreeMap::new(),
    };
    let start_when = match fields.take("start_when") {
        Some((_, node)) => checker.read_start_when(node, &slots),
        None => Vec::new(),
    };
    let called = fields.take("called").map(|(_, node)| node);
    Declared { slots, start_when, called }
}

impl Checker<'_> {
    fn read_slots(&mut self, node: &Node) -> BTreeMap<String, Slot> {
        let mut slots = BTreeMap::new();
        let NodeKind::Map(entries) = &node.kind else {
            if !matches!(node.kind, NodeKind::Empty) {
                let mend = "write `slots: { order_no: { type: code, shape: \"LL99999999\" } }`";
                self.faults.error(node.at, "wrong-form", "`slots` is not a mapping", mend);
            }
            return slots;
        };
        let built_in = Names::built_in();
        for (key, value) in entries {
            if !is_name(&key.text) {
                let what = format!("`{}` is no name", shorten(&key.text));
                self.faults.error(key.at, "bad-name", what, "use letters, digits and `_`, beginning with a letter");
                continue;
            }
            if built_in.roots.contains_key(&key.text) {
                let what = format!("`{}` is the name of a variable that every flow has", key.text);
                self.faults.error(key.at, "duplicate-name", what, "give the slot another name");
                continue;
            }
            let Some(mut fields) = Fields::of(value, format!("the slot `{}`", key.text), &mut self.faults) else {
                continue;
            };
            let kind = self.read_slot_type(&mut fields);
            let privacy = fields.take("private").and_then(|(_, node)| {
                let words = [("none", Privacy::None), ("mask", Privacy::Mask), ("hide", Privacy::Hide)];
                one_of(node, "private", &words, &mut self.faults)
            });
            let known = kind.is_some();
            if known {
                fields.finish(&mut self.faults);
            }
            // A slot of a wrong type still exists, so that its uses are not faults as well.
            let kind = kind.unwrap_or(SlotType::FreeText);
            slots.insert(key.text.clone(), Slot { at: key.at, kind, privacy: privacy.unwrap_or_default(), called: None });
        }
        slots
    }

    fn read_slot_type(&mut self, fields: &mut Fields<'_>) -> Option<SlotType> {
        let node = fields.need("type", "write what it holds, for example `type: code`", &mut self.faults)?;
        let wanted = text(node, "a slot type", &mut self.faults)?;
        match wanted {
            "yes_no" => Some(SlotType::YesNo),
            "free_text" => Some(SlotType::FreeText),
            "digits" => self.read_digits(fields),
            "code" => {
                let mend = "write its shape: `L` for a letter, `9` for a digit, for example `shape: \"LL99999999\"`";
                let node = fields.need("shape", mend, &mut self.faults)?;
                let shape = text(node, "a shape", &mut self.faults)?;
                match Shape::parse(shape) {
                    Ok(shape) => Some(SlotType::Code { shape }),
                    Err(error) => {
                        self.faults.error(node.at, "bad-shape", error.to_string(), mend);
                        None
                    }
                }
            }
            "choice" => {
                let mend = "list its choices: `choices: { small: { en: [\"small\", \"the little one\"] } }`";
                let node = fields.need("choices", mend, &mut self.faults)?;
                self.read_choices(node)
            }
            later if LATER_TYPES.contains(&later) => {
                let what = format!("the slot type `{later}` is not performed by this version");
                let mend = "use `yes_no`, `digits`, `code`, `choice` or `free_text`";
                self.faults.error(node.at, "not-performed", what, mend);
                None
            }
            other => {
                let what = format!("there is no slot type `{}`", shorten(other));
                self.faults.error(node.at, "unknown-type", what, suggestion(other, TYPES));
                None
            }
        }
    }

    fn read_digits(&mut self, fields: &mut Fields<'_>) -> Option<SlotType> {
        let most = u32::try_from(MAX_DIGITS).unwrap_or(32);
        let mut bound = |fields: &mut Fields<'_>, key| {
            let (_, node) = fields.take(key)?;
            count(node, 1, most, &mut self.faults).map(|number| (number as usize, node.at))
        };
        let length = bound(fields, "length");
        let min = bound(fields, "min");
        let max = bound(fields, "max");
        match (length, min, max) {
            (Some((length, _)), None, None) => Some(SlotType::Digits { min: length, max: length }),
            (Some((_, at)), ..) => {
                let mend = "keep `length`, or `min` and `max`";
                self.faults.error(at, "wrong-form", "`length` stands beside `min` or `max`", mend);
                None
            }
            (None, Some((min, at)), Some((max, _))) if min > max => {
                self.faults.error(at, "bad-number", "`min` is more than `max`", "swap them");
                None
            }
            (None, min, max) => {
                let bound = |given: Option<(usize, Place)>, default| given.map_or(default, |(number, _)| number);
                Some(SlotType::Digits { min: bound(min, 1), max: bound(max, MAX_DIGITS) })
            }
        }
    }

    fn read_choices(&mut self, node: &Node) -> Option<SlotType> {
        let mut options = Vec::new();
        match &node.kind {
            NodeKind::Map(entries) => {
                for (key, value) in entries {
                    let said = self.words_said(value)?;
                    options.push(ChoiceOption { value: key.text.clone(), said });
                }
            }
            _ => {
                for item in items(node, "a list or a mapping of choices", false, &mut self.faults) {
                    let option = name(item, "a choice", &mut self.faults)?;
                    options.push(ChoiceOption::plain(option));
                }
            }
        }
        if options.len() < 2 {
            self.faults.error(node.at, "too-few-choices", "a choice needs at least two choices", "add one");
            return None;
        }
        Some(super::super::bundle::choice_type(options))
    }

    /// How something may be said in each language: `{ en: ["small", "the little one"], zh: "小的" }`.
    pub fn words_said(&mut self, node: &Node) -> Option<BTreeMap<Language, Vec<Template>>> {
        let mut said = BTreeMap::new();
        let NodeKind::Map(entries) = &node.kind else {
            if self.languages.len() == 1 {
                let templates = self.templates(node);
                said.insert(self.languages[0], templates);
                return Some(said);
            }
            let mend = "write the words for each language: `{ en: [\"yes\"], zh: [\"是\"] }`";
            self.faults.error(node.at, "wrong-form", "the words are not given by language", mend);
            return None;
        };
        let mut complete = true;
        for (key, value) in entries {
            match self.declared_language(key) {
                Some(language) => {
                    let templates = self.templates(value);
                    complete &= !templates.is_empty();
                    said.insert(language, templates);
                }
                None => complete = false,
            }
        }
        if complete {
            for language in self.languages.clone() {
                if !said.contains_key(&language) {
                    let what = format!("the words are missing in `{language}`");
                    self.faults.error(node.at, "missing-language", what, format!("add `{language}: [\"…\"]`"));
                    complete = false;
                }
            }
        }
        complete.then_some(said)
    }

    /// A list of sentence templates, or one.
    pub fn templates(&mut self, node: &Node) -> Vec<Template> {
        let mut templates = Vec::new();
        for item in items(node, "a list of sentences", true, &mut self.faults) {
            let Some(given) = text(item, "a sentence in quotes", &mut self.faults) else { continue };
            match Template::parse(given) {
                Ok(template) => templates.push(template),
                Err(error) => {
                    let characters = given.get(..error.offset).map_or(0, |before| before.chars().count());
                    // One more for the opening quote; the text of a plain scalar begins at its place.
                    let quote = u32::from(matches!(&item.kind, NodeKind::Scalar { quoted: true, .. }));
                    let column = item.at.column + quote + u32::try_from(characters).unwrap_or(0);
                    let message = error.problem.to_string();
                    let (what, mend) = message.split_once("; ").unwrap_or((&message, "mend the template"));
                    self.faults.error(Place { column, ..item.at }, "bad-template", what, mend);
                }
            }
        }
        templates
    }

    fn read_start_when(&mut self, node: &Node, slots: &BTreeMap<String, Slot>) -> Vec<(Language, Template)> {
        let mut list = Vec::new();
        let Some(said) = self.words_said(node) else { return list };
        for (language, templates) in said {
            for template in templates {
                for slot in template.slots() {
                    if !slots.contains_key(slot) {
                        let what = format!("`start_when` names `{{{slot}}}`, which is no slot of this flow");
                        let mend = suggestion(slot, slots.keys().map(String::as_str));
                        self.faults.error(node.at, "unknown-slot", what, mend);
                    }
                }
                if template.content_words().is_empty() {
                    let what =
                        format!("`{}` has no word of its own and would fit too much", shorten(template.source()));
                    let mend = "take a word that says what is wanted out of its [ ], or add one";
                    self.faults.warning(node.at, "weak-template", what, mend);
                }
                list.push((language, template));
            }
        }
        list
    }
}
