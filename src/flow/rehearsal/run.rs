//! The rehearsal itself: what performs a conversation's acts when there is no telephone.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::private::mask_values;
use crate::words::Language;

use super::super::act::{Act, Hear, Input, ListenAct, Now, QueueResult, TimerId};
use super::super::bundle::Bundle;
use super::super::engine::Conversation;
use super::caller::CallerTurn;
use super::coverage::Way;
use super::happening::{Happening, What};
use super::mouth::{Begun, Mouth, Stopped};
use super::outside::Unanswered;
use super::setting::{Setting, StubAnswer};

/// More than this cannot happen in one go: a flow that goes on without end is stopped.
pub(super) const MOST_EVENTS: usize = 20_000;

/// A conversation in virtual time.
#[derive(Clone)]
pub struct Rehearsal {
    pub(super) bundle: Arc<Bundle>,
    pub(super) setting: Arc<Setting>,
    conversation: Conversation,
    pub(super) clock: Duration,
    pub(super) mouth: Mouth,
    pub(super) timers: Vec<(Duration, TimerId)>,
    /// Timers that wait for more keys: the bot is not waiting for the caller before they have run out.
    pub(super) key_timers: Vec<TimerId>,
    /// What the world outside brings, and when.
    pub(super) coming: Vec<(Duration, Input)>,
    /// What waits until everything has been said.
    after_quiet: VecDeque<Act>,
    pub(super) listen: Option<ListenAct>,
    /// Since when the caller could speak and did not.
    pub(super) quiet_since: Duration,
    pub(super) caller_is_speaking: bool,
    pub(super) looking_up: usize,
    /// How often each stub was asked, and everything else outside.
    pub(super) asked: BTreeMap<String, usize>,
    pub(super) in_queue: bool,
    pub(super) unanswered: Option<Unanswered>,
    pub(super) last_distress: Option<f32>,
    /// The flow and the step that were entered last.
    step: (String, String),
    private: Vec<String>,
    happened: Vec<Happening>,
    pub(super) ended: bool,
    /// As it was when the bot's present turn began, for a caller who turns out to interrupt it.
    before: Option<Box<Rehearsal>>,
}

/// Why a rehearsal stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The bot has said everything and listens.
    Waiting,
    /// A person is waited for.
    Queued,
    /// A connection was asked that has no stub: [`Rehearsal::unanswered`] says what, [`Rehearsal::answer`] goes on.
    Asks,
    /// The time that was given is reached.
    Reached,
    /// The call is over.
    Ended,
    /// Nothing can happen any more, and nobody is listened to: the caller would hear nothing for ever.
    DeadEnd,
}

/// There is no such flow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no flow `{name}`; known are {known}")]
pub struct NoSuchFlow {
    /// What was asked for.
    pub name: String,
    /// The flows there are.
    pub known: String,
}

impl Rehearsal {
    /// Answers the call and runs until the bot waits: what happened so far comes with it.
    pub fn begin(bundle: Arc<Bundle>, setting: Setting) -> Result<(Self, Vec<Happening>), NoSuchFlow> {
        let mut rehearsal = Self::answered(bundle, setting)?;
        rehearsal.before = Some(Box::new(rehearsal.clone()));
        rehearsal.settle(None);
        let happened = rehearsal.take();
        Ok((rehearsal, happened))
    }

    /// Answers the call, and lets no time pass yet.
    pub fn answered(bundle: Arc<Bundle>, setting: Setting) -> Result<Self, NoSuchFlow> {
        let facts = setting.facts.clone();
        let conversation = match &setting.flow {
            None => Conversation::new(Arc::clone(&bundle), facts, setting.seed),
            Some(name) => Conversation::at_flow(Arc::clone(&bundle), facts, setting.seed, name).ok_or_else(|| {
                let known: Vec<String> = bundle.flow_names().map(|flow| format!("`{flow}`")).collect();
                NoSuchFlow { name: name.clone(), known: known.join(", ") }
            })?,
        };
        let facts = &setting.facts;
        let known = [&facts.caller_number, &facts.caller_name].into_iter().flatten();
        let private = known.map(|value| value.reveal().clone()).collect();
        let mut rehearsal = Self {
            bundle,
            setting: Arc::new(setting),
            conversation,
            clock: Duration::ZERO,
            mouth: Mouth::default(),
            timers: Vec::new(),
            key_timers: Vec::new(),
            coming: Vec::new(),
            after_quiet: VecDeque::new(),
            listen: None,
            quiet_since: Duration::ZERO,
            caller_is_speaking: false,
            looking_up: 0,
            asked: BTreeMap::new(),
            in_queue: false,
            unanswered: None,
            last_distress: None,
            step: (String::new(), String::new()),
            private,
            happened: Vec::new(),
            ended: false,
            before: None,
        };
        rehearsal.input(Input::Start);
        Ok(rehearsal)
    }

    /// One turn of the caller, and everything that comes of it until the bot waits again. A caller who interrupts
    /// does so in the turn of the bot that was told last: what was told of it after that moment did not happen, and
    /// the answer begins with the saying that was cut.
    pub fn turn(&mut self, turn: CallerTurn) -> Vec<Happening> {
        if let (Some(after), Some(before)) = (turn.barge_in_after(), self.before.take()) {
            *self = *before;
            self.settle_interrupted(after, &|_| true);
            // Only what is new is told: the sayings before the interruption are known.
            self.take();
        }
        self.give(turn);
        self.before = None;
        self.before = Some(Box::new(self.clone()));
        self.settle(None);
        self.take()
    }

    /// What has happened since this was last asked.
    pub fn take(&mut self) -> Vec<Happening> {
        std::mem::take(&mut self.happened)
    }

    /// Since the call was answered.
    pub fn clock(&self) -> Duration {
        self.clock
    }

    /// Whether the call is over.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// Whether a person is being waited for.
    pub fn is_queued(&self) -> bool {
        self.in_queue
    }

    /// How the bot listens now.
    pub fn listening(&self) -> Option<&ListenAct> {
        self.listen.as_ref()
    }

    /// The conversation, to ask what it waits for.
    pub fn conversation(&self) -> &Conversation {
        &self.conversation
    }

    /// The bundle.
    pub fn bundle(&self) -> &Arc<Bundle> {
        &self.bundle
    }

    /// The language of the conversation.
    pub fn language(&self) -> Language {
        self.conversation.language()
    }

    /// The moment it is taken to be.
    pub fn wall(&self) -> jiff::Timestamp {
        let passed = jiff::SignedDuration::try_from(self.clock).unwrap_or_default();
        self.setting.at.saturating_add(passed).unwrap_or(self.setting.at)
    }

    /// Travels in time: the clock on the wall goes forward by so much, and nothing happens meanwhile.
    pub fn travel(&mut self, to: jiff::Timestamp) {
        let passed = jiff::SignedDuration::try_from(self.clock).unwrap_or_default();
        let mut setting = (*self.setting).clone();
        setting.at = to.saturating_sub(passed).unwrap_or(to);
        self.setting = Arc::new(setting);
    }

    /// A text with every private value masked that this conversation has come to know, however it is spelt.
    pub fn masked(&self, text: &str) -> String {
        mask_values(text, &self.private)
    }

    /// Every private value this conversation has come to know, in normal form and as it is spoken.
    pub fn private_values(&self) -> &[String] {
        &self.private
    }

    /// The question to a connection that nothing answers, at [`Stop::Asks`].
    pub fn unanswered(&self) -> Option<&Unanswered> {
        self.unanswered.as_ref()
    }

    /// Answers [`Rehearsal::unanswered`] and goes on.
    pub fn answer(&mut self, answer: StubAnswer) -> Vec<Happening> {
        if let Some(question) = self.unanswered.take() {
            self.answer_in_time(&question, answer);
        }
        self.settle(None);
        self.take()
    }

    /// Something happens that a `wait` may wait for, and the flow goes on.
    pub fn event(&mut self, name: &str) -> Vec<Happening> {
        self.input(Input::Event { name: name.to_owned() });
        self.settle(None);
        self.take()
    }

    /// Ends the wait for a person at once, whatever was planned, and goes on.
    pub fn end_queue(&mut self, result: QueueResult) -> Vec<Happening> {
        if self.in_queue {
            self.coming.retain(|(_, input)| !matches!(input, Input::QueueEnded(_)));
            self.coming.push((self.clock, Input::QueueEnded(result)));
            self.go_on();
        }
        self.take()
    }

    /// Goes on where [`Stop::Queued`] stands still: the wait takes its course.
    pub fn go_on(&mut self) -> Stop {
        let waited_for_person = self.in_queue;
        while waited_for_person && self.in_queue && !self.ended {
            if !self.pass_next(None) {
                break;
            }
        }
        self.settle(None)
    }

    /// Runs until the bot waits for the caller, or `until` is reached.
    pub fn settle(&mut self, until: Option<Duration>) -> Stop {
        for _ in 0..MOST_EVENTS {
            self.perform_after_quiet();
            if let Some(stop) = self.stands_still(until, until.is_none()) {
                return stop;
            }
            if !self.pass_next(until) {
                break;
            }
        }
        self.dead_end()
    }

    /// Runs until the caller interrupts: so long after the first saying of this turn that is `into` began, or has
    /// nothing more to say. A saying that began before this turn was asked for counts too.
    pub fn settle_interrupted(&mut self, after: Duration, into: &dyn Fn(&Happening) -> bool) -> Stop {
        let mut looked_at = 0;
        let mut until = None;
        for _ in 0..MOST_EVENTS {
            self.perform_after_quiet();
            let new = &self.happened[looked_at..];
            if until.is_none() {
                let begun = new.iter().find(|one| one.said().is_some() && into(one));
                until = begun.map(|one| one.at + after);
            }
            looked_at = self.happened.len();
            if let Some(stop) = self.stands_still(until, true) {
                return stop;
            }
            if !self.pass_next(until) {
                break;
            }
        }
        self.dead_end()
    }

    /// Why nothing goes on by itself, if that is so. `quiet_is_enough`: a bot that has said everything and waits is
    /// reason enough.
    fn stands_still(&self, until: Option<Duration>, quiet_is_enough: bool) -> Option<Stop> {
        if self.ended {
            return Some(Stop::Ended);
        }
        if self.unanswered.is_some() {
            return Some(Stop::Asks);
        }
        if until.is_some_and(|until| self.clock >= until) {
            return Some(Stop::Reached);
        }
        let quiet = quiet_is_enough && self.mouth.is_silent() && self.key_timers.is_empty();
        if quiet && self.in_queue {
            return Some(Stop::Queued);
        }
        (quiet && self.awaits_an_answer()).then_some(Stop::Waiting)
    }

    /// Nothing will ever happen again, though the call has not ended.
    fn dead_end(&mut self) -> Stop {
        self.happen(What::DeadEnd);
        self.ended = true;
        Stop::DeadEnd
    }

    /// Lets time pass, and what is due in it happen.
    pub(super) fn pass(&mut self, time: Duration) {
        let until = self.clock + time;
        while self.clock < until && !self.ended {
            self.perform_after_quiet();
            if !self.pass_next(Some(until)) {
                break;
            }
        }
        self.clock = self.clock.max(until);
    }

    /// The next thing that is due happens, or `until` is reached. False when nothing is due.
    pub(super) fn pass_next(&mut self, until: Option<Duration>) -> bool {
        match self.next_event(until) {
            Some((at, event)) => {
                self.happens(at, event);
                true
            }
            None => match until {
                Some(until) => {
                    self.clock = until;
                    true
                }
                None => false,
            },
        }
    }

    /// What is due next, not after `until`.
    pub(super) fn next_event(&self, until: Option<Duration>) -> Option<(Duration, Event)> {
        let mouth = self.mouth.next().map(|at| (at, Event::Mouth));
        let timer = self.timers.iter().min().map(|(at, id)| (*at, Event::Timer(*id)));
        let coming = self.coming.iter().map(|(at, _)| *at).min().map(|at| (at, Event::Coming));
        let silence = self.silence_due().map(|at| (at, Event::Silence));
        let first = [coming, timer, mouth, silence].into_iter().flatten().min_by_key(|(at, _)| *at)?;
        let first = (first.0.max(self.clock), first.1);
        until.is_none_or(|until| first.0 <= until).then_some(first)
    }

    /// When the caller's silence will be taken note of.
    fn silence_due(&self) -> Option<Duration> {
        if !self.mouth.is_silent() || self.caller_is_speaking || self.looking_up > 0 || !self.after_quiet.is_empty() {
            return None;
        }
        let limit = self.listen.as_ref()?.silence_after?;
        Some(self.quiet_since + limit)
    }

    pub(super) fn happens(&mut self, at: Duration, event: Event) {
        self.clock = at;
        match event {
            Event::Mouth => match self.mouth.pass() {
                Some(Begun { act, step, takes }) => {
                    self.happen(What::Bot {
                        saying: act.id,
                        step,
                        text: act.text,
                        language: act.language,
                        barge_in: act.barge_in,
                        takes,
                    });
                }
                None => self.quiet_since = at,
            },
            Event::Timer(timer) => {
                self.timers.retain(|(_, known)| *known != timer);
                self.key_timers.retain(|known| *known != timer);
                self.input(Input::Timer(timer));
            }
            Event::Coming => {
                let Some(place) = self.coming.iter().position(|(due, _)| *due <= at) else { return };
                let (_, input) = self.coming.remove(place);
                self.quiet_since = at;
                match &input {
                    Input::QueueEnded(result) => {
                        self.in_queue = false;
                        self.happen(What::QueueEnded(*result));
                    }
                    Input::Event { .. } => {}
                    _ => self.looking_up = self.looking_up.saturating_sub(1),
                }
                self.input(input);
            }
            Event::Silence => {
                self.quiet_since = at;
                if let Some(listen) = &mut self.listen {
                    listen.silence_after = None;
                }
                self.input(Input::Silence);
            }
        }
    }

    /// Gives the flow an input and does what it says.
    pub(super) fn input(&mut self, input: Input) {
        if self.ended {
            return;
        }
        let now = Now { since_answer: self.clock, wall: self.wall() };
        let acts = self.conversation.handle(now, input);
        let went: Vec<What> = self.conversation.went().iter().map(|way| What::Went(Way(*way))).collect();
        went.into_iter().for_each(|way| self.happen(way));
        self.learn_private_values();
        for act in acts {
            self.perform(act);
        }
        self.perform_after_quiet();
    }

    fn learn_private_values(&mut self) {
        for value in self.conversation.private_values() {
            if self.private.contains(&value) {
                continue;
            }
            for language in self.bundle.languages() {
                let spoken = crate::words::spell(&value, *language);
                if !self.private.contains(&spoken) {
                    self.private.push(spoken);
                }
            }
            self.private.push(value);
        }
    }

    fn perform(&mut self, act: Act) {
        let waits = matches!(act, Act::End { .. } | Act::Queue(_) | Act::Transfer(_) | Act::Voicemail(_));
        if waits && (!self.mouth.is_silent() || !self.after_quiet.is_empty()) {
            self.after_quiet.push_back(act);
            return;
        }
        match act {
            Act::Say(say) => self.mouth.say(say, self.step.clone(), self.clock),
            Act::Listen(listen) => {
                self.quiet_since = self.clock;
                self.listen = Some(listen);
            }
            Act::SetTimer { id, after } => self.timers.push((self.clock + after, id)),
            Act::CancelTimer { id } => {
                self.timers.retain(|(_, known)| *known != id);
                self.key_timers.retain(|known| *known != id);
            }
            Act::StopSaying => self.stop_saying(),
            Act::End { reason, note } => {
                self.ended = true;
                self.happen(What::Ended { reason, note });
            }
            Act::Entered { flow, step, .. } => {
                self.step = (flow.clone(), step.clone());
                self.happen(What::Step { flow, step });
            }
            Act::Handler { name } => self.happen(What::Handler { name }),
            Act::SlotFilled { slot, value, raw } => self.happen(What::SlotFilled { slot, value, raw }),
            Act::LookedUp { name, result, took } => self.happen(What::Answered { name, result, took }),
            Act::Understood(understood) => self.happen(What::Understood(understood)),
            Act::Trouble { what } => self.happen(What::Trouble { what }),
            other => self.perform_outside(other),
        }
    }

    /// Performs what waited for the caller to have heard everything.
    pub(super) fn perform_after_quiet(&mut self) {
        while self.mouth.is_silent()
            && !self.ended
            && let Some(act) = self.after_quiet.pop_front()
        {
            let rest = std::mem::take(&mut self.after_quiet);
            self.perform(act);
            self.after_quiet.extend(rest);
        }
    }

    pub(super) fn stop_saying(&mut self) {
        let stopped = self.mouth.stop(self.clock);
        let inputs = self.note_stopped(stopped);
        for input in inputs {
            self.input(input);
        }
    }

    pub(super) fn note_stopped(&mut self, stopped: Vec<Stopped>) -> Vec<Input> {
        let mut inputs = Vec::new();
        for (place, one) in stopped.into_iter().enumerate() {
            if place == 0 && !one.heard.is_zero() {
                self.happen(What::Cut { saying: one.saying, heard: one.heard });
            }
            inputs.push(Input::Cut { saying: one.saying, heard: one.heard, of: one.of });
        }
        inputs
    }

    pub(super) fn happen(&mut self, what: What) {
        self.happened.push(Happening { at: self.clock, what });
    }

    pub(super) fn hears_speech(&self) -> bool {
        self.listen.as_ref().is_none_or(|listen| listen.hear != Hear::Keypad)
    }

    /// Whether the flow waits for the caller to answer.
    pub fn awaits_an_answer(&self) -> bool {
        self.looking_up == 0 && self.listen.as_ref().is_some_and(|listen| listen.silence_after.is_some())
    }
}

/// What may be due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    Mouth,
    Timer(TimerId),
    Coming,
    Silence,
}
