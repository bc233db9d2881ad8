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

#[allow(dead_code)] mod bodies;
#[allow(dead_code)] mod digest;
mod error;
#[allow(dead_code)] mod gate;
#[allow(dead_code)] mod session_timer;
mod settings;

pub use error::SipError;
pub use settings::{
    Accept, AgentPhone, Rate, SipLimits, SipSettings, SipTimers, TrunkCredentials, TrunkRegistration, TrunkSettings,
};
