//! Who is rung for whom: the call that goes first, and for it the agent who has been idle longest.

use std::time::Duration;

use super::agent::Agent;
use super::waiting::QueuedCall;
use super::{Desk, DeskAct, QueueResult};
use crate::CallId;

/// How it stands with the search for an agent.
enum Search {
    /// Somebody present was not asked yet in this round.
    GoesOn,
    /// Everybody present was asked; there is another round.
    NextRound,
    /// Nobody is present, or everybody was asked often enough.
    Over,
}

impl Desk {
    /// Begins every offer that can be made now, and lets go of callers for whom nobody is left to ask.
    pub(super) fn match_waiting(&mut self, now: Duration, acts: &mut Vec<DeskAct>) {
        self.finish_rounds(now, acts);
        let mut free = self.agents.iter().filter(|agent| agent.free_since().is_some()).count();
        if free == 0 {
            return;
        }
        let mut waiting: Vec<(u8, Duration, u64, CallId)> = Vec::new();
        for (&id, call) in &self.calls {
            if call.offer.is_none() && call.not_before <= now {
                let (class, joined, sequence) = call.order(now, self.timers.promote_after);
                waiting.push((class, joined, sequence, id));
            }
        }
        waiting.sort_unstable();
        for (_, _, _, call) in waiting {
            if free == 0 {
                return;
            }
            if let Some(agent) = self.calls.get(&call).and_then(|queued| self.best_agent(queued, now)) {
                self.begin_offer(now, call, agent, acts);
                free -= 1;
            }
        }
    }

    /// Whether anybody of the queue can be rung, now or later.
    pub(super) fn somebody_is_present(&self, queue: usize) -> bool {
        self.agents_of(queue).any(|(_, agent)| agent.is_present())
    }

    /// A round is over when everybody present was asked. After the last round, and when nobody is present,
    /// the caller is told that nobody is free.
    fn finish_rounds(&mut self, now: Duration, acts: &mut Vec<DeskAct>) {
        let idle: Vec<CallId> = self.calls.iter().filter(|(_, call)| call.offer.is_none()).map(|(&id, _)| id).collect();
        for id in idle {
            match self.search_for(id) {
                Search::GoesOn => continue,
                Search::Over => {
                    if self.calls.remove(&id).is_some() {
                        acts.push(DeskAct::Result { call: id, result: QueueResult::NoAgent });
                    }
                    continue;
                }
                Search::NextRound => {}
            }
            let not_before = now + self.timers.round_pause;
            if let Some(call) = self.calls.get_mut(&id) {
                call.rounds += 1;
                call.asked.clear();
                call.not_before = not_before;
            }
        }
    }

    fn search_for(&self, call: CallId) -> Search {
        let Some(call) = self.calls.get(&call) else { return Search::GoesOn };
        if !self.somebody_is_present(call.queue) {
            return Search::Over;
        }
        let mut present = self.agents_of(call.queue).filter(|(_, agent)| agent.is_present());
        if !present.all(|(place, _)| call.asked.contains(&place)) {
            return Search::GoesOn;
        }
        let most = self.queues.get(call.queue).and_then(|queue| queue.settings.rounds);
        if most.is_some_and(|most| call.rounds + 1 >= most) { Search::Over } else { Search::NextRound }
    }

    /// The agent to ring for this call: free, not asked in this round, able; idle longest, then fewest talks,
    /// then first in the operator's list.
    fn best_agent(&self, call: &QueuedCall, now: Duration) -> Option<usize> {
        let insists = self.insists_on_skills(call, now);
        self.agents_of(call.queue)
            .filter(|(place, agent)| !call.asked.contains(place) && (!insists || is_able(agent, call)))
            .filter_map(|(place, agent)| agent.free_since().map(|since| (since, agent.talks, place)))
            .min()
            .map(|(_, _, place)| place)
    }

    /// Whether only agents with every asked skill may be rung: for a while, and only if one of them is present.
    fn insists_on_skills(&self, call: &QueuedCall, now: Duration) -> bool {
        let patient = call.insists_until(self.timers.insist_on_skills).is_some_and(|until| now < until);
        patient && self.agents_of(call.queue).any(|(_, agent)| agent.is_present() && is_able(agent, call))
    }

    fn agents_of(&self, queue: usize) -> impl Iterator<Item = (usize, &Agent)> {
        let places = self.queues.get(queue).map_or(&[][..], |queue| &queue.agents);
        places.iter().filter_map(|&place| self.agents.get(place).map(|agent| (place, agent)))
    }
}

fn is_able(agent: &Agent, call: &QueuedCall) -> bool {
    call.caller.skills.is_subset(&agent.settings.skills)
}
