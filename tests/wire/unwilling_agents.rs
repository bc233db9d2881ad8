//! Agents who are busy, decline, cannot be reached or do not answer: the next one is asked, and when there is none,
//! the caller hears an apology and is back with the flow.

use super::media::Media;
use super::server::{Plan, Server, beside_others, new_number};
use super::sipp::{Scenario, Sipp};

fn start(server: &Server, number: &str, key: &str, media: &Media) -> Sipp {
    let digit = [("digit", key)];
    let caller = Scenario::caller("caller-keys-then-leaves", server.sip, number, media.port(0)).with(&digit).start();
    server.wait_for_event(number, "answered");
    caller.cue();
    caller
}

fn refusing(server: &Server, agent: &str, status: &str, media: &Media) -> Sipp {
    Scenario::agent(&format!("agent-refuses-{status}"), server.agent_port(agent), media.port(0)).start()
}

/// The first agent's phone answers `status`; the second agent takes the call.
fn the_next_agent_is_asked(server: &Server, queue: &str, status: &str, why: &str) {
    let (number, media) = (new_number(), Media::new(2));
    let first = refusing(server, &format!("q{queue}a"), status, &media);
    let take = [("digit", "1")];
    let second = Scenario::agent("agent-keys-then-is-left", server.agent_port(&format!("q{queue}b")), media.port(1))
        .with(&take)
        .start();
    let caller = start(server, &number, queue, &media);
    server.wait_for_event(&number, "brief");
    second.cue();
    server.wait_for_event(&number, "bridged");
    caller.cue();
    caller.finish();
    first.finish();
    second.finish();
    server.wait_for_end(&number);
    let record = server.call(&number).expect("the call");
    assert_eq!(record.events("offer_ended")[0]["why"], why, "{status}: {record}");
    assert_eq!(record.events("offered").len(), 2, "{status}: {record}");
}

fn nobody_can_be_reached(server: &Server) {
    let (number, media) = (new_number(), Media::new(1));
    let phones = [refusing(server, "q5a", "503", &media), refusing(server, "q5b", "404", &media)];
    let caller = start(server, &number, "5", &media);
    // An apology, and the flow asks again.
    server.wait_for_call(&number, "the flow goes on behind an apology", |record| {
        let said = record.said();
        let sorry = said.iter().position(|said| said.contains("nobody is free"))?;
        said[sorry..].iter().any(|said| said.contains("Which desk")).then_some(())
    });
    caller.cue();
    caller.finish();
    phones.into_iter().for_each(Sipp::finish);
    server.wait_for_end(&number);
    let record = server.call(&number).expect("the call");
    assert!(record.events("bridged").is_empty(), "{record}");
    assert_eq!(record.events("queue_ended")[0]["result"], "no_agent", "{record}");
    assert!(!record.said().iter().any(|said| said.contains("putting you through")), "{record}");
}

fn an_agent_who_does_not_answer_is_cancelled(server: &Server) {
    let (number, media) = (new_number(), Media::new(2));
    let first = Scenario::agent("agent-lets-it-ring", server.agent_port("q6a"), media.port(1)).start();
    let second = Scenario::agent("agent-listens", server.agent_port("q6b"), media.port(1)).start();
    let caller = start(server, &number, "6", &media);
    server.wait_for_event(&number, "brief");
    media.press(1, "1");
    server.wait_for_event(&number, "bridged");
    caller.cue();
    caller.finish();
    first.finish();
    second.finish();
    server.wait_for_end(&number);
    let record = server.call(&number).expect("the call");
    assert_eq!(record.events("offer_ended")[0]["why"], "no_answer", "{record}");
}

#[test]
fn agents_who_cannot_or_will_not() {
    let _machine = beside_others();
    // Agents rest after a refusal, so this test has desks of its own.
    let server = Plan::desks().start();
    let server = &server;
    std::thread::scope(|scope| {
        let next =
            [("1", "486", "busy"), ("2", "603", "passed"), ("3", "503", "unreachable"), ("4", "404", "unreachable")];
        for (queue, status, why) in next {
            scope.spawn(move || the_next_agent_is_asked(server, queue, status, why));
        }
        scope.spawn(move || nobody_can_be_reached(server));
        scope.spawn(move || an_agent_who_does_not_answer_is_cancelled(server));
    });
    server.wait_until_nothing_is_left();
    server.assert_no_panic();
}
