//! Calls that nobody rang: what a rehearsal shows is what a call would do.

use std::sync::Arc;
use std::time::Duration;

use super::super::check::tests::load;
use super::*;
use crate::flow::{EndReason, LookUpResult, QueueResult};
use crate::words::Language;

const PERSON: &str =
    "---\nflow: person\nsteps:\n  - queue: service\n    if_no_agent:\n      - say: { en: \"Nobody is free.\" }\n";

/// A bundle whose flow `main` has these slots and steps.
pub fn bundle(slots: &str, steps: &str) -> Arc<crate::flow::Bundle> {
    let text = format!(
        "bundle: t\nstart: main\nlanguages: [en]\nhandover: person\n---\nflow: main\nslots: {slots}\nsteps:\n{steps}\n{PERSON}"
    );
    match load(&text) {
        Ok(loaded) => loaded.bundle,
        Err(failure) => panic!("{failure}"),
    }
}

fn sayings(happened: &[Happening]) -> Vec<&str> {
    happened.iter().filter_map(Happening::said).collect()
}

fn begin(slots: &str, steps: &str, setting: Setting) -> (Rehearsal, Vec<Happening>) {
    Rehearsal::begin(bundle(slots, steps), setting).unwrap()
}

#[test]
fn a_call_runs_until_the_bot_waits_and_then_goes_on() {
    let steps = "  - say: { en: \"Hello.\" }\n  - ask: pin\n    prompt: { en: \"Your PIN?\" }\n  - say: { en: \"Thank you.\" }\n  - end: call";
    let (mut call, first) = begin("{ pin: { type: digits, min: 4, max: 4 } }", steps, Setting::default());
    assert_eq!(sayings(&first), ["Hello.", "Your PIN?"]);
    assert!(first.windows(2).all(|pair| pair[0].at <= pair[1].at));
    let then = call.turn(CallerTurn::says("one two three four"));
    assert_eq!(sayings(&then), ["Thank you."]);
    assert!(call.has_ended());
    assert!(matches!(then.last().map(|one| &one.what), Some(What::Ended { reason: EndReason::FlowEnded, .. })));
    let speaking = then.last().unwrap().at - first.last().unwrap().at;
    assert!(speaking > Duration::from_secs(1), "talking takes time: {speaking:?}");
}

#[test]
fn silence_is_as_long_as_the_step_allows_and_keys_wait_for_more_keys() {
    let steps = "  - ask: pin\n    prompt: { en: \"Your PIN?\" }\n  - end: call";
    let slots = "{ pin: { type: digits, min: 2, max: 6 } }";
    let (mut call, _) = begin(slots, steps, Setting::default());
    let before = call.clock();
    let happened = call.turn(CallerTurn::Silence);
    assert!(!sayings(&happened).is_empty(), "the bot asks again");
    assert!(happened[0].at - before >= Duration::from_secs(5));
    let happened = call.turn(CallerTurn::keys("1234"));
    assert!(call.has_ended(), "nothing follows, so the four digits are the value: {happened:?}");
}

#[test]
fn a_caller_who_interrupts_cuts_the_bot_short() {
    let steps = "  - say: { en: \"This is a rather long announcement that nobody wants to hear to its end.\" }\n  - ask: sure\n    prompt: { en: \"Go on?\" }\n  - end: call";
    let (mut call, first) = begin("{ sure: { type: yes_no } }", steps, Setting::default());
    assert_eq!(sayings(&first).len(), 2);
    let Says { text, .. } = Says::plainly("yes");
    let early = CallerTurn::Says(Says { barge_in_after: Some(Duration::from_millis(500)), ..Says::plainly(text) });
    let happened = call.turn(early);
    let cut = happened.iter().find_map(|one| match one.what {
        What::Cut { heard, .. } => Some(heard),
        _ => None,
    });
    assert_eq!(cut, Some(Duration::from_millis(500)));
    assert!(call.has_ended());
    assert!(call.clock() < Duration::from_secs(6), "{:?}", call.clock());
}

#[test]
fn look_ups_take_the_time_of_their_stubs_and_fillers_fill_it() {
    let steps = "  - look_up: shop.find_order\n    with: { number: \"'AB1'\" }\n    save_as: order\n    while_waiting: { en: \"One moment.\" }\n    time_limit: 4s\n    if_none: [ { say: { en: \"Nothing.\" } } ]\n    if_error: [ { say: { en: \"Trouble.\" } } ]\n  - end: call";
    let with = |answer: StubAnswer| {
        let mut setting = Setting::default();
        setting.stubs.set("shop.find_order", vec![answer]);
        let (_, happened) = begin("{}", steps, setting);
        (sayings(&happened).join(" "), happened.last().unwrap().at)
    };
    let quick = with(StubAnswer::now(LookUpResult::None));
    assert_eq!(quick.0, "Nothing.");
    let slow = with(StubAnswer { result: LookUpResult::None, after: Duration::from_secs(3) });
    assert_eq!(slow.0, "One moment. Nothing.");
    assert!(slow.1 > quick.1 + Duration::from_secs(2));
    let never = with(StubAnswer { result: LookUpResult::None, after: Duration::from_secs(60) });
    assert_eq!(never.0, "One moment. Trouble.");
    assert!(never.1 < Duration::from_secs(8));
    let (_, happened) = begin("{}", steps, Setting::default());
    assert!(happened.iter().any(|one| matches!(one.what, What::Asked { unanswered: true, .. })));
}

#[test]
fn a_question_without_a_stub_can_be_answered_by_whoever_runs_it() {
    let steps = "  - look_up: shop.find_order\n    with: { number: \"'AB1'\" }\n    if_none: [ { say: { en: \"Nothing.\" } } ]\n    if_error: [ { say: { en: \"Trouble.\" } } ]\n  - end: call";
    let (mut call, _) = begin("{}", steps, Setting { asks: true, ..Setting::default() });
    assert_eq!(call.unanswered().map(|act| act.name.as_str()), Some("shop.find_order"));
    let happened = call.answer(StubAnswer::now(LookUpResult::None));
    assert_eq!(sayings(&happened), ["Nothing."]);
}

#[test]
fn a_wait_for_a_person_ends_as_planned() {
    let steps = "  - goto: flow:person";
    let (mut call, happened) = begin("{}", steps, Setting::default());
    assert!(call.is_queued() && happened.iter().any(|one| matches!(one.what, What::Queued(_))));
    let happened = call.end_queue(QueueResult::NoAgent);
    assert_eq!(sayings(&happened)[0], "Nobody is free.");
    assert!(call.has_ended());
    let plan = vec![Plan::new(QueueResult::Talked)];
    let (mut call, _) = begin("{}", steps, Setting { queue: plan, ..Setting::default() });
    assert_eq!(call.go_on(), Stop::Ended);
    let happened = call.take();
    assert!(matches!(happened.last().map(|one| &one.what), Some(What::Ended { reason: EndReason::AgentEnded, .. })));
}

#[test]
fn private_values_are_masked_however_they_are_spoken() {
    let steps = "  - ask: pin\n    prompt: { en: \"Your PIN?\" }\n    read_back: always\n  - end: call";
    let slots = "{ pin: { type: digits, min: 6, max: 6, private: mask } }";
    let (mut call, _) = begin(slots, steps, Setting::default());
    let happened = call.turn(CallerTurn::says("one two three four five six"));
    let said = sayings(&happened).join(" ");
    assert!(said.contains("1 2 3"), "{said}");
    let shown = call.masked(&said);
    assert!(!shown.contains('2') && shown.contains("5 6"), "{shown}");
    assert!(!format!("{happened:?}").contains("1 2"), "{happened:?}");
}

#[test]
fn begins_with_any_flow_and_names_those_there_are() {
    let steps = "  - end: call";
    let setting = Setting { flow: Some("person".to_owned()), ..Setting::default() };
    let (call, _) = begin("{}", steps, setting);
    assert!(call.is_queued());
    let nowhere = Setting { flow: Some("nowhere".to_owned()), ..Setting::default() };
    let Err(error) = Rehearsal::begin(bundle("{}", steps), nowhere) else { panic!("there is no such flow") };
    assert_eq!(error.to_string(), "there is no flow `nowhere`; known are `main`, `person`");
    assert_eq!(call.language(), Language::EN);
}

/// The line of the documents' tests, and what its operators define.
fn shop() -> (Arc<crate::flow::Bundle>, crate::flow::Operators) {
    (super::documents::tests::shop(), super::super::check::tests::shop_operators())
}

#[test]
fn conversations_by_chance_end_well_and_are_the_same_for_the_same_seed() {
    let (bundle, operators) = shop();
    let mut ended_with_a_person = 0;
    for seed in 0..120 {
        let first = converse(&bundle, &operators, seed);
        let shown = || first.dialogue.iter().map(|line| format!("{line:?}\n")).collect::<String>();
        assert_eq!(first.wrong, None, "seed {seed}\n{}", shown());
        let second = converse(&bundle, &operators, seed);
        assert_eq!(first.dialogue, second.dialogue, "seed {seed}");
        ended_with_a_person += usize::from(first.happened.iter().any(|one| matches!(one.what, What::Queued(_))));
    }
    assert!(ended_with_a_person > 12, "{ended_with_a_person}");
}

#[test]
fn a_test_whose_caller_does_something_else_still_ends_well() {
    let (bundle, operators) = shop();
    let tests = super::documents::tests::read_late(&operators);
    let mutants = mutants(&tests[0], 7);
    assert_eq!(mutants.len(), 8);
    for mutant in mutants {
        let survived = survive(&bundle, &tests[0], &mutant).unwrap();
        assert_eq!(survived.wrong, None, "{mutant:?}\n{:#?}", survived.dialogue);
        assert_eq!(survived.at.to_string(), "shop.tests.yaml:8");
    }
}

#[test]
fn a_line_that_goes_dead_is_noticed() {
    let mut watch = watch::Watch::default();
    let bot = |seconds: u64| Happening {
        at: Duration::from_secs(seconds),
        what: What::Bot {
            saying: 1,
            step: (String::new(), String::new()),
            text: "Hello.".to_owned(),
            language: Language::EN,
            barge_in: crate::flow::BargeIn::Allowed,
            takes: Duration::from_secs(1),
        },
    };
    assert_eq!(watch.look(&[bot(1), bot(10)], None), None);
    assert_eq!(watch.look(&[bot(40)], None).as_deref(), Some("dead air: nothing was said for 29 s"));
    assert!(watch.look(&[], Some(Stop::DeadEnd)).is_some());
}

#[test]
fn coverage_tells_steps_exits_and_handlers_apart() {
    let (bundle, operators) = shop();
    let tests = super::documents::tests::read_late(&operators);
    let mut coverage = Coverage::of(&bundle, &["shop.yaml".into()]);
    let played = play(&bundle, &tests[0], None).unwrap();
    coverage.add(&played.happened);
    let flow = coverage.flows().find(|flow| flow.flow == "order_status").unwrap();
    let times = |list: &[Covered], what: &str| list.iter().find(|one| one.what == what).map(|one| one.times);
    assert_eq!(times(&flow.steps, "get_number"), Some(1));
    let look_up = flow.exits.iter().filter(|one| one.what.starts_with("look_up")).collect::<Vec<_>>();
    let taken: Vec<(&str, u32)> = look_up.iter().map(|one| (one.what.split(": ").nth(1).unwrap(), one.times)).collect();
    assert_eq!(taken, [("next", 1), ("if_none", 0), ("if_error", 0)]);
    assert!(look_up.iter().all(|one| one.file.ends_with("shop.yaml") && one.line == 20), "{look_up:?}");
    let [(_, steps, of), ..] = coverage.totals();
    assert!(steps == 4 && of > 6, "{steps} of {of}");
}
