//! Expressions: CEL in `when`, `set`, the values of `with`, and `class`.
//!
//! An expression is compiled once, when the bundle is loaded, and its names, fields and kinds are checked then. Two
//! things differ from plain CEL, because designers are no programmers: every number is a decimal, so that
//! `order.total * 2` and `1 < order.total` mean what they say; and a value that may be absent is `null`, so that
//! `order.sent == null` and `has(order.sent)` both work. Days are the moments at which they begin in the bundle's
//! time zone.

mod checking;
mod soften;
#[cfg(test)]
mod tests;
mod values;
mod wording;

use std::sync::{Arc, OnceLock};

use cel::common::ast::{Expr, IdedExpr};
use cel::{Context, Env, Program, Value};

use super::act::Record;
use super::datum::Datum;
use super::kind::{Kind, Names};
use checking::Checker;
use soften::soften;
use values::{Fields, from_cel, to_cel};
use wording::not_an_expression;

/// The longest expression a designer may write, in bytes.
const LONGEST: usize = 2_000;

/// A compiled and checked expression.
#[derive(Debug)]
pub(super) struct Expression {
    /// As the designer wrote it.
    pub text: String,
    tree: IdedExpr,
    /// What kind of value it gives.
    pub kind: Kind,
    /// What it reads: a name and, for records, a field.
    pub reads: Vec<Read>,
}

/// One thing an expression or a sentence reads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Read {
    pub root: String,
    /// A field of a record; `NAME.open` for what is known of a queue.
    pub field: Option<String>,
}

/// What a name stands for while a conversation runs.
pub(super) enum Variable {
    One(Datum),
    /// A code or digits, said one by one.
    Spelt(String),
    Record(Record),
}

/// Something wrong with an expression: what and how to mend it, and how many characters into it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ExpressionFault {
    pub code: &'static str,
    pub offset: usize,
    pub what: String,
    pub mend: String,
}

/// Why an evaluation failed. Names no value.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Trouble(pub String);

fn environment() -> Arc<Env> {
    static ENVIRONMENT: OnceLock<Arc<Env>> = OnceLock::new();
    Arc::clone(ENVIRONMENT.get_or_init(|| Arc::new(Env::stdlib())))
}

/// Functions a flow may use, with what they give.
pub(super) const FUNCTIONS: [(&str, Kind); 16] = [
    ("size", Kind::Number),
    ("contains", Kind::YesNo),
    ("startsWith", Kind::YesNo),
    ("endsWith", Kind::YesNo),
    ("matches", Kind::YesNo),
    ("double", Kind::Number),
    ("int", Kind::Number),
    ("string", Kind::Text),
    ("timestamp", Kind::Moment),
    ("duration", Kind::Duration),
    ("getFullYear", Kind::Number),
    ("getMonth", Kind::Number),
    ("getDate", Kind::Number),
    ("getDayOfWeek", Kind::Number),
    ("getHours", Kind::Number),
    ("getMinutes", Kind::Number),
];

/// Of them, those that give whole numbers and are turned into decimals.
const WHOLE: [&str; 8] =
    ["size", "int", "getFullYear", "getMonth", "getDate", "getDayOfWeek", "getHours", "getMinutes"];

impl Expression {
    /// Compiles `text` and checks it against the names that exist; `wanted` is the kind its place needs.
    pub fn compile(text: &str, names: &Names, wanted: Kind) -> Result<Self, Vec<ExpressionFault>> {
        if text.len() > LONGEST {
            return Err(vec![ExpressionFault {
                code: "long-expression",
                offset: 0,
                what: format!("the expression is longer than {LONGEST} characters"),
                mend: "compute parts of it with `set` before".to_owned(),
            }]);
        }
        let program = Program::compile(text).map_err(|errors| vec![not_an_expression(text, &errors)])?;
        let (kind, reads) = Checker::check(&program, names, wanted)?;
        let mut tree = program.expression().clone();
        soften(&mut tree);
        Ok(Self { text: text.trim().to_owned(), tree, kind, reads })
    }

    /// Evaluates it; `lookup` gives what a name stands for.
    pub fn evaluate(
        &self,
        lookup: &dyn Fn(&str) -> Option<Variable>,
        zone: &jiff::tz::TimeZone,
    ) -> Result<Datum, Trouble> {
        if let Some(value) = self.plain_value(lookup) {
            return Ok(value);
        }
        let mut context = Context::with_env(environment());
        let mut last: Option<&str> = None;
        for read in &self.reads {
            if last == Some(read.root.as_str()) {
                continue;
            }
            last = Some(&read.root);
            let is_record = self.reads.iter().any(|other| other.root == read.root && other.field.is_some());
            let found = match lookup(&read.root) {
                // A record that nothing was saved in: all its fields are absent.
                None if is_record => Some(Variable::Record(Record::new())),
                found => found,
            };
            let value = match found {
                None => Value::Null,
                Some(Variable::One(datum)) => to_cel(&datum, zone)?,
                Some(Variable::Spelt(text)) => Value::String(Arc::new(text)),
                Some(Variable::Record(record)) => {
                    let mut fields = Fields::default();
                    // Every field that is read stands in the map, so that an absent one is null and not an error.
                    for read in self.reads.iter().filter(|other| other.root == read.root) {
                        if let Some(field) = &read.field {
                            fields.insert(field, Value::Null);
                        }
                    }
                    for (name, datum) in &record {
                        fields.insert(name, to_cel(datum, zone)?);
                    }
                    fields.into()
                }
            };
            context.add_variable_from_value(read.root.clone(), value);
        }
        let value = Value::resolve(&self.tree, &context).map_err(|error| Trouble(kind_of_error(&error)))?;
        from_cel(&value)
    }

    /// What a bare name or field stands for, as it is: CEL knows days as moments and times of day as text, and a
    /// connection or a sentence wants the day and the time. `None` when the expression computes something.
    fn plain_value(&self, lookup: &dyn Fn(&str) -> Option<Variable>) -> Option<Datum> {
        match &self.tree.expr {
            Expr::Ident(name) => match lookup(name)? {
                Variable::One(datum) => Some(datum),
                Variable::Spelt(text) => Some(Datum::Text(text)),
                Variable::Record(_) => None,
            },
            Expr::Select(select) => {
                let Expr::Ident(root) = &select.operand.expr else { return None };
                match lookup(root)? {
                    Variable::Record(record) => record.get(&select.field).cloned(),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Evaluates a condition: an absent value counts as false.
    pub fn holds(&self, lookup: &dyn Fn(&str) -> Option<Variable>, zone: &jiff::tz::TimeZone) -> Result<bool, Trouble> {
        match self.evaluate(lookup, zone)? {
            Datum::YesNo(truth) => Ok(truth),
            Datum::Absent => Ok(false),
            _ => Err(Trouble("a condition gave something other than yes or no".to_owned())),
        }
    }
}

/// The kind of an evaluation error, without the values that CEL would print.
fn kind_of_error(error: &cel::ExecutionError) -> String {
    use cel::ExecutionError as E;
    match error {
        E::NoSuchKey(key) => format!("there is no field `{key}`"),
        E::UndeclaredReference(name) => format!("there is no value `{name}`"),
        E::DivisionByZero(_) | E::RemainderByZero(_) => "an expression divides by zero".to_owned(),
        E::Overflow(..) => "a number grew too large".to_owned(),
        _ => "an expression could not be computed, as when an absent value is compared".to_owned(),
    }
}
