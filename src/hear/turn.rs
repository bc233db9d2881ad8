//! When a caller begins to speak, pauses, and has ended: from probabilities of speech, in virtual time.

use std::time::Duration;

use super::ACTIVITY_STEP;
use crate::words::{Expected, Form};

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
            leave: 0.3,
            shortest_speech: Duration::from_millis(96),
            longest_gap: Duration::from_millis(256),
            pause: Duration::from_millis(192),
            pre_roll: Duration::from_millis(288),
            longest_turn: Duration::from_secs(28),
        }
    }
}

/// How long a silence ends a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// The silence that ends the turn.
    pub silence: Duration,
}

impl Patience {
    /// The patience for what a step expects: little for yes or no, more for numbers, which people read out in
    /// groups with pauses between.
    pub fn for_expected(expected: &Expected) -> Self {
        let milliseconds = match expected.form {
            Form::YesNo => 480,
            Form::Choice { .. } => 544,
            Form::Anything => 640,
            Form::FreeText | Form::Name => 896,
            Form::Time | Form::Number { .. } | Form::Duration => 640,
            Form::Date | Form::Money { .. } => 736,
            Form::Phone | Form::IdNumber | Form::Card | Form::Address | Form::Email => 1_056,
            Form::Digits { max, .. } if max <= 4 => 736,
            Form::Digits { .. } | Form::Code { .. } => 1_056,
        };
        Self { silence: Duration::from_millis(milliseconds) }
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self::for_expected(&Expected::anything())
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
}

impl TurnTaker {
    /// A turn-taker in silence, with the patience for anything.
    pub fn new(settings: TurnSettings) -> Self {
        Self { settings, patience: Patience::default(), doing: Doing::Silent, free_from: Duration::ZERO, before: None }
    }

    /// Sets the patience from now on, also for a turn that is under way.
    pub fn expect(&mut self, patience: Patience) {
        self.patience = patience;
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
                Some(TurnEvent::Paused { start: self.start_of(onset), at: last })
            }
            Doing::Pausing { onset, last } if enters => {
                let waited_long_enough = began.saturating_sub(last) >= self.patience.silence;
                let grew_too_long = now.saturating_sub(self.start_of(onset)) >= self.settings.longest_turn;
                if waited_long_enough || grew_too_long {
                    // The clock jumped past the end of the turn, or there is no room left in it: this speech belongs
                    // to the next one.
                    let ended = self.end(onset, last);
                    self.doing = Doing::Beginning { onset: began, last: now, spoken: now.saturating_sub(began) };
                    return Some(ended);
                }
                self.doing = Doing::Speaking { onset, last: now };
                Some(TurnEvent::Resumed { at: began })
            }
            Doing::Pausing { onset, last } => {
                let is_over = now.saturating_sub(last) >= self.patience.silence;
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
        TurnEvent::Ended { start, end: last }
    }

    fn start_of(&self, onset: Duration) -> Duration {
        onset.saturating_sub(self.settings.pre_roll).max(self.free_from.min(onset))
    }
}

#[cfg(test)]
mod tests;
