//! The steps that listen: `ask`, `ask_all`, `menu`, `route`, `confirm`, `answer`.

use crate::words::{ChoiceOption, SlotType};

use super::super::act::{Hear, Patience};
use super::super::bundle::{
    Answer, Ask, AskAll, AskAllSlot, Choice, Confirm, Jump, Listening, Menu, ReadBack, Route, Verb, choice_type,
};
use super::super::kind::Kind;
use super::super::nearest::{NOTHING_THERE, suggestion};
use super::super::node::{Node, NodeKind};
use super::super::sentence::SentenceId;
use super::fields::{Fields, items, one_of, shorten, text};
use super::flow::FlowBuilder;

/// More choices than these nobody remembers.
const MOST_CHOICES: usize = 5;
/// The most entries of `again`.
const MOST_AGAIN: usize = 10;

impl FlowBuilder<'_, '_> {
    fn listening(&mut self, fields: &mut Fields<'_>, prompt: Option<SentenceId>, next: Jump) -> Listening {
        let prompt = match fields.take("prompt") {
            Some((_, node)) => self.sentence(node),
            None => prompt,
        };
        let again = fields.take("again").map(|(_, node)| self.again(node));
        let hear = fields.take("hear").and_then(|(_, node)| {
            let words = [("speech", Hear::Speech), ("keypad", Hear::Keypad), ("both", Hear::Both)];
            one_of(node, "hear", &words, self.faults())
        });
        let patience = fields.take("patience").and_then(|(_, node)| {
            let words = [("short", Patience::Short), ("normal", Patience::Normal), ("long", Patience::Long)];
            one_of(node, "patience", &words, self.faults())
        });
        let if_stuck = self.exit_under(fields, "if_stuck", next);
        Listening { prompt, again, hear: hear.unwrap_or_default(), patience, if_stuck }
    }

    fn again(&mut self, node: &Node) -> Vec<SentenceId> {
        let list = items(node, "a list of `{ say: … }`", false, self.faults());
        if list.len() > MOST_AGAIN {
            let what = format!("`again` has {} entries", list.len());
            self.faults().error(node.at, "too-many-tries", what, "keep two or three: nobody tries longer");
        }
        let mut sentences = Vec::new();
        for item in list.iter().take(MOST_AGAIN) {
            let said = match &item.kind {
                NodeKind::Map(entries) if entries.iter().any(|(key, _)| key.text == "say") => {
                    let Some(mut fields) = Fields::of(item, "an entry of `again`", self.faults()) else { continue };
                    let said = fields.take("say").map(|(_, node)| node);
                    fields.finish(self.faults());
                    said
                }
                _ => Some(item),
            };
            sentences.extend(said.and_then(|node| self.sentence(node)));
        }
        sentences
    }

    pub fn ask(&mut self, node: &Node, fields: &mut Fields<'_>, next: Jump) -> Option<Verb> {
        let slot = self.slot_named(node);
        let given = node.text().unwrap_or_default();
        let listening = self.listening(fields, None, next);
        let read_back = self.read_back(fields);
        let always = fields
            .take("ask_again")
            .and_then(|(_, node)| one_of(node, "ask_again", &[("always", true), ("if_unset", false)], self.faults()));
        if listening.prompt.is_none() && !fields.has("prompt") {
            let what = format!("`ask: {}` has no prompt", shorten(given));
            self.faults().error(node.at, "missing-key", what, "write what is asked: `prompt: { en: \"…\" }`");
        }
        Some(Verb::Ask(Ask { slot: slot?, listening, read_back, always: always.unwrap_or(false) }))
    }

    fn read_back(&mut self, fields: &mut Fields<'_>) -> ReadBack {
        let read_back = fields.take("read_back").and_then(|(_, node)| {
            let words = [("always", ReadBack::Always), ("if_unsure", ReadBack::IfUnsure), ("never", ReadBack::Never)];
            one_of(node, "read_back", &words, self.faults())
        });
        read_back.unwrap_or_default()
    }

    /// A slot of this flow by its name; a card only inside `secure`.
    fn slot_named(&mut self, node: &Node) -> Option<String> {
        let slot = text(node, "the name of a slot", self.faults())?;
        let Some(known) = self.slots().get(slot) else {
            let what = format!("there is no slot `{}` in this flow", shorten(slot));
            let mend = match suggestion(slot, self.slots().keys().map(String::as_str)) {
                none if none == NOTHING_THERE => format!("declare it: `slots: {{ {}: {{ type: … }} }}`", shorten(slot)),
                mend => mend,
            };
            self.faults().error(node.at, "unknown-slot", what, mend);
            return None;
        };
        if matches!(known.kind, SlotType::Card) && !self.secure {
            let what = format!("`{slot}` is a card and asked for outside `secure`");
            let mend = "put the step into a block: `secure:` with `steps:`, and use the card there";
            self.faults().error(node.at, "card-outside-secure", what, mend);
        }
        Some(slot.to_owned())
    }

    pub fn ask_all(&mut self, node: &Node, fields: &mut Fields<'_>, next: Jump) -> Option<Verb> {
        let listed = fields.take("slots").map(|(_, node)| node);
        let beside = match &node.kind {
            NodeKind::List(_) => Some(node),
            NodeKind::Empty => None,
            _ => {
                let what = "something stands beside `ask_all`";
                self.faults().error(node.at, "wrong-form", what, "write `ask_all: [day, time]`, or `slots:` below it");
                None
            }
        };
        let listening = self.listening(fields, None, next);
        let together = fields
            .take("confirm")
            .and_then(|(_, node)| one_of(node, "confirm", &[("together", true), ("each", false)], self.faults()));
        let Some(list) = listed.or(beside) else {
            let mend = "list them: `slots: [day, time]`";
            self.faults().error(node.at, "missing-key", "`ask_all` has no slots", mend);
            return None;
        };
        let items = items(list, "a list of slots", false, self.faults());
        let slots: Vec<AskAllSlot> = items.iter().filter_map(|item| self.ask_all_slot(item)).collect();
        for (index, slot) in slots.iter().enumerate() {
            if slots[..index].iter().any(|other| other.slot == slot.slot) {
                let what = format!("the slot `{}` is listed twice", slot.slot);
                self.faults().error(list.at, "duplicate-name", what, "list it once");
            }
        }
        let complete = slots.len() == items.len() && !slots.is_empty();
        complete.then(|| Verb::AskAll(AskAll { slots, listening, together: together.unwrap_or(false) }))
    }

    fn ask_all_slot(&mut self, item: &Node) -> Option<AskAllSlot> {
        if !matches!(item.kind, NodeKind::Map(_)) {
            let slot = self.slot_named(item)?;
            return Some(AskAllSlot { slot, prompt: None, again: None, read_back: ReadBack::default() });
        }
        let mut fields = Fields::of(item, "a slot of `ask_all`", self.faults())?;
        let slot = fields.need("slot", "name it: `slot: day`", self.faults());
        let slot = slot.and_then(|node| self.slot_named(node));
        let prompt = fields.take("prompt").and_then(|(_, node)| self.sentence(node));
        let again = fields.take("again").map(|(_, node)| self.again(node));
        let read_back = self.read_back(&mut fields);
        fields.finish(self.faults());
        Some(AskAllSlot { slot: slot?, prompt, again, read_back })
    }

    pub fn confirm(&mut self, node: &Node, fields: &mut Fields<'_>, next: Jump) -> Option<Verb> {
        let prompt = self.own_prompt(node, &["a list of facts"]);
        let listed = fields.take("facts").map(|(_, node)| node);
        let beside = matches!(node.kind, NodeKind::List(_)).then_some(node);
        let facts = listed.or(beside).map_or_else(Vec::new, |list| self.facts(list, "facts"));
        let listening = self.listening(fields, prompt, next);
        let if_no = self.exit_under(fields, "if_no", next);
        if facts.is_empty() && listening.prompt.is_none() && !fields.has("prompt") && beside.is_none() {
            let mend = "write the question: `prompt: { en: \"Shall I cancel it?\" }`, or list `facts`";
            self.faults().error(node.at, "missing-key", "`confirm` asks nothing", mend);
            return None;
        }
        Some(Verb::Confirm(Confirm { facts, listening, if_no }))
    }

    pub fn answer(&mut self, node: &Node, fields: &mut Fields<'_>, next: Jump) -> Option<Verb> {
        let prompt = match node.kind {
            NodeKind::Scalar { .. } => None,
            _ => self.own_prompt(node, &[]),
        };
        let mut topics = Vec::new();
        if let Some((_, list)) = fields.take("topics") {
            for item in items(list, "a list of topics", true, self.faults()) {
                let Some(topic) = text(item, "a topic", self.faults()) else { continue };
                if !self.checker.topics.contains(topic) {
                    let what = format!("no `answers:` document has the topic `{}`", shorten(topic));
                    let mend = suggestion(topic, self.checker.topics.iter().map(String::as_str));
                    self.checker.faults.error(item.at, "unknown-topic", what, mend);
                }
                topics.push(topic.to_owned());
            }
        } else if self.checker.topics.is_empty() {
            let mend = "write a document `answers: TOPIC` with `entries:`";
            self.faults().error(node.at, "unknown-topic", "the bundle has no `answers:` to answer from", mend);
        }
        let beside = matches!(node.kind, NodeKind::Scalar { .. }).then_some(node);
        let question = fields.take("question").map(|(_, node)| node).or(beside);
        let question = question.and_then(|node| self.expression(node, Kind::Text));
        let listening = self.listening(fields, prompt, next);
        let if_unsure = self.exit_under(fields, "if_unsure", next);
        let if_none = self.exit_under(fields, "if_none", next);
        Some(Verb::Answer(Answer { topics, question, listening, if_unsure, if_none }))
    }

    /// The value beside `menu:`, `route:`, `confirm:` or `answer:`: nothing, the prompt itself, or a list that is read
    /// elsewhere.
    fn own_prompt(&mut self, node: &Node, lists: &[&str]) -> Option<SentenceId> {
        match &node.kind {
            NodeKind::Map(_) => self.sentence(node),
            NodeKind::Empty => None,
            NodeKind::List(_) if !lists.is_empty() => None,
            _ => {
                let what = format!("here is {}, where a sentence or nothing is wanted", node.describe());
                self.faults().error(node.at, "wrong-form", what, "write `prompt: { en: \"…\" }` below it");
                None
            }
        }
    }

    pub fn menu(&mut self, node: &Node, fields: &mut Fields<'_>, next: Jump) -> Option<Verb> {
        let prompt = self.own_prompt(node, &[]);
        let listening = self.listening(fields, prompt, next);
        let mend = "list them: `choices: [{ key: 1, words: { en: [\"orders\"] }, goto: orders }]`";
        let list = fields.need("choices", mend, self.faults())?;
        let mut choices: Vec<Choice> = Vec::new();
        let mut options: Vec<ChoiceOption> = Vec::new();
        let items = items(list, "a list of choices", false, self.faults());
        for item in items {
            if let Some((choice, option)) = self.choice(item, next, options.len(), listening.hear) {
                if let Some(key) = &choice.key
                    && choices.iter().any(|other| other.key.as_ref() == Some(key))
                {
                    let what = format!("the key {key} stands for two choices");
                    self.faults().error(item.at, "duplicate-name", what, "give one of them another key");
                }
                choices.push(choice);
                options.push(option);
            }
        }
        if items.len() > MOST_CHOICES {
            let what = format!("the menu has {} choices", items.len());
            self.faults().warning(list.at, "many-choices", what, "offer at most five, or ask openly with `route`");
        }
        if items.is_empty() {
            self.faults().error(list.at, "too-few-choices", "the menu has no choices", mend);
            return None;
        }
        let overlaps = super::overlap::between_options(&options);
        for (first, second, sentence) in overlaps {
            let what = format!("choices {} and {} both fit \"{sentence}\"", first + 1, second + 1);
            self.faults().warning(list.at, "same-sentence", what, "give each choice words of its own");
        }
        (choices.len() == items.len()).then(|| Verb::Menu(Menu { listening, choices, kind: choice_type(options) }))
    }

    fn choice(&mut self, node: &Node, next: Jump, position: usize, hear: Hear) -> Option<(Choice, ChoiceOption)> {
        let mut fields = Fields::of(node, "a choice", self.faults())?;
        let key = fields.take("key").and_then(|(_, key)| {
            let given = text(key, "a key", self.faults())?;
            let plausible = (1..=3).contains(&given.len()) && given.chars().all(|key| key.is_ascii_digit());
            if !plausible {
                let what = format!("`{}` is no key", shorten(given));
                self.faults().error(key.at, "bad-key", what, "write one to three digits");
            }
            plausible.then(|| given.to_owned())
        });
        let words = fields.take("words");
        let said = match words {
            Some((_, words)) => self.checker.words_said(words)?,
            None => Default::default(),
        };
        let sayable = !said.is_empty();
        if !sayable && (hear != Hear::Keypad || key.is_none()) {
            let mend = "write how it is said: `words: { en: [\"orders\"] }`";
            self.faults().error(node.at, "missing-key", "the choice has no `words`", mend);
        }
        let goto = fields.take("goto");
        let steps = fields.take("steps");
        let to = match (goto, steps) {
            (Some((_, target)), None) => self.target(target),
            (None, Some((_, block))) => Some(self.block(block, next)),
            (None, None) => {
                let mend = "write `goto: STEP` or `steps: [ … ]`";
                self.faults().error(node.at, "missing-key", "the choice leads nowhere", mend);
                None
            }
            (Some((key, _)), Some(_)) => {
                let mend = "keep one of them; `goto` may be the last of the steps";
                self.faults().error(key.at, "wrong-form", "the choice has both `goto` and `steps`", mend);
                None
            }
        };
        fields.finish(self.faults());
        Some((Choice { key, to: to? }, ChoiceOption { value: position.to_string(), said }))
    }

    pub fn route(&mut self, node: &Node, fields: &mut Fields<'_>, next: Jump) -> Option<Verb> {
        let prompt = self.own_prompt(node, &[]);
        let listening = self.listening(fields, prompt, next);
        let flows = match fields.take("only") {
            None => self.checker.routable.clone(),
            Some((_, list)) => {
                let mut flows = Vec::new();
                for item in items(list, "a list of flows", true, self.faults()) {
                    let Some(flow) = self.checker.flow_named(item) else { continue };
                    if !self.checker.routable.contains(&flow) {
                        let what = format!("the flow `{}` has no `start_when`", item.text().unwrap_or_default());
                        self.faults().error(item.at, "no-start-when", what, "write what a caller says to start it");
                        continue;
                    }
                    flows.push(flow);
                }
                flows
            }
        };
        if flows.is_empty() {
            let what = "there is no flow that a caller could start here";
            self.faults().error(node.at, "no-start-when", what, "give a flow `start_when: { en: [\"…\"] }`");
            return None;
        }
        if listening.prompt.is_none() && !fields.has("prompt") {
            let mend = "write what is asked: `prompt: { en: \"How can I help?\" }`";
            self.faults().error(node.at, "missing-key", "`route` has no prompt", mend);
        }
        Some(Verb::Route(Route { listening, flows }))
    }

    /// Whether what is asked for can be keyed at all, where it must be.
    pub fn check_keypad(&mut self, verb: &Verb, node: &Node) {
        let Verb::Ask(ask) = verb else { return };
        let kind = self.slots().get(&ask.slot).map(|slot| &slot.kind);
        let takes_keys = match kind {
            Some(SlotType::Code { shape }) => shape.letters() == 0,
            Some(kind) => kind.takes_keys(),
            None => true,
        };
        if takes_keys {
            return;
        }
        if ask.listening.hear == Hear::Keypad {
            let what = format!("`{}` cannot be keyed in", ask.slot);
            self.faults().error(node.at, "not-by-keys", what, "write `hear: both`, or leave it out");
        } else if self.secure {
            let what = format!("`{}` cannot be keyed in, and `secure` takes keys alone", ask.slot);
            self.faults().error(node.at, "not-by-keys", what, "ask for it outside the block");
        }
    }
}
