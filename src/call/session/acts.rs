//! Does what the flow says.

use std::cmp::Reverse;

use super::super::job::Job;
use super::super::mouth::Wish;
use super::Session;
use super::hearing::patience_for;
use crate::flow::{Act, EndReason, Hear, LookUpAct, LookUpResult};
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
                let wish = Wish { id: say.id, text: say.text, language: say.language, barge_in: say.barge_in };
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
            Act::StopSaying => self.stop_saying(),
            Act::End { reason, .. } => self.end(reason),
            Act::Entered { flow, step, slots } => {
                let slots = slots.into_iter().map(|(name, value)| (name, value.into())).collect();
                self.event(CallEvent::Step { flow, step, slots });
            }
            Act::Handler { name } => self.event(CallEvent::Handler { name: name.to_owned() }),
            Act::SlotFilled { .. } => {}
            Act::LookedUp { name, result, took } => {
                let ms = u64::try_from(took.as_millis()).ok().filter(|_| self.clock.tells_latency());
                self.event(CallEvent::LookUp { name, result, ms });
            }
            Act::Trouble { what } => {
                tracing::warn!(call = %self.id, what, "trouble in a flow");
                self.event(CallEvent::Fault { part: "flow".to_owned(), what });
            }
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

    fn look_up(&mut self, act: LookUpAct) {
        self.looking_up += 1;
        let (connections, jobs) = (self.services.connections.clone(), self.jobs.clone());
        tokio::spawn(async move {
            let answer = connections.look_up(&act.connection, &act.query, act.args);
            let result = match tokio::time::timeout(act.time_limit, answer).await {
                Ok(result) => result,
                Err(_) => LookUpResult::Error("timeout".to_owned()),
            };
            // The call may have ended meanwhile; then nobody waits for this.
            let _ = jobs.send(Job::LookedUp { id: act.id, result }).await;
        });
    }

    fn end(&mut self, reason: EndReason) {
        let reason = match reason {
            // The flow has nothing to say after the talk, or only a goodbye: it was the agent who ended the call.
            EndReason::FlowEnded if self.people.has_just_talked() => EndedReason::AgentEnded,
            EndReason::FlowEnded => EndedReason::FlowEnded,
            EndReason::AgentEnded => EndedReason::AgentEnded,
            EndReason::Error => EndedReason::Error,
            EndReason::CallerHungUp => EndedReason::CallerHungUp,
        };
        self.outcome.get_or_insert(reason);
        self.goodbye_at.get_or_insert(self.clock.now());
        self.control.hang_up();
    }
}
