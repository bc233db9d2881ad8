//! PostgreSQL.

use std::collections::BTreeMap;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgRow, PgTypeInfo};
use sqlx::{AssertSqlSafe, Column, ConnectOptions, Connection, Executor, Row, SqlSafeStr, Statement, Type, ValueRef};
use tokio::sync::OnceCell;

use super::super::cell::{Cell, record, whole};
use super::super::trouble::Trouble;
use super::connection::{Asked, SqlQuery, has_columns};
use super::fault::trouble;
use super::postgres_value;
use super::statement::Dialect;
use crate::Private;
use crate::flow::{Datum, FieldKind, Record};

/// How long an unused connection is kept.
const IDLE: Duration = Duration::from_secs(600);

/// A database server.
#[derive(Debug)]
pub(super) struct Postgres {
    address: Private<String>,
    connections: u32,
    pool: OnceCell<PgPool>,
}

impl Postgres {
    pub fn new(address: Private<String>, connections: u32) -> Self {
        Self { address, connections, pool: OnceCell::new() }
    }

    async fn pool(&self) -> Result<&PgPool, Trouble> {
        self.pool
            .get_or_try_init(|| async {
                super::super::tls::use_ring();
                let options: PgConnectOptions = self.address.reveal().parse().map_err(|fault| trouble(&fault))?;
                let options = options.application_name("warmline").disable_statement_logging();
                Ok(PgPoolOptions::new().max_connections(self.connections).idle_timeout(IDLE).connect_lazy_with(options))
            })
            .await
    }

    /// The pool, once it is known that there is a server: the pool itself tries a refused connection again until all
    /// the time is over, and the caller would hear nothing meanwhile.
    async fn reached(&self) -> Result<&PgPool, Trouble> {
        let pool = self.pool().await?;
        if pool.size() == 0 {
            let options = pool.connect_options();
            let connection = sqlx::PgConnection::connect_with(&options).await.map_err(|fault| trouble(&fault))?;
            let _ = connection.close().await;
        }
        Ok(pool)
    }

    pub async fn ask(&self, asked: &Asked<'_>) -> Result<Option<Record>, Trouble> {
        let writes = asked.writes();
        let begin = if writes { "BEGIN" } else { "BEGIN READ ONLY" };
        let mut transaction = self.reached().await?.begin_with(begin).await.map_err(|fault| trouble(&fault))?;
        // The server gives up by itself, so that nothing runs on there after its time.
        let limit = format!("SET LOCAL statement_timeout = {}", asked.left().as_millis().max(1));
        transaction.execute(AssertSqlSafe(limit)).await.map_err(|fault| trouble(&fault))?;
        let shape = &asked.query.shape;
        let is_fraction =
            |name: &str| matches!(asked.values.get(name), Some(Datum::Number(number)) if whole(*number).is_none());
        let (text, names) = asked.query.statement.numbered(Dialect::Postgres, &shape.args, is_fraction);
        let mut statement = sqlx::query(AssertSqlSafe(text));
        for name in &names {
            let kind = shape.args.get(name).map_or(FieldKind::Text, |shape| shape.kind);
            statement = match (kind, asked.values.get(name).unwrap_or(&Datum::Absent)) {
                (FieldKind::YesNo, Datum::YesNo(truth)) => statement.bind(*truth),
                (FieldKind::YesNo, _) => statement.bind(None::<bool>),
                (FieldKind::Number, Datum::Number(number)) => match whole(*number) {
                    Some(number) => statement.bind(number),
                    None => statement.bind(*number),
                },
                (FieldKind::Number, _) => statement.bind(None::<i64>),
                (_, Datum::Absent) => statement.bind(None::<String>),
                (_, other) => statement.bind(other.text()),
            };
        }
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
        let pool = self.reached().await.map_err(|fault| (None, fault))?;
        let mut connection = pool.acquire().await.map_err(whole)?;
        for (name, query) in queries {
            let (text, names) = query.statement.numbered(Dialect::Postgres, &query.shape.args, |_| false);
            let types: Vec<PgTypeInfo> = names
                .iter()
                .map(|name| match query.shape.args.get(name).map(|shape| shape.kind) {
                    Some(FieldKind::YesNo) => <bool as Type<sqlx::Postgres>>::type_info(),
                    Some(FieldKind::Number) => <i64 as Type<sqlx::Postgres>>::type_info(),
                    _ => <String as Type<sqlx::Postgres>>::type_info(),
                })
                .collect();
            let prepared = (&mut *connection).prepare_with(AssertSqlSafe(text).into_sql_str(), &types).await;
            let understood = prepared
                .map_err(|fault| trouble(&fault))
                .and_then(|statement| has_columns(query, statement.columns().iter().map(Column::name)));
            understood.map_err(|fault| (Some(name.clone()), fault))?;
        }
        Ok(())
    }
}

/// A field of a row, whatever the case of its column.
fn cell(row: &PgRow, field: &str) -> Result<Cell, Trouble> {
    let Some(column) = row.columns().iter().find(|column| column.name().eq_ignore_ascii_case(field)) else {
        return Err(Trouble::WrongShape(format!("the statement gives no column {field:?}")));
    };
    let value = row.try_get_raw(column.ordinal()).map_err(|fault| trouble(&fault))?;
    if value.is_null() {
        return Ok(Cell::Absent);
    }
    postgres_value::cell(&value).ok_or_else(|| Trouble::WrongShape(format!("{field:?} cannot be read")))
}
