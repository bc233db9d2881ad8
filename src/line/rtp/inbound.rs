//! The far end's packets into frames and keys.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::RemoteMedia;
use super::control::Shared;
use super::packet::RtpPacket;
use super::reception::{Reception, StreamVerdict};
use super::reframe::Reframer;
use super::source::{Admission, SourceGuard};
use super::telephone_event::{EventPayload, KeyReceiver};
use crate::audio::{Concealer, Frame, Hertz, JitterBuffer, JitterSettings, Key, KeyDetector, Law, MAX_PAYLOAD};
use crate::audio::{Pulled, Pushed};

/// The most keys that wait to be asked for.
const KEY_QUEUE: usize = 64;
/// Comfort noise (RFC 3389): a sign of life that carries no sound for us.
const COMFORT_NOISE: u8 = 13;

/// What a payload type means in this session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    Sound(Law),
    Keys,
    ComfortNoise,
}

/// The receiving half of a session.
pub struct Inbound {
    pub guard: SourceGuard,
    pub reception: Reception,
    /// The law of what waits in the jitter buffer.
    law: Law,
    reframer: Reframer,
    jitter: JitterBuffer,
    concealer: Concealer,
    events: KeyReceiver,
    /// Tones are listened to until the first event has come: who sends events sends both.
    tones: Option<KeyDetector>,
    keys: VecDeque<Key>,
}

impl Inbound {
    pub fn new() -> Self {
        let law = Law::Mu;
        Self {
            guard: SourceGuard::new(),
            reception: Reception::default(),
            law,
            reframer: Reframer::new(),
            jitter: JitterBuffer::new(jitter_settings(law), Hertz::HZ_8000),
            concealer: Concealer::new(),
            events: KeyReceiver::default(),
            tones: Some(KeyDetector::new()),
            keys: VecDeque::with_capacity(KEY_QUEUE),
        }
    }

    /// Takes what was negotiated; `before` is what was negotiated last.
    pub fn negotiated(&mut self, now: Duration, remote: &RemoteMedia, before: Option<&RemoteMedia>) {
        self.guard.negotiated(now, remote.address, remote.known_source);
        if self.law != remote.law {
            self.law = remote.law;
            self.jitter = JitterBuffer::new(jitter_settings(remote.law), Hertz::HZ_8000);
        }
        let goes_on = before.is_some_and(|before| before.receive == remote.receive && before.direction.receives());
        if !goes_on {
            self.start_anew();
        }
    }

    fn start_anew(&mut self) {
        self.jitter.reset();
        self.reframer.reset();
    }

    /// Takes a datagram that is not RTCP.
    pub fn take(&mut self, now: Duration, from: SocketAddr, datagram: &[u8], remote: &RemoteMedia, shared: &Shared) {
        let counters = &shared.counters;
        let Some(packet) = RtpPacket::parse(datagram) else { return counters.dropped_malformed.one() };
        let Some(content) = self.content(&packet, remote) else { return counters.dropped_payload_type.one() };
        match self.guard.admit(now, from, packet.ssrc, packet.sequence) {
            Admission::Accepted => {}
            Admission::Locked { moved } => {
                counters.source_moved.store(moved, Ordering::Relaxed);
                self.reception.source_changed();
            }
            Admission::Refused => return counters.dropped_source.one(),
        }
        shared.heard(now);
        counters.received.one();
        counters.received_bytes.add(packet.payload.len() as u64);
        match content {
            Content::Sound(law) => self.take_sound(now, &packet, law, remote, shared),
            Content::Keys => self.take_event(now, &packet, shared),
            Content::ComfortNoise => self.reception.receive_other(packet.ssrc, packet.sequence),
        }
    }

    fn content(&self, packet: &RtpPacket<'_>, remote: &RemoteMedia) -> Option<Content> {
        let number = packet.payload_type;
        if remote.telephone_event_in == Some(number) {
            return Some(Content::Keys);
        }
        if let Some((_, law)) = remote.receive.iter().flatten().find(|(known, _)| *known == number) {
            return Some(Content::Sound(*law));
        }
        if number == COMFORT_NOISE {
            return Some(Content::ComfortNoise);
        }
        // Some gateways send events that nobody negotiated. Four bytes under a dynamic number, with a key's
        // code and the reserved bit clear, from a source that is locked, are nothing else.
        let dynamic = (96..=127).contains(&number);
        let looks_like_key = packet.payload.len() == 4
            && packet.payload[1] & 0x40 == 0
            && EventPayload::parse(packet.payload).is_some_and(|event| Key::from_event_code(event.code).is_some());
        let guessed = remote.telephone_event_in.is_none() && dynamic && looks_like_key && self.guard.source().is_some();
        guessed.then_some(Content::Keys)
    }

    fn take_event(&mut self, now: Duration, packet: &RtpPacket<'_>, shared: &Shared) {
        self.reception.receive_other(packet.ssrc, packet.sequence);
        self.tones = None;
        if let Some(key) = self.events.receive(now, packet.ssrc, packet.timestamp, packet.marker, packet.payload) {
            self.push_key(key, shared);
        }
    }

    fn take_sound(&mut self, now: Duration, packet: &RtpPacket<'_>, law: Law, remote: &RemoteMedia, shared: &Shared) {
        let counters = &shared.counters;
        match self.reception.receive(now, packet.ssrc, packet.sequence, packet.timestamp) {
            StreamVerdict::Goes => {}
            StreamVerdict::Starts => {
                counters.streams.one();
                self.start_anew();
            }
            StreamVerdict::Waits => return counters.dropped_stream.one(),
        }
        // While we do not listen, packets are only signs of life; padding alone is no more than that either.
        if !remote.direction.receives() || packet.payload.is_empty() {
            return;
        }
        let (jitter, ours) = (&mut self.jitter, self.law);
        let fits = self.reframer.push(packet.sequence, packet.timestamp, packet.payload, |number, timestamp, chunk| {
            let pushed = if law == ours {
                jitter.push(now, number, timestamp, chunk)
            } else {
                jitter.push(now, number, timestamp, &chunk.map(|code| ours.encode(law.decode(code))))
            };
            if pushed != Pushed::Accepted {
                counters.dropped_late.one();
            }
        });
        if !fits {
            counters.dropped_malformed.one();
        }
    }

    /// The next 20 ms.
    pub fn pull(&mut self, now: Duration, remote: Option<&RemoteMedia>, shared: &Shared) -> Frame {
        if !remote.is_some_and(|remote| remote.direction.receives()) {
            return Frame::silence(Hertz::HZ_8000);
        }
        let mut codes = [0; MAX_PAYLOAD];
        let frame = match self.jitter.pull(now, &mut codes) {
            Pulled::Payload { len } => {
                let mut frame = self.law.decode_frame(&codes[..len]);
                self.concealer.good(&mut frame);
                frame
            }
            Pulled::Lost => {
                shared.counters.concealed.one();
                self.concealer.lost()
            }
            Pulled::Empty => {
                // Through the concealer, so that what was made up fades out and what comes next fades in.
                let mut frame = Frame::silence(Hertz::HZ_8000);
                self.concealer.good(&mut frame);
                frame
            }
        };
        if let Some(key) = self.tones.as_mut().and_then(|tones| tones.push(&frame)) {
            self.push_key(key, shared);
        }
        frame
    }

    fn push_key(&mut self, key: Key, shared: &Shared) {
        shared.counters.keys.one();
        if self.keys.len() < KEY_QUEUE {
            self.keys.push_back(key);
        } else {
            shared.counters.dropped_keys.one();
        }
    }

    pub fn next_key(&mut self) -> Option<Key> {
        self.keys.pop_front()
    }
}

fn jitter_settings(law: Law) -> JitterSettings {
    let is_quiet: fn(&[u8]) -> bool = match law {
        Law::Mu => |codes| Law::Mu.is_quiet(codes),
        Law::A => |codes| Law::A.is_quiet(codes),
    };
    JitterSettings { is_quiet: Some(is_quiet), ..JitterSettings::default() }
}
