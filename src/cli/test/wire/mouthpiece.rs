//! The mouth, the thumb and the ear of a caller on the wire.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::audio::{FRAME, Frame, Hertz, Key, Sound, level_dbov};
use crate::line::Media;

/// How loud a frame is in which somebody is heard.
const AUDIBLE_DBOV: f32 = -50.0;
/// From one key to the next: a press, and the pause behind it.
const BETWEEN_KEYS: Duration = Duration::from_millis(320);

#[derive(Default)]
struct State {
    to_say: VecDeque<i16>,
    keys: VecDeque<Key>,
    since_key: Duration,
    quiet_for: Duration,
}

/// What the caller is to say and to press, and how long the other side has been quiet.
#[derive(Clone, Default)]
pub(super) struct Mouthpiece(Arc<Mutex<State>>);

impl Mouthpiece {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says this, a sound of 8 kHz, behind whatever is being said.
    pub(super) fn say(&self, sound: &Sound) {
        self.state().to_say.extend(sound.samples());
    }

    /// Presses keys, one after the other.
    pub(super) fn press(&self, keys: &str) {
        self.state().keys.extend(keys.chars().filter_map(Key::from_char));
    }

    /// Whether something is still being said or pressed.
    pub(super) fn is_busy(&self) -> bool {
        let state = self.state();
        !state.to_say.is_empty() || !state.keys.is_empty() || state.since_key < BETWEEN_KEYS
    }

    /// How long nothing has been heard.
    pub(super) fn quiet_for(&self) -> Duration {
        self.state().quiet_for
    }

    /// The far end of the caller's leg.
    pub(super) fn media(&self) -> Box<dyn Media> {
        Box::new(self.clone())
    }
}

impl Media for Mouthpiece {
    fn rate(&self) -> Hertz {
        Hertz::HZ_8000
    }

    fn receive(&mut self, _now: Duration) -> Frame {
        let mut frame = Frame::silence(Hertz::HZ_8000);
        let mut state = self.state();
        for sample in frame.samples_mut() {
            *sample = state.to_say.pop_front().unwrap_or_default();
        }
        frame
    }

    fn send(&mut self, _now: Duration, frame: &Frame) {
        let audible = level_dbov(frame.samples()) > AUDIBLE_DBOV;
        let mut state = self.state();
        state.quiet_for = if audible { Duration::ZERO } else { state.quiet_for + FRAME };
    }

    fn next_key(&mut self) -> Option<Key> {
        let mut state = self.state();
        state.since_key += FRAME;
        if state.since_key < BETWEEN_KEYS {
            return None;
        }
        let key = state.keys.pop_front()?;
        state.since_key = Duration::ZERO;
        Some(key)
    }

    fn send_key(&mut self, _key: Key) {}

    fn last_heard(&self) -> Option<Duration> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_pressed_one_after_the_other_and_quiet_is_counted() {
        let mouthpiece = Mouthpiece::default();
        let mut media = mouthpiece.media();
        mouthpiece.press("12");
        assert!(mouthpiece.is_busy());
        let pressed: Vec<usize> = (0..60).filter(|_| media.next_key().is_some()).collect();
        assert_eq!(pressed.len(), 2);
        assert!(pressed[1] - pressed[0] >= 15, "{pressed:?}");
        assert!(!mouthpiece.is_busy());
        media.send(Duration::ZERO, &Frame::silence(Hertz::HZ_8000));
        media.send(Duration::ZERO, &Frame::silence(Hertz::HZ_8000));
        assert_eq!(mouthpiece.quiet_for(), 2 * FRAME);
        let loud = Frame::from_samples(Hertz::HZ_8000, &[8_000; 160]).unwrap();
        media.send(Duration::ZERO, &loud);
        assert_eq!(mouthpiece.quiet_for(), Duration::ZERO);
    }
}
