//! Simulated calls, line by line.

use std::path::{Path, PathBuf};

use super::outside::Outside;
use super::simulation::{Parts, Simulation};
use super::telling::Dress;
use crate::flow::rehearsal::{Setting, StubAnswer, Unanswered, load_tests, play};
use crate::flow::{Connection, Datum, FieldKind, FieldShape, LookUpResult, Operators, QueryShape, load_dir};

const SHOP: &str = r#"
bundle: shop
start: welcome
languages: [en, zh]
timezone: Europe/London
handover: person
---
flow: welcome
steps:
  - say: { en: "Hello, this is the shop.", zh: "您好，这里是小店。" }
  - route:
    prompt: { en: "What can I do for you?", zh: "请问有什么可以帮您？" }
  - say: { en: "Goodbye.", zh: "再见。" }
  - end: call
---
flow: order_status
start_when:
  en: ["where is my (order|parcel)"]
  zh: ["我的(订单|包裹)到哪(里|儿)了"]
slots:
  order_no: { type: code, shape: "LL9999", private: mask }
steps:
  - id: get_number
    ask: order_no
    prompt: { en: "What is your order number?", zh: "请说出您的订单号。" }
  - look_up: shop.find_order
    with: { number: order_no }
    save_as: order
    if_none:
      - say: { en: "There is no such order.", zh: "没有这个订单。" }
      - end: flow
    if_error: person
  - say: { en: "It is {{ order.status }}.", zh: "订单状态是{{ order.status }}。" }
  - end: flow
  - id: person
    goto: flow:person
---
flow: person
steps:
  - queue: service
    brief: [caller.number]
    if_no_agent:
      - say: { en: "Nobody is free.", zh: "现在没有空闲的客服。" }
      - end: call
"#;

/// A table with one order in it.
struct Table;

impl Outside for Table {
    fn answer(&mut self, question: &Unanswered, _: &jiff::Zoned) -> (StubAnswer, String) {
        assert_eq!(question.name, "shop.find_order");
        let number = question.args.get("number").map(Datum::text).unwrap_or_default();
        let answer = if number == "AB1234" {
            let row = [("status".to_owned(), Datum::Text("late".to_owned()))];
            StubAnswer::now(LookUpResult::Found(row.into()))
        } else {
            StubAnswer::now(LookUpResult::None)
        };
        (answer, "from the table".to_owned())
    }
}

fn operators() -> Operators {
    let shape = |kind| FieldShape { kind, optional: false };
    let find_order = QueryShape {
        args: [("number".to_owned(), shape(FieldKind::Text))].into(),
        returns: [("status".to_owned(), shape(FieldKind::Text))].into(),
        ..QueryShape::default()
    };
    let mut operators = Operators::default();
    let connection = Connection { queries: [("find_order".to_owned(), find_order)].into() };
    operators.connections.insert("shop".to_owned(), connection);
    operators.queues.insert("service".to_owned());
    operators
}

struct Shop {
    folder: tempfile::TempDir,
    simulation: Simulation,
}

impl Shop {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("shop.yaml"), SHOP).unwrap();
        let operators = operators();
        let bundle = load_dir(folder.path(), &operators).unwrap_or_else(|failure| panic!("{failure}")).bundle;
        let parts = Parts {
            bundle,
            operators,
            folder: folder.path().to_owned(),
            setting: Setting::default(),
            outside: Box::new(Table),
            dress: Dress::Plain,
        };
        let (simulation, first) = Simulation::begin(parts).unwrap();
        assert!(first.text.contains("What can I do for you?"), "{}", first.text);
        Self { folder, simulation }
    }

    fn line(&mut self, line: &str) -> String {
        self.simulation.line(line).text
    }

    fn path(&self) -> PathBuf {
        self.folder.path().to_owned()
    }
}

/// Plays every test in a folder and returns their names.
fn tests_pass(folder: &Path) -> Vec<String> {
    let bundle = load_dir(folder, &operators()).unwrap_or_else(|failure| panic!("{failure}")).bundle;
    let tests = load_tests(folder, &bundle, &operators()).unwrap_or_else(|failure| panic!("{failure}")).tests;
    for test in &tests {
        let played = play(&bundle, test, None).unwrap();
        assert_eq!(played.failure, None, "{}", test.name);
    }
    tests.into_iter().map(|test| test.name).collect()
}

#[test]
fn a_designer_sees_what_is_said_where_it_is_and_why() {
    let mut shop = Shop::open();
    let told = shop.line("where is my order");
    for part in ["What is your order number?", "order_status/get_number", "flow order_status", "waiting for code"] {
        assert!(told.contains(part), "{part} is missing in\n{told}");
    }
    let told = shop.line("A B 1 2 3 4");
    for part in ["It is late.", "from the table", "••••34"] {
        assert!(told.contains(part), "{part} is missing in\n{told}");
    }
    assert!(!told.contains("AB1234"), "private values are masked:\n{told}");
}

#[test]
fn private_values_are_shown_when_the_designer_asks() {
    let mut shop = Shop::open();
    shop.line("!show");
    shop.line("where is my order");
    assert!(shop.line("A B 1 2 3 4").contains("AB1234"));
}

#[test]
fn undo_gives_the_state_before() {
    let mut shop = Shop::open();
    shop.line("where is my order");
    let before = shop.line("!where");
    let first = shop.line("A B 1 2 3 4");
    shop.line("!undo");
    assert_eq!(shop.line("!where"), before);
    assert_eq!(shop.line("A B 1 2 3 4"), first, "the same turn comes to the same");
    for _ in 0..2 {
        shop.line("!undo");
    }
    assert!(shop.line("!undo").contains("nothing has been said yet"));
}

#[test]
fn stubs_answer_in_place_of_connections_and_must_fit() {
    let mut shop = Shop::open();
    assert!(shop.line("!stub shop.find_order { stauts: late }").contains("did you mean `status`?"));
    shop.line("!stub shop.find_order none");
    shop.line("where is my order");
    assert!(shop.line("A B 1 2 3 4").contains("There is no such order."));
    shop.line("!restart");
    shop.line("!stub shop.find_order { status: on its way }");
    shop.line("where is my order");
    assert!(shop.line("A B 1 2 3 4").contains("It is on its way."));
    shop.line("!restart");
    shop.line("!stub shop.find_order real");
    shop.line("where is my order");
    assert!(shop.line("A B 1 2 3 4").contains("It is late."));
}

#[test]
fn a_saved_conversation_is_a_test_that_passes() {
    let conversations: [&[&str]; 7] = [
        &["where is my order", "A B 1 2 3 4"],
        &["where is my order", "A B", "!hangup"],
        &["where is my order", "", "#1234", "A B", "!undo", "!undo", "C D 1 2 3 4"],
        &["!at 2026-01-09T10:00", "我的订单到哪里了", "A B 一 二 三 四"],
        &["!stub shop.find_order error", "where is my order", "A B 1 2 3 4", "!queue no_agent"],
        &["!distress 0.9", "!confidence 0.7", "where is my parcel", "!noise", "!mumbles"],
        &["!interrupt 300ms where is my order", "!wait 1s", "#1"],
    ];
    let mut shop = Shop::open();
    for (number, lines) in conversations.iter().enumerate() {
        shop.line("!restart");
        shop.line("!distress off");
        shop.line("!confidence 1");
        shop.line("!stub shop.find_order real");
        for line in *lines {
            let reply = shop.simulation.line(line);
            assert!(!reply.refused, "{line}: {}", reply.text);
        }
        let saved = shop.line(&format!("!save tests/all.yaml conversation {number}"));
        assert!(saved.contains("saved as the test"), "{lines:?}: {saved}");
    }
    let names = tests_pass(&shop.path());
    assert_eq!(names.len(), conversations.len(), "{names:?}");
    let twice = shop.line("!save tests/all.yaml conversation 6");
    assert!(twice.contains("already holds"), "{twice}");
}

#[test]
fn what_no_test_can_say_is_not_saved() {
    let mut shop = Shop::open();
    shop.line("where is my order");
    shop.line("!after 2h");
    assert!(shop.line("!save tests/late.yaml").contains("the clock was moved"));
    assert!(!shop.path().join("tests").exists());
}

#[test]
fn whoever_interrupts_after_a_journey_in_time_stays_where_they_travelled() {
    let mut shop = Shop::open();
    shop.line("where is my order");
    shop.line("!at 2026-03-01T15:00");
    assert!(shop.line("!interrupt 200ms hmm").contains("interrupted"));
    assert!(shop.line("!where").contains("1 Mar 15:00"), "{}", shop.line("!where"));
}

#[test]
fn a_call_that_is_over_can_only_be_taken_back_or_begun_again() {
    let mut shop = Shop::open();
    shop.line("!hangup");
    assert!(shop.simulation.has_ended());
    assert!(shop.simulation.line("hello").refused);
    shop.line("!undo");
    assert!(!shop.simulation.has_ended());
}
