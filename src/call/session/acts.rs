//! Does what the flow says.

use std::cmp::Reverse;

use super::super::mouth::Wish;
use super::Session;
use super::hearing::patience_for;
use crate::flow::{Act, Answered, EndReason, Hear, Input, LookUpResult};
use crate::record::{CallEvent, EndedReason};

impl Session {
    /// Performs one act. Ends and queues wait until everything said before them has been played.
    pub(super) async fn perform(&mut self, act: Act) {
        let waits = matches!(act, Act::End { .. } | Act::Queue(_)) && !self.mouth.is_silent();
        if waits || (!self.after_quiet.is_empty() && matches!(act, Act::End { .. } | Act::Queue(_))) {
            self.after_quiet.push_back(act);
            return;
        }
        match act {
            Act::Say(say) => {
                self.language = say.language;
                let (language, barge_in) = (say.language, say.barge_in);
                let wish = Wish { id: say.id, text: say.text, language, barge_in, pace: say.pace };
                self.say(wish);
            }
            Act::Listen(listen) => {
                self.ear.be_patient(patience_for(&listen));
                self.silent_for = std::time::Duration::ZERO;
                self.tell_plane_listening(listen.silence_after.is_some());
                self.listening = Some(listen);
            }
            Act::SetTimer { id, after } => self.timers.push(Reverse((self.clock.now() + after, id))),
            Act::CancelTimer { id } => {
                if self.timers.iter().any(|Reverse((_, armed))| *armed == id) {
                    self.cancelled.push(id);
                }
            }
            Act::LookUp(look_up) => self.look_up(look_up),
            Act::Queue(queue) => self.join_queue(queue).await,
            Act::Do(act) => self.make_change(act),
            Act::Verify(verify) => {
                self.not_performed("verify", Input::LookedUp { id: verify.call.id, result: refused() }).await;
            }
            Act::Send(act) => self.send_message(act),
            Act::Transfer(transfer) => {
                let result = Err("not_performed".to_owned());
                self.not_performed("transfer", Input::Transferred { id: transfer.id, result }).await;
            }
            Act::Callback(callback) => {
                self.not_performed("callback", Input::CallbackTaken { id: callback.id, taken: false }).await;
            }
            Act::Voicemail(voicemail) => {
                self.not_performed("voicemail", Input::VoicemailLeft { id: voicemail.id, left: false }).await;
            }
            Act::Answer(answer) => {
                self.not_performed("answer", Input::Answered { id: answer.id, result: Answered::None }).await;
            }
            Act::Recommend(recommend) => {
                self.not_performed("recommend", Input::Recommended { id: recommend.id, chosen: None }).await;
            }
            Act::Survey(act) => self.keep_survey(act),
            Act::Note { text, private } => self.note(text, private),
            Act::Tag { tag } => self.tag(tag),
            Act::Record { .. } => self.trouble("`record` is not performed"),
            Act::Secure { .. } => self.trouble("`secure` is not performed"),
            Act::ChangeClass { .. } => self.trouble("a change of class is not performed"),
            Act::LeaveQueue => self.trouble("leaving a queue for a callback is not performed"),
            Act::Wait { .. } | Act::Understood(_) => {}
            Act::StopSaying => self.stop_saying(),
            Act::End { reason, .. } => self.end(reason),
            Act::Entered { flow, step, slots } => {
                let slots = slots.into_iter().map(|(name, value)| (name, value.into())).collect();
                self.event(CallEvent::Step { flow, step, slots });
            }
            Act::Handler { name } => self.event(CallEvent::Handler { name: name.to_owned() }),
            Act::SlotFilled { .. } => {}
            // What became of a change is recorded when it comes back, even where the flow no longer waits for it.
            Act::LookedUp { name, .. } if self.services.connections.writes(&name) => {}
            Act::LookedUp { name, result, took } => {
                let ms = u64::try_from(took.as_millis()).ok().filter(|_| self.clock.tells_latency());
                self.event(CallEvent::LookUp { name, result, ms });
            }
            Act::Trouble { what } => self.trouble(&what),
        }
    }

    /// Performs what waited for the caller to have heard everything.
    pub(super) async fn perform_after_quiet(&mut self) {
        while self.mouth.is_silent() && !self.mouth.is_stopping() {
            let Some(act) = self.after_quiet.pop_front() else { return };
            match act {
                Act::Queue(queue) => self.join_queue(queue).await,
                Act::End { reason, .. } => self.end(reason),
                other => debug_assert!(false, "{other:?} does not wait for quiet"),
            }
        }
    }

    /// Whether what the caller says now is to be heard at all.
    pub(super) fn hears_speech(&self) -> bool {
        self.listening.as_ref().is_none_or(|listening| listening.hear != Hear::Keypad)
    }

    fn trouble(&mut self, what: &str) {
        tracing::warn!(call = %self.id, what, "trouble in a flow");
        self.event(CallEvent::Fault { part: "flow".to_owned(), what: what.to_owned() });
    }

    /// An act that this version does not perform: the flow takes its error exit.
    async fn not_performed(&mut self, verb: &str, answer: Input) {
        self.trouble(&format!("`{verb}` is not performed"));
        Box::pin(self.input(answer)).await;
    }

    fn end(&mut self, reason: EndReason) {
        let reason = match reason {
            // The flow has nothing to say after the talk, or only a goodbye: it was the agent who ended the call.
            EndReason::FlowEnded if self.people.has_just_talked() => EndedReason::AgentEnded,
            EndReason::FlowEnded => EndedReason::FlowEnded,
            EndReason::AgentEnded => EndedReason::AgentEnded,
            EndReason::Transferred => EndedReason::Transferred,
            EndReason::Callback => EndedReason::Callback,
            EndReason::Error => EndedReason::Error,
            EndReason::CallerHungUp => EndedReason::CallerHungUp,
        };
        self.outcome.get_or_insert(reason);
        self.goodbye_at.get_or_insert(self.clock.now());
        self.control.hang_up();
    }
}

/// What a verb that is not performed comes to.
fn refused() -> LookUpResult {
    LookUpResult::Error("not_performed".to_owned())
}
