//! What happens in a call, as it is stored and as `warmline call --json` prints it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// One thing that happened in a call. Serialised it is one flat object whose `event` names the kind; a
/// field that is `None` is left out.
///
/// Whoever makes an event masks private values first (see [`crate::mask`]): events are read by agents and
/// designers. `Debug` shows the kind alone, because texts belong to a caller and must not reach a log line.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum CallEvent {
    /// The bot spoke. Its time is that of its first sample.
    Said {
        /// What was said.
        text: String,
        /// Whether all of it came from the cache.
        cached: bool,
        /// End of the caller's speech to the first sample of this reply; absent when nobody spoke before,
        /// or the line clock stood still for the models.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        latency_ms: Option<u64>,
        /// How much was played before it was interrupted; absent when it was heard to its end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        heard_ms: Option<u64>,
    },
    /// The caller spoke.
    Heard {
        /// What was understood.
        text: String,
        /// BCP-47 primary tag.
        language: String,
        /// 0 to 1.
        confidence: f32,
        /// First speech, in ms since the answer.
        start_ms: u64,
        /// Last speech (not the end of the detector's hangover), in ms since the answer.
        end_ms: u64,
        /// How long recognition took; absent when the line clock stood still for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        recognition_ms: Option<u64>,
    },
    /// The caller pressed a key.
    Key {
        /// `0`–`9`, `*`, `#`, `A`–`D`, or `•` where the digits are private.
        key: char,
    },
    /// A handler of the flow took the turn.
    Handler {
        /// Its name, as the flow language has it.
        name: String,
    },
    /// The flow came to a step.
    Step {
        /// The flow.
        flow: String,
        /// The step.
        step: String,
        /// The slots as they stand, private ones masked.
        slots: BTreeMap<String, serde_json::Value>,
    },
    /// A look-up in a connection came back.
    LookUp {
        /// `connection.query`.
        name: String,
        /// `found`, `none`, or `error: …`; never the record itself.
        result: String,
        /// How long it took; absent when the line clock stood still for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ms: Option<u64>,
    },
    /// A change was made through a connection, or not.
    Did {
        /// `connection.query`.
        name: String,
        /// `done`, or the kind of trouble: `refused`, `unknown`, …
        result: String,
        /// How long it took; absent when the line clock stood still for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ms: Option<u64>,
    },
    /// A message was sent through a connection, or not.
    Sent {
        /// `connection.query`.
        name: String,
        /// The template of the message; never the message itself.
        template: String,
        /// `sent`, or the kind of trouble.
        result: String,
        /// How long it took; absent when the line clock stood still for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ms: Option<u64>,
    },
    /// The caller answered a survey.
    Survey {
        /// Answers by question: `csat` 1 to 5, `resolved` true or false.
        answers: BTreeMap<String, serde_json::Value>,
    },
    /// The flow noted something for the person who takes the call.
    Note {
        /// The note, private values masked.
        text: String,
    },
    /// The flow marked the call, for the figures.
    Tag {
        /// The mark.
        tag: String,
    },
    /// How the caller feels.
    Mood {
        /// 0 to 1.
        distress: f32,
        /// 0 to 1, 0.5 neutral.
        arousal: f32,
        /// 0 to 1, 0.5 neutral; absent where there were no words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        valence: Option<f32>,
        /// `rising`, `steady`, `falling`.
        trend: String,
        /// How many turns it is drawn from.
        turns: u32,
        /// Why, in words.
        reasons: Vec<String>,
    },
    /// How complicated the call has become.
    Complexity {
        /// 0 to 1.
        score: f32,
        /// Why, in words.
        reasons: Vec<String>,
    },
    /// The caller waits for a person.
    Queued {
        /// The queue.
        queue: String,
        /// Priority class, 0 first.
        class: u8,
        /// Place in the queue, 1 is next.
        position: u32,
    },
    /// The call was offered to an agent.
    Offered {
        /// The agent's name in `warmline.toml`.
        agent: String,
    },
    /// The caller and the agent hear each other.
    Bridged {
        /// The agent's name in `warmline.toml`.
        agent: String,
    },
    /// The call is over.
    Ended {
        /// Why.
        reason: EndedReason,
    },

    // Below: events that `call --json` does not print; figures and `calls show` are computed from them.
    /// The call was answered; always the first event, at 0 ms.
    Answered {
        /// `sip`, `recording`, `local`.
        line: String,
        /// The id of the bundle that serves the call.
        bundle: String,
        /// The caller's number, masked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<String>,
    },
    /// Where the time of one reply went. Its time is that of the reply's first sample; the parts are one
    /// behind the other and need not be all there.
    TurnTiming {
        /// End of the caller's speech to first sample of the reply.
        latency_ms: u64,
        /// End of speech to the decision that the turn is over.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        end_of_turn_wait_ms: Option<u64>,
        /// From there to the words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        recognition_ms: Option<u64>,
        /// From the words to the flow's reply, look-ups included.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        flow_ms: Option<u64>,
        /// From there to the first clause's sound.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        synthesis_ms: Option<u64>,
        /// From there to its first sample on the line.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        playout_ms: Option<u64>,
        /// Whether the first clause came from the cache.
        cached: bool,
    },
    /// The brief was spoken to an agent, alone.
    Brief {
        /// The agent.
        agent: String,
        /// What was said, private values masked.
        text: String,
    },
    /// An offer to an agent came to nothing.
    OfferEnded {
        /// The agent.
        agent: String,
        /// `busy`, `declined`, `no_answer`, `unreachable`, `hung_up`, `withdrawn`.
        why: String,
    },
    /// The wait for a person is over.
    QueueEnded {
        /// The queue.
        queue: String,
        /// `accepted`, `nobody`, `time_limit`, `caller_gone`, …
        result: String,
        /// How long the caller waited.
        waited_ms: u64,
    },
    /// Both sides of the call were recorded.
    Recording {
        /// The WAV file: the caller left, the bot or agent right.
        file: String,
    },
    /// What the network did to one leg, over its whole life.
    LineQuality {
        /// `caller` or the agent's name.
        leg: String,
        /// Packets that came.
        received: u64,
        /// Packets that never came.
        lost: u64,
        /// Packets that came too late to be played.
        late: u64,
        /// Inter-arrival jitter (RFC 3550) at the end.
        jitter_ms: u64,
    },
    /// Something of ours failed; the call went on.
    Fault {
        /// The room: `hear`, `speak`, `line`, …
        part: String,
        /// What failed. Never a private value.
        what: String,
    },
    /// Events of this call that could not be kept, because the store was away too long.
    EventsLost {
        /// How many.
        count: u64,
    },
    /// An event this version does not know, kept as it was stored.
    #[serde(untagged)]
    Other(serde_json::Map<String, serde_json::Value>),
}

/// Why a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndedReason {
    /// The caller hung up.
    CallerHungUp,
    /// The flow came to its end.
    FlowEnded,
    /// The agent hung up after talking.
    AgentEnded,
    /// The call was given away and goes on without us.
    Transferred,
    /// A call-back was agreed.
    Callback,
    /// Something of ours failed beyond mending.
    Error,
    /// The call was not let in.
    Rejected,
}

impl EndedReason {
    /// Every reason.
    const ALL: [Self; 7] = [
        Self::CallerHungUp,
        Self::FlowEnded,
        Self::AgentEnded,
        Self::Transferred,
        Self::Callback,
        Self::Error,
        Self::Rejected,
    ];

    /// The reason that stands in events as `text`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }

    /// As it stands in events: `caller_hung_up`, …
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CallerHungUp => "caller_hung_up",
            Self::FlowEnded => "flow_ended",
            Self::AgentEnded => "agent_ended",
            Self::Transferred => "transferred",
            Self::Callback => "callback",
            Self::Error => "error",
            Self::Rejected => "rejected",
        }
    }
}

impl CallEvent {
    /// The kind, as it stands in the field `event`.
    pub fn name(&self) -> &str {
        match self {
            Self::Said { .. } => "said",
            Self::Heard { .. } => "heard",
            Self::Key { .. } => "key",
            Self::Handler { .. } => "handler",
            Self::Step { .. } => "step",
            Self::LookUp { .. } => "look_up",
            Self::Did { .. } => "did",
            Self::Sent { .. } => "sent",
            Self::Survey { .. } => "survey",
            Self::Note { .. } => "note",
            Self::Tag { .. } => "tag",
            Self::Mood { .. } => "mood",
            Self::Complexity { .. } => "complexity",
            Self::Queued { .. } => "queued",
            Self::Offered { .. } => "offered",
            Self::Bridged { .. } => "bridged",
            Self::Ended { .. } => "ended",
            Self::Answered { .. } => "answered",
            Self::TurnTiming { .. } => "turn_timing",
            Self::Brief { .. } => "brief",
            Self::OfferEnded { .. } => "offer_ended",
            Self::QueueEnded { .. } => "queue_ended",
            Self::Recording { .. } => "recording",
            Self::LineQuality { .. } => "line_quality",
            Self::Fault { .. } => "fault",
            Self::EventsLost { .. } => "events_lost",
            Self::Other(fields) => fields.get("event").and_then(serde_json::Value::as_str).unwrap_or("unknown"),
        }
    }

    /// Whether `warmline call --json` prints it; the rest is for figures and `warmline calls show`.
    pub const fn is_public(&self) -> bool {
        matches!(
            self,
            Self::Said { .. }
                | Self::Heard { .. }
                | Self::Key { .. }
                | Self::Handler { .. }
                | Self::Step { .. }
                | Self::LookUp { .. }
                | Self::Did { .. }
                | Self::Sent { .. }
                | Self::Survey { .. }
                | Self::Note { .. }
                | Self::Tag { .. }
                | Self::Mood { .. }
                | Self::Complexity { .. }
                | Self::Queued { .. }
                | Self::Offered { .. }
                | Self::Bridged { .. }
                | Self::Ended { .. }
        )
    }
}

impl std::fmt::Debug for CallEvent {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {{ … }}", self.name())
    }
}

/// An event with its time: `{"t": 1200, "event": "said", …}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimedEvent {
    /// Milliseconds since the call was answered.
    pub t: u64,
    /// What happened.
    #[serde(flatten)]
    pub event: CallEvent,
}

impl TimedEvent {
    /// `event`, `at` after the answer.
    pub fn new(at: Duration, event: CallEvent) -> Self {
        Self { t: milliseconds(at), event }
    }

    /// One line of JSON, without the line end.
    pub fn to_json(&self) -> String {
        // Every field is a number, a text or a map with text keys: nothing in it can fail to serialise.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Whole milliseconds, rounded down.
pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
pub(super) mod tests;
