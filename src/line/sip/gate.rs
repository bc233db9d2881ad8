//! Who may ring, and how often. Pure: addresses and times in, decisions out.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use super::settings::{Accept, Rate, SipLimits};

/// Where a message comes from, as far as its address tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// This machine, by loopback or by the address of one of its interfaces.
    Loopback,
    /// A private or link-local range.
    Private,
    /// A configured trunk, by its place in the settings.
    Trunk(usize),
    /// Anybody else.
    Stranger,
}

/// A network: an address and how many of its leading bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Reads `address` or `address/prefix`; `None` when the text is neither (a host name).
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u8>().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.trim_matches(['[', ']']).parse().ok()?;
        let whole = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(whole);
        (prefix <= whole).then_some(Self { address: address.to_canonical(), prefix })
    }

    /// One address.
    pub(super) fn host(address: IpAddr) -> Self {
        let address = address.to_canonical();
        Self { address, prefix: if address.is_ipv4() { 32 } else { 128 } }
    }

    /// Whether `address` lies in this network.
    pub(super) fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.prefix)).unwrap_or(0);
                ours.to_bits() & mask == theirs.to_bits() & mask
            }
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.prefix)).unwrap_or(0);
                ours.to_bits() & mask == theirs.to_bits() & mask
            }
            _ => false,
        }
    }
}

/// Whether `address` belongs to this machine or to a network of its owner's.
pub(super) fn is_near(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_loopback() || address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local(),
    }
}

/// Tokens that come back with time.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    filled_at: Duration,
}

impl Bucket {
    fn full(rate: Rate, now: Duration) -> Self {
        Self { tokens: rate.burst, filled_at: now }
    }

    fn refill(&mut self, rate: Rate, now: Duration) {
        let passed = now.saturating_sub(self.filled_at).as_secs_f64();
        self.tokens = (self.tokens + passed * rate.per_second).min(rate.burst);
        self.filled_at = self.filled_at.max(now);
    }

    fn take(&mut self, rate: Rate, now: Duration) -> bool {
        self.refill(rate, now);
        if self.tokens < 1.0 {
            return false;
        }
        self.tokens -= 1.0;
        true
    }
}

#[derive(Clone, Copy, Debug)]
struct Account {
    calls: Bucket,
    messages: Bucket,
    /// Wrong passwords that are still forgiven.
    passwords: Bucket,
}

/// Wrong passwords of one source: ten, then one every ten seconds.
const WRONG_PASSWORDS: Rate = Rate { per_second: 0.1, burst: 10.0 };

/// Decides by address and rate. Invariant: it never remembers more than [`SipLimits::sources`] addresses.
#[derive(Debug)]
pub(super) struct Gate {
    accept: Accept,
    limits: SipLimits,
    trunks: Vec<Vec<Network>>,
    accounts: HashMap<IpAddr, Account>,
    /// Addresses outside every known range that were looked up: whether they are this machine's own.
    looked_up: HashMap<IpAddr, bool>,
    /// Addresses that we rang, and until when they may answer as often as a known source.
    rung: HashMap<IpAddr, Duration>,
    strangers: Bucket,
}

impl Gate {
    /// A gate for `trunks` trunks whose networks are not known yet.
    pub(super) fn new(accept: Accept, limits: SipLimits, trunks: usize) -> Self {
        let strangers = Bucket::full(limits.messages_of_strangers, Duration::ZERO);
        Self {
            accept,
            limits,
            trunks: vec![Vec::new(); trunks],
            accounts: HashMap::new(),
            rung: HashMap::new(),
            looked_up: HashMap::new(),
            strangers,
        }
    }

    /// Says from where trunk number `trunk` rings. Host names are resolved again from time to time.
    pub(super) fn set_trunk(&mut self, trunk: usize, networks: Vec<Network>) {
        if let Some(known) = self.trunks.get_mut(trunk) {
            *known = networks;
        }
    }

    /// What kind of source `address` is. A trunk on a private address counts as the trunk.
    pub(super) fn source(&self, address: IpAddr) -> Source {
        let trunk = self.trunks.iter().position(|networks| networks.iter().any(|network| network.contains(address)));
        match trunk {
            Some(trunk) => Source::Trunk(trunk),
            None if address.to_canonical().is_loopback() => Source::Loopback,
            None if is_near(address) => Source::Private,
            None if self.looked_up.get(&address.to_canonical()) == Some(&true) => Source::Loopback,
            None => Source::Stranger,
        }
    }

    /// Whether it is not known yet if `address` is one of this machine's own.
    pub(super) fn is_to_be_looked_up(&self, address: IpAddr) -> bool {
        self.source(address) == Source::Stranger && !self.looked_up.contains_key(&address.to_canonical())
    }

    /// Whether `address` is one of this machine's own.
    pub(super) fn looked_up(&mut self, address: IpAddr, is_own: bool) {
        if self.looked_up.len() >= self.limits.sources {
            self.looked_up.clear();
        }
        self.looked_up.insert(address.to_canonical(), is_own);
    }

    /// Interfaces come and go: every address is looked up again.
    pub(super) fn forget_own_addresses(&mut self) {
        self.looked_up.clear();
    }

    /// Whether this source may begin anything with us.
    pub(super) fn may_ring(&self, source: Source) -> bool {
        source != Source::Stranger || self.accept == Accept::Anyone
    }

    /// Whether a message from `address` may be looked at at all.
    pub(super) fn take_message(&mut self, address: IpAddr, source: Source, now: Duration) -> bool {
        let is_rung = self.rung.get(&address.to_canonical()).is_some_and(|until| now < *until);
        if !self.may_ring(source) && !is_rung {
            return self.strangers.take(self.limits.messages_of_strangers, now);
        }
        let rate = self.limits.messages_of_a_source;
        self.account(address, source, now).is_some_and(|account| account.messages.take(rate, now))
    }

    /// We ring `address`: until then a flood of strangers does not keep its answers from us. It may ring us no
    /// more than before.
    pub(super) fn rung(&mut self, address: IpAddr, until: Duration, now: Duration) {
        if self.rung.len() >= self.limits.sources {
            self.rung.retain(|_, until| now < *until);
        }
        if self.rung.len() < self.limits.sources {
            self.rung.insert(address.to_canonical(), until);
        }
    }

    /// Whether `address` may begin another call now.
    pub(super) fn take_call(&mut self, address: IpAddr, source: Source, now: Duration) -> bool {
        let rate = self.call_rate(source);
        self.account(address, source, now).is_some_and(|account| account.calls.take(rate, now))
    }

    /// Whether `address` may try a password: after too many wrong ones it must wait.
    pub(super) fn may_try_password(&mut self, address: IpAddr, now: Duration) -> bool {
        let Some(account) = self.accounts.get_mut(&address.to_canonical()) else { return true };
        account.passwords.refill(WRONG_PASSWORDS, now);
        account.passwords.tokens >= 1.0
    }

    /// A password of `address` was wrong.
    pub(super) fn password_failed(&mut self, address: IpAddr, now: Duration) {
        let source = self.source(address);
        if let Some(account) = self.account(address, source, now) {
            account.passwords.take(WRONG_PASSWORDS, now);
        }
    }

    /// How many sources are remembered.
    #[cfg(test)]
    fn remembered(&self) -> usize {
        self.accounts.len()
    }

    fn call_rate(&self, source: Source) -> Rate {
        match source {
            Source::Trunk(_) => self.limits.calls_of_a_trunk,
            _ => self.limits.calls_of_a_source,
        }
    }

    /// The account of `address`; `None` when the table is full of sources that are all busy.
    fn account(&mut self, address: IpAddr, source: Source, now: Duration) -> Option<&mut Account> {
        let address = address.to_canonical();
        if !self.accounts.contains_key(&address) {
            if self.accounts.len() >= self.limits.sources {
                self.forget_the_rested(now);
            }
            if self.accounts.len() >= self.limits.sources {
                return None;
            }
            let calls = Bucket::full(self.call_rate(source), now);
            let messages = Bucket::full(self.limits.messages_of_a_source, now);
            let passwords = Bucket::full(WRONG_PASSWORDS, now);
            self.accounts.insert(address, Account { calls, messages, passwords });
        }
        self.accounts.get_mut(&address)
    }

    /// Forgets the sources whose buckets are full again: they lose nothing by it.
    fn forget_the_rested(&mut self, now: Duration) {
        let limits = self.limits;
        let slowest_burst = limits.calls_of_a_source.burst.min(limits.calls_of_a_trunk.burst);
        self.accounts.retain(|_, account| {
            account.calls.refill(limits.calls_of_a_source, now);
            account.messages.refill(limits.messages_of_a_source, now);
            account.passwords.refill(WRONG_PASSWORDS, now);
            account.calls.tokens < slowest_burst
                || account.messages.tokens < limits.messages_of_a_source.burst
                || account.passwords.tokens < WRONG_PASSWORDS.burst
        });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn limits() -> SipLimits {
        SipLimits {
            calls_of_a_source: Rate { per_second: 2.0, burst: 3.0 },
            calls_of_a_trunk: Rate { per_second: 10.0, burst: 20.0 },
            messages_of_a_source: Rate { per_second: 10.0, burst: 10.0 },
            messages_of_strangers: Rate { per_second: 1.0, burst: 2.0 },
            sources: 8,
            ..SipLimits::default()
        }
    }

    fn gate(accept: Accept) -> Gate {
        let mut gate = Gate::new(accept, limits(), 1);
        gate.set_trunk(0, ["198.51.100.0/24", "10.9.9.9"].iter().filter_map(|text| Network::parse(text)).collect());
        gate
    }

    fn at(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn sources_are_told_apart_by_address() {
        let gate = gate(Accept::Known);
        let cases = [
            ("127.0.0.1", Source::Loopback),
            ("::1", Source::Loopback),
            ("::ffff:127.0.0.1", Source::Loopback),
            ("192.168.1.7", Source::Private),
            ("172.16.3.4", Source::Private),
            ("169.254.7.7", Source::Private),
            ("fd00::1", Source::Private),
            ("10.9.9.9", Source::Trunk(0)),
            ("198.51.100.77", Source::Trunk(0)),
            ("198.51.101.77", Source::Stranger),
            ("203.0.113.4", Source::Stranger),
            ("2001:db8::1", Source::Stranger),
        ];
        for (address, source) in cases {
            assert_eq!(gate.source(at(address)), source, "{address}");
        }
    }

    #[test]
    fn an_address_of_this_machine_is_no_stranger_once_it_was_looked_up() {
        let mut gate = gate(Accept::Known);
        let (own, other) = (at("203.0.113.1"), at("203.0.113.2"));
        assert!(gate.is_to_be_looked_up(own) && !gate.is_to_be_looked_up(at("10.0.0.1")));
        gate.looked_up(own, true);
        gate.looked_up(other, false);
        assert_eq!((gate.source(own), gate.source(other)), (Source::Loopback, Source::Stranger));
        assert!(!gate.is_to_be_looked_up(own) && !gate.is_to_be_looked_up(other));
        gate.forget_own_addresses();
        assert_eq!(gate.source(own), Source::Stranger);
    }

    #[test]
    fn strangers_may_ring_only_where_anyone_may() {
        for (accept, allowed) in [(Accept::Known, false), (Accept::Anyone, true)] {
            let gate = gate(accept);
            assert_eq!(gate.may_ring(Source::Stranger), allowed);
            assert!(gate.may_ring(Source::Private) && gate.may_ring(Source::Trunk(0)));
        }
    }

    #[test]
    fn a_source_that_rings_too_often_is_held_back_and_recovers() {
        let mut gate = gate(Accept::Known);
        let (caller, other) = (at("192.168.1.7"), at("192.168.1.8"));
        let taken = (0..10).filter(|_| gate.take_call(caller, Source::Private, Duration::ZERO)).count();
        assert_eq!(taken, 3);
        assert!(gate.take_call(other, Source::Private, Duration::ZERO), "one source never pays for another");
        assert!(gate.take_call(caller, Source::Private, Duration::from_millis(500)));
        assert!(!gate.take_call(caller, Source::Private, Duration::from_millis(501)));
    }

    #[test]
    fn a_trunk_has_its_own_larger_allowance() {
        let mut gate = gate(Accept::Known);
        let trunk = at("198.51.100.1");
        let source = gate.source(trunk);
        assert_eq!((0..40).filter(|_| gate.take_call(trunk, source, Duration::ZERO)).count(), 20);
    }

    #[test]
    fn a_stranger_that_we_rang_is_heard_through_a_flood_of_strangers() {
        let mut gate = gate(Accept::Known);
        let (rung, flood) = (at("203.0.113.4"), at("203.0.113.5"));
        gate.rung(rung, Duration::from_secs(10), Duration::ZERO);
        while gate.take_message(flood, Source::Stranger, Duration::ZERO) {}
        assert!(gate.take_message(rung, Source::Stranger, Duration::ZERO));
        assert!(!gate.may_ring(Source::Stranger));
        while gate.take_message(flood, Source::Stranger, Duration::from_secs(11)) {}
        assert!(!gate.take_message(rung, Source::Stranger, Duration::from_secs(11)), "the call is long over");
    }

    #[test]
    fn a_source_that_guesses_passwords_must_wait() {
        let mut gate = gate(Accept::Known);
        let guesser = at("192.168.1.66");
        let mut tries = 0;
        while gate.may_try_password(guesser, Duration::ZERO) {
            gate.password_failed(guesser, Duration::ZERO);
            tries += 1;
        }
        assert_eq!(tries, 10);
        assert!(gate.may_try_password(at("192.168.1.67"), Duration::ZERO));
        assert!(gate.may_try_password(guesser, Duration::from_secs(11)));
    }

    #[test]
    fn the_table_of_sources_never_grows_beyond_its_bound() {
        let mut gate = gate(Accept::Anyone);
        for number in 0..1000_u32 {
            let address = IpAddr::from(number.to_be_bytes());
            gate.take_call(address, Source::Stranger, Duration::from_millis(u64::from(number)));
            assert!(gate.remembered() <= 8);
        }
        assert!(gate.take_call(at("9.9.9.9"), Source::Stranger, Duration::from_secs(60)), "the rested are forgotten");
    }

    #[test]
    fn networks_are_read_and_nonsense_is_not() {
        assert!(Network::parse("10.0.0.0/8").is_some_and(|network| network.contains(at("10.255.0.1"))));
        assert!(Network::parse("0.0.0.0/0").is_some_and(|network| network.contains(at("8.8.8.8"))));
        assert!(Network::parse("2001:db8::/32").is_some_and(|network| network.contains(at("2001:db8:7::1"))));
        for text in ["sip.example", "10.0.0.0/33", "10.0.0/8", ""] {
            assert_eq!(Network::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_source_ever_gets_more_than_burst_and_rate_allow(steps in prop::collection::vec(0_u64..400, 1..200)) {
            let mut gate = gate(Accept::Known);
            let (mut now, mut taken) = (Duration::ZERO, 0_u32);
            for step in steps {
                now += Duration::from_millis(step);
                taken += u32::from(gate.take_call(at("10.0.0.1"), Source::Private, now));
            }
            prop_assert!(f64::from(taken) <= 3.0 + now.as_secs_f64() * 2.0 + 1e-6);
        }
    }
}
