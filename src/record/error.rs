//! What can go wrong with the record, and what to do about it.

use std::path::PathBuf;

/// Why something could not be recorded or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The database could not be opened.
    #[error("cannot open the call record {}: {source}; check that the data directory exists and may be written", path.display())]
    Open {
        /// The database file.
        path: PathBuf,
        /// What SQLite said.
        source: sqlx::Error,
    },
    /// The database was written by a later version.
    #[error("the call record {} has schema {found}, this version knows {known}: run the newer warmline", path.display())]
    Newer {
        /// The database file.
        path: PathBuf,
        /// The schema it has.
        found: i64,
        /// The latest schema this version can read.
        known: i64,
    },
    /// There is no space left for the record.
    #[error(
        "the disk that holds the call record is full: free some space; calls go on and are recorded once there is room"
    )]
    Full,
    /// Another process holds the database for too long.
    #[error("the call record is held by another process: close it, or wait")]
    Busy,
    /// A row does not hold what it should.
    #[error("event {sequence} of call {call} cannot be read: {why}; restore the record from a copy")]
    Damaged {
        /// The call.
        call: String,
        /// Which of its events.
        sequence: i64,
        /// What is wrong with it.
        why: String,
    },
    /// The database failed in another way.
    #[error("the call record failed: {0}")]
    Database(#[source] sqlx::Error),
    /// The store refused what is recorded, for the reason in the text.
    #[error("the call record cannot be written: {0}; it is kept in memory and tried again")]
    Refused(String),
    /// The recorder has been stopped.
    #[error("the recorder has been stopped: nothing more is recorded")]
    Stopped,
    /// A recording of the sound could not be written.
    #[error("cannot write the recording {}: {why}", path.display())]
    Recording {
        /// The WAV file.
        path: PathBuf,
        /// What happened.
        why: String,
    },
}

impl From<sqlx::Error> for RecordError {
    fn from(error: sqlx::Error) -> Self {
        // Primary result codes of SQLite (https://sqlite.org/rescode.html): the low byte of the extended code.
        const BUSY: i64 = 5;
        const LOCKED: i64 = 6;
        const FULL: i64 = 13;
        // A write that the file system refuses for want of room can also come as an error of the write itself.
        const IOERR_WRITE: i64 = 10 | (3 << 8);
        let code =
            error.as_database_error().and_then(|database| database.code()).and_then(|code| code.parse::<i64>().ok());
        match code {
            Some(IOERR_WRITE) => Self::Full,
            Some(code) if code & 0xff == FULL => Self::Full,
            Some(code) if matches!(code & 0xff, BUSY | LOCKED) => Self::Busy,
            _ => Self::Database(error),
        }
    }
}
