//! Recorded callers and a bot that is as simple as a bot can be.

use std::time::Duration;

use super::*;
use crate::audio::{FRAME, level_dbov, wav};
use crate::line::LegEvent;

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn tone(rate: Hertz, duration: Duration) -> Sound {
    let step = 440.0 * std::f64::consts::TAU / f64::from(rate.get());
    let samples = (0..rate.samples_in(duration)).map(|n| (9000.0 * (n as f64 * step).sin()) as i16).collect();
    Sound::new(rate, samples)
}

fn is_loud(frame: &Frame) -> bool {
    level_dbov(frame.samples()) > -40.0
}

/// What the bot does at each moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bot {
    Speaks { until: Duration },
    Listens { heard: Option<Duration> },
    Thinks { until: Duration },
}

/// A call with the bot, tick by tick, and what happened when.
struct Conversation {
    call: IncomingCall,
    now: Duration,
    bot: Bot,
    interruptible: bool,
    /// When the caller began to be heard, each time the bot had not heard him for half a second.
    caller_began: Vec<Duration>,
    bot_began: Vec<Duration>,
    keys: String,
    caller_last: Option<Duration>,
}

impl Conversation {
    fn new(turns: Vec<ScriptedTurn>) -> Self {
        let call = RecordingLine::call(RecordingScript { turns, ..RecordingScript::default() }).unwrap();
        Self::with(call)
    }

    fn with(call: IncomingCall) -> Self {
        Self {
            call,
            now: Duration::ZERO,
            bot: Bot::Speaks { until: ms(1000) },
            interruptible: false,
            caller_began: Vec::new(),
            bot_began: vec![Duration::ZERO],
            keys: String::new(),
            caller_last: None,
        }
    }

    fn speak(&mut self) {
        self.bot = Bot::Speaks { until: self.now + ms(1000) };
        self.bot_began.push(self.now);
    }

    /// One tick; a bot that hears half a second of silence after speech or keys thinks and replies.
    fn tick(&mut self) {
        let media = &mut self.call.leg.media;
        let heard = is_loud(&media.receive(self.now));
        let mut pressed = false;
        while let Some(key) = media.next_key() {
            self.keys.push(key.as_char());
            pressed = true;
        }
        let speaks = matches!(self.bot, Bot::Speaks { .. });
        let said = if speaks { tone(Hertz::HZ_8000, FRAME) } else { Sound::silence(Hertz::HZ_8000, FRAME) };
        media.send(self.now, &Frame::from_samples(Hertz::HZ_8000, said.samples()).unwrap());
        media.bot_is_listening(matches!(self.bot, Bot::Listens { .. }));
        if heard {
            if self.caller_last.is_none_or(|last| self.now - last > ms(500)) {
                self.caller_began.push(self.now);
            }
            self.caller_last = Some(self.now);
        }
        self.now += FRAME;
        match self.bot {
            Bot::Speaks { until } if self.now >= until => self.bot = Bot::Listens { heard: None },
            Bot::Speaks { .. } if heard && self.interruptible => self.bot = Bot::Listens { heard: Some(self.now) },
            Bot::Listens { .. } if heard || pressed => self.bot = Bot::Listens { heard: Some(self.now) },
            Bot::Listens { heard: Some(last) } if self.now - last >= ms(500) => {
                self.bot = Bot::Thinks { until: self.now + ms(300) };
            }
            Bot::Thinks { until } if self.now >= until => self.speak(),
            _ => {}
        }
    }

    fn run(&mut self, limit: Duration) {
        while !self.call.leg.media.finished() && self.now < limit {
            self.tick();
        }
        assert!(self.call.leg.media.finished(), "the caller did not hang up by {limit:?}");
    }
}

#[tokio::test]
async fn turns_begin_when_the_bot_has_finished_and_listens_and_the_last_reply_is_heard_out() {
    let say = || ScriptedTurn::from(Turn::Wav { sound: tone(Hertz::HZ_16000, ms(800)) });
    let mut conversation = Conversation::new(vec![say(), say()]);
    conversation.run(ms(20_000));
    assert_eq!(conversation.caller_began.len(), 2);
    assert_eq!(conversation.bot_began.len(), 3, "greeting and two replies");
    for (turn, began) in conversation.caller_began.iter().enumerate() {
        let waited = *began - (conversation.bot_began[turn] + ms(1000));
        assert!((ms(200)..ms(300)).contains(&waited), "turn {turn} began {waited:?} after the bot");
    }
    let last_reply_ended = conversation.bot_began[2] + ms(1000);
    assert!(conversation.now >= last_reply_ended + ms(200));
    assert!(conversation.now < last_reply_ended + ms(400));
}

#[tokio::test]
async fn a_caller_without_turns_hears_the_greeting_and_hangs_up() {
    let mut conversation = Conversation::new(Vec::new());
    conversation.run(ms(2_000));
    assert!(conversation.now >= ms(1_200));
}

#[tokio::test]
async fn a_caller_barges_in_at_the_given_time_into_the_speech() {
    let sound = tone(Hertz::HZ_8000, ms(600));
    let turn = ScriptedTurn { turn: Turn::Wav { sound }, barge_in_after: Some(ms(400)) };
    let mut conversation = Conversation::new(vec![turn.clone(), turn]);
    conversation.interruptible = true;
    conversation.run(ms(20_000));
    for turn in 0..2 {
        let into = conversation.caller_began[turn] - conversation.bot_began[turn];
        assert!((ms(400)..=ms(440)).contains(&into), "turn {turn} began {into:?} into the speech");
    }
}

#[tokio::test]
async fn a_caller_who_would_barge_in_later_than_the_bot_speaks_waits_for_the_end() {
    let sound = tone(Hertz::HZ_8000, ms(600));
    let mut conversation =
        Conversation::new(vec![ScriptedTurn { turn: Turn::Wav { sound }, barge_in_after: Some(ms(3_000)) }]);
    conversation.run(ms(20_000));
    assert!(conversation.caller_began[0] >= ms(1_200));
}

#[tokio::test]
async fn keys_come_one_by_one_and_count_as_a_turn() {
    let mut conversation =
        Conversation::new(vec![Turn::Keys("12#".to_owned()).into(), Turn::Keys("D".to_owned()).into()]);
    conversation.run(ms(20_000));
    assert_eq!(conversation.keys, "12#D");
    assert_eq!(conversation.bot_began.len(), 3);
}

#[tokio::test]
async fn a_silent_turn_lasts_and_what_the_bot_says_into_it_is_the_reaction() {
    let mut conversation = Conversation::new(vec![Turn::Silence(ms(6_000)).into()]);
    while conversation.now < ms(4_000) {
        conversation.tick();
    }
    conversation.speak(); // "are you still there?"
    conversation.run(ms(20_000));
    assert!((ms(7_200)..ms(7_400)).contains(&conversation.now), "{:?}", conversation.now);
}

#[tokio::test]
async fn silence_at_the_end_of_a_recording_does_not_hide_a_reply_that_comes_into_it() {
    let mut sound = tone(Hertz::HZ_8000, ms(500));
    sound.append(&Sound::silence(Hertz::HZ_8000, ms(4_000)));
    let mut conversation = Conversation::new(vec![Turn::Wav { sound }.into()]);
    conversation.run(ms(10_000));
    assert_eq!(conversation.bot_began.len(), 2);
    assert!(conversation.now < ms(6_500), "{:?}", conversation.now);
}

#[tokio::test]
async fn a_bot_that_never_reacts_is_not_waited_for_without_end() {
    let mut conversation = Conversation::new(vec![Turn::Wav { sound: tone(Hertz::HZ_8000, ms(500)) }.into()]);
    conversation.bot = Bot::Listens { heard: None };
    while !conversation.call.leg.media.finished() && conversation.now < ms(60_000) {
        conversation.tick();
        conversation.bot = Bot::Listens { heard: None };
    }
    assert!((ms(20_000)..ms(22_000)).contains(&conversation.now), "{:?}", conversation.now);
}

#[tokio::test]
async fn a_caller_who_is_put_through_does_not_hang_up_while_nobody_asks_him() {
    let mut conversation = Conversation::new(vec![Turn::Keys("1".to_owned()).into()]);
    while conversation.now < ms(120_000) {
        conversation.tick();
        if conversation.keys == "1" {
            conversation.bot = Bot::Thinks { until: ms(500_000) };
        }
    }
    assert!(!conversation.call.leg.media.finished());
}

#[tokio::test]
async fn the_leg_is_answered_and_ends_once_whoever_hangs_up() {
    let mut call = RecordingLine::call(RecordingScript::default()).unwrap();
    call.leg.control.ring();
    call.leg.control.answer();
    assert_eq!(call.leg.events.recv().await, Some(LegEvent::Answered));
    call.leg.control.hang_up();
    call.leg.control.hang_up();
    assert_eq!(call.leg.events.recv().await, Some(LegEvent::Ended(LegEnd::HungUp)));
    assert_eq!(call.leg.events.recv().await, None);

    let mut conversation = Conversation::new(Vec::new());
    conversation.run(ms(5_000));
    assert_eq!(conversation.call.leg.events.recv().await, Some(LegEvent::Ended(LegEnd::HungUp)));

    let refused = RecordingLine::call(RecordingScript::default()).unwrap();
    refused.leg.control.refuse(503);
    let mut events = refused.leg.events;
    assert_eq!(events.recv().await, Some(LegEvent::Ended(LegEnd::Refused(503))));

    let dropped = RecordingLine::call(RecordingScript::default()).unwrap();
    let Leg { control, mut events, .. } = dropped.leg;
    drop(control);
    assert_eq!(events.recv().await, Some(LegEvent::Ended(LegEnd::HungUp)));
}

#[tokio::test]
async fn what_is_no_key_is_refused_before_the_call() {
    let turns = vec![Turn::Keys("12x".to_owned()).into()];
    let refused = RecordingLine::call(RecordingScript { turns, ..RecordingScript::default() });
    assert_eq!(refused.map(|_| ()).unwrap_err().to_string(), "'x' is not a key of a telephone: use 0-9, *, # and A-D");
}

#[tokio::test]
async fn both_sides_are_saved_side_by_side() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("call.wav");
    let turns = vec![Turn::Wav { sound: tone(Hertz::HZ_48000, ms(700)) }.into()];
    let call = RecordingLine::call(RecordingScript { turns, save: Some(path.clone()), ..RecordingScript::default() });
    let mut conversation = Conversation::with(call.unwrap());
    conversation.run(ms(20_000));
    let lasted = conversation.now;
    let (caller_began, bot_began) = (conversation.caller_began[0], conversation.bot_began[1]);
    drop(conversation);
    let channels = wav::read_channels(&path).unwrap();
    assert_eq!(channels.len(), 2);
    assert_eq!(channels[0].duration(), lasted);
    let loud = |channel: usize, from: Duration, until: Duration| {
        level_dbov(channels[channel].part(from, until).samples()) > -40.0
    };
    assert!(loud(0, caller_began, caller_began + ms(700)));
    assert!(!loud(0, Duration::ZERO, caller_began));
    assert!(loud(1, Duration::ZERO, ms(1000)) && loud(1, bot_began, bot_began + ms(1000)));
    assert!(!loud(1, ms(1020), bot_began));
}
