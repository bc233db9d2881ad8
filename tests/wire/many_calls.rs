//! Two hundred calls one behind the other, then fifty at once, all with sound: afterwards nothing is left.

use std::fmt::Write;
use std::time::Duration;

use super::media::Media;
use super::server::{PATIENCE, Plan, alone, new_number, wait_for};
use super::sipp::Scenario;

#[test]
fn hundreds_of_calls_leave_nothing_behind() {
    let _machine = alone();
    let plan = Plan { rtp_ports: 400, ..Plan::desks() };
    let server = plan.start();

    let media = Media::new(1);
    let number = new_number();
    let ports = port_file(&media, 1);
    let options = ["-m", "200", "-l", "1", "-r", "1000", "-d", "60", "-inf", ports.to_str().expect("a path")];
    Scenario::caller("short-call", server.sip, &number, media.port(0)).options(&options).start().finish();
    assert!(server.metric("warmline_calls_taken_total") >= 200.0);
    assert!(media.received(0) > 200, "only {} packets of sound came", media.received(0));

    // Sound that is not speech, and keys now and then.
    let media = Media::new(50);
    let noise = noise(Duration::from_secs(3));
    for index in 0..50 {
        media.play(index, &noise);
    }
    let number = new_number();
    let ports = port_file(&media, 50);
    let options = ["-m", "50", "-l", "50", "-r", "50", "-d", "8000", "-inf", ports.to_str().expect("a path")];
    let before = server.metric("warmline_calls_taken_total");
    let callers = Scenario::caller("short-call", server.sip, &number, media.port(0)).options(&options).start();
    wait_for("fifty calls run at once", PATIENCE, || (server.metric("warmline_calls") == 50.0).then_some(()));
    for index in 0..50 {
        media.press(index, "6");
    }
    wait_for("every caller hears something", PATIENCE, || {
        (0..50).all(|index| media.received(index) > 50).then_some(())
    });
    callers.finish();
    assert_eq!(server.metric("warmline_calls_taken_total") - before, 50.0);
    wait_for("every call has ended", PATIENCE, || (server.metric("warmline_calls") == 0.0).then_some(()));
    let record = server.call(&number).expect("one of the calls");
    assert!(record.heard().is_empty(), "words were made of noise: {record}");
    server.wait_until_nothing_is_left();
    server.assert_no_panic();
    assert_eq!(server.metric("warmline_record_lost_events_total"), 0.0);
}

/// The ports of all streams, one call a line, as SIPp takes them.
fn port_file(media: &Media, count: usize) -> std::path::PathBuf {
    let mut text = "SEQUENTIAL\n".to_owned();
    for index in 0..count {
        writeln!(text, "{};", media.port(index)).expect("written");
    }
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("ports-{count}.csv"));
    std::fs::write(&path, text).expect("a file");
    path
}

/// Noise like a fan's, with a fixed seed.
fn noise(length: Duration) -> Vec<i16> {
    let mut state = 0x2545_f491_u32;
    let mut level = 0.0;
    (0..length.as_millis() as usize * 8)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            level = level * 0.9 + (f64::from(state) / f64::from(u32::MAX) - 0.5) * 1_200.0;
            level as i16
        })
        .collect()
}
