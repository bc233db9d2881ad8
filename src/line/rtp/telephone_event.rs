//! Keys as events in RTP (RFC 4733): each press once on the way in, three end packets on the way out.

use std::collections::VecDeque;
use std::time::Duration;

use crate::audio::Key;

/// Samples in a tick of 20 ms at the 8 kHz of the events' clock.
const TICK: u16 = 160;
/// How long we press a key: 120 ms, well above the 40 ms that every receiver must hear.
const PRESS: u16 = 6 * TICK;
/// How often the end of a press is sent (RFC 4733, section 2.5.1.4).
const ENDS: u8 = 3;
/// How long the tones of a key and the silence after them take: 160 ms.
const TONES: u16 = 8 * TICK;
/// Sound between two events: 80 ms.
const PAUSE_TICKS: u8 = 4;
/// The most keys that wait to be sent.
const QUEUE: usize = 64;
/// A press older than this is forgotten: a packet that looks older is of a new clock.
const MEMORY: i32 = 5 * 8_000;
/// How close packets of one press follow each other at the least, when their timestamps are not to be trusted.
const SAME_PRESS: Duration = Duration::from_millis(200);
/// From this duration on, a press that goes on comes as a new segment (RFC 4733, section 2.5.1.3).
const LONG: u16 = 0xf000;

/// One event packet's payload (RFC 4733, section 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventPayload {
    /// The key's code, 0 to 15; higher ones are other events.
    pub code: u8,
    /// Whether the press has ended.
    pub end: bool,
    /// How loud the tone would be, in −dBm0.
    pub volume: u8,
    /// Samples since the press began.
    pub duration: u16,
}

impl EventPayload {
    /// Reads the first event of a payload.
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let [code, flags, high, low] = *payload.first_chunk::<4>()?;
        let duration = u16::from_be_bytes([high, low]);
        Some(Self { code, end: flags & 0x80 != 0, volume: flags & 0x3f, duration })
    }

    /// The four bytes on the wire.
    pub fn write(self) -> [u8; 4] {
        let [high, low] = self.duration.to_be_bytes();
        [self.code, u8::from(self.end) << 7 | self.volume & 0x3f, high, low]
    }
}

/// The packet that told of a press last.
#[derive(Clone, Copy, Debug)]
struct LastPress {
    ssrc: u32,
    timestamp: u32,
    code: u8,
    duration: u16,
    ended: bool,
    arrival: Duration,
}

/// Tells presses apart in a stream of event packets of which some are lost, doubled or late.
#[derive(Debug, Default)]
pub struct KeyReceiver {
    last: Option<LastPress>,
}

impl KeyReceiver {
    /// Takes an event packet; gives its key if it is the first packet of its press that came.
    pub fn receive(&mut self, now: Duration, ssrc: u32, timestamp: u32, marker: bool, payload: &[u8]) -> Option<Key> {
        let event = EventPayload::parse(payload)?;
        let key = Key::from_event_code(event.code)?;
        let press =
            LastPress { ssrc, timestamp, code: event.code, duration: event.duration, ended: event.end, arrival: now };
        let Some(last) = self.last.filter(|last| last.ssrc == ssrc) else {
            self.last = Some(press);
            return Some(key);
        };
        match relation(&last, &press, marker) {
            Relation::Late => None,
            Relation::Same => {
                self.last = Some(LastPress { ended: last.ended || press.ended, ..press });
                None
            }
            Relation::New => {
                self.last = Some(press);
                Some(key)
            }
        }
    }
}

enum Relation {
    Same,
    New,
    Late,
}

fn relation(last: &LastPress, press: &LastPress, marker: bool) -> Relation {
    let ahead = press.timestamp.wrapping_sub(last.timestamp) as i32;
    let same_code = press.code == last.code;
    if ahead == 0 {
        // A sender whose clock stands still between keys shows the next press by its marker alone.
        let restarted = marker && last.ended && press.duration < last.duration;
        return if same_code && !restarted { Relation::Same } else { Relation::New };
    }
    if ahead < 0 && ahead > -MEMORY {
        return Relation::Late;
    }
    let soon = press.arrival.saturating_sub(last.arrival) <= SAME_PRESS;
    if same_code && soon {
        let next_segment = !last.ended && last.duration >= LONG && ahead > 0 && ahead <= i32::from(u16::MAX);
        // Some senders move the timestamp with every packet of one press.
        let moving_clock = !last.ended && !marker && press.duration > last.duration;
        let moving_end = last.ended && press.ended && press.duration == last.duration;
        if next_segment || moving_clock || moving_end {
            return Relation::Same;
        }
    }
    Relation::New
}

/// What to send in this tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyTick {
    /// No key is pressed: send sound.
    Sound,
    /// Send an event packet instead of sound.
    Event { timestamp: u32, marker: bool, payload: EventPayload },
    /// Send the key's tones, or the silence after them, instead of sound: events were not negotiated. `fresh` at
    /// the start of a press.
    Tones { key: Key, fresh: bool },
}

#[derive(Clone, Copy, Debug)]
enum Pressing {
    Nothing,
    Event { key: Key, timestamp: u32, duration: u16, ends: u8 },
    Tones { key: Key, duration: u16 },
    Pause { ticks: u8 },
}

/// Presses keys one after the other, tick by tick.
#[derive(Debug)]
pub struct KeySender {
    waiting: VecDeque<Key>,
    pressing: Pressing,
}

impl KeySender {
    pub fn new() -> Self {
        Self { waiting: VecDeque::with_capacity(QUEUE), pressing: Pressing::Nothing }
    }

    /// Queues a key; false if too many wait.
    pub fn push(&mut self, key: Key) -> bool {
        let fits = self.waiting.len() < QUEUE;
        if fits {
            self.waiting.push_back(key);
        }
        fits
    }

    /// The next 20 ms, whose sound would carry `timestamp`. `events` tells whether the far end takes events.
    pub fn tick(&mut self, timestamp: u32, events: bool) -> KeyTick {
        let (tick, next) = match self.pressing {
            Pressing::Nothing => match self.waiting.pop_front() {
                None => (KeyTick::Sound, Pressing::Nothing),
                Some(key) if events => event_tick(key, timestamp, 0, 0),
                Some(key) => (KeyTick::Tones { key, fresh: true }, Pressing::Tones { key, duration: TICK }),
            },
            Pressing::Event { key, timestamp, duration, ends } => event_tick(key, timestamp, duration, ends),
            Pressing::Tones { key, duration } => {
                let duration = duration + TICK;
                let next = if duration < TONES { Pressing::Tones { key, duration } } else { Pressing::Nothing };
                (KeyTick::Tones { key, fresh: false }, next)
            }
            Pressing::Pause { ticks: 0 | 1 } => (KeyTick::Sound, Pressing::Nothing),
            Pressing::Pause { ticks } => (KeyTick::Sound, Pressing::Pause { ticks: ticks - 1 }),
        };
        self.pressing = next;
        tick
    }
}

fn event_tick(key: Key, timestamp: u32, before: u16, ends: u8) -> (KeyTick, Pressing) {
    /// −10 dBm0, as loud as telephones press keys.
    const VOLUME: u8 = 10;
    let duration = (before + TICK).min(PRESS);
    let end = duration == PRESS;
    let payload = EventPayload { code: key.event_code(), end, volume: VOLUME, duration };
    let tick = KeyTick::Event { timestamp, marker: before == 0, payload };
    let ends = ends + u8::from(end);
    if ends == ENDS {
        return (tick, Pressing::Pause { ticks: PAUSE_TICKS });
    }
    (tick, Pressing::Event { key, timestamp, duration, ends })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::{Config, RngSeed};

    use super::*;

    const SSRC: u32 = 77;

    fn event(character: char, end: bool, duration: u16) -> [u8; 4] {
        let code = Key::from_char(character).unwrap().event_code();
        EventPayload { code, end, volume: 10, duration }.write()
    }

    /// Feeds (milliseconds, timestamp, marker, payload) and gives the keys that came of it.
    fn keys(packets: &[(u64, u32, bool, [u8; 4])]) -> String {
        let mut receiver = KeyReceiver::default();
        packets
            .iter()
            .filter_map(|(at, timestamp, marker, payload)| {
                receiver.receive(Duration::from_millis(*at), SSRC, *timestamp, *marker, payload)
            })
            .map(Key::as_char)
            .collect()
    }

    #[test]
    fn a_press_of_many_packets_is_one_key() {
        let mut packets = Vec::new();
        for step in 0..5u16 {
            packets.push((u64::from(step) * 20, 1000, step == 0, event('5', false, 160 * (step + 1))));
        }
        packets.extend([(100, 1000, false, event('5', true, 960)); 3]);
        assert_eq!(keys(&packets), "5");
    }

    #[test]
    fn the_same_key_twice_is_two_keys_even_when_every_end_packet_is_lost() {
        let press = |at: u64, timestamp: u32| (at, timestamp, true, event('1', false, 160));
        assert_eq!(keys(&[press(0, 1000), press(200, 2600)]), "11");
    }

    #[test]
    fn a_press_whose_start_is_lost_is_heard_by_its_end() {
        assert_eq!(keys(&[(0, 1000, false, event('#', true, 800)), (0, 1000, false, event('#', true, 800))]), "#");
    }

    #[test]
    fn a_press_without_marker_is_heard() {
        assert_eq!(keys(&[(0, 1000, false, event('1', false, 0)), (300, 3400, false, event('1', false, 0))]), "11");
    }

    #[test]
    fn a_late_packet_of_the_press_before_is_not_a_key() {
        let packets = [
            (0, 1000, true, event('1', false, 160)),
            (200, 2600, true, event('2', false, 160)),
            (205, 1000, false, event('1', true, 800)),
            (220, 2600, false, event('2', false, 320)),
        ];
        assert_eq!(keys(&packets), "12");
    }

    #[test]
    fn a_press_of_ten_seconds_comes_in_segments_and_is_one_key() {
        let mut packets = Vec::new();
        let mut timestamp = 5000u32;
        let mut duration = 0u32;
        for step in 0..500u64 {
            duration += 160;
            if duration > 0xffff {
                timestamp = timestamp.wrapping_add(duration - 160);
                duration = 160;
            }
            packets.push((step * 20, timestamp, step == 0, event('0', false, duration as u16)));
        }
        assert_eq!(keys(&packets), "0");
    }

    #[test]
    fn a_sender_that_moves_the_timestamp_within_a_press_is_understood() {
        let mut packets = Vec::new();
        for step in 0..5u16 {
            let timestamp = 1000 + 160 * u32::from(step);
            packets.push((u64::from(step) * 20, timestamp, step == 0, event('7', false, 160 * (step + 1))));
        }
        for step in 5..8u32 {
            packets.push((u64::from(step) * 20, 1000 + 160 * step, false, event('7', true, 960)));
        }
        assert_eq!(keys(&packets), "7");
    }

    #[test]
    fn a_sender_whose_clock_stands_still_between_keys_is_understood() {
        let packets = [
            (0, 1000, true, event('4', false, 160)),
            (100, 1000, false, event('4', true, 800)),
            (300, 1000, true, event('4', false, 160)),
            (320, 1000, false, event('4', true, 800)),
            (500, 1000, true, event('2', false, 160)),
        ];
        assert_eq!(keys(&packets), "442");
    }

    #[test]
    fn timestamps_may_wrap_between_keys() {
        let packets = [
            (0, u32::MAX - 100, true, event('1', false, 160)),
            (100, u32::MAX - 100, false, event('1', true, 800)),
            (300, 1500, true, event('1', false, 160)),
        ];
        assert_eq!(keys(&packets), "11");
    }

    #[test]
    fn flash_and_fax_tones_are_not_keys() {
        for code in 16..=255 {
            let mut receiver = KeyReceiver::default();
            let payload = [code, 0x8a, 0, 160];
            assert_eq!(receiver.receive(Duration::ZERO, SSRC, 1, true, &payload), None);
        }
        assert_eq!(EventPayload::parse(&[1, 2, 3]), None);
    }

    #[test]
    fn a_key_goes_out_with_marker_growing_duration_and_three_ends() {
        let mut sender = KeySender::new();
        assert!(sender.push(Key::from_char('9').unwrap()));
        let mut durations = Vec::new();
        let mut ends = 0;
        for tick in 0..8u32 {
            let KeyTick::Event { timestamp, marker, payload } = sender.tick(4000 + 160 * tick, true) else {
                panic!("sound within a press");
            };
            assert_eq!(timestamp, 4000, "a press keeps the timestamp of its start");
            assert_eq!(marker, tick == 0);
            assert_eq!(payload.code, 9);
            ends += u8::from(payload.end);
            durations.push(payload.duration);
        }
        assert_eq!(durations, [160, 320, 480, 640, 800, 960, 960, 960]);
        assert_eq!(ends, 3);
        assert_eq!(sender.tick(0, true), KeyTick::Sound);
    }

    #[test]
    fn two_equal_keys_are_told_apart_at_the_other_end_even_with_half_the_packets_lost() {
        for lost in 0..2 {
            let mut sender = KeySender::new();
            for character in "1100#".chars() {
                sender.push(Key::from_char(character).unwrap());
            }
            let mut receiver = KeyReceiver::default();
            let mut heard = String::new();
            for tick in 0..80u32 {
                if let KeyTick::Event { timestamp, marker, payload } = sender.tick(tick * 160, true)
                    && tick % 2 == lost
                {
                    let now = Duration::from_millis(u64::from(tick) * 20);
                    heard.extend(receiver.receive(now, 1, timestamp, marker, &payload.write()).map(Key::as_char));
                }
            }
            assert_eq!(heard, "1100#");
        }
    }

    #[test]
    fn without_events_a_key_is_eight_ticks_of_tones_and_silence() {
        let mut sender = KeySender::new();
        let key = Key::from_char('3').unwrap();
        sender.push(key);
        sender.push(key);
        let ticks: Vec<KeyTick> = (0..18).map(|_| sender.tick(0, false)).collect();
        for press in [&ticks[..8], &ticks[8..16]] {
            assert_eq!(press[0], KeyTick::Tones { key, fresh: true });
            assert!(press[1..].iter().all(|tick| *tick == KeyTick::Tones { key, fresh: false }));
        }
        assert_eq!(ticks[16], KeyTick::Sound);
    }

    #[test]
    fn a_full_queue_refuses_keys() {
        let mut sender = KeySender::new();
        let key = Key::from_char('1').unwrap();
        assert_eq!((0..QUEUE + 5).filter(|_| sender.push(key)).count(), QUEUE);
    }

    fn config() -> Config {
        Config { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..Config::default() }
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn random_events_never_panic(
            packets in proptest::collection::vec((0u64..10_000, any::<u32>(), any::<bool>(), any::<[u8; 4]>()), 0..50),
        ) {
            let count = packets.len();
            prop_assert!(keys(&packets).len() <= count);
        }
    }
}
