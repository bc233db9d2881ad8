//! The command line: one file a command.
//!
//! **In:** arguments, the environment, `warmline.toml`. **Out:** text for people, or JSON lines where `--json` is
//! given; exit code 0 when all is well, 1 when what was looked at is at fault, 2 when the command could not run.
//!
//! ```text
//! warmline call --wav question.wav --json
//! ```

mod assemble;
pub mod bench;
mod call;
mod calls;
mod check;
mod demo;
mod doctor;
mod feel;
mod flows;
mod folder;
mod graph;
mod hear;
mod logging;
pub mod models;
mod models_command;
mod progress;
mod proof;
mod serve;
mod simulate;
mod sip_metrics;
mod speak;
mod test;
mod voices;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

/// A self-hosted customer-service phone line.
#[derive(Debug, Parser)]
#[command(name = "warmline", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer calls
    Serve(serve::Serve),
    /// Make a call without a phone: from recordings, keys and silence, or with the microphone
    Call(call::Call),
    /// Tell what is said in recordings
    Hear(hear::Hear),
    /// Tell how the caller of a recording feels
    Feel(feel::Feel),
    /// Say a text into a file
    Speak(speak::Speak),
    /// Look for mistakes in a bundle of flows
    Check(check::Check),
    /// Type as the caller, and see what would be said and why
    Simulate(simulate::Simulate),
    /// Draw a flow, or the bundle
    Graph(graph::Graph),
    /// Play the tests of a bundle
    Test(test::Test),
    /// Publish flows, and show, compare and take back what was published
    Flows(flows::Flows),
    /// Show past calls
    Calls(calls::Calls),
    /// Fetch, convert and verify the models
    Models(models_command::Models),
    /// Tell whether this machine can serve calls, and what to mend
    Doctor(doctor::Doctor),
    /// Measure: the figures of the documentation
    Bench(bench::Bench),
}

/// What every command takes that loads flows or answers calls.
#[derive(Clone, Debug, Default, Args)]
struct Common {
    /// The operator's settings; without it ./warmline.toml, else the built-in demo line
    #[arg(long, global = true, value_name = "FILE", env = "WARMLINE_CONFIG")]
    config: Option<PathBuf>,
    /// The folder of the flows
    #[arg(long, global = true, value_name = "DIR", env = "WARMLINE_BUNDLE")]
    bundle: Option<PathBuf>,
    /// Where calls, recordings and prepared prompts are kept
    #[arg(long, global = true, value_name = "DIR", env = "WARMLINE_DATA")]
    data: Option<PathBuf>,
}

/// Where a server listens.
#[derive(Clone, Debug, Default, Args)]
struct Listen {
    /// Where to answer SIP, UDP and TCP
    #[arg(long, value_name = "ADDR:PORT", env = "WARMLINE_SIP")]
    sip: Option<SocketAddr>,
    /// Where to answer HTTP
    #[arg(long, value_name = "ADDR:PORT", env = "WARMLINE_WEB")]
    web: Option<SocketAddr>,
}

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let matches = Cli::command().get_matches();
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(fault) => fault.exit(),
    };
    let quiet = !matches!(cli.command, Command::Serve(_));
    logging::start(quiet);
    let result = match cli.command {
        Command::Serve(serve) => serve.run(),
        Command::Call(call) => {
            let order = matches.subcommand_matches("call").map(call::input_order).unwrap_or_default();
            call.run(order)
        }
        Command::Hear(hear) => hear.run(),
        Command::Feel(feel) => feel.run(),
        Command::Speak(speak) => speak.run(),
        Command::Check(check) => check.run(),
        Command::Simulate(simulate) => simulate.run(),
        Command::Graph(graph) => graph.run(),
        Command::Test(test) => test.run(),
        Command::Flows(flows) => flows.run(),
        Command::Calls(calls) => calls.run(),
        Command::Models(models) => models.run(),
        Command::Doctor(doctor) => doctor.run(),
        Command::Bench(bench) => bench.run(),
    };
    match result {
        Ok(code) => code,
        Err(fault) => {
            eprintln!("warmline: {}", told(&fault));
            ExitCode::from(2)
        }
    }
}

/// A fault with its causes, each told once: many faults already speak of what caused them.
fn told(fault: &anyhow::Error) -> String {
    let mut text = fault.to_string();
    for cause in fault.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    text
}

/// A runtime for commands that wait for things.
fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    use anyhow::Context;
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("the asynchronous runtime does not start")
}
