//! Checks files that users name themselves, before anything depends on them.

use std::io::Read;
use std::path::Path;

use serde_json::Value;

use super::ModelsError;

/// A smaller file cannot hold a model.
const SMALLEST_ONNX: u64 = 1_000;

/// Checks that `path` can be an ONNX model: a protobuf message whose fields are those of a `ModelProto`, and which
/// ends where the file ends.
pub fn check_onnx_file(path: &Path) -> Result<(), ModelsError> {
    check_onnx(path, "an ONNX model")
}

fn check_onnx(path: &Path, expected: &'static str) -> Result<(), ModelsError> {
    let refuse = |reason: String| ModelsError::Refused { path: path.to_path_buf(), expected, reason };
    let mut file = std::fs::File::open(path).map_err(|error| refuse(format!("it cannot be read ({error})")))?;
    let length = file.metadata().map_err(|error| refuse(error.to_string()))?.len();
    if length < SMALLEST_ONNX {
        return Err(refuse(format!("{length} bytes are too few for a model")));
    }
    let mut reader = Counting { file: &mut file, position: 0 };
    let mut has_graph = false;
    while reader.position < length {
        let at = reader.position;
        let key = reader.varint().ok_or_else(|| refuse(format!("it breaks off or is garbled at byte {at}")))?;
        let (field, kind) = (key >> 3, key & 7);
        // ModelProto has fields 1 to 8, 14, 20 and 25 (onnx.proto3, IR version 4 and later).
        if !matches!(field, 1..=8 | 14 | 20 | 25 | 26) {
            return Err(refuse(format!("byte {at} begins a field {field} that no ONNX model has")));
        }
        let skip = match kind {
            0 => reader.varint().map(|_| 0),
            2 => reader.varint(),
            _ => None,
        };
        let skip = skip.ok_or_else(|| refuse(format!("it breaks off or is garbled at byte {at}")))?;
        has_graph |= field == 7;
        let end = reader.position.saturating_add(skip);
        if end > length {
            return Err(refuse(format!("it is cut off: {length} bytes instead of at least {end}")));
        }
        reader.skip_to(end).map_err(|error| refuse(error.to_string()))?;
    }
    if has_graph { Ok(()) } else { Err(refuse("it holds no graph".to_owned())) }
}

/// Checks a piper voice: the ONNX model at `path` and its description at `path` + `.json`.
pub fn check_piper_file(path: &Path) -> Result<(), ModelsError> {
    check_onnx(path, "a piper voice")?;
    let mut name = path.as_os_str().to_owned();
    name.push(".json");
    let description = Path::new(&name);
    let refuse = |reason: String| ModelsError::Refused {
        path: description.to_path_buf(),
        expected: "the description of a piper voice",
        reason,
    };
    let text = std::fs::read_to_string(description).map_err(|error| {
        refuse(format!("it cannot be read ({error}); a voice is two files, NAME.onnx and NAME.onnx.json"))
    })?;
    let json: Value = serde_json::from_str(&text).map_err(|error| refuse(format!("it is not JSON: {error}")))?;
    if json.pointer("/audio/sample_rate").and_then(Value::as_u64).is_none() {
        return Err(refuse("it has no number at audio.sample_rate".to_owned()));
    }
    if json.pointer("/espeak/voice").and_then(Value::as_str).is_none() {
        return Err(refuse("it has no text at espeak.voice".to_owned()));
    }
    if json.get("phoneme_id_map").and_then(Value::as_object).is_none_or(serde_json::Map::is_empty) {
        return Err(refuse("it has no phoneme_id_map".to_owned()));
    }
    Ok(())
}

/// Reads numbers and leaps over the rest, knowing where it stands.
struct Counting<'a> {
    file: &'a mut std::fs::File,
    position: u64,
}

impl Counting<'_> {
    /// A base-128 number of at most ten bytes; `None` when the file ends or the number does not.
    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for index in 0..10 {
            let mut byte = [0];
            self.file.read_exact(&mut byte).ok()?;
            self.position += 1;
            value |= u64::from(byte[0] & 0x7f) << (7 * index);
            if byte[0] < 0x80 {
                return Some(value);
            }
        }
        None
    }

    fn skip_to(&mut self, position: u64) -> std::io::Result<()> {
        use std::io::{Seek, SeekFrom};
        self.file.seek(SeekFrom::Start(position))?;
        self.position = position;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A message with the fields of a model: IR version 8, producer, and a graph of 2,000 bytes.
    fn model() -> Vec<u8> {
        let mut bytes = vec![0x08, 8, 0x12, 4, b't', b'e', b's', b't', 0x3a, 0xd0, 0x0f];
        bytes.extend([0; 2_000]);
        bytes
    }

    fn written(bytes: &[u8]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("voice.onnx"), bytes).unwrap();
        dir
    }

    #[test]
    fn a_whole_model_is_accepted_and_a_cut_one_refused_with_its_size() {
        let dir = written(&model());
        check_onnx_file(&dir.path().join("voice.onnx")).unwrap();
        let dir = written(&model()[..1_500]);
        let error = check_onnx_file(&dir.path().join("voice.onnx")).unwrap_err().to_string();
        assert!(error.contains("voice.onnx") && error.contains("1500 bytes instead of at least 2011"), "{error}");
    }

    #[test]
    fn other_files_are_refused_with_their_name_and_why() {
        for foreign in [b"RIFF".repeat(1_000), b"hello, world\n".repeat(1_000), vec![0; 4_000], vec![0xff; 4_000]] {
            let dir = written(&foreign);
            let error = check_onnx_file(&dir.path().join("voice.onnx")).unwrap_err().to_string();
            assert!(error.contains("voice.onnx is not an ONNX model"), "{error}");
        }
        let missing = check_onnx_file(Path::new("/nowhere/x.onnx")).unwrap_err().to_string();
        assert!(missing.contains("/nowhere/x.onnx") && missing.contains("cannot be read"), "{missing}");
    }

    #[test]
    fn a_voice_needs_its_description() {
        let dir = written(&model());
        let voice = dir.path().join("voice.onnx");
        let error = check_piper_file(&voice).unwrap_err().to_string();
        assert!(error.contains("voice.onnx.json") && error.contains("two files"), "{error}");
        std::fs::write(dir.path().join("voice.onnx.json"), r#"{"audio": {"sample_rate": 22050}}"#).unwrap();
        assert!(check_piper_file(&voice).unwrap_err().to_string().contains("espeak.voice"));
        let whole = r#"{"audio": {"sample_rate": 22050}, "espeak": {"voice": "en"}, "phoneme_id_map": {"_": [0]}}"#;
        std::fs::write(dir.path().join("voice.onnx.json"), whole).unwrap();
        check_piper_file(&voice).unwrap();
    }
}
