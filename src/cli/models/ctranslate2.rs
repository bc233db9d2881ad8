//! Reads CTranslate2's `model.bin` (format version 6) front to back, without holding it in memory.
//!
//! The layout, all little endian: u32 version, string spec, u32 revision, u32 count; then each variable: string
//! name, u8 rank, u32 dimensions, u8 type, u32 bytes, data. A string is a u16 length, which counts a closing
//! NUL, and the bytes. Aliases follow; whisper needs none of them.

use std::io::{self, Read};

/// The one format version that is understood.
const VERSION: u32 = 6;
/// The data type of half-precision numbers.
const TYPE_F16: u8 = 4;
/// No name in a whisper model is longer than this; a longer one is a sign of a foreign file.
const LONGEST_NAME: usize = 256;

/// A variable's description, which stands before its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variable {
    /// For example `encoder/layer_0/ffn/linear_0/weight`.
    pub name: String,
    /// Rows first.
    pub dimensions: Vec<u32>,
    /// Whether the data are half-precision numbers.
    pub is_f16: bool,
    /// How many bytes of data follow.
    pub bytes: u32,
}

/// The variables of a model, one after the other.
pub(super) struct Variables<R> {
    reader: R,
    left: u32,
}

fn wrong(what: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.into())
}

impl<R: Read> Variables<R> {
    /// Reads the head of the model.
    pub(super) fn open(mut reader: R) -> io::Result<Self> {
        let version = read_u32(&mut reader)?;
        if version != VERSION {
            return Err(wrong(format!("CTranslate2 format version {version} instead of {VERSION}")));
        }
        let spec = read_name(&mut reader)?;
        if spec != "WhisperSpec" {
            return Err(wrong(format!("a CTranslate2 model of kind {spec:?}, not whisper")));
        }
        let _revision = read_u32(&mut reader)?;
        let left = read_u32(&mut reader)?;
        Ok(Self { reader, left })
    }

    /// The description of the next variable; its data must be read in full through [`Self::data`] before the
    /// next call. `None` after the last.
    pub(super) fn next(&mut self) -> io::Result<Option<Variable>> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let name = read_name(&mut self.reader)?;
        let rank = read_u8(&mut self.reader)?;
        let dimensions = (0..rank).map(|_| read_u32(&mut self.reader)).collect::<io::Result<Vec<_>>>()?;
        let is_f16 = read_u8(&mut self.reader)? == TYPE_F16;
        let bytes = read_u32(&mut self.reader)?;
        let values: u64 = dimensions.iter().map(|&dimension| u64::from(dimension)).product();
        if is_f16 && values * 2 != u64::from(bytes) {
            return Err(wrong(format!("{name} has {bytes} bytes for {values} half-precision numbers")));
        }
        Ok(Some(Variable { name, dimensions, is_f16, bytes }))
    }

    /// The reader, standing at the data of the variable that [`Self::next`] described.
    pub(super) fn data(&mut self) -> &mut R {
        &mut self.reader
    }

    /// Reads past `bytes` of data.
    pub(super) fn skip(&mut self, bytes: u32) -> io::Result<()> {
        let skipped = io::copy(&mut (&mut self.reader).take(u64::from(bytes)), &mut io::sink())?;
        if skipped == u64::from(bytes) { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
}

fn read_u8(reader: &mut impl Read) -> io::Result<u8> {
    let mut bytes = [0; 1];
    reader.read_exact(&mut bytes)?;
    Ok(bytes[0])
}

fn read_u32(reader: &mut impl Read) -> io::Result<u32> {
    let mut bytes = [0; 4];
    reader.read_exact(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

fn read_name(reader: &mut impl Read) -> io::Result<String> {
    let mut length = [0; 2];
    reader.read_exact(&mut length)?;
    let length = usize::from(u16::from_le_bytes(length));
    if length == 0 || length > LONGEST_NAME {
        return Err(wrong("not a CTranslate2 model: a name of impossible length"));
    }
    let mut bytes = vec![0; length];
    reader.read_exact(&mut bytes)?;
    if bytes.pop() != Some(0) {
        return Err(wrong("not a CTranslate2 model: a name without its closing NUL"));
    }
    String::from_utf8(bytes).map_err(|_| wrong("not a CTranslate2 model: a name that is not text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(name: &str, dimensions: &[u32], data: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let text = |out: &mut Vec<u8>, text: &str| {
            out.extend((text.len() as u16 + 1).to_le_bytes());
            out.extend(text.as_bytes());
            out.push(0);
        };
        out.extend(6u32.to_le_bytes());
        text(&mut out, "WhisperSpec");
        out.extend(3u32.to_le_bytes());
        out.extend(1u32.to_le_bytes());
        text(&mut out, name);
        out.push(dimensions.len() as u8);
        dimensions.iter().for_each(|dimension| out.extend(dimension.to_le_bytes()));
        out.push(TYPE_F16);
        out.extend((data.len() as u32).to_le_bytes());
        out.extend(data);
        out
    }

    #[test]
    fn variables_come_in_order_with_their_data() {
        let bytes = model("encoder/conv1/bias", &[2], &[1, 2, 3, 4]);
        let mut variables = Variables::open(bytes.as_slice()).unwrap();
        let variable = variables.next().unwrap().unwrap();
        assert_eq!((variable.name.as_str(), variable.dimensions.as_slice()), ("encoder/conv1/bias", [2].as_slice()));
        let mut data = [0; 4];
        variables.data().read_exact(&mut data).unwrap();
        assert_eq!(data, [1, 2, 3, 4]);
        assert_eq!(variables.next().unwrap(), None);
    }

    #[test]
    fn foreign_and_truncated_files_are_refused() {
        assert!(Variables::open(b"RIFF....WAVEfmt ".as_slice()).is_err());
        let bytes = model("encoder/conv1/bias", &[2], &[1, 2, 3, 4]);
        for length in 0..bytes.len() {
            let read = Variables::open(&bytes[..length]).and_then(|mut variables| {
                let variable = variables.next()?.ok_or(io::ErrorKind::UnexpectedEof)?;
                variables.skip(variable.bytes)
            });
            assert!(read.is_err(), "accepted {length} of {} bytes", bytes.len());
        }
        let mut lying = Variables::open(model("x", &[3], &[1, 2, 3, 4]).leak() as &[u8]).unwrap();
        assert!(lying.next().is_err());
    }
}
