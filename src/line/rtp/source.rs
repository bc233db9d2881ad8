//! Where the far end's packets may come from, and where ours go: symmetric RTP (RFC 4961), learnt once, early,
//! then locked, so that nobody who sprays packets at our ports can be heard in a call or have it sent to him.
//!
//! Invariant: at most one address is listened to at any time, and once it is locked only signalling can
//! change it.

use std::net::SocketAddr;
use std::time::Duration;

/// How long after the answer a source other than the negotiated one may show itself.
pub const LEARNING_WINDOW: Duration = Duration::from_secs(5);
/// How many consecutive packets of one stream make a source.
const CONSECUTIVE: u8 = 3;
/// How many strangers are watched at a time while learning.
const CANDIDATES: usize = 4;
/// How long the source before a change of address cannot be learnt again: its last packets are still on their way.
const STALE: Duration = Duration::from_millis(500);

/// What to do with a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It is the far end's.
    Accepted,
    /// It is the far end's, whose source is locked from now on. Whatever was heard before is void if `moved`.
    Locked { moved: bool },
    /// It is not the far end's, or not yet proven to be.
    Refused,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// Nothing is negotiated: nothing is heard, nothing sent.
    Unset,
    /// The negotiated address is believed at once, another one after several packets.
    Learning { until: Duration },
    /// Only this address is heard and sent to.
    Locked(SocketAddr),
    /// Nobody came in time: only the negotiated address is heard.
    Strict,
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    address: SocketAddr,
    ssrc: u32,
    sequence: u16,
    consecutive: u8,
}

/// Decides where packets may come from and go to.
#[derive(Debug)]
pub struct SourceGuard {
    state: State,
    negotiated: Option<SocketAddr>,
    known: bool,
    candidates: [Option<Candidate>; CANDIDATES],
    next_candidate: usize,
    stale: Option<(SocketAddr, Duration)>,
}

impl SourceGuard {
    pub const fn new() -> Self {
        Self {
            state: State::Unset,
            negotiated: None,
            known: false,
            candidates: [None; CANDIDATES],
            next_candidate: 0,
            stale: None,
        }
    }

    /// Signalling has negotiated `address`. An unspecified one (the old way to hold) changes nothing but the
    /// direction, which is not our business. True if learning starts anew.
    pub fn negotiated(&mut self, now: Duration, address: SocketAddr, known: bool) -> bool {
        self.known = known;
        if address.ip().is_unspecified() || self.negotiated == Some(address) {
            return false;
        }
        self.stale = self.source().filter(|source| *source != address).map(|source| (source, now + STALE));
        self.negotiated = Some(address);
        self.start_learning(now);
        true
    }

    /// Gives a source that is not locked another window.
    pub fn open_learning(&mut self, now: Duration) {
        if matches!(self.state, State::Learning { .. } | State::Strict) {
            self.start_learning(now);
        }
    }

    fn start_learning(&mut self, now: Duration) {
        self.state = State::Learning { until: now + LEARNING_WINDOW };
        self.candidates = [None; CANDIDATES];
        self.next_candidate = 0;
    }

    /// Judges a packet that is valid in every other respect.
    pub fn admit(&mut self, now: Duration, from: SocketAddr, ssrc: u32, sequence: u16) -> Admission {
        match self.state {
            State::Unset => Admission::Refused,
            State::Locked(source) if source == from => Admission::Accepted,
            State::Locked(_) => Admission::Refused,
            State::Learning { .. } | State::Strict if self.negotiated == Some(from) => {
                self.state = State::Locked(from);
                Admission::Locked { moved: false }
            }
            State::Strict => Admission::Refused,
            State::Learning { until } if now >= until => {
                self.state = State::Strict;
                Admission::Refused
            }
            State::Learning { .. } => self.consider(now, from, ssrc, sequence),
        }
    }

    fn consider(&mut self, now: Duration, from: SocketAddr, ssrc: u32, sequence: u16) -> Admission {
        if self.stale.is_some_and(|(address, until)| address == from && now < until) {
            return Admission::Refused;
        }
        let watched = self.candidates.iter_mut().flatten().find(|candidate| candidate.address == from);
        let Some(candidate) = watched else {
            self.candidates[self.next_candidate] = Some(Candidate { address: from, ssrc, sequence, consecutive: 1 });
            self.next_candidate = (self.next_candidate + 1) % CANDIDATES;
            return Admission::Refused;
        };
        let follows = candidate.ssrc == ssrc && sequence == candidate.sequence.wrapping_add(1);
        candidate.consecutive = if follows { candidate.consecutive + 1 } else { 1 };
        candidate.ssrc = ssrc;
        candidate.sequence = sequence;
        if candidate.consecutive < CONSECUTIVE {
            return Admission::Refused;
        }
        self.state = State::Locked(from);
        Admission::Locked { moved: true }
    }

    /// The source, once it is locked.
    pub const fn source(&self) -> Option<SocketAddr> {
        match self.state {
            State::Locked(source) => Some(source),
            _ => None,
        }
    }

    /// Where to send: the locked source; before that the negotiated address of a known far end, and nowhere
    /// for an unknown one.
    pub fn destination(&self) -> Option<SocketAddr> {
        match self.state {
            State::Locked(source) => Some(source),
            State::Learning { .. } | State::Strict if self.known => self.negotiated,
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    const fn at(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    const SDP: &str = "10.0.0.7:4000";
    const NAT: &str = "203.0.113.5:31000";
    const ATTACKER: &str = "198.51.100.66:6666";

    fn guard(known: bool) -> SourceGuard {
        let mut guard = SourceGuard::new();
        guard.negotiated(at(0), address(SDP), known);
        guard
    }

    #[test]
    fn a_known_source_is_sent_to_at_once_and_an_unknown_one_when_it_has_sent() {
        assert_eq!(guard(true).destination(), Some(address(SDP)));
        let mut unknown = guard(false);
        assert_eq!(unknown.destination(), None);
        assert_eq!(unknown.admit(at(20), address(SDP), 1, 1), Admission::Locked { moved: false });
        assert_eq!(unknown.destination(), Some(address(SDP)));
    }

    #[test]
    fn a_source_behind_a_router_is_learnt_after_three_packets() {
        let mut guard = guard(true);
        assert_eq!(guard.admit(at(20), address(NAT), 9, 65_535), Admission::Refused);
        assert_eq!(guard.admit(at(40), address(NAT), 9, 0), Admission::Refused);
        assert_eq!(guard.admit(at(60), address(NAT), 9, 1), Admission::Locked { moved: true });
        assert_eq!(guard.destination(), Some(address(NAT)));
        assert_eq!(guard.admit(at(80), address(SDP), 9, 2), Admission::Refused, "it moves only once");
    }

    #[test]
    fn packets_that_do_not_follow_each_other_prove_nothing() {
        let mut guard = guard(true);
        for (number, sequence) in [1u16, 3, 5, 6, 8, 8, 8, 10].into_iter().enumerate() {
            assert_eq!(guard.admit(at(20 * number as u64), address(ATTACKER), 1, sequence), Admission::Refused);
        }
        for sequence in 20..30u16 {
            let ssrc = u32::from(sequence);
            assert_eq!(guard.admit(at(500), address(ATTACKER), ssrc, sequence), Admission::Refused);
        }
    }

    #[test]
    fn an_attacker_is_not_heard_once_the_source_is_locked() {
        let mut guard = guard(true);
        guard.admit(at(20), address(SDP), 1, 1);
        for sequence in 0..100 {
            assert_eq!(guard.admit(at(100), address(ATTACKER), 1, sequence), Admission::Refused);
        }
        assert_eq!(guard.destination(), Some(address(SDP)));
    }

    #[test]
    fn an_attacker_who_changes_ports_cannot_keep_the_real_source_from_being_learnt_for_ever() {
        let mut guard = guard(true);
        let mut learnt = false;
        for sequence in 0..12u16 {
            let stranger = SocketAddr::new(address(ATTACKER).ip(), 7000 + sequence);
            assert_eq!(guard.admit(at(20), stranger, 1, sequence), Admission::Refused);
            learnt |= guard.admit(at(20), address(NAT), 2, sequence) == Admission::Locked { moved: true };
        }
        assert!(learnt);
    }

    #[test]
    fn nobody_new_is_learnt_after_five_seconds() {
        let mut guard = guard(true);
        for sequence in 0..10 {
            assert_eq!(guard.admit(at(5000), address(ATTACKER), 1, sequence), Admission::Refused);
        }
        assert_eq!(guard.destination(), Some(address(SDP)));
        assert_eq!(guard.admit(at(9000), address(SDP), 1, 1), Admission::Locked { moved: false });
    }

    #[test]
    fn the_window_opens_again_when_the_leg_is_answered() {
        let mut guard = guard(true);
        guard.admit(at(20_000), address(NAT), 1, 1);
        guard.open_learning(at(20_000));
        for sequence in 1..4 {
            guard.admit(at(20_100), address(NAT), 1, sequence);
        }
        assert_eq!(guard.source(), Some(address(NAT)));
        guard.open_learning(at(21_000));
        assert_eq!(guard.source(), Some(address(NAT)), "a locked source stays locked");
    }

    #[test]
    fn a_hold_with_the_old_address_of_zero_keeps_the_lock() {
        let mut guard = guard(true);
        for sequence in 1..4 {
            guard.admit(at(20), address(NAT), 1, sequence);
        }
        assert!(!guard.negotiated(at(9000), address("0.0.0.0:4000"), true));
        assert!(!guard.negotiated(at(12_000), address(SDP), true));
        assert_eq!(guard.source(), Some(address(NAT)));
    }

    #[test]
    fn a_new_address_opens_learning_and_late_packets_of_the_old_one_do_not_count() {
        let mut guard = guard(true);
        guard.admit(at(20), address(SDP), 1, 1);
        assert!(guard.negotiated(at(9000), address("10.0.0.8:5000"), true));
        assert_eq!(guard.destination(), Some(address("10.0.0.8:5000")));
        for sequence in 2..20 {
            assert_eq!(guard.admit(at(9100), address(SDP), 1, sequence), Admission::Refused);
        }
        for sequence in 0..3 {
            guard.admit(at(9200), address(NAT), 5, sequence);
        }
        assert_eq!(guard.source(), Some(address(NAT)));
    }

    #[test]
    fn nothing_is_heard_before_anything_is_negotiated() {
        let mut guard = SourceGuard::new();
        for sequence in 0..10 {
            assert_eq!(guard.admit(at(0), address(SDP), 1, sequence), Admission::Refused);
        }
        assert_eq!(guard.destination(), None);
    }
}
