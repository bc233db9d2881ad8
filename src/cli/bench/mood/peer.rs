//! openSMILE's eGeMAPS in a process of its own: the same recordings, its numbers instead of ours.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use serde::Deserialize;

use super::corpus::Recording;
use super::sound::{Copies, Copy};
use super::table::Measured;
use crate::audio::wav;

#[derive(Deserialize)]
struct Answer {
    numbers: Vec<f32>,
}

/// The rows of our table with openSMILE's numbers. The scripts in `folder` set it up (minutes the first time).
pub(super) fn with_opensmile(
    folder: &Path,
    recordings: &[Recording],
    copies: &Copies,
    which: &[Copy],
    ours: &[Measured],
) -> anyhow::Result<Vec<Measured>> {
    let script = folder.join("opensmile.sh");
    let set_up = Command::new("bash").arg(&script).stderr(Stdio::inherit()).output();
    let set_up = set_up.with_context(|| format!("cannot run {}", script.display()))?;
    if !set_up.status.success() {
        bail!("{} failed; its messages stand above", script.display());
    }
    let command = String::from_utf8_lossy(&set_up.stdout).trim().to_owned();
    let mut parts = command.split_whitespace();
    let program = parts.next().context("the script printed no command")?;
    let mut process = Command::new(program)
        .args(parts)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run {command}"))?;
    let mut requests = process.stdin.take().context("no way to ask the peer")?;
    let mut answers = BufReader::new(process.stdout.take().context("no way to hear the peer")?);
    let scratch = tempfile::Builder::new().suffix(".wav").tempfile()?;
    let mut rows = Vec::new();
    for (number, recording) in recordings.iter().enumerate() {
        let sound = wav::read(&recording.path)?.sound;
        for &copy in which {
            let Some(row) = ours.iter().find(|row| row.file == recording.file && row.copy == copy) else { continue };
            wav::write(scratch.path(), &copies.make(&sound, copy, number)?)?;
            writeln!(requests, "{}", scratch.path().display())?;
            let mut line = String::new();
            if answers.read_line(&mut line)? == 0 {
                bail!("the peer ended; its messages stand above");
            }
            let answer: Answer = serde_json::from_str(&line)?;
            rows.push(Measured { numbers: answer.numbers, ..row.clone() });
        }
    }
    drop(requests);
    let _reaped = process.wait();
    Ok(rows)
}
