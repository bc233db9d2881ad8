//! What is done before it is needed: while it is not yet sure that the caller has finished, the reply to what was said so
//! far is worked out on a copy of the conversation, and its sentences are made. Nothing of it reaches the caller, the
//! record or a connection unless the conversation itself comes to the same.

use std::time::Duration;

use tokio::sync::mpsc;

use super::super::job::Job;
use super::super::mouth::paced;
use super::Session;
use crate::audio::Sound;
use crate::flow::{Act, Heard as HeardWords, Input, Now, Rank};
use crate::hear::Recognised;
use crate::speak::{Clause, SpeakError, Utterance};
use crate::words::{Expected, Form, Language};

/// The most sentences that are made ahead at a time: those that are wanted first.
const MOST: usize = 3;

type Clauses = mpsc::Receiver<Result<Clause, SpeakError>>;

/// Sentences that are being made and may be wanted.
#[derive(Default)]
pub(super) struct Ahead {
    made: Vec<(String, Language, Clauses)>,
}

impl Ahead {
    /// The clauses of a sentence that has been begun; the others are still kept.
    pub(super) fn take(&mut self, text: &str, language: Language) -> Option<Clauses> {
        let place = self.made.iter().position(|(made, spoken, _)| made == text && *spoken == language)?;
        let (_, _, clauses) = self.made.remove(place);
        // What failed ahead of need is tried anew.
        (!clauses.is_closed() || !clauses.is_empty()).then_some(clauses)
    }

    /// Nobody will want what is being made: it is taken back.
    pub(super) fn forget(&mut self) {
        self.made.clear();
    }
}

impl Session {
    /// Has the sound of a pause judged, beside everything else.
    pub(super) fn judge(&mut self, pause: Duration, sound: Sound) {
        self.judging += 1;
        let (model, jobs) = (self.services.hearing.end_of_turn.clone(), self.jobs.clone());
        tokio::task::spawn_blocking(move || {
            let end_of_turn = model.judge(&sound).unwrap_or_else(|fault| {
                tracing::error!(%fault, "a pause was not judged");
                None
            });
            // The call may have ended meanwhile; then nobody waits for this.
            let _ = jobs.blocking_send(Job::Judged { pause, end_of_turn });
        });
    }

    /// Makes the reply to `recognised`, should it have been all. Whether something that needs no more words was understood:
    /// what may be said anywhere, a question that is answered, or what starts a flow.
    pub(super) fn foresee_reply(&mut self, recognised: &Recognised, expected: &Expected) -> bool {
        if recognised.text.is_empty() || self.outcome.is_some() {
            return false;
        }
        let mut copy = self.conversation.clone();
        let now = Now { since_answer: self.clock.now(), wall: self.wall_now() };
        let heard = HeardWords {
            text: recognised.text.clone(),
            language: Some(recognised.language),
            confidence: recognised.confidence,
            ..HeardWords::default()
        };
        let acts = copy.handle(now, Input::Heard(heard));
        let is_understood = acts.iter().any(|act| {
            let Act::Understood(one) = act else { return false };
            match one.rank {
                Rank::Common | Rank::Question | Rank::Flow => true,
                // Where any flow may be asked for, the step's own answer is one.
                Rank::Step => matches!(expected.form, Form::Anything),
                Rank::Correction | Rank::NotUnderstood => false,
            }
        });
        let says = acts.into_iter().filter_map(|act| match act {
            Act::Say(say) => Some(say),
            _ => None,
        });
        self.ahead.forget();
        for say in says.take(MOST) {
            let (text, language) = (say.text, say.language);
            let pace = paced(self.services.speaking_pace, say.pace);
            let utterance = Utterance { text: text.clone(), language, voice: None, pace, rate: self.rate };
            if let Some(clauses) = self.services.speaker.say_ahead(utterance) {
                self.ahead.made.push((text, language, clauses));
            }
        }
        is_understood
    }
}
