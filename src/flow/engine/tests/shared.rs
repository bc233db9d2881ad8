//! What outlives a run of a flow: `shared` slots, `returns` of variables and fields; and values that are refused.

use super::{Driver, HEAD, PERSON, text};
use crate::flow::{LookUpResult, QueueResult};

const TWO_FLOWS: &str = "shared: [order_no]\n---\nflow: main\nsteps:\n  - route:\n    prompt: { en: \"What is it?\" }\n  - route:\n    prompt: { en: \"What else?\" }\n  - end: call\n---\nflow: status\nstart_when: { en: [\"order status\"] }\nslots: { order_no: { type: code, shape: \"LL9999\", private: mask } }\nsteps:\n  - ask: order_no\n    prompt: { en: \"Which order?\" }\n  - say: { en: \"Order {{ order_no }} is late.\" }\n---\nflow: returns\nstart_when: { en: [\"return something\"] }\nslots: { order_no: { type: code, shape: \"LL9999\", private: mask, called: { en: \"the order number\" } } }\nsteps:\n  - id: get\n    ask: order_no\n    prompt: { en: \"Which order goes back?\" }\n  - say: { en: \"Order {{ order_no }} goes back.\" }\n  - choose:\n      - { when: \"order_no == 'CD5678'\", steps: [ { goto: get, at_most: 1, then: done } ] }\n      - { otherwise: [] }\n  - id: done\n    end: flow\n";

fn two_flows() -> Driver {
    let mut call = Driver::start(&format!("{HEAD}handover: person\n{TWO_FLOWS}{PERSON}"));
    call.says("order status").expect("Which order?");
    call.says("A B one two three four").expect("Order A B, 1 2 3 4 is late. | What else?");
    call
}

#[test]
fn a_shared_value_is_only_asked_about_in_the_next_flow() {
    let mut call = two_flows();
    call.says("return something").expect("Is the order number still A B, 1 2 3 4?");
    assert!(call.conversation.asks_for_private());
    assert_eq!(call.conversation.waiting_for().and_then(|at| at.question), Some("whether it is still the same"));
    call.says("yes").expect_part("Order A B, 1 2 3 4 goes back.");
}

#[test]
fn another_value_takes_the_place_of_a_shared_one() {
    let mut call = two_flows();
    call.says("return something");
    call.says("no").expect("Which order goes back?");
    call.says("A B one two three five").expect_part("Order A B, 1 2 3 5 goes back.");
    let mut at_once = two_flows();
    at_once.says("return something");
    at_once.says("no, it is A B nine nine nine nine").expect_part("Order A B, 9 9 9 9 goes back.");
    let mut keyed = two_flows();
    keyed.says("return something");
    keyed.keys("2").expect("Which order goes back?");
}

#[test]
fn silence_at_a_shared_value_asks_again() {
    let mut call = two_flows();
    call.says("return something");
    call.silence().expect("Is the order number still A B, 1 2 3 4?");
    call.keys("1").expect_part("goes back");
}

#[test]
fn going_back_to_the_question_forgets_the_shared_value() {
    let mut call = two_flows();
    call.says("return something");
    call.says("no, C D five six seven eight").expect("Order C D, 5 6 7 8 goes back. | Which order goes back?");
}

#[test]
fn without_read_back_a_shared_value_is_taken_as_it_is() {
    let quiet =
        TWO_FLOWS.replace("\"Which order goes back?\" }\n", "\"Which order goes back?\" }\n    read_back: never\n");
    let mut call = Driver::start(&format!("{HEAD}handover: person\n{quiet}{PERSON}"));
    call.says("order status").says("A B one two three four");
    call.says("return something").expect_part("Order A B, 1 2 3 4 goes back.");
}

#[test]
fn a_shared_value_stands_in_the_brief_of_a_person() {
    let person = "---\nflow: person\nslots: { order_no: { type: code, shape: \"LL9999\", private: mask } }\nsteps:\n  - queue: service\n    brief: [order_no]\n";
    let mut call = Driver::start(&format!("{HEAD}handover: person\n{TWO_FLOWS}{person}"));
    call.says("order status").says("A B one two three four").says("agent please");
    assert_eq!(call.brief().first().map(|fact| fact.value.clone()).as_deref(), Some("AB1234"));
}

#[test]
fn slots_that_are_not_shared_belong_to_one_run() {
    let alone = TWO_FLOWS.replace("shared: [order_no]\n", "");
    let mut call = Driver::start(&format!("{HEAD}handover: person\n{alone}{PERSON}"));
    call.says("order status").says("A B one two three four");
    call.says("return something").expect("Which order goes back?");
}

#[test]
fn run_hands_back_variables_and_fields() {
    let steps = "  - run: finding\n    returns: { state: found, due: order.due, item: order.item }\n  - say: { en: \"{{ state }} {{ item }}, {{ due | day }}.\" }\n  - end: call\n";
    let finding = "---\nflow: finding\nsteps:\n  - look_up: shop.find_order\n    with: { number: \"'x'\" }\n    save_as: order\n    if_none: []\n    if_error: []\n  - set: { found: \"'It is ' + order.status\" }\n";
    let mut call = Driver::steps("", steps, finding);
    call.finds(&[("status", text("late")), ("item", text("fern")), ("due", super::date(2026, 1, 12))]);
    call.expect("It is late fern, Monday the twelfth of January.");
}

#[test]
fn what_is_handed_back_is_as_private_as_it_was() {
    let steps = "  - run: asking\n    returns: { key: key }\n  - queue: service\n    brief: [key]\n    if_no_agent: [ { say: { en: \"For {{ key }}.\" } } ]\n";
    let asking = "---\nflow: asking\nslots: { pin: { type: digits, length: 4, private: mask } }\nsteps:\n  - ask: pin\n    prompt: { en: \"Pin?\" }\n  - set: { key: \"'K' + pin\" }\n";
    let mut call = Driver::steps("", steps, asking);
    call.says("one two three four");
    assert_eq!(call.brief().iter().map(|fact| fact.private).collect::<Vec<bool>>(), [true]);
    assert!(call.conversation.private_values().contains(&"K1234".to_owned()));
    call.queue_ends(QueueResult::NoAgent).expect_part("For K1234.");
}

const DAY: &str = "{ day: { type: date, refuse: [ { when: \"value <= today\", say: { en: \"Tomorrow at the earliest.\" } }, { when: \"value.getDayOfWeek() == 0\", say: { en: \"Not on Sundays.\" } } ] } }";
const ASK_DAY: &str = "  - ask: day\n    prompt: { en: \"Which day?\" }\n    again: [ { say: { en: \"Sorry?\" } } ]\n    if_stuck: stuck\n  - confirm: { en: \"{{ day | day }}, all right?\" }\n    facts: [day]\n    if_no: stuck\n  - say: { en: \"Done, {{ day | day }}.\" }\n  - end: call\n  - id: stuck\n    say: { en: \"Stuck.\" }\n  - end: call\n";

#[test]
fn a_value_that_cannot_be_is_refused_with_its_reason() {
    // Friday the ninth of January.
    let mut call = Driver::steps(DAY, ASK_DAY, "");
    call.says("today").expect("Tomorrow at the earliest. | Which day?");
    call.says("this Sunday").expect("Not on Sundays. | Which day?");
    call.says("on Monday").expect("Monday the twelfth of January, all right?");
    // A correction is looked at as well, and the old value stands.
    call.says("no, on Sunday").expect_part("Not on Sundays.");
    call.says("no, on Tuesday").expect("Tuesday the thirteenth of January, all right?");
    call.says("yes").expect("Done, Tuesday the thirteenth of January.");
}

#[test]
fn refusals_have_an_end_and_are_no_mishearings() {
    let mut call = Driver::steps(DAY, ASK_DAY, "");
    call.says("bananas").expect("Sorry?");
    for _ in 0..3 {
        call.says("today").expect("Tomorrow at the earliest. | Which day?");
    }
    call.says("today").expect("Stuck.");
}

#[test]
fn a_refused_value_is_not_read_back_and_keys_are_refused_too() {
    let mut call = Driver::steps(DAY, ASK_DAY, "");
    call.says_with("yesterday", 0.6).expect("Tomorrow at the earliest. | Which day?");
    let slots =
        "{ people: { type: number, whole: always, refuse: [ { when: value > 8, say: { en: \"Eight at most.\" } } ] } }";
    let steps =
        "  - ask: people\n    prompt: { en: \"How many?\" }\n  - say: { en: \"{{ people }}.\" }\n  - end: call\n";
    let mut keyed = Driver::steps(slots, steps, "");
    keyed.keys("12#").expect("Eight at most. | How many?");
    keyed.keys("4#").expect("4.");
}

#[test]
fn refused_values_said_with_others_are_asked_for() {
    let slots = "{ day: { type: date, refuse: [ { when: \"value <= today\", say: { en: \"Too early.\" } } ] }, people: { type: number, whole: always, min: 1, max: 9 } }";
    let steps = "  - ask_all:\n    slots:\n      - { slot: day, prompt: { en: \"Which day?\" } }\n      - { slot: people, prompt: { en: \"How many?\" } }\n    prompt: { en: \"When, and how many?\" }\n  - say: { en: \"{{ people }} on {{ day | day }}.\" }\n  - end: call\n";
    let mut call = Driver::steps(slots, steps, "");
    call.says("today for four people").expect("Too early. | Which day?");
    call.says("tomorrow").expect("4 tomorrow.");
}

#[test]
fn the_day_is_known_as_today() {
    let steps = "  - choose:\n      - { when: \"today < now && today + duration('24h') > now\", steps: [ { say: { en: \"It is {{ today | day }}.\" } } ] }\n      - { otherwise: [] }\n  - end: call\n";
    Driver::steps("", steps, "").expect("It is today.");
}

#[test]
fn whoever_is_stuck_on_the_way_to_a_person_goes_on_to_the_person() {
    let person = "---\nflow: person\nslots: { about: { type: yes_no } }\nsteps:\n  - ask: about\n    prompt: { en: \"Is it urgent?\" }\n  - look_up: shop.find_order\n    with: { number: \"'x'\" }\n    if_none: []\n  - queue: service\n    brief: [about]\n";
    let main = "---\nflow: main\nslots: { ok: { type: yes_no } }\nsteps:\n  - ask: ok\n    prompt: { en: \"Ok?\" }\n";
    let mut call = Driver::start(&format!("{HEAD}handover: person\n{main}{person}"));
    call.says("agent please").expect("Is it urgent?");
    for _ in 0..3 {
        call.silence();
    }
    assert!(call.queue.is_some());
    let mut failing = Driver::start(&format!("{HEAD}handover: person\n{main}{person}"));
    failing.says("agent please").says("yes");
    failing.answers(LookUpResult::Error("unreachable".to_owned()));
    assert!(failing.queue.is_some());
}
