//! Every request twice, byte for byte, as a network or an impatient phone repeats it: one call, one end.

use std::time::Duration;

use super::raw::{RawPhone, status};
use super::server::{PATIENCE, Server, beside_others, free_ports, new_number};

/// How long the phone waits for an answer before it repeats itself; twice RFC 3261's T1.
const REPEAT_AFTER: Duration = Duration::from_secs(1);

#[test]
fn repeated_requests_make_one_call() {
    let _machine = beside_others();
    let server = Server::desks();
    let number = new_number();
    let mut phone = RawPhone::new(server.sip, &number, free_ports(2));
    let invite = phone.request("INVITE", 1, "one");
    for _ in 0..3 {
        phone.send(&invite);
    }
    let answer = phone.receive(PATIENCE, |message| status(message, "INVITE") == Some(200)).expect("an answer");
    // The INVITE once more, behind its answer: the answer comes again.
    phone.send(&invite);
    let again = phone.receive(PATIENCE, |message| status(message, "INVITE") == Some(200)).expect("the answer again");
    phone.join(&answer);
    let mut other = RawPhone::new(server.sip, &number, 0);
    other.join(&again);
    let to = |message: &str| message.lines().find(|line| line.starts_with("To:")).map(str::to_owned);
    assert_eq!(to(&answer), to(&again), "a repeated INVITE made a second dialog");
    let ack = phone.request("ACK", 1, "ack");
    phone.send(&ack);
    phone.send(&ack);
    server.wait_for_event(&number, "answered");
    let bye = phone.request("BYE", 2, "bye");
    // A repetition may be swallowed while the first is still being answered (RFC 3261 17.2.2), so the phone repeats
    // itself until it hears something, as phones do (timer E).
    for which in ["first", "repeated"] {
        let gone = (0..20).find_map(|_| {
            phone.send(&bye);
            phone.send(&bye);
            phone.receive(REPEAT_AFTER, |message| status(message, "BYE").is_some())
        });
        assert_eq!(gone.and_then(|message| status(&message, "BYE")), Some(200), "the {which} BYE");
    }
    assert_eq!(server.wait_for_end(&number), "caller_hung_up");
    let record = server.call(&number).expect("the call");
    assert_eq!(record.events("ended").len(), 1, "{record}");
}
