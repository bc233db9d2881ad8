//! A newer version of the flows is published while a call runs, or saved, or taken back: that call ends on the version
//! it began with, the next one begins on the other. A version with a fault changes nothing, and the server says why.

use std::fs;
use std::path::Path;

use super::media::Media;
use super::server::{PATIENCE, Plan, Server, alone, beside_others, new_number, root, wait_for};
use super::sipp::{Scenario, Sipp};

#[test]
fn a_call_keeps_the_version_it_began_with() {
    let _machine = alone();
    let folder = tempfile::tempdir().expect("a folder");
    let flows = folder.path().join("desks.yaml");
    let text = fs::read_to_string(root().join("tests/wire/bundle/desks.yaml")).expect("the flows");
    fs::write(&flows, &text).expect("written");
    let server = Plan { bundle: folder.path().to_owned(), publishes: true, ..Plan::desks() }.start();
    let media = Media::new(3);
    // What answers is published as it is, so that there is a version to go back to.
    publish(&server, folder.path(), &text);

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

    let (done, told) = server.roll_back();
    assert!(done && told.contains(&older), "{told}");
    wait_for("the older version is back", PATIENCE, || {
        (server.metric("warmline_bundle_changes_total") == 2.0).then_some(())
    });
    let (third, third_caller) = ring(&server, &media, 2);
    assert_eq!(bundle_of(&server, &third), older);

    // The flow of each call goes on as it began.
    let calls = [(0, &first, first_caller), (1, &second, second_caller), (2, &third, third_caller)];
    for (place, number, caller) in calls {
        media.press(place, "9");
        caller.finish();
        assert_eq!(server.wait_for_end(number), "flow_ended");
    }
    assert_eq!(bundle_of(&server, &first), older);
    assert_ne!(bundle_of(&server, &second), older);
    assert_eq!(server.metric("warmline_bundle_changes_total"), 2.0);
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

#[test]
fn what_is_saved_is_taken_once_it_is_sound() {
    let _machine = beside_others();
    let above = tempfile::tempdir().expect("a folder");
    let folder = above.path().join("desks");
    let text = fs::read_to_string(root().join("tests/wire/bundle/desks.yaml")).expect("the flows");
    let write = |text: &str| fs::write(folder.join("desks.yaml"), text).expect("written");
    fs::create_dir(&folder).expect("a folder");
    write(&text);
    let options = vec!["--dev".to_owned()];
    let server = Plan { bundle: folder.clone(), options, ..Plan::desks() }.start();
    let media = Media::new(2);
    let (first, first_caller) = ring(&server, &media, 0);
    let taken = |count: f64| {
        wait_for("what was saved is taken", PATIENCE, || {
            (server.metric("warmline_bundle_changes_total") == count).then_some(())
        });
        assert_eq!(server.http("/readyz"), (200, "ready\n".to_owned()));
    };

    // An editor that has written half of the file, and then all of it.
    let newer = text.replace("this is the test desk", "this is the newer test desk");
    write(&newer[..newer.len() / 2 + 7]);
    wait_for("the fault is told", PATIENCE, || {
        let (status, page) = server.http("/readyz");
        (status == 200 && page.contains("note: a newer desks is not taken")).then_some(())
    });
    assert_eq!(server.metric("warmline_bundle_changes_total"), 0.0);
    write(&newer);
    taken(1.0);

    // A folder in the place of the other, as a checkout or an unpacked archive puts it there.
    let aside = above.path().join("aside");
    fs::rename(&folder, &aside).expect("moved");
    fs::create_dir(&folder).expect("a folder");
    write(&text.replace("this is the test desk", "this is the other test desk"));
    taken(2.0);
    write(&text.replace("this is the test desk", "this is the last test desk"));
    taken(3.0);

    let (second, second_caller) = ring(&server, &media, 1);
    server.wait_for_call(&second, "the last greeting", |record| {
        record.said().iter().any(|said| said.contains("the last test desk")).then_some(())
    });
    for (place, number, caller) in [(0, &first, first_caller), (1, &second, second_caller)] {
        media.press(place, "9");
        caller.finish();
        assert_eq!(server.wait_for_end(number), "flow_ended");
    }
    assert!(!server.call(&first).expect("the call").said().iter().any(|said| said.contains("last test desk")));
    server.assert_no_panic();
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
