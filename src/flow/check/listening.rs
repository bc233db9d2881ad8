//! The steps that listen: `ask`, `menu`, `route`.

use crate::words::{ChoiceOption, SlotType};

use super::super::act::{Hear, Patience};
use super::super::bundle::{Ask, Choice, Jump, Listening, Menu, ReadBack, Route, Verb, choice_type};
use super::super::nearest::suggestion;
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
        let slot = text(node, "the name of a slot", self.faults())?.to_owned();
        let known = self.slots().contains_key(&slot);
        if !known {
            let what = format!("there is no slot `{}` in this flow", shorten(&slot));
            let mend = suggestion(&slot, self.checker.slots[self.flow.0].keys().map(String::as_str));
            self.faults().error(node.at, "unknown-slot", what, mend);
        }
        let listening = self.listening(fields, None, next);
        let read_back = fields.take("read_back").and_then(|(_, node)| {
            let words = [("always", ReadBack::Always), ("if_unsure", ReadBack::IfUnsure), ("never", ReadBack::Never)];
            one_of(node, "read_back", &words, self.faults())
        });
        let always = fields
            .take("ask_again")
            .and_then(|(_, node)| one_of(node, "ask_again", &[("always", true), ("if_unset", false)], self.faults()));
        if listening.prompt.is_none() && !fields.keys().any(|key| key.text == "prompt") {
            let what = format!("`ask: {}` has no prompt", shorten(&slot));
            self.faults().error(node.at, "missing-key", what, "write what is asked: `prompt: { en: \"…\" }`");
        }
        let ask = Ask { slot, listening, read_back: read_back.unwrap_or_default(), always: always.unwrap_or(false) };
        known.then_some(Verb::Ask(ask))
    }

    /// The value beside `menu:` or `route:`: nothing, a name, or the prompt itself.
    fn own_prompt(&mut self, node: &Node) -> Option<SentenceId> {
        match &node.kind {
            NodeKind::Map(_) => self.sentence(node),
            _ => None,
        }
    }

    pub fn menu(&mut self, node: &Node, fields: &mut Fields<'_>, next: Jump) -> Option<Verb> {
        let prompt = self.own_prompt(node);
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
        let prompt = self.own_prompt(node);
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
        if listening.prompt.is_none() && !fields.keys().any(|key| key.text == "prompt") {
            let mend = "write what is asked: `prompt: { en: \"How can I help?\" }`";
            self.faults().error(node.at, "missing-key", "`route` has no prompt", mend);
        }
        Some(Verb::Route(Route { listening, flows }))
    }

    /// Whether a slot type can be keyed at all, for `hear: keypad`.
    pub fn check_keypad(&mut self, verb: &Verb, node: &Node) {
        let Verb::Ask(ask) = verb else { return };
        let kind = self.slots().get(&ask.slot).map(|slot| &slot.kind);
        let takes_keys = match kind {
            Some(SlotType::Code { shape }) => shape.letters() == 0,
            Some(kind) => kind.takes_keys(),
            None => true,
        };
        if ask.listening.hear == Hear::Keypad && !takes_keys {
            let what = format!("`{}` cannot be keyed in", ask.slot);
            self.faults().error(node.at, "not-by-keys", what, "write `hear: both`, or leave it out");
        }
    }
}
