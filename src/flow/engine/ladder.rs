//! Misses: counted, answered with the next rung of the ladder, and in the end `if_stuck`.

use std::sync::Arc;

use super::super::act::BargeIn;
use super::super::bundle::{HandlerName, Jump};
use super::super::phrases::Phrase;
use super::conversation::Conversation;
use super::speech::Part;
use super::state::{Listening, Offer, State};

/// Why a try did not help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Miss {
    /// Something was said or keyed that does not fit.
    Mishearing,
    /// Nothing was said.
    Silence,
}

/// Rungs of a step without `again`.
const RUNGS: usize = 2;
/// How often a prompt that noise cut short is taken up again without counting.
const MOST_RESTARTS: u32 = 2;

impl Conversation {
    /// Speech of which no words could be made.
    pub(super) fn nothing_understood(&mut self) {
        if self.leaving.is_some() {
            self.ask_whether_to_leave();
            return;
        }
        match &mut self.state {
            State::Listening(_) => {}
            State::LookingUp { .. } | State::Queued { .. } => {
                self.listen_aside();
                return;
            }
            _ => return,
        }
        let was_cut = self.was_cut();
        if let Some(listening) = self.listening_mut()
            && was_cut
            && listening.restarts < MOST_RESTARTS
        {
            // A cough stopped the bot: it takes up what it was saying.
            listening.restarts += 1;
            let unheard = self.unheard();
            self.said.clear();
            self.say_unheard(unheard);
            self.ask_shortly();
            return;
        }
        self.miss(Miss::Mishearing);
    }

    /// Nothing was said.
    pub(super) fn silence(&mut self) {
        if self.leaving.is_some() {
            self.leave();
            return;
        }
        let State::Listening(listening) = &self.state else { return };
        // Whoever is keying says nothing; the pause between keys has its own timer.
        if !listening.keys.is_empty() {
            return;
        }
        let had_begun = listening.begun.is_some();
        if let Some(listening) = self.listening_mut() {
            listening.begun = None;
        }
        self.miss(if had_begun { Miss::Mishearing } else { Miss::Silence });
    }

    /// One more miss at the step that listens.
    pub(super) fn miss(&mut self, miss: Miss) {
        self.forget_keys();
        if self.one_more_miss() {
            self.give_up();
            return;
        }
        let bundle = Arc::clone(&self.bundle);
        let Some(part) = self.listening_part(&bundle) else { return };
        let rungs = part.again.as_ref().map_or(RUNGS, Vec::len);
        let Some(listening) = self.listening_mut() else { return };
        match miss {
            Miss::Mishearing => listening.mishearings += 1,
            Miss::Silence => listening.silences += 1,
        }
        let Listening { mishearings, silences, .. } = *listening;
        let (mishearings, silences) = (mishearings as usize, silences as usize);
        if mishearings > rungs || silences > rungs || mishearings + silences > rungs + 1 {
            self.stuck(part.if_stuck);
            return;
        }
        let name = match miss {
            Miss::Mishearing => HandlerName::NotUnderstood,
            Miss::Silence => HandlerName::Silence,
        };
        if part.again.is_none() && self.fire(name) {
            return;
        }
        self.said.clear();
        let offer = self.listening_mut().map_or(Offer::Nothing, |listening| listening.offer.clone());
        if offer != Offer::Nothing {
            if miss == Miss::Mishearing && matches!(offer, Offer::Value(_)) {
                self.say_phrase(Phrase::YesOrNo, Part::Prompt);
            }
            self.ask_offer(&offer);
            self.listen();
            return;
        }
        let rung = mishearings + silences - 1;
        match part.again.as_ref().filter(|again| !again.is_empty()) {
            Some(again) => {
                let sentence = again[rung.min(again.len() - 1)];
                if let Err(trouble) = self.say_sentence(sentence, Part::Prompt, BargeIn::Allowed) {
                    self.trouble(&trouble.0);
                    return;
                }
                self.listen();
            }
            None => {
                let phrase = match (miss, rung) {
                    (Miss::Mishearing, 0) => Phrase::Pardon,
                    (Miss::Mishearing, _) => Phrase::PardonAgain,
                    (Miss::Silence, 0) => Phrase::AreYouThere,
                    (Miss::Silence, _) => Phrase::StillThere,
                };
                self.say_phrase(phrase, Part::Prompt);
                self.ask_shortly();
            }
        }
    }

    /// The ladder has no rung left.
    fn stuck(&mut self, if_stuck: Option<Jump>) {
        self.said.clear();
        match if_stuck {
            Some(jump) => self.go(jump),
            None => self.hand_over(),
        }
    }

    /// To the bundle's `handover`, unless that is where the caller is stuck.
    pub(super) fn hand_over(&mut self) {
        match self.bundle.handover {
            Some(flow) if !self.is_handing_over() => self.go(Jump::Flow(flow)),
            _ => self.give_up(),
        }
    }
}
