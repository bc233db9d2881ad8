use proptest::prelude::*;

use super::*;
use crate::hear::Completeness;
use crate::words::{Expected, Form};

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// Runs a turn-taker over stretches of (probability, chunks of 32 ms).
fn events_of(taker: &mut TurnTaker, stretches: &[(f32, u32)]) -> Vec<TurnEvent> {
    events_of_from(taker, Duration::ZERO, stretches)
}

fn events_of_from(taker: &mut TurnTaker, from: Duration, stretches: &[(f32, u32)]) -> Vec<TurnEvent> {
    let mut now = from;
    let mut events = Vec::new();
    for &(probability, chunks) in stretches {
        for _ in 0..chunks {
            now += ACTIVITY_STEP;
            events.extend(taker.push(now, probability));
        }
    }
    events
}

fn taker(silence: Duration) -> TurnTaker {
    let mut taker = TurnTaker::new(TurnSettings::default());
    taker.expect(Patience::fixed(silence));
    taker
}

#[test]
fn a_turn_has_its_pre_roll_and_ends_with_the_last_speech() {
    let events = events_of(&mut taker(ms(640)), &[(0.0, 20), (0.9, 30), (0.0, 40)]);
    assert_eq!(
        events,
        [
            TurnEvent::SpeechStarted { at: ms(640) },
            TurnEvent::Paused { start: ms(352), at: ms(1_600) },
            TurnEvent::Ended { start: ms(352), end: ms(1_600) },
        ]
    );
}

#[test]
fn a_pause_shorter_than_the_patience_is_resumed() {
    let events = events_of(&mut taker(ms(1_056)), &[(0.9, 10), (0.0, 20), (0.9, 10), (0.0, 40)]);
    assert_eq!(
        events,
        [
            TurnEvent::SpeechStarted { at: ms(0) },
            TurnEvent::Paused { start: ms(0), at: ms(320) },
            TurnEvent::Resumed { at: ms(960) },
            TurnEvent::Paused { start: ms(0), at: ms(1_280) },
            TurnEvent::Ended { start: ms(0), end: ms(1_280) },
        ]
    );
}

fn over(end_of_turn: f32, words: Completeness) -> Evidence {
    Evidence { end_of_turn: Some(end_of_turn), words: Some(words) }
}

/// A turn-taker in a pause of 192 ms after speech from 0 to 640 ms, asked for what is `expected`.
fn pausing(form: Form) -> TurnTaker {
    let mut taker = TurnTaker::new(TurnSettings::default());
    taker.expect(Patience::for_expected(&Expected { form, ..Expected::anything() }));
    events_of(&mut taker, &[(0.9, 20), (0.0, 6)]);
    taker
}

/// How long after the speech the turn ends, with what was learnt at its pause.
fn ends_after(form: Form, evidence: Evidence) -> Duration {
    let mut taker = pausing(form);
    if let Some(TurnEvent::Ended { .. }) = taker.learn(ms(832), ms(640), evidence) {
        return ms(192);
    }
    let mut now = ms(832);
    loop {
        now += ACTIVITY_STEP;
        if let Some(TurnEvent::Ended { end, .. }) = taker.push(now, 0.0) {
            return now - end;
        }
    }
}

#[test]
fn evidence_shortens_and_lengthens_the_wait() {
    let yes_no = || Form::YesNo;
    assert_eq!(ends_after(yes_no(), over(0.95, Completeness::Whole)), ms(192), "at once");
    assert!(ends_after(yes_no(), over(0.95, Completeness::Unfinished)) > ends_after(yes_no(), Evidence::default()));
    let number = || Form::Digits { min: 8, max: 8 };
    let (whole, unknown, short) = (
        ends_after(number(), over(0.9, Completeness::Whole)),
        ends_after(number(), Evidence::default()),
        ends_after(number(), over(0.9, Completeness::Unfinished)),
    );
    assert!(whole < unknown && unknown < short, "{whole:?} {unknown:?} {short:?}");
    // Melody alone never ends a turn: it takes most inner pauses for ends.
    let by_sound = Evidence { end_of_turn: Some(1.0), words: None };
    assert_eq!(ends_after(Form::Anything, by_sound), ends_after(Form::Anything, Evidence::default()));
}

#[test]
fn evidence_of_an_older_pause_means_nothing() {
    let mut taker = pausing(Form::YesNo);
    events_of_from(&mut taker, ms(832), &[(0.9, 5), (0.0, 6)]);
    assert_eq!(taker.learn(ms(1_200), ms(640), over(1.0, Completeness::Whole)), None);
    assert!(taker.is_open());
}

#[test]
fn whoever_pauses_long_within_a_turn_is_given_longer() {
    let mut taker = pausing(Form::Anything);
    // Goes on after a pause of 608 ms.
    events_of_from(&mut taker, ms(832), &[(0.0, 13), (0.9, 10), (0.0, 6)]);
    let pause = ms(640 + 19 * 32 + 320);
    assert_eq!(taker.learn(pause + ms(192), pause, over(1.0, Completeness::Open)), None);
    let early = events_of_from(&mut taker, pause + ms(192), &[(0.0, 14)]);
    assert_eq!(early, [], "640 ms would have been enough for another caller");
    assert_eq!(events_of_from(&mut taker, pause + ms(640), &[(0.0, 6)]).len(), 1);
}

#[test]
fn a_click_begins_no_turn_and_two_far_apart_do_not_add_up() {
    assert_eq!(events_of(&mut taker(ms(640)), &[(0.0, 5), (0.9, 2), (0.0, 60)]), []);
    assert_eq!(events_of(&mut taker(ms(640)), &[(0.9, 2), (0.0, 10), (0.9, 2), (0.0, 10)]), []);
    let close = events_of(&mut taker(ms(640)), &[(0.9, 2), (0.0, 3), (0.9, 2)]);
    assert_eq!(close, [TurnEvent::SpeechStarted { at: ms(0) }]);
}

#[test]
fn speech_that_sinks_below_enter_but_not_below_leave_goes_on() {
    let events = events_of(&mut taker(ms(640)), &[(0.9, 10), (0.45, 60), (0.0, 30)]);
    assert_eq!(events[1], TurnEvent::Paused { start: ms(0), at: ms(70 * 32) });
    let events = events_of(&mut taker(ms(640)), &[(0.45, 60)]);
    assert_eq!(events, []);
}

#[test]
fn an_endless_talker_is_cut_and_heard_on() {
    let mut taker = taker(ms(640));
    let events = events_of(&mut taker, &[(0.9, 1_000), (0.0, 30)]);
    let TurnEvent::TooLong { start, end } = events[1] else { panic!("{events:?}") };
    assert_eq!((start, end), (ms(0), ms(28_000)));
    let TurnEvent::SpeechStarted { at } = events[2] else { panic!("{events:?}") };
    assert_eq!(at, end);
    let Some(TurnEvent::Ended { start, .. }) = events.last() else { panic!("{events:?}") };
    assert_eq!(*start, end);
}

#[test]
fn a_pause_at_the_longest_turn_ends_it_and_what_follows_is_a_new_one() {
    let events = events_of(&mut taker(ms(1_056)), &[(0.9, 860), (0.0, 20), (0.9, 10), (0.0, 40)]);
    let end = ms(860 * 32);
    assert_eq!(events[2], TurnEvent::Ended { start: ms(0), end });
    assert_eq!(events[3], TurnEvent::SpeechStarted { at: ms(880 * 32) });
    let TurnEvent::Ended { start, .. } = events[5] else { panic!("{events:?}") };
    assert_eq!(start, ms(880 * 32 - 288));
}

#[test]
fn a_jump_of_the_clock_ends_the_turn_before_it() {
    let mut taker = taker(ms(640));
    events_of(&mut taker, &[(0.9, 10), (0.0, 10)]);
    let event = taker.push(ms(60_000), 0.9);
    assert_eq!(event, Some(TurnEvent::Ended { start: ms(0), end: ms(320) }));
}

#[test]
fn numbers_get_more_patience_than_yes_and_no() {
    let of = |form| {
        let mut expected = Expected::anything();
        expected.form = form;
        Patience::for_expected(&expected).silence
    };
    assert!(of(Form::YesNo) < of(Form::Anything));
    assert!(of(Form::Anything) < of(Form::Digits { min: 8, max: 11 }));
    assert!(of(Form::Digits { min: 1, max: 4 }) < of(Form::Digits { min: 8, max: 11 }));
}

proptest! {
    #[test]
    fn events_alternate_and_turns_never_overlap(
        stretches in prop::collection::vec((0.0f32..1.0, 1u32..60), 1..40),
        silence in 300u64..1_500,
    ) {
        let mut taker = taker(ms(silence));
        let events = events_of(&mut taker, &stretches);
        let mut open = false;
        let mut paused = false;
        let mut free_from = Duration::ZERO;
        for event in events {
            match event {
                TurnEvent::SpeechStarted { at } => {
                    prop_assert!(!open && at >= free_from);
                    (open, paused) = (true, false);
                }
                TurnEvent::Paused { .. } => {
                    prop_assert!(open && !paused);
                    paused = true;
                }
                TurnEvent::Resumed { .. } => {
                    prop_assert!(open && paused);
                    paused = false;
                }
                TurnEvent::Ended { start, end } => {
                    prop_assert!(open && paused && start < end && start >= free_from);
                    (open, free_from) = (false, end);
                }
                TurnEvent::TooLong { start, end } => {
                    prop_assert!(open && !paused && start < end && start >= free_from);
                    prop_assert!(end - start <= TurnSettings::default().longest_turn + ACTIVITY_STEP);
                    (open, free_from) = (false, end);
                }
            }
        }
        prop_assert_eq!(open, taker.is_open());
    }

    #[test]
    fn a_long_silence_closes_every_turn(
        stretches in prop::collection::vec((0.0f32..1.0, 1u32..60), 1..40),
    ) {
        let mut taker = taker(ms(640));
        let mut with_silence = stretches;
        with_silence.push((0.0, 30));
        events_of(&mut taker, &with_silence);
        prop_assert!(!taker.is_open());
    }
}
