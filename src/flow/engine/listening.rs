//! Coming to a step that listens: the prompt, how to listen, and taking what was understood.

use std::sync::Arc;
use std::time::Duration;

use crate::words::{Expected, Form, SlotType, Value, read_back, say};

use super::super::act::{Act, BargeIn, Hear, ListenAct, Patience};
use super::super::bundle::{self, Bundle, Jump, StepIndex, Verb};
use super::super::expression::Trouble;
use super::super::phrases::{self, Phrase, short_form};
use super::conversation::{After, Conversation};
use super::speech::Part;
use super::state::{Listening, Offer, State};
use super::values::datum;

/// How long the caller may say nothing after a question.
const SILENCE: Duration = Duration::from_secs(5);
/// The same, where a letter or a screen has to be read first.
const SILENCE_LONG: Duration = Duration::from_secs(8);
/// How long the rest of a value that has begun is waited for.
const REST: Duration = Duration::from_secs(3);

impl Conversation {
    /// Comes to an `ask`, a `menu` or a `route`: asks, unless the answer was given already.
    pub(super) fn listen_at(&mut self, index: StepIndex) -> Result<After, Trouble> {
        self.state = State::Listening(Listening::at(index));
        if let Some(held) = self.held.take()
            && let Some(jump) = self.take_held(&held)
        {
            return Ok(After::Go(jump));
        }
        let bundle = Arc::clone(&self.bundle);
        let Some(part) = self.listening_part(&bundle) else { return Ok(After::Wait) };
        if let Some(prompt) = part.prompt {
            self.say_sentence(prompt, Part::Prompt, BargeIn::Allowed)?;
        }
        self.listen();
        Ok(After::Wait)
    }

    /// What the listening steps have in common, of the step that listens.
    pub(super) fn listening_part<'b>(&self, bundle: &'b Bundle) -> Option<&'b bundle::Listening> {
        match self.listening_verb(bundle)? {
            Verb::Ask(ask) => Some(&ask.listening),
            Verb::Menu(menu) => Some(&menu.listening),
            Verb::Route(route) => Some(&route.listening),
            _ => None,
        }
    }

    /// The verb of the step that listens.
    pub(super) fn listening_verb<'b>(&self, bundle: &'b Bundle) -> Option<&'b Verb> {
        let State::Listening(listening) = &self.state else { return None };
        let frame = self.frames.last()?;
        Some(&bundle.flow(frame.flow).step(listening.step).verb)
    }

    /// The type of the value the step waits for; `None` for a route.
    pub(super) fn listening_type<'b>(&self, bundle: &'b Bundle) -> Option<&'b SlotType> {
        let frame = self.frames.last()?;
        match self.listening_verb(bundle)? {
            Verb::Ask(ask) => bundle.flow(frame.flow).slots.get(&ask.slot).map(|slot| &slot.kind),
            Verb::Menu(menu) => Some(&menu.kind),
            _ => None,
        }
    }

    /// The step that listens, to note something of it.
    pub(super) fn listening_mut(&mut self) -> Option<&mut Listening> {
        match &mut self.state {
            State::Listening(listening) => Some(listening),
            _ => None,
        }
    }

    /// Listens as the step, or the question that stands, wants it.
    pub(super) fn listen(&mut self) {
        let bundle = Arc::clone(&self.bundle);
        let State::Listening(listening) = &self.state else {
            self.listen_aside();
            return;
        };
        let kind = self.listening_type(&bundle);
        let part = self.listening_part(&bundle);
        let mut expected = match (&listening.offer, kind) {
            (Offer::Value(_), _) => SlotType::YesNo.expected(self.language),
            (Offer::Flows(flows), _) if flows.len() == 1 => SlotType::YesNo.expected(self.language),
            (Offer::Choices(choices), _) if choices.len() == 1 => SlotType::YesNo.expected(self.language),
            (Offer::Nothing, Some(kind)) | (_, Some(kind)) => kind.expected(self.language),
            (_, None) => Expected { form: Form::Anything, language: Some(self.language), bias: Vec::new() },
        };
        expected.language = Some(self.language);
        let spelt = kind.is_some_and(SlotType::is_spelt);
        let short = matches!(expected.form, Form::YesNo | Form::Choice { .. });
        let patience = match part.and_then(|part| part.patience) {
            _ if listening.offer != Offer::Nothing => Patience::Short,
            Some(patience) => patience,
            None if spelt => Patience::Long,
            None if short => Patience::Short,
            None => Patience::Normal,
        };
        let silence_after = match patience {
            _ if listening.begun.is_some() => REST,
            Patience::Long => SILENCE_LONG,
            _ => SILENCE,
        };
        let hear =
            if listening.keyed_digits.is_some() { Hear::Speech } else { part.map_or(Hear::Both, |part| part.hear) };
        let silence_after = Some(silence_after);
        self.acts.push(Act::Listen(ListenAct { expected, language: self.language, silence_after, patience, hear }));
    }

    /// Listens while nothing is asked: for a wish for a person, or a goodbye.
    pub(super) fn listen_aside(&mut self) {
        let expected = Expected { form: Form::Anything, language: Some(self.language), bias: Vec::new() };
        self.acts.push(Act::Listen(ListenAct {
            expected,
            language: self.language,
            silence_after: None,
            patience: Patience::Normal,
            hear: Hear::Both,
        }));
    }

    /// Asks again what the step asks, in its shortest form, and listens: costs no try.
    pub(super) fn ask_shortly(&mut self) {
        let bundle = Arc::clone(&self.bundle);
        let State::Listening(listening) = &self.state else { return };
        match listening.offer.clone() {
            Offer::Nothing if listening.keyed_digits.is_some() => self.say_phrase(Phrase::NowTheLetters, Part::Prompt),
            Offer::Nothing => {
                let prompt = self.listening_part(&bundle).and_then(|part| part.prompt);
                if let Some(text) = prompt.and_then(|prompt| self.shortest(prompt)) {
                    self.say(text, Part::Prompt, BargeIn::Allowed);
                }
            }
            offer => self.ask_offer(&offer),
        }
        self.listen();
    }

    /// The shortest form of a prompt.
    fn shortest(&mut self, prompt: super::super::sentence::SentenceId) -> Option<String> {
        let count = self.bundle.sentences.get(prompt).lines(self.language).len();
        let variants: Vec<String> = (0..count).filter_map(|_| self.rendered(prompt).ok()).collect();
        variants.iter().map(|text| short_form(text)).min_by_key(|text| text.chars().count()).map(str::to_owned)
    }

    /// Speaks the question of an offer.
    pub(super) fn ask_offer(&mut self, offer: &Offer) {
        let text = match offer {
            Offer::Nothing => return,
            Offer::Value(value) => {
                let bundle = Arc::clone(&self.bundle);
                let said = match self.listening_type(&bundle) {
                    Some(kind) => read_back(kind, value, self.language, self.local_now()),
                    None => say(value, self.language),
                };
                phrases::is_it_right(&said, self.language)
            }
            Offer::Flows(flows) => {
                let names: Vec<String> = flows.iter().map(|offer| self.name_of_flow(offer.flow)).collect();
                self.question_between(&names)
            }
            Offer::Choices(choices) => {
                let names: Vec<String> = choices.iter().map(|choice| self.name_of_choice(*choice)).collect();
                self.question_between(&names)
            }
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

    /// Takes a value for the step that listens and says where to go.
    pub(super) fn take_value(&mut self, value: Value) -> Option<Jump> {
        let bundle = Arc::clone(&self.bundle);
        let State::Listening(listening) = &self.state else { return None };
        let index = listening.step;
        let frame = self.frames.last()?;
        let step = bundle.flow(frame.flow).step(index);
        self.forget_keys();
        self.progress();
        match &step.verb {
            Verb::Ask(ask) => {
                self.fill(&ask.slot, datum(value));
                Some(step.next)
            }
            Verb::Menu(menu) => {
                let position: usize = value.as_text().and_then(|text| text.parse().ok())?;
                menu.choices.get(position).map(|choice| choice.to)
            }
            _ => None,
        }
    }
}
