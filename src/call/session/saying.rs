//! What is said to the caller, and what is known of how it was heard.

use std::time::Duration;

use super::super::mouth::{OWN_SAYINGS, Saying, Wish};
use super::super::phrases::Phrase;
use super::super::plane::{PlaneCommand, Side};
use super::hearing::whole_ms;
use super::{Session, TurnClock};
use crate::desk::Brief;
use crate::flow::{BargeIn, Input, Pace};
use crate::record::CallEvent;
use crate::speak::{Clause, Heard, MarkKind, SpeakError};

impl Session {
    /// Says `wish` to the caller, after what is being said.
    pub(super) fn say(&mut self, wish: Wish) {
        let voice = (&self.services.speaker, self.services.speaking_pace, self.rate);
        let made = self.ahead.take(&wish.text, wish.language);
        self.mouth.say(wish, made, self.clock.now(), voice, &self.plane, &self.jobs);
    }

    /// Says one of the call's own sentences to the caller.
    pub(super) fn say_phrase(&mut self, phrase: Phrase) {
        let text = phrase.text(self.language).to_owned();
        let id = self.mouth.own_number();
        self.say(Wish { id, text, language: self.language, barge_in: BargeIn::Blocked, pace: Pace::Normal });
    }

    /// Says the brief to the agent alone.
    pub(super) fn say_to_agent(&mut self, text: String) {
        let id = self.people.mouth.own_number();
        let wish = Wish { id, text, language: self.language, barge_in: BargeIn::Allowed, pace: Pace::Normal };
        let voice = (&self.services.speaker, self.services.speaking_pace * Brief::PACE, self.rate);
        self.people.mouth.say(wish, None, self.clock.now(), voice, &self.plane, &self.jobs);
    }

    /// Stops what is being said to the caller.
    pub(super) fn stop_saying(&mut self) {
        self.barge_in.forget();
        self.mouth.stop(&self.plane);
    }

    /// Tells a caller who is a script whether it may take its turn.
    pub(super) fn tell_plane_listening(&mut self, listening: bool) {
        self.plane.command(PlaneCommand::Listening(listening));
    }

    pub(super) fn on_clause(&mut self, side: Side, id: u64, clause: Result<Clause, SpeakError>) {
        let now = self.clock.now();
        match (clause, side) {
            (Ok(clause), Side::Caller) => self.mouth.clause_ready(id, clause, now, &self.plane),
            (Ok(clause), Side::Agent) => self.people.mouth.clause_ready(id, clause, now, &self.plane),
            (Err(fault), _) => {
                tracing::error!(call = %self.id, %fault, "a clause was not spoken");
                self.event(CallEvent::Fault { part: "speak".to_owned(), what: fault.to_string() });
            }
        }
    }

    pub(super) async fn on_mark(&mut self, side: Side, at: Duration, id: u64, kind: MarkKind) {
        match (side, kind) {
            (Side::Caller, MarkKind::Started) => self.saying_started(id, at),
            (Side::Caller, MarkKind::Finished { .. }) => {
                if let Some(saying) = self.mouth.finished(id) {
                    self.said(saying, None).await;
                }
            }
            (Side::Agent, MarkKind::Started) => {
                self.people.mouth.started(id, at);
            }
            (Side::Agent, MarkKind::Finished { .. }) => {
                self.people.mouth.finished(id);
                self.brief_finished().await;
            }
        }
    }

    fn saying_started(&mut self, id: u64, at: Duration) {
        let tells_latency = self.clock.tells_latency();
        let Some(saying) = self.mouth.started(id, at) else { return };
        let Some(turn) = self.turn.take().filter(|_| tells_latency) else { return };
        saying.latency = Some(at.saturating_sub(turn.speech_end));
        let timing = timing_of(saying, turn, at);
        self.event_at(at, timing);
    }

    /// How much was heard of what was stopped.
    pub(super) async fn on_stopped(&mut self, side: Side, heard: Vec<Heard>) {
        if side == Side::Agent {
            self.people.mouth.stop_settled();
            return;
        }
        for one in heard {
            let Some(saying) = self.mouth.stopped(one.saying) else { continue };
            let id = saying.id;
            if saying.started_at.is_some() {
                self.said(saying, Some(one.heard)).await;
            }
            if id < OWN_SAYINGS {
                self.input(Input::Cut { saying: id, heard: one.heard, of: one.of }).await;
            }
        }
        self.mouth.stop_settled();
        while let Some(input) = self.after_stop.pop_front() {
            self.input(input).await;
        }
        self.perform_after_quiet().await;
    }

    /// Records that something was said; `heard` if it was cut short.
    pub(super) async fn said(&mut self, saying: Saying, heard: Option<Duration>) {
        let Some(started) = saying.started_at else { return };
        let text = crate::private::mask_values(&saying.text, &self.private_values);
        let said = CallEvent::Said {
            text,
            cached: saying.cached,
            latency_ms: saying.latency.map(whole_ms),
            heard_ms: heard.map(whole_ms),
        };
        self.event_at(started, said);
    }
}

/// Where the time between the end of the caller's speech and the first sample of the reply went.
fn timing_of(saying: &Saying, turn: TurnClock, started: Duration) -> CallEvent {
    let between = |from: Duration, to: Duration| Some(whole_ms(to.saturating_sub(from)));
    let ready = saying.ready_at.unwrap_or(started);
    CallEvent::TurnTiming {
        latency_ms: whole_ms(started.saturating_sub(turn.speech_end)),
        end_of_turn_wait_ms: between(turn.speech_end, turn.decided),
        recognition_ms: between(turn.decided, turn.recognised),
        flow_ms: between(turn.recognised, saying.asked_at),
        synthesis_ms: between(saying.asked_at, ready),
        playout_ms: between(ready, started),
        cached: saying.cached,
    }
}
