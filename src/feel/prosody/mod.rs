//! How something is said, whatever is said: pitch, loudness, voice quality, spectral shape and pace of an utterance, from
//! 20 ms frames at 8 or 16 kHz (any rate that a line runs at). What runs for every frame touches no heap.

mod features;
mod hop;
mod numbers;
mod shape;
mod spectrum;
mod syllables;
#[cfg(test)]
mod tests;
mod track;

use std::time::Duration;

use crate::audio::{AudioError, Frame, Hertz, Resampler};

use super::CallerFrame;
use features::Sums;
use hop::{Hop, Voicing};
use shape::Shapes;
use spectrum::{HOP, Spectrum, WINDOW};
use track::{Levels, Steps};

pub use features::{FEATURE_NAMES, FEATURES, Features};

/// The longest utterance that is looked at as a whole: of a longer one the last 20 s count.
const LONGEST: usize = 2_000;
/// While nothing has been voiced yet, this much is kept.
const BEFORE: usize = 200;
/// Hops a second.
const A_SECOND: usize = 100;
/// New speech after which an unfinished utterance is looked at again, in hops.
const AGAIN: usize = 2 * A_SECOND;
/// What is kept before the first voiced hop and after the last: consonants.
const MARGIN: usize = 8;
/// A voice stands alone with this many silent hops on both sides,
const ALONE: usize = 30;
/// is not the caller's when so much fainter than the utterance's loudest, in dB,
const FAINTER: f32 = 13.0;
/// and no voice at all when of fewer hops.
const SHORTEST: usize = 8;
/// A gap of up to this many hops is a consonant.
const CONSONANT: usize = 15;
/// How periodic a hop must be to count as speech before the pitch track is known.
const LIKELY: f32 = 0.45;

/// Below this much voice there is nothing to tell.
pub const LEAST_VOICED: Duration = Duration::from_millis(1_000);

/// One utterance, or what has been said of it so far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Utterance {
    /// What the models read.
    pub features: Features,
    /// How long a voice sounded, with the consonants between: gaps of up to 150 ms belong to it, pauses do not.
    pub voiced: Duration,
    /// From the first sound of the voice to the last.
    pub spoken: Duration,
    /// Syllables a second, pauses left out.
    pub pace: f32,
    /// Mean pitch in semitones above 50 Hz.
    pub pitch: f32,
    /// Mean loudness of the voice in dB; only differences within a call mean anything.
    pub loudness: f32,
    /// By how much the voice stands out of the noise, in dB.
    pub above_noise: f32,
}

/// One hop of 10 ms for a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// In Hz, where a voice sounds.
    pub pitch: Option<f32>,
    /// In dB.
    pub loudness: f32,
}

/// Listens to one caller.
pub struct Prosody {
    resampler: Option<Resampler>,
    spectrum: Spectrum,
    samples: [f32; WINDOW],
    filled: usize,
    hops: Vec<Hop>,
    voicing: Vec<Voicing>,
    steps: Vec<Steps>,
    sums: Sums,
    /// Likely voiced hops since the utterance was last looked at.
    fresh: usize,
    /// Whether anything voiced has been heard in this utterance.
    begun: bool,
    energies: Vec<f32>,
    shapes: Shapes,
}

impl Prosody {
    /// For a caller's voice at `rate`.
    ///
    /// # Errors
    /// When `rate` cannot be brought to 8 kHz.
    pub fn new(rate: Hertz) -> Result<Self, AudioError> {
        let same = rate == Hertz::HZ_8000;
        Ok(Self {
            resampler: if same { None } else { Some(Resampler::new(rate, Hertz::HZ_8000)?) },
            spectrum: Spectrum::new(),
            samples: [0.0; WINDOW],
            filled: 0,
            hops: Vec::with_capacity(LONGEST),
            voicing: vec![Voicing::default(); LONGEST],
            steps: vec![Steps::default(); LONGEST],
            sums: Sums::with_room(LONGEST),
            fresh: 0,
            begun: false,
            energies: Vec::with_capacity(LONGEST),
            shapes: Shapes::with_room(LONGEST),
        })
    }

    /// Takes in 20 ms. Gives what has been said of an unfinished utterance so far, each time two more seconds of it are voiced.
    pub fn push(&mut self, frame: CallerFrame<'_>) -> Option<Utterance> {
        self.push_whole(frame);
        if self.fresh < AGAIN {
            return None;
        }
        self.fresh = 0;
        self.look()
    }

    /// Takes in 20 ms of an utterance that is looked at only at its [`end`](Self::end).
    pub fn push_whole(&mut self, frame: CallerFrame<'_>) {
        match &mut self.resampler {
            Some(resampler) => {
                let narrow = resampler.frame(frame.sound());
                self.take(&narrow);
            }
            None => self.take(frame.sound()),
        }
    }

    /// The utterance is over: what it was, if a voice sounded in it at all. The next frame begins another.
    pub fn end(&mut self) -> Option<Utterance> {
        let utterance = self.look();
        self.hops.clear();
        self.filled = 0;
        self.fresh = 0;
        self.begun = false;
        utterance
    }

    /// The utterance so far, 10 ms by 10 ms, for a picture.
    pub fn moments(&mut self) -> Vec<Moment> {
        self.trace();
        let hertz = |pitch: f32| 50.0 * (pitch / 12.0).exp2();
        self.hops
            .iter()
            .zip(&self.voicing)
            .map(|(hop, voicing)| Moment { pitch: voicing.pitch.map(hertz), loudness: hop.energy })
            .collect()
    }

    fn take(&mut self, frame: &Frame) {
        for &sample in frame.samples() {
            self.samples[self.filled] = f32::from(sample);
            self.filled += 1;
            if self.filled == WINDOW {
                self.hop();
                self.samples.copy_within(HOP.., 0);
                self.filled = WINDOW - HOP;
            }
        }
    }

    fn hop(&mut self) {
        let hop = self.spectrum.measure(&self.samples);
        if self.hops.len() == LONGEST {
            self.forget_first(A_SECOND);
        } else if !self.begun && self.hops.len() >= 2 * BEFORE {
            self.forget_first(BEFORE);
        }
        if hop.candidates[0].strength > LIKELY {
            self.begun = true;
            self.fresh += 1;
        }
        self.hops.push(hop);
    }

    fn forget_first(&mut self, count: usize) {
        self.hops.copy_within(count.., 0);
        self.hops.truncate(self.hops.len() - count);
    }

    fn levels(&mut self) -> Levels {
        self.energies.clear();
        self.energies.extend(self.hops.iter().map(|hop| hop.energy));
        self.energies.sort_unstable_by(f32::total_cmp);
        let at = |share: f32| {
            let place = (share * self.energies.len().saturating_sub(1) as f32) as usize;
            self.energies.get(place).copied().unwrap_or(-60.0)
        };
        Levels { noise: at(0.08), peak: at(0.97) }
    }

    /// Finds where the voice sounds, and at what pitch.
    fn trace(&mut self) -> Levels {
        let levels = self.levels();
        let count = self.hops.len();
        let (hops, voicing) = (&self.hops[..], &mut self.voicing[..count]);
        track::follow(hops, levels, &mut self.steps[..count], voicing);
        drop_blips(voicing);
        drop_islands(hops, voicing);
        levels
    }

    fn look(&mut self) -> Option<Utterance> {
        let levels = self.trace();
        let count = self.hops.len();
        let (hops, voicing) = (&self.hops[..], &self.voicing[..count]);
        let first = voicing.iter().position(|hop| hop.pitch.is_some())?;
        let last = voicing.iter().rposition(|hop| hop.pitch.is_some())?;
        let range = first.saturating_sub(MARGIN)..(last + 1 + MARGIN).min(count);
        let shapes = self.shapes.of(hops, range.clone());
        let (hops, voicing) = (&hops[range.clone()], &voicing[range]);
        let (features, pace) = features::features(shapes, voicing, &mut self.sums);
        let voiced = voicing.iter().filter(|hop| hop.pitch.is_some()).count();
        let spoken_hops = voiced + consonants(voicing);
        let energy = hops.iter().zip(voicing).filter(|(_, voicing)| voicing.pitch.is_some());
        let loudness = energy.map(|(hop, _)| hop.energy).sum::<f32>() / voiced.max(1) as f32;
        Some(Utterance {
            pace,
            pitch: features.0[0],
            features,
            voiced: hops_last(spoken_hops),
            spoken: hops_last(last + 1 - first),
            loudness,
            above_noise: loudness - levels.noise,
        })
    }
}

/// A voice of less than 40 ms is none.
fn drop_blips(voicing: &mut [Voicing]) {
    let mut from = 0;
    while from < voicing.len() {
        let sounds = voicing[from].pitch.is_some();
        let to = voicing[from..]
            .iter()
            .position(|hop| hop.pitch.is_some() != sounds)
            .map_or(voicing.len(), |length| from + length);
        if sounds && to - from < 4 {
            for hop in &mut voicing[from..to] {
                hop.pitch = None;
            }
        }
        from = to;
    }
}

/// Hops without voice between voiced ones, as many as belong to speech.
fn consonants(voicing: &[Voicing]) -> usize {
    let chunks = voicing.chunk_by(|left, right| left.pitch.is_some() == right.pitch.is_some());
    let inner = chunks.filter(|chunk| chunk.first().is_some_and(|first| first.pitch.is_none()));
    let at_the_ends = |chunk: &[Voicing]| {
        std::ptr::eq(chunk.as_ptr(), voicing.as_ptr())
            || std::ptr::eq(chunk.as_ptr_range().end, voicing.as_ptr_range().end)
    };
    inner.filter(|chunk| chunk.len() <= CONSONANT && !at_the_ends(chunk)).map(<[Voicing]>::len).sum()
}

/// Voices that stand alone and are much fainter than the utterance are somebody else's, or no voices.
fn drop_islands(hops: &[Hop], voicing: &mut [Voicing]) {
    let loudest = |from: usize, to: usize| hops[from..to].iter().map(|hop| hop.energy).fold(-60.0, f32::max);
    let sounding = voicing.iter().zip(hops).filter(|(voicing, _)| voicing.pitch.is_some());
    let peak = sounding.map(|(_, hop)| hop.energy).fold(-60.0, f32::max);
    let mut from = 0;
    while let Some(start) = voicing[from..].iter().position(|hop| hop.pitch.is_some()).map(|at| from + at) {
        let (mut end, mut gap) = (start, 0);
        while end < voicing.len() && gap <= ALONE {
            gap = if voicing[end].pitch.is_some() { 0 } else { gap + 1 };
            end += 1;
        }
        let sounds = voicing[start..end].iter().filter(|hop| hop.pitch.is_some()).count();
        if loudest(start, end) < peak - FAINTER || sounds < SHORTEST {
            for hop in &mut voicing[start..end] {
                hop.pitch = None;
            }
        }
        from = end;
    }
}

fn hops_last(hops: usize) -> Duration {
    Duration::from_millis(10 * hops as u64)
}
