//! One call, from the first ring to the last packet: joins line, hear, speak, flow, desk and record.
//!
//! **In:** a call that arrived on a line. **Out:** what the caller hears, agents rung and bridged, and every
//! event in the record. A call ends in one place, whoever ends it: the end of [`Session::run`].
//!
//! Sound is ticked on media threads ([`MediaThreads`]) that wait for nothing; recognition, synthesis and
//! look-ups run elsewhere and come back as messages. The same session runs on a line clock of samples when
//! a call is played as fast as it goes ([`Pace::AsFastAsItGoes`]).
//!
//! ```ignore
//! let centre = CallCentre::start(services, MediaThreads::start(1)?);
//! while let Some(call) = calls.recv().await {
//!     centre.take(call);
//! }
//! ```

mod centre;
mod clock;
mod closing;
mod ear;
mod job;
mod mouth;
mod phrases;
mod plane;
mod services;
mod session;
mod shelf;
mod switchboard;
mod ticker;

pub use centre::{CallCentre, CentreGauges, DrainOutcome, own_sentences};
pub use clock::Pace;
pub use closing::Closing;
pub use plane::{MediaPlane, PlaneCommand, PlaneHandle, PlaneReport, Side};
pub use services::{AgentLines, HearingModels, Services, Watcher};
pub use session::{Overhears, Session, SessionSettings, seed_of};
pub use shelf::{Answering, Shelf};
pub use switchboard::{DeskPort, OpenAt, Switchboard};
pub use ticker::{MediaThreads, TickCounters, TickerError};
