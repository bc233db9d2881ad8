//! How time passes in a rehearsal: what is due next, what happens then, and when nothing goes on by itself.

use std::time::Duration;

use super::super::act::{Input, TimerId};
use super::happening::{Happening, What};
use super::mouth::Begun;
use super::run::{Rehearsal, Stop};

/// More than this cannot happen in one go: a flow that goes on without end is stopped.
pub(super) const MOST_EVENTS: usize = 20_000;

impl Rehearsal {
    /// Goes on where [`Stop::Queued`] stands still: the wait takes its course.
    pub fn go_on(&mut self) -> Stop {
        let waited_for_person = self.in_queue;
        while waited_for_person && self.in_queue && !self.ended {
            if !self.pass_next(None) {
                break;
            }
        }
        self.settle(None)
    }

    /// Runs until the bot waits for the caller, or `until` is reached.
    pub fn settle(&mut self, until: Option<Duration>) -> Stop {
        for _ in 0..MOST_EVENTS {
            self.perform_after_quiet();
            if let Some(stop) = self.stands_still(until, until.is_none()) {
                return stop;
            }
            if !self.pass_next(until) {
                break;
            }
        }
        self.dead_end()
    }

    /// Runs until the caller interrupts: so long after the first saying of this turn that is `into` began, or has
    /// nothing more to say. A saying that began before this turn was asked for counts too.
    pub fn settle_interrupted(&mut self, after: Duration, into: &dyn Fn(&Happening) -> bool) -> Stop {
        let mut looked_at = 0;
        let mut until = None;
        for _ in 0..MOST_EVENTS {
            self.perform_after_quiet();
            let new = &self.happened[looked_at..];
            if until.is_none() {
                let begun = new.iter().find(|one| one.said().is_some() && into(one));
                until = begun.map(|one| one.at + after);
            }
            looked_at = self.happened.len();
            if let Some(stop) = self.stands_still(until, true) {
                return stop;
            }
            if !self.pass_next(until) {
                break;
            }
        }
        self.dead_end()
    }

    /// Why nothing goes on by itself, if that is so. `quiet_is_enough`: a bot that has said everything and waits is
    /// reason enough.
    fn stands_still(&self, until: Option<Duration>, quiet_is_enough: bool) -> Option<Stop> {
        if self.ended {
            return Some(Stop::Ended);
        }
        if self.unanswered.is_some() {
            return Some(Stop::Asks);
        }
        if until.is_some_and(|until| self.clock >= until) {
            return Some(Stop::Reached);
        }
        let quiet = quiet_is_enough && self.mouth.is_silent() && self.key_timers.is_empty();
        if quiet && self.in_queue {
            return Some(Stop::Queued);
        }
        (quiet && self.awaits_an_answer()).then_some(Stop::Waiting)
    }

    /// Nothing will ever happen again, though the call has not ended.
    fn dead_end(&mut self) -> Stop {
        self.happen(What::DeadEnd);
        self.ended = true;
        Stop::DeadEnd
    }

    /// Lets time pass, and what is due in it happen.
    pub(super) fn pass(&mut self, time: Duration) {
        let until = self.clock + time;
        while self.clock < until && !self.ended {
            self.perform_after_quiet();
            if !self.pass_next(Some(until)) {
                break;
            }
        }
        self.clock = self.clock.max(until);
    }

    /// The next thing that is due happens, or `until` is reached. False when nothing is due.
    pub(super) fn pass_next(&mut self, until: Option<Duration>) -> bool {
        match self.next_event(until) {
            Some((at, event)) => {
                self.happens(at, event);
                true
            }
            None => match until {
                Some(until) => {
                    self.clock = until;
                    true
                }
                None => false,
            },
        }
    }

    /// What is due next, not after `until`.
    pub(super) fn next_event(&self, until: Option<Duration>) -> Option<(Duration, Event)> {
        let mouth = self.mouth.next().map(|at| (at, Event::Mouth));
        let timer = self.timers.iter().min().map(|(at, id)| (*at, Event::Timer(*id)));
        let coming = self.coming.iter().map(|(at, _)| *at).min().map(|at| (at, Event::Coming));
        let silence = self.silence_due().map(|at| (at, Event::Silence));
        let first = [coming, timer, mouth, silence].into_iter().flatten().min_by_key(|(at, _)| *at)?;
        let first = (first.0.max(self.clock), first.1);
        until.is_none_or(|until| first.0 <= until).then_some(first)
    }

    /// When the caller's silence will be taken note of.
    fn silence_due(&self) -> Option<Duration> {
        if !self.mouth.is_silent() || self.caller_is_speaking || self.looking_up > 0 || !self.after_quiet.is_empty() {
            return None;
        }
        let limit = self.listen.as_ref()?.silence_after?;
        Some(self.quiet_since + limit)
    }

    pub(super) fn happens(&mut self, at: Duration, event: Event) {
        self.clock = at;
        match event {
            Event::Mouth => match self.mouth.pass() {
                Some(Begun { act, step, takes }) => {
                    self.happen(What::Bot {
                        saying: act.id,
                        step,
                        text: act.text,
                        language: act.language,
                        barge_in: act.barge_in,
                        takes,
                    });
                }
                None => self.quiet_since = at,
            },
            Event::Timer(timer) => {
                self.timers.retain(|(_, known)| *known != timer);
                self.key_timers.retain(|known| *known != timer);
                self.input(Input::Timer(timer));
            }
            Event::Coming => {
                let Some(place) = self.coming.iter().position(|(due, _)| *due <= at) else { return };
                let (_, input) = self.coming.remove(place);
                self.quiet_since = at;
                match &input {
                    Input::QueueEnded(result) => {
                        self.in_queue = false;
                        self.happen(What::QueueEnded(*result));
                    }
                    Input::Event { .. } => {}
                    _ => self.looking_up = self.looking_up.saturating_sub(1),
                }
                self.input(input);
            }
            Event::Silence => {
                self.quiet_since = at;
                if let Some(listen) = &mut self.listen {
                    listen.silence_after = None;
                }
                self.input(Input::Silence);
            }
        }
    }
}

/// What may be due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    Mouth,
    Timer(TimerId),
    Coming,
    Silence,
}
