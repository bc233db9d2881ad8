//! The seam between the record and the database that holds it. SQLite is the first store; every store
//! passes the suite in `conformance.rs`.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::BoxFuture;
use jiff::Timestamp;

use super::event::{CallEvent, EndedReason, TimedEvent, milliseconds};
use super::{RecordError, Transcript, transcript};
use crate::{CallId, Private};

/// What is known of a call when it is answered. It is stored beside the events; the first event,
/// [`CallEvent::Answered`], is made from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallStart {
    /// When it was answered.
    pub answered: Timestamp,
    /// `sip`, `recording`, `local`.
    pub line: String,
    /// The id of the bundle that serves it.
    pub bundle: String,
    /// The caller's number. It is kept in a column of its own and masked in every output.
    pub caller_number: Option<Private<String>>,
    /// The caller's name as the line gave it, kept and masked likewise.
    pub caller_name: Option<Private<String>>,
    /// The number of ours that was dialled.
    pub dialled: Option<String>,
}

impl CallStart {
    /// The first event of the call.
    pub fn answered_event(&self) -> CallEvent {
        CallEvent::Answered {
            line: self.line.clone(),
            bundle: self.bundle.clone(),
            from: self.caller_number.as_ref().map(Private::masked),
        }
    }
}

/// Something to be appended to the record.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// A call was answered.
    Start(CallId, CallStart),
    /// Something happened in it.
    Event(StoredEvent),
}

impl Entry {
    /// The call it belongs to.
    pub const fn call(&self) -> CallId {
        match self {
            Self::Start(call, _) => *call,
            Self::Event(event) => event.call,
        }
    }
}

/// One event of one call.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredEvent {
    /// The call.
    pub call: CallId,
    /// Rises with every event of the call; with the call it names the event, so that appending the same
    /// event twice keeps it once.
    pub sequence: u64,
    /// What happened, and when.
    pub event: TimedEvent,
}

/// One line of `warmline calls`.
#[derive(Clone, Debug, PartialEq)]
pub struct CallSummary {
    /// The call.
    pub call: CallId,
    /// How it began.
    pub start: CallStart,
    /// How long it lasted; `None` while it goes on, or if the process died under it.
    pub duration: Option<Duration>,
    /// Why it ended; `None` as above.
    pub reason: Option<EndedReason>,
    /// How many times the caller was heard.
    pub heard: u32,
    /// The agent who talked to the caller last.
    pub agent: Option<String>,
}

/// One whole call, as recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct CallRecord {
    /// Its summary.
    pub summary: CallSummary,
    /// Everything that happened, in order of time.
    pub events: Vec<TimedEvent>,
}

impl CallSummary {
    /// One JSON object: `call, answered, line, bundle, from, name, dialled, duration_ms, reason, heard, agent`,
    /// with the caller's number and name masked and absent fields `null`.
    pub fn to_json(&self) -> serde_json::Value {
        let masked = |text: &Option<Private<String>>| text.as_ref().map(Private::masked);
        serde_json::json!({
            "call": self.call,
            "answered": self.start.answered,
            "line": self.start.line,
            "bundle": self.start.bundle,
            "from": masked(&self.start.caller_number),
            "name": masked(&self.start.caller_name),
            "dialled": self.start.dialled,
            "duration_ms": self.duration.map(milliseconds),
            "reason": self.reason,
            "heard": self.heard,
            "agent": self.agent,
        })
    }
}

impl CallRecord {
    /// What both sides said, with times.
    pub fn transcript(&self) -> Transcript {
        transcript::of(&self.events)
    }

    /// One JSON object: the summary's fields, `transcript` (`[{t, side, text}]`) and `events` (as
    /// `warmline call --json` prints them, and those that figures are computed from).
    pub fn to_json(&self) -> serde_json::Value {
        let mut record = self.summary.to_json();
        record["transcript"] = serde_json::json!(self.transcript().lines);
        record["events"] = serde_json::json!(self.events);
        record
    }
}

/// Which calls to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallQuery {
    /// At most so many, the latest first.
    pub limit: u32,
    /// Only calls answered before this moment: the way to the next page.
    pub before: Option<Timestamp>,
}

impl Default for CallQuery {
    fn default() -> Self {
        Self { limit: 50, before: None }
    }
}

/// A database that holds the record. Append-only: nothing in it is changed or deleted.
pub trait Store: Send + Sync {
    /// Appends all of `entries` or none. When it returns `Ok` they survive the death of the process and
    /// of the machine. Entries that are there already (same call and sequence) are left as they are, so
    /// a batch whose outcome is unknown may be appended again.
    fn append<'a>(&'a self, entries: &'a [Entry]) -> BoxFuture<'a, Result<(), RecordError>>;

    /// Calls, latest first.
    fn calls(&self, query: CallQuery) -> BoxFuture<'_, Result<Vec<CallSummary>, RecordError>>;

    /// One call; `None` if there is none of that id.
    fn call(&self, call: CallId) -> BoxFuture<'_, Result<Option<CallRecord>, RecordError>>;

    /// How many calls each bundle has served, by the bundle's id.
    fn calls_by_bundle(&self) -> BoxFuture<'_, Result<BTreeMap<String, u64>, RecordError>>;

    /// Closes it once what is under way is done.
    fn close(&self) -> BoxFuture<'_, ()>;
}
