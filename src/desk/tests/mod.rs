//! The desk under test: every state against every event, whole handovers, and a million random events.

use std::collections::BTreeMap;
use std::time::Duration;

use super::*;
use crate::CallId;

mod matrix;
mod random;
mod scenarios;
mod world;

/// A desk with its clock and a memory of who is behind which offer, so that tests read as a story.
pub(super) struct Story {
    pub desk: Desk,
    pub now: Duration,
    /// The newest offer of each agent.
    pub offers: BTreeMap<String, OfferId>,
    names: BTreeMap<OfferId, String>,
}

impl Story {
    pub fn new(settings: DeskSettings) -> Self {
        let desk = Desk::new(settings).unwrap();
        Self { desk, now: Duration::ZERO, offers: BTreeMap::new(), names: BTreeMap::new() }
    }

    /// One open queue `orders`, served by these agents at fixed addresses.
    pub fn with_agents(agents: &[&str]) -> Self {
        Self::new(settings_with(agents))
    }

    /// What the desk says to this, each act in a few words.
    pub fn hears(&mut self, input: DeskInput) -> Vec<String> {
        let acts = self.desk.handle(self.now, input);
        acts.iter().map(|act| self.in_words(act)).collect()
    }

    /// Time passes to `seconds` after the beginning of the process; every tick is given when it is due.
    pub fn until(&mut self, seconds: f64) -> Vec<String> {
        let target = Duration::from_secs_f64(seconds);
        let mut said = Vec::new();
        while let Some(wake) = self.desk.next_wake().filter(|&wake| wake <= target) {
            self.now = self.now.max(wake);
            said.extend(self.hears(DeskInput::Tick));
        }
        self.now = target;
        said
    }

    pub fn joins(&mut self, call: u64) -> Vec<String> {
        self.joins_as(call, Caller::joining("orders", Brief::default()))
    }

    pub fn joins_as(&mut self, call: u64, caller: Caller) -> Vec<String> {
        self.hears(DeskInput::Enqueue { call: CallId::fixed(call), caller })
    }

    pub fn gone(&mut self, call: u64) -> Vec<String> {
        self.hears(DeskInput::CallerGone { call: CallId::fixed(call) })
    }

    pub fn rings(&mut self, agent: &str) -> Vec<String> {
        let offer = self.offers[agent];
        self.hears(DeskInput::AgentRinging { offer })
    }

    pub fn answers(&mut self, agent: &str) -> Vec<String> {
        let offer = self.offers[agent];
        self.hears(DeskInput::AgentAnswered { offer })
    }

    pub fn brief_is_over(&mut self, agent: &str) -> Vec<String> {
        let offer = self.offers[agent];
        self.hears(DeskInput::BriefSpoken { offer })
    }

    pub fn presses(&mut self, agent: &str, key: char) -> Vec<String> {
        let offer = self.offers[agent];
        self.hears(DeskInput::AgentKey { offer, key })
    }

    pub fn bridged(&mut self, agent: &str) -> Vec<String> {
        let offer = self.offers[agent];
        self.hears(DeskInput::Bridged { offer })
    }

    pub fn ended(&mut self, agent: &str, why: AgentEnd) -> Vec<String> {
        let offer = self.offers[agent];
        self.hears(DeskInput::AgentEnded { offer, why })
    }

    pub fn reachable(&mut self, agent: &str, reachable: bool) -> Vec<String> {
        self.hears(DeskInput::AgentReachable { agent: agent.into(), reachable })
    }

    pub fn state(&self, agent: &str) -> AgentState {
        self.desk.agent_state(&agent.into()).unwrap()
    }

    fn in_words(&mut self, act: &DeskAct) -> String {
        let number = |call: &CallId| call.to_string().trim_start_matches('0').to_owned();
        match act {
            DeskAct::Waiting { call, position, .. } => format!("{} waits {position}", number(call)),
            DeskAct::Ring { offer, call, agent, .. } => {
                self.offers.insert(agent.to_string(), *offer);
                self.names.insert(*offer, agent.to_string());
                format!("ring {agent} for {}", number(call))
            }
            DeskAct::SpeakBrief { offer, again: false, .. } => format!("brief {}", self.names[offer]),
            DeskAct::SpeakBrief { offer, again: true, .. } => format!("brief {} again", self.names[offer]),
            DeskAct::StopBrief { offer } => format!("hush {}", self.names[offer]),
            DeskAct::Bridge { call, agent, .. } => format!("bridge {agent} and {}", number(call)),
            DeskAct::HangUpAgent { offer } => format!("hang up {}", self.names[offer]),
            DeskAct::OfferEnded { agent, outcome, .. } => format!("{agent}: {outcome:?}"),
            DeskAct::Apologise { call } => format!("sorry {}", number(call)),
            DeskAct::Result { call, result } => format!("{} leaves: {result:?}", number(call)),
        }
    }
}

/// One open queue `orders`, served by these agents at fixed addresses.
pub(super) fn settings_with(agents: &[&str]) -> DeskSettings {
    DeskSettings {
        queues: vec![QueueSettings::new("orders", agents)],
        agents: agents.iter().map(|name| AgentSettings::at(name, &format!("sip:{name}@127.0.0.1"))).collect(),
        timers: Timers::default(),
    }
}
