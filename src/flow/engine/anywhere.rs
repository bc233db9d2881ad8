//! What may be said or happen anywhere, and what is done about it where no handler of the bundle does.

use std::sync::Arc;

use crate::words::{Language, asked_language};

use super::super::act::{Act, Pace};
use super::super::bundle::{HandlerName, Jump, Verb};
use super::super::phrases::{self, Phrase};
use super::conversation::Conversation;
use super::speech::Part;
use super::state::{About, State};
use super::understand::Utterance;

impl Conversation {
    /// What is said anywhere: the bundle's handler, or what is done by default.
    pub(super) fn said_anywhere(&mut self, name: HandlerName, utterance: Option<&Utterance>) {
        if self.aside.take().is_some() {
            // Whoever says it while being asked something beside the flow has not finished.
            self.said.clear();
        }
        let wants_a_person = matches!(name, HandlerName::AgentPlease | HandlerName::KeypadZero);
        if wants_a_person {
            self.progress();
            if self.is_handing_over() {
                self.acts.push(Act::Handler { name: name.name() });
                self.already_finding();
                return;
            }
        }
        if name == HandlerName::Language {
            self.change_language(utterance);
            return;
        }
        if name == HandlerName::Slower {
            self.pace = Pace::Slow;
        }
        if name == HandlerName::Cancel && self.cancels_what_is_extra() {
            self.acts.push(Act::Handler { name: name.name() });
            self.go_on_without();
            return;
        }
        if self.fire(name) {
            return;
        }
        self.acts.push(Act::Handler { name: name.name() });
        match name {
            HandlerName::AgentPlease | HandlerName::KeypadZero => self.find_a_person(),
            HandlerName::WaitAMoment => self.wait_a_moment(),
            HandlerName::Cancel if self.frames.len() > 1 => self.ask_aside(About::CancelFlow),
            HandlerName::Cancel | HandlerName::Goodbye => self.ask_aside(About::EndCall),
            HandlerName::StartOver => self.start_over(),
            HandlerName::Correct if self.ask_last_again() => {}
            _ => self.repeat(),
        }
    }

    /// By default a wish for a person goes to the bundle's `handover`.
    fn find_a_person(&mut self) {
        self.said.clear();
        match self.bundle.handover {
            Some(flow) => {
                self.leave_step();
                self.go(Jump::Flow(flow));
            }
            None => {
                self.say_phrase(Phrase::NobodyHere, Part::Filler);
                self.ask_shortly_or_wait();
            }
        }
    }

    /// A second wish for a person while one is being found.
    pub(super) fn already_finding(&mut self) {
        self.said.clear();
        self.say_phrase(Phrase::FindingSomeone, Part::Filler);
        self.ask_shortly_or_wait();
    }

    /// Says the last turn again.
    fn repeat(&mut self) {
        match &self.state {
            State::Listening(_) => {
                if !self.say_turn_again() {
                    self.ask_shortly();
                    return;
                }
                self.listen();
            }
            State::Queued { .. } => self.already_finding(),
            _ => {
                self.say_turn_again();
                self.listen_aside();
            }
        }
    }

    fn wait_a_moment(&mut self) {
        self.said.clear();
        self.say_phrase(Phrase::TakeYourTime, Part::Filler);
        match self.listening_mut() {
            Some(listening) => {
                listening.resting = true;
                self.listen();
            }
            None => self.listen_aside(),
        }
    }

    /// The flow begins again, everything it knew forgotten.
    fn start_over(&mut self) {
        if matches!(self.state, State::Queued { .. }) || self.queued.is_some() {
            self.already_finding();
            return;
        }
        self.said.clear();
        self.leave_step();
        let Some(old) = self.frames.pop() else { return };
        let entry = self.bundle.flow(old.flow).entry;
        let mut frame = self.new_frame(old.flow, old.returns);
        (frame.secure, frame.hands_over) = (old.secure, old.hands_over);
        self.frames.push(frame);
        self.say_phrase(Phrase::FromTheStart, Part::Statement);
        self.go(entry);
    }

    /// Whether "cancel" leaves a question that does without an answer: a callback, a survey.
    fn cancels_what_is_extra(&self) -> bool {
        let bundle = Arc::clone(&self.bundle);
        matches!(self.listening_verb(&bundle), Some(Verb::Callback(_) | Verb::Queue(_) | Verb::Survey(_)))
    }

    /// The caller wants another language.
    fn change_language(&mut self, utterance: Option<&Utterance>) {
        let wanted = utterance.and_then(|utterance| self.wanted_language(&utterance.text));
        let Some(wanted) = wanted else { return };
        if !self.languages.contains(&wanted) {
            self.acts.push(Act::Handler { name: HandlerName::Language.name() });
            self.said.clear();
            let text = phrases::only_these_languages(&self.languages, wanted, self.language);
            self.say(text, Part::Filler, super::super::act::BargeIn::Allowed);
            self.ask_shortly_or_wait();
            return;
        }
        self.language = wanted;
        self.progress();
        if self.fire(HandlerName::Language) {
            return;
        }
        self.acts.push(Act::Handler { name: HandlerName::Language.name() });
        self.said.clear();
        self.say_phrase(Phrase::InThisLanguage, Part::Filler);
        match &self.state {
            State::Listening(_) => {
                if let Err(trouble) = self.ask_offer_or_question() {
                    self.trouble(&trouble.0);
                }
            }
            _ => self.listen_aside(),
        }
    }

    /// The language a caller asks for as the whole utterance, whatever language that is said in.
    pub(super) fn wanted_language(&self, text: &str) -> Option<Language> {
        asked_language(text)
    }

    pub(super) fn ask_shortly_or_wait(&mut self) {
        match &self.state {
            State::Listening(_) => self.ask_shortly(),
            _ => self.listen_aside(),
        }
    }
}
