//! Conversations in virtual time: a [`Driver`] plays the call, and tests read like dialogues.

mod asks;
mod handlers;
mod random;
mod routes;
mod shop;
mod waiting;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::super::check::tests::load;
use super::super::{
    Act, Bundle, CallFacts, Conversation, Datum, EndReason, Fact, Heard, Input, ListenAct, LookUpAct, LookUpResult, Now,
    QueueAct, QueueResult, TimerId,
};
use crate::Private;

/// Plays the part of the call: keeps the clock and the timers, and remembers what was done.
pub struct Driver {
    pub conversation: Conversation,
    pub clock: Duration,
    wall: jiff::Timestamp,
    timers: Vec<(TimerId, Duration)>,
    /// What was said since the last input.
    pub said: Vec<String>,
    pub acts: Vec<Act>,
    pub listen: Option<ListenAct>,
    pub look_up: Option<LookUpAct>,
    pub queue: Option<QueueAct>,
    pub ended: Option<EndReason>,
}

/// The head of a bundle in one language.
pub const HEAD: &str = "bundle: t\nstart: main\nlanguages: [en]\ntimezone: Europe/London\n";

impl Driver {
    /// A call to the bundle of this text.
    pub fn new(text: &str) -> Self {
        match load(text) {
            Ok(loaded) => Self::of(loaded.bundle),
            Err(failure) => panic!("{failure}"),
        }
    }

    /// A call to a bundle.
    pub fn of(bundle: Arc<Bundle>) -> Self {
        let call = CallFacts { caller_number: Some(Private::new("+441632960001".to_owned())), ..CallFacts::default() };
        Self {
            conversation: Conversation::new(bundle, call, 0),
            clock: Duration::ZERO,
            wall: "2026-01-09T10:00:00Z".parse().unwrap(),
            timers: Vec::new(),
            said: Vec::new(),
            acts: Vec::new(),
            listen: None,
            look_up: None,
            queue: None,
            ended: None,
        }
    }

    /// A call to the bundle of this text, answered.
    pub fn start(text: &str) -> Self {
        let mut driver = Self::new(text);
        driver.input(Input::Start);
        driver
    }

    /// A flow `main` with these steps, in a bundle that also has more documents.
    pub fn steps(slots: &str, steps: &str, more: &str) -> Self {
        let slots = if slots.is_empty() { String::new() } else { format!("slots: {slots}\n") };
        Self::start(&format!("{HEAD}---\nflow: main\n{slots}steps:\n{steps}\n{more}"))
    }

    pub fn input(&mut self, input: Input) -> &mut Self {
        let wall = self.wall + jiff::SignedDuration::try_from(self.clock).unwrap();
        let acts = self.conversation.handle(Now { since_answer: self.clock, wall }, input);
        self.said.clear();
        for act in &acts {
            match act {
                Act::Say(say) => self.said.push(say.text.clone()),
                Act::StopSaying => self.said.clear(),
                Act::Listen(listen) => self.listen = Some(listen.clone()),
                Act::SetTimer { id, after } => self.timers.push((*id, self.clock + *after)),
                Act::CancelTimer { id } => self.timers.retain(|(timer, _)| timer != id),
                Act::LookUp(look_up) => self.look_up = Some(look_up.clone()),
                Act::Queue(queue) => self.queue = Some(queue.clone()),
                Act::End { reason, .. } => {
                    assert!(self.ended.is_none(), "ended twice");
                    self.ended = Some(*reason);
                }
                _ => {}
            }
        }
        self.acts = acts;
        self
    }

    /// The caller says something plainly.
    pub fn says(&mut self, text: &str) -> &mut Self {
        self.says_with(text, 1.0)
    }

    pub fn says_with(&mut self, text: &str, confidence: f32) -> &mut Self {
        let text = text.to_owned();
        self.input(Input::Heard(Heard { text, confidence, ..Heard::default() }))
    }

    pub fn keys(&mut self, keys: &str) -> &mut Self {
        for key in keys.chars() {
            self.input(Input::Key(key));
        }
        self
    }

    pub fn silence(&mut self) -> &mut Self {
        self.input(Input::Silence)
    }

    /// Lets time pass; timers run out on the way.
    pub fn wait(&mut self, time: Duration) -> &mut Self {
        let until = self.clock + time;
        let mut said = Vec::new();
        loop {
            let due = self.timers.iter().filter(|(_, at)| *at <= until).min_by_key(|(_, at)| *at).copied();
            let Some((timer, at)) = due else { break };
            self.timers.retain(|(other, _)| *other != timer);
            self.clock = at;
            self.input(Input::Timer(timer));
            said.append(&mut self.said);
        }
        self.clock = until;
        self.said = said;
        self
    }

    pub fn finds(&mut self, fields: &[(&str, Datum)]) -> &mut Self {
        let record: BTreeMap<String, Datum> =
            fields.iter().map(|(name, datum)| ((*name).to_owned(), datum.clone())).collect();
        self.answers(LookUpResult::Found(record))
    }

    pub fn answers(&mut self, result: LookUpResult) -> &mut Self {
        let id = self.look_up.as_ref().map_or(0, |look_up| look_up.id);
        self.input(Input::LookedUp { id, result })
    }

    pub fn queue_ends(&mut self, result: QueueResult) -> &mut Self {
        self.input(Input::QueueEnded(result))
    }

    /// What was said since the last input, as one text.
    pub fn bot(&self) -> String {
        self.said.join(" | ")
    }

    #[track_caller]
    pub fn expect(&mut self, said: &str) -> &mut Self {
        assert_eq!(self.bot(), said);
        self
    }

    #[track_caller]
    pub fn expect_part(&mut self, part: &str) -> &mut Self {
        assert!(self.bot().contains(part), "{part:?} is not in {:?}", self.bot());
        self
    }

    pub fn handlers(&self) -> Vec<&'static str> {
        let names = self.acts.iter().filter_map(|act| match act {
            Act::Handler { name } => Some(*name),
            _ => None,
        });
        names.collect()
    }

    pub fn filled(&self) -> Vec<(String, String)> {
        let slots = self.acts.iter().filter_map(|act| match act {
            Act::SlotFilled { slot, value, .. } => Some((slot.clone(), value.clone())),
            _ => None,
        });
        slots.collect()
    }

    pub fn steps_entered(&self) -> Vec<String> {
        let steps = self.acts.iter().filter_map(|act| match act {
            Act::Entered { flow, step, .. } => Some(format!("{flow}/{step}")),
            _ => None,
        });
        steps.collect()
    }

    pub fn brief(&self) -> Vec<Fact> {
        self.queue.as_ref().map(|queue| queue.brief.clone()).unwrap_or_default()
    }
}

pub fn text(text: &str) -> Datum {
    Datum::Text(text.to_owned())
}

pub fn date(year: i16, month: i8, day: i8) -> Datum {
    Datum::Date(jiff::civil::date(year, month, day))
}

/// A handover flow, for bundles that need one.
pub const PERSON: &str =
    "---\nflow: person\nsteps:\n  - queue: service\n    if_no_agent:\n      - say: { en: \"Nobody is free.\" }\n";
