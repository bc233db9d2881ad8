//! The few sentences the call itself says, whatever the flow: they must be true of the telephony, which no
//! flow knows.

use crate::words::Language;

/// What the call says by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phrase {
    /// An agent has taken the call: only now may this be said (law 6).
    PuttingThrough,
    /// The agent was there, and it failed after all.
    LostTheAgent,
    /// The service is being stopped.
    ClosingDown,
}

impl Phrase {
    /// Every phrase, so that all can be prepared ahead.
    pub(super) const ALL: [Self; 3] = [Self::PuttingThrough, Self::LostTheAgent, Self::ClosingDown];

    /// The sentence in `language`; English where there is none.
    pub(super) fn text(self, language: Language) -> &'static str {
        if language == Language::ZH {
            return match self {
                Self::PuttingThrough => "现在为您接通。",
                Self::LostTheAgent => "抱歉，刚才没有接通，我再为您找一位客服。",
                Self::ClosingDown => "非常抱歉，我们现在必须结束通话，请您稍后再拨。",
            };
        }
        match self {
            Self::PuttingThrough => "I'm putting you through now.",
            Self::LostTheAgent => "I'm sorry, that did not work. I'm looking for someone else, you keep your place.",
            Self::ClosingDown => "I'm sorry, we have to end this call now. Please ring us again in a few minutes.",
        }
    }
}
