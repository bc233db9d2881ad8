//! The bot's mouth in virtual time: sayings one after another, each as long as it takes to say.

use std::collections::VecDeque;
use std::time::Duration;

use super::super::act::{BargeIn, SayAct};
use super::super::sentence::speaking_time;

/// A short pause between two sayings, and before the first: what playout needs.
const PAUSE: Duration = Duration::from_millis(150);

/// Something that is being said, or waits to be.
#[derive(Clone)]
struct Saying {
    act: SayAct,
    /// The flow and the step that say it.
    step: (String, String),
    begins: Duration,
    takes: Duration,
    has_begun: bool,
}

/// Sayings in their order.
#[derive(Clone, Default)]
pub struct Mouth {
    queue: VecDeque<Saying>,
    /// Since when playout stands still, because the caller speaks over it.
    held_since: Option<Duration>,
}

/// A saying that begins.
pub struct Begun {
    pub act: SayAct,
    pub step: (String, String),
    pub takes: Duration,
}

/// How much was heard of a saying that was stopped.
pub struct Stopped {
    pub saying: u64,
    pub heard: Duration,
    pub of: Duration,
}

impl Mouth {
    /// Queues a saying.
    pub fn say(&mut self, act: SayAct, step: (String, String), now: Duration) {
        let free = self.queue.back().map_or(now, |last| last.begins + last.takes);
        let begins = free.max(now) + PAUSE;
        let takes = speaking_time(&act.text);
        self.queue.push_back(Saying { act, step, begins, takes, has_begun: false });
    }

    /// Whether nothing is being said or waits to be.
    pub fn is_silent(&self) -> bool {
        self.queue.is_empty()
    }

    /// Whether something is audible at this moment.
    pub fn is_audible(&self) -> bool {
        self.queue.front().is_some_and(|first| first.has_begun) && self.held_since.is_none()
    }

    /// When the next saying begins or ends, unless playout is held.
    pub fn next(&self) -> Option<Duration> {
        if self.held_since.is_some() {
            return None;
        }
        let first = self.queue.front()?;
        Some(if first.has_begun { first.begins + first.takes } else { first.begins })
    }

    /// At the moment of [`Mouth::next`]: the saying that begins with it, or `None` when one ended.
    pub fn pass(&mut self) -> Option<Begun> {
        let first = self.queue.front_mut()?;
        if first.has_begun {
            self.queue.pop_front();
            return None;
        }
        first.has_begun = true;
        Some(Begun { act: first.act.clone(), step: first.step.clone(), takes: first.takes })
    }

    /// Whether what is being said may be stopped.
    pub fn may_be_stopped(&self) -> bool {
        self.queue.front().is_none_or(|first| first.act.barge_in == BargeIn::Allowed)
    }

    /// Holds playout.
    pub fn hold(&mut self, now: Duration) {
        self.held_since.get_or_insert(now);
    }

    /// Goes on where playout was held.
    pub fn release(&mut self, now: Duration) {
        let Some(since) = self.held_since.take() else { return };
        for saying in &mut self.queue {
            saying.begins += now - since;
        }
    }

    /// Stops what is being said and forgets the rest.
    pub fn stop(&mut self, now: Duration) -> Vec<Stopped> {
        let until = self.held_since.take().unwrap_or(now);
        let queue = std::mem::take(&mut self.queue);
        let stopped = queue.into_iter().map(|saying| {
            let heard = if saying.has_begun { until.saturating_sub(saying.begins) } else { Duration::ZERO };
            Stopped { saying: saying.act.id, heard: heard.min(saying.takes), of: saying.takes }
        });
        stopped.collect()
    }
}
