//! Sessions against a telephone on real sockets of this machine, in virtual time: a packet that is sent is in the
//! session's socket when the next tick reads it.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use super::packet::RtpPacket;
use super::rtcp::{self, MAX_REPORT, Report, ReportBlock, SenderInfo};
use super::telephone_event::EventPayload;
use super::*;
use crate::audio::{FRAME, Frame, Hertz, Key, Law, level_dbov};
use crate::line::Media;

const PCMA: u8 = 8;
const EVENTS: u8 = 101;

/// A telephone: a pair of sockets, and the numbers of its stream.
struct Phone {
    rtp: UdpSocket,
    rtcp: UdpSocket,
    sequence: u16,
    timestamp: u32,
    ssrc: u32,
}

/// A packet that a telephone got.
#[derive(Debug, PartialEq, Eq)]
struct Got {
    marker: bool,
    payload_type: u8,
    sequence: u16,
    timestamp: u32,
    payload: Vec<u8>,
}

impl Phone {
    fn new(host: &str) -> Self {
        let open = || {
            let socket = UdpSocket::bind((host, 0)).unwrap();
            socket.set_nonblocking(true).unwrap();
            socket
        };
        Self { rtp: open(), rtcp: open(), sequence: 65_500, timestamp: u32::MAX - 3_000, ssrc: 0xabcd }
    }

    fn address(&self) -> SocketAddr {
        self.rtp.local_addr().unwrap()
    }

    fn remote(&self) -> RemoteMedia {
        RemoteMedia {
            address: self.address(),
            rtcp_address: self.rtcp.local_addr().unwrap(),
            rtcp_mux: false,
            law: Law::A,
            payload_type: PCMA,
            receive: [Some((PCMA, Law::A)), None],
            ptime: FRAME,
            telephone_event: Some(EVENTS),
            telephone_event_in: Some(EVENTS),
            direction: Direction::SendRecv,
            known_source: true,
        }
    }

    fn send(&mut self, to: SocketAddr, payload_type: u8, marker: bool, payload: &[u8]) {
        let packet = RtpPacket {
            marker,
            payload_type,
            sequence: self.sequence,
            timestamp: self.timestamp,
            ssrc: self.ssrc,
            payload,
        };
        let mut datagram = [0; 2000];
        let length = packet.write(&mut datagram).unwrap();
        self.rtp.send_to(&datagram[..length], to).unwrap();
        self.sequence = self.sequence.wrapping_add(1);
    }

    fn say(&mut self, to: SocketAddr, codes: &[u8]) {
        self.send(to, PCMA, false, codes);
        self.timestamp = self.timestamp.wrapping_add(codes.len() as u32);
    }

    fn event(&mut self, to: SocketAddr, payload_type: u8, key: char, end: bool, duration: u16) {
        let code = Key::from_char(key).unwrap().event_code();
        let payload = EventPayload { code, end, volume: 10, duration }.write();
        self.send(to, payload_type, duration == 160, &payload);
    }

    fn got(&self) -> Vec<Got> {
        let mut buffer = [0; 2000];
        let mut got = Vec::new();
        while let Ok(length) = self.rtp.recv(&mut buffer) {
            let packet = RtpPacket::parse(&buffer[..length]).unwrap();
            got.push(Got {
                marker: packet.marker,
                payload_type: packet.payload_type,
                sequence: packet.sequence,
                timestamp: packet.timestamp,
                payload: packet.payload.to_vec(),
            });
        }
        got
    }

    fn reports(&self) -> Vec<(Vec<u8>, SocketAddr)> {
        let mut buffer = [0; 2000];
        let mut got = Vec::new();
        while let Ok((length, from)) = self.rtcp.recv_from(&mut buffer) {
            got.push((buffer[..length].to_vec(), from));
        }
        got
    }
}

/// A session and its telephone, with the time.
struct Call {
    session: RtpSession,
    control: RtpControl,
    phone: Phone,
    now: Duration,
    sent_frames: u32,
}

fn pool(host: &str) -> PortPool {
    PortPool::new(20_000..=20_099, host.parse::<IpAddr>().unwrap(), Duration::ZERO).unwrap()
}

/// A tone of about 500 Hz, 20 ms from sample `start` on.
fn tone(start: u32) -> Frame {
    let samples: Vec<i16> = (start..start + 160).map(|n| (8000.0 * (f64::from(n) * 0.4).sin()) as i16).collect();
    Frame::from_samples(Hertz::HZ_8000, &samples).unwrap()
}

fn codes(frame: &Frame) -> [u8; 160] {
    let mut codes = [0; 160];
    Law::A.encode_frame(frame, &mut codes);
    codes
}

impl Call {
    /// Each test has a host of its own, so that tests do not meet.
    fn new(host: &str, change: impl FnOnce(&mut RemoteMedia)) -> Self {
        let session = pool(host).open().unwrap();
        let control = session.control();
        let phone = Phone::new(host);
        let mut remote = phone.remote();
        change(&mut remote);
        control.set_remote(remote);
        Self { session, control, phone, now: Duration::ZERO, sent_frames: 0 }
    }

    fn address(&self) -> SocketAddr {
        self.session.local_address()
    }

    /// One tick of the media loop: listens, then speaks a tone.
    fn tick(&mut self) -> Frame {
        let heard = self.session.receive(self.now);
        self.session.send(self.now, &tone(self.sent_frames * 160));
        self.sent_frames += 1;
        self.now += FRAME;
        heard
    }

    fn ticks(&mut self, count: usize) -> Vec<Frame> {
        (0..count).map(|_| self.tick()).collect()
    }

    /// The telephone speaks a tone for `count` ticks.
    fn talk(&mut self, count: usize) -> Vec<Frame> {
        let to = self.address();
        (0..count)
            .map(|number| {
                self.phone.say(to, &codes(&tone(number as u32 * 160)));
                self.tick()
            })
            .collect()
    }

    fn keys(&mut self) -> String {
        std::iter::from_fn(|| self.session.next_key()).map(Key::as_char).collect()
    }
}

fn is_loud(frame: &Frame) -> bool {
    level_dbov(frame.samples()) > -30.0
}

#[test]
fn what_the_phone_says_is_heard_in_order_and_whole() {
    let mut call = Call::new("127.0.1.1", |_| {});
    let heard = call.talk(100);
    let heard: Vec<i16> = heard.iter().flat_map(|frame| frame.samples().to_vec()).collect();
    let spoken: Vec<i16> =
        (0..100u32).flat_map(|n| Law::A.decode_frame(&codes(&tone(n * 160))).samples().to_vec()).collect();
    let began = heard.iter().position(|sample| *sample != 0).unwrap();
    assert!(began <= 4 * 160, "sound was held back for {began} samples");
    assert_eq!(heard[began..], spoken[..heard.len() - began]);
    let stats = call.control.stats();
    assert_eq!((stats.received, stats.lost, stats.concealed), (100, 0, 0));
    assert_eq!(stats.streams, 1);
    assert_eq!(call.control.last_heard(), Some(Duration::from_millis(1980)));
    assert!(!stats.source_moved);
}

#[test]
fn what_we_say_arrives_with_even_numbers() {
    let mut call = Call::new("127.0.1.2", |_| {});
    call.ticks(50);
    let got = call.phone.got();
    assert_eq!(got.len(), 50);
    for (number, packet) in got.iter().enumerate() {
        assert_eq!(packet.sequence, got[0].sequence.wrapping_add(number as u16));
        assert_eq!(packet.timestamp, got[0].timestamp.wrapping_add(number as u32 * 160));
        assert_eq!((packet.marker, packet.payload_type), (number == 0, PCMA));
        assert_eq!(packet.payload, codes(&tone(number as u32 * 160)));
    }
}

#[test]
fn every_packet_time_carries_the_same_sound_both_ways() {
    for milliseconds in [10u64, 20, 30, 40, 60] {
        let mut call = Call::new("127.0.1.3", |remote| remote.ptime = Duration::from_millis(milliseconds));
        let to = call.address();
        let spoken: Vec<u8> = (0..90u32).flat_map(|number| codes(&tone(number * 160))).collect();
        let size = milliseconds as usize * 8;
        let mut said = 0;
        let mut heard = Vec::new();
        for tick in 1..=90 {
            while said + size <= tick * 160 {
                call.phone.say(to, &spoken[said..said + size]);
                said += size;
            }
            heard.push(call.tick());
        }
        let began = heard.iter().position(is_loud).unwrap();
        // The longer the packets, the later the first frame of one that is known to be complete.
        for (number, frame) in heard[began..].iter().enumerate().skip(6) {
            assert!(is_loud(frame), "{milliseconds} ms: frame {number} is missing");
        }
        assert_eq!(call.control.stats().lost, 0, "{milliseconds} ms");

        let got = call.phone.got();
        let sent: Vec<u8> = got.iter().flat_map(|packet| packet.payload.clone()).collect();
        assert_eq!(sent[..], spoken[..sent.len()], "{milliseconds} ms");
        assert!(sent.len() + size >= spoken.len());
        for (number, packet) in got.iter().enumerate() {
            assert_eq!(packet.payload.len(), size);
            assert_eq!(packet.timestamp, got[0].timestamp.wrapping_add((number * size) as u32));
        }
    }
}

#[test]
fn there_is_silence_before_anything_comes_and_nothing_goes_to_an_unknown_source() {
    let mut call = Call::new("127.0.1.4", |remote| remote.known_source = false);
    for frame in call.ticks(50) {
        assert!(frame.samples().iter().all(|sample| *sample == 0));
    }
    assert_eq!(call.phone.got(), []);
    assert_eq!(call.control.last_heard(), None);
    call.talk(3);
    let got = call.phone.got();
    assert_eq!(got.len(), 3);
    assert!(got[0].marker);
}

#[test]
fn packets_before_the_answer_are_thrown_away() {
    let session = pool("127.0.1.5").open().unwrap();
    let mut phone = Phone::new("127.0.1.5");
    for _ in 0..20 {
        phone.say(session.local_address(), &[0x55; 160]);
    }
    let control = session.control();
    let mut call = Call { session, control, phone, now: Duration::ZERO, sent_frames: 0 };
    call.ticks(2);
    assert_eq!(call.control.stats().dropped_source, 20);
    assert_eq!(call.control.stats().received, 0);
}

#[test]
fn a_phone_behind_a_router_is_learnt_and_answered_where_it_is() {
    let mut call = Call::new("127.0.1.6", |remote| remote.address = "127.0.9.9:9".parse().unwrap());
    let heard = call.talk(50);
    assert!(heard[10..].iter().all(is_loud));
    assert!(call.control.stats().source_moved);
    assert_eq!(call.control.stats().dropped_source, 2, "the first two of three that prove it");
    assert!(call.phone.got().len() >= 47);
}

#[test]
fn an_attacker_is_neither_heard_nor_sent_to() {
    let mut call = Call::new("127.0.1.7", |_| {});
    let mut attacker = Phone::new("127.0.1.7");
    let to = call.address();
    call.talk(5);
    for number in 0..100 {
        attacker.say(to, &[0x2a; 160]);
        call.phone.say(to, &codes(&tone(number * 160)));
        call.tick();
    }
    assert_eq!(call.control.stats().dropped_source, 100);
    assert_eq!(call.control.stats().concealed, 0);
    assert_eq!(attacker.got(), []);
}

#[test]
fn an_attacker_cannot_press_keys_or_make_reports() {
    let mut call = Call::new("127.0.1.8", |_| {});
    let attacker_host = "127.0.8.8";
    let mut attacker = Phone::new(attacker_host);
    let to = call.address();
    call.talk(5);
    for step in 1..10 {
        attacker.event(to, EVENTS, '1', false, step * 160);
        attacker.event(to, 120, '1', false, step * 160);
        call.tick();
    }
    let mut report = [0; MAX_REPORT];
    let length = Report { ssrc: 1, sender: None, block: None, name: "x", goodbye: true }.write(&mut report);
    attacker.rtcp.send_to(&report[..length], SocketAddr::new(to.ip(), to.port() + 1)).unwrap();
    call.tick();
    assert_eq!(call.keys(), "");
    let stats = call.control.stats();
    assert_eq!((stats.dropped_source, stats.dropped_payload_type, stats.dropped_rtcp), (9, 9, 1));
}

#[test]
fn a_new_stream_from_the_same_phone_is_heard_again() {
    let mut call = Call::new("127.0.1.9", |_| {});
    call.talk(30);
    call.phone.ssrc = 0x1234;
    call.phone.sequence = 9;
    call.phone.timestamp = 77;
    let heard = call.talk(50);
    assert!(heard[10..].iter().all(is_loud));
    let stats = call.control.stats();
    assert_eq!((stats.streams, stats.dropped_stream), (2, 1));
}

#[test]
fn what_is_not_negotiated_or_no_packet_is_counted_and_never_fatal() {
    let mut call = Call::new("127.0.1.10", |_| {});
    let to = call.address();
    call.talk(5);
    call.phone.send(to, 0, false, &[0xff; 160]); // the other law
    call.phone.send(to, 96, false, &[1; 40]); // a dynamic type
    call.phone.send(to, 13, false, &[60]); // comfort noise: a sign of life
    call.phone.send(to, PCMA, false, &[0x55; 161]); // no whole number of milliseconds
    call.phone.send(to, PCMA, false, &[]); // nothing at all
    call.phone.rtp.send_to(b"GET / HTTP/1.1\r\n\r\n", to).unwrap();
    call.phone.rtp.send_to(&[0x80, 200, 0, 1, 0, 0, 0, 0], to).unwrap(); // RTCP on a port that is not shared
    call.phone.rtp.send_to(&[], to).unwrap();
    call.tick();
    let stats = call.control.stats();
    assert_eq!((stats.dropped_payload_type, stats.dropped_malformed, stats.dropped_rtcp), (2, 3, 1));
    assert!(call.talk(20)[8..].iter().all(is_loud));
}

#[test]
fn lost_packets_are_concealed_and_counted() {
    let mut call = Call::new("127.0.1.11", |_| {});
    let to = call.address();
    let mut heard = Vec::new();
    for number in 0..100u32 {
        let sound = codes(&tone(number * 160));
        if number % 10 == 7 {
            call.phone.sequence = call.phone.sequence.wrapping_add(1);
            call.phone.timestamp = call.phone.timestamp.wrapping_add(160);
        } else {
            call.phone.say(to, &sound);
        }
        heard.push(call.tick());
    }
    let stats = call.control.stats();
    assert_eq!(stats.lost, 10);
    assert!((9..=10).contains(&stats.concealed), "{stats:?}");
}

#[test]
fn keys_of_the_phone_come_once_each() {
    let mut call = Call::new("127.0.1.12", |_| {});
    let to = call.address();
    call.talk(5);
    for key in ['1', '1', '#'] {
        for step in 1..=5 {
            call.phone.event(to, EVENTS, key, false, step * 160);
            call.tick();
        }
        for _ in 0..3 {
            call.phone.event(to, EVENTS, key, true, 960);
        }
        call.phone.timestamp = call.phone.timestamp.wrapping_add(960);
        call.talk(4);
    }
    assert_eq!(call.keys(), "11#");
    assert_eq!(call.control.stats().keys, 3);
    assert_eq!(call.control.stats().lost, 0);
}

#[test]
fn keys_that_nobody_negotiated_are_understood() {
    let mut call = Call::new("127.0.1.13", |remote| {
        remote.telephone_event = None;
        remote.telephone_event_in = None;
    });
    let to = call.address();
    call.talk(5);
    for step in 1..=5 {
        call.phone.event(to, 97, '7', step == 5, step * 160);
        call.tick();
    }
    assert_eq!(call.keys(), "7");
}

#[test]
fn our_keys_arrive_and_sound_waits_meanwhile() {
    let mut call = Call::new("127.0.1.14", |_| {});
    call.ticks(5);
    call.session.send_key(Key::from_char('5').unwrap());
    call.ticks(20);
    let got = call.phone.got();
    let first = got.iter().position(|packet| packet.payload_type == EVENTS).unwrap();
    let events: Vec<&Got> = got[first..first + 8].iter().collect();
    assert!(events.iter().all(|packet| packet.payload_type == EVENTS && packet.timestamp == events[0].timestamp));
    assert_eq!(events.iter().filter(|packet| packet.marker).count(), 1);
    assert_eq!(events.iter().filter(|packet| EventPayload::parse(&packet.payload).unwrap().end).count(), 3);
    for pair in got.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
    }
    let next = &got[first + 8];
    assert_eq!((next.payload_type, next.marker), (PCMA, true));
    assert_eq!(next.timestamp, events[0].timestamp.wrapping_add(8 * 160), "the clock ran on");
}

#[test]
fn our_keys_are_tones_where_events_were_not_negotiated() {
    let mut call = Call::new("127.0.1.15", |remote| remote.telephone_event = None);
    call.session.send_key(Key::from_char('5').unwrap());
    for _ in 0..10 {
        call.session.receive(call.now);
        call.session.send(call.now, &Frame::silence(Hertz::HZ_8000));
        call.now += FRAME;
    }
    let loud: Vec<bool> =
        call.phone.got().iter().map(|packet| is_loud(&Law::A.decode_frame(&packet.payload))).collect();
    assert_eq!(loud, [true, true, true, true, true, false, false, false, false, false]);
}

#[test]
fn tones_in_the_sound_are_keys_until_the_first_event() {
    let mut sending = Call::new("127.0.1.16", |remote| remote.telephone_event = None);
    let mut call = Call::new("127.0.1.17", |_| {});
    let to = call.address();
    let press = |sending: &mut Call, call: &mut Call, key: char| {
        sending.session.send_key(Key::from_char(key).unwrap());
        for _ in 0..15 {
            sending.session.receive(sending.now);
            sending.session.send(sending.now, &Frame::silence(Hertz::HZ_8000));
            sending.now += FRAME;
            for packet in sending.phone.got() {
                call.phone.say(to, &packet.payload);
            }
            call.tick();
        }
        call.ticks(5);
    };
    press(&mut sending, &mut call, '9');
    assert_eq!(call.keys(), "9");
    call.phone.event(to, EVENTS, '2', true, 960);
    call.tick();
    press(&mut sending, &mut call, '9');
    assert_eq!(call.keys(), "2");
}

#[test]
fn on_hold_nothing_is_sent_and_the_clock_runs_on() {
    let mut call = Call::new("127.0.1.18", |_| {});
    call.talk(10);
    let before = call.phone.got();
    call.control.set_direction(Direction::RecvOnly);
    let heard = call.talk(100);
    assert_eq!(call.phone.got(), [], "we stop sending");
    assert!(heard.iter().all(is_loud), "and still hear the music of the other side");
    call.control.set_direction(Direction::SendRecv);
    call.talk(5);
    let after = call.phone.got();
    assert_eq!(after.len(), 5);
    assert!(after[0].marker);
    let last = before.last().unwrap();
    assert_eq!(after[0].timestamp, last.timestamp.wrapping_add(101 * 160));
    assert_eq!(after[0].sequence, last.sequence.wrapping_add(1));
}

#[test]
fn an_inactive_far_end_is_not_heard_and_is_alive() {
    let mut call = Call::new("127.0.1.19", |remote| remote.direction = Direction::Inactive);
    let heard = call.talk(20);
    assert!(heard.iter().all(|frame| !is_loud(frame)));
    assert!(call.control.last_heard().is_some());
    call.control.set_direction(Direction::SendRecv);
    assert!(call.talk(20)[8..].iter().all(is_loud));
}

#[test]
fn a_loop_that_was_away_goes_on_with_the_right_timestamp() {
    let mut call = Call::new("127.0.1.20", |_| {});
    call.ticks(5);
    call.now += Duration::from_secs(1);
    call.ticks(5);
    let got = call.phone.got();
    assert_eq!(got[5].timestamp, got[4].timestamp.wrapping_add(51 * 160));
    assert!(got[5].marker);
    assert_eq!(got[6].timestamp, got[5].timestamp.wrapping_add(160));
}

#[test]
fn a_new_address_is_followed_and_the_old_one_no_longer_heard() {
    let mut call = Call::new("127.0.1.21", |_| {});
    call.talk(10);
    let mut other = Phone::new("127.0.1.21");
    call.control.set_remote(other.remote());
    call.talk(10);
    assert_eq!(call.control.stats().dropped_source, 10);
    assert_eq!(other.got().len(), 10);
    let to = call.address();
    for number in 0..20 {
        other.say(to, &codes(&tone(number * 160)));
        let frame = call.tick();
        assert!(number < 8 || is_loud(&frame), "frame {number}");
    }
}

#[test]
fn reports_go_out_every_few_seconds_and_carry_what_was_heard() {
    let mut call = Call::new("127.0.1.22", |_| {});
    call.talk(1500);
    let reports = call.phone.reports();
    assert!((4..=11).contains(&reports.len()), "{} in 30 s", reports.len());
    let (last, from) = reports.last().unwrap();
    assert_eq!(from.port(), call.address().port() + 1);
    let told = rtcp::parse(last, call.phone.ssrc).unwrap();
    assert!(told.sender_report.is_some());
    let reception = told.block.unwrap().reception;
    assert_eq!((reception.fraction_lost, reception.cumulative_lost, reception.jitter), (0, 0, 0));
    assert!(reception.highest_sequence > 65_536);
}

#[test]
fn the_round_trip_is_measured_from_the_reports() {
    let mut call = Call::new("127.0.1.23", |_| {});
    let to = call.address();
    let report = loop {
        call.talk(1);
        if let Some((report, _)) = call.phone.reports().pop() {
            break report;
        }
    };
    let middle = rtcp::parse(&report, call.phone.ssrc).unwrap().sender_report.unwrap();
    let ours = u32::from_be_bytes([report[4], report[5], report[6], report[7]]);
    // Ten ticks and the next one, of which the phone says it held the report for 100 ms.
    call.talk(10);
    let mut answer = [0; MAX_REPORT];
    let reception = super::reception::ReceptionReport {
        ssrc: ours,
        fraction_lost: 128,
        cumulative_lost: 3,
        highest_sequence: 7,
        jitter: 1,
    };
    let block = ReportBlock { reception, last_sender_report: middle, delay: 6_554 };
    let sender = SenderInfo { ntp: 0x1234_5678_9abc_def0, timestamp: 1, packets: 1, bytes: 1 };
    let length =
        Report { ssrc: 0xabcd, sender: Some(sender), block: Some(block), name: "p", goodbye: false }.write(&mut answer);
    call.phone.rtcp.send_to(&answer[..length], SocketAddr::new(to.ip(), to.port() + 1)).unwrap();
    call.talk(1);
    let stats = call.control.stats();
    assert_eq!(stats.far_fraction_lost, 0.5);
    assert_eq!(stats.round_trip.unwrap().as_millis(), 119);
    // The next report answers theirs.
    call.talk(500);
    let (report, _) = call.phone.reports().pop().unwrap();
    let block = rtcp::parse(&report, call.phone.ssrc).unwrap().block.unwrap();
    assert_eq!(block.last_sender_report, 0x5678_9abc);
    assert!(block.delay > 0);
}

#[test]
fn a_shared_port_carries_sound_and_reports() {
    let mut call = Call::new("127.0.1.24", |remote| {
        remote.rtcp_mux = true;
        remote.rtcp_address = remote.address;
    });
    let to = call.address();
    let mut report = [0; MAX_REPORT];
    let length = Report { ssrc: 1, sender: None, block: None, name: "x", goodbye: false }.write(&mut report);
    let mut buffer = [0; 2000];
    let mut reports = 0;
    for number in 0..500 {
        call.phone.say(to, &codes(&tone(number * 160)));
        call.phone.rtp.send_to(&report[..length], to).unwrap();
        call.tick();
        while let Ok(length) = call.phone.rtp.recv(&mut buffer) {
            reports += u32::from(super::packet::is_rtcp(&buffer[..length]));
        }
    }
    assert!(reports >= 1);
    assert_eq!(call.control.stats().dropped_rtcp, 0);
    assert_eq!(call.control.stats().received, 500);
}

#[test]
fn the_end_of_a_call_is_told_in_rtcp() {
    let mut call = Call::new("127.0.1.25", |_| {});
    call.talk(5);
    drop(call.session);
    let reports = call.phone.reports();
    assert_eq!(reports.len(), 1);
    assert!(rtcp::parse(&reports[0].0, 1).unwrap().goodbye);
}

#[test]
fn a_flood_is_read_in_bounded_parts_and_does_not_end_the_call() {
    let mut call = Call::new("127.0.1.26", |_| {});
    call.talk(5);
    let to = call.address();
    let mut attacker = Phone::new("127.0.1.26");
    let begun = Instant::now();
    for _ in 0..20 {
        for _ in 0..300 {
            attacker.say(to, &[0; 160]);
        }
        call.tick();
    }
    assert!(begun.elapsed() < Duration::from_secs(5));
    call.ticks(50);
    assert!(call.talk(30)[15..].iter().all(is_loud));
}

#[test]
fn random_bytes_at_both_ports_never_panic() {
    use rand::{Rng, SeedableRng};
    let mut random = rand::rngs::StdRng::seed_from_u64(7);
    let mut call = Call::new("127.0.1.27", |_| {});
    let to = call.address();
    let rtcp = SocketAddr::new(to.ip(), to.port() + 1);
    for _ in 0..2000 {
        let length = random.random_range(0..400);
        let mut bytes: Vec<u8> = (0..length).map(|_| random.random()).collect();
        if let [first, second, ..] = bytes.as_mut_slice() {
            *first = 0x80 | *first & 0x3f;
            if random.random() {
                *second = PCMA;
            }
        }
        call.phone.rtp.send_to(&bytes, to).unwrap();
        call.phone.rtcp.send_to(&bytes, rtcp).unwrap();
        call.tick();
    }
    // The phone's random packets may have made any stream theirs; the call goes on all the same.
    call.talk(100);
    assert!(is_loud(&call.talk(20)[19]));
}

#[test]
fn a_phone_whose_clock_drifts_is_heard_without_gaps_that_grow() {
    let mut call = Call::new("127.0.1.28", |_| {});
    let to = call.address();
    let mut spoken = 0u32;
    let mut due = 0.0f64;
    let mut quiet = 0;
    for tick in 0..6_000u32 {
        // 300 parts in a million too fast.
        while due <= f64::from(tick) {
            call.phone.say(to, &codes(&tone(spoken * 160)));
            spoken += 1;
            due += 1.0 - 300e-6;
        }
        let frame = call.tick();
        quiet += u32::from(tick > 50 && !is_loud(&frame));
    }
    assert!(quiet <= 5, "{quiet} frames of silence in two minutes");
    let stats = call.control.stats();
    assert!(stats.concealed <= 10, "{stats:?}");
}

#[test]
fn ports_come_in_pairs_and_come_back_after_churn() {
    let host: IpAddr = "127.0.2.1".parse().unwrap();
    let linger = Duration::from_secs(5);
    let pool = PortPool::new(21_001..=21_012, host, linger).unwrap();
    let begun = Instant::now();
    assert_eq!(pool.gauges_at(begun), PortGauges { free: 5, ..PortGauges::default() });
    let mut uses: HashMap<u16, u32> = HashMap::new();
    for round in 0..40u32 {
        let now = begun + linger * round * 2;
        let sessions: Vec<RtpSession> = (0..5).map(|_| pool.open_at(now).unwrap()).collect();
        for session in &sessions {
            assert!(session.local_address().port().is_multiple_of(2));
            *uses.entry(session.local_address().port()).or_default() += 1;
        }
        let refused = pool.open_at(now).map(|_| ()).unwrap_err();
        assert_eq!((refused.in_use, refused.lingering), (5, 0));
    }
    assert_eq!(uses.len(), 5);
    assert!(uses.values().all(|count| *count == 40));
    let later = Instant::now() + linger * 2;
    assert_eq!(pool.gauges_at(later), PortGauges { free: 5, in_use: 0, lingering: 0, exhausted_total: 40 });
}

#[test]
fn ports_rest_after_a_call_so_that_its_late_packets_reach_nobody() {
    let pool = PortPool::new(21_020..=21_021, "127.0.2.2".parse().unwrap(), Duration::from_secs(5)).unwrap();
    let session = pool.open().unwrap();
    drop(session);
    assert_eq!(pool.gauges().lingering, 1);
    let refused = pool.open().map(|_| ()).unwrap_err();
    assert!(refused.to_string().contains("1 rest after a call"), "{refused}");
    assert!(pool.open_at(Instant::now() + Duration::from_secs(6)).is_ok());
}

#[test]
fn a_port_of_another_program_is_passed_over() {
    let host: IpAddr = "127.0.2.3".parse().unwrap();
    let pool = PortPool::new(21_030..=21_033, host, Duration::ZERO).unwrap();
    let _rtcp_taken = UdpSocket::bind((host, 21_031)).unwrap();
    for _ in 0..5 {
        let session = pool.open().unwrap();
        assert_eq!(session.local_address().port(), 21_032);
        let refused = pool.open().map(|_| ()).unwrap_err();
        assert_eq!((refused.in_use, refused.failed), (1, 1), "{refused}");
    }
}

#[test]
fn a_range_without_a_pair_is_refused() {
    let host: IpAddr = "127.0.2.4".parse().unwrap();
    for range in [5..=5, 5..=6, 8..=8] {
        assert!(PortPool::new(range, host, Duration::ZERO).is_err());
    }
    assert_eq!(PortPool::new(65_534..=65_535, host, Duration::ZERO).unwrap().gauges().free, 1);
}

#[test]
fn a_session_may_be_moved_to_the_thread_of_the_media_loop() {
    const fn is_send<T: Send>() {}
    const fn is_shared<T: Send + Sync + Clone>() {}
    is_send::<RtpSession>();
    is_shared::<RtpControl>();
    is_shared::<PortPool>();
}
