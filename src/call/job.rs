//! Work done elsewhere on behalf of a call, and how it comes back.

use std::time::Duration;

use super::plane::Side;
use super::session::Changed;
use crate::flow::LookUpResult;
use crate::hear::{HearError, Recognised};
use crate::speak::{Clause, SpeakError};

/// Messages of work done elsewhere on behalf of a call.
pub(super) enum Job {
    /// Words were made of an utterance.
    Recognised { ticket: u64, result: Result<Recognised, HearError> },
    /// How likely the turn is over by the pause behind the speech that ended then; `None` where nobody had time to judge.
    Judged { pause: Duration, end_of_turn: Option<f32> },
    /// A clause of a saying is ready.
    Clause { side: Side, saying: u64, clause: Result<Clause, SpeakError> },
    /// A saying has all its clauses.
    SayingMade { side: Side, saying: u64 },
    /// A look-up came back.
    LookedUp { id: u64, result: LookUpResult },
    /// A change came back.
    Changed(Changed),
}
