//! Hearing the keys of a telephone in the sound itself (DTMF, ITU-T Q.23 and Q.24), and not hearing them in speech.

use std::f32::consts::TAU;

use super::tones::{COLUMNS, KEYPAD, ROWS};
use super::{Frame, Hertz, Key};

mod fit;

use fit::Fit;

/// Samples between two looks: 5 ms.
const HOP: usize = 40;
/// Hops in a window: 20 ms.
const HOPS: usize = 4;
/// Samples in a window.
const WINDOW: usize = HOP * HOPS;
/// The eight frequencies of the keypad: rows, then columns.
const TONES: usize = 8;
const RATE: f32 = 8_000.0;

/// Looks in a row that must agree on a key: four windows, 35 ms from end to end, lie within any tone of 40 ms.
const LOOKS_TO_PRESS: u32 = 4;
/// Looks in a row without the key before it is let go: an interruption of 10 ms is bridged, one of 40 ms is not.
const LOOKS_TO_RELEASE: u32 = 5;

/// The least power of a window, as a share of full scale: -38 dBov.
const LEAST_POWER: f32 = 1.6e-4;
/// The share of the power that must be in the two tones. All else in the sound, as a voice has, stands against it.
const TONES_SHARE: f32 = 0.92;
/// The share, roughly measured, from which a window is looked at closely, and a key goes on being held.
const GLANCE_SHARE: f32 = 0.4;
/// How far a tone's frequency may be off: Q.24 asks that 1.5 % be accepted and 3.5 % be refused.
const FREQUENCY_TOLERANCE: f32 = 0.018;
/// The most that the column may be stronger than the row: 6 dB.
const MOST_TWIST: f32 = 4.0;
/// The most that it may be weaker: 9 dB.
const LEAST_TWIST: f32 = 0.125;
/// The most power that a harmonic of a tone may have, of the mean of both tones: -16 dB. A voice has far more.
const HARMONIC_SHARE: f32 = 0.025;
/// Nearer than this to a tone, in Hz, a window shows the tone itself.
const LEAKAGE: f32 = 160.0;
/// How much the power of a tone may change over the looks that agree: 2 dB either way.
const STEADY_POWER: f32 = 1.6;
/// How much its frequency may: 0.4 %, eight times what noise 15 dB below does to the measurement. A voice glides by more.
const STEADY_FREQUENCY: f32 = 1.004;

#[derive(Clone, Copy, Default, PartialEq)]
struct Complex {
    re: f32,
    im: f32,
}

impl Complex {
    fn rotation(angle: f32) -> Self {
        Self { re: angle.cos(), im: angle.sin() }
    }

    fn times(self, other: Self) -> Self {
        Self { re: self.re * other.re - self.im * other.im, im: self.re * other.im + self.im * other.re }
    }

    fn plus(self, other: Self) -> Self {
        Self { re: self.re + other.re, im: self.im + other.im }
    }

    fn conjugate(self) -> Self {
        Self { im: -self.im, ..self }
    }

    fn size(self) -> f32 {
        self.re.hypot(self.im)
    }
}

/// One of the eight frequencies in a window.
#[derive(Clone, Copy)]
struct Strength {
    /// Mean power, of full scale.
    power: f32,
    /// The frequency there really is near it, in Hz.
    hertz: f32,
}

/// A key that a window might show.
#[derive(Clone, Copy)]
struct Glance {
    key: Key,
    /// The key's own frequencies, in Hz.
    nominal: [f32; 2],
    /// The frequencies there are.
    hertz: [f32; 2],
}

/// A key that a window shows.
#[derive(Clone, Copy)]
struct Sight {
    key: Key,
    powers: [f32; 2],
    hertz: [f32; 2],
}

/// Listens to a line at 8 kHz for keys. One for each line; nothing on the heap.
///
/// It accepts tones of 40 ms and more, 1.5 % off their frequencies and from -31 dBov up, by their share of the power,
/// the balance between them, their steadiness, and the absence of harmonics.
#[derive(Clone)]
pub struct KeyDetector {
    /// e^(-iωn) of each frequency over a hop.
    wheels: [[Complex; HOP]; TONES],
    /// The same from hop to hop.
    turns: [[Complex; HOPS]; TONES],
    samples: [f32; WINDOW],
    hops: [[Complex; TONES]; HOPS],
    powers: [f32; HOPS],
    /// The first of the looks that agree, and how many they are.
    first: Option<Sight>,
    looks: u32,
    held: Option<Key>,
    misses: u32,
}

impl Default for KeyDetector {
    fn default() -> Self {
        Self::new()
    }
}

impl KeyDetector {
    /// A detector that has heard silence.
    pub fn new() -> Self {
        let step = |tone: usize| TAU * frequency(tone) / RATE;
        Self {
            wheels: std::array::from_fn(|tone| {
                std::array::from_fn(|index| Complex::rotation(-step(tone) * index as f32))
            }),
            turns: std::array::from_fn(|tone| {
                std::array::from_fn(|hop| Complex::rotation(-step(tone) * (hop * HOP) as f32))
            }),
            samples: [0.0; WINDOW],
            hops: [[Complex::default(); TONES]; HOPS],
            powers: [0.0; HOPS],
            first: None,
            looks: 0,
            held: None,
            misses: 0,
        }
    }

    /// Takes the next 20 ms, and says which key was pressed in them: once for each press, about 40 ms after it began. A frame
    /// that is not at 8 kHz (a fault of the program, caught in debug builds) is passed over.
    pub fn push(&mut self, frame: &Frame) -> Option<Key> {
        debug_assert_eq!(frame.rate(), Hertz::HZ_8000, "keys are listened for at 8 kHz");
        if frame.rate() != Hertz::HZ_8000 {
            return None;
        }
        let mut pressed = None;
        for samples in frame.samples().chunks_exact(HOP) {
            self.take(samples);
            pressed = pressed.or(self.look());
        }
        pressed
    }

    /// The key that is held down now.
    pub fn held(&self) -> Option<Key> {
        self.held
    }

    fn take(&mut self, samples: &[i16]) {
        self.samples.copy_within(HOP.., 0);
        self.hops.rotate_left(1);
        self.powers.rotate_left(1);
        let newest = &mut self.samples[WINDOW - HOP..];
        let mut power = 0.0;
        for (value, &sample) in newest.iter_mut().zip(samples) {
            *value = f32::from(sample) / 32_768.0;
            power += *value * *value;
        }
        self.powers[HOPS - 1] = power / WINDOW as f32;
        for (sum, wheel) in self.hops[HOPS - 1].iter_mut().zip(&self.wheels) {
            let (mut re, mut im) = (0.0, 0.0);
            for (value, spoke) in newest.iter().zip(wheel) {
                re += value * spoke.re;
                im += value * spoke.im;
            }
            *sum = Complex { re, im };
        }
    }

    fn look(&mut self) -> Option<Key> {
        let power: f32 = self.powers.iter().sum();
        let glance = if power < LEAST_POWER { None } else { self.glance(power) };
        if let Some(held) = self.held {
            self.misses = if glance.is_some_and(|glance| glance.key == held) { 0 } else { self.misses + 1 };
            if self.misses >= LOOKS_TO_RELEASE {
                self.held = None;
            }
        }
        let sight = glance.and_then(|glance| self.sight(glance));
        match (self.first, sight) {
            (_, None) => (self.first, self.looks) = (None, 0),
            (Some(first), Some(now)) if now.agrees_with(first) => self.looks += 1,
            _ => (self.first, self.looks) = (sight, 1),
        }
        let key = sight.filter(|_| self.looks >= LOOKS_TO_PRESS)?.key;
        if self.held == Some(key) {
            return None;
        }
        self.held = Some(key);
        self.misses = 0;
        Some(key)
    }

    /// The strongest row and column, where they might be a key.
    fn glance(&self, power: f32) -> Option<Glance> {
        let (row, column) = (self.strongest(0), self.strongest(4));
        let tones = [self.strength(row), self.strength(column)];
        let share = (tones[0].power + tones[1].power) / power;
        if share < GLANCE_SHARE {
            return None;
        }
        let key = Key::from_char(KEYPAD[row][column - 4])?;
        Some(Glance { key, nominal: [frequency(row), frequency(column)], hertz: tones.map(|tone| tone.hertz) })
    }

    /// A glance looked at closely: a key, if frequencies, balance, and the absence of anything else are a key's.
    fn sight(&self, glance: Glance) -> Option<Sight> {
        let is_near = |hertz: [f32; 2], tolerance: f32| {
            hertz.iter().zip(glance.nominal).all(|(hertz, nominal)| (hertz - nominal).abs() <= tolerance * nominal)
        };
        if !is_near(glance.hertz, 2.0 * FREQUENCY_TOLERANCE) {
            return None;
        }
        let fit = Fit::near(&self.samples, glance.hertz);
        let [row, column] = fit.powers;
        let is_key = is_near(fit.hertz, FREQUENCY_TOLERANCE)
            && (LEAST_TWIST..=MOST_TWIST).contains(&(column / row))
            && fit.share >= TONES_SHARE
            && self.is_pure(fit);
        is_key.then_some(Sight { key: glance.key, powers: fit.powers, hertz: fit.hertz })
    }

    /// The strongest of the four frequencies from `first` on.
    fn strongest(&self, first: usize) -> usize {
        let mut best = (first, 0.0);
        for tone in first..first + 4 {
            let [before, after] = self.halves(tone);
            let size = before.size() + after.size();
            if size > best.1 {
                best = (tone, size);
            }
        }
        best.0
    }

    /// The two halves of the window at a frequency.
    fn halves(&self, tone: usize) -> [Complex; 2] {
        let hop = |index: usize| self.hops[index][tone].times(self.turns[tone][index]);
        [hop(0).plus(hop(1)), hop(2).plus(hop(3))]
    }

    fn strength(&self, tone: usize) -> Strength {
        let [before, after] = self.halves(tone);
        // How far the phase moved against the frequency's own in half a window tells how far the sound is off it.
        let turn = after.times(before.conjugate());
        let seconds = (WINDOW / 2) as f32 / RATE;
        let off = turn.im.atan2(turn.re) / (TAU * seconds);
        // A frequency that is off adds up to less over a half.
        let angle = TAU / 2.0 * off * seconds;
        let loss = if angle.abs() < 1e-3 { 1.0 } else { angle.sin() / angle };
        let amplitude = (before.size() + after.size()) / (WINDOW as f32 * loss);
        Strength { power: 2.0 * amplitude * amplitude, hertz: frequency(tone) + off }
    }

    /// Whether neither tone has harmonics. Where the second cannot be told from the other tone, the third is looked at.
    fn is_pure(&self, fit: Fit) -> bool {
        let most = HARMONIC_SHARE * (fit.powers[0] + fit.powers[1]) / 2.0;
        let is_clear = |hertz: f32| fit.hertz.iter().all(|tone| (tone - hertz).abs() > LEAKAGE);
        fit.hertz.iter().all(|tone| {
            let harmonic = if is_clear(2.0 * tone) { 2.0 * tone } else { 3.0 * tone };
            self.power_at(harmonic) < most
        })
    }

    /// The power at any frequency in the window (Goertzel's algorithm), of full scale.
    fn power_at(&self, hertz: f32) -> f32 {
        let coefficient = 2.0 * (TAU * hertz / RATE).cos();
        let (mut last, mut before) = (0.0_f32, 0.0_f32);
        for &sample in &self.samples {
            let now = sample + coefficient * last - before;
            (before, last) = (last, now);
        }
        let squared = last * last + before * before - coefficient * last * before;
        2.0 * squared / (WINDOW * WINDOW) as f32
    }
}

impl Sight {
    /// Whether this is the same key, as loud and at the same frequencies.
    fn agrees_with(self, first: Self) -> bool {
        let near = |now: [f32; 2], first: [f32; 2], most: f32| {
            now.iter().zip(first).all(|(&now, first)| now < first * most && first < now * most)
        };
        self.key == first.key
            && near(self.powers, first.powers, STEADY_POWER)
            && near(self.hertz, first.hertz, STEADY_FREQUENCY)
    }
}

impl std::fmt::Debug for KeyDetector {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("KeyDetector")
    }
}

fn frequency(tone: usize) -> f32 {
    let hertz = if tone < 4 { ROWS[tone] } else { COLUMNS[tone - 4] };
    hertz as f32
}

#[cfg(test)]
mod tests;
