//! What happens to an offer: every event of the agent's leg, every time limit, every way to end.

use std::time::Duration;

use super::agent::{Afterwards, Rest, Work};
use super::offer::{Briefing, Offer, Phase};
use super::{AgentEnd, Desk, DeskAct, OfferId, OfferOutcome, QueueResult};
use crate::CallId;

impl Desk {
    /// Rings `agent` for `call`. Both are free: the matching saw to that.
    pub(super) fn begin_offer(&mut self, now: Duration, call: CallId, place: usize, acts: &mut Vec<DeskAct>) {
        let (Some(queued), Some(agent)) = (self.calls.get_mut(&call), self.agents.get_mut(place)) else { return };
        let Some(since) = agent.free_since() else { return };
        self.offers_total += 1;
        let offer = OfferId(self.offers_total);
        agent.idle_since = since;
        agent.work = Work::Engaged { offer };
        queued.offer = Some(offer);
        let queue = self.queues.get(queued.queue);
        let ring_for = queue.and_then(|queue| queue.settings.ring_for).unwrap_or(self.timers.ring_for);
        let phase = Phase::Ringing { heard: false, until: now + ring_for };
        self.offers.insert(offer, Offer { call, agent: place, phase });
        acts.push(DeskAct::Ring {
            offer,
            call,
            agent: agent.settings.name.clone(),
            target: agent.settings.target.clone(),
            ring_for,
        });
    }

    pub(super) fn agent_ringing(&mut self, offer: OfferId) {
        let Some(offer) = self.offers.get_mut(&offer) else { return };
        match &mut offer.phase {
            Phase::Ringing { heard, .. } => *heard = true,
            Phase::Briefing(_) | Phase::Connecting { .. } | Phase::Talking { .. } => {}
        }
    }

    pub(super) fn agent_answered(&mut self, now: Duration, id: OfferId, acts: &mut Vec<DeskAct>) {
        let Some(offer) = self.offers.get(&id) else { return };
        match offer.phase {
            Phase::Ringing { .. } => {
                let decide_by = now + self.timers.brief_at_most;
                self.say_brief(
                    now,
                    id,
                    Briefing { speaking: true, repeated: false, until: now, decide_by },
                    false,
                    acts,
                );
            }
            Phase::Briefing(_) | Phase::Connecting { .. } | Phase::Talking { .. } => {}
        }
    }

    pub(super) fn brief_spoken(&mut self, offer: OfferId) {
        let Some(offer) = self.offers.get_mut(&offer) else { return };
        match &mut offer.phase {
            Phase::Briefing(briefing) => briefing.speaking = false,
            Phase::Ringing { .. } | Phase::Connecting { .. } | Phase::Talking { .. } => {}
        }
    }

    pub(super) fn agent_key(&mut self, now: Duration, id: OfferId, key: char, acts: &mut Vec<DeskAct>) {
        let Some(offer) = self.offers.get(&id) else { return };
        let briefing = match offer.phase {
            Phase::Briefing(briefing) => briefing,
            Phase::Ringing { .. } | Phase::Connecting { .. } | Phase::Talking { .. } => return,
        };
        match key {
            '1' => self.accept(now, id, briefing, acts),
            '2' => {
                self.close(now, id, OfferOutcome::Passed, acts);
                self.back_to_queue(now, id, OfferOutcome::Passed, acts);
            }
            '3' => self.say_brief(now, id, Briefing { repeated: false, ..briefing }, true, acts),
            _ => {}
        }
    }

    pub(super) fn bridged(&mut self, offer: OfferId) {
        let Some(offer) = self.offers.get_mut(&offer) else { return };
        match offer.phase {
            Phase::Connecting { since, .. } => {
                offer.phase = Phase::Talking { since };
                if let Some(agent) = self.agents.get_mut(offer.agent) {
                    agent.talks += 1;
                }
            }
            Phase::Ringing { .. } | Phase::Briefing(_) | Phase::Talking { .. } => {}
        }
    }

    pub(super) fn agent_ended(&mut self, now: Duration, id: OfferId, why: AgentEnd, acts: &mut Vec<DeskAct>) {
        let Some(offer) = self.offers.get(&id) else {
            self.leg_of_ended_offer_is_gone(now, id);
            return;
        };
        let outcome = match offer.phase {
            Phase::Ringing { heard, .. } => outcome_of_ringing(why, heard),
            Phase::Briefing(_) => outcome_of_briefing(why),
            Phase::Connecting { .. } => OfferOutcome::Failed,
            Phase::Talking { .. } => outcome_of_talking(why),
        };
        let (agent, call) = (offer.agent, offer.call);
        let then = self.afterwards(id, outcome);
        if let Some(agent) = self.agents.get_mut(agent) {
            agent.turn_to(then, now);
        }
        if outcome == OfferOutcome::Talked {
            self.end_offer(id, outcome, acts);
            self.leave(call, QueueResult::Talked, acts);
        } else {
            self.back_to_queue(now, id, outcome, acts);
        }
    }

    /// Time is up for a step of the offer.
    pub(super) fn offer_is_due(&mut self, now: Duration, id: OfferId, acts: &mut Vec<DeskAct>) {
        let Some(offer) = self.offers.get(&id) else { return };
        let outcome = match offer.phase {
            Phase::Ringing { heard: true, .. } => OfferOutcome::NoAnswer,
            Phase::Ringing { heard: false, .. } => OfferOutcome::Unreachable,
            Phase::Briefing(briefing) if !briefing.repeated && now < briefing.decide_by => {
                self.say_brief(now, id, Briefing { repeated: true, ..briefing }, true, acts);
                return;
            }
            Phase::Briefing(_) => OfferOutcome::NoKey,
            Phase::Connecting { .. } => OfferOutcome::Failed,
            Phase::Talking { .. } => return,
        };
        self.close(now, id, outcome, acts);
        self.back_to_queue(now, id, outcome, acts);
    }

    /// The caller needs no agent any more: hangs up the agent's leg, ends the offer, and says how the call left.
    pub(super) fn cancel_for_caller(
        &mut self,
        now: Duration,
        id: OfferId,
        outcome: OfferOutcome,
        acts: &mut Vec<DeskAct>,
    ) -> QueueResult {
        let talked = match self.offers.get(&id).map(|offer| offer.phase) {
            Some(Phase::Talking { .. }) => true,
            Some(Phase::Ringing { .. } | Phase::Briefing(_) | Phase::Connecting { .. }) | None => false,
        };
        let outcome = if talked { OfferOutcome::Talked } else { outcome };
        self.close(now, id, outcome, acts);
        self.end_offer(id, outcome, acts);
        if talked { QueueResult::Talked } else { QueueResult::CallerGone }
    }

    fn say_brief(&mut self, now: Duration, id: OfferId, briefing: Briefing, again: bool, acts: &mut Vec<DeskAct>) {
        let Some(offer) = self.offers.get_mut(&id) else { return };
        let Some(queued) = self.calls.get(&offer.call) else { return };
        let until = (now + self.timers.press_within).min(briefing.decide_by);
        offer.phase = Phase::Briefing(Briefing { speaking: true, until, ..briefing });
        let mut brief = queued.caller.brief.clone();
        brief.waited = now.saturating_sub(queued.joined);
        acts.push(DeskAct::SpeakBrief { offer: id, call: offer.call, brief, again });
    }

    fn accept(&mut self, now: Duration, id: OfferId, briefing: Briefing, acts: &mut Vec<DeskAct>) {
        let Some(offer) = self.offers.get_mut(&id) else { return };
        let Some(agent) = self.agents.get(offer.agent) else { return };
        offer.phase = Phase::Connecting { since: now, until: now + self.timers.connect_within };
        if briefing.speaking {
            acts.push(DeskAct::StopBrief { offer: id });
        }
        acts.push(DeskAct::Bridge { offer: id, call: offer.call, agent: agent.settings.name.clone() });
    }

    /// Hangs up the agent's leg; the agent is not rung again before it is gone.
    fn close(&mut self, now: Duration, id: OfferId, outcome: OfferOutcome, acts: &mut Vec<DeskAct>) {
        let then = self.afterwards(id, outcome);
        let Some(offer) = self.offers.get(&id) else { return };
        if matches!(offer.phase, Phase::Briefing(Briefing { speaking: true, .. })) {
            acts.push(DeskAct::StopBrief { offer: id });
        }
        acts.push(DeskAct::HangUpAgent { offer: id });
        if let Some(agent) = self.agents.get_mut(offer.agent) {
            agent.work = Work::Closing { offer: id, until: now + self.timers.close_within, then };
        }
    }

    /// What the agent does once the leg is gone.
    fn afterwards(&self, id: OfferId, outcome: OfferOutcome) -> Afterwards {
        let agent = self.offers.get(&id).and_then(|offer| self.agents.get(offer.agent));
        let idle_since = agent.map_or(self.latest, |agent| agent.idle_since);
        let rests = |why, length| Afterwards::Rests { why, length };
        match outcome {
            OfferOutcome::Talked => rests(Rest::WrapUp, self.wrap_up_after(id)),
            OfferOutcome::NoAnswer | OfferOutcome::NoKey => rests(Rest::Missed, self.timers.missed_rest),
            OfferOutcome::Busy => rests(Rest::Busy, self.timers.busy_rest),
            OfferOutcome::Unreachable | OfferOutcome::Refused | OfferOutcome::Lost => {
                rests(Rest::Unreachable, self.timers.unreachable_rest)
            }
            OfferOutcome::Passed | OfferOutcome::Failed | OfferOutcome::CallerGone | OfferOutcome::Late => {
                Afterwards::AsBefore { idle_since }
            }
        }
    }

    fn wrap_up_after(&self, id: OfferId) -> Duration {
        let queued = self.offers.get(&id).and_then(|offer| self.calls.get(&offer.call));
        let queue = queued.and_then(|queued| self.queues.get(queued.queue));
        queue.map_or(Duration::ZERO, |queue| queue.settings.wrap_up)
    }

    /// The one way out of an offer.
    fn end_offer(&mut self, id: OfferId, outcome: OfferOutcome, acts: &mut Vec<DeskAct>) {
        let Some(offer) = self.offers.remove(&id) else { return };
        if let Some(queued) = self.calls.get_mut(&offer.call) {
            queued.offer = None;
        }
        let Some(agent) = self.agents.get(offer.agent) else { return };
        debug_assert!(agent.work != Work::Engaged { offer: id }, "an ended offer still engages its agent");
        acts.push(DeskAct::OfferEnded { offer: id, call: offer.call, agent: agent.settings.name.clone(), outcome });
    }

    /// The offer failed: the caller waits again in their old place, behind an apology if they had been told
    /// that somebody is there. Time spent with an agent does not count towards the time limit.
    fn back_to_queue(&mut self, now: Duration, id: OfferId, outcome: OfferOutcome, acts: &mut Vec<DeskAct>) {
        let Some((call, agent, phase)) = self.offers.get(&id).map(|offer| (offer.call, offer.agent, offer.phase))
        else {
            return;
        };
        self.end_offer(id, outcome, acts);
        let Some(queued) = self.calls.get_mut(&call) else { return };
        queued.asked.insert(agent);
        match phase {
            Phase::Connecting { since, .. } | Phase::Talking { since } => {
                queued.deadline += now.saturating_sub(since);
                acts.push(DeskAct::Apologise { call });
                self.announce_waiting(now, call, acts);
            }
            Phase::Ringing { .. } | Phase::Briefing(_) => {}
        }
    }

    /// A leg that was being hung up is gone: its agent is free for what comes next.
    fn leg_of_ended_offer_is_gone(&mut self, now: Duration, id: OfferId) {
        for agent in &mut self.agents {
            match agent.work {
                Work::Closing { offer, then, .. } if offer == id => agent.turn_to(then, now),
                Work::Closing { .. } | Work::Idle { .. } | Work::Engaged { .. } | Work::Resting { .. } => {}
            }
        }
    }
}

/// What the end of a leg that was never answered means. A phone that was not heard ringing is not the
/// agent's fault.
fn outcome_of_ringing(why: AgentEnd, heard: bool) -> OfferOutcome {
    match why {
        AgentEnd::Busy => OfferOutcome::Busy,
        AgentEnd::Declined => OfferOutcome::Passed,
        AgentEnd::NoAnswer if heard => OfferOutcome::NoAnswer,
        AgentEnd::HungUp if heard => OfferOutcome::NoAnswer,
        AgentEnd::NoAnswer | AgentEnd::HungUp | AgentEnd::Unreachable | AgentEnd::Lost => OfferOutcome::Unreachable,
        AgentEnd::Refused => OfferOutcome::Refused,
    }
}

/// What the end of a leg means while the agent hears the brief.
fn outcome_of_briefing(why: AgentEnd) -> OfferOutcome {
    match why {
        AgentEnd::HungUp | AgentEnd::Declined => OfferOutcome::Passed,
        AgentEnd::Busy | AgentEnd::NoAnswer | AgentEnd::Unreachable | AgentEnd::Refused | AgentEnd::Lost => {
            OfferOutcome::Unreachable
        }
    }
}

/// What the end of a leg means while the two talk: hanging up ends the talk, anything else broke it.
fn outcome_of_talking(why: AgentEnd) -> OfferOutcome {
    match why {
        AgentEnd::HungUp | AgentEnd::Declined => OfferOutcome::Talked,
        AgentEnd::Busy | AgentEnd::NoAnswer | AgentEnd::Unreachable | AgentEnd::Refused | AgentEnd::Lost => {
            OfferOutcome::Lost
        }
    }
}
