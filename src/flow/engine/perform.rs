//! What each verb does when the conversation comes to its step.

use std::sync::Arc;

use super::super::act::{Act, EndReason};
use super::super::bundle::{Jump, Queue, Run, StepIndex, Verb};
use super::super::datum::Datum;
use super::super::expression::{Expression, Trouble};
use super::conversation::{After, Conversation};
use super::frame::{Frame, Return};
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
        let done = match &step.verb {
            Verb::Say(say) => {
                self.say_sentence(say.sentence, Part::Statement, say.barge_in).map(|()| After::Go(step.next))
            }
            Verb::Secure { inside } => Ok(After::Go(*inside)),
            Verb::AskAll(_)
            | Verb::Confirm(_)
            | Verb::Do(_)
            | Verb::Answer(_)
            | Verb::Transfer(_)
            | Verb::Callback(_)
            | Verb::Voicemail(_)
            | Verb::Record(_)
            | Verb::Send(_)
            | Verb::Survey(_)
            | Verb::Note { .. }
            | Verb::Tag { .. }
            | Verb::Wait(_)
            | Verb::Verify(_)
            | Verb::Recommend(_) => Err(Trouble(format!("the verb `{}` cannot be run yet", step.verb.name()))),
            Verb::Ask(ask) => {
                let filled = self.frames.last().and_then(|frame| frame.values.get(&ask.slot));
                let is_filled = filled.is_some_and(|value| !value.is_absent());
                if is_filled && !ask.always {
                    return After::Go(step.next);
                }
                self.listen_at(index)
            }
            Verb::Menu(_) | Verb::Route(_) => self.listen_at(index),
            Verb::Choose { branches, otherwise } => self.choose(branches, *otherwise),
            Verb::Set { assignments } => self.set(assignments).map(|()| After::Go(step.next)),
            Verb::LookUp(look_up) => self.look_up(index, look_up),
            Verb::Run(run) => self.run(run, step.next),
            Verb::Goto { to, at_most } => {
                if let Some(frame) = self.frames.last_mut() {
                    // Whoever jumps out of a handler's steps does not come back to what it interrupted.
                    frame.interrupted.clear();
                    if let Some(limit) = at_most {
                        let taken = frame.taken.entry(index).or_insert(0);
                        if *taken >= limit.times {
                            return After::Go(limit.then);
                        }
                        *taken += 1;
                    }
                }
                Ok(After::Go(*to))
            }
            Verb::Queue(queue) => self.queue(index, queue),
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

    fn choose(&mut self, branches: &[(Expression, Jump)], otherwise: Jump) -> Result<After, Trouble> {
        for (when, to) in branches {
            if self.holds(when)? {
                return Ok(After::Go(*to));
            }
        }
        Ok(After::Go(otherwise))
    }

    fn set(&mut self, assignments: &[(String, Expression)]) -> Result<(), Trouble> {
        for (name, expression) in assignments {
            let value = self.evaluate(expression)?;
            let Some(frame) = self.frames.last_mut() else { return Ok(()) };
            let is_slot = self.bundle.flows[frame.flow.0].slots.contains_key(name);
            if is_slot && !value.is_absent() {
                self.fill(name, value);
            } else {
                frame.values.insert(name.clone(), value);
            }
        }
        Ok(())
    }

    fn run(&mut self, run: &Run, next: Jump) -> Result<After, Trouble> {
        let mut given = Vec::new();
        for (slot, expression) in &run.with {
            given.push((slot.clone(), self.evaluate(expression)?));
        }
        let frame = Frame::new(run.flow, Return::To { next, values: run.returns.clone() });
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

    /// The class of a queue step, 1 to 9.
    pub(super) fn class_of(&self, queue: &Queue) -> Result<u8, Trouble> {
        const DEFAULT: u8 = 5;
        let Some(expression) = &queue.class else { return Ok(DEFAULT) };
        match self.evaluate(expression)? {
            Datum::Number(number) => Ok(number.round().clamp(1.0, 9.0) as u8),
            _ => Ok(DEFAULT),
        }
    }
}
