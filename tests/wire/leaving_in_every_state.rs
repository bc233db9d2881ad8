//! Either side hangs up, in every state a call can be in: everything else ends or goes back properly.

use super::media::Media;
use super::server::{Server, beside_others, new_number};
use super::sipp::{Scenario, Sipp};

/// Rings the desk and brings the call into queue `key`.
fn caller_in_queue(server: &Server, scenario: &str, number: &str, key: &str, media: &Media) -> Sipp {
    let digit = [("digit", key)];
    let caller = Scenario::caller(scenario, server.sip, number, media.port(0)).with(&digit).start();
    server.wait_for_event(number, "answered");
    caller.cue();
    caller
}

fn caller_leaves_during_the_greeting(server: &Server) {
    let (number, media) = (new_number(), Media::new(1));
    let caller = Scenario::caller("caller-leaves", server.sip, &number, media.port(0)).start();
    server.wait_for_event(&number, "answered");
    caller.cue();
    caller.finish();
    assert_eq!(server.wait_for_end(&number), "caller_hung_up");
}

fn caller_leaves_while_we_listen(server: &Server) {
    let (number, media) = (new_number(), Media::new(1));
    let caller = Scenario::caller("caller-leaves", server.sip, &number, media.port(0)).start();
    server.wait_for_call(&number, "the question was asked", |record| {
        record.said().iter().any(|said| said.contains("Which desk")).then_some(())
    });
    caller.cue();
    caller.finish();
    assert_eq!(server.wait_for_end(&number), "caller_hung_up");
}

fn caller_leaves_the_queue(server: &Server) {
    let (number, media) = (new_number(), Media::new(1));
    // Both are busy, so the caller waits for the next round.
    let phones = ["q1a", "q1b"]
        .map(|agent| Scenario::agent("agent-refuses-486", server.agent_port(agent), media.port(0)).start());
    let caller = caller_in_queue(server, "caller-keys-then-leaves", &number, "1", &media);
    server.wait_for_call(&number, "both were busy", |record| (record.events("offer_ended").len() == 2).then_some(()));
    caller.cue();
    caller.finish();
    phones.into_iter().for_each(Sipp::finish);
    assert_eq!(server.wait_for_end(&number), "caller_hung_up");
}

fn caller_leaves_while_the_agent_rings(server: &Server) {
    let (number, media) = (new_number(), Media::new(2));
    let agent = Scenario::agent("agent-lets-it-ring", server.agent_port("q2a"), media.port(1)).start();
    let caller = caller_in_queue(server, "caller-keys-then-leaves", &number, "2", &media);
    server.wait_for_event(&number, "offered");
    caller.cue();
    caller.finish();
    // The phone was told to stop ringing, or its scenario would not end.
    agent.finish();
    assert_eq!(server.wait_for_end(&number), "caller_hung_up");
}

fn caller_leaves_during_the_brief(server: &Server) {
    let (number, media) = (new_number(), Media::new(2));
    let agent = Scenario::agent("agent-listens", server.agent_port("q3a"), media.port(1)).start();
    let caller = caller_in_queue(server, "caller-keys-then-leaves", &number, "3", &media);
    server.wait_for_event(&number, "brief");
    caller.cue();
    caller.finish();
    agent.finish();
    assert_eq!(server.wait_for_end(&number), "caller_hung_up");
}

fn caller_leaves_the_talk(server: &Server) {
    let (number, media) = (new_number(), Media::new(2));
    let take = [("digit", "1")];
    let agent = Scenario::agent("agent-keys-then-is-left", server.agent_port("q4a"), media.port(1)).with(&take).start();
    let caller = caller_in_queue(server, "caller-keys-then-leaves", &number, "4", &media);
    server.wait_for_event(&number, "brief");
    agent.cue();
    server.wait_for_event(&number, "bridged");
    caller.cue();
    caller.finish();
    agent.finish();
    assert_eq!(server.wait_for_end(&number), "caller_hung_up");
}

fn agent_leaves_during_the_brief(server: &Server) {
    let (number, media) = (new_number(), Media::new(3));
    let first = Scenario::agent("agent-listens-then-leaves", server.agent_port("q5a"), media.port(1)).start();
    // The next agent takes the call, by RFC 4733.
    let second = Scenario::agent("agent-listens", server.agent_port("q5b"), media.port(2)).start();
    let caller = caller_in_queue(server, "caller-keys-then-leaves", &number, "5", &media);
    server.wait_for_event(&number, "brief");
    first.cue();
    first.finish();
    server.wait_for_call(&number, "the next agent hears the brief", |record| {
        (record.events("brief").len() == 2).then_some(())
    });
    media.press(2, "1");
    server.wait_for_event(&number, "bridged");
    caller.cue();
    caller.finish();
    second.finish();
    assert_eq!(server.wait_for_end(&number), "caller_hung_up");
}

fn agent_leaves_the_talk(server: &Server) {
    let (number, media) = (new_number(), Media::new(2));
    let take = [("digit", "1")];
    let agent = Scenario::agent("agent-keys-then-leaves", server.agent_port("q6a"), media.port(1)).with(&take).start();
    let caller = caller_in_queue(server, "caller-keys-then-is-left", &number, "6", &media);
    server.wait_for_event(&number, "brief");
    agent.cue();
    server.wait_for_event(&number, "bridged");
    agent.cue();
    agent.finish();
    caller.finish();
    assert_eq!(server.wait_for_end(&number), "agent_ended");
}

fn the_line_hangs_up(server: &Server) {
    let (number, media) = (new_number(), Media::new(1));
    let caller = caller_in_queue(server, "caller-keys-then-is-left", &number, "9", &media);
    caller.finish();
    assert_eq!(server.wait_for_end(&number), "flow_ended");
    let record = server.call(&number).expect("the call");
    assert_eq!(record.said().last().map(String::as_str), Some("Goodbye!"), "{record}");
}

#[test]
fn whoever_leaves_whenever_everything_else_is_put_away() {
    let _machine = beside_others();
    let server = Server::desks();
    let ways: [fn(&Server); 9] = [
        caller_leaves_during_the_greeting,
        caller_leaves_while_we_listen,
        caller_leaves_the_queue,
        caller_leaves_while_the_agent_rings,
        caller_leaves_during_the_brief,
        caller_leaves_the_talk,
        agent_leaves_during_the_brief,
        agent_leaves_the_talk,
        the_line_hangs_up,
    ];
    let server = &*server;
    std::thread::scope(|scope| {
        for way in ways {
            scope.spawn(move || way(server));
        }
    });
    server.wait_until_nothing_is_left();
    server.assert_no_panic();
}
