//! The conversation: a checked bundle, run for one call.
//!
//! **In:** what happened ([`Input`](super::Input)) and when. **Out:** what to do ([`Act`](super::Act)). No clock, no
//! I/O. One input costs a bounded number of steps, so no bundle can hang a call; whatever goes wrong while a flow
//! runs leads to its `error` handler, from there to the bundle's `handover`, and in the end to an apology.
//!
//! A conversation is a stack of [`frame::Frame`]s, one for each flow that runs, and a [`state::State`]: what the
//! flow on top is waiting for. [`conversation`] holds both and takes inputs; [`following`] goes from step to step,
//! [`perform`] does what a step says, [`place`] tells where it is, [`ending`] ends it.
//!
//! - the caller's turn: [`understand`] finds the first rank that fits, by [`judging`]; [`asked`], [`listening`],
//!   [`offers`], [`aside`], [`keypad`], [`several`], [`corrections`], [`refusing`] and [`shared`] belong to it; [`taking`] goes on with what
//!   was understood, [`ladder`] with what was not; [`anywhere`] and [`handlers`] answer what may be said anywhere;
//! - the outside: [`outside`] waits, [`doing`] is for connections, [`people`] for the ways to a person, [`knowledge`]
//!   for questions, [`extras`] for the small verbs, [`feeling`] for the caller's mood;
//! - [`speech`], [`values`], [`privacy`] and [`trace`] serve them all.

mod answering;
mod anywhere;
mod aside;
mod ask_all;
mod asked;
mod common;
mod conversation;
mod corrections;
mod doing;
mod ending;
mod extras;
mod feeling;
mod following;
mod frame;
mod handlers;
mod judging;
mod keypad;
mod knowledge;
mod ladder;
mod listening;
mod offers;
mod outside;
mod people;
mod perform;
mod performed;
mod place;
mod privacy;
mod refusing;
mod several;
mod shared;
mod speech;
mod starting;
mod state;
mod taking;
#[cfg(test)]
mod tests;
mod trace;
mod understand;
mod values;
mod went;

pub use conversation::Conversation;
pub use performed::unperformed;
pub use trace::WaitingFor;
pub(in crate::flow) use went::{Scope, Went};
