//! What was made of what the caller said or keyed.

/// What was made of something the caller said or keyed.
#[derive(Clone, Debug, PartialEq)]
pub struct UnderstoodAct {
    /// Which rank of "what an utterance does" won.
    pub rank: Rank,
    /// What it came to, in a word or two: `order_no = ••••••78`, `flow order_status`, `handler repeat`, `read back`.
    pub outcome: String,
    /// Everything that was weighed, best first within its rank, with scores.
    pub proposals: Vec<Proposal>,
    /// By how much the best of the rank that won leads its next.
    pub margin: Option<f32>,
}

/// Something an utterance may mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// Of which rank.
    pub rank: Rank,
    /// What, private values masked: `order_no = ••••••78`, `flow order_status`, `repeat`.
    pub what: String,
    /// How well it fits and was heard, 0 to 1.
    pub score: f32,
}

/// What an utterance does: the first that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    /// (1) What may be said anywhere: a person please, say that again, goodbye.
    Common,
    /// (2) The answer to the question that stands, or the step's value or choice.
    Step,
    /// (3) A correction of something given before.
    Correction,
    /// (4) A question the knowledge base answers.
    Question,
    /// (5) The start of another flow.
    Flow,
    /// (6) Nothing fits.
    NotUnderstood,
}

impl Rank {
    /// Its name, as it is shown to designers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Common => "said anywhere",
            Self::Step => "answer to the step",
            Self::Correction => "correction",
            Self::Question => "question",
            Self::Flow => "another flow",
            Self::NotUnderstood => "not understood",
        }
    }
}
