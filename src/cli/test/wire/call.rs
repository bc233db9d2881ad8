//! One call on the wire, as a test plays on it.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::mouthpiece::Mouthpiece;
use super::overheard::{Manners, Overheard};
use crate::audio::Hertz;
use crate::cli::test::voice::Voices;
use crate::flow::rehearsal::{
    CallerLine, CallerTurn, Happening, Interruption, Line, Manner, Rehearsal, Says, Stop, What,
};
use crate::flow::{Input, QueueResult};
use crate::line::LegControl;
use crate::record::CallEvent;

/// How often the call is looked at.
const LOOK: Duration = Duration::from_millis(20);
/// The bot has finished when it has been quiet for so long.
const FINISHED: Duration = Duration::from_millis(700);
/// Longer than this no turn of the bot takes, its look-ups and a wait for a person included.
const LONGEST_TURN: Duration = Duration::from_secs(150);
/// How long the recogniser may take with what was said, its end of turn included.
const RECOGNITION: Duration = Duration::from_secs(20);
/// How long the line may take note of a silence.
const LONGEST_SILENCE: Duration = Duration::from_secs(90);

/// A call that runs, and the caller's side of it.
pub(super) struct WireCall<'v> {
    pub(super) follows: Rehearsal,
    pub(super) overheard: Receiver<Overheard>,
    pub(super) mouthpiece: Mouthpiece,
    pub(super) manners: Manners,
    pub(super) voices: &'v mut Voices,
    pub(super) leg: LegControl,
    /// What has happened since it was last asked for.
    pub(super) happened: Vec<Happening>,
    /// Everything the bot has begun to say or will, in order, and how much of it has been said.
    pub(super) sayings: Vec<Happening>,
    pub(super) said: usize,
    /// Where in `sayings` the present turn of the bot begins.
    pub(super) turn: usize,
    /// What arrived of what the caller did.
    pub(super) arrived: Vec<Input>,
    pub(super) over: bool,
    pub(super) answered: Instant,
}

impl WireCall<'_> {
    /// Waits a moment for what happens, and takes note of it.
    fn look(&mut self) -> Result<(), String> {
        let until = Instant::now() + LOOK;
        loop {
            match self.overheard.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(overheard) => self.note(overheard),
                Err(RecvTimeoutError::Timeout) => return Ok(()),
                Err(RecvTimeoutError::Disconnected) => {
                    self.over = true;
                    self.follows.is_over();
                    return Ok(());
                }
            }
        }
    }

    fn note(&mut self, overheard: Overheard) {
        match overheard {
            Overheard::Event(event) => match event.event {
                CallEvent::Said { .. } => self.said += 1,
                CallEvent::Ended { .. } => {
                    self.over = true;
                    self.follows.is_over();
                }
                _ => {}
            },
            Overheard::Input(now, input) => {
                if let Input::Cut { saying, heard, .. } = &input
                    && heard.is_zero()
                {
                    let is_cut =
                        |one: &Happening| matches!(one.what, What::Bot { saying: known, .. } if known == *saying);
                    self.sayings.retain(|one| !is_cut(one));
                    self.happened.retain(|one| !is_cut(one));
                }
                if matches!(
                    input,
                    Input::Heard(_) | Input::NotUnderstood | Input::Noise | Input::Silence | Input::Key(_)
                ) {
                    self.arrived.push(input.clone());
                }
                self.follows.follow(now, input);
                let happened = self.follows.take();
                self.sayings.extend(happened.iter().filter(|one| one.said().is_some()).cloned());
                self.happened.extend(happened);
            }
        }
    }

    /// Looks until something holds; false when that takes too long, or the call is over before.
    fn until(&mut self, at_most: Duration, holds: impl Fn(&Self) -> bool) -> Result<bool, String> {
        let deadline = Instant::now() + at_most;
        loop {
            if holds(self) {
                return Ok(true);
            }
            if self.over || Instant::now() > deadline {
                return Ok(false);
            }
            self.look()?;
        }
    }

    /// Whether everything that the bot wanted to say has been said.
    fn has_said_everything(&self) -> bool {
        self.said >= self.sayings.len()
    }

    /// Why the call stands still, if it does.
    fn stands_still(&self) -> Option<Stop> {
        if self.over {
            return Some(Stop::Ended);
        }
        if self.follows.has_ended() || self.follows.waits_for_keys() || !self.has_said_everything() {
            return None;
        }
        if self.follows.is_queued() {
            return Some(Stop::Queued);
        }
        let quiet = self.mouthpiece.quiet_for() >= FINISHED;
        (quiet && self.follows.awaits_an_answer()).then_some(Stop::Waiting)
    }

    /// Whether the saying that is to be interrupted is being said now.
    fn is_saying(&self, interrupts: &Interruption<'_>) -> bool {
        let wanted = (self.turn..self.sayings.len()).find(|place| interrupts.is_into(&self.sayings[*place]));
        wanted.is_some_and(|place| self.said == place) && self.mouthpiece.quiet_for() < LOOK * 2
    }

    /// Plays a sound to the line and waits for what is made of it.
    fn utter(&mut self, says: Option<Says>, line: &CallerLine, manner: Manner) -> Result<CallerTurn, String> {
        let language = self.follows.language();
        let sound = self.voices.utter(line, language, manner).map_err(|fault| format!("{fault:#}"))?;
        let Some(sound) = sound else { return Ok(CallerTurn::Mumbles) };
        let sound = sound.resampled(Hertz::HZ_8000).map_err(|fault| fault.to_string())?;
        self.manners.of(says.clone());
        self.arrived.clear();
        self.mouthpiece.say(&self.voices.noisy(&sound));
        self.until(LONGEST_TURN, |call| !call.mouthpiece.is_busy())?;
        let made = |input: &Input| matches!(input, Input::Heard(_) | Input::NotUnderstood | Input::Noise);
        self.until(RECOGNITION, |call| call.arrived.iter().any(made))?;
        self.manners.of(None);
        let heard = self.arrived.iter().filter_map(|input| match input {
            Input::Heard(heard) => Some(heard),
            _ => None,
        });
        let heard: Vec<_> = heard.collect();
        let Some(last) = heard.last() else {
            let is_noise = matches!(line, CallerLine::Turn(CallerTurn::Noise));
            return Ok(if is_noise { CallerTurn::Noise } else { CallerTurn::Mumbles });
        };
        let text = heard.iter().map(|heard| heard.text.as_str()).collect::<Vec<&str>>().join(" ");
        let given = says.unwrap_or_else(|| Says::plainly(""));
        Ok(CallerTurn::Says(Says { text, confidence: last.confidence, language: last.language, ..given }))
    }

    /// Presses keys, is silent, waits, hangs up.
    fn do_without_words(&mut self, turn: &CallerTurn) -> Result<(), String> {
        match turn {
            CallerTurn::Keys { keys, .. } => {
                self.mouthpiece.press(keys);
                self.until(LONGEST_TURN, |call| !call.mouthpiece.is_busy())?;
            }
            CallerTurn::Silence => {
                self.arrived.clear();
                let silent = |input: &Input| matches!(input, Input::Silence);
                self.until(LONGEST_SILENCE, |call| call.arrived.iter().any(silent))?;
            }
            CallerTurn::HangUp => {
                self.leg.hang_up();
                self.until(RECOGNITION, |call| call.over)?;
            }
            CallerTurn::Wait(time) => {
                let time = *time;
                self.until(time, |_| false)?;
            }
            CallerTurn::Says(_) | CallerTurn::Noise | CallerTurn::Mumbles => {}
        }
        Ok(())
    }
}

impl Line for WireCall<'_> {
    fn call(&self) -> &Rehearsal {
        &self.follows
    }

    fn hear_out(&mut self, interrupts: Option<Interruption<'_>>) -> Result<Stop, String> {
        let deadline = Instant::now() + LONGEST_TURN;
        loop {
            self.look()?;
            if let Some(interrupts) = &interrupts
                && self.is_saying(interrupts)
            {
                let deadline = Instant::now() + interrupts.after;
                while Instant::now() < deadline && !self.over {
                    self.look()?;
                }
                return Ok(Stop::Reached);
            }
            if let Some(stop) = self.stands_still() {
                self.follows.has_lasted(self.answered.elapsed());
                return Ok(stop);
            }
            if Instant::now() > deadline {
                return Err(format!("the call did not come to rest within {} s", LONGEST_TURN.as_secs()));
            }
        }
    }

    fn give(&mut self, line: &CallerLine, manner: Manner) -> Result<CallerTurn, String> {
        self.turn = self.sayings.len();
        self.follows.has_lasted(self.answered.elapsed());
        let turn = match line {
            CallerLine::Audio { .. } => self.utter(None, line, manner)?,
            CallerLine::Turn(CallerTurn::Says(says)) => self.utter(Some(says.clone()), line, manner)?,
            CallerLine::Turn(CallerTurn::Noise | CallerTurn::Mumbles) => self.utter(None, line, manner)?,
            CallerLine::Turn(turn) => {
                self.do_without_words(turn)?;
                turn.clone()
            }
        };
        // Where the call stands is known once everybody outside has answered.
        self.until(LONGEST_TURN, |call| !call.follows.is_asking())?;
        Ok(turn)
    }

    fn go_on(&mut self) -> Result<Stop, String> {
        if !self.until(LONGEST_TURN, |call| !call.follows.is_queued())? && !self.over {
            return Err(format!("the wait for a person did not end within {} s", LONGEST_TURN.as_secs()));
        }
        self.hear_out(None)
    }

    fn event(&mut self, name: &str) -> Result<(), String> {
        Err(format!("nothing can make {name:?} happen on the wire"))
    }

    fn end_queue(&mut self, _result: QueueResult) -> Result<(), String> {
        // Agents do what the test says from the beginning: the wait ends as they end it.
        self.go_on().map(|_| ())
    }

    fn take(&mut self) -> Vec<Happening> {
        std::mem::take(&mut self.happened)
    }
}
