//! A checked bundle: what the loader makes of a designer's files and a conversation runs.
//!
//! The steps of a flow stand in one list, whatever block they were written in; a [`Jump`] says where the
//! conversation goes. So `goto` may name a step in any block, and running a flow needs no recursion.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::words::{ChoiceOption, Language, SlotType, Template, TemplateIndex, WordList};

use super::expression::Expression;
use super::node::Place;
use super::sentence::{SentenceId, Sentences};

pub(super) use super::verb::{
    Answer, Ask, AskAll, AskAllSlot, BriefItem, Callback, Choice, Confirm, Do, Limit, Listening, LookUp, Menu, Queue,
    ReadBack, Recommend, Record, Route, Rule, Run, Say, Send, Survey, SurveyQuestion, Transfer, Verb, Verify,
    Voicemail, Wait,
};

/// A checked bundle. Never changes; a call keeps its bundle for life.
#[derive(Debug)]
pub struct Bundle {
    pub(super) id: String,
    /// The files it was read from: what a [`Place`] refers to.
    pub(super) files: Vec<std::path::PathBuf>,
    pub(super) name: String,
    pub(super) languages: Vec<Language>,
    pub(super) timezone: jiff::tz::TimeZone,
    pub(super) start: FlowIndex,
    pub(super) handover: Option<FlowIndex>,
    /// Slots whose value is known to every flow of a call once one has it.
    pub(super) shared: BTreeSet<String>,
    /// The bundle's own handlers; their steps stand in the last flow, which no caller can start.
    pub(super) handlers: Handlers,
    pub(super) flows: Vec<Flow>,
    /// What callers may say to start each flow, in each language, ready to be compared with what they say.
    pub(super) starts: BTreeMap<Language, TemplateIndex<FlowIndex>>,
    pub(super) sentences: Sentences,
    /// The documents that begin with `answers:`.
    pub(super) answers: Vec<Answers>,
    /// The sound files of its recordings, by `NAME.LANGUAGE`, with their paths within the bundle's folder.
    pub(super) recordings: BTreeMap<String, PathBuf>,
}

/// A `list:` document: named values for templates, choices and places.
#[derive(Debug)]
pub(super) struct List {
    pub entries: Vec<ChoiceOption>,
    /// The same, to be found in what was heard.
    pub words: Arc<WordList>,
}

impl List {
    pub fn new(name: &str, entries: Vec<ChoiceOption>) -> Self {
        let words = Arc::new(WordList::new(name, entries.clone()));
        Self { entries, words }
    }
}

/// An `answers:` document: questions callers ask and what is answered.
#[derive(Debug)]
pub(super) struct Answers {
    /// The topic that `topics:` of an `answer` step names.
    pub topic: String,
    pub entries: Vec<AnswerEntry>,
}

/// One question with its answer.
#[derive(Debug)]
pub(super) struct AnswerEntry {
    /// Its name, if it has one.
    pub id: Option<String>,
    pub at: Place,
    /// How it is asked.
    pub asked: Vec<(Language, Template)>,
    pub says: SentenceId,
}

/// The index of what starts `flows`, by language.
pub(super) fn starts_of(flows: &[Flow]) -> BTreeMap<Language, TemplateIndex<FlowIndex>> {
    let mut templates: BTreeMap<Language, Vec<(FlowIndex, Template)>> = BTreeMap::new();
    for (index, flow) in flows.iter().enumerate() {
        for (language, template) in &flow.start_when {
            templates.entry(*language).or_default().push((FlowIndex(index), template.clone()));
        }
    }
    templates.into_iter().map(|(language, own)| (language, TemplateIndex::new(own))).collect()
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

    /// What sentences with values begin with, up to the first value, once each: a voice that is slow makes them ahead,
    /// so that it speaks at once while it makes the rest.
    pub fn lead_ins(&self) -> Vec<(Language, String)> {
        super::phrases::lead_ins(self)
    }

    /// The names of its flows, in the order of its files.
    pub fn flow_names(&self) -> impl Iterator<Item = &str> {
        self.named_flows().map(|(_, flow)| flow.name.as_str())
    }

    /// The flow of a name.
    pub(super) fn flow_named(&self, name: &str) -> Option<FlowIndex> {
        self.named_flows().find(|(_, flow)| flow.name == name).map(|(index, _)| index)
    }

    /// Every flow that can be named: all but the one that holds the bundle's own handlers.
    fn named_flows(&self) -> impl Iterator<Item = (FlowIndex, &Flow)> {
        let own = super::check::BUNDLE_HANDLERS;
        let flows = self.flows.iter().enumerate().filter(move |(_, flow)| flow.name != own);
        flows.map(|(index, flow)| (FlowIndex(index), flow))
    }

    /// The file of a place.
    pub(super) fn file_of(&self, at: Place) -> std::path::PathBuf {
        self.files.get(usize::from(at.file)).cloned().unwrap_or_default()
    }

    /// The sound file of a recording that a `say` names: its path within the bundle's folder.
    pub fn recording(&self, name: &str, language: Language) -> Option<&Path> {
        self.recordings.get(&format!("{name}.{language}")).map(PathBuf::as_path)
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
    /// Variables that hold what was computed from a private value, with how private that is.
    pub private: BTreeMap<String, Privacy>,
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

    /// How private the value of a slot or a variable is.
    pub fn privacy(&self, name: &str) -> Privacy {
        let slot = self.slots.get(name).map(|slot| slot.privacy);
        slot.or_else(|| self.private.get(name).copied()).unwrap_or_default()
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
    /// How it is called when its value is read back among others; without it the value is said alone.
    pub called: Option<SentenceId>,
    /// Values that callers may not give, however well they were heard.
    pub refuse: Vec<Refusal>,
}

impl Slot {
    /// A slot of which nothing could be read. It exists, so that its uses are not faults as well.
    pub fn unknown(at: Place) -> Self {
        Self { at, kind: SlotType::FreeText, privacy: Privacy::None, called: None, refuse: Vec::new() }
    }
}

/// One rule of `refuse:`.
#[derive(Debug)]
pub(super) struct Refusal {
    /// When a value is refused; the name `value` stands for it.
    pub when: Expression,
    /// What the caller is told then.
    pub say: SentenceId,
}

/// `private:` of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
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
    /// Whether it stands inside a `secure` block, however deep.
    pub secure: bool,
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
    Help,
    Slower,
    WaitAMoment,
    Cancel,
    Correct,
    StartOver,
    Goodbye,
    Language,
    Silence,
    NotUnderstood,
    TooNoisy,
    KeypadZero,
    Mood,
    Complexity,
    LookUpSlow,
    Error,
    HangUp,
}

impl HandlerName {
    /// Every handler, as designers write it.
    pub const ALL: [(&'static str, Self); 19] = [
        ("agent_please", Self::AgentPlease),
        ("repeat", Self::Repeat),
        ("help", Self::Help),
        ("slower", Self::Slower),
        ("wait_a_moment", Self::WaitAMoment),
        ("cancel", Self::Cancel),
        ("correct", Self::Correct),
        ("start_over", Self::StartOver),
        ("goodbye", Self::Goodbye),
        ("language", Self::Language),
        ("silence", Self::Silence),
        ("not_understood", Self::NotUnderstood),
        ("too_noisy", Self::TooNoisy),
        ("keypad_zero", Self::KeypadZero),
        ("mood", Self::Mood),
        ("complexity", Self::Complexity),
        ("look_up_slow", Self::LookUpSlow),
        ("error", Self::Error),
        ("hang_up", Self::HangUp),
    ];

    /// Reads a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, handler)| *handler)
    }

    /// As designers write it.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, handler)| *handler == self).map_or("error", |(name, _)| name)
    }
}

/// The options of a choice, by their values.
pub(super) fn choice_type(options: Vec<ChoiceOption>) -> SlotType {
    SlotType::Choice { options }
}
