//! The world outside a rehearsal: what connections, queues, people and the knowledge base do when nobody is there.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::act::{Act, Answered, Input, LookUpResult, QueueAct, QueueResult, RecommendAct, SendAct};
use super::super::datum::Datum;
use super::happening::{Asking, What};
use super::knowledge;
use super::run::Rehearsal;
use super::setting::{Plan, StubAnswer, usual_wait};

/// How long it takes until somebody outside answers.
const RINGS: Duration = Duration::from_secs(15);
/// How long a message is.
const MESSAGE: Duration = Duration::from_secs(10);
/// How long the knowledge base looks for an answer, and how long suggestions are weighed.
const THOUGHT: Duration = Duration::from_millis(100);

/// A question to a connection that no stub answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Unanswered {
    /// What for.
    pub verb: Asking,
    /// `connection.query`.
    pub name: String,
    /// With these arguments.
    pub args: BTreeMap<String, Datum>,
    pub(super) id: u64,
    pub(super) time_limit: Duration,
}

impl Rehearsal {
    /// Performs what a call performs with the help of others.
    pub(super) fn perform_outside(&mut self, act: Act) {
        match act {
            Act::LookUp(act) => {
                let name = format!("{}.{}", act.connection, act.query);
                self.ask(Unanswered {
                    verb: Asking::LookUp,
                    name,
                    args: act.args,
                    id: act.id,
                    time_limit: act.time_limit,
                });
            }
            Act::Do(act) => {
                let act = act.call;
                let name = format!("{}.{}", act.connection, act.query);
                self.ask(Unanswered { verb: Asking::Do, name, args: act.args, id: act.id, time_limit: act.time_limit });
            }
            Act::Verify(act) => {
                let act = act.call;
                let name = format!("{}.{}", act.connection, act.query);
                self.ask(Unanswered {
                    verb: Asking::Verify,
                    name,
                    args: act.args,
                    id: act.id,
                    time_limit: act.time_limit,
                });
            }
            Act::Send(act) => self.send(act),
            Act::Queue(act) => self.queue(act),
            Act::ChangeClass { class } => self.happen(What::ClassChanged { class }),
            Act::LeaveQueue => {
                self.in_queue = false;
                self.coming.retain(|(_, input)| !matches!(input, Input::QueueEnded(_)));
                self.happen(What::LeftQueue);
            }
            Act::Transfer(act) => {
                let nth = self.nth("transfer");
                let plan = Plan::at(&self.setting.transfer, nth).cloned().unwrap_or(Plan::new(Ok(())));
                let input = Input::Transferred { id: act.id, result: plan.ends };
                self.happen(What::Transferring(act));
                self.bring(plan.after.unwrap_or(RINGS), input);
            }
            Act::Callback(act) => {
                let nth = self.nth("callback");
                let plan = Plan::at(&self.setting.callback, nth).cloned().unwrap_or(Plan::new(true));
                let input = Input::CallbackTaken { id: act.id, taken: plan.ends };
                self.happen(What::Callback(act));
                self.bring(plan.after.unwrap_or_default(), input);
            }
            Act::Voicemail(act) => {
                let nth = self.nth("voicemail");
                let plan = Plan::at(&self.setting.voicemail, nth).cloned().unwrap_or(Plan::new(true));
                let input = Input::VoicemailLeft { id: act.id, left: plan.ends };
                let after = plan.after.unwrap_or(MESSAGE).min(act.time_limit);
                self.happen(What::Voicemail(act));
                self.bring(after, input);
            }
            Act::Answer(act) => {
                let result = knowledge::answer(&self.bundle, &act);
                let found = match &result {
                    Answered::Sure(_) => "sure",
                    Answered::Unsure(_) => "unsure",
                    Answered::None => "none",
                };
                self.happen(What::AskedKnowledge { question: act.question, found });
                self.bring(THOUGHT, Input::Answered { id: act.id, result });
            }
            Act::Recommend(act) => self.recommend(act),
            Act::Wait { for_event, time_limit } => {
                let due = self.setting.events.iter().filter(|(name, _)| Some(name) == for_event.as_ref());
                let events: Vec<(Duration, Input)> =
                    due.map(|(name, after)| (self.clock + *after, Input::Event { name: name.clone() })).collect();
                self.coming.extend(events);
                self.happen(What::Waits { for_event, time_limit });
            }
            Act::Record { what } => self.happen(What::Recording(what)),
            Act::Secure { on } => self.happen(What::Secure { on }),
            Act::Survey(act) => self.happen(What::Survey(act)),
            Act::Note { text, private } => self.happen(What::Noted { text, private }),
            Act::Tag { tag } => self.happen(What::Tagged { tag }),
            // Everything else has been performed by the rehearsal itself.
            _ => {}
        }
    }

    /// Counts how often something outside was asked: the number of this time, from 0.
    pub(super) fn nth(&mut self, what: &str) -> usize {
        let count = self.asked.entry(what.to_owned()).or_insert(0);
        *count += 1;
        *count - 1
    }

    /// Lets an answer come that the flow waits for.
    fn bring(&mut self, after: Duration, input: Input) {
        self.looking_up += 1;
        self.coming.push((self.clock + after, input));
    }

    fn ask(&mut self, question: Unanswered) {
        let nth = self.nth(&question.name);
        let answer = self.setting.stubs.answer(&question.name, nth).cloned();
        self.happen(What::Asked {
            verb: question.verb,
            id: question.id,
            name: question.name.clone(),
            args: question.args.clone(),
            unanswered: answer.is_none(),
        });
        match answer {
            Some(answer) => self.answer_in_time(&question, answer),
            None if self.setting.asks => self.unanswered = Some(question),
            None => {
                let result = LookUpResult::Error("no_stub".to_owned());
                self.answer_in_time(&question, StubAnswer { result, after: Duration::ZERO });
            }
        }
    }

    /// Brings an answer when it is due. The line itself gives up at the time limit, as the flow does.
    pub(super) fn answer_in_time(&mut self, question: &Unanswered, answer: StubAnswer) {
        let late = answer.after > question.time_limit;
        let result = if late { LookUpResult::Error("timeout".to_owned()) } else { answer.result };
        let id = question.id;
        let input = match question.verb {
            Asking::LookUp | Asking::Verify => Input::LookedUp { id, result },
            Asking::Do => Input::Done { id, result },
            Asking::Send => {
                let result = match result {
                    LookUpResult::Error(kind) => Err(kind),
                    LookUpResult::Found(_) | LookUpResult::None => Ok(()),
                };
                Input::Sent { id, result }
            }
        };
        self.bring(answer.after.min(question.time_limit), input);
    }

    fn send(&mut self, act: SendAct) {
        let (args, name) = message(&act);
        self.ask(Unanswered { verb: Asking::Send, name, args, id: act.id, time_limit: act.time_limit });
    }

    fn queue(&mut self, act: QueueAct) {
        self.in_queue = true;
        let (nth, of_its_own) = (self.nth("queue"), self.nth(&format!("queue {}", act.queue)));
        let own = self.setting.queues.get(&act.queue).and_then(|plans| Plan::at(plans, of_its_own));
        let plan = own.or_else(|| Plan::at(&self.setting.queue, nth)).cloned();
        let plan = plan.unwrap_or(Plan::new(QueueResult::Late));
        let after = plan.after.unwrap_or_else(|| usual_wait(plan.ends, act.time_limit));
        self.coming.push((self.clock + after, Input::QueueEnded(plan.ends)));
        self.happen(What::Queued(act));
    }

    fn recommend(&mut self, act: RecommendAct) {
        let nth = self.nth("recommend");
        let wanted = Plan::at(&self.setting.recommend, nth).cloned();
        let after = wanted.as_ref().and_then(|plan| plan.after).unwrap_or(THOUGHT);
        let chosen = match wanted.map(|plan| plan.ends) {
            None => (!act.candidates.is_empty()).then_some(0),
            Some(None) => None,
            Some(Some(item)) => act.candidates.iter().position(|candidate| candidate.item == item),
        };
        let input = Input::Recommended { id: act.id, chosen };
        self.happen(What::Recommended { weighed: act, chosen });
        self.bring(after, input);
    }
}

/// What a connection is asked for a message: its arguments, to whom and by which template among them, and the query.
pub(super) fn message(act: &SendAct) -> (BTreeMap<String, Datum>, String) {
    let mut args = act.args.clone();
    args.insert("to".to_owned(), Datum::Text(act.to.clone()));
    args.insert("template".to_owned(), Datum::Text(act.template.clone()));
    (args, format!("{}.{}", act.connection, act.query))
}
