//! Look-ups and queues: answers, limits, fillers, speech meanwhile, every exit.

use std::time::Duration;

use super::{Driver, HEAD, PERSON, date, text};
use crate::flow::{Datum, EndReason, Input, LookUpResult, QueueResult};

const SLOTS: &str = "{ order_no: { type: code, shape: \"LL9999\", private: mask } }";
const LOOK: &str = "  - ask: order_no\n    prompt: { en: \"Which order?\" }\n  - look_up: shop.find_order\n    with: { number: order_no }\n    save_as: order\n    while_waiting: { en: \"One moment.\" }\n    time_limit: 4s\n    if_none:\n      - say: { en: \"No order {{ order_no }}.\" }\n      - end: call\n    if_error:\n      - say: { en: \"Trouble: {{ error.kind }}.\" }\n      - end: call\n  - choose:\n      - when: order.status == \"late\" || now > order.due\n        steps: [ { say: { en: \"Late, due {{ order.due | day }}, {{ order.total | money('GBP') }}.\" } } ]\n      - otherwise: [ { say: { en: \"On time, due {{ order.due | day }}.\" } } ]\n  - end: call";

fn looking() -> Driver {
    let mut call =
        Driver::start(&format!("{HEAD}handover: person\n---\nflow: main\nslots: {SLOTS}\nsteps:\n{LOOK}\n{PERSON}"));
    call.says("A B one two three four");
    call
}

#[test]
fn a_row_is_saved_and_spoken_of() {
    let mut call = looking();
    let look_up = call.look_up.clone().unwrap();
    assert_eq!((look_up.connection.as_str(), look_up.query.as_str()), ("shop", "find_order"));
    assert_eq!(look_up.args.get("number"), Some(&text("AB1234")));
    assert_eq!(look_up.time_limit, Duration::from_secs(4));
    assert_eq!(call.listen.as_ref().and_then(|listen| listen.silence_after), None);
    call.finds(&[("status", text("shipped")), ("due", date(2026, 1, 12))]);
    call.expect("On time, due Monday the twelfth of January.");
}

#[test]
fn dates_are_moments_at_the_start_of_their_day() {
    // It is the 9th: an order due on the 9th is late from midnight on, as the language says.
    let fields = |day| [("status", text("shipped")), ("due", date(2026, 1, day)), ("total", Datum::Number(12.5))];
    looking().finds(&fields(9)).expect("Late, due today, twelve pounds fifty.");
    looking().finds(&fields(10)).expect("On time, due tomorrow.");
}

#[test]
fn no_row_and_errors_take_their_exits() {
    looking().answers(LookUpResult::None).expect("No order A B, 1 2 3 4.");
    looking().answers(LookUpResult::Error("unreachable".to_owned())).expect("Trouble: unreachable.");
}

#[test]
fn a_slow_look_up_is_bridged_and_its_limit_always_holds() {
    let mut call = looking();
    call.wait(Duration::from_millis(700)).expect("");
    call.wait(Duration::from_millis(200)).expect("One moment.");
    call.wait(Duration::from_secs(4)).expect("Trouble: timeout.");
    // A late answer is dropped.
    let mut late = looking();
    late.wait(Duration::from_secs(4));
    late.answers(LookUpResult::None);
    assert!(late.acts.is_empty());
}

#[test]
fn fillers_come_again_every_six_seconds() {
    let text = format!(
        "{HEAD}---\nflow: main\nsteps:\n  - look_up: shop.find_order\n    with: {{ number: \"'x'\" }}\n    time_limit: 20s\n    while_waiting: {{ en: \"One moment.\" }}\n    if_none: []\n    if_error: []\n  - end: call\n"
    );
    let mut call = Driver::start(&text);
    call.wait(Duration::from_secs(13)).expect("One moment. | One moment. | One moment.");
    let bundle_wide = text.replace("    while_waiting: { en: \"One moment.\" }\n", "").replace(
        "timezone:",
        "always: { look_up_slow: { steps: [ { say: { en: \"Still looking.\" } } ] } }\ntimezone:",
    );
    let mut own = Driver::start(&bundle_wide);
    own.wait(Duration::from_secs(1)).expect("Still looking.");
    own.finds(&[]);
    assert_eq!(own.ended, Some(EndReason::FlowEnded));
}

#[test]
fn while_a_look_up_runs_a_person_can_be_wished_for() {
    let mut call = looking();
    call.says("agent please");
    assert!(call.queue.is_some());
    // The answer that comes now is nobody's.
    call.finds(&[]);
    assert!(call.acts.is_empty());
    let mut zero = looking();
    zero.keys("0").wait(Duration::from_secs(2));
    assert!(zero.queue.is_some());
}

#[test]
fn an_answer_that_comes_during_the_goodbye_question_is_kept() {
    let mut call = looking();
    call.says("goodbye").expect("Is that everything? Shall I end the call?");
    call.answers(LookUpResult::None);
    call.expect("");
    call.says("no").expect("No order A B, 1 2 3 4.");
}

#[test]
fn speech_during_a_saying_is_offered_to_the_next_ask() {
    let steps = "  - say: { en: \"A moment.\" }\n  - look_up: shop.find_order\n    with: { number: \"'x'\" }\n    if_none: []\n    if_error: []\n  - ask: pin\n    prompt: { en: \"Your pin?\" }\n  - say: { en: \"Got {{ pin }}.\" }\n  - end: call";
    let heard = |text: &str, barge_in| {
        Input::Heard(crate::flow::Heard {
            text: text.to_owned(),
            language: None,
            confidence: 0.95,
            alternatives: Vec::new(),
            barge_in,
            ..crate::flow::Heard::default()
        })
    };
    let mut call = Driver::steps("{ pin: { type: digits, length: 4 } }", steps, "");
    call.input(heard("it is one two three four", true));
    call.finds(&[]).expect("Got 1 2 3 4.");
    let mut quiet = Driver::steps("{ pin: { type: digits, length: 4 } }", steps, "");
    quiet.input(heard("it is one two three four", false));
    quiet.finds(&[]).expect("Your pin?");
}

const QUEUE: &str = "  - queue: orders\n    class: \"caller.vip ? 1 : 12\"\n    skills: [orders, \"lang:{{ caller.language }}\"]\n    while_waiting: { tell: [position, rough_wait] }\n    time_limit: 10m\n    after_agent: [ { say: { en: \"talked\" } } ]\n    if_no_agent: [ { say: { en: \"no agent, {{ queue.result }}\" } } ]\n    if_late: [ { say: { en: \"late\" } } ]\n    if_full: [ { say: { en: \"full\" } } ]\n    if_closed: [ { say: { en: \"closed\" } } ]\n  - end: call";

#[test]
fn every_way_out_of_a_queue_takes_its_exit() {
    for (result, said) in [
        (QueueResult::Talked, "talked"),
        (QueueResult::NoAgent, "no agent, no_agent"),
        (QueueResult::Late, "late"),
        (QueueResult::Full, "full"),
        (QueueResult::Closed, "closed"),
        // A missing exit takes `if_no_agent`.
        (QueueResult::Outage, "no agent, outage"),
    ] {
        let mut call = Driver::steps("", QUEUE, "");
        let queue = call.queue.clone().unwrap();
        assert_eq!((queue.queue.as_str(), queue.class), ("orders", 9));
        assert_eq!(queue.skills, ["orders", "lang:en"]);
        assert_eq!(queue.reason, "main");
        assert_eq!(queue.time_limit, Duration::from_secs(600));
        call.queue_ends(result).expect(said);
    }
}

#[test]
fn a_queue_without_exits_apologises_and_ends_and_after_a_talk_the_call_is_over() {
    let mut call = Driver::steps("", "  - queue: service", "");
    call.queue_ends(QueueResult::Full).expect_part("nobody is free");
    assert_eq!(call.ended, Some(EndReason::FlowEnded));
    let mut talked = Driver::steps("", "  - queue: service", "");
    talked.queue_ends(QueueResult::Talked).expect("");
    assert_eq!(talked.ended, Some(EndReason::AgentEnded));
}

#[test]
fn unset_values_are_left_out_of_the_brief() {
    let steps = "  - choose:\n      - when: caller.vip\n        steps:\n          - ask: order_no\n            prompt: { en: \"Which?\" }\n      - otherwise: []\n  - queue: service\n    brief: [order_no, caller.number, caller.name]";
    let call = Driver::steps(SLOTS, steps, "");
    let labels: Vec<String> = call.brief().into_iter().map(|fact| fact.label).collect();
    assert_eq!(labels, ["caller number"]);
}

#[test]
fn a_waiting_caller_may_say_goodbye_and_stay_after_all() {
    let mut call = Driver::steps("", QUEUE, "");
    call.says("goodbye").expect_part("Shall I end the call?");
    call.says("no").expect("");
    call.queue_ends(QueueResult::Late).expect("late");
    let mut leaves = Driver::steps("", QUEUE, "");
    leaves.says("goodbye");
    leaves.says("yes please");
    assert_eq!(leaves.ended, Some(EndReason::FlowEnded));
    let mut found = Driver::steps("", QUEUE, "");
    found.says("goodbye");
    found.queue_ends(QueueResult::NoAgent).expect_part("no agent");
}

/// A look-up, and then a step that listens.
fn looking_before(step: &str) -> Driver {
    let look_up = "  - look_up: shop.find_order\n    with: { number: \"'x'\" }\n    if_none: []\n    if_error: [ { say: { en: \"No table.\" } } ]\n";
    let flow =
        "---\nflow: hours\nstart_when: { en: [\"opening hours\"] }\nsteps:\n  - say: { en: \"From nine to six.\" }\n";
    Driver::steps("", &format!("{look_up}{step}  - end: call\n"), flow)
}

#[test]
fn speech_during_a_saying_is_offered_to_the_next_menu_and_route() {
    let menu = "  - menu: { en: \"Orders or returns?\" }\n    choices:\n      - { words: { en: [\"orders\"] }, steps: [ { say: { en: \"Orders it is.\" } } ] }\n      - { words: { en: [\"returns\"] }, steps: [ { say: { en: \"Returns it is.\" } } ] }\n";
    let mut menu = looking_before(menu);
    menu.interrupts("returns please");
    menu.finds(&[]).expect("Returns it is.");
    let mut route = looking_before("  - route: { en: \"What is it?\" }\n");
    route.interrupts("your opening hours");
    route.finds(&[]).expect("From nine to six.");
    let mut stranger = looking_before("  - route: { en: \"What is it?\" }\n");
    stranger.interrupts("the sky is blue");
    stranger.finds(&[]).expect("What is it?");
}

#[test]
fn an_answer_that_comes_too_late_is_dropped() {
    let mut call = looking_before("  - route: { en: \"What is it?\" }\n");
    let id = call.asked_last();
    call.wait(Duration::from_secs(5)).expect("One moment, please. | No table. | What is it?");
    call.input(Input::LookedUp { id, result: LookUpResult::None });
    assert!(call.acts.is_empty(), "{:?}", call.acts);
}
