//! `answer`, and questions asked in the middle of something else.

use std::time::Duration;

use super::{Driver, HEAD, PERSON};
use crate::flow::{Act, Answered, Input, KnownAnswer, Rank};

const ANSWERS: &str = "---\nanswers: delivery\nentries:\n  - questions: { en: [\"how long does delivery take\"] }\n    answer: { en: \"Two days.\" }\n";

fn known(score: f32) -> KnownAnswer {
    KnownAnswer {
        topic: "delivery".to_owned(),
        question: "how long does delivery take".to_owned(),
        text: "Two days.".to_owned(),
        score,
    }
}

fn asked(call: &Driver) -> Option<String> {
    call.act(|act| match act {
        Act::Answer(answer) => Some(answer.question.clone()),
        _ => None,
    })
}

fn asking() -> Driver {
    Driver::start(&format!(
        "{HEAD}---\nflow: main\nslots: {{ pin: {{ type: digits, length: 4 }} }}\nsteps:\n  - ask: pin\n    prompt: {{ en: \"Your pin?\" }}\n    if_stuck: stuck\n  - say: {{ en: \"Thanks.\" }}\n  - end: call\n  - id: stuck\n    say: {{ en: \"Stuck.\" }}\n{ANSWERS}{PERSON}"
    ))
}

#[test]
fn a_question_in_the_middle_is_answered_and_the_ask_resumed_without_costing_a_try() {
    let mut call = asking();
    for _ in 0..5 {
        call.says("how long does it take to arrive").expect("");
        assert!(asked(&call).is_some());
        let id = call.asked_last();
        call.input(Input::Answered { id, result: Answered::Sure(known(0.9)) });
        call.expect("Two days. | Your pin?");
        assert_eq!(call.rank(), Some(Rank::Question));
    }
    call.says("one two three four").expect("Thanks.");
}

#[test]
fn what_nobody_knows_is_a_miss_and_a_slow_knowledge_base_too() {
    let mut call = asking();
    call.says("what is the meaning of life");
    let id = call.asked_last();
    call.input(Input::Answered { id, result: Answered::None }).expect("Sorry, I didn't catch that. | Your pin?");
    call.says("what is the meaning of life");
    call.wait(Duration::from_secs(2)).expect_part("Please say it once more.");
}

#[test]
fn an_unsure_answer_is_asked_about() {
    let mut call = asking();
    call.says("does it take long");
    let id = call.asked_last();
    call.input(Input::Answered { id, result: Answered::Unsure(vec![known(0.5)]) });
    call.expect("Did you ask: how long does delivery take?");
    call.says("yes").expect("Two days. | Your pin?");
}

fn answering(options: &str) -> Driver {
    Driver::start(&format!(
        "{HEAD}---\nflow: main\nsteps:\n  - answer: {{ en: \"What would you like to know?\" }}\n    topics: [delivery]\n{options}  - say: {{ en: \"Next.\" }}\n  - end: call\n{ANSWERS}{PERSON}"
    ))
}

#[test]
fn a_step_answers_or_takes_its_exit() {
    let none = "    if_none: [ { say: { en: \"No idea.\" } } ]\n";
    let mut call = answering(none);
    call.expect("What would you like to know?").says("how long does it take");
    assert_eq!(asked(&call).as_deref(), Some("how long does it take"));
    let id = call.asked_last();
    call.input(Input::Answered { id, result: Answered::Sure(known(0.9)) }).expect("Two days. | Next.");
    let mut nothing = answering(none);
    nothing.says("why is the sky blue");
    let id = nothing.asked_last();
    nothing.input(Input::Answered { id, result: Answered::None }).expect("No idea. | Next.");
    let mut unsure = answering(none);
    unsure.says("is it long");
    let id = unsure.asked_last();
    unsure.input(Input::Answered { id, result: Answered::Unsure(vec![known(0.5)]) }).expect_part("Did you ask");
    unsure.says("no").expect("No idea. | Next.");
}
