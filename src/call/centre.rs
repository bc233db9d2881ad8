//! All calls of a server: takes them in, counts them, and brings them to an end when the service stops.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio_util::task::TaskTracker;

use super::clock::Pace;
use super::closing::Closing;
use super::phrases::Phrase;
use super::services::Services;
use super::session::{Session, SessionSettings};
use super::switchboard::Switchboard;
use super::ticker::MediaThreads;
use crate::CallId;
use crate::desk::DeskGauges;
use crate::line::IncomingCall;
use crate::record::{EndedReason, RecorderGauges};
use crate::words::Language;

/// How long calls that were told to end may take for their apology.
const APOLOGY: Duration = Duration::from_secs(20);

/// Takes calls and runs them.
pub struct CallCentre {
    services: Arc<Services>,
    media: Arc<MediaThreads>,
    switchboard: Switchboard,
    closing: watch::Sender<Closing>,
    sessions: TaskTracker,
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    running: AtomicU64,
    taken: AtomicU64,
    ended: RwLock<std::collections::BTreeMap<&'static str, u64>>,
}

/// How the centre is doing.
#[derive(Clone, Debug)]
pub struct CentreGauges {
    /// Calls that run now.
    pub running: u64,
    /// Calls taken since the start.
    pub taken: u64,
    /// Calls ended since the start, by reason.
    pub ended: Vec<(&'static str, u64)>,
    /// Queues and agents.
    pub desk: DeskGauges,
    /// The record.
    pub recorder: RecorderGauges,
    /// Calls whose sound is being ticked.
    pub planes: u64,
    /// Ticks that came more than 20 ms late.
    pub late_ticks: u64,
    /// Frames that a call was too slow to take.
    pub frames_dropped: u64,
}

/// How a drain went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DrainOutcome {
    /// Calls that were told to end because the time was over.
    pub cut: u64,
}

impl CallCentre {
    /// A centre that runs calls with `services`, their sound on `media`, people by way of `switchboard`.
    pub fn new(services: Arc<Services>, media: MediaThreads, switchboard: Switchboard) -> Self {
        let (closing, _) = watch::channel(Closing::Open);
        Self {
            services,
            media: Arc::new(media),
            switchboard,
            closing,
            sessions: TaskTracker::new(),
            counts: Arc::new(Counts::default()),
        }
    }

    /// Takes every call that arrives, until the line is closed.
    pub async fn serve(&self, mut calls: mpsc::Receiver<IncomingCall>) {
        while let Some(call) = calls.recv().await {
            self.take(call);
        }
    }

    /// Takes a call and runs it to its end in a task of its own.
    pub fn take(&self, call: IncomingCall) {
        if *self.closing.borrow() != Closing::Open {
            call.leg.control.refuse(503);
            return;
        }
        self.counts.taken.fetch_add(1, Ordering::Relaxed);
        let running = Running::one_more(Arc::clone(&self.counts));
        let (services, media, switchboard) =
            (Arc::clone(&self.services), Arc::clone(&self.media), self.switchboard.clone());
        let closing = self.closing.subscribe();
        self.sessions.spawn(async move {
            let id = CallId::random();
            let desk = switchboard.port(id).await;
            let settings = SessionSettings {
                id,
                pace: Pace::RealTime,
                watcher: None,
                language: None,
                flow: None,
                overhears: None,
            };
            tracing::info!(call = %id, line = call.line, "call taken");
            let reason = Session::run(services, Some(&media), call, desk, closing, settings).await;
            tracing::info!(call = %id, reason = reason.as_str(), "call ended");
            running.ended(reason);
        });
    }

    /// How many calls run now.
    pub fn running(&self) -> u64 {
        self.counts.running.load(Ordering::Relaxed)
    }

    /// How the centre is doing.
    pub fn gauges(&self) -> CentreGauges {
        let counters = self.media.counters();
        let ended = self.counts.ended.read().map(|ended| ended.clone()).unwrap_or_default();
        CentreGauges {
            running: self.running(),
            taken: self.counts.taken.load(Ordering::Relaxed),
            ended: ended.into_iter().collect(),
            desk: self.switchboard.gauges(),
            recorder: self.services.recorder.gauges(),
            planes: counters.planes.load(Ordering::Relaxed),
            late_ticks: counters.late_ticks.load(Ordering::Relaxed),
            frames_dropped: counters.frames_dropped.load(Ordering::Relaxed),
        }
    }

    /// The models and the record that calls use.
    pub fn services(&self) -> &Services {
        &self.services
    }

    /// Takes no new call, lets running ones go on for `at_most`, then ends them with an apology.
    pub async fn drain(&self, at_most: Duration) -> DrainOutcome {
        self.closing.send_replace(Closing::Draining);
        self.sessions.close();
        if tokio::time::timeout(at_most, self.sessions.wait()).await.is_ok() {
            return DrainOutcome { cut: 0 };
        }
        let cut = self.running();
        tracing::warn!(calls = cut, "calls are ended with an apology");
        self.closing.send_replace(Closing::Ending);
        if tokio::time::timeout(APOLOGY, self.sessions.wait()).await.is_err() {
            tracing::error!(calls = self.running(), "calls did not end; they are cut");
        }
        DrainOutcome { cut }
    }
}

/// The sentences the call says by itself, in `languages`, so that they can be prepared with the flow's.
pub fn own_sentences(languages: &[Language]) -> Vec<(Language, String)> {
    let each = |&language| Phrase::ALL.map(|phrase: Phrase| (language, phrase.text(language).to_owned()));
    languages.iter().flat_map(each).collect()
}

/// One running call, counted until it is dropped.
struct Running(Arc<Counts>);

impl Running {
    fn one_more(counts: Arc<Counts>) -> Self {
        counts.running.fetch_add(1, Ordering::Relaxed);
        Self(counts)
    }

    fn ended(&self, reason: EndedReason) {
        if let Ok(mut ended) = self.0.ended.write() {
            *ended.entry(reason.as_str()).or_default() += 1;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::Relaxed);
    }
}
