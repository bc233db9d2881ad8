//! One connection to a database.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use tokio::time::Instant;

use super::super::arguments::Arguments;
use super::super::connections::counted;
use super::super::trouble::Trouble;
use super::fault::trouble;
use super::postgres::Postgres;
use super::sqlite::Sqlite;
use super::statement::{KEY, Statement};
use crate::Private;
use crate::flow::{Access, Datum, LookUpResult, QueryShape};

/// How long `warmline doctor` waits for a database.
const HEALTH_LIMIT: Duration = Duration::from_secs(5);

/// Where the database is.
#[derive(Clone, Debug)]
pub enum SqlPlace {
    /// SQLite, in this file.
    Sqlite(PathBuf),
    /// PostgreSQL: `postgres://user:password@host:5432/database`. A secret, since it may hold a password.
    Postgres(Private<String>),
}

/// The settings of an SQL connection.
#[derive(Clone, Debug)]
pub struct SqlSettings {
    /// Where it is.
    pub place: SqlPlace,
    /// The most connections to it at once.
    pub connections: u32,
    /// The queries by name.
    pub queries: BTreeMap<String, SqlQuery>,
}

/// One query of an SQL connection.
#[derive(Clone, Debug)]
pub struct SqlQuery {
    /// The statement.
    pub statement: Statement,
    /// How long it may take; the step's own limit holds too.
    pub time_limit: Duration,
    /// Arguments and result, and whether it changes something.
    pub shape: QueryShape,
}

impl SqlSettings {
    /// Whether an address is one of a PostgreSQL server that can be understood.
    pub fn is_postgres_address(address: &str) -> bool {
        let has_scheme = address.starts_with("postgres://") || address.starts_with("postgresql://");
        has_scheme && address.parse::<sqlx::postgres::PgConnectOptions>().is_ok()
    }
}

/// A connection that can be asked.
#[derive(Debug)]
pub struct SqlConnection {
    settings: SqlSettings,
    engine: Engine,
}

#[derive(Debug)]
enum Engine {
    Sqlite(Sqlite),
    Postgres(Box<Postgres>),
}

/// A statement about to run: its values stand in the order of the statement's places.
pub(super) struct Asked<'query> {
    pub query: &'query SqlQuery,
    pub values: BTreeMap<String, Datum>,
    pub zone: &'query jiff::tz::TimeZone,
    pub until: Instant,
}

impl Asked<'_> {
    /// Whether it changes something.
    pub fn writes(&self) -> bool {
        self.query.shape.access == Access::Writes
    }

    /// How long the database may take: a little less than there is left, so that it is the database that gives up, and
    /// says that nothing was changed.
    pub fn left(&self) -> Duration {
        self.until.saturating_duration_since(Instant::now()).mul_f64(0.9)
    }

    /// Whether a change that met no row is none.
    pub fn met_nothing(&self, rows: u64) -> Result<(), Trouble> {
        if rows == 0 && self.query.statement.changes_rows() {
            return Err(Trouble::Refused("no row was there to be changed".to_owned()));
        }
        Ok(())
    }

    /// What became of the end of its transaction. Of a change whose end failed nobody knows whether it was made.
    pub fn committed(&self, done: Result<(), sqlx::Error>) -> Result<(), Trouble> {
        done.map_err(|fault| match trouble(&fault) {
            known if self.writes() => Trouble::Unknown(known.to_string()),
            known => known,
        })
    }
}

impl SqlConnection {
    /// A connection. The database is not opened before it is asked.
    pub fn new(settings: SqlSettings) -> Self {
        let engine = match &settings.place {
            SqlPlace::Sqlite(file) => Engine::Sqlite(Sqlite::new(file.clone(), settings.connections)),
            SqlPlace::Postgres(address) => {
                Engine::Postgres(Box::new(Postgres::new(address.clone(), settings.connections)))
            }
        };
        Self { settings, engine }
    }

    /// Its settings.
    pub fn settings(&self) -> &SqlSettings {
        &self.settings
    }

    /// Whether the database is a file here rather than a server.
    pub fn is_on_this_machine(&self) -> bool {
        matches!(self.engine, Engine::Sqlite(_))
    }

    /// Runs a query, at most until `deadline`. `key` is the idempotency key of one that changes something.
    pub(in super::super) async fn ask(
        &self,
        query: &SqlQuery,
        arguments: &Arguments,
        key: Option<&str>,
        zone: &jiff::tz::TimeZone,
        deadline: Instant,
    ) -> Result<LookUpResult, Trouble> {
        let mut values = arguments.clone();
        if let Some(key) = key {
            values.entry(KEY.to_owned()).or_insert_with(|| Datum::Text(key.to_owned()));
        }
        let until = deadline.min(Instant::now() + query.time_limit);
        let asked = Asked { query, values, zone, until };
        let answered = async {
            match &self.engine {
                Engine::Sqlite(sqlite) => sqlite.ask(&asked).await,
                Engine::Postgres(postgres) => postgres.ask(&asked).await,
            }
        };
        let late = if asked.writes() {
            // It may have been in the middle of its commit.
            Trouble::Unknown("the time was over before the database had answered".to_owned())
        } else {
            Trouble::Timeout
        };
        let row = tokio::time::timeout_at(until, answered).await.map_err(|_| late)??;
        Ok(match row {
            Some(record) => LookUpResult::Found(record),
            None if asked.writes() && query.shape.returns.is_empty() => LookUpResult::Found(BTreeMap::new()),
            None if asked.writes() => return Err(Trouble::Refused("the change gave no row back".to_owned())),
            None => LookUpResult::None,
        })
    }

    /// Whether the database answers and knows what every statement names. Runs none of them.
    pub(in super::super) async fn health(&self) -> Result<String, (Option<String>, Trouble)> {
        let looked = async {
            match &self.engine {
                Engine::Sqlite(sqlite) => sqlite.health(&self.settings.queries).await,
                Engine::Postgres(postgres) => postgres.health(&self.settings.queries).await,
            }
        };
        tokio::time::timeout(HEALTH_LIMIT, looked).await.unwrap_or(Err((None, Trouble::Timeout)))?;
        Ok(format!("answers and understands {}", counted(self.settings.queries.len(), "statement")))
    }
}

/// Whether a statement's columns hold every field that must be there.
pub(super) fn has_columns<'columns>(
    query: &SqlQuery,
    columns: impl Iterator<Item = &'columns str> + Clone,
) -> Result<(), Trouble> {
    let missing =
        query.shape.returns.keys().find(|field| !columns.clone().any(|column| column.eq_ignore_ascii_case(field)));
    match missing {
        None => Ok(()),
        Some(field) => {
            let columns = columns.collect::<Vec<_>>().join(", ");
            Err(Trouble::WrongShape(format!(
                "it gives no column {field:?} but {columns}; add it to the statement, or take it out of `returns`"
            )))
        }
    }
}
