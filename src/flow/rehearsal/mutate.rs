//! Mutation: a test's caller does something else for once, and the call must still end well.

use std::sync::Arc;

use super::super::bundle::Bundle;
use super::caller::{CallerTurn, Says};
use super::caught::caught;
use super::chance::Chance;
use super::course::{Course, MOST_SILENCES};
use super::documents::{CallerLine, FlowTest, LineKind, Spot};
use super::happening::Happening;
use super::run::Rehearsal;
use super::show::Shown;

/// What a caller does instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mutation {
    /// Leaves the line out.
    Drop,
    /// Is heard badly: letters change, words are lost.
    Garble,
    /// Says nothing.
    Silence,
    /// Is drowned by noise.
    Noise,
    /// Says a value that cannot be right.
    WrongValue,
    /// Presses keys.
    Keys,
    /// Asks for a person.
    AgentPlease,
    /// Hangs up.
    HangUp,
}

impl Mutation {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Drop,
        Self::Garble,
        Self::Silence,
        Self::Noise,
        Self::WrongValue,
        Self::Keys,
        Self::AgentPlease,
        Self::HangUp,
    ];

    /// Its name, as it is shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Drop => "drop",
            Self::Garble => "garble",
            Self::Silence => "silence",
            Self::Noise => "noise",
            Self::WrongValue => "wrong_value",
            Self::Keys => "keys",
            Self::AgentPlease => "agent_please",
            Self::HangUp => "hang_up",
        }
    }
}

/// One change to one test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
    /// Which of the caller's lines, from 0.
    pub turn: usize,
    /// What happens instead.
    pub mutation: Mutation,
    /// Decides how a line is garbled and which keys are pressed.
    pub seed: u64,
}

/// How a changed test came out.
#[derive(Clone, Debug)]
pub struct Survived {
    /// The line that was changed.
    pub at: Spot,
    /// The dialogue, private values masked.
    pub dialogue: Vec<Shown>,
    /// What went wrong, if anything.
    pub wrong: Option<String>,
    /// Everything that happened.
    pub happened: Vec<Happening>,
}

/// Every change that can be made to a test.
pub fn mutants(test: &FlowTest, seed: u64) -> Vec<Mutant> {
    let turns = caller_lines(test).count();
    let each = (0..turns).flat_map(|turn| Mutation::ALL.into_iter().map(move |mutation| (turn, mutation)));
    each.enumerate()
        .map(|(nth, (turn, mutation))| Mutant { turn, mutation, seed: seed.wrapping_add(nth as u64) })
        .collect()
}

fn caller_lines(test: &FlowTest) -> impl Iterator<Item = (&Spot, CallerTurn)> {
    test.lines.iter().filter_map(|line| match &line.what {
        LineKind::Caller(CallerLine::Turn(turn)) => Some((&line.at, turn.clone())),
        LineKind::Caller(CallerLine::Audio { says, .. }) => {
            Some((&line.at, says.as_ref().map_or(CallerTurn::Mumbles, CallerTurn::says)))
        }
        _ => None,
    })
}

/// Plays a changed test to its end, and says what went wrong.
///
/// # Errors
///
/// The test begins with a flow that is not there.
pub fn survive(bundle: &Arc<Bundle>, test: &FlowTest, mutant: &Mutant) -> Result<Survived, String> {
    let call = match caught(|| Rehearsal::answered(Arc::clone(bundle), test.setting.clone())) {
        Ok(answered) => answered.map_err(|error| error.to_string())?,
        Err(panic) => {
            let at = test.at.clone();
            return Ok(Survived { at, dialogue: Vec::new(), wrong: Some(panic), happened: Vec::new() });
        }
    };
    let mut run = Course::of(call);
    let mut at = test.at.clone();
    run.guarded(|run| {
        settle(run);
        for (nth, (spot, turn)) in caller_lines(test).enumerate() {
            if run.is_over() {
                break;
            }
            if nth == mutant.turn {
                at = spot.clone();
                if let Some(turn) = mutated(&turn, mutant, run.call.language().as_str()) {
                    take_turn(run, turn);
                }
            } else {
                take_turn(run, without_barge_in(turn));
            }
        }
        wait_in_silence(run);
    });
    run.close();
    Ok(Survived { at, dialogue: run.dialogue, wrong: run.wrong, happened: run.happened })
}

/// Whoever has nothing more to say is silent, and waits where there is something to wait for.
fn wait_in_silence(run: &mut Course) {
    for _ in 0..MOST_SILENCES {
        if run.is_over() {
            break;
        }
        if run.call.is_queued() {
            run.call.go_on();
            run.note(None);
        } else {
            take_turn(run, CallerTurn::Silence);
        }
    }
}

fn take_turn(run: &mut Course, turn: CallerTurn) {
    run.give(turn);
    settle(run);
}

fn settle(run: &mut Course) {
    let stop = run.call.settle(None);
    run.note(Some(stop));
}

fn without_barge_in(turn: CallerTurn) -> CallerTurn {
    match turn {
        CallerTurn::Says(says) => CallerTurn::Says(Says { barge_in_after: None, ..says }),
        CallerTurn::Keys { keys, .. } => CallerTurn::keys(keys),
        other => other,
    }
}

/// What the caller does instead of a line; `None`: nothing at all.
fn mutated(turn: &CallerTurn, mutant: &Mutant, language: &str) -> Option<CallerTurn> {
    let mut chance = Chance::new(mutant.seed);
    let chinese = language == "zh";
    Some(match mutant.mutation {
        Mutation::Drop => return None,
        Mutation::Garble => match turn {
            CallerTurn::Says(says) => CallerTurn::Says(Says {
                text: garbled(&says.text, &mut chance),
                confidence: 0.3 + 0.4 * chance.part(),
                barge_in_after: None,
                ..says.clone()
            }),
            _ => CallerTurn::Mumbles,
        },
        Mutation::Silence => CallerTurn::Silence,
        Mutation::Noise => CallerTurn::Noise,
        Mutation::WrongValue => {
            let wrong = if chinese {
                ["九九九九", "昨天", "不知道", "蓝色的那个"]
            } else {
                ["nine nine nine nine", "yesterday", "I do not know", "the blue one"]
            };
            CallerTurn::says(*chance.one(&wrong)?)
        }
        Mutation::Keys => {
            let count = 1 + chance.below(12);
            let end = if chance.happens(50) { "#" } else { "" };
            CallerTurn::keys(format!("{}{end}", chance.digits(count)))
        }
        Mutation::AgentPlease => CallerTurn::says(if chinese { "转人工" } else { "I want to talk to a person" }),
        Mutation::HangUp => CallerTurn::HangUp,
    })
}

/// A text as a bad line makes it: words lost, letters changed.
fn garbled(text: &str, chance: &mut Chance) -> String {
    let letters: Vec<char> = "aeionrst一是的了".chars().collect();
    text.chars()
        .filter_map(|one| match chance.below(10) {
            0 => None,
            1 | 2 if one.is_alphanumeric() => chance.one(&letters).copied(),
            _ => Some(one),
        })
        .collect()
}
