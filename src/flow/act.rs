//! What comes out of a conversation. Whoever performs the acts (the call, the simulator, a
//! test) keeps their order: sayings are queued for playout; [`Act::End`] and [`Act::Queue`] wait until everything
//! said before them has been played; the clock of a [`Act::Listen`] starts when playout falls silent.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::Private;
use crate::words::{Expected, Language};

use super::datum::Datum;

pub use super::input::{
    Answered, CallFacts, Complexity, Heard, Input, KnownAnswer, LookUpResult, Mood, Now, QueueFacts, QueueResult,
    Record, TimerId,
};

/// What the conversation wants done, or wants known.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Speak.
    Say(SayAct),
    /// Listen from now on as described, instead of as before.
    Listen(ListenAct),
    /// Bring back `Input::Timer` after this long, counted from now.
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
    /// Ask a connection; `Input::LookedUp` brings the answer. It may begin while sayings before it still play.
    LookUp(LookUpAct),
    /// Find a person; `Input::QueueEnded` says how that ended if the caller comes back.
    Queue(QueueAct),
    /// The caller who waits in a queue becomes more urgent, or less; the place within a class goes by the time waited.
    ChangeClass {
        /// 1 (urgent) to 9.
        class: u8,
    },
    /// The caller no longer waits in the queue: a callback was agreed on.
    LeaveQueue,
    /// Change something through a connection, once; `Input::Done` says how it went. Whoever performs it may try
    /// again only under the same idempotency key. Answers nobody when the caller has hung up.
    Do(DoAct),
    /// Check who the caller is; `Input::LookedUp` brings the answer: a row means that the caller is known.
    Verify(VerifyAct),
    /// Send a message; `Input::Sent` says how it went.
    Send(SendAct),
    /// Keep the answers to a survey. Nothing comes back.
    Survey(SurveyAct),
    /// Add to what the person who takes the call is told. Nothing comes back.
    Note {
        /// The note, in the language of the conversation.
        text: String,
        /// Whether it holds a private value, and must be masked in the store.
        private: bool,
    },
    /// Mark the call for the figures. Nothing comes back.
    Tag {
        /// The mark.
        tag: String,
    },
    /// Trace: waiting for an event or for time to pass; the timer is a [`Act::SetTimer`] of its own.
    Wait {
        /// The event: `Input::Event`.
        for_event: Option<String>,
        /// For how long at most.
        time_limit: Duration,
    },
    /// Hand the call to somebody outside; `Input::Transferred` says how it went. Waits for quiet, as
    /// [`Act::Queue`].
    Transfer(TransferAct),
    /// Take down that the caller is to be called back; `Input::CallbackTaken` says whether it will be made.
    Callback(CallbackAct),
    /// Record a message after a tone; `Input::VoicemailLeft` says when it is over. Waits for quiet.
    Voicemail(VoicemailAct),
    /// Start, stop or pause the recording of the call. Nothing comes back.
    Record {
        /// Which.
        what: RecordWhat,
    },
    /// From now on, or no longer, the caller keys something secret: recording and transcript stop, tones are masked,
    /// nothing but keys is heard.
    Secure {
        /// Whether it begins.
        on: bool,
    },
    /// Look for an answer in the knowledge base; `Input::Answered` brings it.
    Answer(AnswerAct),
    /// Weigh suggestions for this caller; `Input::Recommended` brings the best.
    Recommend(RecommendAct),
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
    /// Trace: what was made of an utterance, of keys, or of what was not understood, and why.
    Understood(UnderstoodAct),
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
        /// The value itself, for tests to compare.
        raw: Private<Datum>,
    },
    /// Trace: a look-up, a change, a message or a check was answered, or its time ran out.
    LookedUp {
        /// `connection.query`.
        name: String,
        /// `found`, `none`, `sent`, or the kind of error.
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
    /// Names the saying in `Input::Cut`; rises by one with each.
    pub id: u64,
    /// What, ready to be spoken: no markup.
    pub text: String,
    /// In which language.
    pub language: Language,
    /// Whether speech stops it.
    pub barge_in: BargeIn,
    /// A recording of these words to play instead, where there is one.
    pub recording: Option<String>,
    /// How fast.
    pub pace: Pace,
}

/// How fast something is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Pace {
    /// As the voice speaks.
    #[default]
    Normal,
    /// For a caller who asked for it.
    Slow,
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
    /// After how much silence to bring `Input::Silence`; `None` while the caller is not expected to speak (a
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
    /// Names it in `Input::LookedUp`.
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

/// A change to be made through a connection.
#[derive(Clone, Debug, PartialEq)]
pub struct DoAct {
    /// What, through which query, for how long at most.
    pub call: LookUpAct,
    /// The same for every try of one run of the step, never the same for two runs: the far side makes the change once.
    pub idempotency_key: String,
}

/// A check of who the caller is.
#[derive(Clone, Debug, PartialEq)]
pub struct VerifyAct {
    /// Through which query.
    pub call: LookUpAct,
    /// The level the caller reaches if it succeeds.
    pub level: String,
}

/// A message to be sent.
#[derive(Clone, PartialEq)]
pub struct SendAct {
    /// Names it in `Input::Sent`.
    pub id: u64,
    /// The connection's name.
    pub connection: String,
    /// The query's name.
    pub query: String,
    /// The number or address: the argument `to`.
    pub to: String,
    /// The name of the message's template: the argument `template`.
    pub template: String,
    /// The other arguments by name.
    pub args: BTreeMap<String, Datum>,
    /// The same for every try of one run of the step.
    pub idempotency_key: String,
    /// After this long the answer is no longer awaited.
    pub time_limit: Duration,
}

/// The answers to a survey.
#[derive(Clone, Debug, PartialEq)]
pub struct SurveyAct {
    /// The connection and query that keep them, if the flow names one.
    pub save: Option<(String, String)>,
    /// Answers by the names of their questions; a question that was not answered is left out.
    pub answers: BTreeMap<String, Datum>,
    /// The same for every try of one run of the step.
    pub idempotency_key: String,
}

/// What a survey asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SurveyKind {
    /// How content the caller is, 1 (not at all) to 5 (very).
    Csat,
    /// Whether the matter is settled, yes or no.
    Resolved,
}

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

/// What becomes of the recording of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RecordWhat {
    /// It begins, or goes on after a pause.
    Start,
    /// It is over.
    Stop,
    /// It pauses until the next start.
    Pause,
}

/// A question to the knowledge base.
#[derive(Clone, PartialEq)]
pub struct AnswerAct {
    /// Names it in `Input::Answered`.
    pub id: u64,
    /// What the caller asked.
    pub question: String,
    /// Which topics may answer; all when empty.
    pub topics: Vec<String>,
    /// The language of the conversation.
    pub language: Language,
    /// After this long the answer is no longer awaited.
    pub time_limit: Duration,
}

/// Suggestions to be weighed.
#[derive(Clone, Debug, PartialEq)]
pub struct RecommendAct {
    /// Names it in `Input::Recommended`.
    pub id: u64,
    /// Those whose rules hold for this caller, in the order of the rules.
    pub candidates: Vec<Suggestion>,
    /// After this long the first is taken.
    pub time_limit: Duration,
}

/// One suggestion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What is suggested.
    pub item: String,
    /// Why, as it may be told to the caller; empty when the rule gives none.
    pub reason: String,
}

/// What was made of something the caller said or keyed.
#[derive(Clone, Debug, PartialEq)]
pub struct UnderstoodAct {
    /// Which rank of "what an utterance does" won.
    pub rank: Rank,
    /// What it came to, in a word or two: `order_no = ••••••78`, `flow order_status`, `handler repeat`, `read back`.
    pub outcome: String,
    /// Everything that was weighed, best first within its rank, with scores.
    pub proposals: Vec<Proposal>,
    /// By how much the best of the rank that won leads its next.
    pub margin: Option<f32>,
}

/// Something an utterance may mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// Of which rank.
    pub rank: Rank,
    /// What, private values masked: `order_no = ••••••78`, `flow order_status`, `repeat`.
    pub what: String,
    /// How well it fits and was heard, 0 to 1.
    pub score: f32,
}

/// What an utterance does: the first that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    /// (1) What may be said anywhere: a person please, say that again, goodbye.
    Common,
    /// (2) The answer to the question that stands, or the step's value or choice.
    Step,
    /// (3) A correction of something given before.
    Correction,
    /// (4) A question the knowledge base answers.
    Question,
    /// (5) The start of another flow.
    Flow,
    /// (6) Nothing fits.
    NotUnderstood,
}

impl Rank {
    /// Its name, as it is shown to designers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Common => "said anywhere",
            Self::Step => "answer to the step",
            Self::Correction => "correction",
            Self::Question => "question",
            Self::Flow => "another flow",
            Self::NotUnderstood => "not understood",
        }
    }
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

/// Why a call was ended by its flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EndReason {
    /// The flow came to its end.
    FlowEnded,
    /// The person the caller talked with has left, and the flow had nothing more to do.
    AgentEnded,
    /// The caller was handed to somebody outside.
    Transferred,
    /// The caller will be called back.
    Callback,
    /// The flow could not go on, not even to a person.
    Error,
    /// The caller hung up: the answer to `Input::HangUp`.
    CallerHungUp,
}

impl std::fmt::Debug for SayAct {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Say({}, {} characters, {:?})", self.id, self.text.chars().count(), self.barge_in)
    }
}

impl std::fmt::Debug for SendAct {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { id, connection, query, template, args, .. } = self;
        write!(formatter, "Send({id}, {connection}.{query}, {template}, {args:?})")
    }
}

impl std::fmt::Debug for CallbackAct {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { id, place, queue, tries, brief, .. } = self;
        write!(formatter, "Callback({id}, {place:?}, {queue:?}, {tries} tries, {brief:?})")
    }
}

impl std::fmt::Debug for AnswerAct {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Answer({}, {} characters, {:?})", self.id, self.question.chars().count(), self.topics)
    }
}

impl std::fmt::Debug for Fact {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Fact({})", self.label)
    }
}
