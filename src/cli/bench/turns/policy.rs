//! Ways to decide that a turn is over, run over what the ear noticed, in virtual time.

use std::time::Duration;

use super::cases::Case;
use super::trace::Trace;
use crate::audio::FRAME;
use crate::hear::{Evidence, Patience, TurnEvent, TurnSettings, TurnTaker, completeness};

/// A way to decide.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Policy {
    /// Ours: silence, sound, words, what was asked, and the caller's rhythm.
    Warmline,
    /// Silence alone, as long as what was asked calls for.
    Silence,
    /// The same silence after everything.
    Fixed(Duration),
    /// Pipecat's defaults: Smart Turn at each pause of 0.2 s, above 0.5 the turn is over, else after 3 s; then the words.
    Pipecat,
}

impl Policy {
    /// Those of the report.
    pub(super) const ALL: [Self; 5] = [
        Self::Warmline,
        Self::Silence,
        Self::Fixed(Duration::from_millis(500)),
        Self::Fixed(Duration::from_millis(800)),
        Self::Pipecat,
    ];

    /// Its name in the report.
    pub(super) fn name(self) -> String {
        match self {
            Self::Warmline => "warmline".to_owned(),
            Self::Silence => "silence by kind".to_owned(),
            Self::Fixed(silence) => format!("silence {} ms", silence.as_millis()),
            Self::Pipecat => "Smart Turn alone".to_owned(),
        }
    }
}

/// What became of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Closed before the end of the speech.
    Cut,
    /// Closed behind it: how long after the end of the speech the turn was closed, and how long after it a cached reply began.
    Closed { wait: Duration, reply: Duration },
    /// Nothing was heard, or the turn never ended.
    Missed,
}

/// How long judging a pause by its sound takes, where recognition is not as measured either.
const JUDGED_IN: Duration = Duration::from_millis(40);
/// How much before its label a turn may close without a word being lost: the label is exact to three steps of 20 ms.
const TOLERANCE: Duration = Duration::from_millis(60);

/// Runs `policy` over one turn. Where `recognition` is given, it stands for the measured time of each.
pub(super) fn run(policy: Policy, case: &Case, trace: &Trace, recognition: Option<Duration>) -> Outcome {
    let mut taker = TurnTaker::new(TurnSettings::default());
    taker.expect(match policy {
        Policy::Warmline => Patience::for_expected(&case.expected),
        Policy::Silence => Patience::fixed(Patience::for_expected(&case.expected).silence),
        Policy::Fixed(silence) => Patience::fixed(silence),
        Policy::Pipecat => Patience::fixed(Duration::from_secs(3)),
    });
    let milliseconds = Duration::from_millis;
    let label = milliseconds(trace.speech.1);
    // What will be known, and when.
    let mut coming: Vec<(Duration, Evidence)> = Vec::new();
    let mut pause_at = Duration::ZERO;
    let mut words_at = Duration::ZERO;
    let began_before = |start: Duration| start < label;
    for &(at, probability) in &trace.activity {
        let now = milliseconds(at);
        // Evidence comes between two judgements of the detector and is used at once.
        coming.sort_by_key(|(when, _)| *when);
        while let Some(&(when, evidence)) = coming.first().filter(|(when, _)| *when <= now) {
            coming.remove(0);
            if let Some(TurnEvent::Ended { start, .. }) = learn(policy, &mut taker, when, pause_at, evidence)
                && began_before(start)
            {
                return outcome(label, when, words_at);
            }
        }
        match taker.push(now, probability) {
            Some(TurnEvent::Paused { at, .. }) => {
                coming.clear();
                pause_at = at;
                let Some(pause) = trace.pauses.get(&(at.as_millis() as u64)) else { continue };
                let noticed = milliseconds(pause.noticed).max(now);
                let heard_after = recognition.unwrap_or(milliseconds(pause.recognised_in));
                words_at = noticed + heard_after;
                let sound = Evidence { end_of_turn: Some(pause.end_of_turn), ..Evidence::default() };
                let whole = completeness(&case.expected, &pause.text, case.language);
                let words = Evidence { words: Some(whole), ..Evidence::default() };
                let judged_after = recognition.map_or(milliseconds(pause.judged_in), |_| JUDGED_IN);
                coming.push((noticed + judged_after, sound));
                coming.push((words_at, words));
            }
            Some(TurnEvent::Resumed { .. }) => coming.clear(),
            Some(TurnEvent::Ended { start, .. }) if began_before(start) => return outcome(label, now, words_at),
            Some(TurnEvent::TooLong { .. }) => return Outcome::Cut,
            _ => {}
        }
    }
    Outcome::Missed
}

fn learn(
    policy: Policy,
    taker: &mut TurnTaker,
    now: Duration,
    pause: Duration,
    evidence: Evidence,
) -> Option<TurnEvent> {
    match policy {
        Policy::Warmline => taker.learn(now, pause, evidence),
        Policy::Silence | Policy::Fixed(_) => None,
        Policy::Pipecat => {
            let is_over = evidence.end_of_turn.is_some_and(|probability| probability > 0.5);
            if !is_over {
                return None;
            }
            taker.expect(Patience::fixed(Duration::ZERO));
            taker.learn(now, pause, evidence)
        }
    }
}

/// `decided` is when the turn was closed, `ready` when its words were there as well.
fn outcome(label: Duration, decided: Duration, ready: Duration) -> Outcome {
    if decided + TOLERANCE < label {
        return Outcome::Cut;
    }
    Outcome::Closed { wait: decided.saturating_sub(label), reply: ready.max(decided).saturating_sub(label) + FRAME }
}
