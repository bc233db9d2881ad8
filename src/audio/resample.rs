//! Changing the sampling rate: streams by [`Resampler`], whole clips by [`Sound::resampled`].

use std::time::Duration;

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler as _, WindowFunction};

use super::{AudioError, Frame, Hertz, Sound};

/// Resamples a stream, keeping its state from one piece to the next, by overlapping FFT blocks of 20 ms.
///
/// The band is flat to about 0.9 of the lower of the two Nyquist frequencies (3.6 kHz of a telephone line's 4), and what
/// would fold back or appear as an image is more than 60 dB down. Everything is allocated by [`Resampler::new`].
///
/// A stream is given either in pieces of any length, to [`push`](Self::push), or in frames, to
/// [`frame`](Self::frame): not in both ways between two flushes.
pub struct Resampler {
    from: Hertz,
    to: Hertz,
    blocks: Option<Blocks>,
    taken: u64,
    given: u64,
}

/// The filter and one block on either side of it. Absent when the two rates are the same.
struct Blocks {
    fft: Fft<f32>,
    input: Vec<f32>,
    filled: usize,
    output: Vec<f32>,
}

impl Resampler {
    /// A resampler from one rate to another, with nothing heard yet.
    ///
    /// # Errors
    /// [`AudioError::Resample`] when no filter can be made for the pair.
    pub fn new(from: Hertz, to: Hertz) -> Result<Self, AudioError> {
        let blocks = if from == to { None } else { Some(Blocks::new(from, to)?) };
        Ok(Self { from, to, blocks, taken: 0, given: 0 })
    }

    /// The rate of what comes in.
    pub const fn from(&self) -> Hertz {
        self.from
    }

    /// The rate of what goes out.
    pub const fn to(&self) -> Hertz {
        self.to
    }

    /// How much later a sound stands in the output stream than in the input stream: half a block, which is
    /// 10 ms at the rates of a line, and nothing when the rates are the same. [`push`](Self::push) holds back up to a
    /// block (20 ms) more until that is full.
    pub fn delay(&self) -> Duration {
        match &self.blocks {
            Some(blocks) => self.from.duration_of(blocks.input.len() / 2),
            None => Duration::ZERO,
        }
    }

    /// Takes a piece of any length and appends what is ready to `output`.
    pub fn push(&mut self, input: &[i16], output: &mut Vec<i16>) {
        self.taken += input.len() as u64;
        let before = output.len();
        match &mut self.blocks {
            Some(blocks) => blocks.push(input, output),
            None => output.extend_from_slice(input),
        }
        self.given += (output.len() - before) as u64;
    }

    /// Takes 20 ms and gives 20 ms, without touching the heap. Both rates must be ones that a [`Frame`] can hold, and
    /// `frame` must have the input's (checked in debug builds, silence otherwise).
    pub fn frame(&mut self, frame: &Frame) -> Frame {
        debug_assert_eq!(frame.rate(), self.from, "a frame of another rate was given to a resampler");
        let Some(blocks) = &mut self.blocks else { return frame.clone() };
        let mut resampled = Frame::silence(self.to);
        let fits = frame.samples().len() == blocks.input.len() && resampled.samples().len() == blocks.output.len();
        debug_assert!(fits && blocks.filled == 0, "push and frame were mixed, or a rate cannot be framed");
        if !fits || frame.rate() != self.from {
            return resampled;
        }
        for (slot, &sample) in blocks.input.iter_mut().zip(frame.samples()) {
            *slot = f32::from(sample);
        }
        blocks.run();
        for (sample, &value) in resampled.samples_mut().iter_mut().zip(&blocks.output) {
            *sample = to_sample(value);
        }
        resampled
    }

    /// Appends what is still inside, so that all of the input has come out, and forgets the stream: the next piece
    /// begins a new one. After it, the output is as long as the input, and [`delay`](Self::delay) more.
    pub fn flush(&mut self, output: &mut Vec<i16>) {
        if let Some(blocks) = &mut self.blocks {
            let ratio = f64::from(self.to.get()) / f64::from(self.from.get());
            let wanted = (self.taken as f64 * ratio).round() as u64 + blocks.delay_out() as u64;
            let target = output.len() + wanted.saturating_sub(self.given) as usize;
            while output.len() < target {
                let padding = blocks.input.len() - blocks.filled;
                blocks.input[blocks.filled..].fill(0.0);
                blocks.filled += padding;
                blocks.give(output);
            }
            output.truncate(target);
            blocks.filled = 0;
            blocks.fft.reset();
        }
        self.taken = 0;
        self.given = 0;
    }
}

impl Blocks {
    fn new(from: Hertz, to: Hertz) -> Result<Self, AudioError> {
        let fft = Fft::new_custom(
            from.get() as usize,
            to.get() as usize,
            from.samples_per_frame(),
            1,
            1,
            WindowFunction::BlackmanHarris,
            FixedSync::Both,
        )
        .map_err(|error| AudioError::Resample { from, to, why: error.to_string() })?;
        let input = vec![0.0; fft.input_frames_max()];
        let output = vec![0.0; fft.output_frames_max()];
        Ok(Self { fft, input, filled: 0, output })
    }

    fn push(&mut self, mut input: &[i16], output: &mut Vec<i16>) {
        while !input.is_empty() {
            let count = input.len().min(self.input.len() - self.filled);
            let (now, later) = input.split_at(count);
            for (slot, &sample) in self.input[self.filled..].iter_mut().zip(now) {
                *slot = f32::from(sample);
            }
            self.filled += count;
            input = later;
            if self.filled == self.input.len() {
                self.give(output);
            }
        }
    }

    fn give(&mut self, output: &mut Vec<i16>) {
        self.run();
        self.filled = 0;
        output.extend(self.output.iter().map(|&value| to_sample(value)));
    }

    /// Filters the input block into the output block.
    fn run(&mut self) {
        let (taken, given) = (self.input.len(), self.output.len());
        let input = InterleavedSlice::new(self.input.as_slice(), 1, taken);
        let output = InterleavedSlice::new_mut(self.output.as_mut_slice(), 1, given);
        let done = match (input, output) {
            (Ok(input), Ok(mut output)) => self.fft.process_into_buffer(&input, &mut output, None).is_ok(),
            _ => false,
        };
        // The blocks were sized by the filter itself, so it cannot find them too short.
        debug_assert!(done, "the resampler refused its own block sizes");
        if !done {
            self.output.fill(0.0);
        }
    }

    /// The delay in samples of the output.
    fn delay_out(&self) -> usize {
        (self.input.len() / 2 * self.output.len() + self.input.len() / 2) / self.input.len()
    }
}

impl std::fmt::Debug for Resampler {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Resampler({} to {})", self.from, self.to)
    }
}

impl Sound {
    /// The same sound at another rate, beginning at the same instant and lasting as long.
    ///
    /// # Errors
    /// [`AudioError::Resample`] when no filter can be made for the pair of rates.
    pub fn resampled(&self, to: Hertz) -> Result<Self, AudioError> {
        let mut resampler = Resampler::new(self.rate(), to)?;
        let Some(delay) = resampler.blocks.as_ref().map(Blocks::delay_out) else { return Ok(self.clone()) };
        let expected = self.samples().len() as u64 * u64::from(to.get()) / u64::from(self.rate().get());
        let mut samples = Vec::with_capacity(expected as usize + 2 * delay + 2);
        resampler.push(self.samples(), &mut samples);
        resampler.flush(&mut samples);
        samples.drain(..delay.min(samples.len()));
        samples.shrink_to_fit();
        Ok(Self::new(to, samples))
    }
}

/// The nearest sample; what is louder than full scale is clipped to it.
fn to_sample(value: f32) -> i16 {
    value.round() as i16
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    /// The pairs that calls need: hearing, voices, sound cards, browsers.
    const PAIRS: [(u32, u32); 8] = [
        (8_000, 16_000),
        (16_000, 8_000),
        (22_050, 8_000),
        (44_100, 8_000),
        (48_000, 8_000),
        (8_000, 48_000),
        (24_000, 8_000),
        (44_100, 48_000),
    ];

    fn hertz(value: u32) -> Hertz {
        Hertz::new(value).expect("a rate")
    }

    fn sine(rate: u32, frequency: f64, amplitude: f64, length: usize) -> Vec<i16> {
        (0..length)
            .map(|index| (amplitude * (TAU * frequency * index as f64 / f64::from(rate)).sin()).round() as i16)
            .collect()
    }

    /// The amplitude of a sine of `frequency` in `samples`, and the root mean square of all that is not it.
    fn amplitude_and_rest(samples: &[i16], rate: u32, frequency: f64) -> (f64, f64) {
        // Least squares on a sine and a cosine of that frequency.
        let (mut ss, mut cc, mut sc, mut xs, mut xc) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (index, &sample) in samples.iter().enumerate() {
            let (sin, cos) = (TAU * frequency * index as f64 / f64::from(rate)).sin_cos();
            let x = f64::from(sample);
            ss += sin * sin;
            cc += cos * cos;
            sc += sin * cos;
            xs += x * sin;
            xc += x * cos;
        }
        let determinant = ss * cc - sc * sc;
        let (a, b) = ((xs * cc - xc * sc) / determinant, (xc * ss - xs * sc) / determinant);
        let rest: f64 = samples
            .iter()
            .enumerate()
            .map(|(index, &sample)| {
                let (sin, cos) = (TAU * frequency * index as f64 / f64::from(rate)).sin_cos();
                (f64::from(sample) - a * sin - b * cos).powi(2)
            })
            .sum();
        (a.hypot(b), (rest / samples.len() as f64).sqrt())
    }

    fn decibels(ratio: f64) -> f64 {
        20.0 * ratio.max(1e-9).log10()
    }

    fn streamed(from: u32, to: u32, input: &[i16], piece: usize) -> Vec<i16> {
        let mut resampler = Resampler::new(hertz(from), hertz(to)).expect("a resampler");
        let mut output = Vec::new();
        for part in input.chunks(piece) {
            resampler.push(part, &mut output);
        }
        resampler.flush(&mut output);
        output
    }

    #[test]
    fn the_band_passes_and_nothing_else_appears() {
        for (from, to) in PAIRS {
            let band = f64::from(from.min(to)) / 2.0;
            for step in 1..=19 {
                let frequency = band * f64::from(step) * 0.05;
                let input = sine(from, frequency, 16_000.0, from as usize / 2);
                let output = streamed(from, to, &input, 333);
                let middle = &output[output.len() / 8..output.len() * 7 / 8];
                let (amplitude, rest) = amplitude_and_rest(middle, to, frequency);
                let loss = decibels(amplitude / 16_000.0);
                let passes = loss.abs() < 0.2 || step > 18;
                assert!(passes, "{from} to {to}: {frequency} Hz came through at {loss:.2} dB");
                let noise = decibels(rest * 2f64.sqrt() / 16_000.0);
                assert!(noise < -60.0, "{from} to {to}: {frequency} Hz brought {noise:.1} dB of something else");
            }
        }
    }

    #[test]
    fn what_does_not_fit_the_lower_rate_is_kept_out() {
        for (from, to) in PAIRS.into_iter().filter(|(from, to)| from > to) {
            let (low, high) = (f64::from(to) / 2.0 * 1.01, f64::from(from) / 2.0);
            for step in 0..40 {
                let frequency = low + (high - low) * f64::from(step) / 40.0;
                let input = sine(from, frequency, 30_000.0, from as usize / 4);
                let output = streamed(from, to, &input, 777);
                let middle = &output[output.len() / 4..output.len() * 3 / 4];
                let energy: f64 = middle.iter().map(|&sample| f64::from(sample).powi(2)).sum();
                let alias = decibels((2.0 * energy / middle.len() as f64).sqrt() / 30_000.0);
                assert!(alias < -60.0, "{from} to {to}: {frequency:.0} Hz folded back at {alias:.1} dB");
            }
        }
    }

    #[test]
    fn a_swept_tone_keeps_its_level_and_leaves_no_trace_above_the_band() {
        // A sweep over the whole input band in one stream: in the output it is there while it is inside the band, then gone.
        for (from, to) in PAIRS.into_iter().filter(|(from, to)| from > to) {
            let seconds = 4.0;
            let length = (f64::from(from) * seconds) as usize;
            let top = f64::from(from) / 2.0;
            let input: Vec<i16> = (0..length)
                .map(|index| {
                    let time = index as f64 / f64::from(from);
                    (20_000.0 * (TAU * top * time * time / (2.0 * seconds)).sin()) as i16
                })
                .collect();
            let output = Sound::new(hertz(from), input).resampled(hertz(to)).expect("resampled");
            let level = |from_hz: f64, to_hz: f64| {
                let at = |hz: f64| ((hz / top * seconds) * f64::from(to)) as usize;
                let part = &output.samples()[at(from_hz)..at(to_hz).min(output.samples().len())];
                let energy: f64 = part.iter().map(|&sample| f64::from(sample).powi(2)).sum();
                decibels((2.0 * energy / part.len() as f64).sqrt() / 20_000.0)
            };
            let edge = f64::from(to) / 2.0;
            assert!(level(100.0, edge * 0.88).abs() < 0.2, "{from} to {to}: {:.2}", level(100.0, edge * 0.88));
            // Past the edge by the time the block takes to forget it.
            let after = edge + top / seconds * 0.03;
            assert!(level(after * 1.01, top) < -60.0, "{from} to {to}: {:.1}", level(after * 1.01, top));
        }
    }

    #[test]
    fn however_the_stream_is_cut_the_output_is_the_same() {
        let input: Vec<i16> = (0..9_001).map(|index| ((index * 7_919) % 20_011 - 10_000) as i16).collect();
        for (from, to) in [(8_000, 16_000), (22_050, 8_000), (11_025, 8_000)] {
            let whole = streamed(from, to, &input, input.len());
            for piece in [1, 7, 160, 441, 1_000] {
                assert_eq!(streamed(from, to, &input, piece), whole, "{from} to {to} in pieces of {piece}");
            }
        }
    }

    #[test]
    fn frames_and_pieces_give_the_same_stream() {
        for (from, to) in PAIRS {
            let input = sine(from, 440.0, 9_000.0, from as usize);
            let mut resampler = Resampler::new(hertz(from), hertz(to)).expect("a resampler");
            let mut framed = Vec::new();
            for part in input.chunks_exact(hertz(from).samples_per_frame()) {
                let frame = resampler.frame(&Frame::from_samples(hertz(from), part).expect("a frame"));
                assert_eq!(frame.rate(), hertz(to));
                framed.extend_from_slice(frame.samples());
            }
            let streamed = streamed(from, to, &input, 100);
            assert_eq!(framed[..], streamed[..framed.len()], "{from} to {to}");
        }
    }

    #[test]
    fn the_delay_is_what_it_says() {
        for (from, to) in PAIRS {
            let mut input = vec![0; from as usize / 2];
            let click = from as usize / 10;
            input[click] = 30_000;
            let output = streamed(from, to, &input, 160);
            let loudest = (0..output.len()).max_by_key(|&index| output[index].unsigned_abs()).expect("some sound");
            let delay = Resampler::new(hertz(from), hertz(to)).expect("a resampler").delay();
            assert!(delay <= Duration::from_millis(10), "{from} to {to}: {delay:?}");
            let expected = 0.1 + delay.as_secs_f64();
            let error = (loudest as f64 / f64::from(to) - expected).abs();
            assert!(error <= 0.51 / f64::from(from.min(to)), "{from} to {to}: off by {error} s");
        }
    }

    #[test]
    fn a_clip_keeps_its_length_and_its_place_at_any_rates() {
        for (from, to) in PAIRS.into_iter().chain([(11_025, 8_000), (8_000, 11_025), (7_919, 8_000), (96_000, 8_000)]) {
            let input = sine(from, 200.0, 9_000.0, from as usize * 3 / 4);
            let output = Sound::new(hertz(from), input).resampled(hertz(to)).expect("resampled");
            assert_eq!(output.rate(), hertz(to));
            let expected = ((f64::from(from) * 0.75).floor() * f64::from(to) / f64::from(from)).round();
            assert_eq!(output.samples().len(), expected as usize, "{from} to {to}");
            let ideal = sine(to, 200.0, 9_000.0, output.samples().len());
            let (start, end) = (ideal.len() / 4, ideal.len() * 3 / 4);
            let worst = (start..end)
                .map(|index| (i32::from(output.samples()[index]) - i32::from(ideal[index])).abs())
                .max()
                .expect("some sound");
            // Half a sample of the coarser rate at 200 Hz.
            let bound = 9_000.0 * TAU * 200.0 * 0.5 / f64::from(from.min(to)) + 60.0;
            assert!(f64::from(worst) < bound, "{from} to {to}: {worst} off, {bound} allowed");
        }
    }

    #[test]
    fn a_flushed_resampler_begins_anew() {
        let input = sine(8_000, 300.0, 9_000.0, 1_234);
        let mut resampler = Resampler::new(hertz(8_000), hertz(16_000)).expect("a resampler");
        let mut rounds = [Vec::new(), Vec::new()];
        for output in &mut rounds {
            resampler.push(&input, output);
            resampler.flush(output);
        }
        assert_eq!(rounds[0], rounds[1]);
        assert_eq!(rounds[0].len(), 2 * 1_234 + 160);
    }

    #[test]
    fn nothing_gives_nothing_and_the_same_rate_changes_nothing() {
        let nothing = Sound::new(hertz(22_050), Vec::new()).resampled(hertz(8_000)).expect("resampled");
        assert!(nothing.samples().is_empty());
        let sound = Sound::new(hertz(8_000), sine(8_000, 300.0, 9_000.0, 777));
        assert_eq!(sound.resampled(hertz(8_000)).expect("resampled"), sound);
        assert_eq!(Resampler::new(hertz(8_000), hertz(8_000)).expect("a resampler").delay(), Duration::ZERO);
    }

    #[test]
    fn full_scale_is_clipped_not_wrapped() {
        let square: Vec<i16> = (0..8_000).map(|index| if index / 20 % 2 == 0 { i16::MAX } else { i16::MIN }).collect();
        let output = streamed(8_000, 16_000, &square, 160);
        // 200 Hz: each half wave lasts 40 samples of the output, and in its middle the sign must be the input's.
        for half in 20..380 {
            let sample = output[160 / 2 * 2 + half * 40 + 20];
            assert_eq!(sample > 0, half % 2 == 0, "half wave {half} is {sample}");
        }
    }
}
