//! `warmline bench understand`: how often what callers want is understood, from their words and from recordings.
//!
//! The words are sentences written for this bench (`benches/understand`): templates were written from half of them and
//! are measured on the other half. The recordings are orders of drinks, recognised as a call would hear them.

mod command;
mod orders;
mod sentences;

pub use command::BenchUnderstand;
pub use orders::{OrdersReport, bench_orders};
pub use sentences::{Outcomes, bench_sentences};
