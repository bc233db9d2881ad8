//! `kind = "csv"`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::super::error::ConfigError;
use super::query::{reads_something, shape};
use super::section::Section;
use crate::caller::{CsvAppending, CsvQuery, CsvTable};
use crate::flow::{Access, FieldKind};

/// Columns of a table that is appended to which are not the operator's.
const OWN_COLUMNS: [&str; 3] = ["time", "reference", "idempotency_key"];

pub(super) fn read(section: &Section<'_>) -> Result<BTreeMap<String, CsvQuery>, ConfigError> {
    let mut queries = BTreeMap::new();
    for query in section.tables()? {
        queries.insert(query.own_name().to_owned(), read_query(&query)?);
    }
    Ok(queries)
}

fn read_query(section: &Section<'_>) -> Result<CsvQuery, ConfigError> {
    let (file, append) = (section.text("file")?, section.text("append")?);
    let query = match (file, append) {
        (Some((file, _)), None) => find(section, &file)?,
        (None, Some((file, at))) => {
            if file.starts_with("data:") || file.is_empty() {
                let what = "`append` names a file below the data folder already; write \"returns.csv\"";
                return Err(section.source.wrong(at, what));
            }
            appending(section, section.source.surroundings.tables.join(file))?
        }
        _ => {
            return Err(section.wrong(
                "needs either `file` and `match` (to look a row up) or `append` (to add a row), one of the two",
            ));
        }
    };
    section.finish()?;
    Ok(query)
}

fn find(section: &Section<'_>, file: &str) -> Result<CsvQuery, ConfigError> {
    let shape = shape(section, Access::Reads)?;
    let columns = section.texts("match")?.unwrap_or_default();
    if columns.is_empty() {
        return Err(section.wrong("matches no column; name at least one in `match`"));
    }
    if let Some((column, at)) = columns.iter().find(|(column, _)| !shape.args.contains_key(column)) {
        let what =
            format!("{} matches {column:?}, which is not among its args; add it there with its type", section.name);
        return Err(section.source.wrong(*at, what));
    }
    if shape.access == Access::Writes {
        return Err(section.wrong("looks a row up, which changes nothing; use `append` to add a row"));
    }
    reads_something(section, &shape)?;
    let (file, grows) = place(section, file);
    Ok(CsvQuery::Find(CsvTable {
        file,
        grows,
        match_columns: columns.into_iter().map(|(name, _)| name).collect(),
        shape,
    }))
}

/// `data:returns.csv` is a table that calls append to; any other path is relative to the settings file.
fn place(section: &Section<'_>, file: &str) -> (PathBuf, bool) {
    match file.strip_prefix("data:") {
        Some(name) => (section.source.surroundings.tables.join(Path::new(name)), true),
        None => (section.source.beside(file), false),
    }
}

fn appending(section: &Section<'_>, file: PathBuf) -> Result<CsvQuery, ConfigError> {
    let shape = shape(section, Access::Writes)?;
    if shape.access == Access::Reads {
        return Err(section.wrong("adds a row, so it cannot have access = \"read\""));
    }
    if let Some(name) = shape.args.keys().find(|name| OWN_COLUMNS.contains(&name.as_str())) {
        return Err(
            section.wrong(format!("{name:?} is a column that is filled by itself; call the argument something else"))
        );
    }
    let is_reference = |(name, shape): (&String, &crate::flow::FieldShape)| {
        name == CsvAppending::RETURNS && shape.kind == FieldKind::Text
    };
    if !shape.returns.iter().all(is_reference) {
        return Err(
            section.wrong("can give back { reference = \"text\" } alone: the number of the row, for the caller")
        );
    }
    Ok(CsvQuery::Append(CsvAppending { file, shape }))
}
