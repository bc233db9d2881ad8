//! The figures as tables for the docs.

use std::fmt::Write as _;

use serde::Serialize;

use super::corpus::Emotion;
use super::measure::{Auc, Calibrated};

/// A whole run.
#[derive(Clone, Debug, Serialize)]
pub struct MoodReport {
    /// A line each: corpus, condition, who measured.
    pub lines: Vec<AucLine>,
    /// By emotion: corpus, how many, the share that tone alone flags.
    pub flagged: Vec<(String, Emotion, usize, f64)>,
    /// What happy recordings are taken for, by what is said.
    pub happy: Vec<Happy>,
    /// Corpus and whether a baseline was there, with the calibration.
    pub calibration: Vec<(String, bool, Calibrated)>,
    /// Corpus and correlation of arousal.
    pub arousal: Vec<(String, f64)>,
    /// Share of recordings with less than a second of voice, by corpus.
    pub too_short: Vec<(String, f64)>,
    /// Share of a core for a caller who never stops, CPU time over sound.
    pub core_share: f64,
}

/// Happy recordings with the same words beside each.
#[derive(Clone, Debug, Serialize)]
pub struct Happy {
    /// What is said.
    pub said: String,
    /// The share with distress of at least 0.5 on the first turn, and on the third.
    pub half: (f64, f64),
    /// The share with distress of at least 0.7.
    pub upset: (f64, f64),
}

/// How well distress is told.
#[derive(Clone, Debug, Serialize)]
pub struct AucLine {
    /// The corpus.
    pub corpus: String,
    /// The condition.
    pub condition: &'static str,
    /// Ours or the peer's.
    pub measured_by: &'static str,
    /// How many utterances.
    pub utterances: usize,
    /// Without a baseline.
    pub alone: Auc,
    /// Against the caller's own three calm utterances.
    pub baseline: Auc,
}

impl MoodReport {
    /// Tables in Markdown.
    pub fn markdown(&self) -> String {
        let mut text = String::from(
            "| corpus | heard as | measured by | utterances | AUC 1 | after 3 | after 5 | with baseline: AUC 1 | after 3 | after 5 |\n\
             |---|---|---|---|---|---|---|---|---|---|\n",
        );
        let some = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.3}"));
        for line in &self.lines {
            let _infallible = writeln!(
                text,
                "| {} | {} | {} | {} | {:.3} | {} | {} | {:.3} | {} | {} |",
                line.corpus,
                line.condition,
                line.measured_by,
                line.utterances,
                line.alone.one,
                some(line.alone.three),
                some(line.alone.five),
                line.baseline.one,
                some(line.baseline.three),
                some(line.baseline.five)
            );
        }
        text += "\nTone alone calls more likely distressed than not:\n\n| corpus | emotion | utterances | flagged |\n|---|---|---|---|\n";
        for (corpus, emotion, count, share) in &self.flagged {
            let emotion = format!("{emotion:?}").to_lowercase();
            let _infallible = writeln!(text, "| {corpus} | {emotion} | {count} | {:.0} % |", share * 100.0);
        }
        text += "\nHappy recordings (ravdess-dev and emodb) in a call, by what is said with them:\n\n\
                 | said | distress ≥ 0.5, first turn | third turn | ≥ 0.7, first turn | third turn |\n|---|---|---|---|---|\n";
        for Happy { said, half, upset } in &self.happy {
            let percent = |share: f64| format!("{:.0} %", share * 100.0);
            let _infallible = writeln!(
                text,
                "| {said} | {} | {} | {} | {} |",
                percent(half.0),
                percent(half.1),
                percent(upset.0),
                percent(upset.1)
            );
        }
        text += "\nCalibration (stated → true share, both sides weighing the same):\n\n| corpus | baseline | error | bins |\n|---|---|---|---|\n";
        for (corpus, baseline, calibrated) in &self.calibration {
            let bins: Vec<String> = calibrated
                .bins
                .iter()
                .map(|bin| format!("{:.2}→{:.2} ({})", bin.stated, bin.true_share, bin.utterances))
                .collect();
            let baseline = if *baseline { "yes" } else { "no" };
            let _infallible =
                writeln!(text, "| {corpus} | {baseline} | {:.3} | {} |", calibrated.error, bins.join(", "));
        }
        text += "\n| corpus | arousal: correlation with the usual rating of the emotion | under 1 s of voice |\n|---|---|---|\n";
        for ((corpus, correlation), (_, short)) in self.arousal.iter().zip(&self.too_short) {
            let _infallible = writeln!(text, "| {corpus} | {correlation:.2} | {:.1} % |", short * 100.0);
        }
        let _infallible = writeln!(
            text,
            "\nCost: {:.3} % of a core for a caller who speaks without a pause (CPU time over sound).",
            self.core_share * 100.0
        );
        text
    }

    /// The calibration as a picture: stated against true.
    pub fn plot(&self) -> String {
        let place = |stated: f64, share: f64| (60.0 + 360.0 * stated, 400.0 - 360.0 * share);
        let mut svg = String::from(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 450\" font-family=\"sans-serif\" font-size=\"13\">\n\
             <rect width=\"640\" height=\"450\" fill=\"#fff\"/>\n\
             <path d=\"M60 40V400H420\" fill=\"none\" stroke=\"#444\"/><path d=\"M60 400L420 40\" stroke=\"#bbb\" stroke-dasharray=\"5 4\"/>\n",
        );
        for step in [0.0, 0.5, 1.0] {
            let ((x, _), (_, y)) = (place(step, 0.0), place(0.0, step));
            let _infallible = writeln!(
                svg,
                "<text x=\"{x}\" y=\"418\" text-anchor=\"middle\">{step}</text><text x=\"52\" y=\"{}\" text-anchor=\"end\">{step}</text>",
                y + 4.0
            );
        }
        svg += "<text x=\"240\" y=\"438\" text-anchor=\"middle\">stated distress</text>\n\
                <text x=\"18\" y=\"220\" text-anchor=\"middle\" transform=\"rotate(-90 18 220)\">share angry or afraid</text>\n";
        let colours = ["#1b6ca8", "#7fb3d9", "#c2571a", "#e8a87c"];
        for (index, ((corpus, baseline, calibrated), colour)) in self.calibration.iter().zip(colours).enumerate() {
            let points: Vec<String> = calibrated
                .bins
                .iter()
                .map(|bin| place(bin.stated, bin.true_share))
                .map(|(x, y)| format!("{x:.0},{y:.0}"))
                .collect();
            let _infallible = writeln!(
                svg,
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
                points.join(" ")
            );
            for bin in &calibrated.bins {
                let (x, y) = place(bin.stated, bin.true_share);
                let radius = 2.0 + (bin.utterances as f64).sqrt() / 2.0;
                let _infallible =
                    writeln!(svg, "<circle cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"{radius:.1}\" fill=\"{colour}\"/>");
            }
            let y = 70 + 42 * index;
            let baseline = if *baseline { "with baseline" } else { "without baseline" };
            let _infallible = writeln!(
                svg,
                "<rect x=\"440\" y=\"{}\" width=\"14\" height=\"14\" fill=\"{colour}\"/><text x=\"460\" y=\"{}\">{corpus},</text><text x=\"460\" y=\"{}\">{baseline}: {:.3}</text>",
                y - 12,
                y,
                y + 16,
                calibrated.error
            );
        }
        svg + "</svg>\n"
    }
}
