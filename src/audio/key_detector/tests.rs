use std::f64::consts::TAU;

use super::*;
use crate::audio::tones::{Tone, ToneGenerator, frequencies};
use crate::audio::{Concealer, Law};

/// A small generator with a fixed seed (xorshift).
struct Chance(u64);

impl Chance {
    /// Evenly from -1 to 1.
    fn signed(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.signed() + 1.0) / 2.0
    }

    /// Noise of a normal distribution, nearly.
    fn normal(&mut self) -> f64 {
        (0..6).map(|_| self.signed()).sum::<f64>() / 2_f64.sqrt()
    }
}

/// What of a press differs from the ideal.
#[derive(Clone, Copy)]
struct Press {
    milliseconds: usize,
    /// Share that the row's and the column's frequencies are off.
    off: [f64; 2],
    /// Level of the row and the column, in dBov.
    levels: [f64; 2],
}

const IDEAL: Press = Press { milliseconds: 80, off: [0.0, 0.0], levels: [-16.0, -16.0] };

fn append(sound: &mut Vec<f64>, key: Key, press: Press) {
    let [row, column] = frequencies(key);
    for index in 0..press.milliseconds * 8 {
        let time = index as f64 / 8_000.0;
        let sine = |hertz: u32, off: f64, level: f64| {
            let peak = 32_768.0 * 2_f64.sqrt() * 10_f64.powf(level / 20.0);
            peak * (TAU * f64::from(hertz) * (1.0 + off) * time).sin()
        };
        sound.push(sine(row, press.off[0], press.levels[0]) + sine(column, press.off[1], press.levels[1]));
    }
}

fn pause(sound: &mut Vec<f64>, milliseconds: usize) {
    sound.resize(sound.len() + milliseconds * 8, 0.0);
}

/// The keys heard in `sound` after a line has carried it.
fn heard(sound: &[f64], law: Law) -> String {
    let mut detector = KeyDetector::new();
    let mut keys = String::new();
    for samples in sound.chunks(160) {
        let mut frame = Frame::silence(Hertz::HZ_8000);
        for (sample, &value) in frame.samples_mut().iter_mut().zip(samples) {
            *sample = law.decode(law.encode(value as i16));
        }
        keys.extend(detector.push(&frame).map(Key::as_char));
    }
    keys
}

/// Each key once, so that all beginnings within a frame come up.
fn dialled(press: Press, pause_ms: usize, mut shift: impl FnMut() -> usize) -> Vec<f64> {
    let mut sound = Vec::new();
    pause(&mut sound, 100);
    for key in Key::ALL {
        append(&mut sound, key, press);
        pause(&mut sound, pause_ms);
        sound.resize(sound.len() + shift(), 0.0);
    }
    pause(&mut sound, 200);
    sound
}

const ALL: &str = "0123456789*#ABCD";

#[test]
fn every_key_is_heard_once() {
    for law in [Law::Mu, Law::A] {
        for milliseconds in [40, 45, 50, 80, 100, 500] {
            for shift in [0, 13, 57, 101] {
                let sound = dialled(Press { milliseconds, ..IDEAL }, 60, || shift);
                assert_eq!(heard(&sound, law), ALL, "{milliseconds} ms, shifted by {shift}");
            }
        }
    }
}

#[test]
fn the_generator_and_the_detector_agree() {
    let mut detector = KeyDetector::new();
    for key in Key::ALL {
        let mut generator = ToneGenerator::new(Hertz::HZ_8000, Tone::Key(key));
        let mut heard = Vec::new();
        while !generator.is_finished() {
            heard.extend(detector.push(&generator.next_frame()));
        }
        assert_eq!(heard, [key]);
    }
}

#[test]
fn tones_within_the_tolerances_of_q24_are_keys() {
    for off in [[0.015, 0.015], [-0.015, 0.015], [0.015, -0.015], [-0.015, -0.015]] {
        assert_eq!(heard(&dialled(Press { off, ..IDEAL }, 60, || 7), Law::Mu), ALL, "{off:?}");
    }
    for levels in [[-6.0, -6.0], [-31.0, -31.0], [-12.0, -20.0], [-20.0, -16.0]] {
        assert_eq!(heard(&dialled(Press { levels, ..IDEAL }, 60, || 7), Law::A), ALL, "{levels:?}");
    }
}

#[test]
fn tones_outside_the_tolerances_are_not() {
    for off in [[0.035, 0.0], [0.0, 0.035], [-0.035, 0.0], [0.0, -0.035]] {
        assert_eq!(heard(&dialled(Press { off, milliseconds: 200, ..IDEAL }, 60, || 7), Law::Mu), "", "{off:?}");
    }
    for levels in [[-45.0, -45.0], [-10.0, -25.0], [-25.0, -10.0], [-10.0, -90.0], [-90.0, -10.0]] {
        assert_eq!(heard(&dialled(Press { levels, ..IDEAL }, 60, || 7), Law::Mu), "", "{levels:?}");
    }
    assert_eq!(heard(&dialled(Press { milliseconds: 23, ..IDEAL }, 60, || 7), Law::Mu), "", "too short");
}

#[test]
fn keys_are_heard_through_noise() {
    let mut chance = Chance(5);
    // 15 dB below the two tones together.
    let noise = 32_768.0 * 10_f64.powf(-28.0 / 20.0);
    for _ in 0..5 {
        let sound: Vec<f64> = dialled(Press { milliseconds: 70, ..IDEAL }, 60, || 19)
            .into_iter()
            .map(|value| value + noise * chance.normal())
            .collect();
        assert_eq!(heard(&sound, Law::Mu), ALL);
    }
}

#[test]
fn the_same_key_twice_is_two_presses_and_a_flutter_is_one() {
    let key = Key::from_char('7').expect("a key");
    for (gap, keys) in [(5, "7"), (10, "7"), (40, "77"), (45, "77"), (60, "77")] {
        for shift in 0..20 {
            let mut sound = vec![0.0; 800 + shift * 8];
            append(&mut sound, key, IDEAL);
            pause(&mut sound, gap);
            append(&mut sound, key, IDEAL);
            pause(&mut sound, 100);
            assert_eq!(heard(&sound, Law::Mu), keys, "a gap of {gap} ms, shifted by {shift} ms");
        }
    }
}

#[test]
fn a_packet_lost_within_a_press_is_not_a_second_press() {
    for key in Key::ALL {
        for shift in 0..20 {
            let mut sound = vec![0.0; 800 + shift * 8];
            append(&mut sound, key, Press { milliseconds: 200, ..IDEAL });
            pause(&mut sound, 100);
            let (mut detector, mut concealer) = (KeyDetector::new(), Concealer::new());
            let mut keys = Vec::new();
            for (number, samples) in sound.chunks_exact(160).enumerate() {
                let samples: Vec<i16> = samples.iter().map(|&value| value as i16).collect();
                let mut frame = Frame::from_samples(Hertz::HZ_8000, &samples).expect("a frame");
                if number == 10 {
                    frame = concealer.lost();
                } else {
                    concealer.good(&mut frame);
                }
                keys.extend(detector.push(&frame));
            }
            assert_eq!(keys, [key], "shifted by {shift} ms");
        }
    }
}

#[test]
fn a_held_key_is_known_until_it_is_let_go() {
    let key = Key::from_char('#').expect("a key");
    let mut sound = Vec::new();
    append(&mut sound, key, Press { milliseconds: 200, ..IDEAL });
    pause(&mut sound, 100);
    let mut detector = KeyDetector::new();
    let held: Vec<bool> = sound
        .chunks(160)
        .map(|samples| {
            let samples: Vec<i16> = samples.iter().map(|&value| value as i16).collect();
            detector.push(&Frame::from_samples(Hertz::HZ_8000, &samples).expect("a frame"));
            detector.held() == Some(key)
        })
        .collect();
    assert_eq!(held[3..10], [true; 7]);
    assert!(!held[14]);
}

/// Syllables of a made-up voice: a buzz of many harmonics of a moving pitch, through three moving resonances, with
/// hiss for the consonants and pauses. Not speech, but like it in what could be taken for a key.
fn babble(chance: &mut Chance, seconds: f64) -> Vec<f64> {
    let mut sound = Vec::new();
    let length = (seconds * 8_000.0) as usize;
    let mut phase = 0.0;
    let mut states = [[0.0_f64; 2]; 3];
    let base = chance.between(80.0, 280.0);
    while sound.len() < length {
        let syllable = chance.between(0.06, 0.35) * 8_000.0;
        let (pitch, pitch_end) = (base * chance.between(0.8, 1.3), base * chance.between(0.8, 1.3));
        let formants =
            [chance.between(250.0, 1_000.0), chance.between(900.0, 2_400.0), chance.between(2_200.0, 3_400.0)];
        let glide = chance.between(0.7, 1.4);
        let (hiss, level) = (chance.between(-0.3, 0.4).max(0.0), chance.between(1_000.0, 12_000.0));
        let tilt = chance.between(0.3, 0.95);
        let mut buzz_low = 0.0;
        for index in 0..syllable as usize {
            let place = index as f64 / syllable;
            phase += (pitch + (pitch_end - pitch) * place) / 8_000.0;
            let pulse = if phase >= 1.0 { 1.0 } else { 0.0 };
            phase -= phase.floor();
            buzz_low = tilt * buzz_low + pulse;
            let mut value = buzz_low + hiss * chance.signed() * 0.3;
            for (state, formant) in states.iter_mut().zip(formants) {
                let hertz = (formant * (1.0 + (glide - 1.0) * place)).min(3_800.0);
                let radius = (-std::f64::consts::PI * bandwidth(hertz) / 8_000.0).exp();
                let next = value + 2.0 * radius * (TAU * hertz / 8_000.0).cos() * state[0] - radius * radius * state[1];
                *state = [next, state[0]];
                value = next * (1.0 - radius);
            }
            sound.push((value * level * (std::f64::consts::PI * place).sin()).clamp(-32_000.0, 32_000.0));
        }
        if chance.signed() > 0.5 {
            sound.resize(sound.len() + (chance.between(0.05, 0.5) * 8_000.0) as usize, 0.0);
        }
    }
    sound
}

/// Resonances of a mouth: 60 Hz wide at the bottom, 150 at the top.
fn bandwidth(hertz: f64) -> f64 {
    60.0 + hertz / 40.0
}

#[test]
fn a_voice_is_not_a_keypad() {
    let mut chance = Chance(2_024);
    for voice in 0..60 {
        let sound = babble(&mut chance, 20.0);
        assert_eq!(heard(&sound, Law::Mu), "", "voice {voice}");
    }
}

#[test]
fn sung_notes_whistles_and_tones_of_the_network_are_not_keys() {
    // Two notes at once, as in music on hold, each with harmonics as instruments have.
    let mut chance = Chance(99);
    for _ in 0..200 {
        let (low, high) = (chance.between(600.0, 1_000.0), chance.between(1_100.0, 1_750.0));
        let overtone = chance.between(0.2, 0.8);
        let sound: Vec<f64> = (0..1_600)
            .map(|index| {
                let time = f64::from(index) / 8_000.0;
                let note = |hertz: f64| (TAU * hertz * time).sin() + overtone * (2.0 * TAU * hertz * time).sin();
                4_000.0 * (note(low) + note(high))
            })
            .collect();
        assert_eq!(heard(&sound, Law::Mu), "", "{low} and {high} Hz");
    }
    for hertz in [350.0, 425.0, 440.0, 697.0, 941.0, 1_000.0, 1_209.0, 1_477.0, 2_100.0] {
        let sound: Vec<f64> =
            (0..8_000).map(|index| 9_000.0 * (TAU * hertz * f64::from(index) / 8_000.0).sin()).collect();
        assert_eq!(heard(&sound, Law::Mu), "", "{hertz} Hz");
    }
}

#[test]
fn noise_is_not_a_keypad() {
    let mut chance = Chance(3);
    for level in [100.0, 1_000.0, 8_000.0] {
        let sound: Vec<f64> = (0..8_000 * 60).map(|_| (level * chance.normal()).clamp(-32_000.0, 32_000.0)).collect();
        assert_eq!(heard(&sound, Law::Mu), "");
    }
}
