//! Plays a test: its lines one by one, until one does not hold.

mod spoken;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use super::super::bundle::Bundle;
use super::caller::CallerTurn;
use super::caught::caught;
use super::documents::{BotLine, CallerLine, Expectation, Expected, FlowTest, LineKind, Spot, TestLine};
use super::happening::{Happening, What};
use super::judge::{Course, Difference};
use super::line::{Ears, Interruption, Line, Manner, VirtualLine};
use super::meaning::Followed;
use super::run::{Rehearsal, Stop};
use super::show::{Shown, Who, show, show_turn};
use crate::private::{mask_spoken_code, mask_values};

pub use spoken::{HeardLine, Try};

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
    /// What was heard of what the caller said, where it was spoken.
    pub heard: Vec<HeardLine>,
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

/// Plays one test. With `ears` what the caller says is spoken and recognised; without, it is taken as it is written.
///
/// # Errors
///
/// `ears` could not hear a line: why.
pub fn play(bundle: &Arc<Bundle>, test: &FlowTest, ears: Option<&mut dyn Ears>) -> Result<Played, String> {
    let call = caught(|| Rehearsal::answered(Arc::clone(bundle), test.setting.clone()))?;
    let call = call.map_err(|error| error.to_string())?;
    play_on(&mut VirtualLine { call, ears }, bundle, test)
}

/// Plays one test on a call that was just answered.
///
/// # Errors
///
/// The line could not carry the test: why.
pub fn play_on(line: &mut dyn Line, bundle: &Arc<Bundle>, test: &FlowTest) -> Result<Played, String> {
    // Beside a call whose caller has a voice, the same is played from the words as they are written.
    let meant = match line.is_spoken() {
        false => None,
        true => {
            let answered = caught(|| Rehearsal::answered(Arc::clone(bundle), test.setting.clone()))?;
            Some(Followed::of(answered.map_err(|error| error.to_string())?))
        }
    };
    let mut player = Player {
        meant,
        line,
        course: Course::default(),
        dialogue: Vec::new(),
        stop: None,
        at: test.at.clone(),
        heard: Vec::new(),
        just_said: None,
        reveals: test.setting.reveals,
    };
    let failure = match caught(|| player.play(&test.lines)) {
        Ok(failure) => failure?,
        Err(panic) => Some(player.panicked(panic)),
    };
    let mut private = player.line.call().private_values().to_vec();
    if let Some(meant) = &player.meant {
        private.extend(meant.call.private_values().iter().cloned());
    }
    if player.reveals {
        private.clear();
    }
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
    let mut heard = player.heard;
    for line in &mut heard {
        line.meant = masked(&line.meant);
        for one in &mut line.tries {
            one.heard = one.heard.take().map(|text| masked(&text));
        }
    }
    Ok(Played { dialogue, failure, lasted: player.line.call().clock(), happened: player.course.happened, heard })
}

struct Player<'l> {
    line: &'l mut dyn Line,
    course: Course,
    dialogue: Vec<Shown>,
    /// Why the call stands still; `None`: the bot's turn has not been played yet.
    stop: Option<Stop>,
    /// The line that is being played.
    at: Spot,
    /// The same call from the words that were written, where the caller has a voice.
    meant: Option<Followed>,
    heard: Vec<HeardLine>,
    just_said: Option<spoken::JustSaid>,
    reveals: bool,
}

impl Player<'_> {
    fn play(&mut self, lines: &[TestLine]) -> Result<Option<Failure>, String> {
        for (place, line) in lines.iter().enumerate() {
            self.at = line.at.clone();
            if self.stop.is_none() {
                if let Some(failure) = self.set_right()? {
                    return Ok(Some(failure));
                }
                self.play_bot(&lines[place..])?;
                if let Some(failure) = self.what_must_not_be(line) {
                    return Ok(Some(failure));
                }
            }
            let failure = match &line.what {
                LineKind::Bot(bot) => self.bot(line, bot)?,
                LineKind::Caller(caller) => self.caller(line, caller)?,
                LineKind::Expect(expected) => self.expect(expected)?,
                LineKind::Event(name) => {
                    if let Some(meant) = &mut self.meant {
                        let happened = meant.call.event(name);
                        meant.note(&happened);
                    }
                    self.line.event(name)?;
                    self.note();
                    None
                }
                LineKind::QueueEnds(result) => {
                    if self.line.call().is_queued() {
                        self.course.next_turn();
                        if let Some(meant) = &mut self.meant {
                            let happened = meant.call.end_queue(*result);
                            meant.note(&happened);
                        }
                        self.line.end_queue(*result)?;
                        self.note();
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
            if let Some(failure) = self.set_right()? {
                return Ok(Some(failure));
            }
            self.play_bot(&[])?;
            if let Some(line) = lines.last() {
                return Ok(self.what_must_not_be(line));
            }
        }
        Ok(None)
    }

    /// Plays the bot's turn until it waits, or until the caller who comes next interrupts it: in the saying that the
    /// last `bot:` before the caller's line names, else in the first.
    fn play_bot(&mut self, ahead: &[TestLine]) -> Result<(), String> {
        let next_caller = ahead.iter().position(|line| matches!(line.what, LineKind::Caller(_)));
        let barge_in = next_caller.and_then(|place| match &ahead[place].what {
            LineKind::Caller(CallerLine::Turn(turn)) => turn.barge_in_after(),
            LineKind::Caller(CallerLine::Audio { barge_in_after, .. }) => *barge_in_after,
            _ => None,
        });
        let before = &ahead[..next_caller.unwrap_or(0)];
        let last = before.iter().rev().find_map(|line| match &line.what {
            LineKind::Bot(bot) => bot.says.last(),
            _ => None,
        });
        let interrupts = barge_in.map(|after| Interruption { after, into: last });
        if let Some(meant) = &mut self.meant {
            meant.call.hear_out(interrupts);
            meant.note_own();
        }
        self.stop = Some(self.line.hear_out(interrupts)?);
        self.note();
        Ok(())
    }

    /// Lets a wait for a person take its course, if that may bring what is expected. False when nothing is waited for.
    fn go_on(&mut self) -> Result<bool, String> {
        if !self.line.call().is_queued() {
            return Ok(false);
        }
        if let Some(meant) = &mut self.meant {
            meant.call.go_on();
            meant.note_own();
        }
        self.stop = Some(self.line.go_on()?);
        self.note();
        Ok(true)
    }

    /// Takes note of what has happened on the line.
    fn note(&mut self) {
        let happened = self.line.take();
        let reveals = self.reveals;
        self.dialogue.extend(happened.iter().filter_map(|one| {
            let shown = show(one)?;
            Some(match &one.what {
                What::SlotFilled { slot, raw, .. } if reveals => {
                    Shown { text: format!("{slot} = {}", raw.reveal().text()), ..shown }
                }
                _ => shown,
            })
        }));
        self.course.add(happened);
    }

    fn bot(&mut self, line: &TestLine, bot: &BotLine) -> Result<Option<Failure>, String> {
        let mut first = None;
        loop {
            let Err(difference) = self.course.bot(bot) else { return Ok(None) };
            let failure = self.failed(&line.at, vec![difference], None);
            // Told is what was there before the wait went on in vain.
            first.get_or_insert(failure);
            if !self.go_on()? {
                return Ok(first);
            }
        }
    }

    fn expect(&mut self, expected: &[Expected]) -> Result<Option<Failure>, String> {
        loop {
            let language = self.line.call().language();
            let judged = expected.iter().map(|one| (one, self.course.judge(&one.what, language)));
            let failed: Vec<(&Expected, Difference)> =
                judged.filter_map(|(one, judged)| judged.err().map(|difference| (one, difference))).collect();
            let Some((first, _)) = failed.first() else { return Ok(None) };
            let may_come = failed.iter().any(|(one, _)| !matches!(one.what, Expectation::Slot { .. }));
            let at = first.at.clone();
            if may_come && self.line.call().is_queued() && !expects_the_queue(expected) && self.go_on()? {
                continue;
            }
            let differences = failed.into_iter().map(|(_, difference)| difference).collect();
            return Ok(Some(self.failed(&at, differences, None)));
        }
    }

    fn caller(&mut self, line: &TestLine, caller: &CallerLine) -> Result<Option<Failure>, String> {
        if self.line.call().has_ended() {
            let expected = "the caller's turn".to_owned();
            return Ok(Some(self.failure(&line.at, expected, "the call is over")));
        }
        self.stop = None;
        self.course.next_turn();
        if self.line.is_spoken() {
            self.speak(line, caller)?;
            return Ok(None);
        }
        let Some(turn) = caller.written() else {
            let difference =
                Difference { expected: "a recording".to_owned(), got: "it has no words at this level".to_owned() };
            let mend = "write what is said in it: `{ audio: a.wav, says: \"…\" }`, or `levels: [voice]`";
            return Ok(Some(self.failed(&line.at, vec![difference], Some(mend.to_owned()))));
        };
        let (at, private) = (self.line.call().clock(), self.is_private());
        self.show_caller(&turn, at, private);
        self.line.give(caller, Manner::Plainly)?;
        Ok(None)
    }

    /// Whether what the caller says now is to be masked.
    fn is_private(&self) -> bool {
        !self.reveals && self.line.call().conversation().asks_for_private()
    }

    fn show_caller(&mut self, turn: &CallerTurn, at: Duration, private: bool) {
        let text = match turn {
            CallerTurn::Says(says) if private => show_turn(turn).replacen(&says.text, &mask_spoken_code(&says.text), 1),
            CallerTurn::Keys { keys, .. } if private => format!("[keys {}]", crate::private::mask(keys)),
            other => show_turn(other),
        };
        self.dialogue.push(Shown::new(at, Who::Caller, text));
    }

    /// The conversation has panicked: a fault of ours, told behind what led to it.
    fn panicked(&mut self, panic: String) -> Failure {
        self.note();
        let mend = "this is a fault of warmline, not of the flow: please report it with the bundle and this test";
        let difference = Difference { expected: "the conversation goes on".to_owned(), got: panic };
        self.failed(&self.at, vec![difference], Some(mend.to_owned()))
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
