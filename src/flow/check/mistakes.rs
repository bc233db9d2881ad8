//! Mistakes that newcomers make, and what they are told: the place, and words that lead to the mend.

use std::path::PathBuf;

use super::super::{Fault, Operators, SourceFile};
use super::load_files;

const HEAD: &str =
    "bundle: m\nstart: main\nlanguages: [en]\nhandover: person\n---\nflow: person\nsteps:\n  - queue: office\n---\n";
/// A flow that asks for `ok`, up to where its answer is used.
const ASKED: &str = "flow: main\nslots: { ok: { type: yes_no } }\nsteps:\n  - ask: ok\n    prompt: { en: \"Ok?\" }\n";

fn faults_of(flow: &str) -> Vec<Fault> {
    let file = SourceFile { path: PathBuf::from("m.yaml"), text: format!("{HEAD}{flow}") };
    let operators = Operators { queues: ["office".to_owned()].into(), ..Operators::default() };
    match load_files(vec![file], &operators) {
        Ok(loaded) => loaded.warnings,
        Err(failure) => failure.faults,
    }
}

/// What is said of `when` in a flow that has asked for `ok`.
fn of_condition(when: &str) -> String {
    let found =
        faults_of(&format!("{ASKED}  - choose:\n      - when: {when}\n        steps: []\n      - otherwise: []\n"));
    assert_eq!(found.len(), 1, "{when}: {found:#?}");
    found[0].to_string()
}

/// What is said of a flow `main` that begins with `slots:` or `steps:`: the first fault, and how many there are.
fn of_flow(text: &str) -> (String, usize) {
    let found = faults_of(&format!("flow: main\n{text}"));
    assert!(!found.is_empty(), "{text}");
    (found[0].to_string(), found.len())
}

#[test]
fn conditions_written_as_elsewhere_are_put_right() {
    for (when, wanted) in [
        ("ok and now > today", "m.yaml:16:18: bad-expression: `and` is not understood here, `&&` would be; write `&&`"),
        ("ok or caller.vip", "`||`"),
        ("not ok", "m.yaml:16:15: bad-expression: `not` is not understood here, `!` would be; write `!`"),
        ("\"!ok AND caller.vip\"", "16:20"),
        (
            "caller.language = \"en\"",
            "m.yaml:16:31: bad-expression: `=` is not understood here, `==` would be; write `==`",
        ),
        ("caller.language == \"en\" && caller.level = \"high\"", "write `==`"),
        ("ok is true", "write `==`"),
        ("ok == yes", "write `true`"),
        ("ok == True", "write `true`"),
        ("ok == False", "write `false`"),
        ("caller.name != None", "write `null`"),
        (
            "caller.language == en",
            "m.yaml:16:34: unknown-name: there is no slot or variable `en` here; a text stands in double quotes: `\"en\"`",
        ),
        ("\"en == caller.language\"", "`\"en\"`"),
        ("if ok then true else false", "`if` has no place in an expression; decide with `choose`"),
        ("\"{{ ok }}\"", "an expression needs no `{ }`; name the value alone"),
        ("caller.language == “en”", "straight quotes"),
        ("ok ，caller.vip", "`，` is a full-width sign"),
        ("ok => caller.vip", "write `>=`"),
        ("caller.language <> \"en\"", "write `!=`"),
        ("ok & caller.vip", "write `&&`"),
        ("(ok && caller.vip", "close as many brackets as you open"),
        ("now > \"2026-01-05\"", "compare with `now` or `today`"),
        ("caller.vip == \"yes\"", "a yes or no is compared with a text"),
        (
            "!ok",
            "the tag `!ok` means nothing here; put it in quotes: a condition with \"not\" is written `when: \"!ok\"`",
        ),
    ] {
        let told = of_condition(when);
        assert!(told.contains(wanted), "{when}: {told}");
    }
}

#[test]
fn words_of_other_languages_are_put_right() {
    for (text, wanted, count) in [
        (
            "steps:\n  - say: { en: \"Hello {caller.name}.\" }\n",
            "m.yaml:12:16: single-braces: `{ caller.name }` would be said as it stands, braces and all; write two braces on each side: `{{ caller.name }}`",
            1,
        ),
        ("steps:\n  - say: { en: \"{{ caller.name }}, { name }.\" }\n", "single-braces: `{ name }`", 1),
        ("steps:\n  - say: \"Hello\"\n", "write `{ en: \"Hello\" }`", 1),
        ("steps:\n\t- say: { en: \"Hello\" }\n", "indent with spaces, never with tabs", 1),
        ("steps:\n  - say: { en: 'I'm here' }\n", "write every sentence in double quotes", 1),
        ("steps:\n  - say: { en: Hello, friend }\n", "unquoted-sentence", 2),
        ("steps:\n  - say: { en: “Hello” }\n", "use straight quotes", 1),
        ("steps:\n  say: { en: \"Hello\" }\n", "begin each step with `- `", 1),
        ("steps:\n  - speak: { en: \"Hello\" }\n", "there is no verb `speak`; did you mean `say`?", 1),
        ("steps:\n  - hangup: call\n", "did you mean `end`?", 1),
        ("steps:\n  - goto: person\n", "write `flow:person` for the flow", 1),
        ("steps:\n  - say: { en: \"Hello\" }\n   - end: call\n", "let all steps of a list begin in one column", 1),
        (
            "slots: { n: { type: integer } }\nsteps:\n  - ask: n\n    prompt: { en: \"How many?\" }\n",
            "did you mean `number`?",
            1,
        ),
        (
            "slots: { n: { type: string } }\nsteps:\n  - ask: n\n    prompt: { en: \"What is it?\" }\n",
            "did you mean `free_text`?",
            1,
        ),
        (
            "slots:\n  n: number\nsteps:\n  - ask: n\n    prompt: { en: \"How many?\" }\n",
            "write `n: { type: number }`",
            1,
        ),
        (
            "slots: { n: { type: digits } }\nstart_when: { en: [\"order {{ n }}\"] }\nsteps:\n  - ask: n\n    prompt: { en: \"Which?\" }\n",
            "write one pair of braces",
            1,
        ),
        (
            "steps:\n  - choose:\n      - when: caller.vip\n        steps: []\n      - else: []\n",
            "a branch of `choose` has no key `else`; write `otherwise`",
            1,
        ),
        (
            "slots: { ok: { type: yes_no } }\nsteps:\n  - ask: ok\n    prompt: { en: \"Ok?\" }\n    if_stuck: end\n",
            "`[ { end: call } ]`",
            1,
        ),
        (
            "slots: { ok: { type: yes_no } }\nsteps:\n  - ask: ok\n    question: { en: \"Ok?\" }\n",
            "did you mean `prompt`?",
            2,
        ),
        (
            "slots: { day: { type: date, refuse: [ { when: \"value < todya\", say: { en: \"No.\" } } ] } }\nsteps:\n  - ask: day\n    prompt: { en: \"When?\" }\n",
            "did you mean `today`?",
            1,
        ),
        (
            "slots: { day: { type: date, refuse: [ { when: \"value < today\" } ] } }\nsteps:\n  - ask: day\n    prompt: { en: \"When?\" }\n",
            "a rule of `refuse` has no `say`; tell the caller why",
            1,
        ),
    ] {
        let (told, faults) = of_flow(text);
        let all = faults_of(&format!("flow: main\n{text}"));
        assert!(all.iter().any(|fault| fault.to_string().contains(wanted)), "{text}: {all:#?}");
        assert_eq!(faults, count, "{text}: {told}");
    }
}

#[test]
fn what_is_handed_back_must_exist_and_fit() {
    let other = "---\nflow: other\nslots: { day: { type: date } }\nsteps:\n  - ask: day\n    prompt: { en: \"When?\" }\n  - set: { size: \"3\" }\n";
    for (returns, wanted) in [
        ("{ n: sise }", "has no slot or variable `sise`; did you mean `size`?"),
        ("{ n: day }", "`day` is a moment or day, and the slot `n` holds a number"),
        ("{ n: now }", "`now` is known to every flow"),
    ] {
        let text = format!(
            "slots: {{ n: {{ type: number }} }}\nsteps:\n  - run: other\n    returns: {returns}\n  - ask: n\n    prompt: {{ en: \"How many?\" }}\n{other}"
        );
        let (told, _) = of_flow(&text);
        assert!(told.contains(wanted), "{returns}: {told}");
    }
}

#[test]
fn a_handover_that_may_end_without_a_person_is_told_where() {
    let check = |steps: &str| {
        let text = format!(
            "bundle: m\nstart: main\nlanguages: [en]\nhandover: person\n---\nflow: main\nsteps:\n  - say: {{ en: \"Hello.\" }}\n---\nflow: person\nslots: {{ ok: {{ type: yes_no }} }}\nsteps:\n{steps}"
        );
        let file = SourceFile { path: PathBuf::from("m.yaml"), text };
        let operators = Operators { queues: ["office".to_owned()].into(), ..Operators::default() };
        let found = load_files(vec![file], &operators).unwrap().warnings;
        found.iter().filter(|fault| fault.code == "handover-without-person").map(Fault::to_string).collect::<Vec<_>>()
    };
    let stuck = "  - ask: ok\n    prompt: { en: \"Is it urgent?\" }\n    if_stuck: sorry\n  - queue: office\n    if_no_agent: sorry\n  - end: call\n  - id: sorry\n    say: { en: \"Sorry.\" }\n";
    assert_eq!(
        check(stuck),
        [
            "m.yaml:20:5: handover-without-person: the handover `person` may end at `sorry` before it has looked for a person; let this way lead to its `queue` too"
        ]
    );
    // What the caller or the hours decide may lead elsewhere.
    let chosen = "  - ask: ok\n    prompt: { en: \"Shall I find someone?\" }\n  - choose:\n      - { when: \"ok && queue.office.open\", steps: [ { queue: office } ] }\n      - { otherwise: [] }\n";
    assert!(check(chosen).is_empty(), "{:?}", check(chosen));
    let never = "  - ask: ok\n    prompt: { en: \"Will you write to us?\" }\n";
    assert!(check(never)[0].contains("never finds a person"));
}
