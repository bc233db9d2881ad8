//! `do`, `verify`, `send`, `survey`, `note`, `tag`, `wait`, `secure`, `record`, `recommend`.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Driver, PERSON, bundle, text};
use crate::flow::{Act, CallFacts, Datum, EndReason, Hear, Input, LookUpResult, RecordWhat, unperformed};

const DAY: &str = "{ day: { type: date } }";

fn found() -> LookUpResult {
    LookUpResult::Found([("reference".to_owned(), text("481207"))].into())
}

fn booking() -> Driver {
    let steps = "  - ask: day\n    prompt: { en: \"Day?\" }\n  - confirm: { en: \"On {{ day | day }}?\" }\n    facts: [day]\n  - id: book\n    do: shop.book\n    with: { day: day }\n    save_as: booked\n    if_error:\n      - say: { en: \"Not done: {{ error.kind }}.\" }\n      - { goto: book, at_most: 1, then: bye }\n  - say: { en: \"Done: {{ booked.reference | spell }}.\" }\n  - id: bye\n    end: call\n";
    let mut call = Driver::steps(DAY, steps, PERSON);
    call.says("tomorrow").says("yes");
    call
}

fn key_of(call: &Driver) -> Option<String> {
    call.act(|act| match act {
        Act::Do(change) => Some(change.idempotency_key.clone()),
        _ => None,
    })
}

#[test]
fn a_change_is_made_once_a_run_under_its_own_key() {
    let mut call = booking();
    let (first, id) = (key_of(&call).unwrap(), call.asked_last());
    assert_eq!(first.len(), 32);
    assert_eq!(key_of(&booking()), Some(first.clone()), "the same run gives the same key");
    call.input(Input::Done { id, result: LookUpResult::Error("refused".to_owned()) });
    call.expect("Not done: refused.");
    let again = key_of(&call).unwrap();
    assert_ne!(again, first, "another run has another key");
    let id = call.asked_last();
    call.input(Input::Done { id, result: found() }).expect("Done: 4 8 1, 2 0 7.");
}

#[test]
fn a_change_that_is_not_answered_in_time_may_have_been_made() {
    let mut call = booking();
    let id = call.asked_last();
    call.wait(Duration::from_secs(9)).expect("One moment, please. | One moment, please.");
    call.wait(Duration::from_secs(1)).expect("Not done: unknown.");
    // Once, of the designer's own will; and the late answer is dropped.
    assert!(key_of(&call).is_some());
    call.input(Input::Done { id, result: found() });
    assert!(call.acts.is_empty());
}

#[test]
fn a_caller_is_verified_and_asked_again_when_it_does_not_match() {
    let steps = "  - ask: pin\n    prompt: { en: \"Pin?\" }\n  - verify: shop.identify\n    with: { number: caller.number, pin: pin }\n    level: basic\n    tries: 2\n    if_failed: failed\n  - choose:\n      - { when: \"caller.verified && caller.level == 'basic'\", steps: [ { say: { en: \"Welcome.\" } } ] }\n      - { otherwise: [] }\n  - end: call\n  - id: failed\n    say: { en: \"I cannot let you in.\" }\n";
    let slots = "{ pin: { type: digits, length: 4, private: hide } }";
    let mut call = Driver::steps(slots, steps, PERSON);
    call.says("one two three four");
    let id = call.asked_last();
    call.input(Input::LookedUp { id, result: LookUpResult::None });
    call.expect("I'm sorry, that doesn't match our records. Let's try again. | Pin?");
    call.says("one two three five");
    let id = call.asked_last();
    call.input(Input::LookedUp { id, result: LookUpResult::Found(BTreeMap::new()) }).expect("Welcome.");
    let mut other = Driver::steps(slots, steps, PERSON);
    for pin in ["one two three four", "one two three five"] {
        other.says(pin);
        let id = other.asked_last();
        other.input(Input::LookedUp { id, result: LookUpResult::None });
    }
    other.expect_part("I cannot let you in.");
}

#[test]
fn messages_surveys_notes_and_tags_go_out() {
    let steps = "  - note: { en: \"Asked about {{ caller.language }}.\" }\n  - tag: [returns, \"lang-{{ caller.language }}\"]\n  - send: shop.sms\n    to: caller.number\n    template: welcome\n    if_error: [ { say: { en: \"No message.\" } } ]\n  - survey: shop.keep_survey\n    questions: [csat, resolved]\n  - end: call\n";
    let mut call = Driver::steps("", steps, PERSON);
    let tags: Vec<String> = call
        .acts
        .iter()
        .filter_map(|act| match act {
            Act::Tag { tag } => Some(tag.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(tags, ["returns", "lang-en"]);
    assert!(call.acts.iter().any(|act| matches!(act, Act::Note { text, private: false } if text == "Asked about en.")));
    let sent = call.act(|act| match act {
        Act::Send(send) => Some((send.to.clone(), send.template.clone())),
        _ => None,
    });
    assert_eq!(sent, Some(("+441632960001".to_owned(), "welcome".to_owned())));
    let id = call.asked_last();
    call.input(Input::Sent { id, result: Ok(()) }).expect_part("from one to five");
    call.says("nine").expect_part("from one to five");
    call.says("five").expect("Has your matter been settled?");
    call.says("yes it has");
    let answers = call.act(|act| match act {
        Act::Survey(survey) => Some(survey.answers.clone()),
        _ => None,
    });
    let answers = answers.unwrap();
    assert_eq!(answers.get("csat"), Some(&Datum::Number(5.0)));
    assert_eq!(answers.get("resolved"), Some(&Datum::YesNo(true)));
    assert_eq!(call.ended, Some(EndReason::FlowEnded));
}

#[test]
fn a_survey_does_without_an_answer() {
    let mut call =
        Driver::steps("", "  - survey: [csat, resolved]\n  - say: { en: \"Bye.\" }\n  - end: call\n", PERSON);
    call.silence().expect_part("from one to five");
    call.silence().expect("Has your matter been settled?");
    call.says("cancel").expect("Bye.");
}

#[test]
fn a_pause_ends_by_itself_and_an_event_before_its_time() {
    let steps = "  - wait: 3s\n  - wait: { for: parcel_scanned }\n    time_limit: 10s\n    if_late: [ { say: { en: \"Too late.\" } } ]\n  - say: { en: \"On we go.\" }\n  - end: call\n";
    let steps = steps.replace("wait: { for: parcel_scanned }", "wait:\n    for: parcel_scanned");
    let mut call = Driver::steps("", &steps, "");
    call.wait(Duration::from_secs(3));
    call.input(Input::Event { name: "something_else".to_owned() }).expect("");
    call.input(Input::Event { name: "parcel_scanned".to_owned() }).expect("On we go.");
    let mut early = Driver::steps("", &steps, "");
    early.input(Input::Event { name: "parcel_scanned".to_owned() });
    early.wait(Duration::from_secs(3)).expect("On we go.");
    let mut late = Driver::steps("", &steps, "");
    late.wait(Duration::from_secs(14)).expect("Too late. | On we go.");
}

#[test]
fn a_secure_block_takes_keys_alone_and_shows_nothing() {
    let slots = "{ card: { type: card }, more: { type: yes_no } }";
    let steps = "  - secure:\n      - ask: card\n        prompt: { en: \"Please key in your card number.\" }\n      - do: shop.pay\n        safe: always\n        with: { card: card }\n        if_error: []\n  - ask: more\n    prompt: { en: \"Anything else?\" }\n  - end: call\n";
    let mut call = Driver::steps(slots, steps, PERSON);
    call.expect("Please key in your card number.");
    let secured = call.acts.iter().position(|act| *act == Act::Secure { on: true });
    let said = call.acts.iter().position(|act| matches!(act, Act::Say(_)));
    assert!(secured.is_some() && secured < said);
    assert_eq!(call.listen.as_ref().map(|listen| listen.hear), Some(Hear::Keypad));
    call.says("four two four two").expect_part("For your safety, please use the keypad.");
    call.keys("4242424242424242#");
    let shown = format!("{:?}", call.acts);
    assert!(!shown.contains("4242"), "{shown}");
    let sent = call.act(|act| match act {
        Act::Do(change) => change.call.args.get("card").map(Datum::text),
        _ => None,
    });
    assert_eq!(sent.as_deref(), Some("4242424242424242"));
    let id = call.asked_last();
    call.input(Input::Done { id, result: found() }).expect("Anything else?");
    assert!(call.acts.contains(&Act::Secure { on: false }));
}

#[test]
fn recording_begins_after_consent_that_is_asked_for_once() {
    let steps = "  - id: first\n    record: start\n    consent: { en: \"May we record this call?\" }\n    if_refused: [ { say: { en: \"Not recorded.\" } } ]\n  - record: start\n    consent: { en: \"May we record this call?\" }\n    if_refused: [ { say: { en: \"Still not recorded.\" } } ]\n  - record: pause\n  - end: call\n";
    let mut call = Driver::steps("", steps, PERSON);
    call.expect("May we record this call?").says("yes of course");
    let done: Vec<RecordWhat> = call
        .acts
        .iter()
        .filter_map(|act| match act {
            Act::Record { what } => Some(*what),
            _ => None,
        })
        .collect();
    assert_eq!(done, [RecordWhat::Start, RecordWhat::Start, RecordWhat::Pause]);
    let mut other = Driver::steps("", steps, PERSON);
    other.says("no").expect("Not recorded. | Still not recorded.");
}

#[test]
fn the_best_suggestion_is_told_with_its_reason() {
    let steps = "  - recommend:\n    rules:\n      - { when: \"caller.vip\", item: \"Gold\", reason: { en: \"you are with us for long\" } }\n      - { item: \"Basic\" }\n    save_as: best\n    if_none: [ { say: { en: \"Nothing.\" } } ]\n  - say: { en: \"Take {{ best.item }}.\" }\n  - end: call\n";
    let text = format!("{}---\nflow: main\nsteps:\n{steps}\n{PERSON}", super::HEAD);
    let start = |vip: bool| {
        let mut call = Driver::with(bundle(&text), CallFacts { vip, ..CallFacts::default() });
        call.input(Input::Start);
        call
    };
    let mut call = start(true);
    let id = call.asked_last();
    call.input(Input::Recommended { id, chosen: Some(0) }).expect("Take Gold.");
    let mut other = start(false);
    other.wait(Duration::from_secs(2)).expect_part("Take Basic.");
    let mut none = start(true);
    let id = none.asked_last();
    none.input(Input::Recommended { id, chosen: None }).expect_part("Nothing.");
}

#[test]
fn whoever_serves_learns_which_verbs_nobody_performs() {
    let steps = "  - transfer: warehouse\n    if_failed: []\n  - tag: [a]\n  - end: call\n";
    let bundle = bundle(&format!("{}---\nflow: main\nsteps:\n{steps}\n{PERSON}", super::HEAD));
    let faults = unperformed(&bundle, &["tag", "queue"]);
    let printed: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(printed.len(), 1, "{printed:?}");
    assert!(printed[0].starts_with("t.yaml:8:5: not-performed: nothing performs the verb `transfer`"), "{printed:?}");
    assert!(unperformed(&bundle, &["tag", "queue", "transfer"]).is_empty());
}

#[test]
fn after_a_hang_up_only_what_is_safe_is_done() {
    let text = format!(
        "{}always:\n  hang_up: {{ steps: [ {{ tag: [gone] }} ] }}\n---\nflow: main\nslots: {DAY}\nalways:\n  hang_up:\n    steps:\n      - set: {{ left: \"true\" }}\n      - note: {{ en: \"Hung up.\" }}\n      - do: shop.book\n        safe: always\n        with: {{ day: now }}\n        if_error: []\n      - tag: [early]\nsteps:\n  - ask: day\n    prompt: {{ en: \"Day?\" }}\n{PERSON}",
        super::HEAD
    );
    let mut call = Driver::start(&text);
    call.input(Input::HangUp).expect("");
    let kinds: Vec<&str> = call
        .acts
        .iter()
        .filter_map(|act| match act {
            Act::Note { .. } => Some("note"),
            Act::Do(_) => Some("do"),
            Act::Tag { .. } => Some("tag"),
            Act::Listen(_) | Act::Say(_) => Some("speaks"),
            _ => None,
        })
        .collect();
    assert_eq!(kinds, ["note", "do", "tag"]);
    assert_eq!(call.ended, Some(EndReason::CallerHungUp));
}

#[test]
fn what_fails_after_a_hang_up_keeps_nothing_else_from_being_done() {
    let text = format!(
        "{}---\nflow: main\nslots: {DAY}\nalways:\n  hang_up:\n    steps:\n      - do: shop.book\n        safe: always\n        with: {{ day: now }}\n        if_error: []\n      - note: {{ en: \"For {{{{ day | day }}}}.\" }}\n      - set: {{ size: \"1 / 0\" }}\n      - tag: [gone]\nsteps:\n  - ask: day\n    prompt: {{ en: \"Day?\" }}\n{PERSON}",
        super::HEAD
    );
    let mut call = Driver::start(&text);
    call.input(Input::HangUp).expect("");
    assert!(call.acts.iter().any(|act| matches!(act, Act::Tag { tag } if tag == "gone")), "{:?}", call.acts);
    assert_eq!(call.acts.iter().filter(|act| matches!(act, Act::Trouble { .. })).count(), 2);
    assert_eq!(call.ended, Some(EndReason::CallerHungUp));
    // The answer to the change comes when nobody waits for it any more.
    let id = call.asked_last();
    call.input(Input::Done { id, result: found() });
    assert!(call.acts.is_empty());
}
