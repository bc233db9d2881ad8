//! A checked bundle: what the loader makes of a designer's files and a conversation runs.
//!
//! The steps of a flow stand in one list, whatever block they were written in; a [`Jump`] says where the
//! conversation goes. So `goto` may name a step in any block, and running a flow needs no recursion.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::words::{ChoiceOption, Language, SlotType, Template};

use super::act::{BargeIn, Hear, Patience, Tell};
use super::expression::{Expression, Read};
use super::node::Place;
use super::sentence::{SentenceId, Sentences};

/// A checked bundle. Never changes; a call keeps its bundle for life.
#[derive(Debug)]
pub struct Bundle {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) languages: Vec<Language>,
    pub(super) timezone: jiff::tz::TimeZone,
    pub(super) start: FlowIndex,
    pub(super) handover: Option<FlowIndex>,
    /// The bundle's own handlers; their steps stand in the last flow, which no caller can start.
    pub(super) handlers: Handlers,
    pub(super) flows: Vec<Flow>,
    pub(super) sentences: Sentences,
}

impl Bundle {
    /// A short name of the content: the first twelve hexadecimal digits of the SHA-256 over all files.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name the designer gave it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The languages it speaks, the first being the one a call begins in.
    pub fn languages(&self) -> &[Language] {
        &self.languages
    }

    /// Where its days begin.
    pub fn timezone(&self) -> &jiff::tz::TimeZone {
        &self.timezone
    }

    /// Every sentence that can be spoken without knowing the caller, once each: made ahead of any call.
    pub fn fixed_prompts(&self) -> Vec<(Language, String)> {
        super::phrases::fixed_prompts(self)
    }

    pub(super) fn flow(&self, flow: FlowIndex) -> &Flow {
        &self.flows[flow.0]
    }
}

/// Which flow of a bundle. Made by the loader alone, so it always names one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct FlowIndex(pub usize);

/// Which step of a flow. Made by the loader alone, so it always names one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct StepIndex(pub usize);

/// A step named by its id, perhaps before it was read: an index into [`Flow::labels`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Label(pub usize);

/// Where the conversation goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Jump {
    /// To a step of this flow.
    Step(StepIndex),
    /// To a step of this flow that has an id.
    Label(Label),
    /// To another flow, which takes the place of this one.
    Flow(FlowIndex),
    /// The flow is over.
    EndFlow,
    /// The steps of a handler are over: back to the step that was interrupted.
    Resume,
}

/// One flow.
#[derive(Debug)]
pub(super) struct Flow {
    pub name: String,
    pub at: Place,
    /// How it is called when the caller has to choose between two.
    pub called: Option<SentenceId>,
    pub start_when: Vec<(Language, Template)>,
    pub slots: BTreeMap<String, Slot>,
    pub handlers: Handlers,
    pub entry: Jump,
    pub steps: Vec<Step>,
    /// Steps with an id. A label without a step is a fault, so a bundle that runs has none.
    pub labels: Vec<Option<StepIndex>>,
}

impl Flow {
    pub fn step(&self, step: StepIndex) -> &Step {
        &self.steps[step.0]
    }

    /// Resolves labels away.
    pub fn resolve(&self, jump: Jump) -> Jump {
        match jump {
            Jump::Label(label) => self.labels.get(label.0).copied().flatten().map_or(Jump::EndFlow, Jump::Step),
            other => other,
        }
    }
}

/// A slot of a flow.
#[derive(Debug)]
pub(super) struct Slot {
    pub at: Place,
    pub kind: SlotType,
    pub privacy: Privacy,
}

/// `private:` of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) enum Privacy {
    /// Shown everywhere.
    #[default]
    None,
    /// Said to this caller, sent to connections, shown to the agent; masked elsewhere.
    Mask,
    /// Sent to connections alone.
    Hide,
}

/// One step.
#[derive(Debug)]
pub(super) struct Step {
    /// Its id, or `verb@line`.
    pub name: String,
    pub at: Place,
    pub verb: Verb,
    /// Where it leaves when nothing else is said.
    pub next: Jump,
    pub handlers: Handlers,
}

/// What a step does.
#[derive(Debug)]
pub(super) enum Verb {
    Say { sentence: SentenceId, barge_in: BargeIn },
    Ask(Ask),
    Menu(Menu),
    Route(Route),
    Choose { branches: Vec<(Expression, Jump)>, otherwise: Jump },
    Set { assignments: Vec<(String, Expression)> },
    LookUp(LookUp),
    Run(Run),
    Goto { to: Jump, at_most: Option<Limit> },
    Queue(Queue),
    End { whole_call: bool, reason: Option<String> },
}

/// What `ask`, `menu` and `route` have in common.
#[derive(Debug)]
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

/// `run`.
#[derive(Debug)]
pub(super) struct Run {
    pub flow: FlowIndex,
    pub with: Vec<(String, Expression)>,
    /// This flow's name, that flow's name.
    pub returns: Vec<(String, String)>,
}

/// `queue`.
#[derive(Debug)]
pub(super) struct Queue {
    pub queue: String,
    pub class: Option<Expression>,
    pub skills: Vec<SentenceId>,
    pub brief: Vec<BriefItem>,
    pub tell: Vec<Tell>,
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

/// Handlers of a scope by name, in the order in which their conditions are tried.
pub(super) type Handlers = BTreeMap<HandlerName, Vec<Handler>>;

/// One handler.
#[derive(Debug)]
pub(super) struct Handler {
    pub when: Option<Expression>,
    pub action: HandlerAction,
}

/// What a handler does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HandlerAction {
    /// Leave for good.
    Goto(Jump),
    /// Run steps and come back.
    Steps(Jump),
}

/// The handlers of the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum HandlerName {
    AgentPlease,
    Repeat,
    Goodbye,
    Silence,
    NotUnderstood,
    KeypadZero,
    LookUpSlow,
    Error,
    /// Of the reference, checked but never fired by this version.
    NotPerformed(&'static str),
}

impl HandlerName {
    /// The handlers that fire, as designers write them.
    pub const PERFORMED: [(&'static str, Self); 8] = [
        ("agent_please", Self::AgentPlease),
        ("repeat", Self::Repeat),
        ("goodbye", Self::Goodbye),
        ("silence", Self::Silence),
        ("not_understood", Self::NotUnderstood),
        ("keypad_zero", Self::KeypadZero),
        ("look_up_slow", Self::LookUpSlow),
        ("error", Self::Error),
    ];

    /// The handlers of the reference that this version checks but never fires.
    pub const NOT_PERFORMED: [&'static str; 11] = [
        "help",
        "slower",
        "wait_a_moment",
        "cancel",
        "correct",
        "start_over",
        "language",
        "too_noisy",
        "mood",
        "complexity",
        "hang_up",
    ];

    /// Reads a name.
    pub fn from_name(name: &str) -> Option<Self> {
        let performed = Self::PERFORMED.iter().find(|(known, _)| *known == name).map(|(_, handler)| *handler);
        let later = || Self::NOT_PERFORMED.iter().find(|known| **known == name).map(|known| Self::NotPerformed(known));
        performed.or_else(later)
    }

    /// As designers write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotPerformed(name) => name,
            performed => {
                Self::PERFORMED.iter().find(|(_, handler)| *handler == performed).map_or("error", |(name, _)| name)
            }
        }
    }
}

/// The options of a choice, by their values.
pub(super) fn choice_type(options: Vec<ChoiceOption>) -> SlotType {
    SlotType::Choice { options }
}
