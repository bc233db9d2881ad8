//! The desk: who waits for a person, who is asked to take them, and what happens until both have talked.
//!
//! **Purpose.** Queues, agents and the warm handover, as one pure state machine. It rings the agent who has
//! been idle longest, has the brief spoken to that agent alone, joins the two when the agent presses 1, and
//! goes on to the next agent on anything else, while the caller keeps their place.
//!
//! **In.** [`DeskInput`]s with the time since the process began: callers who join or leave, what happened on
//! an agent's leg, keys the agent pressed, phones that registered, and [`DeskInput::Tick`] when
//! [`Desk::next_wake`] is due. **Out.** [`DeskAct`]s, to be performed in order by whoever owns the legs.
//! No clock, no I/O, no audio in here.
//!
//! **Invariants.** No call has two agents; no agent has two calls; every offer begun by [`DeskAct::Ring`] ends
//! in exactly one [`DeskAct::OfferEnded`]; every call that joined ends in exactly one [`DeskAct::Result`].
//! An event of an offer that has ended changes nothing, except that it says the agent's phone is free again.
//!
//! ```text
//!  unreachable ◀─▶ idle ─Ring─▶ ringing ─answered─▶ briefing ─1─▶ connecting ─Bridged─▶ talking ─▶ wrap-up ─▶ idle
//!                   ▲             │ no answer → missed     │ 2, no key, hung up                 (queue.NAME.wrap_up)
//!                   └─────────────┴────────────────────────┴──▶ next agent for the caller, in their old place
//! ```
//!
//! **Telephones have no button to come back with.** A browser agent who let a call ring out must click to be
//! ready again; an agent on a SIP phone cannot. So the agent is rested for [`Timers::missed_rest`] and then
//! goes to the end of the line of idle agents.
//!
//! ```
//! use std::time::Duration;
//! use warmline::CallId;
//! use warmline::desk::{AgentSettings, Brief, Caller, Desk, DeskAct, DeskInput, DeskSettings, QueueSettings};
//!
//! let settings = DeskSettings {
//!     queues: vec![QueueSettings::new("orders", &["anna"])],
//!     agents: vec![AgentSettings::at("anna", "sip:anna@127.0.0.1:5070")],
//!     ..DeskSettings::default()
//! };
//! let mut desk = Desk::new(settings).unwrap();
//! let caller = Caller::joining("orders", Brief::default());
//! let acts = desk.handle(Duration::ZERO, DeskInput::Enqueue { call: CallId::fixed(1), caller });
//! assert!(matches!(&acts[1], DeskAct::Ring { agent, .. } if agent.as_str() == "anna"));
//! ```

mod agent;
mod brief;
mod exchange;
mod gauges;
mod handover;
mod machine;
mod matching;
mod names;
mod offer;
mod settings;
mod waiting;

pub use agent::AgentState;
pub use brief::{Brief, BriefFact};
pub use exchange::{AgentEnd, Caller, DeskAct, DeskInput, OfferOutcome, QueueResult};
pub use gauges::{AgentCounts, DeskGauges, QueueGauges};
pub use machine::Desk;
pub use names::{AgentName, OfferId, QueueName};
pub use settings::{AgentSettings, DeskError, DeskSettings, QueueSettings, Timers};

#[cfg(test)]
mod tests;
