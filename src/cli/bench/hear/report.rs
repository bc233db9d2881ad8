//! What a run found, as JSON and as a table for the docs.

use serde::Serialize;

use super::nothing::{self, NothingReport};
use super::score::Errors;
use super::strings::{self, StringsReport};

/// A whole run.
#[derive(Debug, Clone, Serialize)]
pub struct HearReport {
    /// The model's file name.
    pub model: String,
    /// Threads an utterance, ours and the peer's alike.
    pub threads: usize,
    /// Cores of the machine.
    pub cores: usize,
    /// One for each set of recordings.
    pub sets: Vec<SetReport>,
    /// Digit strings, a set and a condition each.
    pub strings: Vec<StringsReport>,
    /// Words made up where nobody spoke.
    pub nothing: Vec<NothingReport>,
    /// How well confidence fits, as text, when that was asked for.
    pub calibration: String,
}

/// One set of recordings.
#[derive(Debug, Clone, Serialize)]
pub struct SetReport {
    /// The set's name.
    pub set: String,
    /// How many recordings.
    pub recordings: usize,
    /// `wer` or `cer`.
    pub measure: &'static str,
    /// Ours.
    pub warmline: Figures,
    /// The peer's, when it ran.
    pub faster_whisper: Option<Figures>,
}

/// Error and time of one recogniser over one set.
#[derive(Debug, Clone, Serialize)]
pub struct Figures {
    /// The share of wrong words or characters.
    pub error: f64,
    /// Half of the utterances took at most this many milliseconds.
    pub p50_ms: f64,
    /// 95 of 100 utterances took at most this many milliseconds.
    pub p95_ms: f64,
    /// Utterances that were listened to twice.
    pub second_tries: usize,
}

impl Figures {
    /// Sums up the errors and times of a set.
    pub(super) fn of(errors: Errors, mut milliseconds: Vec<f64>, second_tries: usize) -> Self {
        milliseconds.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let index = ((milliseconds.len() as f64 * share).ceil() as usize).saturating_sub(1);
            milliseconds.get(index).copied().unwrap_or(0.0)
        };
        Self { error: errors.rate(), p50_ms: at(0.50), p95_ms: at(0.95), second_tries }
    }
}

impl HearReport {
    /// A table in Markdown.
    pub fn markdown(&self) -> String {
        let mut table = format!(
            "{} on {} threads, {} cores; telephone band (8 kHz, 300–3400 Hz, mu-law)\n\n\
             | set | recordings | error | p50 ms | p95 ms | faster-whisper error | p50 ms | p95 ms | p50 ratio |\n\
             |---|---|---|---|---|---|---|---|---|\n",
            self.model, self.threads, self.cores
        );
        for set in &self.sets {
            let ours = &set.warmline;
            let peer = match &set.faster_whisper {
                Some(peer) => format!(
                    "{:.3} | {:.0} | {:.0} | {:.2}",
                    peer.error,
                    peer.p50_ms,
                    peer.p95_ms,
                    ours.p50_ms / peer.p50_ms
                ),
                None => "– | – | – | –".to_owned(),
            };
            table += &format!(
                "| {} | {} | {:.3} ({}) | {:.0} | {:.0} | {peer} |\n",
                set.set, set.recordings, ours.error, set.measure, ours.p50_ms, ours.p95_ms
            );
        }
        if !self.strings.is_empty() {
            table += "\n";
            table += &strings::markdown(&self.strings);
        }
        if !self.nothing.is_empty() {
            table += "\n";
            table += &nothing::markdown(&self.nothing);
        }
        if !self.calibration.is_empty() {
            table += "\n";
            table += &self.calibration;
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_utterances() {
        let milliseconds = (1..=100).rev().map(f64::from).collect();
        let figures = Figures::of(Errors { wrong: 1, said: 4 }, milliseconds, 0);
        assert_eq!((figures.error, figures.p50_ms, figures.p95_ms), (0.25, 50.0, 95.0));
    }
}
