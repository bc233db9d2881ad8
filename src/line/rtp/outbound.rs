//! Our frames and keys into packets.

use std::time::Duration;

use super::RemoteMedia;
use super::control::Shared;
use super::packet::{HEADER, RtpPacket};
use super::telephone_event::{KeySender, KeyTick};
use crate::audio::{FRAME, Frame, G711_FRAME, Hertz, Key, Tone, ToneGenerator};

/// The longest packet we send, 60 ms, and a frame beside it.
const PENDING: usize = 4 * G711_FRAME;
/// When the loop is this late, it has not ticked: our clock jumps to where it should be.
const LATE: Duration = Duration::from_millis(200);

/// The sending half of a session.
pub struct Outbound {
    pub ssrc: u32,
    /// The timestamp of the next sample.
    pub timestamp: u32,
    sequence: u16,
    /// Whether the next packet of sound begins a talkspurt.
    marker: bool,
    /// Codes that wait until a packet is full, and the timestamp of the first.
    pending: [u8; PENDING],
    pending_length: usize,
    keys: KeySender,
    tones: Option<ToneGenerator>,
    next_tick: Option<Duration>,
}

impl Outbound {
    /// Numbers begin at random (RFC 3550, section 5.1).
    pub fn new() -> Self {
        Self {
            ssrc: rand::random(),
            timestamp: rand::random(),
            sequence: rand::random(),
            marker: true,
            pending: [0; PENDING],
            pending_length: 0,
            keys: KeySender::new(),
            tones: None,
            next_tick: None,
        }
    }

    /// Queues a key; false if too many wait.
    pub fn push_key(&mut self, key: Key) -> bool {
        self.keys.push(key)
    }

    /// Sends the 20 ms of this tick through `send`, or only lets the clock run where `remote` is `None`: the far
    /// end does not want sound now, or it is not known where to send it.
    pub fn tick(
        &mut self,
        now: Duration,
        frame: &Frame,
        remote: Option<&RemoteMedia>,
        shared: &Shared,
        mut send: impl FnMut(&[u8]),
    ) {
        self.keep_time(now);
        let Some(remote) = remote else {
            self.pending_length = 0;
            self.marker = true;
            self.advance();
            return;
        };
        match self.keys.tick(self.timestamp, remote.telephone_event.is_some()) {
            KeyTick::Sound if frame.rate() == Hertz::HZ_8000 => self.send_sound(frame, remote, shared, &mut send),
            KeyTick::Sound => {
                shared.counters.dropped_frames.one();
                self.pending_length = 0;
                self.marker = true;
                self.advance();
            }
            KeyTick::Tones { key, fresh } => {
                if fresh {
                    self.tones = Some(ToneGenerator::new(Hertz::HZ_8000, Tone::Key(key)));
                }
                let tone =
                    self.tones.as_mut().map_or_else(|| Frame::silence(Hertz::HZ_8000), ToneGenerator::next_frame);
                self.send_sound(&tone, remote, shared, &mut send);
            }
            KeyTick::Event { timestamp, marker, payload } => {
                self.pending_length = 0;
                self.marker = true;
                let number = remote.telephone_event.unwrap_or_default();
                self.send_packet(number, marker, timestamp, &payload.write(), shared, &mut send);
                self.advance();
            }
        }
    }

    fn send_sound(&mut self, frame: &Frame, remote: &RemoteMedia, shared: &Shared, send: &mut impl FnMut(&[u8])) {
        let packet = Hertz::HZ_8000.samples_in(remote.ptime).clamp(G711_FRAME / 2, 3 * G711_FRAME);
        let mut codes = [0; G711_FRAME];
        remote.law.encode_frame(frame, &mut codes);
        let mut first = self.timestamp.wrapping_sub(self.pending_length as u32);
        self.pending[self.pending_length..self.pending_length + G711_FRAME].copy_from_slice(&codes);
        self.pending_length += G711_FRAME;
        self.advance();
        let pending = self.pending;
        let mut sent = 0;
        while self.pending_length - sent >= packet {
            let marker = std::mem::take(&mut self.marker);
            self.send_packet(remote.payload_type, marker, first, &pending[sent..sent + packet], shared, send);
            first = first.wrapping_add(packet as u32);
            sent += packet;
        }
        self.pending.copy_within(sent..self.pending_length, 0);
        self.pending_length -= sent;
    }

    fn send_packet(
        &mut self,
        payload_type: u8,
        marker: bool,
        timestamp: u32,
        payload: &[u8],
        shared: &Shared,
        send: &mut impl FnMut(&[u8]),
    ) {
        let packet = RtpPacket { marker, payload_type, sequence: self.sequence, timestamp, ssrc: self.ssrc, payload };
        let mut datagram = [0; HEADER + PENDING];
        if let Some(length) = packet.write(&mut datagram) {
            self.sequence = self.sequence.wrapping_add(1);
            shared.counters.sent.one();
            shared.counters.sent_bytes.add(payload.len() as u64);
            send(&datagram[..length]);
        }
    }

    const fn advance(&mut self) {
        self.timestamp = self.timestamp.wrapping_add(G711_FRAME as u32);
    }

    /// Lets the clock run through ticks that never came.
    fn keep_time(&mut self, now: Duration) {
        let due = self.next_tick.unwrap_or(now);
        if now >= due + LATE {
            let missed = ((now - due).as_millis() / FRAME.as_millis()) as u32;
            self.timestamp = self.timestamp.wrapping_add(missed.wrapping_mul(G711_FRAME as u32));
            self.pending_length = 0;
            self.marker = true;
            self.next_tick = Some(due + FRAME * missed + FRAME);
        } else {
            self.next_tick = Some(due + FRAME);
        }
    }
}
