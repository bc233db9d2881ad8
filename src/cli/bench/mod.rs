//! `warmline bench`: the figures of the documentation, reproducible.

mod call;
pub mod hear;
mod line;
mod load;
pub mod mood;
mod peer;
pub mod speak;
mod turns;
pub mod understand;

use std::process::ExitCode;

use clap::{Args, Subcommand};

/// Measures. Every figure in the documentation names the command that made it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  warmline bench call\n  warmline bench hear --speech ~/speech --peers")]
pub(super) struct Bench {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// How long callers wait for a reply, and where the time goes
    Call(call::BenchCall),
    /// What calls cost in processor time and memory, and what they leave behind
    Load(load::BenchLoad),
    /// How well and how fast speech is recognised
    Hear(hear::BenchHear),
    /// How often callers are cut off, and how soon the end of a turn is noticed
    Turns(turns::BenchTurns),
    /// How well the tone of a voice tells distress; or train its weights
    Mood(mood::BenchMood),
    /// How fast and how plainly the voices speak
    Speak(speak::BenchSpeak),
    /// How often what callers want is understood
    Understand(understand::BenchUnderstand),
}

impl Bench {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        match self.what {
            What::Call(bench) => bench.run(),
            What::Hear(bench) => bench.run(),
            What::Turns(bench) => bench.run(),
            What::Load(bench) => bench.run(),
            What::Mood(bench) => bench.run(),
            What::Speak(bench) => bench.run(),
            What::Understand(bench) => bench.run(),
        }
    }
}
