//! The head of a WAV file, looked through before the samples are read, so that an error can say what is there.

use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use crate::audio::AudioError;

/// What the head of a WAV file says, once it is known to be one that is read here, with all its sound in place.
#[derive(Clone, Debug)]
pub(super) struct Header {
    /// Samples a second, as written: not yet checked.
    pub rate: u32,
    /// Channels, at least one.
    pub channels: u16,
    /// Bits a sample.
    pub bits: u16,
    /// Where the sound begins in the file.
    pub place: u64,
    /// Bytes of sound.
    pub size: u32,
    format: u16,
    fmt: Vec<u8>,
}

/// Format tags of `mmreg.h`.
const PCM: u16 = 1;
const FLOAT: u16 = 3;
const EXTENSIBLE: u16 = 0xFFFE;

impl Header {
    /// Whether the samples are floating point.
    pub fn is_float(&self) -> bool {
        self.format == FLOAT
    }

    /// The head of a file of just this format and this much sound, without whatever other chunks the real one has:
    /// not every reader passes over those of odd length.
    pub fn plain(&self) -> Vec<u8> {
        let fmt = if self.is_extensible() { &self.fmt[..] } else { &self.fmt[..16] };
        let mut head = b"RIFF".to_vec();
        head.extend_from_slice(&(self.size.saturating_add(20 + fmt.len() as u32)).to_le_bytes());
        head.extend_from_slice(b"WAVEfmt ");
        head.extend_from_slice(&(fmt.len() as u32).to_le_bytes());
        head.extend_from_slice(fmt);
        head.extend_from_slice(b"data");
        head.extend_from_slice(&self.size.to_le_bytes());
        head
    }

    fn is_extensible(&self) -> bool {
        self.fmt[..2] == EXTENSIBLE.to_le_bytes()
    }

    /// Reads the head of `file`, which is then left at an undefined place.
    pub fn read(path: &Path, file: &mut (impl Read + Seek)) -> Result<Self, AudioError> {
        let read_error = |source| AudioError::Read { path: path.to_owned(), source };
        let broken = |found: &str| AudioError::Broken { path: path.to_owned(), found: found.to_owned() };
        let length = file.seek(SeekFrom::End(0)).map_err(read_error)?;
        file.seek(SeekFrom::Start(0)).map_err(read_error)?;
        let mut head = Vec::with_capacity(12);
        file.take(12).read_to_end(&mut head).map_err(read_error)?;
        if head.len() < 12 || &head[..4] != b"RIFF" || &head[8..] != b"WAVE" {
            return Err(AudioError::NotWav { path: path.to_owned(), found: kind_of(&head) });
        }

        let mut header = None;
        let mut place = 12;
        loop {
            let mut chunk = Vec::with_capacity(8);
            file.seek(SeekFrom::Start(place)).map_err(read_error)?;
            file.take(8).read_to_end(&mut chunk).map_err(read_error)?;
            let Ok(chunk) = <[u8; 8]>::try_from(chunk) else {
                return Err(broken(if header.is_some() { "it has no data chunk" } else { "it has no fmt chunk" }));
            };
            let size = u32::from_le_bytes([chunk[4], chunk[5], chunk[6], chunk[7]]);
            place += 8;
            match &chunk[..4] {
                b"fmt " => {
                    let mut body = Vec::with_capacity(40);
                    file.take(u64::from(size.min(40))).read_to_end(&mut body).map_err(read_error)?;
                    header = Some(Self::parse(body).ok_or_else(|| broken("its fmt chunk is too short"))?);
                }
                b"data" => {
                    let mut header: Self =
                        header.ok_or_else(|| broken("its data chunk stands before its fmt chunk"))?;
                    header.check_format(path)?;
                    let found = length.saturating_sub(place);
                    if u64::from(size) > found {
                        return Err(AudioError::Truncated { path: path.to_owned(), said: size.into(), found });
                    }
                    if size == 0 {
                        return Err(broken("it holds no sound"));
                    }
                    header.place = place;
                    header.size = size;
                    return Ok(header);
                }
                _ => {}
            }
            // Chunks are padded to an even length.
            place += u64::from(size) + u64::from(size % 2);
        }
    }

    fn parse(fmt: Vec<u8>) -> Option<Self> {
        let word = |at: usize| Some(u16::from_le_bytes([*fmt.get(at)?, *fmt.get(at + 1)?]));
        let mut format = word(0)?;
        if format == EXTENSIBLE {
            // The real tag begins the GUID of the sub-format.
            format = word(24)?;
        }
        let rate = u32::from(word(4)?) | u32::from(word(6)?) << 16;
        let (channels, bits) = (word(2)?, word(14)?);
        Some(Self { rate, channels, bits, place: 0, size: 0, format, fmt })
    }

    fn check_format(&self, path: &Path) -> Result<(), AudioError> {
        let name = match self.format {
            PCM if matches!(self.bits, 8 | 16 | 24 | 32) => return Ok(()),
            FLOAT if self.bits == 32 => return Ok(()),
            PCM => "PCM",
            FLOAT => "floating point",
            2 | 0x11 => "ADPCM",
            6 => "G.711 A-law",
            7 => "G.711 mu-law",
            0x31 => "GSM 06.10",
            0x50 | 0x55 => "MPEG audio",
            _ => "",
        };
        let found = match name {
            "" => format!("sound in the format {:#06x}", self.format),
            name => format!("{name} of {} bits", self.bits),
        };
        Err(AudioError::Unsupported { path: path.to_owned(), found })
    }
}

/// What a file that is not a WAV file seems to be, by its first bytes.
fn kind_of(head: &[u8]) -> String {
    let known = match head {
        [] => "it is empty",
        [b'O', b'g', b'g', b'S', ..] => "it is an Ogg file",
        [b'f', b'L', b'a', b'C', ..] => "it is a FLAC file",
        [b'I', b'D', b'3', ..] | [0xFF, 0xE2..=0xFF, ..] => "it is an MP3 file",
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => "it is an MP4 file",
        [b'#', b'!', b'A', b'M', b'R', ..] => "it is an AMR file",
        [b'R', b'I', b'F', b'X', ..] => "it is a big-endian RIFX file",
        [b'R', b'F', b'6', b'4', ..] => "it is an RF64 file of more than 4 GB",
        [b'F', b'O', b'R', b'M', ..] => "it is an AIFF file",
        [b'.', b's', b'n', b'd', ..] => "it is an AU file",
        [b'R', b'I', b'F', b'F', ..] if head.len() < 12 => "it ends within its header",
        [b'R', b'I', b'F', b'F', ..] => "it is a RIFF file of another kind",
        [0x1A, 0x45, 0xDF, 0xA3, ..] => "it is a WebM or Matroska file",
        _ => "",
    };
    if !known.is_empty() {
        return known.to_owned();
    }
    let first = &head[..head.len().min(8)];
    format!("it begins with \"{}\"", first.escape_ascii())
}
