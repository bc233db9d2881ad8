//! What an utterance does: the first that fits of (1) what may be said anywhere, (2) the answer to the question that
//! stands, (3) a correction, (4) a question the knowledge base answers, (5) another flow; and if none fits, (6) a
//! miss.

use std::sync::{Arc, OnceLock};

use crate::words::{Heard as Prepared, Language};

use super::super::act::{Heard, Rank};
use super::super::bundle::Verb;
use super::asked::{OPENING, TOGETHER};
use super::conversation::Conversation;
use super::ladder::Miss;
use super::state::{Offer, State};

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
        if understood || self.correct_earlier(utterance) || self.take_back(utterance) || self.ask_knowledge(utterance) {
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

    /// Something was said where only keys are heard.
    fn keys_only(&mut self) {
        if !matches!(self.state, State::Listening(_)) {
            self.listen_aside();
            return;
        }
        self.miss(Miss::Spoken);
    }
}
