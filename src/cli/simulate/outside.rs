//! What connections answer in a simulation: what was stubbed, else the real tables, databases and services for
//! questions that only read. Nothing is ever changed or sent.

use std::collections::BTreeMap;

use crate::caller::{Connections, Question};
use crate::flow::rehearsal::{Asking, StubAnswer, Unanswered};
use crate::flow::{Datum, FieldKind, LookUpResult, Operators, QueryShape, Record};

/// How long a real connection may take.
const TIME_LIMIT: std::time::Duration = std::time::Duration::from_secs(10);

/// Answers questions that no stub answers.
pub(super) trait Outside {
    /// The answer, and a word about where it comes from.
    fn answer(&mut self, question: &Unanswered, now: &jiff::Zoned) -> (StubAnswer, String);
}

/// The operator's real connections.
pub(super) struct Real {
    pub(super) connections: Connections,
    pub(super) operators: Operators,
    pub(super) runtime: tokio::runtime::Runtime,
}

impl Outside for Real {
    fn answer(&mut self, question: &Unanswered, now: &jiff::Zoned) -> (StubAnswer, String) {
        let (connection, query) = question.name.split_once('.').unwrap_or((&question.name, ""));
        if matches!(question.verb, Asking::Do | Asking::Send) {
            let shape = self.operators.connections.get(connection).and_then(|known| known.queries.get(query));
            let result = LookUpResult::Found(shape.map(sample).unwrap_or_default());
            let told = format!("nothing was really changed; `!stub {} error` tries the other way", question.name);
            return (StubAnswer::now(result), told);
        }
        let asked = Question {
            connection: connection.to_owned(),
            query: query.to_owned(),
            args: question.args.clone(),
            time_limit: TIME_LIMIT,
            now: now.clone(),
        };
        let result = self.runtime.block_on(self.connections.look_up(asked));
        let told = match &result {
            LookUpResult::Error(kind) => {
                format!("the connection gave no answer ({kind}); `!stub {} …` answers in its place", question.name)
            }
            _ => "from the real connection".to_owned(),
        };
        (StubAnswer::now(result), told)
    }
}

/// What a change that was not made might have given back.
fn sample(shape: &QueryShape) -> Record {
    let value = |kind: FieldKind| match kind {
        FieldKind::YesNo => Datum::YesNo(true),
        FieldKind::Number | FieldKind::Money => Datum::Number(1.0),
        FieldKind::Text | FieldKind::Phone => Datum::Text("123456".to_owned()),
        FieldKind::Date | FieldKind::Time | FieldKind::Duration | FieldKind::Moment => Datum::Absent,
    };
    shape.returns.iter().map(|(name, field)| (name.clone(), value(field.kind))).collect::<BTreeMap<_, _>>()
}
