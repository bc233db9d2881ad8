//! `ask` and `menu`: values by voice and by keys, sureness, read-back, the ladder.

use std::time::Duration;

use super::{Driver, HEAD, PERSON};
use crate::flow::{Act, EndReason, Hear, Input, Patience};
use crate::words::Form;

const ORDER: &str = "{ order_no: { type: code, shape: \"LL9999\", private: mask } }";
const ASK_ORDER: &str = "  - ask: order_no\n    prompt: { en: \"What is your order number?\" }\n    again:\n      - say: { en: \"First miss.\" }\n      - say: { en: \"Second miss.\" }\n    if_stuck: stuck\n  - say: { en: \"Thank you, {{ order_no }}.\" }\n  - end: call\n  - id: stuck\n    say: { en: \"Stuck.\" }\n  - end: call";

fn order() -> Driver {
    Driver::steps(ORDER, ASK_ORDER, "")
}

#[test]
fn a_plain_value_is_taken_and_masked_outside() {
    let mut call = order();
    call.expect("What is your order number?");
    let listen = call.listen.clone().unwrap();
    assert!(matches!(listen.expected.form, Form::Code { .. }));
    assert_eq!((listen.hear, listen.patience), (Hear::Both, Patience::Long));
    assert_eq!(listen.silence_after, Some(Duration::from_secs(8)));
    call.says("it's A B one two three four").expect("Thank you, A B, 1 2 3 4.");
    assert_eq!(call.filled(), [("order_no".to_owned(), "••••34".to_owned())]);
    assert_eq!(call.ended, Some(EndReason::FlowEnded));
    let masked = call.acts.iter().all(|act| match act {
        Act::Entered { slots, .. } => slots.values().all(|value| value == "••••34"),
        _ => true,
    });
    assert!(masked);
}

#[test]
fn an_unsure_value_is_read_back_and_taken_after_a_yes() {
    let mut call = order();
    call.says_with("A B one two three four", 0.6).expect("I heard A B, 1 2 3 4. Is that right?");
    assert_eq!(call.listen.as_ref().map(|listen| listen.expected.form.clone()), Some(Form::YesNo));
    call.says("yes").expect("Thank you, A B, 1 2 3 4.");
}

#[test]
fn a_no_is_a_correction_and_not_a_miss() {
    let mut call = order();
    call.says_with("A B one two three four", 0.6);
    call.says("no").expect("Sorry about that. Please say it again. | What is your order number?");
    call.says_with("A B one two three five", 0.6).expect("I heard A B, 1 2 3 5. Is that right?");
    call.says("no").expect("Sorry about that. Please say it again. | What is your order number?");
    call.says_with("A B one two three six", 0.6).expect("I heard A B, 1 2 3 6. Is that right?");
    // The third denial counts.
    call.says("no").expect("First miss.");
}

#[test]
fn another_value_in_place_of_a_yes_is_the_new_value() {
    let mut call = order();
    call.says_with("A B one two three four", 0.6);
    call.says("no, A B one two three five").expect("Thank you, A B, 1 2 3 5.");
}

#[test]
fn repeating_the_value_confirms_it() {
    let mut call = order();
    call.says_with("A B one two three four", 0.6);
    call.says_with("A B one two three four", 0.6).expect("Thank you, A B, 1 2 3 4.");
}

#[test]
fn keys_confirm_and_deny_a_read_back() {
    let mut call = order();
    call.says_with("A B one two three four", 0.6);
    call.keys("2").expect_part("say it again");
    call.says_with("A B one two three four", 0.6);
    call.keys("1").expect("Thank you, A B, 1 2 3 4.");
}

#[test]
fn below_reject_is_a_miss() {
    let mut call = order();
    call.says_with("A B one two three four", 0.2).expect("First miss.");
}

#[test]
fn read_back_always_and_never() {
    let slot = "{ pin: { type: digits, length: 4 } }";
    let steps = |how: &str| {
        format!(
            "  - ask: pin\n    prompt: {{ en: \"Pin?\" }}\n    read_back: {how}\n  - say: {{ en: \"Got {{{{ pin }}}}.\" }}"
        )
    };
    let mut always = Driver::steps(slot, &steps("always"), "");
    always.says("one two three four").expect("I heard 1 2 3 4. Is that right?");
    let mut never = Driver::steps(slot, &steps("never"), "");
    never.says_with("one two three four", 0.5).expect("Got 1 2 3 4. | Thank you for calling. Goodbye.");
}

#[test]
fn the_ladder_climbs_and_ends_stuck() {
    let mut call = order();
    call.says("I like trains").expect("First miss.");
    call.says("bananas are yellow").expect("Second miss.");
    call.says("the sky is blue").expect("Stuck.");
}

#[test]
fn silences_count_apart_and_together() {
    let mut call = order();
    call.silence().expect("First miss.");
    call.silence().expect("Second miss.");
    call.silence().expect("Stuck.");
    let mut mixed = order();
    mixed.silence().expect("First miss.");
    mixed.says("I like trains").expect("Second miss.");
    mixed.silence().expect("Second miss.");
    // Two mishearings and two silences come to four, one more than the rungs and one allow.
    mixed.says("I like trains").expect("Stuck.");
}

#[test]
fn without_again_the_engine_has_words_of_its_own_and_hands_over_in_the_end() {
    let text = format!(
        "{HEAD}handover: person\n---\nflow: main\nslots: {{ ok: {{ type: yes_no }} }}\nsteps:\n  - ask: ok\n    prompt: {{ en: \"We are open. Shall I go on?\" }}\n  - say: {{ en: \"{{{{ 'Yes' if ok else 'No' }}}}.\" }}\n{PERSON}"
    );
    let mut call = Driver::start(&text);
    call.silence().expect("Are you still there? | Shall I go on?");
    call.says("the sky is blue").expect("Sorry, I still didn't get that. Please say it once more. | Shall I go on?");
    call.silence().expect("I can't hear you. | Shall I go on?");
    call.silence();
    assert_eq!(call.queue.as_ref().map(|queue| queue.queue.as_str()), Some("service"));
    call.queue_ends(crate::flow::QueueResult::NoAgent).expect("Nobody is free. | Thank you for calling. Goodbye.");
}

#[test]
fn digits_are_keyed_with_a_terminator_a_pause_or_by_their_length() {
    let steps = "  - ask: pin\n    prompt: { en: \"Pin?\" }\n  - say: { en: \"Got {{ pin }}.\" }\n  - end: call";
    let mut terminated = Driver::steps("{ pin: { type: digits, min: 2, max: 6 } }", steps, "");
    terminated.keys("123#").expect("Got 1 2 3.");
    let mut paused = Driver::steps("{ pin: { type: digits, min: 2, max: 6 } }", steps, "");
    paused.keys("123").expect("");
    paused.silence().expect("");
    paused.wait(Duration::from_secs(3)).expect("Got 1 2 3.");
    let mut fixed = Driver::steps("{ pin: { type: digits, length: 4 } }", steps, "");
    fixed.keys("0000").expect("Got 0 0 0 0.");
    let mut restarted = Driver::steps("{ pin: { type: digits, length: 4 } }", steps, "");
    restarted.keys("12*").expect("Pin?");
    restarted.keys("1234").expect("Got 1 2 3 4.");
    let mut short = Driver::steps("{ pin: { type: digits, length: 4 } }", steps, "");
    short.keys("12#").expect_part("Pin?");
}

#[test]
fn letters_of_a_keyed_code_are_asked_for_by_voice() {
    let mut call = order();
    call.keys("1234").expect("Thank you. And the letters before the digits?");
    assert_eq!(call.listen.as_ref().map(|listen| listen.hear), Some(Hear::Speech));
    call.says("A as in alpha, B").expect("Thank you, A B, 1 2 3 4.");
}

#[test]
fn letters_said_first_and_digits_keyed_make_one_code() {
    let mut call = order();
    call.says("A B").expect("");
    call.keys("1234").expect("Thank you, A B, 1 2 3 4.");
}

#[test]
fn a_code_said_in_two_breaths_is_one_code() {
    let mut call = order();
    call.says("A B one two").expect("");
    assert_eq!(call.listen.as_ref().and_then(|listen| listen.silence_after), Some(Duration::from_secs(3)));
    call.says("three four").expect("Thank you, A B, 1 2 3 4.");
    let mut abandoned = order();
    abandoned.says("A B one two").expect("");
    abandoned.silence().expect("First miss.");
}

#[test]
fn a_filled_slot_is_not_asked_for_again_unless_it_must_be() {
    let steps = |option: &str| {
        format!(
            "  - ask: ok\n    prompt: {{ en: \"First?\" }}\n  - ask: ok\n    prompt: {{ en: \"Second?\" }}\n{option}  - say: {{ en: \"{{{{ 'Yes' if ok else 'No' }}}}.\" }}\n  - end: call"
        )
    };
    let mut once = Driver::steps("{ ok: { type: yes_no } }", &steps(""), "");
    once.says("yes").expect("Yes.");
    let mut always = Driver::steps("{ ok: { type: yes_no } }", &steps("    ask_again: always\n"), "");
    always.says("yes").expect("Second?");
    always.says("no").expect("No.");
}

#[test]
fn goto_an_ask_clears_its_slot_and_is_taken_at_most_so_often() {
    let steps = "  - id: again\n    ask: ok\n    prompt: { en: \"Ok?\" }\n  - choose:\n      - when: ok\n        steps: [ { end: call } ]\n      - otherwise: [ { goto: again, at_most: 2, then: enough } ]\n  - id: enough\n    say: { en: \"Enough.\" }\n  - end: call";
    let mut call = Driver::steps("{ ok: { type: yes_no } }", steps, "");
    call.says("no").expect("Ok?");
    call.says("no").expect("Ok?");
    call.says("no").expect("Enough.");
}

#[test]
fn a_choice_slot_takes_words_and_keys() {
    let slot = "{ size: { type: choice, choices: { small: { en: [\"small\", \"the little one\"] }, large: { en: [\"large\", \"big [one]\"] } } } }";
    let steps = "  - ask: size\n    prompt: { en: \"Which size?\" }\n  - say: { en: \"{{ size }}.\" }\n  - end: call";
    let mut call = Driver::steps(slot, steps, "");
    call.says("the big one please").expect("large.");
    let mut keyed = Driver::steps(slot, steps, "");
    keyed.keys("1").expect("small.");
}

#[test]
fn free_text_takes_whatever_is_said() {
    let steps = "  - ask: what\n    prompt: { en: \"What happened?\" }\n  - say: { en: \"You said: {{ what }}\" }\n  - end: call";
    let mut call = Driver::steps("{ what: { type: free_text } }", steps, "");
    call.says_with("the pot was broken", 0.4).expect("You said: the pot was broken");
}

const MENU: &str = "  - id: top\n    menu:\n    prompt: { en: \"Orders or returns?\" }\n    choices:\n      - { key: 1, words: { en: [\"orders\", \"my order\"] }, steps: [ { say: { en: \"Orders.\" } } ] }\n      - { key: 2, words: { en: [\"returns\", \"send [it] back\"] }, goto: returns }\n  - end: call\n  - id: returns\n    say: { en: \"Returns.\" }\n  - end: call";

#[test]
fn a_menu_takes_words_and_its_own_keys() {
    Driver::steps("", MENU, "").says("returns please").expect("Returns.");
    Driver::steps("", MENU, "").keys("1").expect("Orders.");
    Driver::steps("", MENU, "").keys("2").expect("Returns.");
    Driver::steps("", MENU, "").keys("7").expect_part("Orders or returns?");
}

#[test]
fn a_menu_asks_when_it_is_not_sure_and_takes_the_yes() {
    let mut call = Driver::steps("", MENU, "");
    call.says_with("returns", 0.5).expect("Did you mean returns?");
    call.says("yes").expect("Returns.");
    let mut denied = Driver::steps("", MENU, "");
    denied.says_with("returns", 0.5);
    denied.says("no").expect_part("Orders or returns?");
}

#[test]
fn alternatives_of_the_recogniser_narrow_the_margin() {
    let mut call = order();
    call.input(Input::Heard(crate::flow::Heard {
        text: "A B one two three four".to_owned(),
        language: None,
        confidence: 0.95,
        alternatives: vec!["A B one two three five".to_owned()],
        barge_in: false,
        ..crate::flow::Heard::default()
    }));
    call.expect("I heard A B, 1 2 3 4. Is that right?");
}

#[test]
fn set_and_choose_compute() {
    let steps = "  - set: { tries: \"1\", greeting: \"'Hello ' + caller.number\" }\n  - set: { tries: \"tries + 1\" }\n  - choose:\n      - when: tries == 2 && now > timestamp(\"2026-01-01T00:00:00Z\")\n        steps: [ { say: { en: \"{{ greeting }}, {{ tries }}.\" } } ]\n      - otherwise: []\n  - end: call";
    Driver::steps("", steps, "").expect("Hello +441632960001, 2.");
}
