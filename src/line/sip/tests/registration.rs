//! Agents' telephones that register with us, and our registrations with trunks.

use std::time::Duration;

use super::phone::Message;
use super::*;
use crate::Private;
use crate::line::sip::digest::Challenge;
use crate::line::sip::{AgentPhone, OutboundCall, Registered, TrunkCredentials, TrunkRegistration, TrunkSettings};

const PASSWORD: &str = "correct horse";

fn with_agents() -> SipSettings {
    let agent = |name: &str| AgentPhone { name: name.to_owned(), password: Private::new(PASSWORD.to_owned()) };
    let mut settings = SipSettings { agents: vec![agent("anna"), agent("bo")], ..settings() };
    settings.timers.registration_shortest = Duration::from_secs(1);
    settings
}

fn register(phone: &mut Phone, user: &str, more: &str) -> String {
    let text = phone.request("REGISTER", more, "");
    text.replace("To: <sip:800@", &format!("To: <sip:{user}@"))
}

async fn send_register(phone: &mut Phone, user: &str, more: &str) -> Message {
    let text = register(phone, user, more);
    phone.send(&text).await;
    phone.answer_to("REGISTER").await
}

fn challenge(answer: &Message) -> Challenge {
    let named = answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("WWW-Authenticate"));
    Challenge::strongest(named.map(|(_, value)| value.as_str())).expect("a challenge")
}

fn proof(challenge: &Challenge, user: &str, password: &str, count: u32) -> String {
    let password = Private::new(password.to_owned());
    let value = challenge.answer_again(user, &password, "REGISTER", "sip:warmline", "c0ffee", count);
    format!("Authorization: {}\r\n", value.expect("a proof"))
}

async fn sign_in(phone: &mut Phone, user: &str, password: &str, more: &str) -> Message {
    let asked = send_register(phone, user, more).await;
    assert_eq!(asked.status(), 401);
    let proof = proof(&challenge(&asked), user, password, 1);
    send_register(phone, user, &format!("{more}{proof}")).await
}

#[tokio::test]
async fn an_agents_phone_signs_in_is_rung_where_it_sends_from_and_signs_off() {
    let running = Running::start(with_agents()).await;
    let mut changes = running.line.registrations_changed();
    let mut phone = running.udp_phone().await.named("anna");
    assert!(!running.line.registered("anna"));
    let granted = sign_in(&mut phone, "anna", PASSWORD, "Expires: 600\r\n").await;
    assert_eq!(granted.status(), 200);
    assert!(granted.header("Contact").contains(";expires=600"), "{granted:?}");
    tokio::time::timeout(PATIENCE, changes.changed()).await.expect("told in time").expect("told");
    assert!(running.line.registered("anna") && !running.line.registered("bo"));
    assert_eq!(running.line.gauges().registered_agents, 1);

    let mut leg = running.line.call(OutboundCall::to("anna"));
    let invite = phone.request_of("INVITE").await;
    assert!(invite.start.contains("sip:anna@"), "{invite:?}");
    phone.reply(&invite, 486, "agent", "", "").await;
    assert_eq!(end_of(&mut leg).await, LegEnd::Busy);

    phone.next_call();
    assert_eq!(sign_in(&mut phone, "anna", PASSWORD, "Expires: 0\r\n").await.status(), 200);
    assert!(!running.line.registered("anna"));
}

#[tokio::test]
async fn the_stronger_hash_is_offered_only_where_every_phone_knows_it() {
    for offer_sha256 in [false, true] {
        let running = Running::start(SipSettings { offer_sha256, ..with_agents() }).await;
        let mut phone = running.udp_phone().await;
        let asked = send_register(&mut phone, "anna", "").await;
        assert_eq!(asked.header("WWW-Authenticate").contains("SHA-256"), offer_sha256);
        let proof = proof(&challenge(&asked), "anna", PASSWORD, 1);
        assert_eq!(proof.contains("SHA-256"), offer_sha256);
        assert_eq!(send_register(&mut phone, "anna", &proof).await.status(), 200);
    }
}

#[tokio::test]
async fn a_phone_behind_nat_is_rung_at_the_address_that_the_network_shows() {
    let running = Running::start(with_agents()).await;
    let mut phone = running.udp_phone().await;
    let asked = send_register(&mut phone, "anna", "").await;
    let proof = proof(&challenge(&asked), "anna", PASSWORD, 1);
    let contact = phone.contact();
    let text = register(&mut phone, "anna", &proof).replace(&contact, "<sip:anna@192.0.2.55:5060>");
    phone.send(&text).await;
    assert_eq!(phone.answer_to("REGISTER").await.status(), 200);
    let _leg = running.line.call(OutboundCall::to("anna"));
    let invite = phone.request_of("INVITE").await;
    assert!(invite.start.contains("sip:anna@192.0.2.55:5060"), "{invite:?}");
}

#[tokio::test]
async fn one_nonce_serves_many_requests_and_no_replay() {
    let running = Running::start(with_agents()).await;
    let mut phone = running.udp_phone().await;
    let challenge = challenge(&send_register(&mut phone, "anna", "").await);
    for count in 1..=20 {
        let proof = proof(&challenge, "anna", PASSWORD, count);
        assert_eq!(send_register(&mut phone, "anna", &proof).await.status(), 200, "nc={count:x}");
    }
    let replay = proof(&challenge, "anna", PASSWORD, 11);
    assert_eq!(send_register(&mut phone, "anna", &replay).await.status(), 403);
}

#[tokio::test]
async fn a_wrong_password_an_unknown_name_and_a_foreign_address_look_the_same() {
    let running = Running::start(with_agents()).await;
    let mut phone = running.udp_phone().await;
    let mut answers = Vec::new();
    for (user, password, address) in
        [("anna", "wrong", "anna"), ("nobody", "wrong", "nobody"), ("anna", PASSWORD, "bo")]
    {
        phone.next_call();
        let asked = send_register(&mut phone, address, "").await;
        let proof = proof(&challenge(&asked), user, password, 1);
        let answer = send_register(&mut phone, address, &proof).await;
        let names: Vec<String> = answer.headers.iter().map(|(name, _)| name.clone()).collect();
        answers.push((asked.status(), answer.status(), names));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0] && answer.1 == 403), "{answers:?}");
    assert_eq!(running.line.gauges().failed_proofs, 3);
    assert_eq!(running.line.gauges().registered_agents, 0);
}

#[tokio::test]
async fn who_guesses_passwords_is_met_with_silence() {
    let running = Running::start(with_agents()).await;
    let mut phone = running.udp_phone().await;
    for _ in 0..10 {
        phone.next_call();
        assert_eq!(sign_in(&mut phone, "anna", "wrong", "").await.status(), 403);
    }
    phone.next_call();
    let text = register(&mut phone, "anna", "");
    phone.send(&text).await;
    running.until("the guess is dropped", |gauges| gauges.dropped_flood == 1).await;
    assert!(phone.has_nothing());
}

#[tokio::test]
async fn a_registration_ends_by_itself() {
    let running = Running::start(with_agents()).await;
    let mut changes = running.line.registrations_changed();
    let mut phone = running.udp_phone().await;
    assert_eq!(sign_in(&mut phone, "anna", PASSWORD, "Expires: 1\r\n").await.status(), 200);
    changes.mark_unchanged();
    tokio::time::timeout(PATIENCE, changes.changed()).await.expect("told in time").expect("told");
    assert!(!running.line.registered("anna"));
}

#[tokio::test]
async fn a_registration_that_is_too_short_is_told_the_shortest() {
    let mut settings = with_agents();
    settings.timers.registration_shortest = Duration::from_secs(60);
    let running = Running::start(settings).await;
    let mut phone = running.udp_phone().await;
    let answer = sign_in(&mut phone, "anna", PASSWORD, "Expires: 5\r\n").await;
    assert_eq!((answer.status(), answer.header("Min-Expires").as_str()), (423, "60"));
}

#[tokio::test]
async fn an_agent_has_only_so_many_phones_and_can_forget_them_all() {
    let running = Running::start(with_agents()).await;
    let mut phones = Vec::new();
    for _ in 0..6 {
        let mut phone = running.udp_phone().await.named("anna");
        let granted = sign_in(&mut phone, "anna", PASSWORD, "").await;
        phones.push((phone, granted.header("Contact").matches("<sip:").count()));
    }
    let counts: Vec<usize> = phones.iter().map(|(_, count)| *count).collect();
    assert_eq!(counts, [1, 2, 3, 4, 4, 4]);
    let (phone, _) = &mut phones[5];
    let asked = send_register(phone, "anna", "").await;
    let proof = proof(&challenge(&asked), "anna", PASSWORD, 1);
    let contact = phone.contact();
    let text = register(phone, "anna", &format!("Expires: 0\r\n{proof}")).replace(&contact, "*");
    phone.send(&text).await;
    assert_eq!(phone.answer_to("REGISTER").await.status(), 200);
    assert!(!running.line.registered("anna"));
}

#[tokio::test]
async fn nobody_registers_where_no_agent_is_configured() {
    let running = Running::start(settings()).await;
    let mut phone = running.udp_phone().await;
    assert_eq!(send_register(&mut phone, "anna", "").await.status(), 405);
}

#[tokio::test]
async fn we_register_with_a_trunk_refresh_show_failure_and_sign_off() {
    let registrar = Phone::udp("127.0.0.1:1".parse().expect("address")).await;
    let mut settings = settings();
    settings.trunks = vec![TrunkSettings {
        name: "carrier".to_owned(),
        hosts: vec!["127.0.0.1".to_owned()],
        credentials: Some(TrunkCredentials {
            username: "we".to_owned(),
            password: Private::new("trunk password".to_owned()),
            realm: None,
        }),
        registration: Some(TrunkRegistration {
            registrar: format!("sip:{}", registrar.local),
            expires: Duration::from_secs(600),
        }),
    }];
    let mut registrar = registrar;
    let running = Running::start(settings).await;
    registrar.line = running.line.local_addresses().udp.expect("udp");
    let state = |running: &Running| running.line.trunks()[0].registered.clone();

    let first = registrar.request_of("REGISTER").await;
    assert!(first.header("Authorization").is_empty());
    assert_eq!(state(&running), Registered::Trying);
    let challenge = "WWW-Authenticate: Digest realm=\"carrier\", nonce=\"n\", algorithm=MD5, qop=\"auth\"\r\n";
    registrar.reply(&first, 401, "r", challenge, "").await;
    let proven = registrar.request_of("REGISTER").await;
    assert!(proven.header("Authorization").contains("username=\"we\""), "{proven:?}");
    assert_eq!((proven.header("CSeq"), proven.header("Expires")), ("2 REGISTER".to_owned(), "600".to_owned()));
    registrar.reply(&proven, 200, "r", "Expires: 1\r\n", "").await;

    let refresh = registrar.request_of("REGISTER").await;
    assert_eq!(state(&running), Registered::Yes);
    registrar.reply(&refresh, 403, "r", "", "").await;
    let retry = registrar.request_of("REGISTER").await;
    assert_eq!(state(&running), Registered::Failed("refused with 403".to_owned()));
    registrar.reply(&retry, 200, "r", "Expires: 600\r\n", "").await;
    tokio::time::timeout(PATIENCE, async {
        while state(&running) != Registered::Yes {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await
    .expect("registered again");

    let stopped = tokio::spawn(async move {
        running.line.stop().await;
        running
    });
    let goodbye = registrar.request_of("REGISTER").await;
    assert_eq!(goodbye.header("Expires"), "0");
    registrar.reply(&goodbye, 200, "r", "", "").await;
    let running = stopped.await.expect("stopped");
    assert_eq!(state(&running), Registered::Ended);
}
