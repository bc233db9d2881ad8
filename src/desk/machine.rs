//! The desk itself: one input, the acts it leads to, and when to come back.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::agent::{Afterwards, Agent, AgentState, Rest, Work};
use super::offer::{Offer, Phase};
use super::waiting::QueuedCall;
use super::{
    AgentName, Caller, DeskAct, DeskError, DeskGauges, DeskInput, DeskSettings, OfferId, OfferOutcome, QueueGauges,
    QueueName, QueueResult, QueueSettings, Timers,
};
use crate::CallId;

/// Queues, agents and handovers. Pure: see the room's head for what goes in and out.
#[derive(Debug)]
pub struct Desk {
    pub(super) timers: Timers,
    pub(super) queues: Vec<Queue>,
    pub(super) agents: Vec<Agent>,
    pub(super) calls: BTreeMap<CallId, QueuedCall>,
    pub(super) offers: BTreeMap<OfferId, Offer>,
    agent_places: HashMap<AgentName, usize>,
    queue_places: HashMap<QueueName, usize>,
    pub(super) offers_total: u64,
    calls_total: u64,
    /// The latest time heard of; a clock that goes back is read as standing still.
    pub(super) latest: Duration,
}

#[derive(Debug)]
pub(super) struct Queue {
    pub settings: QueueSettings,
    pub open: bool,
    /// Its agents' places in the desk's list.
    pub agents: Vec<usize>,
}

impl Desk {
    /// A desk without calls.
    ///
    /// # Errors
    /// A name defined twice, a queue with an agent nobody defined, or a step that is given no time.
    pub fn new(settings: DeskSettings) -> Result<Self, DeskError> {
        settings.check()?;
        let agents: Vec<Agent> = settings.agents.into_iter().map(Agent::new).collect();
        let agent_places: HashMap<AgentName, usize> =
            agents.iter().enumerate().map(|(place, agent)| (agent.settings.name.clone(), place)).collect();
        let queues: Vec<Queue> = settings
            .queues
            .into_iter()
            .map(|queue| Queue {
                open: queue.open,
                agents: queue.agents.iter().filter_map(|name| agent_places.get(name).copied()).collect(),
                settings: queue,
            })
            .collect();
        let queue_places =
            queues.iter().enumerate().map(|(place, queue)| (queue.settings.name.clone(), place)).collect();
        Ok(Self {
            timers: settings.timers,
            queues,
            agents,
            calls: BTreeMap::new(),
            offers: BTreeMap::new(),
            agent_places,
            queue_places,
            offers_total: 0,
            calls_total: 0,
            latest: Duration::ZERO,
        })
    }

    /// Takes what happened at `now` (since the process began) and says what to do, in order.
    /// Whatever was due by `now` happens first, so an answer that comes after its time limit is too late
    /// however late the tick is.
    pub fn handle(&mut self, now: Duration, input: DeskInput) -> Vec<DeskAct> {
        let now = now.max(self.latest);
        self.latest = now;
        let mut acts = Vec::new();
        self.expire(now, &mut acts);
        self.let_go_of_the_late(now, &mut acts);
        self.take_in(now, input, &mut acts);
        self.let_go_of_the_late(now, &mut acts);
        self.match_waiting(now, &mut acts);
        acts
    }

    /// When to hand in a [`DeskInput::Tick`] if nothing else happens before; `None` when nothing is due.
    pub fn next_wake(&self) -> Option<Duration> {
        let offers = self.offers.values().filter_map(Offer::next_wake);
        let agents = self.agents.iter().filter_map(Agent::next_wake);
        let calls = self.calls.values().filter_map(|call| self.next_wake_of_call(call));
        offers.chain(agents).chain(calls).min()
    }

    /// Whether the queue takes callers now; `None` for a queue nobody defined.
    pub fn queue_is_open(&self, queue: &QueueName) -> Option<bool> {
        let place = *self.queue_places.get(queue)?;
        Some(self.queues.get(place)?.open)
    }

    /// How many callers of its queue would be served before this one, plus one; `None` once it has an agent
    /// or is not here.
    pub fn position(&self, call: CallId, now: Duration) -> Option<usize> {
        let asked = self.calls.get(&call)?;
        if self.has_agent(asked) {
            return None;
        }
        let order = asked.order(now, self.timers.promote_after);
        let before = self.calls.values().filter(|other| {
            other.queue == asked.queue && !self.has_agent(other) && other.order(now, self.timers.promote_after) < order
        });
        Some(before.count() + 1)
    }

    /// The desk at this moment.
    pub fn gauges(&self, now: Duration) -> DeskGauges {
        let mut queues: BTreeMap<QueueName, QueueGauges> = self
            .queues
            .iter()
            .map(|queue| (queue.settings.name.clone(), QueueGauges { open: queue.open, ..QueueGauges::default() }))
            .collect();
        for call in self.calls.values() {
            let Some(queue) = queues.get_mut(&call.caller.queue) else { continue };
            if self.has_agent(call) {
                queue.talking += 1;
            } else {
                queue.waiting += 1;
                queue.longest_wait = queue.longest_wait.max(now.saturating_sub(call.joined));
            }
        }
        DeskGauges {
            calls: self.calls.len(),
            offers: self.offers.len(),
            closing: self.agents.iter().filter(|agent| matches!(agent.work, Work::Closing { .. })).count(),
            queues,
            agents: self.agents.iter().map(|agent| (agent.settings.name.clone(), self.state_of(agent))).collect(),
            offers_total: self.offers_total,
            calls_total: self.calls_total,
        }
    }

    /// What one agent is doing; `None` for an agent nobody defined.
    pub fn agent_state(&self, agent: &AgentName) -> Option<AgentState> {
        let place = *self.agent_places.get(agent)?;
        self.agents.get(place).map(|agent| self.state_of(agent))
    }

    fn state_of(&self, agent: &Agent) -> AgentState {
        match agent.work {
            Work::Engaged { offer } => self.offers.get(&offer).map_or(AgentState::Closing, Offer::agent_state),
            Work::Closing { .. } => AgentState::Closing,
            Work::Resting { why: Rest::Unreachable, .. } => AgentState::Unreachable,
            Work::Idle { .. } | Work::Resting { .. } if !agent.registered => AgentState::Unreachable,
            Work::Idle { .. } => AgentState::Idle,
            Work::Resting { why: Rest::WrapUp, .. } => AgentState::WrapUp,
            Work::Resting { why: Rest::Missed, .. } => AgentState::Missed,
            Work::Resting { why: Rest::Busy, .. } => AgentState::Busy,
        }
    }

    /// Whether the call is talking to an agent or being joined with one.
    pub(super) fn has_agent(&self, call: &QueuedCall) -> bool {
        let phase = call.offer.and_then(|offer| self.offers.get(&offer)).map(|offer| offer.phase);
        match phase {
            Some(Phase::Connecting { .. } | Phase::Talking { .. }) => true,
            Some(Phase::Ringing { .. } | Phase::Briefing(_)) | None => false,
        }
    }

    fn take_in(&mut self, now: Duration, input: DeskInput, acts: &mut Vec<DeskAct>) {
        match input {
            DeskInput::Enqueue { call, caller } => self.enqueue(now, call, caller, acts),
            DeskInput::CallerGone { call } => self.caller_gone(now, call, acts),
            DeskInput::AgentRinging { offer } => self.agent_ringing(offer),
            DeskInput::AgentAnswered { offer } => self.agent_answered(now, offer, acts),
            DeskInput::BriefSpoken { offer } => self.brief_spoken(offer),
            DeskInput::AgentKey { offer, key } => self.agent_key(now, offer, key, acts),
            DeskInput::Bridged { offer } => self.bridged(offer),
            DeskInput::AgentEnded { offer, why } => self.agent_ended(now, offer, why, acts),
            DeskInput::AgentReachable { agent, reachable } => self.agent_reachable(now, &agent, reachable),
            DeskInput::QueueOpened { queue, open } => {
                if let Some(queue) = self.queue_places.get(&queue).and_then(|&place| self.queues.get_mut(place)) {
                    queue.open = open;
                }
            }
            DeskInput::Tick => {}
        }
    }

    fn enqueue(&mut self, now: Duration, call: CallId, mut caller: Caller, acts: &mut Vec<DeskAct>) {
        if self.calls.contains_key(&call) {
            return;
        }
        self.calls_total += 1;
        let place = self.queue_places.get(&caller.queue).copied();
        let Some((place, queue)) = place.and_then(|place| Some((place, self.queues.get(place)?))) else {
            acts.push(DeskAct::Result { call, result: QueueResult::Outage });
            return;
        };
        let without_agent = self.calls.values().filter(|other| other.queue == place && !self.has_agent(other)).count();
        let refused = if !queue.open {
            Some(QueueResult::Closed)
        } else if without_agent >= queue.settings.most_waiting {
            Some(QueueResult::Full)
        } else if !self.somebody_is_present(place) {
            Some(QueueResult::NoAgent)
        } else {
            None
        };
        if let Some(result) = refused {
            acts.push(DeskAct::Result { call, result });
            return;
        }
        caller.class = caller.class.clamp(1, 9);
        let queued = QueuedCall {
            queue: place,
            joined: now,
            sequence: self.calls_total,
            deadline: now + caller.time_limit,
            offer: None,
            asked: Default::default(),
            rounds: 0,
            not_before: now,
            caller,
        };
        self.calls.insert(call, queued);
        self.announce_waiting(now, call, acts);
    }

    pub(super) fn announce_waiting(&self, now: Duration, call: CallId, acts: &mut Vec<DeskAct>) {
        let (Some(queued), Some(position)) = (self.calls.get(&call), self.position(call, now)) else { return };
        let (queue, class) = (queued.caller.queue.clone(), queued.caller.class);
        acts.push(DeskAct::Waiting { call, queue, class, position });
    }

    fn caller_gone(&mut self, now: Duration, call: CallId, acts: &mut Vec<DeskAct>) {
        let Some(offer) = self.calls.get(&call).map(|queued| queued.offer) else { return };
        let result = match offer {
            Some(offer) => self.cancel_for_caller(now, offer, OfferOutcome::CallerGone, acts),
            None => QueueResult::CallerGone,
        };
        self.leave(call, result, acts);
    }

    fn agent_reachable(&mut self, now: Duration, agent: &AgentName, reachable: bool) {
        let Some(agent) = self.agent_places.get(agent).and_then(|&place| self.agents.get_mut(place)) else { return };
        agent.registered = reachable;
        if !reachable {
            return;
        }
        // The phone is back: no reason to leave it alone any longer.
        match &mut agent.work {
            Work::Resting { why: Rest::Unreachable, .. } => agent.work = Work::Idle { since: now },
            Work::Closing { then: then @ Afterwards::Rests { why: Rest::Unreachable, .. }, .. } => {
                *then = Afterwards::AsBefore { idle_since: now };
            }
            Work::Idle { .. } | Work::Engaged { .. } | Work::Closing { .. } | Work::Resting { .. } => {}
        }
    }

    /// The call leaves the desk. Its offer, if any, has been ended before.
    pub(super) fn leave(&mut self, call: CallId, result: QueueResult, acts: &mut Vec<DeskAct>) {
        debug_assert!(self.offers.values().all(|offer| offer.call != call), "an offer outlives its call");
        if self.calls.remove(&call).is_some() {
            acts.push(DeskAct::Result { call, result });
        }
    }

    /// Does what was due by `now`: legs and rests of agents, then steps of offers.
    fn expire(&mut self, now: Duration, acts: &mut Vec<DeskAct>) {
        for agent in &mut self.agents {
            match agent.work {
                Work::Closing { until, then, .. } if until <= now => agent.turn_to(then, until),
                Work::Closing { .. } | Work::Resting { .. } | Work::Idle { .. } | Work::Engaged { .. } => {}
            }
            match agent.work {
                Work::Resting { until, .. } if until <= now => agent.work = Work::Idle { since: until },
                Work::Resting { .. } | Work::Closing { .. } | Work::Idle { .. } | Work::Engaged { .. } => {}
            }
        }
        let due = |offer: &Offer| offer.next_wake().is_some_and(|at| at <= now);
        let offers: Vec<OfferId> = self.offers.iter().filter(|(_, offer)| due(offer)).map(|(&id, _)| id).collect();
        for offer in offers {
            self.offer_is_due(now, offer, acts);
        }
    }

    /// Ends the search for callers whose time limit is over.
    fn let_go_of_the_late(&mut self, now: Duration, acts: &mut Vec<DeskAct>) {
        let late: Vec<CallId> =
            self.calls.iter().filter(|(_, call)| self.is_late(call, now)).map(|(&id, _)| id).collect();
        for call in late {
            if let Some(offer) = self.calls.get(&call).and_then(|queued| queued.offer) {
                self.cancel_for_caller(now, offer, OfferOutcome::Late, acts);
            }
            self.leave(call, QueueResult::Late, acts);
        }
    }

    /// Past its time limit, and no agent is deciding about it or has taken it. A phone that rings is cut
    /// short; an agent who listens to the brief is let finish.
    fn is_late(&self, call: &QueuedCall, now: Duration) -> bool {
        let phase = call.offer.and_then(|offer| self.offers.get(&offer)).map(|offer| offer.phase);
        match phase {
            None | Some(Phase::Ringing { .. }) => call.deadline <= now,
            Some(Phase::Briefing(_) | Phase::Connecting { .. } | Phase::Talking { .. }) => false,
        }
    }

    fn next_wake_of_call(&self, call: &QueuedCall) -> Option<Duration> {
        let phase = call.offer.and_then(|offer| self.offers.get(&offer)).map(|offer| offer.phase);
        match phase {
            Some(Phase::Briefing(_) | Phase::Connecting { .. } | Phase::Talking { .. }) => None,
            Some(Phase::Ringing { .. }) => Some(call.deadline),
            None => {
                let later = |at: &Duration| *at > self.latest;
                let insists = call.insists_until(self.timers.insist_on_skills).filter(later);
                let pause = Some(call.not_before).filter(later);
                [Some(call.deadline), insists, pause].into_iter().flatten().min()
            }
        }
    }
}
