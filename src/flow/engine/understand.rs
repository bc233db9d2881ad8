//! What an utterance does: the first that fits of what may be said anywhere, the question that stands, the step's
//! own value or choice, another flow; and if none fits, a miss.

use std::sync::Arc;

use crate::words::{ACCEPT, CommonPhrase, Language, MARGIN, SlotType, Sureness, Value, common_phrase, rank, read};

use super::super::bundle::{Bundle, FlowIndex, HandlerName, Jump, ReadBack, Route, Verb};
use super::conversation::Conversation;
use super::frame::{Frame, Return};
use super::ladder::Miss;
use super::state::{FlowOffer, Offer, State};
use super::values::datum;

/// Something the caller said.
#[derive(Clone)]
pub struct Utterance {
    pub text: String,
    pub language: Option<Language>,
    pub confidence: f32,
    pub alternatives: Vec<String>,
    pub barge_in: bool,
}

/// How sure what is said anywhere must be, as heard and as matched together.
const COMMON_AT_LEAST: f32 = 0.35;
/// Below this confidence a flow that fits is asked about before it is started.
const HEARD_WELL: f32 = 0.35;
/// Below [`ACCEPT`], but worth asking about.
const WORTH_ASKING: f32 = 0.55;
/// What a reading other than the recogniser's best keeps of its confidence.
const ALTERNATIVE: f32 = 0.85;
/// How many other readings are looked at.
const MOST_ALTERNATIVES: usize = 4;
/// How sure the recogniser must be of another language before the conversation changes over.
const LANGUAGE_SURE: f32 = 0.6;

/// The best value and what speaks against it.
#[derive(Clone)]
pub struct Judged {
    pub value: Value,
    pub score: f32,
    /// By how much it leads the next different one.
    pub margin: f32,
}

/// What to do with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Take,
    ReadBack,
    Miss,
}

impl Utterance {
    /// Every reading with its confidence.
    fn readings(&self) -> impl Iterator<Item = (&str, f32)> {
        let first = std::iter::once((self.text.as_str(), self.confidence));
        let others = self.alternatives.iter().take(MOST_ALTERNATIVES).enumerate();
        first.chain(others.map(|(place, text)| {
            let less = ALTERNATIVE.powi(i32::try_from(place).unwrap_or(0) + 1);
            (text.as_str(), self.confidence * less)
        }))
    }
}

impl Conversation {
    /// The caller said something.
    pub(super) fn heard(&mut self, utterance: Utterance) {
        if utterance.text.trim().is_empty() {
            self.nothing_understood();
            return;
        }
        self.follow_language(&utterance);
        if self.leaving.is_some() && self.answer_to_leaving(&utterance) {
            return;
        }
        let common = self.common(&utterance);
        match &self.state {
            State::Listening(_) => {
                self.forget_keys();
                if let Some(handler) = common
                    && !self.answers_the_question(&utterance, handler)
                {
                    self.common_handler(handler);
                    return;
                }
                self.understand(&utterance);
            }
            State::LookingUp { .. } => match common {
                Some(handler) => self.common_handler(handler),
                None => {
                    if utterance.barge_in {
                        self.held = Some(utterance);
                    }
                    self.listen_aside();
                }
            },
            State::Queued { .. } => match common {
                Some(handler) => self.common_handler(handler),
                None => self.listen_aside(),
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
            && self.bundle.languages.contains(&language)
        {
            self.language = language;
        }
    }

    /// What callers say on every line, as the whole utterance.
    fn common(&self, utterance: &Utterance) -> Option<HandlerName> {
        let among = [CommonPhrase::AgentPlease, CommonPhrase::Repeat, CommonPhrase::Goodbye];
        let (phrase, score) = common_phrase(&utterance.text, self.language, &among)?;
        if score * utterance.confidence < COMMON_AT_LEAST {
            return None;
        }
        match phrase {
            CommonPhrase::AgentPlease => Some(HandlerName::AgentPlease),
            CommonPhrase::Repeat => Some(HandlerName::Repeat),
            CommonPhrase::Goodbye => Some(HandlerName::Goodbye),
            _ => None,
        }
    }

    /// "No, that's all" is a goodbye, but where yes or no is asked it is the answer.
    fn answers_the_question(&self, utterance: &Utterance, handler: HandlerName) -> bool {
        let bundle = Arc::clone(&self.bundle);
        if handler != HandlerName::Goodbye || self.listening_type(&bundle) != Some(&SlotType::YesNo) {
            return false;
        }
        let judged = self.judge(&SlotType::YesNo, utterance, "");
        judged.is_some_and(|judged| verdict(SlotType::YesNo.sureness(), &judged, ReadBack::Never) == Verdict::Take)
    }

    /// An utterance for the step that listens.
    fn understand(&mut self, utterance: &Utterance) {
        let State::Listening(listening) = &self.state else { return };
        let offer = listening.offer.clone();
        if offer != Offer::Nothing && self.answer_to_offer(&offer, utterance) {
            return;
        }
        let bundle = Arc::clone(&self.bundle);
        let understood = match self.listening_verb(&bundle) {
            Some(Verb::Ask(ask)) => self.try_value(&bundle, utterance, ask.read_back),
            Some(Verb::Menu(_)) => self.try_choice(&bundle, utterance),
            Some(Verb::Route(route)) => self.try_flows(&bundle, utterance, &route.flows, true),
            _ => return,
        };
        if understood {
            return;
        }
        let is_route = matches!(self.listening_verb(&bundle), Some(Verb::Route(_)));
        if !is_route {
            let others = self.other_flows(&bundle);
            if self.try_flows(&bundle, utterance, &others, false) {
                return;
            }
        }
        self.miss(Miss::Mishearing);
    }

    /// Flows that the caller may start from anywhere: all with a `start_when` but the one that is running.
    fn other_flows(&self, bundle: &Bundle) -> Vec<FlowIndex> {
        let current = self.frames.last().map(|frame| frame.flow);
        let all = (0..bundle.flows.len()).map(FlowIndex);
        all.filter(|flow| Some(*flow) != current && !bundle.flow(*flow).start_when.is_empty()).collect()
    }

    /// The best value of a type in an utterance. `before` is what was said of it in the breath before.
    pub(super) fn judge(&self, kind: &SlotType, utterance: &Utterance, before: &str) -> Option<Judged> {
        let now = self.local_now();
        let mut best: Vec<(Value, f32)> = Vec::new();
        for (text, confidence) in utterance.readings() {
            let whole = if before.is_empty() { text.to_owned() } else { format!("{before} {text}") };
            for reading in read(kind, &whole, self.language, now).into_iter().filter(|reading| reading.valid) {
                let score = reading.score * confidence;
                match best.iter_mut().find(|(value, _)| *value == reading.value) {
                    Some((_, known)) => *known = known.max(score),
                    None => best.push((reading.value, score)),
                }
            }
        }
        best.sort_by(|(_, left), (_, right)| right.total_cmp(left));
        let next = best.get(1).map_or(0.0, |(_, score)| *score);
        best.into_iter().next().map(|(value, score)| Judged { value, score, margin: score - next })
    }

    fn try_value(&mut self, bundle: &Bundle, utterance: &Utterance, read_back: ReadBack) -> bool {
        let Some(kind) = self.listening_type(bundle) else { return false };
        let begun = self.listening_mut().and_then(|listening| listening.begun.take());
        if let Some(digits) = self.listening_mut().and_then(|listening| listening.keyed_digits.clone())
            && let Some(value) = self.with_letters(kind, utterance, &digits)
        {
            self.settle(kind, Judged { value, score: utterance.confidence, margin: 1.0 }, read_back);
            return true;
        }
        let heard_well = |judged: &Judged| judged.score >= kind.sureness().reject;
        let alone = self.judge(kind, utterance, "").filter(heard_well);
        let with_begun = begun.as_ref().and_then(|begun| self.judge(kind, utterance, begun)).filter(heard_well);
        if let Some(judged) = alone.or(with_begun) {
            return self.settle(kind, judged, read_back);
        }
        if begun.is_none() && self.has_begun(kind, utterance) {
            if let Some(listening) = self.listening_mut() {
                listening.begun = Some(utterance.text.clone());
            }
            self.listen();
            return true;
        }
        false
    }

    /// Takes a value, reads it back, or leaves it. False when it counts as not heard.
    pub(super) fn settle(&mut self, kind: &SlotType, judged: Judged, read_back: ReadBack) -> bool {
        match verdict_for(kind, &judged, read_back) {
            Verdict::Take => {
                if let Some(jump) = self.take_value(judged.value) {
                    self.said.clear();
                    self.go(jump);
                }
                true
            }
            Verdict::ReadBack => {
                self.offer(Offer::Value(judged.value));
                true
            }
            Verdict::Miss => false,
        }
    }

    /// Puts a question to the caller about what was understood.
    pub(super) fn offer(&mut self, offer: Offer) {
        self.said.clear();
        self.ask_offer(&offer);
        if let Some(listening) = self.listening_mut() {
            let between_two = match &offer {
                Offer::Flows(flows) => flows.len() > 1,
                Offer::Choices(choices) => choices.len() > 1,
                _ => false,
            };
            listening.clarified = between_two;
            listening.offer = offer;
        }
        self.listen();
    }

    fn try_choice(&mut self, bundle: &Bundle, utterance: &Utterance) -> bool {
        let Some(kind) = self.listening_type(bundle) else { return false };
        let Some(judged) = self.judge(kind, utterance, "") else { return false };
        let sureness = kind.sureness();
        let position = |value: &Value| value.as_text().and_then(|text| text.parse::<usize>().ok());
        let Some(best) = position(&judged.value) else { return false };
        if judged.score < sureness.reject {
            return false;
        }
        let clarified = self.listening_mut().is_some_and(|listening| listening.clarified);
        if judged.margin < MARGIN && !clarified {
            let second = self.second_choice(kind, utterance, &judged.value).and_then(|value| position(&value));
            self.offer(Offer::Choices(std::iter::once(best).chain(second).collect()));
        } else if judged.score >= sureness.accept || clarified {
            if let Some(jump) = self.take_value(judged.value) {
                self.said.clear();
                self.go(jump);
            }
        } else {
            self.offer(Offer::Choices(vec![best]));
        }
        true
    }

    fn second_choice(&self, kind: &SlotType, utterance: &Utterance, best: &Value) -> Option<Value> {
        let readings = read(kind, &utterance.text, self.language, self.local_now());
        readings.into_iter().filter(|reading| reading.valid).map(|reading| reading.value).find(|value| value != best)
    }

    /// Flows that fit, best first, with their scores.
    pub(super) fn flows_that_fit(
        &self,
        bundle: &Bundle,
        utterance: &Utterance,
        among: &[FlowIndex],
    ) -> Vec<(FlowOffer, f32)> {
        let mut fitting: Vec<(FlowOffer, f32)> = Vec::new();
        for (place, (text, _)) in utterance.readings().enumerate() {
            let less = ALTERNATIVE.powi(i32::try_from(place).unwrap_or(0));
            let templates = among.iter().flat_map(|flow| {
                let said = bundle.flow(*flow).start_when.iter();
                said.filter(|(language, _)| *language == self.language).map(|(_, template)| (*flow, template))
            });
            for candidate in rank(templates, text, self.language) {
                let score = candidate.found.score * less;
                let offer = FlowOffer { flow: candidate.id, slots: candidate.found.slots };
                match fitting.iter_mut().find(|(known, _)| known.flow == offer.flow) {
                    Some(known) if known.1 < score => *known = (offer, score),
                    Some(_) => {}
                    None => fitting.push((offer, score)),
                }
            }
        }
        fitting.sort_by(|(_, left), (_, right)| right.total_cmp(left));
        fitting
    }

    fn try_flows(&mut self, bundle: &Bundle, utterance: &Utterance, among: &[FlowIndex], routed: bool) -> bool {
        let fitting = self.flows_that_fit(bundle, utterance, among);
        let Some((best, score)) = fitting.first().cloned() else { return false };
        let next = fitting.get(1).map_or(0.0, |(_, score)| *score);
        let clarified = self.listening_mut().is_some_and(|listening| listening.clarified);
        let close = score - next < MARGIN;
        if score >= ACCEPT {
            if close && !clarified {
                self.offer(Offer::Flows(fitting.into_iter().take(2).map(|(offer, _)| offer).collect()));
            } else if utterance.confidence < HEARD_WELL {
                self.offer(Offer::Flows(vec![best]));
            } else {
                self.start_flow(&best, utterance.confidence);
            }
            return true;
        }
        // Only where flows are what is asked for is a guess worth a question.
        if routed && score >= WORTH_ASKING && !close && !clarified {
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
        let returns = match &step.verb {
            Verb::Route(Route { .. }) => Return::To { next: step.next, values: Vec::new() },
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
        if !self.push_flow(Frame::new(offer.flow, returns)) {
            self.trouble("flows run each other too deep");
            return;
        }
        self.topic = Some(offer.flow);
        for (slot, text) in &offer.slots {
            let Some(declared) = bundle.flow(offer.flow).slots.get(slot) else { continue };
            let said =
                Utterance { text: text.clone(), language: None, confidence, alternatives: Vec::new(), barge_in: false };
            if let Some(judged) = self.judge(&declared.kind, &said, "")
                && verdict(declared.kind.sureness(), &judged, ReadBack::IfUnsure) == Verdict::Take
            {
                self.fill(slot, datum(judged.value));
            }
        }
        let entry = bundle.flow(offer.flow).entry;
        self.go(entry);
    }

    /// What was said while nothing listened, offered to the step that now does: taken only if there is no doubt, and
    /// never as an answer to a question that had not been asked yet.
    pub(super) fn take_held(&mut self, held: &Utterance) -> Option<Jump> {
        let bundle = Arc::clone(&self.bundle);
        let kind = self.listening_type(&bundle)?;
        if matches!(kind, SlotType::YesNo | SlotType::FreeText) {
            return None;
        }
        let judged = self.judge(kind, held, "")?;
        if verdict(kind.sureness(), &judged, ReadBack::IfUnsure) != Verdict::Take {
            return None;
        }
        self.take_value(judged.value)
    }
}

/// What to do with a value of a type.
fn verdict_for(kind: &SlotType, judged: &Judged, read_back: ReadBack) -> Verdict {
    if matches!(kind, SlotType::FreeText) {
        return Verdict::Take;
    }
    verdict(kind.sureness(), judged, read_back)
}

/// What to do with a value, by how sure it is.
pub fn verdict(sureness: Sureness, judged: &Judged, read_back: ReadBack) -> Verdict {
    let sure = judged.score >= sureness.accept && judged.margin >= MARGIN;
    if judged.score < sureness.reject {
        return Verdict::Miss;
    }
    match read_back {
        ReadBack::Never => Verdict::Take,
        ReadBack::IfUnsure if sure => Verdict::Take,
        ReadBack::IfUnsure | ReadBack::Always => Verdict::ReadBack,
    }
}
