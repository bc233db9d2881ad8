//! A world around the desk that keeps its own books and complains when the desk breaks a promise.

use std::collections::BTreeSet;

use super::*;

/// One thing that happens, drawn at random; numbers pick among what is there.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Joins {
        call: u8,
        queue: u8,
        class: u8,
        seconds: u16,
        skilled: bool,
    },
    Gone {
        call: u8,
    },
    Leg {
        offer: u8,
        event: LegStep,
    },
    Phone {
        agent: u8,
        there: bool,
    },
    Queue {
        queue: u8,
        open: bool,
    },
    /// So many hundredths of a second pass.
    Passes {
        hundredths: u16,
    },
    /// Time passes to whatever is due next.
    NextDue,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum LegStep {
    Rings,
    /// All that an agent who takes the call does.
    Takes,
    Answers,
    BriefOver,
    Key(char),
    Bridged,
    Ends(AgentEnd),
}

pub(super) const ENDS: [AgentEnd; 7] = [
    AgentEnd::Busy,
    AgentEnd::Declined,
    AgentEnd::NoAnswer,
    AgentEnd::Unreachable,
    AgentEnd::Refused,
    AgentEnd::HungUp,
    AgentEnd::Lost,
];
const AGENTS: [&str; 5] = ["anna", "ben", "cem", "dora", "eli"];
const QUEUES: [&str; 3] = ["orders", "returns", "elsewhere"];

struct OpenOffer {
    call: CallId,
    agent: AgentName,
    answered: bool,
    accepted: bool,
}

/// An agent's leg from [`DeskAct::Ring`] until its end is reported.
struct Leg {
    agent: AgentName,
    hung_up_at: Option<Duration>,
}

pub(super) struct World {
    desk: Desk,
    now: Duration,
    events: u64,
    /// Calls in the desk by our own books, with whether they were told that an agent is there.
    calls: BTreeMap<CallId, bool>,
    open: BTreeMap<OfferId, OpenOffer>,
    legs: BTreeMap<OfferId, Leg>,
    /// Offers ever begun: an id must not come twice.
    newest: Option<OfferId>,
    /// The last few offers, open or ended, for events to hit.
    recent: Vec<OfferId>,
    unregistered: BTreeSet<AgentName>,
    pub results: BTreeMap<QueueResult, u64>,
    pub outcomes: BTreeMap<OfferOutcome, u64>,
}

impl World {
    pub fn new() -> Self {
        let mut settings = settings_with(&AGENTS[..4]);
        settings.agents.push(AgentSettings::registering("eli"));
        settings.agents[2].skills.insert("lang:zh".to_owned());
        settings.queues[0].most_waiting = 6;
        settings.queues[0].rounds = None;
        settings.queues.push(QueueSettings::new("returns", &["cem", "dora", "eli"]));
        settings.queues[1].wrap_up = Duration::ZERO;
        let unregistered = [AgentName::from("eli")].into();
        Self {
            desk: Desk::new(settings).unwrap(),
            now: Duration::ZERO,
            events: 0,
            calls: BTreeMap::new(),
            open: BTreeMap::new(),
            legs: BTreeMap::new(),
            newest: None,
            recent: Vec::new(),
            unregistered,
            results: BTreeMap::new(),
            outcomes: BTreeMap::new(),
        }
    }

    /// How many events the desk was given.
    pub fn events(&self) -> u64 {
        self.events
    }

    pub fn step(&mut self, step: Step) {
        match step {
            Step::Joins { call, queue, class, seconds, skilled } => {
                let call = CallId::fixed(u64::from(call % 24));
                let queue = QUEUES[usize::from(queue) % 40 / 19];
                let skills = if skilled { [String::from("lang:zh")].into() } else { BTreeSet::new() };
                let time_limit = Duration::from_secs(u64::from(seconds % 700));
                let caller = Caller { class, skills, time_limit, ..Caller::joining(queue, Brief::default()) };
                let joins_anew = !self.calls.contains_key(&call);
                if joins_anew {
                    self.calls.insert(call, false);
                }
                self.give(DeskInput::Enqueue { call, caller });
            }
            Step::Gone { call } => {
                let call = CallId::fixed(u64::from(call % 24));
                self.give(DeskInput::CallerGone { call });
                assert!(!self.calls.contains_key(&call), "a caller who is gone is still in the books");
            }
            Step::Leg { offer, event } => {
                let Some(&offer) = self.recent.get(usize::from(offer) % self.recent.len().max(1)) else { return };
                self.leg(offer, event);
            }
            Step::Phone { agent, there } => {
                let agent = AgentName::from(AGENTS[usize::from(agent) % AGENTS.len()]);
                if there {
                    self.unregistered.remove(&agent)
                } else {
                    self.unregistered.insert(agent.clone())
                };
                self.give(DeskInput::AgentReachable { agent, reachable: there });
            }
            Step::Queue { queue, open } => {
                let queue = QueueName::from(QUEUES[usize::from(queue) % QUEUES.len()]);
                self.give(DeskInput::QueueOpened { queue, open });
            }
            Step::Passes { hundredths } => {
                self.now += Duration::from_millis(u64::from(hundredths) * 10);
                self.give(DeskInput::Tick);
            }
            Step::NextDue => {
                if let Some(wake) = self.desk.next_wake() {
                    self.now = self.now.max(wake);
                }
                self.give(DeskInput::Tick);
                assert!(self.desk.next_wake().is_none_or(|wake| wake > self.now), "a tick left something undone");
            }
        }
    }

    fn leg(&mut self, offer: OfferId, event: LegStep) {
        let input = match event {
            LegStep::Takes => {
                self.leg(offer, LegStep::Answers);
                self.leg(offer, LegStep::Key('1'));
                DeskInput::Bridged { offer }
            }
            LegStep::Rings => DeskInput::AgentRinging { offer },
            LegStep::Answers => {
                if let Some(open) = self.open.get_mut(&offer) {
                    open.answered = true;
                }
                DeskInput::AgentAnswered { offer }
            }
            LegStep::BriefOver => DeskInput::BriefSpoken { offer },
            LegStep::Key(key) => {
                if let Some(open) = self.open.get_mut(&offer) {
                    open.accepted |= key == '1' && open.answered;
                }
                DeskInput::AgentKey { offer, key }
            }
            LegStep::Bridged => DeskInput::Bridged { offer },
            LegStep::Ends(why) => {
                self.legs.remove(&offer);
                DeskInput::AgentEnded { offer, why }
            }
        };
        self.give(input);
    }

    fn give(&mut self, input: DeskInput) {
        self.events += 1;
        let acts = self.desk.handle(self.now, input);
        for act in acts {
            self.perform(act);
        }
        if self.events.is_multiple_of(8) {
            self.compare_books();
        }
    }

    /// Does what the desk asks, and checks every promise that concerns this act.
    fn perform(&mut self, act: DeskAct) {
        match act {
            DeskAct::Waiting { call, position, .. } => {
                assert!(self.calls.contains_key(&call), "a call waits that is not here");
                assert!((1..=24).contains(&position));
            }
            DeskAct::Ring { offer, call, agent, .. } => {
                assert!(self.newest < Some(offer), "an offer id came twice");
                self.newest = Some(offer);
                assert!(self.calls.contains_key(&call), "an agent is rung for a call that is not here");
                assert!(self.open.values().all(|open| open.call != call), "a call has two agents");
                assert!(self.open.values().all(|open| open.agent != agent), "an agent has two calls");
                assert!(!self.unregistered.contains(&agent), "a phone is rung that is not there");
                let close_within = Timers::default().close_within;
                let still_up =
                    |leg: &Leg| leg.agent == agent && leg.hung_up_at.is_none_or(|at| self.now < at + close_within);
                assert!(!self.legs.values().any(still_up), "a phone is rung before its last leg is gone");
                self.legs.retain(|_, leg| leg.agent != agent);
                self.legs.insert(offer, Leg { agent: agent.clone(), hung_up_at: None });
                self.open.insert(offer, OpenOffer { call, agent, answered: false, accepted: false });
                self.recent.push(offer);
                if self.recent.len() > 12 {
                    self.recent.remove(0);
                }
            }
            DeskAct::SpeakBrief { offer, call, .. } => {
                let open = self.open.get(&offer).expect("the brief is said on an offer that is over");
                assert!(
                    open.answered && open.call == call,
                    "the brief is said before the agent answered, or of another"
                );
            }
            DeskAct::StopBrief { offer } => assert!(self.open.contains_key(&offer)),
            DeskAct::Bridge { offer, call, agent } => {
                let open = self.open.get(&offer).expect("an offer that is over is bridged");
                assert!(open.accepted, "bridged without the agent's consent");
                assert_eq!((open.call, &open.agent), (call, &agent));
                self.calls.insert(call, true);
            }
            DeskAct::HangUpAgent { offer } => {
                assert!(self.open.contains_key(&offer), "a leg is hung up after its offer");
                if let Some(leg) = self.legs.get_mut(&offer) {
                    leg.hung_up_at = Some(self.now);
                }
            }
            DeskAct::OfferEnded { offer, call, agent, outcome } => {
                let open = self.open.remove(&offer).expect("an offer ends twice, or was never begun");
                assert_eq!((open.call, open.agent), (call, agent));
                let leg_is_up = self.legs.get(&offer).is_some_and(|leg| leg.hung_up_at.is_none());
                assert!(!leg_is_up, "an offer is over and its leg is left up");
                *self.outcomes.entry(outcome).or_default() += 1;
            }
            DeskAct::Apologise { call } => {
                let told = self.calls.insert(call, false);
                assert_eq!(told, Some(true), "an apology for nothing");
            }
            DeskAct::Result { call, result } => {
                assert!(self.calls.remove(&call).is_some(), "a call ends twice, or was never here");
                assert!(
                    self.open.values().all(|open| open.call != call),
                    "a call ends while an agent is engaged for it"
                );
                *self.results.entry(result).or_default() += 1;
            }
        }
    }

    /// The desk's figures against our own books, and that it never forgets to wake up.
    fn compare_books(&self) {
        let gauges = self.desk.gauges(self.now);
        assert_eq!(gauges.calls, self.calls.len());
        assert_eq!(gauges.offers, self.open.len());
        let somebody_waits = gauges.queues.values().any(|queue| queue.waiting > 0);
        assert!(!somebody_waits || self.desk.next_wake().is_some(), "somebody waits and nothing will ever happen");
    }

    /// Everybody who talks hangs up, and time passes until nothing is due: nothing may be left.
    pub fn end(&mut self) {
        for _ in 0..10_000 {
            let talking: Vec<OfferId> = self.open.keys().copied().collect();
            for offer in talking {
                if self.events.is_multiple_of(3) {
                    self.leg(offer, LegStep::Ends(AgentEnd::HungUp));
                } else if let Some(call) = self.open.get(&offer).map(|open| open.call) {
                    self.give(DeskInput::CallerGone { call });
                }
            }
            if self.desk.next_wake().is_none() {
                break;
            }
            self.step(Step::NextDue);
        }
        let gauges = self.desk.gauges(self.now);
        assert!(gauges.is_empty(), "something is left: {gauges:?}");
        assert!(self.calls.is_empty() && self.open.is_empty(), "our books are not empty");
        let results: u64 = self.results.values().sum();
        let outcomes: u64 = self.outcomes.values().sum();
        assert_eq!(results, gauges.calls_total, "every call ends in exactly one result");
        assert_eq!(outcomes, gauges.offers_total, "every offer ends exactly once");
    }
}
