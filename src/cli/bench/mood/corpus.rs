//! Which recordings there are, who speaks and how.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// How a recording was meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Emotion {
    /// Neutral.
    Neutral,
    /// Calm.
    Calm,
    /// Bored.
    Boredom,
    /// Happy.
    Happiness,
    /// Sad.
    Sadness,
    /// Angry.
    Anger,
    /// Afraid.
    Fear,
    /// Disgusted.
    Disgust,
    /// Surprised.
    Surprise,
}

impl Emotion {
    /// Angry or afraid against calm: what distress is measured by. `None` for what is neither.
    pub(super) const fn is_distress(self) -> Option<bool> {
        match self {
            Self::Anger | Self::Fear => Some(true),
            Self::Neutral | Self::Calm | Self::Boredom => Some(false),
            _ => None,
        }
    }

    /// Whether it serves as a caller's calm start.
    pub(super) const fn is_calm(self) -> bool {
        matches!(self, Self::Neutral | Self::Calm)
    }

    /// How agitated such voices are rated on the whole, 0 to 1 (after the circumplex of Russell 1980): what the model of
    /// arousal is trained on, since EmoDB has no ratings of its own.
    pub(super) const fn arousal(self) -> f32 {
        match self {
            Self::Anger => 0.95,
            Self::Fear | Self::Happiness => 0.85,
            Self::Surprise => 0.75,
            Self::Disgust => 0.5,
            Self::Neutral => 0.3,
            Self::Calm | Self::Boredom => 0.2,
            Self::Sadness => 0.1,
        }
    }
}

/// A recording with its label.
#[derive(Clone, Debug)]
pub struct Recording {
    /// Where it lies.
    pub path: PathBuf,
    /// Its file name.
    pub file: String,
    /// Who speaks.
    pub speaker: String,
    /// How.
    pub emotion: Emotion,
}

/// EmoDB: `03a01Fa.wav` is speaker 03, text a01, F for happiness, take a.
fn emodb(file: &str) -> Option<(String, Emotion)> {
    let emotion = match file.as_bytes().get(5)? {
        b'W' => Emotion::Anger,
        b'L' => Emotion::Boredom,
        b'E' => Emotion::Disgust,
        b'A' => Emotion::Fear,
        b'F' => Emotion::Happiness,
        b'T' => Emotion::Sadness,
        b'N' => Emotion::Neutral,
        _ => return None,
    };
    Some((file.get(..2)?.to_owned(), emotion))
}

/// RAVDESS: field 3 of the name is the emotion, field 7 the actor.
fn ravdess(file: &str) -> Option<(String, Emotion)> {
    let fields: Vec<&str> = file.strip_suffix(".wav")?.split('-').collect();
    let emotion = match *fields.get(2)? {
        "01" => Emotion::Neutral,
        "02" => Emotion::Calm,
        "03" => Emotion::Happiness,
        "04" => Emotion::Sadness,
        "05" => Emotion::Anger,
        "06" => Emotion::Fear,
        "07" => Emotion::Disgust,
        "08" => Emotion::Surprise,
        _ => return None,
    };
    Some(((*fields.get(6)?).to_owned(), emotion))
}

/// The recordings of a corpus in `speech`, in order of their names.
///
/// # Errors
/// When there is no such folder, or a name does not tell what the corpus' names tell.
pub fn recordings(speech: &Path, name: &str) -> anyhow::Result<Vec<Recording>> {
    let folder = speech.join(name);
    let read = if name == "emodb" { emodb } else { ravdess };
    let entries = std::fs::read_dir(&folder).with_context(|| format!("cannot read the corpus {}", folder.display()))?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !file.ends_with(".wav") {
            continue;
        }
        let Some((speaker, emotion)) = read(&file) else {
            bail!("{}: the name does not tell speaker and emotion as those of {name} do", path.display());
        };
        found.push(Recording { path, file, speaker, emotion });
    }
    if found.is_empty() {
        bail!("{} holds no recordings", folder.display());
    }
    found.sort_by(|left, right| left.file.cmp(&right.file));
    Ok(found)
}

/// SHA-256 over names and contents, in order of name.
///
/// # Errors
/// When a file cannot be read.
pub fn hash(recordings: &[Recording]) -> anyhow::Result<String> {
    let mut hash = Sha256::new();
    for recording in recordings {
        hash.update(recording.file.as_bytes());
        hash.update(std::fs::read(&recording.path)?);
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_who_speaks_and_how() {
        assert_eq!(emodb("03a01Wa.wav"), Some(("03".to_owned(), Emotion::Anger)));
        assert_eq!(ravdess("03-01-06-01-02-01-12.wav"), Some(("12".to_owned(), Emotion::Fear)));
        assert_eq!(ravdess("readme.wav"), None);
    }
}
