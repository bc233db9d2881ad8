//! Two ends of a line joined in real time: what arrives over the network, and whoever is meant to hear it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::audio::FRAME;
use crate::line::Media;

/// Carries sound and keys between a leg and a far end, 20 ms at a time, until it is dropped.
pub(super) struct Joined {
    stop: Arc<AtomicBool>,
    has_left: Arc<AtomicBool>,
}

impl Joined {
    /// Joins them.
    pub(super) fn start(mut leg: Box<dyn Media>, mut far: Box<dyn Media>) -> anyhow::Result<Self> {
        let (stop, has_left) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let (stopped, left) = (Arc::clone(&stop), Arc::clone(&has_left));
        let tick = move || {
            let began = Instant::now();
            let mut clock = Duration::ZERO;
            while !stopped.load(Ordering::Relaxed) {
                far.send(clock, &leg.receive(clock));
                let frame = far.receive(clock);
                leg.send(clock, &frame);
                if let Some(key) = far.next_key() {
                    leg.send_key(key);
                }
                left.store(far.finished(), Ordering::Relaxed);
                clock += FRAME;
                std::thread::sleep((began + clock).saturating_duration_since(Instant::now()));
            }
        };
        std::thread::Builder::new()
            .name("test-line".to_owned())
            .spawn(tick)
            .context("a thread for the sound of a test cannot be started")?;
        Ok(Self { stop, has_left })
    }

    /// Whether the far end has hung up by itself.
    pub(super) fn has_left(&self) -> bool {
        self.has_left.load(Ordering::Relaxed)
    }
}

impl Drop for Joined {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
