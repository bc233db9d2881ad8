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

mod hold;
mod keys;
mod ports;
mod reports;
mod sound;
mod source;
