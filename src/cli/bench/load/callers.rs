//! The callers: legs of a SIP line of our own, with the sound of a room, and the telephone of an agent who never
//! answers.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::sync::mpsc;

use crate::audio::{FRAME, Frame, Hertz};
use crate::line::sip::{OutboundCall, SipLimits, SipLine, SipSettings, SipTimers};
use crate::line::{IncomingCall, LegControl, LegEvent, Media};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// The loudness of the room: heard, and no speech.
const ROOM: f32 = 60.0;

/// Callers, and the sound of their legs.
pub(super) struct Callers {
    line: SipLine,
    legs: Vec<(LegControl, mpsc::Receiver<LegEvent>)>,
    sounds: Arc<Mutex<Vec<Box<dyn Media>>>>,
    stop: Arc<AtomicBool>,
    ticking: Option<std::thread::JoinHandle<()>>,
    ringing: tokio::task::JoinHandle<()>,
}

impl Callers {
    pub(super) async fn start() -> anyhow::Result<Self> {
        let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
        let settings = SipSettings {
            udp: Some(loopback),
            tcp: None,
            media_bind: loopback.ip(),
            media_ports: 40_000..=59_999,
            limits: SipLimits { outbound_legs: 1_000, ..SipLimits::default() },
            timers: SipTimers {
                answer_within: Duration::from_secs(7_200),
                port_linger: Duration::from_millis(100),
                ..SipTimers::default()
            },
            ..SipSettings::default()
        };
        let (line, calls) = SipLine::start(settings).await.context("the callers' line does not start")?;
        let sounds: Arc<Mutex<Vec<Box<dyn Media>>>> = Arc::default();
        let stop = Arc::new(AtomicBool::new(false));
        let ticking = {
            let (sounds, stop) = (Arc::clone(&sounds), Arc::clone(&stop));
            std::thread::Builder::new().name("callers".to_owned()).spawn(move || tick(&sounds, &stop))?
        };
        Ok(Self {
            line,
            legs: Vec::new(),
            sounds,
            stop,
            ticking: Some(ticking),
            ringing: tokio::spawn(let_ring(calls)),
        })
    }

    /// Where the agent's telephone rings.
    pub(super) fn address(&self) -> SocketAddr {
        self.line.local_addresses().udp.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)))
    }

    /// So many more callers ring; all are answered.
    pub(super) async fn ring(&mut self, server: SocketAddr, count: u32) -> anyhow::Result<()> {
        let first = self.legs.len();
        for number in 0..count {
            let target = format!("sip:{}@{server}", 7_000 + number);
            let leg = self.line.call(OutboundCall { target, caller_name: None, ring_for: PATIENCE });
            self.sounds.lock().unwrap_or_else(PoisonError::into_inner).push(leg.media);
            self.legs.push((leg.control, leg.events));
        }
        for (_, events) in &mut self.legs[first..] {
            loop {
                match tokio::time::timeout(PATIENCE, events.recv()).await {
                    Ok(Some(LegEvent::Answered)) => break,
                    Ok(Some(LegEvent::Ended(end))) => bail!("a call was not answered: {end:?}"),
                    Ok(Some(_)) => {}
                    Ok(None) | Err(_) => bail!("a call was not answered within {} s", PATIENCE.as_secs()),
                }
            }
        }
        Ok(())
    }

    /// Whether sound comes to every caller.
    pub(super) fn sound_came(&self) -> bool {
        let sounds = self.sounds.lock().unwrap_or_else(PoisonError::into_inner);
        sounds.iter().all(|sound| sound.last_heard().is_some())
    }

    /// All hang up.
    pub(super) async fn hang_up(&mut self) {
        for (control, _) in &self.legs {
            control.hang_up();
        }
        for (_, mut events) in self.legs.drain(..) {
            // The last event closes the channel; a leg that stays longer is dropped, which ends it.
            let gone = async { while events.recv().await.is_some() {} };
            tokio::time::timeout(PATIENCE, gone).await.ok();
        }
        self.sounds.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Drop for Callers {
    fn drop(&mut self) {
        self.ringing.abort();
        self.stop.store(true, Ordering::Relaxed);
        if let Some(ticking) = self.ticking.take() {
            ticking.join().ok();
        }
    }
}

/// The agent's telephone: it rings for as long as the server lets it.
async fn let_ring(mut calls: mpsc::Receiver<IncomingCall>) {
    let mut ringing = Vec::new();
    while let Some(call) = calls.recv().await {
        call.leg.control.ring();
        ringing.push(call.leg);
    }
}

/// Sends and takes the sound of every leg, 20 ms at a time.
fn tick(sounds: &Mutex<Vec<Box<dyn Media>>>, stop: &AtomicBool) {
    let begin = Instant::now();
    let mut noise: u32 = 0x2545_f491;
    let mut next = begin;
    while !stop.load(Ordering::Relaxed) {
        let mut frame = Frame::silence(Hertz::HZ_8000);
        for sample in frame.samples_mut() {
            noise ^= noise << 13;
            noise ^= noise >> 17;
            noise ^= noise << 5;
            *sample = ((noise as f32 / u32::MAX as f32 - 0.5) * ROOM) as i16;
        }
        let now = begin.elapsed();
        for sound in sounds.lock().unwrap_or_else(PoisonError::into_inner).iter_mut() {
            sound.receive(now);
            sound.send(now, &frame);
        }
        next += FRAME;
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
    }
}
