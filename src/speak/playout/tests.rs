use proptest::prelude::*;

use super::*;
use crate::audio::FRAME;

const RATE: Hertz = Hertz::HZ_8000;
const FADE_SAMPLES: usize = 40;

fn clip(saying: u64, samples: Vec<i16>, pause_after_ms: u64) -> Clip {
    Clip {
        saying,
        sound: Arc::new(Sound::new(RATE, samples)),
        text: format!("text {saying}").into(),
        pause_after: Duration::from_millis(pause_after_ms),
    }
}

/// A playout with one complete saying of one clip.
fn playing(samples: Vec<i16>) -> Playout {
    let mut playout = Playout::new();
    playout.begin(1);
    assert!(playout.enqueue(clip(1, samples, 0)));
    playout.complete(1);
    playout
}

fn play(playout: &mut Playout, frames: usize) -> (Vec<i16>, Vec<Mark>) {
    let (mut samples, mut all) = (Vec::new(), Vec::new());
    for _ in 0..frames {
        let (frame, marks) = playout.next(RATE);
        samples.extend_from_slice(frame.samples());
        all.extend(marks.iter());
    }
    (samples, all)
}

#[test]
fn a_saying_is_played_sample_by_sample_and_marks_its_start_and_end() {
    let sound: Vec<i16> = (1..=400).collect();
    let mut playout = playing(sound.clone());
    assert_eq!(playout.pending(), RATE.duration_of(400));
    let (samples, marks) = play(&mut playout, 4);
    assert_eq!(samples[..400], sound);
    assert!(samples[400..].iter().all(|&sample| sample == 0));
    let finished = MarkKind::Finished { heard: RATE.duration_of(400) };
    assert_eq!(
        marks,
        [
            Mark { saying: 1, kind: MarkKind::Started, offset: 0, position: 0 },
            Mark { saying: 1, kind: finished, offset: 80, position: 400 },
        ]
    );
    assert!(playout.is_idle());
    assert_eq!(playout.pending(), Duration::ZERO);
}

#[test]
fn a_saying_that_ends_with_a_frame_is_finished_in_that_frame() {
    let (_, marks) = play(&mut playing(vec![100; 160]), 1);
    assert_eq!(marks.len(), 2);
    assert_eq!((marks[1].offset, marks[1].position), (160, 160));
}

#[test]
fn clauses_are_parted_by_the_pause_they_want_and_late_ones_by_no_more() {
    let mut playout = Playout::new();
    playout.begin(1);
    playout.enqueue(clip(1, vec![1; 80], 20));
    playout.enqueue(clip(1, vec![2; 80], 20));
    let (samples, _) = play(&mut playout, 4);
    let mut expected = vec![1; 80];
    expected.extend(vec![0; 160]);
    expected.extend(vec![2; 80]);
    assert_eq!(samples[..320], expected);
    assert!(!playout.is_idle(), "an open saying may get more");
    // More than the pause has passed since: the next clause starts at once.
    playout.enqueue(clip(1, vec![3; 80], 20));
    playout.complete(1);
    let (samples, marks) = play(&mut playout, 1);
    assert_eq!(samples[..80], [3; 80]);
    assert_eq!(marks[0].kind, MarkKind::Finished { heard: RATE.duration_of(240) });
}

#[test]
fn sayings_keep_the_order_in_which_they_began_whichever_is_ready_first() {
    let mut playout = Playout::new();
    playout.begin(1);
    playout.begin(2);
    playout.enqueue(clip(2, vec![2; 160], 0));
    playout.complete(2);
    let (samples, marks) = play(&mut playout, 1);
    assert!(samples.iter().all(|&sample| sample == 0));
    assert!(marks.is_empty());
    assert_eq!(playout.current(), Some(1));
    playout.enqueue(clip(1, vec![1; 160], 0));
    playout.complete(1);
    let (samples, _) = play(&mut playout, 2);
    assert_eq!(samples[..160], [1; 160]);
    assert_eq!(samples[160..], [2; 160]);
}

#[test]
fn a_saying_without_sound_finishes_without_starting() {
    let mut playout = Playout::new();
    playout.begin(5);
    playout.complete(5);
    let (_, marks) = play(&mut playout, 1);
    assert_eq!(marks.len(), 1);
    assert_eq!(marks[0].kind, MarkKind::Finished { heard: Duration::ZERO });
    assert!(playout.is_idle());
}

#[test]
fn more_silent_sayings_than_a_frame_has_marks_are_all_told_of() {
    let mut playout = Playout::new();
    for saying in 0..30 {
        playout.begin(saying);
        playout.complete(saying);
    }
    let (_, marks) = play(&mut playout, 4);
    assert_eq!(marks.iter().map(|mark| mark.saying).collect::<Vec<_>>(), (0..30).collect::<Vec<_>>());
}

#[test]
fn stop_fades_within_five_milliseconds_and_tells_what_was_heard() {
    let mut playout = playing(vec![10_000; 8_000]);
    playout.begin(2);
    playout.enqueue(clip(2, vec![1; 800], 0));
    play(&mut playout, 10);
    let heard = playout.stop();
    let whole = Duration::from_secs(1);
    assert_eq!(
        heard,
        [
            Heard { saying: 1, heard: FRAME * 10, of: whole, text: "text 1".to_owned() },
            Heard { saying: 2, heard: Duration::ZERO, of: whole / 10, text: String::new() },
        ]
    );
    assert!(!playout.is_idle(), "the fade is still to come");
    let (samples, marks) = play(&mut playout, 2);
    assert!(samples[0] > 9_000, "no click: {}", samples[0]);
    assert!(samples[..FADE_SAMPLES].windows(2).all(|pair| pair[1] < pair[0]), "it only falls");
    assert!(samples[FADE_SAMPLES..].iter().all(|&sample| sample == 0));
    assert!(marks.is_empty());
    assert!(playout.is_idle());
}

#[test]
fn what_comes_late_for_a_stopped_saying_is_not_played() {
    let mut playout = Playout::new();
    playout.begin(1);
    playout.enqueue(clip(1, vec![5; 320], 0));
    play(&mut playout, 1);
    playout.stop();
    assert!(!playout.enqueue(clip(1, vec![9; 320], 0)));
    play(&mut playout, 1);
    let (samples, _) = play(&mut playout, 3);
    assert!(samples.iter().all(|&sample| sample == 0));
}

#[test]
fn a_saying_after_a_stop_starts_where_the_fade_ends() {
    let mut playout = playing(vec![10_000; 1_600]);
    play(&mut playout, 2);
    playout.stop();
    playout.begin(2);
    playout.enqueue(clip(2, vec![-3; 160], 0));
    let (samples, marks) = play(&mut playout, 1);
    let start = marks[0].offset;
    assert!(start <= FADE_SAMPLES);
    assert!(samples[..start].iter().all(|&sample| sample >= 0));
    assert!(samples[start..].iter().all(|&sample| sample == -3));
}

#[test]
fn a_pause_holds_the_place_and_resuming_fades_in_from_there() {
    let sound: Vec<i16> = vec![8_000; 1_600];
    let mut playout = playing(sound);
    play(&mut playout, 2);
    playout.pause();
    let (samples, _) = play(&mut playout, 50);
    assert!(samples[FADE_SAMPLES..].iter().all(|&sample| sample == 0));
    assert_eq!(playout.pending(), RATE.duration_of(1_600 - 320 - FADE_SAMPLES));
    assert!(!playout.is_idle());
    playout.resume();
    let (samples, marks) = play(&mut playout, 10);
    assert!(samples[0] < 1_000 && samples[FADE_SAMPLES] == 8_000);
    assert_eq!(samples.iter().filter(|&&sample| sample != 0).count(), 1_600 - 320 - FADE_SAMPLES);
    assert_eq!(marks[0].kind, MarkKind::Finished { heard: RATE.duration_of(1_600) });
}

#[test]
fn stopping_while_paused_stays_silent() {
    let mut playout = playing(vec![8_000; 1_600]);
    play(&mut playout, 1);
    playout.pause();
    play(&mut playout, 1);
    assert_eq!(playout.stop()[0].heard, RATE.duration_of(160 + FADE_SAMPLES));
    let (samples, _) = play(&mut playout, 1);
    assert!(samples.iter().all(|&sample| sample == 0));
    assert!(playout.is_idle());
}

#[test]
fn a_clip_of_another_rate_lasts_as_long_as_it_should() {
    for (rate, samples) in [(Hertz::HZ_16000, 3_200), (Hertz::HZ_48000, 9_600)] {
        let mut playout = Playout::new();
        playout.begin(1);
        let sound = Arc::new(Sound::new(rate, vec![500; samples]));
        playout.enqueue(Clip { saying: 1, sound, text: "".into(), pause_after: Duration::ZERO });
        playout.complete(1);
        let (heard, marks) = play(&mut playout, 12);
        assert_eq!(heard.iter().filter(|&&sample| sample == 500).count(), 1_600);
        assert_eq!(marks[1].position, 1_600);
        assert_eq!(marks[1].kind, MarkKind::Finished { heard: Duration::from_millis(200) });
    }
}

#[test]
fn the_line_may_change_its_rate_in_the_middle() {
    let mut playout = playing(vec![500; 1_600]);
    play(&mut playout, 5);
    let mut left = 0;
    for _ in 0..8 {
        let (frame, _) = playout.next(Hertz::HZ_16000);
        left += frame.samples().iter().filter(|&&sample| sample == 500).count();
    }
    assert_eq!(left, 1_600);
    assert!(playout.is_idle());
}

#[test]
fn next_keeps_what_was_played_until_it_may_be_freed() {
    let sound = Arc::new(Sound::new(RATE, vec![1; 160]));
    let mut playout = Playout::new();
    playout.begin(1);
    playout.enqueue(Clip { saying: 1, sound: sound.clone(), text: "".into(), pause_after: Duration::ZERO });
    playout.complete(1);
    play(&mut playout, 3);
    assert!(playout.is_idle());
    assert_eq!(Arc::strong_count(&sound), 2);
    playout.tidy();
    assert_eq!(Arc::strong_count(&sound), 1);
}

#[derive(Clone, Debug)]
enum Act {
    Say { length: usize, clips: usize, pause_ms: u64 },
    Play(usize),
    Stop,
    Pause,
    Resume,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        3 => (0usize..700, 0usize..4, 0u64..40).prop_map(|(length, clips, pause_ms)| Act::Say { length, clips, pause_ms }),
        5 => (1usize..8).prop_map(Act::Play),
        1 => Just(Act::Stop),
        1 => Just(Act::Pause),
        1 => Just(Act::Resume),
    ];
    proptest::collection::vec(act, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: proptest::test_runner::RngSeed::Fixed(7), ..ProptestConfig::default() })]

    /// Whatever happens, each saying starts at most once, finishes or is reported by a stop exactly once,
    /// in order, and is heard no longer than it is.
    #[test]
    fn every_saying_has_exactly_one_end(acts in acts()) {
        let mut playout = Playout::new();
        let (mut begun, mut ended, mut started) = (0u64, Vec::new(), Vec::new());
        let mut marked = |marks: Vec<Mark>, ended: &mut Vec<u64>| {
            for mark in marks {
                match mark.kind {
                    MarkKind::Started => started.push(mark.saying),
                    MarkKind::Finished { .. } => ended.push(mark.saying),
                }
            }
        };
        for act in acts {
            match act {
                Act::Say { length, clips, pause_ms } => {
                    playout.begin(begun);
                    for _ in 0..clips {
                        prop_assert!(playout.enqueue(clip(begun, vec![100; length], pause_ms)));
                    }
                    playout.complete(begun);
                    begun += 1;
                }
                Act::Play(frames) => {
                    let (_, marks) = play(&mut playout, frames);
                    marked(marks, &mut ended);
                }
                Act::Stop => for heard in playout.stop() {
                    prop_assert!(heard.heard <= heard.of);
                    ended.push(heard.saying);
                },
                Act::Pause => playout.pause(),
                Act::Resume => playout.resume(),
            }
        }
        playout.resume();
        for _ in 0..20_000 {
            if playout.is_idle() { break; }
            let (_, marks) = play(&mut playout, 1);
            marked(marks, &mut ended);
        }
        prop_assert!(playout.is_idle());
        prop_assert_eq!(ended, (0..begun).collect::<Vec<_>>());
        prop_assert!(started.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
