//! `warmline bench turns`: how often callers are cut off, and how long it takes to notice that they have finished.
//!
//! In: recordings of which each is one turn. Out, for every kind of answer and line: the share of turns closed before the
//! end of the speech, and how long after it the turn was closed and a cached reply could begin, by our turn-taker and by
//! silence alone, fixed silences, and Smart Turn alone with pipecat's defaults. What the detector, Smart Turn and whisper
//! make of a recording is found out once; every policy is then run on it in virtual time. And how soon our voice stops for
//! a caller, and what it does not stop for: nods, coughs, noise and its own echo.

mod cases;
mod command;
mod interrupt;
mod keys;
mod policy;
mod report;
mod trace;

pub(in crate::cli) use command::BenchTurns;
