//! Tones that are made, not recorded: ringback, hold tone, beeps, and the keys of a telephone.

use std::f64::consts::TAU;
use std::time::Duration;

use super::{FRAME, Frame, Hertz, Key, Sound};

/// The frequencies of the keypad's rows and columns, in Hz (ITU-T Q.23).
pub(super) const ROWS: [u32; 4] = [697, 770, 852, 941];
pub(super) const COLUMNS: [u32; 4] = [1_209, 1_336, 1_477, 1_633];

/// The keypad, row by row.
pub(super) const KEYPAD: [[char; 4]; 4] =
    [['1', '2', '3', 'A'], ['4', '5', '6', 'B'], ['7', '8', '9', 'C'], ['*', '0', '#', 'D']];

/// How long a tone takes to swell and to fade, so that it does not click.
const RAMP: Duration = Duration::from_millis(5);

/// A tone that can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// What a caller hears while a phone rings, in Europe and most of the world: 425 Hz, 1 s in 5 s. Without end.
    Ringback,
    /// The same in North America: 440 and 480 Hz, 2 s in 6 s. Without end.
    RingbackNorthAmerica,
    /// Two soft beeps every five seconds: someone on hold hears that the line lives. Without end.
    Hold,
    /// One short beep: 1 kHz, 150 ms.
    Beep,
    /// Busy: 425 Hz, half a second in a second. Without end.
    Busy,
    /// A key, held for 100 ms and followed by a pause of 60 ms.
    Key(Key),
}

/// One part of a tone: up to two sines of the same level, or a pause.
#[derive(Clone, Copy, Debug)]
struct Part {
    hertz: [u32; 2],
    milliseconds: u64,
    /// Peak of each sine, as a share of full scale.
    level: f64,
}

const fn sound(hertz: [u32; 2], milliseconds: u64, level: f64) -> Part {
    Part { hertz, milliseconds, level }
}

const fn pause(milliseconds: u64) -> Part {
    Part { hertz: [0, 0], milliseconds, level: 0.0 }
}

/// About -21 dBov for one sine.
const LEVEL: f64 = 0.125;

impl Tone {
    /// The parts, how many there are, and whether they begin again.
    fn parts(self) -> ([Part; 4], usize, bool) {
        let none = pause(0);
        match self {
            Self::Ringback => ([sound([425, 0], 1_000, LEVEL), pause(4_000), none, none], 2, true),
            Self::RingbackNorthAmerica => ([sound([440, 480], 2_000, LEVEL * 0.7), pause(4_000), none, none], 2, true),
            Self::Hold => {
                let beep = sound([440, 0], 120, LEVEL * 0.5);
                ([beep, pause(100), beep, pause(4_660)], 4, true)
            }
            Self::Beep => ([sound([1_000, 0], 150, LEVEL), none, none, none], 1, false),
            Self::Busy => ([sound([425, 0], 500, LEVEL), pause(500), none, none], 2, true),
            Self::Key(key) => {
                let [row, column] = frequencies(key);
                ([sound([row, column], 100, 0.2), pause(60), none, none], 2, false)
            }
        }
    }
}

/// The two frequencies of a key, in Hz (ITU-T Q.23).
pub(super) fn frequencies(key: Key) -> [u32; 2] {
    let character = key.as_char();
    for (row, keys) in KEYPAD.iter().enumerate() {
        if let Some(column) = keys.iter().position(|&it| it == character) {
            return [ROWS[row], COLUMNS[column]];
        }
    }
    // Every key is on the keypad.
    [ROWS[0], COLUMNS[0]]
}

/// Makes a tone, 20 ms at a time, without touching the heap.
#[derive(Clone, Debug)]
pub struct ToneGenerator {
    rate: Hertz,
    parts: [Part; 4],
    count: usize,
    repeats: bool,
    part: usize,
    /// Samples of the part that have been made.
    made: usize,
}

impl ToneGenerator {
    /// A generator at the beginning of `tone`, for frames at `rate`.
    pub fn new(rate: Hertz, tone: Tone) -> Self {
        let (parts, count, repeats) = tone.parts();
        Self { rate, parts, count, repeats, part: 0, made: 0 }
    }

    /// The next 20 ms; silence when the tone is over.
    pub fn next_frame(&mut self) -> Frame {
        let mut frame = Frame::silence(self.rate);
        let mut output = frame.samples_mut();
        while !output.is_empty() && !self.is_finished() {
            let part = self.parts[self.part];
            let length = self.rate.samples_in(Duration::from_millis(part.milliseconds));
            let count = output.len().min(length - self.made);
            let (now, later) = output.split_at_mut(count);
            self.fill(now, part, length);
            output = later;
            self.made += count;
            if self.made == length {
                self.made = 0;
                self.part += 1;
                if self.repeats {
                    self.part %= self.count;
                }
            }
        }
        frame
    }

    /// Whether the tone is over. One that repeats never is.
    pub fn is_finished(&self) -> bool {
        self.part >= self.count
    }

    fn fill(&self, output: &mut [i16], part: Part, length: usize) {
        if part.level == 0.0 {
            return;
        }
        let rate = f64::from(self.rate.get());
        let ramp = self.rate.samples_in(RAMP).max(1);
        for (index, sample) in output.iter_mut().enumerate() {
            let place = self.made + index;
            let sines: f64 = part.hertz.iter().map(|&hertz| (TAU * f64::from(hertz) * place as f64 / rate).sin()).sum();
            let edge = place.min(length - 1 - place).min(ramp) as f64 / ramp as f64;
            *sample = (sines * part.level * edge * 32_767.0).round() as i16;
        }
    }
}

/// One round of [`Tone::Hold`], five seconds long, to be played over and over to callers who wait.
pub fn hold_tone(rate: Hertz) -> Sound {
    let mut generator = ToneGenerator::new(rate, Tone::Hold);
    let mut sound = Sound::new(rate, Vec::new());
    let (parts, count, _) = Tone::Hold.parts();
    let round: u64 = parts[..count].iter().map(|part| part.milliseconds).sum();
    for _ in 0..round / FRAME.as_millis() as u64 {
        sound.push_frame(&generator.next_frame());
    }
    sound
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::level_dbov;

    fn made(rate: Hertz, tone: Tone, frames: usize) -> Sound {
        let mut generator = ToneGenerator::new(rate, tone);
        let mut sound = Sound::new(rate, Vec::new());
        for _ in 0..frames {
            sound.push_frame(&generator.next_frame());
        }
        sound
    }

    fn level(sound: &Sound, from_ms: u64, to_ms: u64) -> f32 {
        level_dbov(sound.part(Duration::from_millis(from_ms), Duration::from_millis(to_ms)).samples())
    }

    #[test]
    fn ringback_keeps_its_cadence() {
        for rate in [Hertz::HZ_8000, Hertz::HZ_48000] {
            let sound = made(rate, Tone::Ringback, 600);
            for beginning in [0, 5_000] {
                assert!((-23.0..-19.0).contains(&level(&sound, beginning + 10, beginning + 990)));
                assert_eq!(level(&sound, beginning + 1_000, beginning + 5_000), -96.0);
            }
        }
    }

    #[test]
    fn hold_is_two_soft_beeps_every_five_seconds() {
        let sound = made(Hertz::HZ_8000, Tone::Hold, 500);
        for beginning in [0, 5_000] {
            assert!(level(&sound, beginning + 10, beginning + 110) > -30.0);
            assert_eq!(level(&sound, beginning + 120, beginning + 220), -96.0);
            assert!(level(&sound, beginning + 230, beginning + 330) > -30.0);
            assert_eq!(level(&sound, beginning + 340, beginning + 5_000), -96.0);
        }
    }

    #[test]
    fn a_round_of_the_hold_tone_joins_the_next() {
        for rate in [Hertz::HZ_8000, Hertz::HZ_48000] {
            let round = hold_tone(rate);
            assert_eq!(round.duration(), Duration::from_secs(5));
            let two = made(rate, Tone::Hold, 500);
            assert_eq!(two.samples(), [round.samples(), round.samples()].concat());
        }
    }

    #[test]
    fn a_beep_ends() {
        let mut generator = ToneGenerator::new(Hertz::HZ_8000, Tone::Beep);
        let frames = (0..20).take_while(|_| !generator.is_finished() && generator.next_frame().samples().len() == 160);
        assert_eq!(frames.count(), 8, "150 ms");
        assert!(generator.next_frame().samples().iter().all(|&sample| sample == 0));
    }

    #[test]
    fn no_tone_clicks() {
        for tone in [Tone::Ringback, Tone::RingbackNorthAmerica, Tone::Hold, Tone::Beep, Tone::Busy] {
            let sound = made(Hertz::HZ_8000, tone, 600);
            let step = |pair: &[i16]| (i32::from(pair[0]) - i32::from(pair[1])).abs();
            let worst = sound.samples().windows(2).map(step).max().expect("some sound");
            // The steepest that a sine of 1 kHz at this level is.
            assert!(worst < 3_300, "{tone:?}: {worst}");
        }
    }

    #[test]
    fn every_key_has_its_two_frequencies() {
        assert_eq!(frequencies(Key::from_char('1').expect("a key")), [697, 1_209]);
        assert_eq!(frequencies(Key::from_char('#').expect("a key")), [941, 1_477]);
        assert_eq!(frequencies(Key::from_char('D').expect("a key")), [941, 1_633]);
        let all: std::collections::BTreeSet<[u32; 2]> = Key::ALL.into_iter().map(frequencies).collect();
        assert_eq!(all.len(), 16);
        let sound = made(Hertz::HZ_8000, Tone::Key(Key::ALL[5]), 8);
        assert!((-18.0..-12.0).contains(&level(&sound, 10, 90)));
        assert_eq!(level(&sound, 100, 160), -96.0);
    }
}
