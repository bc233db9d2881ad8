//! Waiting for an answer from outside: look-ups, changes, messages, events. Each has its own limit, so that a far
//! side that never answers costs a caller no more than that; an answer that comes too late is dropped.

use std::sync::Arc;
use std::time::Duration;

use super::super::act::{Act, Answered, BargeIn, LookUpResult, TimerId};
use super::super::bundle::{HandlerName, Jump, StepIndex, Verb};
use super::super::expression::Trouble;
use super::super::phrases::Phrase;
use super::conversation::{After, Conversation};
use super::speech::Part;
use super::state::{About, Listening, State};
use super::understand::Utterance;

/// After how long without an answer the caller is told that it takes a moment.
const FIRST_FILLER: Duration = Duration::from_millis(800);
/// And again after each of these.
const NEXT_FILLER: Duration = Duration::from_secs(6);

/// Something that has not been answered.
#[derive(Clone, Debug)]
pub struct Pending {
    pub id: u64,
    /// `connection.query`, or what else is waited for.
    pub name: String,
    pub step: StepIndex,
    /// What nothing coming in time counts as.
    pub late: Arrival,
    pub since: Duration,
    pub limit_timer: Option<TimerId>,
    pub filler_timer: Option<TimerId>,
    /// The answer, when it came while something else was being said.
    pub arrived: Option<Arrival>,
    /// A question of the caller's in the middle of a step: what was asked, and the step that goes on afterwards.
    pub question: Option<Box<(Utterance, Listening)>>,
}

/// What is to be waited for, and how.
pub struct Awaited {
    pub id: u64,
    pub name: String,
    pub step: StepIndex,
    pub limit: Duration,
    /// Whether the caller is told when it takes a moment.
    pub fills: bool,
    pub late: Arrival,
    pub question: Option<Box<(Utterance, Listening)>>,
}

/// What may come back.
#[derive(Clone)]
pub enum Arrival {
    /// For a look-up, a change, a check.
    Looked(LookUpResult),
    /// For a message and a transfer.
    Went(Result<(), String>),
    /// For a question.
    Answered(Answered),
    /// For suggestions: which.
    Chosen(Option<usize>),
    /// For a callback and a voicemail: whether it is there; for an event: whether it came in time.
    Is(bool),
}

impl std::fmt::Debug for Arrival {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.name())
    }
}

impl Arrival {
    /// In a word, for the trace.
    fn name(&self) -> String {
        match self {
            Self::Looked(LookUpResult::Found(_)) => "found".to_owned(),
            Self::Looked(LookUpResult::None) => "none".to_owned(),
            Self::Looked(LookUpResult::Error(kind)) | Self::Went(Err(kind)) => kind.clone(),
            Self::Went(Ok(())) => "sent".to_owned(),
            Self::Answered(Answered::Sure(_)) => "answered".to_owned(),
            Self::Answered(Answered::Unsure(_)) => "unsure".to_owned(),
            Self::Answered(Answered::None) | Self::Chosen(None) => "none".to_owned(),
            Self::Chosen(Some(_)) => "chosen".to_owned(),
            Self::Is(true) => "done".to_owned(),
            Self::Is(false) => "late".to_owned(),
        }
    }
}

impl Conversation {
    /// A new id for something asked of the outside.
    pub(super) fn new_id(&mut self) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        id
    }

    /// Waits for what was asked for.
    pub(super) fn wait_for(&mut self, awaited: Awaited) -> After {
        let Awaited { id, name, step, limit, fills, late, question } = awaited;
        let limit_timer = Some(self.set_timer(limit));
        let filler_timer = fills.then(|| self.set_timer(FIRST_FILLER));
        let since = self.now.since_answer;
        let arrived = None;
        self.pending.push(Pending { id, name, step, late, since, limit_timer, filler_timer, arrived, question });
        self.state = State::Waiting { id };
        self.listen_aside();
        After::Wait
    }

    /// Comes back to something that an interruption kept from being taken up.
    pub(super) fn take_up_waiting(&mut self) {
        let State::Waiting { id } = self.state else { return };
        let arrived = self.pending.iter().find(|pending| pending.id == id).and_then(|pending| pending.arrived.clone());
        match arrived {
            Some(arrival) => self.finish(id, arrival),
            None => self.listen_aside(),
        }
    }

    /// An answer came, perhaps too late.
    pub(super) fn arrives(&mut self, id: u64, arrival: Arrival) {
        let now = self.now.since_answer;
        let Some(pending) = self.pending.iter_mut().find(|pending| pending.id == id) else { return };
        if pending.arrived.is_some() {
            return;
        }
        pending.arrived = Some(arrival.clone());
        let (name, since) = (pending.name.clone(), pending.since);
        let timers = [pending.limit_timer.take(), pending.filler_timer.take()];
        timers.into_iter().for_each(|timer| self.cancel_timer(timer));
        self.acts.push(Act::LookedUp { name, result: arrival.name(), took: now.saturating_sub(since) });
        let awaited = matches!(self.state, State::Waiting { id: current } if current == id);
        if awaited && self.aside.is_none() {
            self.finish(id, arrival);
        }
    }

    /// What was waited for is there: the step goes on.
    fn finish(&mut self, id: u64, arrival: Arrival) {
        let Some(position) = self.pending.iter().position(|pending| pending.id == id) else { return };
        let pending = self.pending.remove(position);
        self.progress();
        if let Some(question) = pending.question {
            let (utterance, listening) = *question;
            self.state = State::Listening(listening);
            match arrival {
                Arrival::Answered(answered) => self.answer_beside(answered, &utterance),
                _ => self.understand_as_flow(&utterance),
            }
            return;
        }
        let bundle = Arc::clone(&self.bundle);
        let Some(frame) = self.frames.last() else { return };
        let flow = bundle.flow(frame.flow);
        let step = flow.step(pending.step);
        let after = match (&step.verb, arrival) {
            (Verb::LookUp(look_up), Arrival::Looked(result)) => self.looked_up(look_up, step.next, result),
            (Verb::Do(change), Arrival::Looked(result)) => self.changed(&change.call, step.next, result),
            (Verb::Verify(verify), Arrival::Looked(result)) => self.verified(pending.step, verify, step.next, result),
            (Verb::Send(send), Arrival::Went(result)) => self.exit_by(result, step.next, send.if_error),
            (Verb::Transfer(transfer), Arrival::Went(result)) => self.transferred(transfer, result),
            (Verb::Answer(answer), Arrival::Answered(answered)) => self.answered(answer, step.next, answered),
            (Verb::Recommend(recommend), Arrival::Chosen(chosen)) => self.recommended(recommend, step.next, chosen),
            (Verb::Voicemail(_), Arrival::Is(left)) => {
                self.say_phrase(if left { Phrase::MessageKept } else { Phrase::NoMessage }, Part::Statement);
                After::Go(step.next)
            }
            (Verb::Callback(_) | Verb::Queue(_), Arrival::Is(taken)) => self.callback_taken(pending.step, taken),
            (Verb::Wait(wait), Arrival::Is(in_time)) => match wait.if_late {
                Some(jump) if !in_time && wait.for_event.is_some() => After::Go(jump),
                _ => After::Go(step.next),
            },
            _ => After::Go(step.next),
        };
        match after {
            After::Go(jump) => self.go(jump),
            After::Wait => {}
            After::Trouble(what) => self.trouble(&format!("step `{}` of flow `{}`: {what}", step.name, flow.name)),
        }
    }

    /// The exit of a step that only worked or did not.
    fn exit_by(&mut self, result: Result<(), String>, next: Jump, if_error: Option<Jump>) -> After {
        match (result, if_error) {
            (Ok(()), _) => After::Go(next),
            (Err(kind), Some(jump)) => {
                self.error_kind = Some(kind);
                After::Go(jump)
            }
            (Err(kind), None) => {
                self.error_kind = Some(kind);
                After::Trouble("it failed, and there is no exit for that".to_owned())
            }
        }
    }

    /// Something is no longer awaited.
    pub(super) fn drop_pending(&mut self, id: u64) {
        let Some(position) = self.pending.iter().position(|pending| pending.id == id) else { return };
        let pending = self.pending.remove(position);
        self.cancel_timer(pending.limit_timer);
        self.cancel_timer(pending.filler_timer);
    }

    /// A timer ran out.
    pub(super) fn timer(&mut self, timer: TimerId) {
        if self.key_timer(timer) {
            return;
        }
        if self.callback_timer == Some(timer) {
            self.callback_timer = None;
            if matches!(self.state, State::Queued { .. }) && self.aside.is_none() {
                self.ask_aside(About::CallBack);
            }
            return;
        }
        let Some(pending) = self
            .pending
            .iter_mut()
            .find(|pending| pending.limit_timer == Some(timer) || pending.filler_timer == Some(timer))
        else {
            return;
        };
        let (id, step) = (pending.id, pending.step);
        if pending.limit_timer == Some(timer) {
            pending.limit_timer = None;
            self.time_is_over(id);
            return;
        }
        pending.filler_timer = None;
        let next = Some(self.set_timer(NEXT_FILLER));
        if let Some(pending) = self.pending.iter_mut().find(|pending| pending.id == id) {
            pending.filler_timer = next;
        }
        let is_waiting = matches!(self.state, State::Waiting { id: current } if current == id);
        if is_waiting && self.aside.is_none() {
            self.fill_the_waiting(step);
        }
    }

    /// Nothing came in time.
    fn time_is_over(&mut self, id: u64) {
        let late = self.pending.iter().find(|pending| pending.id == id).map(|pending| pending.late.clone());
        if let Some(late) = late {
            self.arrives(id, late);
        }
    }

    fn fill_the_waiting(&mut self, step: StepIndex) {
        let bundle = Arc::clone(&self.bundle);
        let Some(frame) = self.frames.last() else { return };
        let own = match &bundle.flow(frame.flow).step(step).verb {
            Verb::LookUp(look_up) => look_up.while_waiting,
            Verb::Do(change) => change.call.while_waiting,
            _ => None,
        };
        let said = match own {
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

    /// An event happened: a `wait` for it goes on; a later one finds that it has happened.
    pub(super) fn event(&mut self, name: String) {
        const MOST: usize = 32;
        let waiting = self.pending.iter().find(|pending| pending.arrived.is_none() && pending.name == name);
        match waiting.map(|pending| pending.id) {
            Some(id) => self.arrives(id, Arrival::Is(true)),
            None => {
                if self.events.len() >= MOST {
                    self.events.remove(0);
                }
                self.events.push(name);
            }
        }
    }
}
