//! Which names exist at a place of a flow, and what kind of value each holds.

use std::collections::BTreeMap;

use crate::words::SlotType;

use super::nearest::suggestion;
use super::operators::FieldKind;

/// The kind of a value, as far as it is known before a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Not known, or of no importance.
    Any,
    YesNo,
    Number,
    Text,
    /// A day or a moment.
    Moment,
    /// A time of day, compared as text.
    Time,
    /// A span of time, as `duration("24h")` makes it.
    Duration,
    List,
}

impl Kind {
    /// The kind of a slot's value.
    pub fn of_slot(slot: &SlotType) -> Self {
        match slot {
            SlotType::YesNo => Self::YesNo,
            SlotType::Number { .. } | SlotType::Money { .. } => Self::Number,
            SlotType::Date => Self::Moment,
            SlotType::Time => Self::Time,
            SlotType::Duration => Self::Duration,
            _ => Self::Text,
        }
    }

    /// The kind of a field.
    pub fn of_field(field: FieldKind) -> Self {
        match field {
            FieldKind::Text | FieldKind::Phone => Self::Text,
            FieldKind::Time => Self::Time,
            FieldKind::Number | FieldKind::Money => Self::Number,
            FieldKind::Date | FieldKind::Moment => Self::Moment,
            FieldKind::Duration => Self::Duration,
            FieldKind::YesNo => Self::YesNo,
        }
    }

    /// The kind that an argument of a connection takes: any value can be sent as text.
    pub fn of_argument(field: FieldKind) -> Self {
        match field {
            FieldKind::Text => Self::Any,
            other => Self::of_field(other),
        }
    }

    /// Whether a value of kind `given` may stand where this kind is wanted.
    pub fn accepts(self, given: Self) -> bool {
        self == Self::Any || given == Self::Any || self == given
    }

    /// Whether two kinds can be compared.
    pub fn compares_with(self, other: Self) -> bool {
        let as_text = |kind: Self| if kind == Self::Time { Self::Text } else { kind };
        self == Self::Any || other == Self::Any || as_text(self) == as_text(other)
    }

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "anything",
            Self::YesNo => "a yes or no",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::Moment => "a moment or day",
            Self::Time => "a time of day",
            Self::Duration => "a span of time",
            Self::List => "a list",
        }
    }

    /// How to come by this kind.
    pub fn mend(self) -> &'static str {
        match self {
            Self::YesNo => "compare it with something, for example `order.status == \"late\"`",
            Self::Number => "use a number or a numeric field",
            Self::Text => "use a text, in double quotes inside the expression",
            Self::Moment => "use `now`, `today` or a date field",
            _ => "use another value",
        }
    }
}

/// What every flow can read, beside `queue`, `now` and `today`.
pub(super) const RECORDS: &[(&str, &[(&str, Kind)])] = &[
    (
        "caller",
        &[
            ("number", Kind::Text),
            ("name", Kind::Text),
            ("language", Kind::Text),
            ("vip", Kind::YesNo),
            ("verified", Kind::YesNo),
            ("level", Kind::Text),
            ("history", Kind::Number),
        ],
    ),
    ("call", &[("dialled", Kind::Text), ("seconds", Kind::Number)]),
    ("error", &[("kind", Kind::Text)]),
    (
        "mood",
        &[
            ("distress", Kind::Number),
            ("arousal", Kind::Number),
            ("valence", Kind::Number),
            ("trend", Kind::Number),
            ("turns", Kind::Number),
        ],
    ),
    ("survey", &[("csat", Kind::Number), ("resolved", Kind::YesNo)]),
    ("complexity", &[("score", Kind::Number), ("reasons", Kind::Text)]),
];

/// A name that an expression or a sentence may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Root {
    /// One value.
    One(Kind),
    /// A record with fields.
    Record(BTreeMap<String, Kind>),
}

/// All names of a flow.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    pub roots: BTreeMap<String, Root>,
}

/// A name or a field that does not exist.
pub(super) struct NotThere {
    pub code: &'static str,
    pub what: String,
    pub mend: String,
}

impl Names {
    /// The names that every flow has, and what it may know of these queues before a caller joins one.
    pub fn built_in<'q>(queues: impl IntoIterator<Item = &'q String>) -> Self {
        let record = |fields: &[(&str, Kind)]| -> BTreeMap<String, Kind> {
            fields.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect()
        };
        let mut queue = record(&[("result", Kind::Text)]);
        for name in queues {
            for (fact, kind) in [("open", Kind::YesNo), ("waiting", Kind::Number), ("wait_minutes", Kind::Number)] {
                queue.insert(format!("{name}.{fact}"), kind);
            }
        }
        let mut roots: BTreeMap<String, Root> =
            RECORDS.iter().map(|(name, fields)| ((*name).to_owned(), Root::Record(record(fields)))).collect();
        roots.insert("queue".to_owned(), Root::Record(queue));
        roots.insert("now".to_owned(), Root::One(Kind::Moment));
        roots.insert("today".to_owned(), Root::One(Kind::Moment));
        Self { roots }
    }

    /// Whether every flow has a value of that name, so that none can define it.
    pub fn is_built_in(name: &str) -> bool {
        matches!(name, "queue" | "now" | "today") || RECORDS.iter().any(|(known, _)| *known == name)
    }

    /// The kind of a name, or of a field of it.
    pub fn find(&self, root: &str, field: Option<&str>) -> Result<Kind, NotThere> {
        let Some(known) = self.roots.get(root) else {
            return Err(NotThere {
                code: "unknown-name",
                what: format!("there is no slot or variable `{root}` here"),
                mend: suggestion(root, self.roots.keys().map(String::as_str)),
            });
        };
        match (known, field) {
            (Root::One(kind), None) => Ok(*kind),
            (Root::One(_), Some(field)) => Err(NotThere {
                code: "unknown-field",
                what: format!("`{root}` is a single value and has no field `{field}`"),
                mend: format!("write `{root}`"),
            }),
            (Root::Record(fields), Some(field)) => fields.get(field).copied().ok_or_else(|| NotThere {
                code: "unknown-field",
                what: format!("`{root}` has no field `{field}`"),
                mend: suggestion(field, fields.keys().map(String::as_str)),
            }),
            (Root::Record(fields), None) => Err(NotThere {
                code: "unknown-field",
                what: format!("`{root}` holds several fields and cannot be used as one value"),
                mend: match fields.keys().next() {
                    Some(first) => format!("name one of its fields, for example `{root}.{first}`"),
                    None => "it has no fields: declare them in `returns` of the query".to_owned(),
                },
            }),
        }
    }
}
