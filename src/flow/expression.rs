//! Expressions: CEL in `when`, `set`, the values of `with`, and `class`.
//!
//! An expression is compiled once, when the bundle is loaded, and its names, fields and kinds are checked then. Two
//! things differ from plain CEL, because designers are no programmers: every number is a decimal, so that
//! `order.total * 2` and `1 < order.total` mean what they say; and a value that may be absent is `null`, so that
//! `order.sent == null` and `has(order.sent)` both work. Days are the moments at which they begin in the bundle's
//! time zone.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, operators as op};
use cel::{Context, Env, Program, Value};

use super::act::Record;
use super::datum::Datum;
use super::kind::{Kind, Names, NotThere};

/// The longest expression a designer may write, in bytes.
const LONGEST: usize = 2_000;
/// The longest text an expression may make.
const LONGEST_TEXT: usize = 10_000;
/// How many macros (`exists`, `map`…) an expression may hold: they nest loops.
const MOST_MACROS: usize = 2;

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
        let mut checker =
            Checker { names, program: &program, faults: Vec::new(), reads: Vec::new(), bound: Vec::new() };
        checker.refuse_nested_macros(program.expression());
        let kind = checker.infer(program.expression());
        if !wanted.accepts(kind) {
            checker.faults.push(ExpressionFault {
                code: "type-mismatch",
                offset: 0,
                what: format!("this is {}, and {} is wanted here", kind.name(), wanted.name()),
                mend: wanted.mend().to_owned(),
            });
        }
        let Checker { faults, mut reads, .. } = checker;
        if !faults.is_empty() {
            return Err(faults);
        }
        reads.sort();
        reads.dedup();
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

fn not_an_expression(text: &str, errors: &cel::ParseErrors) -> ExpressionFault {
    let first = errors.errors.first();
    let position = first.map_or((1, 1), |error| error.pos);
    let message = first.map_or("it cannot be read", |error| error.msg.as_str());
    let column = usize::try_from(position.1).unwrap_or(1).max(1);
    let on_first_line = position.0 <= 1;
    let mend = if text.contains('=') && !text.contains("==") && !text.contains(">=") && !text.contains("<=") {
        "write `==` to compare"
    } else if text.contains('\u{201c}') || text.contains('\u{2019}') {
        "use straight quotes"
    } else {
        "write a condition such as `order.status == \"late\"`"
    };
    ExpressionFault {
        code: "bad-expression",
        offset: if on_first_line { column - 1 } else { 0 },
        what: format!("this is no expression: {}", plain(message)),
        mend: mend.to_owned(),
    }
}

/// The parser's message in a designer's words.
fn plain(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default().trim().trim_end_matches('.');
    let line = line.strip_prefix("Syntax error:").unwrap_or(line).trim();
    let head = line.split(" expecting ").next().unwrap_or(line);
    if head.contains("<EOF>") {
        return "it stops before it is complete".to_owned();
    }
    let quoted = head.split_once('\'').and_then(|(_, rest)| rest.rsplit_once('\'')).map(|(inside, _)| inside);
    match quoted {
        Some(stranger) if !stranger.is_empty() => format!("`{stranger}` does not fit here"),
        _ => head.to_lowercase(),
    }
}

fn to_cel(datum: &Datum, zone: &jiff::tz::TimeZone) -> Result<Value, Trouble> {
    let out_of_range = || Trouble("a date lies outside the calendar".to_owned());
    Ok(match datum {
        Datum::Absent => Value::Null,
        Datum::YesNo(truth) => Value::Bool(*truth),
        Datum::Number(number) => Value::Float(*number),
        Datum::Text(text) => Value::String(Arc::new(text.clone())),
        Datum::Time(_) => Value::String(Arc::new(datum.text())),
        Datum::Date(date) => {
            let start = date.to_zoned(zone.clone()).map_err(|_| out_of_range())?;
            timestamp(&start)?
        }
        Datum::Moment(moment) => timestamp(&moment.to_zoned(zone.clone()))?,
        Datum::Duration(length) => duration(*length)?,
    })
}

/// Hands a moment to CEL with its offset, so that `getHours()` counts in the bundle's time zone.
fn timestamp(moment: &jiff::Zoned) -> Result<Value, Trouble> {
    let text = moment.strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string();
    // CEL's timestamp type is parsed into rather than named, since it belongs to a crate that only CEL uses.
    text.parse().map(Value::Timestamp).map_err(|_| Trouble("a date lies outside the calendar".to_owned()))
}

/// Hands a span of time to CEL. Its type, too, is come by rather than named: as the span between two moments.
fn duration(length: jiff::SignedDuration) -> Result<Value, Trouble> {
    let too_long = || Trouble("a span of time is too long".to_owned());
    let start = jiff::Timestamp::UNIX_EPOCH;
    let end = start.checked_add(length).map_err(|_| too_long())?;
    let at = |moment: jiff::Timestamp| timestamp(&moment.to_zoned(jiff::tz::TimeZone::UTC));
    match (at(start)?, at(end)?) {
        (Value::Timestamp(start), Value::Timestamp(end)) => Ok(Value::Duration(end - start)),
        _ => Err(too_long()),
    }
}

fn from_cel(value: &Value) -> Result<Datum, Trouble> {
    match value {
        Value::Null => Ok(Datum::Absent),
        Value::Bool(truth) => Ok(Datum::YesNo(*truth)),
        Value::Int(number) => Ok(Datum::Number(*number as f64)),
        Value::UInt(number) => Ok(Datum::Number(*number as f64)),
        Value::Float(number) if number.is_finite() => Ok(Datum::Number(*number)),
        Value::Float(_) => Err(Trouble("an expression gave no finite number".to_owned())),
        Value::String(text) if text.len() > LONGEST_TEXT => Err(Trouble("a text grew too long".to_owned())),
        Value::String(text) => Ok(Datum::Text(text.as_ref().clone())),
        Value::Timestamp(moment) => {
            let text = moment.to_rfc3339();
            text.parse().map(Datum::Moment).map_err(|_| Trouble("a date lies outside the calendar".to_owned()))
        }
        Value::Duration(length) => Ok(Datum::Duration(jiff::SignedDuration::from_millis(length.num_milliseconds()))),
        _ => Err(Trouble("an expression gave a list or a mapping where one value is wanted".to_owned())),
    }
}

/// The fields of a record; those whose names hold a dot stand in a record of their own.
#[derive(Default)]
struct Fields {
    plain: HashMap<String, Value>,
    inner: HashMap<String, HashMap<String, Value>>,
}

impl Fields {
    fn insert(&mut self, name: &str, value: Value) {
        match name.split_once('.') {
            None => self.plain.insert(name.to_owned(), value),
            Some((outer, inner)) => self.inner.entry(outer.to_owned()).or_default().insert(inner.to_owned(), value),
        };
    }
}

impl From<Fields> for Value {
    fn from(mut fields: Fields) -> Self {
        let inner = fields.inner.into_iter().map(|(name, fields)| (name, fields.into()));
        fields.plain.extend(inner);
        fields.plain.into()
    }
}

/// Makes every number a decimal and `has(a.b)` a comparison with null.
fn soften(expression: &mut IdedExpr) {
    match &mut expression.expr {
        Expr::Literal(LiteralValue::Int(number)) => {
            let decimal = *number.inner() as f64;
            expression.expr = Expr::Literal(LiteralValue::Double(decimal.into()));
        }
        Expr::Call(call) => {
            if let Some(target) = &mut call.target {
                soften(target);
            }
            let keeps_whole_arguments = matches!(call.func_name.as_str(), op::INDEX | op::OPT_INDEX);
            for (index, argument) in call.args.iter_mut().enumerate() {
                if !(keeps_whole_arguments && index == 1) {
                    soften(argument);
                }
            }
            if WHOLE.contains(&call.func_name.as_str()) {
                let whole = std::mem::take(expression);
                expression.id = whole.id;
                expression.expr =
                    Expr::Call(CallExpr { func_name: "double".to_owned(), target: None, args: vec![whole] });
            }
        }
        Expr::Select(select) => {
            soften(&mut select.operand);
            if select.test {
                select.test = false;
                let field = std::mem::take(expression);
                let null = IdedExpr { id: field.id, expr: Expr::Literal(LiteralValue::Null) };
                expression.id = field.id;
                expression.expr = Expr::Call(CallExpr {
                    func_name: op::NOT_EQUALS.to_owned(),
                    target: None,
                    args: vec![field, null],
                });
            }
        }
        Expr::List(list) => list.elements.iter_mut().for_each(soften),
        // What macros expand to counts with whole numbers of its own.
        _ => {}
    }
}

struct Checker<'a> {
    names: &'a Names,
    program: &'a Program,
    faults: Vec<ExpressionFault>,
    reads: Vec<Read>,
    /// Names bound by macros around the place being checked.
    bound: Vec<String>,
}

impl Checker<'_> {
    fn fault(&mut self, at: u64, code: &'static str, what: String, mend: String) {
        let offset = self.program.source_info().offset_for(at).map_or(0, |(start, _)| start as usize);
        self.faults.push(ExpressionFault { code, offset, what, mend });
    }

    fn refuse_nested_macros(&mut self, expression: &IdedExpr) {
        let count = count_macros(expression);
        if count > MOST_MACROS {
            self.faults.push(ExpressionFault {
                code: "long-expression",
                offset: 0,
                what: format!("the expression holds {count} macros, at most {MOST_MACROS} are allowed"),
                mend: "compute parts of it with `set` before".to_owned(),
            });
        }
    }

    fn infer(&mut self, expression: &IdedExpr) -> Kind {
        match &expression.expr {
            Expr::Literal(literal) => match literal {
                LiteralValue::Boolean(_) => Kind::YesNo,
                LiteralValue::Double(_) | LiteralValue::Int(_) | LiteralValue::UInt(_) => Kind::Number,
                LiteralValue::String(_) => Kind::Text,
                LiteralValue::Bytes(_) | LiteralValue::Null => Kind::Any,
            },
            Expr::Ident(name) => self.name(expression.id, name, None),
            Expr::Select(select) => {
                let kind = match &select.operand.expr {
                    Expr::Ident(root) => self.name(select.operand.id, root, Some(&select.field)),
                    Expr::Select(outer) => match &outer.operand.expr {
                        Expr::Ident(root) => {
                            let field = format!("{}.{}", outer.field, select.field);
                            self.name(outer.operand.id, root, Some(&field))
                        }
                        _ => self.infer(&select.operand),
                    },
                    _ => {
                        self.infer(&select.operand);
                        Kind::Any
                    }
                };
                if select.test { Kind::YesNo } else { kind }
            }
            Expr::Call(call) => self.call(expression.id, call),
            Expr::List(list) => {
                for element in &list.elements {
                    self.infer(element);
                }
                Kind::List
            }
            Expr::Comprehension(comprehension) => {
                self.infer(&comprehension.iter_range);
                let depth = self.bound.len();
                self.bound.push(comprehension.iter_var.clone());
                self.bound.extend(comprehension.iter_var2.clone());
                self.bound.push(comprehension.accu_var.clone());
                for part in [&comprehension.accu_init, &comprehension.loop_cond, &comprehension.loop_step] {
                    self.infer(part);
                }
                let kind = self.infer(&comprehension.result);
                self.bound.truncate(depth);
                kind
            }
            Expr::Map(_) | Expr::Struct(_) | Expr::Unspecified => {
                let mend = "compare single values".to_owned();
                self.fault(expression.id, "bad-expression", "a mapping has no place in a flow".to_owned(), mend);
                Kind::Any
            }
        }
    }

    fn name(&mut self, id: u64, root: &str, field: Option<&str>) -> Kind {
        if self.bound.iter().any(|bound| bound == root) {
            return Kind::Any;
        }
        match self.names.find(root, field) {
            Ok(kind) => {
                self.reads.push(Read { root: root.to_owned(), field: field.map(str::to_owned) });
                kind
            }
            Err(NotThere { code, what, mend }) => {
                self.fault(id, code, what, mend);
                Kind::Any
            }
        }
    }

    fn call(&mut self, id: u64, call: &CallExpr) -> Kind {
        let target = call.target.as_ref().map(|target| self.infer(target));
        let arguments: Vec<Kind> = call.args.iter().map(|argument| self.infer(argument)).collect();
        let name = call.func_name.as_str();
        let first = arguments.first().copied().unwrap_or(Kind::Any);
        let second = arguments.get(1).copied().unwrap_or(Kind::Any);
        match name {
            op::LOGICAL_AND | op::LOGICAL_OR | op::LOGICAL_NOT => {
                for kind in arguments {
                    self.want(id, Kind::YesNo, kind);
                }
                Kind::YesNo
            }
            op::EQUALS | op::NOT_EQUALS => {
                self.comparable(id, first, second);
                Kind::YesNo
            }
            op::LESS | op::LESS_EQUALS | op::GREATER | op::GREATER_EQUALS => {
                self.comparable(id, first, second);
                Kind::YesNo
            }
            op::IN => {
                if !Kind::List.accepts(second) {
                    let what = format!("`in` looks into a list, and here is {}", second.name());
                    let mend = "write `x in [\"a\", \"b\"]`, or for a part of a text `x.contains(\"a\")`";
                    self.fault(id, "type-mismatch", what, mend.to_owned());
                }
                Kind::YesNo
            }
            op::NOT_STRICTLY_FALSE => Kind::YesNo,
            op::CONDITIONAL => {
                self.want(id, Kind::YesNo, first);
                let third = arguments.get(2).copied().unwrap_or(Kind::Any);
                if second == third { second } else { Kind::Any }
            }
            op::ADD | op::SUBSTRACT => self.sum(id, name, first, second),
            op::MULTIPLY | op::DIVIDE | op::NEGATE => {
                for kind in arguments {
                    self.want(id, Kind::Number, kind);
                }
                Kind::Number
            }
            op::MODULO => {
                let mend = "decide by comparing, or let the connection compute it".to_owned();
                self.fault(id, "bad-expression", "`%` is not for decimals".to_owned(), mend);
                Kind::Number
            }
            op::INDEX | op::OPT_INDEX | op::OPT_SELECT => Kind::Any,
            _ => match FUNCTIONS.iter().find(|(known, _)| *known == name) {
                Some((_, kind)) => *kind,
                None => {
                    let mend = super::nearest::suggestion(name, FUNCTIONS.iter().map(|(known, _)| *known));
                    self.fault(id, "unknown-function", format!("there is no function `{name}`"), mend);
                    let _ = target;
                    Kind::Any
                }
            },
        }
    }

    fn want(&mut self, id: u64, wanted: Kind, kind: Kind) {
        if !wanted.accepts(kind) {
            let what = format!("{} stands where {} is wanted", kind.name(), wanted.name());
            self.fault(id, "type-mismatch", what, wanted.mend().to_owned());
        }
    }

    fn comparable(&mut self, id: u64, first: Kind, second: Kind) {
        if !first.compares_with(second) {
            let what = format!("{} is compared with {}", first.name(), second.name());
            let mend = if matches!((first, second), (Kind::Moment, Kind::Text) | (Kind::Text, Kind::Moment)) {
                "compare with `now`, or with `timestamp(\"2026-01-05T00:00:00Z\")`"
            } else {
                "compare two of the same kind"
            };
            self.fault(id, "type-mismatch", what, mend.to_owned());
        }
    }

    fn sum(&mut self, id: u64, operator: &str, first: Kind, second: Kind) -> Kind {
        match (first, second) {
            (Kind::Any, _) | (_, Kind::Any) => Kind::Any,
            (Kind::Number, Kind::Number) => Kind::Number,
            (Kind::Text, Kind::Text) if operator == op::ADD => Kind::Text,
            (Kind::Moment, Kind::Duration) => Kind::Moment,
            (Kind::Duration, Kind::Moment) if operator == op::ADD => Kind::Moment,
            (Kind::Moment, Kind::Moment) if operator == op::SUBSTRACT => Kind::Duration,
            (Kind::Duration, Kind::Duration) => Kind::Duration,
            _ => {
                let what = format!("{} and {} cannot be added or subtracted", first.name(), second.name());
                let mend = "use two numbers, two texts, or a moment and `duration(\"24h\")`".to_owned();
                self.fault(id, "type-mismatch", what, mend);
                Kind::Any
            }
        }
    }
}

fn count_macros(expression: &IdedExpr) -> usize {
    let of = |parts: &[&IdedExpr]| parts.iter().map(|part| count_macros(part)).sum::<usize>();
    match &expression.expr {
        Expr::Call(call) => {
            call.target.as_ref().map_or(0, |target| count_macros(target))
                + call.args.iter().map(count_macros).sum::<usize>()
        }
        Expr::Select(select) => count_macros(&select.operand),
        Expr::List(list) => list.elements.iter().map(count_macros).sum(),
        Expr::Comprehension(part) => {
            1 + of(&[&part.iter_range, &part.accu_init, &part.loop_cond, &part.loop_step, &part.result])
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::kind::Root;
    use super::*;

    /// The fields and kinds of the records and values that exist in a test.
    fn example_names() -> Names {
        let mut names = Names::default();
        let order = BTreeMap::from([
            ("status".to_owned(), Kind::Text),
            ("due".to_owned(), Kind::Moment),
            ("sent".to_owned(), Kind::Moment),
            ("total".to_owned(), Kind::Number),
        ]);
        names.roots.insert("order".to_owned(), Root::Record(order));
        names.roots.insert("want_human".to_owned(), Root::One(Kind::YesNo));
        names.roots.insert("now".to_owned(), Root::One(Kind::Moment));
        names.roots.insert("name".to_owned(), Root::One(Kind::Text));
        names
    }

    fn lookup(name: &str) -> Option<Variable> {
        match name {
            "order" => Some(Variable::Record(BTreeMap::from([
                ("status".to_owned(), Datum::Text("late".to_owned())),
                ("due".to_owned(), Datum::Date(jiff::civil::date(2026, 1, 5))),
                ("total".to_owned(), Datum::Number(19.5)),
            ]))),
            "now" => Some(Variable::One(Datum::Moment("2026-01-04T16:30:00Z".parse().unwrap()))),
            "name" => Some(Variable::One(Datum::Text("Anna".to_owned()))),
            _ => None,
        }
    }

    fn evaluate(text: &str) -> Result<Datum, String> {
        let zone = jiff::tz::TimeZone::get("Asia/Shanghai").unwrap();
        let expression =
            Expression::compile(text, &example_names(), Kind::Any).map_err(|faults| format!("{faults:?}"))?;
        expression.evaluate(&lookup, &zone).map_err(|trouble| trouble.0)
    }

    #[test]
    fn a_bare_name_keeps_its_kind() {
        let names = example_names();
        let zone = jiff::tz::TimeZone::UTC;
        let value =
            |text: &str| Expression::compile(text, &names, Kind::Any).unwrap().evaluate(&lookup, &zone).unwrap();
        assert_eq!(value("order.due"), Datum::Date(jiff::civil::date(2026, 1, 5)));
        assert_eq!(value("name"), Datum::Text("Anna".to_owned()));
        assert_eq!(value("order.sent"), Datum::Absent);
        assert!(matches!(value("order.due + duration(\"24h\")"), Datum::Moment(_)));
    }

    #[test]
    fn computes_as_a_designer_reads_it() {
        for (text, wanted) in [
            ("order.status == \"late\" || now > order.due", Datum::YesNo(true)),
            // 16:30 UTC on the 4th is half past midnight on the 5th in Shanghai: the due day has begun.
            ("now > order.due", Datum::YesNo(true)),
            ("now - order.due > duration(\"1h\")", Datum::YesNo(false)),
            ("now.getHours()", Datum::Number(0.0)),
            ("order.total * 2 > 38", Datum::YesNo(true)),
            ("order.total > 19 ? 1 : 5", Datum::Number(1.0)),
            ("has(order.sent)", Datum::YesNo(false)),
            ("order.sent == null", Datum::YesNo(true)),
            ("has(order.due)", Datum::YesNo(true)),
            ("want_human == null", Datum::YesNo(true)),
            ("size(name) + 1", Datum::Number(5.0)),
            ("order.status in [\"late\", \"lost\"]", Datum::YesNo(true)),
            ("order.total in [19.5, 3]", Datum::YesNo(true)),
            ("\"Dear \" + name", Datum::Text("Dear Anna".to_owned())),
            ("[1, 2].exists(n, n == 2)", Datum::YesNo(true)),
        ] {
            let given = evaluate(text);
            assert!(
                given.as_ref().is_ok_and(|datum| *datum == wanted),
                "{text}: {:?}",
                given.map(|datum| datum.text())
            );
        }
    }

    #[test]
    fn an_absent_condition_is_false_and_an_absent_comparison_is_trouble() {
        let zone = jiff::tz::TimeZone::UTC;
        let condition = Expression::compile("want_human", &example_names(), Kind::YesNo).unwrap();
        assert!(!condition.holds(&lookup, &zone).unwrap());
        assert!(evaluate("now > order.sent").is_err());
    }

    #[test]
    fn wrong_expressions_say_where_and_how_to_mend() {
        for (text, offset, code, what, mend) in [
            ("order.status = \"late\"", 13, "bad-expression", "no expression", "`==`"),
            ("order.statu == \"late\"", 0, "unknown-field", "`statu`", "`status`"),
            ("ordr.status == \"late\"", 0, "unknown-name", "`ordr`", "`order`"),
            ("now > order.status", 4, "type-mismatch", "moment", "`now`"),
            ("order.total", 0, "type-mismatch", "a number", "compare"),
            ("nam == \"x\" && true", 0, "unknown-name", "`nam`", "`name`"),
            ("lenght(name) > 2", 6, "unknown-function", "`lenght`", ""),
            ("order == \"x\"", 0, "unknown-field", "`order`", "`order.due`"),
        ] {
            let Err(faults) = Expression::compile(text, &example_names(), Kind::YesNo) else {
                panic!("{text} was taken");
            };
            let fault = &faults[0];
            assert_eq!(fault.code, code, "{text}: {fault:?}");
            assert!(fault.what.contains(what), "{text}: {fault:?}");
            assert!(fault.mend.contains(mend), "{text}: {fault:?}");
            if offset > 0 {
                assert!(fault.offset.abs_diff(offset) <= 7, "{text}: {fault:?}");
            }
        }
    }

    #[test]
    fn hostile_expressions_are_refused_or_bounded() {
        let deep = format!("{}1{}", "(".repeat(900), ")".repeat(900));
        let long = format!("name{}", " + name".repeat(1_000));
        let loops = "[1,2].exists(a, [1,2].exists(b, [1,2].exists(c, true)))".to_owned();
        for text in [deep, long, loops] {
            assert!(Expression::compile(&text, &example_names(), Kind::Any).is_err(), "{}", &text[..20]);
        }
    }
}
