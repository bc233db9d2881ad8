//! From the steps of a flow, nested in blocks, to one list with jumps.

use std::collections::BTreeMap;

use super::super::bundle::{FlowIndex, Handlers, Jump, Label, Slot, Step, StepIndex, Verb};
use super::super::expression::Expression;
use super::super::kind::{Kind, Names, Root};
use super::super::nearest::{nearest, suggestion};
use super::super::node::{Node, NodeKind, Place};
use super::super::sentence::SentenceId;
use super::fields::{Faults, Fields, is_name, name, shorten, text};
use super::load::Checker;

/// How deep blocks may nest: deeper than anyone can read.
const DEEPEST: usize = 12;
/// The most steps of one flow.
const MOST_STEPS: usize = 5_000;

/// What building a flow gives.
pub struct Built {
    pub handlers: Handlers,
    pub entry: Jump,
    pub steps: Vec<Step>,
    pub labels: Vec<Option<StepIndex>>,
}

/// An id, used or defined.
struct LabelUse {
    name: String,
    step: Option<StepIndex>,
    /// Where it was named first.
    at: Place,
}

/// Builds one flow.
pub struct FlowBuilder<'c, 'a> {
    pub checker: &'c mut Checker<'a>,
    pub names: Names,
    pub flow: FlowIndex,
    /// Whether these are the handlers of the bundle.
    pub of_bundle: bool,
    /// Whether the steps being read stand inside a `secure` block.
    pub secure: bool,
    steps: Vec<Option<Step>>,
    labels: Vec<LabelUse>,
    depth: usize,
}

impl<'c, 'a> FlowBuilder<'c, 'a> {
    /// For the flow with these fields; reads ahead which names its steps define.
    pub fn new(checker: &'c mut Checker<'a>, flow: FlowIndex, fields: &Fields<'_>) -> Self {
        let mut names = checker.built_in_names();
        for (slot, declared) in &checker.slots[flow.0] {
            names.roots.insert(slot.clone(), Root::One(Kind::of_slot(&declared.kind)));
        }
        let mut builder = Self {
            checker,
            names,
            flow,
            of_bundle: false,
            secure: false,
            steps: Vec::new(),
            labels: Vec::new(),
            depth: 0,
        };
        for node in fields.values() {
            builder.define_names(node);
        }
        builder
    }

    /// For the bundle's own handlers.
    pub fn empty(checker: &'c mut Checker<'a>, flow: FlowIndex, always: &Node) -> Self {
        let names = checker.built_in_names();
        let mut builder = Self {
            checker,
            names,
            flow,
            of_bundle: true,
            secure: false,
            steps: Vec::new(),
            labels: Vec::new(),
            depth: 0,
        };
        builder.define_names(always);
        builder
    }

    /// Builds the flow's steps and handlers.
    pub fn build(mut self, fields: &mut Fields<'_>) -> Built {
        let steps = fields.need("steps", "write what the flow does: `steps:`", &mut self.checker.faults);
        let entry = match steps {
            Some(node) => self.block(node, Jump::EndFlow),
            None => Jump::EndFlow,
        };
        let handlers = match fields.take("always") {
            Some((_, node)) => self.handlers(node),
            None => Handlers::new(),
        };
        self.finish(handlers, entry)
    }

    /// Builds handlers that belong to no flow.
    pub fn build_handlers_alone(mut self, always: &Node) -> Built {
        let handlers = self.handlers(always);
        self.finish(handlers, Jump::Resume)
    }

    fn finish(self, handlers: Handlers, entry: Jump) -> Built {
        let known: Vec<&str> =
            self.labels.iter().filter(|label| label.step.is_some()).map(|label| label.name.as_str()).collect();
        for label in self.labels.iter().filter(|label| label.step.is_none()) {
            let what = format!("there is no step `{}` in this flow", shorten(&label.name));
            let mend = match self.checker.names.get(&label.name) {
                Some(_) => format!("write `flow:{}` for the flow", label.name),
                None if matches!(label.name.as_str(), "end" | "hang_up" | "hangup" | "goodbye") => {
                    "end the call here by a list of steps: `[ { end: call } ]`".to_owned()
                }
                None if known.is_empty() => "give a step an `id`, or name a flow as `flow:NAME`".to_owned(),
                None => suggestion(&label.name, known.iter().copied()),
            };
            self.checker.faults.error(label.at, "unknown-step", what, mend);
        }
        let labels = self.labels.iter().map(|label| label.step).collect();
        // A step that could not be read has been reported; the bundle will not run.
        let steps = self.steps.into_iter().flatten().collect();
        Built { handlers, entry, steps, labels }
    }

    /// Slots of this flow.
    pub fn slots(&self) -> &BTreeMap<String, Slot> {
        &self.checker.slots[self.flow.0]
    }

    /// Where faults go.
    pub fn faults(&mut self) -> &mut Faults {
        &mut self.checker.faults
    }

    /// A sentence of this flow.
    pub fn sentence(&mut self, node: &Node) -> Option<SentenceId> {
        let slots = std::mem::take(&mut self.checker.slots[self.flow.0]);
        let sentence = self.checker.sentence(node, &self.names, &slots);
        self.checker.slots[self.flow.0] = slots;
        sentence
    }

    /// A quoted string that may contain `{{ }}` and is no speech.
    pub fn plain_text(&mut self, node: &Node) -> Option<SentenceId> {
        let slots = std::mem::take(&mut self.checker.slots[self.flow.0]);
        let text = self.checker.plain_text(node, &self.names, &slots);
        self.checker.slots[self.flow.0] = slots;
        text
    }

    /// An expression of this flow.
    pub fn expression(&mut self, node: &Node, wanted: Kind) -> Option<Expression> {
        let names = std::mem::take(&mut self.names);
        let expression = self.expression_with(node, wanted, &names);
        self.names = names;
        expression
    }

    /// An expression with other names than the flow's own.
    pub fn expression_with(&mut self, node: &Node, wanted: Kind, names: &Names) -> Option<Expression> {
        let given = text(node, "an expression", self.faults())?;
        match Expression::compile(given, names, wanted) {
            Ok(expression) => Some(expression),
            Err(faults) => {
                self.checker.expression_faults(node, faults);
                None
            }
        }
    }

    /// The steps of a block; its last step leads to `tail`. Returns where the block begins.
    pub fn block(&mut self, node: &Node, tail: Jump) -> Jump {
        let nodes = match &node.kind {
            NodeKind::List(nodes) => nodes,
            NodeKind::Empty => return tail,
            _ => {
                let what = format!("the steps are {}, not a list", node.describe());
                self.faults().error(node.at, "wrong-form", what, "begin each step with `- `");
                return tail;
            }
        };
        if self.depth >= DEEPEST {
            let what = format!("steps are nested more than {DEEPEST} deep");
            self.faults().error(node.at, "too-deep", what, "move them into a flow of their own and `run` it");
            return tail;
        }
        if self.steps.len() + nodes.len() > MOST_STEPS {
            let what = format!("the flow has more than {MOST_STEPS} steps");
            self.faults().error(node.at, "too-large", what, "split it into flows");
            return tail;
        }
        self.depth += 1;
        let first = self.steps.len();
        self.steps.extend(nodes.iter().map(|_| None));
        for (offset, node) in nodes.iter().enumerate() {
            let index = StepIndex(first + offset);
            let next = if offset + 1 < nodes.len() { Jump::Step(StepIndex(index.0 + 1)) } else { tail };
            let step = self.step(node, index, next).unwrap_or(Step {
                name: String::new(),
                at: node.at,
                verb: Verb::Note { sentence: SentenceId(0) },
                next,
                handlers: Handlers::new(),
                secure: false,
            });
            self.steps[index.0] = Some(step);
        }
        self.depth -= 1;
        if nodes.is_empty() { tail } else { Jump::Step(StepIndex(first)) }
    }

    fn step(&mut self, node: &Node, index: StepIndex, next: Jump) -> Option<Step> {
        let (verb_key, mut fields) = self.verb_of(node)?;
        let id = fields
            .take("id")
            .and_then(|(_, node)| name(node, "a name for the step", self.faults()).map(|id| (id, node.at)));
        if let Some((id, at)) = id {
            self.define_label(id, index, at);
        }
        let name = id.map_or_else(|| format!("{}@{}", verb_key.0, verb_key.1.line), |(id, _)| id.to_owned());
        let handlers = match fields.take("always") {
            Some((_, node)) => self.handlers(node),
            None => Handlers::new(),
        };
        let verb = self.verb(verb_key.0, &mut fields, next);
        let at = verb_key.1;
        if verb.is_some() {
            fields.finish(&mut self.checker.faults);
        }
        let secure = self.secure;
        verb.map(|verb| Step { name, at, verb, next, handlers, secure })
    }

    fn define_label(&mut self, id: &str, step: StepIndex, at: Place) {
        match self.labels.iter_mut().find(|label| label.name == id) {
            Some(label) if label.step.is_none() => label.step = Some(step),
            Some(_) => {
                let what = format!("there is already a step `{id}` in this flow");
                self.faults().error(at, "duplicate-name", what, "give one of them another id");
            }
            None => self.labels.push(LabelUse { name: id.to_owned(), step: Some(step), at }),
        }
    }

    /// Where a step id, or `flow:NAME`, leads.
    pub fn target(&mut self, node: &Node) -> Option<Jump> {
        let wanted = text(node, "a step id or `flow:NAME`", self.faults())?.trim();
        if let Some(flow) = wanted.strip_prefix("flow:") {
            return self.checker.find_flow(flow.trim(), node.at).map(Jump::Flow);
        }
        if !is_name(wanted) {
            let what = format!("`{}` is no step id", shorten(wanted));
            self.faults().error(node.at, "unknown-step", what, "name a step of this flow, or `flow:NAME`");
            return None;
        }
        let label = match self.labels.iter().position(|label| label.name == wanted) {
            Some(position) => position,
            None => {
                self.labels.push(LabelUse { name: wanted.to_owned(), step: None, at: node.at });
                self.labels.len() - 1
            }
        };
        Some(Jump::Label(Label(label)))
    }

    /// A step id, `flow:NAME`, or a list of steps whose last leads to `tail`.
    pub fn exit(&mut self, node: &Node, tail: Jump) -> Option<Jump> {
        match &node.kind {
            NodeKind::List(_) => Some(self.block(node, tail)),
            NodeKind::Scalar { .. } => self.target(node),
            _ => {
                let what = format!("here is {}, where a step id or a list of steps is wanted", node.describe());
                self.faults().error(node.at, "wrong-form", what, "write an id, or steps that begin with `- `");
                None
            }
        }
    }

    /// The exit under a key, if it is there.
    pub fn exit_under(&mut self, fields: &mut Fields<'_>, key: &'static str, tail: Jump) -> Option<Jump> {
        let (_, node) = fields.take(key)?;
        self.exit(node, tail)
    }

    /// Defines what `set`, `save_as` and `returns` name anywhere below a node.
    fn define_names(&mut self, node: &Node) {
        match &node.kind {
            NodeKind::List(items) => items.iter().for_each(|item| self.define_names(item)),
            NodeKind::Map(entries) => {
                let value = |wanted: &str| entries.iter().find(|(key, _)| key.text == wanted).map(|(_, node)| node);
                if let Some(NodeKind::Map(variables)) = value("set").map(|node| &node.kind) {
                    for (key, node) in variables {
                        let kind = self.kind_of_expression(node);
                        self.define(&key.text, Root::One(kind), key.at);
                    }
                }
                let query = value("look_up").or_else(|| value("do"));
                let fields = match (query, value("recommend")) {
                    (Some(query), _) => Some(self.returned_fields(query.text().unwrap_or_default())),
                    (None, Some(_)) => Some(suggestion_fields()),
                    (None, None) => None,
                };
                if let (Some(saved), Some(fields)) = (value("save_as"), fields)
                    && let Some(variable) = saved.text()
                {
                    self.define(variable, Root::Record(fields), saved.at);
                }
                if let (Some(flow), Some(NodeKind::Map(returned))) =
                    (value("run").and_then(Node::text), value("returns").map(|node| &node.kind))
                {
                    let flow = self.checker.names.get(flow.strip_prefix("flow:").unwrap_or(flow).trim()).copied();
                    for (mine, its) in returned {
                        let names = flow.and_then(|flow| self.checker.known.get(flow.0));
                        let kind = names.zip(its.text()).and_then(|(names, its)| {
                            let (root, field) = path(its);
                            names.find(root, field).ok()
                        });
                        // What is meant for a slot but misspelt is reported where the step is read.
                        if !self.is_nearly_a_slot(&mine.text) {
                            self.define(&mine.text, Root::One(kind.unwrap_or(Kind::Any)), mine.at);
                        }
                    }
                }
                for (_, value) in entries {
                    self.define_names(value);
                }
            }
            _ => {}
        }
    }

    /// Whether a name is no slot of this flow, but so like one that it must have been meant.
    pub fn is_nearly_a_slot(&self, name: &str) -> bool {
        let slots = self.slots();
        !slots.contains_key(name) && nearest(name, slots.keys().map(String::as_str)).is_some()
    }

    fn define(&mut self, variable: &str, root: Root, at: Place) {
        if !is_name(variable) {
            let what = format!("`{}` is no name", shorten(variable));
            self.faults().error(at, "bad-name", what, "use letters, digits and `_`, beginning with a letter");
            return;
        }
        if Names::is_built_in(variable) {
            let what = format!("`{variable}` is the name of a variable that every flow has");
            self.faults().error(at, "duplicate-name", what, "choose another name");
            return;
        }
        match (self.names.roots.get_mut(variable), root) {
            (None, root) => {
                self.names.roots.insert(variable.to_owned(), root);
            }
            // Setting a slot, or a variable twice: what is set to two kinds may be either.
            (Some(Root::One(known)), Root::One(kind)) => {
                let is_slot = self.checker.slots[self.flow.0].contains_key(variable);
                if !is_slot && *known != kind {
                    *known = Kind::Any;
                }
            }
            // Saving two results under one name: what either has may be read.
            (Some(Root::Record(known)), Root::Record(more)) => known.extend(more),
            (Some(_), _) => {
                let what = format!("`{variable}` is a single value in one place and a record in another");
                self.faults().error(at, "duplicate-name", what, "choose another name for one of them");
            }
        }
    }

    /// The kind of what a variable is set to, as far as the names read so far tell it.
    fn kind_of_expression(&self, node: &Node) -> Kind {
        let compiled = node.text().map(|text| Expression::compile(text, &self.names, Kind::Any));
        compiled.and_then(Result::ok).map_or(Kind::Any, |expression| expression.kind)
    }

    fn returned_fields(&self, query: &str) -> BTreeMap<String, Kind> {
        let shape = query.split_once('.').and_then(|(connection, query)| {
            self.checker.operators.connections.get(connection).and_then(|known| known.queries.get(query))
        });
        let kinds =
            |(name, field): (&String, &super::super::operators::FieldShape)| (name.clone(), Kind::of_field(field.kind));
        shape.map_or_else(BTreeMap::new, |shape| shape.returns.iter().map(kinds).collect())
    }
}

/// `order.status` as a name and its field.
pub fn path(text: &str) -> (&str, Option<&str>) {
    let text = text.trim();
    text.split_once('.').map_or((text, None), |(root, field)| (root.trim(), Some(field.trim())))
}

/// What `recommend` saves.
fn suggestion_fields() -> BTreeMap<String, Kind> {
    ["item", "reason"].into_iter().map(|field| (field.to_owned(), Kind::Text)).collect()
}
