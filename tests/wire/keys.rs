//! Keys reach the flow by SIP INFO and by RFC 4733, each once.

use super::media::Media;
use super::server::{Server, beside_others, new_number};
use super::sipp::Scenario;

#[test]
fn a_key_by_info_is_taken_once() {
    let _machine = beside_others();
    let server = Server::desks();
    let (number, media) = (new_number(), Media::new(1));
    let digit = [("digit", "9")];
    let caller = Scenario::caller("caller-keys-then-is-left", server.sip, &number, media.port(0)).with(&digit).start();
    server.wait_for_event(&number, "answered");
    caller.cue();
    caller.finish();
    assert_eq!(server.wait_for_end(&number), "flow_ended");
    assert_eq!(server.call(&number).expect("the call").keys(), "9");
}

#[test]
fn a_key_by_rfc_4733_is_taken_once() {
    let _machine = beside_others();
    let server = Server::desks();
    let (number, media) = (new_number(), Media::new(1));
    let caller = Scenario::caller("caller-is-left", server.sip, &number, media.port(0)).start();
    server.wait_for_event(&number, "answered");
    media.press(0, "9");
    caller.finish();
    assert_eq!(server.wait_for_end(&number), "flow_ended");
    assert_eq!(server.call(&number).expect("the call").keys(), "9");
}
