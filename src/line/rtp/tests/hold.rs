//! Hold, and a clock that runs on whatever happens.

use super::*;

#[test]
fn on_hold_nothing_is_sent_and_the_clock_runs_on() {
    let mut call = Call::new("127.0.1.18", |_| {});
    call.talk(10);
    let before = call.phone.got();
    call.control.set_direction(Direction::RecvOnly);
    let heard = call.talk(100);
    assert_eq!(call.phone.got(), [], "we stop sending");
    assert!(heard.iter().all(is_loud), "and still hear the music of the other side");
    call.control.set_direction(Direction::SendRecv);
    call.talk(5);
    let after = call.phone.got();
    assert_eq!(after.len(), 5);
    assert!(after[0].marker);
    let last = before.last().unwrap();
    assert_eq!(after[0].timestamp, last.timestamp.wrapping_add(101 * 160));
    assert_eq!(after[0].sequence, last.sequence.wrapping_add(1));
}

#[test]
fn an_inactive_far_end_is_not_heard_and_is_alive() {
    let mut call = Call::new("127.0.1.19", |remote| remote.direction = Direction::Inactive);
    let heard = call.talk(20);
    assert!(heard.iter().all(|frame| !is_loud(frame)));
    assert!(call.control.last_heard().is_some());
    call.control.set_direction(Direction::SendRecv);
    assert!(call.talk(20)[8..].iter().all(is_loud));
}

#[test]
fn a_loop_that_was_away_goes_on_with_the_right_timestamp() {
    let mut call = Call::new("127.0.1.20", |_| {});
    call.ticks(5);
    call.now += Duration::from_secs(1);
    call.ticks(5);
    let got = call.phone.got();
    assert_eq!(got[5].timestamp, got[4].timestamp.wrapping_add(51 * 160));
    assert!(got[5].marker);
    assert_eq!(got[6].timestamp, got[5].timestamp.wrapping_add(160));
}
