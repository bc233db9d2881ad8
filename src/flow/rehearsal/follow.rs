//! A call that runs elsewhere, followed input by input: the same conversation, so the same acts, without a mouth or a
//! clock of its own.

use std::sync::Arc;
use std::time::Duration;

use super::super::act::{Act, CallFacts, Input, Now};
use super::super::bundle::Bundle;
use super::happening::{Asking, What};
use super::run::{NoSuchFlow, Rehearsal};
use super::setting::Setting;
use crate::flow::sentence::speaking_time;

impl Rehearsal {
    /// A call of this setting before anything has reached it. `facts` and `seed` are those of the call that is followed.
    ///
    /// # Errors
    ///
    /// The setting names a flow that is not there.
    pub fn following(bundle: Arc<Bundle>, setting: Setting, facts: CallFacts, seed: u64) -> Result<Self, NoSuchFlow> {
        Self::unanswered_call(bundle, Setting { facts, seed, ..setting })
    }

    /// This has reached the flow of the call that is followed.
    pub fn follow(&mut self, now: Now, input: Input) {
        self.clock = now.since_answer;
        self.quiet_since = self.clock;
        match &input {
            Input::Cut { saying, heard, .. } if !heard.is_zero() => {
                self.happen(What::Cut { saying: *saying, heard: *heard })
            }
            Input::QueueEnded(result) => {
                self.in_queue = false;
                self.happen(What::QueueEnded(*result));
            }
            Input::LookedUp { .. } | Input::Done { .. } | Input::Sent { .. } => {
                self.looking_up = self.looking_up.saturating_sub(1);
            }
            Input::Silence => {
                if let Some(listen) = &mut self.listen {
                    listen.silence_after = None;
                }
            }
            _ => {}
        }
        let (is_key, mut is_answered) = (matches!(input, Input::Key(_)), false);
        if !matches!(input, Input::Cut { .. }) {
            self.key_timers.clear();
        }
        for act in self.handle(now, input) {
            match act {
                Act::SetTimer { id, .. } if is_key => self.key_timers.push(id),
                Act::CancelTimer { id } => self.key_timers.retain(|known| *known != id),
                other => {
                    is_answered |= matches!(other, Act::Say(_));
                    self.note_act(other);
                }
            }
        }
        // Only timers that wait for more keys count; those of what the keys have led to are others.
        if is_answered || self.looking_up > 0 || self.in_queue || self.ended {
            self.key_timers.clear();
        }
    }

    /// Whether more keys may follow those that were pressed.
    pub fn waits_for_keys(&self) -> bool {
        !self.key_timers.is_empty()
    }

    /// Takes note of what the call that is followed performs.
    fn note_act(&mut self, act: Act) {
        match act {
            Act::Say(say) => {
                let takes = speaking_time(&say.text);
                let step = self.step.clone();
                self.happen(What::Bot {
                    saying: say.id,
                    step,
                    text: say.text,
                    language: say.language,
                    barge_in: say.barge_in,
                    takes,
                });
            }
            Act::Listen(listen) => self.listen = Some(listen),
            Act::End { reason, note } => {
                self.ended = true;
                self.happen(What::Ended { reason, note });
            }
            Act::LookUp(act) => self.note_question(Asking::LookUp, &act.connection, &act.query, act.id, act.args),
            Act::Do(act) => {
                let act = act.call;
                self.note_question(Asking::Do, &act.connection, &act.query, act.id, act.args);
            }
            Act::Verify(act) => {
                let act = act.call;
                self.note_question(Asking::Verify, &act.connection, &act.query, act.id, act.args);
            }
            Act::Send(act) => {
                let (args, name) = super::outside::message(&act);
                let (connection, query) = name.split_once('.').unwrap_or((&name, ""));
                self.note_question(Asking::Send, connection, query, act.id, args);
            }
            Act::Queue(act) => {
                self.in_queue = true;
                self.happen(What::Queued(act));
            }
            Act::ChangeClass { class } => self.happen(What::ClassChanged { class }),
            Act::LeaveQueue => {
                self.in_queue = false;
                self.happen(What::LeftQueue);
            }
            Act::Transfer(act) => self.happen(What::Transferring(act)),
            Act::Callback(act) => self.happen(What::Callback(act)),
            Act::Voicemail(act) => self.happen(What::Voicemail(act)),
            Act::Wait { for_event, time_limit } => self.happen(What::Waits { for_event, time_limit }),
            Act::Record { what } => self.happen(What::Recording(what)),
            Act::Secure { on } => self.happen(What::Secure { on }),
            Act::Survey(act) => self.happen(What::Survey(act)),
            Act::Note { text, private } => self.happen(What::Noted { text, private }),
            Act::Tag { tag } => self.happen(What::Tagged { tag }),
            other => self.note_progress(other),
        }
    }

    fn note_question(
        &mut self,
        verb: Asking,
        connection: &str,
        query: &str,
        id: u64,
        args: std::collections::BTreeMap<String, super::super::datum::Datum>,
    ) {
        let name = format!("{connection}.{query}");
        let nth = self.nth(&name);
        let unanswered = self.setting.stubs.answer(&name, nth).is_none();
        self.looking_up += 1;
        self.happen(What::Asked { verb, id, name, args, unanswered });
    }

    /// The call that is followed has lasted so long.
    pub fn has_lasted(&mut self, time: Duration) {
        self.clock = self.clock.max(time);
        self.quiet_since = self.clock;
    }

    /// Whether something outside has been asked and has not answered yet.
    pub fn is_asking(&self) -> bool {
        self.looking_up > 0
    }

    /// The call that is followed is over, whoever ended it.
    pub fn is_over(&mut self) {
        self.ended = true;
    }
}
