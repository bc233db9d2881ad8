//! Private values, and what is computed from them: masked in every event, whatever became of their flow.

use super::{Driver, PERSON};
use crate::flow::{Act, LookUpResult, QueueResult};

const SLOTS: &str = "{ order_no: { type: code, shape: \"LL9999\", private: mask } }";

/// A text as it would be kept.
fn kept(call: &Driver, text: &str) -> String {
    crate::private::mask_values(text, &call.conversation.private_values())
}

#[test]
fn what_is_computed_from_a_private_value_is_as_private() {
    let steps = "  - ask: order_no\n    prompt: { en: \"Number?\" }\n  - set: { label: \"'XY' + order_no\", doubled: \"label + label\" }\n  - queue: service\n    brief: [label, caller.number]\n    if_no_agent:\n      - say: { en: \"About {{ doubled }}.\" }\n";
    let mut call = Driver::steps(SLOTS, steps, PERSON);
    call.says("A B one two three four");
    let private: Vec<(String, bool)> = call.brief().into_iter().map(|fact| (fact.label, fact.private)).collect();
    assert_eq!(private, [("label".to_owned(), true), ("caller number".to_owned(), true)]);
    let values = call.conversation.private_values();
    for value in ["AB1234", "XYAB1234", "XYAB1234XYAB1234"] {
        assert!(values.iter().any(|known| known == value), "{value} is not among {values:?}");
    }
    let shown = format!("{:?}", call.acts);
    assert!(!shown.contains("AB1234"), "{shown}");
    call.queue_ends(QueueResult::NoAgent);
    assert_eq!(kept(&call, &call.bot()), "About ••••••••••••••34. | Thank you for calling. Goodbye.");
}

#[test]
fn a_private_value_is_masked_even_when_its_flow_and_the_call_are_over() {
    let steps = "  - ask: order_no\n    prompt: { en: \"Number?\" }\n  - say: { en: \"It is {{ order_no }}.\" }\n  - end: call\n";
    let mut call = Driver::steps(SLOTS, steps, "");
    call.says("A B one two three four").expect("It is A B, 1 2 3 4.");
    assert!(call.conversation.has_ended());
    assert_eq!(kept(&call, &call.bot()), "It is • •, • • 3 4.");
    let run = "  - run: asking\n  - say: { en: \"Done.\" }\n  - end: call\n";
    let asking = format!(
        "---\nflow: asking\nslots: {SLOTS}\nsteps:\n  - ask: order_no\n    prompt: {{ en: \"Number?\" }}\n  - say: {{ en: \"It is {{{{ order_no }}}}.\" }}\n"
    );
    let mut run = Driver::steps("", run, &asking);
    run.says("A B one two three four");
    assert_eq!(kept(&run, &run.bot()), "It is • •, • • 3 4. | Done.");
}

#[test]
fn a_value_that_was_corrected_away_stays_private() {
    let steps = "  - ask: order_no\n    prompt: { en: \"Number?\" }\n    read_back: always\n  - end: call\n";
    let mut call = Driver::steps(SLOTS, steps, "");
    call.says("A B one two three four");
    assert_eq!(kept(&call, &call.bot()), "I heard • •, • • 3 4. Is that right?");
    call.says("no, A B one two three five").says("yes");
    let values = call.conversation.private_values();
    assert!(values.iter().any(|value| value == "AB1235"), "{values:?}");
}

#[test]
fn the_callers_number_is_private() {
    let steps = "  - say: { en: \"You call from {{ caller.number | spell }}.\" }\n  - end: call\n";
    let call = Driver::steps("", steps, "");
    assert!(kept(&call, &call.bot()).ends_with("0 1."), "{}", kept(&call, &call.bot()));
    assert!(!kept(&call, &call.bot()).contains('6'));
}

#[test]
fn arguments_of_a_look_up_show_nothing_by_themselves() {
    let steps = "  - ask: order_no\n    prompt: { en: \"Number?\" }\n  - set: { key: \"order_no + '-1'\" }\n  - look_up: shop.find_order\n    with: { number: key }\n    if_none: []\n    if_error: []\n  - end: call\n";
    let mut call = Driver::steps(SLOTS, steps, "");
    call.says("A B one two three four");
    let shown = format!("{:?}", call.acts);
    assert!(!shown.contains("1234"), "{shown}");
    let sent = call.act(|act| match act {
        Act::LookUp(look_up) => look_up.args.get("number").map(crate::flow::Datum::text),
        _ => None,
    });
    assert_eq!(sent.as_deref(), Some("AB1234-1"));
    call.answers(LookUpResult::None);
    assert_eq!(kept(&call, "AB1234-1"), "•••••4-1");
}
