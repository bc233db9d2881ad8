//! Who is let in, and what happens when there is too much.

use std::sync::Arc;
use std::time::Duration;

use rsipstack::sip::SipMessage;

use super::*;
use crate::line::sip::front::{Front, Screened};
use crate::line::sip::{Accept, Rate, SipError};

fn refused(running: &Running, reason: &str) -> u64 {
    let gauges = running.line.gauges();
    gauges.refused.iter().find(|(known, _)| *known == reason).map(|(_, count)| *count).expect("a reason")
}

#[tokio::test]
async fn beyond_the_cap_on_calls_a_caller_is_told_to_try_later_and_no_dialog_is_made() {
    let mut settings = settings();
    settings.limits.calls = 1;
    let mut running = Running::start(settings).await;
    let mut phone = running.udp_phone().await;
    let mut leg = running.talking(&mut phone, "").await;
    let mut second = running.udp_phone().await;
    second.invite("").await;
    let answer = second.answered().await;
    assert_eq!((answer.status(), answer.header("Retry-After").as_str()), (503, "10"));
    assert_eq!((running.line.gauges().dialogs, refused(&running, "full")), (1, 1));
    assert_eq!(phone.ask("BYE", "", "").await.status(), 200);
    end_of(&mut leg).await;
    drop(leg);
    running.is_empty().await;
    second.next_call();
    drop(running.talking(&mut second, "").await);
}

#[tokio::test]
async fn a_source_that_rings_too_often_is_told_to_try_later() {
    let mut settings = settings();
    settings.limits.calls_of_a_source = Rate { per_second: 0.001, burst: 3.0 };
    let mut running = Running::start(settings).await;
    let mut phone = running.udp_phone().await;
    for number in 0..6 {
        phone.next_call();
        phone.invite("").await;
        if number < 3 {
            running.next_call().await.leg.control.refuse(486);
        }
        let expected = if number < 3 { 486 } else { 503 };
        assert_eq!(phone.answered().await.status(), expected, "call {number}");
    }
    assert_eq!(refused(&running, "rate"), 3);
}

#[tokio::test]
async fn a_line_that_is_drained_refuses_new_calls_and_keeps_the_old() {
    let mut running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await;
    let mut leg = running.talking(&mut phone, "").await;
    running.line.refuse_new(true);
    let mut second = running.udp_phone().await;
    assert_eq!(second.ask("OPTIONS", "", "").await.status(), 503);
    second.next_call();
    second.invite("").await;
    let answer = second.answered().await;
    assert_eq!((answer.status(), answer.header("Retry-After").is_empty()), (503, false));
    assert_eq!(phone.ask("OPTIONS", "", "").await.status(), 200, "inside a call nothing has changed");
    running.line.refuse_new(false);
    second.next_call();
    assert_eq!(second.ask("OPTIONS", "", "").await.status(), 200);
    leg.control.hang_up();
    end_of(&mut leg).await;
}

#[tokio::test]
async fn without_a_free_media_port_a_caller_is_told_to_try_later() {
    let mut settings = settings();
    settings.media_ports = 29_990..=29_991;
    let mut running = Running::start(settings).await;
    let mut phone = running.udp_phone().await;
    let _leg = running.talking(&mut phone, "").await;
    let mut second = running.udp_phone().await;
    second.invite("").await;
    assert_eq!(second.answered().await.status(), 503);
    assert_eq!(refused(&running, "no_port"), 1);
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let running = Running::start(settings()).await;
    let taken = running.line.local_addresses();
    let udp = SipSettings { udp: taken.udp, ..settings() };
    let tcp = SipSettings { tcp: taken.tcp, ..settings() };
    for (settings, address) in [(udp, taken.udp), (tcp, taken.tcp)] {
        let port = address.expect("bound").port();
        let error = SipLine::start(settings).await.err().expect("the port is taken");
        assert!(matches!(error, SipError::PortInUse { port: named, .. } if named == port), "{error}");
        assert!(error.to_string().contains(&port.to_string()), "{error}");
    }
}

#[tokio::test]
async fn a_flood_is_dropped_and_the_next_call_works() {
    let mut settings = settings();
    settings.limits.messages_of_a_source = Rate { per_second: 2000.0, burst: 50.0 };
    let mut running = Running::start(settings).await;
    let mut phone = running.udp_phone().await;
    for _ in 0..2000 {
        let options = phone.request("OPTIONS", "", "");
        phone.send(&options).await;
    }
    running.until("the flood is dropped", |gauges| gauges.dropped_flood > 0).await;
    let mut caller = running.udp_phone().await;
    // The source has spent its allowance; it comes back, and the caller's repetitions come through.
    caller.invite("").await;
    let body = caller.sdp("sendrecv");
    let mut leg = loop {
        let again = caller.request_numbered("INVITE", 1, "", &body);
        caller.send(&again).await;
        if let Ok(Some(call)) = tokio::time::timeout(Duration::from_millis(50), running.calls.recv()).await {
            break call.leg;
        }
    };
    leg.control.answer();
    assert_eq!(caller.answered().await.status(), 200);
    assert_eq!(next_event(&mut leg).await, LegEvent::Answered);
}

#[tokio::test]
async fn rubbish_and_mutated_messages_do_no_harm() {
    use rand::{Rng, SeedableRng};
    let mut settings = settings();
    settings.limits.messages_of_a_source = Rate { per_second: 1e9, burst: 1e9 };
    settings.limits.calls_of_a_source = Rate { per_second: 1e9, burst: 1e9 };
    let mut running = Running::start(settings).await;
    let mut phone = running.udp_phone().await;
    let mut random = rand::rngs::StdRng::seed_from_u64(7);
    for number in 0..3000 {
        phone.next_call();
        let body = phone.sdp("sendrecv");
        let method = ["INVITE", "OPTIONS", "REGISTER", "BYE", "ACK", "CANCEL"][number % 6];
        let mut bytes = phone.request(method, "Supported: timer\r\n", &body).into_bytes();
        for _ in 0..random.random_range(1..12) {
            let place = random.random_range(0..bytes.len());
            match random.random_range(0..3) {
                0 => bytes[place] = random.random(),
                1 => bytes.truncate(place.max(1)),
                _ => bytes.insert(place, b"\r\n;,<>\"= "[random.random_range(0..9)]),
            }
        }
        phone.send_bytes(&bytes).await;
        while let Ok(call) = running.calls.try_recv() {
            drop(call);
        }
        if number % 50 == 0 {
            tokio::task::yield_now().await;
        }
    }
    let mut caller = running.udp_phone().await;
    loop {
        caller.next_call();
        caller.invite("").await;
        let call = running.next_call().await;
        if call.caller.number.is_some_and(|number| number.reveal() == "4420") {
            call.leg.control.answer();
            break assert_eq!(caller.answered().await.status(), 200);
        }
    }
}

#[tokio::test]
async fn tcp_connections_are_capped_by_source() {
    use tokio::io::AsyncReadExt;
    let mut settings = settings();
    settings.limits.tcp_connections_of_a_source = 1;
    let running = Running::start(settings).await;
    let mut first = running.tcp_phone().await;
    assert_eq!(first.ask("OPTIONS", "", "").await.status(), 200);
    let address = running.line.local_addresses().tcp.expect("tcp");
    let mut second = tokio::net::TcpStream::connect(address).await.expect("a connection");
    let read = tokio::time::timeout(PATIENCE, second.read(&mut [0; 16])).await.expect("closed in time");
    assert_eq!(read.unwrap_or(0), 0);
    assert_eq!(running.line.gauges().tcp_connections, 1);
}

fn screened(front: &Front, text: &str, peer: &str) -> &'static str {
    let message = SipMessage::try_from(text).expect("a message");
    match front.screen(&message, peer.parse().expect("an address")) {
        Screened::Pass => "pass",
        Screened::Drop => "drop",
        Screened::Answer(_) => "answer",
    }
}

#[tokio::test]
async fn strangers_are_dropped_in_silence_unless_anyone_may_ring() {
    let phone = Phone::udp("127.0.0.1:5060".parse().expect("address")).await;
    let message = |method: &str, far_tag: &str| {
        let text = phone.request_numbered(method, 1, "", "");
        let to = "To: <sip:800@127.0.0.1:5060>";
        text.replacen(to, &format!("{to}{far_tag}"), 1)
    };
    let known = Front::new(Arc::new(settings()));
    let anyone = Front::new(Arc::new(SipSettings { accept: Accept::Anyone, ..settings() }));
    let (near, far) = ("192.168.7.7:5060", "203.0.113.5:5060");
    let response = "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP x;branch=z9hG4bKx\r\nFrom: <sip:a@x>;tag=1\r\n\
                    To: <sip:b@x>;tag=2\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n";
    for method in ["INVITE", "OPTIONS", "REGISTER", "MESSAGE", "CANCEL", "BYE"] {
        assert_eq!(screened(&known, &message(method, ""), far), "drop", "{method}");
        assert_eq!(screened(&known, &message(method, ";tag=made-up"), far), "drop", "{method}");
    }
    assert_eq!(screened(&known, response, far), "drop");
    assert_eq!(screened(&known, response, near), "drop");
    for (front, peer) in [(&known, near), (&anyone, far)] {
        assert_eq!(screened(front, &message("INVITE", ""), peer), "pass");
        assert_eq!(screened(front, &message("BYE", ";tag=made-up"), peer), "answer");
        assert_eq!(screened(front, &message("ACK", ";tag=made-up"), peer), "drop");
    }
}
