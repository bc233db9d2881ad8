//! What the loader takes and what it refuses, with place and mend.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::super::{Connection, Fault, FieldShape, LoadFailure, Operators, QueryShape, Severity, SourceFile};
use super::{Loaded, load_files};

/// The operators' side that the tests and the shop of the demo need.
pub fn shop_operators() -> Operators {
    let field = |text: &str| FieldShape::parse(text).unwrap();
    let returns = [("status", "text"), ("item", "text"), ("sent", "date?"), ("due", "date?"), ("total", "money?")];
    let find_order = QueryShape {
        args: BTreeMap::from([("number".to_owned(), field("text"))]),
        returns: returns.iter().map(|(name, shape)| ((*name).to_owned(), field(shape))).collect(),
        ..QueryShape::default()
    };
    let shop = Connection { queries: BTreeMap::from([("find_order".to_owned(), find_order)]) };
    Operators {
        connections: BTreeMap::from([("shop".to_owned(), shop)]),
        queues: BTreeSet::from(["service".to_owned(), "orders".to_owned()]),
        destinations: BTreeSet::new(),
    }
}

pub fn load(text: &str) -> Result<Loaded, LoadFailure> {
    load_files(vec![SourceFile { path: PathBuf::from("t.yaml"), text: text.to_owned() }], &shop_operators())
}

/// A bundle with one flow of these lines; the flow's own lines begin at line 6.
fn flow(lines: &str) -> String {
    format!("bundle: t\nstart: main\nlanguages: [en]\nhandover: main\n---\nflow: main\n{lines}")
}

/// Every fault and warning of a text.
fn faults(text: &str) -> Vec<Fault> {
    match load(text) {
        Ok(loaded) => loaded.warnings,
        Err(failure) => failure.faults,
    }
}

/// One way to break a file: the text, and the place, the code, and parts of what is said and of the mend.
struct Broken<'t> {
    text: String,
    place: &'t str,
    code: &'t str,
    what: &'t str,
    mend: &'t str,
}

fn broken<'t>(lines: &str, place: &'t str, code: &'t str, what: &'t str, mend: &'t str) -> Broken<'t> {
    Broken { text: flow(lines), place, code, what, mend }
}

#[track_caller]
fn assert_fault(case: &Broken<'_>) {
    let found = faults(&case.text);
    let printed: Vec<String> = found.iter().map(ToString::to_string).collect();
    let fits = found.iter().any(|fault| {
        format!("{}:{}", fault.line, fault.column) == case.place
            && fault.code == case.code
            && fault.what.contains(case.what)
            && fault.mend.contains(case.mend)
    });
    assert!(
        fits,
        "wanted {} {} {:?} {:?} of\n{}\nfound\n{}",
        case.place,
        case.code,
        case.what,
        case.mend,
        case.text,
        printed.join("\n")
    );
}

const SAY: &str = "steps:\n  - say: { en: \"Hello.\" }\n";

#[test]
fn broken_steps_say_where_what_and_how_to_mend() {
    let ask = "slots: { ok: { type: yes_no } }\nsteps:\n  - ask: ok\n    prompt: { en: \"Ok?\" }\n";
    let cases = [
        broken("steps:\n  - sya: { en: \"Hi.\" }\n", "8:5", "unknown-verb", "`sya`", "did you mean `say`?"),
        broken("steps:\n  - id: x\n", "8:5", "unknown-verb", "no verb", "`say:`"),
        broken("steps:\n  - say: { en: \"Hi.\" }\n    end: call\n", "9:5", "two-verbs", "`say` and `end`", "two steps"),
        broken("steps:\n  - prompt: { en: \"Hi.\" }\n", "8:5", "unknown-verb", "stands alone", "under the verb"),
        broken(
            &format!("{ask}    promt: {{ en: \"x\" }}\n"),
            "11:5",
            "unknown-key",
            "`promt`",
            "did you mean `prompt`?",
        ),
        broken(
            "steps:\n  - ask: ordr\n    prompt: { en: \"?\" }\nslots: { order: { type: yes_no } }\n",
            "8:10",
            "unknown-slot",
            "`ordr`",
            "`order`",
        ),
        broken("slots: { ok: { type: yes_no } }\nsteps:\n  - ask: ok\n", "9:10", "missing-key", "no prompt", "prompt:"),
        broken(
            "steps:\n  - goto: nowhere\n  - id: somewhere\n    end: call\n",
            "8:11",
            "unknown-step",
            "`nowhere`",
            "`somewhere`",
        ),
        broken("steps:\n  - goto: flow:mian\n", "8:11", "unknown-flow", "`mian`", "did you mean `main`?"),
        broken("steps:\n  - goto: main\n", "8:11", "unknown-step", "`main`", "write `flow:main`"),
        broken("steps:\n  - run: mian\n", "8:10", "unknown-flow", "`mian`", "`main`"),
        broken(
            "steps:\n  - id: a\n    say: { en: \"Hi.\" }\n  - { goto: a }\n",
            "10:7",
            "endless-loop",
            "`a`",
            "at_most: 2",
        ),
        broken(
            "steps:\n  - id: a\n    say: { en: \"Hi.\" }\n  - { goto: a, at_most: 2 }\n",
            "10:16",
            "missing-key",
            "no `then`",
            "then:",
        ),
        broken("steps:\n  - end: all\n", "8:10", "unknown-word", "`all`", "did you mean `call`?"),
        broken(
            "steps:\n  - end: call\n  - say: { en: \"Never.\" }\n",
            "9:5",
            "unreachable-step",
            "never be reached",
            "id",
        ),
        broken("steps: say\n", "7:8", "wrong-form", "not a list", "- "),
        broken("", "6:1", "missing-key", "no `steps`", "steps:"),
        broken(
            "steps:\n  - id: a\n    end: call\n  - id: a\n    end: call\n",
            "10:9",
            "duplicate-name",
            "`a`",
            "another id",
        ),
        broken(
            "steps:\n  - choose:\n      - when: now > now\n        steps: []\n",
            "9:7",
            "missing-otherwise",
            "otherwise",
            "otherwise: []",
        ),
        broken("steps:\n  - queue: servis\n", "8:12", "unknown-queue", "`servis`", "did you mean `service`?"),
        broken(
            "steps:\n  - queue: service\n    while_waiting: { tell: [posision] }\n",
            "9:29",
            "unknown-word",
            "`posision`",
            "`position`",
        ),
        broken("steps:\n  - queue: service\n    time_limit: 5 minutes\n", "9:17", "bad-time", "`5 minutes`", "`10m`"),
        broken(
            "always: { agent_plese: { goto: flow:main } }\nsteps: []\n",
            "7:11",
            "unknown-handler",
            "`agent_plese`",
            "`agent_please`",
        ),
        broken("always: { repeat: main }\nsteps: []\n", "7:19", "wrong-form", "not a mapping", "{ goto: main }"),
        broken("always: { repeat: { go: x } }\nsteps: []\n", "7:19", "missing-key", "neither", "steps"),
    ];
    cases.iter().for_each(assert_fault);
}

#[test]
fn broken_values_say_where_what_and_how_to_mend() {
    let cases = [
        broken("slots: { a: { type: cod, shape: \"LL99\" } }\nsteps: []\n", "7:21", "unknown-type", "`cod`", "`code`"),
        broken("slots: { a: { type: code } }\nsteps: []\n", "7:13", "missing-key", "`shape`", "L"),
        broken("slots: { a: { type: code, shape: \"XX\" } }\nsteps: []\n", "7:34", "bad-shape", "X", "letter"),
        broken("slots: { a: { type: digits, min: 5, max: 2 } }\nsteps: []\n", "7:34", "bad-number", "`min`", "swap"),
        broken(
            "slots: { a: { type: yes_no, private: secret } }\nsteps: []\n",
            "7:38",
            "unknown-word",
            "`secret`",
            "`mask`",
        ),
        broken(
            "slots: { caller: { type: yes_no } }\nsteps: []\n",
            "7:10",
            "duplicate-name",
            "`caller`",
            "another name",
        ),
        broken("slots: { a: { type: yes_no } }\nsteps: []\n", "7:10", "unused-slot", "`a`", "ask: a"),
        broken("steps:\n  - say: \"Hello.\"\n", "8:10", "wrong-form", "sentence", "{ en: "),
        broken("steps:\n  - say: { fr: \"Bonjour.\" }\n", "8:12", "unknown-language", "`fr`", "languages"),
        broken(
            "steps:\n  - say: { en: Hello, how are you? }\n",
            "8:23",
            "unknown-language",
            "`how are you?`",
            "in quotes",
        ),
        broken("steps:\n  - say: { en: Hello }\n", "8:16", "unquoted-sentence", "quotes", "double quotes"),
        broken("steps:\n  - say: { en: \"\" }\n", "8:16", "empty-sentence", "nothing to say", "write"),
        broken("steps:\n  - say: { en: \"{{ name }}\" }\n", "8:10", "unknown-name", "`name`", "known are"),
        broken("steps:\n  - say: { en: \"{{ caller.nam }}\" }\n", "8:10", "unknown-field", "`nam`", "`name`"),
        broken("steps:\n  - say: { en: \"{{ caller.name | shout }}\" }\n", "8:16", "bad-sentence", "shout", "`spell`"),
        broken(
            "steps:\n  - say: { en: \"{{ caller.name | day }}\" }\n",
            "8:16",
            "bad-sentence",
            "`day` needs a date",
            "`spell`",
        ),
        broken(
            "steps:\n  - say: { en: \"{{ caller.name \" }\n",
            "8:16",
            "bad-sentence",
            "cannot be read",
            "{{ order.due | day }}",
        ),
        broken(
            "steps:\n  - say: { en: \"{% if true %}x{% endif %}\" }\n",
            "8:16",
            "bad-sentence",
            "no blocks",
            "choose",
        ),
        broken("steps:\n  - set: { x: \"1 +\" }\n", "8:19", "bad-expression", "no expression", ""),
        broken("steps:\n  - set: { x: \"caller.nmber\" }\n", "8:16", "unknown-field", "`nmber`", "`number`"),
        broken("steps:\n  - set: { now: \"1\" }\n", "8:12", "duplicate-name", "`now`", "another name"),
        broken("steps:\n  - set: { x: \"mood.distres\" }\n", "8:16", "unknown-field", "`distres`", "`distress`"),
        broken(
            "steps:\n  - say: { en: \"{{ x }}\" }\n  - set: { x: \"1\" }\n",
            "8:5",
            "read-before-set",
            "`x`",
            "set it",
        ),
        broken(
            "start_when: { en: [\"(where is my order\"] }\nsteps: []\n",
            "7:21",
            "bad-template",
            "never closed",
            "closing",
        ),
        broken("start_when: { en: [\"order {number}\"] }\nsteps: []\n", "7:13", "unknown-slot", "{number}", "none"),
        broken("start_when: { en: [\"is it\"] }\nsteps: []\n", "7:13", "weak-template", "fit too much", "[ ]"),
    ];
    cases.iter().for_each(assert_fault);
}

#[test]
fn broken_look_ups_say_where_what_and_how_to_mend() {
    let exits = "    if_none: []\n    if_error: []\n";
    let cases = [
        broken(
            &format!("steps:\n  - look_up: shoop.find_order\n{exits}"),
            "8:14",
            "unknown-connection",
            "`shoop`",
            "`shop`",
        ),
        broken(
            &format!("steps:\n  - look_up: shop.find_ordr\n{exits}"),
            "8:14",
            "unknown-query",
            "`find_ordr`",
            "`find_order`",
        ),
        broken(&format!("steps:\n  - look_up: shop\n{exits}"), "8:14", "unknown-query", "no query", "shop.find_order"),
        broken(
            &format!("steps:\n  - look_up: shop.find_order\n{exits}"),
            "8:14",
            "missing-argument",
            "`number`",
            "with:",
        ),
        broken(
            &format!("steps:\n  - look_up: shop.find_order\n    with: {{ numbr: caller.number }}\n{exits}"),
            "9:13",
            "unknown-argument",
            "`numbr`",
            "`number`",
        ),
        broken(
            "steps:\n  - look_up: shop.find_order\n    with: { number: caller.number }\n    if_none: []\n",
            "8:14",
            "no-exit",
            "no `if_error`",
            "fails",
        ),
        broken(
            &format!(
                "steps:\n  - look_up: shop.find_order\n    with: {{ number: caller.number }}\n    save_as: order\n{exits}  - say: {{ en: \"{{{{ order.stats }}}}\" }}\n"
            ),
            "13:10",
            "unknown-field",
            "`stats`",
            "`status`",
        ),
        broken(
            &format!(
                "steps:\n  - look_up: shop.find_order\n    with: {{ number: caller.number }}\n    save_as: order\n{exits}  - choose:\n      - when: order.due > \"2026\"\n        steps: []\n      - otherwise: []\n"
            ),
            "14:25",
            "type-mismatch",
            "compared with",
            "now",
        ),
        broken(
            "slots: { pin: { type: digits, private: hide } }\nsteps:\n  - ask: pin\n    prompt: { en: \"Pin?\" }\n  - say: { en: \"{{ pin }}\" }\n",
            "11:10",
            "private-said",
            "`pin`",
            "mask",
        ),
        broken(
            "slots: { pin: { type: digits, private: hide } }\nsteps:\n  - ask: pin\n    prompt: { en: \"Pin?\" }\n  - queue: service\n    brief: [pin]\n",
            "12:13",
            "private-said",
            "`pin`",
            "brief",
        ),
    ];
    cases.iter().for_each(assert_fault);
}

#[test]
fn broken_bundles_say_where_what_and_how_to_mend() {
    let case = |text: &str, place, code, what, mend| Broken { text: text.to_owned(), place, code, what, mend };
    let rest = format!("---\nflow: main\n{SAY}");
    let cases = [
        case(&format!("flow: main\n{SAY}"), "1:1", "no-bundle", "no `bundle:`", "bundle: NAME"),
        case(&format!("bundel: t\n{rest}"), "1:1", "unknown-document", "`bundel`", "`bundle`"),
        case(&format!("bundle: t\nlanguages: [en]\n{rest}"), "1:1", "missing-key", "no `start`", "start: welcome"),
        case(&format!("bundle: t\nstart: mian\nlanguages: [en]\n{rest}"), "2:8", "unknown-flow", "`mian`", "`main`"),
        case(&format!("bundle: t\nstart: main\nlanguages: [fr]\n{rest}"), "3:13", "bad-language", "`fr`", "`en`"),
        case(
            &format!("bundle: t\nstart: main\nlanguages: [en, zh]\n{rest}"),
            "7:10",
            "missing-language",
            "`zh`",
            "add `zh:",
        ),
        case(
            &format!("bundle: t\nstart: main\nlanguages: [en]\ntimezone: Mars/Base\n{rest}"),
            "4:11",
            "bad-timezone",
            "`Mars/Base`",
            "IANA",
        ),
        case(
            &format!("bundle: t\nstart: main\nlanguages: [en]\ncolour: red\n{rest}"),
            "4:1",
            "unknown-key",
            "`colour`",
            "known are",
        ),
        case(
            &format!("bundle: t\nstart: main\nlanguages: [en]\n{rest}"),
            "1:1",
            "no-person",
            "no `handover`",
            "handover: person",
        ),
        case(
            &format!("bundle: t\nstart: main\nlanguages: [en]\nhandover: main\n{rest}{rest}"),
            "10:7",
            "duplicate-name",
            "`main`",
            "another name",
        ),
        case(
            &format!("bundle: t\nstart: main\nlanguages: [en]\nstart: main\n{rest}"),
            "4:1",
            "not-yaml",
            "`start` stands here twice",
            "keep one",
        ),
        case("bundle: t\n  start: main\n", "2:8", "not-yaml", "do not fit together", "line the keys up"),
        case("- a\n- b\n", "1:1", "wrong-form", "not a mapping", "bundle:"),
    ];
    cases.iter().for_each(assert_fault);
}

#[test]
fn a_handler_of_the_bundle_goes_to_flows_alone() {
    let text = format!(
        "bundle: t\nstart: main\nlanguages: [en]\nhandover: main\nalways:\n  silence: {{ steps: [ {{ id: x, say: {{ en: \"Hm.\" }} }} ] }}\n  repeat: {{ goto: x }}\n---\nflow: main\n{SAY}"
    );
    let mend = "flow:NAME";
    assert_fault(&Broken { text, place: "7:19", code: "unknown-step", what: "belongs to no flow", mend });
}

#[test]
fn a_bundle_may_be_shared_between_calls_on_any_thread() {
    fn is_shared<T: Send + Sync>() {}
    fn is_sent<T: Send>() {}
    is_shared::<super::super::Bundle>();
    is_sent::<super::super::Conversation>();
}

#[test]
fn sentences_and_menus_that_nobody_could_follow_are_warned_of() {
    let long = "word ".repeat(60);
    let choice = |word: &str| format!("      - {{ words: {{ en: [\"{word}\"] }}, goto: done }}\n");
    let many: String = ["tulips", "roses", "lilies", "ferns", "cacti", "herbs"].map(choice).concat();
    let same = choice("red roses") + &choice("red roses please");
    let menu = |choices: &str| {
        format!(
            "steps:\n  - menu:\n    prompt: {{ en: \"Which?\" }}\n    choices:\n{choices}  - id: done\n    end: call\n"
        )
    };
    let cases = [
        broken(&format!("steps:\n  - say: {{ en: \"{long}.\" }}\n"), "8:16", "long-prompt", "20 s", "12 s"),
        broken(&menu(&many), "11:7", "many-choices", "6 choices", "five"),
        broken(&menu(&same), "11:7", "same-sentence", "both fit", "own"),
    ];
    cases.iter().for_each(assert_fault);
    let other = "---\nflow: other\nstart_when: { en: [\"my order is late\"] }\nsteps: []\n";
    let text = flow(&format!("start_when: {{ en: [\"[my] order is late\"] }}\nsteps: []\n{other}"));
    assert_fault(&Broken { text, place: "10:1", code: "same-sentence", what: "`main` and `other`", mend: "words" });
}

#[test]
fn all_faults_of_all_files_are_listed_in_the_order_of_the_files() {
    let file = |path: &str, text: &str| SourceFile { path: PathBuf::from(path), text: text.to_owned() };
    let files = vec![
        file(
            "a.yaml",
            "bundle: t\nstart: main\nlanguages: [en]\n---\nflow: main\nsteps:\n  - sya: { en: \"x\" }\n  - ask: nobody\n",
        ),
        file("b.yaml", "flow: [broken\n"),
        file("c.yaml", "flow: c\nsteps:\n  - run: nowhere\n"),
    ];
    let Err(failure) = load_files(files, &shop_operators()) else { panic!("loaded") };
    let places: Vec<String> = failure
        .faults
        .iter()
        .filter(|fault| fault.severity == Severity::Error)
        .map(|fault| format!("{}:{}:{}", fault.file.display(), fault.line, fault.code))
        .collect();
    let wanted = [
        "a.yaml:7:unknown-verb",
        "a.yaml:8:missing-key",
        "a.yaml:8:unknown-slot",
        "b.yaml:1:not-yaml",
        "c.yaml:3:unknown-flow",
    ];
    assert_eq!(places, wanted);
    assert!(failure.to_string().starts_with("a.yaml:7:5: unknown-verb: there is no verb `sya`; did you mean `say`?"));
}

#[test]
fn tests_beside_flows_are_left_to_the_test_command() {
    let text = flow(&format!(
        "{SAY}---\ntest: late order\nflow: main\nturns:\n  - caller: \"hello\"\n  - expect: {{ end: flow }}\n"
    ));
    let found: Vec<Fault> = faults(&text).into_iter().filter(|fault| fault.code != "handover-without-person").collect();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_thousand_steps_are_checked_in_a_second() {
    let mut text = flow("steps:\n");
    for step in 0..1_000 {
        text.push_str(&format!("  - say: {{ en: \"Sentence number {step}.\" }}\n"));
    }
    let begun = std::time::Instant::now();
    assert!(load(&text).is_ok());
    assert!(begun.elapsed() < std::time::Duration::from_secs(1), "{:?}", begun.elapsed());
}

#[test]
fn fixed_prompts_are_all_sentences_without_values_each_once() {
    let loaded = super::super::shipped::load("shop");
    let prompts: Vec<String> = loaded.bundle.fixed_prompts().into_iter().map(|(_, text)| text).collect();
    for wanted in [
        "What is your order number?",
        "What can I do for you?",
        "Thank you for calling. Goodbye.",
        "One moment, I am looking.",
    ] {
        assert_eq!(prompts.iter().filter(|prompt| *prompt == wanted).count(), 1, "{wanted}");
    }
    assert!(prompts.iter().all(|prompt| !prompt.contains("{{")));
    let lead_ins = loaded.bundle.lead_ins();
    assert!(lead_ins.iter().all(|(_, text)| !text.contains("{{") && !text.is_empty()), "{lead_ins:?}");
    assert_eq!(loaded.bundle.name(), "shop");
    assert_eq!(loaded.bundle.id().len(), 12);
}

#[test]
fn what_follows_from_a_missing_connection_is_not_told_again() {
    let text = flow(
        "steps:\n  - look_up: shoop.find_order\n    save_as: order\n    if_none: []\n    if_error: []\n  \
         - say: { en: \"It is {{ order.status }}.\" }\n",
    );
    let codes: Vec<&str> = faults(&text).iter().map(|fault| fault.code).collect();
    assert_eq!(codes, ["unknown-connection"]);
}
