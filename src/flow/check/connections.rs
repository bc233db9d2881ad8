//! The steps that ask something outside: `look_up`, `do`, `send`, `survey`, `verify`.

use std::time::Duration;

use super::super::act::SurveyKind;
use super::super::bundle::{Do, Jump, LookUp, Send, Survey, SurveyQuestion, Verb, Verify};
use super::super::expression::Expression;
use super::super::kind::Kind;
use super::super::nearest::suggestion;
use super::super::node::{Node, NodeKind};
use super::super::operators::{Access, QueryShape};
use super::fields::{Fields, count, duration, items, name, one_of, shorten, text};
use super::flow::FlowBuilder;

/// `time_limit` of a look-up or a `verify` that names none.
const LOOK_UP_LIMIT: Duration = Duration::from_secs(5);
/// `time_limit` of a `do` or a `send` that names none.
const CHANGE_LIMIT: Duration = Duration::from_secs(10);
/// `tries` of a `verify` that names none.
const VERIFY_TRIES: u32 = 3;
/// `level` of a `verify` that names none.
const VERIFY_LEVEL: &str = "known";
/// Arguments of the query of a `send` that the step itself gives.
const SEND_OWN: [&str; 2] = ["to", "template"];
/// The questions a survey can ask.
const SURVEY: [(&str, SurveyKind); 2] = [("csat", SurveyKind::Csat), ("resolved", SurveyKind::Resolved)];

/// A query of a connection that exists.
struct Query {
    connection: String,
    query: String,
    shape: QueryShape,
}

/// What the steps that ask a connection have in common, as far as it could be read.
struct Asked {
    query: Option<Query>,
    with: Option<Vec<(String, Expression)>>,
}

impl FlowBuilder<'_, '_> {
    pub fn look_up(&mut self, node: &Node, fields: &mut Fields<'_>, next: Jump) -> Option<Verb> {
        let asked = self.asked(node, fields, Access::Reads, "look_up", &[]);
        let if_none = self.exit_under(fields, "if_none", next);
        let if_error = self.exit_under(fields, "if_error", next);
        let exits = [
            ("if_none", "say what happens when nothing is found"),
            ("if_error", "say what happens when it fails or takes too long"),
        ];
        self.want_exits(node, fields, "look_up", &exits);
        let call = self.call(asked, fields, LOOK_UP_LIMIT)?;
        Some(Verb::LookUp(LookUp { if_none, if_error, ..call }))
    }

    pub fn change(&mut self, node: &Node, fields: &mut Fields<'_>, next: Jump) -> Option<Verb> {
        let asked = self.asked(node, fields, Access::Writes, "do", &[]);
        let safe = fields.take("safe").and_then(|(_, node)| one_of(node, "safe", &[("always", true)], self.faults()));
        let if_error = self.exit_under(fields, "if_error", next);
        let exits = [("if_error", "say what happens when it fails, or nobody knows whether it happened")];
        self.want_exits(node, fields, "do", &exits);
        let call = self.call(asked, fields, CHANGE_LIMIT)?;
        Some(Verb::Do(Do { call: LookUp { if_error, ..call }, safe: safe.unwrap_or(false) }))
    }

    /// The rest of a `look_up` or `do`, its exits apart.
    fn call(&mut self, asked: Asked, fields: &mut Fields<'_>, limit: Duration) -> Option<LookUp> {
        let save_as = fields.take("save_as").and_then(|(_, node)| name(node, "a name for the result", self.faults()));
        let time_limit = fields.take("time_limit").and_then(|(_, node)| duration(node, self.faults()));
        let while_waiting = fields.take("while_waiting").and_then(|(_, node)| self.sentence(node));
        let query = asked.query?;
        Some(LookUp {
            connection: query.connection,
            query: query.query,
            with: asked.with?,
            save_as: save_as.map(str::to_owned),
            time_limit: time_limit.unwrap_or(limit),
            while_waiting,
            if_none: None,
            if_error: None,
        })
    }

    pub fn send(&mut self, node: &Node, fields: &mut Fields<'_>, next: Jump) -> Option<Verb> {
        let asked = self.asked(node, fields, Access::Writes, "send", &SEND_OWN);
        let to = fields.need("to", "write where it is sent: `to: caller.number`", self.faults());
        let to = to.and_then(|node| self.expression(node, Kind::Text));
        let template = fields.need("template", "write the template's name: `template: order_late`", self.faults());
        let template = template.and_then(|node| name(node, "the name of a template", self.faults()));
        let time_limit = fields.take("time_limit").and_then(|(_, node)| duration(node, self.faults()));
        let if_error = self.exit_under(fields, "if_error", next);
        self.want_exits(node, fields, "send", &[("if_error", "say what happens when it cannot be sent")]);
        let query = asked.query?;
        Some(Verb::Send(Send {
            connection: query.connection,
            query: query.query,
            to: to?,
            template: template?.to_owned(),
            with: asked.with?,
            time_limit: time_limit.unwrap_or(CHANGE_LIMIT),
            if_error,
        }))
    }

    pub fn verify(&mut self, node: &Node, fields: &mut Fields<'_>, next: Jump) -> Option<Verb> {
        let asked = self.asked(node, fields, Access::Reads, "verify", &[]);
        let level = fields.take("level").and_then(|(_, node)| name(node, "a name for the level", self.faults()));
        let tries = fields.take("tries").and_then(|(_, node)| count(node, 1, 10, self.faults()));
        let time_limit = fields.take("time_limit").and_then(|(_, node)| duration(node, self.faults()));
        let if_failed = self.exit_under(fields, "if_failed", next);
        let exits = [("if_failed", "say what happens to a caller who is not verified")];
        self.want_exits(node, fields, "verify", &exits);
        let query = asked.query?;
        Some(Verb::Verify(Verify {
            connection: query.connection,
            query: query.query,
            level: level.unwrap_or(VERIFY_LEVEL).to_owned(),
            with: asked.with?,
            time_limit: time_limit.unwrap_or(LOOK_UP_LIMIT),
            tries: tries.unwrap_or(VERIFY_TRIES),
            if_failed,
        }))
    }

    pub fn survey(&mut self, node: &Node, fields: &mut Fields<'_>) -> Option<Verb> {
        let asks_connection = matches!(node.kind, NodeKind::Scalar { .. } | NodeKind::Map(_));
        let beside = matches!(node.kind, NodeKind::List(_)).then_some(node);
        let save = if asks_connection { self.query(node, Access::Writes, "survey") } else { None };
        let mut questions = Vec::new();
        match fields.take("questions").map(|(_, node)| node).or(beside) {
            None => questions.extend(SURVEY.map(|(name, kind)| SurveyQuestion {
                name: name.to_owned(),
                kind,
                prompt: None,
            })),
            Some(list) => {
                for item in items(list, "a list of questions", true, self.faults()) {
                    self.survey_question(item, &mut questions);
                }
            }
        }
        if let Some(query) = &save {
            self.check_survey(node, &query.shape, &questions);
        }
        let known = save.is_some() || !asks_connection;
        let save = save.map(|query| (query.connection, query.query));
        (known && !questions.is_empty()).then_some(Verb::Survey(Survey { questions, save }))
    }

    fn check_survey(&mut self, node: &Node, shape: &QueryShape, questions: &[SurveyQuestion]) {
        let asked: Vec<&str> = questions.iter().map(|question| question.name.as_str()).collect();
        for argument in shape.required().filter(|argument| !asked.contains(argument)) {
            let what = format!("the query of `survey` needs `{argument}`, which is not asked");
            let mend = "ask it, or make it optional in warmline.toml: `\"text?\"`";
            self.faults().error(node.at, "missing-argument", what, mend);
        }
        for question in asked.iter().filter(|question| !shape.args.contains_key(**question)) {
            let what = format!("the query of `survey` takes no `{question}`");
            let mend = suggestion(question, shape.args.keys().map(String::as_str));
            self.faults().error(node.at, "unknown-argument", what, mend);
        }
    }

    /// `csat`, or `{ csat: { en: "…" } }`.
    fn survey_question(&mut self, item: &Node, questions: &mut Vec<SurveyQuestion>) {
        let NodeKind::Map(entries) = &item.kind else {
            if let Some((name, kind)) = one_of(item, "questions", &SURVEY.map(|known| (known.0, known)), self.faults())
            {
                questions.push(SurveyQuestion { name: name.to_owned(), kind, prompt: None });
            }
            return;
        };
        for (key, prompt) in entries {
            let Some((name, kind)) = SURVEY.iter().find(|(name, _)| *name == key.text) else {
                let what = format!("there is no survey question `{}`", shorten(&key.text));
                let mend = suggestion(&key.text, SURVEY.iter().map(|(name, _)| *name));
                self.faults().error(key.at, "unknown-word", what, mend);
                continue;
            };
            let prompt = self.sentence(prompt);
            questions.push(SurveyQuestion { name: (*name).to_owned(), kind: *kind, prompt });
        }
    }

    /// Warns of exits that are not written.
    pub fn want_exits(&mut self, node: &Node, fields: &Fields<'_>, verb: &str, exits: &[(&str, &str)]) {
        let given = node.text().unwrap_or_default();
        for (key, mend) in exits.iter().filter(|(key, _)| !fields.has(key)) {
            let what = format!("`{verb}: {}` has no `{key}`", shorten(given));
            self.faults().warning(node.at, "no-exit", what, format!("{mend}: `{key}: …`"));
        }
    }

    /// The query beside the verb, and its arguments; `own` are given by other options of the step.
    fn asked(&mut self, node: &Node, fields: &mut Fields<'_>, access: Access, verb: &str, own: &[&str]) -> Asked {
        let query = self.query(node, access, verb);
        let shape = query.as_ref().map(|query| query.shape.clone());
        let arguments = shape.iter().flat_map(|shape| shape.args.keys().cloned());
        let known: Vec<String> = arguments.filter(|argument| !own.contains(&argument.as_str())).collect();
        let wanted = |_: &Self, argument: &str| match &shape {
            None => Some(Kind::Any),
            Some(_) if own.contains(&argument) => None,
            Some(shape) => shape.args.get(argument).map(|field| Kind::of_argument(field.kind)),
        };
        let given = node.text().unwrap_or_default();
        let (with, names) = self.with(fields, &wanted, &format!("the query `{given}`"), &known);
        for argument in shape.iter().flat_map(QueryShape::required) {
            let is_given = own.contains(&argument) || names.iter().any(|given| given == argument);
            if !is_given {
                let what = format!("the query `{given}` needs `{argument}`");
                self.faults().error(node.at, "missing-argument", what, format!("add `with: {{ {argument}: … }}`"));
            }
        }
        Asked { query, with }
    }

    fn query(&mut self, node: &Node, access: Access, verb: &str) -> Option<Query> {
        let given = text(node, "a connection and its query, `shop.find_order`", self.faults())?;
        let connections = &self.checker.operators.connections;
        let Some((connection, query)) = given.split_once('.') else {
            let what = format!("`{}` names no query", shorten(given));
            let mend = match connections.get(given).and_then(|found| found.queries.keys().next()) {
                Some(first) => format!("write the connection and its query, for example `{given}.{first}`"),
                None => "write the connection and its query: `shop.find_order`".to_owned(),
            };
            self.checker.faults.error(node.at, "unknown-query", what, mend);
            return None;
        };
        let Some(found) = connections.get(connection) else {
            let what = format!("there is no connection `{}`", shorten(connection));
            let mend = if connections.is_empty() {
                format!("define `[connection.{}]` in warmline.toml", shorten(connection))
            } else {
                suggestion(connection, connections.keys().map(String::as_str))
            };
            self.checker.faults.error(node.at, "unknown-connection", what, mend);
            return None;
        };
        let Some(shape) = found.queries.get(query) else {
            let what = format!("the connection `{connection}` has no query `{}`", shorten(query));
            let mend = suggestion(query, found.queries.keys().map(String::as_str));
            self.checker.faults.error(node.at, "unknown-query", what, mend);
            return None;
        };
        if shape.access != access {
            let (does, use_instead) = match shape.access {
                Access::Reads => ("only reads", "`look_up` or `verify`"),
                Access::Writes => ("changes something", "`do`, `send` or `survey`"),
            };
            let what = format!("`{verb}` names `{given}`, which {does}");
            self.checker.faults.error(node.at, "wrong-access", what, format!("use {use_instead} for it"));
        }
        Some(Query { connection: connection.to_owned(), query: query.to_owned(), shape: shape.clone() })
    }
}
