//! What the SIP line is told at start: a plain value, checked once by [`SipSettings::validate`].

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::time::Duration;

use super::error::SipError;
use crate::Private;

/// Who may ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Accept {
    /// Loopback, private ranges and the trunks; everybody else is dropped in silence.
    #[default]
    Known,
    /// Anyone on the network. Rates and caps still hold.
    Anyone,
}

/// How often something may happen: a token bucket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Tokens that come back each second.
    pub per_second: f64,
    /// How many may be spent at once.
    pub burst: f64,
}

/// The telephone of an agent, who signs in with a password.
#[derive(Clone, Debug)]
pub struct AgentPhone {
    /// The agent's name: the user part of the address and the user name of the digest.
    pub name: String,
    /// The password.
    pub password: Private<String>,
}

/// A carrier or PBX that may ring us and that we may ring through.
#[derive(Clone, Debug)]
pub struct TrunkSettings {
    /// The name, as in `[trunk.NAME]`.
    pub name: String,
    /// Where it rings from and is reached at: addresses, `address/prefix` networks or host names.
    pub hosts: Vec<String>,
    /// User name and password for challenges from this trunk.
    pub credentials: Option<TrunkCredentials>,
    /// Whether and how we register there.
    pub registration: Option<TrunkRegistration>,
}

/// What we answer a trunk's challenges with.
#[derive(Clone, Debug)]
pub struct TrunkCredentials {
    /// The user name.
    pub username: String,
    /// The password.
    pub password: Private<String>,
    /// The realm the trunk must name in its challenge; `None`: one of the trunk's hosts, or the realm of
    /// its first challenge, which is then kept.
    pub realm: Option<String>,
}

/// How we register with a trunk.
#[derive(Clone, Debug)]
pub struct TrunkRegistration {
    /// The registrar, such as `sip:carrier.example` or `sip:192.0.2.1:5060;transport=tcp`. It must be one of the
    /// trunk's hosts.
    pub registrar: String,
    /// How long a registration is asked to last; it is refreshed before that.
    pub expires: Duration,
}

/// What is never exceeded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SipLimits {
    /// Calls from outside at the same time; more are refused with 503.
    pub calls: usize,
    /// Legs we ring at the same time.
    pub outbound_legs: usize,
    /// New calls from one source that is no trunk.
    pub calls_of_a_source: Rate,
    /// New calls from one trunk.
    pub calls_of_a_trunk: Rate,
    /// Messages of any kind from one source; beyond it they are dropped unread.
    pub messages_of_a_source: Rate,
    /// Messages from sources we do not know that are looked at to see whether they answer us.
    pub messages_of_strangers: Rate,
    /// How many sources are remembered for the rates.
    pub sources: usize,
    /// Signalling transactions that run or are remembered for their repetitions (32 s, about 2 kB each); new requests
    /// beyond are refused with 503.
    pub transactions: usize,
    /// TCP connections in all.
    pub tcp_connections: usize,
    /// TCP connections of one address.
    pub tcp_connections_of_a_source: usize,
    /// Contacts of one agent.
    pub contacts_of_an_agent: usize,
    /// What `Retry-After` asks for, in seconds.
    pub retry_after: u32,
}

/// Every time the line waits for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SipTimers {
    /// RFC 3261 T1: the estimate of the round trip. A request without any answer is given up after 64 T1.
    pub t1: Duration,
    /// RFC 3261 T2: the longest interval between retransmissions.
    pub t2: Duration,
    /// RFC 3261 T4: how long a message lives in the network.
    pub t4: Duration,
    /// How long an incoming call may ring before we answer it.
    pub answer_within: Duration,
    /// How long a telephone that we ring may stay without any sign of life before it is unreachable.
    pub first_response: Duration,
    /// The longest call; it is ended after that with [`crate::line::LegEnd::TooLong`].
    pub longest_call: Duration,
    /// The session interval (RFC 4028) that we ask for. At least 90 s in practice.
    pub session_interval: Duration,
    /// The shortest session interval that we take (RFC 4028 Min-SE).
    pub session_minimum: Duration,
    /// How long no packet of sound may come before we ask by signalling whether the far end still lives.
    pub silence: Duration,
    /// How long the answer to that question may take.
    pub probe_answer: Duration,
    /// The longest registration of an agent's phone.
    pub registration_longest: Duration,
    /// The shortest registration of an agent's phone (423 below).
    pub registration_shortest: Duration,
    /// How long a digest nonce is good for.
    pub nonce_age: Duration,
    /// How soon a failed registration with a trunk is tried again, at first; doubled up to ten minutes.
    pub trunk_retry: Duration,
    /// How long a TCP connection may be idle.
    pub tcp_idle: Duration,
    /// How long a media port rests after a call.
    pub port_linger: Duration,
}

/// Everything the SIP line is told. [`Default`] listens on 5060, UDP and TCP, for known sources.
#[derive(Clone, Debug)]
pub struct SipSettings {
    /// Where to listen on UDP; port 0 takes any. `None`: not at all.
    pub udp: Option<SocketAddr>,
    /// Where to listen on TCP; port 0 takes any. `None`: not at all.
    pub tcp: Option<SocketAddr>,
    /// The address that peers outside our own network are told, behind NAT.
    pub advertised: Option<IpAddr>,
    /// Where media ports are bound; the wildcard address by default.
    pub media_bind: IpAddr,
    /// The media ports: an even port for RTP, the next for RTCP.
    pub media_ports: RangeInclusive<u16>,
    /// Who may ring.
    pub accept: Accept,
    /// Carriers and PBXs.
    pub trunks: Vec<TrunkSettings>,
    /// Agents' telephones.
    pub agents: Vec<AgentPhone>,
    /// The realm of our own digest challenges.
    pub realm: String,
    /// Whether phones are offered SHA-256 beside MD5 (RFC 8760). Off by default: telephones with an older stack, baresip
    /// 1.0 among them, give up at the sight of it.
    pub offer_sha256: bool,
    /// What we call ourselves, `warmline/VERSION`.
    pub user_agent: String,
    /// The user part of our own address.
    pub user: String,
    /// What is never exceeded.
    pub limits: SipLimits,
    /// Every time the line waits.
    pub timers: SipTimers,
}

impl Default for SipLimits {
    fn default() -> Self {
        Self {
            calls: 200,
            outbound_legs: 400,
            calls_of_a_source: Rate { per_second: 10.0, burst: 60.0 },
            calls_of_a_trunk: Rate { per_second: 50.0, burst: 200.0 },
            messages_of_a_source: Rate { per_second: 1000.0, burst: 2000.0 },
            messages_of_strangers: Rate { per_second: 500.0, burst: 500.0 },
            sources: 4096,
            transactions: 50_000,
            tcp_connections: 512,
            tcp_connections_of_a_source: 64,
            contacts_of_an_agent: 4,
            retry_after: 10,
        }
    }
}

impl Default for SipTimers {
    fn default() -> Self {
        Self {
            t1: Duration::from_millis(500),
            t2: Duration::from_secs(4),
            t4: Duration::from_secs(5),
            answer_within: Duration::from_secs(180),
            first_response: Duration::from_secs(8),
            longest_call: Duration::from_secs(2 * 3600),
            session_interval: Duration::from_secs(1800),
            session_minimum: Duration::from_secs(90),
            silence: Duration::from_secs(30),
            probe_answer: Duration::from_secs(16),
            registration_longest: Duration::from_secs(3600),
            registration_shortest: Duration::from_secs(60),
            nonce_age: Duration::from_secs(300),
            trunk_retry: Duration::from_secs(5),
            tcp_idle: Duration::from_secs(900),
            port_linger: Duration::from_secs(5),
        }
    }
}

impl Default for SipSettings {
    fn default() -> Self {
        let everywhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        Self {
            udp: Some(SocketAddr::new(everywhere, 5060)),
            tcp: Some(SocketAddr::new(everywhere, 5060)),
            advertised: None,
            media_bind: everywhere,
            media_ports: 20_000..=29_999,
            accept: Accept::Known,
            trunks: Vec::new(),
            agents: Vec::new(),
            realm: "warmline".to_owned(),
            offer_sha256: false,
            user_agent: concat!("warmline/", env!("CARGO_PKG_VERSION")).to_owned(),
            user: "warmline".to_owned(),
            limits: SipLimits::default(),
            timers: SipTimers::default(),
        }
    }
}

impl SipSettings {
    /// Checks everything that can be checked without opening a socket.
    ///
    /// # Errors
    /// [`SipError::Setting`] names the first setting that makes no sense and what to write instead.
    pub fn validate(&self) -> Result<(), SipError> {
        if self.udp.is_none() && self.tcp.is_none() {
            return Err(SipError::setting("udp", "neither UDP nor TCP is to be listened on; give an address to one"));
        }
        let ports = self.media_ports.end().saturating_sub(*self.media_ports.start());
        if ports < 1 || *self.media_ports.start() == 0 {
            return Err(SipError::setting("media_ports", "a call needs two ports; give a range such as 20000-29999"));
        }
        if self.limits.calls == 0 {
            return Err(SipError::setting("limits.calls", "no call could ever be taken; give at least 1"));
        }
        if self.advertised.is_some_and(|address| address.is_unspecified()) {
            return Err(SipError::setting("advertised", "0.0.0.0 is no address that a peer can reach"));
        }
        for (name, text) in [("realm", &self.realm), ("user_agent", &self.user_agent), ("user", &self.user)] {
            if text.is_empty() || text.chars().any(|character| character.is_control() || character == '"') {
                return Err(SipError::setting(name, "it must be a plain word without quotes"));
            }
        }
        self.validate_agents()?;
        self.validate_trunks()
    }

    fn validate_agents(&self) -> Result<(), SipError> {
        let mut names = BTreeSet::new();
        for agent in &self.agents {
            let setting = format!("agent.{}", agent.name);
            if !is_user_name(&agent.name) {
                return Err(SipError::setting(setting, "the name may hold letters, digits, '.', '-' and '_' only"));
            }
            if agent.password.reveal().chars().count() < 8 {
                return Err(SipError::setting(setting, "the password is shorter than 8 characters"));
            }
            if !names.insert(agent.name.clone()) {
                return Err(SipError::setting(setting, "the name is given twice"));
            }
        }
        Ok(())
    }

    fn validate_trunks(&self) -> Result<(), SipError> {
        let mut names = BTreeSet::new();
        for trunk in &self.trunks {
            let setting = format!("trunk.{}", trunk.name);
            if !names.insert(trunk.name.clone()) {
                return Err(SipError::setting(setting, "the name is given twice"));
            }
            if trunk.hosts.is_empty() {
                return Err(SipError::setting(setting, "hosts is empty; name the addresses the trunk rings from"));
            }
            let Some(registration) = &trunk.registration else { continue };
            if trunk.credentials.is_none() {
                return Err(SipError::setting(setting, "to register, a username and a password are needed"));
            }
            if rsipstack::sip::Uri::try_from(registration.registrar.as_str()).is_err() {
                return Err(SipError::setting(setting, "the registrar is no sip: address"));
            }
            if registration.expires < Duration::from_secs(1) {
                return Err(SipError::setting(setting, "a registration must last at least a second"));
            }
        }
        Ok(())
    }
}

fn is_user_name(name: &str) -> bool {
    let allowed = |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '_');
    !name.is_empty() && name.len() <= 64 && name.chars().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agent(name: &str, password: &str) -> AgentPhone {
        AgentPhone { name: name.to_owned(), password: Private::new(password.to_owned()) }
    }

    #[test]
    fn the_defaults_are_valid() {
        SipSettings::default().validate().expect("valid");
    }

    #[test]
    fn each_senseless_setting_is_named() {
        let cases: Vec<(&str, SipSettings)> = vec![
            ("udp", SipSettings { udp: None, tcp: None, ..SipSettings::default() }),
            ("media_ports", SipSettings { media_ports: 20_000..=20_000, ..SipSettings::default() }),
            (
                "advertised",
                SipSettings { advertised: Some("0.0.0.0".parse().expect("address")), ..SipSettings::default() },
            ),
            ("realm", SipSettings { realm: "a\"b".to_owned(), ..SipSettings::default() }),
            ("agent.anna", SipSettings { agents: vec![agent("anna", "short")], ..SipSettings::default() }),
            ("agent.an na", SipSettings { agents: vec![agent("an na", "long enough")], ..SipSettings::default() }),
            (
                "agent.anna",
                SipSettings {
                    agents: vec![agent("anna", "long enough"), agent("anna", "long enough")],
                    ..SipSettings::default()
                },
            ),
            (
                "trunk.carrier",
                SipSettings {
                    trunks: vec![TrunkSettings {
                        name: "carrier".to_owned(),
                        hosts: Vec::new(),
                        credentials: None,
                        registration: None,
                    }],
                    ..SipSettings::default()
                },
            ),
        ];
        for (setting, settings) in cases {
            let error = settings.validate().expect_err(setting).to_string();
            assert!(error.contains(setting), "{error} does not name {setting}");
        }
    }

    #[test]
    fn a_password_never_shows_in_debug_output() {
        let settings = SipSettings { agents: vec![agent("anna", "correct horse")], ..SipSettings::default() };
        assert!(!format!("{settings:?}").contains("correct horse"));
    }
}
