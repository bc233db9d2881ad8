//! The append-only log of everything that happens in calls, from which every figure is computed.
//!
//! In: [`CallEvent`]s, through a [`Recorder`] that never makes a call wait. Out: [`CallSummary`] and
//! [`CallRecord`] from a [`Store`], transcripts of both sides, and where the time of each reply went
//! ([`LatencyReport`]). Beside the log, [`CallRecording`] keeps the sound of both sides.
//!
//! ```ignore
//! let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&data.join("calls.sqlite")).await?);
//! let recorder = Recorder::start(store.clone(), RecorderSettings::default());
//! recorder.begin(call, start);
//! recorder.record(call, at, CallEvent::Key { key: '1' });
//! recorder.flush().await?; // durable from here on
//! print!("{}", render_calls(&store.calls(CallQuery::default()).await?));
//! recorder.stop().await?;
//! ```

#[cfg(test)]
mod conformance;
mod error;
mod event;
mod latency;
mod recorder;
mod recording;
mod render;
mod schema;
mod sqlite;
mod store;
mod transcript;
pub mod versions;

pub use error::RecordError;
pub use event::{CallEvent, EndedReason, TimedEvent};
pub use latency::{LatencyPart, LatencyReport, Percentiles, TurnLatency};
pub use recorder::{Recorded, Recorder, RecorderGauges, RecorderSettings};
pub use recording::{CallRecording, Recording, RecordingEnd};
pub use render::{render_call, render_calls};
pub use sqlite::SqliteStore;
pub use store::{CallQuery, CallRecord, CallStart, CallSummary, Entry, Store, StoredEvent};
pub use transcript::{Side, Transcript, TranscriptLine};
