//! The pitch over an utterance: of each hop's candidates the path that costs least (Viterbi; costs after Boersma 1993).

use super::hop::{CANDIDATES, Candidate, Hop, Voicing};

/// How periodic a hop must be to hold a voice.
const VOICED_FROM: f32 = 0.40;
/// Worth of a higher pitch, an octave.
const OCTAVE: f32 = 0.02;
/// Cost of a jump of an octave from one hop to the next.
const JUMP: f32 = 0.35;
/// Cost of beginning or ending to sound.
const ONSET: f32 = 0.14;
/// What is fainter than the loudest by this much, in dB, holds no voice.
const FAINT: f32 = 32.0;
/// What stands out of the noise by less than this, in dB, holds no voice.
const OUT_OF_NOISE: f32 = 5.0;
/// "No voice" stands behind the candidates.
const STATES: usize = CANDIDATES + 1;
const NO_VOICE: usize = CANDIDATES;

/// How loud the noise and the loudest speech are, in dB.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Levels {
    pub noise: f32,
    pub peak: f32,
}

/// The best path, into `voicing`; `steps` is room for it. All three have the same length.
pub(super) fn follow(hops: &[Hop], levels: Levels, steps: &mut [[u8; STATES]], voicing: &mut [Voicing]) {
    let mut worth = [0.0_f32; STATES];
    for (index, hop) in hops.iter().enumerate() {
        let mut next = [f32::NEG_INFINITY; STATES];
        for state in 0..STATES {
            let local = local_worth(hop, state, levels);
            if local == f32::NEG_INFINITY {
                continue;
            }
            let mut best = (f32::NEG_INFINITY, NO_VOICE);
            for (before, worth) in worth.iter().enumerate() {
                let cost = if index == 0 { 0.0 } else { step_cost(&hops[index - 1], before, hop, state) };
                if worth - cost > best.0 {
                    best = (worth - cost, before);
                }
            }
            next[state] = best.0 + local;
            steps[index][state] = best.1 as u8;
        }
        worth = next;
    }
    let mut state = (0..STATES).fold(NO_VOICE, |best, state| if worth[state] > worth[best] { state } else { best });
    for (index, hop) in hops.iter().enumerate().rev() {
        voicing[index] = match hop.candidates.get(state) {
            Some(&Candidate { pitch, strength }) => Voicing { pitch: Some(pitch), strength },
            None => Voicing { pitch: None, strength: hop.candidates[0].strength },
        };
        state = usize::from(steps[index][state]);
    }
}

/// Room for [`follow`].
pub(super) type Steps = [u8; STATES];

fn local_worth(hop: &Hop, state: usize, levels: Levels) -> f32 {
    let faint = hop.energy < levels.peak - FAINT || hop.energy < levels.noise + OUT_OF_NOISE;
    match hop.candidates.get(state) {
        None if faint => 2.0,
        None => VOICED_FROM,
        Some(candidate) if candidate.strength > 0.0 => candidate.strength + OCTAVE * (candidate.pitch - 24.0) / 12.0,
        Some(_) => f32::NEG_INFINITY,
    }
}

fn step_cost(before: &Hop, from: usize, now: &Hop, to: usize) -> f32 {
    match (before.candidates.get(from), now.candidates.get(to)) {
        (None, None) => 0.0,
        (Some(left), Some(right)) => JUMP * (left.pitch - right.pitch).abs() / 12.0,
        _ => ONSET,
    }
}
