//! The ways to a person: `queue`, `transfer`, `callback`, `voicemail`.

use std::sync::Arc;
use std::time::Duration;

use crate::words::Language;

use super::super::act::{
    Act, BargeIn, CallbackAct, EndReason, Fact, PlaceInQueue, QueueAct, QueueResult, TransferAct, VoicemailAct,
};
use super::super::bundle::{BriefItem, Callback, Jump, Queue, StepIndex, Transfer, Verb, Voicemail};
use super::super::datum::Datum;
use super::super::expression::Trouble;
use super::super::phrases::Phrase;
use super::asked::WHICH_NUMBER;
use super::conversation::{After, Conversation};
use super::outside::{Arrival, Awaited};
use super::speech::Part;
use super::state::{Listening, State};

/// How long a transfer may take before the caller is spoken to again.
const TRANSFER_LIMIT: Duration = Duration::from_secs(120);
/// How long it may take to write a callback down.
const CALLBACK_LIMIT: Duration = Duration::from_secs(10);
/// What a voicemail may take beside the message itself.
const AROUND_A_MESSAGE: Duration = Duration::from_secs(30);
/// How often a callback is tried that the engine offered of its own accord.
const OFFERED_TRIES: u32 = 3;
/// The class of a caller who has not waited anywhere.
const DEFAULT_CLASS: u8 = 5;

/// A place in a queue.
#[derive(Clone, Debug)]
pub struct InQueue {
    pub queue: String,
    pub class: u8,
    pub brief: Vec<Fact>,
    /// The step, and how deep the flows were when it was reached.
    pub step: StepIndex,
    pub depth: usize,
}

impl Conversation {
    /// The lines of a brief that have a value.
    fn brief_of(&self, items: &[BriefItem]) -> Vec<Fact> {
        let facts = items.iter().filter_map(|item| {
            let value = self.read(&item.read)?;
            Some(Fact { label: item.label.clone(), value: value.text(), private: item.private })
        });
        facts.collect()
    }

    /// `queue`.
    pub(super) fn queue(&mut self, index: StepIndex, queue: &Queue) -> Result<After, Trouble> {
        if self.queued.is_some() {
            // A handler's steps lead here while the caller waits already: the place is kept.
            return Ok(After::Go(Jump::Resume));
        }
        let class = self.class_of(queue)?;
        let mut skills = Vec::new();
        for skill in &queue.skills {
            skills.push(self.rendered(*skill)?);
        }
        let brief = self.brief_of(&queue.brief);
        let reason = self.reason();
        self.queue_result = None;
        let place =
            InQueue { queue: queue.queue.clone(), class, brief: brief.clone(), step: index, depth: self.frames.len() };
        self.queued = Some(place.clone());
        self.waited_in = Some(place);
        let offers_callback_after = queue.offer_callback_after.filter(|_| self.call.offers_callbacks);
        self.acts.push(Act::Queue(QueueAct {
            queue: queue.queue.clone(),
            class,
            skills,
            brief,
            reason,
            time_limit: queue.time_limit,
            tell: queue.tell.clone(),
            offers_callback_after,
            language: self.language,
        }));
        self.callback_timer = offers_callback_after.map(|after| self.set_timer(after));
        self.state = State::Queued { step: index };
        self.said.clear();
        self.listen_aside();
        Ok(After::Wait)
    }

    /// The class of a queue step, 1 to 9.
    fn class_of(&self, queue: &Queue) -> Result<u8, Trouble> {
        let Some(expression) = &queue.class else { return Ok(DEFAULT_CLASS) };
        match self.evaluate(expression)? {
            Datum::Number(number) => Ok(number.round().clamp(1.0, 9.0) as u8),
            _ => Ok(DEFAULT_CLASS),
        }
    }

    /// What the caller wants, in a word or two.
    fn reason(&self) -> String {
        let Some(frame) = self.frames.last() else { return String::new() };
        // Whoever asked for a person in the middle of something still wants that.
        let topic = self.topic.filter(|_| Some(frame.flow) == self.bundle.handover);
        let flow = self.bundle.flow(topic.unwrap_or(frame.flow));
        let called = flow.called.and_then(|called| {
            let language = if self.bundle.languages.contains(&self.language) { self.language } else { Language::EN };
            self.bundle.sentences.get(called).lines(language).first().map(|line| line.text.clone())
        });
        called.unwrap_or_else(|| flow.name.replace('_', " "))
    }

    /// A caller who is upset while waiting becomes more urgent.
    pub(super) fn more_urgent(&mut self) {
        let Some(place) = self.queued.as_mut().filter(|place| place.class > 1) else { return };
        place.class -= 1;
        let class = place.class;
        self.acts.push(Act::ChangeClass { class });
    }

    /// The caller left the queue, or the person left the call.
    pub(super) fn queue_ended(&mut self, result: QueueResult) {
        let Some(place) = self.queued.take() else { return };
        // Whatever was being said or asked meanwhile is over: the caller comes back to the queue's own flow.
        self.forget_keys();
        self.aside = None;
        let offer = self.callback_timer.take();
        self.cancel_timer(offer);
        self.frames.truncate(place.depth);
        let bundle = Arc::clone(&self.bundle);
        let Some(frame) = self.frames.last_mut() else { return };
        frame.interrupted.clear();
        let step = bundle.flow(frame.flow).step(place.step);
        let Verb::Queue(queue) = &step.verb else { return };
        self.state = State::Queued { step: place.step };
        self.queue_result = Some(result);
        for frame in &mut self.frames {
            frame.hands_over = false;
        }
        let own = match result {
            QueueResult::Talked | QueueResult::Callback => {
                match queue.after_agent {
                    Some(jump) => self.go(jump),
                    None => self.end(EndReason::AgentEnded, None),
                }
                return;
            }
            QueueResult::NoAgent => queue.if_no_agent,
            QueueResult::Late => queue.if_late,
            QueueResult::Full => queue.if_full,
            QueueResult::Closed => queue.if_closed,
            QueueResult::Outage => queue.if_outage,
        };
        match own.or(queue.if_no_agent) {
            Some(jump) => self.go(jump),
            None => self.nobody_came(place.step, result),
        }
    }

    /// Nobody came, and the flow has no words for it: an apology, the offer of a callback, the end.
    fn nobody_came(&mut self, step: StepIndex, result: QueueResult) {
        if self.call.offers_callbacks {
            self.say_phrase(Phrase::NobodyFreeNow, Part::Statement);
            self.begin_callback(step, self.caller_number());
            return;
        }
        self.say_phrase(Phrase::NobodyFree, Part::Statement);
        self.end(EndReason::FlowEnded, Some(result.name().to_owned()));
    }

    /// The caller gives up the place in the queue for something else.
    pub(super) fn leave_queue(&mut self) {
        if self.queued.take().is_some() {
            let offer = self.callback_timer.take();
            self.cancel_timer(offer);
            self.acts.push(Act::LeaveQueue);
        }
    }

    /// The caller keeps waiting in the queue, or the call ends where there is none any more.
    pub(super) fn wait_on_in_queue(&mut self, step: StepIndex) {
        if self.queued.is_some() {
            self.state = State::Queued { step };
            self.listen_aside();
            return;
        }
        self.say_phrase(Phrase::Goodbye, Part::Statement);
        let result = self.queue_result.map(|result| result.name().to_owned());
        self.end(EndReason::FlowEnded, result);
    }

    fn caller_number(&self) -> Option<String> {
        self.call.caller_number.as_ref().map(|number| number.reveal().clone()).filter(|number| !number.is_empty())
    }

    /// "Yes, call me back", said while waiting.
    pub(super) fn call_back_from_queue(&mut self) {
        let Some(place) = &self.queued else { return };
        let step = place.step;
        self.begin_callback(step, self.caller_number());
    }

    /// Asks whether the number is right, or which it is.
    fn begin_callback(&mut self, step: StepIndex, number: Option<String>) {
        let mut listening = Listening::at(step);
        if number.is_none() {
            listening.part = WHICH_NUMBER;
        }
        self.calling_back = number;
        self.state = State::Listening(listening);
        self.ask_shortly();
    }

    /// `callback`.
    pub(super) fn callback(&mut self, index: StepIndex, callback: &Callback) -> Result<After, Trouble> {
        let number = self.evaluate(&callback.number)?;
        let number = (!number.is_absent()).then(|| number.text()).filter(|number| !number.trim().is_empty());
        if number.is_none()
            && let Some(jump) = callback.if_no_number
        {
            return Ok(After::Go(jump));
        }
        let certain = number.is_some() && !callback.confirm_number;
        self.calling_back = number.clone();
        self.state = State::Listening(Listening::at(index));
        if certain {
            self.call_back();
        } else {
            self.begin_callback(index, number);
        }
        Ok(After::Wait)
    }

    /// The number is settled: the callback is taken down.
    pub(super) fn call_back(&mut self) {
        let bundle = Arc::clone(&self.bundle);
        let State::Listening(Listening { step, .. }) = self.state else { return };
        let Some(frame) = self.frames.last() else { return };
        let (place, tries, queue) = match &bundle.flow(frame.flow).step(step).verb {
            Verb::Callback(callback) => (callback.place, callback.tries, callback.queue.clone()),
            _ => (PlaceInQueue::Keep, OFFERED_TRIES, None),
        };
        let Some(number) = self.calling_back.clone() else { return };
        let waited = self.waited_in.clone();
        let id = self.new_id();
        self.acts.push(Act::Callback(CallbackAct {
            id,
            number,
            place,
            queue: queue.or_else(|| waited.as_ref().map(|waited| waited.queue.clone())),
            class: waited.as_ref().map_or(DEFAULT_CLASS, |waited| waited.class),
            brief: waited.map(|waited| waited.brief).unwrap_or_default(),
            tries,
            language: self.language,
        }));
        let (name, late, limit) = ("callback".to_owned(), Arrival::Is(false), CALLBACK_LIMIT);
        self.wait_for(Awaited { id, name, step, limit, fills: true, late, question: None });
    }

    pub(super) fn callback_taken(&mut self, index: StepIndex, taken: bool) -> After {
        let bundle = Arc::clone(&self.bundle);
        self.calling_back = None;
        let Some(frame) = self.frames.last() else { return After::Wait };
        let step = bundle.flow(frame.flow).step(index);
        if taken {
            self.queue_result = Some(QueueResult::Callback);
        }
        match (&step.verb, taken) {
            (Verb::Callback(_), true) => {
                self.say_phrase(Phrase::WillCallBack, Part::Statement);
                After::Go(step.next)
            }
            (Verb::Callback(callback), false) => {
                self.say_phrase(Phrase::CannotCallBack, Part::Statement);
                After::Go(callback.if_refused.unwrap_or(step.next))
            }
            (_, true) => {
                self.leave_queue();
                self.say_phrase(Phrase::WillCallBack, Part::Statement);
                self.say_phrase(Phrase::Goodbye, Part::Statement);
                self.end(EndReason::Callback, None);
                After::Wait
            }
            (_, false) => {
                self.say_phrase(Phrase::CannotCallBack, Part::Statement);
                self.wait_on_in_queue(index);
                After::Wait
            }
        }
    }

    /// `transfer`.
    pub(super) fn transfer(&mut self, index: StepIndex, transfer: &Transfer) -> After {
        let id = self.new_id();
        let brief = self.brief_of(&transfer.brief);
        self.acts.push(Act::Transfer(TransferAct {
            id,
            destination: transfer.destination.clone(),
            how: transfer.how,
            brief,
            language: self.language,
        }));
        let name = format!("transfer {}", transfer.destination);
        let late = Arrival::Went(Err("timeout".to_owned()));
        self.said.clear();
        self.wait_for(Awaited { id, name, step: index, limit: TRANSFER_LIMIT, fills: false, late, question: None })
    }

    pub(super) fn transferred(&mut self, transfer: &Transfer, result: Result<(), String>) -> After {
        let Err(kind) = result else {
            self.end(EndReason::Transferred, None);
            return After::Wait;
        };
        self.error_kind = Some(kind);
        for frame in &mut self.frames {
            frame.hands_over = false;
        }
        if let Some(jump) = transfer.if_failed {
            return After::Go(jump);
        }
        self.say_phrase(Phrase::NobodyAnswered, Part::Statement);
        self.hand_over();
        After::Wait
    }

    /// `voicemail`.
    pub(super) fn voicemail(&mut self, index: StepIndex, voicemail: &Voicemail) -> Result<After, Trouble> {
        match voicemail.prompt {
            Some(prompt) => self.say_sentence(prompt, Part::Statement, BargeIn::Blocked)?,
            None => self.say_phrase(Phrase::AfterTheTone, Part::Statement),
        }
        let id = self.new_id();
        self.acts.push(Act::Voicemail(VoicemailAct {
            id,
            mailbox: voicemail.mailbox.clone(),
            time_limit: voicemail.time_limit,
            transcribe: voicemail.transcribe,
            language: self.language,
        }));
        let name = format!("voicemail {}", voicemail.mailbox);
        let (late, limit) = (Arrival::Is(false), voicemail.time_limit + AROUND_A_MESSAGE);
        Ok(self.wait_for(Awaited { id, name, step: index, limit, fills: false, late, question: None }))
    }
}
