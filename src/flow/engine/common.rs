//! What callers say on every line: whether the whole of an utterance is that, and whether the step knows better.

use std::sync::Arc;

use crate::words::{CommonPhrase, SlotType, common_phrase_in};

use super::super::bundle::{HandlerName, ReadBack};
use super::conversation::Conversation;
use super::judging::{Verdict, verdict};
use super::state::{Offer, State};
use super::understand::Utterance;

/// How sure what is said anywhere must be, as heard and as matched together.
pub(super) const COMMON_AT_LEAST: f32 = 0.35;

impl Conversation {
    /// What callers say on every line, as the whole utterance, and how sure it is.
    pub(super) fn common(&self, utterance: &Utterance) -> Option<(HandlerName, f32)> {
        let (phrase, score) = common_phrase_in(utterance.prepared(), self.language, &ANYWHERE)?;
        let score = score * utterance.confidence;
        if score < COMMON_AT_LEAST {
            return None;
        }
        let handler = match phrase {
            CommonPhrase::AgentPlease => HandlerName::AgentPlease,
            CommonPhrase::Repeat => HandlerName::Repeat,
            CommonPhrase::Slower => HandlerName::Slower,
            CommonPhrase::WaitAMoment => HandlerName::WaitAMoment,
            CommonPhrase::Help => HandlerName::Help,
            CommonPhrase::Cancel => HandlerName::Cancel,
            CommonPhrase::StartOver => HandlerName::StartOver,
            CommonPhrase::Goodbye => HandlerName::Goodbye,
            CommonPhrase::Language => HandlerName::Language,
            _ => return None,
        };
        Some((handler, score))
    }

    /// "No, that's all" is a goodbye, but where yes or no is asked it is the answer; "cancel" where the menu has a
    /// choice of that name is the choice.
    pub(super) fn step_knows_better(&self, utterance: &Utterance, handler: HandlerName, score: f32) -> bool {
        let bundle = Arc::clone(&self.bundle);
        let State::Listening(listening) = &self.state else { return false };
        let asks_yes_or_no = matches!(
            listening.offer,
            Offer::Value(_) | Offer::Correction { .. } | Offer::Answer(_) | Offer::Flows(_) | Offer::Choices(_)
        );
        match self.listening_type(&bundle) {
            Some(SlotType::YesNo) => {
                let taken = self.judge(&SlotType::YesNo, utterance, "").is_some_and(|judged| {
                    verdict(SlotType::YesNo.sureness(), &judged, ReadBack::Never) == Verdict::Take
                });
                matches!(handler, HandlerName::Goodbye | HandlerName::Cancel) && taken
            }
            Some(SlotType::FreeText) => false,
            Some(kind) if !asks_yes_or_no => {
                let judged = self.judge(kind, utterance, "");
                judged.is_some_and(|judged| judged.score >= score.max(kind.sureness().accept))
            }
            _ => false,
        }
    }
}

/// What may be said anywhere.
const ANYWHERE: [CommonPhrase; 9] = [
    CommonPhrase::AgentPlease,
    CommonPhrase::Repeat,
    CommonPhrase::Slower,
    CommonPhrase::WaitAMoment,
    CommonPhrase::Help,
    CommonPhrase::Cancel,
    CommonPhrase::StartOver,
    CommonPhrase::Goodbye,
    CommonPhrase::Language,
];
