//! kill -9 in mid-call: what the record has shown once, it shows for good.

use super::media::Media;
use super::server::{PATIENCE, Plan, beside_others, new_number};
use super::sipp::Scenario;

#[test]
fn what_was_shown_survives_kill_9() {
    let _machine = beside_others();
    let mut server = Plan::desks().start();
    let (number, media) = (new_number(), Media::new(1));
    let _caller = Scenario::caller("caller-leaves", server.sip, &number, media.port(0)).start();
    server.wait_for_call(&number, "the question was asked", |record| (record.said().len() >= 2).then_some(()));
    media.press(0, "7");
    server.wait_for_event(&number, "key");
    let before = server.call(&number).expect("the call");
    server.signal("KILL");
    server.wait_for_exit(PATIENCE);

    let data = server.data().to_owned();
    let after = server.call(&number).expect("the call is still there");
    let (before, after) = (before.to_string(), after.to_string());
    let missing: Vec<&str> = before.lines().filter(|line| !after.lines().any(|other| other == *line)).collect();
    assert!(missing.is_empty(), "gone: {missing:?}\n{after}");

    // And the next server takes calls into the same record.
    let next = Plan { data: Some(data), ..Plan::desks() }.start();
    let second = new_number();
    let caller = Scenario::caller("caller-leaves", next.sip, &second, media.port(0)).start();
    next.wait_for_event(&second, "answered");
    caller.cue();
    caller.finish();
    assert_eq!(next.wait_for_end(&second), "caller_hung_up");
    assert!(next.call(&number).is_some(), "the first call is gone");
}
