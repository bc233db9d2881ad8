//! The threads that speak: a bounded queue, fresh replies before what is made ahead, and a worker that
//! dies is replaced.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::SpeakError;
use super::cache::{Cache, ClauseKey};
use super::voice::{Voice, finish};
use crate::audio::{Hertz, Sound};

/// One clause to be made.
pub(super) struct Job {
    pub(super) key: ClauseKey,
    /// Which of the voices.
    pub(super) voice: usize,
    pub(super) text: String,
    pub(super) pace: f32,
    pub(super) rate: Hertz,
    /// When it will be heard if nothing goes wrong: of two fresh clauses the one that is wanted sooner is
    /// made first, so that the end of a long reply does not delay the beginning of another.
    pub(super) wanted_by: Instant,
    pub(super) answer: Box<dyn Answer>,
}

/// Who waits for a clause.
pub(super) trait Answer: Send {
    /// Whether anybody still does.
    fn is_wanted(&self) -> bool;
    /// Takes the clause.
    fn give(self: Box<Self>, made: Result<Made, SpeakError>);
}

/// A clause as it comes from the pool.
pub(super) struct Made {
    pub(super) sound: Arc<Sound>,
    /// How long it took; zero if it had been made already.
    pub(super) synthesis: Duration,
}

/// How urgent a clause is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Urgency {
    /// Somebody is waiting to hear it.
    Fresh,
    /// It is made ahead, for the cache on disk.
    Ahead,
}

/// What one worker speaks with, by number of the voice.
pub(super) type Voices = Vec<Box<dyn Voice>>;

/// Makes a worker's voices.
pub(super) type LoadVoices = Arc<dyn Fn() -> Result<Voices, SpeakError> + Send + Sync>;

/// The worker threads and their queue.
pub(super) struct Pool {
    queue: Arc<Queue>,
    threads: Vec<JoinHandle<()>>,
}

struct Queue {
    waiting: Mutex<Waiting>,
    ready: Condvar,
    limit: usize,
    cache: Arc<Cache>,
    counters: Arc<Counters>,
}

#[derive(Default)]
struct Waiting {
    /// By when they are wanted, then in order of arrival.
    fresh: BTreeMap<(Instant, u64), Job>,
    ahead: VecDeque<Job>,
    arrivals: u64,
    closed: bool,
    /// Voices that every worker is to have ready, by number.
    to_load: BTreeSet<usize>,
    /// Workers that have their voices, or are loading them; not those that failed to.
    able: usize,
}

/// What the pool has done since the start.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) made: AtomicU64,
    pub(super) failed: AtomicU64,
    pub(super) deaths: AtomicU64,
}

/// How long a worker waits before it tries again to load voices that could not be loaded.
const LOAD_AGAIN_AFTER: Duration = Duration::from_secs(5);

impl Pool {
    /// Starts `workers` threads that each load their voices, and waits until all have them. At most `limit`
    /// clauses of either urgency wait.
    pub(super) fn start(
        workers: usize,
        limit: usize,
        load: LoadVoices,
        cache: Arc<Cache>,
        counters: Arc<Counters>,
    ) -> Result<Self, SpeakError> {
        let workers = workers.max(1);
        let queue = Arc::new(Queue {
            waiting: Mutex::new(Waiting { able: workers, ..Waiting::default() }),
            ready: Condvar::new(),
            limit,
            cache,
            counters,
        });
        let mut pool = Self { queue, threads: Vec::new() };
        let (loaded, outcomes) = mpsc::channel();
        for number in 0..workers {
            let (queue, load, loaded) = (pool.queue.clone(), load.clone(), loaded.clone());
            let thread = std::thread::Builder::new()
                .name(format!("speak-{number}"))
                .spawn(move || work(&queue, &load, loaded))
                .map_err(|error| SpeakError::Synthesis(format!("no thread can be started: {error}")))?;
            pool.threads.push(thread);
        }
        drop(loaded);
        for outcome in outcomes {
            outcome?;
        }
        Ok(pool)
    }

    /// Puts all of `jobs` in the queue, or gives back why none was. One text may go beyond the limit, so that
    /// a long one is not refused for ever; how long it may be is bounded elsewhere.
    pub(super) fn push(&self, jobs: Vec<Job>, urgency: Urgency) -> Result<(), (SpeakError, Vec<Job>)> {
        let mut waiting = self.queue.lock();
        if waiting.closed || waiting.able == 0 {
            return Err((SpeakError::NotRunning, jobs));
        }
        let length = match urgency {
            Urgency::Fresh => waiting.fresh.len(),
            Urgency::Ahead => waiting.ahead.len(),
        };
        if length >= self.queue.limit {
            return Err((SpeakError::Busy { waiting: length }, jobs));
        }
        for job in jobs {
            waiting.arrivals += 1;
            let place = (job.wanted_by, waiting.arrivals);
            match urgency {
                Urgency::Fresh => drop(waiting.fresh.insert(place, job)),
                Urgency::Ahead => waiting.ahead.push_back(job),
            }
        }
        drop(waiting);
        self.queue.ready.notify_all();
        Ok(())
    }

    /// How many clauses wait: fresh, and ahead.
    pub(super) fn waiting(&self) -> (usize, usize) {
        let waiting = self.queue.lock();
        (waiting.fresh.len(), waiting.ahead.len())
    }

    /// Has every worker load what the voice has not loaded yet, as soon as nobody waits for a fresh clause.
    pub(super) fn load(&self, voice: usize) {
        self.queue.lock().to_load.insert(voice);
        self.queue.ready.notify_all();
    }

    /// How many workers can speak.
    pub(super) fn able(&self) -> usize {
        self.queue.lock().able
    }
}

impl Drop for Pool {
    /// Ends the threads, each after the clause it is at; what still waits is answered with an error.
    fn drop(&mut self) {
        let left: Vec<Job> = {
            let mut waiting = self.queue.lock();
            waiting.closed = true;
            waiting.take_all()
        };
        self.queue.ready.notify_all();
        for job in left {
            job.answer.give(Err(SpeakError::NotRunning));
        }
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a speaking thread did not end in order");
            }
        }
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a worker that has `loaded` is to do next, or `None` once the pool is closed.
    fn take(&self, loaded: &BTreeSet<usize>) -> Option<Next> {
        let mut waiting = self.lock();
        loop {
            if waiting.closed {
                return None;
            }
            if let Some((_, job)) = waiting.fresh.pop_first() {
                return Some(Next::Make(job, Urgency::Fresh));
            }
            if let Some(voice) = waiting.to_load.difference(loaded).next() {
                return Some(Next::Load(*voice));
            }
            if let Some(job) = waiting.ahead.pop_front() {
                return Some(Next::Make(job, Urgency::Ahead));
            }
            waiting = self.ready.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A worker has its voices again.
    fn enter(&self) {
        self.lock().able += 1;
    }

    /// A worker has lost its voices. When it was the last one, whoever waits is told.
    fn leave(&self) {
        let mut left = Vec::new();
        {
            let mut waiting = self.lock();
            waiting.able = waiting.able.saturating_sub(1);
            if waiting.able == 0 {
                left = waiting.take_all();
            }
        }
        for job in left {
            job.answer.give(Err(SpeakError::NotRunning));
        }
    }

    /// Waits before voices are loaded again; `false` once the pool is closed.
    fn wait_to_load_again(&self) -> bool {
        let until = Instant::now() + LOAD_AGAIN_AFTER;
        let mut waiting = self.lock();
        while !waiting.closed {
            let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) else {
                return true;
            };
            waiting = self.ready.wait_timeout(waiting, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        false
    }
}

impl Waiting {
    fn take_all(&mut self) -> Vec<Job> {
        let fresh = std::mem::take(&mut self.fresh).into_values();
        fresh.chain(std::mem::take(&mut self.ahead)).collect()
    }
}

/// The life of a worker thread. A panic ends the voices it had, not the thread: it loads new ones and goes on.
fn work(queue: &Queue, load: &LoadVoices, first_load: mpsc::Sender<Result<(), SpeakError>>) {
    let loaded = load_voices(load);
    // Nobody listens any more if another worker has failed already.
    let _ = first_load.send(loaded.as_ref().map(|_| ()).map_err(Clone::clone));
    drop(first_load);
    let Ok(mut voices) = loaded else { return };
    while serve(queue, &mut voices) == Ended::VoiceDied {
        queue.counters.deaths.fetch_add(1, Ordering::Relaxed);
        tracing::error!("a voice died while it spoke; it is being started again");
        voices.clear();
        let Some(loaded) = load_again(queue, load) else { return };
        voices = loaded;
    }
}

fn load_voices(load: &LoadVoices) -> Result<Voices, SpeakError> {
    catch_unwind(AssertUnwindSafe(|| load())).unwrap_or(Err(SpeakError::WorkerDied))
}

/// Loads voices until it succeeds; `None` once the pool is closed.
fn load_again(queue: &Queue, load: &LoadVoices) -> Option<Voices> {
    let mut has_left = false;
    loop {
        match load_voices(load) {
            Ok(voices) => {
                if has_left {
                    queue.enter();
                }
                return Some(voices);
            }
            Err(error) => {
                tracing::error!(%error, "a voice cannot be started again; it is tried again soon");
                if !has_left {
                    queue.leave();
                    has_left = true;
                }
                if !queue.wait_to_load_again() {
                    return None;
                }
            }
        }
    }
}

/// What a worker does next.
enum Next {
    Make(Job, Urgency),
    Load(usize),
}

/// Why a worker stopped making clauses.
#[derive(PartialEq, Eq)]
enum Ended {
    PoolClosed,
    VoiceDied,
}

/// Makes clauses until the pool is closed or a voice panics.
fn serve(queue: &Queue, voices: &mut Voices) -> Ended {
    let mut loaded = BTreeSet::new();
    while let Some(next) = queue.take(&loaded) {
        let (job, urgency) = match next {
            Next::Make(job, urgency) => (job, urgency),
            Next::Load(voice) => {
                loaded.insert(voice);
                if !survives_load(voices, voice) {
                    return Ended::VoiceDied;
                }
                continue;
            }
        };
        if !job.answer.is_wanted() {
            continue;
        }
        let Job { key, voice, text, pace, rate, answer, .. } = job;
        let made = catch_unwind(AssertUnwindSafe(|| make(queue, voices, (&key, voice, &text, pace, rate), urgency)));
        match made {
            Ok(made) => {
                let counter = if made.is_ok() { &queue.counters.made } else { &queue.counters.failed };
                counter.fetch_add(1, Ordering::Relaxed);
                answer.give(made);
            }
            Err(_panic) => {
                queue.counters.failed.fetch_add(1, Ordering::Relaxed);
                answer.give(Err(SpeakError::WorkerDied));
                return Ended::VoiceDied;
            }
        }
    }
    Ended::PoolClosed
}

/// Has a voice load what it needs; `false` if it died of it. One that cannot is told in the log, and again to whoever
/// wants to hear it.
fn survives_load(voices: &mut Voices, voice: usize) -> bool {
    let Some(voice) = voices.get_mut(voice) else { return true };
    let loaded = catch_unwind(AssertUnwindSafe(|| voice.load()));
    if let Ok(Err(error)) = &loaded {
        tracing::error!(%error, "a voice cannot be made ready");
    }
    loaded.is_ok()
}

fn make(
    queue: &Queue,
    voices: &mut Voices,
    (key, voice, text, pace, rate): (&ClauseKey, usize, &str, f32, Hertz),
    urgency: Urgency,
) -> Result<Made, SpeakError> {
    let cache = &queue.cache;
    // It may have been made since it was asked for.
    let (sound, synthesis) = match cache.in_memory(key) {
        Some(sound) => (sound, Duration::ZERO),
        None => {
            let begun = Instant::now();
            let voice = voices.get_mut(voice).ok_or(SpeakError::NotRunning)?;
            let sound = Arc::new(finish(&voice.speak(text, pace)?, rate)?);
            cache.keep_in_memory(*key, &sound);
            (sound, begun.elapsed())
        }
    };
    if urgency == Urgency::Ahead && !cache.is_on_disk(key) {
        cache.keep_on_disk(*key, &sound);
    }
    Ok(Made { sound, synthesis })
}
