//! Who is heard and who is sent to, and what becomes of everything else.

use super::*;

#[test]
fn there_is_silence_before_anything_comes_and_nothing_goes_to_an_unknown_source() {
    let mut call = Call::new("127.0.1.4", |remote| remote.known_source = false);
    for frame in call.ticks(50) {
        assert!(frame.samples().iter().all(|sample| *sample == 0));
    }
    assert_eq!(call.phone.got(), []);
    assert_eq!(call.control.last_heard(), None);
    call.talk(3);
    let got = call.phone.got();
    assert_eq!(got.len(), 3);
    assert!(got[0].marker);
}

#[test]
fn packets_before_the_answer_are_thrown_away() {
    let session = pool("127.0.1.5").open().unwrap();
    let mut phone = Phone::new("127.0.1.5");
    for _ in 0..20 {
        phone.say(session.local_address(), &[0x55; 160]);
    }
    let control = session.control();
    let mut call = Call { session, control, phone, now: Duration::ZERO, sent_frames: 0 };
    call.ticks(2);
    assert_eq!(call.control.stats().dropped_source, 20);
    assert_eq!(call.control.stats().received, 0);
}

#[test]
fn a_phone_behind_a_router_is_learnt_and_answered_where_it_is() {
    let mut call = Call::new("127.0.1.6", |remote| remote.address = "127.0.9.9:9".parse().unwrap());
    let heard = call.talk(50);
    assert!(heard[10..].iter().all(is_loud));
    assert!(call.control.stats().source_moved);
    assert_eq!(call.control.stats().dropped_source, 2, "the first two of three that prove it");
    assert!(call.phone.got().len() >= 47);
}

#[test]
fn an_attacker_is_neither_heard_nor_sent_to() {
    let mut call = Call::new("127.0.1.7", |_| {});
    let mut attacker = Phone::new("127.0.1.7");
    let to = call.address();
    call.talk(5);
    for number in 0..100 {
        attacker.say(to, &[0x2a; 160]);
        call.phone.say(to, &codes(&tone(number * 160)));
        call.tick();
    }
    assert_eq!(call.control.stats().dropped_source, 100);
    assert_eq!(call.control.stats().concealed, 0);
    assert_eq!(attacker.got(), []);
}

#[test]
fn what_is_not_negotiated_or_no_packet_is_counted_and_never_fatal() {
    let mut call = Call::new("127.0.1.10", |_| {});
    let to = call.address();
    call.talk(5);
    call.phone.send(to, 0, false, &[0xff; 160]); // the other law
    call.phone.send(to, 96, false, &[1; 40]); // a dynamic type
    call.phone.send(to, 13, false, &[60]); // comfort noise: a sign of life
    call.phone.send(to, PCMA, false, &[0x55; 161]); // no whole number of milliseconds
    call.phone.send(to, PCMA, false, &[]); // nothing at all
    call.phone.rtp.send_to(b"GET / HTTP/1.1\r\n\r\n", to).unwrap();
    call.phone.rtp.send_to(&[0x80, 200, 0, 1, 0, 0, 0, 0], to).unwrap(); // RTCP on a port that is not shared
    call.phone.rtp.send_to(&[], to).unwrap();
    call.tick();
    let stats = call.control.stats();
    assert_eq!((stats.dropped_payload_type, stats.dropped_malformed, stats.dropped_rtcp), (2, 3, 1));
    assert!(call.talk(20)[8..].iter().all(is_loud));
}

#[test]
fn a_new_address_is_followed_and_the_old_one_no_longer_heard() {
    let mut call = Call::new("127.0.1.21", |_| {});
    call.talk(10);
    let mut other = Phone::new("127.0.1.21");
    call.control.set_remote(other.remote());
    call.talk(10);
    assert_eq!(call.control.stats().dropped_source, 10);
    assert_eq!(other.got().len(), 10);
    let to = call.address();
    for number in 0..20 {
        other.say(to, &codes(&tone(number * 160)));
        let frame = call.tick();
        assert!(number < 8 || is_loud(&frame), "frame {number}");
    }
}

#[test]
fn a_flood_is_read_in_bounded_parts_and_does_not_end_the_call() {
    let mut call = Call::new("127.0.1.26", |_| {});
    call.talk(5);
    let to = call.address();
    let mut attacker = Phone::new("127.0.1.26");
    let begun = Instant::now();
    for _ in 0..20 {
        for _ in 0..300 {
            attacker.say(to, &[0; 160]);
        }
        call.tick();
    }
    assert!(begun.elapsed() < Duration::from_secs(5));
    call.ticks(50);
    assert!(call.talk(30)[15..].iter().all(is_loud));
}

#[test]
fn random_bytes_at_both_ports_never_panic() {
    use rand::{Rng, SeedableRng};
    let mut random = rand::rngs::StdRng::seed_from_u64(7);
    let mut call = Call::new("127.0.1.27", |_| {});
    let to = call.address();
    let rtcp = SocketAddr::new(to.ip(), to.port() + 1);
    for _ in 0..2000 {
        let length = random.random_range(0..400);
        let mut bytes: Vec<u8> = (0..length).map(|_| random.random()).collect();
        if let [first, second, ..] = bytes.as_mut_slice() {
            *first = 0x80 | *first & 0x3f;
            if random.random() {
                *second = PCMA;
            }
        }
        call.phone.rtp.send_to(&bytes, to).unwrap();
        call.phone.rtcp.send_to(&bytes, rtcp).unwrap();
        call.tick();
    }
    // The phone's random packets may have made any stream theirs; the call goes on all the same.
    call.talk(100);
    assert!(is_loud(&call.talk(20)[19]));
}

#[test]
fn an_attacker_cannot_press_keys_or_make_reports() {
    let mut call = Call::new("127.0.1.8", |_| {});
    let attacker_host = "127.0.8.8";
    let mut attacker = Phone::new(attacker_host);
    let to = call.address();
    call.talk(5);
    for step in 1..10 {
        attacker.event(to, EVENTS, '1', false, step * 160);
        attacker.event(to, 120, '1', false, step * 160);
        call.tick();
    }
    let mut report = [0; MAX_REPORT];
    let length = Report { ssrc: 1, sender: None, block: None, name: "x", goodbye: true }.write(&mut report);
    attacker.rtcp.send_to(&report[..length], SocketAddr::new(to.ip(), to.port() + 1)).unwrap();
    call.tick();
    assert_eq!(call.keys(), "");
    let stats = call.control.stats();
    assert_eq!((stats.dropped_source, stats.dropped_payload_type, stats.dropped_rtcp), (9, 9, 1));
}
