//! Figures in the Prometheus text exposition format, version 0.0.4.

use std::fmt::Write;

/// What kind of figure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricKind {
    /// It goes up and down.
    Gauge,
    /// It only goes up; its name ends in `_total`.
    Counter,
}

/// One figure, with one value or several told apart by a label.
#[derive(Clone, Debug)]
pub struct Metric {
    /// `warmline_<noun>_<unit>[_total]`.
    pub name: &'static str,
    /// What it tells, one line.
    pub help: &'static str,
    /// Gauge or counter.
    pub kind: MetricKind,
    /// The label's name and value where there are several, and the value.
    pub values: Vec<(Option<(&'static str, String)>, f64)>,
}

impl Metric {
    /// A gauge of one value.
    pub fn gauge(name: &'static str, help: &'static str, value: f64) -> Self {
        Self { name, help, kind: MetricKind::Gauge, values: vec![(None, value)] }
    }

    /// A counter of one value.
    pub fn counter(name: &'static str, help: &'static str, value: f64) -> Self {
        Self { name, help, kind: MetricKind::Counter, values: vec![(None, value)] }
    }

    /// One with several values, told apart by `label`.
    pub fn labelled(
        name: &'static str,
        help: &'static str,
        kind: MetricKind,
        label: &'static str,
        values: impl IntoIterator<Item = (String, f64)>,
    ) -> Self {
        let values = values.into_iter().map(|(of, value)| (Some((label, of)), value)).collect();
        Self { name, help, kind, values }
    }
}

/// The figures as text.
pub fn render(metrics: &[Metric]) -> String {
    let mut text = String::new();
    for metric in metrics {
        let kind = match metric.kind {
            MetricKind::Gauge => "gauge",
            MetricKind::Counter => "counter",
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "# HELP {} {}\n# TYPE {} {kind}", metric.name, metric.help, metric.name);
        for (label, value) in &metric.values {
            let _ = match label {
                None => writeln!(text, "{} {value}", metric.name),
                Some((name, of)) => writeln!(text, "{}{{{name}=\"{}\"}} {value}", metric.name, escape(of)),
            };
        }
    }
    text
}

fn escape(label: &str) -> String {
    label.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_as_prometheus_writes_them() {
        let metrics = [
            Metric::gauge("warmline_calls", "Calls that run now.", 2.0),
            Metric::labelled(
                "warmline_calls_ended_total",
                "Calls ended.",
                MetricKind::Counter,
                "reason",
                [("caller_hung_up".to_owned(), 3.0), ("a\"b".to_owned(), 0.5)],
            ),
        ];
        let expected = "# HELP warmline_calls Calls that run now.\n# TYPE warmline_calls gauge\nwarmline_calls 2\n\
            # HELP warmline_calls_ended_total Calls ended.\n# TYPE warmline_calls_ended_total counter\n\
            warmline_calls_ended_total{reason=\"caller_hung_up\"} 3\nwarmline_calls_ended_total{reason=\"a\\\"b\"} 0.5\n";
        assert_eq!(render(&metrics), expected);
    }
}
