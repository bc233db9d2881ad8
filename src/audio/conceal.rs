//! Concealing lost frames by repeating the pitch of what was heard last (ITU-T G.711 Appendix I).

use super::{Frame, Hertz};

/// Samples in the 10 ms steps of the method; a frame is two of them.
const STEP: usize = 80;
/// The shortest pitch period looked for: 200 Hz.
const PITCH_MIN: usize = 40;
/// The longest: 66 Hz.
const PITCH_MAX: usize = 120;
/// The most that is overlapped and added: a quarter of the longest period. Also the delay, so that a loss can be
/// smoothed into sound that has not been given out yet.
const OVERLAP_MAX: usize = PITCH_MAX / 4;
/// What is remembered: three of the longest periods and an overlap.
const HISTORY: usize = 3 * PITCH_MAX + OVERLAP_MAX;
/// Samples compared in the search for the pitch.
const COMPARED: usize = 160;
/// The coarse search looks at every second sample.
const COARSE: usize = 2;
/// Below this energy a match counts for no more.
const LEAST_POWER: f32 = 250.0;
/// How much longer the way back into the real sound is for each 10 ms lost after the first: 4 ms.
const RECOVERY_STEP: usize = 32;
/// How much fainter each 10 ms after the first becomes.
const ATTENUATION: f32 = 0.2;
/// Steps after which there is only silence: 60 ms.
const STEPS_TO_SILENCE: usize = 6;

/// Fills in for frames that did not come: repeats the last pitch periods, smoothed where they join, one after 10 ms, two after
/// 20 ms, then three; fades by a fifth every 10 ms, to silence after 60 ms; fades back into the sound that comes.
///
/// One for each direction of a line at 8 kHz. What comes out is 3.75 ms ([`Concealer::DELAY`]) behind what goes in.
/// No heap, no waiting: a lost frame costs some microseconds.
#[derive(Clone)]
pub struct Concealer {
    /// The sound so far, ending with the newest; what is given out ends [`OVERLAP_MAX`] before that.
    history: [f32; HISTORY],
    /// The same as it was when the loss began.
    pitch_buffer: [f32; HISTORY],
    /// The end of the pitch buffer, before it was smoothed into its own beginning.
    last_quarter: [f32; OVERLAP_MAX],
    /// Steps lost in a row.
    lost: usize,
    pitch: usize,
    overlap: usize,
    /// Samples repeated, at the end of the pitch buffer: one to three periods.
    repeated: usize,
    /// Where in these the next sample is taken from.
    place: usize,
}

impl Default for Concealer {
    fn default() -> Self {
        Self::new()
    }
}

impl Concealer {
    /// How much later sound comes out than it goes in: 30 samples at 8 kHz.
    pub const DELAY: std::time::Duration = Hertz::HZ_8000.duration_of(OVERLAP_MAX);

    /// A concealer that has heard silence.
    pub const fn new() -> Self {
        Self {
            history: [0.0; HISTORY],
            pitch_buffer: [0.0; HISTORY],
            last_quarter: [0.0; OVERLAP_MAX],
            lost: 0,
            pitch: PITCH_MAX,
            overlap: OVERLAP_MAX,
            repeated: PITCH_MAX,
            place: 0,
        }
    }

    /// Takes a frame that came, and gives in its place what is to be played now: the same, [`DELAY`](Self::DELAY) later, and
    /// after a loss faded in over what was made up. A frame that is not at 8 kHz (a fault of the program, caught in debug
    /// builds) is left as it is.
    pub fn good(&mut self, frame: &mut Frame) {
        debug_assert_eq!(frame.rate(), Hertz::HZ_8000, "concealment runs at 8 kHz");
        if frame.rate() != Hertz::HZ_8000 {
            return;
        }
        for samples in frame.samples_mut().chunks_exact_mut(STEP) {
            let mut step = [0.0; STEP];
            for (value, &sample) in step.iter_mut().zip(samples.iter()) {
                *value = f32::from(sample);
            }
            if self.lost > 0 {
                self.recover(&mut step);
                self.lost = 0;
            }
            self.remember(&step);
            self.give(samples);
        }
    }

    /// Makes up a frame that did not come.
    pub fn lost(&mut self) -> Frame {
        let mut frame = Frame::silence(Hertz::HZ_8000);
        for samples in frame.samples_mut().chunks_exact_mut(STEP) {
            let step = self.make_up();
            self.remember(&step);
            self.give(samples);
        }
        frame
    }

    fn make_up(&mut self) -> [f32; STEP] {
        let mut step = [0.0; STEP];
        match self.lost {
            0 => {
                self.begin();
                self.repeat(&mut step);
            }
            1 | 2 => {
                // One period more is repeated from here on; the old way of repeating fades into the new one.
                let mut tail = [0.0; OVERLAP_MAX];
                let place = self.place;
                self.repeat(&mut tail[..self.overlap]);
                self.place = place % self.pitch;
                self.repeated += self.pitch;
                self.smooth_the_join();
                self.repeat(&mut step);
                fade(&tail[..self.overlap], &mut step);
                self.attenuate(&mut step);
            }
            lost if lost < STEPS_TO_SILENCE => {
                self.repeat(&mut step);
                self.attenuate(&mut step);
            }
            _ => {}
        }
        self.lost = self.lost.saturating_add(1);
        step
    }

    /// Finds the pitch of what was heard, and makes its last period one that can follow itself.
    fn begin(&mut self) {
        self.pitch_buffer = self.history;
        self.pitch = find_pitch(&self.pitch_buffer);
        self.overlap = self.pitch / 4;
        let overlap = self.overlap;
        self.last_quarter[..overlap].copy_from_slice(&self.pitch_buffer[HISTORY - overlap..]);
        self.place = 0;
        self.repeated = self.pitch;
        self.smooth_the_join();
        // What has not been given out yet leads into the repetition.
        self.history[HISTORY - overlap..].copy_from_slice(&self.pitch_buffer[HISTORY - overlap..]);
    }

    /// Fades the end of what is repeated into what came before its beginning.
    fn smooth_the_join(&mut self) {
        let overlap = self.overlap;
        let start = HISTORY - self.repeated - overlap;
        for index in 0..overlap {
            let weight = (index + 1) as f32 / overlap as f32;
            let (leaving, entering) = (self.last_quarter[index], self.pitch_buffer[start + index]);
            self.pitch_buffer[HISTORY - overlap + index] = leaving * (1.0 - weight) + entering * weight;
        }
    }

    /// Goes on repeating.
    fn repeat(&mut self, output: &mut [f32]) {
        let start = HISTORY - self.repeated;
        for value in output {
            *value = self.pitch_buffer[start + self.place];
            self.place += 1;
            if self.place == self.repeated {
                self.place = 0;
            }
        }
    }

    /// Fades a step that is not the first.
    fn attenuate(&self, step: &mut [f32; STEP]) {
        let mut gain = 1.0 - (self.lost as f32 - 1.0) * ATTENUATION;
        for value in step {
            *value *= gain.max(0.0);
            gain -= ATTENUATION / STEP as f32;
        }
    }

    /// Fades from what would have been made up into the sound that came.
    fn recover(&mut self, step: &mut [f32; STEP]) {
        let length = (self.overlap + (self.lost - 1) * RECOVERY_STEP).min(STEP);
        let mut made_up = [0.0; STEP];
        if self.lost < STEPS_TO_SILENCE {
            self.repeat(&mut made_up[..length]);
            let gain = (1.0 - (self.lost as f32 - 1.0) * ATTENUATION).max(0.0);
            for value in &mut made_up[..length] {
                *value *= gain;
            }
        }
        fade(&made_up[..length], step);
    }

    fn remember(&mut self, step: &[f32; STEP]) {
        self.history.copy_within(STEP.., 0);
        self.history[HISTORY - STEP..].copy_from_slice(step);
    }

    fn give(&self, samples: &mut [i16]) {
        let end = HISTORY - OVERLAP_MAX;
        for (sample, &value) in samples.iter_mut().zip(&self.history[end - STEP..end]) {
            *sample = value.round() as i16;
        }
    }
}

impl std::fmt::Debug for Concealer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Concealer({} ms lost)", self.lost * 10)
    }
}

/// Fades from `leaving` into the beginning of `entering`.
fn fade(leaving: &[f32], entering: &mut [f32]) {
    let length = leaving.len() as f32;
    for (index, (entering, &leaving)) in entering.iter_mut().zip(leaving).enumerate() {
        let weight = (index + 1) as f32 / length;
        *entering = leaving * (1.0 - weight) + *entering * weight;
    }
}

/// The pitch period at the end of `heard`, in samples: where the last 20 ms fit best on what was before them.
fn find_pitch(heard: &[f32; HISTORY]) -> usize {
    let newest = &heard[HISTORY - COMPARED..];
    let oldest = &heard[HISTORY - COMPARED - PITCH_MAX..];
    let fit = |lag: usize, every: usize| {
        let older = &oldest[lag..lag + COMPARED];
        let (mut energy, mut product) = (0.0_f32, 0.0_f32);
        for (&older, &newer) in older.iter().zip(newest).step_by(every) {
            energy += older * older;
            product += older * newer;
        }
        product / energy.max(LEAST_POWER).sqrt()
    };
    let best = |lags: &mut dyn Iterator<Item = usize>, every: usize| {
        let (mut best, mut best_fit) = (0, f32::MIN);
        for lag in lags {
            let fit = fit(lag, every);
            if fit >= best_fit {
                (best, best_fit) = (lag, fit);
            }
        }
        best
    };
    let widest = PITCH_MAX - PITCH_MIN;
    let coarse = best(&mut (0..=widest).step_by(COARSE), COARSE);
    let fine = best(&mut (coarse.saturating_sub(COARSE - 1)..=(coarse + COARSE - 1).min(widest)), 1);
    PITCH_MAX - fine
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    /// A voiced sound: harmonics of a gliding pitch with a rough spectrum of a vowel, swelling and falling.
    fn voice(seconds: f64, pitch: f64) -> Vec<i16> {
        let mut phase = 0.0;
        (0..(seconds * 8_000.0) as usize)
            .map(|index| {
                let time = index as f64 / 8_000.0;
                let now = pitch * (1.0 + 0.1 * (TAU * 0.7 * time).sin());
                phase += TAU * now / 8_000.0;
                let sound: f64 = (1..=20)
                    .map(|harmonic| {
                        let hz = now * f64::from(harmonic);
                        let formants = 1.0 / (1.0 + ((hz - 600.0) / 150.0).powi(2))
                            + 0.4 / (1.0 + ((hz - 1_700.0) / 200.0).powi(2));
                        formants * (f64::from(harmonic) * phase).sin()
                    })
                    .sum();
                (5_000.0 * sound * (1.0 + 0.4 * (TAU * 1.3 * time).sin())) as i16
            })
            .collect()
    }

    /// What is heard when the frames for which `is_lost` holds do not come, with the delay taken off.
    fn heard(sound: &[i16], is_lost: impl Fn(usize) -> bool) -> Vec<i16> {
        let mut concealer = Concealer::new();
        let mut output = Vec::new();
        for (number, samples) in sound.chunks_exact(160).enumerate() {
            let mut frame = Frame::from_samples(Hertz::HZ_8000, samples).expect("a frame");
            if is_lost(number) {
                frame = concealer.lost();
            } else {
                concealer.good(&mut frame);
            }
            output.extend_from_slice(frame.samples());
        }
        output.drain(..OVERLAP_MAX);
        output
    }

    fn energy(samples: impl Iterator<Item = f64>) -> f64 {
        samples.map(|sample| sample * sample).sum()
    }

    fn error(a: &[i16], b: &[i16]) -> f64 {
        energy(a.iter().zip(b).map(|(&a, &b)| f64::from(a) - f64::from(b)))
    }

    #[test]
    fn what_is_not_lost_is_not_changed() {
        let sound = voice(1.0, 130.0);
        let output = heard(&sound, |_| false);
        assert_eq!(output[..], sound[..output.len()]);
        assert_eq!(Concealer::DELAY, std::time::Duration::from_micros(3_750));
    }

    #[test]
    fn a_lost_frame_of_a_voice_is_far_nearer_than_silence() {
        for pitch in [90.0, 120.0, 160.0, 190.0, 240.0] {
            let sound = voice(3.0, pitch);
            let is_lost = |number: usize| number > 20 && number % 10 == 3;
            let output = heard(&sound, is_lost);
            let (mut with, mut without) = (0.0, 0.0);
            for number in (0..140).filter(|&number| is_lost(number)) {
                let span = number * 160..(number + 1) * 160;
                with += error(&output[span.clone()], &sound[span.clone()]);
                without += error(&[0; 160], &sound[span]);
            }
            let gain = 10.0 * (without / with).log10();
            assert!(gain > 4.0, "at {pitch} Hz concealment is only {gain:.1} dB nearer than silence");
        }
    }

    #[test]
    fn a_long_loss_fades_to_silence_and_back_without_a_click() {
        let sound = voice(2.0, 120.0);
        let output = heard(&sound, |number| (40..60).contains(&number));
        let level = |from_ms: usize, to_ms: usize| {
            let part = &output[from_ms * 8..to_ms * 8];
            (energy(part.iter().map(|&sample| f64::from(sample))) / part.len() as f64).sqrt()
        };
        let before = level(770, 800);
        assert!(level(800, 810) > 0.6 * before && level(800, 810) < 1.7 * before);
        assert!(level(830, 850) < 0.7 * before, "it fades");
        assert!(level(860, 1_195) == 0.0, "silence after 60 ms");
        let step = |samples: &[i16]| {
            samples.windows(2).map(|pair| (i32::from(pair[0]) - i32::from(pair[1])).abs()).max().expect("some sound")
        };
        // Steps from one sample to the next no larger than the voice's own.
        assert!(step(&output) <= step(&sound) * 11 / 10, "{} against {}", step(&output), step(&sound));
        assert_eq!(output[61 * 160..], sound[61 * 160..output.len()], "all is well again");
    }

    #[test]
    fn the_pitch_is_found() {
        for pitch in [70.0, 100.0, 145.0, 198.0] {
            let mut heard = [0.0; HISTORY];
            for (index, value) in heard.iter_mut().enumerate() {
                let phase = TAU * pitch * index as f64 / 8_000.0;
                *value = (1..6).map(|harmonic| (f64::from(harmonic) * phase).cos()).sum::<f64>() as f32 * 2_000.0;
            }
            let found = 8_000.0 / find_pitch(&heard) as f64;
            // A whole number of periods will do as well.
            let periods = (pitch / found).round();
            assert!((found * periods / pitch - 1.0).abs() < 0.02, "{pitch} Hz was taken for {found}");
        }
    }

    #[test]
    fn loss_before_anything_was_heard_is_silence() {
        let mut concealer = Concealer::default();
        for _ in 0..100 {
            assert!(concealer.lost().samples().iter().all(|&sample| sample == 0));
        }
    }

    #[test]
    fn full_scale_is_clipped_not_wrapped() {
        let square: Vec<i16> = (0..16_000).map(|index| if index / 40 % 2 == 0 { i16::MAX } else { i16::MIN }).collect();
        let output = heard(&square, |number| number % 5 == 4);
        let wrong = output.iter().zip(&square).filter(|(heard, sent)| (**heard > 0) != (**sent > 0)).count();
        assert!(wrong * 50 < output.len(), "{wrong} samples of the wrong sign");
    }
}
