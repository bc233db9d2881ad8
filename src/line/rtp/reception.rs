//! What a receiver keeps about a stream (RFC 3550, sections 6.4.1 and A.1, A.3, A.8), and when a new stream
//! takes the place of the one before.

use std::time::Duration;

/// The clock of G.711 and its events.
const CLOCK_RATE: u64 = 8_000;
/// A jump of the sequence number beyond this is a sender that has restarted (RFC 3550, A.1).
const MAX_DROPOUT: u16 = 3_000;
/// A step back up to this is a packet that came late (ten times the standard's: it costs nothing here).
const MAX_MISORDER: u16 = 1_000;
/// How many consecutive packets make a second stream the stream.
const PROBATION: u8 = 2;

/// What a packet is to the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamVerdict {
    /// The next of the stream.
    Goes,
    /// The first of a new stream, or of a sender that has restarted: buffers start anew.
    Starts,
    /// Of a second stream that has not lasted yet: not to be heard.
    Waits,
}

#[derive(Clone, Copy, Debug)]
struct Newcomer {
    ssrc: u32,
    next: u16,
    seen: u8,
}

/// The state of the stream that is heard.
#[derive(Clone, Debug)]
struct Stream {
    ssrc: u32,
    first: u32,
    /// The highest sequence number, with its wraps above bit 16.
    highest: u32,
    received: u32,
    expected_before: u32,
    received_before: u32,
    /// Arrival less timestamp of the last packet, in clock units.
    transit: u32,
    /// Sixteen times the jitter, in clock units.
    jitter: u32,
}

/// Reception of the far end's stream.
#[derive(Clone, Debug, Default)]
pub struct Reception {
    stream: Option<Stream>,
    newcomer: Option<Newcomer>,
    /// Packets lost by the streams before this one.
    lost_before: u64,
}

/// The fields of a report block that tell of reception.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceptionReport {
    pub ssrc: u32,
    /// Share lost since the last report, of 256.
    pub fraction_lost: u8,
    /// Packets lost since the stream began; negative when more came than were sent.
    pub cumulative_lost: i32,
    pub highest_sequence: u32,
    /// In clock units.
    pub jitter: u32,
}

impl Reception {
    /// Takes a valid packet of the far end's source.
    pub fn receive(&mut self, arrival: Duration, ssrc: u32, sequence: u16, timestamp: u32) -> StreamVerdict {
        let verdict = self.judge(ssrc, sequence);
        match (&mut self.stream, verdict) {
            (_, StreamVerdict::Waits) => {}
            (Some(stream), StreamVerdict::Goes) => stream.goes_on(arrival, sequence, timestamp),
            _ => {
                self.lost_before = self.lost();
                self.newcomer = None;
                self.stream = Some(Stream::new(arrival, ssrc, sequence, timestamp));
            }
        }
        verdict
    }

    /// Whatever comes next is the stream: it comes from another source, which has been proven.
    pub fn source_changed(&mut self) {
        self.lost_before = self.lost();
        self.stream = None;
        self.newcomer = None;
    }

    /// Takes a packet of the stream that carries no sound (an event, comfort noise): it counts as received, and
    /// its timestamp tells nothing of jitter.
    pub fn receive_other(&mut self, ssrc: u32, sequence: u16) {
        if let Some(stream) = self.stream.as_mut().filter(|stream| stream.ssrc == ssrc) {
            stream.count(sequence);
        }
    }

    fn judge(&mut self, ssrc: u32, sequence: u16) -> StreamVerdict {
        let Some(stream) = &self.stream else { return StreamVerdict::Starts };
        if stream.ssrc == ssrc {
            let ahead = sequence.wrapping_sub(stream.highest as u16);
            if !(MAX_DROPOUT..=u16::MAX - MAX_MISORDER).contains(&ahead) {
                return StreamVerdict::Goes;
            }
        }
        let follows = self.newcomer.filter(|newcomer| newcomer.ssrc == ssrc && newcomer.next == sequence);
        let seen = follows.map_or(0, |newcomer| newcomer.seen) + 1;
        self.newcomer = Some(Newcomer { ssrc, next: sequence.wrapping_add(1), seen });
        if seen >= PROBATION { StreamVerdict::Starts } else { StreamVerdict::Waits }
    }

    /// Packets that never came, over all streams.
    pub fn lost(&self) -> u64 {
        let now = self.stream.as_ref().map_or(0, Stream::lost);
        self.lost_before + u64::try_from(now.max(0)).unwrap_or(0)
    }

    /// Interarrival jitter.
    pub fn jitter(&self) -> Duration {
        let units = self.stream.as_ref().map_or(0, |stream| u64::from(stream.jitter >> 4));
        Duration::from_micros(units * 1_000_000 / CLOCK_RATE)
    }

    /// The report on the stream since the last one; `None` before the first packet.
    pub fn report(&mut self) -> Option<ReceptionReport> {
        self.stream.as_mut().map(Stream::report)
    }
}

impl Stream {
    const fn new(arrival: Duration, ssrc: u32, sequence: u16, timestamp: u32) -> Self {
        Self {
            ssrc,
            first: sequence as u32,
            highest: sequence as u32,
            received: 1,
            expected_before: 0,
            received_before: 0,
            transit: clock_units(arrival).wrapping_sub(timestamp),
            jitter: 0,
        }
    }

    fn count(&mut self, sequence: u16) {
        self.received = self.received.wrapping_add(1);
        let ahead = sequence.wrapping_sub(self.highest as u16);
        if ahead < MAX_DROPOUT {
            self.highest = self.highest.wrapping_add(u32::from(ahead));
        }
    }

    fn goes_on(&mut self, arrival: Duration, sequence: u16, timestamp: u32) {
        self.count(sequence);
        let transit = clock_units(arrival).wrapping_sub(timestamp);
        let change = (transit.wrapping_sub(self.transit) as i32).unsigned_abs();
        self.transit = transit;
        // A pause in which the sender's clock stood still is no jitter.
        if u64::from(change) < CLOCK_RATE {
            self.jitter = (self.jitter + change).saturating_sub((self.jitter + 8) >> 4);
        }
    }

    const fn expected(&self) -> u32 {
        self.highest.wrapping_sub(self.first).wrapping_add(1)
    }

    const fn lost(&self) -> i64 {
        self.expected() as i64 - self.received as i64
    }

    fn report(&mut self) -> ReceptionReport {
        let expected = self.expected().wrapping_sub(self.expected_before);
        let received = self.received.wrapping_sub(self.received_before);
        self.expected_before = self.expected();
        self.received_before = self.received;
        let lost = expected.saturating_sub(received);
        let fraction = if expected == 0 { 0 } else { u64::from(lost) * 256 / u64::from(expected) };
        // 24 bits with a sign.
        let cumulative = self.lost().clamp(-0x80_0000, 0x7f_ffff);
        ReceptionReport {
            ssrc: self.ssrc,
            fraction_lost: fraction.min(255) as u8,
            cumulative_lost: cumulative as i32,
            highest_sequence: self.highest,
            jitter: self.jitter >> 4,
        }
    }
}

/// `time` on the clock of the stream; it wraps, as timestamps do.
const fn clock_units(time: Duration) -> u32 {
    (time.as_micros() * CLOCK_RATE as u128 / 1_000_000) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn loss_is_counted_in_all_and_since_the_last_report() {
        let mut reception = Reception::default();
        for number in (0..100u16).filter(|number| number % 4 != 3) {
            let sequence = 65_500u16.wrapping_add(number);
            reception.receive(at(u64::from(number) * 20), 7, sequence, u32::from(number) * 160);
        }
        let report = reception.report().unwrap();
        assert_eq!(report.cumulative_lost, 24);
        assert_eq!(report.fraction_lost, (24 * 256 / 99) as u8);
        assert_eq!(report.highest_sequence, 65_500 + 98);
        for number in 99..110u16 {
            let sequence = 65_500u16.wrapping_add(number);
            reception.receive(at(u64::from(number) * 20), 7, sequence, u32::from(number) * 160);
        }
        assert_eq!(reception.report().unwrap().fraction_lost, 0);
        assert_eq!(reception.lost(), 24);
    }

    #[test]
    fn jitter_is_that_of_the_standard() {
        let mut even = Reception::default();
        let mut uneven = Reception::default();
        for number in 0..500u16 {
            let sent = u64::from(number) * 20;
            let late = if number % 2 == 0 { 0 } else { 10 };
            even.receive(at(sent), 7, number, u32::from(number) * 160);
            uneven.receive(at(sent + late), 7, number, u32::from(number) * 160);
        }
        assert_eq!(even.jitter(), Duration::ZERO);
        // Every packet is 10 ms off the one before it, so that is where the average settles.
        let jitter = uneven.jitter().as_millis();
        assert!((9..=10).contains(&jitter), "{jitter}");
    }

    #[test]
    fn one_stray_packet_of_another_stream_is_not_heard() {
        let mut reception = Reception::default();
        assert_eq!(reception.receive(at(0), 7, 1, 160), StreamVerdict::Starts);
        assert_eq!(reception.receive(at(20), 8, 500, 0), StreamVerdict::Waits);
        assert_eq!(reception.receive(at(20), 7, 2, 320), StreamVerdict::Goes);
    }

    #[test]
    fn a_new_stream_that_lasts_is_heard() {
        let mut reception = Reception::default();
        reception.receive(at(0), 7, 1, 160);
        assert_eq!(reception.receive(at(20), 8, u16::MAX, 0), StreamVerdict::Waits);
        assert_eq!(reception.receive(at(40), 8, 0, 160), StreamVerdict::Starts);
        assert_eq!(reception.receive(at(60), 8, 1, 320), StreamVerdict::Goes);
        assert_eq!(reception.report().unwrap().ssrc, 8);
    }

    #[test]
    fn a_sender_that_restarts_its_numbers_is_heard_again() {
        let mut reception = Reception::default();
        reception.receive(at(0), 7, 100, 160);
        assert_eq!(reception.receive(at(20), 7, 30_000, 0), StreamVerdict::Waits);
        assert_eq!(reception.receive(at(40), 7, 30_001, 160), StreamVerdict::Starts);
    }
}
