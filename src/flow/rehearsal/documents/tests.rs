//! What tests may say, and what is said of those that are wrong.

use std::path::PathBuf;
use std::sync::Arc;

use super::super::super::check::tests::{load, shop_operators};
use super::super::play::{Played, play};
use super::*;
use crate::flow::{Bundle, Operators, SourceFile};

/// A small line that uses a look-up, a read-back, a queue and a second flow.
const SHOP: &str = r#"bundle: shop
start: welcome
languages: [en, zh]
timezone: Asia/Shanghai
handover: person
---
flow: welcome
steps:
  - route:
    prompt: { en: "What can I do for you?", zh: "请问有什么可以帮您？" }
---
flow: order_status
start_when: { en: ["where is my (order|parcel)"], zh: ["我的订单到哪里了"] }
slots:
  order_no: { type: code, shape: "LL99999999", private: mask }
steps:
  - id: get_number
    ask: order_no
    prompt: { en: "What is your order number?", zh: "请说出您的订单号。" }
  - look_up: shop.find_order
    with: { number: order_no }
    save_as: order
    if_none: [ { say: { en: "I cannot find it.", zh: "没有找到。" } } ]
    if_error: [ { goto: flow:person } ]
  - say: { en: "It is {{ order.status }}.", zh: "{{ order.status }}。" }
  - end: call
---
flow: person
steps:
  - queue: orders
    class: 3
    brief: [caller.number]
    if_no_agent:
      - say: { en: "Nobody is free.", zh: "没有人。" }
"#;

pub fn shop() -> Arc<Bundle> {
    match load(SHOP) {
        Ok(loaded) => loaded.bundle,
        Err(failure) => panic!("{failure}"),
    }
}

fn operators() -> Operators {
    shop_operators()
}

fn read(text: &str) -> Result<Vec<FlowTest>, crate::flow::LoadFailure> {
    let file = SourceFile { path: PathBuf::from("shop.tests.yaml"), text: text.to_owned() };
    tests_of(&[file], &shop(), &operators())
}

fn faults(text: &str) -> Vec<String> {
    match read(text) {
        Ok(_) => Vec::new(),
        Err(failure) => failure.faults.iter().map(ToString::to_string).collect(),
    }
}

/// The one test of a text.
pub fn read_one(text: &str) -> FlowTest {
    match read(text) {
        Ok(mut tests) => tests.remove(0),
        Err(failure) => panic!("{failure}"),
    }
}

/// Plays the one test of a text.
fn played(text: &str) -> Played {
    let tests = match read(text) {
        Ok(tests) => tests,
        Err(failure) => panic!("{failure}"),
    };
    play(&shop(), &tests[0], None).unwrap()
}

const LATE: &str = r#"test: an order that is late
flow: order_status
caller: { number: "+8613800000000", language: zh }
stubs: { shop.find_order: { status: late, item: fern, due: 2026-01-05 } }
at: 2026-01-09T10:00+08:00
turns:
  - bot: { step: get_number, says: "订单号" }
  - caller: "呃 就是 AB 一二三四 五六七八"
  - expect: { slot: { order_no: AB12345678 }, read_back: false, look_up: { shop.find_order: { number: AB12345678 } } }
  - bot: { says: "late" }
  - expect: { end: call, language: zh }
"#;

/// The test of an order that is late.
pub fn read_late(operators: &Operators) -> Vec<FlowTest> {
    let file = SourceFile { path: PathBuf::from("shop.tests.yaml"), text: LATE.to_owned() };
    match tests_of(&[file], &shop(), operators) {
        Ok(tests) => tests,
        Err(failure) => panic!("{failure}"),
    }
}

#[test]
fn a_test_that_holds_says_nothing_else() {
    let played = played(LATE);
    assert_eq!(played.failure, None, "{:#?}", played.dialogue);
    assert!(played.lasted > Duration::from_secs(3));
    let whole: String = played.dialogue.iter().map(|shown| shown.text.clone() + "\n").collect();
    assert!(!whole.contains("AB12345678") && !whole.contains("一二三四"), "private values are masked:\n{whole}");
}

#[test]
fn what_does_not_hold_is_told_beside_its_turn() {
    let wrong = LATE.replace("slot: { order_no: AB12345678 }", "slot: { order_no: AB12345679 }");
    let played = played(&wrong);
    let failure = played.failure.unwrap();
    assert_eq!(failure.at.to_string(), "shop.tests.yaml:9");
    assert_eq!(failure.differences.len(), 1);
    assert!(failure.differences[0].got.starts_with("order_no = ••••"), "{:?}", failure.differences);
    let wrong = LATE.replace("says: \"late\"", "says: \"shipped\"");
    let failure = super::tests::played(&wrong).failure.unwrap();
    assert_eq!(failure.differences[0].expected, "the bot says “shipped”");
    assert!(failure.differences[0].got.contains("“late。”"), "{:?}", failure.differences);
}

#[test]
fn a_missing_stub_fails_where_it_was_needed() {
    let text = LATE.replace("stubs: { shop.find_order: { status: late, item: fern, due: 2026-01-05 } }\n", "");
    let failure = played(&text).failure.unwrap();
    assert_eq!(failure.differences[0].expected, "a stub for shop.find_order");
    assert!(failure.mend.unwrap().contains("stubs: { shop.find_order:"));
}

#[test]
fn queues_take_their_course_when_the_test_goes_on() {
    let text = r#"test: nobody is there
flow: person
caller: { number: "+441234567890" }
queues: { orders: { ends: no_agent, after: 30s } }
turns:
  - expect: { queue: orders, class: 3, brief_has: [caller.number], brief_lacks: [order_no] }
  - bot: "Nobody is free."
  - expect: { end: call }
"#;
    let played = played(text);
    assert_eq!(played.failure, None, "{:#?}", played.dialogue);
    assert!(played.lasted > Duration::from_secs(30));
    let ended_now = text
        .replace("queues: { orders: { ends: no_agent, after: 30s } }\n", "")
        .replace("  - bot: \"Nobody", "  - queue: no_agent\n  - bot: \"Nobody");
    assert_eq!(super::tests::played(&ended_now).failure, None);
}

#[test]
fn callers_can_do_everything_that_callers_do() {
    let text = r#"test: all kinds of turns
flow: order_status
stubs: { shop.find_order: [ { error: timeout, after: 2s }, none ] }
turns:
  - bot_exactly: "What is your order number?"
  - caller: silence
  - caller: noise
  - bot: { step: get_number, language: en }
  - caller: { says: "A B one two three four five six seven eight", confidence: 0.5, barge_in_after: 100ms }
  - expect: { read_back: true }
  - caller: { keys: "1" }
  - caller: "yes"
  - expect: { queue: orders, handler: none, did: none, not_said: "shipped", flow: person }
"#;
    let played = played(text);
    assert_eq!(played.failure, None, "{:#?}", played.dialogue);
}

#[test]
fn wrong_tests_are_explained_with_their_place() {
    let test = |lines: &str| format!("test: t\n{lines}\n");
    let with_turns = |lines: &str| test(&format!("open: allowed\nturns:\n{lines}"));
    for (text, wanted) in [
        (test("turn: []"), "unknown-key"),
        (test("flow: nowhere\nturns: []"), "4"),
        (with_turns("  - bot: { step: get_numbr }"), "there is no step `get_numbr`; did you mean `get_number`?"),
        (with_turns("  - bt: \"x\""), "a turn cannot be `bt`; did you mean `bot`?"),
        (with_turns("  - caller: { says: \"x\", keys: \"1\" }"), "two things at once"),
        (with_turns("  - caller: { keys: \"x\" }"), "`x` cannot be keyed"),
        (with_turns("  - caller: { says: \"x\", confidence: 2 }"), "`confidence` cannot be `2`"),
        (with_turns("  - expect: { slot: { order: AB1 } }"), "there is no slot `order`"),
        (with_turns("  - expect: { queue: order }"), "there is no queue `order`; did you mean `orders`?"),
        (with_turns("  - expect: { handler: agent }"), "there is no handler `agent`"),
        (with_turns("  - expect: { did: shop.find }"), "there is no query `shop.find`"),
        (with_turns("  - expect: { sloth: 1 }"), "nothing can be expected of `sloth`"),
        (with_turns("  - bot: { language: fr }"), "does not speak `fr`"),
        (test("open: allowed\nstubs: { shop.find: none }\nturns: []"), "has no query `find`"),
        (test("open: allowed\nstubs: { shop.find_order: { status: late, colour: red } }\nturns: []"), "field `colour`"),
        (test("open: allowed\nstubs: { shop.find_order: { item: fern } }\nturns: []"), "has no field `status`"),
        (
            test("open: allowed\nstubs: { shop.find_order: { status: a, item: b, due: soon } }\nturns: []"),
            "`soon` is no value of the field `due`; write a day such as 2026-01-05",
        ),
        (test("turns: [ { caller: \"hello\" } ]"), "does not say how the call comes out"),
        (test("open: allowed\nat: tomorrow\nturns: []"), "`tomorrow` is no moment"),
    ] {
        let faults = faults(&text);
        let all = faults.join("\n");
        assert!(faults[0].starts_with("shop.tests.yaml:"), "{all}");
        if wanted != "4" {
            assert!(all.contains(wanted), "{text}\n{all}");
        }
    }
}
