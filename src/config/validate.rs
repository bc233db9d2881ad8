//! From what is written to what holds: every name exists, every path is absolute, every secret is here.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::Spanned;

use super::connection;
use super::duration::Written;
use super::error::ConfigError;
use super::hours::Hours;
use super::raw;
use super::settings::{
    Accept, Agent, AgentReach, Config, Destination, Hear, Limits, Models, Number, Overrides, QueueSettings, Record,
    Secret, Secrets, Sip, SoundDevices, Speak, Trunk, Web,
};
use crate::Private;
use crate::words::Language;

impl Config {
    /// Reads and validates the file at `path`, with `overrides` above it.
    pub fn read(path: &Path, overrides: &Overrides) -> Result<Self, ConfigError> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let text = std::fs::read_to_string(&path).map_err(|why| ConfigError::Unreadable { path: path.clone(), why })?;
        let secret = |name: &str| std::env::var(name).ok();
        Self::from_text(&path, &text, overrides, &secret)
    }

    /// Validates `text` as if it stood at `path` (which relative paths are relative to); `environment` gives
    /// the values that `env:NAME` names.
    pub fn from_text(
        path: &Path,
        text: &str,
        overrides: &Overrides,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let file: raw::File = toml::from_str(text).map_err(|fault| {
            let offset = fault.span().map_or(0, |span| span.start);
            ConfigError::at(path, text, offset, fault.message().replace('\n', "; "))
        })?;
        Validation { path, text, environment, secrets: overrides.secrets }.validate(file, overrides)
    }
}

/// What is needed to judge a setting and to say where it stands.
pub(super) struct Validation<'a> {
    path: &'a Path,
    text: &'a str,
    environment: &'a dyn Fn(&str) -> Option<String>,
    secrets: Secrets,
}

impl Validation<'_> {
    fn validate(&self, file: raw::File, overrides: &Overrides) -> Result<Config, ConfigError> {
        let data = match (&overrides.data, &file.data) {
            (Some(data), _) => absolute(data),
            (None, Some(data)) => self.beside(data),
            (None, None) => default_data_folder(),
        };
        let bundle = match (&overrides.bundle, &file.bundle) {
            (Some(bundle), _) => absolute(bundle),
            (None, Some(bundle)) => self.beside(bundle),
            (None, None) => self.beside(Path::new("shop")),
        };
        let hours = self.hours(&file.hours)?;
        let agents = self.each(&file.agent, |name, agent| self.agent(name, agent))?;
        let tables = data.join("tables");
        let connections = connection::read(&connection::Surroundings {
            path: self.path,
            text: self.text,
            tables: &tables,
            environment: self.environment,
            secrets: self.secrets,
        })?;
        let desk = self.desk(&file.desk)?;
        let queues = self.each(&file.queue, |name, queue| self.queue(name, queue, &file.desk, &hours, &agents))?;
        Ok(Config {
            path: self.path.to_owned(),
            bundle,
            data,
            sip: self.sip(&file.sip, overrides)?,
            web: self.web(&file.web, overrides)?,
            limits: self.limits(&file.limits)?,
            models: Models {
                dir: file.models.dir.as_deref().map(|dir| self.beside(dir)),
                whisper: file.models.whisper.as_deref().map(|path| self.beside(path)),
                voice: file.models.voice.as_deref().map(|path| self.beside(path)),
            },
            hear: Hear {
                workers: self.within("hear.workers", file.hear.workers.as_ref(), 1, 1, 64)?,
                threads: self.within("hear.threads", file.hear.threads.as_ref(), 2, 1, 64)?,
                queue: self.within("hear.queue", file.hear.queue.as_ref(), 32, 1, 4096)?,
            },
            speak: Speak {
                workers: self.within("speak.workers", file.speak.workers.as_ref(), 1, 1, 64)?,
                threads: self.within("speak.threads", file.speak.threads.as_ref(), 2, 1, 64)?,
                pace: self.within("speak.pace", file.speak.pace.as_ref(), 1.0, 0.5, 2.0)?,
                cache_megabytes: self.within(
                    "speak.cache_megabytes",
                    file.speak.cache_megabytes.as_ref(),
                    512,
                    1,
                    1 << 20,
                )?,
                voices: self.voices(&file.speak.voice)?,
            },
            record: Record { audio: file.record.audio.unwrap_or(false) },
            sound: SoundDevices { microphone: file.sound.microphone, loudspeaker: file.sound.loudspeaker },
            trunks: self.each(&file.trunk, |name, trunk| self.trunk(name, trunk))?,
            connections,
            desk,
            queues,
            agents,
            destinations: file
                .destination
                .into_iter()
                .map(|(name, destination)| (name, Destination { sip: destination.sip }))
                .collect(),
            numbers: file.number.into_iter().map(|(name, number)| (name, Number { alias: number.alias })).collect(),
        })
    }

    fn sip(&self, sip: &raw::Sip, overrides: &Overrides) -> Result<Sip, ConfigError> {
        let default_listen = SocketAddr::from(([0, 0, 0, 0], 5060));
        let listen = match overrides.sip {
            Some(address) => address,
            None => self.parsed(&sip.listen, default_listen, "an address and port, as in 0.0.0.0:5060")?,
        };
        let advertise = match &sip.advertise {
            None => None,
            Some(text) => Some(self.parse(text, "an IP address, as in 203.0.113.7")?),
        };
        let accept = match &sip.accept {
            None => Accept::Private,
            Some(word) => match word.get_ref().as_str() {
                "private" => Accept::Private,
                "anyone" => Accept::Anyone,
                other => {
                    return Err(self.wrong(word, format!("{other:?} is not known; write \"private\" or \"anyone\"")));
                }
            },
        };
        let rtp_ports = match &sip.rtp_ports {
            None => (16_384, 18_383),
            Some(range) => {
                let ports = range.get_ref().split_once('-').and_then(|(first, last)| {
                    Some((first.trim().parse::<u16>().ok()?, last.trim().parse::<u16>().ok()?))
                });
                match ports {
                    Some((first, last)) if first >= 1024 && last > first => (first, last),
                    _ => {
                        return Err(
                            self.wrong(range, "not a range of ports; write it as \"16384-18383\", from 1024 up")
                        );
                    }
                }
            }
        };
        Ok(Sip {
            listen,
            tcp: sip.tcp.unwrap_or(true),
            advertise,
            accept,
            rtp_ports,
            port_linger: duration(sip.port_linger, 10),
            realm: sip.realm.clone().unwrap_or_else(|| "warmline".to_owned()),
        })
    }

    fn web(&self, web: &raw::Web, overrides: &Overrides) -> Result<Web, ConfigError> {
        let default_listen = SocketAddr::from(([127, 0, 0, 1], 8080));
        let listen = match overrides.web {
            Some(address) => address,
            None => self.parsed(&web.listen, default_listen, "an address and port, as in 127.0.0.1:8080")?,
        };
        Ok(Web { listen })
    }

    fn limits(&self, limits: &raw::Limits) -> Result<Limits, ConfigError> {
        Ok(Limits {
            calls: self.within("limits.calls", limits.calls.as_ref(), 100, 1, 100_000)?,
            calls_a_minute: self.within("limits.calls_a_minute", limits.calls_a_minute.as_ref(), 60, 1, 1_000_000)?,
            longest_call: duration(limits.longest_call, 2 * 3600),
            drain_max: duration(limits.drain_max, 600),
            retry_after: duration(limits.retry_after, 10),
        })
    }

    fn trunk(&self, name: &str, trunk: &Spanned<raw::Trunk>) -> Result<Trunk, ConfigError> {
        let raw = trunk.get_ref();
        if raw.hosts.is_empty() {
            return Err(self.wrong(trunk, format!("trunk {name:?} has no hosts; list the provider's addresses")));
        }
        if raw.register.is_some() && (raw.user.is_none() || raw.password.is_none()) {
            return Err(self.wrong(trunk, format!("trunk {name:?} registers, so it needs a user and a password")));
        }
        let password = raw.password.as_deref().map(|text| self.secret(trunk, text)).transpose()?;
        if let Some(realm) = &raw.realm {
            if password.is_none() {
                return Err(self.wrong(realm, format!("trunk {name:?} has a realm and no password to answer with; give it a user and a password, or take the realm out")));
            }
            if realm.get_ref().is_empty() || realm.get_ref().chars().any(|one| one.is_control() || one == '"') {
                return Err(self.wrong(realm, "a realm is a plain word without quotes, as the provider tells it"));
            }
        }
        Ok(Trunk {
            hosts: raw.hosts.clone(),
            register: raw.register.clone(),
            user: raw.user.clone(),
            password,
            realm: raw.realm.as_ref().map(|realm| realm.get_ref().clone()),
            expires: duration(raw.expires, 600),
        })
    }

    fn agent(&self, name: &str, agent: &Spanned<raw::Agent>) -> Result<Agent, ConfigError> {
        let raw = agent.get_ref();
        let reach = match (&raw.sip, &raw.password) {
            (Some(address), None) if address.starts_with("sip:") => AgentReach::Address(address.clone()),
            (Some(address), None) => {
                return Err(
                    self.wrong(agent, format!("agent {name:?}: {address:?} is not a SIP address; write sip:name@host"))
                );
            }
            (None, Some(password)) => AgentReach::Registers(self.secret(agent, password)?),
            (None, None) | (Some(_), Some(_)) => {
                let what = format!(
                    "agent {name:?} needs either sip = \"sip:name@host\" or password = \"env:NAME\" (for a phone that registers here), one of the two"
                );
                return Err(self.wrong(agent, what));
            }
        };
        if let Some((skill, level)) = raw.skills.iter().find(|(_, level)| !(1..=5).contains(*level)) {
            return Err(
                self.wrong(agent, format!("agent {name:?}: skill {skill:?} has level {level}; levels go from 1 to 5"))
            );
        }
        Ok(Agent { reach, skills: raw.skills.clone() })
    }

    fn queue(
        &self,
        name: &str,
        queue: &Spanned<raw::Queue>,
        desk: &raw::Desk,
        hours: &BTreeMap<String, Hours>,
        agents: &BTreeMap<String, Agent>,
    ) -> Result<QueueSettings, ConfigError> {
        let raw = queue.get_ref();
        for agent in &raw.agents {
            if !agents.contains_key(agent.get_ref()) {
                let known = names(agents);
                let what = format!(
                    "queue {name:?} names agent {:?}, who is not defined; known agents: {known}",
                    agent.get_ref()
                );
                return Err(self.wrong(agent, what));
            }
        }
        let hours = match &raw.hours {
            None => Hours::always(),
            Some(wanted) => match hours.get(wanted.get_ref()) {
                Some(found) => found.clone(),
                None => {
                    let what = format!("hours {:?} are not defined; known: {}", wanted.get_ref(), names(hours));
                    return Err(self.wrong(wanted, what));
                }
            },
        };
        Ok(QueueSettings {
            agents: raw.agents.iter().map(|agent| agent.get_ref().clone()).collect(),
            hours,
            most_waiting: self.within("most_waiting", raw.most_waiting.as_ref(), 50, 1, 100_000)?,
            ring_for: self.step("ring_for", raw.ring_for.as_ref().or(desk.ring_for.as_ref()), 15)?,
            wrap_up: self.rest("wrap_up", raw.wrap_up.as_ref().or(desk.wrap_up.as_ref()), 5)?,
            rounds: self.within("rounds", raw.rounds.as_ref().or(desk.rounds.as_ref()), 2, 1, 100)?,
            music: raw.music.as_deref().map(|path| self.beside(path)),
        })
    }

    fn hours(&self, written: &BTreeMap<String, Spanned<raw::Hours>>) -> Result<BTreeMap<String, Hours>, ConfigError> {
        let mut hours =
            BTreeMap::from([("always".to_owned(), Hours::always()), ("weekdays".to_owned(), Hours::weekdays())]);
        for (name, entry) in written {
            let raw = entry.get_ref();
            let parsed = Hours::parse(&raw.days, &raw.from, &raw.to, &raw.closed)
                .map_err(|fault| self.wrong(entry, format!("hours {name:?}: {fault}")))?;
            hours.insert(name.clone(), parsed);
        }
        Ok(hours)
    }

    fn secret<T>(&self, place: &Spanned<T>, text: &str) -> Result<Secret, ConfigError> {
        let Some(name) = text.strip_prefix("env:") else {
            let what = "a password does not stand in this file; write \"env:NAME\" and set NAME in the environment";
            return Err(self.wrong(place, what));
        };
        match (self.environment)(name) {
            Some(value) if !value.is_empty() => Ok(Private::new(value)),
            _ if self.secrets == Secrets::MayBeMissing => Ok(Private::default()),
            _ => Err(self.wrong(place, format!("the environment has no {name}; set it before starting"))),
        }
    }

    fn each<Raw, Checked>(
        &self,
        entries: &BTreeMap<String, Spanned<Raw>>,
        check: impl Fn(&str, &Spanned<Raw>) -> Result<Checked, ConfigError>,
    ) -> Result<BTreeMap<String, Checked>, ConfigError> {
        entries.iter().map(|(name, entry)| Ok((name.clone(), check(name, entry)?))).collect()
    }

    /// Voices by language; a path stands relative to the file.
    fn voices(&self, written: &BTreeMap<String, Spanned<String>>) -> Result<BTreeMap<Language, String>, ConfigError> {
        let mut voices = BTreeMap::new();
        for (language, voice) in written {
            let language = Language::parse(language).map_err(|error| {
                self.wrong(voice, format!("speak.voice: {error}, as in voice = {{ zh = \"zm_yunxi\" }}"))
            })?;
            let name = voice.get_ref();
            let is_path = name.contains('/') || name.ends_with(".onnx");
            let name = if is_path { self.beside(Path::new(name)).display().to_string() } else { name.clone() };
            voices.insert(language, name);
        }
        Ok(voices)
    }

    pub(super) fn within<T: PartialOrd + Copy + std::fmt::Display>(
        &self,
        name: &str,
        written: Option<&Spanned<T>>,
        default: T,
        least: T,
        most: T,
    ) -> Result<T, ConfigError> {
        let Some(spanned) = written else { return Ok(default) };
        let value = *spanned.get_ref();
        if value < least || value > most {
            return Err(self.wrong(spanned, format!("{name} is {value}; it goes from {least} to {most}")));
        }
        Ok(value)
    }

    fn parsed<T: std::str::FromStr>(
        &self,
        text: &Option<Spanned<String>>,
        default: T,
        form: &str,
    ) -> Result<T, ConfigError> {
        text.as_ref().map_or(Ok(default), |text| self.parse(text, form))
    }

    fn parse<T: std::str::FromStr>(&self, text: &Spanned<String>, form: &str) -> Result<T, ConfigError> {
        text.get_ref().parse().map_err(|_| self.wrong(text, format!("{:?} is not {form}", text.get_ref())))
    }

    pub(super) fn wrong<T>(&self, place: &Spanned<T>, what: impl Into<String>) -> ConfigError {
        ConfigError::at(self.path, self.text, place.span().start, what)
    }

    /// A path written in the file is relative to the file.
    fn beside(&self, path: &Path) -> PathBuf {
        match self.path.parent() {
            Some(folder) => folder.join(path),
            None => path.to_owned(),
        }
    }
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// `$XDG_DATA_HOME/warmline`, else `~/.local/share/warmline`, else `/var/lib/warmline`.
fn default_data_folder() -> PathBuf {
    let from_environment = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    from_environment("XDG_DATA_HOME")
        .or_else(|| from_environment("HOME").map(|home| home.join(".local/share")))
        .unwrap_or_else(|| PathBuf::from("/var/lib"))
        .join("warmline")
}

fn duration(written: Option<Written>, default_seconds: u64) -> Duration {
    written.map_or(Duration::from_secs(default_seconds), |written| written.0)
}

fn names<T>(entries: &BTreeMap<String, T>) -> String {
    let names: Vec<&str> = entries.keys().map(String::as_str).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, ConfigError> {
        let environment = |name: &str| (name == "ANNA").then(|| "secret".to_owned());
        Config::from_text(Path::new("/etc/warmline/warmline.toml"), text, &Overrides::default(), &environment)
    }

    #[test]
    fn an_empty_file_is_the_default() {
        let config = read("").unwrap();
        assert_eq!(config.sip.listen.port(), 5060);
        assert_eq!(config.sip.accept, Accept::Private);
        assert_eq!(config.bundle, Path::new("/etc/warmline/shop"));
        assert_eq!(config.limits.calls, 100);
    }

    #[test]
    fn the_operators_side_of_the_flow_language_is_read() {
        let config = read(
            r#"
            [connection.shop]
            kind = "csv"
            [connection.shop.find_order]
            file = "orders.csv"
            args = { number = "text", phone = "phone" }
            match = ["number"]
            returns = { status = "text", sent = "date?", due = "date" }
            [queue.orders]
            agents = ["anna", "ben"]
            hours = "weekdays"
            [agent.anna]
            password = "env:ANNA"
            skills = { orders = 3 }
            [agent.ben]
            sip = "sip:ben@127.0.0.1:5070"
            [number."+442012345678"]
            alias = "shop"
            [destination.warehouse]
            sip = "sip:warehouse@198.51.100.7"
            "#,
        )
        .unwrap();
        let queries = &config.operators().connections["shop"].queries;
        assert_eq!(queries["find_order"].returns["sent"].kind, crate::flow::FieldKind::Date);
        assert!(matches!(config.agents["anna"].reach, AgentReach::Registers(_)));
        assert_eq!(config.queues["orders"].agents, ["anna", "ben"]);
    }

    #[test]
    fn what_the_shipped_file_shows_behind_a_hash_is_the_default() {
        let shipped = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/prompts/warmline.toml")).unwrap();
        let section = |name: &str| {
            let section = shipped.split_once(&format!("\n[{name}]")).map(|(_, rest)| rest).unwrap();
            let lines = section.lines().skip(1).take_while(|line| line.starts_with("# ") && line.contains(" = "));
            let shown: Vec<&str> = lines.map(|line| line.trim_start_matches("# ")).collect();
            assert!(shown.len() > 1, "[{name}] shows nothing");
            format!("[{name}]\n{}\n", shown.join("\n"))
        };
        let shown: String = ["limits", "hear", "speak", "desk"].map(section).concat();
        let (shown, default) = (read(&shown).unwrap(), read("").unwrap());
        assert_eq!(format!("{:?}", shown.limits), format!("{:?}", default.limits));
        assert_eq!(format!("{:?}", shown.hear), format!("{:?}", default.hear));
        assert_eq!(format!("{:?}", shown.speak), format!("{:?}", default.speak));
        assert_eq!(format!("{:?}", shown.desk), format!("{:?}", default.desk));
        let queue = |text: &str| format!("{:?}", read(&format!("{text}[queue.a]\nagents = []\n")).unwrap().queues);
        assert_eq!(queue(&section("desk")), queue(""));
    }

    #[test]
    fn a_queue_goes_before_the_desk_and_the_desk_before_the_defaults() {
        let config = read(
            "[desk]\nring_for = \"25s\"\nwrap_up = \"30s\"\npress_within = \"12s\"\nmissed_rest = \"0s\"\n\
             [queue.a]\nagents = []\n[queue.b]\nagents = []\nring_for = \"9s\"\nrounds = 4\n\
             [trunk.t]\nhosts = [\"t.example\"]\nuser = \"u\"\npassword = \"env:ANNA\"\nrealm = \"t.example\"\n",
        )
        .unwrap();
        let queue = |name: &str| {
            let queue = &config.queues[name];
            (queue.ring_for.as_secs(), queue.wrap_up.as_secs(), queue.rounds)
        };
        assert_eq!((queue("a"), queue("b")), ((25, 30, 2), (9, 30, 4)));
        assert_eq!(config.desk.press_within, Duration::from_secs(12));
        assert_eq!(config.desk.missed_rest, Duration::ZERO);
        assert_eq!(config.desk.promote_after, Duration::from_secs(180));
        assert_eq!(config.trunks["t"].realm.as_deref(), Some("t.example"));
    }

    #[test]
    fn the_command_line_stands_above_the_file() {
        let overrides = Overrides { sip: Some(SocketAddr::from(([127, 0, 0, 1], 0))), ..Overrides::default() };
        let text = "[sip]\nlisten = \"0.0.0.0:5080\"";
        let config = Config::from_text(Path::new("/w.toml"), text, &overrides, &|_| None).unwrap();
        assert_eq!(config.sip.listen, SocketAddr::from(([127, 0, 0, 1], 0)));
    }

    #[test]
    fn a_wrong_setting_is_shown_where_it_stands() {
        let cases = [
            ("[sip]\nlissen = 1", "/etc/warmline/warmline.toml:2:1: unknown field `lissen`"),
            ("[sip]\nlisten = \"here\"", ":2:10: \"here\" is not an address and port"),
            ("[sip]\naccept = \"all\"", ":2:10: \"all\" is not known"),
            ("[sip]\nrtp_ports = \"9-1\"", ":2:13: not a range of ports"),
            ("[limits]\ncalls = 0", ":2:9: limits.calls is 0; it goes from 1"),
            ("[queue.a]\nagents = [\"zoe\"]", ":2:11: queue \"a\" names agent \"zoe\""),
            ("[queue.a]\nagents = []\nhours = \"never\"", ":3:9: hours \"never\" are not defined"),
            ("[agent.zoe]\npassword = \"hunter2\"", "a password does not stand in this file"),
            ("[agent.zoe]\npassword = \"env:ZOE\"", "the environment has no ZOE"),
            ("[agent.zoe]\nskills = {}", "needs either sip"),
            ("[desk]\nring_for = \"0s\"", ":2:12: ring_for goes from 1s to 1h"),
            ("[desk]\nmissed_rest = \"2h\"", ":2:15: missed_rest goes from 0s to 1h"),
            ("[desk]\nrounds = 0", ":2:10: rounds is 0; it goes from 1"),
            ("[desk]\npress_within = 20", ":2:16: invalid type"),
            ("[queue.a]\nagents = []\nwrap_up = \"9h\"", ":3:11: wrap_up goes from 0s to 1h"),
            ("[trunk.a]\nhosts = [\"a.example\"]\nrealm = \"a\"", ":3:9: trunk \"a\" has a realm and no password"),
            ("[limits]\nlongest_call = \"15\"", "write a whole number and its unit"),
        ];
        for (text, expected) in cases {
            let message = read(text).unwrap_err().to_string();
            assert!(message.contains(expected), "for {text:?} got: {message}");
        }
    }
}
