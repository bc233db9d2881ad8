//! Warmline: a self-hosted customer-service phone line.
//!
//! Each module is a room of the house that `docs/house.md` draws: what comes in, what goes out and what
//! it may use stand at the head of its `mod.rs`. [`Private`] and [`CallId`] are for every room.

pub mod audio;

mod call_id;
mod private;

pub use call_id::{CallId, NotACallId};
pub use private::{Private, mask};
