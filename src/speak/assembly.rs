//! Puts the clauses of one utterance into order as they come from the workers, whichever is ready first.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;

use super::SpeakError;
use super::clauses::ClauseText;
use super::pool::{Answer, Made};
use super::utterance::Clause;
use crate::audio::Sound;

/// One utterance in the making.
pub(super) struct Assembly {
    state: Mutex<State>,
}

struct State {
    texts: Vec<ClauseText>,
    ready: Vec<Option<Clause>>,
    next: usize,
    /// Gone once all is given, something failed, or nobody listens.
    listener: Option<mpsc::Sender<Result<Clause, SpeakError>>>,
}

impl Assembly {
    /// An assembly of `texts`, and where its clauses come out in order. Its queue holds all of them, so
    /// that nobody waits to put one in.
    pub(super) fn new(texts: Vec<ClauseText>) -> (Arc<Self>, mpsc::Receiver<Result<Clause, SpeakError>>) {
        let (sender, listener) = mpsc::channel(texts.len() + 1);
        let ready = texts.iter().map(|_| None).collect();
        let state = State { texts, ready, next: 0, listener: Some(sender) };
        (Arc::new(Self { state: Mutex::new(state) }), listener)
    }

    /// Clause number `place` is ready; `synthesis` is `None` if it came from the cache.
    pub(super) fn give(&self, place: usize, sound: Arc<Sound>, synthesis: Option<Duration>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(text) = state.texts.get(place) else { return };
        let clause = Clause {
            sound,
            text: text.text.clone(),
            cached: synthesis.is_none(),
            pause_after: text.pause_after,
            synthesis: synthesis.unwrap_or_default(),
        };
        state.ready[place] = Some(clause);
        state.hand_over();
    }

    /// It cannot be finished: the listener gets the error after the clauses that are ready in order.
    pub(super) fn fail(&self, error: SpeakError) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(listener) = state.listener.take() {
            // The queue has room for every clause and one error; only a listener who left is not told.
            let _ = listener.try_send(Err(error));
        }
    }

    /// Whether anybody waits for it.
    pub(super) fn is_wanted(&self) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.listener.as_ref().is_some_and(|listener| !listener.is_closed())
    }
}

impl State {
    fn hand_over(&mut self) {
        while let Some(clause) = self.ready.get_mut(self.next).and_then(Option::take) {
            self.next += 1;
            let Some(listener) = &self.listener else { return };
            if listener.try_send(Ok(clause)).is_err() {
                self.listener = None;
            }
        }
        if self.next == self.ready.len() {
            self.listener = None;
        }
    }
}

/// One clause of an assembly, as the pool's workers answer it.
pub(super) struct Place {
    pub(super) assembly: Arc<Assembly>,
    pub(super) place: usize,
}

impl Answer for Place {
    fn is_wanted(&self) -> bool {
        self.assembly.is_wanted()
    }

    fn give(self: Box<Self>, made: Result<Made, SpeakError>) {
        match made {
            Ok(made) => {
                let synthesis = (!made.synthesis.is_zero()).then_some(made.synthesis);
                self.assembly.give(self.place, made.sound, synthesis);
            }
            Err(error) => self.assembly.fail(error),
        }
    }
}
