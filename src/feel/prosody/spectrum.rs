//! From samples to a [`Hop`]: one transform forward for the spectrum, one back for the periods in it.

use std::f32::consts::PI;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::hop::{BANDS, CANDIDATES, Candidate, Hop};

/// The rate everything is measured at.
pub(super) const RATE: f32 = 8_000.0;
/// Samples between two hops: 10 ms.
pub(super) const HOP: usize = 80;
/// Samples a hop is measured over: 40 ms, two periods and a half of the lowest voice.
pub(super) const WINDOW: usize = 320;
/// Length of the transform; longer than the window and the longest period together, so that periods do not wrap.
const FFT: usize = 512;
/// Length of the transform back: twice as long, so that a period is known to half a sample before interpolation.
const BACK: usize = 1_024;
/// The lowest and highest pitch, in Hz: a deep voice, and a scream.
const PITCH: (f32, f32) = (60.0, 600.0);
/// The band that every telephone carries, in Hz.
const BAND: (f32, f32) = (300.0, 3_400.0);
/// The spectrum is raised to this power before it is searched for periods: of the power spectrum, so 0.5 is the
/// magnitude. Formants then outweigh the other harmonics less than in the plain autocorrelation.
const COMPRESSION: f32 = 0.75;
/// A pitch an octave lower needs this much more strength, so that of two equal ones the higher wins (Boersma 1993).
const OCTAVE_COST: f32 = 0.02;
/// Below this energy there is digital silence.
const NOTHING: f32 = 1e-3;

/// Transforms and tables; made once, used for every hop without touching the heap.
pub(super) struct Spectrum {
    forward: Arc<dyn RealToComplex<f32>>,
    back: Arc<dyn ComplexToReal<f32>>,
    window: [f32; WINDOW],
    /// By what the periods are divided, since the window fades them: one over its own autocorrelation.
    fading: Vec<f32>,
    samples: Vec<f32>,
    bins: Vec<Complex<f32>>,
    scratch_forward: Vec<Complex<f32>>,
    compressed: Vec<Complex<f32>>,
    periods: Vec<f32>,
    scratch_back: Vec<Complex<f32>>,
    power: Vec<f32>,
    filters: Vec<Filter>,
}

/// A triangle over bins.
struct Filter {
    first: usize,
    weights: Vec<f32>,
}

impl Spectrum {
    pub(super) fn new() -> Self {
        let mut planner = RealFftPlanner::<f32>::new();
        let forward = planner.plan_fft_forward(FFT);
        let back = planner.plan_fft_inverse(BACK);
        let window = std::array::from_fn(|index| 0.5 - 0.5 * (2.0 * PI * (index as f32 + 0.5) / WINDOW as f32).cos());
        Self {
            samples: vec![0.0; FFT],
            bins: forward.make_output_vec(),
            scratch_forward: forward.make_scratch_vec(),
            compressed: back.make_input_vec(),
            periods: back.make_output_vec(),
            scratch_back: back.make_scratch_vec(),
            power: vec![0.0; FFT / 2 + 1],
            filters: filters(),
            fading: fading(&window),
            forward,
            back,
            window,
        }
    }

    /// Measures [`WINDOW`] samples (fewer are taken as followed by silence).
    pub(super) fn measure(&mut self, samples: &[f32]) -> Hop {
        self.samples.fill(0.0);
        for ((slot, &sample), &weight) in self.samples.iter_mut().zip(samples).zip(&self.window) {
            *slot = sample * weight;
        }
        // The lengths are those that the plan asked for, so it cannot refuse.
        let done = self.forward.process_with_scratch(&mut self.samples, &mut self.bins, &mut self.scratch_forward);
        debug_assert!(done.is_ok(), "the transform refused its own sizes");
        for (power, bin) in self.power.iter_mut().zip(&self.bins) {
            *power = bin.norm_sqr() / WINDOW as f32;
        }
        let mut hop = Hop { energy: decibels(self.in_band(BAND.0, BAND.1)), ..Hop::default() };
        for (value, filter) in hop.bands.iter_mut().zip(&self.filters) {
            let powers = self.power.get(filter.first..).unwrap_or(&[]);
            *value = decibels(filter.weights.iter().zip(powers).map(|(weight, power)| weight * power).sum());
        }
        if hop.energy > decibels(NOTHING) {
            self.pitches(&mut hop.candidates);
        }
        hop
    }

    fn in_band(&self, from: f32, to: f32) -> f32 {
        self.power[bin(from)..bin(to)].iter().sum()
    }

    /// The periods in the sound: peaks of the autocorrelation, cleared of the window's own fading.
    fn pitches(&mut self, candidates: &mut [Candidate; CANDIDATES]) {
        self.compressed.fill(Complex::default());
        for index in bin(BAND.0 - 50.0)..bin(BAND.1) {
            let value = if COMPRESSION == 0.5 { self.power[index].sqrt() } else { self.power[index].powf(COMPRESSION) };
            self.compressed[index] = Complex::new(value, 0.0);
        }
        let done = self.back.process_with_scratch(&mut self.compressed, &mut self.periods, &mut self.scratch_back);
        debug_assert!(done.is_ok(), "the transform refused its own sizes");
        let whole = self.periods[0];
        if whole <= 0.0 {
            return;
        }
        let rate = RATE * (BACK / FFT) as f32;
        let (shortest, longest) = ((rate / PITCH.1) as usize, (rate / PITCH.0).ceil() as usize);
        let at = |lag: usize| self.periods[lag] * self.fading[lag] / whole;
        let (mut before, mut here) = (at(shortest - 1), at(shortest));
        for lag in shortest..=longest {
            let after = at(lag + 1);
            if here > before && here >= after && here > 0.1 {
                let curve = before - 2.0 * here + after;
                let shift = if curve < 0.0 { 0.5 * (before - after) / curve } else { 0.0 };
                let height = (here - 0.25 * (before - after) * shift).min(1.0);
                let hertz = rate / (lag as f32 + shift);
                insert(candidates, Candidate { pitch: 12.0 * (hertz / 50.0).log2(), strength: height });
            }
            (before, here) = (here, after);
        }
    }
}

/// Keeps the best, in order.
fn insert(candidates: &mut [Candidate; CANDIDATES], new: Candidate) {
    let worth = |candidate: &Candidate| {
        if candidate.strength <= 0.0 { -1.0 } else { candidate.strength + OCTAVE_COST * candidate.pitch / 12.0 }
    };
    let mut carried = new;
    for slot in candidates {
        if worth(&carried) > worth(slot) {
            std::mem::swap(slot, &mut carried);
        }
    }
}

fn hertz(bin: usize) -> f32 {
    bin as f32 * RATE / FFT as f32
}

fn bin(hertz: f32) -> usize {
    (hertz * FFT as f32 / RATE).round() as usize
}

/// 10 log10, from −60 dB (of one step of 16 bits) on.
pub(super) fn decibels(power: f32) -> f32 {
    10.0 * (power + 1e-6).log10()
}

/// The corners of the mel bands in Hz: band `n` rises from corner `n` to the next and falls to the one after.
pub(super) fn corner(index: usize) -> f32 {
    let mel = |hertz: f32| 2_595.0 * (1.0 + hertz / 700.0).log10();
    let (low, high) = (mel(BAND.0), mel(BAND.1));
    700.0 * (10_f32.powf((low + (high - low) * index as f32 / (BANDS + 1) as f32) / 2_595.0) - 1.0)
}

fn filters() -> Vec<Filter> {
    (0..BANDS)
        .map(|band| {
            let (left, top, right) = (corner(band), corner(band + 1), corner(band + 2));
            let first = (left * FFT as f32 / RATE).ceil() as usize;
            let last = (right * FFT as f32 / RATE).floor() as usize;
            let weight = |bin: usize| {
                let hertz = hertz(bin);
                if hertz <= top { (hertz - left) / (top - left) } else { (right - hertz) / (right - top) }
            };
            let weights: Vec<f32> = (first..=last).map(|bin| weight(bin).max(0.0)).collect();
            let sum: f32 = weights.iter().sum::<f32>().max(1e-6);
            Filter { first, weights: weights.iter().map(|weight| weight / sum).collect() }
        })
        .collect()
}

/// One over the autocorrelation of the window, by lag of the transform back.
fn fading(window: &[f32; WINDOW]) -> Vec<f32> {
    let step = BACK / FFT;
    let longest = (RATE / PITCH.0) as usize + 3;
    let own = |lag: usize| -> f32 { window.iter().zip(&window[lag..]).map(|(a, b)| a * b).sum() };
    let whole = own(0);
    let by_sample: Vec<f32> = (0..=longest).map(|lag| whole / own(lag)).collect();
    (0..longest * step)
        .map(|lag| {
            let (left, part) = (lag / step, (lag % step) as f32 / step as f32);
            by_sample[left] * (1.0 - part) + by_sample[left + 1] * part
        })
        .collect()
}
