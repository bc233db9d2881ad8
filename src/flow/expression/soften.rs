//! What makes CEL read as a designer means it.

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, operators as op};

use super::WHOLE;

/// Makes every number a decimal and `has(a.b)` a comparison with null.
pub(super) fn soften(expression: &mut IdedExpr) {
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
