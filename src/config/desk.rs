//! How long each step of a handover may take: `[desk]`, and what a queue says in its place.

use std::time::Duration;

use toml::Spanned;

use super::duration::Written;
use super::error::ConfigError;
use super::raw;
use super::settings::Desk;
use super::validate::Validation;

/// The longest that a person, a telephone or a caller is waited for, or left alone.
const LONGEST: Duration = Duration::from_secs(3600);
/// The shortest time for a step that somebody has to take.
const SHORTEST_STEP: Duration = Duration::from_secs(1);

impl Validation<'_> {
    pub(super) fn desk(&self, desk: &raw::Desk) -> Result<Desk, ConfigError> {
        let step = |name: &str, written: &Option<Spanned<Written>>, default| self.step(name, written.as_ref(), default);
        let rest = |name: &str, written: &Option<Spanned<Written>>, default| self.rest(name, written.as_ref(), default);
        // Read with each queue, and wrong even where no queue is.
        step("ring_for", &desk.ring_for, 15)?;
        rest("wrap_up", &desk.wrap_up, 5)?;
        self.within("rounds", desk.rounds.as_ref(), 2, 1, 100)?;
        Ok(Desk {
            press_within: step("press_within", &desk.press_within, 20)?,
            brief_at_most: step("brief_at_most", &desk.brief_at_most, 60)?,
            connect_within: step("connect_within", &desk.connect_within, 10)?,
            close_within: step("close_within", &desk.close_within, 5)?,
            missed_rest: rest("missed_rest", &desk.missed_rest, 30)?,
            busy_rest: rest("busy_rest", &desk.busy_rest, 20)?,
            unreachable_rest: rest("unreachable_rest", &desk.unreachable_rest, 30)?,
            round_pause: rest("round_pause", &desk.round_pause, 20)?,
            promote_after: step("promote_after", &desk.promote_after, 180)?,
            insist_on_skills: rest("insist_on_skills", &desk.insist_on_skills, 20)?,
        })
    }

    /// The time for something that has to happen: at least a second.
    pub(super) fn step(
        &self,
        name: &str,
        written: Option<&Spanned<Written>>,
        default_seconds: u64,
    ) -> Result<Duration, ConfigError> {
        self.between(name, written, default_seconds, SHORTEST_STEP)
    }

    /// A rest or a pause, which may be none at all.
    pub(super) fn rest(
        &self,
        name: &str,
        written: Option<&Spanned<Written>>,
        default_seconds: u64,
    ) -> Result<Duration, ConfigError> {
        self.between(name, written, default_seconds, Duration::ZERO)
    }

    fn between(
        &self,
        name: &str,
        written: Option<&Spanned<Written>>,
        default_seconds: u64,
        least: Duration,
    ) -> Result<Duration, ConfigError> {
        let Some(written) = written else { return Ok(Duration::from_secs(default_seconds)) };
        let length = written.get_ref().0;
        if length < least || length > LONGEST {
            let least = least.as_secs();
            return Err(self.wrong(written, format!("{name} goes from {least}s to 1h")));
        }
        Ok(length)
    }
}
