//! A caller who puts us on hold is not played to until they are back.

use std::time::Duration;

use super::media::Media;
use super::server::{PATIENCE, Server, beside_others, new_number, wait_for};
use super::sipp::Scenario;

#[test]
fn a_held_caller_gets_no_sound_until_resumed() {
    let _machine = beside_others();
    let server = Server::desks();
    let (number, media) = (new_number(), Media::new(1));
    let caller = Scenario::caller("hold-and-resume", server.sip, &number, media.port(0)).start();
    server.wait_for_event(&number, "answered");
    for _ in ["sendonly", "inactive"] {
        let before = media.received(0);
        wait_for("sound comes", PATIENCE, || (media.received(0) > before + 25).then_some(()));
        caller.cue();
        wait_for("no sound comes on hold", PATIENCE, || (media.quiet_for(0) > Duration::from_secs(1)).then_some(()));
        caller.cue();
        let held = media.received(0);
        wait_for("sound comes again", PATIENCE, || (media.received(0) > held + 25).then_some(()));
    }
    caller.cue();
    caller.finish();
    assert_eq!(server.wait_for_end(&number), "caller_hung_up");
}
