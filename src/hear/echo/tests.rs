use super::*;
use crate::audio::{Law, Sound};

/// Something like a voice: pulses of a wandering pitch through two wandering resonances, in syllables.
fn voice(seed: u64, seconds: f64) -> Sound {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut chance = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f64 / 16_777_216.0
    };
    let base = 90.0 + 110.0 * chance();
    let (mut phase, mut one, mut two) = (0.0, [0.0; 2], [0.0; 2]);
    let (mut pitch, mut first, mut second) = (base, 500.0, 1_500.0);
    let count = (seconds * 8_000.0) as usize;
    let samples = (0..count).map(|index| {
        if index % 1_200 == 0 {
            (pitch, first, second) =
                (base * (0.8 + 0.4 * chance()), 300.0 + 500.0 * chance(), 900.0 + 1_500.0 * chance());
        }
        phase += pitch / 8_000.0;
        let pulse = if phase >= 1.0 { 1.0 } else { 0.06 * (chance() - 0.5) };
        phase %= 1.0;
        let resonate = |memory: &mut [f64; 2], hertz: f64, input: f64| {
            let radius: f64 = 0.96;
            let value = input + 2.0 * radius * (std::f64::consts::TAU * hertz / 8_000.0).cos() * memory[0]
                - radius * radius * memory[1];
            *memory = [value, memory[0]];
            value
        };
        let sound = resonate(&mut one, first, pulse) + resonate(&mut two, second, pulse);
        let syllable = (std::f64::consts::PI * (index % 1_200) as f64 / 1_200.0).sin();
        (2_500.0 * sound * syllable).clamp(-30_000.0, 30_000.0) as i16
    });
    Sound::new(Hertz::HZ_8000, samples.collect())
}

/// What comes back of `sound`: later, fainter, with a second arrival, and through mu-law.
fn echo_of(sound: &Sound, delay_ms: u64, decibels: f32) -> Sound {
    let gain = 10_f32.powf(decibels / 20.0);
    let delay = (delay_ms * 8) as usize;
    let at = |index: usize, later: usize| {
        index.checked_sub(delay + later).map_or(0.0, |place| f32::from(sound.samples()[place]))
    };
    let samples = (0..sound.samples().len()).map(|index| {
        let value = gain * (0.8 * at(index, 0) + 0.4 * at(index, 7) - 0.25 * at(index, 61));
        Law::Mu.decode(Law::Mu.encode(value as i16))
    });
    Sound::new(Hertz::HZ_8000, samples.collect())
}

fn mixed(one: &Sound, other: &Sound) -> Sound {
    let samples = one.samples().iter().zip(other.samples()).map(|(one, other)| one.saturating_add(*other));
    Sound::new(one.rate(), samples.collect())
}

/// Runs the guard; gives what is left.
fn guarded(heard: &Sound, sent: &Sound) -> Sound {
    let mut guard = EchoGuard::new(Hertz::HZ_8000);
    let mut left = Sound::silence(Hertz::HZ_8000, Duration::ZERO);
    for (heard, sent) in heard.samples().chunks_exact(160).zip(sent.samples().chunks_exact(160)) {
        let frame = |samples| Frame::from_samples(Hertz::HZ_8000, samples).unwrap();
        left.push_frame(&guard.guard(&frame(heard), &frame(sent)));
    }
    left
}

fn level(sound: &Sound, from: f64, to: f64) -> f32 {
    let part = sound.part(Duration::from_secs_f64(from), Duration::from_secs_f64(to));
    crate::audio::level_dbov(part.samples()).max(-90.0)
}

#[test]
fn an_echo_is_taken_out_wherever_and_however_loud_it_is() {
    let sent = voice(1, 4.0);
    for delay in [0, 40, 130, 270, 400] {
        for decibels in [-6.0, -18.0, -30.0] {
            let heard = echo_of(&sent, delay, decibels);
            let left = guarded(&heard, &sent);
            let gone = level(&heard, 1.0, 4.0) - level(&left, 1.0, 4.0);
            assert!(gone > 20.0, "{delay} ms, {decibels} dB: {gone} dB taken out");
        }
    }
}

#[test]
fn a_caller_who_speaks_into_the_echo_stays_audible() {
    let sent = voice(1, 4.0);
    let mut caller = Sound::silence(Hertz::HZ_8000, Duration::from_secs(2));
    caller.append(&voice(7, 2.0));
    let heard = mixed(&echo_of(&sent, 120, -12.0), &caller);
    let left = guarded(&heard, &sent);
    let lost = level(&caller, 2.2, 4.0) - level(&left, 2.2, 4.0);
    assert!(lost.abs() < 3.0, "{lost} dB of the caller were lost");
}

#[test]
fn a_caller_without_echo_is_untouched() {
    let (sent, caller) = (voice(1, 3.0), voice(9, 3.0));
    let left = guarded(&caller, &sent);
    let lost = level(&caller, 0.0, 3.0) - level(&left, 0.0, 3.0);
    assert!(lost.abs() < 0.5, "{lost} dB of the caller were lost");
    let silent = Sound::silence(Hertz::HZ_8000, Duration::from_secs(3));
    assert_eq!(guarded(&caller, &silent), caller);
}
