//! The small verbs: `record`, `survey`, `note`, `tag`, `wait`, `recommend`.

use std::time::Duration;

use super::super::act::{Act, RecommendAct, RecordWhat, Suggestion, SurveyAct, SurveyKind};
use super::super::bundle::{Jump, Privacy, Recommend, Record, StepIndex, Survey, Wait};
use super::super::datum::Datum;
use super::super::expression::Trouble;
use super::super::sentence::SentenceId;
use super::conversation::{After, Conversation};
use super::frame::Trail;
use super::outside::{Arrival, Awaited};
use super::state::{Listening, State};

/// How long it may take to weigh suggestions.
const RECOMMEND_LIMIT: Duration = Duration::from_secs(2);

impl Conversation {
    /// `record`: consent is asked for once a call.
    pub(super) fn recording(&mut self, index: StepIndex, record: &Record, next: Jump) -> Result<After, Trouble> {
        if record.what != RecordWhat::Start {
            self.record(record.what);
            return Ok(After::Go(next));
        }
        match (record.consent, self.consent) {
            (None, _) | (Some(_), Some(true)) => {
                self.record(RecordWhat::Start);
                Ok(After::Go(next))
            }
            (Some(_), Some(false)) => Ok(After::Go(record.if_refused.unwrap_or(next))),
            (Some(_), None) => {
                self.state = State::Listening(Listening::at(index));
                self.ask()?;
                Ok(After::Wait)
            }
        }
    }

    pub(super) fn record(&mut self, what: RecordWhat) {
        self.acts.push(Act::Record { what });
    }

    /// `survey`: question by question, each once.
    pub(super) fn begin_survey(&mut self, index: StepIndex, survey: &Survey) -> After {
        self.state = State::Listening(Listening::at(index));
        self.survey.clear();
        self.next_question(survey, 0, index)
    }

    /// The question at a position, or the end of the survey.
    pub(super) fn next_question(&mut self, survey: &Survey, position: usize, index: StepIndex) -> After {
        if position < survey.questions.len() {
            self.turn_to(position);
            return match self.ask() {
                Ok(()) => After::Wait,
                Err(Trouble(what)) => After::Trouble(what),
            };
        }
        let idempotency_key = self.key_of_survey(index);
        if !self.survey.is_empty() {
            let answers = self.survey.clone();
            self.acts.push(Act::Survey(SurveyAct { save: survey.save.clone(), answers, idempotency_key }));
        }
        let next = self.frames.last().map(|frame| self.bundle.flow(frame.flow).step(index).next);
        After::Go(next.unwrap_or(Jump::EndFlow))
    }

    /// Whether a value answers a question of a survey: stars go up to five.
    pub(super) fn is_an_answer(kind: SurveyKind, value: &crate::words::Value) -> bool {
        let star = value.as_text().and_then(|text| text.parse::<u8>().ok());
        kind != SurveyKind::Csat || star.is_some_and(|star| (1..=5).contains(&star))
    }

    /// `note`.
    pub(super) fn note(&mut self, sentence: SentenceId) -> Result<(), Trouble> {
        let text = self.rendered(sentence)?;
        let reads = &self.bundle.sentences.get(sentence).reads;
        let frame = self.frames.last();
        let private = reads.iter().any(|read| {
            let of_caller = read.root == "caller" && matches!(read.field.as_deref(), Some("number" | "name"));
            let of_slot = frame.is_some_and(|frame| {
                self.bundle.flow(frame.flow).privacy(&read.root) != Privacy::None || frame.secret.contains(&read.root)
            });
            of_caller || of_slot
        });
        self.acts.push(Act::Note { text, private });
        Ok(())
    }

    /// `tag`.
    pub(super) fn tag(&mut self, tags: &[SentenceId]) -> Result<(), Trouble> {
        for tag in tags {
            let tag = self.rendered(*tag)?;
            self.acts.push(Act::Tag { tag });
        }
        Ok(())
    }

    /// `wait`.
    pub(super) fn wait(&mut self, index: StepIndex, wait: &Wait, next: Jump) -> After {
        if let Some(event) = &wait.for_event
            && let Some(position) = self.events.iter().position(|name| name == event)
        {
            self.events.remove(position);
            return After::Go(next);
        }
        self.acts.push(Act::Wait { for_event: wait.for_event.clone(), time_limit: wait.time_limit });
        let id = self.new_id();
        let name = wait.for_event.clone().unwrap_or_else(|| "pause".to_owned());
        let (late, limit) = (Arrival::Is(false), wait.time_limit);
        self.wait_for(Awaited { id, name, step: index, limit, fills: false, late, question: None })
    }

    /// `recommend`: the rules that hold for this caller, to be weighed.
    pub(super) fn recommend(&mut self, index: StepIndex, recommend: &Recommend, next: Jump) -> Result<After, Trouble> {
        let candidates = self.suggestions(recommend)?;
        if candidates.is_empty() {
            return Ok(After::Go(recommend.if_none.unwrap_or(next)));
        }
        let id = self.new_id();
        self.leave_trail(Trail::Used);
        self.acts.push(Act::Recommend(RecommendAct { id, candidates, time_limit: RECOMMEND_LIMIT }));
        let (name, late, limit) = ("recommend".to_owned(), Arrival::Chosen(Some(0)), RECOMMEND_LIMIT);
        Ok(self.wait_for(Awaited { id, name, step: index, limit, fills: true, late, question: None }))
    }

    fn suggestions(&mut self, recommend: &Recommend) -> Result<Vec<Suggestion>, Trouble> {
        let mut candidates = Vec::new();
        for rule in &recommend.rules {
            let holds = match &rule.when {
                Some(when) => self.holds(when)?,
                None => true,
            };
            if !holds {
                continue;
            }
            let item = self.rendered(rule.item)?;
            let reason = match rule.reason {
                Some(reason) => self.rendered(reason)?,
                None => String::new(),
            };
            candidates.push(Suggestion { item, reason });
        }
        Ok(candidates)
    }

    pub(super) fn recommended(&mut self, recommend: &Recommend, next: Jump, chosen: Option<usize>) -> After {
        let candidates = match self.suggestions(recommend) {
            Ok(candidates) => candidates,
            Err(Trouble(what)) => return After::Trouble(what),
        };
        let Some(suggestion) = chosen.and_then(|chosen| candidates.into_iter().nth(chosen)) else {
            return After::Go(recommend.if_none.unwrap_or(next));
        };
        if let (Some(name), Some(frame)) = (&recommend.save_as, self.frames.last_mut()) {
            let fields = [("item", suggestion.item), ("reason", suggestion.reason)];
            let record = fields.into_iter().map(|(field, text)| {
                let value = if text.is_empty() { Datum::Absent } else { Datum::Text(text) };
                (field.to_owned(), value)
            });
            frame.records.insert(name.clone(), record.collect());
        }
        After::Go(next)
    }
}
