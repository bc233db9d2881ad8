//! A caller asks where an order is, is answered, asks for a person, and talks to her: every part is real.

use std::time::Duration;

use super::baresip::{Baresip, length_of, recording};
use super::media::{loudest, share_at, tone};
use super::server::{PATIENCE, Plan, Server, alone, free_ports, wait_for};

/// A voice has frames far above this, the hold tone (−30 dBov) has none.
const LOUDEST_HOLD_TONE: f64 = 2_400.0;

/// The hold tone begins again after this.
const HOLD_ROUND: Duration = Duration::from_secs(5);

#[test]
fn an_order_is_found_and_a_person_takes_over() {
    let _machine = alone();
    let server = Plan::shop().start();
    let mut anna = Baresip::start("anna", server.agent_port("anna"), true);
    let mut caller = Baresip::start("caller", free_ports(2), false);
    let number = "901";
    caller.command("dial", &format!("sip:{number}@{}", server.sip));

    wait_until_said(&server, number, "What can I do for you");
    caller.speak("question", &recording("where-is-my-order"));
    wait_until_said(&server, number, "What is your order number");
    caller.speak("number", &recording("order-number"));
    // How sure the recogniser is differs a little from machine to machine; unsure, it reads the number back.
    let read_back = server.wait_for_call(number, "the number was taken or read back", |record| {
        let said = record.said();
        let has = |words: &str| said.iter().any(|said| said.contains(words));
        if has("monstera was sent") { Some(false) } else { has("Is that right").then_some(true) }
    });
    if read_back {
        caller.speak("yes", &recording("yes"));
    }
    wait_until_said(&server, number, "monstera was sent");
    wait_until_said(&server, number, "anything else");
    caller.speak("person", &recording("person"));

    server.wait_for_event(number, "brief");
    wait_for("anna hears the brief", PATIENCE, || (loudest(&anna.heard()) > LOUDEST_HOLD_TONE).then_some(()));
    let (anna_before, caller_before) = (anna.heard().len(), caller.heard().len());
    // Two seconds of the brief, by the sound of the call itself; and a whole round of the hold tone, of which most is pause.
    wait_for("anna hears more of the brief", PATIENCE, || {
        (length_of(anna.heard().len() - anna_before) > Duration::from_secs(2)).then_some(())
    });
    wait_for("the caller waits for a round of the tone", PATIENCE, || {
        (length_of(caller.heard().len() - caller_before) > HOLD_ROUND).then_some(())
    });
    let brief = loudest(&anna.heard()[anna_before..]);
    let meanwhile = loudest(&caller.heard()[caller_before..]);
    assert!(brief > LOUDEST_HOLD_TONE, "anna heard {brief} at most during the brief");
    assert!(meanwhile < LOUDEST_HOLD_TONE, "the caller heard {meanwhile} while anna was told about the call");
    assert!(meanwhile > 100.0, "the caller waits in silence, not with the hold tone: {meanwhile}");

    let (mut anna_tone, mut caller_tone) = (Vec::new(), Vec::new());
    for _ in 0..60 {
        anna_tone.extend(tone(1_000.0, Duration::from_secs(1)));
        caller_tone.extend(tone(600.0, Duration::from_secs(1)));
    }
    press_one(&mut anna);
    server.wait_for_event(number, "bridged");
    anna.speak("tone", &anna_tone);
    caller.speak("tone", &caller_tone);
    wait_for("anna hears the caller", PATIENCE, || (share_of_last_second(&anna, 600.0) > 0.9).then_some(()));
    wait_for("the caller hears anna", PATIENCE, || (share_of_last_second(&caller, 1_000.0) > 0.9).then_some(()));
    assert!(share_of_last_second(&anna, 1_000.0) < 0.01, "anna hears herself");
    assert!(share_of_last_second(&caller, 600.0) < 0.01, "the caller hears themselves");

    anna.command("hangup", "");
    assert_eq!(server.wait_for_end(number), "agent_ended");
    let record = server.call(number).expect("the call");
    let (heard, said) = (record.heard().join(" | ").to_lowercase(), record.said().join(" | "));
    assert!(heard.contains("where is my order") && heard.contains("person"), "{heard}");
    assert!(said.starts_with("Hello, you have reached Fern and Hollow"), "{said}");
    assert!(said.contains("I'm putting you through now"), "{said}");
    assert!(!format!("{record}").contains("AB12345678"), "a private value is in the record");
    let story: Vec<String> = record
        .names()
        .into_iter()
        .filter(|name| ["queued", "offered", "brief", "bridged", "queue_ended", "ended"].contains(&name.as_str()))
        .collect();
    assert_eq!(story, ["queued", "offered", "brief", "bridged", "queue_ended", "ended"], "{record}");
    let legs: Vec<(String, u64)> = record
        .events("line_quality")
        .iter()
        .map(|leg| (leg["leg"].as_str().unwrap_or_default().to_owned(), leg["received"].as_u64().unwrap_or(0)))
        .collect();
    assert!(legs.iter().any(|(leg, received)| leg == "caller" && *received > 100), "{legs:?}");
    assert!(legs.iter().any(|(leg, received)| leg != "caller" && *received > 100), "{legs:?}");
    server.wait_until_nothing_is_left();
    server.assert_no_panic();
    assert!(!server.stderr().contains("AB12345678"), "a private value is in the log");
}

fn wait_until_said(server: &Server, number: &str, words: &str) {
    server.wait_for_call(number, &format!("{words:?} was said"), |record| {
        record.said().iter().any(|said| said.contains(words)).then_some(())
    });
}

/// baresip sends the key as RFC 4733 events, as a person's finger would.
fn press_one(agent: &mut Baresip) {
    agent.command("sndcode", "1");
}

fn share_of_last_second(phone: &Baresip, hertz: f64) -> f64 {
    let heard = phone.heard();
    share_at(&heard[heard.len().saturating_sub(8_000)..], hertz)
}
