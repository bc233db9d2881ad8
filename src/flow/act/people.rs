//! The ways to a person.

use std::time::Duration;

use crate::words::Language;

/// A wish to hand the call to somebody outside.
#[derive(Clone, Debug, PartialEq)]
pub struct TransferAct {
    /// Names it in `Input::Transferred`.
    pub id: u64,
    /// `[destination.NAME]`.
    pub destination: String,
    /// How.
    pub how: HowToTransfer,
    /// What whoever answers is told first, if warm. Unset values are left out.
    pub brief: Vec<Fact>,
    /// The language of the conversation.
    pub language: Language,
}

/// How a call is handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum HowToTransfer {
    /// Somebody has answered and been told what it is about before the caller is joined.
    #[default]
    Warm,
    /// At once.
    Blind,
}

/// A wish to be called back.
#[derive(Clone, PartialEq)]
pub struct CallbackAct {
    /// Names it in `Input::CallbackTaken`.
    pub id: u64,
    /// The number to call.
    pub number: String,
    /// Whether the caller's place is kept.
    pub place: PlaceInQueue,
    /// For whom: the queue the caller waited in last, or the one the step names.
    pub queue: Option<String>,
    /// 1 (urgent) to 9, as the caller waited last.
    pub class: u8,
    /// What the person who calls back is told.
    pub brief: Vec<Fact>,
    /// How often it is tried.
    pub tries: u32,
    /// The language of the conversation.
    pub language: Language,
}

/// What becomes of the place of a caller who will be called back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum PlaceInQueue {
    /// It is as if the caller went on waiting.
    #[default]
    Keep,
    /// The caller joins at the end.
    Lose,
}

/// A message to be recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct VoicemailAct {
    /// Names it in `Input::VoicemailLeft`.
    pub id: u64,
    /// Whose.
    pub mailbox: String,
    /// How long it may be.
    pub time_limit: Duration,
    /// Whether it is written down too.
    pub transcribe: bool,
    /// The language of the conversation.
    pub language: Language,
}

/// A wish for a person.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueAct {
    /// The queue's name.
    pub queue: String,
    /// 1 (urgent) to 9.
    pub class: u8,
    /// Skills the person should have, for example `orders`, `lang:en`.
    pub skills: Vec<String>,
    /// What the person is told before taking the call. Unset values are left out.
    pub brief: Vec<Fact>,
    /// What the caller wants, in a word or two: the flow's name with spaces.
    pub reason: String,
    /// How long to wait at most; then [`QueueResult::Late`].
    pub time_limit: Duration,
    /// What the caller is told while waiting.
    pub tell: Vec<Tell>,
    /// After how long the conversation itself offers the caller to be called back.
    pub offers_callback_after: Option<Duration>,
    /// The language of the conversation.
    pub language: Language,
}

/// Something a waiting caller can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tell {
    /// How many are before them.
    Position,
    /// About how long it takes.
    RoughWait,
}

/// One fact of a brief.
#[derive(Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is, as it is spoken: `order no`, `order status`.
    pub label: String,
    /// Its value, in its normal form.
    pub value: String,
    /// Whether it may be told to the person who is offered the call but masked everywhere else.
    pub private: bool,
}

impl std::fmt::Debug for CallbackAct {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { id, place, queue, tries, brief, .. } = self;
        write!(formatter, "Callback({id}, {place:?}, {queue:?}, {tries} tries, {brief:?})")
    }
}

impl std::fmt::Debug for Fact {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Fact({})", self.label)
    }
}
