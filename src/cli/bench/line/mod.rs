//! What a telephone line does to the recordings of a bench: its band and codec, noise around the caller, lost packets;
//! the same in every run.

mod band;
mod chance;
mod condition;

use std::path::Path;

use anyhow::Context;

pub(super) use band::telephone_band;
pub(super) use chance::Chance;
pub(super) use condition::{Condition, over_the_line, with_noise, with_noise_below};

use crate::audio::{Sound, wav};

/// The kitchen noise of a folder of recordings, where it is there.
pub(super) fn kitchen_noise(folder: &Path) -> anyhow::Result<Option<Sound>> {
    let file = folder.join("noise/kitchen.wav");
    if !file.is_file() {
        return Ok(None);
    }
    let recording = wav::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(Some(recording.sound))
}
