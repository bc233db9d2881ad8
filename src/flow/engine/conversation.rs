//! The conversation itself: what it holds, how inputs reach it, and how it follows steps.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::words::Language;

use super::super::act::{Act, EndReason, Pace, Proposal};
use super::super::bundle::{Bundle, FlowIndex, HandlerName, Jump, StepIndex};
use super::super::datum::Datum;
use super::super::input::{CallFacts, Input, Now, QueueResult, Record, TimerId};
use super::super::phrases::Phrase;
use super::super::sentence::SentenceId;
use super::feeling::Feeling;
use super::frame::{Frame, Return};
use super::ladder::Miss;
use super::outside::{Arrival, Pending};
use super::people::InQueue;
use super::speech::{Part, Said};
use super::state::{Aside, State};
use super::understand::Utterance;
use super::went::Went;

/// A caller's number has at least so many digits.
const FEWEST_DIGITS: usize = 5;
/// How many steps one input may cost.
pub(super) const MOST_STEPS: u32 = 400;
/// After so many silences in a row nobody is there.
const MOST_SILENCES: u32 = 12;

/// One call, run by a bundle.
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
/// use warmline::flow::{Act, CallFacts, Conversation, Input, Now, Operators, SourceFile, load_files};
///
/// let text = r#"
/// bundle: hello
/// start: greet
/// languages: [en]
/// ---
/// flow: greet
/// steps:
///   - say: { en: "Hello." }
///   - end: call
/// "#;
/// let file = SourceFile { path: "hello.yaml".into(), text: text.to_owned() };
/// let loaded = load_files(vec![file], &Operators::default()).unwrap();
/// let mut conversation = Conversation::new(Arc::clone(&loaded.bundle), CallFacts::default(), 1);
/// let now = Now { since_answer: Duration::ZERO, wall: "2026-01-05T09:00:00Z".parse().unwrap() };
/// let acts = conversation.handle(now, Input::Start);
/// assert!(acts.iter().any(|act| matches!(act, Act::Say(say) if say.text == "Hello.")));
/// assert!(matches!(acts.last(), Some(Act::End { .. })));
/// ```
#[derive(Clone)]
pub struct Conversation {
    pub(super) bundle: Arc<Bundle>,
    /// The flow it begins with.
    start: FlowIndex,
    /// Which ways the last input took, for whoever measures what tests cover.
    pub(super) went: Vec<Went>,
    pub(super) call: CallFacts,
    pub(super) seed: u64,
    /// The bundle's languages that are spoken here.
    pub(super) languages: Vec<Language>,
    pub(super) language: Language,
    pub(super) now: Now,
    pub(super) frames: Vec<Frame>,
    pub(super) state: State,
    /// A question beside the flow, while it stands.
    pub(super) aside: Option<Aside>,
    pub(super) acts: Vec<Act>,
    pub(super) said: Vec<Said>,
    pub(super) turns: HashMap<SentenceId, usize>,
    pub(super) pending: Vec<Pending>,
    /// The caller's place in a queue, whatever else goes on meanwhile.
    pub(super) queued: Option<InQueue>,
    /// The last place the caller had.
    pub(super) waited_in: Option<InQueue>,
    /// Runs out when a waiting caller is to be offered a callback.
    pub(super) callback_timer: Option<TimerId>,
    /// The number to call back, while it is settled.
    pub(super) calling_back: Option<String>,
    pub(super) queue_result: Option<QueueResult>,
    pub(super) error_kind: Option<String>,
    /// What was said while nothing listened, for the next step that does.
    pub(super) held: Option<Utterance>,
    pub(super) next_saying: u64,
    pub(super) next_timer: u64,
    pub(super) next_id: u64,
    pub(super) runs_of_changes: u64,
    /// An utterance that a handler came before, and what had been said then: answered after the handler's steps.
    pub(super) deferred: Option<(Utterance, Vec<Said>)>,
    /// What the caller said last that nothing understood.
    pub(super) unanswered: Option<String>,
    /// The step of the `answer` that was looked up last.
    pub(super) answering: Option<StepIndex>,
    /// Keys pressed while nothing was asked.
    pub(super) typed_ahead: String,
    /// Runs out when a lone 0 among them stays alone.
    pub(super) zero_timer: Option<TimerId>,
    pub(super) feeling: Feeling,
    pub(super) pace: Pace,
    /// Whether the caller agreed to be recorded, if that was asked.
    pub(super) consent: Option<bool>,
    pub(super) survey: Record,
    /// Events that happened before anything waited for them.
    pub(super) events: Vec<String>,
    /// Whether a `secure` block is running, as it was last announced.
    pub(super) secure: bool,
    /// The values of the bundle's `shared` slots, as some flow was given them last.
    pub(super) shared: BTreeMap<String, Datum>,
    /// Private values of this call, in their normal form, the latest last.
    pub(super) private: Vec<String>,
    /// The caller has gone; only the `hang_up` handler still runs.
    pub(super) hung_up: bool,
    /// What the utterance at hand may mean.
    pub(super) weighed: Vec<Proposal>,
    pub(super) explains: bool,
    pub(super) heard_before: bool,
    pub(super) fruitless: u32,
    /// The flow that the caller started last.
    pub(super) topic: Option<FlowIndex>,
    silences: u32,
    pub(super) steps_left: u32,
    pub(super) troubles: u32,
}

/// What performing a step comes to.
pub(super) enum After {
    /// Go on.
    Go(Jump),
    /// Something is waited for.
    Wait,
    /// It went wrong.
    Trouble(String),
}

impl Conversation {
    /// A conversation that has not begun. `seed` decides where variants of sentences begin to take turns: the same
    /// inputs with the same seed give the same acts.
    pub fn new(bundle: Arc<Bundle>, call: CallFacts, seed: u64) -> Self {
        let is_spoken = |language: &Language| call.spoken.as_ref().is_none_or(|spoken| spoken.contains(language));
        let languages: Vec<Language> = bundle.languages.iter().copied().filter(is_spoken).collect();
        // A line without a voice for any of them says nothing whatever the language; it is refused at its start.
        let first = languages.first().or(bundle.languages.first()).copied().unwrap_or(Language::EN);
        let language = call.language.filter(|wanted| languages.contains(wanted)).unwrap_or(first);
        let wall = jiff::Timestamp::UNIX_EPOCH;
        // A telephone number is no word of any sentence; a name may be, and so may what some phones send as a number.
        let number = call.caller_number.as_ref().map(|number| number.reveal().clone());
        let is_number = |text: &String| text.bytes().filter(u8::is_ascii_digit).count() >= FEWEST_DIGITS;
        let private = number.into_iter().filter(is_number).collect();
        Self {
            start: bundle.start,
            went: Vec::new(),
            bundle,
            call,
            seed,
            languages,
            language,
            now: Now { since_answer: std::time::Duration::ZERO, wall },
            frames: Vec::new(),
            state: State::Fresh,
            aside: None,
            acts: Vec::new(),
            said: Vec::new(),
            turns: HashMap::new(),
            pending: Vec::new(),
            queued: None,
            waited_in: None,
            callback_timer: None,
            calling_back: None,
            queue_result: None,
            error_kind: None,
            held: None,
            next_saying: 1,
            next_timer: 1,
            next_id: 1,
            runs_of_changes: 0,
            deferred: None,
            unanswered: None,
            answering: None,
            typed_ahead: String::new(),
            zero_timer: None,
            feeling: Feeling::default(),
            pace: Pace::Normal,
            consent: None,
            survey: Record::new(),
            events: Vec::new(),
            secure: false,
            shared: BTreeMap::new(),
            private,
            hung_up: false,
            weighed: Vec::new(),
            explains: true,
            heard_before: false,
            fruitless: 0,
            topic: None,
            silences: 0,
            steps_left: 0,
            troubles: 0,
        }
    }

    /// As [`Conversation::new`], but the call begins with the flow of this name, as tests and the simulator want it;
    /// `None` when the bundle has no such flow.
    pub fn at_flow(bundle: Arc<Bundle>, call: CallFacts, seed: u64, flow: &str) -> Option<Self> {
        let start = bundle.flow_named(flow)?;
        Some(Self { start, ..Self::new(bundle, call, seed) })
    }

    /// The language the conversation is in.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Whether it is over: nothing more comes of any input.
    pub fn has_ended(&self) -> bool {
        matches!(self.state, State::Ended)
    }

    /// Takes one input and says what to do. After the conversation has ended nothing is done.
    pub fn handle(&mut self, now: Now, input: Input) -> Vec<Act> {
        self.now = now;
        self.steps_left = MOST_STEPS;
        self.went.clear();
        if self.has_ended() {
            return Vec::new();
        }
        match input {
            Input::Start => {
                if matches!(self.state, State::Fresh) {
                    let frame = self.new_frame(self.start, Return::Goodbye);
                    self.frames.push(frame);
                    let entry = self.bundle.flow(self.start).entry;
                    self.go(entry);
                }
            }
            Input::HangUp => self.hang_up(),
            Input::Queues(queues) => self.call.queues = queues,
            // Nothing can be answered before the call has begun.
            _ if matches!(self.state, State::Fresh) => {}
            Input::Heard(heard) => {
                self.silences = 0;
                self.heard(heard);
            }
            Input::Key(key) => {
                self.silences = 0;
                self.key(key);
            }
            Input::NotUnderstood | Input::Noise => {
                self.silences = 0;
                self.weighed.clear();
                self.feel(None, None);
                let noise = matches!(input, Input::Noise);
                self.nothing_understood(if noise { Miss::Noise } else { Miss::Mishearing });
            }
            Input::Silence => {
                self.silences += 1;
                if self.silences >= MOST_SILENCES {
                    self.say_phrase(Phrase::Goodbye, Part::Statement);
                    self.end(EndReason::FlowEnded, Some("nobody there".to_owned()));
                } else {
                    self.silence();
                }
            }
            Input::Cut { saying, heard, of } => self.cut(saying, heard, of),
            Input::Timer(timer) => self.timer(timer),
            Input::LookedUp { id, result } | Input::Done { id, result } => self.arrives(id, Arrival::Looked(result)),
            Input::Sent { id, result } | Input::Transferred { id, result } => self.arrives(id, Arrival::Went(result)),
            Input::Answered { id, result } => self.arrives(id, Arrival::Answered(result)),
            Input::Recommended { id, chosen } => self.arrives(id, Arrival::Chosen(chosen)),
            Input::CallbackTaken { id, taken } => self.arrives(id, Arrival::Is(taken)),
            Input::VoicemailLeft { id, left } => self.arrives(id, Arrival::Is(left)),
            Input::Event { name } => self.event(name),
            Input::QueueEnded(result) => self.queue_ended(result),
        }
        self.deferred = None;
        self.take_typed_ahead();
        std::mem::take(&mut self.acts)
    }

    /// The caller has hung up: the `hang_up` handler, and the end.
    fn hang_up(&mut self) {
        if !matches!(self.state, State::Fresh) {
            self.hung_up = true;
            self.aside = None;
            self.fire(HandlerName::HangUp);
        }
        if !self.has_ended() {
            self.end(EndReason::CallerHungUp, None);
        }
    }
}
