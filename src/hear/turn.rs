//! When a caller begins to speak, pauses, and has ended: from probabilities of speech and what is known of each pause, in
//! virtual time.

use std::time::Duration;

use super::ACTIVITY_STEP;
use super::patience::{Evidence, Patience};

/// How speech is told from silence, whatever is expected.
#[derive(Debug, Clone, PartialEq)]
pub struct TurnSettings {
    /// Speech begins, or resumes, at this probability.
    pub enter: f32,
    /// Speech goes on while the probability stays at or above this one.
    pub leave: f32,
    /// Less speech than this in all is a click, a cough or a crackle, and begins no turn.
    pub shortest_speech: Duration,
    /// A silence this long inside what may become a turn shows that it was none.
    pub longest_gap: Duration,
    /// A silence this long is a pause: worth beginning to recognise, not yet the end.
    pub pause: Duration,
    /// How much of what came before the first speech belongs to the turn: soft consonants.
    pub pre_roll: Duration,
    /// A turn that lasts this long is closed though the caller speaks on. Whisper hears 30 s at once.
    pub longest_turn: Duration,
}

impl Default for TurnSettings {
    fn default() -> Self {
        Self {
            enter: 0.5,
            leave: 0.4,
            shortest_speech: Duration::from_millis(96),
            longest_gap: Duration::from_millis(256),
            pause: Duration::from_millis(128),
            pre_roll: Duration::from_millis(288),
            longest_turn: Duration::from_secs(28),
        }
    }
}

/// Something that happened between the caller and silence. Times are those given to [`TurnTaker::push`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurnEvent {
    /// The caller speaks; it is now sure.
    SpeechStarted {
        /// When the speech began.
        at: Duration,
    },
    /// The caller fell silent, perhaps for good.
    Paused {
        /// The beginning of the speech, less the pre-roll: where the turn begins, should it end here.
        start: Duration,
        /// When the speech ended.
        at: Duration,
    },
    /// The caller spoke on after a pause: what was recognised at the pause is void.
    Resumed {
        /// When speech was heard again.
        at: Duration,
    },
    /// The turn is over.
    Ended {
        /// The beginning of the speech, less the pre-roll.
        start: Duration,
        /// The end of the last speech, not of the silence that followed.
        end: Duration,
    },
    /// The turn was closed because it grew too long; the caller still speaks, and a new turn begins.
    TooLong {
        /// The beginning of the speech, less the pre-roll.
        start: Duration,
        /// Where it was cut.
        end: Duration,
    },
}

/// What the caller is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doing {
    Silent,
    /// Something began that may be speech.
    Beginning {
        onset: Duration,
        last: Duration,
        spoken: Duration,
    },
    Speaking {
        onset: Duration,
        last: Duration,
    },
    Pausing {
        onset: Duration,
        last: Duration,
    },
}

/// Decides, from one probability of speech every 32 ms, when turns begin and end. Pure: time is an argument.
///
/// Invariant: events of one turn come as `SpeechStarted`, then `Paused` and `Resumed` by turns, then one `Ended`
/// (after a `Paused`) or `TooLong`; the stretches of two turns never overlap.
#[derive(Debug, Clone)]
pub struct TurnTaker {
    settings: TurnSettings,
    patience: Patience,
    doing: Doing,
    /// No turn reaches back before this: the end of the turn before it.
    free_from: Duration,
    /// Where the last chunk ended.
    before: Option<Duration>,
    /// What is known of the present pause.
    evidence: Evidence,
    /// How long the caller pauses within turns: the longest of late, older ones fading.
    rhythm: Duration,
}

impl TurnTaker {
    /// A turn-taker in silence, with the patience for anything.
    pub fn new(settings: TurnSettings) -> Self {
        Self {
            settings,
            patience: Patience::default(),
            doing: Doing::Silent,
            free_from: Duration::ZERO,
            before: None,
            evidence: Evidence::default(),
            rhythm: Duration::ZERO,
        }
    }

    /// Sets the patience from now on, also for a turn that is under way.
    pub fn expect(&mut self, patience: Patience) {
        self.patience = patience;
    }

    /// Takes in what is now known of the pause that began at `pause`; of another pause it means nothing any more. `Some` when
    /// the turn is over by it.
    pub fn learn(&mut self, now: Duration, pause: Duration, evidence: Evidence) -> Option<TurnEvent> {
        let Doing::Pausing { onset, last } = self.doing else { return None };
        if last != pause {
            return None;
        }
        self.evidence = self.evidence.and(evidence);
        (now.saturating_sub(last) >= self.wait()).then(|| self.end(onset, last))
    }

    /// Forgets the turn that is under way.
    pub fn forget(&mut self) {
        self.doing = Doing::Silent;
    }

    /// The silence that ends the turn, as far as is known.
    fn wait(&self) -> Duration {
        self.patience.wait(self.evidence, self.rhythm)
    }

    /// Whether a turn is open: the caller speaks or pauses in it.
    pub fn is_open(&self) -> bool {
        matches!(self.doing, Doing::Speaking { .. } | Doing::Pausing { .. })
    }

    /// Takes the `probability` of speech in the stretch that ends at `now`. Times must not go back; a gap counts as
    /// silence.
    pub fn push(&mut self, now: Duration, probability: f32) -> Option<TurnEvent> {
        debug_assert!(self.before.is_none_or(|before| before <= now), "time went back");
        // Never before the chunk before this one: chunks do not overlap even when the clock is uneven.
        let began = now.saturating_sub(ACTIVITY_STEP).max(self.before.unwrap_or_default());
        self.before = Some(now);
        let enters = probability >= self.settings.enter;
        let stays = probability >= self.settings.leave;
        match self.doing {
            Doing::Silent => {
                if enters {
                    self.doing = Doing::Beginning { onset: began, last: now, spoken: Duration::ZERO };
                    return self.begin(began, now);
                }
                None
            }
            Doing::Beginning { .. } if stays => self.begin(began, now),
            Doing::Beginning { last, .. } => {
                if now.saturating_sub(last) >= self.settings.longest_gap {
                    self.doing = Doing::Silent;
                }
                None
            }
            Doing::Speaking { onset, .. } if stays => {
                self.doing = Doing::Speaking { onset, last: now };
                self.cut_if_too_long(onset, now)
            }
            Doing::Speaking { onset, last } => {
                if now.saturating_sub(last) < self.settings.pause {
                    return self.cut_if_too_long(onset, now);
                }
                self.doing = Doing::Pausing { onset, last };
                self.evidence = Evidence::default();
                Some(TurnEvent::Paused { start: self.start_of(onset), at: last })
            }
            Doing::Pausing { onset, last } if enters => {
                let waited_long_enough = began.saturating_sub(last) >= self.wait();
                let grew_too_long = now.saturating_sub(self.start_of(onset)) >= self.settings.longest_turn;
                if waited_long_enough || grew_too_long {
                    // The clock jumped past the end of the turn, or there is no room left in it: this speech belongs
                    // to the next one.
                    let ended = self.end(onset, last);
                    self.doing = Doing::Beginning { onset: began, last: now, spoken: now.saturating_sub(began) };
                    return Some(ended);
                }
                self.doing = Doing::Speaking { onset, last: now };
                self.rhythm = self.rhythm.max(began.saturating_sub(last));
                Some(TurnEvent::Resumed { at: began })
            }
            Doing::Pausing { onset, last } => {
                let is_over = now.saturating_sub(last) >= self.wait();
                is_over.then(|| self.end(onset, last))
            }
        }
    }

    /// Counts the chunk as speech of what may become a turn.
    fn begin(&mut self, began: Duration, now: Duration) -> Option<TurnEvent> {
        let Doing::Beginning { onset, spoken, .. } = self.doing else { return None };
        let spoken = spoken + now.saturating_sub(began);
        if spoken < self.settings.shortest_speech {
            self.doing = Doing::Beginning { onset, last: now, spoken };
            return None;
        }
        self.doing = Doing::Speaking { onset, last: now };
        Some(TurnEvent::SpeechStarted { at: onset })
    }

    fn cut_if_too_long(&mut self, onset: Duration, now: Duration) -> Option<TurnEvent> {
        let start = self.start_of(onset);
        if now.saturating_sub(start) < self.settings.longest_turn {
            return None;
        }
        self.doing = Doing::Silent;
        self.free_from = now;
        Some(TurnEvent::TooLong { start, end: now })
    }

    fn end(&mut self, onset: Duration, last: Duration) -> TurnEvent {
        let start = self.start_of(onset);
        self.doing = Doing::Silent;
        self.free_from = last;
        self.rhythm = self.rhythm * 3 / 4;
        TurnEvent::Ended { start, end: last }
    }

    fn start_of(&self, onset: Duration) -> Duration {
        onset.saturating_sub(self.settings.pre_roll).max(self.free_from.min(onset))
    }
}

#[cfg(test)]
mod tests;
