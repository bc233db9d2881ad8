//! Corrections: of what was just given, whatever is asked now.

use super::{Driver, PERSON, text};
use crate::flow::Rank;

const SLOTS: &str = "{ code: { type: code, shape: \"LL99\" }, day: { type: date }, sure: { type: yes_no } }";

fn order(between: &str) -> Driver {
    let steps = format!(
        "  - ask: code\n    prompt: {{ en: \"Code?\" }}\n{between}  - ask: sure\n    prompt: {{ en: \"Shall I go on?\" }}\n  - say: {{ en: \"Done with {{{{ code | spell }}}}.\" }}\n  - end: call\n"
    );
    let mut call = Driver::steps(SLOTS, &steps, PERSON);
    call.says("AB12");
    call
}

#[test]
fn a_slot_just_answered_is_put_right_and_the_question_asked_again() {
    let mut call = order("");
    call.expect("Shall I go on?");
    call.says("no, the second digit is five").expect("All right, A B, 1 5. | Shall I go on?");
    assert_eq!((call.rank(), call.handlers()), (Some(Rank::Correction), vec!["correct"]));
    call.says("yes").expect_part("Done with A B, 1 5.");
}

#[test]
fn a_plain_no_is_an_answer_and_no_correction() {
    let mut call = order("");
    call.says("no").expect_part("Done with A B, 1 2.");
}

#[test]
fn what_was_looked_up_with_a_wrong_value_is_looked_up_again() {
    let mut call = order(
        "  - look_up: shop.find_order\n    with: { number: code }\n    save_as: order\n    if_none: []\n    if_error: []\n  - say: { en: \"It is {{ order.status }}.\" }\n",
    );
    call.finds(&[("status", text("late")), ("item", text("x"))]).expect("It is late. | Shall I go on?");
    call.says("no, sorry, it's A B one three").expect_part("All right, A B, 1 3.");
    let number = call.look_up.as_ref().and_then(|look_up| look_up.args.get("number")).map(|value| value.text());
    assert_eq!(number.as_deref(), Some("AB13"));
    call.finds(&[("status", text("sent")), ("item", text("x"))]).expect("It is sent. | Shall I go on?");
}

#[test]
fn what_was_already_done_with_a_value_is_not_done_again() {
    let mut call = order(
        "  - ask: day\n    prompt: { en: \"Day?\" }\n  - do: shop.book\n    safe: always\n    with: { day: day }\n    if_error: []\n",
    );
    call.says("tomorrow");
    let id = call.asked_last();
    call.input(crate::flow::Input::Done { id, result: crate::flow::LookUpResult::Found(Default::default()) });
    call.expect("Shall I go on?");
    call.says("no, the second digit is five");
    assert_ne!(call.rank(), Some(Rank::Correction));
}

#[test]
fn corrections_are_understood_in_mandarin() {
    let text = "bundle: t\nstart: main\nlanguages: [zh]\ntimezone: Asia/Shanghai\n---\nflow: main\nslots: { pin: { type: digits, length: 4 }, sure: { type: yes_no } }\nsteps:\n  - ask: pin\n    prompt: { zh: \"请说四位密码。\" }\n  - ask: sure\n    prompt: { zh: \"可以继续吗？\" }\n  - say: { zh: \"好。\" }\n  - end: call\n";
    let mut call = Driver::start(text);
    call.says("一二三四").expect("可以继续吗？");
    call.says("不对，最后一位是九").expect("好的，改为幺二三九。 | 可以继续吗？");
    call.says("不对，是五六七八").expect("好的，改为五六七八。 | 可以继续吗？");
    call.says("可以").expect("好。");
}

#[test]
fn a_correction_of_a_value_being_read_back_takes_its_place() {
    let steps = "  - ask: code\n    prompt: { en: \"Code?\" }\n    read_back: always\n  - say: { en: \"Done.\" }\n  - end: call\n";
    let mut call = Driver::steps("{ code: { type: code, shape: \"LL99\" } }", steps, "");
    call.says("AB12").expect("I heard A B, 1 2. Is that right?");
    call.says("no, the first letter is C").expect("I heard C B, 1 2. Is that right?");
    call.says("yes").expect_part("Done.");
}

#[test]
fn whoever_says_only_that_something_is_wrong_is_asked_for_it_again() {
    for said in ["I made a mistake", "sorry, I gave you the wrong number", "I misspoke"] {
        let mut call = order("");
        call.says(said).expect("Sorry about that. Please say it again. | Code?");
        assert_eq!((call.rank(), call.handlers()), (Some(Rank::Correction), vec!["correct"]), "{said}");
        call.says("AB 34").expect("Shall I go on?");
        call.says("yes").expect_part("Done with A B, 3 4.");
    }
}

#[test]
fn a_value_being_read_back_is_asked_again_when_only_a_mistake_is_owned_up() {
    let steps = "  - ask: code\n    prompt: { en: \"Code?\" }\n    read_back: always\n  - say: { en: \"Done.\" }\n  - end: call\n";
    let mut call = Driver::steps("{ code: { type: code, shape: \"LL99\" } }", steps, "");
    call.says("AB12").expect("I heard A B, 1 2. Is that right?");
    call.says("I made a mistake").expect("Sorry about that. Please say it again. | Code?");
}

#[test]
fn a_mistake_before_anything_was_given_is_no_correction() {
    let mut call = Driver::steps(SLOTS, "  - ask: code\n    prompt: { en: \"Code?\" }\n  - end: call\n", PERSON);
    call.says("I made a mistake");
    assert_eq!(call.rank(), Some(Rank::NotUnderstood));
}

#[test]
fn a_slot_filled_two_questions_before_is_put_right() {
    let mut call = order("  - ask: day\n    prompt: { en: \"Day?\" }\n");
    call.says("tomorrow").expect("Shall I go on?");
    call.says("no, the second digit of the code is five").expect_part("All right, A B, 1 5.");
    assert_eq!(call.rank(), Some(Rank::Correction));
}

#[test]
fn a_mistake_is_owned_up_in_mandarin() {
    let text = "bundle: t\nstart: main\nlanguages: [zh]\ntimezone: Asia/Shanghai\n---\nflow: main\nslots: { pin: { type: digits, length: 4 }, sure: { type: yes_no } }\nsteps:\n  - ask: pin\n    prompt: { zh: \"请说四位密码。\" }\n  - ask: sure\n    prompt: { zh: \"可以继续吗？\" }\n  - say: { zh: \"好。\" }\n  - end: call\n";
    let mut call = Driver::start(text);
    call.says("一二三四").expect("可以继续吗？");
    call.says("我说错了").expect("抱歉，请您再说一遍。 | 请说四位密码。");
    assert_eq!((call.rank(), call.handlers()), (Some(Rank::Correction), vec!["correct"]));
    call.says("五六七八").expect("可以继续吗？");
}
