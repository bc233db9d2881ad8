//! Questions the engine asks beside the flow: whether to end the call, to leave a flow, to be called back.

use std::time::Duration;

use crate::words::{CommonPhrase, SlotType, common_phrase};

use super::super::act::{Act, Hear, ListenAct, Patience, Rank};
use super::super::bundle::Jump;
use super::super::phrases::Phrase;
use super::conversation::Conversation;
use super::speech::Part;
use super::state::{About, Aside, State};
use super::understand::Utterance;

/// How often such a question is asked.
const MOST_QUESTIONS: u32 = 2;
/// After this silence a caller who was asked whether to end the call is taken to have gone.
const LEAVING_SILENCE: Duration = Duration::from_secs(5);

impl Conversation {
    /// Asks beside the flow.
    pub(super) fn ask_aside(&mut self, about: About) {
        self.aside = Some(Aside { about, asked: 0 });
        self.ask_aside_again();
    }

    /// Asks again; after two questions without an answer the likelier one is taken.
    pub(super) fn ask_aside_again(&mut self) {
        let Some(Aside { about, asked }) = self.aside else { return };
        if asked >= MOST_QUESTIONS {
            match about {
                About::EndCall => self.leave(),
                About::CancelFlow | About::CallBack => self.stay(),
            }
            return;
        }
        self.aside = Some(Aside { about, asked: asked + 1 });
        let before = std::mem::take(&mut self.said);
        let question = match about {
            About::EndCall => Phrase::EndTheCall,
            About::CancelFlow => Phrase::CancelThis,
            About::CallBack => Phrase::CallYouBack,
        };
        self.say_phrase(question, Part::Filler);
        self.said = before;
        self.acts.push(Act::Listen(ListenAct {
            expected: SlotType::YesNo.expected(self.language),
            language: self.language,
            silence_after: Some(LEAVING_SILENCE),
            patience: Patience::Short,
            hear: Hear::Both,
        }));
    }

    /// An answer to the question beside the flow. False when it is something else, and the call goes on with it.
    pub(super) fn answer_to_aside(&mut self, utterance: &Utterance) -> bool {
        let Some(Aside { about, .. }) = self.aside else { return false };
        let bye = common_phrase(&utterance.text, self.language, &[CommonPhrase::Goodbye]).is_some();
        let agrees = match self.yes_or_no(utterance) {
            Some(answer) => Some(answer || (bye && about == About::EndCall)),
            None if bye && about == About::EndCall => Some(true),
            None => None,
        };
        match agrees {
            Some(true) => {
                self.understood(Rank::Step, || "yes".to_owned(), None);
                self.agreed(about);
                true
            }
            Some(false) => {
                self.understood(Rank::Step, || "no".to_owned(), None);
                self.stay();
                true
            }
            None => {
                // Whoever asks for something else has not finished.
                self.aside = None;
                false
            }
        }
    }

    /// Yes.
    pub(super) fn agreed(&mut self, about: About) {
        match about {
            About::EndCall => self.leave(),
            About::CancelFlow => {
                self.aside = None;
                self.said.clear();
                self.leave_step();
                self.say_phrase(Phrase::Cancelled, Part::Statement);
                self.go(Jump::EndFlow);
            }
            About::CallBack => {
                self.aside = None;
                self.said.clear();
                self.call_back_from_queue();
            }
        }
    }

    /// Goodbye.
    pub(super) fn leave(&mut self) {
        self.say_phrase(Phrase::Goodbye, Part::Statement);
        self.end(super::super::act::EndReason::FlowEnded, Some("goodbye".to_owned()));
    }

    /// No: where it stopped.
    pub(super) fn stay(&mut self) {
        self.aside = None;
        match self.state {
            State::Waiting { .. } => self.take_up_waiting(),
            State::Listening(_) => self.ask_shortly(),
            _ => self.listen_aside(),
        }
    }

    /// Nothing was said to the question.
    pub(super) fn silence_aside(&mut self) {
        match self.aside.map(|aside| aside.about) {
            Some(About::EndCall) => self.leave(),
            Some(_) => self.ask_aside_again(),
            None => {}
        }
    }

    /// A key for the question beside the flow: 1 is yes, 2 is no.
    pub(super) fn key_aside(&mut self, key: char) {
        let Some(Aside { about, .. }) = self.aside else { return };
        self.acts.push(Act::StopSaying);
        match key {
            '1' => self.agreed(about),
            '2' => self.stay(),
            _ => self.ask_aside_again(),
        }
    }
}
