//! What may be said or happen anywhere: a person, again, goodbye, zero, errors; scopes, and taking up what was cut.

use std::time::Duration;

use super::{Driver, HEAD, PERSON};
use crate::flow::{EndReason, Input, LookUpResult, QueueResult};

const MAIN: &str = "---\nflow: main\nslots: { ok: { type: yes_no } }\nsteps:\n  - say: { en: \"It was sent on Monday. It is a fern.\" }\n  - ask: ok\n    prompt: { en: \"We can help. Shall I go on?\" }\n    again:\n      - say: { en: \"First miss.\" }\n  - say: { en: \"Good.\" }\n  - end: call\n";

fn with_person() -> Driver {
    Driver::start(&format!("{HEAD}handover: person\n{MAIN}{PERSON}"))
}

fn with(handlers: &str) -> Driver {
    Driver::start(&format!("{HEAD}handover: person\nalways:\n{handlers}\n{MAIN}{PERSON}"))
}

#[test]
fn a_wish_for_a_person_goes_to_the_handover_and_never_twice() {
    let mut call = with_person();
    call.says("can I talk to a person please");
    assert_eq!(call.handlers(), ["agent_please"]);
    assert!(call.queue.is_some());
    call.queue = None;
    call.says("I want to speak to a human").expect("I'm already finding someone for you. Please stay on the line.");
    assert!(call.queue.is_none());
    call.queue_ends(QueueResult::NoAgent).expect("Nobody is free. | Thank you for calling. Goodbye.");
}

#[test]
fn on_the_way_to_a_person_no_handler_leads_to_one_again() {
    let person = "---\nflow: person\nslots: { about: { type: free_text } }\nsteps:\n  - ask: about\n    prompt: { en: \"What is it about?\" }\n  - queue: service\n    brief: [about, caller.number]\n    after_agent: [ { say: { en: \"Welcome back.\" } } ]\n";
    let mut call = Driver::start(&format!("{HEAD}handover: person\n{MAIN}{person}"));
    call.says("agent please").expect("What is it about?");
    call.says("an agent please")
        .expect("I'm already finding someone for you. Please stay on the line. | What is it about?");
    call.says("my fern is broken");
    let brief: Vec<(String, String, bool)> =
        call.brief().into_iter().map(|fact| (fact.label, fact.value, fact.private)).collect();
    let number = ("caller number".to_owned(), "+441632960001".to_owned(), true);
    assert_eq!(brief, [("about".to_owned(), "my fern is broken".to_owned(), false), number]);
    call.queue_ends(QueueResult::Talked).expect("Welcome back. | Thank you for calling. Goodbye.");
}

#[test]
fn after_a_queue_in_vain_a_person_may_be_wished_for_again() {
    let person = "---\nflow: person\nsteps:\n  - queue: service\n    if_no_agent: [ { goto: flow:main } ]\n";
    let mut call = Driver::start(&format!("{HEAD}handover: person\n{MAIN}{person}"));
    call.says("agent please");
    call.queue_ends(QueueResult::NoAgent).expect_part("Shall I go on?");
    call.queue = None;
    call.says("agent please");
    assert!(call.queue.is_some());
}

#[test]
fn stuck_behind_a_queue_in_vain_a_person_is_looked_for_again() {
    let person = "---\nflow: person\nslots: { ok: { type: yes_no } }\nsteps:\n  - queue: service\n    if_no_agent: [ { goto: sure } ]\n  - id: sure\n    ask: ok\n    prompt: { en: \"Sure?\" }\n";
    let mut call = Driver::start(&format!("{HEAD}handover: person\n{MAIN}{person}"));
    call.says("agent please");
    call.queue_ends(QueueResult::NoAgent).expect("Sure?");
    call.queue = None;
    call.silence();
    call.silence();
    call.silence();
    assert!(call.queue.is_some());
}

#[test]
fn without_a_handover_the_caller_is_told_and_goes_on() {
    let mut call = Driver::start(&format!("{HEAD}{MAIN}"));
    call.says("agent please").expect("I'm sorry, I can't put you through to anyone on this line. | Shall I go on?");
}

#[test]
fn repeat_says_the_last_turn_again_at_no_cost() {
    let mut call = with_person();
    let whole = "It was sent on Monday. It is a fern. | We can help. Shall I go on?";
    call.expect(whole);
    call.says("could you repeat that").expect(whole);
    assert_eq!(call.handlers(), ["repeat"]);
    call.says("say that again please").expect(whole);
    call.says("the sky is blue").expect("First miss.");
}

#[test]
fn goodbye_asks_and_ends_after_a_yes() {
    let mut call = with_person();
    call.says("goodbye").expect("Is that everything? Shall I end the call?");
    call.says("yes").expect("Thank you for calling. Goodbye.");
    assert_eq!(call.ended, Some(EndReason::FlowEnded));
    let mut stays = with_person();
    stays.says("goodbye");
    stays.says("no").expect("Shall I go on?");
    stays.says("yes").expect("Good.");
    let mut twice = with_person();
    twice.says("bye");
    twice.says("bye bye");
    assert_eq!(twice.ended, Some(EndReason::FlowEnded));
    let mut silent = with_person();
    silent.says("bye");
    silent.silence();
    assert_eq!(silent.ended, Some(EndReason::FlowEnded));
    let mut changes_their_mind = with_person();
    changes_their_mind.says("bye");
    changes_their_mind.says("actually, can I talk to a person");
    assert!(changes_their_mind.queue.is_some());
    let mut keyed = with_person();
    keyed.says("bye");
    keyed.keys("2").expect("Shall I go on?");
}

#[test]
fn a_goodbye_that_answers_yes_or_no_is_the_answer() {
    let mut call = with_person();
    call.says("no that's all").expect("Good.");
}

#[test]
fn zero_alone_is_a_person_and_zero_with_more_is_not() {
    let mut call = with_person();
    call.keys("0").expect("");
    call.wait(Duration::from_millis(1_900));
    assert!(call.queue.is_none());
    call.wait(Duration::from_millis(200));
    assert!(call.queue.is_some());
    let mut more = with_person();
    more.keys("01").wait(Duration::from_secs(5));
    assert!(more.queue.is_none());
    let digits = "  - ask: pin\n    prompt: { en: \"Pin?\" }\n  - end: call";
    let mut accepts = Driver::steps("{ pin: { type: digits, length: 4 } }", digits, "");
    accepts.keys("0").wait(Duration::from_secs(2));
    assert!(!accepts.handlers().contains(&"keypad_zero"));
}

#[test]
fn the_inner_handler_wins_one_key_at_a_time() {
    let text = format!(
        "{HEAD}handover: person\nalways:\n  repeat: {{ steps: [ {{ say: {{ en: \"Bundle.\" }} }} ] }}\n  silence: {{ steps: [ {{ say: {{ en: \"Bundle silence.\" }} }} ] }}\n---\nflow: main\nslots: {{ ok: {{ type: yes_no }}, more: {{ type: yes_no }} }}\nalways:\n  repeat: {{ steps: [ {{ say: {{ en: \"Flow.\" }} }} ] }}\nsteps:\n  - ask: ok\n    prompt: {{ en: \"One?\" }}\n    always:\n      repeat:\n        - {{ when: \"caller.vip\", steps: [ {{ say: {{ en: \"Vip.\" }} }} ] }}\n        - {{ steps: [ {{ say: {{ en: \"Step.\" }} }} ] }}\n  - ask: more\n    prompt: {{ en: \"Two?\" }}\n  - end: call\n{PERSON}"
    );
    let mut call = Driver::start(&text);
    call.says("say that again").expect("Step. | One?");
    call.silence().expect("Bundle silence. | One?");
    call.says("yes").expect("Two?");
    call.says("say that again").expect("Flow. | Two?");
}

#[test]
fn handler_steps_may_ask_and_come_back() {
    let text = format!(
        "{HEAD}---\nflow: main\nslots: {{ ok: {{ type: yes_no }}, sure: {{ type: yes_no }} }}\nalways:\n  goodbye:\n    steps:\n      - ask: sure\n        prompt: {{ en: \"Really?\" }}\n      - choose:\n          - when: sure\n            steps: [ {{ end: call }} ]\n          - otherwise: [ {{ say: {{ en: \"Fine.\" }} }} ]\nsteps:\n  - ask: ok\n    prompt: {{ en: \"Hello there. One?\" }}\n  - say: {{ en: \"Good.\" }}\n  - end: call\n"
    );
    let mut call = Driver::start(&text);
    call.says("goodbye").expect("Really?");
    call.says("no").expect("Fine. | One?");
    call.says("yes").expect("Good.");
    let mut leaves = Driver::start(&text);
    leaves.says("goodbye");
    leaves.says("yes");
    assert_eq!(leaves.ended, Some(EndReason::FlowEnded));
}

#[test]
fn a_handler_goto_leaves_for_good() {
    let mut call = with("  repeat: { goto: flow:person }");
    call.says("say that again");
    assert!(call.queue.is_some());
}

#[test]
fn not_understood_and_silence_handlers_still_end_the_ladder() {
    let text = format!(
        "{HEAD}handover: person\nalways:\n  not_understood: {{ steps: [ {{ say: {{ en: \"Hm.\" }} }} ] }}\n---\nflow: main\nslots: {{ ok: {{ type: yes_no }} }}\nsteps:\n  - ask: ok\n    prompt: {{ en: \"One?\" }}\n  - end: call\n{PERSON}"
    );
    let mut call = Driver::start(&text);
    call.says("the sky is blue").expect("Hm. | One?");
    call.says("the sky is blue").expect("Hm. | One?");
    call.says("the sky is blue");
    assert!(call.queue.is_some());
    // A step's own `again` beats the handler.
    let mut own = with("  not_understood: { steps: [ { say: { en: \"Hm.\" } } ] }");
    own.says("the sky is blue").expect("First miss.");
}

#[test]
fn a_cough_that_stops_the_bot_costs_nothing() {
    let mut call = with_person();
    call.input(Input::Cut { saying: 1, heard: Duration::from_millis(2_600), of: Duration::from_secs(4) });
    call.input(Input::NotUnderstood).expect("It is a fern. | Shall I go on?");
    call.says("the sky is blue").expect("First miss.");
}

#[test]
fn what_was_cut_short_is_taken_up_after_a_handler() {
    let mut call = with("  repeat: { steps: [ { say: { en: \"Of course.\" } } ] }");
    call.input(Input::Cut { saying: 1, heard: Duration::from_millis(500), of: Duration::from_secs(4) });
    call.says("say that again").expect("Of course. | It was sent on Monday. It is a fern. | Shall I go on?");
}

#[test]
fn errors_go_to_the_error_handler_then_to_the_handover_then_to_an_apology() {
    let broken = "---\nflow: main\nsteps:\n  - look_up: shop.find_order\n    with: { number: \"'x'\" }\n    save_as: order\n    if_none: []\n    if_error: []\n  - say: { en: \"It was sent {{ order.sent | day }}.\" }\n";
    let mut handed_over = Driver::start(&format!("{HEAD}handover: person\n{broken}{PERSON}"));
    handed_over.finds(&[]);
    assert!(handed_over.queue.is_some());
    let mut own = Driver::start(&format!(
        "{HEAD}always: {{ error: {{ steps: [ {{ say: {{ en: \"Oh dear, {{{{ error.kind }}}}.\" }} }}, {{ end: call }} ] }} }}\n{broken}"
    ));
    own.finds(&[]).expect("Oh dear, flow.");
    assert_eq!(own.ended, Some(EndReason::FlowEnded));
    let mut nothing = Driver::start(&format!("{HEAD}{broken}"));
    nothing.finds(&[]).expect_part("something went wrong");
    assert_eq!(nothing.ended, Some(EndReason::Error));
    let mut unhandled =
        Driver::start(&format!("{HEAD}handover: person\n{}{PERSON}", broken.replace("    if_error: []\n", "")));
    unhandled.answers(LookUpResult::Error("unreachable".to_owned()));
    assert!(unhandled.queue.is_some());
}

#[test]
fn nobody_there_ends_the_call() {
    let text = format!(
        "{HEAD}handover: person\n---\nflow: main\nslots: {{ ok: {{ type: yes_no }} }}\nsteps:\n  - ask: ok\n    prompt: {{ en: \"One?\" }}\n    if_stuck: flow:main\n  - end: call\n{PERSON}"
    );
    let mut call = Driver::start(&text);
    for _ in 0..12 {
        call.silence();
    }
    assert_eq!(call.ended, Some(EndReason::FlowEnded));
}

#[test]
fn hanging_up_ends_everything_and_nothing_comes_after() {
    let mut call = with_person();
    call.input(Input::HangUp);
    assert_eq!(call.ended, Some(EndReason::CallerHungUp));
    call.says("hello");
    assert!(call.acts.is_empty());
    assert!(call.conversation.has_ended());
}
