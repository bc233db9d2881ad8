//! How a call reaches us.
//!
//! **In:** packets, a sound card, recordings. **Out:** [`Leg`]s, each with its sound as 20 ms frames, its
//! control and its events, so that the call neither knows nor cares what kind of line it is on.
//!
//! ```ignore
//! let (line, mut calls) = sip::SipLine::start(settings).await?;
//! while let Some(call) = calls.recv().await {
//!     call.leg.control.answer();
//! }
//! ```

mod leg;
pub mod local;
mod own_end;
pub mod recording;
pub mod rtp;
pub mod sdp;
pub mod sip;

pub use leg::{
    Caller, IncomingCall, Leg, LegCommand, LegControl, LegEnd, LegEnds, LegEvent, LineQuality, Media, Meter,
};
