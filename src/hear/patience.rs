//! How long a silence ends a turn: by what was asked, what was said so far, how it sounded, and how the caller speaks.

use std::time::Duration;

use super::completeness::Completeness;
use crate::words::{Expected, Form};

/// What is known of a pause beside its length. It comes bit by bit, while the pause lasts.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Evidence {
    /// How likely melody and tempo make an end of the turn, 0 to 1; see [`super::EndOfTurnModel`].
    pub end_of_turn: Option<f32>,
    /// Whether the words so far are all that was to be said.
    pub words: Option<Completeness>,
}

impl Evidence {
    /// This, and what `other` adds to it.
    pub(super) fn and(self, other: Self) -> Self {
        Self { end_of_turn: other.end_of_turn.or(self.end_of_turn), words: other.words.or(self.words) }
    }
}

/// How long a silence ends the turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// The silence that ends the turn when nothing but its length is known.
    pub silence: Duration,
    /// The silence that ends it when the words are all that was asked for and sound like it.
    pub least: Duration,
    /// The silence that ends it when it sounds like an end, and the words do not say.
    pub short: Duration,
    /// The silence that ends it when something says that it is not.
    pub most: Duration,
}

/// Below this, melody and tempo speak against an end.
const SOUNDS_OPEN: f32 = 0.3;
/// From here on they speak for one.
const SOUNDS_OVER: f32 = 0.85;

impl Patience {
    /// The patience for what a step expects: little for yes or no, more for numbers, which people read out in groups
    /// with pauses between.
    pub const fn for_expected(expected: &Expected) -> Self {
        let (least, short, silence, most) = match &expected.form {
            Form::YesNo => (160, 320, 480, 960),
            Form::Choice { .. } => (160, 384, 544, 1_120),
            Form::Anything => (256, 512, 640, 1_280),
            Form::FreeText | Form::Name => (448, 640, 896, 1_600),
            Form::Time | Form::Number { .. } | Form::Duration => (256, 448, 640, 1_280),
            Form::Date | Form::Money { .. } => (256, 512, 736, 1_440),
            Form::Address => (448, 736, 1_056, 1_600),
            Form::Phone | Form::IdNumber | Form::Card | Form::Email => (192, 640, 928, 1_408),
            Form::Digits { max, .. } if *max <= 4 => (192, 512, 736, 1_280),
            Form::Digits { .. } | Form::Code { .. } => (192, 640, 928, 1_408),
        };
        Self {
            least: Duration::from_millis(least),
            short: Duration::from_millis(short),
            silence: Duration::from_millis(silence),
            most: Duration::from_millis(most),
        }
    }

    /// A silence of this length ends the turn, whatever else is known.
    pub const fn fixed(silence: Duration) -> Self {
        Self { silence, least: silence, short: silence, most: silence }
    }

    /// The same with `silence` for the usual wait where that is shorter: a step's `patience: short`.
    #[must_use]
    pub fn at_most(self, silence: Duration) -> Self {
        let silence = self.silence.min(silence);
        Self {
            silence,
            least: self.least.min(silence),
            short: self.short.min(silence),
            most: self.most.min(silence * 2),
        }
    }

    /// The same with `silence` for the usual wait where that is longer, and never less than a quarter of it: a step's
    /// `patience: long`.
    #[must_use]
    pub fn at_least(self, silence: Duration) -> Self {
        let silence = self.silence.max(silence);
        Self {
            silence,
            least: self.least.max(silence / 4),
            short: self.short.max(silence * 3 / 4),
            most: self.most.max(silence * 2),
        }
    }

    /// No silence ends the turn: for measurements.
    pub const fn endless() -> Self {
        Self::fixed(Duration::MAX)
    }

    /// The silence that ends a turn of which `evidence` is known, by a caller whose pauses within turns are as long as
    /// `rhythm`.
    pub fn wait(&self, evidence: Evidence, rhythm: Duration) -> Duration {
        let by_sound = |over: Duration, open: Duration| match evidence.end_of_turn {
            None => open,
            Some(probability) => {
                let share = ((probability - SOUNDS_OPEN) / (SOUNDS_OVER - SOUNDS_OPEN)).clamp(0.0, 1.0);
                open.saturating_sub(open.saturating_sub(over).mul_f32(share))
            }
        };
        let wait = match evidence.words {
            Some(Completeness::Whole) => return by_sound(self.least, self.silence.min(self.least.saturating_mul(2))),
            Some(Completeness::Open) => by_sound(self.short, self.silence),
            Some(Completeness::Unfinished) => self.most,
            Some(Completeness::Nothing) | None => self.silence,
        };
        // Whoever has paused for longer within a turn may do so again.
        wait.max((rhythm + rhythm / 4).min(self.most))
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self::for_expected(&Expected::anything())
    }
}
