//! The two sines that lie nearest to a window of sound.

use std::f32::consts::TAU;

use super::{Complex, RATE, WINDOW};

/// Two sines and what they leave over.
#[derive(Clone, Copy)]
pub(super) struct Fit {
    /// Their frequencies, in Hz.
    pub hertz: [f32; 2],
    /// Their mean powers, in the unit of the samples squared.
    pub powers: [f32; 2],
    /// The share of the window's power that they make up: 1 when there is nothing else.
    pub share: f32,
}

type Window = [f32; WINDOW];

impl Fit {
    /// Fits two sines to `samples` by least squares, with frequencies near `hertz`, at least 100 Hz apart.
    pub fn near(samples: &Window, hertz: [f32; 2]) -> Self {
        let first = Waves::at(hertz);
        let weights = first.weights(samples);
        // Each frequency anew, by how the phase turns from one half to the other once the other sine is taken away.
        let refined = [0, 1].map(|tone| {
            let alone = first.without(samples, weights, 1 - tone);
            hertz[tone] + first.offset(&alone, tone)
        });
        let second = Waves::at(refined);
        let weights = second.weights(samples);
        let rest = second.without(&second.without(samples, weights, 0), weights, 1);
        let energy = |window: &Window| window.iter().map(|value| value * value).sum::<f32>();
        let power = |tone: usize| (weights[2 * tone].powi(2) + weights[2 * tone + 1].powi(2)) / 2.0;
        Self {
            hertz: refined,
            powers: [power(0), power(1)],
            share: 1.0 - energy(&rest) / energy(samples).max(f32::MIN_POSITIVE),
        }
    }
}

/// A cosine and a sine of each of two frequencies, over a window.
struct Waves([Window; 4]);

impl Waves {
    fn at(hertz: [f32; 2]) -> Self {
        let mut waves = [[0.0; WINDOW]; 4];
        for (pair, hertz) in waves.chunks_exact_mut(2).zip(hertz) {
            let [cosine, sine] = pair else { continue };
            let step = Complex::rotation(TAU * hertz / RATE);
            let mut now = Complex { re: 1.0, im: 0.0 };
            for (cosine, sine) in cosine.iter_mut().zip(sine) {
                (*cosine, *sine) = (now.re, now.im);
                now = now.times(step);
            }
        }
        Self(waves)
    }

    /// How much of each wave makes the sum nearest to `samples`.
    fn weights(&self, samples: &Window) -> [f32; 4] {
        let mut rows: [[f32; 5]; 4] = std::array::from_fn(|row| {
            std::array::from_fn(|column| dot(&self.0[row], self.0.get(column).unwrap_or(samples)))
        });
        // Gauss's elimination; the matrix is nearly diagonal, so no row need be exchanged.
        for pivot in 0..4 {
            let above = rows[pivot];
            for row in &mut rows[pivot + 1..] {
                let share = row[pivot] / above[pivot];
                row.iter_mut().zip(above).for_each(|(value, above)| *value -= share * above);
            }
        }
        let mut weights = [0.0; 4];
        for (index, row) in rows.iter().enumerate().rev() {
            let known: f32 = row.iter().zip(weights).skip(index + 1).map(|(value, weight)| value * weight).sum();
            weights[index] = (row[4] - known) / row[index];
        }
        weights
    }

    /// The window less one of the two sines.
    fn without(&self, samples: &Window, weights: [f32; 4], tone: usize) -> Window {
        std::array::from_fn(|index| {
            samples[index]
                - weights[2 * tone] * self.0[2 * tone][index]
                - weights[2 * tone + 1] * self.0[2 * tone + 1][index]
        })
    }

    /// How far the frequency of `samples` is off this one, in Hz.
    fn offset(&self, samples: &Window, tone: usize) -> f32 {
        let half = |span: std::ops::Range<usize>| Complex {
            re: dot(&samples[span.clone()], &self.0[2 * tone][span.clone()]),
            im: -dot(&samples[span.clone()], &self.0[2 * tone + 1][span]),
        };
        let turn = half(WINDOW / 2..WINDOW).times(half(0..WINDOW / 2).conjugate());
        turn.im.atan2(turn.re) / (TAU * (WINDOW / 2) as f32 / RATE)
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_sines_are_found_exactly_and_what_else_there_is_is_their_rest() {
        let window = |third: f32| -> Window {
            std::array::from_fn(|index| {
                let sine = |hertz: f32, phase: f32| (TAU * hertz * index as f32 / RATE + phase).sin();
                0.3 * sine(702.0, 0.4) + 0.2 * sine(1_220.0, 2.0) + third * sine(2_500.0, 1.0)
            })
        };
        let fit = Fit::near(&window(0.0), [697.0, 1_209.0]);
        assert!((fit.hertz[0] - 702.0).abs() < 1.0 && (fit.hertz[1] - 1_220.0).abs() < 1.0, "{:?}", fit.hertz);
        assert!((fit.powers[0] - 0.045).abs() < 0.001 && (fit.powers[1] - 0.02).abs() < 0.001, "{:?}", fit.powers);
        assert!(fit.share > 0.999, "{}", fit.share);
        // The third has 0.005 of 0.07.
        let fit = Fit::near(&window(0.1), [697.0, 1_209.0]);
        assert!((fit.share - 0.929).abs() < 0.01, "{}", fit.share);
    }
}
