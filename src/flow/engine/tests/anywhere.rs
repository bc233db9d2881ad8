//! What may be said anywhere, and its defaults; mood and complexity; languages; keys typed ahead.

use std::time::Duration;

use super::{Driver, HEAD, PERSON, text};
use crate::flow::{Act, Complexity, EndReason, Heard, Input, Pace};

const STEPS: &str = "  - ask: pin\n    prompt: { en: \"Hello there. What is your pin?\" }\n  - say: { en: \"Thanks.\" }\n  - end: call\n";
const SLOTS: &str = "{ pin: { type: digits, length: 4 } }";

fn start(always: &str) -> Driver {
    let always = if always.is_empty() { String::new() } else { format!("always:\n{always}") };
    Driver::start(&format!("{HEAD}handover: person\n{always}---\nflow: main\nslots: {SLOTS}\nsteps:\n{STEPS}{PERSON}"))
}

#[test]
fn what_may_be_said_anywhere_has_a_default() {
    start("").says("say that again").expect("Hello there. What is your pin?");
    start("").says("help").expect("Hello there. What is your pin?");
    let mut slow = start("");
    slow.says("slower please").expect("Hello there. What is your pin?");
    assert!(slow.acts.iter().any(|act| matches!(act, Act::Say(say) if say.pace == Pace::Slow)));
    start("").says("start over").expect("All right, let's start again. | Hello there. What is your pin?");
    let mut bye = start("");
    bye.says("goodbye").expect_part("Shall I end the call?").says("yes");
    assert_eq!(bye.ended, Some(EndReason::FlowEnded));
    let mut person = start("");
    person.says("I want to talk to a person");
    assert!(person.queue.is_some());
}

#[test]
fn a_moment_is_waited_for_without_costing_a_try() {
    let mut call = start("");
    call.says("hold on a second").expect("Of course, take your time.");
    assert_eq!(call.listen.as_ref().and_then(|listen| listen.silence_after), Some(Duration::from_secs(60)));
    call.silence().expect("What is your pin?");
    call.silence().expect("Are you still there? | What is your pin?");
    call.says("one moment please");
    call.says("one two three four").expect("Thanks.");
}

#[test]
fn cancel_leaves_the_flow_after_a_yes_and_ends_the_call_in_the_first() {
    let more = format!(
        "handover: person\n---\nflow: main\nsteps:\n  - run: sub\n  - say: {{ en: \"Back in main.\" }}\n  - end: call\n---\nflow: sub\nslots: {SLOTS}\nsteps:\n{STEPS}{PERSON}"
    );
    let mut call = Driver::start(&format!("{HEAD}{more}"));
    call.says("cancel").expect("Shall I stop here and cancel this?");
    call.says("no").expect("What is your pin?");
    call.says("never mind").says("yes").expect("All right, I've stopped there. | Back in main.");
    start("").says("cancel").expect_part("Shall I end the call?");
}

#[test]
fn the_designers_handlers_take_the_place_of_the_defaults() {
    let always = "  help: { steps: [ { say: { en: \"Just four digits.\" } } ] }\n  too_noisy: { steps: [ { say: { en: \"So loud.\" } } ] }\n  wait_a_moment: { goto: flow:person }\n";
    start(always).says("help").expect("Just four digits. | What is your pin?");
    start(always).input(Input::Noise).expect("So loud. | What is your pin?");
    let mut waits = start(always);
    waits.says("hold on");
    assert!(waits.queue.is_some());
    start("").input(Input::Noise).expect_part("use the keypad");
}

#[test]
fn of_several_handlers_the_first_true_one_wins_and_the_inner_scope_first() {
    let text = format!(
        "{HEAD}handover: person\nalways:\n  help: {{ steps: [ {{ say: {{ en: \"Of the bundle.\" }} }} ] }}\n  repeat: {{ steps: [ {{ say: {{ en: \"Bundle repeat.\" }} }} ] }}\n---\nflow: main\nslots: {SLOTS}\nalways:\n  help:\n    - {{ when: \"caller.vip\", steps: [ {{ say: {{ en: \"Very important.\" }} }} ] }}\n    - {{ when: \"call.seconds >= 0\", steps: [ {{ say: {{ en: \"Of the flow.\" }} }} ] }}\nsteps:\n  - ask: pin\n    prompt: {{ en: \"Pin?\" }}\n    always:\n      repeat: {{ when: \"caller.vip\", steps: [ {{ say: {{ en: \"Step.\" }} }} ] }}\n{PERSON}"
    );
    Driver::start(&text).says("help").expect("Of the flow. | Pin?");
    Driver::start(&text).says("say that again").expect("Bundle repeat. | Pin?");
}

#[test]
fn mood_is_judged_before_the_reply_twice_at_most_and_never_on_consecutive_turns() {
    let always = "  mood: { when: \"mood.distress >= 0.7\", steps: [ { say: { en: \"I am sorry.\" } } ] }\n";
    let mut call = start(always);
    call.feels("the sky is blue", 0.9).expect_part("I am sorry. | Sorry, I didn't catch that.");
    call.feels("the sky is blue", 0.9);
    assert!(!call.bot().contains("I am sorry."), "{}", call.bot());
    let mut again = start(always);
    again.feels("one two three", 0.9).expect_part("I am sorry.");
    again.says("hold on");
    again.feels("wait a moment", 0.9).expect_part("I am sorry.");
    again.says("hold on");
    again.feels("wait a moment", 0.9);
    assert!(!again.bot().contains("I am sorry."), "{}", again.bot());
}

#[test]
fn an_upset_caller_keeps_what_was_given_on_the_way_to_a_person() {
    let mut call = Driver::start(&format!(
        "{HEAD}handover: person\n---\nflow: main\nslots: {SLOTS}\nalways:\n  mood: {{ when: \"mood.distress >= 0.7 && mood.turns >= 2\", goto: calm }}\nsteps:\n{STEPS}  - id: calm\n    say: {{ en: \"I am sorry this has been difficult.\" }}\n  - queue: orders\n    brief: [pin]\n    if_no_agent: []\n{PERSON}"
    ));
    call.feels("the sky is blue", 0.9).expect_part("Sorry, I didn't catch that.");
    call.feels("one two three four", 0.8).expect("I am sorry this has been difficult.");
    assert_eq!(call.brief().len(), 1);
    assert_eq!(call.handlers(), ["mood"]);
}

#[test]
fn what_is_complicated_goes_to_a_person() {
    let always = "  complexity: { when: \"complexity.score > 0.8\", goto: flow:person }\n";
    let mut call = start(always);
    let complexity = Some(Complexity { score: 0.9, reasons: vec!["many_topics".to_owned()] });
    call.input(Input::Heard(Heard { text: "well it is like this".to_owned(), complexity, ..Heard::default() }));
    assert!(call.queue.is_some());
}

#[test]
fn the_language_changes_when_it_is_asked_for() {
    let text = "bundle: t\nstart: main\nlanguages: [en, zh]\n---\nflow: main\nslots: { pin: { type: digits, length: 4 } }\nsteps:\n  - ask: pin\n    prompt: { en: \"Your pin?\", zh: \"请说密码。\" }\n  - say: { en: \"Thanks.\", zh: \"谢谢。\" }\n";
    let mut call = Driver::start(text);
    call.says("说中文").expect("好的，我们说中文。 | 请说密码。");
    call.says("in English please").expect("Of course. Let's speak English. | Your pin?");
    call.says("中文").says("一二三四").expect_part("谢谢。");
    let mut only = start("");
    only.says("speak Chinese").expect_part("I only speak English here.");
}

#[test]
fn keys_pressed_during_a_look_up_answer_the_next_question() {
    let steps = "  - look_up: shop.find_order\n    with: { number: \"'1'\" }\n    save_as: order\n    if_none: []\n    if_error: []\n  - ask: pin\n    prompt: { en: \"Pin?\" }\n  - say: { en: \"Got {{ pin | spell }}.\" }\n  - end: call\n";
    let mut call = Driver::steps(SLOTS, steps, PERSON);
    call.keys("1234");
    call.finds(&[("status", text("late"))]).expect_part("Got 1 2 3 4.");
}

#[test]
fn prompts_and_answers_follow_what_was_said_during_a_blocked_saying() {
    let steps = "  - say: { en: \"This call costs nothing.\" }\n    barge_in: blocked\n  - ask: pin\n    prompt: { en: \"Pin?\" }\n  - say: { en: \"Got {{ pin | spell }}.\" }\n  - end: call\n";
    let mut call = Driver::steps(SLOTS, steps, "");
    call.interrupts("one two three four").expect("Got 1 2 3 4.");
}

#[test]
fn complexity_is_judged_twice_at_most_and_never_on_consecutive_turns() {
    let always =
        "  complexity: { when: \"complexity.score > 0.5\", steps: [ { say: { en: \"Let us go slowly.\" } } ] }\n";
    let complicated = |call: &mut Driver| {
        let complexity = Some(Complexity { score: 0.9, reasons: Vec::new() });
        call.input(Input::Heard(Heard { text: "hold on".to_owned(), complexity, ..Heard::default() }));
        call.bot().contains("Let us go slowly.")
    };
    let mut call = start(always);
    assert!(complicated(&mut call));
    assert!(!complicated(&mut call), "on consecutive turns");
    assert!(complicated(&mut call));
    call.says("hold on");
    assert!(!complicated(&mut call), "a third time");
}

#[test]
fn the_designers_language_handler_speaks_the_new_language() {
    let text = "bundle: t\nstart: main\nlanguages: [en, zh]\nalways:\n  language: { steps: [ { say: { en: \"English it is.\", zh: \"好，说中文。\" } } ] }\n---\nflow: main\nslots: { pin: { type: digits, length: 4 } }\nsteps:\n  - ask: pin\n    prompt: { en: \"Your pin?\", zh: \"请说密码。\" }\n";
    let mut call = Driver::start(text);
    call.says("说中文").expect("好，说中文。 | 请说密码。");
    assert_eq!(call.handlers(), ["language"]);
    call.says("in English please").expect("English it is. | Your pin?");
}
