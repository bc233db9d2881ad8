//! Where the time between the end of the caller's speech and the first sample of the reply went, computed
//! from the events of one call or many.

use std::fmt;

use super::event::{CallEvent, TimedEvent};

/// The parts of a reply's latency, one behind the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LatencyPart {
    /// From the end of speech to the decision that the turn is over.
    EndOfTurnWait,
    /// From there to the words.
    Recognition,
    /// From the words to the flow's reply, look-ups included.
    Flow,
    /// From there to the first clause's sound.
    Synthesis,
    /// From there to its first sample on the line.
    Playout,
}

impl LatencyPart {
    /// All parts, in their order in time.
    pub const ALL: [Self; 5] = [Self::EndOfTurnWait, Self::Recognition, Self::Flow, Self::Synthesis, Self::Playout];

    /// As tables name it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EndOfTurnWait => "end-of-turn wait",
            Self::Recognition => "recognition",
            Self::Flow => "flow",
            Self::Synthesis => "synthesis",
            Self::Playout => "playout",
        }
    }
}

/// The latency of one reply, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TurnLatency {
    /// When the reply's first sample was played, since the answer.
    pub t: u64,
    /// End of the caller's speech to that sample.
    pub total_ms: u64,
    /// In the order of [`LatencyPart::ALL`]; `None` where it was not measured.
    pub parts_ms: [Option<u64>; 5],
    /// Whether the first clause came from the cache.
    pub cached: bool,
}

/// Percentiles by nearest rank, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percentiles {
    /// How many values there were.
    pub count: usize,
    /// Half of them are no larger.
    pub p50: u64,
    /// 95 in 100 of them are no larger.
    pub p95: u64,
    /// The largest.
    pub most: u64,
}

impl Percentiles {
    /// The percentiles of `values`, `None` if there are none.
    pub fn of(values: impl IntoIterator<Item = u64>) -> Option<Self> {
        let mut values: Vec<u64> = values.into_iter().collect();
        values.sort_unstable();
        let most = *values.last()?;
        let rank = |percent: usize| values[(values.len() * percent).div_ceil(100).max(1) - 1];
        Some(Self { count: values.len(), p50: rank(50), p95: rank(95), most })
    }
}

/// The latencies of many replies. Printed, it is a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LatencyReport {
    /// Every reply to speech, in the order of the events.
    pub turns: Vec<TurnLatency>,
}

impl LatencyReport {
    /// The latencies that `events` tell of: those of one call, or of several one behind the other.
    pub fn of<'a>(events: impl IntoIterator<Item = &'a TimedEvent>) -> Self {
        let turns = events.into_iter().filter_map(|timed| match &timed.event {
            CallEvent::TurnTiming {
                latency_ms,
                end_of_turn_wait_ms,
                recognition_ms,
                flow_ms,
                synthesis_ms,
                playout_ms,
                cached,
            } => Some(TurnLatency {
                t: timed.t,
                total_ms: *latency_ms,
                parts_ms: [*end_of_turn_wait_ms, *recognition_ms, *flow_ms, *synthesis_ms, *playout_ms],
                cached: *cached,
            }),
            _ => None,
        });
        Self { turns: turns.collect() }
    }

    /// Only the replies whose first clause was, or was not, cached.
    pub fn only(&self, cached: bool) -> Self {
        Self { turns: self.turns.iter().copied().filter(|turn| turn.cached == cached).collect() }
    }

    /// End of speech to first sample.
    pub fn total(&self) -> Option<Percentiles> {
        Percentiles::of(self.turns.iter().map(|turn| turn.total_ms))
    }

    /// One part of it, over the replies where it was measured.
    pub fn part(&self, part: LatencyPart) -> Option<Percentiles> {
        Percentiles::of(self.turns.iter().filter_map(|turn| turn.parts_ms[part as usize]))
    }
}

impl fmt::Display for LatencyReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{:<24} {:>7} {:>7} {:>7} {:>7}", "ms", "replies", "p50", "p95", "most")?;
        let rows = LatencyPart::ALL.into_iter().map(|part| (part.as_str(), self.part(part)));
        let totals = [
            ("speech to reply", self.total()),
            ("  cached replies", self.only(true).total()),
            ("  fresh replies", self.only(false).total()),
        ];
        for (name, figures) in rows.chain(totals) {
            match figures {
                Some(Percentiles { count, p50, p95, most }) => {
                    writeln!(formatter, "{name:<24} {count:>7} {p50:>7} {p95:>7} {most:>7}")?;
                }
                None => writeln!(formatter, "{name:<24} {:>7} {:>7} {:>7} {:>7}", 0, "–", "–", "–")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timing(latency_ms: u64, recognition_ms: Option<u64>, cached: bool) -> TimedEvent {
        let event = CallEvent::TurnTiming {
            latency_ms,
            end_of_turn_wait_ms: Some(500),
            recognition_ms,
            flow_ms: Some(1),
            synthesis_ms: Some(if cached { 0 } else { 120 }),
            playout_ms: Some(20),
            cached,
        };
        TimedEvent { t: 1_000, event }
    }

    #[test]
    fn percentiles_are_values_that_occurred() {
        assert_eq!(Percentiles::of([]), None);
        assert_eq!(Percentiles::of([7]), Some(Percentiles { count: 1, p50: 7, p95: 7, most: 7 }));
        let hundred = Percentiles::of((1..=100).rev()).unwrap();
        assert_eq!((hundred.p50, hundred.p95, hundred.most), (50, 95, 100));
        let three = Percentiles::of([30, 10, 20]).unwrap();
        assert_eq!((three.p50, three.p95), (20, 30));
    }

    #[test]
    fn a_report_splits_the_latency_and_leaves_out_what_was_not_measured() {
        let events = [
            timing(900, Some(300), true),
            TimedEvent { t: 5, event: CallEvent::Key { key: '1' } },
            timing(1_100, None, false),
            timing(1_000, Some(400), true),
        ];
        let report = LatencyReport::of(&events);
        assert_eq!(report.turns.len(), 3);
        assert_eq!(report.total().unwrap().p50, 1_000);
        assert_eq!(report.only(true).total().unwrap().p95, 1_000);
        assert_eq!(report.only(false).total().unwrap().count, 1);
        let recognition = report.part(LatencyPart::Recognition).unwrap();
        assert_eq!((recognition.count, recognition.p50, recognition.most), (2, 300, 400));
        let table = report.to_string();
        assert!(table.contains("recognition                    2     300     400     400\n"), "{table}");
        assert!(LatencyReport::default().to_string().contains('–'));
    }
}
