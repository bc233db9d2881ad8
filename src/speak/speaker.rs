//! The one who speaks: texts in, clauses of sound out, from the cache or from the pool of voices.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc as std_mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use futures::stream::{FuturesUnordered, StreamExt};
use tokio::sync::{mpsc, oneshot};

use super::SpeakError;
use super::assembly::{Assembly, Place};
use super::cache::{Cache, ClauseKey};
use super::clauses::{ClauseText, clauses, expected_length};
use super::kokoro::{KokoroModels, KokoroVoice};
use super::languages::by_language;
use super::lead_in::{Parted, part_at_lead_in};
use super::piper::{PiperFiles, PiperVoice};
use super::pool::{Answer, Counters, Job, LoadVoices, Made, Pool, Urgency};
use super::settings::{SpeakSettings, VoiceModel, VoiceSettings};
use super::utterance::{Clause, Utterance};
use super::voice::Voice;
use crate::audio::Hertz;
use crate::words::{Language, aloud};

/// What came of [`Speaker::prepare`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prepared {
    /// Clauses that were on disk already.
    pub cached: usize,
    /// Clauses that were made.
    pub made: usize,
    /// Why clauses or whole utterances could not be made; they are made when they are said, if they can be.
    pub failures: Vec<SpeakError>,
}

/// How the speaker is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SpeakerGauges {
    /// Clauses of fresh replies that wait.
    pub waiting: usize,
    /// Clauses made ahead that wait.
    pub waiting_ahead: usize,
    /// Workers that can speak now.
    pub workers: usize,
    /// Clauses made since the start.
    pub made: u64,
    /// Clauses that failed since the start.
    pub failed: u64,
    /// Clauses that came from the cache since the start.
    pub from_cache: u64,
    /// Utterances refused because too much was waiting.
    pub refused: u64,
    /// Workers that died and were replaced.
    pub deaths: u64,
    /// Clauses on disk.
    pub cached: usize,
    /// Bytes on disk.
    pub cached_bytes: u64,
    /// Clauses that could not be kept on disk.
    pub cache_write_failures: u64,
}

/// Speaks. Clones share the voices; the last one to go ends their threads.
#[derive(Clone)]
pub struct Speaker {
    inner: Arc<Inner>,
}

struct Inner {
    voices: Vec<KnownVoice>,
    longest_text: usize,
    workers: usize,
    cache: Arc<Cache>,
    counters: Arc<Counters>,
    from_cache: Arc<AtomicU64>,
    refused: AtomicU64,
    /// Utterances of which something is on disk; gone when the speaker stops.
    to_reader: Option<std_mpsc::SyncSender<Reading>>,
    reader: Option<JoinHandle<()>>,
    pool: Arc<Pool>,
}

/// A clause, and what its voice is given to say.
struct Spoken {
    clause: ClauseText,
    text: String,
    voice: usize,
}

struct KnownVoice {
    name: String,
    /// Whether it takes a good part of the time that its sound lasts.
    is_slow: bool,
    language: Language,
    hash: [u8; 32],
}

/// An utterance of which some clauses are to be read from disk, and may turn out not to be there.
struct Reading {
    assembly: Arc<Assembly>,
    clauses: Vec<(usize, Ingredients)>,
}

/// What a clause is made of.
#[derive(Clone)]
struct Ingredients {
    key: ClauseKey,
    voice: usize,
    text: String,
    pace: f32,
    rate: Hertz,
    /// How long after the utterance was asked for it will be wanted, at the earliest.
    wanted_after: Duration,
}

impl Ingredients {
    fn job(self, asked: Instant, answer: Box<dyn Answer>) -> Job {
        let Self { key, voice, text, pace, rate, wanted_after } = self;
        Job { key, voice, text, pace, rate, wanted_by: asked + wanted_after, answer }
    }
}

/// When what is made ahead is wanted at the earliest: whatever is asked for within this time goes before it.
const LATER: Duration = Duration::from_millis(800);

/// The slowest and the fastest pace.
const PACES: std::ops::RangeInclusive<f32> = 0.5..=2.0;

impl Speaker {
    /// Loads the voices and starts the threads. Takes seconds: call it from a thread that may wait.
    /// [`crate::onnx::init_onnx_runtime`] must have been called.
    ///
    /// # Errors
    /// Any voice that cannot be used, by file and reason. A cache folder that cannot be used is a warning.
    pub fn start(settings: SpeakSettings) -> Result<Self, SpeakError> {
        let mut known = Vec::new();
        for voice in &settings.voices {
            let (hash, own_language) = match &voice.model {
                VoiceModel::Piper(model) => {
                    let files = PiperFiles::new(model);
                    (files.hash()?, files.language())
                }
                VoiceModel::Kokoro(files) => (files.hash()?, files.language()),
            };
            let language = voice.language.map_or(own_language, Ok)?;
            let is_slow = matches!(voice.model, VoiceModel::Kokoro(_));
            known.push(KnownVoice { name: voice.name.clone(), is_slow, language, hash });
        }
        let (threads, wanted) = (settings.threads.max(1), settings.voices.clone());
        let load: LoadVoices = Arc::new(move || {
            let mut models = KokoroModels::default();
            let mut load_one = |voice: &VoiceSettings| -> Result<Box<dyn Voice>, SpeakError> {
                Ok(match &voice.model {
                    VoiceModel::Piper(model) => Box::new(PiperVoice::load(&PiperFiles::new(model), threads)?),
                    VoiceModel::Kokoro(files) => Box::new(KokoroVoice::open(files, threads, &mut models)?),
                })
            };
            wanted.iter().map(&mut load_one).collect()
        });
        Self::start_with(settings, known, load)
    }

    fn start_with(settings: SpeakSettings, voices: Vec<KnownVoice>, load: LoadVoices) -> Result<Self, SpeakError> {
        if voices.is_empty() {
            return Err(SpeakError::NoVoices);
        }
        let mut names = HashSet::new();
        if let Some(twice) = voices.iter().find(|voice| !names.insert(voice.name.as_str())) {
            return Err(SpeakError::SameName(twice.name.clone()));
        }
        let cache = Cache::open(settings.memory_bytes, settings.cache.as_deref(), settings.cache_bytes);
        let (cache, counters) = (Arc::new(cache), Arc::new(Counters::default()));
        let workers = settings.workers.max(1);
        let pool = Arc::new(Pool::start(workers, settings.queue, load, cache.clone(), counters.clone())?);
        let from_cache = Arc::new(AtomicU64::new(0));
        let (to_reader, readings) = std_mpsc::sync_channel(settings.queue.max(1));
        let (reader_cache, reader_pool, reader_count) = (cache.clone(), pool.clone(), from_cache.clone());
        let reader = std::thread::Builder::new()
            .name("speak-cache".to_owned())
            .spawn(move || read_from_disk(&readings, &reader_cache, &reader_pool, &reader_count))
            .map_err(|error| SpeakError::Synthesis(format!("no thread can be started: {error}")))?;
        let inner = Inner {
            voices,
            longest_text: settings.longest_text,
            workers,
            cache,
            counters,
            from_cache,
            refused: AtomicU64::new(0),
            to_reader: Some(to_reader),
            reader: Some(reader),
            pool,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Says `utterance`: its clauses come in order, the first as soon as it is ready; then the channel
    /// closes. An error is the last thing to come. Never blocks. Dropping the receiver takes back what is
    /// still to be made.
    ///
    /// # Errors (through the channel)
    /// [`SpeakError::Busy`] at once if too much is waiting, [`SpeakError::TooLong`],
    /// [`SpeakError::NoVoiceFor`], [`SpeakError::UnknownVoice`], or what became of the voice.
    pub fn say(&self, utterance: Utterance) -> mpsc::Receiver<Result<Clause, SpeakError>> {
        self.begin(utterance, Duration::ZERO)
    }

    /// As [`say`](Self::say), for what may be wanted soon and may not: `None` where it has been made already or others wait
    /// for their replies, and behind whatever is asked for in the meantime.
    pub fn say_ahead(&self, utterance: Utterance) -> Option<mpsc::Receiver<Result<Clause, SpeakError>>> {
        let (waiting, _) = self.inner.pool.waiting();
        let is_idle = waiting == 0 && self.inner.pool.able() > 0;
        (is_idle && self.check(&utterance).is_ok() && !self.cached(&utterance)).then(|| self.begin(utterance, LATER))
    }

    fn begin(&self, utterance: Utterance, wanted_after: Duration) -> mpsc::Receiver<Result<Clause, SpeakError>> {
        let clauses = match self.check(&utterance) {
            Ok(voice) => {
                let mut clauses = self.spoken_clauses(&utterance, voice);
                self.begin_at_once(&mut clauses, &utterance);
                clauses
            }
            Err(error) => {
                let (assembly, listener) = Assembly::new(Vec::new());
                assembly.fail(error);
                return listener;
            }
        };
        let (assembly, listener) = Assembly::new(clauses.iter().map(|spoken| spoken.clause.clone()).collect());
        let (mut to_read, mut to_make) = (Vec::new(), Vec::new());
        let mut wanted_after = wanted_after;
        for (place, Spoken { clause, text, voice }) in clauses.into_iter().enumerate() {
            let spoken_for = expected_length(&clause.text) + clause.pause_after;
            let ingredients = Ingredients { wanted_after, ..self.ingredients(text, voice, &utterance) };
            wanted_after += spoken_for;
            if let Some(sound) = self.inner.cache.in_memory(&ingredients.key) {
                self.inner.from_cache.fetch_add(1, Ordering::Relaxed);
                assembly.give(place, sound, None);
            } else if self.inner.cache.is_on_disk(&ingredients.key) {
                to_read.push((place, ingredients));
            } else {
                to_make.push((place, ingredients));
            }
        }
        self.make(&assembly, to_make);
        if !to_read.is_empty() && assembly.is_wanted() {
            self.read(assembly, to_read);
        }
        listener
    }

    /// Whether every clause of `utterance` has been made already. Does not touch the disk.
    pub fn cached(&self, utterance: &Utterance) -> bool {
        let Ok(voice) = self.check(utterance) else { return false };
        self.spoken_clauses(utterance, voice).into_iter().all(|spoken| {
            let key = self.ingredients(spoken.text, spoken.voice, utterance).key;
            self.inner.cache.contains(&key)
        })
    }

    /// Makes `utterances` ahead and keeps them on disk, behind whatever is being said to callers. `progress`
    /// is told how many clauses are done, and of how many. What cannot be made is in the outcome, and the
    /// rest is made all the same.
    ///
    /// # Errors
    /// [`SpeakError::NotRunning`] if no voice runs any more.
    pub async fn prepare(
        &self,
        utterances: &[Utterance],
        mut progress: impl FnMut(usize, usize),
    ) -> Result<Prepared, SpeakError> {
        let mut prepared = Prepared::default();
        let mut missing = Vec::new();
        let mut seen = HashSet::new();
        for utterance in utterances {
            let voice = match self.check(utterance) {
                Ok(voice) => voice,
                Err(error) => {
                    prepared.failures.push(error);
                    continue;
                }
            };
            for Spoken { text, voice, .. } in self.spoken_clauses(utterance, voice) {
                self.inner.pool.load(voice);
                let ingredients = self.ingredients(text, voice, utterance);
                if !seen.insert(ingredients.key) {
                    continue;
                }
                if self.inner.cache.is_on_disk(&ingredients.key) {
                    prepared.cached += 1;
                } else {
                    missing.push(ingredients);
                }
            }
        }
        let total = seen.len();
        let mut done = prepared.cached;
        progress(done, total);
        // A few at a time, so that every worker has one in hand and one in view.
        let window = 2 * self.inner.workers;
        let mut missing = missing.into_iter();
        let mut under_way = FuturesUnordered::new();
        loop {
            while under_way.len() < window
                && let Some(ingredients) = missing.next()
            {
                under_way.push(self.make_ahead(ingredients));
            }
            let Some(outcome) = under_way.next().await else { break };
            match outcome {
                Ok(()) => prepared.made += 1,
                Err(SpeakError::NotRunning) => return Err(SpeakError::NotRunning),
                Err(error) => prepared.failures.push(error),
            }
            done += 1;
            progress(done, total);
        }
        Ok(prepared)
    }

    /// How the speaker is doing.
    pub fn gauges(&self) -> SpeakerGauges {
        let inner = &self.inner;
        let (waiting, waiting_ahead) = inner.pool.waiting();
        let (cached, cached_bytes) = inner.cache.on_disk();
        SpeakerGauges {
            waiting,
            waiting_ahead,
            workers: inner.pool.able(),
            made: inner.counters.made.load(Ordering::Relaxed),
            failed: inner.counters.failed.load(Ordering::Relaxed),
            from_cache: inner.from_cache.load(Ordering::Relaxed),
            refused: inner.refused.load(Ordering::Relaxed),
            deaths: inner.counters.deaths.load(Ordering::Relaxed),
            cached,
            cached_bytes,
            cache_write_failures: inner.cache.write_failures(),
        }
    }

    /// The languages that can be spoken.
    pub fn languages(&self) -> Vec<Language> {
        let mut languages: Vec<Language> = self.inner.voices.iter().map(|voice| voice.language).collect();
        languages.sort();
        languages.dedup();
        languages
    }

    /// Whether the voice of `language` takes a good part of the time that its sound lasts, so that its prompts are
    /// better made behind the calls than before the first one.
    pub fn is_slow(&self, language: Language) -> bool {
        self.inner.voices.iter().find(|voice| voice.language == language).is_some_and(|voice| voice.is_slow)
    }

    /// Whether it can be said at all, and with which voice.
    fn check(&self, utterance: &Utterance) -> Result<usize, SpeakError> {
        let length = utterance.text.chars().count();
        let most = self.inner.longest_text;
        if length > most {
            return Err(SpeakError::TooLong { length, most });
        }
        let voices = &self.inner.voices;
        match &utterance.voice {
            Some(name) => voices
                .iter()
                .position(|voice| voice.name == *name)
                .ok_or_else(|| SpeakError::UnknownVoice(name.clone())),
            None => voices
                .iter()
                .position(|voice| voice.language == utterance.language)
                .ok_or(SpeakError::NoVoiceFor(utterance.language)),
        }
    }

    /// The clauses of `utterance` and the voice of each: `voice`, or another where words are of another language.
    fn spoken_clauses(&self, utterance: &Utterance, voice: usize) -> Vec<Spoken> {
        let clauses = clauses(&utterance.text, utterance.language);
        let spoken = |clause: ClauseText, voice| Spoken { text: clause.text.clone(), clause, voice };
        if utterance.voice.is_some() {
            return clauses.into_iter().map(|clause| spoken(clause, voice)).collect();
        }
        let of_language = |language| self.inner.voices.iter().position(|voice| voice.language == language);
        let clauses = clauses.into_iter().flat_map(|clause| by_language(clause, utterance.language));
        clauses.map(|(clause, language)| spoken(clause, of_language(language).unwrap_or(voice))).collect()
    }

    /// Parts the clause that is heard first, if its voice is slow and what it begins with was made ahead.
    fn begin_at_once(&self, clauses: &mut Vec<Spoken>, utterance: &Utterance) {
        let is_there = |spoken: &Spoken| {
            self.inner.cache.contains(&self.ingredients(spoken.text.clone(), spoken.voice, utterance).key)
        };
        let Some(place) = clauses.iter().position(|spoken| !is_there(spoken)) else { return };
        let heard_before: Duration = clauses[..place].iter().map(|spoken| expected_length(&spoken.text)).sum();
        let voice = clauses[place].voice;
        if !self.inner.voices[voice].is_slow || heard_before > expected_length(&clauses[place].text) {
            return;
        }
        let is_made = |text: &str| self.inner.cache.contains(&self.ingredients(text.to_owned(), voice, utterance).key);
        let spoken = aloud(&clauses[place].text, self.inner.voices[voice].language);
        let Some(Parted { begin, rest }) = part_at_lead_in(&clauses[place].clause, &spoken, is_made) else { return };
        let parted = [begin, rest].map(|(clause, text)| Spoken { clause, text, voice });
        let _whole: Vec<Spoken> = clauses.splice(place..=place, parted).collect();
    }

    fn ingredients(&self, text: String, voice: usize, utterance: &Utterance) -> Ingredients {
        let text = aloud(&text, self.inner.voices[voice].language);
        let pace = if utterance.pace.is_nan() { 1.0 } else { utterance.pace.clamp(*PACES.start(), *PACES.end()) };
        let key = ClauseKey::new(&self.inner.voices[voice].hash, &text, pace, utterance.rate);
        Ingredients { key, voice, text, pace, rate: utterance.rate, wanted_after: Duration::ZERO }
    }

    fn make(&self, assembly: &Arc<Assembly>, clauses: Vec<(usize, Ingredients)>) {
        if let Err(error) = push(&self.inner.pool, assembly, clauses) {
            if matches!(error, SpeakError::Busy { .. }) {
                self.inner.refused.fetch_add(1, Ordering::Relaxed);
            }
            assembly.fail(error);
        }
    }

    fn read(&self, assembly: Arc<Assembly>, clauses: Vec<(usize, Ingredients)>) {
        let waiting = clauses.len();
        let Some(to_reader) = &self.inner.to_reader else { return };
        if to_reader.try_send(Reading { assembly: assembly.clone(), clauses }).is_err() {
            self.inner.refused.fetch_add(1, Ordering::Relaxed);
            assembly.fail(SpeakError::Busy { waiting });
        }
    }

    async fn make_ahead(&self, ingredients: Ingredients) -> Result<(), SpeakError> {
        let (done, made) = oneshot::channel();
        let job = ingredients.job(Instant::now(), Box::new(Ahead { done }));
        self.inner.pool.push(vec![job], Urgency::Ahead).map_err(|(error, _)| error)?;
        made.await.unwrap_or(Err(SpeakError::NotRunning))
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.to_reader = None;
        if let Some(reader) = self.reader.take()
            && reader.join().is_err()
        {
            tracing::error!("the thread that reads cached prompts did not end in order");
        }
    }
}

fn push(pool: &Pool, assembly: &Arc<Assembly>, clauses: Vec<(usize, Ingredients)>) -> Result<(), SpeakError> {
    if clauses.is_empty() {
        return Ok(());
    }
    let asked = Instant::now();
    let jobs = clauses
        .into_iter()
        .map(|(place, ingredients)| ingredients.job(asked, Box::new(Place { assembly: assembly.clone(), place })));
    pool.push(jobs.collect(), Urgency::Fresh).map_err(|(error, _)| error)
}

/// The thread that reads cached clauses, so that neither a call nor a voice waits for the disk.
fn read_from_disk(readings: &std_mpsc::Receiver<Reading>, cache: &Cache, pool: &Pool, from_cache: &AtomicU64) {
    while let Ok(Reading { assembly, clauses }) = readings.recv() {
        for (place, ingredients) in clauses {
            if !assembly.is_wanted() {
                break;
            }
            match cache.read(&ingredients.key) {
                Some(sound) => {
                    from_cache.fetch_add(1, Ordering::Relaxed);
                    assembly.give(place, sound, None);
                }
                None => {
                    if let Err(error) = push(pool, &assembly, vec![(place, ingredients)]) {
                        assembly.fail(error);
                    }
                }
            }
        }
    }
}

/// A clause that nobody waits to hear.
struct Ahead {
    done: oneshot::Sender<Result<(), SpeakError>>,
}

impl Answer for Ahead {
    fn is_wanted(&self) -> bool {
        !self.done.is_closed()
    }

    fn give(self: Box<Self>, made: Result<Made, SpeakError>) {
        // Whoever prepares may have given up meanwhile.
        let _ = self.done.send(made.map(|_| ()));
    }
}

#[cfg(test)]
mod tests;
