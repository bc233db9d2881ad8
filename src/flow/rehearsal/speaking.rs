//! How long a caller's turn takes.

use std::time::Duration;

use super::super::sentence::speaking_time;

/// How long a caller thinks before answering.
pub const THINKS: Duration = Duration::from_millis(600);
/// From the caller's last word until the line is sure that the turn is over and has made words of it.
pub const END_OF_TURN: Duration = Duration::from_millis(800);
/// From one key to the next.
pub const BETWEEN_KEYS: Duration = Duration::from_millis(250);
/// How long a noise lasts.
pub const NOISE: Duration = Duration::from_millis(500);

/// How long it takes to say `text`.
pub fn says_for(text: &str) -> Duration {
    speaking_time(text)
}
