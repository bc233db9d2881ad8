//! Calls from outside.

use std::time::Duration;

use super::*;
use crate::audio::{Frame, Hertz, Key};

/// A packet of G.711 sound, twenty milliseconds of a loud square.
fn packet(sequence: u16) -> Vec<u8> {
    let mut packet = vec![0x80, 0];
    packet.extend(sequence.to_be_bytes());
    packet.extend((u32::from(sequence) * 160).to_be_bytes());
    packet.extend([1, 2, 3, 4]);
    packet.extend((0..160).map(|sample| if sample % 20 < 10 { 0x10 } else { 0x90 }));
    packet
}

#[tokio::test]
async fn a_call_is_answered_and_sound_flows_both_ways_until_the_caller_hangs_up() {
    let mut running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await;
    phone.invite("").await;
    let mut call = running.next_call().await;
    assert_eq!(call.line, "sip");
    assert_eq!(call.caller.number.as_ref().map(|number| number.reveal().as_str()), Some("4420"));
    assert_eq!(call.caller.dialled.as_deref(), Some("800"));
    call.leg.control.ring();
    assert_eq!(phone.answer_to("INVITE").await.status(), 180);
    call.leg.control.answer();
    let answer = phone.answered().await;
    assert_eq!(answer.status(), 200);
    assert!(answer.header("Contact").contains("sip:warmline@127.0.0.1:"), "{answer:?}");
    assert_eq!(next_event(&mut call.leg).await, LegEvent::Answered);

    let to = format!("127.0.0.1:{}", answer.media_port());
    let mut heard_at = 0;
    let mut loud = false;
    for tick in 0..200_u16 {
        let now = Duration::from_millis(u64::from(tick) * 20);
        phone.rtp.send_to(&packet(tick), &to).await.expect("sent");
        loud |= call.leg.media.receive(now).samples().iter().any(|sample| sample.unsigned_abs() > 1000);
        call.leg.media.send(now, &Frame::silence(Hertz::HZ_8000));
        if loud && call.leg.media.last_heard().is_some() {
            heard_at = tick;
            break;
        }
        tokio::task::yield_now().await;
    }
    assert!(loud, "no sound came in until tick {heard_at}");
    let mut buffer = [0; 512];
    let received = tokio::time::timeout(PATIENCE, phone.rtp.recv(&mut buffer)).await.expect("sound in time");
    assert_eq!(received.expect("a packet"), 172);

    assert_eq!(phone.ask("BYE", "", "").await.status(), 200);
    assert_eq!(end_of(&mut call.leg).await, LegEnd::HungUp);
    drop(call);
    running.is_empty().await;
}

#[tokio::test]
async fn a_call_over_tcp_runs_on_its_connection() {
    let mut running = Running::start(settings()).await;
    let mut phone = running.tcp_phone().await;
    let mut leg = running.talking(&mut phone, "").await;
    leg.control.hang_up();
    let bye = phone.request_of("BYE").await;
    phone.reply(&bye, 200, "", "", "").await;
    assert_eq!(end_of(&mut leg).await, LegEnd::HungUp);
    drop(leg);
    running.is_empty().await;
    drop(phone);
    running.until("the connection is counted", |gauges| gauges.tcp_connections == 0).await;
}

#[tokio::test]
async fn hanging_up_says_goodbye_to_the_caller() {
    let mut running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await;
    let mut leg = running.talking(&mut phone, "").await;
    leg.control.hang_up();
    leg.control.hang_up();
    let bye = phone.request_of("BYE").await;
    assert_eq!(bye.tag("To"), phone.tag);
    phone.reply(&bye, 200, "", "", "").await;
    assert_eq!(end_of(&mut leg).await, LegEnd::HungUp);
    drop(leg);
    running.is_empty().await;
}

#[tokio::test]
async fn a_dropped_leg_hangs_up_before_and_after_the_answer() {
    let mut running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await;
    phone.invite("").await;
    drop(running.next_call().await);
    assert_eq!(phone.answered().await.status(), 480);
    phone.next_call();
    drop(running.talking(&mut phone, "").await);
    let bye = phone.request_of("BYE").await;
    phone.reply(&bye, 200, "", "", "").await;
    running.is_empty().await;
}

#[tokio::test]
async fn a_caller_who_gives_up_while_it_rings_is_let_go() {
    let mut running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await;
    phone.invite("").await;
    let mut leg = running.next_call().await.leg;
    leg.control.ring();
    assert_eq!(phone.answer_to("INVITE").await.status(), 180);
    let cancel = phone.request("CANCEL", "", "");
    phone.send(&cancel).await;
    assert_eq!(phone.answer_to("CANCEL").await.status(), 200);
    assert_eq!(phone.answered().await.status(), 487);
    assert_eq!(end_of(&mut leg).await, LegEnd::Cancelled);
    drop(leg);
    running.is_empty().await;
}

#[tokio::test]
async fn a_refusal_carries_its_status() {
    let mut running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await;
    phone.invite("").await;
    let mut leg = running.next_call().await.leg;
    leg.control.refuse(486);
    assert_eq!(phone.answered().await.status(), 486);
    assert_eq!(end_of(&mut leg).await, LegEnd::Refused(486));
    drop(leg);
    running.is_empty().await;
}

#[tokio::test]
async fn an_invite_without_an_offer_gets_ours_and_answers_it_with_the_ack() {
    let mut running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await;
    let invite = phone.request("INVITE", "", "");
    phone.send(&invite).await;
    let mut leg = running.next_call().await.leg;
    leg.control.answer();
    let answer = phone.final_answer().await;
    assert!(answer.body.contains("m=audio "), "{answer:?}");
    let sdp = phone.sdp("sendrecv");
    phone.acknowledge(&answer, &sdp).await;
    assert_eq!(next_event(&mut leg).await, LegEvent::Answered);
    assert_eq!(phone.ask("BYE", "", "").await.status(), 200);
    assert_eq!(end_of(&mut leg).await, LegEnd::HungUp);
}

#[tokio::test]
async fn an_ack_without_the_answer_that_is_owed_ends_the_call() {
    let mut running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await;
    let invite = phone.request("INVITE", "", "");
    phone.send(&invite).await;
    let mut leg = running.next_call().await.leg;
    leg.control.answer();
    phone.answered().await;
    phone.request_of("BYE").await;
    assert_eq!(end_of(&mut leg).await, LegEnd::Failed);
}

#[tokio::test]
async fn an_offer_that_cannot_be_taken_is_refused_before_the_call_hears_of_it() {
    let mut running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await;
    let unknown = phone.sdp("sendrecv").replace("RTP/AVP 0 8 101", "RTP/AVP 18 101");
    let cases = [
        (unknown.as_str(), "", 488),
        ("this is no description", "", 400),
        ("<xml/>", "Content-Type: application/xml\r\n", 415),
    ];
    for (body, more, status) in cases {
        phone.next_call();
        let invite = phone.request("INVITE", more, body);
        phone.send(&invite).await;
        assert_eq!(phone.answered().await.status(), status, "{body}");
    }
    assert!(running.calls.try_recv().is_err());
    running.is_empty().await;
}

#[tokio::test]
async fn a_caller_who_never_acknowledges_is_lost() {
    let mut running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await;
    phone.invite("").await;
    let mut leg = running.next_call().await.leg;
    leg.control.answer();
    let first = phone.final_answer().await;
    let again = phone.final_answer().await;
    assert_eq!(first.tag("To"), again.tag("To"), "the answer is repeated");
    assert_eq!(end_of(&mut leg).await, LegEnd::Lost);
    drop(leg);
    running.is_empty().await;
}

#[tokio::test]
async fn hold_and_resume_are_answered_and_told() {
    let mut running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await;
    let mut leg = running.talking(&mut phone, "").await;
    for (offered, answered, event) in [
        ("sendonly", "recvonly", LegEvent::Held),
        ("sendrecv", "sendrecv", LegEvent::Resumed),
        ("inactive", "inactive", LegEvent::Held),
    ] {
        let body = phone.sdp(offered);
        let answer = phone.ask("INVITE", "", &body).await;
        phone.acknowledge(&answer, "").await;
        assert_eq!(answer.status(), 200);
        assert!(answer.body.contains(&format!("a={answered}")), "{offered}: {}", answer.body);
        assert_eq!(next_event(&mut leg).await, event);
    }
    assert_eq!(phone.ask("BYE", "", "").await.status(), 200);
    assert_eq!(end_of(&mut leg).await, LegEnd::HungUp);
}

#[tokio::test]
async fn a_changed_address_is_followed_and_a_refused_change_keeps_the_call() {
    let mut running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await;
    let mut leg = running.talking(&mut phone, "").await;
    phone.rtp = tokio::net::UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
    let body = phone.sdp("sendrecv");
    let answer = phone.ask("INVITE", "", &body).await;
    phone.acknowledge(&answer, "").await;
    assert_eq!(answer.status(), 200);
    leg.media.receive(Duration::ZERO);
    leg.media.send(Duration::ZERO, &Frame::silence(Hertz::HZ_8000));
    let mut buffer = [0; 512];
    let received = tokio::time::timeout(PATIENCE, phone.rtp.recv(&mut buffer)).await.expect("sound at the new place");
    assert_eq!(received.expect("a packet"), 172);

    let unknown = phone.sdp("sendrecv").replace("RTP/AVP 0 8 101", "RTP/AVP 18 101");
    let refused = phone.ask("INVITE", "", &unknown).await;
    assert_eq!(refused.status(), 488);
    phone.acknowledge(&refused, "").await;
    assert_eq!(phone.ask("OPTIONS", "", "").await.status(), 200);
    leg.control.hang_up();
    assert_eq!(end_of(&mut leg).await, LegEnd::HungUp);
}

#[tokio::test]
async fn an_update_changes_the_session_or_only_refreshes_it() {
    let mut running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await;
    let mut leg = running.talking(&mut phone, "").await;
    let hold = phone.sdp("sendonly");
    let answer = phone.ask("UPDATE", "", &hold).await;
    assert_eq!(answer.status(), 200);
    assert!(answer.body.contains("a=recvonly"));
    assert_eq!(next_event(&mut leg).await, LegEvent::Held);
    let refreshed = phone.ask("UPDATE", "Supported: timer\r\nSession-Expires: 1800\r\n", "").await;
    assert_eq!((refreshed.status(), refreshed.body.as_str()), (200, ""));
    assert_eq!(refreshed.header("Session-Expires"), "1800;refresher=uac");
}

#[tokio::test]
async fn keys_by_info_reach_the_call_in_order() {
    let mut running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await;
    let mut leg = running.talking(&mut phone, "").await;
    let relay = "Content-Type: application/dtmf-relay\r\n";
    for (more, body, key) in [
        (relay, "Signal=5\r\nDuration=160\r\n", '5'),
        ("Content-Type: application/dtmf\r\n", "#", '#'),
        (relay, "Signal=*\r\nDuration=160\r\n", '*'),
    ] {
        assert_eq!(phone.ask("INFO", more, body).await.status(), 200);
        assert_eq!(next_event(&mut leg).await, LegEvent::Key(Key::from_char(key).expect("a key")));
    }
    assert_eq!(phone.ask("INFO", "Content-Type: text/plain\r\n", "hello").await.status(), 415);
    assert_eq!(phone.ask("INFO", relay, "nothing").await.status(), 400);
    assert_eq!(phone.ask("INFO", "", "").await.status(), 200);
}

#[tokio::test]
async fn a_repeated_invite_is_one_call() {
    let mut running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await;
    let body = phone.sdp("sendrecv");
    let invite = phone.request("INVITE", "", &body);
    for _ in 0..3 {
        phone.send(&invite).await;
    }
    let mut leg = running.next_call().await.leg;
    leg.control.answer();
    phone.answered().await;
    assert_eq!(next_event(&mut leg).await, LegEvent::Answered);
    assert_eq!(running.line.gauges().dialogs, 1);
    assert!(running.calls.try_recv().is_err());
}

#[tokio::test]
async fn what_we_do_not_do_is_refused_by_its_name() {
    let mut running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await;
    for (method, status) in
        [("REFER", 603), ("MESSAGE", 405), ("SUBSCRIBE", 405), ("PUBLISH", 405), ("PRACK", 405), ("BYE", 481)]
    {
        phone.next_call();
        let answer = phone.ask(method, "", "").await;
        assert_eq!(answer.status(), status, "{method}");
        assert!(answer.header("Allow").contains("INVITE"), "{method}");
    }
    phone.next_call();
    let mut leg = running.talking(&mut phone, "").await;
    for (method, status) in [("REFER", 603), ("MESSAGE", 405), ("SUBSCRIBE", 405), ("PRACK", 405)] {
        assert_eq!(phone.ask(method, "", "").await.status(), status, "{method} in a call");
    }
    assert_eq!(phone.ask("BYE", "", "").await.status(), 200);
    assert_eq!(end_of(&mut leg).await, LegEnd::HungUp);
}

#[tokio::test]
async fn stopping_the_line_says_goodbye_to_everybody() {
    let mut running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await;
    let mut leg = running.talking(&mut phone, "").await;
    let stopped = tokio::spawn(async move {
        running.line.stop().await;
        running
    });
    let bye = phone.request_of("BYE").await;
    phone.reply(&bye, 200, "", "", "").await;
    assert_eq!(end_of(&mut leg).await, LegEnd::HungUp);
    drop(leg);
    stopped.await.expect("stopped").is_empty().await;
}

#[tokio::test]
async fn two_hundred_calls_in_a_row_leave_nothing_behind() {
    let mut settings = settings();
    settings.limits.calls_of_a_source.burst = 1000.0;
    let mut running = Running::start(settings).await;
    let mut phone = running.udp_phone().await;
    for number in 0..200 {
        phone.next_call();
        let mut leg = running.talking(&mut phone, "").await;
        match number % 2 {
            0 => {
                assert_eq!(phone.ask("BYE", "", "").await.status(), 200);
            }
            _ => {
                leg.control.hang_up();
                let bye = phone.request_of("BYE").await;
                phone.reply(&bye, 200, "", "", "").await;
            }
        }
        assert_eq!(end_of(&mut leg).await, LegEnd::HungUp);
    }
    running.is_empty().await;
}
