//! Adding sounds together, and making them louder or softer.

use super::Frame;

/// Adds `sound` to `mixed`, clipping at full scale. Both must have the same rate (checked in debug builds; otherwise
/// `mixed` stays as it is).
pub fn mix_into(mixed: &mut Frame, sound: &Frame) {
    debug_assert_eq!(mixed.rate(), sound.rate(), "frames of different rates were mixed");
    if mixed.rate() != sound.rate() {
        return;
    }
    for (mixed, &sample) in mixed.samples_mut().iter_mut().zip(sound.samples()) {
        *mixed = mixed.saturating_add(sample);
    }
}

/// A factor for the amplitude of a stream, which glides to a new value over one frame so that a change does not click.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gain {
    factor: f32,
    wanted: f32,
}

impl Gain {
    /// Changes nothing.
    pub const UNITY: Self = Self { factor: 1.0, wanted: 1.0 };

    /// A gain of `decibels`; -96 and less is silence, 40 is the most.
    pub fn from_db(decibels: f32) -> Self {
        let factor = factor(decibels);
        Self { factor, wanted: factor }
    }

    /// Glides to `decibels` over the next frame.
    pub fn set_db(&mut self, decibels: f32) {
        self.wanted = factor(decibels);
    }

    /// Applies the gain to the next 20 ms of the stream, clipping at full scale.
    pub fn apply(&mut self, frame: &mut Frame) {
        if self.factor == 1.0 && self.wanted == 1.0 {
            return;
        }
        let samples = frame.samples_mut();
        let step = (self.wanted - self.factor) / samples.len() as f32;
        let mut now = self.factor;
        for sample in samples {
            now += step;
            *sample = (f32::from(*sample) * now).round() as i16;
        }
        self.factor = self.wanted;
    }
}

fn factor(decibels: f32) -> f32 {
    if decibels.is_nan() {
        return 1.0;
    }
    if decibels <= -96.0 { 0.0 } else { 10_f32.powf(decibels.min(40.0) / 20.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::Hertz;

    fn frame(value: i16) -> Frame {
        let mut frame = Frame::silence(Hertz::HZ_8000);
        frame.samples_mut().fill(value);
        frame
    }

    #[test]
    fn sounds_add_up_and_clip_at_full_scale() {
        for (a, b, sum) in [(100, 23, 123), (30_000, 30_000, i16::MAX), (-30_000, -30_000, i16::MIN), (-5, 5, 0)] {
            let mut mixed = frame(a);
            mix_into(&mut mixed, &frame(b));
            assert!(mixed.samples().iter().all(|&sample| sample == sum), "{a} and {b}");
        }
    }

    #[test]
    fn six_decibels_are_twice_the_amplitude_up_to_full_scale() {
        let mut gain = Gain::from_db(6.020_6);
        let mut quiet = frame(-1_000);
        gain.apply(&mut quiet);
        assert!(quiet.samples().iter().all(|&sample| sample == -2_000));
        let mut loud = frame(20_000);
        gain.apply(&mut loud);
        assert!(loud.samples().iter().all(|&sample| sample == i16::MAX));
        let mut silent = frame(20_000);
        Gain::from_db(f32::NEG_INFINITY).apply(&mut silent);
        assert!(silent.samples().iter().all(|&sample| sample == 0));
    }

    #[test]
    fn a_change_glides_over_a_frame() {
        let mut gain = Gain::UNITY;
        gain.set_db(-20.0);
        let mut changing = frame(10_000);
        gain.apply(&mut changing);
        assert!(changing.samples().windows(2).all(|pair| pair[0] > pair[1] && pair[0] - pair[1] < 60));
        assert_eq!(changing.samples()[159], 1_000);
        let mut changed = frame(10_000);
        gain.apply(&mut changed);
        assert!(changed.samples().iter().all(|&sample| sample == 1_000));
    }

    #[test]
    fn unity_changes_nothing() {
        let mut same = frame(-12_345);
        let mut gain = Gain::UNITY;
        gain.apply(&mut same);
        assert!(same.samples().iter().all(|&sample| sample == -12_345));
    }
}
