//! The `test:` documents of a bundle: conversations written down beforehand, with what is expected of them.
//!
//! **In:** the files of a bundle, the bundle checked, and the operators' side, since stubs must fit the shapes that
//! connections declare. **Out:** [`FlowTest`]s in the order of the files, or every fault with its place and a mend.

mod expectations;
mod lines;
mod load;
mod outcomes;
mod stubs;
#[cfg(test)]
pub(super) mod tests;
mod wording;

use std::path::PathBuf;
use std::time::Duration;

use super::caller::CallerTurn;
use super::happening::Asking;
use super::setting::Setting;
use crate::flow::QueueResult;
use crate::words::Language;

pub use load::{load_tests, tests_of};
pub use wording::Wording;

/// The tests of a bundle.
#[derive(Clone, Debug)]
pub struct BundleTests {
    /// The tests, in the order of the files.
    pub tests: Vec<FlowTest>,
    /// The files of the bundle, in the order in which it was loaded: for [`super::Coverage`].
    pub files: Vec<PathBuf>,
}

/// A test: a call written down beforehand.
#[derive(Clone, Debug)]
pub struct FlowTest {
    /// Its name, as it stands behind `test:`.
    pub name: String,
    /// Where it stands.
    pub at: Spot,
    /// Who calls, when, and what the world outside does.
    pub setting: Setting,
    /// What is said, done and expected, in order.
    pub lines: Vec<TestLine>,
    /// On which levels it is played.
    pub levels: Vec<Level>,
}

/// How much of a call is real when a test is played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// What the caller says is text.
    #[default]
    Text,
    /// What the caller says is spoken, sent through a telephone's codec and noise, and recognised.
    Voice,
    /// A whole call: SIP and RTP on this machine.
    Wire,
}

impl Level {
    /// Every level with its name.
    pub const ALL: [(&'static str, Self); 3] = [("text", Self::Text), ("voice", Self::Voice), ("wire", Self::Wire)];

    /// As designers write it.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, level)| *level == self).map_or("text", |(name, _)| name)
    }
}

/// A place in the files of a bundle.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// The file, as it was named to the loader.
    pub file: PathBuf,
    /// From 1.
    pub line: u32,
}

impl std::fmt::Display for Spot {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}:{}", self.file.display(), self.line)
    }
}

/// One line of a test.
#[derive(Clone, Debug)]
pub struct TestLine {
    /// Where it stands.
    pub at: Spot,
    /// What it is.
    pub what: LineKind,
}

/// What a line of a test is.
#[derive(Clone, Debug)]
pub enum LineKind {
    /// `bot:` and `bot_exactly:`.
    Bot(BotLine),
    /// `caller:`.
    Caller(CallerLine),
    /// `expect:`.
    Expect(Vec<Expected>),
    /// `event:`: something happens that a `wait` may wait for.
    Event(String),
    /// `queue:`: the wait for a person ends now.
    QueueEnds(QueueResult),
}

/// What the bot is expected to say.
#[derive(Clone, Debug)]
pub struct BotLine {
    /// The words, each in a saying of its own or in one together, in this order.
    pub says: Vec<Wording>,
    /// The step in which it is said, `flow/step` or `step`.
    pub step: Option<String>,
    /// The language in which it is said.
    pub language: Option<Language>,
    /// Whether nothing else may be said before it.
    pub exactly: bool,
}

/// What the caller does.
#[derive(Clone, Debug)]
pub enum CallerLine {
    /// This.
    Turn(CallerTurn),
    /// Plays a recording, whose words these are where nothing can be heard.
    Audio {
        /// The file.
        file: PathBuf,
        /// What is said in it, at level `text`.
        says: Option<String>,
        /// As `Says::barge_in_after`.
        barge_in_after: Option<Duration>,
    },
}

/// One expectation and where it stands.
#[derive(Clone, Debug)]
pub struct Expected {
    /// Where.
    pub at: Spot,
    /// What.
    pub what: Expectation,
}

/// What is expected of the conversation at this point.
#[derive(Clone, PartialEq)]
pub enum Expectation {
    /// A slot has a value, or none.
    Slot {
        /// The slot.
        slot: String,
        /// Its value in normal form; `None`: it is empty.
        value: Option<String>,
    },
    /// Whether the value heard last was read back.
    ReadBack(bool),
    /// The step the conversation is at.
    Step(String),
    /// The flow the conversation is in.
    Flow(String),
    /// The caller waits in this queue, or came to it since they spoke last.
    Queue(String),
    /// The class they wait in.
    Class(u8),
    /// Skills that are wished for.
    Skill(String),
    /// A fact of the brief, perhaps with its value.
    BriefHas {
        /// Its name in the flow, or as it is spoken.
        label: String,
        /// Its value.
        value: Option<String>,
    },
    /// What the brief must not hold.
    BriefLacks(String),
    /// What the person is told that the caller wants.
    Reason(String),
    /// A handler fired since the caller spoke last, or none did.
    Handler(Option<String>),
    /// A connection was asked in this call, perhaps with these arguments.
    Asked {
        /// What for.
        verb: Asking,
        /// `connection.query`.
        name: String,
        /// Arguments by name.
        with: Vec<(String, String)>,
    },
    /// No connection was asked for this.
    NotAsked(Asking),
    /// Something was noted for the person who takes the call.
    Noted(Wording),
    /// The call was marked.
    Tagged(String),
    /// The answers to a survey.
    Survey {
        /// The question.
        question: String,
        /// Its answer.
        answer: String,
    },
    /// The language of the conversation.
    Language(Language),
    /// The call is over: `call` for any end but an error, a reason of the engine, or the designer's own.
    End(String),
    /// The call was handed to this destination.
    Transfer(String),
    /// A callback was wished for: this number, or any.
    Callback(Option<String>),
    /// A message was recorded in this mailbox.
    Voicemail(String),
    /// The recording was started, stopped or paused.
    Recording(String),
    /// What was recommended, or nothing.
    Recommended(Option<String>),
    /// An event is waited for.
    WaitsFor(String),
    /// What the bot must not have said since the caller spoke last.
    NotSaid(Wording),
}

impl std::fmt::Debug for Expectation {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.key())
    }
}

impl Expectation {
    /// The key by which it is written.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Slot { .. } => "slot",
            Self::ReadBack(_) => "read_back",
            Self::Step(_) => "step",
            Self::Flow(_) => "flow",
            Self::Queue(_) => "queue",
            Self::Class(_) => "class",
            Self::Skill(_) => "skills",
            Self::BriefHas { .. } => "brief_has",
            Self::BriefLacks(_) => "brief_lacks",
            Self::Reason(_) => "reason",
            Self::Handler(_) => "handler",
            Self::Asked { verb, .. } | Self::NotAsked(verb) => asked_key(*verb),
            Self::Noted(_) => "noted",
            Self::Tagged(_) => "tagged",
            Self::Survey { .. } => "survey",
            Self::Language(_) => "language",
            Self::End(_) => "end",
            Self::Transfer(_) => "transfer",
            Self::Callback(_) => "callback",
            Self::Voicemail(_) => "voicemail",
            Self::Recording(_) => "recording",
            Self::Recommended(_) => "recommended",
            Self::WaitsFor(_) => "waits_for",
            Self::NotSaid(_) => "not_said",
        }
    }
}

/// The key under which a test expects that a connection was asked.
pub(super) fn asked_key(verb: Asking) -> &'static str {
    match verb {
        Asking::LookUp => "look_up",
        Asking::Do => "did",
        Asking::Send => "sent",
        Asking::Verify => "verified",
    }
}
