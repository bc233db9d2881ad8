//! What a rehearsal needs to know before it begins.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::act::{CallFacts, LookUpResult, QueueResult};

/// Who calls, when, and what the world outside the flow does.
#[derive(Clone, Debug)]
pub struct Setting {
    /// What is known of the call.
    pub facts: CallFacts,
    /// When it is answered.
    pub at: jiff::Timestamp,
    /// Decides where variants of sentences begin to take turns.
    pub seed: u64,
    /// The flow to begin with; `None`: the bundle's own `start`.
    pub flow: Option<String>,
    /// What connections answer.
    pub stubs: Stubs,
    /// What each wait for a person comes to, in order; here and below the last one repeats. Empty: nobody comes
    /// within the time limit.
    pub queue: Vec<Plan<QueueResult>>,
    /// The same for single queues, by name; they go before `queue`.
    pub queues: BTreeMap<String, Vec<Plan<QueueResult>>>,
    /// What each transfer comes to. Empty: somebody answers after 15 s.
    pub transfer: Vec<Plan<Result<(), String>>>,
    /// Whether each callback is taken down. Empty: it is, at once.
    pub callback: Vec<Plan<bool>>,
    /// Whether each voicemail holds a message. Empty: it does, after 10 s.
    pub voicemail: Vec<Plan<bool>>,
    /// What is found best of what a `recommend` weighs: an item, or nothing. Empty: the first that fits.
    pub recommend: Vec<Plan<Option<String>>>,
    /// Events that a `wait` may wait for, each so long after the wait began.
    pub events: Vec<(String, Duration)>,
    /// Whether a test shows private values as they are: the designer asked for it.
    pub reveals: bool,
    /// Whether a question without a stub is left to whoever runs the rehearsal ([`super::Stop::Asks`]); else it is
    /// answered with the error `no_stub`.
    pub asks: bool,
}

impl Default for Setting {
    /// An unknown caller on the first Monday of 2026 at ten in the morning UTC.
    fn default() -> Self {
        const MONDAY_MORNING: i64 = 1_767_607_200;
        Self {
            facts: CallFacts::default(),
            at: jiff::Timestamp::from_second(MONDAY_MORNING).unwrap_or(jiff::Timestamp::UNIX_EPOCH),
            seed: 0,
            flow: None,
            stubs: Stubs::default(),
            queue: Vec::new(),
            queues: BTreeMap::new(),
            transfer: Vec::new(),
            callback: Vec::new(),
            voicemail: Vec::new(),
            recommend: Vec::new(),
            events: Vec::new(),
            reveals: false,
            asks: false,
        }
    }
}

/// What something outside comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan<T> {
    /// How it ends.
    pub ends: T,
    /// After how long; `None`: as long as such an end usually takes.
    pub after: Option<Duration>,
}

impl<T> Plan<T> {
    /// An end after its usual time.
    pub fn new(ends: T) -> Self {
        Self { ends, after: None }
    }

    /// The plan for the `nth` time, from 0.
    pub(super) fn at(plans: &[Self], nth: usize) -> Option<&Self> {
        plans.get(nth).or_else(|| plans.last())
    }
}

/// How long it takes until a wait for a person ends so: closed, full and broken queues say it at once, nobody is free
/// after 20 s, a talk is over after a minute, and late is the time limit.
pub(super) fn usual_wait(ends: QueueResult, time_limit: Duration) -> Duration {
    const NOBODY: Duration = Duration::from_secs(20);
    const TALK: Duration = Duration::from_secs(60);
    match ends {
        QueueResult::Full | QueueResult::Closed | QueueResult::Outage => Duration::ZERO,
        QueueResult::NoAgent => NOBODY.min(time_limit),
        QueueResult::Talked => TALK,
        QueueResult::Late | QueueResult::Callback => time_limit,
    }
}

/// What connections answer: `connection.query` and its answers in order, the last of which repeats.
#[derive(Clone, Debug, Default)]
pub struct Stubs {
    answers: BTreeMap<String, Vec<StubAnswer>>,
}

/// One answer of a stub.
#[derive(Clone, Debug, PartialEq)]
pub struct StubAnswer {
    /// What comes back.
    pub result: LookUpResult,
    /// After how long.
    pub after: Duration,
}

impl StubAnswer {
    /// How long an answer takes of which nothing is said.
    pub const USUAL: Duration = Duration::from_millis(200);

    /// An answer that takes the usual time.
    pub fn now(result: LookUpResult) -> Self {
        Self { result, after: Self::USUAL }
    }
}

impl Stubs {
    /// Says what `connection.query` answers.
    pub fn set(&mut self, name: impl Into<String>, answers: Vec<StubAnswer>) {
        self.answers.insert(name.into(), answers);
    }

    /// The answer to the question asked for the `nth` time, from 0.
    pub fn answer(&self, name: &str, nth: usize) -> Option<&StubAnswer> {
        let answers = self.answers.get(name)?;
        answers.get(nth).or_else(|| answers.last())
    }

    /// The names that have answers.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.answers.keys().map(String::as_str)
    }
}
