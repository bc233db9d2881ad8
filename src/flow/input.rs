//! What goes into a conversation: what is known before it begins, what happened, and when.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::words::Language;
use crate::{CallId, Private};

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
    /// The languages that this line has voices for: of the bundle's languages, the others are left out. `None`: all.
    pub spoken: Option<Vec<Language>>,
    /// The number or address that was dialled.
    pub dialled: Option<String>,
    /// Names the call in idempotency keys; without it the seed of the conversation does.
    pub call_id: Option<CallId>,
    /// Whether the caller is one of those the operator looks after first: `caller.vip`.
    pub vip: bool,
    /// A level at which the caller is known already, as `verify` would set it: `caller.level`.
    pub verified: Option<String>,
    /// How often the caller has called before, if that is known: `caller.history`.
    pub history: Option<u32>,
    /// Whether somebody performs `Act::Callback`: only then the engine offers it by itself.
    pub offers_callbacks: bool,
    /// What is known of the queues before anybody joins one, by name: `queue.NAME.open` and so on.
    pub queues: BTreeMap<String, QueueFacts>,
}

/// What a flow may know of a queue before a caller joins it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueFacts {
    /// Whether it takes callers now.
    pub open: bool,
    /// How many are waiting.
    pub waiting: u32,
    /// About how long the next caller would wait, in minutes, if that can be said.
    pub wait_minutes: Option<u32>,
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
    Heard(Heard),
    /// One key.
    Key(char),
    /// The caller spoke, but no words could be made of it.
    NotUnderstood,
    /// What came was noise too loud to understand anyone by.
    Noise,
    /// The caller said nothing for as long as the last `Act::Listen` allowed. Once per `Listen`.
    Silence,
    /// A saying was stopped before its end, because the caller began to speak or pressed a key, or at
    /// `Act::StopSaying`. Optional: without it a conversation does not know how much was heard.
    Cut {
        /// `SayAct::id`.
        saying: u64,
        /// How much of it was played.
        heard: Duration,
        /// How long the whole is; zero when that is not known.
        of: Duration,
    },
    /// A timer of `Act::SetTimer` ran out.
    Timer(TimerId),
    /// A look-up of `Act::LookUp` or an identity check of `Act::Verify` came back.
    LookedUp {
        /// `LookUpAct::id`; the answer to one that is no longer awaited is dropped, here and below.
        id: u64,
        /// What came back.
        result: LookUpResult,
    },
    /// A change of `Act::Do` was made, or was not.
    Done {
        /// `LookUpAct::id` of `DoAct::call`.
        id: u64,
        /// What came back; [`LookUpResult::None`] takes `if_error` with `none`.
        result: LookUpResult,
    },
    /// A message of `Act::Send` was handed over, or was not.
    Sent {
        /// `SendAct::id`.
        id: u64,
        /// Or the kind of error.
        result: Result<(), String>,
    },
    /// A question of `Act::Answer` was looked for in the knowledge base.
    Answered {
        /// `AnswerAct::id`.
        id: u64,
        /// What was found.
        result: Answered,
    },
    /// Rules of `Act::Recommend` were weighed.
    Recommended {
        /// `RecommendAct::id`.
        id: u64,
        /// The position of the candidate that is best for this caller; `None`: none is good enough.
        chosen: Option<usize>,
    },
    /// A transfer of `Act::Transfer` ended.
    Transferred {
        /// `TransferAct::id`.
        id: u64,
        /// `Ok`: the caller is with somebody else. Or why not, for example `busy`, `no_answer`, `outage`.
        result: Result<(), String>,
    },
    /// A callback of `Act::Callback` was taken down, or cannot be.
    CallbackTaken {
        /// `CallbackAct::id`.
        id: u64,
        /// Whether it will be made.
        taken: bool,
    },
    /// A voicemail of `Act::Voicemail` is over.
    VoicemailLeft {
        /// `VoicemailAct::id`.
        id: u64,
        /// Whether there is a message; false when nothing was said or nothing could be kept.
        left: bool,
    },
    /// Something that a `wait` may wait for happened.
    Event {
        /// Its name, as in `wait: { for: NAME }`.
        name: String,
    },
    /// How the queues are now; replaces [`CallFacts::queues`].
    Queues(BTreeMap<String, QueueFacts>),
    /// The caller left the queue, or the person left the call, and the flow goes on.
    QueueEnded(QueueResult),
    /// The caller hung up.
    HangUp,
}

/// Something the caller said.
#[derive(Clone, PartialEq)]
pub struct Heard {
    /// What the recogniser made of it.
    pub text: String,
    /// In which language, if that was detected.
    pub language: Option<Language>,
    /// How sure the recogniser is, 0 to 1.
    pub confidence: f32,
    /// By how much this reading leads the recogniser's next different one, 0 to 1, if it can tell.
    pub margin: Option<f32>,
    /// Other readings of the same sound, best first.
    pub alternatives: Vec<String>,
    /// Whether the bot was speaking when the caller began.
    pub barge_in: bool,
    /// How the caller feels, judged before the reply.
    pub mood: Option<Mood>,
    /// How complicated the caller's matter is, judged before the reply.
    pub complexity: Option<Complexity>,
}

impl Default for Heard {
    /// Nothing, heard with certainty.
    fn default() -> Self {
        Self {
            text: String::new(),
            language: None,
            confidence: 1.0,
            margin: None,
            alternatives: Vec::new(),
            barge_in: false,
            mood: None,
            complexity: None,
        }
    }
}

/// How a caller feels: `mood.*`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mood {
    /// 0 calm to 1 very upset.
    pub distress: f32,
    /// 0 tired to 1 agitated.
    pub arousal: f32,
    /// 0 unhappy to 1 happy; `None` when it cannot be told.
    pub valence: Option<f32>,
    /// By how much distress has risen or fallen of late, −1 to 1.
    pub trend: f32,
    /// Consecutive turns with distress of at least [`Mood::ENTER`]; counted by the conversation when absent.
    pub turns: Option<u32>,
}

impl Mood {
    /// From this distress on a turn counts in `mood.turns`.
    pub const ENTER: f32 = 0.7;
}

/// How complicated a caller's matter is: `complexity.*`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Complexity {
    /// 0 plain to 1 beyond what the line can do.
    pub score: f32,
    /// Why, in a word each, for example `many_topics`.
    pub reasons: Vec<String>,
}

/// What a knowledge base has to say to a question.
#[derive(Clone, PartialEq)]
pub enum Answered {
    /// This answers it.
    Sure(KnownAnswer),
    /// One of these may, best first.
    Unsure(Vec<KnownAnswer>),
    /// Nothing does.
    None,
}

/// An answer of a knowledge base.
#[derive(Clone, PartialEq)]
pub struct KnownAnswer {
    /// The topic it stands under.
    pub topic: String,
    /// The question that it answers, in the caller's language: what "Did you mean …?" names.
    pub question: String,
    /// The answer, ready to be spoken.
    pub text: String,
    /// How well it fits, 0 to 1.
    pub score: f32,
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
    /// The caller will be called back instead of waiting. The conversation says so itself; nobody hands it in.
    Callback,
}

impl QueueResult {
    /// Those that a queue can come to: all but [`QueueResult::Callback`].
    pub const OF_A_QUEUE: [Self; 6] = [Self::Talked, Self::NoAgent, Self::Late, Self::Full, Self::Closed, Self::Outage];

    /// Its name in `queue.result`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Talked => "talked",
            Self::NoAgent => "no_agent",
            Self::Late => "late",
            Self::Full => "full",
            Self::Closed => "closed",
            Self::Outage => "outage",
            Self::Callback => "callback",
        }
    }
}

impl std::fmt::Debug for Input {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Start => formatter.write_str("Start"),
            Self::Heard(heard) => {
                let Heard { text, confidence, barge_in, .. } = heard;
                write!(formatter, "Heard({} characters, {confidence:.2}, barge_in {barge_in})", text.chars().count())
            }
            Self::Key(_) => formatter.write_str("Key(•)"),
            Self::NotUnderstood => formatter.write_str("NotUnderstood"),
            Self::Silence => formatter.write_str("Silence"),
            Self::Cut { saying, heard, of } => write!(formatter, "Cut({saying}, {heard:?} of {of:?})"),
            Self::Timer(id) => write!(formatter, "Timer({})", id.0),
            Self::LookedUp { id, result } => write!(formatter, "LookedUp({id}, {result:?})"),
            Self::QueueEnded(result) => write!(formatter, "QueueEnded({})", result.name()),
            Self::Noise => formatter.write_str("Noise"),
            Self::Done { id, result } => write!(formatter, "Done({id}, {result:?})"),
            Self::Sent { id, result } => write!(formatter, "Sent({id}, {result:?})"),
            Self::Answered { id, result } => {
                let found = match result {
                    Answered::Sure(_) => "sure",
                    Answered::Unsure(_) => "unsure",
                    Answered::None => "none",
                };
                write!(formatter, "Answered({id}, {found})")
            }
            Self::Recommended { id, chosen } => write!(formatter, "Recommended({id}, {chosen:?})"),
            Self::Transferred { id, result } => write!(formatter, "Transferred({id}, {result:?})"),
            Self::CallbackTaken { id, taken } => write!(formatter, "CallbackTaken({id}, {taken})"),
            Self::VoicemailLeft { id, left } => write!(formatter, "VoicemailLeft({id}, {left})"),
            Self::Event { name } => write!(formatter, "Event({name})"),
            Self::Queues(queues) => write!(formatter, "Queues({queues:?})"),
            Self::HangUp => formatter.write_str("HangUp"),
        }
    }
}
