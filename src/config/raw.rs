//! `warmline.toml` as it is written: every key, its default, and nothing checked beyond its type.
//!
//! The shape is the operators' side of the flow language plus the machine's own settings. An unknown key is
//! an error, so that a misspelt setting never passes for a default.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

use super::duration::Written;

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct File {
    pub bundle: Option<PathBuf>,
    pub data: Option<PathBuf>,
    pub sip: Sip,
    pub web: Web,
    pub limits: Limits,
    pub models: Models,
    pub hear: Hear,
    pub speak: Speak,
    pub record: Record,
    pub sound: SoundDevices,
    pub trunk: BTreeMap<String, Spanned<Trunk>>,
    /// Read by itself, since a connection's keys depend on its kind.
    pub connection: serde::de::IgnoredAny,
    pub desk: Desk,
    pub queue: BTreeMap<String, Spanned<Queue>>,
    pub agent: BTreeMap<String, Spanned<Agent>>,
    pub destination: BTreeMap<String, Destination>,
    pub number: BTreeMap<String, Number>,
    pub hours: BTreeMap<String, Spanned<Hours>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sip {
    pub listen: Option<Spanned<String>>,
    pub tcp: Option<bool>,
    pub advertise: Option<Spanned<String>>,
    pub accept: Option<Spanned<String>>,
    pub rtp_ports: Option<Spanned<String>>,
    pub port_linger: Option<Written>,
    pub realm: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Web {
    pub listen: Option<Spanned<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    pub calls: Option<Spanned<u32>>,
    pub calls_a_minute: Option<Spanned<u32>>,
    pub longest_call: Option<Written>,
    pub drain_max: Option<Written>,
    pub retry_after: Option<Written>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Models {
    pub dir: Option<PathBuf>,
    pub whisper: Option<PathBuf>,
    pub voice: Option<PathBuf>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Hear {
    pub workers: Option<Spanned<usize>>,
    pub threads: Option<Spanned<usize>>,
    pub queue: Option<Spanned<usize>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Speak {
    pub workers: Option<Spanned<usize>>,
    pub threads: Option<Spanned<usize>>,
    pub pace: Option<Spanned<f32>>,
    pub cache_megabytes: Option<Spanned<u64>>,
    pub voice: BTreeMap<String, Spanned<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Record {
    pub audio: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SoundDevices {
    pub microphone: Option<String>,
    pub loudspeaker: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trunk {
    pub hosts: Vec<String>,
    pub register: Option<String>,
    pub user: Option<String>,
    pub password: Option<String>,
    pub realm: Option<Spanned<String>>,
    pub expires: Option<Written>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Desk {
    pub ring_for: Option<Spanned<Written>>,
    pub press_within: Option<Spanned<Written>>,
    pub brief_at_most: Option<Spanned<Written>>,
    pub connect_within: Option<Spanned<Written>>,
    pub close_within: Option<Spanned<Written>>,
    pub wrap_up: Option<Spanned<Written>>,
    pub missed_rest: Option<Spanned<Written>>,
    pub busy_rest: Option<Spanned<Written>>,
    pub unreachable_rest: Option<Spanned<Written>>,
    pub rounds: Option<Spanned<u32>>,
    pub round_pause: Option<Spanned<Written>>,
    pub promote_after: Option<Spanned<Written>>,
    pub insist_on_skills: Option<Spanned<Written>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    pub agents: Vec<Spanned<String>>,
    pub hours: Option<Spanned<String>>,
    pub most_waiting: Option<Spanned<u32>>,
    pub ring_for: Option<Spanned<Written>>,
    pub wrap_up: Option<Spanned<Written>>,
    pub rounds: Option<Spanned<u32>>,
    pub music: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agent {
    pub sip: Option<String>,
    pub password: Option<String>,
    #[serde(default)]
    pub skills: BTreeMap<String, u8>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Destination {
    pub sip: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Number {
    pub alias: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    pub days: Vec<String>,
    pub from: String,
    pub to: String,
    #[serde(default)]
    pub closed: Vec<String>,
}
