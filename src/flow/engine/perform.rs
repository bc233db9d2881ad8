//! What each verb does when the conversation comes to its step.

use std::sync::Arc;

use super::super::act::{Act, EndReason};
use super::super::bundle::{Jump, Run, Say, StepIndex, Verb};
use super::super::datum::Datum;
use super::super::expression::{Expression, Trouble};
use super::conversation::{After, Conversation};
use super::frame::{Return, Trail};
use super::speech::Part;
use super::values::masked_slots;

impl Conversation {
    /// Performs a step of the flow on top.
    pub(super) fn perform(&mut self, index: StepIndex) -> After {
        let bundle = Arc::clone(&self.bundle);
        let Some(frame) = self.frames.last() else { return After::Wait };
        let flow = bundle.flow(frame.flow);
        let step = flow.step(index);
        let slots = masked_slots(flow, frame);
        self.acts.push(Act::Entered { flow: flow.name.clone(), step: step.name.clone(), slots });
        self.secure_or_not(step.secure);
        if self.hung_up && !is_done_after_hanging_up(&step.verb) {
            return After::Go(step.next);
        }
        let done = match &step.verb {
            Verb::Say(say) => self.say_step(say).map(|()| After::Go(step.next)),
            Verb::Ask(ask) => {
                let is_filled = self.frames.last().is_some_and(|frame| frame.has(&ask.slot));
                match is_filled && !ask.always {
                    true if self.asks_if_still(ask) => self.ask_if_still(index, ask),
                    true => Ok(After::Go(step.next)),
                    false => self.listen_at(index),
                }
            }
            Verb::AskAll(ask) => self.ask_all(index, ask, step.next),
            Verb::Menu(_) | Verb::Route(_) | Verb::Confirm(_) => self.listen_at(index),
            Verb::Choose { branches, otherwise } => self.choose(branches, *otherwise),
            Verb::Set { assignments } => self.set(assignments).map(|()| After::Go(step.next)),
            Verb::LookUp(look_up) => self.look_up(index, look_up),
            Verb::Do(change) => self.change(index, change, step.next),
            Verb::Answer(answer) => self.answer(index, answer),
            Verb::Run(run) => self.run(run, step.next, step.secure),
            Verb::Goto { to, at_most } => {
                if let Some(frame) = self.frames.last_mut() {
                    // Whoever jumps out of a handler's steps does not come back to what it interrupted.
                    frame.interrupted.clear();
                    if let Some(limit) = at_most
                        && frame.take(index) > limit.times
                    {
                        return After::Go(limit.then);
                    }
                }
                Ok(After::Go(*to))
            }
            Verb::Queue(queue) => self.queue(index, queue),
            Verb::Transfer(transfer) => Ok(self.transfer(index, transfer)),
            Verb::Callback(callback) => self.callback(index, callback),
            Verb::Voicemail(voicemail) => self.voicemail(index, voicemail),
            Verb::Record(record) => self.recording(index, record, step.next),
            Verb::Secure { inside } => Ok(After::Go(*inside)),
            Verb::Send(send) => self.send(index, send),
            Verb::Survey(survey) => Ok(self.begin_survey(index, survey)),
            Verb::Note { sentence } => self.note(*sentence).map(|()| After::Go(step.next)),
            Verb::Tag { tags } => self.tag(tags).map(|()| After::Go(step.next)),
            Verb::Wait(wait) => Ok(self.wait(index, wait, step.next)),
            Verb::Verify(verify) => self.verify(index, verify),
            Verb::Recommend(recommend) => self.recommend(index, recommend, step.next),
            Verb::End { whole_call, reason } => {
                if *whole_call {
                    self.end(EndReason::FlowEnded, reason.clone());
                    return After::Wait;
                }
                Ok(After::Go(Jump::EndFlow))
            }
        };
        done.unwrap_or_else(|Trouble(what)| {
            After::Trouble(format!("step `{}` of flow `{}`: {what}", step.name, flow.name))
        })
    }

    /// The value of an expression.
    pub(super) fn evaluate(&self, expression: &Expression) -> Result<Datum, Trouble> {
        expression.evaluate(&|name| self.variable(name), &self.bundle.timezone)
    }

    /// Whether a condition holds.
    pub(super) fn holds(&self, condition: &Expression) -> Result<bool, Trouble> {
        condition.holds(&|name| self.variable(name), &self.bundle.timezone)
    }

    fn say_step(&mut self, say: &Say) -> Result<(), Trouble> {
        match &say.recording {
            None => self.say_sentence(say.sentence, Part::Statement, say.barge_in),
            Some(recording) => self.play(recording, say.sentence, say.barge_in),
        }
    }

    fn choose(&mut self, branches: &[(Expression, Jump)], otherwise: Jump) -> Result<After, Trouble> {
        self.leave_trail(Trail::Used);
        for (when, to) in branches {
            if self.holds(when)? {
                return Ok(After::Go(*to));
            }
        }
        Ok(After::Go(otherwise))
    }

    fn set(&mut self, assignments: &[(String, Expression)]) -> Result<(), Trouble> {
        self.leave_trail(Trail::Used);
        for (name, expression) in assignments {
            let value = self.evaluate(expression)?;
            self.assign(name, value);
        }
        Ok(())
    }

    fn run(&mut self, run: &Run, next: Jump, secure: bool) -> Result<After, Trouble> {
        self.leave_trail(Trail::Used);
        let mut given = Vec::new();
        for (slot, expression) in &run.with {
            given.push((slot.clone(), self.evaluate(expression)?));
        }
        let mut frame = self.new_frame(run.flow, Return::To { next, values: run.returns.clone() });
        frame.secure = secure || self.frames.last().is_some_and(|frame| frame.secure);
        if !self.push_flow(frame) {
            return Err(Trouble("flows run each other too deep".to_owned()));
        }
        for (slot, value) in given {
            if !value.is_absent() {
                self.fill(&slot, value);
            }
        }
        Ok(After::Go(self.bundle.flow(run.flow).entry))
    }
}

/// What a `hang_up` handler may use, and what leads from step to step.
fn is_done_after_hanging_up(verb: &Verb) -> bool {
    match verb {
        Verb::Do(change) => change.safe,
        Verb::Set { .. } | Verb::Note { .. } | Verb::Tag { .. } | Verb::Choose { .. } => true,
        Verb::Goto { .. } | Verb::End { .. } => true,
        _ => false,
    }
}
