//! The shape of the spectrum of each hop, once the noise of the utterance is known.

use super::hop::{BANDS, Hop, Shape};
use super::spectrum::{corner, decibels};

/// Under the loudest band of an utterance, everything fainter than this (in dB) is covered, so that a clean line and a
/// noisy one show the same.
const COVER: f32 = 35.0;
/// What the noise may take of a band at most: 9 dB.
const LEAST_LEFT: f32 = 0.125;
/// Of a band's hops the faintest share that is taken as the noise.
const NOISE_SHARE: f32 = 0.05;

/// The places of the bands, and room for their levels.
pub(super) struct Shapes {
    octaves: [f32; BANDS],
    widths: [f32; BANDS],
    below_1000: [bool; BANDS],
    below_2000: [bool; BANDS],
    levels: Vec<f32>,
    shapes: Vec<Shape>,
}

impl Shapes {
    pub(super) fn with_room(hops: usize) -> Self {
        let middle = |band: usize| corner(band + 1);
        Self {
            octaves: std::array::from_fn(|band| (middle(band) / 300.0).log2()),
            widths: std::array::from_fn(|band| (corner(band + 2) - corner(band)) / 2.0),
            below_1000: std::array::from_fn(|band| middle(band) < 1_000.0),
            below_2000: std::array::from_fn(|band| middle(band) < 2_000.0),
            levels: Vec::with_capacity(hops),
            shapes: Vec::with_capacity(hops),
        }
    }

    /// The shapes of the hops `range` of an utterance; the noise is looked for in all of `hops`.
    pub(super) fn of(&mut self, hops: &[Hop], range: std::ops::Range<usize>) -> &[Shape] {
        let noise: [f32; BANDS] = std::array::from_fn(|band| power(self.level(hops, band, NOISE_SHARE)));
        let loudest = (0..BANDS).map(|band| self.level(hops, band, 0.97)).fold(-60.0, f32::max);
        let cover = power(loudest - COVER);
        self.shapes.clear();
        for hop in &hops[range] {
            let cleared: [f32; BANDS] = std::array::from_fn(|band| {
                let whole = power(hop.bands[band]);
                (whole - noise[band]).max(LEAST_LEFT * whole) + cover
            });
            let shape = self.shape(cleared);
            if self.shapes.len() < self.shapes.capacity() {
                self.shapes.push(shape);
            }
        }
        &self.shapes
    }

    fn level(&mut self, hops: &[Hop], band: usize, share: f32) -> f32 {
        self.levels.clear();
        self.levels.extend(hops.iter().map(|hop| hop.bands[band]));
        let place = (share * self.levels.len().saturating_sub(1) as f32) as usize;
        if place >= self.levels.len() {
            return -60.0;
        }
        *self.levels.select_nth_unstable_by(place, f32::total_cmp).1
    }

    fn shape(&self, powers: [f32; BANDS]) -> Shape {
        let bands = powers.map(decibels);
        let weighed = || powers.iter().zip(&self.widths).map(|(power, width)| power * width);
        let total: f32 = weighed().sum();
        let mean = bands.iter().sum::<f32>() / BANDS as f32;
        let low: f32 = weighed().zip(self.below_1000).filter(|(_, below)| *below).map(|(power, _)| power).sum();
        let strongest = |low: bool| {
            let side = bands.iter().zip(self.below_2000).filter(|(_, below)| *below == low);
            side.map(|(&band, _)| band).fold(-60.0, f32::max)
        };
        let flux = self.shapes.last().map_or(0.0, |last| {
            let before = last.bands.iter().sum::<f32>() / BANDS as f32;
            let changes = bands.iter().zip(&last.bands).map(|(now, then)| (now - mean) - (then - before));
            (changes.map(|change| change * change).sum::<f32>() / BANDS as f32).sqrt()
        });
        Shape {
            energy: decibels(total),
            flux,
            flatness: mean - decibels(powers.iter().sum::<f32>() / BANDS as f32),
            centroid: weighed().zip(self.octaves).map(|(power, octave)| power * octave).sum::<f32>() / total,
            slope: slope(&bands),
            alpha: decibels(low) - decibels(total - low),
            hammarberg: strongest(true) - strongest(false),
            bands,
        }
    }
}

fn power(decibels: f32) -> f32 {
    10_f32.powf(decibels / 10.0)
}

/// Slope of the mel bands in dB a band.
fn slope(bands: &[f32; BANDS]) -> f32 {
    let middle = (BANDS - 1) as f32 / 2.0;
    let (mut over, mut under) = (0.0, 0.0);
    for (index, band) in bands.iter().enumerate() {
        let distance = index as f32 - middle;
        over += distance * band;
        under += distance * distance;
    }
    over / under
}
