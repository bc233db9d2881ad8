//! `warmline bench hear`: how well and how fast speech is recognised over a telephone.
//!
//! In: recordings with their texts, and sound in which nobody speaks. Out: for each set the share of wrong words (English) or characters (Mandarin) and
//! the milliseconds an utterance takes, beside faster-whisper on the same files in the same run when asked for. Every
//! recording is first sent through a telephone: 8 kHz, 300 to 3,400 Hz, G.711 mu-law.
//!
//! ```no_run
//! use warmline::cli::bench::hear::{HearBench, bench_hear};
//!
//! # async fn example() -> anyhow::Result<()> {
//! let report = bench_hear(&HearBench::new("ggml-base-q8_0.bin"), &mut |line| eprintln!("{line}")).await?;
//! println!("{}", report.markdown());
//! # Ok(())
//! # }
//! ```

mod calibration;
mod command;
mod faster_whisper;
mod nothing;
mod numerals;
mod report;
mod run;
mod score;
mod sets;
mod strings;

pub use command::BenchHear;
pub use nothing::NothingReport;
pub use report::{HearReport, SetReport};
pub use run::{HearBench, bench_hear};
pub use score::{Errors, errors_between};
pub use sets::{Recording, asterisk_prompts, speech_folder};
pub use strings::StringsReport;
