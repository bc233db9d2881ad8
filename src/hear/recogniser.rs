//! A bounded pool of workers that turn utterances into words.

use std::cell::Cell;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::HearError;
use super::engine::{Engine, Priority, Recognised, Request};
use super::whisper::{WhisperEngine, WhisperModel};

/// How utterances are recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecogniserSettings {
    /// Whisper's model in ggml's layout.
    pub model: PathBuf,
    /// How many utterances are recognised at once.
    pub workers: usize,
    /// How many threads work on one utterance at most; fewer while the machine has other work.
    pub threads: usize,
    /// How many utterances of a class may wait.
    pub queue: usize,
}

impl RecogniserSettings {
    /// One worker on up to two cores, eight utterances waiting: what answers a single caller soonest.
    pub fn new(model: impl Into<PathBuf>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self { model: model.into(), workers: (cores / 2).max(1), threads: cores.min(2), queue: 8 }
    }
}

/// Makes a worker's engine; called once for each worker and again for each replacement.
type EngineMaker = dyn Fn() -> Result<Box<dyn Engine>, HearError> + Send + Sync;

/// Recognises utterances on its own threads. Cheap to clone; the threads end when the last clone is dropped.
#[derive(Clone)]
pub struct Recogniser {
    pool: Arc<Pool>,
}

impl Recogniser {
    /// Checks and loads the model, and starts the workers.
    ///
    /// # Errors
    /// [`HearError::NotWhisper`] when the file is no whisper model, [`HearError::Whisper`] when it cannot be loaded,
    /// [`HearError::Thread`] when the system gives no thread.
    pub fn start(settings: &RecogniserSettings) -> Result<Self, HearError> {
        let model = WhisperModel::load(&settings.model)?;
        let threads = settings.threads.max(1);
        let maker = move || WhisperEngine::new(&model, threads).map(|engine| Box::new(engine) as Box<dyn Engine>);
        Self::start_with(settings.workers, settings.queue, Arc::new(maker))
    }

    /// Starts `workers` workers with the engines that `maker` makes, and queues of `queue` utterances.
    ///
    /// # Errors
    /// Those of `maker`, and [`HearError::Thread`].
    pub fn start_with(workers: usize, queue: usize, maker: Arc<EngineMaker>) -> Result<Self, HearError> {
        let shared = Arc::new(Shared { waiting: Mutex::default(), arrived: Condvar::new(), queue: queue.max(1) });
        let mut pool = Pool { shared: shared.clone(), workers: Vec::new() };
        for number in 0..workers.max(1) {
            let (shared, maker) = (shared.clone(), maker.clone());
            let (ready, started) = std::sync::mpsc::sync_channel(1);
            let worker = std::thread::Builder::new()
                .name(format!("hear-{number}"))
                .spawn(move || work(&shared, &*maker, &ready))
                .map_err(HearError::Thread)?;
            pool.workers.push(worker);
            started.recv().unwrap_or(Err(HearError::WorkerDied))?;
        }
        Ok(Self { pool: Arc::new(pool) })
    }

    /// Recognises one utterance. The request is queued when this is called, not when the future is first polled;
    /// dropping the future withdraws the request.
    ///
    /// # Errors
    /// [`HearError::Busy`] at once when the queue is full, [`HearError::WorkerDied`] when the worker died over it,
    /// otherwise what the engine says.
    pub fn recognise(&self, request: Request) -> impl Future<Output = Result<Recognised, HearError>> + Send + use<> {
        let is_due = request.class == Priority::Bot;
        let queued = self.pool.shared.add(request, Due(Arc::new(AtomicBool::new(is_due))));
        async move { queued?.await.unwrap_or(Err(HearError::WorkerDied)) }
    }

    /// The same for what a caller has said so far, who may yet speak on: it goes behind every utterance that is due, and
    /// gives way to one that comes while it is being worked on, until it is itself made [due](Due::now).
    ///
    /// # Errors
    /// Those of [`recognise`](Self::recognise).
    pub fn recognise_ahead(
        &self,
        request: Request,
    ) -> (Due, impl Future<Output = Result<Recognised, HearError>> + Send + use<>) {
        let due = Due::default();
        let queued = self.pool.shared.add(request, due.clone());
        (due, async move { queued?.await.unwrap_or(Err(HearError::WorkerDied)) })
    }

    /// How many utterances wait, of both classes.
    pub fn waiting(&self) -> usize {
        let waiting = self.pool.shared.lock();
        waiting.bot.len() + waiting.bridged.len()
    }
}

/// Makes an utterance that was recognised ahead of need one that somebody waits for.
#[derive(Debug, Clone, Default)]
pub struct Due(Arc<AtomicBool>);

impl Due {
    /// From now on somebody waits for it.
    pub fn now(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_now(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The threads, joined when dropped.
struct Pool {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
}

impl Drop for Pool {
    fn drop(&mut self) {
        let withdrawn = {
            let mut waiting = self.shared.lock();
            waiting.stopped = true;
            let mut withdrawn = std::mem::take(&mut waiting.bot);
            withdrawn.append(&mut waiting.bridged);
            withdrawn
        };
        self.shared.arrived.notify_all();
        for job in withdrawn {
            job.answer(Err(HearError::Stopped));
        }
        for worker in self.workers.drain(..) {
            let _panics_were_caught = worker.join();
        }
    }
}

/// What callers and workers share.
struct Shared {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
    queue: usize,
}

#[derive(Default)]
struct Waiting {
    bot: VecDeque<Job>,
    bridged: VecDeque<Job>,
    stopped: bool,
}

struct Job {
    request: Request,
    due: Due,
    answer: oneshot::Sender<Result<Recognised, HearError>>,
}

impl Job {
    fn answer(self, result: Result<Recognised, HearError>) {
        // Nobody may be waiting any more: the caller hung up, or spoke on.
        let _ = self.answer.send(result);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, request: Request, due: Due) -> Result<oneshot::Receiver<Result<Recognised, HearError>>, HearError> {
        let (answer, receiver) = oneshot::channel();
        let mut shed = None;
        {
            let mut waiting = self.lock();
            if waiting.stopped {
                return Err(HearError::Stopped);
            }
            waiting.bot.retain(|job| !job.answer.is_closed());
            waiting.bridged.retain(|job| !job.answer.is_closed());
            let job = Job { request, due, answer };
            let in_all = waiting.bot.len() + waiting.bridged.len();
            match job.request.class {
                Priority::Bot if waiting.bot.len() >= self.queue => return Err(HearError::Busy { waiting: in_all }),
                Priority::Bridged if in_all >= self.queue => return Err(HearError::Busy { waiting: in_all }),
                Priority::Bot => {
                    if in_all >= self.queue {
                        shed = waiting.bridged.pop_back();
                    }
                    waiting.bot.push_back(job);
                }
                Priority::Bridged => waiting.bridged.push_back(job),
            }
            if let Some(shed) = shed.take() {
                shed.answer(Err(HearError::Busy { waiting: in_all }));
            }
        }
        self.arrived.notify_one();
        Ok(receiver)
    }

    /// The next utterance that somebody still waits for; `None` when the pool stops.
    fn take(&self) -> Option<Job> {
        let mut waiting = self.lock();
        loop {
            if waiting.stopped {
                return None;
            }
            let due = waiting.bot.iter().position(|job| job.due.is_now()).unwrap_or(0);
            let next = waiting.bot.remove(due).or_else(|| waiting.bridged.pop_front());
            match next {
                Some(job) if job.answer.is_closed() => {}
                Some(job) => return Some(job),
                None => waiting = self.arrived.wait(waiting).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}

impl Shared {
    /// Whether an utterance waits that somebody waits for.
    fn has_due(&self) -> bool {
        self.lock().bot.iter().any(|job| job.due.is_now() && !job.answer.is_closed())
    }

    /// Puts back what gave way: it is the first of its kind.
    fn put_back(&self, job: Job) {
        let mut waiting = self.lock();
        if waiting.stopped {
            drop(waiting);
            return job.answer(Err(HearError::Stopped));
        }
        match job.request.class {
            Priority::Bot => waiting.bot.push_front(job),
            Priority::Bridged => waiting.bridged.push_front(job),
        }
    }
}

/// How long a worker waits before it tries again to make an engine in place of one that died.
const BEFORE_RETRY: Duration = Duration::from_secs(1);

/// A worker's life: make an engine, tell whether that went well, then recognise until the pool stops. An engine that
/// panics is thrown away with whatever state it was in, and a new one made.
fn work(shared: &Shared, maker: &EngineMaker, ready: &std::sync::mpsc::SyncSender<Result<(), HearError>>) {
    let mut engine = match maker() {
        Ok(engine) => {
            let _started = ready.send(Ok(()));
            Some(engine)
        }
        Err(error) => {
            let _started = ready.send(Err(error));
            return;
        }
    };
    while let Some(job) = shared.take() {
        if engine.is_none() {
            engine = maker().inspect_err(|error| tracing::error!(%error, "cannot replace a recogniser's engine")).ok();
        }
        let Some(working) = engine.as_mut() else {
            job.answer(Err(HearError::WorkerDied));
            std::thread::sleep(BEFORE_RETRY);
            continue;
        };
        let began = Instant::now();
        let gave_way = Cell::new(false);
        let is_wanted = || {
            let gives_way = !job.due.is_now() && shared.has_due();
            gave_way.set(gave_way.get() || gives_way);
            !gives_way && !job.answer.is_closed()
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| working.recognise(&job.request, &is_wanted)));
        match outcome {
            Ok(_) if gave_way.get() => shared.put_back(job),
            Ok(result) => {
                job.answer(result.map(|recognised| Recognised { recognition: began.elapsed(), ..recognised }))
            }
            Err(_) => {
                tracing::error!("a recogniser's worker died over an utterance; it is replaced");
                engine = None;
                job.answer(Err(HearError::WorkerDied));
            }
        }
    }
}

#[cfg(test)]
mod tests;
