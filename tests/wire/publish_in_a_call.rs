//! A newer version of the flows is published while a call runs: that call ends on the version it began with, the next
//! one begins on the newer. A version with a fault changes nothing, and the server says why.

use std::fs;
use std::path::Path;

use super::media::Media;
use super::server::{PATIENCE, Plan, Server, alone, new_number, root, wait_for};
use super::sipp::{Scenario, Sipp};

#[test]
fn a_call_keeps_the_version_it_began_with() {
    let _machine = alone();
    let folder = tempfile::tempdir().expect("a folder");
    let flows = folder.path().join("desks.yaml");
    let text = fs::read_to_string(root().join("tests/wire/bundle/desks.yaml")).expect("the flows");
    fs::write(&flows, &text).expect("written");
    let server = Plan { bundle: folder.path().to_owned(), publishes: true, ..Plan::desks() }.start();
    let media = Media::new(2);

    let (first, first_caller) = ring(&server, &media, 0);
    let older = bundle_of(&server, &first);
    publish(&server, folder.path(), &text.replace("this is the test desk", "this is the newer test desk"));
    wait_for("the newer version is taken", PATIENCE, || {
        (server.metric("warmline_bundle_changes_total") == 1.0).then_some(())
    });

    let (second, second_caller) = ring(&server, &media, 1);
    assert_ne!(bundle_of(&server, &second), older);
    server.wait_for_call(&second, "the newer greeting", |record| {
        record.said().iter().any(|said| said.contains("the newer test desk")).then_some(())
    });

    fs::write(&flows, text.replace("start: welcome", "start: nowhere")).expect("written");
    let (done, told) = server.publish(folder.path());
    assert!(!done && told.contains("nowhere") && told.contains("still answers"), "{told}");

    // The flow of the first call goes on as it began.
    for (place, number, caller) in [(0, &first, first_caller), (1, &second, second_caller)] {
        media.press(place, "9");
        caller.finish();
        assert_eq!(server.wait_for_end(number), "flow_ended");
    }
    assert_eq!(bundle_of(&server, &first), older);
    assert_eq!(server.metric("warmline_bundle_changes_total"), 1.0);
    assert_eq!(server.http("/readyz"), (200, "ready\n".to_owned()));
    server.assert_no_panic();
}

#[test]
fn a_folder_is_looked_at_again_at_a_hangup_signal() {
    let _machine = alone();
    let folder = tempfile::tempdir().expect("a folder");
    let flows = folder.path().join("desks.yaml");
    let text = fs::read_to_string(root().join("tests/wire/bundle/desks.yaml")).expect("the flows");
    fs::write(&flows, &text).expect("written");
    let server = Plan { bundle: folder.path().to_owned(), ..Plan::desks() }.start();

    fs::write(&flows, text.replace("start: welcome", "start: nowhere")).expect("written");
    server.signal("HUP");
    wait_for("the fault is told", PATIENCE, || {
        let (status, page) = server.http("/readyz");
        (status == 200 && page.contains("note: a newer desks is not taken") && page.contains("nowhere")).then_some(())
    });
    assert_eq!(server.metric("warmline_bundle_changes_total"), 0.0);

    fs::write(&flows, text.replace("this is the test desk", "this is the mended desk")).expect("written");
    server.signal("HUP");
    wait_for("the mended version is taken", PATIENCE, || {
        (server.metric("warmline_bundle_changes_total") == 1.0).then_some(())
    });
    assert_eq!(server.http("/readyz"), (200, "ready\n".to_owned()));
}

fn ring(server: &Server, media: &Media, place: usize) -> (String, Sipp) {
    let number = new_number();
    let caller = Scenario::caller("caller-is-left", server.sip, &number, media.port(place)).start();
    server.wait_for_event(&number, "answered");
    (number, caller)
}

fn bundle_of(server: &Server, number: &str) -> String {
    server.wait_for_event(number, "answered")["bundle"].as_str().expect("a bundle").to_owned()
}

fn publish(server: &Server, folder: &Path, text: &str) {
    fs::write(folder.join("desks.yaml"), text).expect("written");
    let (done, told) = server.publish(folder);
    assert!(done, "{told}");
}
