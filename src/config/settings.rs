//! The settings as they hold, after validation.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use super::hours::Hours;
use crate::Private;
use crate::caller::ConnectionSettings;
use crate::flow::Operators;
use crate::words::Language;

/// A password or key, fetched from where the operator said it is.
pub type Secret = Private<String>;

/// What stands above the file: the environment and the command line. `None` leaves the file's word.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// `--bundle DIR`.
    pub bundle: Option<PathBuf>,
    /// `--data DIR`.
    pub data: Option<PathBuf>,
    /// `--sip ADDR:PORT`.
    pub sip: Option<SocketAddr>,
    /// `--web ADDR:PORT`.
    pub web: Option<SocketAddr>,
    /// Whether secrets must be there.
    pub secrets: Secrets,
}

/// Whether a secret that the file refers to must be in the environment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Secrets {
    /// One that is missing is an error.
    #[default]
    Needed,
    /// One that is missing is empty: for commands that ask nobody outside, such as `warmline check` on a designer's own
    /// machine.
    MayBeMissing,
}

/// A validated configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file it came from.
    pub path: PathBuf,
    /// The folder of the bundle of flows.
    pub bundle: PathBuf,
    /// Where calls, recordings and prepared prompts are kept.
    pub data: PathBuf,
    /// The SIP line.
    pub sip: Sip,
    /// The web server.
    pub web: Web,
    /// How much is too much.
    pub limits: Limits,
    /// The models.
    pub models: Models,
    /// Recognition.
    pub hear: Hear,
    /// Synthesis.
    pub speak: Speak,
    /// What is kept of a call.
    pub record: Record,
    /// The sound card, for `warmline call`.
    pub sound: SoundDevices,
    /// SIP providers that calls come from and go to, by name.
    pub trunks: BTreeMap<String, Trunk>,
    /// Where flows look things up, by name.
    pub connections: BTreeMap<String, ConnectionSettings>,
    /// How long each step of a handover may take.
    pub desk: Desk,
    /// Queues for people, by name.
    pub queues: BTreeMap<String, QueueSettings>,
    /// People who take calls, by name.
    pub agents: BTreeMap<String, Agent>,
    /// Places outside a call may be sent to, by name.
    pub destinations: BTreeMap<String, Destination>,
    /// Numbers that can be dialled, and what answers there.
    pub numbers: BTreeMap<String, Number>,
}

/// The SIP line's settings.
#[derive(Clone, Debug)]
pub struct Sip {
    /// Where it listens, UDP and TCP. Default `0.0.0.0:5060`.
    pub listen: SocketAddr,
    /// Whether TCP is answered beside UDP. Default yes.
    pub tcp: bool,
    /// The address told to the far end when it differs from the local one (behind NAT).
    pub advertise: Option<IpAddr>,
    /// Who may ring.
    pub accept: Accept,
    /// First and last UDP port of sound. Default 16384 to 18383.
    pub rtp_ports: (u16, u16),
    /// How long a port rests after a call. Default 10 s.
    pub port_linger: Duration,
    /// The realm told to phones that register. Default `warmline`.
    pub realm: String,
}

/// Who may ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accept {
    /// Loopback, private address ranges and configured trunks.
    Private,
    /// Anyone who can reach the port.
    Anyone,
}

/// The web server's settings.
#[derive(Clone, Debug)]
pub struct Web {
    /// Where health, readiness and metrics are answered. Default `127.0.0.1:8080`.
    pub listen: SocketAddr,
}

/// How much is too much.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Calls at once; more are refused with 503. Default 100.
    pub calls: u32,
    /// Calls a minute from one source address; more are refused. Default 60.
    pub calls_a_minute: u32,
    /// The longest a call may last. Default 2 h.
    pub longest_call: Duration,
    /// How long running calls may go on after SIGTERM. Default 10 m.
    pub drain_max: Duration,
    /// What Retry-After says when a call is refused. Default 10 s.
    pub retry_after: Duration,
}

/// Where the models are. Empty paths mean the set that `warmline models install` made.
#[derive(Clone, Debug)]
pub struct Models {
    /// The folder of the installed set; `None` is the user's own data folder.
    pub dir: Option<PathBuf>,
    /// A whisper model of the operator's own (`ggml-*.bin`).
    pub whisper: Option<PathBuf>,
    /// A piper voice of the operator's own (`.onnx`, with `.onnx.json` beside it).
    pub voice: Option<PathBuf>,
}

/// Recognition.
#[derive(Clone, Debug)]
pub struct Hear {
    /// Utterances recognised at once. Default 1.
    pub workers: usize,
    /// Threads an utterance uses. Default 2.
    pub threads: usize,
    /// Utterances that may wait. Default 32.
    pub queue: usize,
}

/// Synthesis.
#[derive(Clone, Debug)]
pub struct Speak {
    /// Clauses spoken at once. Default 1.
    pub workers: usize,
    /// Threads a clause uses. Default 2.
    pub threads: usize,
    /// Pace of speech, 1.0 as the voice was made, 0.5 to 2.0.
    pub pace: f32,
    /// The largest size of the prompt cache on disk, in megabytes. Default 512.
    pub cache_megabytes: u64,
    /// The voice of a language: the name of an installed one, or the path of a piper voice. Default: Joe for English,
    /// `zf_xiaoxiao` for Mandarin.
    pub voices: BTreeMap<Language, String>,
}

/// What is kept of a call beside its events.
#[derive(Clone, Debug)]
pub struct Record {
    /// Whether both sides are recorded as a stereo WAV. Default no.
    pub audio: bool,
}

/// Which sound card `warmline call` uses; empty is the system's default.
#[derive(Clone, Debug, Default)]
pub struct SoundDevices {
    /// The microphone's name, or a part of it.
    pub microphone: Option<String>,
    /// The loudspeaker's name, or a part of it.
    pub loudspeaker: Option<String>,
}

/// A SIP provider.
#[derive(Clone, Debug)]
pub struct Trunk {
    /// Its addresses: calls from these are taken.
    pub hosts: Vec<String>,
    /// The address we register with, if it wants that.
    pub register: Option<String>,
    /// The user name of registration and of outbound calls.
    pub user: Option<String>,
    /// The password of the same.
    pub password: Option<Secret>,
    /// The realm its challenges must name. `None`: that of its first challenge.
    pub realm: Option<String>,
    /// How long a registration lasts. Default 10 m.
    pub expires: Duration,
}

/// How long each step of a handover may take, for every queue.
#[derive(Clone, Debug)]
pub struct Desk {
    /// How long an agent has to press a key, from the first word of the brief; then it is said once more, then the
    /// offer counts as passed. Default 20 s.
    pub press_within: Duration,
    /// How long the brief may take in all, however often the agent presses 3. Default 60 s.
    pub brief_at_most: Duration,
    /// How long joining caller and agent may take after key 1. Default 10 s.
    pub connect_within: Duration,
    /// How long the end of an agent's leg is waited for after hanging it up. Default 5 s.
    pub close_within: Duration,
    /// How long an agent who let the phone ring, or pressed nothing, is left alone. Default 30 s.
    pub missed_rest: Duration,
    /// How long an agent whose phone was busy is left alone. Default 20 s.
    pub busy_rest: Duration,
    /// How long an agent whose phone could not be reached is left alone. Default 30 s.
    pub unreachable_rest: Duration,
    /// How long a caller waits between two rounds of asking every agent. Default 20 s.
    pub round_pause: Duration,
    /// After this long in a class a waiting caller counts as one class more urgent. Default 3 m.
    pub promote_after: Duration,
    /// How long only agents with all the asked skills are rung; then every agent of the queue. Default 20 s.
    pub insist_on_skills: Duration,
}

/// A queue for people.
#[derive(Clone, Debug)]
pub struct QueueSettings {
    /// Who serves it.
    pub agents: Vec<String>,
    /// When it is open.
    pub hours: Hours,
    /// How many may wait. Default 50.
    pub most_waiting: u32,
    /// How long an agent's phone rings. Default 15 s, or what `[desk]` says.
    pub ring_for: Duration,
    /// The rest after a call. Default 5 s, or what `[desk]` says.
    pub wrap_up: Duration,
    /// How often every agent is asked in turn before the caller is told that nobody is free. Default 2, or what
    /// `[desk]` says.
    pub rounds: u32,
    /// What a waiting caller hears: a WAV. Without it, a quiet hold tone.
    pub music: Option<PathBuf>,
}

/// A person who takes calls.
#[derive(Clone, Debug)]
pub struct Agent {
    /// How the person is reached.
    pub reach: AgentReach,
    /// What the person is good at, 1 to 5.
    pub skills: BTreeMap<String, u8>,
}

/// How an agent is reached.
#[derive(Clone, Debug)]
pub enum AgentReach {
    /// At a fixed SIP address.
    Address(String),
    /// On a phone that registers here with this password.
    Registers(Secret),
}

/// A place outside.
#[derive(Clone, Debug)]
pub struct Destination {
    /// Its SIP address.
    pub sip: String,
}

/// A number that can be dialled.
#[derive(Clone, Debug)]
pub struct Number {
    /// The bundle that answers there.
    pub alias: String,
}

impl Config {
    /// What flows may name of all this: connections with their shapes, queues, destinations.
    pub fn operators(&self) -> Operators {
        let connections = self
            .connections
            .iter()
            .map(|(name, connection)| (name.clone(), crate::flow::Connection { queries: connection.shapes() }));
        Operators {
            connections: connections.collect(),
            queues: self.queues.keys().cloned().collect(),
            destinations: self.destinations.keys().cloned().collect(),
        }
    }
}
