//! The append-only log of everything that happens in calls, from which every figure is computed.
//!
//! In: [`CallEvent`]s, through a [`Recorder`] that never makes a call wait. Out: [`CallSummary`] and
//! [`CallRecord`] from a [`Store`], transcripts of both sides, and where the time of each reply went.

mod error;
mod event;
mod recorder;
mod store;
mod transcript;

pub use error::RecordError;
pub use event::{CallEvent, EndedReason, TimedEvent};
pub use recorder::{Recorded, Recorder, RecorderGauges, RecorderSettings};
pub use store::{CallQuery, CallRecord, CallStart, CallSummary, Entry, Store, StoredEvent};
pub use transcript::{Side, Transcript, TranscriptLine};
