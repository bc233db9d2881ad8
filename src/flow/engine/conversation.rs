//! The conversation itself: what it holds, how inputs reach it, and how it follows steps.

use std::collections::HashMap;
use std::sync::Arc;

use crate::words::Language;

use super::super::act::{Act, EndReason, Pace, Proposal};
use super::super::bundle::{Bundle, FlowIndex, HandlerName, Handlers, Jump, StepIndex, Verb};
use super::super::input::{CallFacts, Input, Now, QueueResult, Record, TimerId};
use super::super::phrases::Phrase;
use super::super::sentence::SentenceId;
use super::feeling::Feeling;
use super::frame::{Frame, Interrupted, Return};
use super::ladder::Miss;
use super::outside::{Arrival, Pending};
use super::people::InQueue;
use super::speech::{Part, Said};
use super::state::{Aside, State};
use super::understand::Utterance;
use super::went::Went;

/// How many steps one input may cost.
const MOST_STEPS: u32 = 400;
/// How deep flows may run each other.
const DEEPEST: usize = 12;
/// How many things may go wrong before the call is given up.
const MOST_TROUBLES: u32 = 4;
/// After so many silences in a row nobody is there.
const MOST_SILENCES: u32 = 12;
/// After so many misses without anything understood the call is given up.
const MOST_FRUITLESS: u32 = 24;

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
    steps_left: u32,
    troubles: u32,
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
                    self.frames.push(Frame::new(self.start, Return::Goodbye));
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

    /// Follows steps from a jump until something is waited for.
    pub(super) fn go(&mut self, jump: Jump) {
        let mut jump = jump;
        let mut from = self.current_step();
        loop {
            let Some(frame) = self.frames.last() else {
                self.end(EndReason::FlowEnded, None);
                return;
            };
            if self.steps_left == 0 {
                let what = format!("the flow `{}` went on without end", self.bundle.flow(frame.flow).name);
                self.trouble(&what);
                return;
            }
            self.steps_left -= 1;
            self.went.push(match from.take() {
                Some(step) => Went::Left { flow: frame.flow, step, to: jump },
                None => Went::CameBack { flow: frame.flow, to: jump },
            });
            self.state = State::Running { step: None };
            let by_name = matches!(jump, Jump::Label(_));
            jump = match self.bundle.flow(frame.flow).resolve(jump) {
                Jump::Step(step) => {
                    if by_name {
                        self.clear_for_asking_again(step);
                    }
                    self.state = State::Running { step: Some(step) };
                    let depth = self.frames.len();
                    match self.perform(step) {
                        After::Go(next) => {
                            // A step that runs another flow is left when that comes back.
                            from = (self.frames.len() == depth).then_some(step);
                            next
                        }
                        After::Wait => return,
                        After::Trouble(what) => {
                            self.trouble(&what);
                            return;
                        }
                    }
                }
                Jump::Flow(flow) => {
                    self.replace_flow(flow);
                    self.bundle.flow(flow).entry
                }
                Jump::EndFlow | Jump::Label(_) => match self.leave_flow() {
                    Some(next) => next,
                    None => return,
                },
                Jump::Resume => {
                    let Some(frame) = self.frames.last_mut() else { return };
                    match frame.interrupted.pop() {
                        Some(interrupted) => {
                            self.resume(interrupted);
                            return;
                        }
                        None => match self.leave_flow() {
                            Some(next) => next,
                            None => return,
                        },
                    }
                }
            };
        }
    }

    /// `goto` to an `ask` clears its slot first.
    fn clear_for_asking_again(&mut self, step: StepIndex) {
        let Some(frame) = self.frames.last_mut() else { return };
        match &self.bundle.flows[frame.flow.0].step(step).verb {
            Verb::Ask(ask) => {
                frame.values.remove(&ask.slot);
            }
            Verb::AskAll(ask) => {
                for one in &ask.slots {
                    frame.values.remove(&one.slot);
                }
            }
            _ => {}
        }
    }

    /// Another flow takes the place of the one on top; slots of equal name and type go with it.
    fn replace_flow(&mut self, flow: FlowIndex) {
        let Some(old) = self.frames.pop() else { return };
        let mut frame = Frame::new(flow, old.returns);
        let (from, to) = (self.bundle.flow(old.flow), self.bundle.flow(flow));
        for (name, value) in old.values {
            let kind = |slots: &std::collections::BTreeMap<String, super::super::bundle::Slot>| {
                slots.get(&name).map(|slot| slot.kind.name())
            };
            if kind(&from.slots).is_some() && kind(&from.slots) == kind(&to.slots) {
                frame.values.insert(name, value);
            }
        }
        frame.hands_over = Some(flow) == self.bundle.handover;
        frame.secure = old.secure;
        self.frames.push(frame);
    }

    /// Runs another flow on top of this one. False when flows are nested too deep.
    pub(super) fn push_flow(&mut self, frame: Frame) -> bool {
        if self.frames.len() >= DEEPEST {
            return false;
        }
        self.frames.push(frame);
        true
    }

    /// The flow on top is over. Where to go on, or `None` when something is waited for or the call is over.
    fn leave_flow(&mut self) -> Option<Jump> {
        let frame = self.frames.pop()?;
        match frame.returns {
            _ if self.hung_up => {
                self.end(EndReason::CallerHungUp, None);
                None
            }
            Return::Goodbye => {
                self.say_phrase(Phrase::Goodbye, Part::Statement);
                self.end(EndReason::FlowEnded, None);
                None
            }
            Return::To { next, values } => {
                for (mine, its) in values {
                    if let Some(value) = frame.values.get(&its).filter(|value| !value.is_absent()) {
                        self.fill(&mine, value.clone());
                    }
                }
                Some(next)
            }
            Return::Interrupted(interrupted) => {
                self.resume(*interrupted);
                None
            }
        }
    }

    /// Takes up what was interrupted.
    pub(super) fn resume(&mut self, interrupted: Interrupted) {
        let Interrupted { state, unheard } = interrupted;
        self.say_unheard(unheard);
        match state {
            _ if self.hung_up => self.end(EndReason::CallerHungUp, None),
            State::Listening(listening) => {
                let secure = self.step_is_secure(listening.step);
                self.state = State::Listening(listening);
                self.secure_or_not(secure);
                match self.deferred.take() {
                    Some((utterance, said)) => {
                        self.said = said;
                        self.hear(&utterance);
                    }
                    None => self.ask_shortly(),
                }
            }
            State::Waiting { id } => {
                self.state = State::Waiting { id };
                self.take_up_waiting();
            }
            State::Queued { step } => {
                self.state = State::Queued { step };
                self.listen_aside();
            }
            other => self.state = other,
        }
    }

    /// The state, as something to come back to.
    pub(super) fn interruption(&mut self) -> Interrupted {
        let unheard = self.unheard();
        self.forget_keys();
        Interrupted { state: self.state.clone(), unheard }
    }

    /// Something went wrong while a flow ran: its `error` handler, else the bundle's `handover`, else an apology.
    pub(super) fn trouble(&mut self, what: &str) {
        self.acts.push(Act::Trouble { what: what.to_owned() });
        self.troubles += 1;
        if self.hung_up {
            self.end(EndReason::CallerHungUp, None);
            return;
        }
        self.error_kind.get_or_insert_with(|| "flow".to_owned());
        self.steps_left = self.steps_left.max(MOST_STEPS / 8);
        if self.troubles > MOST_TROUBLES {
            self.give_up();
            return;
        }
        self.error_handler();
    }

    /// Nothing more can be done for the caller.
    pub(super) fn give_up(&mut self) {
        self.say_phrase(Phrase::Sorry, Part::Statement);
        self.end(EndReason::Error, None);
    }

    /// Ends the call.
    pub(super) fn end(&mut self, reason: EndReason, note: Option<String>) {
        if self.has_ended() {
            return;
        }
        let reason = if self.hung_up { EndReason::CallerHungUp } else { reason };
        self.cancel_timers();
        self.secure_or_not(false);
        self.state = State::Ended;
        self.aside = None;
        self.queued = None;
        self.frames.clear();
        self.pending.clear();
        self.acts.push(Act::End { reason, note });
    }

    /// Something was understood: the counts of what was not begin anew.
    pub(super) fn progress(&mut self) {
        self.fruitless = 0;
    }

    /// One more miss. True when it is time to give up.
    pub(super) fn one_more_miss(&mut self) -> bool {
        self.fruitless += 1;
        self.fruitless >= MOST_FRUITLESS
    }

    /// Whether a person is being found, or about to be.
    pub(super) fn is_handing_over(&self) -> bool {
        let at_a_way_to_a_person = || {
            let (step, frame) = (self.current_step()?, self.frames.last()?);
            let verb = &self.bundle.flow(frame.flow).step(step).verb;
            Some(matches!(verb, Verb::Queue(_) | Verb::Transfer(_) | Verb::Callback(_) | Verb::Voicemail(_)))
        };
        self.queued.is_some()
            || at_a_way_to_a_person() == Some(true)
            || self.frames.iter().any(|frame| frame.hands_over)
    }

    /// The step of the flow on top that is being performed or waited at.
    pub(super) fn current_step(&self) -> Option<StepIndex> {
        match &self.state {
            State::Listening(listening) => Some(listening.step),
            State::Waiting { id } => self.pending.iter().find(|pending| pending.id == *id).map(|pending| pending.step),
            State::Queued { step } => Some(*step),
            State::Running { step } => *step,
            State::Fresh | State::Ended => None,
        }
    }

    /// Whether only keys are heard now and nothing is kept of them.
    pub(super) fn is_secure(&self) -> bool {
        self.secure
    }

    fn step_is_secure(&self, step: StepIndex) -> bool {
        self.frames.last().is_some_and(|frame| frame.secure || self.bundle.flow(frame.flow).step(step).secure)
    }

    /// Announces that a `secure` block begins or is over.
    pub(super) fn secure_or_not(&mut self, step_is_secure: bool) {
        let secure = step_is_secure || self.frames.last().is_some_and(|frame| frame.secure);
        if secure != self.secure && !self.hung_up {
            self.secure = secure;
            self.acts.push(Act::Secure { on: secure });
        }
    }

    /// Handlers of the step, the flow and the bundle, the innermost first.
    pub(super) fn handler_scopes(&self) -> Vec<&Handlers> {
        let mut scopes = Vec::new();
        let Some(frame) = self.frames.last() else { return scopes };
        let flow = self.bundle.flow(frame.flow);
        let step = self.current_step();
        scopes.extend(step.map(|step| &flow.step(step).handlers));
        scopes.push(&flow.handlers);
        scopes.push(&self.bundle.handlers);
        scopes
    }

    /// A new timer.
    pub(super) fn set_timer(&mut self, after: std::time::Duration) -> TimerId {
        let id = TimerId(self.next_timer);
        self.next_timer += 1;
        self.acts.push(Act::SetTimer { id, after });
        id
    }

    /// Forgets a timer.
    pub(super) fn cancel_timer(&mut self, timer: Option<TimerId>) {
        if let Some(id) = timer {
            self.acts.push(Act::CancelTimer { id });
        }
    }

    fn cancel_timers(&mut self) {
        self.forget_keys();
        let pending: Vec<Option<TimerId>> =
            self.pending.iter().flat_map(|pending| [pending.limit_timer, pending.filler_timer]).collect();
        let others = [self.callback_timer.take(), self.zero_timer.take()];
        for timer in others {
            self.cancel_timer(timer);
        }
        for timer in pending {
            self.cancel_timer(timer);
        }
    }
}
