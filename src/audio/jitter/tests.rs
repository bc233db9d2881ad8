use proptest::prelude::*;

use super::*;

const FRAME_MS: u64 = 20;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn buffer() -> JitterBuffer {
    JitterBuffer::new(JitterSettings::default(), Hertz::HZ_8000)
}

/// In these tests a payload is its frame's number; every tenth is quiet.
fn payload(number: u32) -> [u8; 4] {
    number.to_le_bytes()
}

fn every_tenth_is_quiet(payload: &[u8]) -> bool {
    payload.first_chunk().is_some_and(|&number| u32::from_le_bytes(number) % 10 == 0)
}

fn number(output: &[u8]) -> u32 {
    u32::from_le_bytes(*output.first_chunk().expect("four bytes"))
}

/// A small generator with a fixed seed (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// What came out at a pull.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Out {
    Frame(u32),
    Lost,
    Empty,
}

/// A packet on its way.
#[derive(Clone, Copy, Debug)]
struct Packet {
    arrival_us: u64,
    sequence: u16,
    timestamp: u32,
    number: u32,
}

/// Pushes the packets as they arrive and pulls every 20 ms, for `pulls` pulls.
fn run(buffer: &mut JitterBuffer, mut packets: Vec<Packet>, pulls: u64) -> Vec<Out> {
    packets.sort_by_key(|packet| packet.arrival_us);
    let mut packets = packets.into_iter().peekable();
    let mut output = [0; MAX_PAYLOAD];
    (0..pulls)
        .map(|pull| {
            let now_us = pull * FRAME_MS * 1_000;
            while let Some(packet) = packets.next_if(|packet| packet.arrival_us <= now_us) {
                let arrival = Duration::from_micros(packet.arrival_us);
                buffer.push(arrival, packet.sequence, packet.timestamp, &payload(packet.number));
            }
            match buffer.pull(Duration::from_micros(now_us), &mut output) {
                Pulled::Payload { len } => Out::Frame(number(&output[..len])),
                Pulled::Lost => Out::Lost,
                Pulled::Empty => Out::Empty,
            }
        })
        .collect()
}

/// A sender of `count` frames whose packets take `transit_us(number)` each; `None` is a packet lost.
fn sent(count: u32, mut transit_us: impl FnMut(u32) -> Option<u64>) -> Vec<Packet> {
    (0..count)
        .filter_map(|number| {
            Some(Packet {
                arrival_us: u64::from(number) * FRAME_MS * 1_000 + transit_us(number)?,
                sequence: (number as u16).wrapping_add(65_500),
                timestamp: number.wrapping_mul(160).wrapping_add(u32::MAX - 9_999),
                number,
            })
        })
        .collect()
}

fn frames(out: &[Out]) -> Vec<u32> {
    out.iter().filter_map(|out| if let Out::Frame(number) = out { Some(*number) } else { None }).collect()
}

fn count(out: &[Out], what: Out) -> usize {
    out.iter().filter(|&&out| out == what).count()
}

#[test]
fn a_steady_stream_comes_out_whole_across_both_wraps() {
    let mut buffer = buffer();
    let out = run(&mut buffer, sent(500, |_| Some(5_000)), 500);
    assert_eq!(out[..2], [Out::Empty, Out::Empty], "the delay builds up first");
    assert_eq!(count(&out, Out::Lost), 0);
    let played = frames(&out);
    // One frame may have been left out when the delay of the beginning was found to be more than is needed.
    assert!(played.len() >= 494 && played.windows(2).all(|pair| pair[0] < pair[1]), "{}", played.len());
    assert!(buffer.stats().left_out <= 1);
    assert!(buffer.stats().delay <= ms(45), "{:?}", buffer.stats());
}

#[test]
fn packets_out_of_order_are_put_back() {
    // Every fifth packet takes 25 ms longer, and so comes behind the next one.
    let mut buffer = buffer();
    let packets = sent(400, |number| Some(if number % 5 == 4 { 26_000 } else { 1_000 }));
    let out = run(&mut buffer, packets, 400);
    let played = frames(&out);
    assert!(played.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(played.len() >= 395, "{}", played.len());
    assert_eq!((buffer.stats().late, buffer.stats().lost), (0, 0));
    assert!(buffer.stats().reordered >= 79, "{:?}", buffer.stats());
}

#[test]
fn a_duplicate_is_played_once() {
    let mut buffer = buffer();
    let mut packets = sent(200, |_| Some(1_000));
    packets.extend(sent(200, |number| Some(1_000 + u64::from(number % 4) * 30_000)));
    let out = run(&mut buffer, packets, 200);
    let played = frames(&out);
    assert!(played.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(played.len() >= 195);
    let stats = buffer.stats();
    // One that comes when its frame has long been played is merely late.
    assert!(stats.duplicated + stats.late >= 190 && stats.duplicated >= 50, "{stats:?}");
}

#[test]
fn each_lost_packet_is_concealed_in_its_place() {
    let mut buffer = buffer();
    let out = run(&mut buffer, sent(400, |number| (number % 20 != 13).then_some(3_000)), 400);
    assert_eq!(buffer.stats().lost, 20);
    // One may be passed over, where the delay had a frame to spare.
    assert!((19..=20).contains(&count(&out, Out::Lost)), "{}", count(&out, Out::Lost));
    let place = out.iter().position(|&out| out == Out::Lost).expect("a loss");
    assert_eq!((out[place - 1], out[place + 1]), (Out::Frame(12), Out::Frame(14)));
}

#[test]
fn a_packet_far_too_late_is_refused_and_counted() {
    let mut buffer = buffer();
    let out = run(&mut buffer, sent(300, |number| Some(if number == 150 { 700_000 } else { 1_000 })), 300);
    assert!(!frames(&out).contains(&150));
    let stats = buffer.stats();
    assert_eq!((stats.late, stats.lost), (1, 1));
}

#[test]
fn a_spike_stretches_and_loses_nothing() {
    // For a quarter of a second nothing comes, then all of it at once.
    let mut buffer = buffer();
    let packets = sent(400, |number| {
        let stalled = (100..112).contains(&number);
        Some(if stalled { 2_000 + u64::from(112 - number) * 20_000 } else { 2_000 })
    });
    let out = run(&mut buffer, packets, 400);
    let played = frames(&out);
    assert!((90..115).all(|number| played.contains(&number)), "{:?}", &played[85..125]);
    assert_eq!(buffer.stats().late, 0);
    assert!(buffer.stats().stretched >= 5);
}

#[test]
fn the_delay_grows_with_the_jitter_and_shrinks_when_it_is_over() {
    for is_quiet in [None, Some(every_tenth_is_quiet as fn(&[u8]) -> bool)] {
        let buffer = || JitterBuffer::new(JitterSettings { is_quiet, ..JitterSettings::default() }, Hertz::HZ_8000);
        let mut chance = Chance(7);
        // 10 s calm, 20 s of jitter of up to 120 ms, 20 s calm.
        let packets =
            sent(2_500, |number| Some(if (500..1_500).contains(&number) { chance.below(120_000) } else { 1_000 }));
        // The same stream, looked at after each of the three.
        let look = |pulls| {
            let mut buffer = buffer();
            let out = run(&mut buffer, packets.clone(), pulls);
            (out, buffer.stats().delay)
        };
        let (_, calm) = look(500);
        assert!(calm <= ms(45), "{calm:?}");
        let (out, rough) = look(1_500);
        assert!((ms(80)..ms(200)).contains(&rough), "{rough:?}");
        assert!(count(&out[1_000..], Out::Lost) <= 15, "{}", count(&out[1_000..], Out::Lost));
        let (out, calm_again) = look(2_500);
        assert!(calm_again <= ms(50), "{calm_again:?}, {is_quiet:?}");
        assert_eq!(count(&out[2_000..], Out::Lost), 0);
    }
}

#[test]
fn a_drifting_sender_is_followed_for_an_hour() {
    // 200 parts in a million, as a poor quartz drifts, both ways: in an hour 36 frames too many or too few.
    for drift in [-200_i64, 200] {
        let settings = JitterSettings { is_quiet: Some(every_tenth_is_quiet), ..JitterSettings::default() };
        let mut buffer = JitterBuffer::new(settings, Hertz::HZ_8000);
        let mut chance = Chance(11);
        let packets = (0..180_000_u32)
            .map(|number| {
                let sent_us = i64::from(number) * 20_000 + i64::from(number) * 20_000 * drift / 1_000_000;
                Packet {
                    arrival_us: sent_us as u64 + 2_000 + chance.below(5_000),
                    sequence: number as u16,
                    timestamp: number.wrapping_mul(160),
                    number,
                }
            })
            .collect();
        let out = run(&mut buffer, packets, 179_900);
        let stats = buffer.stats();
        assert!(stats.delay <= ms(60), "{drift}: {stats:?}");
        assert_eq!((stats.late, stats.lost, stats.restarts), (0, 0, 0), "{drift}: {stats:?}");
        assert!(stats.left_out <= 45 && stats.stretched <= 45, "{drift}: {stats:?}");
        assert!(frames(&out).len() >= 179_800);
    }
}

#[test]
fn the_senders_silence_is_not_loss() {
    // Speech for a second, silence for 700 ms in which nothing is sent but the timestamps go on, speech again.
    let mut buffer = buffer();
    let mut packets = Vec::new();
    let mut sequence = 0_u16;
    for number in 0..400_u32 {
        if number % 85 < 50 {
            packets.push(Packet {
                arrival_us: u64::from(number) * 20_000 + 1_000,
                sequence,
                timestamp: number * 160,
                number,
            });
            sequence = sequence.wrapping_add(1);
        }
    }
    let out = run(&mut buffer, packets.clone(), 410);
    let stats = buffer.stats();
    assert_eq!((stats.lost, stats.late, stats.restarts), (0, 0, 0), "{stats:?}");
    // The end of a spurt is concealed for a moment, because nobody can know yet that it is one.
    assert!(count(&out, Out::Lost) <= 5 * PULLS_TO_CONCEAL as usize, "{}", count(&out, Out::Lost));
    assert!(frames(&out).len() >= packets.len() - 1);
    let again = out.iter().position(|&out| out == Out::Frame(85)).expect("the second spurt");
    assert!((86..=89).contains(&again), "the second spurt keeps its distance: {again}");
}

#[test]
fn a_sender_that_stops_its_clock_in_silence_is_followed() {
    // On hold for ten seconds; the timestamps go on from where they stood.
    let mut buffer = buffer();
    let packet = |number: u32, at_ms: u64| Packet {
        arrival_us: at_ms * 1_000,
        sequence: number as u16,
        timestamp: number * 160,
        number,
    };
    let mut packets: Vec<Packet> = (0..100).map(|number| packet(number, u64::from(number) * 20 + 1)).collect();
    packets.extend((100..300).map(|number| packet(number, u64::from(number) * 20 + 10_001)));
    let out = run(&mut buffer, packets, 810);
    let played = frames(&out);
    assert!(played.windows(2).all(|pair| pair[0] < pair[1]));
    // The first of the new timeline is the stray, and one is left out as the delay settles.
    assert!((101..300).filter(|number| !played.contains(number)).count() <= 2, "{played:?}");
    assert_eq!(buffer.stats().restarts, 1);
    assert!(buffer.stats().delay <= ms(45));
}

#[test]
fn a_new_timeline_is_followed_and_a_single_stray_is_not() {
    let mut buffer = buffer();
    let mut packets = sent(300, |_| Some(1_000));
    packets[100].timestamp ^= 0x5555_0000;
    for packet in &mut packets[200..] {
        packet.timestamp = packet.timestamp.wrapping_add(0x7000_0000);
    }
    let out = run(&mut buffer, packets, 310);
    let played = frames(&out);
    assert!(played.windows(2).all(|pair| pair[0] < pair[1]));
    let missing: Vec<u32> = (0..300).filter(|number| !played.contains(number)).collect();
    assert!(missing.len() <= 6 && missing.contains(&100), "{missing:?}");
    assert_eq!((buffer.stats().restarts, buffer.stats().refused), (1, 2));
}

#[test]
fn a_new_source_begins_at_once_after_a_reset() {
    let mut buffer = buffer();
    run(&mut buffer, sent(100, |_| Some(1_000)), 100);
    buffer.reset();
    assert!(buffer.is_empty());
    let mut output = [0; MAX_PAYLOAD];
    let mut played = Vec::new();
    for number in 0..50_u32 {
        let now = ms(2_000 + u64::from(number) * 20);
        assert_eq!(buffer.push(now, 40_000 + number as u16, 99 + number * 160, &payload(number)), Pushed::Accepted);
        if let Pulled::Payload { len } = buffer.pull(now, &mut output) {
            played.push(self::number(&output[..len]));
        }
    }
    assert_eq!(played[..10], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
}

#[test]
fn the_delay_is_bounded_after_a_long_stall() {
    let mut buffer = buffer();
    let packets = sent(600, |number| {
        let stalled = (100..190).contains(&number);
        Some(if stalled { 2_000 + u64::from(190 - number) * 20_000 } else { 2_000 })
    });
    let mut worst = Duration::ZERO;
    for pulls in (190..600).step_by(10) {
        let mut buffer = self::buffer();
        run(&mut buffer, packets.clone(), pulls);
        worst = worst.max(buffer.stats().delay);
    }
    assert!(worst <= ms(440), "{worst:?}");
    run(&mut buffer, packets, 600);
    assert!(buffer.stats().delay <= ms(65), "{:?}", buffer.stats());
}

#[test]
fn packets_that_nobody_pulls_are_bounded() {
    let mut buffer = buffer();
    for number in 0..10_000_u32 {
        buffer.push(ms(u64::from(number) * 20), number as u16, number * 160, &payload(number));
        assert!(buffer.len() <= CAPACITY);
    }
    let mut output = [0; MAX_PAYLOAD];
    assert!(matches!(buffer.pull(ms(200_000), &mut output), Pulled::Payload { .. }));
    assert!(number(&output) >= 10_000 - CAPACITY as u32);
}

#[test]
fn a_payload_too_long_is_refused() {
    let mut buffer = buffer();
    assert_eq!(buffer.push(ms(0), 1, 160, &[0; MAX_PAYLOAD + 1]), Pushed::TooLong);
    assert_eq!(buffer.push(ms(0), 1, 160, &[0; MAX_PAYLOAD]), Pushed::Accepted);
}

#[test]
fn frames_of_one_packet_share_its_number() {
    // 60 ms packets, each split into three frames: one packet lost is three frames concealed.
    let mut buffer = buffer();
    let packets = (0..300_u32)
        .filter(|number| number / 3 != 40)
        .map(|number| Packet {
            arrival_us: u64::from(number / 3 * 3 + 3) * 20_000,
            sequence: (number / 3) as u16,
            timestamp: number * 160,
            number,
        })
        .collect();
    let out = run(&mut buffer, packets, 310);
    let played = frames(&out);
    assert!(played.windows(2).all(|pair| pair[0] < pair[1]));
    let between = out.iter().position(|&out| out == Out::Frame(123)).expect("played");
    assert_eq!(out[between - 4..between], [Out::Frame(119), Out::Lost, Out::Lost, Out::Lost]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the network does to a sender, nothing comes out twice or out of order, and the delay is bounded.
    #[test]
    fn nothing_comes_twice_or_out_of_order(
        fates in prop::collection::vec((0_u64..600, 0_u8..10), 50..400),
        first_sequence: u16,
        first_timestamp: u32,
    ) {
        let mut buffer = buffer();
        let mut packets = Vec::new();
        for (number, &(transit_ms, fate)) in fates.iter().enumerate() {
            let packet = Packet {
                arrival_us: number as u64 * 20_000 + transit_ms * 1_000,
                sequence: first_sequence.wrapping_add(number as u16),
                timestamp: first_timestamp.wrapping_add(number as u32 * 160),
                number: number as u32,
            };
            match fate {
                0 => {}
                1 => packets.extend([packet, Packet { arrival_us: packet.arrival_us + 70_000, ..packet }]),
                _ => packets.push(packet),
            }
        }
        let out = run(&mut buffer, packets, fates.len() as u64 + 40);
        let played = frames(&out);
        prop_assert!(played.windows(2).all(|pair| pair[0] < pair[1]), "{:?}", played);
        // A frame that comes alone is played however late it is: at most 600 ms here.
        prop_assert!(buffer.stats().delay <= ms(640), "{:?}", buffer.stats());
        prop_assert!(buffer.len() <= CAPACITY);
    }

    /// Whatever has been pushed, a good stream that follows is played.
    #[test]
    fn any_input_leaves_it_live(
        garbage in prop::collection::vec((any::<u64>(), any::<u16>(), any::<u32>(), 0_usize..400, any::<bool>()), 0..300),
    ) {
        let mut buffer = buffer();
        let mut output = [0; MAX_PAYLOAD];
        for (time, sequence, timestamp, length, pulls) in garbage {
            buffer.push(Duration::from_nanos(time), sequence, timestamp, &vec![0; length]);
            if pulls {
                buffer.pull(Duration::from_nanos(time.rotate_left(9)), &mut output);
            }
        }
        let mut played = 0;
        for number in 0..250_u32 {
            let now = ms(1_000 + u64::from(number) * 20);
            buffer.push(now, number as u16, number * 160, &payload(number));
            let pulled = buffer.pull(now, &mut output);
            played += u32::from(number >= 150 && matches!(pulled, Pulled::Payload { .. }));
        }
        prop_assert!(played >= 98, "{} of the last hundred, {:?}", played, buffer.stats());
    }

    /// Nearby timestamps, which get past the watch for strays, in any order and at any pace.
    #[test]
    fn a_nearby_mess_leaves_it_live(
        mess in prop::collection::vec((0_u64..2_000, any::<u16>(), 0_u32..20_000, any::<bool>()), 0..400),
    ) {
        let mut buffer = buffer();
        let mut output = [0; MAX_PAYLOAD];
        for (time, sequence, timestamp, pulls) in mess {
            buffer.push(ms(time), sequence, timestamp, &payload(0));
            if pulls {
                buffer.pull(ms(time), &mut output);
            }
        }
        let mut played = 0;
        for number in 0..600_u32 {
            let now = ms(2_000 + u64::from(number) * 20);
            buffer.push(now, number as u16, 10_000 + number * 160, &payload(number));
            let pulled = buffer.pull(now, &mut output);
            played += u32::from(number >= 500 && matches!(pulled, Pulled::Payload { .. }));
        }
        prop_assert!(played >= 98, "{} of the last hundred, {:?}", played, buffer.stats());
        prop_assert!(buffer.stats().delay <= ms(65), "{:?}", buffer.stats());
    }
}
