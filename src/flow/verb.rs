//! What a step does: the checked form of every verb.

use std::time::Duration;

use crate::words::SlotType;

use super::act::{BargeIn, Hear, HowToTransfer, Patience, PlaceInQueue, RecordWhat, SurveyKind, Tell};
use super::bundle::{FlowIndex, Jump};
use super::expression::{Expression, Read};
use super::sentence::SentenceId;

/// What a step does.
#[derive(Debug)]
pub(super) enum Verb {
    Say(Say),
    Ask(Ask),
    AskAll(AskAll),
    Menu(Menu),
    Route(Route),
    Confirm(Confirm),
    Choose {
        branches: Vec<(Expression, Jump)>,
        otherwise: Jump,
    },
    Set {
        assignments: Vec<(String, Expression)>,
    },
    LookUp(LookUp),
    Do(Do),
    Answer(Answer),
    Run(Run),
    Goto {
        to: Jump,
        at_most: Option<Limit>,
    },
    Queue(Queue),
    Transfer(Transfer),
    Callback(Callback),
    Voicemail(Voicemail),
    Record(Record),
    /// A block: its steps have [`Step::secure`], the last leads to the `next` of this one.
    Secure {
        inside: Jump,
    },
    Send(Send),
    Survey(Survey),
    Note {
        sentence: SentenceId,
    },
    Tag {
        tags: Vec<SentenceId>,
    },
    Wait(Wait),
    Verify(Verify),
    Recommend(Recommend),
    End {
        whole_call: bool,
        reason: Option<String>,
    },
}

impl Verb {
    /// As designers write it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Say(_) => "say",
            Self::Ask(_) => "ask",
            Self::AskAll(_) => "ask_all",
            Self::Menu(_) => "menu",
            Self::Route(_) => "route",
            Self::Confirm(_) => "confirm",
            Self::Choose { .. } => "choose",
            Self::Set { .. } => "set",
            Self::LookUp(_) => "look_up",
            Self::Do(_) => "do",
            Self::Answer(_) => "answer",
            Self::Run(_) => "run",
            Self::Goto { .. } => "goto",
            Self::Queue(_) => "queue",
            Self::Transfer(_) => "transfer",
            Self::Callback(_) => "callback",
            Self::Voicemail(_) => "voicemail",
            Self::Record(_) => "record",
            Self::Secure { .. } => "secure",
            Self::Send(_) => "send",
            Self::Survey(_) => "survey",
            Self::Note { .. } => "note",
            Self::Tag { .. } => "tag",
            Self::Wait(_) => "wait",
            Self::Verify(_) => "verify",
            Self::Recommend(_) => "recommend",
            Self::End { .. } => "end",
        }
    }

    /// How it listens, if it does.
    pub fn listening(&self) -> Option<&Listening> {
        match self {
            Self::Ask(ask) => Some(&ask.listening),
            Self::AskAll(ask) => Some(&ask.listening),
            Self::Menu(menu) => Some(&menu.listening),
            Self::Route(route) => Some(&route.listening),
            Self::Confirm(confirm) => Some(&confirm.listening),
            Self::Answer(answer) => Some(&answer.listening),
            _ => None,
        }
    }
}

/// `say`.
#[derive(Debug)]
pub(super) struct Say {
    pub sentence: SentenceId,
    /// A recording to play instead, where whoever performs the saying has one; the sentence is its words.
    pub recording: Option<String>,
    pub barge_in: BargeIn,
}

/// What the steps that listen have in common.
#[derive(Debug, Default)]
pub(super) struct Listening {
    pub prompt: Option<SentenceId>,
    /// What is said at the first miss, the second, …; `None`: the step has no `again` of its own.
    pub again: Option<Vec<SentenceId>>,
    pub hear: Hear,
    pub patience: Option<Patience>,
    /// `None`: the bundle's `handover`.
    pub if_stuck: Option<Jump>,
}

/// `ask`.
#[derive(Debug)]
pub(super) struct Ask {
    pub slot: String,
    pub listening: Listening,
    pub read_back: ReadBack,
    /// Ask even when the slot is filled.
    pub always: bool,
}

/// `ask_all`. [`Listening::prompt`] is the opening question, for everything at once; [`Listening::again`] counts for
/// the step as a whole where a slot has none of its own.
#[derive(Debug)]
pub(super) struct AskAll {
    pub slots: Vec<AskAllSlot>,
    pub listening: Listening,
    /// `confirm: together`: everything is read back in one question at the end.
    pub together: bool,
}

/// One slot of an `ask_all`, in the order in which what is missing is asked for.
#[derive(Debug)]
pub(super) struct AskAllSlot {
    pub slot: String,
    /// What is asked when it is missing; without it the engine asks by the slot's type and name.
    pub prompt: Option<SentenceId>,
    pub again: Option<Vec<SentenceId>>,
    pub read_back: ReadBack,
}

/// `confirm`.
#[derive(Debug)]
pub(super) struct Confirm {
    /// What may be corrected by a "no, …"; spoken too where there is no prompt.
    pub facts: Vec<BriefItem>,
    /// The prompt is the question itself.
    pub listening: Listening,
    /// Absent: as `if_stuck`.
    pub if_no: Option<Jump>,
}

/// `read_back:` of an `ask`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) enum ReadBack {
    Always,
    #[default]
    IfUnsure,
    Never,
}

/// `menu`.
#[derive(Debug)]
pub(super) struct Menu {
    pub listening: Listening,
    pub choices: Vec<Choice>,
    /// The choices as a slot type: what is waited for and how it is told apart.
    pub kind: SlotType,
}

/// One choice of a menu. Its words are in [`Menu::kind`] under the value of its position.
#[derive(Debug)]
pub(super) struct Choice {
    pub key: Option<String>,
    pub to: Jump,
}

/// `route`.
#[derive(Debug)]
pub(super) struct Route {
    pub listening: Listening,
    /// The flows it may start: those of `only`, or all that have a `start_when`.
    pub flows: Vec<FlowIndex>,
}

/// `at_most` and `then` of a `goto`.
#[derive(Debug)]
pub(super) struct Limit {
    pub times: u32,
    pub then: Jump,
}

/// `look_up`.
#[derive(Debug)]
pub(super) struct LookUp {
    pub connection: String,
    pub query: String,
    pub with: Vec<(String, Expression)>,
    pub save_as: Option<String>,
    pub time_limit: Duration,
    pub while_waiting: Option<SentenceId>,
    pub if_none: Option<Jump>,
    pub if_error: Option<Jump>,
}

/// `do`: as `look_up`, but it changes something. [`LookUp::if_none`] is never set.
#[derive(Debug)]
pub(super) struct Do {
    pub call: LookUp,
    /// Marked `safe`: needs no `confirm` before, and may be done after the caller has hung up.
    pub safe: bool,
}

/// `answer`.
#[derive(Debug)]
pub(super) struct Answer {
    /// Which `answers:` documents may be used; all when empty.
    pub topics: Vec<String>,
    /// What is asked. Absent: what the caller said last that nothing else understood, or else the prompt is asked.
    pub question: Option<Expression>,
    pub listening: Listening,
    /// Absent: the caller is asked whether the best candidate is meant.
    pub if_unsure: Option<Jump>,
    pub if_none: Option<Jump>,
}

/// `transfer`.
#[derive(Debug)]
pub(super) struct Transfer {
    pub destination: String,
    pub how: HowToTransfer,
    pub brief: Vec<BriefItem>,
    pub if_failed: Option<Jump>,
}

/// `callback`.
#[derive(Debug)]
pub(super) struct Callback {
    /// An absent value: there is no number, and the caller is asked for one unless `if_no_number` is there.
    pub number: Expression,
    pub place: PlaceInQueue,
    /// Whether the caller is asked if the number is right.
    pub confirm_number: bool,
    /// How often it is tried to reach the caller.
    pub tries: u32,
    /// For whom the place is kept; absent: the queue the caller waited in last.
    pub queue: Option<String>,
    pub if_no_number: Option<Jump>,
    pub if_refused: Option<Jump>,
}

/// `voicemail`.
#[derive(Debug)]
pub(super) struct Voicemail {
    pub mailbox: String,
    /// What is said before the tone; absent: the engine's own words.
    pub prompt: Option<SentenceId>,
    pub time_limit: Duration,
    pub transcribe: bool,
}

/// `record`.
#[derive(Debug)]
pub(super) struct Record {
    pub what: RecordWhat,
    /// The question by which the caller consents; absent: none is asked.
    pub consent: Option<SentenceId>,
    pub if_refused: Option<Jump>,
}

/// `send`.
#[derive(Debug)]
pub(super) struct Send {
    pub connection: String,
    pub query: String,
    pub to: Expression,
    pub template: String,
    pub with: Vec<(String, Expression)>,
    pub time_limit: Duration,
    pub if_error: Option<Jump>,
}

/// `survey`.
#[derive(Debug)]
pub(super) struct Survey {
    pub questions: Vec<SurveyQuestion>,
    /// The connection and query that keep the answers, if any.
    pub save: Option<(String, String)>,
}

/// One question of a survey.
#[derive(Debug)]
pub(super) struct SurveyQuestion {
    /// The name its answer is kept under: `csat`, `resolved`.
    pub name: String,
    pub kind: SurveyKind,
    /// Absent: the engine's own words.
    pub prompt: Option<SentenceId>,
}

/// `wait`.
#[derive(Debug)]
pub(super) struct Wait {
    /// Absent: a pause of `time_limit`.
    pub for_event: Option<String>,
    pub time_limit: Duration,
    pub if_late: Option<Jump>,
}

/// `verify`.
#[derive(Debug)]
pub(super) struct Verify {
    pub connection: String,
    pub query: String,
    /// What the caller is known to be afterwards: `caller.level`; `caller.verified` is true at any level.
    pub level: String,
    pub with: Vec<(String, Expression)>,
    pub time_limit: Duration,
    /// How often it is tried: between tries the slots in `with` are asked for again.
    pub tries: u32,
    pub if_failed: Option<Jump>,
}

/// `recommend`.
#[derive(Debug)]
pub(super) struct Recommend {
    pub rules: Vec<Rule>,
    /// A record of `item` and `reason`.
    pub save_as: Option<String>,
    pub if_none: Option<Jump>,
}

/// One rule of a `recommend`.
#[derive(Debug)]
pub(super) struct Rule {
    pub when: Option<Expression>,
    pub item: SentenceId,
    pub reason: Option<SentenceId>,
}

/// `run`.
#[derive(Debug)]
pub(super) struct Run {
    pub flow: FlowIndex,
    pub with: Vec<(String, Expression)>,
    /// This flow's name, that flow's name.
    pub returns: Vec<(String, Read)>,
}

/// `queue`.
#[derive(Debug)]
pub(super) struct Queue {
    pub queue: String,
    pub class: Option<Expression>,
    pub skills: Vec<SentenceId>,
    pub brief: Vec<BriefItem>,
    pub tell: Vec<Tell>,
    /// After how long the caller is offered to be called back instead of waiting.
    pub offer_callback_after: Option<Duration>,
    pub time_limit: Duration,
    pub after_agent: Option<Jump>,
    pub if_no_agent: Option<Jump>,
    pub if_late: Option<Jump>,
    pub if_full: Option<Jump>,
    pub if_closed: Option<Jump>,
    pub if_outage: Option<Jump>,
}

/// One line of a brief.
#[derive(Debug)]
pub(super) struct BriefItem {
    pub read: Read,
    pub label: String,
    pub private: bool,
}
