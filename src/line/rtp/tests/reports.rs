//! RTCP: reports out and in, the round trip, goodbye.

use super::*;

#[test]
fn the_round_trip_is_measured_from_the_reports() {
    let mut call = Call::new("127.0.1.23", |_| {});
    let to = call.address();
    let report = loop {
        call.talk(1);
        if let Some((report, _)) = call.phone.reports().pop() {
            break report;
        }
    };
    let middle = rtcp::parse(&report, call.phone.ssrc).unwrap().sender_report.unwrap();
    let ours = u32::from_be_bytes([report[4], report[5], report[6], report[7]]);
    // Ten ticks and the next one, of which the phone says it held the report for 100 ms.
    call.talk(10);
    let mut answer = [0; MAX_REPORT];
    let reception = super::reception::ReceptionReport {
        ssrc: ours,
        fraction_lost: 128,
        cumulative_lost: 3,
        highest_sequence: 7,
        jitter: 1,
    };
    let block = ReportBlock { reception, last_sender_report: middle, delay: 6_554 };
    let sender = SenderInfo { ntp: 0x1234_5678_9abc_def0, timestamp: 1, packets: 1, bytes: 1 };
    let length =
        Report { ssrc: 0xabcd, sender: Some(sender), block: Some(block), name: "p", goodbye: false }.write(&mut answer);
    call.phone.rtcp.send_to(&answer[..length], SocketAddr::new(to.ip(), to.port() + 1)).unwrap();
    call.talk(1);
    let stats = call.control.stats();
    assert_eq!(stats.far_fraction_lost, 0.5);
    assert_eq!(stats.round_trip.unwrap().as_millis(), 119);
    // The next report answers theirs.
    call.talk(500);
    let (report, _) = call.phone.reports().pop().unwrap();
    let block = rtcp::parse(&report, call.phone.ssrc).unwrap().block.unwrap();
    assert_eq!(block.last_sender_report, 0x5678_9abc);
    assert!(block.delay > 0);
}

#[test]
fn a_shared_port_carries_sound_and_reports() {
    let mut call = Call::new("127.0.1.24", |remote| {
        remote.rtcp_mux = true;
        remote.rtcp_address = remote.address;
    });
    let to = call.address();
    let mut report = [0; MAX_REPORT];
    let length = Report { ssrc: 1, sender: None, block: None, name: "x", goodbye: false }.write(&mut report);
    let mut buffer = [0; 2000];
    let mut reports = 0;
    for number in 0..500 {
        call.phone.say(to, &codes(&tone(number * 160)));
        call.phone.rtp.send_to(&report[..length], to).unwrap();
        call.tick();
        while let Ok(length) = call.phone.rtp.recv(&mut buffer) {
            reports += u32::from(super::packet::is_rtcp(&buffer[..length]));
        }
    }
    assert!(reports >= 1);
    assert_eq!(call.control.stats().dropped_rtcp, 0);
    assert_eq!(call.control.stats().received, 500);
}

#[test]
fn the_end_of_a_call_is_told_in_rtcp() {
    let mut call = Call::new("127.0.1.25", |_| {});
    call.talk(5);
    drop(call.session);
    let reports = call.phone.reports();
    assert_eq!(reports.len(), 1);
    assert!(rtcp::parse(&reports[0].0, 1).unwrap().goodbye);
}

#[test]
fn reports_go_out_every_few_seconds_and_carry_what_was_heard() {
    let mut call = Call::new("127.0.1.22", |_| {});
    call.talk(1500);
    let reports = call.phone.reports();
    assert!((4..=11).contains(&reports.len()), "{} in 30 s", reports.len());
    let (last, from) = reports.last().unwrap();
    assert_eq!(from.port(), call.address().port() + 1);
    let told = rtcp::parse(last, call.phone.ssrc).unwrap();
    assert!(told.sender_report.is_some());
    let reception = told.block.unwrap().reception;
    assert_eq!((reception.fraction_lost, reception.cumulative_lost, reception.jitter), (0, 0, 0));
    assert!(reception.highest_sequence > 65_536);
}
