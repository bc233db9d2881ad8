//! What goes into a conversation and what comes out of it. Whoever performs the acts (the call, the simulator, a
//! test) keeps their order: sayings are queued for playout; [`Act::End`] and [`Act::Queue`] wait until everything
//! said before them has been played; the clock of a [`Act::Listen`] starts when playout falls silent.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::Private;
use crate::words::{Expected, Language};

use super::datum::Datum;

/// When an input happened.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// Line clock: since the call was answered. Never runs backwards.
    pub since_answer: Duration,
    /// Wall clock: what `now` means in a flow.
    pub wall: jiff::Timestamp,
}

/// What is known of a call before it begins.
#[derive(Clone, Debug, Default)]
pub struct CallFacts {
    /// The caller's number, if the line gave one.
    pub caller_number: Option<Private<String>>,
    /// The caller's name, if the line gave one.
    pub caller_name: Option<Private<String>>,
    /// The language to begin in; the bundle's first when absent or not one of the bundle's.
    pub language: Option<Language>,
    /// The number or address that was dialled.
    pub dialled: Option<String>,
}

/// Names a timer of a conversation; never used twice in one conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimerId(pub u64);

/// What happened.
#[derive(Clone, PartialEq)]
pub enum Input {
    /// The call was answered. The first input, once.
    Start,
    /// The caller said something and fell silent.
    Heard {
        /// What the recogniser made of it.
        text: String,
        /// In which language, if that was detected.
        language: Option<Language>,
        /// How sure the recogniser is, 0 to 1.
        confidence: f32,
        /// Other readings of the same sound, best first.
        alternatives: Vec<String>,
        /// Whether the bot was speaking when the caller began.
        barge_in: bool,
    },
    /// One key.
    Key(char),
    /// The caller spoke, but no words could be made of it.
    NotUnderstood,
    /// The caller said nothing for as long as the last [`Act::Listen`] allowed. Once per `Listen`.
    Silence,
    /// A saying was stopped before its end, because the caller began to speak or pressed a key, or at
    /// [`Act::StopSaying`]. Optional: without it a conversation does not know how much was heard.
    Cut {
        /// [`SayAct::id`].
        saying: u64,
        /// How much of it was played.
        heard: Duration,
        /// How long the whole is; zero when that is not known.
        of: Duration,
    },
    /// A timer of [`Act::SetTimer`] ran out.
    Timer(TimerId),
    /// A look-up of [`Act::LookUp`] came back.
    LookedUp {
        /// [`LookUpAct::id`]; the answer to a look-up that is no longer awaited is dropped.
        id: u64,
        /// What came back.
        result: LookUpResult,
    },
    /// The caller left the queue, or the person left the call, and the flow goes on.
    QueueEnded(QueueResult),
    /// The caller hung up.
    HangUp,
}

/// A row: fields by name.
pub type Record = BTreeMap<String, Datum>;

/// What a look-up brought.
#[derive(Clone, Debug, PartialEq)]
pub enum LookUpResult {
    /// The row that was found.
    Found(Record),
    /// There is none: `if_none`.
    None,
    /// It failed: `if_error`, with this as `error.kind`, for example `timeout`, `unreachable`, `wrong_shape`.
    Error(String),
}

/// How waiting for a person ended, when the caller is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QueueResult {
    /// The caller talked with a person, and the person left first: `after_agent`.
    Talked,
    /// Nobody took the call: `if_no_agent`.
    NoAgent,
    /// The time limit ran out: `if_late`.
    Late,
    /// The queue takes no more callers: `if_full`.
    Full,
    /// Outside the queue's hours: `if_closed`.
    Closed,
    /// The queue does not work just now: `if_outage`.
    Outage,
}

impl QueueResult {
    /// Its name in `queue.result`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Talked => "talked",
            Self::NoAgent => "no_agent",
            Self::Late => "late",
            Self::Full => "full",
            Self::Closed => "closed",
            Self::Outage => "outage",
        }
    }
}

/// What the conversation wants done, or wants known.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Speak.
    Say(SayAct),
    /// Listen from now on as described, instead of as before.
    Listen(ListenAct),
    /// Bring back [`Input::Timer`] after this long, counted from now.
    SetTimer {
        /// Which.
        id: TimerId,
        /// How long.
        after: Duration,
    },
    /// Forget a timer; it may have run out already.
    CancelTimer {
        /// Which.
        id: TimerId,
    },
    /// Ask a connection; [`Input::LookedUp`] brings the answer. It may begin while sayings before it still play.
    LookUp(LookUpAct),
    /// Find a person; [`Input::QueueEnded`] says how that ended if the caller comes back.
    Queue(QueueAct),
    /// Stop what is being said and forget what is queued to be said.
    StopSaying,
    /// End the call once everything has been said. The last act of a conversation.
    End {
        /// Why.
        reason: EndReason,
        /// The designer's own word for it (`reason:` of `end`).
        note: Option<String>,
    },
    /// Trace: a step was entered.
    Entered {
        /// The flow's name.
        flow: String,
        /// The step's id, or `verb@line` when it has none.
        step: String,
        /// The slots that are filled, private ones masked.
        slots: BTreeMap<String, String>,
    },
    /// Trace: a handler fired.
    Handler {
        /// For example `agent_please`.
        name: &'static str,
    },
    /// Trace: a slot got its value.
    SlotFilled {
        /// The slot.
        slot: String,
        /// Its value, masked if private.
        value: String,
    },
    /// Trace: a look-up was answered, or its time ran out.
    LookedUp {
        /// `connection.query`.
        name: String,
        /// `found`, `none`, or the kind of error.
        result: String,
        /// From the act to the answer.
        took: Duration,
    },
    /// Trace: something went wrong while the flow ran (an expression, a sentence); the flow went to its error exit.
    /// Names the place and the kind of trouble, never a caller's value.
    Trouble {
        /// Lower case, no full stop.
        what: String,
    },
}

/// Whether the caller may stop a saying by speaking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum BargeIn {
    /// Speech stops it.
    #[default]
    Allowed,
    /// Speech does not stop it, but is heard.
    Blocked,
}

/// Something to say.
#[derive(Clone, PartialEq)]
pub struct SayAct {
    /// Names the saying in [`Input::Cut`]; rises by one with each.
    pub id: u64,
    /// What, ready to be spoken: no markup.
    pub text: String,
    /// In which language.
    pub language: Language,
    /// Whether speech stops it.
    pub barge_in: BargeIn,
}

/// Through what a step may be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Hear {
    /// By voice.
    Speech,
    /// By keys.
    Keypad,
    /// By either, mixed.
    #[default]
    Both,
}

/// How long a caller who pauses is waited for before the turn is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Patience {
    /// For short answers: a choice, yes or no.
    Short,
    /// As people talk.
    #[default]
    Normal,
    /// For what is read off a letter in groups: codes, long numbers.
    Long,
}

/// How to listen.
#[derive(Clone, Debug, PartialEq)]
pub struct ListenAct {
    /// What the step waits for; guides the recogniser.
    pub expected: Expected,
    /// The language of the conversation.
    pub language: Language,
    /// After how much silence to bring [`Input::Silence`]; `None` while the caller is not expected to speak (a
    /// look-up runs, a person is being found).
    pub silence_after: Option<Duration>,
    /// How long to wait out pauses.
    pub patience: Patience,
    /// Through what.
    pub hear: Hear,
}

/// A question to a connection.
#[derive(Clone, Debug, PartialEq)]
pub struct LookUpAct {
    /// Names it in [`Input::LookedUp`].
    pub id: u64,
    /// The connection's name.
    pub connection: String,
    /// The query's name.
    pub query: String,
    /// Arguments by name; `Debug` shows their kinds alone.
    pub args: BTreeMap<String, Datum>,
    /// After this long the answer is no longer awaited: the conversation has its own timer for it.
    pub time_limit: Duration,
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

/// Why a call was ended by its flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EndReason {
    /// The flow came to its end.
    FlowEnded,
    /// The person the caller talked with has left, and the flow had nothing more to do.
    AgentEnded,
    /// The flow could not go on, not even to a person.
    Error,
    /// The caller hung up: the answer to [`Input::HangUp`].
    CallerHungUp,
}

impl std::fmt::Debug for Input {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Start => formatter.write_str("Start"),
            Self::Heard { text, confidence, barge_in, .. } => {
                write!(formatter, "Heard({} characters, {confidence:.2}, barge_in {barge_in})", text.chars().count())
            }
            Self::Key(_) => formatter.write_str("Key(•)"),
            Self::NotUnderstood => formatter.write_str("NotUnderstood"),
            Self::Silence => formatter.write_str("Silence"),
            Self::Cut { saying, heard, of } => write!(formatter, "Cut({saying}, {heard:?} of {of:?})"),
            Self::Timer(id) => write!(formatter, "Timer({})", id.0),
            Self::LookedUp { id, result } => write!(formatter, "LookedUp({id}, {result:?})"),
            Self::QueueEnded(result) => write!(formatter, "QueueEnded({})", result.name()),
            Self::HangUp => formatter.write_str("HangUp"),
        }
    }
}

impl std::fmt::Debug for SayAct {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Say({}, {} characters, {:?})", self.id, self.text.chars().count(), self.barge_in)
    }
}

impl std::fmt::Debug for Fact {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Fact({})", self.label)
    }
}
