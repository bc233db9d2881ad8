//! What an utterance does: the first that fits of (1) what may be said anywhere, (2) the answer to the question that
//! stands, (3) a correction, (4) a question the knowledge base answers, (5) another flow; and if none fits, (6) a
//! miss.

use std::sync::{Arc, OnceLock};

use crate::words::{ACCEPT, CommonPhrase, Heard as Prepared, Language, MARGIN, SlotType, Value, common_phrase_in};

use super::super::act::{Heard, Rank};
use super::super::bundle::{Bundle, FlowIndex, HandlerName, ReadBack, Verb};
use super::asked::{OPENING, TOGETHER, WHAT_IS_WRONG};
use super::conversation::{After, Conversation};
use super::frame::Return;
use super::judging::{Judged, Verdict, verdict, verdict_for};
use super::ladder::Miss;
use super::state::{FlowOffer, Offer, State};
use super::values::datum;

/// Something the caller said.
#[derive(Clone)]
pub struct Utterance {
    pub text: String,
    pub language: Option<Language>,
    pub confidence: f32,
    /// By how much the recogniser prefers this text to its next; 1 when it does not say.
    pub margin: f32,
    pub alternatives: Vec<String>,
    pub barge_in: bool,
    /// The text, prepared for templates when one is first compared with it.
    pub prepared: OnceLock<Arc<Prepared>>,
}

/// How sure what is said anywhere must be, as heard and as matched together.
const COMMON_AT_LEAST: f32 = 0.35;
/// Below this confidence a flow that fits is asked about before it is started.
const HEARD_WELL: f32 = 0.35;
/// Below [`ACCEPT`], but worth asking about.
const WORTH_ASKING: f32 = 0.55;
/// How sure the recogniser must be of another language before the conversation changes over.
const LANGUAGE_SURE: f32 = 0.6;

impl std::fmt::Debug for Utterance {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Utterance({} characters)", self.text.chars().count())
    }
}

impl Conversation {
    /// The caller said something.
    pub(super) fn heard(&mut self, heard: Heard) {
        let Heard { text, language, confidence, margin, alternatives, barge_in, mood, complexity } = heard;
        let margin = margin.unwrap_or(1.0).clamp(0.0, 1.0);
        let confidence = confidence.clamp(0.0, 1.0);
        let prepared = OnceLock::new();
        let utterance = Utterance { text, language, confidence, margin, alternatives, barge_in, prepared };
        self.weighed.clear();
        self.feel(mood, complexity);
        if utterance.text.trim().is_empty() {
            if !self.mood_or_complexity(None) {
                self.nothing_understood(Miss::Mishearing);
            }
            return;
        }
        if self.is_secure() {
            self.understood(Rank::NotUnderstood, || "keys only".to_owned(), None);
            self.keys_only();
            return;
        }
        self.follow_language(&utterance);
        if self.mood_or_complexity(Some(&utterance)) {
            return;
        }
        self.hear(&utterance);
    }

    /// Finds out what an utterance does, and does it.
    pub(super) fn hear(&mut self, utterance: &Utterance) {
        if self.aside.is_some() && self.answer_to_aside(utterance) {
            return;
        }
        let common = self.common(utterance);
        match &self.state {
            State::Listening(_) => {
                self.forget_keys();
                if let Some(listening) = self.listening_mut() {
                    listening.resting = false;
                }
                if let Some((handler, score)) = common
                    && !self.step_knows_better(utterance, handler, score)
                {
                    self.weigh(Rank::Common, || handler.name().to_owned(), score);
                    self.understood(Rank::Common, || format!("handler {}", handler.name()), None);
                    self.said_anywhere(handler, Some(utterance));
                    return;
                }
                self.understand(utterance);
            }
            State::Waiting { .. } | State::Queued { .. } => match common {
                Some((handler, score)) => {
                    self.weigh(Rank::Common, || handler.name().to_owned(), score);
                    self.understood(Rank::Common, || format!("handler {}", handler.name()), None);
                    self.said_anywhere(handler, Some(utterance));
                }
                None => {
                    let waits_for_answer = matches!(self.state, State::Waiting { .. });
                    if utterance.barge_in && waits_for_answer {
                        self.understood(Rank::NotUnderstood, || "kept for the next question".to_owned(), None);
                        self.held = Some(utterance.clone());
                    } else {
                        self.understood(Rank::NotUnderstood, || "not expected now".to_owned(), None);
                    }
                    self.listen_aside();
                }
            },
            State::Fresh | State::Running { .. } | State::Ended => {}
        }
    }

    /// The first utterance decides the language, if the bundle speaks it.
    fn follow_language(&mut self, utterance: &Utterance) {
        let first = !self.heard_before;
        self.heard_before = true;
        if let Some(language) = utterance.language
            && first
            && language != self.language
            && utterance.confidence >= LANGUAGE_SURE
            && self.languages.contains(&language)
        {
            self.language = language;
        }
    }

    /// What callers say on every line, as the whole utterance, and how sure it is.
    fn common(&self, utterance: &Utterance) -> Option<(HandlerName, f32)> {
        let (phrase, score) = common_phrase_in(utterance.prepared(), self.language, &ANYWHERE)?;
        let score = score * utterance.confidence;
        if score < COMMON_AT_LEAST {
            return None;
        }
        let handler = match phrase {
            CommonPhrase::AgentPlease => HandlerName::AgentPlease,
            CommonPhrase::Repeat => HandlerName::Repeat,
            CommonPhrase::Slower => HandlerName::Slower,
            CommonPhrase::WaitAMoment => HandlerName::WaitAMoment,
            CommonPhrase::Help => HandlerName::Help,
            CommonPhrase::Cancel => HandlerName::Cancel,
            CommonPhrase::StartOver => HandlerName::StartOver,
            CommonPhrase::Goodbye => HandlerName::Goodbye,
            CommonPhrase::Language => HandlerName::Language,
            _ => return None,
        };
        Some((handler, score))
    }

    /// "No, that's all" is a goodbye, but where yes or no is asked it is the answer; "cancel" where the menu has a
    /// choice of that name is the choice.
    fn step_knows_better(&self, utterance: &Utterance, handler: HandlerName, score: f32) -> bool {
        let bundle = Arc::clone(&self.bundle);
        let State::Listening(listening) = &self.state else { return false };
        let asks_yes_or_no = matches!(
            listening.offer,
            Offer::Value(_) | Offer::Correction { .. } | Offer::Answer(_) | Offer::Flows(_) | Offer::Choices(_)
        );
        match self.listening_type(&bundle) {
            Some(SlotType::YesNo) => {
                let taken = self.judge(&SlotType::YesNo, utterance, "").is_some_and(|judged| {
                    verdict(SlotType::YesNo.sureness(), &judged, ReadBack::Never) == Verdict::Take
                });
                matches!(handler, HandlerName::Goodbye | HandlerName::Cancel) && taken
            }
            Some(SlotType::FreeText) => false,
            Some(kind) if !asks_yes_or_no => {
                let judged = self.judge(kind, utterance, "");
                judged.is_some_and(|judged| judged.score >= score.max(kind.sureness().accept))
            }
            _ => false,
        }
    }

    /// An utterance for the step that listens.
    fn understand(&mut self, utterance: &Utterance) {
        let State::Listening(listening) = &self.state else { return };
        let (offer, part) = (listening.offer.clone(), listening.part);
        if offer != Offer::Nothing && self.answer_to_offer(&offer, utterance) {
            return;
        }
        let bundle = Arc::clone(&self.bundle);
        let understood = match self.listening_verb(&bundle) {
            Some(Verb::Menu(_)) => self.try_choice(&bundle, utterance),
            Some(Verb::Route(route)) => self.try_flows(&bundle, utterance, &route.flows, true),
            Some(Verb::AskAll(_)) if part == OPENING => self.try_several(utterance),
            Some(Verb::AskAll(_)) if part == TOGETHER => self.try_facts(&bundle, utterance),
            Some(Verb::Confirm(_)) => self.try_facts(&bundle, utterance),
            Some(Verb::AskAll(_)) => self.try_several(utterance) || self.try_value(&bundle, utterance),
            Some(_) => self.try_value(&bundle, utterance),
            None => return,
        };
        if understood || self.correct_earlier(utterance) || self.ask_knowledge(utterance) {
            return;
        }
        self.understand_as_flow(utterance);
    }

    /// Rank (5) and, if no flow fits, (6).
    pub(super) fn understand_as_flow(&mut self, utterance: &Utterance) {
        let bundle = Arc::clone(&self.bundle);
        let is_route = matches!(self.listening_verb(&bundle), Some(Verb::Route(_)));
        if !is_route && !self.is_secure() {
            let others = self.other_flows(&bundle);
            if self.try_flows(&bundle, utterance, &others, false) {
                return;
            }
        }
        self.understood(Rank::NotUnderstood, || "nothing fits".to_owned(), None);
        self.unanswered = Some(utterance.text.clone());
        self.miss(Miss::Mishearing);
    }

    /// The value the step asks for, and what else of its flow was said in the same breath.
    fn try_value(&mut self, bundle: &Bundle, utterance: &Utterance) -> bool {
        let Some(asked) = self.asked(bundle) else { return false };
        let (Some(kind), read_back) = (asked.kind, asked.read_back) else { return false };
        if *kind == SlotType::YesNo && self.corrects_plainly(utterance) && self.correct_earlier(utterance) {
            return true;
        }
        let begun = self.listening_mut().and_then(|listening| listening.begun.take());
        if let Some(digits) = self.listening_mut().and_then(|listening| listening.keyed_digits.clone())
            && let Some(value) = self.with_letters(kind, utterance, &digits)
        {
            let judged = Judged { score: utterance.confidence, ..Judged::certain(value) };
            return self.settle(kind, judged, read_back);
        }
        let heard_well = |judged: &Judged| judged.score >= kind.sureness().reject;
        let alone = self.judge(kind, utterance, "");
        if let Some(judged) = &alone {
            self.weigh_value(bundle, judged);
        }
        let alone = alone.filter(heard_well);
        let with_begun = begun.as_ref().and_then(|begun| self.judge(kind, utterance, begun)).filter(heard_well);
        // A question put to a step that takes any text is no answer to it.
        if *kind == SlotType::FreeText && self.says_another_flow(utterance) && asked.slot.is_some() {
            return false;
        }
        if let Some(judged) = alone.or(with_begun) {
            self.others_in_the_same_breath(bundle, utterance, &judged);
            return self.settle(kind, judged, read_back);
        }
        if begun.is_none() && self.has_begun(kind, utterance) {
            self.understood(Rank::Step, || "the beginning of a value".to_owned(), None);
            if let Some(listening) = self.listening_mut() {
                listening.begun = Some(utterance.text.clone());
            }
            self.listen();
            return true;
        }
        false
    }

    /// Fills other empty slots of the flow that were plainly said together with the value that is asked for.
    fn others_in_the_same_breath(&mut self, bundle: &Bundle, utterance: &Utterance, judged: &Judged) {
        let State::Listening(listening) = &self.state else { return };
        let index = listening.step;
        let (Some(frame), Some(Verb::Ask(ask))) = (self.frames.last(), self.listening_verb(bundle)) else { return };
        let slots = &bundle.flow(frame.flow).slots;
        if slots.len() < 2 {
            return;
        }
        let mut wanted: Vec<&str> = vec![&ask.slot];
        for (name, slot) in slots {
            let is_open = *name != ask.slot && !frame.has(name);
            if is_open && self.may_be_said_along(&slot.kind, utterance) {
                wanted.push(name);
            }
        }
        if wanted.len() < 2 {
            return;
        }
        let found = self.several(&wanted, utterance, false);
        // Words that change what the step understood belong to the step.
        if !found.iter().any(|given| given.slot == ask.slot && given.judged.value == judged.value) {
            return;
        }
        for along in found.into_iter().filter(|given| given.slot != ask.slot && given.sure) {
            if self.refused(&along.slot, &along.judged.value).is_none() {
                self.fill_by_caller(&along.slot, along.judged.value, index);
            }
        }
    }

    fn may_be_said_along(&self, kind: &SlotType, utterance: &Utterance) -> bool {
        let loose = matches!(kind, SlotType::YesNo | SlotType::FreeText | SlotType::Card);
        let read_back = kind.sureness().accept > 1.0;
        !loose
            && !read_back
            && self.judge(kind, utterance, "").is_some_and(|judged| judged.score >= kind.sureness().reject)
    }

    /// Takes a value, reads it back, or leaves it. False when it counts as not heard.
    pub(super) fn settle(&mut self, kind: &SlotType, judged: Judged, read_back: ReadBack) -> bool {
        let judged = self.allowed_reading(judged);
        let close = judged.margin < MARGIN;
        let asks_between = can_be_asked_between(kind) && close && read_back != ReadBack::Never;
        let clarified = self.listening_mut().is_some_and(|listening| listening.clarified);
        match verdict_for(kind, &judged, read_back) {
            Verdict::Miss => false,
            _ if self.refuses(&judged.value) => true,
            _ if asks_between && !clarified && judged.next.is_some() => {
                let Judged { value, next: Some(next), margin, .. } = judged else { return false };
                self.understood(Rank::Step, || "two values fit alike".to_owned(), Some(margin));
                self.offer(Offer::Either(value, next));
                true
            }
            Verdict::Take => {
                self.understood(Rank::Step, || "taken".to_owned(), Some(judged.margin));
                self.take(judged.value);
                true
            }
            Verdict::ReadBack => {
                self.understood(Rank::Step, || "read back".to_owned(), Some(judged.margin));
                self.offer(Offer::Value(judged.value));
                true
            }
        }
    }

    fn try_choice(&mut self, bundle: &Bundle, utterance: &Utterance) -> bool {
        let Some(kind) = self.listening_type(bundle) else { return false };
        let Some(judged) = self.judge(kind, utterance, "") else { return false };
        let sureness = kind.sureness();
        let position = |value: &Value| value.as_text().and_then(|text| text.parse::<usize>().ok());
        let Some(best) = position(&judged.value) else { return false };
        self.weigh(Rank::Step, || format!("choice {}", best + 1), judged.score);
        if judged.score < sureness.reject {
            return false;
        }
        let clarified = self.listening_mut().is_some_and(|listening| listening.clarified);
        let second = judged.next.as_ref().and_then(position);
        if let Some(second) = second {
            self.weigh(Rank::Step, || format!("choice {}", second + 1), judged.score - judged.margin);
        }
        if judged.margin < MARGIN && !clarified {
            self.understood(Rank::Step, || "two choices fit alike".to_owned(), Some(judged.margin));
            self.offer(Offer::Choices(std::iter::once(best).chain(second).collect()));
        } else if judged.score >= sureness.accept || clarified {
            self.understood(Rank::Step, || format!("choice {}", best + 1), Some(judged.margin));
            self.take(judged.value);
        } else {
            self.understood(Rank::Step, || format!("asked whether choice {} is meant", best + 1), Some(judged.margin));
            self.offer(Offer::Choices(vec![best]));
        }
        true
    }

    /// Yes, no, or what is wrong with the facts that were read back.
    fn try_facts(&mut self, bundle: &Bundle, utterance: &Utterance) -> bool {
        if self.correct_a_fact(bundle, utterance) {
            return true;
        }
        let asks_what_is_wrong = matches!(&self.state, State::Listening(listening) if listening.part == WHAT_IS_WRONG);
        !asks_what_is_wrong && self.try_value(bundle, utterance)
    }

    fn try_flows(&mut self, bundle: &Bundle, utterance: &Utterance, among: &[FlowIndex], routed: bool) -> bool {
        let rank = if routed { Rank::Step } else { Rank::Flow };
        let fitting = self.flows_that_fit(bundle, utterance, among);
        for (offer, score) in fitting.iter().take(3) {
            self.weigh(rank, || format!("flow {}", bundle.flow(offer.flow).name), *score);
        }
        let Some((best, score)) = fitting.first().cloned() else { return false };
        let next = fitting.get(1).map_or(0.0, |(_, score)| *score);
        let clarified = self.listening_mut().is_some_and(|listening| listening.clarified);
        let margin = score - next;
        let close = margin < MARGIN;
        let name = || format!("flow {}", bundle.flow(best.flow).name);
        if score >= ACCEPT {
            if close && !clarified {
                self.understood(rank, || "two flows fit alike".to_owned(), Some(margin));
                self.offer(Offer::Flows(fitting.into_iter().take(2).map(|(offer, _)| offer).collect()));
            } else if utterance.confidence < HEARD_WELL {
                self.understood(rank, || format!("asked whether {} is meant", name()), Some(margin));
                self.offer(Offer::Flows(vec![best]));
            } else {
                self.understood(rank, name, Some(margin));
                self.start_flow(&best, utterance.confidence);
            }
            return true;
        }
        // Only where flows are what is asked for is a guess worth a question.
        if routed && score >= WORTH_ASKING && !close && !clarified {
            self.understood(rank, || format!("asked whether {} is meant", name()), Some(margin));
            self.offer(Offer::Flows(vec![best]));
            return true;
        }
        false
    }

    /// Starts a flow that the caller asked for, with its slots filled from what was said.
    pub(super) fn start_flow(&mut self, offer: &FlowOffer, confidence: f32) {
        let bundle = Arc::clone(&self.bundle);
        let State::Listening(listening) = &self.state else { return };
        let Some(frame) = self.frames.last() else { return };
        let step = bundle.flow(frame.flow).step(listening.step);
        let secure = frame.secure || step.secure;
        let returns = match &step.verb {
            Verb::Route(_) => Return::To { next: step.next, values: Vec::new() },
            _ => {
                if let Some(listening) = self.listening_mut() {
                    listening.offer = Offer::Nothing;
                }
                // What the caller cut short to ask something else is not taken up again.
                self.said.clear();
                Return::Interrupted(Box::new(self.interruption()))
            }
        };
        self.forget_keys();
        self.progress();
        self.said.clear();
        let mut frame = self.new_frame(offer.flow, returns);
        frame.secure = secure;
        if !self.push_flow(frame) {
            self.trouble("flows run each other too deep");
            return;
        }
        self.topic = Some(offer.flow);
        for (slot, text) in &offer.slots {
            let Some(declared) = bundle.flow(offer.flow).slots.get(slot) else { continue };
            let said = Utterance::plain(text.as_str(), confidence);
            if let Some(judged) = self.judge(&declared.kind, &said, "")
                && verdict(declared.kind.sureness(), &judged, ReadBack::IfUnsure) == Verdict::Take
                && self.refused(slot, &judged.value).is_none()
            {
                self.fill(slot, datum(judged.value));
            }
        }
        let entry = bundle.flow(offer.flow).entry;
        self.go(entry);
    }

    /// What was said while nothing listened, offered to the step that now does: taken only if there is no doubt, and
    /// never as an answer to a question that had not been asked yet.
    pub(super) fn offer_what_was_held(&mut self) -> Option<After> {
        let held = self.held.take()?;
        let bundle = Arc::clone(&self.bundle);
        if let Some(Verb::Route(route)) = self.listening_verb(&bundle) {
            return self.offer_held_to_route(&bundle, &route.flows, &held);
        }
        let kind = self.listening_type(&bundle)?;
        if matches!(kind, SlotType::YesNo | SlotType::FreeText) {
            return None;
        }
        let judged = self.judge(kind, &held, "")?;
        let slot = self.asked(&bundle).and_then(|asked| asked.slot);
        let is_refused = slot.is_some_and(|slot| self.refused(slot, &judged.value).is_some());
        if verdict(kind.sureness(), &judged, ReadBack::IfUnsure) != Verdict::Take || is_refused {
            return None;
        }
        self.understood(Rank::Step, || "said before it was asked".to_owned(), Some(judged.margin));
        Some(self.taken(judged.value))
    }

    fn offer_held_to_route(&mut self, bundle: &Bundle, flows: &[FlowIndex], held: &Utterance) -> Option<After> {
        let fitting = self.flows_that_fit(bundle, held, flows);
        let (best, score) = fitting.first().cloned()?;
        let next = fitting.get(1).map_or(0.0, |(_, score)| *score);
        if score < ACCEPT || score - next < MARGIN || held.confidence < HEARD_WELL {
            return None;
        }
        self.understood(Rank::Step, || "said before it was asked".to_owned(), Some(score - next));
        self.start_flow(&best, held.confidence);
        Some(After::Wait)
    }

    /// Something was said where only keys are heard.
    fn keys_only(&mut self) {
        if !matches!(self.state, State::Listening(_)) {
            self.listen_aside();
            return;
        }
        self.miss(Miss::Spoken);
    }
}

/// Kinds of which two values can be told apart in a question; of codes and long numbers the best is read back.
fn can_be_asked_between(kind: &SlotType) -> bool {
    matches!(
        kind,
        SlotType::Date
            | SlotType::Time
            | SlotType::Duration
            | SlotType::Number { .. }
            | SlotType::Money { .. }
            | SlotType::Place { .. }
            | SlotType::Choice { .. }
    )
}

/// What may be said anywhere.
const ANYWHERE: [CommonPhrase; 9] = [
    CommonPhrase::AgentPlease,
    CommonPhrase::Repeat,
    CommonPhrase::Slower,
    CommonPhrase::WaitAMoment,
    CommonPhrase::Help,
    CommonPhrase::Cancel,
    CommonPhrase::StartOver,
    CommonPhrase::Goodbye,
    CommonPhrase::Language,
];
