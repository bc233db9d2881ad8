//! SIPp: one process a scenario. A scenario that waits for `OPTIONS` waits for its cue: the test sends it, in the
//! call's own Call-ID, when the server's record shows that the moment has come.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tempfile::TempDir;

use super::server::{PATIENCE, free_ports, root, wait_for};

/// What SIPp is told.
pub struct Scenario<'a> {
    /// The file in `tests/wire/scenarios`, without its ending.
    pub name: &'a str,
    /// Whom to ring; `None`: it waits to be rung.
    pub ring: Option<SocketAddr>,
    /// The number to dial.
    pub number: &'a str,
    /// Its own port; any if `None`.
    pub port: Option<u16>,
    /// Where it wants its sound.
    pub rtp_port: u16,
    /// More values for `[KEY]` in the scenario.
    pub keys: &'a [(&'a str, &'a str)],
    /// More of SIPp's own options.
    pub options: &'a [&'a str],
}

impl<'a> Scenario<'a> {
    /// A caller who plays `name`.
    pub fn caller(name: &'a str, server: SocketAddr, number: &'a str, rtp_port: u16) -> Self {
        Self { name, ring: Some(server), number, port: None, rtp_port, keys: &[], options: &[] }
    }

    /// An agent's phone at `port` that plays `name`.
    pub fn agent(name: &'a str, port: u16, rtp_port: u16) -> Self {
        Self { name, ring: None, number: "agent", port: Some(port), rtp_port, keys: &[], options: &[] }
    }

    /// With values for the scenario's `[KEY]`s.
    pub fn with(self, keys: &'a [(&'a str, &'a str)]) -> Self {
        Self { keys, ..self }
    }

    /// With more options of SIPp's.
    pub fn options(self, options: &'a [&'a str]) -> Self {
        Self { options, ..self }
    }

    /// Starts it.
    pub fn start(self) -> Sipp {
        let dir = tempfile::Builder::new().prefix("sipp").tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let port = self.port.unwrap_or_else(|| free_ports(1));
        let call_id = format!("{}-{port}-%u@wire.test", self.number);
        let file = root().join("tests/wire/scenarios").join(format!("{}.xml", self.name));
        let mut command = Command::new("sipp");
        command.arg("-sf").arg(file).args(["-i", "127.0.0.1", "-nostdin", "-p", &port.to_string()]);
        if !self.options.contains(&"-m") {
            command.args(["-m", "1"]);
        }
        command.args(["-timeout", "200s", "-timeout_error", "-s", self.number, "-cid_str", &call_id]);
        command.args(["-trace_err", "-error_file"]).arg(dir.path().join("errors"));
        command.args(["-trace_logs", "-log_file"]).arg(dir.path().join("log"));
        let rtp_port = self.rtp_port.to_string();
        for (key, value) in self.keys.iter().chain(&[("rtp_port", rtp_port.as_str())]) {
            command.args(["-key", key, value]);
        }
        command.args(self.options);
        if let Some(server) = self.ring {
            command.arg(server.to_string());
        }
        let output = File::create(dir.path().join("screen")).expect("a file");
        let process = command
            .current_dir(dir.path())
            .stdin(Stdio::null())
            .stdout(output.try_clone().expect("a file"))
            .stderr(output)
            .env("TERM", "dumb")
            .spawn()
            .expect("sipp starts; the package sip-tester brings it");
        let calls = self.ring.is_some().then(|| call_id.replace("%u", "1"));
        let mut sipp = Sipp { process, name: self.name.to_owned(), port, call_id: calls, dir };
        if self.ring.is_none() {
            wait_for("the agent's phone is there", PATIENCE, || {
                sipp.fail_if_over();
                UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).is_err().then_some(())
            });
        }
        sipp
    }
}

/// A running SIPp; it is killed when dropped.
pub struct Sipp {
    process: Child,
    name: String,
    port: u16,
    call_id: Option<String>,
    dir: TempDir,
}

impl Sipp {
    /// Tells the scenario to go on from its `<recv request="OPTIONS"/>`.
    pub fn cue(&self) {
        // No two cues may be alike, or SIPp takes the second for a repetition of the first.
        static NEXT: AtomicU32 = AtomicU32::new(9_000);
        let cue = NEXT.fetch_add(1, Ordering::Relaxed);
        let call_id = self.call_id.clone().unwrap_or_else(|| self.logged_call_id());
        let message = format!(
            "OPTIONS sip:cue@127.0.0.1:{0} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK-cue-{cue}\r\n\
             From: <sip:cue@wire.test>;tag=cue\r\nTo: <sip:cue@wire.test>\r\nCall-ID: {call_id}\r\n\
             CSeq: {cue} OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
            self.port
        );
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a socket");
        socket.send_to(message.as_bytes(), (Ipv4Addr::LOCALHOST, self.port)).expect("the cue is sent");
    }

    /// A scenario that is rung logs the Call-ID it was given.
    fn logged_call_id(&self) -> String {
        wait_for("the call's name in sipp's log", PATIENCE, || {
            let log = std::fs::read_to_string(self.dir.path().join("log")).ok()?;
            log.split_whitespace().find_map(|word| word.strip_prefix("call-id=").map(str::to_owned))
        })
    }

    /// Fails if it has ended already, with what it complained of.
    fn fail_if_over(&mut self) {
        if let Some(status) = self.process.try_wait().expect("its state") {
            self.complain(status);
        }
    }

    fn complain(&self, status: ExitStatus) -> ! {
        let read = |name: &str| std::fs::read_to_string(self.dir.path().join(name)).unwrap_or_default();
        let screen = read("screen");
        let from = screen.len().saturating_sub(3_000);
        panic!("{}: {status}\n{}\n{}", self.name, read("errors"), screen.get(from..).unwrap_or(&screen));
    }

    /// Waits for the end of the scenario, which must have gone as it is written.
    pub fn finish(mut self) {
        let process = &mut self.process;
        let status = wait_for(&format!("{} comes to its end", self.name), PATIENCE + Duration::from_secs(100), || {
            process.try_wait().expect("its state")
        });
        if !status.success() {
            self.complain(status);
        }
    }
}

impl Drop for Sipp {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
