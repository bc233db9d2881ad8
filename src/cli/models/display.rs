//! Shows an installation's progress: a bar on a terminal, plain lines elsewhere.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

use super::Progress;

/// A bar on a terminal; in a log file or a pipe, a line when something begins and when it is done.
pub struct ProgressDisplay {
    on_terminal: bool,
    bar: Option<ProgressBar>,
    what: String,
}

impl Default for ProgressDisplay {
    fn default() -> Self {
        Self { on_terminal: std::io::stderr().is_terminal(), bar: None, what: String::new() }
    }
}

impl ProgressDisplay {
    /// Shows one step on the standard error.
    pub fn show(&mut self, progress: Progress) {
        match progress {
            Progress::Skipped { what } => eprintln!("{what}: already in place"),
            Progress::Started { what, total } if self.on_terminal => self.begin_bar(what, total),
            Progress::Started { what, total } => {
                eprintln!("{what} ({:.1} MB)", total as f64 / 1e6);
                self.what = what;
            }
            Progress::Advanced { done } => {
                if let Some(bar) = &self.bar {
                    bar.set_position(done);
                }
            }
            Progress::Finished => match self.bar.take() {
                Some(bar) => bar.finish(),
                None => eprintln!("{}: done", self.what),
            },
        }
    }

    fn begin_bar(&mut self, what: String, total: u64) {
        let style = ProgressStyle::with_template("{msg:40} {bar:30} {bytes:>10} of {total_bytes} {eta}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::new(total).with_style(style).with_message(what);
        self.bar = Some(bar);
    }
}
