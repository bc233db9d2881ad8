//! What a flow declares before its steps: slots, and what a caller may say to start it.

use std::collections::BTreeMap;

use crate::words::{ChoiceOption, IdKind, Language, MAX_DIGITS, Shape, SlotType, Template, is_phone_country};

use super::super::bundle::{Privacy, Refusal, Slot};
use super::super::expression::Expression;
use super::super::kind::{Kind, Names, Root};
use super::super::nearest::suggestion;
use super::super::node::{Node, NodeKind, Place};
use super::fields::{Fields, count, is_name, items, number, one_of, shorten, text};
use super::grammar;
use super::load::Checker;

/// What stands for the caller's value in a rule of `refuse`.
pub const REFUSED: &str = "value";

/// What a flow declares.
pub struct Declared<'n> {
    pub slots: BTreeMap<String, Slot>,
    pub start_when: Vec<(Language, Template)>,
    pub called: Option<&'n Node>,
}

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
        let mut refusals: Vec<(String, &Node)> = Vec::new();
        for (key, value) in entries {
            if !is_name(&key.text) {
                let what = format!("`{}` is no name", shorten(&key.text));
                self.faults.error(key.at, "bad-name", what, "use letters, digits and `_`, beginning with a letter");
                continue;
            }
            if Names::is_built_in(&key.text) {
                let what = format!("`{}` is the name of a variable that every flow has", key.text);
                self.faults.error(key.at, "duplicate-name", what, "give the slot another name");
                continue;
            }
            if let NodeKind::Scalar { text, .. } = &value.kind {
                let what = format!("the slot `{}` is a single value, not a mapping", key.text);
                let mend = format!("write `{}: {{ type: {} }}`", key.text, shorten(text));
                self.faults.error(value.at, "wrong-form", what, mend);
                slots.insert(key.text.clone(), Slot::unknown(key.at));
                continue;
            }
            let Some(mut fields) = Fields::of(value, format!("the slot `{}`", key.text), &mut self.faults) else {
                continue;
            };
            let kind = self.read_slot_type(&mut fields);
            let privacy = fields.take("private").and_then(|(_, node)| {
                let words = [("none", Privacy::None), ("mask", Privacy::Mask), ("hide", Privacy::Hide)];
                one_of(node, "private", &words, &mut self.faults).map(|privacy| (privacy, node.at))
            });
            let called = fields.take("called").and_then(|(_, node)| self.sentence(node, &Names::default(), &slots));
            refusals.extend(fields.take("refuse").map(|(_, node)| (key.text.clone(), node)));
            let is_card = matches!(kind, Some(SlotType::Card));
            if let (true, Some((given, at))) = (is_card, privacy)
                && given != Privacy::Hide
            {
                let what = format!("the card `{}` is less private than `hide`", key.text);
                self.faults.error(at, "private-said", what, "write `private: hide`, or leave it out: a card always is");
            }
            if kind.is_some() {
                fields.finish(&mut self.faults);
            }
            let privacy = if is_card { Privacy::Hide } else { privacy.map_or(Privacy::None, |(privacy, _)| privacy) };
            // A slot of a wrong type still exists, so that its uses are not faults as well.
            let kind = kind.unwrap_or(SlotType::FreeText);
            slots.insert(key.text.clone(), Slot { at: key.at, kind, privacy, called, refuse: Vec::new() });
        }
        // A rule may compare with another slot, so all of them are read first.
        for (name, node) in refusals {
            let refuse = self.read_refusals(node, &name, &slots);
            if let Some(slot) = slots.get_mut(&name) {
                slot.refuse = refuse;
            }
        }
        slots
    }

    /// `refuse:` of a slot.
    fn read_refusals(&mut self, node: &Node, slot: &str, slots: &BTreeMap<String, Slot>) -> Vec<Refusal> {
        let mut names = self.built_in_names();
        for (name, declared) in slots {
            names.roots.insert(name.clone(), Root::One(Kind::of_slot(&declared.kind)));
        }
        let mut with_value = names.clone();
        let kind = slots.get(slot).map_or(Kind::Any, |declared| Kind::of_slot(&declared.kind));
        with_value.roots.insert(REFUSED.to_owned(), Root::One(kind));
        let mut refusals = Vec::new();
        for item in items(node, "a list of rules, `- when: value < today`", false, &mut self.faults) {
            let Some(mut fields) = Fields::of(item, "a rule of `refuse`", &mut self.faults) else { continue };
            let mend = "write when a value is refused: `when: value < today`";
            let when = fields.need("when", mend, &mut self.faults);
            let when = when.and_then(|node| {
                let given = text(node, "an expression", &mut self.faults)?;
                Expression::compile(given, &with_value, Kind::YesNo)
                    .map_err(|faults| self.expression_faults(node, faults))
                    .ok()
            });
            let mend = "tell the caller why: `say: { en: \"That day is past.\" }`";
            let say = fields.need("say", mend, &mut self.faults);
            let say = say.and_then(|node| self.sentence(node, &names, slots));
            fields.finish(&mut self.faults);
            refusals.extend(when.zip(say).map(|(when, say)| Refusal { when, say }));
        }
        refusals
    }

    fn read_slot_type(&mut self, fields: &mut Fields<'_>) -> Option<SlotType> {
        let node = fields.need("type", "write what it holds, for example `type: code`", &mut self.faults)?;
        let wanted = text(node, "a slot type", &mut self.faults)?;
        match wanted {
            "yes_no" => Some(SlotType::YesNo),
            "free_text" => Some(SlotType::FreeText),
            "date" => Some(SlotType::Date),
            "time" => Some(SlotType::Time),
            "duration" => Some(SlotType::Duration),
            "name" => Some(SlotType::Name),
            "address" => Some(SlotType::Address),
            "email" => Some(SlotType::Email),
            "card" => Some(SlotType::Card),
            "number" => self.read_number(fields),
            "money" => self.read_money(fields),
            "phone" => self.read_phone(fields),
            "id_number" => {
                let kind = fields.take("kind").and_then(|(_, node)| {
                    one_of(node, "kind", &[("china_resident", IdKind::ChinaResident)], &mut self.faults)
                });
                Some(SlotType::IdNumber { kind: kind.unwrap_or_default() })
            }
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
            "choice" => self.read_options(node, fields).map(super::super::bundle::choice_type),
            "place" => self.read_options(node, fields).map(SlotType::place),
            other => {
                let what = format!("there is no slot type `{}`", shorten(other));
                self.faults.error(
                    node.at,
                    "unknown-type",
                    what,
                    suggestion(other, grammar::SLOT_TYPES.iter().map(|known| known.name)),
                );
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

    fn read_number(&mut self, fields: &mut Fields<'_>) -> Option<SlotType> {
        let min = fields.take("min").map(|(_, node)| (number(node, &mut self.faults), node.at));
        let max = fields.take("max").map(|(_, node)| (number(node, &mut self.faults), node.at));
        let whole =
            fields.take("whole").and_then(|(_, node)| one_of(node, "whole", &[("always", true)], &mut self.faults));
        let bound = |given: Option<(Option<f64>, Place)>| given.and_then(|(number, _)| number);
        if let (Some(least), Some(most), Some((_, at))) = (bound(min), bound(max), min)
            && least > most
        {
            self.faults.error(at, "bad-number", "`min` is more than `max`", "swap them");
            return None;
        }
        Some(SlotType::Number { min: bound(min), max: bound(max), whole: whole.unwrap_or(false) })
    }

    fn read_money(&mut self, fields: &mut Fields<'_>) -> Option<SlotType> {
        let Some((_, node)) = fields.take("currency") else { return Some(SlotType::Money { currency: None }) };
        let given = text(node, "a currency such as `GBP`", &mut self.faults)?;
        if given.len() != 3 || !given.bytes().all(|letter| letter.is_ascii_uppercase()) {
            let what = format!("`{}` is no currency", shorten(given));
            self.faults.error(node.at, "unknown-word", what, "write its ISO code: `GBP`, `USD`, `EUR`, `CNY`");
            return None;
        }
        Some(SlotType::Money { currency: Some(given.to_owned()) })
    }

    fn read_phone(&mut self, fields: &mut Fields<'_>) -> Option<SlotType> {
        let Some((_, node)) = fields.take("country") else { return Some(SlotType::Phone { country: None }) };
        let given = text(node, "a country such as `GB`", &mut self.faults)?;
        if !is_phone_country(given) {
            let what = format!("`{}` is no country", shorten(given));
            self.faults.error(node.at, "unknown-word", what, "write its ISO code: `GB`, `US`, `DE`, `CN`");
            return None;
        }
        Some(SlotType::Phone { country: Some(given.to_owned()) })
    }

    /// The options of a choice or a place: `choices`, or a `list` of the bundle.
    fn read_options(&mut self, node: &Node, fields: &mut Fields<'_>) -> Option<Vec<ChoiceOption>> {
        let list = fields.take("list").map(|(_, node)| node);
        let choices = fields.take("choices").map(|(_, node)| node);
        let options = match (choices, list) {
            (Some(choices), None) => (self.read_choices(choices)?, choices.at),
            (None, Some(list)) => {
                let given = text(list, "the name of a list", &mut self.faults)?;
                let Some(known) = self.lists.get(given) else {
                    let what = format!("there is no list `{}`", shorten(given));
                    let mend = match self.lists.is_empty() {
                        true => format!("write a document `list: {}` with `values:`", shorten(given)),
                        false => suggestion(given, self.lists.keys().map(String::as_str)),
                    };
                    self.faults.error(list.at, "unknown-list", what, mend);
                    return None;
                };
                (known.entries.clone(), list.at)
            }
            (Some(_), Some(list)) => {
                let what = "`list` stands beside `choices`";
                self.faults.error(list.at, "wrong-form", what, "keep one of them");
                return None;
            }
            (None, None) => {
                let mend = "list its choices: `choices: { small: { en: [\"small\", \"the little one\"] } }`, or name a \
                            list of the bundle: `list: NAME`";
                self.faults.error(node.at, "missing-key", "there is nothing to choose from", mend);
                return None;
            }
        };
        if options.0.len() < 2 {
            self.faults.error(options.1, "too-few-choices", "a choice needs at least two choices", "add one");
            return None;
        }
        Some(options.0)
    }

    /// Values with the ways to say them: `{ small: { en: [...] } }`, or a plain list.
    pub fn read_choices(&mut self, node: &Node) -> Option<Vec<ChoiceOption>> {
        let mut options: Vec<ChoiceOption> = Vec::new();
        let mut complete = true;
        match &node.kind {
            NodeKind::Map(entries) => {
                for (key, value) in entries {
                    // A value without words of its own is said as it is written.
                    let said = match &value.kind {
                        NodeKind::Empty => Some(BTreeMap::new()),
                        _ => self.words_said(value),
                    };
                    match said {
                        Some(said) => options.push(ChoiceOption { value: key.text.clone(), said }),
                        None => complete = false,
                    }
                }
            }
            _ => {
                for item in items(node, "a list or a mapping of choices", false, &mut self.faults) {
                    let Some(option) = text(item, "a choice", &mut self.faults) else {
                        complete = false;
                        continue;
                    };
                    if options.iter().any(|known| known.value == option) {
                        let what = format!("`{}` is listed twice", shorten(option));
                        self.faults.error(item.at, "duplicate-name", what, "list it once");
                    }
                    options.push(ChoiceOption::plain(option));
                }
            }
        }
        complete.then_some(options)
    }

    /// How something may be said in each language: `{ en: ["small", "the little one"], zh: "小的" }`.
    pub fn words_said(&mut self, node: &Node) -> Option<BTreeMap<Language, Vec<Template>>> {
        let mut said = BTreeMap::new();
        let NodeKind::Map(entries) = &node.kind else {
            if self.languages.len() == 1 {
                let language = self.languages[0];
                let templates = self.templates(node);
                said.insert(language, templates);
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

    /// A list of sentence templates, or one. What stands in `{ }` and names a list is any name of it, as it sounds.
    fn templates(&mut self, node: &Node) -> Vec<Template> {
        let mut templates = Vec::new();
        for item in items(node, "a list of sentences", true, &mut self.faults) {
            let Some(given) = text(item, "a sentence in quotes", &mut self.faults) else { continue };
            let parsed = Template::parse_with(given, &self.lists);
            match parsed {
                Ok(template) => templates.push(template),
                Err(error) => {
                    let characters = given.get(..error.offset).map_or(0, |before| before.chars().count());
                    // One more for the opening quote; the text of a plain scalar begins at its place.
                    let quote = u32::from(matches!(&item.kind, NodeKind::Scalar { quoted: true, .. }));
                    let column = item.at.column + quote + u32::try_from(characters).unwrap_or(0);
                    let message = error.problem.to_string();
                    let (what, mend) = message.split_once("; ").unwrap_or((&message, "mend the template"));
                    let mend = match given.contains("{{") {
                        true => "write one pair of braces in what callers say: `{order_no}`",
                        false => mend,
                    };
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
                        let what =
                            format!("`start_when` names `{{{slot}}}`, which is no slot of this flow and no list");
                        let known = slots.keys().chain(self.lists.keys());
                        let mend = suggestion(slot, known.map(String::as_str));
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
