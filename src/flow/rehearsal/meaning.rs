//! What the caller of a test means, whatever the recogniser makes of it: the same test is played beside the call from
//! the text as it was written, and where the two part the caller says what is true until they agree again.

use std::collections::{BTreeMap, BTreeSet};

use super::super::bundle::Bundle;
use super::super::datum::Datum;
use super::caller::CallerTurn;
use super::happening::{Happening, What};
use super::run::Rehearsal;
use crate::words::{Language, SlotType};

/// So often a caller says something that is not in the test, after one line of it.
pub const MOST_REPLIES: usize = 5;

/// A conversation and the values it has heard.
#[derive(Clone)]
pub struct Followed {
    pub call: Rehearsal,
    values: BTreeMap<String, Datum>,
    /// Slots that take whatever is said: no two hearings of it are the same.
    free: std::sync::Arc<BTreeSet<String>>,
}

/// Where a conversation stands, as far as it depends on what was understood.
#[derive(Clone, PartialEq)]
pub struct Stand {
    ended: bool,
    queued: bool,
    place: (String, String),
    offered: Vec<String>,
    values: BTreeMap<String, Datum>,
}

/// What a caller says who is asked something that the test does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// What was read back is right.
    Yes,
    /// It is wrong.
    No,
    /// The line of the test again, slower.
    Again,
}

impl Reply {
    /// What is said, where that is not the line of the test.
    pub fn words(self, language: Language) -> Option<&'static str> {
        let chinese = language == Language::ZH;
        match self {
            Self::Yes if chinese => Some("对，是的。"),
            Self::Yes => Some("Yes, that's right."),
            Self::No if chinese => Some("不对。"),
            Self::No => Some("No, that's not right."),
            Self::Again => None,
        }
    }
}

impl Followed {
    /// A call that was just answered.
    pub fn of(call: Rehearsal) -> Self {
        let free = free_slots(call.bundle());
        Self { call, values: BTreeMap::new(), free: std::sync::Arc::new(free) }
    }

    /// Takes note of the values in what happened.
    pub fn note(&mut self, happened: &[Happening]) {
        for one in happened {
            if let What::SlotFilled { slot, raw, .. } = &one.what
                && !self.free.contains(slot)
            {
                self.values.insert(slot.clone(), raw.reveal().clone());
            }
        }
    }

    /// Takes note of what the call itself has gathered.
    pub fn note_own(&mut self) {
        let happened = self.call.take();
        self.note(&happened);
    }

    /// Where this conversation will stand once the bot has said everything.
    pub fn settled(&self) -> Self {
        let mut settled = self.clone();
        settled.call.settle(None);
        settled.note_own();
        settled
    }

    fn after(&self, turn: CallerTurn) -> Self {
        let mut next = self.clone();
        next.call.give(turn);
        next.settled()
    }

    /// Where it stands.
    pub fn stand(&self) -> Stand {
        let waiting = self.call.conversation().waiting_for();
        Stand {
            ended: self.call.has_ended(),
            queued: self.call.is_queued(),
            place: waiting.map(|waiting| (waiting.flow, waiting.step)).unwrap_or_default(),
            offered: self.call.conversation().offered(),
            values: self.values.clone(),
        }
    }

    /// The first value that differs from what was meant: its slot, what was meant and what was taken.
    pub fn mistaken(&self, meant: &Self) -> Option<(String, String, String)> {
        self.values.iter().find_map(|(slot, taken)| {
            let wanted = meant.values.get(slot).filter(|wanted| *wanted != taken)?;
            Some((slot.clone(), wanted.text(), taken.text()))
        })
    }
}

impl Stand {
    /// `flow/step`.
    pub fn place(&self) -> String {
        match (self.ended, self.queued) {
            (true, _) => "the end".to_owned(),
            (_, true) => "a queue".to_owned(),
            _ => format!("{}/{}", self.place.0, self.place.1),
        }
    }
}

/// What the caller says of their own accord, if the call does not stand where their words should have brought it.
/// `heard` and `meant` have settled; `before` is where the call stood when the line was said.
pub fn truthful(heard: &Followed, meant: &Followed, before: &Stand, line: &CallerTurn) -> Option<Reply> {
    let (stands, should) = (heard.stand(), meant.stand());
    if stands == should || stands.ended || stands.queued {
        return None;
    }
    let language = heard.call.language();
    let reaches = |turn: CallerTurn| heard.after(turn).stand() == should;
    if stands.offered.is_empty() {
        let still_there = stands.place == before.place && stands.values == before.values;
        return (still_there || reaches(line.clone())).then_some(Reply::Again);
    }
    // What the test itself is asked, the test answers.
    if stands.offered == should.offered && stands.place == should.place {
        return None;
    }
    let yes = Reply::Yes.words(language).map(CallerTurn::says);
    if yes.is_some_and(reaches) {
        return Some(Reply::Yes);
    }
    let says_which = stands.offered.len() > 1 && reaches(line.clone());
    Some(if says_which { Reply::Again } else { Reply::No })
}

fn free_slots(bundle: &Bundle) -> BTreeSet<String> {
    let slots = bundle.flows.iter().flat_map(|flow| flow.slots.iter());
    slots.filter(|(_, slot)| matches!(slot.kind, SlotType::FreeText)).map(|(name, _)| name.clone()).collect()
}
