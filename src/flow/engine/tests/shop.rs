//! The demo shop, as callers meet it.

use super::super::super::shipped;
use super::{Driver, date, text};
use crate::flow::{Datum, EndReason, Input, LookUpResult, QueueResult};

fn ring() -> Driver {
    let mut call = Driver::of(shipped::bundle("shop"));
    call.input(Input::Start);
    call
}

fn row(status: &str) -> Vec<(&'static str, Datum)> {
    vec![("status", text(status)), ("item", text("monstera")), ("sent", date(2026, 1, 7)), ("due", date(2026, 1, 12))]
}

#[test]
fn where_is_my_order_is_answered_and_the_call_ends_kindly() {
    let mut call = ring();
    call.expect_part("What can I do for you?");
    call.says("Hi, I'd like to know where my order is.");
    if call.bot().starts_with("Did you mean") {
        call.says("yes");
    }
    call.expect("What is your order number?");
    call.says("It's A B one two three four five six seven eight.");
    let number = call.look_up.as_ref().and_then(|look_up| look_up.args.get("number").cloned());
    assert_eq!(number, Some(text("AB12345678")));
    call.finds(&row("shipped")).expect(
        "Good news: your monstera was sent on Wednesday the seventh of January, and should be with you by Monday the \
         twelfth of January. | Is there anything else I can help you with?",
    );
    call.says("no thank you").expect("Thank you for calling Fern and Hollow. Goodbye!");
    assert_eq!(call.ended, Some(EndReason::FlowEnded));
}

#[test]
fn callers_ask_for_their_order_in_many_words() {
    for said in [
        "where is my order",
        "I want to check my order status",
        "can you track my package please",
        "my parcel has not arrived",
        "I have a question about my order",
        "what happened to my delivery",
        "order status",
        "it's about an order",
        "when will I get my parcel",
    ] {
        let mut call = ring();
        call.says(said);
        assert_eq!(call.bot(), "What is your order number?", "{said}");
    }
}

#[test]
fn callers_ask_for_the_opening_hours_in_many_words() {
    for said in [
        "when are you open",
        "what time do you close today",
        "what are your opening hours",
        "are you open on Sunday",
        "until when are you open",
        "opening hours please",
    ] {
        let mut call = ring();
        call.says(said);
        assert!(call.bot().starts_with("We are open Monday to Friday"), "{said}: {}", call.bot());
        // It is ten on a Friday.
        call.expect_part("So we are open right now.");
    }
}

#[test]
fn a_late_order_is_handed_over_warm() {
    let mut call = ring();
    call.says("where is my order");
    call.keys("12345678").expect("Thank you. And the letters before the digits?");
    call.says("G as in golf, H");
    call.finds(&row("late")).expect_part("running late");
    call.says("yes please");
    let queue = call.queue.clone().unwrap();
    assert_eq!((queue.queue.as_str(), queue.class, queue.reason.as_str()), ("service", 3, "the status of an order"));
    let brief: Vec<String> = call.brief().into_iter().map(|fact| format!("{}: {}", fact.label, fact.value)).collect();
    let wanted = ["caller number: +441632960001", "order no: GH12345678", "order status: late", "order item: monstera"];
    assert_eq!(brief, wanted);
    call.queue_ends(QueueResult::NoAgent).expect_part("nobody could take your call");
    call.expect_part("Is there anything else");
}

#[test]
fn an_unknown_number_is_asked_for_once_more_and_then_a_person_looks() {
    let mut call = ring();
    call.says("where is my order");
    call.says("A B one two three four five six seven eight");
    call.answers(LookUpResult::None)
        .expect("I cannot find an order A B, 1 2 3 4, 5 6 7 8. | What is your order number?");
    call.says("A B one two three four five six seven nine");
    call.answers(LookUpResult::None).expect_part("Someone will look for it with you.");
    assert!(call.queue.is_some());
}

#[test]
fn every_status_of_the_table_has_an_answer() {
    for (status, part) in [
        ("shipped", "was sent on"),
        ("packing", "We are packing"),
        ("delivered", "was delivered on"),
        ("cancelled", "was cancelled"),
        ("late", "running late"),
    ] {
        let mut call = ring();
        call.says("where is my order");
        call.says("A B one two three four five six seven eight");
        call.finds(&row(status)).expect_part(part);
    }
}

#[test]
fn a_person_can_be_had_from_the_first_word() {
    let mut call = ring();
    call.says("I want to talk to a person").expect("Of course. Let me find someone for you.");
    assert_eq!(call.queue.as_ref().map(|queue| queue.reason.as_str()), Some("to talk to someone"));
    call.queue_ends(QueueResult::NoAgent).expect_part("nobody could take your call");
    call.expect_part("Is there anything else");
}

#[test]
fn whoever_asks_for_a_person_meanwhile_is_announced_with_what_they_wanted() {
    let mut call = ring();
    call.says("where is my order");
    call.says("A B one two three four five six seven eight");
    call.finds(&row("late"));
    call.says("let me talk to a person");
    let queue = call.queue.clone().unwrap();
    assert_eq!(queue.reason, "the status of an order");
    let labels: Vec<String> = call.brief().into_iter().map(|fact| fact.label).collect();
    assert_eq!(labels, ["caller number", "order no"]);
}

#[test]
fn one_call_may_ask_several_things() {
    let mut call = ring();
    call.says("when are you open").expect_part("Is there anything else");
    call.says("yes").expect("Sure. What would you like to know?");
    call.says("where is my order").expect("What is your order number?");
    call.says("A B one two three four five six seven eight");
    call.finds(&row("packing")).expect_part("Is there anything else");
    call.says("when are you open").expect_part("Is there anything else");
    call.says("no that's all").expect("Thank you for calling Fern and Hollow. Goodbye!");
}
