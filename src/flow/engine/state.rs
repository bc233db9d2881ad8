//! What a conversation is waiting for.

use crate::words::Value;

use super::super::act::{KnownAnswer, TimerId};
use super::super::bundle::{FlowIndex, StepIndex};

/// What the flow on top of the stack waits for.
#[derive(Clone, Debug)]
pub enum State {
    /// Nothing has happened yet.
    Fresh,
    /// Nothing: steps are being followed. The step that is being performed.
    Running { step: Option<StepIndex> },
    /// The caller's answer to a step.
    Listening(Listening),
    /// An answer from outside: a look-up, a change, a message, an event.
    Waiting { id: u64 },
    /// A person.
    Queued { step: StepIndex },
    /// Nothing more.
    Ended,
}

/// A step that listens, and what was made of the caller's tries so far.
#[derive(Clone, Debug)]
pub struct Listening {
    pub step: StepIndex,
    /// Which question of the step stands, where it has several: see [`super::asked`].
    pub part: usize,
    pub mishearings: u32,
    pub silences: u32,
    /// What the caller has been asked to confirm or to choose between.
    pub offer: Offer,
    /// The saying that put the question that stands.
    pub asked_by: Option<u64>,
    /// Whether the last turn asked between two: never twice running.
    pub clarified: bool,
    /// How often a value read back was denied.
    pub corrections: u32,
    /// Keys so far.
    pub keys: String,
    /// Runs out when no more keys follow.
    pub key_timer: Option<TimerId>,
    /// Runs out when a lone 0 stays alone.
    pub zero_timer: Option<TimerId>,
    /// The digits of a code that were keyed, while its letters are asked for.
    pub keyed_digits: Option<String>,
    /// The beginning of a long value, while the rest is waited for.
    pub begun: Option<String>,
    /// How often a prompt that noise cut short was taken up again.
    pub restarts: u32,
    /// The caller asked for a moment: the next silence is none.
    pub resting: bool,
    /// How often a value was refused.
    pub refusals: u32,
    /// The value that is offered was given in another flow.
    pub still: bool,
}

impl Listening {
    /// At a step, with no try made.
    pub fn at(step: StepIndex) -> Self {
        Self {
            step,
            part: 0,
            mishearings: 0,
            silences: 0,
            offer: Offer::Nothing,
            asked_by: None,
            clarified: false,
            corrections: 0,
            keys: String::new(),
            key_timer: None,
            zero_timer: None,
            keyed_digits: None,
            begun: None,
            restarts: 0,
            resting: false,
            refusals: 0,
            still: false,
        }
    }

    /// At another question of the same step, with no try made.
    pub fn turn_to(&mut self, part: usize) {
        debug_assert!(self.keys.is_empty() && self.key_timer.is_none() && self.zero_timer.is_none());
        *self = Self { part, ..Self::at(self.step) };
    }
}

/// What the caller has been asked about.
#[derive(Clone, PartialEq)]
pub enum Offer {
    /// Nothing: the step's own question stands.
    Nothing,
    /// Whether this value is right.
    Value(Value),
    /// Which of two values was said.
    Either(Value, Value),
    /// Whether an earlier slot of the flow is to have this value instead.
    Correction { slot: String, value: Value },
    /// Whether one flow is meant, or which of two.
    Flows(Vec<FlowOffer>),
    /// Whether one choice of a menu is meant, or which of two; by their positions.
    Choices(Vec<usize>),
    /// Whether this question was asked.
    Answer(Box<KnownAnswer>),
}

/// A flow the caller may have meant, with what was said in its slots.
#[derive(Clone, PartialEq)]
pub struct FlowOffer {
    pub flow: FlowIndex,
    pub slots: Vec<(String, String)>,
    /// How unsure the least sure name of a list is, 0–1.
    pub doubt: f32,
}

/// A question the engine asks beside the flow, whatever it waits for; its answer ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aside {
    pub about: About,
    /// How often it was asked.
    pub asked: u32,
}

/// What an [`Aside`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Whether to end the call.
    EndCall,
    /// Whether to leave the flow.
    CancelFlow,
    /// Whether to be called back instead of waiting.
    CallBack,
}

impl std::fmt::Debug for Offer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Nothing => "Nothing",
            Self::Value(_) => "Value(•••)",
            Self::Either(..) => "Either(•••)",
            Self::Correction { .. } => "Correction(•••)",
            Self::Flows(_) => "Flows",
            Self::Choices(_) => "Choices",
            Self::Answer(_) => "Answer",
        })
    }
}
