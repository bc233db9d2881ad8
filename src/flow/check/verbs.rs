//! Verbs: which step has which, and where each is read.

use super::super::bundle::{Jump, Verb};
use super::super::nearest::{nearest, suggestion};
use super::super::node::{Key, Node, Place};
use super::fields::{Fields, shorten};
use super::flow::FlowBuilder;
use super::grammar;

impl FlowBuilder<'_, '_> {
    /// The verb of a step, its place, and the step's fields.
    pub fn verb_of<'n>(&mut self, node: &'n Node) -> Option<((&'static str, Place), Fields<'n>)> {
        let fields = Fields::of(node, "the step", self.faults())?;
        let keys: Vec<&Key> = fields.keys().collect();
        let found: Vec<(&'static grammar::VerbForm, Place)> =
            keys.iter().filter_map(|key| grammar::verb(&key.text).map(|verb| (verb, key.at))).collect();
        // `confirm` is a verb, and an option of `ask_all`.
        let is_option =
            |name: &str| found.iter().any(|(other, _)| other.options.iter().any(|option| option.name == name));
        let verbs: Vec<_> = found.iter().filter(|(verb, _)| !is_option(verb.name)).collect();
        match verbs.as_slice() {
            [(verb, at)] => {
                let known = verb.options.iter().chain(grammar::STEP_KEYS).map(|key| key.name);
                let fields = fields.renamed(format!("`{}`", verb.name), known);
                Some(((verb.name, *at), fields))
            }
            [(first, _), (second, at), ..] => {
                let what = format!("the step has two verbs, `{}` and `{}`", first.name, second.name);
                self.faults().error(*at, "two-verbs", what, "make two steps of it: begin each with `- `");
                None
            }
            [] => {
                self.no_verb(node, &keys);
                None
            }
        }
    }

    fn no_verb(&mut self, node: &Node, keys: &[&Key]) {
        let all: Vec<&'static str> = grammar::VERBS.iter().map(|verb| verb.name).collect();
        let own = |key: &&&Key| grammar::STEP_KEYS.iter().all(|known| known.name != key.text);
        let is_option =
            |key: &Key| grammar::VERBS.iter().any(|verb| verb.options.iter().any(|option| option.name == key.text));
        let near = keys.iter().find(|key| !is_option(key) && nearest(&key.text, all.iter().copied()).is_some());
        let Some(key) = near.or_else(|| keys.iter().find(own)) else {
            let mend = "say what it does, for example `say:` or `ask:`";
            self.faults().error(node.at, "unknown-verb", "the step has no verb", mend);
            return;
        };
        let (what, mend) = if is_option(key) {
            let what = format!("`{}` stands alone, without a verb", key.text);
            (what, "line it up under the verb it belongs to, without a `- ` of its own".to_owned())
        } else {
            (format!("there is no verb `{}`", shorten(&key.text)), suggestion(&key.text, all))
        };
        self.faults().error(key.at, "unknown-verb", what, mend);
    }

    /// Reads a step's verb with its options.
    pub fn verb(&mut self, verb: &'static str, fields: &mut Fields<'_>, next: Jump) -> Option<Verb> {
        let (_, node) = fields.take(verb)?;
        match verb {
            "say" => self.say(node, fields),
            "ask" => {
                let verb = self.ask(node, fields, next)?;
                self.check_keypad(&verb, node);
                Some(verb)
            }
            "ask_all" => self.ask_all(node, fields, next),
            "menu" => self.menu(node, fields, next),
            "route" => self.route(node, fields, next),
            "confirm" => self.confirm(node, fields, next),
            "choose" => self.choose(node, next),
            "set" => self.set(node),
            "look_up" => self.look_up(node, fields, next),
            "do" => self.change(node, fields, next),
            "answer" => self.answer(node, fields, next),
            "run" => self.run(node, fields),
            "goto" => self.goto(node, fields, next),
            "queue" => self.queue(node, fields, next),
            "transfer" => self.transfer(node, fields, next),
            "callback" => self.callback(node, fields, next),
            "voicemail" => self.voicemail(node, fields),
            "record" => self.record(node, fields, next),
            "secure" => self.secure(node, fields, next),
            "send" => self.send(node, fields, next),
            "survey" => self.survey(node, fields),
            "note" => self.note(node),
            "tag" => self.tag(node),
            "wait" => self.wait(node, fields, next),
            "verify" => self.verify(node, fields, next),
            "recommend" => self.recommend(node, fields, next),
            _ => self.end(node, fields),
        }
    }
}
