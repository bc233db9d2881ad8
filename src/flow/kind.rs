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
            Self::Moment => "use `now` or a date field",
            _ => "use another value",
        }
    }
}

/// A name that an expression or a sentence may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Root {
    /// One value.
    One(Kind),
    /// A record with fields.
    Record(BTreeMap<String, Kind>),
    /// Of the reference, but nothing fills it yet.
    NotYet,
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
    /// The names that every flow has.
    pub fn built_in() -> Self {
        let record = |fields: &[(&str, Kind)]| {
            Root::Record(fields.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect())
        };
        let caller = [
            ("number", Kind::Text),
            ("name", Kind::Text),
            ("language", Kind::Text),
            ("vip", Kind::YesNo),
            ("verified", Kind::YesNo),
        ];
        let roots = BTreeMap::from([
            ("caller".to_owned(), record(&caller)),
            ("call".to_owned(), record(&[("dialled", Kind::Text), ("seconds", Kind::Number)])),
            ("now".to_owned(), Root::One(Kind::Moment)),
            ("queue".to_owned(), record(&[("result", Kind::Text)])),
            ("error".to_owned(), record(&[("kind", Kind::Text)])),
            ("mood".to_owned(), Root::NotYet),
            ("complexity".to_owned(), Root::NotYet),
        ]);
        Self { roots }
    }

    /// The names that only the handlers `mood` and `complexity` read, until a room fills them.
    pub fn with_mood(&self) -> Self {
        let mut names = self.clone();
        let numbers =
            |fields: &[&str]| Root::Record(fields.iter().map(|field| ((*field).to_owned(), Kind::Number)).collect());
        names.roots.insert("mood".to_owned(), numbers(&["distress", "arousal", "valence", "trend", "turns"]));
        names.roots.insert("complexity".to_owned(), numbers(&["score"]));
        names
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
            (Root::NotYet, _) => Err(NotThere {
                code: "not-performed",
                what: format!("`{root}` is not performed by this version"),
                mend: "leave it out".to_owned(),
            }),
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
