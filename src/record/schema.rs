//! The tables of the SQLite store, version by version. A version that was released is never edited: a new
//! one is added behind it.

/// The statements that lead from each version of the schema to the next; `PRAGMA user_version` counts them.
pub(super) const MIGRATIONS: &[&str] = &[FIRST];

/// Calls and their events. Triggers forbid what an append-only log must not suffer, whoever holds the file;
/// the ones on insertion also stop `INSERT OR REPLACE`, which would delete without a delete trigger.
const FIRST: &str = "
CREATE TABLE call (
    id            TEXT    NOT NULL PRIMARY KEY,
    answered_ms   INTEGER NOT NULL,  -- Unix time in milliseconds
    line          TEXT    NOT NULL,
    bundle        TEXT    NOT NULL,
    caller_number TEXT,              -- private: masked in every output
    caller_name   TEXT,              -- private: masked in every output
    dialled       TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX call_by_time ON call (answered_ms, id);

CREATE TABLE call_event (
    call     TEXT    NOT NULL,
    sequence INTEGER NOT NULL,       -- rises within a call
    at_ms    INTEGER NOT NULL,       -- since the answer
    name     TEXT    NOT NULL,
    body     TEXT    NOT NULL,       -- the event as one JSON object
    PRIMARY KEY (call, sequence)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER call_is_not_updated BEFORE UPDATE ON call
    BEGIN SELECT RAISE(ABORT, 'the call record is append-only'); END;
CREATE TRIGGER call_is_not_deleted BEFORE DELETE ON call
    BEGIN SELECT RAISE(ABORT, 'the call record is append-only'); END;
CREATE TRIGGER call_is_not_replaced BEFORE INSERT ON call
    WHEN EXISTS (SELECT 1 FROM call WHERE id = NEW.id AND answered_ms <> NEW.answered_ms)
    BEGIN SELECT RAISE(ABORT, 'the call record is append-only'); END;
CREATE TRIGGER call_event_is_not_updated BEFORE UPDATE ON call_event
    BEGIN SELECT RAISE(ABORT, 'the call record is append-only'); END;
CREATE TRIGGER call_event_is_not_deleted BEFORE DELETE ON call_event
    BEGIN SELECT RAISE(ABORT, 'the call record is append-only'); END;
CREATE TRIGGER call_event_is_not_replaced BEFORE INSERT ON call_event
    WHEN EXISTS (SELECT 1 FROM call_event
                 WHERE call = NEW.call AND sequence = NEW.sequence
                   AND (at_ms <> NEW.at_ms OR body <> NEW.body))
    BEGIN SELECT RAISE(ABORT, 'the call record is append-only'); END;

CREATE VIEW call_summary AS
SELECT id, answered_ms, line, bundle, caller_number, caller_name, dialled,
    (SELECT at_ms FROM call_event WHERE call = id AND name = 'ended' ORDER BY sequence DESC LIMIT 1) AS duration_ms,
    (SELECT json_extract(body, '$.reason') FROM call_event
      WHERE call = id AND name = 'ended' ORDER BY sequence DESC LIMIT 1) AS reason,
    (SELECT count(*) FROM call_event WHERE call = id AND name = 'heard') AS heard,
    (SELECT json_extract(body, '$.agent') FROM call_event
      WHERE call = id AND name = 'bridged' ORDER BY sequence DESC LIMIT 1) AS agent
FROM call;
";
