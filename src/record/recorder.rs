//! The way into the record for calls that must not wait: a bounded queue, and one task that writes
//! whatever has gathered in one transaction.
//!
//! While the store refuses (a full disk, a locked file) the task keeps what it has and tries again, up to
//! [`RecorderSettings::spool`] entries; only beyond that are events lost, which is counted, logged, and
//! recorded in the call as [`CallEvent::EventsLost`] as soon as there is room again.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::event::{CallEvent, TimedEvent};
use super::{CallStart, Entry, RecordError, Store, StoredEvent};
use crate::CallId;

/// Bounds of a [`Recorder`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecorderSettings {
    /// How many entries may wait for the writing task.
    pub queue: usize,
    /// How many entries are kept while the store refuses them.
    pub spool: usize,
    /// How many entries go into one transaction at most.
    pub batch: usize,
    /// How long to wait before trying again after the store has refused.
    pub retry_after: Duration,
}

impl Default for RecorderSettings {
    fn default() -> Self {
        Self { queue: 8_192, spool: 100_000, batch: 1_024, retry_after: Duration::from_secs(1) }
    }
}

/// What became of an event given to [`Recorder::record`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It waits to be written; [`Recorder::flush`] tells when it is durable. Should the store refuse for so
    /// long that the spool is full, it is lost after all: counted, logged and told in the call's record.
    Queued,
    /// There was no room for it, or the recorder has been stopped: it is lost, and counted.
    Lost,
}

/// How the recorder is doing, for metrics and `/readyz`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecorderGauges {
    /// Entries that are not durable yet.
    pub waiting: u64,
    /// Entries written since the start.
    pub written: u64,
    /// Entries lost since the start.
    pub lost: u64,
    /// Transactions the store has refused since the start.
    pub refused: u64,
    /// Whether the last transaction was refused.
    pub failing: bool,
}

/// Records what happens in calls. Clones share one queue and one writing task.
#[derive(Clone)]
pub struct Recorder {
    messages: mpsc::Sender<Message>,
    shared: Arc<Shared>,
}

struct Shared {
    next_sequence: AtomicU64,
    queued: AtomicU64,
    settled: AtomicU64,
    written: AtomicU64,
    lost: AtomicU64,
    refused: AtomicU64,
    failing: std::sync::atomic::AtomicBool,
    /// How many events each call has lost that its record does not tell of yet.
    losses: Mutex<BTreeMap<CallId, u64>>,
    task: Mutex<Option<JoinHandle<()>>>,
}

enum Message {
    Entry(Entry),
    Flush(oneshot::Sender<Result<(), RecordError>>),
    Stop,
}

impl Recorder {
    /// Starts recording into `store`. Must be called within a tokio runtime.
    pub fn start(store: Arc<dyn Store>, settings: RecorderSettings) -> Self {
        let (messages, inbox) = mpsc::channel(settings.queue.max(1));
        let shared = Arc::new(Shared {
            next_sequence: AtomicU64::new(0),
            queued: AtomicU64::new(0),
            settled: AtomicU64::new(0),
            written: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            failing: std::sync::atomic::AtomicBool::new(false),
            losses: Mutex::new(BTreeMap::new()),
            task: Mutex::new(None),
        });
        let writer = Writer {
            store,
            settings,
            inbox,
            shared: shared.clone(),
            pending: VecDeque::new(),
            settled: 0,
            flushes: Vec::new(),
            stopping: false,
        };
        let task = tokio::spawn(writer.run());
        *shared.task.lock().unwrap_or_else(PoisonError::into_inner) = Some(task);
        Self { messages, shared }
    }

    /// Records that `call` was answered: its start and its first event, [`CallEvent::Answered`] at 0.
    /// Call it once, before [`Self::record`]. Never blocks.
    pub fn begin(&self, call: CallId, start: CallStart) -> Recorded {
        let answered = start.answered_event();
        if self.send(call, Entry::Start(call, start)) == Recorded::Lost {
            return Recorded::Lost;
        }
        self.record(call, Duration::ZERO, answered)
    }

    /// Records `event` of `call`, `at` after it was answered. Never blocks: it takes microseconds, whatever
    /// the disk does.
    pub fn record(&self, call: CallId, at: Duration, event: CallEvent) -> Recorded {
        let entry = Entry::Event(self.shared.stored(call, TimedEvent::new(at, event)));
        self.send(call, entry)
    }

    /// Waits until everything that was queued before is durable, or the store has refused it: then the
    /// events are kept and tried again, and the error says why.
    pub async fn flush(&self) -> Result<(), RecordError> {
        let (done, answer) = oneshot::channel();
        self.messages.send(Message::Flush(done)).await.map_err(|_| RecordError::Stopped)?;
        answer.await.map_err(|_| RecordError::Stopped)?
    }

    /// How the recorder is doing.
    pub fn gauges(&self) -> RecorderGauges {
        let settled = self.shared.settled.load(Ordering::Acquire);
        RecorderGauges {
            waiting: self.shared.queued.load(Ordering::Acquire).saturating_sub(settled),
            written: self.shared.written.load(Ordering::Relaxed),
            lost: self.shared.lost.load(Ordering::Relaxed),
            refused: self.shared.refused.load(Ordering::Relaxed),
            failing: self.shared.failing.load(Ordering::Relaxed),
        }
    }

    /// Writes what waits, then stops; later events are lost. What the store refuses at the last try is
    /// lost too, and the error says why.
    pub async fn stop(&self) -> Result<(), RecordError> {
        let last = self.flush().await;
        let task = self.shared.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            // A closed channel means that the task has ended already, which is what is asked for.
            let _ = self.messages.send(Message::Stop).await;
            if task.await.is_err() {
                tracing::error!("the recording task did not end in order");
            }
        }
        last
    }

    fn send(&self, call: CallId, entry: Entry) -> Recorded {
        self.shared.queued.fetch_add(1, Ordering::AcqRel);
        match self.messages.try_send(Message::Entry(entry)) {
            Ok(()) => Recorded::Queued,
            Err(_) => {
                self.shared.queued.fetch_sub(1, Ordering::AcqRel);
                self.shared.lose(call);
                Recorded::Lost
            }
        }
    }
}

impl Shared {
    fn stored(&self, call: CallId, event: TimedEvent) -> StoredEvent {
        StoredEvent { call, sequence: self.next_sequence.fetch_add(1, Ordering::Relaxed), event }
    }

    fn lose(&self, call: CallId) {
        let lost = self.lost.fetch_add(1, Ordering::Relaxed) + 1;
        // One line for each power of two: the first loss is seen at once, a flood of them is not a flood of lines.
        if lost.is_power_of_two() {
            tracing::error!(lost, "events of calls are lost: the record could not be written for too long");
        }
        *self.losses.lock().unwrap_or_else(PoisonError::into_inner).entry(call).or_insert(0) += 1;
    }
}

struct Writer {
    store: Arc<dyn Store>,
    settings: RecorderSettings,
    inbox: mpsc::Receiver<Message>,
    shared: Arc<Shared>,
    /// What is not durable yet, oldest first.
    pending: VecDeque<Entry>,
    /// How many entries have left `pending` since the start.
    settled: u64,
    /// Who waits for the entry of that number (counted like `settled`) to be durable.
    flushes: Vec<(u64, oneshot::Sender<Result<(), RecordError>>)>,
    stopping: bool,
}

impl Writer {
    async fn run(mut self) {
        while !self.stopping {
            match self.inbox.recv().await {
                Some(message) => self.take(message),
                // Every recorder is gone: nobody can record or ask any more.
                None => self.stopping = true,
            }
            self.take_what_waits();
            while !self.pending.is_empty() || !self.flushes.is_empty() {
                match self.write_batch().await {
                    Ok(()) => self.take_what_waits(),
                    Err(error) => {
                        self.refuse(error);
                        if self.stopping {
                            break;
                        }
                        self.gather_until_retry().await;
                    }
                }
            }
        }
        let unwritten = self.pending.len() as u64;
        if unwritten > 0 {
            self.shared.lost.fetch_add(unwritten, Ordering::Relaxed);
            tracing::error!(
                lost = unwritten,
                "events of calls are lost: the record could not be written before the end"
            );
        }
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Entry(entry) => self.pending.push_back(entry),
            Message::Flush(done) => self.flushes.push((self.settled + self.pending.len() as u64, done)),
            Message::Stop => self.stopping = true,
        }
    }

    /// Takes what is in the queue, up to one batch, so that one transaction carries it.
    fn take_what_waits(&mut self) {
        while self.pending.len() < self.settings.batch {
            match self.inbox.try_recv() {
                Ok(message) => self.take(message),
                Err(_) => break,
            }
        }
    }

    /// Writes up to a batch, and answers the flushes whose entries are all durable.
    async fn write_batch(&mut self) -> Result<(), RecordError> {
        self.tell_of_losses();
        let count = self.pending.len().min(self.settings.batch);
        if count > 0 {
            let (batch, _) = self.pending.make_contiguous().split_at(count);
            self.store.append(batch).await?;
            self.pending.drain(..count);
            self.settled += count as u64;
            self.shared.written.fetch_add(count as u64, Ordering::Relaxed);
            self.shared.settled.fetch_add(count as u64, Ordering::AcqRel);
        }
        if self.shared.failing.swap(false, Ordering::Relaxed) {
            tracing::info!("the record can be written again");
        }
        let settled = self.settled;
        for (_, done) in self.flushes.extract_if(.., |(awaited, _)| *awaited <= settled) {
            // Whoever asked may have gone away meanwhile.
            let _ = done.send(Ok(()));
        }
        Ok(())
    }

    /// Puts what calls have lost into their record, now that there may be room.
    fn tell_of_losses(&mut self) {
        let losses = std::mem::take(&mut *self.shared.losses.lock().unwrap_or_else(PoisonError::into_inner));
        for (call, count) in losses {
            // The time of the call is not known here; the place in the sequence says when.
            let t = self.latest_time_of(call);
            let event = self.shared.stored(call, TimedEvent { t, event: CallEvent::EventsLost { count } });
            self.shared.queued.fetch_add(1, Ordering::AcqRel);
            self.pending.push_back(Entry::Event(event));
        }
    }

    fn latest_time_of(&self, call: CallId) -> u64 {
        let of_call = self.pending.iter().filter_map(|entry| match entry {
            Entry::Event(stored) if stored.call == call => Some(stored.event.t),
            _ => None,
        });
        of_call.max().unwrap_or(0)
    }

    fn refuse(&mut self, error: RecordError) {
        self.shared.refused.fetch_add(1, Ordering::Relaxed);
        if !self.shared.failing.swap(true, Ordering::Relaxed) {
            tracing::warn!(%error, "the record cannot be written; calls go on and their events are kept in memory");
        }
        for (_, done) in self.flushes.drain(..) {
            // Each asker learns the kind; the details went to the log above.
            let answer = match &error {
                RecordError::Full => RecordError::Full,
                RecordError::Busy => RecordError::Busy,
                other => RecordError::Refused(other.to_string()),
            };
            let _ = done.send(Err(answer));
        }
    }

    /// Keeps taking what comes, as far as the spool reaches, until it is time to try again. A flush is a
    /// reason to try at once.
    async fn gather_until_retry(&mut self) {
        let retry_at = Instant::now() + self.settings.retry_after;
        loop {
            match tokio::time::timeout_at(retry_at, self.inbox.recv()).await {
                Err(_elapsed) => return,
                Ok(None) => {
                    self.stopping = true;
                    return;
                }
                Ok(Some(Message::Entry(entry))) if self.pending.len() < self.settings.spool => {
                    self.pending.push_back(entry);
                }
                Ok(Some(Message::Entry(entry))) => {
                    self.shared.settled.fetch_add(1, Ordering::AcqRel);
                    self.shared.lose(entry.call());
                }
                Ok(Some(message)) => {
                    self.take(message);
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
