//! Questions: `answer`, and what a caller asks in the middle of something else.

use std::sync::Arc;
use std::time::Duration;

use super::super::act::{Act, AnswerAct, Answered, BargeIn, KnownAnswer, Rank};
use super::super::bundle::{Answer, Jump, StepIndex, Verb};
use super::super::expression::Trouble;
use super::super::phrases::Phrase;
use super::conversation::{After, Conversation};
use super::outside::{Arrival, Awaited};
use super::speech::Part;
use super::state::{Listening, Offer, State};
use super::understand::Utterance;

/// How long the knowledge base may take when a step asks it.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);
/// The same in the middle of something else, where the caller waits for a reply.
const BESIDE_LIMIT: Duration = Duration::from_secs(2);
/// Below this confidence nobody knows what was asked.
const HEARD_WELL: f32 = 0.35;

impl Conversation {
    /// `answer`.
    pub(super) fn answer(&mut self, index: StepIndex, answer: &Answer) -> Result<After, Trouble> {
        let asked = match &answer.question {
            Some(question) => {
                let question = self.evaluate(question)?;
                (!question.is_absent()).then(|| question.text())
            }
            None if answer.listening.prompt.is_none() => self.unanswered.take(),
            None => None,
        };
        if let Some(question) = asked {
            self.look_for_answer(index, answer, question);
            return Ok(After::Wait);
        }
        self.state = State::Listening(Listening::at(index));
        self.ask()?;
        Ok(After::Wait)
    }

    pub(super) fn look_for_answer(&mut self, index: StepIndex, answer: &Answer, question: String) {
        let id = self.new_id();
        self.answering = Some(index);
        self.acts.push(Act::Answer(AnswerAct {
            id,
            question,
            topics: answer.topics.clone(),
            language: self.language,
            time_limit: ANSWER_LIMIT,
        }));
        let (name, late, limit) = ("answer".to_owned(), Arrival::Answered(Answered::None), ANSWER_LIMIT);
        self.wait_for(Awaited { id, name, step: index, limit, fills: true, late, question: None });
    }

    /// What the knowledge base said to an `answer`.
    pub(super) fn answered(&mut self, answer: &Answer, next: Jump, answered: Answered) -> After {
        match answered {
            Answered::Sure(known) => {
                self.say(known.text, Part::Statement, BargeIn::Allowed);
                After::Go(next)
            }
            Answered::Unsure(candidates) => match (answer.if_unsure, candidates.into_iter().next()) {
                (Some(jump), _) => After::Go(jump),
                (None, Some(best)) => {
                    let Some(step) = self.answering else { return After::Go(next) };
                    self.state = State::Listening(Listening::at(step));
                    self.offer(Offer::Answer(Box::new(best)));
                    After::Wait
                }
                (None, None) => self.nothing_known(answer, next),
            },
            Answered::None => self.nothing_known(answer, next),
        }
    }

    fn nothing_known(&mut self, answer: &Answer, next: Jump) -> After {
        match answer.if_none {
            Some(jump) => After::Go(jump),
            None => {
                self.say_phrase(Phrase::NotKnown, Part::Statement);
                After::Go(next)
            }
        }
    }

    /// "Yes, that is what I asked."
    pub(super) fn say_answer(&mut self, known: &KnownAnswer) {
        self.said.clear();
        self.say(known.text.clone(), Part::Statement, BargeIn::Allowed);
        let bundle = Arc::clone(&self.bundle);
        if let (Some(Verb::Answer(_)), State::Listening(listening), Some(frame)) =
            (self.listening_verb(&bundle), &self.state, self.frames.last())
        {
            let next = bundle.flow(frame.flow).step(listening.step).next;
            self.go(next);
            return;
        }
        self.ask_shortly();
    }

    /// "No, I asked something else."
    pub(super) fn no_answer(&mut self) {
        let bundle = Arc::clone(&self.bundle);
        self.said.clear();
        if let (Some(Verb::Answer(answer)), State::Listening(listening), Some(frame)) =
            (self.listening_verb(&bundle), &self.state, self.frames.last())
        {
            let next = bundle.flow(frame.flow).step(listening.step).next;
            if let After::Go(jump) = self.nothing_known(answer, next) {
                self.go(jump);
            }
            return;
        }
        self.ask_shortly();
    }

    /// Rank (4): looks in the knowledge base, if there is one. False when there is nothing to look for.
    pub(super) fn ask_knowledge(&mut self, utterance: &Utterance) -> bool {
        let worth_it = !self.bundle.answers.is_empty() && utterance.confidence >= HEARD_WELL && !self.is_secure();
        let State::Listening(listening) = &self.state else { return false };
        if !worth_it {
            return false;
        }
        let listening = listening.clone();
        let step = listening.step;
        let id = self.new_id();
        self.acts.push(Act::Answer(AnswerAct {
            id,
            question: utterance.text.clone(),
            topics: Vec::new(),
            language: self.language,
            time_limit: BESIDE_LIMIT,
        }));
        let question = Some(Box::new((utterance.clone(), listening)));
        let (name, late, limit) = ("answer".to_owned(), Arrival::Answered(Answered::None), BESIDE_LIMIT);
        self.wait_for(Awaited { id, name, step, limit, fills: false, late, question });
        true
    }

    /// What the knowledge base said to a question in the middle of a step.
    pub(super) fn answer_beside(&mut self, answered: Answered, utterance: &Utterance) {
        match answered {
            Answered::Sure(known) => {
                self.weigh(Rank::Question, || known.question.clone(), known.score);
                self.understood(Rank::Question, || "answered".to_owned(), None);
                self.say_answer(&known);
            }
            Answered::Unsure(candidates) => {
                for known in candidates.iter().take(3) {
                    self.weigh(Rank::Question, || known.question.clone(), known.score);
                }
                let clarified = self.listening_mut().is_some_and(|listening| listening.clarified);
                match candidates.into_iter().next() {
                    Some(best) if !clarified && !self.says_another_flow(utterance) => {
                        self.understood(Rank::Question, || "asked whether that is the question".to_owned(), None);
                        self.offer(Offer::Answer(Box::new(best)));
                    }
                    _ => self.understand_as_flow(utterance),
                }
            }
            Answered::None => self.understand_as_flow(utterance),
        }
    }
}
