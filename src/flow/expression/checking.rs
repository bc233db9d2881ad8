//! Checking an expression when the bundle is loaded: its names, fields, functions and kinds.

use cel::Program;
use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, operators as op};

use super::super::kind::{Kind, Names, NotThere};
use super::super::nearest::{nearest, suggestion};
use super::wording::meant_by;
use super::{ExpressionFault, FUNCTIONS, Read};

/// How many macros (`exists`, `map`…) an expression may hold: they nest loops.
const MOST_MACROS: usize = 2;

pub(super) struct Checker<'a> {
    names: &'a Names,
    program: &'a Program,
    faults: Vec<ExpressionFault>,
    reads: Vec<Read>,
    /// Names bound by macros around the place being checked.
    bound: Vec<String>,
}

impl<'a> Checker<'a> {
    /// The kind of value that a compiled expression gives, and what it reads.
    pub fn check(
        program: &'a Program,
        names: &'a Names,
        wanted: Kind,
    ) -> Result<(Kind, Vec<Read>), Vec<ExpressionFault>> {
        let mut checker = Checker { names, program, faults: Vec::new(), reads: Vec::new(), bound: Vec::new() };
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
        Ok((kind, reads))
    }

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
                let mend = match meant_by(root) {
                    Some(meant) if code == "unknown-name" => meant.to_owned(),
                    _ => mend,
                };
                self.fault(id, code, what, mend);
                Kind::Any
            }
        }
    }

    fn call(&mut self, id: u64, call: &CallExpr) -> Kind {
        let name = call.func_name.as_str();
        if let (op::EQUALS | op::NOT_EQUALS, [left, right]) = (name, call.args.as_slice())
            && (self.text_without_quotes(left, right) || self.text_without_quotes(right, left))
        {
            return Kind::YesNo;
        }
        if let Some(target) = &call.target {
            self.infer(target);
        }
        let arguments: Vec<Kind> = call.args.iter().map(|argument| self.infer(argument)).collect();
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
                    let mend = suggestion(name, FUNCTIONS.iter().map(|(known, _)| *known));
                    self.fault(id, "unknown-function", format!("there is no function `{name}`"), mend);
                    Kind::Any
                }
            },
        }
    }

    /// Finds `order.status == late`, where `late` was meant to be a text.
    fn text_without_quotes(&mut self, word: &IdedExpr, other: &IdedExpr) -> bool {
        let Expr::Ident(name) = &word.expr else { return false };
        let is_known = self.bound.contains(name) || self.names.find(name, None).is_ok();
        if is_known || self.names.roots.contains_key(name) || meant_by(name).is_some() {
            return false;
        }
        let is_text = match &other.expr {
            Expr::Ident(root) => self.names.find(root, None).is_ok_and(|kind| kind == Kind::Text),
            Expr::Select(select) => match &select.operand.expr {
                Expr::Ident(root) => self.names.find(root, Some(&select.field)).is_ok_and(|kind| kind == Kind::Text),
                _ => false,
            },
            _ => false,
        };
        let is_near = is_text && nearest(name, self.names.roots.keys().map(String::as_str)).is_some();
        if is_text && !is_near {
            let what = format!("there is no slot or variable `{name}` here");
            self.fault(word.id, "unknown-name", what, format!("a text stands in double quotes: `\"{name}\"`"));
            self.infer(other);
        }
        is_text && !is_near
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
                "compare with `now` or `today`, or with `timestamp(\"2026-01-05T00:00:00Z\")`"
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
