//! `[connection.NAME]` and its queries: from what is written to what the connections of calls are made of, every key
//! with its place.

mod csv;
mod http;
mod query;
mod section;
mod sql;

use std::collections::BTreeMap;
use std::path::Path;

use toml::de::DeTable;

use super::error::ConfigError;
use super::settings::Secrets;
use crate::caller::ConnectionSettings;
use section::{Section, Source};

/// Keys of a connection itself; every other table below it is a query.
const KINDS: [&str; 3] = ["csv", "http", "sql"];

/// Where things are that a connection may name.
pub(super) struct Surroundings<'a> {
    /// The settings file, for faults.
    pub path: &'a Path,
    /// Its text.
    pub text: &'a str,
    /// Where tables that calls append to are kept.
    pub tables: &'a Path,
    /// The values that `env:NAME` names.
    pub environment: &'a dyn Fn(&str) -> Option<String>,
    /// Whether those values must be there.
    pub secrets: Secrets,
}

/// Reads every connection of a settings file.
pub(super) fn read(surroundings: &Surroundings<'_>) -> Result<BTreeMap<String, ConnectionSettings>, ConfigError> {
    let source = Source { surroundings };
    let document = DeTable::parse(surroundings.text).map_err(|fault| {
        let offset = fault.span().map_or(0, |span| span.start);
        source.wrong(offset, fault.message().replace('\n', "; "))
    })?;
    let whole = Section::new(&source, "", 0, document.get_ref());
    let Some(all) = whole.table("connection")? else { return Ok(BTreeMap::new()) };
    let mut connections = BTreeMap::new();
    for section in all.tables()? {
        let (kind, at) = section.needed_text("kind", "csv, http or sql")?;
        let settings = match kind.as_str() {
            "csv" => ConnectionSettings::Csv(csv::read(&section)?),
            "http" => ConnectionSettings::Http(http::read(&section)?),
            "sql" => ConnectionSettings::Sql(sql::read(&section)?),
            other => {
                let what = format!(
                    "connection {:?} has kind {other:?}; write one of {}",
                    section.own_name(),
                    KINDS.join(", ")
                );
                return Err(source.wrong(at, what));
            }
        };
        connections.insert(section.own_name().to_owned(), settings);
    }
    Ok(connections)
}

#[cfg(test)]
mod tests;
