//! Sound both ways: in order, in every packet time, through loss, drift and new streams.

use super::*;

#[test]
fn what_the_phone_says_is_heard_in_order_and_whole() {
    let mut call = Call::new("127.0.1.1", |_| {});
    let heard = call.talk(100);
    let heard: Vec<i16> = heard.iter().flat_map(|frame| frame.samples().to_vec()).collect();
    let spoken: Vec<i16> =
        (0..100u32).flat_map(|n| Law::A.decode_frame(&codes(&tone(n * 160))).samples().to_vec()).collect();
    let began = heard.iter().position(|sample| *sample != 0).unwrap();
    assert!(began <= 4 * 160, "sound was held back for {began} samples");
    assert_eq!(heard[began..], spoken[..heard.len() - began]);
    let stats = call.control.stats();
    assert_eq!((stats.received, stats.lost, stats.concealed), (100, 0, 0));
    assert_eq!(stats.streams, 1);
    assert_eq!(call.control.last_heard(), Some(Duration::from_millis(1980)));
    assert!(!stats.source_moved);
}

#[test]
fn what_we_say_arrives_with_even_numbers() {
    let mut call = Call::new("127.0.1.2", |_| {});
    call.ticks(50);
    let got = call.phone.got();
    assert_eq!(got.len(), 50);
    for (number, packet) in got.iter().enumerate() {
        assert_eq!(packet.sequence, got[0].sequence.wrapping_add(number as u16));
        assert_eq!(packet.timestamp, got[0].timestamp.wrapping_add(number as u32 * 160));
        assert_eq!((packet.marker, packet.payload_type), (number == 0, PCMA));
        assert_eq!(packet.payload, codes(&tone(number as u32 * 160)));
    }
}

#[test]
fn every_packet_time_carries_the_same_sound_both_ways() {
    for milliseconds in [10u64, 20, 30, 40, 60] {
        let mut call = Call::new("127.0.1.3", |remote| remote.ptime = Duration::from_millis(milliseconds));
        let to = call.address();
        let spoken: Vec<u8> = (0..90u32).flat_map(|number| codes(&tone(number * 160))).collect();
        let size = milliseconds as usize * 8;
        let mut said = 0;
        let mut heard = Vec::new();
        for tick in 1..=90 {
            while said + size <= tick * 160 {
                call.phone.say(to, &spoken[said..said + size]);
                said += size;
            }
            heard.push(call.tick());
        }
        let began = heard.iter().position(is_loud).unwrap();
        // The longer the packets, the later the first frame of one that is known to be complete.
        for (number, frame) in heard[began..].iter().enumerate().skip(6) {
            assert!(is_loud(frame), "{milliseconds} ms: frame {number} is missing");
        }
        assert_eq!(call.control.stats().lost, 0, "{milliseconds} ms");

        let got = call.phone.got();
        let sent: Vec<u8> = got.iter().flat_map(|packet| packet.payload.clone()).collect();
        assert_eq!(sent[..], spoken[..sent.len()], "{milliseconds} ms");
        assert!(sent.len() + size >= spoken.len());
        for (number, packet) in got.iter().enumerate() {
            assert_eq!(packet.payload.len(), size);
            assert_eq!(packet.timestamp, got[0].timestamp.wrapping_add((number * size) as u32));
        }
    }
}

#[test]
fn a_new_stream_from_the_same_phone_is_heard_again() {
    let mut call = Call::new("127.0.1.9", |_| {});
    call.talk(30);
    call.phone.ssrc = 0x1234;
    call.phone.sequence = 9;
    call.phone.timestamp = 77;
    let heard = call.talk(50);
    assert!(heard[10..].iter().all(is_loud));
    let stats = call.control.stats();
    assert_eq!((stats.streams, stats.dropped_stream), (2, 1));
}

#[test]
fn lost_packets_are_concealed_and_counted() {
    let mut call = Call::new("127.0.1.11", |_| {});
    let to = call.address();
    let mut heard = Vec::new();
    for number in 0..100u32 {
        let sound = codes(&tone(number * 160));
        if number % 10 == 7 {
            call.phone.sequence = call.phone.sequence.wrapping_add(1);
            call.phone.timestamp = call.phone.timestamp.wrapping_add(160);
        } else {
            call.phone.say(to, &sound);
        }
        heard.push(call.tick());
    }
    let stats = call.control.stats();
    assert_eq!(stats.lost, 10);
    assert!((9..=10).contains(&stats.concealed), "{stats:?}");
}

#[test]
fn a_phone_whose_clock_drifts_is_heard_without_gaps_that_grow() {
    let mut call = Call::new("127.0.1.28", |_| {});
    let to = call.address();
    let mut spoken = 0u32;
    let mut due = 0.0f64;
    let mut quiet = 0;
    for tick in 0..6_000u32 {
        // 300 parts in a million too fast.
        while due <= f64::from(tick) {
            call.phone.say(to, &codes(&tone(spoken * 160)));
            spoken += 1;
            due += 1.0 - 300e-6;
        }
        let frame = call.tick();
        quiet += u32::from(tick > 50 && !is_loud(&frame));
    }
    assert!(quiet <= 5, "{quiet} frames of silence in two minutes");
    let stats = call.control.stats();
    assert!(stats.concealed <= 10, "{stats:?}");
}
