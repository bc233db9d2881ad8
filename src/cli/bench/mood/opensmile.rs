//! openSMILE's eGeMAPS in a process of its own: the same recordings, its numbers instead of ours.

use std::path::Path;

use serde::Deserialize;

use super::super::peer::Peer;
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
    let mut peer = Peer::start(&folder.join("opensmile.sh"), &[])?;
    let scratch = tempfile::Builder::new().suffix(".wav").tempfile()?;
    let mut rows = Vec::new();
    for (number, recording) in recordings.iter().enumerate() {
        let sound = wav::read(&recording.path)?.sound;
        for &copy in which {
            let Some(row) = ours.iter().find(|row| row.file == recording.file && row.copy == copy) else { continue };
            wav::write(scratch.path(), &copies.make(&sound, copy, number)?)?;
            let answer: Answer = serde_json::from_str(&peer.ask(&scratch.path().display().to_string())?)?;
            rows.push(Measured { numbers: answer.numbers, ..row.clone() });
        }
    }
    Ok(rows)
}
