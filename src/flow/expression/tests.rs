//! Expressions: what they give, what is refused, and in which words.

use std::collections::BTreeMap;

use super::super::datum::Datum;
use super::super::kind::{Kind, Names, Root};
use super::{Expression, Variable};

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
    let expression = Expression::compile(text, &example_names(), Kind::Any).map_err(|faults| format!("{faults:?}"))?;
    expression.evaluate(&lookup, &zone).map_err(|trouble| trouble.0)
}

#[test]
fn a_bare_name_keeps_its_kind() {
    let names = example_names();
    let zone = jiff::tz::TimeZone::UTC;
    let value = |text: &str| Expression::compile(text, &names, Kind::Any).unwrap().evaluate(&lookup, &zone).unwrap();
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
        assert!(given.as_ref().is_ok_and(|datum| *datum == wanted), "{text}: {:?}", given.map(|datum| datum.text()));
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
        ("order.status = \"late\"", 13, "bad-expression", "`==`", "`==`"),
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
