//! Sound of callers and agents that are played by SIPp: sockets of ours that answer every packet with one of their
//! own, so that the server's clock is theirs too.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use warmline::audio::{Frame, Hertz, Law};

use super::server::free_ports;

const TELEPHONE_EVENT: u8 = 101;
/// 20 ms of µ-law silence.
const SILENCE: [u8; 160] = [0xff; 160];

/// The sockets, served by one thread.
pub struct Media {
    streams: Arc<Vec<Stream>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

struct Stream {
    socket: UdpSocket,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    peer: Option<SocketAddr>,
    received: u64,
    last: Option<Instant>,
    heard: Vec<i16>,
    keys: VecDeque<u8>,
    loop_of: Vec<[u8; 160]>,
    sequence: u16,
    timestamp: u32,
    sent: usize,
}

impl Media {
    /// `count` streams.
    pub fn new(count: usize) -> Self {
        let streams: Vec<Stream> = (0..count)
            .map(|_| {
                // A port found free may be taken by another program before it is bound: then the next will do.
                let bind = |_| UdpSocket::bind((Ipv4Addr::LOCALHOST, free_ports(2))).ok();
                let socket = (0..100).find_map(bind).expect("a port for sound");
                socket.set_nonblocking(true).expect("a socket that does not block");
                Stream { socket, state: Mutex::default() }
            })
            .collect();
        let (streams, stop) = (Arc::new(streams), Arc::new(AtomicBool::new(false)));
        let thread = {
            let (streams, stop) = (Arc::clone(&streams), Arc::clone(&stop));
            std::thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let served = streams.iter().filter(|stream| stream.serve()).count();
                    if served == 0 {
                        std::thread::sleep(Duration::from_millis(2));
                    }
                }
            })
        };
        Self { streams, stop, thread: Some(thread) }
    }

    /// The port of a stream.
    pub fn port(&self, index: usize) -> u16 {
        self.streams[index].socket.local_addr().expect("its address").port()
    }

    /// Where the server sends this stream's sound from.
    pub fn peer(&self, index: usize) -> Option<SocketAddr> {
        self.state(index).peer
    }

    /// How many packets of sound have come.
    pub fn received(&self, index: usize) -> u64 {
        self.state(index).received
    }

    /// How long no sound has come.
    pub fn quiet_for(&self, index: usize) -> Duration {
        self.state(index).last.map_or(Duration::ZERO, |last| last.elapsed())
    }

    /// Presses keys, by RFC 4733.
    pub fn press(&self, index: usize, keys: &str) {
        let codes = keys.bytes().map(|key| match key {
            b'*' => 10,
            b'#' => 11,
            digit => digit - b'0',
        });
        self.state(index).keys.extend(codes);
    }

    /// Plays `samples` (8 kHz) over and over; nothing when empty.
    pub fn play(&self, index: usize, samples: &[i16]) {
        let frames = samples.chunks_exact(160).map(|chunk| {
            let mut frame = Frame::silence(Hertz::HZ_8000);
            frame.samples_mut().copy_from_slice(chunk);
            let mut codes = [0; 160];
            Law::Mu.encode_frame(&frame, &mut codes);
            codes
        });
        self.state(index).loop_of = frames.collect();
    }

    /// Sends whatever it is to where the sound comes from, as if it were sound of this stream.
    pub fn send_bytes(&self, index: usize, bytes: &[u8]) {
        if let Some(peer) = self.peer(index) {
            let _ = self.streams[index].socket.send_to(bytes, peer);
        }
    }

    /// Everything heard so far, 8 kHz.
    pub fn heard(&self, index: usize) -> Vec<i16> {
        self.state(index).heard.clone()
    }

    fn state(&self, index: usize) -> MutexGuard<'_, State> {
        self.streams[index].state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Media {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Stream {
    /// Takes a packet and sends one; whether there was one.
    fn serve(&self) -> bool {
        let mut packet = [0; 2_048];
        let Ok((length, peer)) = self.socket.recv_from(&mut packet) else { return false };
        if length < 12 || packet[1] & 0x7f != 0 {
            return true;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.peer = Some(peer);
        state.received += 1;
        state.last = Some(Instant::now());
        // Two minutes are enough to look at.
        if state.heard.len() < 960_000 && length == 172 {
            let mut codes = [0; 160];
            codes.copy_from_slice(&packet[12..172]);
            let frame = Law::Mu.decode_frame(&codes);
            state.heard.extend_from_slice(frame.samples());
        }
        let payload = match state.loop_of.len() {
            0 => SILENCE,
            frames => state.loop_of[state.sent % frames],
        };
        state.sent += 1;
        state.sequence = state.sequence.wrapping_add(1);
        state.timestamp = state.timestamp.wrapping_add(160);
        let (sequence, timestamp) = (state.sequence, state.timestamp);
        if let Some(key) = state.keys.pop_front() {
            // A press of 100 ms, whose last packet comes three times (RFC 4733 2.5.1.4).
            for (number, duration) in [160_u16, 320, 480, 640, 800, 800, 800].into_iter().enumerate() {
                let is_end = number >= 4;
                let event = [key, if is_end { 0x8a } else { 0x0a }, (duration >> 8) as u8, duration as u8];
                let sequence = sequence.wrapping_add(number as u16);
                let _ = self.socket.send_to(&rtp(TELEPHONE_EVENT, number == 0, sequence, timestamp, &event), peer);
            }
            state.sequence = state.sequence.wrapping_add(6);
            state.timestamp = state.timestamp.wrapping_add(800);
            return true;
        }
        let _ = self.socket.send_to(&rtp(0, false, sequence, timestamp, &payload), peer);
        true
    }
}

fn rtp(payload_type: u8, marker: bool, sequence: u16, timestamp: u32, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x80, payload_type | if marker { 0x80 } else { 0 }];
    packet.extend_from_slice(&sequence.to_be_bytes());
    packet.extend_from_slice(&timestamp.to_be_bytes());
    packet.extend_from_slice(&0x57_49_52_45_u32.to_be_bytes());
    packet.extend_from_slice(payload);
    packet
}

/// A tone at 8 kHz, about −12 dBov.
pub fn tone(hertz: f64, length: Duration) -> Vec<i16> {
    let samples = (length.as_secs_f64() * 8_000.0) as usize;
    (0..samples)
        .map(|sample| ((sample as f64 * hertz * std::f64::consts::TAU / 8_000.0).sin() * 8_000.0) as i16)
        .collect()
}

/// How much of the power of `samples` (8 kHz) is at `hertz`: 0 to 1.
pub fn share_at(samples: &[i16], hertz: f64) -> f64 {
    let (mut real, mut imaginary, mut power) = (0.0, 0.0, 0.0);
    for (index, &sample) in samples.iter().enumerate() {
        let (value, angle) = (f64::from(sample), index as f64 * hertz * std::f64::consts::TAU / 8_000.0);
        real += value * angle.cos();
        imaginary += value * angle.sin();
        power += value * value;
    }
    let length = samples.len().max(1) as f64;
    if power == 0.0 { 0.0 } else { 2.0 * (real * real + imaginary * imaginary) / (length * power) }
}

/// The loudest 20 ms, as their root mean square.
pub fn loudest(samples: &[i16]) -> f64 {
    let rms = |chunk: &[i16]| (chunk.iter().map(|&sample| f64::from(sample).powi(2)).sum::<f64>() / 160.0).sqrt();
    samples.chunks_exact(160).map(rms).fold(0.0, f64::max)
}
