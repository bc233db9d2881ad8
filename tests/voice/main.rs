//! Whole calls from recordings, as fast as they go: the built program, the real models, the demo line.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn fixture(name: &str) -> String {
    format!("{ROOT}/audio-fixtures/{name}.wav")
}

/// The events of a call with these arguments, and what went to the log.
fn call(arguments: &[&str]) -> (Vec<Value>, String) {
    let data = tempfile::tempdir().unwrap();
    // Prompts are made once for all tests: the cache is keyed by content.
    let prompts = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("voice-prompts");
    std::fs::create_dir_all(&prompts).unwrap();
    std::os::unix::fs::symlink(&prompts, data.path().join("prompts")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_warmline"))
        .args(["call", "--json", "--fast", "--at", "2026-12-01T10:00"])
        .arg("--config")
        .arg(format!("{ROOT}/prompts/warmline.toml"))
        .arg("--data")
        .arg(data.path())
        .args(arguments)
        .env("WARMLINE_LOG", "trace")
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "the call failed:\n{log}");
    let text = String::from_utf8(output.stdout).unwrap();
    (text.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), log)
}

fn of<'a>(events: &'a [Value], kind: &str) -> Vec<&'a Value> {
    events.iter().filter(|event| event["event"] == kind).collect()
}

fn said(events: &[Value]) -> String {
    let texts: Vec<&str> = of(events, "said").iter().map(|event| event["text"].as_str().unwrap()).collect();
    texts.join(" ")
}

#[test]
fn a_caller_asks_for_an_order_and_gets_the_true_answer() {
    // Should the number be read back, the caller says yes to that; should it be sure, to "anything else?".
    let (question, number, yes) = (fixture("where-is-my-order"), fixture("order-number"), fixture("yes"));
    let (events, log) = call(&["--wav", &question, "--wav", &number, "--wav", &yes, "--from", "+442079460123"]);
    assert!(said(&events).contains("your monstera was sent"), "{}", said(&events));
    assert_eq!(of(&events, "look_up")[0]["result"], "found");
    assert_eq!(events.last().unwrap()["event"], "ended");
    for event in of(&events, "said") {
        assert!(event.get("latency_ms").is_none(), "a latency that cannot be known: {event}");
    }
    let shown = serde_json::to_string(&events).unwrap();
    for private in ["12345678", "AB1234", "2079460123"] {
        assert!(!shown.contains(private), "{private} was shown");
        assert!(!log.contains(private), "{private} was logged");
    }
}

#[test]
fn a_caller_who_speaks_over_the_greeting_is_answered() {
    let question = fixture("opening-hours");
    let (events, _) = call(&["--wav", &question, "--barge-in", "1500"]);
    let greeting = of(&events, "said").into_iter().find(|event| event.get("heard_ms").is_some()).unwrap();
    let heard = greeting["heard_ms"].as_u64().unwrap();
    assert!((1_300..2_600).contains(&heard), "the greeting was heard for {heard} ms");
    assert!(said(&events).contains("Monday to Friday"), "{}", said(&events));
}

#[test]
fn a_person_takes_the_call_and_only_then_is_the_caller_told() {
    let wish = fixture("person");
    let (events, _) = call(&["--wav", &wish, "--agent", "accept"]);
    let place = |kind: &str| events.iter().position(|event| event["event"] == kind).unwrap();
    let told = events.iter().position(|event| event["text"] == "I'm putting you through now.").unwrap();
    assert!(place("queued") < place("offered") && place("offered") < place("bridged") && place("bridged") < told);
    assert_eq!(events.last().unwrap()["reason"], "agent_ended");
}

#[test]
fn when_nobody_takes_the_call_the_caller_hears_an_apology() {
    let wish = fixture("person");
    for manner in ["decline", "none"] {
        let (events, _) = call(&["--wav", &wish, "--agent", manner]);
        assert!(of(&events, "bridged").is_empty());
        assert!(said(&events).contains("sorry that nobody"), "{}", said(&events));
    }
}

#[test]
fn a_lone_zero_asks_for_a_person_and_silence_is_asked_about() {
    let (events, _) = call(&["--keys", "0"]);
    assert_eq!(of(&events, "handler")[0]["name"], "keypad_zero");
    let (events, _) = call(&["--silence", "12000"]);
    assert!(said(&events).contains("Sorry, I missed that."), "{}", said(&events));
}

#[test]
fn what_is_not_speech_is_never_heard() {
    for sound in ["burst", "hum"] {
        let file = fixture(sound);
        let (events, _) = call(&["--wav", &file]);
        assert!(of(&events, "heard").is_empty(), "words were made of {sound}.wav: {events:?}");
    }
}

#[test]
fn the_same_call_is_the_same_twice() {
    let question = fixture("opening-hours");
    // The voice breathes differently each time, so times may differ by a little; what happens may not.
    let happenings = |events: Vec<Value>| -> Vec<(Value, Value)> {
        let part = |event: &Value, name: &str| event.get(name).cloned().unwrap_or_default();
        events.iter().map(|event| (part(event, "event"), part(event, "text"))).collect()
    };
    let (first, _) = call(&["--wav", &question]);
    let (second, _) = call(&["--wav", &question]);
    assert_eq!(happenings(first), happenings(second));
}
