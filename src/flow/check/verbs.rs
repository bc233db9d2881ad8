//! Verbs: which there are, their options, and how each step is read.

use super::super::act::BargeIn;
use super::super::bundle::{Jump, Limit, Run, Say, Verb};
use super::super::expression::Expression;
use super::super::kind::Kind;
use super::super::nearest::{nearest, suggestion};
use super::super::node::{Key, Node, NodeKind, Place};
use super::fields::{Fields, count, name, one_of, shorten, text};
use super::flow::FlowBuilder;

/// The verbs that are performed, each with the keys that may stand beside it.
pub const VERBS: [(&str, &[&str]); 11] = [
    ("say", &["barge_in"]),
    ("ask", &["prompt", "again", "hear", "read_back", "patience", "ask_again", "if_stuck"]),
    ("menu", &["prompt", "choices", "again", "hear", "patience", "if_stuck"]),
    ("route", &["prompt", "again", "only", "hear", "patience", "if_stuck"]),
    ("choose", &[]),
    ("set", &[]),
    ("look_up", &["with", "save_as", "time_limit", "while_waiting", "if_none", "if_error"]),
    ("run", &["with", "returns"]),
    ("goto", &["at_most", "then"]),
    (
        "queue",
        &[
            "class",
            "skills",
            "brief",
            "while_waiting",
            "time_limit",
            "after_agent",
            "if_no_agent",
            "if_late",
            "if_full",
            "if_closed",
            "if_outage",
        ],
    ),
    ("end", &["reason"]),
];

/// Verbs of the language that this version does not perform: refused by name.
pub const NOT_PERFORMED: [&str; 15] = [
    "ask_all",
    "confirm",
    "do",
    "answer",
    "transfer",
    "callback",
    "voicemail",
    "record",
    "secure",
    "send",
    "survey",
    "note",
    "wait",
    "verify",
    "recommend",
];

impl FlowBuilder<'_, '_> {
    /// The verb of a step, its place, and the step's fields.
    pub fn verb_of<'n>(&mut self, node: &'n Node) -> Option<((&'static str, Place), Fields<'n>)> {
        let fields = Fields::of(node, "the step", self.faults())?;
        let keys: Vec<&Key> = fields.keys().collect();
        for key in &keys {
            if let Some(verb) = NOT_PERFORMED.iter().chain(&["tag"]).find(|verb| **verb == key.text) {
                let what = format!("the verb `{verb}` is not performed by this version");
                let known: Vec<String> = VERBS.iter().map(|(verb, _)| format!("`{verb}`")).collect();
                self.faults().error(key.at, "not-performed", what, format!("use {}", known.join(", ")));
                return None;
            }
        }
        let verbs: Vec<(&'static str, Place)> = keys
            .iter()
            .filter_map(|key| VERBS.iter().find(|(verb, _)| *verb == key.text).map(|(verb, _)| (*verb, key.at)))
            .collect();
        match verbs.as_slice() {
            [verb] => {
                let options =
                    VERBS.iter().find(|(known, _)| *known == verb.0).map_or(&[] as &[&str], |(_, options)| options);
                let fields = fields.renamed(format!("`{}`", verb.0), options);
                Some((*verb, fields))
            }
            [] => {
                let all: Vec<&'static str> = VERBS.iter().map(|(verb, _)| *verb).collect();
                let stranger = keys.iter().find(|key| nearest(&key.text, all.iter().copied()).is_some());
                let stranger = stranger.or_else(|| keys.iter().find(|key| key.text != "id" && key.text != "always"));
                match stranger {
                    Some(key) => {
                        let what = format!("there is no verb `{}`", shorten(&key.text));
                        let mend = suggestion(&key.text, all);
                        self.faults().error(key.at, "unknown-verb", what, mend);
                    }
                    None => {
                        let mend = "say what it does, for example `say:` or `ask:`";
                        self.faults().error(node.at, "unknown-verb", "the step has no verb", mend);
                    }
                }
                None
            }
            [first, second, ..] => {
                let what = format!("the step has two verbs, `{}` and `{}`", first.0, second.0);
                self.faults().error(second.1, "two-verbs", what, "make two steps of it: begin each with `- `");
                None
            }
        }
    }

    /// Reads a step's verb with its options.
    pub fn verb(&mut self, verb: &'static str, fields: &mut Fields<'_>, next: Jump) -> Option<Verb> {
        let (_, node) = fields.take(verb)?;
        match verb {
            "say" => {
                let barge_in = fields.take("barge_in").and_then(|(_, node)| {
                    let words = [("allowed", BargeIn::Allowed), ("blocked", BargeIn::Blocked)];
                    one_of(node, "barge_in", &words, self.faults())
                });
                let sentence = self.sentence(node);
                Some(Verb::Say(Say { sentence: sentence?, recording: None, barge_in: barge_in.unwrap_or_default() }))
            }
            "ask" => {
                let verb = self.ask(node, fields, next)?;
                self.check_keypad(&verb, node);
                Some(verb)
            }
            "menu" => self.menu(node, fields, next),
            "route" => self.route(node, fields, next),
            "choose" => self.choose(node, next),
            "set" => self.set(node),
            "look_up" => self.look_up(node, fields, next),
            "run" => self.run(node, fields),
            "goto" => self.goto(node, fields, next),
            "queue" => self.queue(node, fields, next),
            _ => self.end(node, fields),
        }
    }

    fn choose(&mut self, node: &Node, next: Jump) -> Option<Verb> {
        let NodeKind::List(items) = &node.kind else {
            let mend = "write a list of `- when: … steps: …` that ends in `- otherwise: …`";
            self.faults().error(node.at, "wrong-form", format!("`choose` is {}, not a list", node.describe()), mend);
            return None;
        };
        let mut branches = Vec::new();
        let mut otherwise = None;
        let mut complete = true;
        for item in items {
            let Some(mut fields) = Fields::of(item, "a branch of `choose`", self.faults()) else {
                complete = false;
                continue;
            };
            if let Some((key, block)) = fields.take("otherwise") {
                if otherwise.is_some() {
                    self.faults().error(key.at, "wrong-form", "`otherwise` stands twice", "keep the last");
                }
                otherwise = Some(self.block(block, next));
            } else {
                if otherwise.is_some() {
                    let mend = "put `otherwise` last";
                    self.faults().error(item.at, "unreachable-step", "this branch stands behind `otherwise`", mend);
                }
                let mend = "write the condition: `when: order.status == \"late\"`";
                let when = fields.need("when", mend, self.faults());
                let when = when.and_then(|node| self.expression(node, Kind::YesNo));
                let steps = fields.need("steps", "write what is done then: `steps:`", self.faults());
                let to = steps.map(|block| self.block(block, next));
                match (when, to) {
                    (Some(when), Some(to)) => branches.push((when, to)),
                    _ => complete = false,
                }
            }
            fields.finish(self.faults());
        }
        if otherwise.is_none() {
            let mend = "end it with `- otherwise: []`, or with steps";
            self.faults().error(node.at, "missing-otherwise", "`choose` has no `otherwise`", mend);
        }
        let otherwise = otherwise?;
        complete.then_some(Verb::Choose { branches, otherwise })
    }

    fn set(&mut self, node: &Node) -> Option<Verb> {
        let NodeKind::Map(entries) = &node.kind else {
            let mend = "write `set: { tries: \"tries + 1\" }`";
            self.faults().error(node.at, "wrong-form", format!("`set` is {}, not a mapping", node.describe()), mend);
            return None;
        };
        let mut assignments = Vec::new();
        for (key, value) in entries {
            let wanted = self.slots().get(&key.text).map_or(Kind::Any, |slot| Kind::of_slot(&slot.kind));
            assignments.push((key.text.clone(), self.expression(value, wanted)?));
        }
        Some(Verb::Set { assignments })
    }

    /// `with:` of `look_up` and `run`: names and expressions.
    pub fn with(
        &mut self,
        fields: &mut Fields<'_>,
        wanted: &dyn Fn(&Self, &str) -> Option<Kind>,
        what: &str,
        known: &[String],
    ) -> Option<Vec<(String, Expression)>> {
        let mut list = Vec::new();
        let Some((_, node)) = fields.take("with") else { return Some(list) };
        let NodeKind::Map(entries) = &node.kind else {
            let mend = "write `with: { number: order_no }`";
            self.faults().error(node.at, "wrong-form", format!("`with` is {}, not a mapping", node.describe()), mend);
            return None;
        };
        let mut complete = true;
        for (key, value) in entries {
            let Some(kind) = wanted(self, &key.text) else {
                let fault = format!("{what} takes no `{}`", shorten(&key.text));
                let mend = suggestion(&key.text, known.iter().map(String::as_str));
                self.faults().error(key.at, "unknown-argument", fault, mend);
                complete = false;
                continue;
            };
            match self.expression(value, kind) {
                Some(expression) => list.push((key.text.clone(), expression)),
                None => complete = false,
            }
        }
        complete.then_some(list)
    }

    fn run(&mut self, node: &Node, fields: &mut Fields<'_>) -> Option<Verb> {
        let flow = self.checker.flow_named(node)?;
        let known: Vec<String> = self.checker.slots[flow.0].keys().cloned().collect();
        let wanted =
            |builder: &Self, slot: &str| builder.checker.slots[flow.0].get(slot).map(|slot| Kind::of_slot(&slot.kind));
        // The slots of a flow that runs itself are at hand too, since only sentences borrow them.
        let with = self.with(fields, &wanted, &format!("the flow `{}`", node.text().unwrap_or_default()), &known);
        let mut returns = Vec::new();
        if let Some((_, list)) = fields.take("returns") {
            let NodeKind::Map(entries) = &list.kind else {
                let mend = "write `returns: { my_slot: its_slot }`";
                self.faults().error(list.at, "wrong-form", "`returns` is not a mapping", mend);
                return None;
            };
            for (mine, its) in entries {
                if !self.slots().contains_key(&mine.text) {
                    let what = format!("there is no slot `{}` in this flow", shorten(&mine.text));
                    let mend = suggestion(&mine.text, self.checker.slots[self.flow.0].keys().map(String::as_str));
                    self.faults().error(mine.at, "unknown-slot", what, mend);
                }
                let Some(slot) = text(its, "a slot of that flow", self.faults()) else { continue };
                if !known.iter().any(|known| known == slot) {
                    let what = format!("the flow that is run has no slot `{}`", shorten(slot));
                    let mend = suggestion(slot, known.iter().map(String::as_str));
                    self.faults().error(its.at, "unknown-slot", what, mend);
                }
                returns.push((mine.text.clone(), slot.to_owned()));
            }
        }
        Some(Verb::Run(Run { flow, with: with?, returns }))
    }

    fn goto(&mut self, node: &Node, fields: &mut Fields<'_>, next: Jump) -> Option<Verb> {
        let to = self.target(node);
        let at_most = fields.take("at_most");
        let times = at_most.and_then(|(_, node)| count(node, 1, 100, self.faults()));
        let then = fields.take("then");
        let then_jump = then.and_then(|(_, node)| self.exit(node, next));
        match (at_most, then) {
            (Some((key, _)), None) => {
                let mend = "write where to go when it has been taken that often: `then: STEP`";
                self.faults().error(key.at, "missing-key", "`at_most` has no `then`", mend);
                return None;
            }
            (None, Some((key, _))) => {
                self.faults().error(
                    key.at,
                    "missing-key",
                    "`then` has no `at_most`",
                    "write `at_most: 1`, or leave it out",
                );
                return None;
            }
            _ => {}
        }
        let limit = match (times, then_jump) {
            (Some(times), Some(then)) => Some(Limit { times, then }),
            (None, None) if at_most.is_none() => None,
            _ => return None,
        };
        Some(Verb::Goto { to: to?, at_most: limit })
    }

    fn end(&mut self, node: &Node, fields: &mut Fields<'_>) -> Option<Verb> {
        let whole_call = one_of(node, "end", &[("flow", false), ("call", true)], self.faults());
        let reason = fields.take("reason").and_then(|(_, node)| name(node, "a word for the reason", self.faults()));
        Some(Verb::End { whole_call: whole_call?, reason: reason.map(str::to_owned) })
    }
}
