//! Listening to the caller: the question, how to listen, and how it is asked again.

use std::sync::Arc;
use std::time::Duration;

use crate::words::{Expected, Form, SlotType, read_back, say};

use super::super::act::{Act, BargeIn, Hear, ListenAct, Patience};
use super::super::bundle::{StepIndex, Verb};
use super::super::expression::Trouble;
use super::super::phrases::{self, Phrase, short_form};
use super::super::sentence::SentenceId;
use super::asked::{OPENING, TOGETHER, WHAT_IS_WRONG, WHICH_NUMBER};
use super::conversation::{After, Conversation};
use super::speech::Part;
use super::state::{Listening, Offer, State};

/// How long the caller may say nothing after a question.
const SILENCE: Duration = Duration::from_secs(5);
/// The same, where a letter or a screen has to be read first.
const SILENCE_LONG: Duration = Duration::from_secs(8);
/// How long the rest of a value that has begun is waited for.
const REST: Duration = Duration::from_secs(3);
/// How long a caller who asked for a moment is given.
const MOMENT: Duration = Duration::from_secs(60);

impl Conversation {
    /// Comes to an `ask`, a `menu`, a `route` or a `confirm`: asks, unless the answer was given already.
    pub(super) fn listen_at(&mut self, index: StepIndex) -> Result<After, Trouble> {
        self.state = State::Listening(Listening::at(index));
        if let Some(after) = self.offer_what_was_held() {
            return Ok(after);
        }
        self.ask()?;
        Ok(After::Wait)
    }

    /// Puts the question that stands, in full, and listens.
    pub(super) fn ask(&mut self) -> Result<(), Trouble> {
        let bundle = Arc::clone(&self.bundle);
        let Some(asked) = self.asked(&bundle) else { return Ok(()) };
        match asked.prompt {
            Some(prompt) => self.say_sentence(prompt, Part::Prompt, BargeIn::Allowed)?,
            None => self.ask_in_own_words(),
        }
        self.note_question();
        self.listen();
        Ok(())
    }

    /// Puts the question that stands again in full, or what was offered instead.
    pub(super) fn ask_offer_or_question(&mut self) -> Result<(), Trouble> {
        match self.listening_mut().map(|listening| listening.offer == Offer::Nothing) {
            Some(true) => self.ask(),
            _ => {
                self.ask_shortly();
                Ok(())
            }
        }
    }

    /// The question of a step for which the designer wrote none.
    fn ask_in_own_words(&mut self) {
        let bundle = Arc::clone(&self.bundle);
        let State::Listening(listening) = &self.state else { return };
        let (part, language) = (listening.part, self.language);
        let text = match self.listening_verb(&bundle) {
            Some(Verb::AskAll(ask)) => match part {
                OPENING => return,
                TOGETHER => self.facts_question(),
                part => {
                    let Some(one) = ask.slots.get(part) else { return };
                    self.question_for(&one.slot)
                }
            },
            Some(Verb::Confirm(_)) if part == WHAT_IS_WRONG => Phrase::WhatIsWrong.text(language).to_owned(),
            Some(Verb::Confirm(_)) => self.facts_question(),
            Some(Verb::Callback(_) | Verb::Queue(_)) if part == WHICH_NUMBER => {
                Phrase::WhichNumber.text(language).to_owned()
            }
            Some(Verb::Callback(_) | Verb::Queue(_)) => {
                let number = self.calling_back.as_ref().map(|number| number.clone().into());
                let number = number
                    .map(|number| read_back(&SlotType::Phone { country: None }, &number, language, self.local_now()));
                phrases::call_back_on(&number.unwrap_or_default(), language)
            }
            Some(Verb::Survey(survey)) => {
                let Some(question) = survey.questions.get(part) else { return };
                Phrase::of_survey(question.kind).text(language).to_owned()
            }
            Some(Verb::Answer(_)) => Phrase::WhatToKnow.text(language).to_owned(),
            _ => return,
        };
        self.say(text, Part::Prompt, BargeIn::Allowed);
    }

    /// "What is your order number?", for a slot without a prompt.
    fn question_for(&mut self, slot: &str) -> String {
        let bundle = Arc::clone(&self.bundle);
        let declared = self.frames.last().and_then(|frame| bundle.flow(frame.flow).slots.get(slot));
        match self.name_of_slot(slot) {
            Some(name) => phrases::what_is(&name, self.language),
            None => phrases::what_is_a(declared.map_or(&SlotType::FreeText, |slot| &slot.kind), slot, self.language),
        }
    }

    /// How a slot is called, if the designer said so.
    pub(super) fn name_of_slot(&mut self, slot: &str) -> Option<String> {
        let frame = self.frames.last()?;
        let called = self.bundle.flow(frame.flow).slots.get(slot)?.called?;
        self.rendered(called).ok()
    }

    /// The step that listens, to note something of it.
    pub(super) fn listening_mut(&mut self) -> Option<&mut Listening> {
        match &mut self.state {
            State::Listening(listening) => Some(listening),
            _ => None,
        }
    }

    /// Remembers by which saying the question that stands was put.
    fn note_question(&mut self) {
        let last = self.said.last().map(|said| said.id);
        if let Some(listening) = self.listening_mut() {
            listening.asked_by = last;
        }
    }

    /// Listens as the step, or the question that stands, wants it.
    pub(super) fn listen(&mut self) {
        let bundle = Arc::clone(&self.bundle);
        let State::Listening(listening) = &self.state else {
            self.listen_aside();
            return;
        };
        let Some(asked) = self.asked(&bundle) else { return };
        let yes_or_no = match &listening.offer {
            Offer::Value(_) | Offer::Correction { .. } | Offer::Answer(_) => true,
            Offer::Flows(flows) => flows.len() == 1,
            Offer::Choices(choices) => choices.len() == 1,
            Offer::Nothing | Offer::Either(..) => false,
        };
        let mut expected = match asked.kind {
            _ if yes_or_no => SlotType::YesNo.expected(self.language),
            Some(kind) => kind.expected(self.language),
            None => Expected { form: Form::Anything, language: Some(self.language), bias: Vec::new() },
        };
        expected.language = Some(self.language);
        let spelt = asked.kind.is_some_and(SlotType::is_spelt);
        let short = matches!(expected.form, Form::YesNo | Form::Choice { .. });
        let patience = match asked.patience {
            _ if listening.offer != Offer::Nothing => Patience::Short,
            Some(patience) => patience,
            None if spelt => Patience::Long,
            None if short => Patience::Short,
            None => Patience::Normal,
        };
        let silence_after = match patience {
            _ if listening.resting => MOMENT,
            _ if listening.begun.is_some() => REST,
            Patience::Long => SILENCE_LONG,
            _ => SILENCE,
        };
        let hear = if listening.keyed_digits.is_some() { Hear::Speech } else { asked.hear };
        let silence_after = Some(silence_after);
        self.acts.push(Act::Listen(ListenAct { expected, language: self.language, silence_after, patience, hear }));
    }

    /// Listens while nothing is asked: for a wish for a person, or a goodbye.
    pub(super) fn listen_aside(&mut self) {
        let expected = Expected { form: Form::Anything, language: Some(self.language), bias: Vec::new() };
        let hear = if self.is_secure() { Hear::Keypad } else { Hear::Both };
        self.acts.push(Act::Listen(ListenAct {
            expected,
            language: self.language,
            silence_after: None,
            patience: Patience::Normal,
            hear,
        }));
    }

    /// Asks again what the step asks, in its shortest form, and listens: costs no try.
    pub(super) fn ask_shortly(&mut self) {
        let bundle = Arc::clone(&self.bundle);
        let State::Listening(listening) = &self.state else { return };
        match listening.offer.clone() {
            Offer::Nothing if listening.keyed_digits.is_some() => self.say_phrase(Phrase::NowTheLetters, Part::Prompt),
            Offer::Nothing => {
                let prompt = self.asked(&bundle).and_then(|asked| asked.prompt);
                match prompt {
                    Some(prompt) => {
                        if let Some(text) = self.shortest(prompt) {
                            self.say(text, Part::Prompt, BargeIn::Allowed);
                        }
                    }
                    None => self.ask_in_own_words(),
                }
            }
            offer => self.ask_offer(&offer),
        }
        self.note_question();
        self.listen();
    }

    /// The shortest form of a prompt.
    fn shortest(&mut self, prompt: SentenceId) -> Option<String> {
        let count = self.bundle.sentences.get(prompt).lines(self.language).len();
        let variants: Vec<String> = (0..count).filter_map(|_| self.rendered(prompt).ok()).collect();
        variants.iter().map(|text| short_form(text)).min_by_key(|text| text.chars().count()).map(str::to_owned)
    }

    /// Puts a question to the caller about what was understood.
    pub(super) fn offer(&mut self, offer: Offer) {
        self.said.clear();
        self.offer_without_forgetting(offer);
    }

    /// As [`Conversation::offer`], behind what was said in the same turn.
    pub(super) fn offer_without_forgetting(&mut self, offer: Offer) {
        self.ask_offer(&offer);
        if let Some(listening) = self.listening_mut() {
            listening.clarified = match &offer {
                Offer::Flows(flows) => flows.len() > 1,
                Offer::Choices(choices) => choices.len() > 1,
                Offer::Either(..) => true,
                _ => false,
            };
            listening.offer = offer;
        }
        self.note_question();
        self.listen();
    }

    /// Speaks the question of an offer.
    pub(super) fn ask_offer(&mut self, offer: &Offer) {
        let bundle = Arc::clone(&self.bundle);
        let (language, now) = (self.language, self.local_now());
        let read = |kind: Option<&SlotType>, value: &crate::words::Value| match kind {
            Some(kind) => read_back(kind, value, language, now),
            None => say(value, language),
        };
        let text = match offer {
            Offer::Nothing => return,
            Offer::Value(value) if self.listening_mut().is_some_and(|listening| listening.still) => {
                let value = read(self.listening_type(&bundle), value);
                let slot = self.asked(&bundle).and_then(|asked| asked.slot);
                let name = slot.and_then(|slot| self.name_of_slot(slot));
                phrases::is_it_still(name.as_deref(), &value, language)
            }
            Offer::Value(value) => phrases::is_it_right(&read(self.listening_type(&bundle), value), language),
            Offer::Correction { slot, value } => {
                let flow = self.frames.last().map(|frame| bundle.flow(frame.flow));
                let kind = flow.and_then(|flow| flow.slots.get(slot)).map(|slot| &slot.kind);
                phrases::is_it_right(&read(kind, value), language)
            }
            Offer::Either(first, second) => {
                let kind = self.listening_type(&bundle);
                phrases::which_of(&read(kind, first), &read(kind, second), language)
            }
            Offer::Flows(flows) => {
                let names: Vec<String> = flows.iter().map(|offer| self.name_of_flow(offer.flow)).collect();
                self.question_between(&names)
            }
            Offer::Choices(choices) => {
                let names: Vec<String> = choices.iter().map(|choice| self.name_of_choice(*choice)).collect();
                self.question_between(&names)
            }
            Offer::Answer(known) => phrases::did_you_ask(&known.question, language),
        };
        self.say(text, Part::Prompt, BargeIn::Allowed);
    }

    fn question_between(&self, names: &[String]) -> String {
        match names {
            [first, second, ..] => phrases::which_of(first, second, self.language),
            [only] => phrases::did_you_mean(only, self.language),
            [] => String::new(),
        }
    }
}
