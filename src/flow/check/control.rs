//! The steps that decide where a conversation goes: `choose`, `set`, `run`, `goto`, `secure`, `wait`, `end`.

use super::super::bundle::{FlowIndex, Jump, Limit, Run, Verb, Wait};
use super::super::expression::{Expression, Read};
use super::super::kind::{Kind, Names};
use super::super::nearest::suggestion;
use super::super::node::{Key, Node, NodeKind};
use super::fields::{Fields, count, duration, name, one_of, shorten, text};
use super::flow::{FlowBuilder, path};

/// Arguments that were read, and the names of all that were given.
pub type With = (Option<Vec<(String, Expression)>>, Vec<String>);

impl FlowBuilder<'_, '_> {
    pub fn choose(&mut self, node: &Node, next: Jump) -> Option<Verb> {
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
            let other = fields.keys().find(|key| matches!(key.text.as_str(), "else" | "default" | "Otherwise"));
            if let Some(key) = other {
                let what = format!("a branch of `choose` has no key `{}`", key.text);
                self.faults().error(key.at, "unknown-key", what, "write `otherwise`");
                otherwise = Some(next);
                complete = false;
                continue;
            }
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

    pub fn set(&mut self, node: &Node) -> Option<Verb> {
        let NodeKind::Map(entries) = &node.kind else {
            let mend = "write `set: { tries: \"tries + 1\" }`";
            self.faults().error(node.at, "wrong-form", format!("`set` is {}, not a mapping", node.describe()), mend);
            return None;
        };
        let mut assignments = Vec::new();
        let mut complete = true;
        for (key, value) in entries {
            let wanted = self.slots().get(&key.text).map_or(Kind::Any, |slot| Kind::of_slot(&slot.kind));
            match self.expression(value, wanted) {
                Some(expression) => assignments.push((key.text.clone(), expression)),
                None => complete = false,
            }
        }
        complete.then_some(Verb::Set { assignments })
    }

    /// `with:`: names and expressions, and all names that were given.
    pub fn with(
        &mut self,
        fields: &mut Fields<'_>,
        wanted: &dyn Fn(&Self, &str) -> Option<Kind>,
        what: &str,
        known: &[String],
    ) -> With {
        let mut list = Vec::new();
        let mut names = Vec::new();
        let Some((_, node)) = fields.take("with") else { return (Some(list), names) };
        let NodeKind::Map(entries) = &node.kind else {
            let mend = "write `with: { number: order_no }`";
            self.faults().error(node.at, "wrong-form", format!("`with` is {}, not a mapping", node.describe()), mend);
            return (None, known.to_vec());
        };
        let mut complete = true;
        for (key, value) in entries {
            names.push(key.text.clone());
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
        (complete.then_some(list), names)
    }

    pub fn run(&mut self, node: &Node, fields: &mut Fields<'_>) -> Option<Verb> {
        let flow = self.checker.flow_named(node)?;
        let known: Vec<String> = self.checker.slots[flow.0].keys().cloned().collect();
        let wanted =
            |builder: &Self, slot: &str| builder.checker.slots[flow.0].get(slot).map(|slot| Kind::of_slot(&slot.kind));
        // The slots of a flow that runs itself are at hand too, since only sentences borrow them.
        let (with, _) = self.with(fields, &wanted, &format!("the flow `{}`", node.text().unwrap_or_default()), &known);
        let mut returns = Vec::new();
        if let Some((_, list)) = fields.take("returns") {
            let NodeKind::Map(entries) = &list.kind else {
                let mend = "write `returns: { mine: its }`";
                self.faults().error(list.at, "wrong-form", "`returns` is not a mapping", mend);
                return None;
            };
            for (mine, its) in entries {
                returns.extend(self.returned(flow, mine, its));
            }
        }
        Some(Verb::Run(Run { flow, with: with?, returns }))
    }

    /// One line of `returns`.
    fn returned(&mut self, flow: FlowIndex, mine: &Key, its: &Node) -> Option<(String, Read)> {
        if self.is_nearly_a_slot(&mine.text) {
            let what = format!("there is no slot `{}` in this flow", shorten(&mine.text));
            let mend = suggestion(&mine.text, self.checker.slots[self.flow.0].keys().map(String::as_str));
            self.faults().error(mine.at, "unknown-slot", what, mend);
        }
        let given = text(its, "a slot, a variable or a field of that flow", self.faults())?;
        let (root, field) = path(given);
        let names = self.checker.known.get(flow.0)?;
        if Names::is_built_in(root) {
            let what = format!("`{}` is known to every flow and need not be handed back", shorten(root));
            self.faults().error(its.at, "unknown-name", what, "leave it out, and read it where it is wanted");
            return None;
        }
        let kind = match names.find(root, field) {
            Ok(kind) => kind,
            Err(fault) => {
                let own = names.roots.keys().map(String::as_str).filter(|name| !Names::is_built_in(name));
                let (what, mend) = match fault.code {
                    "unknown-name" => (
                        format!("the flow that is run has no slot or variable `{}`", shorten(root)),
                        suggestion(root, own),
                    ),
                    _ => (fault.what, fault.mend),
                };
                self.faults().error(its.at, fault.code, what, mend);
                return None;
            }
        };
        let wanted = self.slots().get(&mine.text).map_or(Kind::Any, |slot| Kind::of_slot(&slot.kind));
        if !wanted.accepts(kind) {
            let what = format!("`{given}` is {}, and the slot `{}` holds {}", kind.name(), mine.text, wanted.name());
            self.faults().error(its.at, "type-mismatch", what, "hand back another value, or into a variable");
            return None;
        }
        Some((mine.text.clone(), Read { root: root.to_owned(), field: field.map(str::to_owned) }))
    }

    pub fn goto(&mut self, node: &Node, fields: &mut Fields<'_>, next: Jump) -> Option<Verb> {
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

    pub fn end(&mut self, node: &Node, fields: &mut Fields<'_>) -> Option<Verb> {
        let whole_call = one_of(node, "end", &[("flow", false), ("call", true)], self.faults());
        let reason = fields.take("reason").and_then(|(_, node)| name(node, "a word for the reason", self.faults()));
        Some(Verb::End { whole_call: whole_call?, reason: reason.map(str::to_owned) })
    }

    pub fn secure(&mut self, node: &Node, fields: &mut Fields<'_>, next: Jump) -> Option<Verb> {
        let block = match (&node.kind, fields.take("steps")) {
            (NodeKind::List(_), None) => node,
            (NodeKind::Empty, Some((_, block))) => block,
            (_, None) => {
                let mend = "write its steps: `steps:`";
                self.faults().error(node.at, "missing-key", "`secure` has no steps", mend);
                return None;
            }
            (_, Some((key, _))) => {
                self.faults().error(key.at, "wrong-form", "`secure` has its steps twice", "keep one of them");
                return None;
            }
        };
        let outside = std::mem::replace(&mut self.secure, true);
        let inside = self.block(block, next);
        self.secure = outside;
        Some(Verb::Secure { inside })
    }

    pub fn wait(&mut self, node: &Node, fields: &mut Fields<'_>, next: Jump) -> Option<Verb> {
        let beside = match &node.kind {
            NodeKind::Empty => None,
            _ => Some(node),
        };
        let for_event = fields.take("for").and_then(|(_, node)| name(node, "a name for the event", self.faults()));
        let limit = fields.take("time_limit").map(|(_, node)| node).or(beside);
        let if_late = self.exit_under(fields, "if_late", next);
        let Some(limit) = limit else {
            let mend = "write how long at most: `time_limit: 30s`";
            self.faults().error(node.at, "missing-key", "`wait` has no `time_limit`", mend);
            return None;
        };
        let time_limit = duration(limit, self.faults())?;
        Some(Verb::Wait(Wait { for_event: for_event.map(str::to_owned), time_limit, if_late }))
    }
}
