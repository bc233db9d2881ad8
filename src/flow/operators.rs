//! What operators define and flows may only name: connections with their queries and result shapes, queues,
//! destinations. The configuration builds it from `warmline.toml`; the loader checks flows against it.

use std::collections::{BTreeMap, BTreeSet};

/// Everything of the operators' side that a flow may name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Operators {
    /// `[connection.NAME]`.
    pub connections: BTreeMap<String, Connection>,
    /// `[queue.NAME]`.
    pub queues: BTreeSet<String>,
    /// `[destination.NAME]`.
    pub destinations: BTreeSet<String>,
}

/// One connection: `look_up: shop.find_order` names the connection `shop` and its query `find_order`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connection {
    /// Its queries by name.
    pub queries: BTreeMap<String, QueryShape>,
}

/// What a query takes and what it gives back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueryShape {
    /// Arguments by name: `with` must give each of them that is not optional.
    pub args: BTreeMap<String, FieldShape>,
    /// Fields of the result by name.
    pub returns: BTreeMap<String, FieldShape>,
    /// Whether it changes something. `look_up` names a query that reads, `do`, `send` and `survey` one that writes.
    pub access: Access,
}

impl QueryShape {
    /// The arguments that `with` must give.
    pub fn required(&self) -> impl Iterator<Item = &str> {
        self.args.iter().filter(|(_, shape)| !shape.optional).map(|(name, _)| name.as_str())
    }
}

/// Whether a query changes something on the far side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Access {
    /// It only reads: safe to ask twice.
    #[default]
    Reads,
    /// It changes something: asked once, with an idempotency key.
    Writes,
}

/// One field of a result: `sent = "date?"` is an optional date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldShape {
    /// What it holds.
    pub kind: FieldKind,
    /// Whether it may be empty. A flow that says an empty value takes its error exit, so it asks first.
    pub optional: bool,
}

/// What an argument or a field holds, as operators name it in `warmline.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldKind {
    /// Any text; compared without regard to case, spaces and hyphens.
    Text,
    /// A telephone number; compared by its digits.
    Phone,
    /// A number.
    Number,
    /// An amount of money in the bundle's currency.
    Money,
    /// A day, `2026-01-05`; in expressions the start of that day in the bundle's time zone.
    Date,
    /// A time of day, `14:30`.
    Time,
    /// `yes` or `no`, `true` or `false`.
    YesNo,
    /// A span of time, `90m`, `2h 30m` or ISO 8601's `PT2H30M`.
    Duration,
    /// A moment with its offset, `2026-01-05T14:30+08:00`.
    Moment,
}

impl FieldKind {
    /// Every kind with its name in `warmline.toml`.
    pub const ALL: [(&'static str, Self); 9] = [
        ("text", Self::Text),
        ("phone", Self::Phone),
        ("number", Self::Number),
        ("money", Self::Money),
        ("date", Self::Date),
        ("time", Self::Time),
        ("yes_no", Self::YesNo),
        ("duration", Self::Duration),
        ("moment", Self::Moment),
    ];

    /// The name in `warmline.toml`.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("text", |(name, _)| name)
    }

    /// Reads the name; `None` when there is no such kind.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
    }
}

impl FieldShape {
    /// Reads `"date"` or `"date?"`; `None` when there is no such kind.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, optional) = text.strip_suffix('?').map_or((text, false), |name| (name, true));
        FieldKind::from_name(name).map(|kind| Self { kind, optional })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_read_as_operators_write_them() {
        assert_eq!(FieldShape::parse("date?"), Some(FieldShape { kind: FieldKind::Date, optional: true }));
        assert_eq!(FieldShape::parse("text"), Some(FieldShape { kind: FieldKind::Text, optional: false }));
        assert_eq!(FieldShape::parse("string"), None);
        for (name, kind) in FieldKind::ALL {
            assert_eq!(FieldKind::from_name(name), Some(kind));
            assert_eq!(kind.name(), name);
        }
    }
}
