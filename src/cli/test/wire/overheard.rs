//! What is known of the call while it runs: everything that reaches its flow, and its events.

use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, PoisonError};

use crate::call::Overhears;
use crate::flow::rehearsal::Says;
use crate::flow::{Complexity, Input, Mood, Now};
use crate::record::TimedEvent;

/// Something of the call.
pub(super) enum Overheard {
    /// This reached the flow.
    Input(Now, Input),
    /// This was recorded.
    Event(TimedEvent),
}

/// What no line carries of how the caller speaks: how upset they are meant to sound, how complicated their matter is,
/// how surely they may be heard at most.
#[derive(Clone, Default)]
pub(super) struct Manners(Arc<Mutex<Option<Says>>>);

impl Manners {
    /// What is said next is said so.
    pub(super) fn of(&self, says: Option<Says>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = says;
    }

    fn now(&self) -> Option<Says> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Listens in on a call.
pub(super) struct Tap {
    pub(super) heard: SyncSender<Overheard>,
    pub(super) manners: Manners,
    pub(super) last_distress: Option<f32>,
}

impl Overhears for Tap {
    fn input(&mut self, now: Now, mut input: Input) -> Input {
        if let (Input::Heard(heard), Some(says)) = (&mut input, self.manners.now()) {
            if let Some(distress) = says.distress {
                let trend = self.last_distress.map_or(0.0, |last| distress - last);
                self.last_distress = Some(distress);
                heard.mood = Some(Mood { distress, arousal: distress, valence: None, trend, turns: None });
            }
            if let Some(score) = says.complexity {
                heard.complexity = Some(Complexity { score, reasons: Vec::new() });
            }
            heard.confidence = heard.confidence.min(says.confidence);
            if says.margin < 1.0 {
                heard.margin = Some(heard.margin.map_or(says.margin, |margin| margin.min(says.margin)));
            }
        }
        // A test that is far behind has given up already.
        let _ = self.heard.try_send(Overheard::Input(now, input.clone()));
        input
    }
}
