//! Handlers: `always:` of a bundle, a flow or a step.

use super::super::bundle::{Handler, HandlerAction, HandlerName, Handlers, Jump};
use super::super::kind::Kind;
use super::super::nearest::suggestion;
use super::super::node::{Key, Node, NodeKind};
use super::fields::{Fields, shorten};
use super::flow::FlowBuilder;

impl FlowBuilder<'_, '_> {
    /// Reads `always:`.
    pub fn handlers(&mut self, node: &Node) -> Handlers {
        let mut handlers = Handlers::new();
        let entries = match &node.kind {
            NodeKind::Map(entries) => entries,
            NodeKind::Empty => return handlers,
            _ => {
                let mend = "write `always: { agent_please: { goto: flow:person } }`";
                self.faults().error(node.at, "wrong-form", "`always` is not a mapping", mend);
                return handlers;
            }
        };
        for (key, value) in entries {
            let Some(name) = HandlerName::from_name(&key.text) else {
                let mend = suggestion(&key.text, super::grammar::HANDLERS.iter().map(|handler| handler.name));
                let what = format!("there is no handler `{}`", shorten(&key.text));
                self.faults().error(key.at, "unknown-handler", what, mend);
                continue;
            };
            let several = match &value.kind {
                NodeKind::List(items) => items.as_slice(),
                _ => std::slice::from_ref(value),
            };
            let list: Vec<Handler> = several.iter().filter_map(|item| self.handler(key, item)).collect();
            handlers.insert(name, list);
        }
        handlers
    }

    fn handler(&mut self, key: &Key, node: &Node) -> Option<Handler> {
        if let NodeKind::Scalar { text, .. } = &node.kind {
            let what = format!("the handler `{}` is a single value, not a mapping", key.text);
            self.faults().error(node.at, "wrong-form", what, format!("write `{{ goto: {} }}`", shorten(text)));
            return None;
        }
        let mut fields = Fields::of(node, format!("the handler `{}`", key.text), self.faults())?;
        let when = fields.take("when");
        let has_condition = when.is_some();
        let when = when.and_then(|(_, condition)| self.expression(condition, Kind::YesNo));
        let goto = fields.take("goto");
        let steps = fields.take("steps");
        let action = match (goto, steps) {
            (Some((_, target)), None) => match self.target(target) {
                Some(Jump::Label(_)) if self.of_bundle => {
                    let what = "a handler of the bundle belongs to no flow and can only go to one";
                    self.faults().error(target.at, "unknown-step", what, "name a flow: `goto: flow:NAME`");
                    None
                }
                jump => jump.map(HandlerAction::Goto),
            },
            (None, Some((_, block))) => Some(HandlerAction::Steps(self.block(block, Jump::Resume))),
            (Some((key, _)), Some(_)) => {
                let mend = "keep one of them; `goto` may be the last of the steps";
                self.faults().error(key.at, "wrong-form", "a handler has both `goto` and `steps`", mend);
                None
            }
            (None, None) => {
                let mend = "write `{ goto: STEP }` or `{ steps: [ … ] }`";
                self.faults().error(node.at, "missing-key", "a handler has neither `goto` nor `steps`", mend);
                None
            }
        };
        fields.finish(self.faults());
        let action = action?;
        (when.is_some() || !has_condition).then_some(Handler { when, action })
    }
}
