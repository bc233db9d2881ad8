//! What a flow asks of the world outside: look-ups, which end with the call, and changes (`do`, `send`, `survey`), which
//! are finished whatever becomes of the caller; and what it leaves for people: notes and tags.

use std::time::Duration;

use super::super::job::Job;
use super::Session;
use super::hearing::whole_ms;
use crate::caller::Question;
use crate::desk::BriefFact;
use crate::flow::{Datum, DoAct, Input, LookUpAct, LookUpResult, SendAct, SurveyAct};
use crate::record::CallEvent;
use crate::{mask, private};

/// How long keeping the answers to a survey may take.
const SURVEY_LIMIT: Duration = Duration::from_secs(10);
/// How long changes may go on after the call: longer than any one of them is given by default.
const AFTER_THE_CALL: Duration = Duration::from_secs(30);

/// A change that somebody outside has made, or not.
pub(in super::super) struct Changed {
    what: Change,
    /// `connection.query`.
    name: String,
    result: LookUpResult,
    /// When it was sent, on the line clock.
    since: Duration,
}

/// Which verb a change belongs to.
enum Change {
    Do { id: u64 },
    Send { id: u64, template: String },
    Survey,
}

impl Session {
    /// Asks a connection; the answer is not waited for once the caller has gone.
    pub(super) fn look_up(&mut self, act: LookUpAct) {
        self.looking_up += 1;
        let (connections, jobs, gone) = (self.services.connections.clone(), self.jobs.clone(), self.gone.clone());
        let LookUpAct { id, connection, query, args, time_limit } = act;
        let question = Question { connection, query, args, time_limit, now: self.local_now() };
        tokio::spawn(async move {
            let Some(result) = gone.run_until_cancelled(connections.look_up(question)).await else { return };
            // The call may have ended meanwhile; then nobody waits for this.
            let _ = jobs.send(Job::LookedUp { id, result }).await;
        });
    }

    /// `do`.
    pub(super) fn make_change(&mut self, act: DoAct) {
        let DoAct { call: LookUpAct { id, connection, query, args, time_limit }, idempotency_key } = act;
        let question = Question { connection, query, args, time_limit, now: self.local_now() };
        self.change(Change::Do { id }, question, idempotency_key);
    }

    /// `send`: to whom and by which template are arguments like the others.
    pub(super) fn send_message(&mut self, act: SendAct) {
        let SendAct { id, connection, query, to, template, mut args, idempotency_key, time_limit } = act;
        args.insert("to".to_owned(), Datum::Text(to));
        args.insert("template".to_owned(), Datum::Text(template.clone()));
        let question = Question { connection, query, args, time_limit, now: self.local_now() };
        self.change(Change::Send { id, template }, question, idempotency_key);
    }

    /// `survey`: the answers go into the record, and to a connection where the flow names one.
    pub(super) fn keep_survey(&mut self, act: SurveyAct) {
        let SurveyAct { save, answers, idempotency_key } = act;
        let shown = answers.iter().map(|(question, answer)| (question.clone(), shown(answer)));
        self.event(CallEvent::Survey { answers: shown.collect() });
        let Some((connection, query)) = save else { return };
        let now = self.local_now();
        let question = Question { connection, query, args: answers, time_limit: SURVEY_LIMIT, now };
        self.change(Change::Survey, question, idempotency_key);
    }

    /// Sends a change on its way. Its task belongs to nobody's hang-up: what was begun is finished.
    fn change(&mut self, what: Change, question: Question, key: String) {
        self.changing += 1;
        let (connections, jobs, since) = (self.services.connections.clone(), self.jobs.clone(), self.clock.now());
        let name = format!("{}.{}", question.connection, question.query);
        tokio::spawn(async move {
            let result = connections.change(question, &key).await;
            let _ = jobs.send(Job::Changed(Changed { what, name, result, since })).await;
        });
    }

    /// A change was made, or not: into the record, and to the flow.
    pub(super) async fn changed(&mut self, changed: Changed) {
        self.changing -= 1;
        let Changed { what, name, result, since } = changed;
        let ms = Some(whole_ms(self.clock.now().saturating_sub(since))).filter(|_| self.clock.tells_latency());
        let outcome = match &result {
            LookUpResult::Found(_) | LookUpResult::None => Ok(()),
            LookUpResult::Error(kind) => Err(kind.clone()),
        };
        let told = outcome.clone().err();
        let told = |well: &str| told.unwrap_or_else(|| well.to_owned());
        match what {
            Change::Do { id } => {
                self.event(CallEvent::Did { name, result: told("done"), ms });
                Box::pin(self.input(Input::Done { id, result })).await;
            }
            Change::Send { id, template } => {
                self.event(CallEvent::Sent { name, template, result: told("sent"), ms });
                Box::pin(self.input(Input::Sent { id, result: outcome })).await;
            }
            Change::Survey => self.event(CallEvent::Did { name, result: told("done"), ms }),
        }
    }

    /// `note`: for the person who takes the call, and for the record with private values masked.
    pub(super) fn note(&mut self, text: String, holds_private: bool) {
        let masked = private::mask_values(&text, &self.private_values);
        // Whatever else is private in it is not known by its value, so nothing of it is kept.
        let kept = if holds_private && masked == text { mask(&text) } else { masked };
        self.event(CallEvent::Note { text: kept });
        self.notes.push(BriefFact::new("note", &text));
    }

    /// `tag`.
    pub(super) fn tag(&mut self, tag: String) {
        self.event(CallEvent::Tag { tag: private::mask_values(&tag, &self.private_values) });
    }

    /// Changes that are still on their way are waited for, and with them what a `hang_up` handler does next, though the
    /// caller has gone.
    pub(super) async fn settle_changes(&mut self) {
        let until = tokio::time::Instant::now() + AFTER_THE_CALL;
        while self.changing > 0 {
            match tokio::time::timeout_at(until, self.job_inbox.recv()).await {
                Ok(Some(Job::Changed(changed))) => self.changed(changed).await,
                Ok(Some(_)) => {}
                Ok(None) | Err(_) => {
                    tracing::error!(call = %self.id, changes = self.changing, "changes were not finished after a call");
                    let what = format!("{} changes were not finished", self.changing);
                    self.event(CallEvent::Fault { part: "caller".to_owned(), what });
                    return;
                }
            }
        }
    }
}

/// An answer to a survey as it stands in the record.
fn shown(answer: &Datum) -> serde_json::Value {
    serde_json::to_value(answer).unwrap_or_default()
}
