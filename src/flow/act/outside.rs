//! What is asked of connections, of the knowledge base, and of whoever weighs suggestions.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::words::Language;

use super::super::datum::Datum;

/// A question to a connection.
#[derive(Clone, Debug, PartialEq)]
pub struct LookUpAct {
    /// Names it in `Input::LookedUp`.
    pub id: u64,
    /// The connection's name.
    pub connection: String,
    /// The query's name.
    pub query: String,
    /// Arguments by name; `Debug` shows their kinds alone.
    pub args: BTreeMap<String, Datum>,
    /// After this long the answer is no longer awaited: the conversation has its own timer for it.
    pub time_limit: Duration,
}

/// A change to be made through a connection.
#[derive(Clone, Debug, PartialEq)]
pub struct DoAct {
    /// What, through which query, for how long at most.
    pub call: LookUpAct,
    /// The same for every try of one run of the step, never the same for two runs: the far side makes the change once.
    pub idempotency_key: String,
}

/// A check of who the caller is.
#[derive(Clone, Debug, PartialEq)]
pub struct VerifyAct {
    /// Through which query.
    pub call: LookUpAct,
    /// The level the caller reaches if it succeeds.
    pub level: String,
}

/// A message to be sent.
#[derive(Clone, PartialEq)]
pub struct SendAct {
    /// Names it in `Input::Sent`.
    pub id: u64,
    /// The connection's name.
    pub connection: String,
    /// The query's name.
    pub query: String,
    /// The number or address: the argument `to`.
    pub to: String,
    /// The name of the message's template: the argument `template`.
    pub template: String,
    /// The other arguments by name.
    pub args: BTreeMap<String, Datum>,
    /// The same for every try of one run of the step.
    pub idempotency_key: String,
    /// After this long the answer is no longer awaited.
    pub time_limit: Duration,
}

/// The answers to a survey.
#[derive(Clone, Debug, PartialEq)]
pub struct SurveyAct {
    /// The connection and query that keep them, if the flow names one.
    pub save: Option<(String, String)>,
    /// Answers by the names of their questions; a question that was not answered is left out.
    pub answers: BTreeMap<String, Datum>,
    /// The same for every try of one run of the step.
    pub idempotency_key: String,
}

/// What a survey asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SurveyKind {
    /// How content the caller is, 1 (not at all) to 5 (very).
    Csat,
    /// Whether the matter is settled, yes or no.
    Resolved,
}

/// A question to the knowledge base.
#[derive(Clone, PartialEq)]
pub struct AnswerAct {
    /// Names it in `Input::Answered`.
    pub id: u64,
    /// What the caller asked.
    pub question: String,
    /// Which topics may answer; all when empty.
    pub topics: Vec<String>,
    /// The language of the conversation.
    pub language: Language,
    /// After this long the answer is no longer awaited.
    pub time_limit: Duration,
}

/// Suggestions to be weighed.
#[derive(Clone, Debug, PartialEq)]
pub struct RecommendAct {
    /// Names it in `Input::Recommended`.
    pub id: u64,
    /// Those whose rules hold for this caller, in the order of the rules.
    pub candidates: Vec<Suggestion>,
    /// After this long the first is taken.
    pub time_limit: Duration,
}

/// One suggestion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What is suggested.
    pub item: String,
    /// Why, as it may be told to the caller; empty when the rule gives none.
    pub reason: String,
}

impl std::fmt::Debug for SendAct {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { id, connection, query, template, args, .. } = self;
        write!(formatter, "Send({id}, {connection}.{query}, {template}, {args:?})")
    }
}

impl std::fmt::Debug for AnswerAct {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Answer({}, {} characters, {:?})", self.id, self.question.chars().count(), self.topics)
    }
}
