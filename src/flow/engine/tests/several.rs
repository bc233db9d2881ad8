//! `ask_all`, several values in one breath, and `confirm`.

use super::{Driver, PERSON};
use crate::flow::{Input, Rank};

const BOOKING: &str = "{ day: { type: date, called: { en: \"the day\" } }, hour: { type: time, called: { en: \"the time\" } }, people: { type: number, min: 1, max: 12, whole: always, called: { en: \"the number of people\" } } }";

fn booking(options: &str) -> Driver {
    let steps = format!(
        "  - ask_all:\n      - day\n      - {{ slot: hour, prompt: {{ en: \"What time?\" }} }}\n      - people\n    prompt: {{ en: \"When would you like to come, and how many are you?\" }}\n{options}    if_stuck: stuck\n  - say: {{ en: \"Booked for {{{{ people | number }}}}.\" }}\n  - end: call\n  - id: stuck\n    say: {{ en: \"I am stuck.\" }}\n"
    );
    Driver::steps(BOOKING, &steps, "")
}

#[test]
fn everything_may_be_said_in_one_breath_in_any_order() {
    let mut call = booking("");
    call.expect("When would you like to come, and how many are you?");
    call.says("a table for four people at half past seven in the evening tomorrow").expect("Booked for four.");
    assert_eq!(call.filled().len(), 3);
}

#[test]
fn only_what_is_missing_is_asked_for() {
    let mut call = booking("");
    call.says("tomorrow at half past seven in the evening").expect("What is the number of people?");
    call.expect_slot("day", "2026-01-10").expect_slot("hour", "19:30");
    call.says("four").expect("Booked for four.");
    let mut other = booking("");
    other.says("four people").expect("What is the day?");
    other.says("on Monday").expect("What time?");
    other.says("at eight in the evening").expect("Booked for four.");
}

#[test]
fn what_may_mean_two_things_is_asked_about_and_the_rest_is_kept() {
    let mut call = booking("");
    call.says("four people tomorrow at half past seven").expect_part("Did you mean").expect_part(", or ");
    call.expect_slot("people", "4").expect_slot("day", "2026-01-10");
    call.says("in the evening").expect("Booked for four.");
    let mut key = booking("");
    key.says("four people tomorrow at half past seven").keys("2").expect("Booked for four.");
}

#[test]
fn what_cannot_be_said_at_once_is_asked_for_piece_by_piece() {
    let mut call = booking("");
    call.says("the weather is lovely").expect("Sorry, I didn't catch that. | What is the day?");
    call.says("tomorrow").expect("What time?");
    call.silence().expect("Are you still there? | What time?");
    call.silence().expect("I can't hear you. | What time?");
    call.silence().expect_part("I am stuck.");
}

#[test]
fn everything_is_confirmed_together_and_a_no_may_name_what_is_wrong() {
    let mut call = booking("    confirm: together\n");
    call.says("tomorrow at 7:30 pm for four people").expect_part("Is that right?");
    call.expect_part("the day").expect_part("the number of people is four");
    call.says("no, five people").expect_part("the number of people is five").expect_part("Is that right?");
    assert_eq!(call.rank(), Some(Rank::Correction));
    call.says("no").expect_part("What should I change?");
    call.says("the day is Monday").expect_part("Is that right?");
    call.expect_slot("day", "2026-01-12").says("yes").expect("Booked for five.");
}

#[test]
fn other_slots_of_the_flow_are_filled_when_said_along() {
    let slots = "{ code: { type: code, shape: \"LL99\" }, day: { type: date } }";
    let steps = "  - ask: code\n    prompt: { en: \"Code?\" }\n  - ask: day\n    prompt: { en: \"Day?\" }\n  - say: { en: \"Good.\" }\n";
    let mut call = Driver::steps(slots, steps, "");
    call.says("it's A B one two and I need it tomorrow").expect_part("Good.");
    let mut alone = Driver::steps(slots, steps, "");
    alone.says("A B one two").expect("Day?");
}

fn confirming(options: &str) -> Driver {
    let slots = "{ day: { type: date }, code: { type: code, shape: \"LL99\" } }";
    let steps = format!(
        "  - ask: code\n    prompt: {{ en: \"Code?\" }}\n  - ask: day\n    prompt: {{ en: \"Day?\" }}\n  - confirm: {{ en: \"Code {{{{ code | spell }}}} on {{{{ day | day }}}}, is that right?\" }}\n    facts: [day, code]\n{options}  - say: {{ en: \"Done.\" }}\n  - end: call\n  - id: wrong\n    say: {{ en: \"Wrong then.\" }}\n"
    );
    let mut call = Driver::steps(slots, &steps, PERSON);
    call.says("AB12").expect("Day?");
    call.says("the third of February").expect_part("is that right?");
    call
}

#[test]
fn facts_are_confirmed_denied_or_corrected() {
    confirming("").says("yes").expect("Done.");
    confirming("    if_no: wrong\n").says("no").expect_part("Wrong then.");
    let mut call = confirming("    if_no: wrong\n");
    call.says("no, the date is the fourth of February")
        .expect_part("the fourth of February")
        .expect_part("is that right?");
    call.says("no, the last digit is five").expect_part("A B, 1 5").says("that's right").expect("Done.");
    let mut plain = confirming("");
    plain.says("no").expect("Sorry. What should I change?");
    plain.says("the fifth of February").expect_part("the fifth of February").says("yes").expect("Done.");
}

#[test]
fn a_yes_that_came_before_the_question_was_heard_confirms_nothing() {
    let slots = "{ code: { type: code, shape: \"LL99\" } }";
    let steps = "  - ask: code\n    prompt: { en: \"Code?\" }\n    read_back: always\n  - say: { en: \"Done.\" }\n";
    let mut call = Driver::steps(slots, steps, "");
    call.says("AB12").expect("I heard A B, 1 2. Is that right?");
    call.says("no, AB13").expect("I heard A B, 1 3. Is that right?");
    call.cut(0, 0.1).interrupts("yes").expect("I heard A B, 1 3. Is that right?");
    call.cut(0, 0.8).interrupts("yes").expect_part("Done.");
    assert!(call.conversation.has_ended());
}

#[test]
fn silence_and_mishearing_count_apart_and_together() {
    let slots = "{ code: { type: code, shape: \"LL99\" } }";
    let steps = "  - ask: code\n    prompt: { en: \"Code?\" }\n    if_stuck: stuck\n  - end: call\n  - id: stuck\n    say: { en: \"Stuck.\" }\n";
    let moves = |line: &str| {
        let mut call = Driver::steps(slots, steps, "");
        for step in line.chars() {
            match step {
                's' => call.silence(),
                _ => call.input(Input::NotUnderstood),
            };
        }
        call.bot().contains("Stuck.")
    };
    // Three of one kind, or four of both.
    for (line, stuck) in [("ss", false), ("sss", true), ("mmm", true), ("smsm", true), ("sms", false), ("mssm", true)] {
        assert_eq!(moves(line), stuck, "{line}");
    }
}
