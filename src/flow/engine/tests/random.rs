//! Any inputs in any order: no panic, bounded acts, and every conversation ends; the same seed says the same.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::super::super::check::tests::load;
use super::super::super::shipped;
use super::{HEAD, PERSON};
use crate::flow::{Act, Bundle, CallFacts, Conversation, Datum, Input, LookUpResult, Now, QueueResult, TimerId};

fn shop() -> Arc<Bundle> {
    shipped::bundle("shop")
}

/// A bundle with every verb and handler, nested in each other.
fn everything() -> Arc<Bundle> {
    let text = format!(
        "{HEAD}handover: person\nalways:\n  repeat: {{ steps: [ {{ say: {{ en: \"Again.\" }} }}, {{ run: sub }} ] }}\n  look_up_slow: {{ steps: [ {{ say: {{ en: \"Slow.\" }} }} ] }}\n---\nflow: main\nslots: {{ pin: {{ type: digits, min: 2, max: 4 }}, code: {{ type: code, shape: \"LL99\" }}, sure: {{ type: yes_no }} }}\nalways:\n  silence: {{ steps: [ {{ ask: sure, prompt: {{ en: \"There?\" }} }} ] }}\n  not_understood: {{ when: \"sure\", goto: top }}\nsteps:\n  - id: top\n    ask: pin\n    prompt: {{ en: \"Pin?\" }}\n    if_stuck: menu\n  - ask: code\n    prompt: {{ en: \"Code?\" }}\n    read_back: always\n  - id: menu\n    menu:\n    prompt: {{ en: \"Which?\" }}\n    choices:\n      - {{ key: 0, words: {{ en: [\"none\"] }}, steps: [] }}\n      - {{ key: 1, words: {{ en: [\"look it up\"] }}, goto: look }}\n      - {{ key: 12, words: {{ en: [\"start again\"] }}, steps: [ {{ goto: top, at_most: 2, then: look }} ] }}\n  - id: look\n    look_up: shop.find_order\n    with: {{ number: pin }}\n    save_as: order\n    if_none: [ {{ run: sub }} ]\n  - say: {{ en: \"{{{{ order.status }}}} {{{{ order.due }}}}\" }}\n  - route:\n    prompt: {{ en: \"What now?\" }}\n---\nflow: sub\nstart_when: {{ en: [\"sub flow\", \"do the thing [now]\"] }}\nslots: {{ ok: {{ type: yes_no }} }}\nsteps:\n  - ask: ok\n    prompt: {{ en: \"Ok?\" }}\n  - choose:\n      - {{ when: ok, steps: [ {{ run: sub }} ] }}\n      - {{ otherwise: [ {{ goto: flow:main }} ] }}\n{PERSON}"
    );
    match load(&text) {
        Ok(loaded) => loaded.bundle,
        Err(failure) => panic!("{failure}"),
    }
}

const LINES: [&str; 24] = [
    "yes",
    "no",
    "goodbye",
    "talk to a person",
    "say that again",
    "where is my order",
    "A B one two three four five six seven eight",
    "AB12",
    "one two",
    "look it up",
    "start again",
    "do the thing",
    "the sky is blue",
    "when are you open",
    "",
    "  ",
    "呃 是的",
    "my order number is A B one two three four five six seven eight",
    "no that's all",
    "none",
    "first one",
    "sub flow please",
    "cancel",
    "\u{0}\u{ffff}{{ order }} [x] (y|",
];

#[derive(Clone, Debug)]
enum Move {
    Says(usize, u8, bool),
    Key(char),
    Silence,
    NotUnderstood,
    Found(u8),
    None,
    Error,
    Queue(u8),
    Timer(u64),
    OldestTimer,
    Cut(u64, u64, u64),
    Start,
}

fn moves() -> impl Strategy<Value = Move> {
    prop_oneof![
        6 => (0..LINES.len(), 0..=10u8, any::<bool>()).prop_map(|(line, sure, barge)| Move::Says(line, sure, barge)),
        3 => proptest::char::ranges(vec!['0'..='9', '#'..='#', '*'..='*', 'A'..='E'].into()).prop_map(Move::Key),
        2 => Just(Move::Silence),
        1 => Just(Move::NotUnderstood),
        2 => (0..4u8).prop_map(Move::Found),
        1 => Just(Move::None),
        1 => Just(Move::Error),
        2 => (0..6u8).prop_map(Move::Queue),
        1 => (0..40u64).prop_map(Move::Timer),
        3 => Just(Move::OldestTimer),
        1 => (0..30u64, 0..9_000u64, 0..9_000u64).prop_map(|(id, heard, of)| Move::Cut(id, heard, of)),
        1 => Just(Move::Start),
    ]
}

/// Plays moves, then hangs up; what was said in all.
fn play(bundle: &Arc<Bundle>, moves: &[Move], seed: u64) -> Vec<String> {
    let mut conversation = Conversation::new(Arc::clone(bundle), CallFacts::default(), seed);
    let mut said = Vec::new();
    let mut timers: Vec<TimerId> = Vec::new();
    let mut last_look_up = 0;
    let mut ended = 0;
    let begin = std::iter::once(Move::Start);
    for (index, step) in begin.chain(moves.iter().cloned()).enumerate() {
        let input = match step {
            Move::Says(line, sure, barge_in) => Input::Heard(crate::flow::Heard {
                text: LINES[line].to_owned(),
                language: None,
                confidence: f32::from(sure) / 10.0,
                alternatives: vec![LINES[(line + 1) % LINES.len()].to_owned()],
                barge_in,
                ..crate::flow::Heard::default()
            }),
            Move::Key(key) => Input::Key(key),
            Move::Silence => Input::Silence,
            Move::NotUnderstood => Input::NotUnderstood,
            Move::Found(kind) => {
                let mut record = BTreeMap::new();
                if kind > 0 {
                    record.insert(
                        "status".to_owned(),
                        Datum::Text(["late", "shipped", "packing"][usize::from(kind) - 1].to_owned()),
                    );
                    record.insert("item".to_owned(), Datum::Text("fern".to_owned()));
                    record.insert("due".to_owned(), Datum::Date(jiff::civil::date(2026, 1, 5)));
                }
                Input::LookedUp { id: last_look_up, result: LookUpResult::Found(record) }
            }
            Move::None => Input::LookedUp { id: last_look_up, result: LookUpResult::None },
            Move::Error => Input::LookedUp { id: last_look_up, result: LookUpResult::Error("unreachable".to_owned()) },
            Move::Queue(kind) => Input::QueueEnded(QueueResult::OF_A_QUEUE[usize::from(kind)]),
            Move::Timer(id) => Input::Timer(TimerId(id)),
            Move::OldestTimer => match timers.first().copied() {
                Some(timer) => {
                    timers.remove(0);
                    Input::Timer(timer)
                }
                None => Input::Silence,
            },
            Move::Cut(saying, heard, of) => {
                Input::Cut { saying, heard: Duration::from_millis(heard), of: Duration::from_millis(of) }
            }
            Move::Start => Input::Start,
        };
        let since_answer = Duration::from_millis(index as u64 * 700);
        let wall = jiff::Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_millis(index as i64 * 700);
        let acts = conversation.handle(Now { since_answer, wall }, input);
        assert!(acts.len() <= 2_000, "{} acts of one input", acts.len());
        assert!(ended == 0 || acts.is_empty(), "acts after the end");
        for act in acts {
            match act {
                Act::Say(say) => said.push(say.text),
                Act::SetTimer { id, .. } => timers.push(id),
                Act::CancelTimer { id } => timers.retain(|timer| *timer != id),
                Act::LookUp(look_up) => last_look_up = look_up.id,
                Act::End { .. } => ended += 1,
                _ => {}
            }
        }
    }
    let now = Now { since_answer: Duration::from_secs(3_600), wall: jiff::Timestamp::UNIX_EPOCH };
    ended += conversation.handle(now, Input::HangUp).iter().filter(|act| matches!(act, Act::End { .. })).count();
    assert_eq!(ended, 1, "a conversation ends exactly once");
    said
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_inputs_end_well_and_the_same_seed_says_the_same(
        moves in proptest::collection::vec(moves(), 0..60),
        seed in any::<u64>(),
    ) {
        thread_local! {
            static BUNDLES: [Arc<Bundle>; 2] = [shop(), everything()];
        }
        BUNDLES.with(|bundles| for bundle in bundles {
            let first = play(bundle, &moves, seed);
            let second = play(bundle, &moves, seed);
            assert_eq!(first, second);
        });
    }
}

#[test]
fn a_silent_caller_reaches_an_end_whatever_the_bundle() {
    for bundle in [shop(), everything()] {
        let mut conversation = Conversation::new(bundle, CallFacts::default(), 3);
        let mut open = true;
        let mut last_look_up = 0;
        let mut queued = false;
        let mut inputs = 0;
        let mut next = Input::Start;
        while open {
            let now = Now { since_answer: Duration::from_secs(inputs), wall: jiff::Timestamp::UNIX_EPOCH };
            for act in conversation.handle(now, next) {
                match act {
                    Act::LookUp(look_up) => last_look_up = look_up.id,
                    Act::Queue(_) => queued = true,
                    Act::End { .. } => open = false,
                    _ => {}
                }
            }
            next = match (std::mem::take(&mut queued), std::mem::take(&mut last_look_up)) {
                (true, _) => Input::QueueEnded(QueueResult::NoAgent),
                (_, 0) => Input::Silence,
                (_, id) => Input::LookedUp { id, result: LookUpResult::None },
            };
            inputs += 1;
            assert!(inputs < 100, "a silent caller is kept for ever");
        }
    }
}
