//! The record in one SQLite file: write-ahead log, synced at every commit, appended to by one connection
//! and read by others without either waiting for the other.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures::future::BoxFuture;
use jiff::Timestamp;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, Row};
use tokio::sync::Mutex;

use super::event::{EndedReason, TimedEvent};
use super::schema::MIGRATIONS;
use super::{CallQuery, CallRecord, CallStart, CallSummary, Entry, RecordError, Store, StoredEvent};
use crate::{CallId, Private};

/// How long a connection waits for another process that holds the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections that read at once.
const READERS: u32 = 4;

/// A store in one SQLite file.
pub struct SqliteStore {
    options: SqliteConnectOptions,
    /// `None` after a failure: a full disk can end a transaction behind the connection's back, so what failed
    /// is never used again.
    writer: Mutex<Option<SqliteConnection>>,
    readers: SqlitePool,
}

impl SqliteStore {
    /// Opens the store at `path`, or makes it, and brings it to the schema of this version. The file is
    /// readable for its owner alone.
    ///
    /// # Errors
    /// [`RecordError::Open`] if it cannot be opened, [`RecordError::Newer`] if a later version wrote it.
    pub async fn open(path: &Path) -> Result<Self, RecordError> {
        let refused = |source| RecordError::Open { path: path.to_owned(), source };
        make_private(path).map_err(|error| refused(sqlx::Error::Io(error)))?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT)
            .disable_statement_logging();
        let mut writer = options.connect().await.map_err(refused)?;
        migrate(&mut writer, path).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .min_connections(0)
            .connect_lazy_with(options.clone().pragma("query_only", "ON"));
        Ok(Self { options, writer: Mutex::new(Some(writer)), readers })
    }

    async fn append_all(&self, entries: &[Entry]) -> Result<(), RecordError> {
        let mut writer = self.writer.lock().await;
        let mut connection = match writer.take() {
            Some(connection) => connection,
            None => self.options.connect().await?,
        };
        append_to(&mut connection, entries).await?;
        *writer = Some(connection);
        Ok(())
    }

    async fn list(&self, query: CallQuery) -> Result<Vec<CallSummary>, RecordError> {
        let before = query.before.map_or(i64::MAX, Timestamp::as_millisecond);
        let rows = sqlx::query(
            "SELECT * FROM call_summary WHERE answered_ms < ?1 ORDER BY answered_ms DESC, id DESC LIMIT ?2",
        )
        .bind(before)
        .bind(i64::from(query.limit))
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(summary).collect()
    }

    async fn one(&self, call: CallId) -> Result<Option<CallRecord>, RecordError> {
        // One transaction, so that the summary and the events are of the same moment.
        let mut reader = self.readers.begin().await?;
        let id = call.to_string();
        let row =
            sqlx::query("SELECT * FROM call_summary WHERE id = ?1").bind(&id).fetch_optional(&mut *reader).await?;
        let Some(row) = row else { return Ok(None) };
        let summary = summary(&row)?;
        let rows = sqlx::query("SELECT sequence, at_ms, body FROM call_event WHERE call = ?1 ORDER BY at_ms, sequence")
            .bind(&id)
            .fetch_all(&mut *reader)
            .await?;
        let mut events = Vec::with_capacity(rows.len());
        for row in rows {
            let (sequence, t, body): (i64, i64, String) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            let damaged = |why: String| RecordError::Damaged { call: id.clone(), sequence, why };
            let event = serde_json::from_str(&body).map_err(|error| {
                // Where, but not what: the message could quote what a caller said.
                damaged(format!("it is not an event from column {} on", error.column()))
            })?;
            let t = u64::try_from(t).map_err(|_| damaged("its time is before the answer".to_owned()))?;
            events.push(TimedEvent { t, event });
        }
        Ok(Some(CallRecord { summary, events }))
    }
}

impl Store for SqliteStore {
    fn append<'a>(&'a self, entries: &'a [Entry]) -> BoxFuture<'a, Result<(), RecordError>> {
        Box::pin(self.append_all(entries))
    }

    fn calls(&self, query: CallQuery) -> BoxFuture<'_, Result<Vec<CallSummary>, RecordError>> {
        Box::pin(self.list(query))
    }

    fn call(&self, call: CallId) -> BoxFuture<'_, Result<Option<CallRecord>, RecordError>> {
        Box::pin(self.one(call))
    }

    fn calls_by_bundle(&self) -> BoxFuture<'_, Result<BTreeMap<String, u64>, RecordError>> {
        Box::pin(async {
            let rows = sqlx::query("SELECT bundle, count(*) AS calls FROM call GROUP BY bundle")
                .fetch_all(&self.readers)
                .await?;
            let counted = |row: &SqliteRow| {
                let calls: i64 = row.try_get("calls")?;
                Ok((row.try_get("bundle")?, u64::try_from(calls).unwrap_or(0)))
            };
            rows.iter().map(counted).collect::<Result<_, RecordError>>()
        })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            self.readers.close().await;
            // The connection itself is closed when the store is dropped; this leaves no log behind it.
            let mut writer = self.writer.lock().await;
            let Some(connection) = writer.as_mut() else { return };
            if let Err(error) = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(connection).await {
                tracing::warn!(%error, "the log of the call record was not folded in; the next start does it");
            }
        })
    }
}

async fn migrate(writer: &mut SqliteConnection, path: &Path) -> Result<(), RecordError> {
    let refused = |source| RecordError::Open { path: path.to_owned(), source };
    let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await.map_err(refused)?;
    let found: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut *transaction).await.map_err(refused)?;
    let known = MIGRATIONS.len() as i64;
    if found > known {
        return Err(RecordError::Newer { path: PathBuf::from(path), found, known });
    }
    let done = usize::try_from(found).unwrap_or(0);
    if done < MIGRATIONS.len() {
        for statements in &MIGRATIONS[done..] {
            sqlx::raw_sql(*statements).execute(&mut *transaction).await.map_err(refused)?;
        }
        // A pragma takes no parameters; the number is our own.
        let version = sqlx::AssertSqlSafe(format!("PRAGMA user_version = {known}"));
        sqlx::raw_sql(version).execute(&mut *transaction).await.map_err(refused)?;
    }
    transaction.commit().await.map_err(refused)
}

async fn append_to(connection: &mut SqliteConnection, entries: &[Entry]) -> Result<(), RecordError> {
    // Immediate: two processes that write wait for each other here, rather than fail in the middle.
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    for entry in entries {
        match entry {
            Entry::Start(call, start) => insert_start(&mut transaction, *call, start).await?,
            Entry::Event(event) => insert_event(&mut transaction, event).await?,
        }
    }
    transaction.commit().await?;
    Ok(())
}

async fn insert_start(connection: &mut SqliteConnection, call: CallId, start: &CallStart) -> Result<(), RecordError> {
    sqlx::query(
        "INSERT INTO call (id, answered_ms, line, bundle, caller_number, caller_name, dialled)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
    )
    .bind(call.to_string())
    .bind(start.answered.as_millisecond())
    .bind(&start.line)
    .bind(&start.bundle)
    .bind(start.caller_number.as_ref().map(Private::reveal))
    .bind(start.caller_name.as_ref().map(Private::reveal))
    .bind(&start.dialled)
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert_event(connection: &mut SqliteConnection, stored: &StoredEvent) -> Result<(), RecordError> {
    let TimedEvent { t, event } = &stored.event;
    // Every field is a number, a text or a map with text keys: nothing in it can fail to serialise.
    let body = serde_json::to_string(event).unwrap_or_default();
    sqlx::query(
        "INSERT INTO call_event (call, sequence, at_ms, name, body)
         VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
    )
    .bind(stored.call.to_string())
    .bind(i64::try_from(stored.sequence).unwrap_or(i64::MAX))
    .bind(i64::try_from(*t).unwrap_or(i64::MAX))
    .bind(event.name())
    .bind(body)
    .execute(connection)
    .await?;
    Ok(())
}

fn summary(row: &SqliteRow) -> Result<CallSummary, RecordError> {
    let id: String = row.try_get("id")?;
    let damaged = |why: String| RecordError::Damaged { call: id.clone(), sequence: 0, why };
    let answered =
        Timestamp::from_millisecond(row.try_get("answered_ms")?).map_err(|error| damaged(error.to_string()))?;
    let private = |text: Option<String>| text.map(Private::new);
    let duration: Option<i64> = row.try_get("duration_ms")?;
    let reason: Option<String> = row.try_get("reason")?;
    let heard: i64 = row.try_get("heard")?;
    Ok(CallSummary {
        call: id.parse().map_err(|error: crate::NotACallId| damaged(error.to_string()))?,
        start: CallStart {
            answered,
            line: row.try_get("line")?,
            bundle: row.try_get("bundle")?,
            caller_number: private(row.try_get("caller_number")?),
            caller_name: private(row.try_get("caller_name")?),
            dialled: row.try_get("dialled")?,
        },
        duration: duration.and_then(|milliseconds| u64::try_from(milliseconds).ok()).map(Duration::from_millis),
        reason: reason.as_deref().and_then(EndedReason::parse),
        heard: u32::try_from(heard).unwrap_or(u32::MAX),
        agent: row.try_get("agent")?,
    })
}

/// Makes the file, if it is not there, so that its owner alone can read it: it holds numbers and transcripts.
/// SQLite gives its log and index the same rights.
fn make_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

#[cfg(test)]
mod tests;
