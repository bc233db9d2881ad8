//! faster-whisper in a process of its own, asked file by file.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::words::{Expected, Language};

/// A peer that answers a line for a line.
pub(super) struct Peer {
    process: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// What a peer heard.
#[derive(Deserialize)]
pub(super) struct PeerHeard {
    pub text: String,
    pub ms: f64,
}

impl Peer {
    /// Sets faster-whisper up with the script in `folder` (which takes minutes the first time) and starts it on
    /// `threads` threads.
    pub(super) fn start(folder: &Path, threads: usize) -> anyhow::Result<Self> {
        let script = folder.join("faster_whisper.sh");
        let set_up = Command::new("bash")
            .arg(&script)
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
            .arg(threads.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot run {command}"))?;
        let requests = process.stdin.take().context("no way to ask the peer")?;
        let answers = BufReader::new(process.stdout.take().context("no way to hear the peer")?);
        let mut peer = Self { process, requests, answers };
        peer.line()?;
        Ok(peer)
    }

    /// Lets the peer hear a WAV file of 16 kHz, with the same words before it as our own recogniser is given.
    pub(super) fn hear(&mut self, wav: &Path, language: Language, expected: &Expected) -> anyhow::Result<PeerHeard> {
        let prompt = expected.prompt_hint(language);
        let request = serde_json::json!({ "wav": wav, "language": language.as_str(), "prompt": prompt });
        writeln!(self.requests, "{request}")?;
        Ok(serde_json::from_str(&self.line()?)?)
    }

    fn line(&mut self) -> anyhow::Result<String> {
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
