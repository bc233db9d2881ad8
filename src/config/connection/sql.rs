//! `kind = "sql"`.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::error::ConfigError;
use super::query::{reads_something, shape};
use super::section::Section;
use crate::Private;
use crate::caller::{SqlPlace, SqlQuery, SqlSettings, Statement};

/// How long a statement may take where neither it nor its connection says.
const TIME_LIMIT: Duration = Duration::from_secs(5);
/// How many connections a database is asked over.
const CONNECTIONS: u32 = 4;

pub(super) fn read(section: &Section<'_>) -> Result<SqlSettings, ConfigError> {
    let place = place(section)?;
    let connections = section.count("connections", 1, 100)?.unwrap_or(CONNECTIONS);
    let time_limit = section.duration("time_limit")?.unwrap_or(TIME_LIMIT);
    let mut queries = BTreeMap::new();
    for query in section.tables()? {
        queries.insert(query.own_name().to_owned(), read_query(&query, time_limit)?);
    }
    Ok(SqlSettings { place, connections, queries })
}

fn place(section: &Section<'_>) -> Result<SqlPlace, ConfigError> {
    match (section.text("file")?, section.text("url")?) {
        (Some((file, _)), None) => Ok(SqlPlace::Sqlite(section.source.beside(&file))),
        (None, Some((text, at))) => {
            let address = match section.source.secret(&text, at)? {
                Some(address) => address,
                None if has_password(&text) => {
                    let what = "an address with a password does not stand in this file; write \"env:NAME\" and set NAME in the environment";
                    return Err(section.source.wrong(at, what));
                }
                None => Private::new(text),
            };
            place_at(address.reveal()).ok_or_else(|| {
                let what = "not the address of a database; write postgres://user:password@host:5432/database in the environment, or `file` for SQLite";
                section.source.wrong(at, what)
            })
        }
        _ => Err(section
            .wrong("needs either `file = \"shop.db\"` (SQLite) or `url = \"env:NAME\"` (PostgreSQL), one of the two")),
    }
}

fn place_at(address: &str) -> Option<SqlPlace> {
    if address.is_empty() {
        // A secret that may be missing, and is.
        return Some(SqlPlace::Postgres(Private::default()));
    }
    if let Some(file) = address.strip_prefix("sqlite:") {
        return Some(SqlPlace::Sqlite(file.trim_start_matches("//").into()));
    }
    SqlSettings::is_postgres_address(address).then(|| SqlPlace::Postgres(Private::new(address.to_owned())))
}

/// Whether an address holds a password, before its host or among its parameters.
fn has_password(address: &str) -> bool {
    let after_scheme = address.split_once("://").map_or(address, |(_, rest)| rest);
    let before_host = after_scheme.split('/').next().and_then(|authority| authority.rsplit_once('@'));
    before_host.is_some_and(|(user, _)| user.contains(':')) || address.to_ascii_lowercase().contains("password=")
}

fn read_query(section: &Section<'_>, usual_limit: Duration) -> Result<SqlQuery, ConfigError> {
    let (text, at) = section
        .needed_text("statement", "what is asked, as in \"select status from orders where number = :number\"")?;
    let statement =
        Statement::parse(&text).map_err(|fault| section.source.wrong(at, format!("{}: {fault}", section.name)))?;
    let shape = shape(section, statement.access())?;
    statement
        .check(&shape.args, shape.access)
        .map_err(|fault| section.source.wrong(at, format!("{}: {fault}", section.name)))?;
    reads_something(section, &shape)?;
    let time_limit = section.duration("time_limit")?.unwrap_or(usual_limit);
    section.finish()?;
    Ok(SqlQuery { statement, time_limit, shape })
}
