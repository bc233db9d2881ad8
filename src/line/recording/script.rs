//! When a recorded caller speaks, and what. Pure: ticks in, frames and keys out.

use std::collections::VecDeque;
use std::time::Duration;

use super::{RecordingError, ScriptedTurn, Turn};
use crate::audio::{Frame, G711_FRAME, Hertz, Key, Law, Sound, level_dbov};

/// How long the bot must have listened before a polite caller speaks.
const POLITE: Duration = Duration::from_millis(200);
/// How long a caller waits for a bot that listens and does not react to what was said.
const PATIENCE: Duration = Duration::from_secs(20);
/// From one key to the next.
const KEY_TIME: Duration = Duration::from_millis(200);
/// What is louder than this is speech; hiss and the silence of a codec are below.
const SPEECH_DBOV: f32 = -50.0;
/// A bot that pauses for less has not finished speaking.
const SAME_SPEECH: Duration = Duration::from_millis(400);

/// A turn made ready to be played.
enum Part {
    /// At 8 kHz, and the place after its last speech.
    Sound {
        samples: Vec<i16>,
        speech_end: usize,
    },
    Keys(Vec<Key>),
    Silence(Duration),
}

struct Waiting {
    part: Part,
    barge_in_after: Option<Duration>,
}

enum State {
    /// Waits for a turn, or after the last one for the reply.
    Listening,
    Saying {
        samples: Vec<i16>,
        place: usize,
        speech_end: usize,
    },
    Pressing {
        keys: VecDeque<Key>,
        next: Duration,
    },
    Keeping {
        until: Duration,
    },
    Over,
}

/// The caller.
pub struct Script {
    turns: VecDeque<Waiting>,
    state: State,
    now: Option<Duration>,
    pressed: VecDeque<Key>,
    bot_listens: bool,
    listens_since: Option<Duration>,
    /// When the speech began that the bot is in, since the caller's last turn.
    bot_speaks_since: Option<Duration>,
    bot_last_spoke: Option<Duration>,
    /// Whether the bot has reacted to the last turn, by speaking or by ceasing to listen.
    reacted: bool,
    /// Since when a reaction is waited for.
    waits_since: Duration,
}

impl Script {
    pub fn new(turns: Vec<ScriptedTurn>) -> Result<Self, RecordingError> {
        let turns = turns
            .into_iter()
            .map(|turn| Ok(Waiting { part: prepare(turn.turn)?, barge_in_after: turn.barge_in_after }))
            .collect::<Result<_, RecordingError>>()?;
        Ok(Self {
            turns,
            state: State::Listening,
            now: None,
            pressed: VecDeque::new(),
            bot_listens: false,
            listens_since: None,
            bot_speaks_since: None,
            bot_last_spoke: None,
            // The greeting needs no cause.
            reacted: true,
            waits_since: Duration::ZERO,
        })
    }

    /// The caller's next 20 ms.
    pub fn tick(&mut self, now: Duration) -> Frame {
        self.now = Some(now);
        if !self.bot_listens {
            self.listens_since = None;
            self.reacted = true;
        } else if self.listens_since.is_none() {
            self.listens_since = Some(now);
        }
        if matches!(self.state, State::Listening) && self.may_go_on(now) {
            self.next_turn(now);
        }
        let mut frame = Frame::silence(Hertz::HZ_8000);
        match &mut self.state {
            State::Listening | State::Over => {}
            State::Saying { samples, place, speech_end } => {
                let end = (*place + G711_FRAME).min(samples.len());
                let part = &samples[*place..end];
                frame.samples_mut()[..part.len()].copy_from_slice(part);
                let speech_ends_here = *place < *speech_end && *speech_end <= end;
                let is_over = end == samples.len();
                *place = end;
                if speech_ends_here {
                    self.wait_for_reaction(now);
                }
                if is_over {
                    self.state = State::Listening;
                }
            }
            State::Pressing { keys, next } => {
                if now >= *next {
                    *next = now + KEY_TIME;
                    match keys.pop_front() {
                        Some(key) => {
                            self.pressed.push_back(key);
                            self.wait_for_reaction(now);
                        }
                        None => self.state = State::Listening,
                    }
                }
            }
            State::Keeping { until } => {
                if now >= *until {
                    self.state = State::Listening;
                }
            }
        }
        frame
    }

    /// Hears what the bot says.
    pub fn bot_says(&mut self, now: Duration, frame: &Frame) {
        if level_dbov(frame.samples()) < SPEECH_DBOV {
            return;
        }
        let goes_on = self.bot_last_spoke.is_some_and(|last| now.saturating_sub(last) < SAME_SPEECH);
        if self.bot_speaks_since.is_none() || !goes_on {
            self.bot_speaks_since = Some(now);
        }
        self.bot_last_spoke = Some(now);
        self.reacted = true;
    }

    /// Hears whether the bot has fallen silent and awaits an answer.
    pub const fn bot_listens(&mut self, listens: bool) {
        self.bot_listens = listens;
    }

    /// The next key pressed.
    pub fn next_key(&mut self) -> Option<Key> {
        self.pressed.pop_front()
    }

    /// Whether the caller has hung up.
    pub const fn is_over(&self) -> bool {
        matches!(self.state, State::Over)
    }

    /// When the last frame was given.
    pub const fn last_tick(&self) -> Option<Duration> {
        self.now
    }

    fn may_go_on(&self, now: Duration) -> bool {
        let barges_in = self.turns.front().and_then(|turn| turn.barge_in_after).is_some_and(|after| {
            let speaks = self.bot_last_spoke.is_some_and(|last| now.saturating_sub(last) < SAME_SPEECH);
            speaks && self.bot_speaks_since.is_some_and(|since| now.saturating_sub(since) >= after)
        });
        let listened = self.listens_since.map_or(Duration::ZERO, |since| now.saturating_sub(since));
        let is_polite = self.reacted && listened >= POLITE;
        // A reaction that does not come is not waited for without end.
        let is_tired = listened >= PATIENCE && now.saturating_sub(self.waits_since) >= PATIENCE;
        barges_in || is_polite || is_tired
    }

    fn next_turn(&mut self, now: Duration) {
        self.state = match self.turns.pop_front().map(|turn| turn.part) {
            None => State::Over,
            Some(Part::Sound { samples, speech_end }) => {
                if speech_end == 0 {
                    self.wait_for_reaction(now);
                }
                State::Saying { samples, place: 0, speech_end }
            }
            Some(Part::Keys(keys)) => State::Pressing { keys: keys.into(), next: now },
            Some(Part::Silence(duration)) => {
                // What the bot says into the silence is the reaction to it.
                self.wait_for_reaction(now);
                State::Keeping { until: now + duration }
            }
        };
    }

    const fn wait_for_reaction(&mut self, now: Duration) {
        self.reacted = false;
        self.waits_since = now;
        self.bot_speaks_since = None;
    }
}

fn prepare(turn: Turn) -> Result<Part, RecordingError> {
    match turn {
        Turn::Wav { sound } => {
            let samples = over_the_telephone(&sound)?;
            let speech_end = speech_end(&samples);
            Ok(Part::Sound { samples, speech_end })
        }
        Turn::Keys(keys) => {
            let keys = keys.chars().map(|key| Key::from_char(key).ok_or(RecordingError::NotAKey(key)));
            Ok(Part::Keys(keys.collect::<Result<_, _>>()?))
        }
        Turn::Silence(duration) => Ok(Part::Silence(duration)),
    }
}

/// At 8 kHz and through G.711, as a telephone would bring it.
fn over_the_telephone(sound: &Sound) -> Result<Vec<i16>, RecordingError> {
    let narrow = if sound.rate() == Hertz::HZ_8000 { sound.clone() } else { sound.resampled(Hertz::HZ_8000)? };
    Ok(narrow.samples().iter().map(|sample| Law::Mu.decode(Law::Mu.encode(*sample))).collect())
}

/// The sample after the last 20 ms that are speech; 0 if none are.
fn speech_end(samples: &[i16]) -> usize {
    let last = samples.chunks(G711_FRAME).rposition(|frame| level_dbov(frame) >= SPEECH_DBOV);
    last.map_or(0, |index| ((index + 1) * G711_FRAME).min(samples.len()))
}
