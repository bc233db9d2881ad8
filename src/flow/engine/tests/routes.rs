//! `route`, flows started from anywhere, `run`, `goto flow:`, scopes of slots.

use super::{Driver, HEAD};
use crate::flow::{EndReason, Input, SayAct};

const TWO: &str = "---\nflow: status\ncalled: { en: \"an order's status\" }\nstart_when: { en: [\"where is my order\", \"order number {order_no}\"] }\nslots: { order_no: { type: code, shape: \"LL9999\" } }\nsteps:\n  - ask: order_no\n    prompt: { en: \"Which order?\" }\n  - say: { en: \"Found {{ order_no }}.\" }\n---\nflow: cancel\ncalled: { en: \"cancelling an order\" }\nstart_when: { en: [\"cancel my order\"] }\nsteps:\n  - say: { en: \"Cancelled.\" }\n";

fn routed() -> Driver {
    let main = "---\nflow: main\nsteps:\n  - route:\n    prompt: { en: \"Welcome. What can I do for you?\" }\n  - say: { en: \"Anything else?\" }\n  - end: call\n";
    Driver::start(&format!("{HEAD}{main}{TWO}"))
}

#[test]
fn a_route_starts_the_flow_that_fits_and_goes_on_behind_it() {
    let mut call = routed();
    call.expect("Welcome. What can I do for you?");
    call.says("uh, cancel my order please").expect("Cancelled. | Anything else?");
    assert_eq!(call.steps_entered()[0], "cancel/say@26");
}

#[test]
fn what_was_said_in_a_slot_of_the_template_fills_it() {
    let mut call = routed();
    call.says("it is about order number A B one two three four").expect("Found A B, 1 2 3 4. | Anything else?");
}

#[test]
fn two_flows_that_fit_are_asked_about_once() {
    let mut call = routed();
    call.says("where is or cancel my order");
    let asked = call.bot();
    assert!(asked.starts_with("Did you mean"), "{asked}");
    call.says("cancelling an order").expect("Cancelled. | Anything else?");
    let mut by_place = routed();
    by_place.says("where is or cancel my order");
    let first_is_cancel = by_place.bot().starts_with("Did you mean cancelling");
    by_place.keys("1");
    by_place.expect_part(if first_is_cancel { "Cancelled." } else { "Which order?" });
}

#[test]
fn a_flow_heard_badly_is_asked_about_first() {
    let mut call = routed();
    call.says_with("cancel my order", 0.2).expect("Did you mean cancelling an order?");
    call.says("yes").expect("Cancelled. | Anything else?");
    let mut denied = routed();
    denied.says_with("cancel my order", 0.2);
    denied.says("no").expect("Sorry about that. Please say it again. | What can I do for you?");
}

#[test]
fn another_flow_answers_in_the_middle_of_an_ask_and_the_ask_resumes_without_costing_a_try() {
    let main = "---\nflow: main\nslots: { ok: { type: yes_no } }\nsteps:\n  - ask: ok\n    prompt: { en: \"We deliver on Monday. Is that all right?\" }\n    again:\n      - say: { en: \"First miss.\" }\n  - say: { en: \"Good.\" }\n  - end: call\n";
    let mut call = Driver::start(&format!("{HEAD}{main}{TWO}"));
    call.says("cancel my order").expect("Cancelled. | Is that all right?");
    call.says("where is my order").expect("Which order?");
    call.says("A B one two three four").expect("Found A B, 1 2 3 4. | Is that all right?");
    call.says("the sky is blue").expect("First miss.");
    call.says("yes").expect("Good.");
}

#[test]
fn run_hands_values_in_and_back_and_keeps_scopes_apart() {
    let text = format!(
        "{HEAD}---\nflow: main\nslots: {{ pin: {{ type: digits, length: 4 }}, good: {{ type: yes_no }} }}\nsteps:\n  - ask: pin\n    prompt: {{ en: \"Pin?\" }}\n  - run: check\n    with: {{ code: pin }}\n    returns: {{ good: right }}\n  - say: {{ en: \"{{{{ pin }}}} {{{{ 'good' if good else 'bad' }}}}.\" }}\n  - end: call\n---\nflow: check\nslots: {{ code: {{ type: digits }}, right: {{ type: yes_no }}, pin: {{ type: digits }} }}\nsteps:\n  - set: {{ pin: \"'9999'\", right: 'code == \"1234\"' }}\n"
    );
    let mut call = Driver::start(&text);
    call.keys("1234").expect("1 2 3 4 good.");
}

#[test]
fn goto_a_flow_ends_this_one_and_carries_slots_of_equal_name_and_type() {
    let text = format!(
        "{HEAD}---\nflow: main\nslots: {{ pin: {{ type: digits, length: 4 }}, other: {{ type: yes_no }} }}\nsteps:\n  - ask: pin\n    prompt: {{ en: \"Pin?\" }}\n  - ask: other\n    prompt: {{ en: \"Other?\" }}\n  - goto: flow:next\n---\nflow: next\nslots: {{ pin: {{ type: digits }}, other: {{ type: free_text }} }}\nsteps:\n  - choose:\n      - when: other == null\n        steps: [ {{ say: {{ en: \"Carried {{{{ pin }}}} alone.\" }} }} ]\n      - otherwise: []\n  - end: flow\n"
    );
    let mut call = Driver::start(&text);
    call.keys("1234");
    call.says("yes").expect("Carried 1 2 3 4 alone. | Thank you for calling. Goodbye.");
    assert_eq!(call.ended, Some(EndReason::FlowEnded));
}

#[test]
fn flows_that_go_round_without_asking_end_in_an_apology() {
    let text =
        format!("{HEAD}---\nflow: main\nsteps:\n  - goto: flow:other\n---\nflow: other\nsteps:\n  - goto: flow:main\n");
    let call = Driver::start(&text);
    assert_eq!(call.ended, Some(EndReason::Error));
    assert!(call.bot().starts_with("I'm sorry, something went wrong"), "{}", call.bot());
    let deep = format!("{HEAD}---\nflow: main\nsteps:\n  - run: main\n");
    assert_eq!(Driver::start(&deep).ended, Some(EndReason::Error));
}

#[test]
fn variants_take_turns_and_a_seed_repeats_them() {
    let text = format!(
        "{HEAD}---\nflow: main\nslots: {{ ok: {{ type: yes_no }} }}\nsteps:\n  - id: top\n    say: {{ en: [\"One.\", \"Two.\"] }}\n  - ask: ok\n    prompt: {{ en: \"More?\" }}\n  - goto: top2\n  - id: top2\n    choose:\n      - when: ok\n        steps: [ {{ set: {{ ok: \"null\" }} }}, {{ goto: top, at_most: 3, then: done }} ]\n      - otherwise: []\n  - id: done\n    end: call\n"
    );
    let mut call = Driver::start(&text);
    call.expect("One. | More?");
    call.says("yes").expect("Two. | More?");
    call.says("yes").expect("One. | More?");
}

const TWO_LANGUAGES: &str = "bundle: t\nstart: main\nlanguages: [en, zh]\n---\nflow: main\nslots: { ok: { type: yes_no } }\nsteps:\n  - ask: ok\n    prompt: { en: \"Shall we?\", zh: \"可以吗？\" }\n  - say: { en: \"Good.\", zh: \"好的。\" }\n  - end: call\n";

#[test]
fn a_language_without_a_voice_is_neither_begun_in_nor_followed() {
    let chinese = crate::words::Language::ZH;
    let facts = crate::flow::CallFacts {
        language: Some(chinese),
        spoken: Some(vec![crate::words::Language::EN]),
        ..crate::flow::CallFacts::default()
    };
    let mut call = Driver::with(super::bundle(TWO_LANGUAGES), facts);
    call.input(Input::Start);
    call.expect("Shall we?");
    call.input(Input::Heard(crate::flow::Heard {
        text: "说中文".to_owned(),
        language: Some(chinese),
        confidence: 0.9,
        ..crate::flow::Heard::default()
    }));
    let spoken = call.acts.iter().filter_map(|act| match act {
        crate::flow::Act::Say(SayAct { language, .. }) => Some(*language),
        _ => None,
    });
    assert!(spoken.into_iter().all(|language| language != chinese));
}

#[test]
fn two_languages_follow_the_first_utterance() {
    let mut call = Driver::start(TWO_LANGUAGES);
    call.expect("Shall we?");
    call.input(Input::Heard(crate::flow::Heard {
        text: "可以".to_owned(),
        language: crate::words::Language::parse("zh").ok(),
        confidence: 0.9,
        alternatives: Vec::new(),
        barge_in: false,
        ..crate::flow::Heard::default()
    }));
    call.expect("好的。");
    let chinese = call.acts.iter().any(
        |act| matches!(act, crate::flow::Act::Say(SayAct { language, .. }) if *language == crate::words::Language::ZH),
    );
    assert!(chinese);
}
