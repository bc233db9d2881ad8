//! A sound card as a leg: 8 kHz frames on our side, whatever the card runs at on the other.

use std::time::Duration;

use super::ring::{Reader, Writer};
use crate::audio::{AudioError, Frame, Hertz, Key, Resampler};
use crate::line::Media;

/// What a telephone carries, so that a call through the microphone is like one over the telephone.
pub const LINE_RATE: Hertz = Hertz::HZ_8000;
const FRAME_SAMPLES: usize = LINE_RATE.samples_per_frame();
/// The microphone is heard when this much of it waits: the card and the loop do not tick together.
const START: usize = 3 * FRAME_SAMPLES;
/// When more than this waits, the card's clock is faster than ours: 20 ms are left out.
const MOST: usize = 8 * FRAME_SAMPLES;
/// The most that waits for the loudspeaker: beyond it, a frame is left out.
const MOST_PLAYED: Duration = Duration::from_millis(200);

/// The leg's sound. The card's streams run as long as it lives.
pub struct LocalMedia<Streams> {
    microphone: Reader,
    from_card: Resampler,
    to_card: Resampler,
    loudspeaker: Writer,
    most_played: usize,
    /// Samples of the card, and samples at the line's rate that wait for their frame.
    scratch: Vec<i16>,
    waiting: Vec<i16>,
    has_begun: bool,
    last_heard: Option<Duration>,
    _streams: Streams,
}

impl<Streams> LocalMedia<Streams> {
    /// A leg on the ring that the microphone fills at `microphone_rate` and the one that the loudspeaker
    /// empties at `loudspeaker_rate`.
    pub fn new(
        (microphone, microphone_rate): (Reader, Hertz),
        (loudspeaker, loudspeaker_rate): (Writer, Hertz),
        streams: Streams,
    ) -> Result<Self, AudioError> {
        Ok(Self {
            microphone,
            from_card: Resampler::new(microphone_rate, LINE_RATE)?,
            to_card: Resampler::new(LINE_RATE, loudspeaker_rate)?,
            loudspeaker,
            most_played: loudspeaker_rate.samples_in(MOST_PLAYED),
            // A second each, so that nothing grows while the call runs.
            scratch: Vec::with_capacity(microphone_rate.get().max(loudspeaker_rate.get()) as usize),
            waiting: Vec::with_capacity(LINE_RATE.get() as usize),
            has_begun: false,
            last_heard: None,
            _streams: streams,
        })
    }
}

impl<Streams: Send> Media for LocalMedia<Streams> {
    fn rate(&self) -> Hertz {
        LINE_RATE
    }

    fn receive(&mut self, now: Duration) -> Frame {
        self.scratch.clear();
        // Bounded by the capacity, that is a second: a loop that was away longer leaves the rest in the ring.
        while self.scratch.len() < self.scratch.capacity()
            && let Some(sample) = self.microphone.pop()
        {
            self.scratch.push(sample);
        }
        if !self.scratch.is_empty() {
            self.last_heard = Some(now);
            self.from_card.push(&self.scratch, &mut self.waiting);
        }
        if self.waiting.len() > MOST {
            let excess = self.waiting.len() - START;
            self.waiting.drain(..excess);
        }
        self.has_begun |= self.waiting.len() >= START;
        let mut frame = Frame::silence(LINE_RATE);
        if !self.has_begun {
            return frame;
        }
        let count = self.waiting.len().min(FRAME_SAMPLES);
        frame.samples_mut()[..count].copy_from_slice(&self.waiting[..count]);
        self.waiting.drain(..count);
        // A card that has fallen behind gets the time to build up a reserve again.
        self.has_begun = count == FRAME_SAMPLES;
        frame
    }

    fn send(&mut self, _now: Duration, frame: &Frame) {
        if frame.rate() != LINE_RATE {
            tracing::debug!(rate = %frame.rate(), "a frame of another rate was dropped");
            return;
        }
        if self.loudspeaker.waiting() > self.most_played {
            return;
        }
        self.scratch.clear();
        self.to_card.push(frame.samples(), &mut self.scratch);
        for sample in &self.scratch {
            self.loudspeaker.push(*sample);
        }
    }

    fn next_key(&mut self) -> Option<Key> {
        None
    }

    fn send_key(&mut self, _key: Key) {
        // A loudspeaker has no use for keys.
    }

    fn last_heard(&self) -> Option<Duration> {
        self.last_heard
    }
}

#[cfg(test)]
mod tests {
    use super::super::ring::ring;
    use super::*;
    use crate::audio::{FRAME, level_dbov};

    struct Card {
        microphone: Writer,
        loudspeaker: Reader,
        media: LocalMedia<()>,
        spoken: u32,
        rate: Hertz,
    }

    fn card(rate: u32) -> Card {
        let rate = Hertz::new(rate).unwrap();
        let (microphone, from_microphone) = ring(rate.get() as usize);
        let (to_loudspeaker, loudspeaker) = ring(rate.get() as usize);
        let media = LocalMedia::new((from_microphone, rate), (to_loudspeaker, rate), ()).unwrap();
        Card { microphone, loudspeaker, media, spoken: 0, rate }
    }

    impl Card {
        /// The card's microphone hears a tone for `samples`.
        fn hears(&mut self, samples: usize) {
            for _ in 0..samples {
                let phase = f64::from(self.spoken) * 600.0 * std::f64::consts::TAU / f64::from(self.rate.get());
                self.microphone.push((9000.0 * phase.sin()) as i16);
                self.spoken += 1;
            }
        }
    }

    fn is_loud(frame: &Frame) -> bool {
        level_dbov(frame.samples()) > -20.0
    }

    #[test]
    fn the_microphone_is_heard_at_any_rate_without_gaps() {
        for rate in [8_000, 16_000, 22_050, 44_100, 48_000] {
            let mut card = card(rate);
            let mut heard = Vec::new();
            for tick in 0..200u32 {
                card.hears(card.rate.get() as usize / 50);
                heard.push(card.media.receive(FRAME * tick));
            }
            let began = heard.iter().position(is_loud).unwrap();
            assert!(began <= 6, "{rate}: began after {began} ticks");
            assert!(heard[began..].iter().all(is_loud), "{rate}");
            assert_eq!(card.media.last_heard(), Some(FRAME * 199));
        }
    }

    #[test]
    fn cards_that_run_fast_or_slow_neither_pile_up_nor_fall_silent_for_long() {
        for samples in [950, 970] {
            let mut card = card(48_000);
            let mut quiet = 0;
            for tick in 0..3_000u32 {
                card.hears(samples);
                quiet += u32::from(!is_loud(&card.media.receive(FRAME * tick)));
                assert!(card.media.waiting.len() <= MOST);
            }
            assert!(quiet < 200, "{samples}: {quiet} of 3000");
        }
    }

    #[test]
    fn the_loudspeaker_plays_what_is_sent_and_never_lags_far_behind() {
        let mut card = card(44_100);
        let loud = Frame::from_samples(LINE_RATE, &[8000; 160]).unwrap();
        for tick in 0..100u32 {
            card.media.send(FRAME * tick, &loud);
        }
        assert!(card.media.loudspeaker.waiting() <= card.media.most_played + 2_000);
        let mut played = 0;
        while let Some(sample) = card.loudspeaker.pop() {
            played += usize::from(sample > 7000);
        }
        assert!(played > 44_100 / 10);
    }

    #[test]
    fn nothing_grows_while_a_call_runs() {
        let mut card = card(48_000);
        let (scratch, waiting) = (card.media.scratch.capacity(), card.media.waiting.capacity());
        for tick in 0..500u32 {
            card.hears(if tick % 50 == 0 { 40_000 } else { 960 });
            card.media.receive(FRAME * tick);
            card.media.send(FRAME * tick, &Frame::silence(LINE_RATE));
        }
        assert_eq!((card.media.scratch.capacity(), card.media.waiting.capacity()), (scratch, waiting));
    }
}
