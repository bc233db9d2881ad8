//! The disk of the record is full: calls go on, `/readyz` says why it is not ready, and later all is well again.

use super::media::Media;
use super::server::{PATIENCE, Plan, alone, new_number, wait_for};
use super::sipp::Scenario;

#[test]
fn calls_go_on_while_the_record_cannot_be_written() {
    let _machine = alone();
    // No file may grow beyond what the shell allows; `prlimit` changes that while the server runs.
    let mut plan = Plan::desks();
    plan.wrapper = ["env", "--ignore-signal=XFSZ"].map(str::to_owned).to_vec();
    let server = plan.start();
    let (first, media) = (new_number(), Media::new(1));
    let caller = Scenario::caller("caller-leaves", server.sip, &first, media.port(0)).start();
    server.wait_for_event(&first, "answered");
    assert_eq!(server.http("/readyz").0, 200);

    limit_files(server.pid(), "1");
    let during = new_number();
    let digit = [("digit", "9")];
    let second = Scenario::caller("caller-keys-then-is-left", server.sip, &during, media.port(0)).with(&digit).start();
    let (status, why) = wait_for("the server says that it is not ready", PATIENCE, || {
        Some(server.http("/readyz")).filter(|(status, _)| *status != 200)
    });
    assert_eq!(status, 503);
    assert!(why.contains("record"), "{why}");
    // The call is answered and goes to its end all the same.
    wait_for("the second call hears the greeting", PATIENCE, || (media.received(0) > 50).then_some(()));
    second.cue();
    second.finish();
    caller.cue();
    caller.finish();

    limit_files(server.pid(), "unlimited");
    wait_for("the server is ready again", PATIENCE, || (server.http("/readyz").0 == 200).then_some(()));
    assert_eq!(server.wait_for_end(&during), "flow_ended");
    assert_eq!(server.wait_for_end(&first), "caller_hung_up");
    assert_eq!(server.metric("warmline_record_lost_events_total"), 0.0);
    server.assert_no_panic();
}

fn limit_files(pid: u32, bytes: &str) {
    let status = std::process::Command::new("prlimit")
        .args(["--pid", &pid.to_string(), &format!("--fsize={bytes}:unlimited")])
        .status()
        .expect("prlimit, of util-linux");
    assert!(status.success());
}
