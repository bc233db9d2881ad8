//! Taking our own voice out of what comes back: an echo is what was sent, a while later, fainter and coloured.
//!
//! We know every sample that was sent. Where it returns is found by cross-correlation; what a short adaptive filter at that
//! place explains is subtracted; a frame that holds little else is silence to the ear. A caller who speaks into the echo
//! stays audible: the filter explains our voice, not theirs.

use std::sync::Arc;
use std::time::Duration;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use crate::audio::{FRAME, Frame, Hertz};

/// The longest way of an echo: there and back over a network and two jitter buffers.
const LONGEST_DELAY: Duration = Duration::from_millis(500);
const LONGEST_IN_FRAMES: u32 = (LONGEST_DELAY.as_millis() / FRAME.as_millis()) as u32 + 2;
/// How much of what was heard is compared.
const COMPARED: Duration = Duration::from_millis(128);
/// How long the filter is: what a room adds behind the first arrival.
const FILTER: Duration = Duration::from_millis(40);
/// How much of the filter lies before the place that was found.
const AHEAD: Duration = Duration::from_millis(4);
/// Sound fainter than this, of full scale, is nothing: -66 dBov.
const FAINT: f32 = 2.5e-7;
/// From this correlation on, what was heard is what was sent.
const SAME: f32 = 0.6;
/// So many searches in a row must find it at one place, to so many samples: two voices of one pitch are alike for a moment.
const SEEN_AGAIN: u32 = 3;
const SAME_PLACE: usize = 3;
/// Below this correlation in so many searches the echo has gone elsewhere.
const LOST: f32 = 0.15;
const LOST_AFTER: u32 = 20;
/// How often a known place is looked for again, in frames.
const LOOK_AGAIN: u32 = 15;
/// How fast the filter learns.
const STEP: f32 = 0.4;
/// What is left of a frame may have this share of the echo's power and still be echo.
const RESIDUE: f32 = 0.35;
/// A frame this much louder than the echo that is expected holds another voice: the filter does not learn from it.
const ANOTHER_VOICE: f32 = 3.0;

/// One leg's guard against its own echo. No heap after it was made.
///
/// Legs above 16 kHz are passed on as they are: they are browsers, which take out the echo themselves, and the filter
/// would cost more there than the rest of the ear.
pub(super) struct EchoGuard {
    rate: Hertz,
    /// What was sent: the newest at the end.
    sent: Vec<f32>,
    /// What was heard, likewise.
    heard: Vec<f32>,
    filter: Vec<f32>,
    place: Option<usize>,
    /// Where it seems to be, and in how many searches in a row it did.
    seems: (usize, u32),
    /// The power of the echo against that of what was sent, as learnt.
    gain: f32,
    search: Search,
    frames: u32,
    misses: u32,
    /// How long it has been silent on our side, in frames.
    quiet: u32,
    /// How long we have been heard without an echo, in frames.
    without: u32,
}

impl EchoGuard {
    /// A guard for a leg at `rate` that has heard and sent nothing.
    pub(super) fn new(rate: Hertz) -> Self {
        let of = |duration: Duration| rate.samples_in(duration);
        let kept = of(LONGEST_DELAY) + of(COMPARED) + of(FILTER) + of(FRAME);
        Self {
            rate,
            sent: vec![0.0; kept],
            heard: vec![0.0; of(COMPARED)],
            filter: vec![0.0; of(FILTER)],
            place: None,
            seems: (0, 0),
            gain: 0.0,
            search: Search::new(of(COMPARED), of(LONGEST_DELAY)),
            frames: 0,
            misses: 0,
            quiet: u32::MAX / 2,
            without: 0,
        }
    }

    /// Whether what is heard now may be an echo that is not known yet: not after our voice has been heard for a second into
    /// silence.
    pub(super) fn may_echo(&self) -> bool {
        self.place.is_none() && self.without < 50 && self.quiet < LONGEST_IN_FRAMES
    }

    /// Whether an echo is known.
    pub(super) fn knows_echo(&self) -> bool {
        self.place.is_some()
    }

    /// Takes 20 ms that were heard and the 20 ms sent in the same tick; gives what is left for the ear.
    pub(super) fn guard(&mut self, heard: &Frame, sent: &Frame) -> Frame {
        let untouched = || heard.clone();
        if heard.rate() != self.rate || sent.rate() != self.rate || self.rate.get() > Hertz::HZ_16000.get() {
            return untouched();
        }
        append(&mut self.sent, sent.samples());
        append(&mut self.heard, heard.samples());
        self.frames = self.frames.wrapping_add(1);
        let is_sending = power_of(&self.sent[self.sent.len() - sent.samples().len()..]) > FAINT;
        self.quiet = if is_sending { 0 } else { self.quiet.saturating_add(1) };
        if self.quiet > LONGEST_IN_FRAMES {
            return untouched();
        }
        let newest = self.heard.len() - heard.samples().len();
        let loudness = power_of(&self.heard[newest..]);
        if loudness <= FAINT {
            self.without = self.without.saturating_add(u32::from(is_sending));
            return untouched();
        }
        if self.place.is_none() || self.frames.is_multiple_of(LOOK_AGAIN) {
            self.look();
        }
        let Some(place) = self.place else { return untouched() };
        self.subtract(heard, place, loudness)
    }

    /// Looks for what was sent in what was heard.
    fn look(&mut self) {
        let Some((place, likeness, gain)) = self.search.run(&self.heard, &self.sent) else { return };
        if likeness >= SAME {
            let near = self.seems.0.abs_diff(place) <= SAME_PLACE;
            self.seems = (place, if near { self.seems.1 + 1 } else { 1 });
            let moved = self.place.is_none_or(|known| known.abs_diff(place) > self.rate.samples_in(AHEAD));
            if moved && self.seems.1 >= SEEN_AGAIN {
                self.filter.fill(0.0);
                let ahead = self.rate.samples_in(AHEAD).min(place);
                self.filter[ahead] = gain;
                self.place = Some(place);
                self.gain = gain * gain;
            } else if !moved {
                self.gain = self.gain.max(gain * gain / 2.0);
            }
            self.misses = 0;
            return;
        }
        self.seems.1 = 0;
        if likeness < LOST && self.place.is_some() {
            self.misses += 1;
            if self.misses >= LOST_AFTER {
                self.place = None;
                self.misses = 0;
            }
        }
    }

    fn subtract(&mut self, heard: &Frame, place: usize, loudness: f32) -> Frame {
        let count = heard.samples().len();
        let taps = self.filter.len();
        // The sample that the first tap meets when the first sample of the frame is heard.
        let nearest = place.saturating_sub(self.rate.samples_in(AHEAD));
        let first = self.sent.len() - count - nearest;
        let from = self.heard.len() - count;
        let reference = power_of(&self.sent[first + 1 - taps..first + count]);
        let expected = reference * self.gain;
        let learns = reference > FAINT && loudness < expected * ANOTHER_VOICE + FAINT;
        let mut left = Frame::silence(self.rate);
        let (mut residue, mut echo) = (0.0, 0.0);
        let mut energy: f32 = self.sent[first + 1 - taps..first].iter().map(|sample| sample * sample).sum();
        for index in 0..count {
            let window = &self.sent[first + index + 1 - taps..=first + index];
            let explained: f32 = self.filter.iter().zip(window.iter().rev()).map(|(tap, sample)| tap * sample).sum();
            let error = self.heard[from + index] - explained;
            energy += window[taps - 1] * window[taps - 1];
            residue += error * error;
            echo += explained * explained;
            if learns {
                let step = STEP * error / (energy + taps as f32 * FAINT);
                for (tap, sample) in self.filter.iter_mut().zip(window.iter().rev()) {
                    *tap += step * sample;
                }
            }
            energy = (energy - window[0] * window[0]).max(0.0);
            left.samples_mut()[index] = (error * 32_768.0).round().clamp(-32_768.0, 32_767.0) as i16;
        }
        let (residue, echo) = (residue / count as f32, echo / count as f32);
        if learns {
            self.gain += 0.05 * (loudness / reference.max(FAINT) - self.gain);
        }
        // What the filter explains, or what is no louder than the echo that is due and falls under it.
        let is_echo = residue < RESIDUE * echo || (learns && residue < RESIDUE * expected);
        if is_echo {
            return Frame::silence(self.rate);
        }
        if echo < FAINT { heard.clone() } else { left }
    }
}

fn append(ring: &mut [f32], samples: &[i16]) {
    let kept = ring.len() - samples.len();
    ring.copy_within(samples.len().., 0);
    for (slot, &sample) in ring[kept..].iter_mut().zip(samples) {
        *slot = f32::from(sample) / 32_768.0;
    }
}

fn power_of(samples: &[f32]) -> f32 {
    samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len().max(1) as f32
}

/// Cross-correlation by Fourier transform, with its buffers.
struct Search {
    compared: usize,
    delays: usize,
    forward: Arc<dyn RealToComplex<f32>>,
    back: Arc<dyn ComplexToReal<f32>>,
    time: Vec<f32>,
    heard: Vec<Complex<f32>>,
    sent: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    scratch_back: Vec<Complex<f32>>,
}

impl Search {
    fn new(compared: usize, delays: usize) -> Self {
        let length = (compared * 2 + delays).next_power_of_two();
        let mut planner = RealFftPlanner::new();
        let (forward, back) = (planner.plan_fft_forward(length), planner.plan_fft_inverse(length));
        Self {
            compared,
            delays,
            time: forward.make_input_vec(),
            heard: forward.make_output_vec(),
            sent: forward.make_output_vec(),
            scratch: forward.make_scratch_vec(),
            scratch_back: back.make_scratch_vec(),
            forward,
            back,
        }
    }

    /// The delay at which `heard` is most like `sent` (both end now), how like it is there, 0 to 1, and how loud.
    fn run(&mut self, heard: &[f32], sent: &[f32]) -> Option<(usize, f32, f32)> {
        let span = self.compared + self.delays;
        let sent = &sent[sent.len() - span..];
        let loudness: f32 = heard.iter().map(|sample| sample * sample).sum();
        self.time.fill(0.0);
        self.time[..heard.len()].copy_from_slice(heard);
        self.forward.process_with_scratch(&mut self.time, &mut self.heard, &mut self.scratch).ok()?;
        self.time.fill(0.0);
        self.time[..span].copy_from_slice(sent);
        self.forward.process_with_scratch(&mut self.time, &mut self.sent, &mut self.scratch).ok()?;
        for (value, heard) in self.sent.iter_mut().zip(&self.heard) {
            *value *= heard.conj();
        }
        self.back.process_with_scratch(&mut self.sent, &mut self.time, &mut self.scratch_back).ok()?;
        let scale = 1.0 / self.time.len() as f32;
        // The energy of what was sent under the window at each offset, carried along.
        let mut energy: f32 = sent[..self.compared].iter().map(|sample| sample * sample).sum();
        let mut best = (0, 0.0_f32, 0.0_f32);
        for offset in 0..=self.delays {
            let product = self.time[offset] * scale;
            if energy > FAINT * self.compared as f32 {
                let likeness = product / (energy * loudness).sqrt().max(f32::MIN_POSITIVE);
                if likeness.abs() > best.1 {
                    best = (self.delays - offset, likeness.abs(), product / energy);
                }
            }
            if offset < self.delays {
                energy += sent[offset + self.compared].powi(2) - sent[offset].powi(2);
                energy = energy.max(0.0);
            }
        }
        (best.1 > 0.0).then_some(best)
    }
}

#[cfg(test)]
mod tests;
