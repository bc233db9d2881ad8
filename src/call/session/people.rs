//! Brings the caller to a person: does what the desk says with the legs, and tells it what became of them.

use std::task::Poll;
use std::time::Duration;

use super::super::mouth::Mouth;
use super::super::phrases::Phrase;
use super::super::plane::{PlaneCommand, Side};
use super::Session;
use super::hearing::whole_ms;
use crate::desk::{
    AgentEnd, Brief, BriefFact, Caller as Waiting, DeskAct, DeskInput, OfferId, OfferOutcome, QueueResult as DeskResult,
};
use crate::flow::{Input, QueueAct, QueueResult};
use crate::line::{Leg, LegControl, LegEnd, LegEvent, Media, Meter};
use crate::record::CallEvent;
use crate::{Private, mask};
use tokio::sync::mpsc;

/// How long an agent's phone may take to take note of our goodbye.
const AGENT_GOODBYE: Duration = Duration::from_secs(5);

/// An agent's leg, from the first ring to its end.
struct AgentLeg {
    offer: OfferId,
    agent: String,
    control: LegControl,
    events: mpsc::Receiver<LegEvent>,
    /// Until it is answered; then the plane has it.
    media: Option<Box<dyn Media>>,
    meter: Option<Box<dyn Meter>>,
    answered: bool,
}

/// Where the call stands with people.
pub(super) struct People {
    pub(super) mouth: Mouth,
    queue: Option<String>,
    queued_at: Duration,
    /// The legs of agents: the one that matters now, and those that were hung up and have not ended yet.
    legs: Vec<AgentLeg>,
    bridged: bool,
    /// Caller and agent have talked, and the caller has said nothing since.
    just_talked: bool,
}

impl People {
    pub(super) fn new() -> Self {
        Self {
            mouth: Mouth::new(Side::Agent),
            queue: None,
            queued_at: Duration::ZERO,
            legs: Vec::new(),
            bridged: false,
            just_talked: false,
        }
    }

    /// Whether caller and agent hear each other.
    pub(super) fn is_bridged(&self) -> bool {
        self.bridged
    }

    /// Whether the talk with an agent was the last thing that happened.
    pub(super) fn has_just_talked(&self) -> bool {
        self.just_talked
    }

    /// The caller speaks or keys again, to the bot.
    pub(super) fn caller_goes_on(&mut self) {
        self.just_talked = false;
    }

    /// How many sayings to the agent are still being made.
    pub(super) fn being_made(&self) -> usize {
        self.mouth.being_made()
    }

    /// The next event of an agent's leg; waits for ever while there is none.
    pub(super) async fn next_event(&mut self) -> (OfferId, LegEvent) {
        let legs = &mut self.legs;
        std::future::poll_fn(|context| {
            for leg in legs.iter_mut() {
                if let Poll::Ready(event) = leg.events.poll_recv(context) {
                    return Poll::Ready((leg.offer, event.unwrap_or(LegEvent::Ended(LegEnd::Lost))));
                }
            }
            Poll::Pending
        })
        .await
    }

    /// The leg that matters now: the last one that was rung.
    fn current(&self) -> Option<&AgentLeg> {
        self.legs.last()
    }

    /// Ends the agent's leg that is being heard.
    pub(super) fn hang_up(&self) {
        if let Some(leg) = self.current() {
            leg.control.hang_up();
        }
    }

    fn offer_is(&self, offer: OfferId) -> bool {
        self.current().is_some_and(|leg| leg.offer == offer)
    }
}

impl Session {
    /// The caller joins a queue.
    pub(super) async fn join_queue(&mut self, act: QueueAct) {
        self.people.queue = Some(act.queue.clone());
        self.people.queued_at = self.clock.now();
        self.tell_plane_listening(false);
        self.plane.command(PlaneCommand::Hold(self.services.hold_for(&act.queue)));
        let facts = act.brief.iter().map(|fact| BriefFact::new(&fact.label, &fact.value));
        let facts = facts.chain(self.notes.iter().cloned()).collect();
        let brief = Brief {
            caller: self.caller_number(),
            reason: Private::new(act.reason.clone()),
            facts,
            waited: Duration::ZERO,
        };
        let caller = Waiting {
            queue: act.queue.as_str().into(),
            class: act.class,
            skills: act.skills.into_iter().collect(),
            brief,
            time_limit: act.time_limit,
        };
        let call = self.id;
        self.tell_desk(DeskInput::Enqueue { call, caller }).await;
    }

    async fn tell_desk(&mut self, input: DeskInput) {
        self.desk.tell(self.clock.now(), input).await;
    }

    /// Does what the desk says.
    pub(super) async fn on_desk(&mut self, act: DeskAct) {
        match act {
            DeskAct::Waiting { queue, class, position, .. } => {
                self.plane.command(PlaneCommand::Hold(self.services.hold_for(queue.as_str())));
                let position = u32::try_from(position).unwrap_or(u32::MAX);
                self.event(CallEvent::Queued { queue: queue.to_string(), class, position });
            }
            DeskAct::Ring { offer, agent, target, ring_for, .. } => {
                let leg = self.services.agents.ring(&target, &self.caller, ring_for);
                self.event(CallEvent::Offered { agent: agent.to_string() });
                self.take_on(offer, agent.to_string(), leg);
            }
            DeskAct::SpeakBrief { offer, brief, again, .. } => {
                if !self.people.offer_is(offer) {
                    return;
                }
                if again {
                    self.people.mouth.stop(&self.plane);
                }
                self.speak_brief(&brief);
            }
            DeskAct::StopBrief { offer } => {
                if self.people.offer_is(offer) {
                    self.people.mouth.stop(&self.plane);
                }
            }
            DeskAct::Bridge { offer, agent, .. } => self.bridge(offer, agent.to_string()).await,
            DeskAct::HangUpAgent { offer } => {
                if self.people.offer_is(offer) {
                    self.people.mouth.stop(&self.plane);
                }
                if let Some(leg) = self.people.legs.iter().find(|leg| leg.offer == offer) {
                    leg.control.hang_up();
                }
            }
            DeskAct::OfferEnded { agent, outcome, .. } => {
                if outcome != OfferOutcome::Talked {
                    self.event(CallEvent::OfferEnded {
                        agent: agent.to_string(),
                        why: outcome_name(outcome).to_owned(),
                    });
                }
            }
            DeskAct::Apologise { .. } => {
                self.unbridge();
                self.say_phrase(Phrase::LostTheAgent);
            }
            DeskAct::Result { result, .. } => self.queue_ended(result).await,
        }
    }

    fn take_on(&mut self, offer: OfferId, agent: String, leg: Leg) {
        let Leg { media, control, events } = leg;
        let meter = media.meter();
        self.people.legs.push(AgentLeg { offer, agent, control, events, media: Some(media), meter, answered: false });
    }

    fn speak_brief(&mut self, brief: &Brief) {
        let text = brief.spoken(self.language);
        let agent = self.people.current().map(|leg| leg.agent.clone()).unwrap_or_default();
        let facts = brief.facts.iter().map(|fact| format!("{} {}", fact.label, mask(fact.value.reveal())));
        let shown = facts.collect::<Vec<_>>().join(", ");
        self.event(CallEvent::Brief { agent, text: shown });
        self.say_to_agent(text);
    }

    /// The brief has been said to its end.
    pub(super) async fn brief_finished(&mut self) {
        if !self.people.mouth.is_silent() || self.people.bridged {
            return;
        }
        if let Some(offer) = self.people.current().map(|leg| leg.offer) {
            self.tell_desk(DeskInput::BriefSpoken { offer }).await;
        }
    }

    async fn bridge(&mut self, offer: OfferId, agent: String) {
        if !self.people.offer_is(offer) {
            return;
        }
        self.people.mouth.stop(&self.plane);
        self.stop_saying();
        self.plane.command(PlaneCommand::Hold(None));
        self.plane.command(PlaneCommand::Bridge(true));
        self.people.bridged = true;
        self.listening = None;
        // Only now, after the agent's key: law 6. The agent hears the caller from this moment on.
        self.say_phrase(Phrase::PuttingThrough);
        self.event(CallEvent::Bridged { agent });
        self.tell_desk(DeskInput::Bridged { offer }).await;
    }

    fn unbridge(&mut self) {
        if std::mem::take(&mut self.people.bridged) {
            self.plane.command(PlaneCommand::Bridge(false));
        }
    }

    /// The agent pressed a key.
    pub(super) async fn on_agent_key(&mut self, key: char) {
        if self.people.bridged {
            return;
        }
        if let Some(offer) = self.people.current().map(|leg| leg.offer) {
            self.tell_desk(DeskInput::AgentKey { offer, key }).await;
        }
    }

    /// Something happened on an agent's leg.
    pub(super) async fn on_agent_leg(&mut self, offer: OfferId, event: LegEvent) {
        let is_current = self.people.offer_is(offer);
        let Some(place) = self.people.legs.iter().position(|leg| leg.offer == offer) else { return };
        let leg = &mut self.people.legs[place];
        match event {
            LegEvent::Ringing => self.tell_desk(DeskInput::AgentRinging { offer }).await,
            LegEvent::Answered => {
                leg.answered = true;
                let media = leg.media.take();
                if let (Some(media), true) = (media, is_current) {
                    self.plane.command(PlaneCommand::Attach(media));
                }
                self.tell_desk(DeskInput::AgentAnswered { offer }).await;
            }
            LegEvent::Key(key) if is_current => self.on_agent_key(key.as_char()).await,
            LegEvent::Key(_) | LegEvent::Held | LegEvent::Resumed => {}
            LegEvent::Ended(end) => {
                let leg = self.people.legs.remove(place);
                if leg.answered {
                    self.tell_line_quality(&leg.agent, leg.meter.as_deref(), self.clock.now());
                }
                if is_current {
                    self.people.mouth.stop(&self.plane);
                    self.unbridge();
                    self.plane.command(PlaneCommand::Detach);
                }
                let why = agent_end(end, leg.answered);
                self.tell_desk(DeskInput::AgentEnded { offer, why }).await;
            }
        }
    }

    async fn queue_ended(&mut self, result: DeskResult) {
        let Some(queue) = self.people.queue.take() else { return };
        let waited_ms = whole_ms(self.clock.now().saturating_sub(self.people.queued_at));
        self.event(CallEvent::QueueEnded { queue, result: result_name(result).to_owned(), waited_ms });
        self.plane.command(PlaneCommand::Hold(None));
        self.unbridge();
        self.people.just_talked = result == DeskResult::Talked;
        let result = match result {
            DeskResult::Talked => QueueResult::Talked,
            DeskResult::NoAgent => QueueResult::NoAgent,
            DeskResult::Late => QueueResult::Late,
            DeskResult::Full => QueueResult::Full,
            DeskResult::Closed => QueueResult::Closed,
            DeskResult::Outage => QueueResult::Outage,
            DeskResult::CallerGone => return,
        };
        self.input(Input::QueueEnded(result)).await;
    }

    /// The call needs nobody any more: every agent's leg is ended, whatever its state.
    pub(super) async fn leave_people(&mut self) {
        if self.people.queue.take().is_some() {
            let call = self.id;
            self.tell_desk(DeskInput::CallerGone { call }).await;
        }
        self.plane.command(PlaneCommand::Hold(None));
        self.people.mouth.stop(&self.plane);
        self.unbridge();
        self.plane.command(PlaneCommand::Detach);
        for leg in &self.people.legs {
            leg.control.hang_up();
        }
    }

    /// Waits until every agent's leg has ended, so that no phone is rung again while it still says goodbye.
    pub(super) async fn see_agents_off(&mut self) {
        while !self.people.legs.is_empty() {
            let Ok((offer, event)) = tokio::time::timeout(AGENT_GOODBYE, self.people.next_event()).await else {
                tracing::warn!(call = %self.id, "an agent's phone did not take note of our goodbye");
                let offers: Vec<OfferId> = self.people.legs.drain(..).map(|leg| leg.offer).collect();
                for offer in offers {
                    self.tell_desk(DeskInput::AgentEnded { offer, why: AgentEnd::HungUp }).await;
                }
                return;
            };
            self.on_agent_leg(offer, event).await;
        }
    }
}

fn agent_end(end: LegEnd, answered: bool) -> AgentEnd {
    match end {
        LegEnd::Lost | LegEnd::Failed if answered => AgentEnd::Lost,
        _ if answered => AgentEnd::HungUp,
        LegEnd::Busy => AgentEnd::Busy,
        LegEnd::Declined => AgentEnd::Declined,
        LegEnd::NoAnswer | LegEnd::Cancelled | LegEnd::HungUp => AgentEnd::NoAnswer,
        LegEnd::Unreachable | LegEnd::Lost | LegEnd::Failed => AgentEnd::Unreachable,
        LegEnd::Refused(404 | 480 | 503) => AgentEnd::Unreachable,
        LegEnd::Refused(_) | LegEnd::TooLong => AgentEnd::Refused,
    }
}

const fn outcome_name(outcome: OfferOutcome) -> &'static str {
    match outcome {
        OfferOutcome::Talked => "talked",
        OfferOutcome::Passed => "passed",
        OfferOutcome::NoKey => "no_key",
        OfferOutcome::NoAnswer => "no_answer",
        OfferOutcome::Busy => "busy",
        OfferOutcome::Unreachable => "unreachable",
        OfferOutcome::Refused => "refused",
        OfferOutcome::Failed => "failed",
        OfferOutcome::Lost => "lost",
        OfferOutcome::CallerGone => "caller_gone",
        OfferOutcome::Late => "late",
    }
}

const fn result_name(result: DeskResult) -> &'static str {
    match result {
        DeskResult::Talked => "talked",
        DeskResult::NoAgent => "no_agent",
        DeskResult::Late => "late",
        DeskResult::Full => "full",
        DeskResult::Closed => "closed",
        DeskResult::Outage => "outage",
        DeskResult::CallerGone => "caller_gone",
    }
}
