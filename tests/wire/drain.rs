//! SIGTERM: new calls are refused with 503, running ones may go on, and end with an apology when the time is over.

use super::media::{Media, loudest};
use super::server::{PATIENCE, Plan, beside_others, new_number, wait_for};
use super::sipp::Scenario;

#[test]
fn a_server_told_to_stop_refuses_new_calls_and_apologises_to_running_ones() {
    let _machine = beside_others();
    let mut server = Plan { limits: "drain_max = \"6s\"\n".to_owned(), ..Plan::desks() }.start();
    let (number, media) = (new_number(), Media::new(1));
    let caller = Scenario::caller("caller-is-left", server.sip, &number, media.port(0)).start();
    server.wait_for_call(&number, "the question was asked", |record| (record.said().len() >= 2).then_some(()));
    let asked = media.heard(0).len();

    server.signal("TERM");
    wait_for("the server is not ready any more", PATIENCE, || (server.http("/readyz").0 == 503).then_some(()));
    Scenario::caller("refused-call", server.sip, &new_number(), media.port(0)).start().finish();
    assert_eq!(server.metric("warmline_calls"), 1.0, "the running call went on");
    // The line hangs up, behind an apology.
    caller.finish();
    let status = server.wait_for_exit(PATIENCE);
    assert_eq!(status.code(), Some(3), "calls were cut: {}", server.stderr());
    let record = server.call(&number).expect("the call");
    assert!(record.said().iter().any(|said| said.contains("we have to end this call")), "{record}");
    assert!(loudest(&media.heard(0)[asked..]) > 2_000.0, "the apology was not heard");
    server.assert_no_panic();
}

#[test]
fn a_server_without_calls_stops_at_once() {
    let _machine = beside_others();
    let mut server = Plan::desks().start();
    server.signal("TERM");
    assert_eq!(server.wait_for_exit(PATIENCE).code(), Some(0));
}
