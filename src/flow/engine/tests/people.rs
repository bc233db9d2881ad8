//! The ways to a person: callbacks offered and taken, transfers, voicemail, and no second handover.

use std::time::Duration;

use super::{Driver, HEAD, PERSON, bundle};
use crate::Private;
use crate::flow::{Act, CallFacts, EndReason, HowToTransfer, Input, PlaceInQueue, QueueResult};

fn waiting(options: &str) -> Driver {
    offering(&format!("  - queue: orders\n{options}  - end: call\n"))
}

/// A call on a line that can call back.
fn offering(steps: &str) -> Driver {
    let caller_number = Some(Private::new("+441632960001".to_owned()));
    let facts = CallFacts { caller_number, offers_callbacks: true, ..CallFacts::default() };
    let mut call = Driver::with(bundle(&format!("{HEAD}---\nflow: main\nsteps:\n{steps}")), facts);
    call.input(Input::Start);
    call
}

fn callback_of(call: &Driver) -> Option<(String, Option<String>, PlaceInQueue)> {
    call.act(|act| match act {
        Act::Callback(callback) => Some((callback.number.clone(), callback.queue.clone(), callback.place)),
        _ => None,
    })
}

const OFFER: &str = "    while_waiting: { tell: [position], offer_callback_after: 60s }\n    if_no_agent: [ { say: { en: \"Nobody.\" } }, { end: call } ]\n";

#[test]
fn a_waiting_caller_is_offered_a_callback_and_keeps_the_place() {
    let mut call = waiting(OFFER);
    call.wait(Duration::from_secs(59)).expect("");
    call.wait(Duration::from_secs(1)).expect_part("Would you rather we called you back?");
    call.says("yes please").expect_part("Is that the right number?");
    call.says("yes");
    assert_eq!(callback_of(&call), Some(("+441632960001".to_owned(), Some("orders".to_owned()), PlaceInQueue::Keep)));
    let id = call.asked_last();
    call.input(Input::CallbackTaken { id, taken: true }).expect_part("we'll call you back");
    assert!(call.acts.contains(&Act::LeaveQueue));
    assert_eq!(call.ended, Some(EndReason::Callback));
}

#[test]
fn whoever_would_rather_wait_waits_on() {
    let mut call = waiting(OFFER);
    call.wait(Duration::from_secs(60));
    call.says("no").expect("");
    call.wait(Duration::from_secs(120)).expect("");
    call.queue_ends(QueueResult::NoAgent).expect("Nobody.");
}

#[test]
fn a_person_who_comes_while_the_callback_is_settled_ends_that() {
    let mut call = waiting(OFFER);
    call.wait(Duration::from_secs(60));
    call.says("yes").expect_part("right number");
    call.queue_ends(QueueResult::Talked);
    assert_eq!(call.ended, Some(EndReason::AgentEnded));
}

fn called_back(options: &str) -> Driver {
    let steps = format!("  - callback: caller.number\n{options}  - say: {{ en: \"Next.\" }}\n  - end: call\n");
    Driver::steps("", &steps, "")
}

#[test]
fn a_callback_asks_for_another_number_and_may_be_refused() {
    let mut call = called_back("    if_refused: [ { say: { en: \"As you like.\" } }, { end: call } ]\n");
    call.expect_part("Is that the right number?");
    call.says("no").expect("Which number shall we call?");
    call.says("plus four four one six three two nine six zero zero zero nine").expect_part("Is that right?");
    call.says("yes");
    assert_eq!(callback_of(&call).map(|(number, ..)| number).as_deref(), Some("+441632960009"));
    let id = call.asked_last();
    call.input(Input::CallbackTaken { id, taken: true }).expect("Good, we'll call you back. | Next.");
    let mut refused = called_back("    if_refused: [ { say: { en: \"As you like.\" } }, { end: call } ]\n");
    refused.says("cancel").expect("As you like.");
    let mut silent = called_back("    confirm_number: never\n");
    assert!(callback_of(&silent).is_some());
    silent.wait(Duration::from_secs(10)).expect_part("I can't arrange a call back just now.");
}

#[test]
fn a_queue_without_exits_apologises_and_offers_a_callback() {
    let mut call = waiting("");
    call.queue_ends(QueueResult::Closed).expect_part("nobody is free just now").expect_part("right number");
    call.says("goodbye").expect_part("Shall I end the call?").says("yes");
    assert_eq!(call.ended, Some(EndReason::FlowEnded));
}

#[test]
fn a_transfer_ends_the_call_or_takes_its_exit() {
    let steps = "  - transfer: warehouse\n    how: blind\n    if_failed: [ { say: { en: \"Nobody there: {{ error.kind }}.\" } }, { end: call } ]\n";
    let mut call = Driver::steps("", steps, PERSON);
    let how = call.act(|act| match act {
        Act::Transfer(transfer) => Some((transfer.destination.clone(), transfer.how)),
        _ => None,
    });
    assert_eq!(how, Some(("warehouse".to_owned(), HowToTransfer::Blind)));
    let id = call.asked_last();
    call.input(Input::Transferred { id, result: Ok(()) });
    assert_eq!(call.ended, Some(EndReason::Transferred));
    let mut failed = Driver::steps("", steps, PERSON);
    let id = failed.asked_last();
    failed.input(Input::Transferred { id, result: Err("busy".to_owned()) }).expect("Nobody there: busy.");
}

#[test]
fn a_voicemail_is_left() {
    let steps = "  - voicemail: service\n    time_limit: 30s\n  - say: { en: \"Bye.\" }\n  - end: call\n";
    let mut call = Driver::steps("", steps, PERSON);
    call.expect_part("after the tone");
    let id = call.asked_last();
    call.input(Input::VoicemailLeft { id, left: true }).expect("Thank you, your message has been saved. | Bye.");
    let mut empty = Driver::steps("", steps, PERSON);
    empty.wait(Duration::from_secs(60)).expect("I didn't get a message. | Bye.");
}

#[test]
fn there_is_no_second_handover() {
    let text = format!(
        "{HEAD}handover: person\nalways:\n  mood: {{ when: \"mood.distress > 0.5\", goto: flow:person }}\n---\nflow: main\nsteps:\n  - queue: orders\n    if_no_agent: []\n{PERSON}"
    );
    let mut call = Driver::start(&text);
    call.says("agent please").expect_part("already finding someone");
    call.feels("this takes forever", 0.9);
    assert!(call.queue.is_some() && call.acts.contains(&Act::ChangeClass { class: 4 }));
    assert!(!call.acts.iter().any(|act| matches!(act, Act::Queue(_))));
    call.keys("0").wait(Duration::from_secs(2)).expect_part("already finding someone");
}

#[test]
fn steps_of_a_handler_keep_the_place_in_the_queue() {
    let text = format!(
        "{}always:\n  repeat: {{ steps: [ {{ say: {{ en: \"You are in the queue.\" }} }} ] }}\n---\nflow: main\nsteps:\n  - queue: orders\n    if_no_agent: [ {{ say: {{ en: \"Nobody.\" }} }} ]\n",
        HEAD
    );
    let mut call = Driver::start(&text);
    call.says("say that again").expect("You are in the queue.");
    assert!(!call.acts.iter().any(|act| matches!(act, Act::Queue(_) | Act::LeaveQueue)));
    call.queue_ends(QueueResult::NoAgent).expect_part("Nobody.");
}
