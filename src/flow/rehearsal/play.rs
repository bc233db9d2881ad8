//! Plays a test: its lines one by one, until one does not hold.

use std::sync::Arc;
use std::time::Duration;

use super::super::act::ListenAct;
use super::super::bundle::Bundle;
use super::caller::{CallerTurn, Says};
use super::documents::{BotLine, CallerLine, Expectation, Expected, FlowTest, LineKind, Spot, TestLine};
use super::happening::{Happening, What};
use super::judge::{Course, Difference};
use super::run::{Rehearsal, Stop};
use super::show::{Shown, Who, show, show_turn};
use crate::private::{mask_spoken_code, mask_values};
use crate::words::Language;

/// How a test came out.
#[derive(Clone, Debug)]
pub struct Played {
    /// The whole dialogue, private values masked.
    pub dialogue: Vec<Shown>,
    /// What did not hold, if anything.
    pub failure: Option<Failure>,
    /// How long the call would have lasted.
    pub lasted: Duration,
    /// Everything that happened, for coverage.
    pub happened: Vec<Happening>,
}

/// What did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The line of the test.
    pub at: Spot,
    /// Behind which line of the dialogue it belongs.
    pub after: usize,
    /// What was expected and what there was instead, private values masked.
    pub differences: Vec<Difference>,
    /// The flow and step at which the conversation was.
    pub step: String,
    /// What was made of the caller's last words, and why.
    pub understood: Option<String>,
    /// How it may be mended, where that can be said.
    pub mend: Option<String>,
}

/// Hears what a caller of a test says, in place of the text that was written down: the voice level.
pub trait Ears {
    /// What the recogniser makes of a line, in a call that listens like this; `None`: nothing.
    ///
    /// # Errors
    ///
    /// The line cannot be spoken or heard: why.
    fn hear(
        &mut self,
        line: &CallerLine,
        listen: Option<&ListenAct>,
        language: Language,
    ) -> Result<Option<Says>, String>;
}

/// Plays one test. With `ears` what the caller says is spoken and recognised; without, it is taken as it is written.
///
/// # Errors
///
/// `ears` could not hear a line: why.
pub fn play(bundle: &Arc<Bundle>, test: &FlowTest, ears: Option<&mut dyn Ears>) -> Result<Played, String> {
    let mut player = Player {
        call: Rehearsal::answered(Arc::clone(bundle), test.setting.clone()).map_err(|error| error.to_string())?,
        course: Course::default(),
        dialogue: Vec::new(),
        ears,
        stop: None,
    };
    let failure = player.play(&test.lines)?;
    let private = player.call.private_values().to_vec();
    let masked = |text: &str| mask_values(text, &private);
    let mut dialogue = player.dialogue;
    for shown in &mut dialogue {
        shown.text = masked(&shown.text);
    }
    let failure = failure.map(|failure| Failure {
        differences: failure
            .differences
            .into_iter()
            .map(|difference| Difference { expected: masked(&difference.expected), got: masked(&difference.got) })
            .collect(),
        understood: failure.understood.map(|text| masked(&text)),
        ..failure
    });
    Ok(Played { dialogue, failure, lasted: player.call.clock(), happened: player.course.happened })
}

struct Player<'e> {
    call: Rehearsal,
    course: Course,
    dialogue: Vec<Shown>,
    ears: Option<&'e mut dyn Ears>,
    /// Why the call stands still; `None`: the bot's turn has not been played yet.
    stop: Option<Stop>,
}

impl Player<'_> {
    fn play(&mut self, lines: &[TestLine]) -> Result<Option<Failure>, String> {
        for (place, line) in lines.iter().enumerate() {
            if self.stop.is_none() {
                self.play_bot(&lines[place..]);
                if let Some(failure) = self.what_must_not_be(line) {
                    return Ok(Some(failure));
                }
            }
            let failure = match &line.what {
                LineKind::Bot(bot) => self.bot(line, bot),
                LineKind::Caller(caller) => self.caller(line, caller)?,
                LineKind::Expect(expected) => self.expect(expected),
                LineKind::Event(name) => {
                    let happened = self.call.event(name);
                    self.note(happened);
                    None
                }
                LineKind::QueueEnds(result) => {
                    if self.call.is_queued() {
                        self.course.next_turn();
                        let happened = self.call.end_queue(*result);
                        self.note(happened);
                        None
                    } else {
                        let expected = format!("the wait for a person ends: {}", result.name());
                        Some(self.failure(&line.at, expected, "nobody is being waited for"))
                    }
                }
            };
            if failure.is_some() {
                return Ok(failure);
            }
        }
        if self.stop.is_none() {
            self.play_bot(&[]);
            if let Some(line) = lines.last() {
                return Ok(self.what_must_not_be(line));
            }
        }
        Ok(None)
    }

    /// Plays the bot's turn until it waits, or until the caller who comes next interrupts it: in the saying that the
    /// last `bot:` before the caller's line names, else in the first.
    fn play_bot(&mut self, ahead: &[TestLine]) {
        let next_caller = ahead.iter().position(|line| matches!(line.what, LineKind::Caller(_)));
        let barge_in = next_caller.and_then(|place| match &ahead[place].what {
            LineKind::Caller(CallerLine::Turn(turn)) => turn.barge_in_after(),
            LineKind::Caller(CallerLine::Audio { barge_in_after, .. }) => *barge_in_after,
            _ => None,
        });
        let stop = match barge_in {
            None => self.call.settle(None),
            Some(after) => {
                let before = &ahead[..next_caller.unwrap_or(0)];
                let last = before.iter().rev().find_map(|line| match &line.what {
                    LineKind::Bot(bot) => bot.says.last(),
                    _ => None,
                });
                let into = |one: &Happening| match (last, one.said()) {
                    (Some(wording), Some(said)) => wording.fits(said),
                    (None, said) => said.is_some(),
                    _ => false,
                };
                self.call.settle_interrupted(after, &into)
            }
        };
        self.stop = Some(stop);
        let happened = self.call.take();
        self.note(happened);
    }

    /// Lets a wait for a person take its course, if that may bring what is expected. False when nothing is waited for.
    fn go_on(&mut self) -> bool {
        if !self.call.is_queued() {
            return false;
        }
        self.stop = Some(self.call.go_on());
        let happened = self.call.take();
        self.note(happened);
        true
    }

    fn note(&mut self, happened: Vec<Happening>) {
        self.dialogue.extend(happened.iter().filter_map(show));
        self.course.add(happened);
    }

    fn bot(&mut self, line: &TestLine, bot: &BotLine) -> Option<Failure> {
        let mut first = None;
        loop {
            let Err(difference) = self.course.bot(bot) else { return None };
            let failure = self.failed(&line.at, vec![difference], None);
            // Told is what was there before the wait went on in vain.
            first.get_or_insert(failure);
            if !self.go_on() {
                return first;
            }
        }
    }

    fn expect(&mut self, expected: &[Expected]) -> Option<Failure> {
        loop {
            let language = self.call.language();
            let judged = expected.iter().map(|one| (one, self.course.judge(&one.what, language)));
            let failed: Vec<(&Expected, Difference)> =
                judged.filter_map(|(one, judged)| judged.err().map(|difference| (one, difference))).collect();
            let (first, _) = failed.first()?;
            let may_come = failed.iter().any(|(one, _)| !matches!(one.what, Expectation::Slot { .. }));
            let at = first.at.clone();
            if may_come && self.call.is_queued() && !expects_the_queue(expected) && self.go_on() {
                continue;
            }
            let differences = failed.into_iter().map(|(_, difference)| difference).collect();
            return Some(self.failed(&at, differences, None));
        }
    }

    fn caller(&mut self, line: &TestLine, caller: &CallerLine) -> Result<Option<Failure>, String> {
        if self.call.has_ended() {
            let expected = "the caller's turn".to_owned();
            return Ok(Some(self.failure(&line.at, expected, "the call is over")));
        }
        let (turn, note) = match self.heard(caller)? {
            Ok(heard) => heard,
            Err(mend) => {
                let difference =
                    Difference { expected: "a recording".to_owned(), got: "it has no words at this level".to_owned() };
                return Ok(Some(self.failed(&line.at, vec![difference], Some(mend))));
            }
        };
        let private = self.call.conversation().asks_for_private();
        let text = match &turn {
            CallerTurn::Says(says) if private => {
                show_turn(&turn).replacen(&says.text, &mask_spoken_code(&says.text), 1)
            }
            CallerTurn::Keys { keys, .. } if private => format!("[keys {}]", crate::private::mask(keys)),
            other => show_turn(other),
        };
        self.dialogue.push(Shown::new(self.call.clock(), Who::Caller, text));
        if let Some(written) = note {
            let written = if private { mask_spoken_code(&written) } else { written };
            self.dialogue.push(Shown::new(self.call.clock(), Who::Aside, format!("heard so; written: {written}")));
        }
        self.course.next_turn();
        self.call.give(turn);
        self.stop = None;
        Ok(None)
    }

    /// What the caller does, as it arrives; and at the voice level what was written where something else was heard.
    #[allow(clippy::type_complexity, reason = "a turn with its note, or a mend; taken apart at once")]
    fn heard(&mut self, caller: &CallerLine) -> Result<Result<(CallerTurn, Option<String>), String>, String> {
        let language = self.call.language();
        if let Some(ears) = &mut self.ears
            && matches!(caller, CallerLine::Audio { .. } | CallerLine::Turn(CallerTurn::Says(_)))
        {
            let written = match caller {
                CallerLine::Turn(CallerTurn::Says(says)) => Some(says.text.clone()),
                CallerLine::Audio { says, .. } => says.clone(),
                CallerLine::Turn(_) => None,
            };
            return Ok(Ok(match ears.hear(caller, self.call.listening(), language)? {
                Some(says) => {
                    let note = written.filter(|written| *written != says.text);
                    (CallerTurn::Says(says), note)
                }
                None => (CallerTurn::Mumbles, written),
            }));
        }
        Ok(match caller {
            CallerLine::Turn(turn) => Ok((turn.clone(), None)),
            CallerLine::Audio { says: Some(says), barge_in_after, .. } => {
                Ok((CallerTurn::Says(Says { barge_in_after: *barge_in_after, ..Says::plainly(says.clone()) }), None))
            }
            CallerLine::Audio { says: None, .. } => {
                Err("write what is said in it: `{ audio: a.wav, says: \"…\" }`, or `levels: [voice]`".to_owned())
            }
        })
    }

    /// What no test allows: a question without a stub, and a line that has gone dead.
    fn what_must_not_be(&self, line: &TestLine) -> Option<Failure> {
        let unanswered = self.course.happened[self.course.turn..].iter().find_map(|one| match &one.what {
            What::Asked { name, unanswered: true, .. } => Some(name),
            _ => None,
        });
        if let Some(name) = unanswered {
            let difference =
                Difference { expected: format!("a stub for {name}"), got: "nothing answers it".to_owned() };
            let mend = format!("add `stubs: {{ {name}: … }}` to the test");
            return Some(self.failed(&line.at, vec![difference], Some(mend)));
        }
        if self.stop == Some(Stop::DeadEnd) {
            let expected = "the bot listens, or the call ends".to_owned();
            return Some(self.failure(&line.at, expected, "the line is silent for ever"));
        }
        None
    }

    fn failure(&self, at: &Spot, expected: String, got: &str) -> Failure {
        self.failed(at, vec![Difference { expected, got: got.to_owned() }], None)
    }

    fn failed(&self, at: &Spot, differences: Vec<Difference>, mend: Option<String>) -> Failure {
        let understood = self.course.happened[self.course.turn..].iter().rev().find_map(|one| match &one.what {
            What::Understood(understood) => Some(super::show::show_understood(understood)),
            _ => None,
        });
        let (flow, step) = &self.course.step;
        Failure {
            at: at.clone(),
            after: self.dialogue.len(),
            differences,
            step: format!("{flow}/{step}"),
            understood,
            mend,
        }
    }
}

/// Whether what is expected is about waiting in a queue: then the wait does not go on before it is judged.
fn expects_the_queue(expected: &[Expected]) -> bool {
    use Expectation::{BriefHas, BriefLacks, Class, Queue, Reason, Skill};
    expected
        .iter()
        .any(|one| matches!(one.what, Queue(_) | Class(_) | Skill(_) | Reason(_) | BriefHas { .. } | BriefLacks(_)))
}
