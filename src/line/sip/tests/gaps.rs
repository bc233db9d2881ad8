//! What the stack below leaves open, and what we do about it: one test a gap, in the order of its notes.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tracing_subscriber::EnvFilter;

use super::*;
use crate::audio::Key;
use crate::line::sip::{LOG_FILTER, OutboundCall};

/// Sends an ACK and a request right behind it, or the request first, and far enough ahead that it has reached the
/// dialog when the ACK comes.
async fn in_order(running: &Running, phone: &mut Phone, overtakes: bool, ack: &str, request: &str) {
    if !overtakes {
        phone.send(ack).await;
        return phone.send(request).await;
    }
    let before = running.line.gauges().transactions;
    phone.send(request).await;
    running.until("the request has come", |gauges| gauges.transactions > before).await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    phone.send(ack).await;
}

#[tokio::test]
async fn a_key_right_behind_the_ack_is_never_lost() {
    let mut running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await;
    for number in 0..20 {
        phone.next_call();
        phone.invite("").await;
        let mut leg = running.next_call().await.leg;
        leg.control.answer();
        let answer = phone.final_answer().await;
        phone.far_tag = answer.tag("To");
        let ack = phone.request("ACK", "", "");
        let info = phone.request("INFO", "Content-Type: application/dtmf\r\n", "7");
        in_order(&running, &mut phone, number % 2 == 1, &ack, &info).await;
        assert_eq!(phone.answer_to("INFO").await.status(), 200);
        assert_eq!(next_event(&mut leg).await, LegEvent::Answered);
        assert_eq!(next_event(&mut leg).await, LegEvent::Key(Key::from_char('7').expect("a key")));
        assert_eq!(phone.ask("BYE", "", "").await.status(), 200);
        assert_eq!(end_of(&mut leg).await, LegEnd::HungUp);
    }
}

#[tokio::test]
async fn a_hold_right_behind_the_ack_or_before_it_is_never_lost() {
    let mut running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await;
    for overtakes in [false, true, false, true, false, true] {
        phone.next_call();
        phone.invite("").await;
        let mut leg = running.next_call().await.leg;
        leg.control.answer();
        let answer = phone.final_answer().await;
        phone.far_tag = answer.tag("To");
        let ack = phone.request("ACK", "", "");
        let body = phone.sdp("sendonly");
        let hold = phone.request("INVITE", "", &body);
        in_order(&running, &mut phone, overtakes, &ack, &hold).await;
        let held = loop {
            let answer = phone.final_answer().await;
            if answer.header("CSeq") == "2 INVITE" {
                break answer;
            }
        };
        assert_eq!(held.status(), 200);
        phone.acknowledge(&held, "").await;
        assert_eq!(next_event(&mut leg).await, LegEvent::Answered);
        assert_eq!(next_event(&mut leg).await, LegEvent::Held);
        assert_eq!(phone.ask("BYE", "", "").await.status(), 200);
    }
}

#[tokio::test]
async fn an_extension_that_we_lack_is_refused_by_name_in_and_out_of_a_call() {
    let mut running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await;
    phone.invite("Require: 100rel\r\nRequire: timer, precondition\r\n").await;
    let answer = phone.answered().await;
    assert_eq!((answer.status(), answer.header("Unsupported").as_str()), (420, "100rel, precondition"));
    phone.next_call();
    let mut leg = running.talking(&mut phone, "Supported: 100rel\r\n").await;
    assert_eq!(phone.ask("UPDATE", "Require: 100rel\r\n", "").await.status(), 420);
    assert_eq!(phone.ask("BYE", "", "").await.status(), 200);
    assert_eq!(end_of(&mut leg).await, LegEnd::HungUp);
}

#[tokio::test]
async fn a_session_that_the_caller_does_not_refresh_ends() {
    let mut settings = settings();
    settings.timers.session_minimum = Duration::from_secs(1);
    let mut running = Running::start(settings).await;
    let mut phone = running.udp_phone().await;
    phone.invite("Supported: timer\r\nSession-Expires: 1;refresher=uac\r\n").await;
    let mut leg = running.next_call().await.leg;
    leg.control.answer();
    let answer = phone.answered().await;
    assert_eq!(answer.header("Session-Expires"), "1;refresher=uac");
    assert_eq!(answer.header("Require"), "timer");
    phone.request_of("BYE").await;
    assert_eq!(end_of(&mut leg).await, LegEnd::Lost);
}

#[tokio::test]
async fn a_session_interval_that_is_too_short_is_refused_with_ours() {
    let running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await;
    phone.invite("Supported: timer\r\nSession-Expires: 30\r\n").await;
    let answer = phone.answered().await;
    assert_eq!((answer.status(), answer.header("Min-SE").as_str()), (422, "90"));
}

#[tokio::test]
async fn we_refresh_for_a_caller_that_knows_no_timers_and_yield_when_both_ask_at_once() {
    let mut settings = settings();
    settings.timers.session_minimum = Duration::from_secs(1);
    settings.timers.session_interval = Duration::from_secs(1);
    let mut running = Running::start(settings).await;
    let mut phone = running.udp_phone().await;
    let mut leg = running.talking(&mut phone, "Allow: INVITE, ACK, BYE\r\n").await;
    let refresh = phone.request_of("INVITE").await;
    assert!(refresh.body.contains("m=audio "), "a refresh by re-INVITE repeats the description");
    let body = phone.sdp("sendonly");
    let glare = phone.ask("INVITE", "", &body).await;
    assert_eq!(glare.status(), 491);
    phone.acknowledge(&glare, "").await;
    let answer = phone.sdp("sendrecv");
    phone.reply(&refresh, 200, "", "Allow: INVITE, ACK, BYE, UPDATE\r\n", &answer).await;
    phone.request_of("ACK").await;
    let refresh = phone.request_of("UPDATE").await;
    phone.reply(&refresh, 200, "", "", "").await;
    assert_eq!(phone.ask("BYE", "", "").await.status(), 200);
    assert_eq!(end_of(&mut leg).await, LegEnd::HungUp);
}

#[tokio::test]
async fn the_longest_call_ends() {
    let mut settings = settings();
    settings.timers.longest_call = Duration::from_millis(150);
    let mut running = Running::start(settings).await;
    let mut phone = running.udp_phone().await;
    let mut leg = running.talking(&mut phone, "").await;
    phone.request_of("BYE").await;
    assert_eq!(end_of(&mut leg).await, LegEnd::TooLong);
    drop(leg);
    running.is_empty().await;
}

#[tokio::test]
async fn silence_asks_whether_the_far_end_lives_and_only_its_answer_ends_the_call() {
    let mut settings = settings();
    settings.timers.silence = Duration::from_millis(80);
    settings.timers.probe_answer = Duration::from_millis(200);
    let mut running = Running::start(settings).await;
    let mut phone = running.udp_phone().await;
    for (last_status, end) in [(Some(481), LegEnd::Lost), (Some(408), LegEnd::Lost), (None, LegEnd::Lost)] {
        phone.next_call();
        let mut leg = running.talking(&mut phone, "").await;
        for status in [200, 405, 500] {
            let probe = phone.request_of("OPTIONS").await;
            assert_eq!(probe.tag("To"), phone.tag, "the question is asked inside the dialog");
            phone.reply(&probe, status, "", "", "").await;
        }
        let probe = phone.request_of("OPTIONS").await;
        assert!(leg.events.try_recv().is_err(), "silence alone ended the call");
        if let Some(status) = last_status {
            phone.reply(&probe, status, "", "", "").await;
        }
        assert_eq!(end_of(&mut leg).await, end, "{last_status:?}");
    }
}

#[tokio::test]
async fn responses_name_what_we_allow_and_our_call_ids_name_nobody() {
    let mut running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await;
    let options = phone.ask("OPTIONS", "", "").await;
    assert_eq!(options.status(), 200);
    for (name, word) in
        [("Allow", "UPDATE"), ("Supported", "timer"), ("Accept", "application/sdp"), ("Server", "warmline/")]
    {
        assert!(options.header(name).contains(word), "{name} in {options:?}");
    }
    phone.next_call();
    phone.invite("").await;
    let leg = running.next_call().await.leg;
    leg.control.answer();
    let answer = phone.answered().await;
    assert!(answer.header("Allow").contains("UPDATE") && answer.header("Supported").contains("timer"));
    let _ringing = running.line.call(OutboundCall::to(format!("sip:anna@{}", phone.local)));
    let invite = phone.request_of("INVITE").await;
    assert!(!invite.header("Call-ID").contains('@') && invite.header("Allow").contains("UPDATE"), "{invite:?}");
}

#[tokio::test]
async fn news_of_a_transfer_is_read_and_told_that_nobody_asked() {
    let mut running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await;
    let _leg = running.talking(&mut phone, "").await;
    let headers = "Event: refer\r\nSubscription-State: active\r\nContent-Type: message/sipfrag\r\n";
    assert_eq!(phone.ask("NOTIFY", headers, "SIP/2.0 200 OK").await.status(), 481);
    assert_eq!(phone.ask("NOTIFY", headers, "nonsense").await.status(), 400);
    assert_eq!(phone.ask("NOTIFY", "Event: presence\r\n", "").await.status(), 489);
}

#[tokio::test]
async fn what_is_unknown_old_broken_or_too_long_is_answered() {
    let mut running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await;
    let unknown = phone.request("FROBNICATE", "", "");
    phone.send(&unknown).await;
    let answer = phone.answer_to("FROBNICATE").await;
    assert_eq!((answer.status(), answer.header("Allow").is_empty()), (501, false));
    let broken = phone.request("OPTIONS", "", "").replace("CSeq: 2 OPTIONS", "CSeq: two OPTIONS");
    phone.send(&broken).await;
    assert_eq!(phone.answer_to("OPTIONS").await.status(), 400);
    let long = phone.request("OPTIONS", &format!("Subject: {}\r\n", "x".repeat(9000)), "");
    phone.send(&long).await;
    assert_eq!(phone.answer_to("OPTIONS").await.status(), 513);
    let version = phone.request("OPTIONS", "", "").replacen("SIP/2.0\r\n", "SIP/7.0\r\n", 1);
    phone.send(&version).await;
    assert_eq!(phone.answer_to("OPTIONS").await.status(), 505);

    phone.next_call();
    let _leg = running.talking(&mut phone, "").await;
    phone.sequence = 10;
    assert_eq!(phone.ask("OPTIONS", "", "").await.status(), 200);
    let old = phone.request_numbered("INFO", 5, "", "");
    phone.send(&old).await;
    assert_eq!(phone.answer_to("INFO").await.status(), 500);
}

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("not poisoned").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The log of a call with every level on, under a filter.
async fn log_of_a_call(filter: &str) -> String {
    let kept = Kept::default();
    let writer = kept.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(move || writer.clone())
        .with_ansi(false)
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let mut running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await.named("442079460123");
    let mut leg = running.talking(&mut phone, "Authorization: Digest username=\"secretname\"\r\n").await;
    assert_eq!(phone.ask("BYE", "", "").await.status(), 200);
    assert_eq!(end_of(&mut leg).await, LegEnd::HungUp);
    drop(guard);
    let text = kept.0.lock().expect("not poisoned").clone();
    String::from_utf8_lossy(&text).into_owned()
}

#[tokio::test]
async fn no_number_and_no_proof_reaches_the_log() {
    let all = log_of_a_call("trace").await;
    let log = log_of_a_call(&format!("trace,{LOG_FILTER}")).await;
    for private in ["442079460123", "secretname", "Ann"] {
        assert!(all.contains(private), "the log of everything must hold {private}, or this test proves nothing");
        assert!(!log.contains(private), "{private} is in the log: {log}");
    }
}

#[tokio::test]
async fn a_telephone_behind_a_dead_connection_is_given_up_in_time() {
    let mut settings = settings();
    settings.timers.first_response = Duration::from_millis(150);
    let running = Running::start(settings).await;
    // The discard port is closed; TLS is not served at all.
    for target in ["sip:anna@127.0.0.1:9;transport=tcp", "sip:anna@127.0.0.1:9;transport=tls", "sips:anna@127.0.0.1:9"]
    {
        let mut leg = running.line.call(OutboundCall::to(target));
        assert_eq!(end_of(&mut leg).await, LegEnd::Unreachable, "{target}");
    }
    running.is_empty().await;
}

#[tokio::test]
async fn every_way_a_call_ends_leaves_no_dialog() {
    let mut running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await;
    for way in 0..5 {
        phone.next_call();
        match way {
            0 => {
                let mut leg = running.talking(&mut phone, "").await;
                assert_eq!(phone.ask("BYE", "", "").await.status(), 200);
                end_of(&mut leg).await;
            }
            1 => drop(running.talking(&mut phone, "").await),
            2 => {
                phone.invite("").await;
                let leg = running.next_call().await.leg;
                leg.control.refuse(603);
                assert_eq!(phone.answered().await.status(), 603);
            }
            3 => {
                phone.invite("").await;
                let _leg = running.next_call().await;
                let cancel = phone.request("CANCEL", "", "");
                phone.send(&cancel).await;
                assert_eq!(phone.answered().await.status(), 487);
            }
            _ => {
                let leg = running.line.call(OutboundCall::to(format!("sip:anna@{}", phone.local)));
                let invite = phone.request_of("INVITE").await;
                drop(leg);
                phone.reply(&invite, 486, "agent", "", "").await;
            }
        }
        running.is_empty().await;
    }
}
