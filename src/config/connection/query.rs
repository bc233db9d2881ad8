//! What queries of every kind have: arguments, results, access.

use std::collections::BTreeMap;

use super::super::error::ConfigError;
use super::section::Section;
use crate::flow::{Access, FieldKind, FieldShape, QueryShape};

/// `args`, `returns` and `access`; `access` is `usual` unless the query says otherwise.
pub(super) fn shape(section: &Section<'_>, usual: Access) -> Result<QueryShape, ConfigError> {
    let access = section.word("access", &[("read", Access::Reads), ("write", Access::Writes)])?;
    Ok(QueryShape {
        args: fields(section, "args")?,
        returns: fields(section, "returns")?,
        access: access.unwrap_or(usual),
    })
}

/// A table of names and their kinds.
pub(super) fn fields(section: &Section<'_>, key: &'static str) -> Result<BTreeMap<String, FieldShape>, ConfigError> {
    let Some(table) = section.table(key)? else { return Ok(BTreeMap::new()) };
    let mut fields = BTreeMap::new();
    for (name, _, kind, at) in table.named_texts()? {
        let shape = FieldShape::parse(&kind).ok_or_else(|| {
            let known: Vec<&str> = FieldKind::ALL.iter().map(|(name, _)| *name).collect();
            section
                .source
                .wrong(at, format!("{}: {kind:?} is not a type; write one of {}", section.name, known.join(", ")))
        })?;
        fields.insert(name, shape);
    }
    Ok(fields)
}

/// A query that reads must bring something back.
pub(super) fn reads_something(section: &Section<'_>, shape: &QueryShape) -> Result<(), ConfigError> {
    if shape.access == Access::Reads && shape.returns.is_empty() {
        return Err(section.wrong("a query that reads needs `returns`, as in { status = \"text\", due = \"date?\" }"));
    }
    Ok(())
}
