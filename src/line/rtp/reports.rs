//! When reports go out, and what comes of those that come in (RFC 3550, section 6).

use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::control::{Counters, Shared};
use super::inbound::Inbound;
use super::outbound::Outbound;
use super::rtcp::{self, MAX_REPORT, Report, ReportBlock, SenderInfo};

/// The mean time between two reports; each is off by up to a half, so that reports do not march in step.
const INTERVAL: Duration = Duration::from_secs(5);

/// The reporting of a session.
pub struct Reports {
    /// Ours, to all reports; means nothing and names nobody (RFC 7022).
    name: String,
    next: Option<Duration>,
    /// Wall time at the zero of the loop's clock, since 1970; taken at the first report.
    epoch: Option<Duration>,
    /// The last sender report that came: its time on the far end's clock, and when it came.
    last_sender_report: Option<(u32, Duration)>,
    /// What had been sent at the last report.
    sent_before: u64,
}

impl Reports {
    pub fn new() -> Self {
        Self {
            name: format!("{:016x}", rand::random::<u64>()),
            next: None,
            epoch: None,
            last_sender_report: None,
            sent_before: 0,
        }
    }

    /// Whether a report is due. The first one is due half an interval after the first question.
    pub fn is_due(&mut self, now: Duration) -> bool {
        let Some(next) = self.next else {
            self.next = Some(now + INTERVAL / 2);
            return false;
        };
        if now < next {
            return false;
        }
        self.next = Some(now + INTERVAL.mul_f64(rand::random_range(0.5..1.5)));
        true
    }

    /// Writes a report: a sender report if anything was sent since the last, otherwise a receiver report.
    pub fn write(
        &mut self,
        now: Duration,
        inbound: &mut Inbound,
        outbound: &Outbound,
        shared: &Shared,
        goodbye: bool,
        out: &mut [u8; MAX_REPORT],
    ) -> usize {
        let sent = shared.counters.sent.get();
        let has_sent = sent != self.sent_before;
        self.sent_before = sent;
        let sender = has_sent.then(|| SenderInfo {
            ntp: self.ntp(now),
            timestamp: outbound.timestamp,
            packets: sent as u32,
            bytes: shared.counters.sent_bytes.get() as u32,
        });
        let block = inbound.reception.report().map(|reception| {
            let (last_sender_report, delay) = self.last_sender_report.map_or((0, 0), |(middle, arrival)| {
                let units = now.saturating_sub(arrival).as_micros() * 65_536 / 1_000_000;
                (middle, u32::try_from(units).unwrap_or(u32::MAX))
            });
            ReportBlock { reception, last_sender_report, delay }
        });
        Report { ssrc: outbound.ssrc, sender, block, name: &self.name, goodbye }.write(out)
    }

    /// Takes a compound packet of the far end; false if it is none.
    pub fn take(&mut self, now: Duration, datagram: &[u8], ours: u32, counters: &Counters) -> bool {
        let Some(told) = rtcp::parse(datagram, ours) else { return false };
        if let Some(middle) = told.sender_report {
            self.last_sender_report = Some((middle, now));
        }
        if let Some(block) = told.block {
            counters.far_fraction_lost.store(u32::from(block.reception.fraction_lost), Ordering::Relaxed);
            if let Some(round_trip) = rtcp::round_trip(&block, rtcp::ntp_middle(self.ntp(now))) {
                counters.round_trip_microseconds.set(u64::try_from(round_trip.as_micros()).unwrap_or(0).max(1));
            }
        }
        true
    }

    fn ntp(&mut self, now: Duration) -> u64 {
        let epoch = *self.epoch.get_or_insert_with(|| {
            let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            wall.saturating_sub(now)
        });
        rtcp::ntp(epoch + now)
    }
}
