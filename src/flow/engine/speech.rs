//! Speaking: rendering sentences, remembering what was said this turn, and taking up what was cut short.

use std::time::Duration;

use super::super::act::{Act, BargeIn, SayAct};
use super::super::expression::Trouble;
use super::super::phrases::{Phrase, sentence_starts};
use super::super::sentence::SentenceId;
use super::conversation::Conversation;

/// Something said since the caller last spoke.
#[derive(Clone)]
pub struct Said {
    pub id: u64,
    pub text: String,
    pub part: Part,
    pub barge_in: BargeIn,
    /// How much was heard, if it was cut short: 0 to 1.
    pub cut: Option<f32>,
}

/// What a saying is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A statement of the flow.
    Statement,
    /// A question, or what is said after a miss.
    Prompt,
    /// A word to fill the waiting; never repeated.
    Filler,
}

/// A statement, or the rest of one, that the caller did not hear.
#[derive(Clone)]
pub struct Unheard {
    pub text: String,
    pub barge_in: BargeIn,
}

impl std::fmt::Debug for Unheard {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Unheard({} characters)", self.text.chars().count())
    }
}

impl Conversation {
    /// The text of a sentence with its values, variants taking turns.
    pub(super) fn rendered(&mut self, sentence: SentenceId) -> Result<String, Trouble> {
        let start = usize::try_from(self.seed % 97).unwrap_or(0);
        let turn = self.turns.entry(sentence).or_insert(start);
        let this = *turn;
        *turn = turn.wrapping_add(1);
        let lookup = |name: &str| self.variable(name);
        self.bundle.sentences.render(sentence, self.language, this, &lookup, &self.bundle.timezone)
    }

    /// Speaks a sentence of the bundle.
    pub(super) fn say_sentence(&mut self, sentence: SentenceId, part: Part, barge_in: BargeIn) -> Result<(), Trouble> {
        let text = self.rendered(sentence)?;
        self.say(text, part, barge_in);
        Ok(())
    }

    /// Speaks a phrase of the engine's own.
    pub(super) fn say_phrase(&mut self, phrase: Phrase, part: Part) {
        self.say(phrase.text(self.language).to_owned(), part, BargeIn::Allowed);
    }

    /// Speaks.
    pub(super) fn say(&mut self, text: String, part: Part, barge_in: BargeIn) {
        if text.is_empty() {
            return;
        }
        let id = self.next_saying;
        self.next_saying += 1;
        self.said.push(Said { id, text: text.clone(), part, barge_in, cut: None });
        let (language, pace) = (self.language, self.pace);
        self.acts.push(Act::Say(SayAct { id, text, language, barge_in, recording: None, pace }));
    }

    /// Plays a recording of a sentence.
    pub(super) fn play(&mut self, recording: &str, words: SentenceId, barge_in: BargeIn) -> Result<(), Trouble> {
        let text = self.rendered(words)?;
        let id = self.next_saying;
        self.next_saying += 1;
        self.said.push(Said { id, text: text.clone(), part: Part::Statement, barge_in, cut: None });
        let (language, pace) = (self.language, self.pace);
        self.acts.push(Act::Say(SayAct { id, text, language, barge_in, recording: Some(recording.to_owned()), pace }));
        Ok(())
    }

    /// A saying was cut short: what came behind it was not heard at all.
    pub(super) fn cut(&mut self, saying: u64, heard: Duration, of: Duration) {
        for said in &mut self.said {
            if said.id == saying {
                let whole = of.as_secs_f32();
                said.cut = Some(if whole > 0.0 { (heard.as_secs_f32() / whole).clamp(0.0, 1.0) } else { 0.0 });
            } else if said.id > saying {
                said.cut = Some(0.0);
            }
        }
    }

    /// The statements of this turn that the caller did not hear, each from the sentence in which it was cut.
    pub(super) fn unheard(&self) -> Vec<Unheard> {
        const ALL_BUT_HEARD: f32 = 0.95;
        let statements = self.said.iter().filter(|said| said.part == Part::Statement);
        statements
            .filter_map(|said| {
                let heard = said.cut.filter(|heard| *heard < ALL_BUT_HEARD)?;
                let reached = (said.text.len() as f32 * heard) as usize;
                let start = sentence_starts(&said.text).into_iter().take_while(|start| *start <= reached).last();
                let text = said.text.get(start.unwrap_or(0)..).unwrap_or(&said.text).to_owned();
                Some(Unheard { text, barge_in: said.barge_in })
            })
            .collect()
    }

    /// Whether anything of this turn was cut short.
    pub(super) fn was_cut(&self) -> bool {
        self.said.iter().any(|said| said.cut.is_some_and(|heard| heard < 0.95))
    }

    /// Says again what was not heard.
    pub(super) fn say_unheard(&mut self, unheard: Vec<Unheard>) {
        for piece in unheard {
            self.say(piece.text, Part::Statement, piece.barge_in);
        }
    }

    /// Says again everything of the last turn but fillers, a recording by its words. False when there is nothing.
    pub(super) fn say_turn_again(&mut self) -> bool {
        let said = std::mem::take(&mut self.said);
        let mut any = false;
        for said in said.into_iter().filter(|said| said.part != Part::Filler) {
            self.say(said.text, said.part, said.barge_in);
            any = true;
        }
        any
    }
}
