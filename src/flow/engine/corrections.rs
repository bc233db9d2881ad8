//! Corrections: "no, the second digit is five", 不对，是…, "no, the date is the fourth": of a value that is being read
//! back, of facts that are being confirmed, of a slot that was just filled.

use std::sync::Arc;

use crate::words::{CommonPhrase, Language, MARGIN, SlotType, Value, common_phrase_in, correct};

use super::super::act::Rank;
use super::super::bundle::{Bundle, HandlerName, Jump, ReadBack, StepIndex, Verb};
use super::super::phrases;
use super::asked::WHAT_IS_WRONG;
use super::common::COMMON_AT_LEAST;
use super::conversation::Conversation;
use super::frame::Trail;
use super::judging::{Judged, Verdict, verdict};
use super::speech::Part;
use super::state::{Offer, State};
use super::understand::Utterance;
use super::values::{datum, value_of};

/// How many of the slots that were filled last may be corrected by saying so.
const MOST_RECENT: usize = 3;
/// What it speaks for a slot that its name was said.
const NAMED: f32 = 0.2;

impl Conversation {
    /// What a value becomes by a correction that an utterance states; `None` when it states none.
    pub(super) fn amended(&self, kind: &SlotType, before: &Value, utterance: &Utterance) -> Option<Judged> {
        if !says_wrong(&utterance.text, self.language) && !names_a_place(&utterance.text) {
            return None;
        }
        let mut readings = correct(kind, before, &utterance.text, self.language, self.local_now()).into_iter();
        let best = readings.next().filter(|reading| reading.valid)?;
        let next = readings.find(|reading| reading.valid);
        let lead = best.score - next.as_ref().map_or(0.0, |reading| reading.score);
        let score = best.score * utterance.confidence;
        let margin = lead.min(utterance.margin);
        Some(Judged { value: best.value, score, margin, next: next.map(|reading| reading.value) })
    }

    /// The slots whose values may be corrected at the question that stands.
    pub(super) fn correctable<'b>(&self, bundle: &'b Bundle) -> Vec<&'b str> {
        let Some(frame) = self.frames.last() else { return Vec::new() };
        let slots = &bundle.flow(frame.flow).slots;
        let names: Vec<&'b str> = match self.listening_verb(bundle) {
            Some(Verb::Confirm(confirm)) => confirm.facts.iter().map(|fact| fact.read.root.as_str()).collect(),
            Some(Verb::AskAll(ask)) => ask.slots.iter().map(|one| one.slot.as_str()).collect(),
            _ => Vec::new(),
        };
        names.into_iter().filter(|name| slots.contains_key(*name) && frame.has(name)).collect()
    }

    /// A correction of one of the facts that are being confirmed. False when the utterance is none.
    pub(super) fn correct_a_fact(&mut self, bundle: &Bundle, utterance: &Utterance) -> bool {
        let State::Listening(listening) = &self.state else { return false };
        let part = listening.part;
        let asked_what = part == WHAT_IS_WRONG && matches!(self.listening_verb(bundle), Some(Verb::Confirm(_)));
        let denied = asked_what || listening.corrections > 0 || says_wrong(&utterance.text, self.language);
        let mut found: Vec<(&str, Judged)> = Vec::new();
        for slot in self.correctable(bundle) {
            let Some(judged) = self.correction_of(bundle, slot, utterance, denied) else { continue };
            found.push((slot, judged));
        }
        found.sort_by(|(_, left), (_, right)| right.score.total_cmp(&left.score));
        for (slot, judged) in found.iter().take(2) {
            self.weigh(Rank::Correction, || (*slot).to_owned(), judged.score);
        }
        let Some((slot, judged)) = found.first() else { return false };
        let lead = judged.score - found.get(1).map_or(0.0, |(_, next)| next.score);
        if found.len() > 1 && lead < MARGIN / 2.0 {
            return false;
        }
        self.understood(Rank::Correction, || format!("correction of {slot}"), Some(lead));
        let (slot, value) = ((*slot).to_owned(), judged.value.clone());
        if self.refuses_for(&slot, &value) {
            return true;
        }
        self.fill(&slot, datum(value));
        self.progress();
        self.said.clear();
        let corrections = self.one_more_correction();
        let question = if asked_what { 0 } else { part };
        self.turn_to(question);
        if let Some(listening) = self.listening_mut() {
            listening.corrections = corrections;
        }
        if let Err(trouble) = self.ask() {
            self.trouble(&trouble.0);
        }
        true
    }

    /// What a slot becomes by what was said of it, where it is clear that something is wrong.
    fn correction_of(&self, bundle: &Bundle, slot: &str, utterance: &Utterance, denied: bool) -> Option<Judged> {
        let frame = self.frames.last()?;
        let declared = bundle.flow(frame.flow).slots.get(slot)?;
        let kind = &declared.kind;
        let before = value_of(kind, frame.values.get(slot)?)?;
        let named = self.is_named(bundle, slot, &utterance.text);
        let amended = self.amended(kind, &before, utterance);
        let plainly = || {
            let judged = self.judge(kind, utterance, "")?;
            let takes_anything =
                matches!(kind, SlotType::YesNo | SlotType::FreeText | SlotType::Name | SlotType::Address);
            (denied && judged.value != before && (named || !takes_anything)).then_some(judged)
        };
        let mut judged = amended.or_else(plainly)?;
        let least = if named { kind.sureness().reject } else { kind.sureness().accept.min(0.7) };
        if judged.score < least {
            return None;
        }
        if named {
            judged.score += NAMED;
        }
        Some(judged)
    }

    /// Whether the words by which a slot is called stand in a text.
    fn is_named(&self, bundle: &Bundle, slot: &str, text: &str) -> bool {
        let text = text.to_lowercase();
        let Some(frame) = self.frames.last() else { return false };
        let declared = bundle.flow(frame.flow).slots.get(slot);
        let called = declared.and_then(|declared| declared.called).and_then(|called| {
            bundle.sentences.get(called).lines(self.language).first().map(|line| line.text.to_lowercase())
        });
        let by_name = called.is_some_and(|called| !called.is_empty() && text.contains(&called));
        let kind = declared.map(|declared| &declared.kind);
        by_name
            || text.contains(&slot.replace('_', " ").to_lowercase())
            || kind.is_some_and(|kind| phrases::names_of(kind, self.language).iter().any(|name| text.contains(name)))
    }

    /// Whether an utterance corrects, in so many words, a slot that was filled before.
    pub(super) fn corrects_plainly(&self, utterance: &Utterance) -> bool {
        let bundle = std::sync::Arc::clone(&self.bundle);
        self.recent().into_iter().any(|(slot, _)| self.recent_correction(&bundle, &slot, utterance).is_some())
    }

    /// Whether the whole utterance says that something is wrong, and not what: "I made a mistake", 我说错了.
    pub(super) fn says_only_wrong(&self, utterance: &Utterance) -> bool {
        let found = common_phrase_in(utterance.prepared(), self.language, &[CommonPhrase::Correct]);
        found.is_some_and(|(_, score)| score * utterance.confidence >= COMMON_AT_LEAST)
    }

    /// As [`Conversation::says_only_wrong`], where a "no" is an answer: "that's wrong" is one, "I gave you the wrong
    /// number" is none.
    pub(super) fn owns_up(&self, utterance: &Utterance) -> bool {
        const AMONG: [CommonPhrase; 3] = [CommonPhrase::No, CommonPhrase::Yes, CommonPhrase::Correct];
        let found = common_phrase_in(utterance.prepared(), self.language, &AMONG);
        found.is_some_and(|(phrase, score)| {
            phrase == CommonPhrase::Correct && score * utterance.confidence >= COMMON_AT_LEAST
        })
    }

    /// "I made a mistake" about what was given before: the bundle's handler, or the slot filled last is asked again.
    /// False when nothing was given that could be wrong.
    pub(super) fn take_back(&mut self, utterance: &Utterance) -> bool {
        if self.recent().is_empty() || !self.says_only_wrong(utterance) {
            return false;
        }
        self.understood(Rank::Correction, || "something given before is wrong".to_owned(), None);
        self.said_anywhere(HandlerName::Correct, Some(utterance));
        true
    }

    /// The slots of this run that the caller filled last and that nothing has been changed by, newest first.
    fn recent(&self) -> Vec<(String, StepIndex)> {
        let mut recent: Vec<(String, StepIndex)> = Vec::new();
        let Some(frame) = self.frames.last() else { return recent };
        for event in frame.trail.iter().rev() {
            match event {
                Trail::Changed => break,
                Trail::Filled { slot, step } if frame.has(slot) && !recent.iter().any(|(known, _)| known == slot) => {
                    recent.push((slot.clone(), *step));
                }
                _ => {}
            }
            if recent.len() >= MOST_RECENT {
                break;
            }
        }
        recent
    }

    fn recent_correction(&self, bundle: &Bundle, slot: &str, utterance: &Utterance) -> Option<Judged> {
        let denied = says_wrong(&utterance.text, self.language);
        if !denied && !names_a_place(&utterance.text) && !self.is_named(bundle, slot, &utterance.text) {
            return None;
        }
        let judged = self.correction_of(bundle, slot, utterance, denied)?;
        let frame = self.frames.last()?;
        let kind = &bundle.flow(frame.flow).slots.get(slot)?.kind;
        // Plain yes and no belong to the question that stands.
        (*kind != SlotType::YesNo).then_some(judged)
    }

    /// Rank (3): a correction of a slot filled before. False when the utterance is none.
    pub(super) fn correct_earlier(&mut self, utterance: &Utterance) -> bool {
        let bundle = Arc::clone(&self.bundle);
        let mut found: Vec<(String, StepIndex, Judged)> = Vec::new();
        for (slot, step) in self.recent() {
            let Some(judged) = self.recent_correction(&bundle, &slot, utterance) else { continue };
            self.weigh(Rank::Correction, || slot.clone(), judged.score);
            // Of slots that fit alike the one filled last is meant.
            if found.first().is_none_or(|(_, _, best)| judged.score > best.score + MARGIN) {
                found.insert(0, (slot, step, judged));
            }
        }
        let Some((slot, step, judged)) = found.into_iter().next() else { return false };
        let Some(frame) = self.frames.last() else { return false };
        let Some(declared) = bundle.flow(frame.flow).slots.get(&slot) else { return false };
        self.understood(Rank::Correction, || format!("correction of {slot}"), Some(judged.margin));
        if self.fire(HandlerName::Correct) {
            return true;
        }
        self.acts.push(super::super::act::Act::Handler { name: HandlerName::Correct.name() });
        if self.refuses_for(&slot, &judged.value) {
            return true;
        }
        self.progress();
        match verdict(declared.kind.sureness(), &judged, ReadBack::IfUnsure) {
            Verdict::Miss => return false,
            Verdict::ReadBack => {
                self.offer(Offer::Correction { slot, value: judged.value });
            }
            Verdict::Take => self.put_right(&slot, step, judged.value),
        }
        true
    }

    /// Changes a slot filled before, and does again what came of it.
    fn put_right(&mut self, slot: &str, step: StepIndex, value: Value) {
        let bundle = Arc::clone(&self.bundle);
        let Some(frame) = self.frames.last_mut() else { return };
        let filled_at =
            frame.trail.iter().rposition(|event| matches!(event, Trail::Filled { slot: filled, .. } if filled == slot));
        let used = filled_at.is_some_and(|at| frame.trail[at..].contains(&Trail::Used));
        let flow = bundle.flow(frame.flow);
        let next = flow.step(step).next;
        let kind = flow.slots.get(slot).map(|declared| &declared.kind);
        if used && let Some(at) = filled_at {
            frame.trail.truncate(at);
            frame.leave_trail(Trail::Filled { slot: slot.to_owned(), step });
        }
        let said = match kind {
            Some(kind) => crate::words::read_back(kind, &value, self.language, self.local_now()),
            None => crate::words::say(&value, self.language),
        };
        self.fill(slot, datum(value));
        self.said.clear();
        self.say(phrases::put_right(&said, self.language), Part::Prompt, super::super::act::BargeIn::Allowed);
        if used {
            self.leave_step();
            self.go(next);
        } else {
            self.ask_shortly();
        }
    }

    /// The answer to "I heard …, is that right?" about a slot filled before.
    pub(super) fn answer_to_correction(&mut self, slot: &str, value: &Value, utterance: &Utterance) -> bool {
        let answer = self.yes_or_no(utterance);
        let step = self.recent().into_iter().find(|(known, _)| known == slot).map(|(_, step)| step);
        match (answer, step) {
            (Some(true), Some(step)) => {
                self.understood(Rank::Correction, || "confirmed".to_owned(), None);
                self.drop_offer();
                self.put_right(slot, step, value.clone());
                true
            }
            (Some(_), _) => {
                self.understood(Rank::Correction, || "denied".to_owned(), None);
                self.drop_offer();
                self.said.clear();
                self.ask_shortly();
                true
            }
            (None, _) => {
                self.drop_offer();
                false
            }
        }
    }

    /// The question that reads facts back: those of a `confirm`, or the slots of an `ask_all`.
    pub(super) fn facts_question(&mut self) -> String {
        let bundle = Arc::clone(&self.bundle);
        let (language, now) = (self.language, self.local_now());
        let mut facts: Vec<(Option<String>, String)> = Vec::new();
        let slots = self.correctable(&bundle);
        let flow = self.frames.last().map(|frame| frame.flow);
        for slot in &slots {
            let value = self.frames.last().and_then(|frame| frame.values.get(*slot)).cloned();
            let kind = flow.and_then(|flow| bundle.flow(flow).slots.get(*slot)).map(|slot| &slot.kind);
            let (Some(value), Some(kind)) = (value, kind) else { continue };
            let Some(value) = value_of(kind, &value) else { continue };
            facts.push((self.name_of_slot(slot), crate::words::read_back(kind, &value, language, now)));
        }
        if let Some(Verb::Confirm(confirm)) = self.listening_verb(&bundle) {
            for fact in confirm.facts.iter().filter(|fact| !slots.contains(&fact.read.root.as_str())) {
                if let Some(value) = self.read(&fact.read) {
                    facts.push((None, super::values::spoken(&value, language, now)));
                }
            }
        }
        phrases::are_they_right(&facts, language)
    }

    /// A correction that names nothing, where the caller only says that something was wrong: the slot filled last is
    /// asked for again.
    pub(super) fn ask_last_again(&mut self) -> bool {
        let Some((slot, step)) = self.recent().into_iter().next() else { return false };
        self.forget_slot(&slot);
        self.leave_step();
        self.said.clear();
        self.say_phrase(phrases::Phrase::SayItAgain, Part::Prompt);
        self.go(Jump::Step(step));
        true
    }
}

/// Whether an utterance begins by saying that something is wrong.
pub fn says_wrong(text: &str, language: Language) -> bool {
    const ENGLISH: [&str; 22] = [
        "no",
        "nope",
        "not",
        "sorry",
        "wrong",
        "actually",
        "wait",
        "i said",
        "i meant",
        "i mean",
        "make that",
        "make it",
        "change",
        "correction",
        "that's wrong",
        "that is wrong",
        "that's not",
        "that is not",
        "it's not",
        "it is not",
        "it should",
        "rather",
    ];
    const CHINESE: [&str; 14] = [
        "不对",
        "不是",
        "错了",
        "说错",
        "我说错",
        "不不",
        "应该是",
        "我说的是",
        "我是说",
        "改成",
        "换成",
        "改为",
        "不，",
        "不,",
    ];
    let text = text.trim_start_matches(|character: char| !character.is_alphanumeric()).to_lowercase();
    let english = ENGLISH.iter().any(|phrase| {
        let rest = text.strip_prefix(phrase);
        rest.is_some_and(|rest| !rest.starts_with(|character: char| character.is_alphanumeric()))
    });
    english || (language == Language::ZH && CHINESE.iter().any(|phrase| text.starts_with(phrase)))
}

/// Whether an utterance speaks of a place in a value: "the second digit", 最后一位.
fn names_a_place(text: &str) -> bool {
    const PLACES: [&str; 10] =
        ["digit", "letter", "figure", "character", "last one", "first one", "number is", "instead of", "位", "字母"];
    let text = text.to_lowercase();
    PLACES.iter().any(|place| text.contains(place))
}
