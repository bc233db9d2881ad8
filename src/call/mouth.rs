//! What is being said to one side: sayings in order, their clauses as they are synthesised, and when each
//! began and ended.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::job::Job;
use super::plane::{PlaneCommand, PlaneHandle, Side};
use crate::audio::Hertz;
use crate::flow::{BargeIn, Pace};
use crate::speak::{Clause, Clip, SpeakError, Speaker, Utterance};
use crate::words::Language;

/// A saying on its way to an ear.
pub(super) struct Saying {
    /// Its number; numbers below [`OWN_SAYINGS`] are the flow's.
    pub(super) id: u64,
    /// What is said.
    pub(super) text: String,
    /// Whether speech stops it.
    pub(super) barge_in: BargeIn,
    /// When it was asked for.
    pub(super) asked_at: Duration,
    /// When its first clause was ready.
    pub(super) ready_at: Option<Duration>,
    /// When its first sample was played.
    pub(super) started_at: Option<Duration>,
    /// Whether every clause so far came from the cache.
    pub(super) cached: bool,
    /// From the end of the caller's speech to its first sample.
    pub(super) latency: Option<Duration>,
    synthesis: Option<AbortHandle>,
}

/// How fast a caller who asked for it is spoken to, against the usual pace.
const SLOW: f32 = 0.8;

/// The pace of the voice for a saying that is wanted at `wanted`, where the usual one is `usual`.
pub(super) fn paced(usual: f32, wanted: Pace) -> f32 {
    match wanted {
        Pace::Normal => usual,
        Pace::Slow => usual * SLOW,
    }
}

/// Sayings from here on are the call's own (briefs, apologies), not the flow's.
pub(super) const OWN_SAYINGS: u64 = 1 << 32;

/// One side's mouth.
pub(super) struct Mouth {
    side: Side,
    open: VecDeque<Saying>,
    /// Sayings that were told to stop, until the plane says how much was heard of them.
    stopping: VecDeque<Saying>,
    next_own: u64,
}

/// A saying as it is asked for.
pub(super) struct Wish {
    pub(super) id: u64,
    pub(super) text: String,
    pub(super) language: Language,
    pub(super) barge_in: BargeIn,
    pub(super) pace: Pace,
}

impl Mouth {
    pub(super) fn new(side: Side) -> Self {
        let first_own = match side {
            Side::Caller => OWN_SAYINGS,
            Side::Agent => OWN_SAYINGS << 1,
        };
        Self { side, open: VecDeque::new(), stopping: VecDeque::new(), next_own: first_own }
    }

    /// A number for a saying of the call's own.
    pub(super) fn own_number(&mut self) -> u64 {
        self.next_own += 1;
        self.next_own
    }

    /// Whether nothing is said and nothing is to be said.
    pub(super) fn is_silent(&self) -> bool {
        self.open.is_empty()
    }

    /// Whether the saying that plays now may be stopped by speech; a saying that may not be blocks those after it.
    pub(super) fn may_be_stopped(&self) -> bool {
        self.open.front().is_none_or(|saying| saying.barge_in == BargeIn::Allowed)
    }

    /// How many sayings are still being made.
    pub(super) fn being_made(&self) -> usize {
        self.open.iter().filter(|saying| saying.synthesis.is_some()).count()
    }

    /// Says `wish` after what is already being said; `made` brings its clauses where they have been begun ahead. They come
    /// back as [`Job`]s.
    pub(super) fn say(
        &mut self,
        wish: Wish,
        made: Option<mpsc::Receiver<Result<Clause, SpeakError>>>,
        now: Duration,
        voice: (&Speaker, f32, Hertz),
        plane: &PlaneHandle,
        jobs: &mpsc::Sender<Job>,
    ) {
        let (speaker, pace, rate) = voice;
        let pace = paced(pace, wish.pace);
        plane.command(PlaneCommand::Begin(self.side, wish.id));
        let utterance = Utterance { text: wish.text.clone(), language: wish.language, voice: None, pace, rate };
        let mut clauses = made.unwrap_or_else(|| speaker.say(utterance));
        let (side, id, jobs) = (self.side, wish.id, jobs.clone());
        let synthesis = tokio::spawn(async move {
            while let Some(clause) = clauses.recv().await {
                if jobs.send(Job::Clause { side, saying: id, clause }).await.is_err() {
                    return;
                }
            }
            // The call may have ended meanwhile; then nobody waits for this.
            let _ = jobs.send(Job::SayingMade { side, saying: id }).await;
        });
        self.open.push_back(Saying {
            id: wish.id,
            text: wish.text,
            barge_in: wish.barge_in,
            asked_at: now,
            ready_at: None,
            started_at: None,
            cached: true,
            latency: None,
            synthesis: Some(synthesis.abort_handle()),
        });
    }

    /// A clause is ready. Clauses of sayings that were stopped meanwhile are dropped.
    pub(super) fn clause_ready(&mut self, id: u64, clause: Clause, now: Duration, plane: &PlaneHandle) {
        let Some(saying) = self.open.iter_mut().find(|saying| saying.id == id) else { return };
        saying.ready_at.get_or_insert(now);
        saying.cached &= clause.cached;
        let clip = Clip { saying: id, sound: clause.sound, text: clause.text.into(), pause_after: clause.pause_after };
        plane.command(PlaneCommand::Play(self.side, clip));
    }

    /// All clauses of a saying are ready.
    pub(super) fn made(&mut self, id: u64, plane: &PlaneHandle) {
        let Some(saying) = self.open.iter_mut().find(|saying| saying.id == id) else { return };
        saying.synthesis = None;
        plane.command(PlaneCommand::Complete(self.side, id));
    }

    /// The first sample of a saying was played.
    pub(super) fn started(&mut self, id: u64, at: Duration) -> Option<&mut Saying> {
        let saying = self.open.iter_mut().find(|saying| saying.id == id)?;
        saying.started_at = Some(at);
        Some(saying)
    }

    /// A saying was played to its end.
    pub(super) fn finished(&mut self, id: u64) -> Option<Saying> {
        let place = self.open.iter().position(|saying| saying.id == id)?;
        self.open.remove(place)
    }

    /// Stops everything and forgets what was not said yet.
    pub(super) fn stop(&mut self, plane: &PlaneHandle) {
        if self.open.is_empty() {
            return;
        }
        for saying in &mut self.open {
            if let Some(synthesis) = saying.synthesis.take() {
                synthesis.abort();
            }
        }
        self.stopping.append(&mut self.open);
        plane.command(PlaneCommand::Stop(self.side));
    }

    /// A saying that was told to stop, once the plane has said how much of it was heard.
    pub(super) fn stopped(&mut self, id: u64) -> Option<Saying> {
        let place = self.stopping.iter().position(|saying| saying.id == id)?;
        self.stopping.remove(place)
    }

    /// Whether a stop is under way whose outcome the plane has not told yet.
    pub(super) fn is_stopping(&self) -> bool {
        !self.stopping.is_empty()
    }

    /// The plane has told the outcome of a stop: what it did not mention was never begun.
    pub(super) fn stop_settled(&mut self) {
        self.stopping.clear();
    }
}

impl Drop for Mouth {
    fn drop(&mut self) {
        for saying in &self.open {
            if let Some(synthesis) = &saying.synthesis {
                synthesis.abort();
            }
        }
    }
}
