//! The caller's side of a rehearsal: what each turn does to the line, and how long it takes.

use std::time::Duration;

use super::super::act::{Complexity, Hear, Heard, Input, Mood};
use super::caller::{CallerTurn, Says};
use super::happening::What;
use super::passing::{Event, MOST_EVENTS};
use super::run::Rehearsal;
use super::speaking::{BETWEEN_KEYS, END_OF_TURN, NOISE, THINKS, says_for};

/// How long [`CallerTurn::Silence`] waits for the line to take note.
const LONGEST_SILENCE: Duration = Duration::from_secs(120);

impl Rehearsal {
    /// Lets the caller do something now, or once they have thought if the bot is silent.
    pub fn give(&mut self, turn: CallerTurn) {
        if self.ended {
            return;
        }
        self.key_timers.clear();
        match turn {
            CallerTurn::Says(says) => self.says(&says),
            CallerTurn::Keys { keys, .. } => self.keys(&keys),
            CallerTurn::Silence => self.is_silent(),
            CallerTurn::Mumbles => self.makes_a_noise(Input::NotUnderstood),
            CallerTurn::Noise => self.makes_a_noise(Input::Noise),
            CallerTurn::HangUp => {
                let stopped = self.mouth.stop(self.clock);
                self.note_stopped(stopped);
                self.input(Input::HangUp);
                self.ended = true;
            }
            CallerTurn::Wait(time) => {
                let until = self.clock + time;
                while self.clock < until && !self.ended && self.unanswered.is_none() {
                    self.perform_after_quiet();
                    if !self.pass_next(Some(until)) {
                        break;
                    }
                }
            }
        }
    }

    fn says(&mut self, says: &Says) {
        if self.mouth.is_silent() {
            self.pass(THINKS);
        }
        let over_bot = self.mouth.is_audible();
        self.caller_is_speaking = true;
        if over_bot && self.hears_speech() && self.mouth.may_be_stopped() {
            self.mouth.hold(self.clock);
        }
        self.pass(says_for(&says.text) + END_OF_TURN);
        self.caller_is_speaking = false;
        self.quiet_since = self.clock;
        if self.ended {
            return;
        }
        if !self.hears_speech() {
            self.mouth.release(self.clock);
            self.happen(What::NotHeard);
            return;
        }
        if !self.mouth.is_silent() && self.mouth.may_be_stopped() {
            self.stop_saying();
        }
        let language = if self.bundle.languages().len() > 1 { says.spoken_in() } else { None };
        let mood = self.mood(says);
        let complexity = says.complexity.map(|score| Complexity { score, reasons: Vec::new() });
        self.input(Input::Heard(Heard {
            text: says.text.clone(),
            language,
            confidence: says.confidence,
            margin: (says.margin < 1.0).then_some(says.margin),
            alternatives: Vec::new(),
            barge_in: over_bot,
            mood,
            complexity,
        }));
    }

    /// What the voice tells, where the turn says how upset the caller sounds.
    fn mood(&mut self, says: &Says) -> Option<Mood> {
        let distress = says.distress?;
        let trend = self.last_distress.map_or(0.0, |last| distress - last);
        self.last_distress = Some(distress);
        Some(Mood { distress, arousal: distress, valence: None, trend, turns: None })
    }

    fn keys(&mut self, keys: &str) {
        if self.mouth.is_silent() {
            self.pass(THINKS);
        }
        for key in keys.chars() {
            if self.ended {
                return;
            }
            let takes_keys = self.listen.as_ref().is_none_or(|listen| listen.hear != Hear::Speech);
            if takes_keys && !self.mouth.is_silent() && self.mouth.may_be_stopped() {
                self.stop_saying();
            }
            self.quiet_since = self.clock;
            self.key_timers.clear();
            let last_known = self.timers.iter().map(|(_, id)| *id).max();
            self.input(Input::Key(key));
            let new = self.timers.iter().map(|(_, id)| *id).filter(|id| Some(*id) > last_known);
            self.key_timers = new.collect();
            self.pass(BETWEEN_KEYS);
        }
        // Only timers that wait for more keys count; those of what the keys have led to are others.
        if self.looking_up > 0 || self.in_queue || !self.mouth.is_silent() {
            self.key_timers.clear();
        }
    }

    /// Says nothing until the line takes note.
    fn is_silent(&mut self) {
        let until = self.clock + LONGEST_SILENCE;
        for _ in 0..MOST_EVENTS {
            self.perform_after_quiet();
            if self.ended || self.unanswered.is_some() || self.clock >= until {
                return;
            }
            match self.next_event(Some(until)) {
                Some((at, Event::Silence)) => {
                    self.happens(at, Event::Silence);
                    return;
                }
                Some((at, event)) => self.happens(at, event),
                None => return,
            }
        }
    }

    fn makes_a_noise(&mut self, input: Input) {
        let over_bot = self.mouth.is_audible() || !self.mouth.is_silent();
        self.caller_is_speaking = true;
        if over_bot && self.hears_speech() && self.mouth.may_be_stopped() {
            self.mouth.hold(self.clock);
        }
        self.pass(NOISE + END_OF_TURN);
        self.caller_is_speaking = false;
        self.quiet_since = self.clock;
        self.mouth.release(self.clock);
        if self.ended {
            return;
        }
        // A noise over the bot's own voice needs no answer: it has gone on speaking.
        if over_bot || !self.mouth.is_silent() || !self.awaits_an_answer() || !self.hears_speech() {
            self.happen(What::NotHeard);
            return;
        }
        self.input(input);
    }
}
