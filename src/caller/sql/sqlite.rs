//! SQLite.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions, SqliteRow, SqliteValueRef};
use sqlx::{AssertSqlSafe, Column, ConnectOptions, Decode, Executor, Row, SqlSafeStr, Statement, TypeInfo, ValueRef};
use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::super::cell::{Cell, record, whole};
use super::super::trouble::Trouble;
use super::connection::{Asked, SqlQuery, has_columns};
use super::fault::trouble;
use super::statement::Dialect;
use crate::flow::{Datum, Record};

/// After how many steps of its virtual machine SQLite asks whether there is still time.
const STEPS_BETWEEN_LOOKS: i32 = 10_000;
/// How long a connection waits for another's lock before it gives up; the time limit cuts it shorter.
const BUSY: Duration = Duration::from_secs(10);

/// A database in a file.
#[derive(Debug)]
pub(super) struct Sqlite {
    file: PathBuf,
    connections: u32,
    /// For reading: a connection that cannot write, whatever the statement says.
    reading: OnceCell<SqlitePool>,
    /// For writing: one at a time, as SQLite itself does.
    writing: OnceCell<SqlitePool>,
}

impl Sqlite {
    pub fn new(file: PathBuf, connections: u32) -> Self {
        Self { file, connections, reading: OnceCell::new(), writing: OnceCell::new() }
    }

    async fn pool(&self, writes: bool) -> &SqlitePool {
        let (cell, most) = if writes { (&self.writing, 1) } else { (&self.reading, self.connections) };
        cell.get_or_init(|| async {
            let options = SqliteConnectOptions::new()
                .filename(&self.file)
                .read_only(!writes)
                .create_if_missing(false)
                .busy_timeout(BUSY)
                .disable_statement_logging();
            SqlitePoolOptions::new().max_connections(most).connect_lazy_with(options)
        })
        .await
    }

    pub async fn ask(&self, asked: &Asked<'_>) -> Result<Option<Record>, Trouble> {
        let writes = asked.writes();
        let begin = if writes { "BEGIN IMMEDIATE" } else { "BEGIN" };
        let pool = self.pool(writes).await;
        let mut connection = pool.acquire().await.map_err(|fault| trouble(&fault))?;
        // A statement that runs on after its time would keep others from the database.
        let until = Instant::now() + asked.left();
        let mut handle = connection.lock_handle().await.map_err(|fault| trouble(&fault))?;
        handle.set_progress_handler(STEPS_BETWEEN_LOOKS, move || Instant::now() < until);
        drop(handle);
        let mut transaction =
            sqlx::Connection::begin_with(&mut *connection, begin).await.map_err(|fault| trouble(&fault))?;
        let (text, names) = asked.query.statement.numbered(Dialect::Sqlite, &asked.query.shape.args, |_| false);
        let mut statement = sqlx::query(AssertSqlSafe(text));
        for name in &names {
            statement = match asked.values.get(name).unwrap_or(&Datum::Absent) {
                Datum::Absent => statement.bind(None::<String>),
                Datum::YesNo(truth) => statement.bind(i64::from(*truth)),
                Datum::Number(number) => match whole(*number) {
                    Some(number) => statement.bind(number),
                    None => statement.bind(*number),
                },
                other => statement.bind(other.text()),
            };
        }
        let shape = &asked.query.shape;
        let found = if shape.returns.is_empty() && writes {
            let done = statement.execute(&mut *transaction).await.map_err(|fault| trouble(&fault))?;
            asked.met_nothing(done.rows_affected())?;
            None
        } else {
            let row = statement.fetch_optional(&mut *transaction).await.map_err(|fault| trouble(&fault))?;
            if writes {
                asked.met_nothing(u64::from(row.is_some()))?;
            }
            row.map(|row| record(&shape.returns, asked.zone, |field| cell(&row, field))).transpose()?
        };
        asked.committed(transaction.commit().await)?;
        Ok(found)
    }

    pub async fn health(&self, queries: &BTreeMap<String, SqlQuery>) -> Result<(), (Option<String>, Trouble)> {
        let whole = |fault: sqlx::Error| (None, trouble(&fault));
        let mut connection = self.pool(false).await.acquire().await.map_err(whole)?;
        for (name, query) in queries {
            let (text, _) = query.statement.numbered(Dialect::Sqlite, &query.shape.args, |_| false);
            let prepared = (&mut *connection).prepare(AssertSqlSafe(text).into_sql_str()).await;
            let understood = prepared
                .map_err(|fault| trouble(&fault))
                .and_then(|statement| has_columns(query, statement.columns().iter().map(Column::name)));
            understood.map_err(|fault| (Some(name.clone()), fault))?;
        }
        Ok(())
    }
}

/// A field of a row, whatever the case of its column.
fn cell(row: &SqliteRow, field: &str) -> Result<Cell, Trouble> {
    let Some(column) = row.columns().iter().find(|column| column.name().eq_ignore_ascii_case(field)) else {
        return Err(Trouble::WrongShape(format!("the statement gives no column {field:?}")));
    };
    let value = row.try_get_raw(column.ordinal()).map_err(|fault| trouble(&fault))?;
    if value.is_null() {
        return Ok(Cell::Absent);
    }
    let kind = value.type_info().name().to_owned();
    let read = |value: SqliteValueRef<'_>| -> Result<Cell, sqlx::error::BoxDynError> {
        Ok(match kind.as_str() {
            "INTEGER" => Cell::Whole(<i64 as Decode<sqlx::Sqlite>>::decode(value)?),
            "REAL" => Cell::Decimal(<f64 as Decode<sqlx::Sqlite>>::decode(value)?),
            "TEXT" => Cell::Text(<String as Decode<sqlx::Sqlite>>::decode(value)?),
            _ => Cell::Other("a blob"),
        })
    };
    read(value).map_err(|_| Trouble::WrongShape(format!("{field:?} cannot be read")))
}
