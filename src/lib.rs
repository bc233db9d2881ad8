//! Warmline: a self-hosted customer-service phone line.
//!
//! Each module is a room of the house that `docs/house.md` draws: what comes in, what goes out and what
//! it may use stand at the head of its `mod.rs`. [`Private`], [`CallId`] and [`onnx`] are for every room.

pub mod audio;
pub mod call;
pub mod caller;
pub mod cli;
pub mod config;
pub mod desk;
pub mod feel;
pub mod flow;
pub mod hear;
pub mod line;
pub mod onnx;
pub mod record;
pub mod speak;
pub mod web;
pub mod words;

mod call_id;
mod private;

pub use call_id::{CallId, NotACallId};
pub use private::{Private, mask};
