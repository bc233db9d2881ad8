//! Packets of any length into chunks of 20 ms: senders of G.711 pack 10, 20, 30, 40 or 60 ms.

/// Samples, and with G.711 bytes, in a chunk of 20 ms.
pub const CHUNK: usize = 160;
/// The longest packet that is taken: 120 ms.
const LONGEST: usize = 6 * CHUNK;
/// The grain of a packet that is not whole chunks: 5 ms.
const GRAIN: usize = 40;
const GRAINS: u32 = (CHUNK / GRAIN) as u32;
/// All grains of a chunk.
const FULL: u8 = (1 << GRAINS) - 1;
/// Chunks that are put together at a time.
const SLOTS: usize = 16;
/// A chunk with holes is given up when one this much younger is whole.
const PATIENCE: u32 = 2;

#[derive(Clone, Copy, Debug)]
struct Slot {
    index: u32,
    filled: u8,
    bytes: [u8; CHUNK],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Nothing,
    /// Each packet is this many whole chunks: its number tells theirs.
    Whole {
        chunks: u16,
        first_in: u16,
        first_out: u16,
    },
    /// Chunks are put together by timestamp.
    Grid {
        base: u32,
        first_out: u16,
    },
}

/// Cuts packets into chunks of 20 ms, or puts chunks together, each with a number and a timestamp of its own,
/// so that one jitter buffer serves every packet time. No heap after [`Reframer::new`].
#[derive(Debug)]
pub struct Reframer {
    mode: Mode,
    /// The number after the highest given out.
    next_out: u16,
    newest_whole: u32,
    slots: [Slot; SLOTS],
}

impl Reframer {
    pub const fn new() -> Self {
        Self {
            mode: Mode::Nothing,
            next_out: 0,
            newest_whole: 0,
            slots: [Slot { index: 0, filled: 0, bytes: [0; CHUNK] }; SLOTS],
        }
    }

    /// Starts anew, with another stream.
    pub fn reset(&mut self) {
        *self = Self::new();
    }

    /// Takes the payload of a packet and gives `deliver` the number, timestamp and bytes of each chunk that is
    /// ready. False if no sound has such a length.
    pub fn push(
        &mut self,
        sequence: u16,
        timestamp: u32,
        payload: &[u8],
        mut deliver: impl FnMut(u16, u32, &[u8; CHUNK]),
    ) -> bool {
        if payload.is_empty() || payload.len() > LONGEST || !payload.len().is_multiple_of(GRAIN) {
            return false;
        }
        if payload.len().is_multiple_of(CHUNK) {
            self.push_whole(sequence, timestamp, payload, &mut deliver);
            true
        } else {
            self.push_grains(timestamp, payload, &mut deliver)
        }
    }

    fn push_whole(
        &mut self,
        sequence: u16,
        timestamp: u32,
        payload: &[u8],
        deliver: &mut impl FnMut(u16, u32, &[u8; CHUNK]),
    ) {
        let chunks = (payload.len() / CHUNK) as u16;
        let (first_in, first_out) = match self.mode {
            Mode::Whole { chunks: same, first_in, first_out } if same == chunks => (first_in, first_out),
            _ => {
                self.mode = Mode::Whole { chunks, first_in: sequence, first_out: self.next_out };
                (sequence, self.next_out)
            }
        };
        // Both sides wrap at the same place, whatever the factor.
        let number = sequence.wrapping_sub(first_in).wrapping_mul(chunks).wrapping_add(first_out);
        for (position, chunk) in payload.as_chunks::<CHUNK>().0.iter().enumerate() {
            let out = number.wrapping_add(position as u16);
            self.note(out);
            deliver(out, timestamp.wrapping_add((position * CHUNK) as u32), chunk);
        }
    }

    fn push_grains(
        &mut self,
        timestamp: u32,
        payload: &[u8],
        deliver: &mut impl FnMut(u16, u32, &[u8; CHUNK]),
    ) -> bool {
        let (base, first_out) = match self.mode {
            // A timestamp off the grid is of a sender that has started its clock anew.
            Mode::Grid { base, first_out } if timestamp.wrapping_sub(base).is_multiple_of(GRAIN as u32) => {
                (base, first_out)
            }
            _ => {
                self.mode = Mode::Grid { base: timestamp, first_out: self.next_out };
                self.newest_whole = 0;
                self.slots.iter_mut().for_each(|slot| slot.filled = 0);
                (timestamp, self.next_out)
            }
        };
        let place = timestamp.wrapping_sub(base);
        if place > u32::MAX / 2 {
            return true; // From before the grid began: too late to be played.
        }
        let chunk_out = |index: u32| (first_out.wrapping_add(index as u16), base.wrapping_add(index * CHUNK as u32));
        for (position, grain) in payload.as_chunks::<GRAIN>().0.iter().enumerate() {
            let at = place / GRAIN as u32 + position as u32;
            let index = at / GRAINS;
            let bit = at % GRAINS;
            let slot = &mut self.slots[index as usize % SLOTS];
            if slot.filled != 0 && slot.index > index {
                continue; // The chunk has long been given out.
            }
            if slot.filled == 0 || slot.index != index {
                if slot.filled != 0 && slot.filled != FULL {
                    patch(slot);
                    let (number, time) = chunk_out(slot.index);
                    deliver(number, time, &slot.bytes);
                }
                slot.index = index;
                slot.filled = 0;
            }
            let start = bit as usize * GRAIN;
            slot.bytes[start..start + GRAIN].copy_from_slice(grain);
            let was = slot.filled;
            slot.filled |= 1 << bit;
            if slot.filled == FULL && was != FULL {
                self.newest_whole = self.newest_whole.max(index);
                let (number, time) = chunk_out(index);
                deliver(number, time, &slot.bytes);
                self.note(number);
            }
        }
        for slot in &mut self.slots {
            if slot.filled != 0 && slot.filled != FULL && slot.index + PATIENCE <= self.newest_whole {
                patch(slot);
                let (number, time) = chunk_out(slot.index);
                deliver(number, time, &slot.bytes);
            }
        }
        true
    }

    fn note(&mut self, number: u16) {
        if number.wrapping_sub(self.next_out) < 0x8000 {
            self.next_out = number.wrapping_add(1);
        }
    }
}

/// Fills the holes of a chunk with what stands before or after them: a repetition of a few milliseconds is
/// heard less than a gap.
fn patch(slot: &mut Slot) {
    let have = |filled: u8, bit: u32| filled & (1 << bit) != 0;
    for bit in 0..GRAINS {
        if have(slot.filled, bit) {
            continue;
        }
        let nearest = (0..GRAINS).filter(|other| have(slot.filled, *other)).min_by_key(|other| other.abs_diff(bit));
        if let Some(source) = nearest {
            let from = source as usize * GRAIN;
            slot.bytes.copy_within(from..from + GRAIN, bit as usize * GRAIN);
        }
    }
    slot.filled = FULL;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::{Config, RngSeed};

    use super::*;

    /// A stream whose byte at sample n is n/8 mod 251, in packets of `length` samples.
    fn packet(start: u32, length: usize) -> Vec<u8> {
        (0..length as u32).map(|offset| ((start + offset) / 8 % 251) as u8).collect()
    }

    /// Sends packets of `length`, without those in `lost`, and gives the chunks.
    fn run(length: usize, packets: u16, lost: &[u16], first: u16) -> Vec<(u16, u32, Vec<u8>)> {
        let mut reframer = Reframer::new();
        let mut out = Vec::new();
        for number in (0..packets).filter(|number| !lost.contains(number)) {
            let start = u32::from(number) * length as u32;
            let fits =
                reframer.push(first.wrapping_add(number), start, &packet(start, length), |number, time, chunk| {
                    out.push((number, time, chunk.to_vec()));
                });
            assert!(fits);
        }
        out
    }

    #[test]
    fn every_packet_time_gives_the_same_chunks() {
        for length in [80, 160, 240, 320, 480, 640, 40, 200] {
            let chunks = run(length, 48, &[], 65_530);
            assert!(chunks.len() >= 48 * length / CHUNK - 1, "{length}");
            for (position, (number, time, bytes)) in chunks.iter().enumerate() {
                assert_eq!(*number, chunks[0].0.wrapping_add(position as u16), "{length}");
                assert_eq!(*time, (position * CHUNK) as u32, "{length}");
                assert_eq!(*bytes, packet(*time, CHUNK), "{length}");
            }
        }
    }

    #[test]
    fn a_lost_packet_of_forty_milliseconds_leaves_a_gap_of_two_numbers() {
        let chunks = run(320, 6, &[2], 65_534);
        let numbers: Vec<u16> = chunks.iter().map(|(number, ..)| *number).collect();
        assert_eq!(numbers, [0, 1, 2, 3, 6, 7, 8, 9, 10, 11]);
    }

    #[test]
    fn half_a_chunk_lost_is_patched_from_the_other_half() {
        let chunks = run(80, 20, &[5], 0);
        let mut by_time = chunks.clone();
        by_time.sort_by_key(|(_, time, _)| *time);
        let times: Vec<u32> = by_time.iter().map(|(_, time, _)| *time).collect();
        assert_eq!(times, (0..10).map(|index| index * 160).collect::<Vec<u32>>());
        let patched = &by_time[2].2;
        assert_eq!(patched[..80], packet(320, 80));
        assert_eq!(patched[80..120], packet(360, 40));
    }

    #[test]
    fn reordered_packets_of_ten_milliseconds_are_put_together() {
        let mut reframer = Reframer::new();
        let mut out = Vec::new();
        for number in [0u16, 2, 1, 3, 5, 4, 6, 7] {
            let start = u32::from(number) * 80;
            reframer.push(number, start, &packet(start, 80), |_, time, chunk| out.push((time, chunk.to_vec())));
        }
        out.sort();
        assert_eq!(out, (0..4).map(|index| (index * 160, packet(index * 160, 160))).collect::<Vec<_>>());
    }

    #[test]
    fn a_change_of_packet_time_goes_on_with_the_numbers() {
        let mut reframer = Reframer::new();
        let mut numbers = Vec::new();
        let mut timestamp = 0;
        for (sequence, length) in [160usize, 160, 320, 320, 80, 80, 80, 80, 160].into_iter().enumerate() {
            reframer.push(sequence as u16, timestamp, &packet(timestamp, length), |number, _, _| numbers.push(number));
            timestamp += length as u32;
        }
        assert_eq!(numbers, (0..9).collect::<Vec<u16>>());
    }

    #[test]
    fn lengths_that_no_sound_has_are_refused() {
        let mut reframer = Reframer::new();
        for length in [0, 1, 39, 161, 1000, 1200] {
            assert!(!reframer.push(0, 0, &vec![0; length], |_, _, _| panic!("delivered")));
        }
    }

    fn config() -> Config {
        Config { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..Config::default() }
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn random_packets_never_panic(
            packets in proptest::collection::vec((any::<u16>(), any::<u32>(), 0usize..30), 0..100),
        ) {
            let mut reframer = Reframer::new();
            for (sequence, timestamp, grains) in packets {
                reframer.push(sequence, timestamp, &vec![0xff; grains * GRAIN], |_, _, _| {});
            }
        }

        #[test]
        fn loss_never_makes_a_chunk_twice(lost in proptest::collection::vec(0u16..60, 0..30), thirty: bool) {
            let chunks = run(if thirty { 240 } else { 80 }, 60, &lost, 0);
            let mut times: Vec<u32> = chunks.iter().map(|(_, time, _)| *time).collect();
            times.sort_unstable();
            let count = times.len();
            times.dedup();
            prop_assert_eq!(times.len(), count);
        }
    }
}
