//! RTP packets (RFC 3550, section 5.1): read with every rule checked, written in place.

/// Bytes of a header without contributors and extension, as we write it.
pub const HEADER: usize = 12;

/// A packet, read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtpPacket<'a> {
    pub marker: bool,
    pub payload_type: u8,
    pub sequence: u16,
    pub timestamp: u32,
    pub ssrc: u32,
    /// Without padding; empty in a packet of padding alone.
    pub payload: &'a [u8],
}

impl<'a> RtpPacket<'a> {
    /// Reads `datagram`; `None` if it is not RTP of version 2 or contradicts itself.
    pub fn parse(datagram: &'a [u8]) -> Option<Self> {
        let (header, rest) = datagram.split_first_chunk::<HEADER>()?;
        if header[0] >> 6 != 2 {
            return None;
        }
        let padded = header[0] & 0x20 != 0;
        let extended = header[0] & 0x10 != 0;
        let contributors = usize::from(header[0] & 0x0f);
        let mut payload = rest.get(contributors * 4..)?;
        if extended {
            let (head, body) = payload.split_first_chunk::<4>()?;
            let words = usize::from(u16::from_be_bytes([head[2], head[3]]));
            payload = body.get(words * 4..)?;
        }
        if padded {
            let count = usize::from(*payload.last()?);
            if count == 0 {
                return None;
            }
            payload = payload.get(..payload.len().checked_sub(count)?)?;
        }
        Some(Self {
            marker: header[1] & 0x80 != 0,
            payload_type: header[1] & 0x7f,
            sequence: u16::from_be_bytes([header[2], header[3]]),
            timestamp: u32::from_be_bytes([header[4], header[5], header[6], header[7]]),
            ssrc: u32::from_be_bytes([header[8], header[9], header[10], header[11]]),
            payload,
        })
    }

    /// Writes the packet into `out` and gives its length; `None` if `out` is too short.
    pub fn write(&self, out: &mut [u8]) -> Option<usize> {
        let length = HEADER + self.payload.len();
        let (header, rest) = out.get_mut(..length)?.split_first_chunk_mut::<HEADER>()?;
        header[0] = 0x80;
        header[1] = u8::from(self.marker) << 7 | self.payload_type & 0x7f;
        header[2..4].copy_from_slice(&self.sequence.to_be_bytes());
        header[4..8].copy_from_slice(&self.timestamp.to_be_bytes());
        header[8..12].copy_from_slice(&self.ssrc.to_be_bytes());
        rest.copy_from_slice(self.payload);
        Some(length)
    }
}

/// Whether a datagram on a shared port is RTCP (RFC 5761, section 4).
pub fn is_rtcp(datagram: &[u8]) -> bool {
    matches!(datagram, [first, 192..=223, ..] if first >> 6 == 2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::{Config, RngSeed};

    use super::*;

    #[test]
    fn contributors_extension_and_padding_are_stepped_over() {
        let mut datagram = vec![0xb2, 0x80 | 8, 0x12, 0x34, 0, 0, 0, 160, 0xde, 0xad, 0xbe, 0xef];
        datagram.extend([1, 1, 1, 1, 2, 2, 2, 2]); // two contributors
        datagram.extend([0xbe, 0xde, 0, 1, 9, 9, 9, 9]); // an extension of one word
        datagram.extend([0xd5, 0xd5, 0xd5, 0, 0, 3]); // three of sound, three of padding
        let packet = RtpPacket::parse(&datagram).unwrap();
        assert_eq!(packet.payload, [0xd5, 0xd5, 0xd5]);
        assert_eq!((packet.marker, packet.payload_type, packet.sequence), (true, 8, 0x1234));
        assert_eq!((packet.timestamp, packet.ssrc), (160, 0xdead_beef));
    }

    #[test]
    fn packets_that_contradict_themselves_are_refused() {
        let good = [0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 7, 7];
        assert!(RtpPacket::parse(&good).is_some());
        assert!(RtpPacket::parse(&good[..11]).is_none(), "shorter than a header");
        let with = |index: usize, value: u8| {
            let mut bad = good;
            bad[index] = value;
            bad
        };
        assert!(RtpPacket::parse(&with(0, 0x40)).is_none(), "version 1");
        assert!(RtpPacket::parse(&with(0, 0x81)).is_none(), "a contributor that is not there");
        assert!(RtpPacket::parse(&with(0, 0x90)).is_none(), "an extension that is not there");
        assert!(RtpPacket::parse(&with(0, 0xa0)).is_none(), "more padding than payload");
        let mut no_padding = with(0, 0xa0);
        no_padding[13] = 0;
        assert!(RtpPacket::parse(&no_padding).is_none(), "padding of nothing");
        let mut only_padding = with(0, 0xa0);
        only_padding[13] = 2;
        assert!(RtpPacket::parse(&only_padding).unwrap().payload.is_empty());
    }

    fn config() -> Config {
        Config { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..Config::default() }
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Some(packet) = RtpPacket::parse(&bytes) {
                prop_assert!(packet.payload.len() <= bytes.len() - HEADER);
            }
        }

        #[test]
        fn what_is_written_is_read(
            marker: bool, payload_type in 0u8..128, sequence: u16, timestamp: u32, ssrc: u32,
            payload in proptest::collection::vec(any::<u8>(), 0..480),
        ) {
            let packet = RtpPacket { marker, payload_type, sequence, timestamp, ssrc, payload: &payload };
            let mut datagram = [0; 600];
            let length = packet.write(&mut datagram).unwrap();
            prop_assert_eq!(RtpPacket::parse(&datagram[..length]), Some(packet));
        }
    }
}
