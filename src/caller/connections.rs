//! The named connections of the operator.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::arguments::{self, Arguments};
use super::csv::{CsvQuery, TableFault};
use super::http::{HttpConnection, HttpSettings};
use super::sql::{SqlConnection, SqlSettings};
use super::trouble::Trouble;
use crate::flow::{Access, Datum, LookUpResult, QueryShape, Record};

/// The settings of one connection.
#[derive(Clone, Debug)]
pub enum ConnectionSettings {
    /// Tables in CSV files.
    Csv(BTreeMap<String, CsvQuery>),
    /// A web service.
    Http(HttpSettings),
    /// A database.
    Sql(SqlSettings),
}

impl ConnectionSettings {
    /// What its queries take and give back, by name.
    pub fn shapes(&self) -> BTreeMap<String, QueryShape> {
        fn each<Query>(
            queries: &BTreeMap<String, Query>,
            shape: impl Fn(&Query) -> &QueryShape,
        ) -> BTreeMap<String, QueryShape> {
            queries.iter().map(|(name, query)| (name.clone(), shape(query).clone())).collect()
        }
        match self {
            Self::Csv(queries) => each(queries, CsvQuery::shape),
            Self::Http(http) => each(&http.queries, |query| &query.shape),
            Self::Sql(sql) => each(&sql.queries, |query| &query.shape),
        }
    }
}

/// What is asked of a connection.
#[derive(Clone, Debug)]
pub struct Question {
    /// The connection's name.
    pub connection: String,
    /// The query's name.
    pub query: String,
    /// Arguments by name; `Debug` shows their kinds alone.
    pub args: BTreeMap<String, Datum>,
    /// How long the answer may take, tries and waits included.
    pub time_limit: Duration,
    /// What time it is, in the bundle's time zone.
    pub now: jiff::Zoned,
}

/// How a connection is, as `warmline doctor` shows it.
#[derive(Clone, Debug)]
pub struct Health {
    /// `shop`, or `shop.find_order` where one query is at fault.
    pub name: String,
    /// How it answers, or why it does not and what to mend.
    pub state: Result<String, String>,
}

#[derive(Debug)]
enum Connection {
    Csv(BTreeMap<String, CsvQuery>),
    Http(HttpConnection),
    Sql(SqlConnection),
}

/// Answers in place of every connection: a test of a bundle does.
pub trait Pretends: Send + Sync {
    /// The answer to `connection.query`, and how long it takes to come.
    fn answer(&self, name: &str) -> (LookUpResult, Duration);
}

/// Everything flows can look things up in, and change things through. Cheap to clone.
#[derive(Clone, Default)]
pub struct Connections {
    open: Arc<BTreeMap<String, Connection>>,
    /// Whoever answers instead of them, if anybody.
    pretends: Option<Arc<dyn Pretends>>,
}

impl std::fmt::Debug for Connections {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Connections").field(&self.open).finish()
    }
}

impl Connections {
    /// Connections by name. Nothing is opened or sent before one is asked.
    pub fn new(settings: BTreeMap<String, ConnectionSettings>) -> Self {
        let open = settings.into_iter().map(|(name, settings)| {
            let connection = match settings {
                ConnectionSettings::Csv(queries) => Connection::Csv(queries),
                ConnectionSettings::Http(http) => Connection::Http(HttpConnection::new(http)),
                ConnectionSettings::Sql(sql) => Connection::Sql(SqlConnection::new(sql)),
            };
            (name, connection)
        });
        Self { open: Arc::new(open.collect()), pretends: None }
    }

    /// No connections at all: `pretends` answers what is asked of them, within each question's time limit.
    pub fn pretended(pretends: Arc<dyn Pretends>) -> Self {
        Self { open: Arc::default(), pretends: Some(pretends) }
    }

    /// Whether `connection.query` changes something.
    pub fn writes(&self, name: &str) -> bool {
        let Some((connection, query)) = name.split_once('.') else { return false };
        let shape = match self.open.get(connection) {
            Some(Connection::Csv(queries)) => queries.get(query).map(CsvQuery::shape),
            Some(Connection::Http(http)) => http.settings().queries.get(query).map(|query| &query.shape),
            Some(Connection::Sql(sql)) => sql.settings().queries.get(query).map(|query| &query.shape),
            None => None,
        };
        shape.is_some_and(|shape| shape.access == Access::Writes)
    }

    /// Looks up: `look_up`. May be dropped at any moment. Never fails loudly: trouble is a [`LookUpResult::Error`]
    /// with its kind, and a line in the log that names the query, not what was asked.
    pub async fn look_up(&self, question: Question) -> LookUpResult {
        self.answer(question, Access::Reads, None).await
    }

    /// Changes something: `do`, `send`, `survey`. Tried once; whoever tries again gives the same `idempotency_key`,
    /// and the far side makes the change once. The record is what the query gives back, often empty.
    pub async fn change(&self, question: Question, idempotency_key: &str) -> LookUpResult {
        self.answer(question, Access::Writes, Some(idempotency_key)).await
    }

    async fn answer(&self, question: Question, access: Access, key: Option<&str>) -> LookUpResult {
        if let Some(pretends) = &self.pretends {
            let (result, after) = pretends.answer(&format!("{}.{}", question.connection, question.query));
            tokio::time::sleep(after.min(question.time_limit)).await;
            return if after > question.time_limit { Trouble::Timeout.into_result() } else { result };
        }
        let (connection, query) = (question.connection.clone(), question.query.clone());
        let asked = self.ask(question, access, key);
        match asked.await {
            Ok(result) => result,
            Err(fault) => {
                tracing::warn!(connection, query, kind = fault.kind(), %fault, "a connection gave no answer");
                fault.into_result()
            }
        }
    }

    async fn ask(&self, question: Question, access: Access, key: Option<&str>) -> Result<LookUpResult, Trouble> {
        let unknown = || Trouble::Refused("there is no such query".to_owned());
        let deadline = Instant::now() + question.time_limit;
        let zone = question.now.time_zone();
        // None: a look-up that lacks a value, which matches nothing.
        let prepare = |shape: &QueryShape| -> Result<Option<Arguments>, Trouble> {
            if shape.access != access {
                let way =
                    if access == Access::Reads { "changes something; use `do`" } else { "only reads; use `look_up`" };
                return Err(Trouble::Refused(format!("the query {way}")));
            }
            arguments::declared(shape, &question.args, zone)
        };
        match self.open.get(&question.connection).ok_or_else(unknown)? {
            Connection::Csv(queries) => {
                let query = queries.get(&question.query).ok_or_else(unknown)?;
                let Some(arguments) = prepare(query.shape())? else { return Ok(LookUpResult::None) };
                let (query, key, now) = (query.clone(), key.unwrap_or_default().to_owned(), question.now.clone());
                // Files block, so they are read where blocking is allowed.
                let work = tokio::task::spawn_blocking(move || in_file(&query, &arguments, &key, &now));
                let done = tokio::time::timeout_at(deadline, work).await;
                let lost = if access == Access::Writes {
                    Trouble::Unknown("the disk is slow".to_owned())
                } else {
                    Trouble::Timeout
                };
                let abandoned = |_| Trouble::Unreachable("the work was abandoned".to_owned());
                let row = done.map_err(|_| lost)?.map_err(abandoned)?.map_err(TableFault::into_trouble)?;
                Ok(row.map_or(LookUpResult::None, LookUpResult::Found))
            }
            Connection::Http(http) => {
                let query = http.settings().queries.get(&question.query).ok_or_else(unknown)?;
                let Some(arguments) = prepare(&query.shape)? else { return Ok(LookUpResult::None) };
                http.ask(query, &arguments, key, zone, deadline).await
            }
            Connection::Sql(sql) => {
                let query = sql.settings().queries.get(&question.query).ok_or_else(unknown)?;
                let Some(arguments) = prepare(&query.shape)? else { return Ok(LookUpResult::None) };
                sql.ask(query, &arguments, key, zone, deadline).await
            }
        }
    }

    /// Every query that could not answer, as `connection.query` and why: what `warmline check` shows. Looks at files on
    /// this machine, tables and SQLite databases, and at nothing else.
    pub async fn faults(&self) -> Vec<(String, String)> {
        let mut faults = Vec::new();
        for (name, connection) in self.open.iter() {
            match connection {
                Connection::Csv(queries) => {
                    let broken = queries.iter().filter_map(|(query, table)| Some((query, table.check().err()?)));
                    faults.extend(broken.map(|(query, fault)| (format!("{name}.{query}"), fault.to_string())));
                }
                Connection::Sql(sql) if sql.is_on_this_machine() => {
                    if let Err((query, fault)) = sql.health().await {
                        faults.push((named(name, query), fault.to_string()));
                    }
                }
                Connection::Sql(_) | Connection::Http(_) => {}
            }
        }
        faults
    }

    /// Whether each connection answers: what `warmline doctor` shows. Changes nothing and runs no statement.
    pub async fn health(&self) -> Vec<Health> {
        let each = self.open.iter().map(|(name, connection)| async move {
            let (at, state) = match connection {
                Connection::Csv(queries) => {
                    let broken = queries.iter().find_map(|(query, table)| Some((query, table.check().err()?)));
                    match broken {
                        Some((query, fault)) => (Some(query.clone()), Err(fault.to_string())),
                        None => (None, Ok(format!("{} in order", counted(queries.len(), "table")))),
                    }
                }
                Connection::Http(http) => (None, http.health().await.map_err(|fault| fault.to_string())),
                Connection::Sql(sql) => match sql.health().await {
                    Ok(well) => (None, Ok(well)),
                    Err((query, fault)) => (query, Err(fault.to_string())),
                },
            };
            Health { name: named(name, at), state }
        });
        futures::future::join_all(each).await
    }
}

/// `1 table`, `3 tables`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// `shop`, or `shop.find_order`.
fn named(connection: &str, query: Option<String>) -> String {
    query.map_or_else(|| connection.to_owned(), |query| format!("{connection}.{query}"))
}

fn in_file(
    query: &CsvQuery,
    arguments: &Arguments,
    key: &str,
    now: &jiff::Zoned,
) -> Result<Option<Record>, TableFault> {
    match query {
        CsvQuery::Find(table) => table.find(arguments, now),
        CsvQuery::Append(appending) => appending.append(arguments, key, now).map(Some),
    }
}
