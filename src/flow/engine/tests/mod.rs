//! Conversations in virtual time: a [`Driver`] plays the call, and tests read like dialogues.

mod anywhere;
mod asks;
mod corrections;
mod doing;
mod handlers;
mod knowing;
mod lists;
mod people;
mod privacy;
mod random;
mod routes;
mod several;
mod shared;
mod shop;
mod waiting;
mod walk;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::super::{
    Access, Act, Bundle, CallFacts, Connection, Conversation, Datum, EndReason, Fact, FieldShape, Heard, Input,
    ListenAct, LookUpAct, LookUpResult, Mood, Now, Operators, QueryShape, QueueAct, QueueResult, Rank, SourceFile,
    TimerId, load_files,
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

/// Connections, queues and destinations for every verb.
pub fn operators() -> Operators {
    let field = |text: &str| FieldShape::parse(text).unwrap();
    let query = |args: &[(&str, &str)], returns: &[(&str, &str)], access: Access| QueryShape {
        args: args.iter().map(|(name, shape)| ((*name).to_owned(), field(shape))).collect(),
        returns: returns.iter().map(|(name, shape)| ((*name).to_owned(), field(shape))).collect(),
        access,
    };
    let order = [("status", "text"), ("item", "text"), ("sent", "date?"), ("due", "date?"), ("total", "money?")];
    let reference = [("reference", "text")];
    let queries = [
        ("find_order", query(&[("number", "text")], &order, Access::Reads)),
        ("identify", query(&[("number", "phone"), ("pin", "text")], &[("name", "text")], Access::Reads)),
        ("book", query(&[("day", "date")], &reference, Access::Writes)),
        ("pay", query(&[("card", "text")], &reference, Access::Writes)),
        ("sms", query(&[("to", "phone"), ("template", "text"), ("day", "date?")], &[], Access::Writes)),
        ("keep_survey", query(&[("csat", "number?"), ("resolved", "yes_no?")], &[], Access::Writes)),
    ];
    let queries = queries.into_iter().map(|(name, shape)| (name.to_owned(), shape)).collect();
    Operators {
        connections: [("shop".to_owned(), Connection { queries })].into(),
        queues: ["service".to_owned(), "orders".to_owned()].into(),
        destinations: ["warehouse".to_owned()].into(),
    }
}

/// Loads a bundle, with what [`operators`] defines.
#[track_caller]
pub fn bundle(text: &str) -> Arc<Bundle> {
    let file = SourceFile { path: "t.yaml".into(), text: text.to_owned() };
    match load_files(vec![file], &operators()) {
        Ok(loaded) => loaded.bundle,
        Err(failure) => panic!("{failure}"),
    }
}

/// Every verb of the language.
pub const VERBS: [&str; 26] = [
    "say",
    "ask",
    "ask_all",
    "menu",
    "route",
    "confirm",
    "choose",
    "set",
    "look_up",
    "do",
    "answer",
    "run",
    "goto",
    "queue",
    "transfer",
    "callback",
    "voicemail",
    "record",
    "secure",
    "send",
    "survey",
    "note",
    "tag",
    "wait",
    "verify",
    "recommend",
];

/// The head of a bundle in one language.
pub const HEAD: &str = "bundle: t\nstart: main\nlanguages: [en]\ntimezone: Europe/London\n";

impl Driver {
    /// A call to the bundle of this text.
    #[track_caller]
    pub fn new(text: &str) -> Self {
        Self::of(bundle(text))
    }

    /// A call to a bundle.
    pub fn of(bundle: Arc<Bundle>) -> Self {
        let number = Some(Private::new("+441632960001".to_owned()));
        Self::with(bundle, CallFacts { caller_number: number, ..CallFacts::default() })
    }

    /// A call to a bundle of which this is known.
    pub fn with(bundle: Arc<Bundle>, call: CallFacts) -> Self {
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
    #[track_caller]
    pub fn start(text: &str) -> Self {
        let mut driver = Self::new(text);
        driver.input(Input::Start);
        driver
    }

    /// A flow `main` with these steps, in a bundle that also has more documents.
    #[track_caller]
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

    /// The id of what was asked of the outside last.
    pub fn asked_last(&self) -> u64 {
        let ids = self.acts.iter().rev().filter_map(|act| match act {
            Act::LookUp(call) => Some(call.id),
            Act::Do(change) => Some(change.call.id),
            Act::Verify(verify) => Some(verify.call.id),
            Act::Send(send) => Some(send.id),
            Act::Answer(answer) => Some(answer.id),
            Act::Recommend(recommend) => Some(recommend.id),
            Act::Transfer(transfer) => Some(transfer.id),
            Act::Callback(callback) => Some(callback.id),
            Act::Voicemail(voicemail) => Some(voicemail.id),
            _ => None,
        });
        let mut ids = ids;
        ids.next().unwrap_or(0)
    }

    /// The one act of a kind among the last.
    pub fn act<T>(&self, of: impl Fn(&Act) -> Option<T>) -> Option<T> {
        self.acts.iter().find_map(of)
    }

    /// What was made of the last utterance.
    pub fn rank(&self) -> Option<Rank> {
        self.acts.iter().find_map(|act| match act {
            Act::Understood(understood) => Some(understood.rank),
            _ => None,
        })
    }

    /// The bot is stopped in the saying at a position of the last turn, this much of it heard.
    pub fn cut(&mut self, position: usize, heard: f32) -> &mut Self {
        let ids: Vec<u64> = self
            .acts
            .iter()
            .filter_map(|act| match act {
                Act::Say(say) => Some(say.id),
                _ => None,
            })
            .collect();
        let of = Duration::from_secs(10);
        let said = self.said.clone();
        self.input(Input::Cut { saying: ids[position], heard: of.mul_f32(heard), of });
        self.said = said;
        self
    }

    pub fn interrupts(&mut self, text: &str) -> &mut Self {
        self.input(Input::Heard(Heard { text: text.to_owned(), barge_in: true, ..Heard::default() }))
    }

    pub fn feels(&mut self, text: &str, distress: f32) -> &mut Self {
        let mood = Some(Mood { distress, arousal: 0.5, valence: None, trend: 0.0, turns: None });
        self.input(Input::Heard(Heard { text: text.to_owned(), mood, ..Heard::default() }))
    }

    #[track_caller]
    pub fn expect_slot(&mut self, slot: &str, value: &str) -> &mut Self {
        let held = self.conversation.value_of(slot).map(|value| value.text());
        assert_eq!(held.as_deref(), Some(value), "{slot}");
        self
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
