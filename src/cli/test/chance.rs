//! Many callers by chance, on every core, told in the order of their seeds.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use crate::flow::rehearsal::{Conversed, What, converse, end_name};
use crate::flow::{Bundle, Operators};

/// What came of them.
pub(super) struct ByChance {
    /// The seed of the first; the others follow it.
    pub(super) seed: u64,
    /// How many there were.
    pub(super) played: u64,
    /// How many turns they took together.
    pub(super) turns: u64,
    /// How long their calls would have lasted together.
    pub(super) lasted: Duration,
    /// How they ended, and how often.
    pub(super) ends: BTreeMap<&'static str, u64>,
    /// A fingerprint of every dialogue: the same for the same seeds and the same bundle.
    pub(super) transcripts: String,
    /// How long this took.
    pub(super) took: Duration,
    /// Those that ended badly.
    pub(super) bad: Vec<BadCall>,
}

/// A conversation that ended badly.
pub(super) struct BadCall {
    pub(super) seed: u64,
    pub(super) conversed: Conversed,
}

/// What is kept of each conversation.
struct Kept {
    seed: u64,
    turns: u64,
    lasted: Duration,
    end: Option<&'static str>,
    transcript: [u8; 32],
    bad: Option<Conversed>,
}

/// Holds `count` conversations, the first with `seed`.
pub(super) fn converse_often(bundle: &Arc<Bundle>, operators: &Operators, seed: u64, count: u64) -> ByChance {
    let began = Instant::now();
    let next = AtomicU64::new(0);
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let work = || {
        let mut kept = Vec::new();
        loop {
            let nth = next.fetch_add(1, Ordering::Relaxed);
            if nth >= count {
                return kept;
            }
            let seed = seed.wrapping_add(nth);
            kept.push((nth, keep(seed, converse(bundle, operators, seed))));
        }
    };
    let mut kept: Vec<(u64, Kept)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        // A panic of a conversation is caught where it is held, so every worker comes back.
        workers.into_iter().filter_map(|worker| worker.join().ok()).flatten().collect()
    });
    kept.sort_by_key(|(nth, _)| *nth);
    sum_up(kept.into_iter().map(|(_, kept)| kept), seed, began)
}

fn keep(seed: u64, conversed: Conversed) -> Kept {
    let mut transcript = Sha256::new();
    for line in &conversed.dialogue {
        transcript.update(format!("{} {:?} {}\n", line.at, line.who, line.text));
    }
    let end = conversed.happened.iter().rev().find_map(|one| match &one.what {
        What::Ended { reason, .. } => Some(end_name(*reason)),
        _ => None,
    });
    Kept {
        seed,
        turns: conversed.turns as u64,
        lasted: conversed.lasted,
        end,
        transcript: transcript.finalize().into(),
        bad: conversed.wrong.is_some().then_some(conversed),
    }
}

fn sum_up(kept: impl Iterator<Item = Kept>, seed: u64, began: Instant) -> ByChance {
    let mut all = ByChance {
        seed,
        played: 0,
        turns: 0,
        lasted: Duration::ZERO,
        ends: BTreeMap::new(),
        transcripts: String::new(),
        took: Duration::ZERO,
        bad: Vec::new(),
    };
    let mut transcripts = Sha256::new();
    for one in kept {
        all.played += 1;
        all.turns += one.turns;
        all.lasted += one.lasted;
        if let Some(end) = one.end {
            *all.ends.entry(end).or_default() += 1;
        }
        transcripts.update(one.transcript);
        all.bad.extend(one.bad.map(|conversed| BadCall { seed: one.seed, conversed }));
    }
    all.transcripts = transcripts.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    all.took = began.elapsed();
    all
}
