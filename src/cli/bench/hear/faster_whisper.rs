//! faster-whisper, asked file by file.

use std::path::Path;

use serde::Deserialize;

use super::super::peer::Peer;
use crate::words::{Expected, Language};

/// The peer.
pub(super) struct FasterWhisper(Peer);

/// What it heard.
#[derive(Deserialize)]
pub(super) struct PeerHeard {
    pub text: String,
    pub ms: f64,
}

impl FasterWhisper {
    /// Sets it up with the script in `folder` (which takes minutes the first time) and starts it on `threads` threads.
    pub(super) fn start(folder: &Path, threads: usize) -> anyhow::Result<Self> {
        let mut peer = Peer::start(&folder.join("faster_whisper.sh"), &[threads.to_string()])?;
        // It says when its model is loaded.
        peer.line()?;
        Ok(Self(peer))
    }

    /// Lets it hear a WAV file of 16 kHz, with the same words before it as our own recogniser is given.
    pub(super) fn hear(&mut self, wav: &Path, language: Language, expected: &Expected) -> anyhow::Result<PeerHeard> {
        let prompt = expected.prompt_hint(language);
        let request = serde_json::json!({ "wav": wav, "language": language.as_str(), "prompt": prompt });
        Ok(serde_json::from_str(&self.0.ask(&request.to_string())?)?)
    }
}
