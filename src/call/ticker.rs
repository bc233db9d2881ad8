//! The media threads: they tick the planes of all calls every 20 ms, on a monotonic clock, and do nothing else.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use super::plane::MediaPlane;
use crate::audio::FRAME;

/// A thread that is late by more than this many ticks does not catch up: the machine slept, and a burst of
/// old sound would help nobody.
const CATCH_UP_TICKS: u32 = 10;
/// How many planes may wait to be taken over by a thread.
const NEW_PLANES: usize = 1024;

/// The media threads of a process. Dropping it ends them; planes still running are dropped with them.
pub struct MediaThreads {
    threads: Vec<mpsc::SyncSender<MediaPlane>>,
    next: AtomicU64,
    counters: Arc<TickCounters>,
    stop: Arc<AtomicBool>,
}

/// What the media threads count.
#[derive(Debug, Default)]
pub struct TickCounters {
    /// Planes being ticked now.
    pub planes: AtomicU64,
    /// Ticks that began more than 20 ms late.
    pub late_ticks: AtomicU64,
    /// Ticks given up because the machine stood still.
    pub skipped_ticks: AtomicU64,
    /// Frames that a call was too slow to take.
    pub frames_dropped: AtomicU64,
}

/// The media threads could not be started, or take no more calls.
#[derive(Debug, thiserror::Error)]
pub enum TickerError {
    /// The system refused a thread.
    #[error("cannot start a media thread: {0}; check the limit on threads (ulimit -u)")]
    NoThread(std::io::Error),
    /// Too many calls arrived within one tick, or the threads have stopped.
    #[error("the media threads take no more calls now; the call must be refused")]
    Full,
}

impl MediaThreads {
    /// Starts `count` threads (at least one).
    pub fn start(count: usize) -> Result<Self, TickerError> {
        let counters = Arc::new(TickCounters::default());
        let stop = Arc::new(AtomicBool::new(false));
        let mut threads = Vec::new();
        for number in 0..count.max(1) {
            let (sender, receiver) = mpsc::sync_channel(NEW_PLANES);
            let (counters, stop) = (Arc::clone(&counters), Arc::clone(&stop));
            std::thread::Builder::new()
                .name(format!("media-{number}"))
                .spawn(move || run(&receiver, &counters, &stop))
                .map_err(TickerError::NoThread)?;
            threads.push(sender);
        }
        Ok(Self { threads, next: AtomicU64::new(0), counters, stop })
    }

    /// Ticks `plane` from now on, until its call is gone. The plane's clock begins at zero.
    pub fn add(&self, plane: MediaPlane) -> Result<(), TickerError> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed) as usize % self.threads.len();
        self.threads[turn].try_send(plane).map_err(|_| TickerError::Full)
    }

    /// What was counted so far.
    pub fn counters(&self) -> &TickCounters {
        &self.counters
    }
}

impl Drop for MediaThreads {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

struct Running {
    plane: MediaPlane,
    clock: Duration,
    dropped_before: u64,
}

fn run(arrivals: &mpsc::Receiver<MediaPlane>, counters: &TickCounters, stop: &AtomicBool) {
    let mut running: Vec<Running> = Vec::with_capacity(64);
    let mut due = Instant::now();
    while !stop.load(Ordering::Relaxed) {
        let now = Instant::now();
        if now < due {
            std::thread::sleep(due - now);
        } else if now - due > FRAME {
            counters.late_ticks.fetch_add(1, Ordering::Relaxed);
            let behind = u32::try_from((now - due).as_millis() / FRAME.as_millis()).unwrap_or(u32::MAX);
            if behind > CATCH_UP_TICKS {
                counters.skipped_ticks.fetch_add(u64::from(behind), Ordering::Relaxed);
                due = now;
            }
        }
        while let Ok(plane) = arrivals.try_recv() {
            running.push(Running { plane, clock: Duration::ZERO, dropped_before: 0 });
            counters.planes.fetch_add(1, Ordering::Relaxed);
        }
        running.retain_mut(|call| {
            let goes_on = call.plane.tick(call.clock);
            call.clock += FRAME;
            let dropped = call.plane.frames_dropped;
            if dropped > call.dropped_before {
                counters.frames_dropped.fetch_add(dropped - call.dropped_before, Ordering::Relaxed);
                call.dropped_before = dropped;
            }
            if !goes_on {
                counters.planes.fetch_sub(1, Ordering::Relaxed);
            }
            goes_on
        });
        due += FRAME;
    }
}
