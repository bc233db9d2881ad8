//! From the values found at several places of an utterance to its readings.

use super::super::{Reading, Value};
use super::lexicon::Sense;
use super::scan::{Heard, Kind};

/// A value that stands at some place.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate<V = Value> {
    /// Its first token.
    pub start: usize,
    /// The token behind its last.
    pub end: usize,
    /// What it may mean.
    pub value: V,
    /// How unlikely that is, 0 and up.
    pub cost: f32,
}

/// What a value costs that was taken back by a later one.
const TAKEN_BACK: f32 = 1.2;
/// What a value costs that was taken back, with none in its place.
const LEFT_OPEN: f32 = 0.3;
/// What a value costs that took the place of another.
const CORRECTED: f32 = 0.04;

/// The readings of an utterance: a correction takes the later value, and values that stand side by side compete, so
/// that the caller is asked.
pub fn readings(heard: &Heard, mut candidates: Vec<Candidate>) -> Vec<Reading> {
    weigh_corrections(heard, &mut candidates);
    gather(heard, candidates)
}

/// The readings of values whose corrections have been weighed.
pub fn gather(heard: &Heard, candidates: Vec<Candidate>) -> Vec<Reading> {
    let around = words_around(heard, &candidates);
    let mut readings: Vec<Reading> = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        let score = (-(candidate.cost + around)).exp();
        match readings.iter_mut().find(|known| known.value == candidate.value) {
            Some(known) => known.score = known.score.max(score),
            None => readings.push(Reading { value: candidate.value, score, valid: true }),
        }
    }
    readings
}

/// Makes what was taken back unlikely.
pub fn weigh_corrections<V>(heard: &Heard, candidates: &mut [Candidate<V>]) {
    if candidates.is_empty() {
        return;
    }
    let last_start = candidates.iter().map(|candidate| candidate.start).max().unwrap_or(0);
    let first_end = candidates.iter().map(|candidate| candidate.end).min().unwrap_or(0);
    let mut place = 0;
    while place < heard.len() {
        let inside = candidates.iter().any(|candidate| (candidate.start..candidate.end).contains(&place));
        let Some(behind) = take_back(heard, place).filter(|_| !inside) else {
            place += 1;
            continue;
        };
        let denied = denies(heard, place, behind);
        let follows =
            |candidate: &Candidate<V>| candidate.start == behind || glue_between(heard, behind, candidate.start);
        if denied && candidates.iter().any(&follows) && behind <= last_start {
            // "not the third, the fourth": what follows at once is not meant, if there is another.
            let end = candidates.iter().filter(|c| follows(c)).map(|c| c.end).max().unwrap_or(behind);
            let others = last_start >= end || first_end <= place;
            let is_unsure = last_start < end && heard.is_han(place);
            for candidate in candidates.iter_mut() {
                if others && candidate.start >= behind && candidate.end <= end {
                    candidate.cost += if is_unsure { 0.1 } else { TAKEN_BACK };
                }
            }
        } else if behind <= last_start {
            for candidate in candidates.iter_mut() {
                if candidate.end <= place {
                    candidate.cost += TAKEN_BACK;
                } else if first_end <= place && candidate.start >= behind {
                    candidate.cost += CORRECTED;
                }
            }
        } else if !denied {
            for candidate in candidates.iter_mut() {
                candidate.cost += LEFT_OPEN;
            }
        }
        place = behind;
    }
}

/// The place behind words that take back what was said before.
pub fn take_back(heard: &Heard, at: usize) -> Option<usize> {
    const PHRASES: &[&str] = &[
        "说错了",
        "不对不对",
        "不对",
        "错了",
        "应该是",
        "更正",
        "哦不",
        "不不不",
        "不不",
        "不是",
        "不要",
        "等等",
        "还是",
    ];
    if heard.is_han(at) {
        if let Some(behind) = PHRASES.iter().find_map(|phrase| heard.han(at, phrase)) {
            return Some(heard.skip_han(behind, &["应该是", "是"]));
        }
        // 不 alone, when a pause follows.
        return (heard.character(at) == Some('不') && heard.pause(at + 1)).then_some(at + 1);
    }
    if heard.at(at)?.kind != Kind::Word {
        return None;
    }
    let behind = match heard.word(at) {
        "no" | "nope" | "sorry" | "oops" | "wait" | "actually" | "rather" | "correction" | "not" => at + 1,
        "i" if matches!(heard.word(at + 1), "mean" | "meant") => at + 2,
        "scratch" if heard.is(at + 1, "that") => at + 2,
        "make" if matches!(heard.word(at + 1), "that" | "it") => at + 2,
        _ => return None,
    };
    // "no wait, sorry, I mean".
    Some(take_back(heard, behind).unwrap_or(behind))
}

/// Whether a take-back denies what follows it: "not the third".
fn denies(heard: &Heard, at: usize, behind: usize) -> bool {
    (heard.is(at, "not") || heard.han(at, "不是").is_some() || heard.han(at, "不要").is_some()) && !heard.pause(behind)
}

/// Whether only small words stand between two places.
fn glue_between(heard: &Heard, from: usize, to: usize) -> bool {
    from < to
        && to - from <= 2
        && (from..to).all(|place| matches!(heard.sense(place), Sense::The | Sense::On | Sense::A | Sense::At))
}

/// What words that belong to no value cost: little, since callers speak in sentences.
fn words_around(heard: &Heard, candidates: &[Candidate]) -> f32 {
    let start = candidates.iter().map(|candidate| candidate.start).min().unwrap_or(0);
    let end = candidates.iter().map(|candidate| candidate.end).max().unwrap_or(0);
    let outside = (0..start).chain(end..heard.len());
    let strange = outside.filter(|place| heard.sense(*place) == Sense::Unknown).count();
    (strange as f32 * 0.006).min(0.08)
}
