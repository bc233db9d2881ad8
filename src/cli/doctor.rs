//! `warmline doctor`: whether this machine can serve calls, and what to mend.

use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::proof::sound;
use super::serve::{Answer, answers};
use super::{Common, Listen, assemble, models};
use crate::caller::{ConnectionSettings, Health};
use crate::config::Config;
use crate::flow::BundleContent;

/// Looks at ports, addresses, models, flows, connections, the disk and the sound card, and says what to mend.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  warmline doctor --config /etc/warmline/warmline.toml\n\nExit code 0: calls can be served; 1: something must be mended; 2: could not run."
)]
pub(super) struct Doctor {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    listen: Listen,
}

/// What was found of one thing.
enum Finding {
    Good(String),
    /// Calls can be served all the same.
    Note(String),
    Bad(String),
}

impl Doctor {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let config = match assemble::config(&self.common, &self.listen) {
            Ok(config) => Arc::new(config),
            Err(fault) => {
                println!("mend   settings: {}", super::told(&fault));
                return Ok(ExitCode::FAILURE);
            }
        };
        let mut findings = vec![Finding::Good(format!("settings: {}", config.path.display()))];
        findings.extend(look_at_models(&config));
        findings.extend(look_at_bundles(&config, self.common.bundle.is_some()));
        findings.extend(look_at_connections(&config));
        findings.extend(look_at_ports(&config));
        findings.extend(look_at_address(&config));
        findings.push(look_at_disk(&config));
        findings.push(look_at_files());
        findings.push(look_at_sound());
        let mut bad = 0;
        for finding in &findings {
            match finding {
                Finding::Good(what) => println!("good   {what}"),
                Finding::Note(what) => println!("note   {what}"),
                Finding::Bad(what) => {
                    bad += 1;
                    println!("mend   {what}");
                }
            }
        }
        if bad > 0 {
            let things = if bad == 1 { "1 thing".to_owned() } else { format!("{bad} things") };
            println!("\n{things} to mend before calls can be served");
            return Ok(ExitCode::FAILURE);
        }
        println!("\nthis machine can serve calls: run `warmline serve`");
        Ok(ExitCode::SUCCESS)
    }
}

fn look_at_models(config: &Config) -> Vec<Finding> {
    let dir = config.models.dir.clone().unwrap_or_else(models::default_dir);
    let mut findings: Vec<Finding> = match models::verify(&dir) {
        Ok(verdicts) => verdicts
            .iter()
            .map(|verdict| {
                if verdict.is_good() {
                    Finding::Good(format!("model {}", verdict.to_string().trim_start_matches("good: ")))
                } else {
                    Finding::Bad(format!("model {verdict}"))
                }
            })
            .collect(),
        Err(fault) => vec![Finding::Bad(format!("models: {fault}"))],
    };
    if let Err(fault) = assemble::models(config) {
        findings.push(Finding::Bad(format!("models: {}", super::told(&fault))));
    }
    findings
}

/// Looks at what a server would answer with: what is published goes before the folder of the settings.
fn look_at_bundles(config: &Arc<Config>, pinned: bool) -> Vec<Finding> {
    let found = match answers(config, pinned) {
        Ok(found) => found,
        Err(fault) => return vec![Finding::Bad(super::told(&fault))],
    };
    let mut findings: Vec<Finding> = found.iter().map(|answer| Finding::Good(told(answer))).collect();
    let usual = found.first().filter(|answer| answer.published.is_some() && config.bundle.is_dir());
    findings.extend(usual.and_then(|answer| look_at_folder(config, answer)));
    findings
}

fn told(answer: &Answer) -> String {
    let calls = match answer.numbers.as_slice() {
        [] => "calls are".to_owned(),
        [number] => format!("calls to {number} are"),
        numbers => format!("calls to {} are", numbers.join(", ")),
    };
    let (name, id) = (answer.bundle.name(), answer.bundle.id());
    let from = match &answer.published {
        Some(entry) => {
            let at = entry.at.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string();
            format!("published as {} on {at} by {}", answer.alias, entry.by)
        }
        None => format!("in {}", answer.folder.display()),
    };
    format!("{calls} answered by the bundle {name:?} ({id}), {from}")
}

/// Tells when the folder that somebody works in is not what answers.
fn look_at_folder(config: &Config, answer: &Answer) -> Option<Finding> {
    let (folder, alias) = (config.bundle.display(), &answer.alias);
    let content = BundleContent::read(&config.bundle).ok()?;
    if content.id == answer.bundle.id() {
        return None;
    }
    Some(Finding::Note(match sound(&config.bundle, config) {
        Ok(_) => format!(
            "{folder} is not what answers: `warmline flows diff {alias} {folder}` tells what differs, `warmline flows publish {folder}` lets it answer"
        ),
        Err(_) => format!(
            "{folder} has faults; what is published answers all the same. `warmline check {folder}` tells how to mend them"
        ),
    }))
}

/// Asks every connection whether it answers; nothing is changed by that.
fn look_at_connections(config: &Config) -> Vec<Finding> {
    let runtime = match super::runtime() {
        Ok(runtime) => runtime,
        Err(fault) => return vec![Finding::Bad(super::told(&fault))],
    };
    let connections = assemble::connections(config);
    let states = runtime.block_on(connections.health());
    let findings = states.into_iter().map(|Health { name, state }| match state {
        Ok(well) => Finding::Good(format!("connection {name}: {well}")),
        Err(why) => Finding::Bad(format!("connection {name}: {why}")),
    });
    findings.chain(clear_text(config)).collect()
}

/// Services that are asked over a network without encryption.
fn clear_text(config: &Config) -> Vec<Finding> {
    let crosses_a_network = |(name, settings): (&String, &ConnectionSettings)| match settings {
        ConnectionSettings::Http(http) if http.sends_in_the_clear() => Some(Finding::Note(format!(
            "connection {name}: {} is asked without encryption, callers' numbers included; use https if it can",
            http.base.host_str().unwrap_or_default()
        ))),
        _ => None,
    };
    config.connections.iter().filter_map(crosses_a_network).collect()
}

fn look_at_ports(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut port = |what: &str, address: SocketAddr, flag: &str, taken: std::io::Result<()>| {
        findings.push(match taken {
            Ok(()) => Finding::Good(format!("{what} {address} is free")),
            Err(fault) => Finding::Bad(format!(
                "{what} {address} cannot be used: {fault}; stop what uses it (ss -lnp shows it; it may be Warmline itself), or choose another with {flag}"
            )),
        });
    };
    port("SIP over UDP on", config.sip.listen, "--sip", UdpSocket::bind(config.sip.listen).map(drop));
    if config.sip.tcp {
        port("SIP over TCP on", config.sip.listen, "--sip", TcpListener::bind(config.sip.listen).map(drop));
    }
    port("HTTP on", config.web.listen, "--web", TcpListener::bind(config.web.listen).map(drop));
    let (first, last) = config.sip.rtp_ports;
    let listen = config.sip.listen.port();
    if (first..=last).contains(&listen) {
        findings.push(Finding::Bad(format!(
            "SIP is answered on port {listen}, which is among the sound ports {first}-{last}; move sip.rtp_ports or sip.listen"
        )));
    }
    let pairs = u32::from(last - first).div_ceil(2);
    // A call that is handed to a person holds two pairs.
    if pairs < config.limits.calls * 2 {
        findings.push(Finding::Note(format!(
            "{pairs} pairs of sound ports are too few for {} calls that may each be joined to a person; widen sip.rtp_ports",
            config.limits.calls
        )));
    }
    findings
}

fn look_at_address(config: &Config) -> Vec<Finding> {
    match config.sip.advertise {
        Some(address) if address.is_unspecified() || address.is_multicast() => {
            vec![Finding::Bad(format!("sip.advertise is {address}, which nobody can send to; write the address that phones reach"))]
        }
        Some(address) if address.is_loopback() => {
            vec![Finding::Note(format!("sip.advertise is {address}: only phones on this machine will hear anything"))]
        }
        Some(address) => vec![Finding::Good(format!("phones are told to send sound to {address}"))],
        None if config.trunks.is_empty() => Vec::new(),
        None => vec![Finding::Note(
            "there are trunks but no sip.advertise; behind NAT write the public address there, or callers will hear nothing".to_owned(),
        )],
    }
}

fn look_at_disk(config: &Config) -> Finding {
    let tried = std::fs::create_dir_all(&config.data)
        .and_then(|()| tempfile::NamedTempFile::new_in(&config.data))
        .and_then(|mut file| std::io::Write::write_all(&mut file, &[0; 1 << 16]));
    match tried {
        Ok(()) => Finding::Good(format!("calls are kept in {}", config.data.display())),
        Err(fault) => Finding::Bad(format!(
            "{} cannot be written: {fault}; mend its rights, or choose another with --data",
            config.data.display()
        )),
    }
}

/// A call holds four sockets, twice as many when it is joined to a person.
fn look_at_files() -> Finding {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let open_files = limits.lines().find(|line| line.starts_with("Max open files"));
    let soft = open_files.and_then(|line| line.split_whitespace().nth(3)).and_then(|limit| limit.parse::<u64>().ok());
    match soft {
        Some(limit) if limit < 1_024 => {
            Finding::Note(format!("only {limit} files may be open; raise it with ulimit -n"))
        }
        Some(limit) => Finding::Good(format!("{limit} files may be open")),
        None => {
            Finding::Note("the limit on open files is not known; see that `ulimit -n` tells at least 1024".to_owned())
        }
    }
}

fn look_at_sound() -> Finding {
    match crate::line::local::devices() {
        Ok(devices) if devices.microphones.is_empty() || devices.loudspeakers.is_empty() => Finding::Note(
            "no microphone or no loudspeaker: `warmline call` needs --wav, --keys or --silence here".to_owned(),
        ),
        Ok(devices) => Finding::Good(format!("microphones: {}", devices.microphones.join(", "))),
        Err(fault) => Finding::Note(format!("sound card: {fault}")),
    }
}
