//! One caller in a queue, and who goes first.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Caller, OfferId};

/// A call in the desk, from joining to its result, while it waits and while it is offered or talking.
#[derive(Debug)]
pub(super) struct QueuedCall {
    pub caller: Caller,
    /// Place of its queue in the desk's list.
    pub queue: usize,
    /// When it joined; kept through every failed offer, so it keeps its place.
    pub joined: Duration,
    /// Which call of the process it is; settles ties.
    pub sequence: u64,
    /// When the search for a person ends.
    pub deadline: Duration,
    /// The offer that is open for it.
    pub offer: Option<OfferId>,
    /// Agents asked in this round who did not take it, by their place in the desk's list.
    pub asked: BTreeSet<usize>,
    /// Rounds in which every agent present was asked.
    pub rounds: u32,
    /// Not to be offered before then: the pause between two rounds.
    pub not_before: Duration,
}

impl QueuedCall {
    /// Who goes first: the smaller key. Class after ageing, then the longer wait, then who joined first.
    pub(super) fn order(&self, now: Duration, promote_after: Duration) -> (u8, Duration, u64) {
        (
            class_after_ageing(self.caller.class, now.saturating_sub(self.joined), promote_after),
            self.joined,
            self.sequence,
        )
    }

    /// Until when only agents with every asked skill are rung.
    pub(super) fn insists_until(&self, insist_on_skills: Duration) -> Option<Duration> {
        (!self.caller.skills.is_empty()).then(|| self.joined + insist_on_skills)
    }
}

/// The class a call counts as after `waited`: one step more urgent every `promote_after`, 1 at best.
pub(super) fn class_after_ageing(class: u8, waited: Duration, promote_after: Duration) -> u8 {
    let steps = waited.as_nanos() / promote_after.as_nanos().max(1);
    let steps = u8::try_from(steps).unwrap_or(u8::MAX);
    class.saturating_sub(steps).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_counts_as_one_class_more_urgent_every_promote_after_and_never_below_one() {
        let three_minutes = Duration::from_secs(180);
        let class_after = |seconds| class_after_ageing(5, Duration::from_secs(seconds), three_minutes);
        assert_eq!([0, 179, 180, 359, 360, 720, 100_000].map(class_after), [5, 5, 4, 4, 3, 1, 1]);
    }
}
