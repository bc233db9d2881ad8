//! The rehearsal itself: a conversation in virtual time, with what it has come to.

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
use super::mouth::Mouth;
use super::outside::Unanswered;
use super::setting::{Setting, StubAnswer};

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
    pub(super) after_quiet: VecDeque<Act>,
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
    pub(super) step: (String, String),
    private: Vec<String>,
    pub(super) happened: Vec<Happening>,
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
        let mut rehearsal = Self::unanswered_call(bundle, setting)?;
        rehearsal.input(Input::Start);
        Ok(rehearsal)
    }

    /// A call that nothing has reached yet.
    pub(super) fn unanswered_call(bundle: Arc<Bundle>, setting: Setting) -> Result<Self, NoSuchFlow> {
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
        Ok(Self {
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
        })
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
        // A caller who interrupts goes back in the bot's turn, not in time.
        if let Some(before) = &mut self.before {
            before.setting = Arc::clone(&self.setting);
        }
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
        self.happens_outside(name);
        self.take()
    }

    pub(super) fn happens_outside(&mut self, name: &str) {
        self.input(Input::Event { name: name.to_owned() });
        self.settle(None);
    }

    /// Ends the wait for a person at once, whatever was planned, and goes on.
    pub fn end_queue(&mut self, result: QueueResult) -> Vec<Happening> {
        self.queue_ends(result);
        self.take()
    }

    pub(super) fn queue_ends(&mut self, result: QueueResult) {
        if self.in_queue {
            self.coming.retain(|(_, input)| !matches!(input, Input::QueueEnded(_)));
            self.coming.push((self.clock, Input::QueueEnded(result)));
            self.go_on();
        }
    }

    /// Gives the flow an input and does what it says.
    pub(super) fn input(&mut self, input: Input) {
        if self.ended {
            return;
        }
        let now = Now { since_answer: self.clock, wall: self.wall() };
        for act in self.handle(now, input) {
            self.perform(act);
        }
        self.perform_after_quiet();
    }

    /// What the conversation makes of an input, with the ways it took noted.
    pub(super) fn handle(&mut self, now: Now, input: Input) -> Vec<Act> {
        let acts = self.conversation.handle(now, input);
        let went: Vec<What> = self.conversation.went().iter().map(|way| What::Went(Way(*way))).collect();
        went.into_iter().for_each(|way| self.happen(way));
        self.learn_private_values();
        acts
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

    pub(super) fn hears_speech(&self) -> bool {
        self.listen.as_ref().is_none_or(|listen| listen.hear != Hear::Keypad)
    }

    /// Whether the flow waits for the caller to answer.
    pub fn awaits_an_answer(&self) -> bool {
        self.looking_up == 0 && self.listen.as_ref().is_some_and(|listen| listen.silence_after.is_some())
    }
}
