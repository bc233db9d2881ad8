//! Checks that a file is a whisper model in ggml's layout before whisper.cpp, which trusts its sizes, reads it.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use super::HearError;

/// "ggml" as a little-endian number.
const MAGIC: u32 = 0x6767_6d6c;
/// No size of a whisper model is larger; a larger one is a sign of a foreign file.
const LARGEST_SIZE: u32 = 1 << 20;
/// No token and no name is longer.
const LONGEST_NAME: u32 = 1 << 12;

/// Reads the head of the ggml file at `path` and follows its tensors to the end, without loading them.
///
/// # Errors
/// [`HearError::NotWhisper`] with the reason: another kind of file, sizes no whisper model has, or cut off, with the
/// size it should have at least.
pub fn check_whisper_file(path: &Path) -> Result<(), HearError> {
    check(path).map_err(|reason| HearError::NotWhisper { path: path.to_path_buf(), reason })
}

fn check(path: &Path) -> Result<(), String> {
    let file = File::open(path).map_err(|error| format!("it cannot be read ({error})"))?;
    let metadata = file.metadata().map_err(|error| format!("it cannot be read ({error})"))?;
    if !metadata.is_file() {
        return Err("it is not a file".to_owned());
    }
    let mut walk = Walk { reader: BufReader::new(file), position: 0, length: metadata.len() };
    let magic = walk.number().map_err(|_| format!("{} bytes are too few", walk.length))?;
    if magic != MAGIC {
        let hint = if &magic.to_le_bytes() == b"GGUF" { " (it is GGUF; convert it to whisper.cpp's ggml)" } else { "" };
        return Err(format!("it does not begin with ggml's magic number{hint}"));
    }
    let mut sizes = [0; 11];
    for size in &mut sizes {
        *size = walk.number()?;
        if *size > LARGEST_SIZE {
            return Err(format!("its head holds a size of {size}, which no whisper model has"));
        }
    }
    let [_vocabulary, _, _, _, encoder_layers, _, _, _, decoder_layers, bands, _file_type] = sizes;
    if encoder_layers == 0 || decoder_layers == 0 || !matches!(bands, 80 | 128) {
        return Err("its head does not describe a whisper model".to_owned());
    }
    let (rows, columns) = (walk.size()?, walk.size()?);
    walk.skip(u64::from(rows) * u64::from(columns) * 4)?;
    for _ in 0..walk.size()? {
        let length = walk.name()?;
        walk.skip(u64::from(length))?;
    }
    let expected = 7 + 15 * encoder_layers + 4 + 24 * decoder_layers;
    let mut tensors = 0;
    while walk.position < walk.length {
        walk.tensor()?;
        tensors += 1;
    }
    if tensors == expected { Ok(()) } else { Err(format!("it is cut off: {tensors} tensors instead of {expected}")) }
}

/// A file read front to back by its own sizes.
struct Walk {
    reader: BufReader<File>,
    position: u64,
    length: u64,
}

impl Walk {
    fn number(&mut self) -> Result<u32, String> {
        let mut bytes = [0; 4];
        self.reader.read_exact(&mut bytes).map_err(|_| self.cut_off(self.position + 4))?;
        self.position += 4;
        Ok(u32::from_le_bytes(bytes))
    }

    fn size(&mut self) -> Result<u32, String> {
        let size = self.number()?;
        if size <= LARGEST_SIZE { Ok(size) } else { Err(self.garbled()) }
    }

    fn name(&mut self) -> Result<u32, String> {
        let length = self.number()?;
        if length <= LONGEST_NAME { Ok(length) } else { Err(self.garbled()) }
    }

    fn skip(&mut self, bytes: u64) -> Result<(), String> {
        let end = self.position.saturating_add(bytes);
        if end > self.length {
            return Err(self.cut_off(end));
        }
        let by = i64::try_from(bytes).map_err(|_| self.garbled())?;
        self.reader.seek_relative(by).map_err(|error| error.to_string())?;
        self.position = end;
        Ok(())
    }

    fn tensor(&mut self) -> Result<(), String> {
        let rank = self.number()?;
        let name = self.name()?;
        let kind = self.number()?;
        if !(1..=4).contains(&rank) || name == 0 {
            return Err(self.garbled());
        }
        let mut values: u64 = 1;
        for _ in 0..rank {
            values = values.saturating_mul(u64::from(self.size()?));
        }
        self.skip(u64::from(name))?;
        let Some((block, bytes)) = block_of(kind) else { return Err(self.garbled()) };
        self.skip(values.div_ceil(block).saturating_mul(bytes))
    }

    fn cut_off(&self, needed: u64) -> String {
        format!("it is cut off: {} bytes instead of at least {needed}", self.length)
    }

    fn garbled(&self) -> String {
        format!("it is garbled near byte {}", self.position)
    }
}

/// Values in a block of a tensor type and the bytes it takes (ggml.h, `ggml_type`).
fn block_of(kind: u32) -> Option<(u64, u64)> {
    Some(match kind {
        0 => (1, 4),
        1 => (1, 2),
        2 => (32, 18),
        3 => (32, 20),
        6 => (32, 22),
        7 => (32, 24),
        8 => (32, 34),
        10 => (256, 84),
        11 => (256, 110),
        12 => (256, 144),
        13 => (256, 176),
        14 => (256, 210),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A model of one layer a side, as small as the layout allows.
    fn tiny() -> Vec<u8> {
        let mut bytes = Vec::new();
        let numbers = |bytes: &mut Vec<u8>, numbers: &[u32]| {
            numbers.iter().for_each(|number| bytes.extend(number.to_le_bytes()));
        };
        numbers(&mut bytes, &[MAGIC, 2, 1500, 64, 1, 1, 448, 64, 1, 1, 80, 2007]);
        numbers(&mut bytes, &[80, 2]);
        bytes.extend([0; 80 * 2 * 4]);
        numbers(&mut bytes, &[2, 1]);
        bytes.push(b'a');
        numbers(&mut bytes, &[1]);
        bytes.push(b'b');
        for _ in 0..7 + 15 + 4 + 24 {
            numbers(&mut bytes, &[2, 1, 8, 32, 2]);
            bytes.push(b't');
            bytes.extend([0; 68]);
        }
        bytes
    }

    fn verdict(bytes: &[u8]) -> Result<(), String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("own.bin");
        std::fs::write(&path, bytes).unwrap();
        check_whisper_file(&path).map_err(|error| error.to_string())
    }

    #[test]
    fn a_whole_model_is_accepted() {
        assert_eq!(verdict(&tiny()), Ok(()));
    }

    #[test]
    fn a_model_cut_off_anywhere_is_refused_by_name() {
        let whole = tiny();
        for length in (0..whole.len()).step_by(7) {
            let error = verdict(&whole[..length]).unwrap_err();
            assert!(error.contains("own.bin"), "{error}");
        }
        let error = verdict(&whole[..whole.len() - 1]).unwrap_err();
        assert!(error.contains(&format!("{} bytes instead of at least {}", whole.len() - 1, whole.len())), "{error}");
    }

    #[test]
    fn other_files_are_refused_with_the_reason() {
        assert!(verdict(&b"RIFF....WAVE".repeat(100)).unwrap_err().contains("magic"));
        assert!(verdict(&b"GGUF".repeat(100)).unwrap_err().contains("GGUF"));
        assert!(verdict(b"").unwrap_err().contains("too few"));
        let mut garbled = tiny();
        garbled[16..20].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(verdict(&garbled).unwrap_err().contains("no whisper model has"));
        let missing = check_whisper_file(Path::new("/nowhere/own.bin")).unwrap_err().to_string();
        assert!(missing.contains("/nowhere/own.bin"), "{missing}");
        assert!(check_whisper_file(Path::new("/")).is_err());
    }
}
