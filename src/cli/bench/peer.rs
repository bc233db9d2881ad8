//! A peer in a process of its own, which answers a line for a line.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, bail};

/// The process; it is ended when dropped.
pub(super) struct Peer {
    process: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Peer {
    /// Sets the peer up with `script`, which takes minutes the first time and prints the command that starts it, and
    /// starts it with `arguments` behind.
    pub(super) fn start(script: &Path, arguments: &[String]) -> anyhow::Result<Self> {
        let set_up = Command::new("bash")
            .arg(script)
            .stderr(Stdio::inherit())
            .output()
            .with_context(|| format!("cannot run {}", script.display()))?;
        if !set_up.status.success() {
            bail!("{} failed; its messages stand above", script.display());
        }
        let command = String::from_utf8_lossy(&set_up.stdout).trim().to_owned();
        let mut parts = command.split_whitespace();
        let program = parts.next().context("the script printed no command")?;
        let mut process = Command::new(program)
            .args(parts)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot run {command}"))?;
        let requests = process.stdin.take().context("no way to ask the peer")?;
        let answers = BufReader::new(process.stdout.take().context("no way to hear the peer")?);
        Ok(Self { process, requests, answers })
    }

    /// Its answer to a line.
    pub(super) fn ask(&mut self, request: &str) -> anyhow::Result<String> {
        writeln!(self.requests, "{request}")?;
        self.line()
    }

    /// The next line it prints.
    pub(super) fn line(&mut self) -> anyhow::Result<String> {
        let mut line = String::new();
        if self.answers.read_line(&mut line)? == 0 {
            bail!("the peer ended; its messages stand above");
        }
        Ok(line)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _already_ended = self.process.kill();
        let _reaped = self.process.wait();
    }
}
