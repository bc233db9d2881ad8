//! Transcript of both sides.

use super::event::{CallEvent, TimedEvent};

/// What both sides said, in order of time.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Transcript {
    /// The lines, by the time they began.
    pub lines: Vec<TranscriptLine>,
}

/// One utterance.
#[derive(Clone, PartialEq, Eq, serde::Serialize)]
pub struct TranscriptLine {
    /// When it began, in ms since the call was answered.
    pub t: u64,
    /// Who spoke.
    pub side: Side,
    /// What was said or understood.
    pub text: String,
}

/// Who spoke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The caller.
    Caller,
    /// The bot.
    Bot,
}

impl Side {
    /// As it is printed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Bot => "bot",
        }
    }
}

impl std::fmt::Debug for TranscriptLine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} at {} ms", self.side.as_str(), self.t)
    }
}

/// The transcript that `events` hold. Keys count as the caller's words, one line for a run of them.
pub(super) fn of(events: &[TimedEvent]) -> Transcript {
    let mut lines: Vec<TranscriptLine> = Vec::new();
    let mut keys_go_on = false;
    for timed in events {
        match &timed.event {
            CallEvent::Said { text, heard_ms, .. } => {
                let text = match heard_ms {
                    Some(heard) => format!("{text} [interrupted after {:.1} s]", *heard as f64 / 1000.0),
                    None => text.clone(),
                };
                lines.push(TranscriptLine { t: timed.t, side: Side::Bot, text });
                keys_go_on = false;
            }
            CallEvent::Heard { text, start_ms, .. } => {
                lines.push(TranscriptLine { t: *start_ms, side: Side::Caller, text: text.clone() });
                keys_go_on = false;
            }
            CallEvent::Key { key } => match lines.last_mut() {
                Some(line) if keys_go_on => {
                    line.text.pop();
                    line.text.push(*key);
                    line.text.push(']');
                }
                _ => {
                    lines.push(TranscriptLine { t: timed.t, side: Side::Caller, text: format!("[keys {key}]") });
                    keys_go_on = true;
                }
            },
            _ => {}
        }
    }
    // Stable: what began at the same moment stays in the order in which it was recorded.
    lines.sort_by_key(|line| line.t);
    Transcript { lines }
}
