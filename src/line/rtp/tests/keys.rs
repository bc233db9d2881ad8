//! Keys both ways: as events, as tones, negotiated or not.

use super::*;

#[test]
fn keys_of_the_phone_come_once_each() {
    let mut call = Call::new("127.0.1.12", |_| {});
    let to = call.address();
    call.talk(5);
    for key in ['1', '1', '#'] {
        for step in 1..=5 {
            call.phone.event(to, EVENTS, key, false, step * 160);
            call.tick();
        }
        for _ in 0..3 {
            call.phone.event(to, EVENTS, key, true, 960);
        }
        call.phone.timestamp = call.phone.timestamp.wrapping_add(960);
        call.talk(4);
    }
    assert_eq!(call.keys(), "11#");
    assert_eq!(call.control.stats().keys, 3);
    assert_eq!(call.control.stats().lost, 0);
}

#[test]
fn keys_that_nobody_negotiated_are_understood() {
    let mut call = Call::new("127.0.1.13", |remote| {
        remote.telephone_event = None;
        remote.telephone_event_in = None;
    });
    let to = call.address();
    call.talk(5);
    for step in 1..=5 {
        call.phone.event(to, 97, '7', step == 5, step * 160);
        call.tick();
    }
    assert_eq!(call.keys(), "7");
}

#[test]
fn our_keys_arrive_and_sound_waits_meanwhile() {
    let mut call = Call::new("127.0.1.14", |_| {});
    call.ticks(5);
    call.session.send_key(Key::from_char('5').unwrap());
    call.ticks(20);
    let got = call.phone.got();
    let first = got.iter().position(|packet| packet.payload_type == EVENTS).unwrap();
    let events: Vec<&Got> = got[first..first + 8].iter().collect();
    assert!(events.iter().all(|packet| packet.payload_type == EVENTS && packet.timestamp == events[0].timestamp));
    assert_eq!(events.iter().filter(|packet| packet.marker).count(), 1);
    assert_eq!(events.iter().filter(|packet| EventPayload::parse(&packet.payload).unwrap().end).count(), 3);
    for pair in got.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
    }
    let next = &got[first + 8];
    assert_eq!((next.payload_type, next.marker), (PCMA, true));
    assert_eq!(next.timestamp, events[0].timestamp.wrapping_add(8 * 160), "the clock ran on");
}

#[test]
fn our_keys_are_tones_where_events_were_not_negotiated() {
    let mut call = Call::new("127.0.1.15", |remote| remote.telephone_event = None);
    call.session.send_key(Key::from_char('5').unwrap());
    for _ in 0..10 {
        call.session.receive(call.now);
        call.session.send(call.now, &Frame::silence(Hertz::HZ_8000));
        call.now += FRAME;
    }
    let loud: Vec<bool> =
        call.phone.got().iter().map(|packet| is_loud(&Law::A.decode_frame(&packet.payload))).collect();
    assert_eq!(loud, [true, true, true, true, true, false, false, false, false, false]);
}

#[test]
fn tones_in_the_sound_are_keys_until_the_first_event() {
    let mut sending = Call::new("127.0.1.16", |remote| remote.telephone_event = None);
    let mut call = Call::new("127.0.1.17", |_| {});
    let to = call.address();
    let press = |sending: &mut Call, call: &mut Call, key: char| {
        sending.session.send_key(Key::from_char(key).unwrap());
        for _ in 0..15 {
            sending.session.receive(sending.now);
            sending.session.send(sending.now, &Frame::silence(Hertz::HZ_8000));
            sending.now += FRAME;
            for packet in sending.phone.got() {
                call.phone.say(to, &packet.payload);
            }
            call.tick();
        }
        call.ticks(5);
    };
    press(&mut sending, &mut call, '9');
    assert_eq!(call.keys(), "9");
    call.phone.event(to, EVENTS, '2', true, 960);
    call.tick();
    press(&mut sending, &mut call, '9');
    assert_eq!(call.keys(), "2");
}
