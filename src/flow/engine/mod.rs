//! The conversation: a checked bundle, run for one call.
//!
//! **In:** what happened ([`Input`](super::Input)) and when. **Out:** what to do ([`Act`](super::Act)). No clock, no
//! I/O. One input costs a bounded number of steps, so no bundle can hang a call; whatever goes wrong while a flow
//! runs leads to its `error` handler, from there to the bundle's `handover`, and in the end to an apology.
//!
//! A conversation is a stack of [`frame::Frame`]s, one for each flow that runs, and a [`state::State`]: what the
//! flow on top is waiting for. [`conversation`] holds both and follows steps; [`perform`] does what a step says;
//! [`listening`], [`understand`], [`offers`] and [`keypad`] turn what the caller says and keys into values;
//! [`ladder`] counts misses; [`handlers`] answer what may be said anywhere; [`waiting`] is for look-ups and queues.

mod conversation;
mod frame;
mod handlers;
mod keypad;
mod ladder;
mod listening;
mod offers;
mod perform;
mod privacy;
mod speech;
mod state;
#[cfg(test)]
mod tests;
mod understand;
mod values;
mod waiting;

pub use conversation::Conversation;
