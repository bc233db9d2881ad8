//! `warmline simulate`: a call in the terminal. Type as the caller, see what would be said, and why.

mod command;
mod outside;
mod simulation;
mod telling;
#[cfg(test)]
mod tests;
mod transcript;

use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use rustyline::error::ReadlineError;

use super::{Common, assemble, folder, runtime};
use crate::Private;
use crate::flow::rehearsal::{Setting, Who, show};
use crate::words::Language;
use outside::Real;
use simulation::{Parts, Reply, Simulation};
use telling::Dress;

/// A call without sound: type what the caller says; see what is said, which step it is at, what was understood and
/// why. Look-ups ask the real connections unless they are stubbed; nothing is ever changed or sent.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  warmline simulate\n  warmline simulate --bundle prompts/shop --flow order_status --at 2026-01-09T10:00\n  printf 'where is my order\\n#12345678\\n' | warmline simulate --bundle prompts/shop\n\nInside, !help shows what can be typed: keys, silence, stubs, moods, time travel, !undo, !save."
)]
pub(super) struct Simulate {
    #[command(flatten)]
    common: Common,
    /// The folder of the bundle, as --bundle
    dir: Option<PathBuf>,
    /// Begin with this flow instead of the bundle's own start
    #[arg(long, value_name = "NAME")]
    flow: Option<String>,
    /// What time it is taken to be: 2026-01-09T10:00, or with an offset
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// The language the call begins in
    #[arg(long, value_name = "L")]
    lang: Option<Language>,
    /// The number the caller rings from
    #[arg(long, value_name = "NUMBER")]
    from: Option<String>,
    /// Decides which variant of a sentence comes first
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// One JSON object for everything that happens
    #[arg(long)]
    json: bool,
}

/// How a line is typed, and where what was typed before is kept.
const PROMPT: &str = "you> ";
const HISTORY: &str = "simulate-history";

impl Simulate {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let mut common = self.common.clone();
        folder::at_folder(&mut common, self.dir.as_deref())?;
        let config = assemble::designers_config(&common)?;
        let bundle = assemble::bundle(&config)?;
        let mut setting =
            Setting { at: jiff::Timestamp::now(), seed: self.seed, flow: self.flow.clone(), ..Setting::default() };
        if let Some(at) = &self.at {
            setting.at = assemble::moment(at, bundle.timezone())?;
        }
        setting.facts.caller_number = self.from.clone().map(Private::new);
        setting.facts.language = self.lang;
        let operators = config.operators();
        let outside =
            Real { connections: assemble::connections(&config), operators: operators.clone(), runtime: runtime()? };
        let at_terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
        let parts = Parts {
            bundle,
            operators,
            folder: config.bundle.clone(),
            setting,
            outside: Box::new(outside),
            dress: if at_terminal && !self.json { Dress::Colours } else { Dress::Plain },
        };
        let (simulation, first) = Simulation::begin(parts)?;
        let mut printer = Printer { json: self.json };
        if at_terminal && !self.json {
            println!("Type what the caller says; !help shows what else. Ctrl-D leaves.\n");
        }
        printer.print(&simulation, &first)?;
        if at_terminal {
            type_in(simulation, &mut printer, &config.data.join(HISTORY))
        } else {
            read_in(simulation, &mut printer, self.json)
        }
    }
}

/// Prints replies; a reader who has gone is no fault.
struct Printer {
    json: bool,
}

impl Printer {
    fn print(&mut self, simulation: &Simulation, reply: &Reply) -> anyhow::Result<()> {
        let mut out = std::io::stdout().lock();
        if !self.json {
            write!(out, "{}", reply.text).and_then(|()| out.flush()).context("what was printed is not read")?;
            return Ok(());
        }
        for shown in reply.happened.iter().filter_map(show) {
            let who = match shown.who {
                Who::Bot => "bot",
                Who::Caller => "caller",
                Who::Aside => "aside",
            };
            let line = serde_json::json!({ "t": shown.at, "who": who, "text": simulation.shown(&shown.text) });
            writeln!(out, "{line}").context("what was printed is not read")?;
        }
        if reply.refused {
            writeln!(out, "{}", serde_json::json!({ "refused": reply.text.trim_end() }))?;
        }
        Ok(())
    }
}

/// Lines from a terminal, with editing and what was typed before.
fn type_in(mut simulation: Simulation, printer: &mut Printer, history: &std::path::Path) -> anyhow::Result<ExitCode> {
    let mut editor = rustyline::DefaultEditor::new().context("the terminal cannot be used")?;
    // What was typed before is a convenience: without it, all else goes on.
    let _ = editor.load_history(history);
    loop {
        match editor.readline(PROMPT) {
            Ok(line) => {
                if !line.trim().is_empty() {
                    let _ = editor.add_history_entry(line.as_str());
                }
                let reply = simulation.line(&line);
                printer.print(&simulation, &reply)?;
                if reply.leaves {
                    break;
                }
            }
            Err(ReadlineError::Eof | ReadlineError::Interrupted) => break,
            Err(fault) => return Err(anyhow::Error::new(fault).context("the terminal cannot be read")),
        }
    }
    if let Some(folder) = history.parent() {
        let _ = std::fs::create_dir_all(folder);
    }
    let _ = editor.save_history(history);
    Ok(ExitCode::SUCCESS)
}

/// Lines from a file or a pipe: what is typed is shown, and a line that cannot be done makes the exit code 1.
fn read_in(mut simulation: Simulation, printer: &mut Printer, json: bool) -> anyhow::Result<ExitCode> {
    let mut all_done = true;
    for line in std::io::stdin().lock().lines() {
        let line = line.context("the lines cannot be read")?;
        if !json {
            println!("{PROMPT}{line}");
        }
        let reply = simulation.line(&line);
        all_done &= !reply.refused;
        printer.print(&simulation, &reply)?;
        if reply.leaves {
            break;
        }
    }
    Ok(if all_done { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
