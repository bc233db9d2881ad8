use proptest::prelude::*;

use super::*;

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// Runs a turn-taker over stretches of (probability, chunks of 32 ms).
fn events_of(taker: &mut TurnTaker, stretches: &[(f32, u32)]) -> Vec<TurnEvent> {
    let mut now = Duration::ZERO;
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
    taker.expect(Patience { silence });
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

#[test]
fn a_click_begins_no_turn_and_two_far_apart_do_not_add_up() {
    assert_eq!(events_of(&mut taker(ms(640)), &[(0.0, 5), (0.9, 2), (0.0, 60)]), []);
    assert_eq!(events_of(&mut taker(ms(640)), &[(0.9, 2), (0.0, 10), (0.9, 2), (0.0, 10)]), []);
    let close = events_of(&mut taker(ms(640)), &[(0.9, 2), (0.0, 3), (0.9, 2)]);
    assert_eq!(close, [TurnEvent::SpeechStarted { at: ms(0) }]);
}

#[test]
fn speech_that_sinks_below_enter_but_not_below_leave_goes_on() {
    let events = events_of(&mut taker(ms(640)), &[(0.9, 10), (0.35, 60), (0.0, 30)]);
    assert_eq!(events[1], TurnEvent::Paused { start: ms(0), at: ms(70 * 32) });
    let events = events_of(&mut taker(ms(640)), &[(0.35, 60)]);
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
