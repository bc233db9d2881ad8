//! `warmline bench speak`: how fast and how plainly the voices speak.
//!
//! In: sentences of the built-in lists, or of the shipped flows. Out: for each language the seconds of work a second of
//! sound takes with one thread and with two, how long the first sound takes when it is cached and when it is fresh,
//! and how much our own recogniser mishears over a telephone: 8 kHz, 300 to 3,400 Hz, G.711 mu-law.

mod command;
mod report;
mod run;

pub use command::BenchSpeak;
pub use report::{SpeakReport, VoiceReport};
pub use run::{SpeakBench, bench_speak};
