//! Callers with a voice, and a recogniser that does not always understand them.

use super::super::super::act::ListenAct;
use super::super::caller::Says;
use super::super::documents::tests::{read_one, shop};
use super::super::documents::{CallerLine, FlowTest};
use super::super::line::{Ears, Manner};
use super::super::meaning::Reply;
use super::*;
use crate::words::Language;

/// Hears one text after the other, each with its confidence, whatever is said.
struct Hears(Vec<(&'static str, f32)>);

impl Ears for Hears {
    fn hear(&mut self, _: &CallerLine, _: Option<&ListenAct>, _: Language, _: Manner) -> Result<Option<Says>, String> {
        if self.0.is_empty() {
            return Err("nothing more was to be said".to_owned());
        }
        let (text, confidence) = self.0.remove(0);
        Ok(Some(Says { confidence, ..Says::plainly(text) }))
    }
}

const ORDER: &str = r#"test: an order by its number
flow: order_status
stubs: { shop.find_order: { status: late, item: fern, due: 2026-01-05 } }
turns:
  - caller: "A B one two three four five six seven eight"
  - bot_exactly: "It is late."
  - expect: { slot: { order_no: AB12345678 }, read_back: false, end: call }
"#;

fn played(heard: &[(&'static str, f32)]) -> Played {
    let test: FlowTest = read_one(ORDER);
    let mut ears = Hears(heard.to_vec());
    let played = play(&shop(), &test, Some(&mut ears)).unwrap();
    assert!(ears.0.is_empty() || played.failure.is_some(), "not everything was said: {:#?}", played.dialogue);
    played
}

fn replies(played: &Played) -> Vec<Option<Reply>> {
    played.heard[0].tries.iter().map(|one| one.reply).collect()
}

const RIGHT: &str = "A B one two three four five six seven eight";
const WRONG: &str = "A B one two three four five six seven nine";

#[test]
fn a_caller_answers_truthfully_what_the_test_does_not_answer() {
    let sure = played(&[(RIGHT, 1.0)]);
    assert_eq!((sure.failure.clone(), replies(&sure)), (None, vec![None]), "{:#?}", sure.dialogue);
    let unsure = played(&[(RIGHT, 0.7), ("yes, that's right", 0.9)]);
    assert_eq!(
        (unsure.failure.clone(), replies(&unsure)),
        (None, vec![None, Some(Reply::Yes)]),
        "{:#?}",
        unsure.dialogue
    );
    let wrong = played(&[(WRONG, 0.7), ("no, that's wrong", 0.9), (RIGHT, 0.7), ("yes that's right", 0.9)]);
    let said = vec![None, Some(Reply::No), Some(Reply::Again), Some(Reply::Yes)];
    assert_eq!((wrong.failure.clone(), replies(&wrong)), (None, said), "{:#?}", wrong.dialogue);
    assert!(wrong.heard[0].meant.ends_with("ht") && !wrong.heard[0].meant.contains("five"), "{:?}", wrong.heard);
}

#[test]
fn what_is_not_understood_is_said_again() {
    let played = played(&[("hmm what", 0.9), (RIGHT, 1.0)]);
    assert_eq!(
        (played.failure.clone(), replies(&played)),
        (None, vec![None, Some(Reply::Again)]),
        "{:#?}",
        played.dialogue
    );
}

#[test]
fn a_value_taken_wrongly_without_a_question_fails_the_test() {
    let played = played(&[(WRONG, 1.0)]);
    let failure = played.failure.clone().unwrap();
    assert!(failure.differences[0].got.contains("nobody asked"), "{failure:?}");
    assert!(failure.differences[0].expected.starts_with("order_no = ••••"), "{failure:?}");
}

#[test]
fn nobody_is_asked_for_ever() {
    let played = played(&[("hmm", 0.9), ("what", 0.9), ("who", 0.9), ("when", 0.9)]);
    assert!(played.failure.is_some(), "{:#?}", played.dialogue);
}
