//! Waiting for others: look-ups that may be slow, and people who may not come.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::words::Language;

use super::super::act::{Act, BargeIn, EndReason, Fact, LookUpAct, LookUpResult, QueueAct, QueueResult, TimerId};
use super::super::bundle::{HandlerName, Jump, LookUp, Queue, StepIndex, Verb};
use super::super::expression::Trouble;
use super::super::phrases::Phrase;
use super::conversation::{After, Conversation};
use super::speech::Part;
use super::state::State;

/// After how long without an answer the caller is told that it takes a moment.
const FIRST_FILLER: Duration = Duration::from_millis(800);
/// And again after each of these.
const NEXT_FILLER: Duration = Duration::from_secs(6);

/// A look-up that has not been answered.
#[derive(Clone, Debug)]
pub struct LookUpPending {
    pub id: u64,
    /// `connection.query`.
    pub name: String,
    pub step: StepIndex,
    pub since: Duration,
    pub limit_timer: Option<TimerId>,
    pub filler_timer: Option<TimerId>,
    /// The answer, when it came while something else was being said.
    pub arrived: Option<LookUpResult>,
}

impl Conversation {
    pub(super) fn look_up(&mut self, index: StepIndex, look_up: &LookUp) -> Result<After, Trouble> {
        let mut args = BTreeMap::new();
        for (name, expression) in &look_up.with {
            args.insert(name.clone(), self.evaluate(expression)?);
        }
        let id = self.next_look_up;
        self.next_look_up += 1;
        self.acts.push(Act::LookUp(LookUpAct {
            id,
            connection: look_up.connection.clone(),
            query: look_up.query.clone(),
            args,
            time_limit: look_up.time_limit,
        }));
        let limit_timer = Some(self.set_timer(look_up.time_limit));
        let filler_timer = Some(self.set_timer(FIRST_FILLER));
        let since = self.now.since_answer;
        let name = format!("{}.{}", look_up.connection, look_up.query);
        self.look_ups.push(LookUpPending { id, name, step: index, since, limit_timer, filler_timer, arrived: None });
        self.state = State::LookingUp { id };
        self.listen_aside();
        Ok(After::Wait)
    }

    /// Comes back to a look-up that something interrupted.
    pub(super) fn take_up_look_up(&mut self) {
        let State::LookingUp { id } = self.state else { return };
        let arrived = self.look_ups.iter().find(|pending| pending.id == id).and_then(|pending| pending.arrived.clone());
        match arrived {
            Some(result) => self.finish_look_up(id, result),
            None => self.listen_aside(),
        }
    }

    /// An answer came, perhaps too late.
    pub(super) fn looked_up(&mut self, id: u64, result: LookUpResult) {
        let now = self.now.since_answer;
        let Some(pending) = self.look_ups.iter_mut().find(|pending| pending.id == id) else { return };
        if pending.arrived.is_some() {
            return;
        }
        pending.arrived = Some(result.clone());
        let (name, since) = (pending.name.clone(), pending.since);
        let timers = [pending.limit_timer.take(), pending.filler_timer.take()];
        timers.into_iter().for_each(|timer| self.cancel_timer(timer));
        self.note_looked_up(name, now.saturating_sub(since), &result);
        let awaited = matches!(self.state, State::LookingUp { id: current } if current == id);
        if awaited && self.leaving.is_none() {
            self.finish_look_up(id, result);
        }
    }

    fn note_looked_up(&mut self, name: String, took: Duration, result: &LookUpResult) {
        let result = match result {
            LookUpResult::Found(_) => "found",
            LookUpResult::None => "none",
            LookUpResult::Error(kind) => kind,
        };
        self.acts.push(Act::LookedUp { name, result: result.to_owned(), took });
    }

    fn finish_look_up(&mut self, id: u64, result: LookUpResult) {
        let Some(position) = self.look_ups.iter().position(|pending| pending.id == id) else { return };
        let pending = self.look_ups.remove(position);
        let bundle = Arc::clone(&self.bundle);
        let Some(frame) = self.frames.last_mut() else { return };
        let step = bundle.flow(frame.flow).step(pending.step);
        let Verb::LookUp(look_up) = &step.verb else { return };
        self.progress();
        let jump = match result {
            LookUpResult::Found(record) => {
                if let (Some(name), Some(frame)) = (&look_up.save_as, self.frames.last_mut()) {
                    frame.records.insert(name.clone(), record);
                }
                Some(step.next)
            }
            LookUpResult::None => {
                self.error_kind = Some("none".to_owned());
                look_up.if_none
            }
            LookUpResult::Error(kind) => {
                self.error_kind = Some(kind);
                look_up.if_error
            }
        };
        match jump {
            Some(jump) => self.go(jump),
            None => {
                let what =
                    format!("step `{}` of flow `{}`: the look-up has no exit for this", step.name, self.flow_name());
                self.trouble(&what);
            }
        }
    }

    fn flow_name(&self) -> String {
        self.frames.last().map(|frame| self.bundle.flow(frame.flow).name.clone()).unwrap_or_default()
    }

    /// A look-up is no longer awaited.
    pub(super) fn drop_look_up(&mut self, id: u64) {
        let Some(position) = self.look_ups.iter().position(|pending| pending.id == id) else { return };
        let pending = self.look_ups.remove(position);
        self.cancel_timer(pending.limit_timer);
        self.cancel_timer(pending.filler_timer);
    }

    /// A timer ran out.
    pub(super) fn timer(&mut self, timer: TimerId) {
        if self.key_timer(timer) {
            return;
        }
        let Some(pending) = self
            .look_ups
            .iter_mut()
            .find(|pending| pending.limit_timer == Some(timer) || pending.filler_timer == Some(timer))
        else {
            return;
        };
        let (id, step) = (pending.id, pending.step);
        if pending.limit_timer == Some(timer) {
            pending.limit_timer = None;
            self.looked_up(id, LookUpResult::Error("timeout".to_owned()));
            return;
        }
        pending.filler_timer = None;
        let next = Some(self.set_timer(NEXT_FILLER));
        if let Some(pending) = self.look_ups.iter_mut().find(|pending| pending.id == id) {
            pending.filler_timer = next;
        }
        let is_waiting = matches!(self.state, State::LookingUp { id: current } if current == id);
        if is_waiting && self.leaving.is_none() {
            self.fill_the_waiting(step);
        }
    }

    fn fill_the_waiting(&mut self, step: StepIndex) {
        let bundle = Arc::clone(&self.bundle);
        let Some(frame) = self.frames.last() else { return };
        let Verb::LookUp(look_up) = &bundle.flow(frame.flow).step(step).verb else { return };
        let said = match look_up.while_waiting {
            Some(sentence) => self.say_sentence(sentence, Part::Filler, BargeIn::Allowed),
            None => {
                if !self.fire(HandlerName::LookUpSlow) {
                    self.say_phrase(Phrase::OneMoment, Part::Filler);
                }
                Ok(())
            }
        };
        // A filler that cannot be said is not worth an error exit: the answer may be on its way.
        if let Err(Trouble(what)) = said {
            self.acts.push(Act::Trouble { what });
            self.say_phrase(Phrase::OneMoment, Part::Filler);
        }
    }

    pub(super) fn queue(&mut self, index: StepIndex, queue: &Queue) -> Result<After, Trouble> {
        let class = self.class_of(queue)?;
        let mut skills = Vec::new();
        for skill in &queue.skills {
            skills.push(self.rendered(*skill)?);
        }
        let mut brief = Vec::new();
        for item in &queue.brief {
            if let Some(value) = self.read(&item.read) {
                brief.push(Fact { label: item.label.clone(), value: value.text(), private: item.private });
            }
        }
        let reason = self.reason();
        self.queue_result = None;
        self.acts.push(Act::Queue(QueueAct {
            queue: queue.queue.clone(),
            class,
            skills,
            brief,
            reason,
            time_limit: queue.time_limit,
            tell: queue.tell.clone(),
            offers_callback_after: queue.offer_callback_after,
            language: self.language,
        }));
        self.state = State::Queued { step: index };
        self.said.clear();
        self.listen_aside();
        Ok(After::Wait)
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

    /// The caller left the queue, or the person left the call.
    pub(super) fn queue_ended(&mut self, result: QueueResult) {
        let State::Queued { step } = self.state else { return };
        let bundle = Arc::clone(&self.bundle);
        let Some(frame) = self.frames.last() else { return };
        let step = bundle.flow(frame.flow).step(step);
        let Verb::Queue(queue) = &step.verb else { return };
        self.leaving = None;
        self.queue_result = Some(result);
        for frame in &mut self.frames {
            frame.hands_over = false;
        }
        let own = match result {
            QueueResult::Talked => {
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
            // The conversation's own doing: nobody hands it in.
            QueueResult::Callback => return,
        };
        let exit: Option<Jump> = own.or(queue.if_no_agent);
        match exit {
            Some(jump) => self.go(jump),
            None => {
                self.say_phrase(Phrase::NobodyFree, Part::Statement);
                self.end(EndReason::FlowEnded, Some(result.name().to_owned()));
            }
        }
    }
}
