//! What goes through a connection: `look_up`, `do`, `verify`, `send`.

use std::collections::BTreeMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::super::act::{Act, DoAct, LookUpAct, LookUpResult, SendAct, VerifyAct};
use super::super::bundle::{Do, Jump, LookUp, Send, StepIndex, Verb, Verify};
use super::super::datum::Datum;
use super::super::expression::{Expression, Trouble};
use super::super::phrases::Phrase;
use super::conversation::{After, Conversation};
use super::frame::Trail;
use super::outside::{Arrival, Awaited};
use super::speech::Part;

impl Conversation {
    fn arguments(&self, with: &[(String, Expression)]) -> Result<BTreeMap<String, Datum>, Trouble> {
        with.iter().map(|(name, expression)| Ok((name.clone(), self.evaluate(expression)?))).collect()
    }

    fn call_of(&mut self, look_up: &LookUp) -> Result<LookUpAct, Trouble> {
        let args = self.arguments(&look_up.with)?;
        Ok(LookUpAct {
            id: self.new_id(),
            connection: look_up.connection.clone(),
            query: look_up.query.clone(),
            args,
            time_limit: look_up.time_limit,
        })
    }

    /// `look_up`.
    pub(super) fn look_up(&mut self, index: StepIndex, look_up: &LookUp) -> Result<After, Trouble> {
        let call = self.call_of(look_up)?;
        let (id, limit) = (call.id, call.time_limit);
        self.leave_trail(Trail::Used);
        self.acts.push(Act::LookUp(call));
        let name = format!("{}.{}", look_up.connection, look_up.query);
        let late = Arrival::Looked(LookUpResult::Error("timeout".to_owned()));
        Ok(self.wait_for(Awaited { id, name, step: index, limit, fills: true, late, question: None }))
    }

    pub(super) fn looked_up(&mut self, look_up: &LookUp, next: Jump, result: LookUpResult) -> After {
        let exit = match result {
            LookUpResult::Found(record) => {
                self.save(look_up, record);
                return After::Go(next);
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
        exit.map_or_else(|| After::Trouble("the look-up has no exit for this".to_owned()), After::Go)
    }

    fn save(&mut self, look_up: &LookUp, record: super::super::act::Record) {
        if let (Some(name), Some(frame)) = (&look_up.save_as, self.frames.last_mut()) {
            frame.records.insert(name.clone(), record);
        }
    }

    /// `do`: once, under a key that is this run's own.
    pub(super) fn change(&mut self, index: StepIndex, change: &Do, next: Jump) -> Result<After, Trouble> {
        let call = self.call_of(&change.call)?;
        let (id, limit) = (call.id, call.time_limit);
        let idempotency_key = self.idempotency_key(index);
        self.leave_trail(Trail::Changed);
        self.acts.push(Act::Do(DoAct { call, idempotency_key }));
        if self.hung_up {
            return Ok(After::Go(next));
        }
        let name = format!("{}.{}", change.call.connection, change.call.query);
        // Nobody knows then whether the change was made.
        let late = Arrival::Looked(LookUpResult::Error("unknown".to_owned()));
        Ok(self.wait_for(Awaited { id, name, step: index, limit, fills: true, late, question: None }))
    }

    pub(super) fn changed(&mut self, call: &LookUp, next: Jump, result: LookUpResult) -> After {
        let kind = match result {
            LookUpResult::Found(record) => {
                self.save(call, record);
                return After::Go(next);
            }
            LookUpResult::None => "none".to_owned(),
            LookUpResult::Error(kind) => kind,
        };
        self.error_kind = Some(kind);
        call.if_error
            .map_or_else(|| After::Trouble("the change failed, and there is no exit for that".to_owned()), After::Go)
    }

    /// A key that is the same for every try of one run of a step and never the same for two runs.
    fn idempotency_key(&mut self, index: StepIndex) -> String {
        self.runs_of_changes += 1;
        let Some(frame) = self.frames.last() else { return String::new() };
        let flow = &self.bundle.flow(frame.flow).name;
        let call = self.call.call_id.map_or_else(|| format!("seed {}", self.seed), |id| id.to_string());
        let whole = format!("{call}/{}/{flow}/{}/{}", self.bundle.id, index.0, self.runs_of_changes);
        let digest = Sha256::digest(whole.as_bytes());
        digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    /// `verify`.
    pub(super) fn verify(&mut self, index: StepIndex, verify: &Verify) -> Result<After, Trouble> {
        let args = self.arguments(&verify.with)?;
        let id = self.new_id();
        let call = LookUpAct {
            id,
            connection: verify.connection.clone(),
            query: verify.query.clone(),
            args,
            time_limit: verify.time_limit,
        };
        self.leave_trail(Trail::Used);
        self.acts.push(Act::Verify(VerifyAct { call, level: verify.level.clone() }));
        let name = format!("{}.{}", verify.connection, verify.query);
        let late = Arrival::Looked(LookUpResult::Error("timeout".to_owned()));
        let limit = verify.time_limit;
        Ok(self.wait_for(Awaited { id, name, step: index, limit, fills: true, late, question: None }))
    }

    pub(super) fn verified(&mut self, index: StepIndex, verify: &Verify, next: Jump, result: LookUpResult) -> After {
        match result {
            LookUpResult::Found(_) => {
                self.call.verified = Some(verify.level.clone());
                return After::Go(next);
            }
            LookUpResult::None => self.error_kind = Some("not_verified".to_owned()),
            LookUpResult::Error(kind) => {
                // A far side that does not answer is not the caller's doing: there is nothing to try again.
                self.error_kind = Some(kind);
                return self.not_verified(verify);
            }
        }
        let tried = self.frames.last_mut().map_or(u32::MAX, |frame| frame.take(index));
        if tried >= verify.tries {
            return self.not_verified(verify);
        }
        match self.ask_for_arguments_again(verify) {
            Some(step) => {
                self.say_phrase(Phrase::DoesNotMatch, Part::Statement);
                After::Go(Jump::Step(step))
            }
            None => self.not_verified(verify),
        }
    }

    fn not_verified(&self, verify: &Verify) -> After {
        let no_exit = || After::Trouble("the caller could not be verified, and there is no exit for that".to_owned());
        verify.if_failed.map_or_else(no_exit, After::Go)
    }

    /// Forgets the slots that were compared; the step that asks for the first of them.
    fn ask_for_arguments_again(&mut self, verify: &Verify) -> Option<StepIndex> {
        let read: Vec<&str> =
            verify.with.iter().flat_map(|(_, value)| value.reads.iter().map(|read| read.root.as_str())).collect();
        let bundle = Arc::clone(&self.bundle);
        let flow = bundle.flow(self.frames.last()?.flow);
        let asks = |verb: &Verb| match verb {
            Verb::Ask(ask) => read.contains(&ask.slot.as_str()),
            Verb::AskAll(ask) => ask.slots.iter().any(|one| read.contains(&one.slot.as_str())),
            _ => false,
        };
        let step = flow.steps.iter().position(|step| asks(&step.verb))?;
        for slot in flow.slots.keys().filter(|slot| read.contains(&slot.as_str())) {
            self.forget_slot(slot);
        }
        Some(StepIndex(step))
    }

    /// `send`.
    pub(super) fn send(&mut self, index: StepIndex, send: &Send) -> Result<After, Trouble> {
        let to = self.evaluate(&send.to)?.text();
        let args = self.arguments(&send.with)?;
        let id = self.new_id();
        let idempotency_key = self.idempotency_key(index);
        self.acts.push(Act::Send(SendAct {
            id,
            connection: send.connection.clone(),
            query: send.query.clone(),
            to,
            template: send.template.clone(),
            args,
            idempotency_key,
            time_limit: send.time_limit,
        }));
        let name = format!("{}.{}", send.connection, send.query);
        let late = Arrival::Went(Err("timeout".to_owned()));
        let limit = send.time_limit;
        Ok(self.wait_for(Awaited { id, name, step: index, limit, fills: true, late, question: None }))
    }

    /// A key for the answers of a survey.
    pub(super) fn key_of_survey(&mut self, index: StepIndex) -> String {
        self.idempotency_key(index)
    }

    /// Notes for corrections what the flow on top did.
    pub(super) fn leave_trail(&mut self, event: Trail) {
        if let Some(frame) = self.frames.last_mut() {
            frame.leave_trail(event);
        }
    }
}
