use super::*;
use crate::record::CallEvent;
use crate::record::conformance::{conforms, event, start};

async fn store(folder: &Path) -> SqliteStore {
    SqliteStore::open(&folder.join("calls.sqlite")).await.unwrap()
}

fn key(key: char) -> CallEvent {
    CallEvent::Key { key }
}

#[tokio::test]
async fn sqlite_conforms() {
    let folder = tempfile::tempdir().unwrap();
    conforms(&store(folder.path()).await).await;
}

#[tokio::test]
async fn what_was_appended_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let call = CallId::fixed(1);
    {
        let store = store(folder.path()).await;
        store.append(&[Entry::Start(call, start(0)), event(call, 0, 1, key('1'))]).await.unwrap();
        store.close().await;
    }
    assert_eq!(store(folder.path()).await.call(call).await.unwrap().unwrap().events.len(), 1);
}

#[tokio::test]
async fn nobody_can_change_or_delete_what_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    let call = CallId::fixed(1);
    store.append(&[Entry::Start(call, start(0)), event(call, 0, 1, key('1'))]).await.unwrap();
    let mut intruder =
        SqliteConnectOptions::new().filename(folder.path().join("calls.sqlite")).connect().await.unwrap();
    for statement in [
        "UPDATE call_event SET body = '{}'",
        "DELETE FROM call_event",
        "INSERT OR REPLACE INTO call_event VALUES ('0000000000000001', 0, 1, 'key', '{}')",
        "UPDATE call SET line = 'x'",
        "DELETE FROM call",
        "INSERT OR REPLACE INTO call VALUES ('0000000000000001', 7, 'x', 'x', NULL, NULL, NULL)",
    ] {
        let error = sqlx::raw_sql(statement).execute(&mut intruder).await.unwrap_err().to_string();
        assert!(error.contains("append-only"), "{statement}: {error}");
    }
    assert!(store.call(call).await.unwrap().unwrap().events[0].event == key('1'));
}

#[tokio::test]
async fn a_record_of_a_later_version_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    store(folder.path()).await.close().await;
    let path = folder.path().join("calls.sqlite");
    let mut later = SqliteConnectOptions::new().filename(&path).connect().await.unwrap();
    sqlx::raw_sql("PRAGMA user_version = 99").execute(&mut later).await.unwrap();
    let error = SqliteStore::open(&path).await.err().unwrap();
    assert!(matches!(error, RecordError::Newer { found: 99, .. }), "{error}");
    let version: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut later).await.unwrap();
    assert_eq!(version, 99);
}

#[tokio::test]
async fn a_file_that_is_no_record_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calls.sqlite");
    std::fs::write(&path, "this is a shopping list, and a rather long one, of more than a header's length ".repeat(20))
        .unwrap();
    let error = SqliteStore::open(&path).await.err().unwrap().to_string();
    assert!(error.contains("calls.sqlite"), "{error}");
    let nowhere = SqliteStore::open(&folder.path().join("no/such/folder/calls.sqlite")).await.err().unwrap();
    assert!(nowhere.to_string().contains("check that the data directory exists"), "{nowhere}");
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    store.append(&[Entry::Start(CallId::fixed(1), start(0))]).await.unwrap();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", entry.file_name());
    }
}
