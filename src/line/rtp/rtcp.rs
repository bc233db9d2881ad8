//! RTCP (RFC 3550, section 6): sender and receiver reports, the name of the source, and goodbye.

use std::time::Duration;

use super::reception::ReceptionReport;

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const DESCRIPTION: u8 = 202;
const GOODBYE: u8 = 203;
/// The item of a source description that names the source.
const CNAME: u8 = 1;
/// Bytes of a report block.
const BLOCK: usize = 24;

/// More than any report we write: a sender report with one block, a name of 64 bytes, a goodbye.
pub const MAX_REPORT: usize = 192;

/// What we tell as a sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SenderInfo {
    /// Now, as an NTP timestamp.
    pub ntp: u64,
    /// Now, on the clock of our packets.
    pub timestamp: u32,
    pub packets: u32,
    pub bytes: u32,
}

/// A report block, as sent or received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportBlock {
    pub reception: ReceptionReport,
    /// The middle of the NTP timestamp of the last sender report that came; 0 if none did.
    pub last_sender_report: u32,
    /// How long ago that was, in 1/65536 s.
    pub delay: u32,
}

/// A report to write. Without `sender` it is a receiver report.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    pub ssrc: u32,
    pub sender: Option<SenderInfo>,
    pub block: Option<ReportBlock>,
    /// The name of our source, at most 64 bytes of it.
    pub name: &'a str,
    pub goodbye: bool,
}

/// Writes words in network order into a buffer that is known to be long enough.
struct Writer<'a> {
    out: &'a mut [u8; MAX_REPORT],
    length: usize,
}

impl Writer<'_> {
    fn bytes(&mut self, bytes: &[u8]) {
        if let Some(place) = self.out.get_mut(self.length..self.length + bytes.len()) {
            place.copy_from_slice(bytes);
            self.length += bytes.len();
        }
    }

    fn word(&mut self, word: u32) {
        self.bytes(&word.to_be_bytes());
    }

    /// Writes a packet's head and gives where its length stands.
    fn head(&mut self, count: u8, kind: u8) -> usize {
        let start = self.length;
        self.bytes(&[0x80 | count, kind, 0, 0]);
        start
    }

    /// Fills in the length of the packet that began at `start`, in words less one.
    fn close(&mut self, start: usize) {
        let words = ((self.length - start) / 4 - 1) as u16;
        self.out[start + 2..start + 4].copy_from_slice(&words.to_be_bytes());
    }
}

impl Report<'_> {
    /// Writes the compound packet and gives its length.
    pub fn write(&self, out: &mut [u8; MAX_REPORT]) -> usize {
        let mut writer = Writer { out, length: 0 };
        let kind = if self.sender.is_some() { SENDER_REPORT } else { RECEIVER_REPORT };
        let report = writer.head(u8::from(self.block.is_some()), kind);
        writer.word(self.ssrc);
        if let Some(sender) = self.sender {
            writer.bytes(&sender.ntp.to_be_bytes());
            writer.word(sender.timestamp);
            writer.word(sender.packets);
            writer.word(sender.bytes);
        }
        if let Some(block) = self.block {
            let reception = block.reception;
            writer.word(reception.ssrc);
            writer.word(u32::from(reception.fraction_lost) << 24 | (reception.cumulative_lost as u32 & 0xff_ffff));
            writer.word(reception.highest_sequence);
            writer.word(reception.jitter);
            writer.word(block.last_sender_report);
            writer.word(block.delay);
        }
        writer.close(report);

        let description = writer.head(1, DESCRIPTION);
        writer.word(self.ssrc);
        let name = &self.name.as_bytes()[..self.name.len().min(64)];
        writer.bytes(&[CNAME, name.len() as u8]);
        writer.bytes(name);
        // The list of items ends with a zero, and the packet at a whole word.
        let padding = 4 - (writer.length - description) % 4;
        writer.bytes(&[0; 4][..padding]);
        writer.close(description);

        if self.goodbye {
            let goodbye = writer.head(1, GOODBYE);
            writer.word(self.ssrc);
            writer.close(goodbye);
        }
        writer.length
    }
}

/// What a compound packet of the far end tells us.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The middle 32 bits of the NTP timestamp of a sender report.
    pub sender_report: Option<u32>,
    /// The block about our stream.
    pub block: Option<ReportBlock>,
    /// Whether a source said goodbye.
    pub goodbye: bool,
}

/// Reads a compound packet; `ours` is our SSRC. `None` if it is not RTCP.
pub fn parse(datagram: &[u8], ours: u32) -> Option<Told> {
    let mut told = Told::default();
    let mut rest = datagram;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let (head, _) = rest.split_first_chunk::<4>()?;
        if head[0] >> 6 != 2 || !(192..=223).contains(&head[1]) {
            return None;
        }
        let length = (usize::from(u16::from_be_bytes([head[2], head[3]])) + 1) * 4;
        let (packet, following) = rest.split_at_checked(length)?;
        let count = usize::from(head[0] & 0x1f);
        match head[1] {
            SENDER_REPORT => {
                told.sender_report = word(packet, 8).zip(word(packet, 12)).map(|(high, low)| high << 16 | low >> 16);
                told.sender_report?;
                told.block = find_block(packet.get(28..)?, count, ours).or(told.block);
            }
            RECEIVER_REPORT => told.block = find_block(packet.get(8..)?, count, ours).or(told.block),
            GOODBYE => told.goodbye = true,
            _ => {}
        }
        rest = following;
    }
    Some(told)
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk::<4>().map(|word| u32::from_be_bytes(*word))
}

fn find_block(blocks: &[u8], count: usize, ours: u32) -> Option<ReportBlock> {
    blocks.chunks_exact(BLOCK).take(count).find(|block| word(block, 0) == Some(ours)).and_then(|block| {
        let loss = word(block, 4)?;
        // 24 bits with a sign: shifted up and down again.
        let cumulative_lost = (loss << 8) as i32 >> 8;
        let reception = ReceptionReport {
            ssrc: ours,
            fraction_lost: (loss >> 24) as u8,
            cumulative_lost,
            highest_sequence: word(block, 8)?,
            jitter: word(block, 12)?,
        };
        Some(ReportBlock { reception, last_sender_report: word(block, 16)?, delay: word(block, 20)? })
    })
}

/// `since_epoch` (1970) as an NTP timestamp: seconds since 1900 above, fractions below.
pub const fn ntp(since_epoch: Duration) -> u64 {
    /// Seconds from 1900 to 1970.
    const EPOCHS_APART: u64 = 2_208_988_800;
    let fraction = (since_epoch.subsec_nanos() as u64) << 32;
    (since_epoch.as_secs().wrapping_add(EPOCHS_APART) << 32) | (fraction / 1_000_000_000)
}

/// The middle 32 bits of an NTP timestamp: 1/65536 s.
pub const fn ntp_middle(ntp: u64) -> u32 {
    (ntp >> 16) as u32
}

/// The round trip that a block proves at `now` (the middle of NTP), or `None` if it proves none.
pub fn round_trip(block: &ReportBlock, now: u32) -> Option<Duration> {
    if block.last_sender_report == 0 {
        return None;
    }
    let units = now.wrapping_sub(block.last_sender_report).wrapping_sub(block.delay);
    // A minute or more, or less than nothing, is a report that lies.
    (units < 60 << 16).then(|| Duration::from_micros(u64::from(units) * 1_000_000 / 65_536))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::{Config, RngSeed};

    use super::*;

    fn block(ssrc: u32) -> ReportBlock {
        let reception =
            ReceptionReport { ssrc, fraction_lost: 64, cumulative_lost: -2, highest_sequence: 0x1_0005, jitter: 17 };
        ReportBlock { reception, last_sender_report: 0xaabb_ccdd, delay: 65_536 }
    }

    #[test]
    fn what_is_written_is_read_and_is_whole_words() {
        let sender = SenderInfo { ntp: 0x1111_aabb_ccdd_2222, timestamp: 160, packets: 50, bytes: 8000 };
        for name in ["", "a", "abc", "abcd", "0123456789abcdef"] {
            let report = Report { ssrc: 5, sender: Some(sender), block: Some(block(9)), name, goodbye: true };
            let mut bytes = [0; MAX_REPORT];
            let length = report.write(&mut bytes);
            assert_eq!(length % 4, 0);
            let told = parse(&bytes[..length], 9).unwrap();
            assert_eq!(told.sender_report, Some(0xaabb_ccdd));
            assert_eq!(told.block, Some(block(9)));
            assert!(told.goodbye);
            assert_eq!(parse(&bytes[..length], 10).unwrap().block, None, "a block about somebody else");
        }
    }

    #[test]
    fn a_receiver_report_has_the_bytes_of_the_standard() {
        let report = Report { ssrc: 0x0102_0304, sender: None, block: None, name: "w", goodbye: false };
        let mut bytes = [0; MAX_REPORT];
        let length = report.write(&mut bytes);
        assert_eq!(bytes[..length], [0x80, 201, 0, 1, 1, 2, 3, 4, 0x81, 202, 0, 2, 1, 2, 3, 4, 1, 1, b'w', 0],);
    }

    #[test]
    fn the_longest_report_fits() {
        let sender = SenderInfo { ntp: 1, timestamp: 1, packets: 1, bytes: 1 };
        let name = "x".repeat(300);
        let report = Report { ssrc: 5, sender: Some(sender), block: Some(block(9)), name: &name, goodbye: true };
        let mut bytes = [0; MAX_REPORT];
        let length = report.write(&mut bytes);
        assert!(parse(&bytes[..length], 9).is_some_and(|told| told.goodbye));
    }

    #[test]
    fn the_round_trip_is_what_remains_after_the_delay() {
        let now = 0xaabb_ccdd + 65_536 + 6_554;
        assert_eq!(round_trip(&block(1), now).unwrap().as_millis(), 100);
        assert_eq!(round_trip(&block(1), 0xaabb_ccdd), None, "an answer before the question");
    }

    #[test]
    fn ntp_counts_from_1900() {
        assert_eq!(ntp(Duration::from_millis(500)), (2_208_988_800 << 32) + (1 << 31));
    }

    fn config() -> Config {
        Config { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..Config::default() }
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            parse(&bytes, 1);
        }

        #[test]
        fn random_compounds_never_panic(
            packets in proptest::collection::vec((0u8..32, 200u8..208, 0u16..12), 0..5),
            fill in any::<u8>(),
        ) {
            let mut bytes = Vec::new();
            for (count, kind, words) in packets {
                bytes.extend([0x80 | count, kind]);
                bytes.extend(words.to_be_bytes());
                bytes.extend(vec![fill; usize::from(words) * 4]);
            }
            parse(&bytes, 1);
        }
    }
}
