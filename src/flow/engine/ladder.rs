//! Misses: counted, answered with the next rung of the ladder, and in the end `if_stuck`.

use std::sync::Arc;

use super::super::act::{BargeIn, Rank};
use super::super::bundle::{HandlerName, Jump};
use super::super::phrases::Phrase;
use super::super::sentence::SentenceId;
use super::asked::{OPENING, Stuck};
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
    /// There was nothing but noise.
    Noise,
    /// Something was said where only keys count.
    Spoken,
}

/// Rungs of a step without `again`.
const RUNGS: usize = 2;
/// Misses at a question that does without an answer before it is left.
const MOST_OF_AN_EXTRA: usize = 1;
/// How often a prompt that noise cut short is taken up again without counting.
const MOST_RESTARTS: u32 = 2;

impl Conversation {
    /// Speech of which no words could be made, or noise.
    pub(super) fn nothing_understood(&mut self, miss: Miss) {
        self.understood(Rank::NotUnderstood, || "no words".to_owned(), None);
        if self.aside.is_some() {
            self.ask_aside_again();
            return;
        }
        match &mut self.state {
            State::Listening(_) => {}
            State::Waiting { .. } | State::Queued { .. } => {
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
        self.miss(miss);
    }

    /// Nothing was said.
    pub(super) fn silence(&mut self) {
        if self.aside.is_some() {
            self.silence_aside();
            return;
        }
        let State::Listening(listening) = &mut self.state else { return };
        // Whoever is keying says nothing; the pause between keys has its own timer.
        if !listening.keys.is_empty() {
            return;
        }
        if std::mem::take(&mut listening.resting) {
            // The moment the caller asked for is over.
            self.said.clear();
            self.ask_shortly();
            return;
        }
        let had_begun = listening.begun.take().is_some();
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
        let Some(asked) = self.asked(&bundle) else { return };
        let rungs = asked.again.map_or(RUNGS, <[SentenceId]>::len);
        let Some(listening) = self.listening_mut() else { return };
        match miss {
            Miss::Silence => listening.silences += 1,
            Miss::Mishearing | Miss::Noise | Miss::Spoken => listening.mishearings += 1,
        }
        let Listening { mishearings, silences, part, .. } = *listening;
        let (mishearings, silences) = (mishearings as usize, silences as usize);
        let is_stuck = mishearings > rungs || silences > rungs || mishearings + silences > rungs + 1;
        if asked.stuck == Stuck::GoOn && (is_stuck || mishearings + silences > MOST_OF_AN_EXTRA) {
            self.go_on_without();
            return;
        }
        if is_stuck {
            self.stuck();
            return;
        }
        if self.fire_for(miss, asked.again.is_some()) {
            return;
        }
        self.said.clear();
        let offer = self.listening_mut().map_or(Offer::Nothing, |listening| listening.offer.clone());
        if offer != Offer::Nothing {
            if miss == Miss::Mishearing && matches!(offer, Offer::Value(_) | Offer::Correction { .. }) {
                self.say_phrase(Phrase::YesOrNo, Part::Prompt);
            }
            self.ask_shortly();
            return;
        }
        let rung = mishearings + silences - 1;
        if let Some(again) = asked.again.filter(|again| !again.is_empty()) {
            let sentence = again[rung.min(again.len() - 1)];
            if let Err(trouble) = self.say_sentence(sentence, Part::Prompt, BargeIn::Allowed) {
                self.trouble(&trouble.0);
                return;
            }
            self.listen();
            return;
        }
        let phrase = match (miss, rung) {
            (Miss::Mishearing, 0) => Phrase::Pardon,
            (Miss::Mishearing, _) => Phrase::PardonAgain,
            (Miss::Silence, 0) => Phrase::AreYouThere,
            (Miss::Silence, _) => Phrase::StillThere,
            (Miss::Noise, _) => Phrase::TooNoisy,
            (Miss::Spoken, _) => Phrase::KeysOnly,
        };
        self.say_phrase(phrase, Part::Prompt);
        if part == OPENING {
            // Everything at once was too much: one after the other.
            self.ask_one_by_one();
            return;
        }
        self.ask_shortly();
    }

    /// The handler of a miss, unless the step has words of its own for it.
    fn fire_for(&mut self, miss: Miss, has_own_words: bool) -> bool {
        match miss {
            Miss::Noise if self.fire(HandlerName::TooNoisy) => true,
            Miss::Mishearing | Miss::Noise => !has_own_words && self.fire(HandlerName::NotUnderstood),
            Miss::Silence => !has_own_words && self.fire(HandlerName::Silence),
            Miss::Spoken => false,
        }
    }

    /// The ladder has no rung left.
    pub(super) fn stuck(&mut self) {
        let bundle = Arc::clone(&self.bundle);
        let stuck = self.asked(&bundle).map_or(Stuck::Leave(None), |asked| asked.stuck);
        self.said.clear();
        match stuck {
            Stuck::GoOn => self.go_on_without(),
            Stuck::Leave(Some(jump)) => self.go(jump),
            Stuck::Leave(None) => self.hand_over(),
        }
    }

    /// To the bundle's `handover`; whoever is stuck on the way to a person goes on to the person.
    pub(super) fn hand_over(&mut self) {
        match self.bundle.handover {
            Some(flow) if !self.is_handing_over() => self.go(Jump::Flow(flow)),
            _ => match self.way_to_a_person() {
                Some(step) => self.go(Jump::Step(step)),
                None => self.give_up(),
            },
        }
    }
}
