//! What a flow passes, brought into the kinds that the operator declared.

use std::collections::BTreeMap;

use super::trouble::Trouble;
use crate::flow::{Access, Datum, FieldKind, QueryShape};

/// The declared arguments with their values; one that is optional and was not given is [`Datum::Absent`].
pub(super) type Arguments = BTreeMap<String, Datum>;

/// Brings `given` into the declared kinds. What is not declared is left out. `None`: a look-up needs an argument that
/// has no value, and an unset value matches nothing.
pub(super) fn declared(
    shape: &QueryShape,
    given: &BTreeMap<String, Datum>,
    zone: &jiff::tz::TimeZone,
) -> Result<Option<Arguments>, Trouble> {
    let mut arguments = Arguments::new();
    for (name, wanted) in &shape.args {
        let value = match given.get(name) {
            None => Datum::Absent,
            Some(value) => of_kind(wanted.kind, value, zone)
                .ok_or_else(|| Trouble::Refused(format!("the argument {name:?} is not a {}", wanted.kind.name())))?,
        };
        if value.is_absent() && !wanted.optional {
            return match shape.access {
                Access::Reads => Ok(None),
                Access::Writes => Err(Trouble::Refused(format!("the argument {name:?} has no value"))),
            };
        }
        arguments.insert(name.clone(), value);
    }
    Ok(Some(arguments))
}

/// `value` as a value of `kind`; `None` when it is none.
fn of_kind(kind: FieldKind, value: &Datum, zone: &jiff::tz::TimeZone) -> Option<Datum> {
    let fits = match (kind, value) {
        (_, Datum::Absent)
        | (FieldKind::Number | FieldKind::Money, Datum::Number(_))
        | (FieldKind::Date, Datum::Date(_))
        | (FieldKind::Time, Datum::Time(_))
        | (FieldKind::YesNo, Datum::YesNo(_))
        | (FieldKind::Duration, Datum::Duration(_))
        | (FieldKind::Moment, Datum::Moment(_)) => true,
        (FieldKind::Date, Datum::Moment(moment)) => return Some(Datum::Date(moment.to_zoned(zone.clone()).date())),
        (FieldKind::Time, Datum::Moment(moment)) => return Some(Datum::Time(moment.to_zoned(zone.clone()).time())),
        (FieldKind::Moment, Datum::Date(date)) => {
            return date.to_zoned(zone.clone()).ok().map(|start| Datum::Moment(start.timestamp()));
        }
        _ => false,
    };
    if fits {
        return Some(value.clone());
    }
    kind.read(&value.text()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::FieldShape;

    fn shape(args: &[(&str, &str)], access: Access) -> QueryShape {
        let args = args.iter().map(|(name, kind)| ((*name).to_owned(), FieldShape::parse(kind).unwrap()));
        QueryShape { args: args.collect(), access, ..QueryShape::default() }
    }

    fn given(name: &str, value: Datum) -> BTreeMap<String, Datum> {
        BTreeMap::from([(name.to_owned(), value)])
    }

    #[test]
    fn values_come_in_the_declared_kind() {
        let zone = jiff::tz::TimeZone::get("Asia/Shanghai").unwrap();
        let moment = Datum::Moment("2026-01-05T20:30:00Z".parse().unwrap());
        let text = |text: &str| Datum::Text(text.to_owned());
        let cases = [
            ("number", text("42"), Datum::Number(42.0)),
            ("text", Datum::Number(42.0), text("42")),
            ("yes_no", text("yes"), Datum::YesNo(true)),
            ("date", moment.clone(), Datum::Date(jiff::civil::date(2026, 1, 6))),
            ("time", moment, Datum::Time(jiff::civil::time(4, 30, 0, 0))),
            (
                "moment",
                Datum::Date(jiff::civil::date(2026, 1, 6)),
                Datum::Moment("2026-01-05T16:00:00Z".parse().unwrap()),
            ),
        ];
        for (kind, value, expected) in cases {
            let found = declared(&shape(&[("it", kind)], Access::Reads), &given("it", value), &zone).unwrap().unwrap();
            assert_eq!(found["it"], expected, "{kind}");
        }
    }

    #[test]
    fn an_unset_value_matches_nothing_and_changes_nothing() {
        let zone = jiff::tz::TimeZone::UTC;
        let reads = shape(&[("it", "text")], Access::Reads);
        let writes = shape(&[("it", "text")], Access::Writes);
        let optional = shape(&[("it", "text?")], Access::Writes);
        let unset = given("it", Datum::Absent);
        assert_eq!(declared(&reads, &unset, &zone), Ok(None));
        assert_eq!(declared(&reads, &BTreeMap::new(), &zone), Ok(None));
        assert_eq!(declared(&writes, &unset, &zone).unwrap_err().kind(), "refused");
        assert_eq!(declared(&optional, &unset, &zone).unwrap().unwrap()["it"], Datum::Absent);
    }

    #[test]
    fn a_value_of_another_kind_is_refused_without_being_shown() {
        let secret = given("it", Datum::Text("AB12345678".to_owned()));
        let fault = declared(&shape(&[("it", "date")], Access::Reads), &secret, &jiff::tz::TimeZone::UTC).unwrap_err();
        assert!(!fault.to_string().contains("AB12"), "{fault}");
    }
}
