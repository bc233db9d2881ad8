//! Telephones that we ring.

use std::time::Duration;

use super::phone::Message;
use super::*;
use crate::line::sip::{OutboundCall, TrunkCredentials, TrunkSettings};
use crate::{Private, line};

fn to(phone: &Phone) -> OutboundCall {
    OutboundCall {
        target: format!("sip:anna@{}", phone.local),
        caller_name: Some("Warm Line".to_owned()),
        ring_for: Duration::from_secs(30),
    }
}

async fn answer(phone: &mut Phone, invite: &Message) {
    let sdp = phone.sdp("sendrecv");
    phone.reply(invite, 200, "agent", "", &sdp).await;
    phone.request_of("ACK").await;
    phone.adopt(invite, "agent");
}

#[tokio::test]
async fn a_telephone_rings_answers_and_hangs_up() {
    let running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await;
    let mut leg = running.line.call(to(&phone));
    let invite = phone.request_of("INVITE").await;
    assert!(invite.header("From").starts_with("\"Warm Line\" <sip:warmline@127.0.0.1"), "{invite:?}");
    assert!(invite.body.contains("m=audio "));
    phone.reply(&invite, 100, "", "", "").await;
    phone.reply(&invite, 180, "agent", "", "").await;
    assert_eq!(next_event(&mut leg).await, LegEvent::Ringing);
    answer(&mut phone, &invite).await;
    assert_eq!(next_event(&mut leg).await, LegEvent::Answered);
    leg.media.receive(Duration::ZERO);
    leg.media.send(Duration::ZERO, &crate::audio::Frame::silence(crate::audio::Hertz::HZ_8000));
    let mut buffer = [0; 512];
    let received = tokio::time::timeout(PATIENCE, phone.rtp.recv(&mut buffer)).await.expect("sound in time");
    assert_eq!(received.expect("a packet"), 172);
    assert_eq!(phone.ask("BYE", "", "").await.status(), 200);
    assert_eq!(end_of(&mut leg).await, LegEnd::HungUp);
    drop(leg);
    running.is_empty().await;
}

#[tokio::test]
async fn a_telephone_over_tcp_is_rung_and_hung_up() {
    let running = Running::start(settings()).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a listener");
    let address = listener.local_addr().expect("an address");
    let mut leg = running.line.call(OutboundCall::to(format!("sip:anna@{address};transport=tcp")));
    let (stream, _) = listener.accept().await.expect("a connection");
    let mut phone = Phone::over(stream, running.line.local_addresses().tcp.expect("tcp")).await;
    let invite = phone.request_of("INVITE").await;
    answer(&mut phone, &invite).await;
    assert_eq!(next_event(&mut leg).await, LegEvent::Answered);
    leg.control.hang_up();
    let bye = phone.request_of("BYE").await;
    phone.reply(&bye, 200, "", "", "").await;
    assert_eq!(end_of(&mut leg).await, LegEnd::HungUp);
    drop(leg);
    running.is_empty().await;
}

#[tokio::test]
async fn every_refusal_has_its_meaning() {
    let running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await;
    for (status, end) in [
        (486, LegEnd::Busy),
        (600, LegEnd::Busy),
        (603, LegEnd::Declined),
        (403, LegEnd::Declined),
        (480, LegEnd::NoAnswer),
        (404, LegEnd::Refused(404)),
        (503, LegEnd::Refused(503)),
        (302, LegEnd::Refused(302)),
        (401, LegEnd::Refused(401)),
    ] {
        let mut leg = running.line.call(to(&phone));
        let invite = phone.request_of("INVITE").await;
        phone.reply(&invite, status, "agent", "", "").await;
        assert_eq!(end_of(&mut leg).await, end, "{status}");
        phone.request_of("ACK").await;
    }
    running.is_empty().await;
}

#[tokio::test]
async fn a_telephone_that_shows_no_sign_of_life_is_unreachable() {
    let mut settings = settings();
    settings.timers.first_response = Duration::from_millis(100);
    let running = Running::start(settings).await;
    let phone = running.udp_phone().await;
    let mut leg = running.line.call(to(&phone));
    assert_eq!(end_of(&mut leg).await, LegEnd::Unreachable);
    drop(leg);
    let mut leg = running.line.call(OutboundCall::to("nobody"));
    assert_eq!(end_of(&mut leg).await, LegEnd::Unreachable);
    drop(leg);
    running.is_empty().await;
}

#[tokio::test]
async fn a_telephone_that_rings_too_long_is_cancelled() {
    let running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await;
    let mut leg = running.line.call(OutboundCall { ring_for: Duration::from_millis(150), ..to(&phone) });
    let invite = phone.request_of("INVITE").await;
    phone.reply(&invite, 180, "agent", "", "").await;
    let cancel = phone.request_of("CANCEL").await;
    assert_eq!(cancel.header("Via"), invite.header("Via"), "CANCEL names the transaction of its INVITE");
    phone.reply(&cancel, 200, "agent", "", "").await;
    phone.reply(&invite, 487, "agent", "", "").await;
    assert_eq!(phone.request_of("ACK").await.header("Via"), invite.header("Via"));
    assert_eq!(end_of(&mut leg).await, LegEnd::NoAnswer);
}

#[tokio::test]
async fn hanging_up_while_it_rings_cancels_and_waits_for_a_sign_of_life_before() {
    let running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await;
    let mut leg = running.line.call(to(&phone));
    let invite = phone.request_of("INVITE").await;
    leg.control.hang_up();
    assert_eq!(end_of(&mut leg).await, LegEnd::Cancelled);
    phone.reply(&invite, 180, "agent", "", "").await;
    let cancel = phone.request_of("CANCEL").await;
    phone.reply(&cancel, 200, "agent", "", "").await;
    phone.reply(&invite, 487, "agent", "", "").await;
    phone.request_of("ACK").await;
    drop(leg);
    running.until("transactions end", |gauges| gauges.transactions == 0).await;
}

#[tokio::test]
async fn an_answer_that_crosses_the_cancel_is_acknowledged_and_told_goodbye() {
    let running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await;
    let leg = running.line.call(to(&phone));
    let invite = phone.request_of("INVITE").await;
    phone.reply(&invite, 180, "agent", "", "").await;
    drop(leg);
    phone.request_of("CANCEL").await;
    let sdp = phone.sdp("sendrecv");
    phone.reply(&invite, 200, "agent", "", &sdp).await;
    assert_eq!(phone.request_of("ACK").await.tag("To"), "agent");
    let bye = phone.request_of("BYE").await;
    assert_eq!(bye.tag("To"), "agent");
    phone.reply(&bye, 200, "", "", "").await;
    running.is_empty().await;
}

#[tokio::test]
async fn a_repeated_answer_is_acknowledged_again_and_a_second_telephone_is_told_goodbye() {
    let running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await;
    let mut leg = running.line.call(to(&phone));
    let invite = phone.request_of("INVITE").await;
    answer(&mut phone, &invite).await;
    assert_eq!(next_event(&mut leg).await, LegEvent::Answered);
    let sdp = phone.sdp("sendrecv");
    phone.reply(&invite, 200, "agent", "", &sdp).await;
    assert_eq!(phone.request_of("ACK").await.tag("To"), "agent");
    phone.reply(&invite, 200, "second", "", &sdp).await;
    assert_eq!(phone.request_of("ACK").await.tag("To"), "second");
    let bye = phone.request_of("BYE").await;
    assert_eq!(bye.tag("To"), "second");
    phone.reply(&bye, 200, "", "", "").await;
    assert_eq!(phone.ask("BYE", "", "").await.status(), 200, "the first call is still up");
    assert_eq!(end_of(&mut leg).await, LegEnd::HungUp);
}

#[tokio::test]
async fn an_answer_without_a_usable_description_is_acknowledged_and_ended() {
    let running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await;
    let mut leg = running.line.call(to(&phone));
    let invite = phone.request_of("INVITE").await;
    phone.reply(&invite, 200, "agent", "", "").await;
    phone.request_of("ACK").await;
    phone.request_of("BYE").await;
    assert_eq!(end_of(&mut leg).await, line::LegEnd::Failed);
}

fn with_trunk(realm: Option<&str>) -> SipSettings {
    let password = Private::new("trunk password".to_owned());
    let credentials = TrunkCredentials { username: "we".to_owned(), password, realm: realm.map(str::to_owned) };
    SipSettings {
        trunks: vec![TrunkSettings {
            name: "carrier".to_owned(),
            hosts: vec!["127.0.0.1".to_owned()],
            credentials: Some(credentials),
            registration: None,
        }],
        ..settings()
    }
}

const CHALLENGE: &str =
    "Proxy-Authenticate: Digest realm=\"carrier\", nonce=\"abc\", algorithm=SHA-256, qop=\"auth\"\r\n";

#[tokio::test]
async fn a_challenge_of_the_trunk_is_answered_once() {
    let running = Running::start(with_trunk(Some("carrier"))).await;
    let mut phone = running.udp_phone().await;
    let mut leg = running.line.call(to(&phone));
    let invite = phone.request_of("INVITE").await;
    assert!(invite.header("From").contains("sip:we@127.0.0.1"));
    phone.reply(&invite, 407, "agent", CHALLENGE, "").await;
    let again = phone.request_of("INVITE").await;
    assert_eq!(again.header("CSeq"), "2 INVITE");
    let authorization = again.header("Proxy-Authorization");
    assert!(
        authorization.contains("username=\"we\"") && authorization.contains("realm=\"carrier\""),
        "{authorization}"
    );
    phone.reply(&again, 407, "agent", CHALLENGE, "").await;
    assert_eq!(end_of(&mut leg).await, LegEnd::Refused(407));
}

#[tokio::test]
async fn a_challenge_with_another_realm_gets_no_proof() {
    let running = Running::start(with_trunk(Some("somewhere else"))).await;
    let mut phone = running.udp_phone().await;
    let mut leg = running.line.call(to(&phone));
    let invite = phone.request_of("INVITE").await;
    phone.reply(&invite, 407, "agent", CHALLENGE, "").await;
    assert_eq!(end_of(&mut leg).await, LegEnd::Refused(407));
}

#[tokio::test]
async fn a_challenge_of_a_telephone_that_is_no_trunk_gets_no_proof() {
    let mut settings = with_trunk(None);
    settings.trunks[0].hosts = vec!["192.0.2.1".to_owned()];
    let running = Running::start(settings).await;
    let mut phone = running.udp_phone().await;
    let mut leg = running.line.call(to(&phone));
    let invite = phone.request_of("INVITE").await;
    phone.reply(&invite, 407, "agent", CHALLENGE, "").await;
    assert_eq!(end_of(&mut leg).await, LegEnd::Refused(407));
}
