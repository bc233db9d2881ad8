//! Calls as they happen, in virtual time: the tone is a stated score, the words are what a recogniser would write.

use std::time::Duration;

use super::tone::Tone;
use super::words::WordsHeard;
use super::{CallMood, Dialogue, Mood, MoodSettings, TONE_ALONE, Turn};

/// A turn: the tone's logit, what is said.
type Said<'a> = (f32, &'a str);

fn tone(distress: f32, confidence: f32) -> Tone {
    Tone { distress, arousal: distress, confidence }
}

fn call_with(turns: &[Said<'_>], confidence: f32, dialogue: impl Fn(usize) -> Dialogue) -> Vec<Mood> {
    let mut call = CallMood::new(MoodSettings::default());
    let each = turns.iter().enumerate().map(|(index, &(score, text))| {
        let words = WordsHeard::read(text);
        let tone = Some(tone(score, confidence));
        call.turn(&Turn { tone, words: Some(&words), dialogue: dialogue(index), ..Turn::default() })
    });
    each.collect()
}

fn call(turns: &[Said<'_>]) -> Vec<Mood> {
    call_with(turns, 0.9, |_| Dialogue::default())
}

fn most(moods: &[Mood]) -> f32 {
    moods.iter().map(|mood| mood.distress).fold(0.0, f32::max)
}

#[test]
fn a_calm_caller_stays_calm() {
    for turns in [
        [(-2.0, "hello where is my order"), (-1.5, "it is a b one two three"), (-2.5, "ok thank you")],
        [(-2.0, "你好我想问一下我的订单"), (-1.5, "订单号是一二三四五"), (-2.5, "好的谢谢")],
    ] {
        let moods = call(&turns);
        assert!(most(&moods) < 0.3, "{moods:?}");
        assert!(moods[2].valence.is_some_and(|valence| valence > 0.55) && moods[2].turns == 0);
    }
}

#[test]
fn loud_and_happy_is_not_upset() {
    for turns in [
        [(2.5, "oh wow that is wonderful"), (3.0, "yes great thank you so much"), (3.0, "i love it")],
        [(2.5, "哇太好了"), (3.0, "太棒了谢谢你们"), (3.0, "我很喜欢")],
    ] {
        let moods = call(&turns);
        assert!(most(&moods) < 0.4, "{moods:?}");
        assert!(moods.iter().all(|mood| mood.turns == 0) && moods[2].arousal > 0.8);
    }
}

#[test]
fn hurried_but_content_is_not_upset() {
    for turns in [
        [(0.8, "quickly please i am in a hurry"), (1.0, "yes that is fine thanks"), (0.8, "great thank you bye")],
        [(0.8, "麻烦快一点我赶时间"), (1.0, "可以的谢谢"), (0.8, "好的多谢")],
    ] {
        let moods = call(&turns);
        assert!(most(&moods) < 0.65, "{moods:?}");
        assert!(moods[2].distress < 0.4 && moods[2].turns == 0, "{moods:?}");
    }
}

#[test]
fn an_anxious_caller_is_noticed_by_the_second_turn() {
    for turns in [
        [(1.2, "i am really worried somebody took my card"), (1.5, "please help me i dont know what to do")],
        [(1.2, "我很担心我的卡被盗刷了"), (1.5, "我不知道该怎么办")],
    ] {
        let moods = call(&turns);
        assert!(moods[1].distress >= 0.7 && moods[1].turns >= 1, "{moods:?}");
        assert!(moods[1].valence.is_some_and(|valence| valence < 0.3));
        assert!(moods[1].reasons.iter().any(|reason| reason.starts_with("said '")), "{:?}", moods[1].reasons);
    }
}

#[test]
fn a_cold_complaint_is_heard_in_its_words() {
    for turns in [
        [(-1.5, "i want to make a complaint this is the third time i call"), (-1.5, "you will hear from my lawyer")],
        [(-1.5, "我要投诉我打了三次电话没人处理"), (-1.5, "我要找律师起诉你们")],
    ] {
        let moods = call(&turns);
        assert!(moods[1].distress >= 0.7, "{moods:?}");
        assert!(moods[1].arousal < 0.4);
    }
}

#[test]
fn rising_anger_rises() {
    for turns in [
        [
            (-1.0, "where is my order"),
            (0.5, "i have been waiting three weeks"),
            (1.8, "this is ridiculous"),
            (2.5, "i am sick of this"),
        ],
        [(-1.0, "我的订单在哪里"), (0.5, "我等了三个星期了"), (1.8, "太过分了"), (2.5, "我受够了气死我了")],
    ] {
        let moods = call(&turns);
        assert!(moods.windows(2).all(|pair| pair[1].distress > pair[0].distress), "{moods:?}");
        assert!(
            moods[0].distress < 0.4 && moods[3].distress >= 0.8 && moods[3].trend > 0.3 && moods[3].turns >= 1,
            "{moods:?}"
        );
    }
}

#[test]
fn a_noisy_room_is_no_upset_caller() {
    // Noise makes the tone say anything, with little confidence.
    for turns in [
        [(2.0, "what are your opening hours"), (-0.5, "sorry it is loud here"), (2.5, "on sunday i mean"), (2.2, "ok")],
        [(2.0, "请问几点开门"), (-0.5, "这里很吵"), (2.5, "我是说星期天"), (2.2, "好的")],
    ] {
        let moods = call_with(&turns, 0.35, |_| Dialogue::default());
        assert!(most(&moods) < 0.6 && moods.iter().all(|mood| mood.turns == 0), "{moods:?}");
    }
}

#[test]
fn tone_alone_soothes_and_only_persistence_moves_the_queue() {
    let moods =
        call(&[(3.0, "where is my order"), (3.0, "a b one two"), (3.0, "yes"), (3.0, "three four"), (3.0, "yes")]);
    assert!(moods[0].distress > 0.55 && moods[0].distress <= TONE_ALONE, "{moods:?}");
    assert!(moods[1].distress <= TONE_ALONE && moods[1].turns == 0);
    assert!(moods[4].distress >= 0.7, "{moods:?}");
    assert!(moods[4].reasons.iter().any(|reason| reason == "agitated for 5 turns"), "{:?}", moods[4].reasons);
}

#[test]
fn dialogue_wears_patience_out() {
    let bad = |index: usize| Dialogue {
        not_understood: index as u32,
        repeats: index as u32,
        barge_ins: index as u32,
        waited: Duration::from_secs(120 * index as u64),
        ..Dialogue::default()
    };
    let turns = [(0.5, "the blue one"), (0.8, "blue"), (1.0, "i said blue"), (1.2, "blue")];
    let moods = call_with(&turns, 0.9, bad);
    assert!(moods[3].distress > 0.7 && moods[0].distress < 0.4, "{moods:?}");
    assert!(moods[3].reasons.contains(&"was not understood 3 times".to_owned()), "{:?}", moods[3].reasons);
    assert!(moods[3].reasons.contains(&"waited 6 minutes".to_owned()), "{:?}", moods[3].reasons);
    assert!(most(&call(&turns)) < 0.6);
}

#[test]
fn a_soothed_caller_comes_down_again() {
    let mut turns = vec![(2.0, "this is unacceptable i am furious"), (2.0, "i want to complain")];
    turns.extend([(-1.0, "ok"), (-1.5, "yes thank you"), (-2.0, "that is fine"), (-2.0, "great thanks")]);
    let moods = call(&turns);
    assert!(moods[1].distress >= 0.8 && moods[1].turns == 2, "{moods:?}");
    assert!(moods[5].distress < 0.25 && moods[5].turns == 0 && moods[5].trend < -0.4, "{moods:?}");
}

#[test]
fn nothing_known_is_nothing_told() {
    let mut call = CallMood::new(MoodSettings::default());
    let mood = call.turn(&Turn::default());
    assert!(mood.distress < 0.3 && mood.valence.is_none() && mood.reasons.is_empty(), "{mood:?}");
    assert_eq!((mood.arousal, mood.turns), (0.5, 0));
}
