//! Random bytes, mutated SIP and mutated RTP at every open port: no panic, bounded memory, and the next call works.
//! `WARMLINE_WIRE_SECONDS` says how long; 10 by default.

use std::io::Write;
use std::net::{Ipv4Addr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::media::Media;
use super::raw::{RawPhone, status};
use super::server::{PATIENCE, Plan, Server, alone, new_number, wait_for};
use super::sipp::Scenario;

/// How much more memory the server may hold after the storm, in KiB.
const MEMORY: u64 = 96 * 1024;

#[test]
fn nothing_sent_to_the_ports_harms_the_server() {
    let _machine = alone();
    let seconds = std::env::var("WARMLINE_WIRE_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(10);
    let server = Plan::desks().start();
    // Two people who talk through the storm, so that there are media ports to aim at.
    let (number, media) = (new_number(), Media::new(2));
    let (desk, take) = ([("digit", "1")], [("digit", "1")]);
    let agent = Scenario::agent("agent-keys-then-is-left", server.agent_port("q1a"), media.port(1)).with(&take).start();
    let caller = Scenario::caller("caller-keys-then-leaves", server.sip, &number, media.port(0)).with(&desk).start();
    server.wait_for_event(&number, "answered");
    caller.cue();
    server.wait_for_event(&number, "brief");
    agent.cue();
    server.wait_for_event(&number, "bridged");
    let target = wait_for("sound comes", PATIENCE, || media.peer(0));
    let before = server.memory();

    let mut random = StdRng::seed_from_u64(7);
    let until = Instant::now() + Duration::from_secs(seconds);
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a socket");
    socket.set_nonblocking(true).expect("a socket that does not block");
    let (mut sent, mut most, mut streams) = (0_u64, before, 0);
    while Instant::now() < until {
        for _ in 0..40 {
            match random.random_range(0..10) {
                0 => _ = socket.send_to(&bytes(&mut random, 1_400), server.sip),
                1..=5 => _ = socket.send_to(&mutated_sip(&mut random, &server), server.sip),
                // The far end that the server knows is listened to most closely.
                6 => media.send_bytes(random.random_range(0..2), &mutated_rtp(&mut random)),
                7 => _ = socket.send_to(&mutated_rtp(&mut random), target),
                8 => {
                    let control = (target.ip(), target.port() + 1);
                    _ = socket.send_to(&mutated_rtp(&mut random), control);
                }
                _ => _ = socket.send_to(&bytes(&mut random, 300), target),
            }
            sent += 1;
        }
        if sent % 400 == 0
            && let Ok(mut stream) = TcpStream::connect(server.sip)
        {
            let _ = stream.write_all(&mutated_sip(&mut random, &server));
            let _ = stream.write_all(&bytes(&mut random, 500));
            streams += 1;
        }
        most = most.max(server.memory());
        std::thread::sleep(Duration::from_millis(5));
    }
    let after = server.memory();
    assert!(streams > 0, "nothing came in over TCP");
    let read = server.metric("warmline_sip_dropped_packets_total{reason=\"senseless\"}");
    assert!(read > 100.0, "only {read} packets came as far as being read");
    println!(
        "{sent} packets in {seconds} s; memory {before} KiB before, {most} KiB at most, {after} KiB after; {read} read as no SIP"
    );
    server.assert_no_panic();
    assert!(most < before + MEMORY, "memory grew from {before} to {most} KiB");

    assert_eq!(server.http("/healthz").0, 200);
    // The two still talk: sound comes, and each end is told of the other's.
    let heard = [media.received(0), media.received(1)];
    wait_for("the two still hear each other", PATIENCE, || {
        (media.received(0) > heard[0] + 25 && media.received(1) > heard[1] + 25).then_some(())
    });
    caller.cue();
    caller.finish();
    agent.finish();
    assert_eq!(server.wait_for_end(&number), "caller_hung_up");
    the_next_call_works(&server);
}

/// The storm may have used up what this machine's address is allowed, so the call is tried until it is let in.
fn the_next_call_works(server: &Server) {
    let media = Media::new(1);
    let number = wait_for("a call is answered", PATIENCE, || {
        let number = new_number();
        let mut phone = RawPhone::new(server.sip, &number, media.port(0));
        let invite = phone.request("INVITE", 1, "next");
        phone.send(&invite);
        let answer = phone.receive(Duration::from_secs(2), |message| status(message, "INVITE") == Some(200))?;
        phone.join(&answer);
        let (ack, bye) = (phone.request("ACK", 1, "ack"), phone.request("BYE", 2, "bye"));
        phone.send(&ack);
        server.wait_for_call(&number, "the greeting was said", |record| (!record.said().is_empty()).then_some(()));
        phone.send(&bye);
        Some(number)
    });
    assert_eq!(server.wait_for_end(&number), "caller_hung_up");
    assert!(media.received(0) > 20, "the greeting was not heard");
}

fn bytes(random: &mut StdRng, most: usize) -> Vec<u8> {
    let length = random.random_range(0..most);
    (0..length).map(|_| random.random()).collect()
}

fn mutated_sip(random: &mut StdRng, server: &Server) -> Vec<u8> {
    const METHODS: [&str; 10] =
        ["OPTIONS", "BYE", "CANCEL", "ACK", "REGISTER", "INFO", "UPDATE", "REFER", "SUBSCRIBE", "INVITE"];
    let phone = RawPhone::new(server.sip, "7", 9);
    let method = METHODS[random.random_range(0..METHODS.len())];
    let branch: u32 = random.random();
    let mut message = phone.request(method, random.random_range(0..1_000), &branch.to_string()).into_bytes();
    for _ in 0..random.random_range(1..12) {
        let place = random.random_range(0..message.len());
        match random.random_range(0..5) {
            0 => message[place] = random.random(),
            1 if message.len() > 1 => _ = message.remove(place),
            2 => message.truncate(place.max(1)),
            3 => message.insert(place, b"\r\n:;<>\"%\0"[random.random_range(0..9)]),
            _ => {
                let end = (place + random.random_range(1..60)).min(message.len());
                let piece = message[place..end].to_vec();
                message.splice(place..place, piece);
            }
        }
    }
    message
}

fn mutated_rtp(random: &mut StdRng) -> Vec<u8> {
    let mut packet = vec![0x80, [0, 101, 200, 201][random.random_range(0..4)]];
    packet.extend(bytes(random, 200));
    if random.random_bool(0.5) && packet.len() > 2 {
        let place = random.random_range(0..2);
        packet[place] = random.random();
    }
    packet
}
