//! The telephone line over SIP (RFC 3261): UDP and TCP.
//!
//! **In:** [`SipSettings`]; packets of telephones, carriers and agents. **Out:** each call from outside as an
//! [`crate::line::IncomingCall`], each telephone that we ring as a [`crate::line::Leg`], and
//! [`SipGauges`] of what is open. rsipstack carries transactions and transports; who may ring, admission,
//! dialogs, session timers, registrations and digest are ours.
//!
//! ```ignore
//! let (line, mut calls) = SipLine::start(SipSettings::default()).await?;
//! while let Some(call) = calls.recv().await {
//!     call.leg.control.answer();
//!     let agent = line.call(OutboundCall::to("anna"));
//! }
//! line.stop().await;
//! ```

mod address;
mod bodies;
mod datagram;
mod dialog;
mod digest;
mod endpoint;
mod error;
mod forks;
mod framing;
mod front;
mod gate;
mod gauges;
mod headers;
mod inbound;
mod leg_task;
mod outbound;
mod registrar;
mod screen;
mod session_timer;
mod settings;
mod socket;
mod stream;
mod switchboard;
mod talk;
mod transact;
mod trunk;

pub use endpoint::{LocalAddresses, SipLine};
pub use error::SipError;
pub use gauges::SipGauges;
pub use outbound::OutboundCall;
pub use settings::{
    Accept, AgentPhone, Rate, SipLimits, SipSettings, SipTimers, TrunkCredentials, TrunkRegistration, TrunkSettings,
};
pub use trunk::{Registered, TrunkState};

/// What every log filter must hold: the stack below logs whole messages, passwords' proofs and callers' numbers
/// included, at `info` and warns with addresses.
pub const LOG_FILTER: &str = "rsipstack=error";

#[cfg(test)]
mod tests;
