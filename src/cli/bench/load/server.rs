//! The server that is measured: this very program as `warmline serve`, and the kernel's accounts of it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};

use crate::config::Config;

/// How long the server may take to come up, or to come to a state.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often it is asked for its gauges.
const LOOK: Duration = Duration::from_millis(100);

/// Every caller is told something long enough to be measured, and then waits for a person who never comes.
const FLOW: &str = r#"bundle: load
start: main
languages: [en]
timezone: Etc/UTC
handover: person
---
flow: main
steps:
  - say: { en: "Thank you for calling. This line is being measured, so you will hear a sentence that takes its time, and after it another one, and then the tone of a line on which everybody waits." }
  - goto: flow:person
---
flow: person
steps:
  - queue: load
    time_limit: 2h
    if_no_agent:
      - end: call
"#;

/// The server. It is killed when dropped.
pub(super) struct Server {
    process: Child,
    sip: SocketAddr,
    web: SocketAddr,
    folder: PathBuf,
    _dir: tempfile::TempDir,
}

/// Processor time so far, in nanoseconds.
pub(super) struct Times {
    pub(super) media: u64,
    pub(super) all: u64,
}

/// What the server says is open.
#[derive(Debug, Default)]
pub(super) struct Gauges {
    pub(super) calls: f64,
    pub(super) waiting: f64,
    /// Every gauge of something that belongs to a call.
    open: Vec<(String, f64)>,
}

impl Gauges {
    /// Whether the agent's telephone rings.
    pub(super) fn ringing(&self) -> bool {
        self.open.iter().any(|(name, count)| name == "warmline_sip_legs" && *count >= 2.0)
    }

    pub(super) fn are_zero(&self) -> bool {
        self.stuck().is_empty()
    }

    pub(super) fn stuck(&self) -> Vec<String> {
        let left = self.open.iter().filter(|(_, count)| *count != 0.0);
        left.map(|(name, count)| format!("{name} {count}")).collect()
    }
}

impl Server {
    /// Starts a server with the models of `config`, whose only agent is at `agent`.
    pub(super) async fn start(config: &Config, agent: SocketAddr, calls: u32) -> anyhow::Result<Self> {
        let dir = tempfile::tempdir()?;
        std::fs::create_dir(dir.path().join("load"))?;
        std::fs::write(dir.path().join("load/load.yaml"), FLOW)?;
        let models = config.models.dir.as_ref().map(|dir| format!("[models]\ndir = {dir:?}\n")).unwrap_or_default();
        let settings = format!(
            "bundle = \"load\"\ndata = \"data\"\n[sip]\nlisten = \"127.0.0.1:0\"\nrtp_ports = \"20000-39999\"\n\
             port_linger = \"1s\"\n[web]\nlisten = \"127.0.0.1:0\"\n[limits]\ncalls = {calls}\n\
             calls_a_minute = 1000000\n{models}[queue.load]\nagents = [\"anna\"]\nring_for = \"1h\"\n\
             most_waiting = 100000\n[agent.anna]\nsip = \"sip:anna@{agent}\"\n"
        );
        std::fs::write(dir.path().join("warmline.toml"), settings)?;
        let mut process = Command::new(std::env::current_exe()?)
            .arg("serve")
            .arg("--config")
            .arg(dir.path().join("warmline.toml"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .env_remove("WARMLINE_BUNDLE")
            .env_remove("WARMLINE_DATA")
            .env_remove("WARMLINE_SIP")
            .env_remove("WARMLINE_WEB")
            .kill_on_drop(true)
            .spawn()
            .context("the server does not start")?;
        let told = process.stdout.take().context("the server has no output")?;
        let addresses = tokio::time::timeout(PATIENCE, addresses(BufReader::new(told)));
        let (sip, web) = addresses.await.context("the server did not come up in time")??;
        let folder = PathBuf::from(format!("/proc/{}", process.id().context("the server is gone")?));
        Ok(Self { process, sip, web, folder, _dir: dir })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.sip
    }

    /// Processor time of its threads.
    pub(super) fn times(&self) -> anyhow::Result<Times> {
        let mut times = Times { media: 0, all: 0 };
        for task in std::fs::read_dir(self.folder.join("task"))? {
            let task = task?.path();
            // A thread that has just ended is none of a call's.
            let (Ok(name), Ok(account)) =
                (std::fs::read_to_string(task.join("comm")), std::fs::read_to_string(task.join("schedstat")))
            else {
                continue;
            };
            let spent = account.split_whitespace().next().and_then(|nanoseconds| nanoseconds.parse::<u64>().ok());
            let spent = spent.context("the kernel keeps no accounts of threads (CONFIG_SCHED_INFO)")?;
            times.all += spent;
            if name.starts_with("media-") {
                times.media += spent;
            }
        }
        Ok(times)
    }

    /// Its resident memory, in kB.
    pub(super) fn memory(&self) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(self.folder.join("status"))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).context("the server is gone")?;
        line.split_whitespace().nth(1).and_then(|size| size.parse().ok()).context("its memory is not told")
    }

    pub(super) fn files(&self) -> anyhow::Result<usize> {
        Ok(std::fs::read_dir(self.folder.join("fd"))?.count())
    }

    pub(super) fn threads(&self) -> anyhow::Result<usize> {
        Ok(std::fs::read_dir(self.folder.join("task"))?.count())
    }

    /// Asks it what is open.
    pub(super) async fn gauges(&self) -> anyhow::Result<Gauges> {
        let mut stream = tokio::net::TcpStream::connect(self.web).await?;
        stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n").await?;
        let mut text = String::new();
        stream.read_to_string(&mut text).await?;
        const OPEN: [&str; 6] = [
            "warmline_calls",
            "warmline_media_planes",
            "warmline_media_ports",
            "warmline_sip_dialogs",
            "warmline_sip_legs",
            "warmline_record_waiting_events",
        ];
        let mut gauges = Gauges::default();
        for line in text.lines() {
            let Some((name, count)) = line.rsplit_once(' ') else { continue };
            let Ok(count) = count.parse::<f64>() else { continue };
            if name.starts_with("warmline_queue_waiting_calls") {
                gauges.waiting += count;
            } else if OPEN.contains(&name) {
                gauges.open.push((name.to_owned(), count));
            }
            if name == "warmline_calls" {
                gauges.calls = count;
            }
        }
        gauges.open.push(("warmline_queue_waiting_calls".to_owned(), gauges.waiting));
        Ok(gauges)
    }

    /// Waits until its gauges are as wanted.
    pub(super) async fn until(&self, what: &str, holds: impl Fn(&Gauges) -> bool) -> anyhow::Result<()> {
        let until = Instant::now() + PATIENCE;
        loop {
            let gauges = self.gauges().await?;
            if holds(&gauges) {
                return Ok(());
            }
            if Instant::now() > until {
                bail!("{what}: not within {} s; open is {:?}", PATIENCE.as_secs(), gauges.open);
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.start_kill().ok();
    }
}

/// The addresses of SIP and of the pages, as the server tells them when it is up.
async fn addresses(mut told: BufReader<tokio::process::ChildStdout>) -> anyhow::Result<(SocketAddr, SocketAddr)> {
    let (mut sip, mut web) = (None, None);
    let mut line = String::new();
    loop {
        line.clear();
        if told.read_line(&mut line).await? == 0 {
            bail!("the server did not come up; `warmline doctor` tells why");
        }
        let mut words = line.split_whitespace();
        match (words.next(), words.next()) {
            (Some("ring"), Some(address)) => sip = address.split('@').nth(1).and_then(|text| text.parse().ok()),
            (Some("page"), Some(address)) => {
                web = address.trim_start_matches("http://").split('/').next().and_then(|text| text.parse().ok());
            }
            // The last line: nobody needs to hear more.
            (Some("stop"), _) => return sip.zip(web).context("the server tells no address"),
            _ => {}
        }
    }
}
