//! WAV files: read in whatever PCM they hold, written as 16-bit PCM, and streamed as a call's two sides.

use std::fs::File;
use std::io::{BufReader, BufWriter, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::{AudioError, Frame, Hertz, Sound};

mod header;

use header::Header;

/// A WAV file's sound, all channels mixed into one, and how it was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wav {
    /// The mean of all channels.
    pub sound: Sound,
    /// How many channels the file has.
    pub channels: u16,
    /// Bits a sample in the file: 8, 16, 24 or 32.
    pub bits: u16,
    /// Whether the file stores floating point.
    pub float: bool,
}

/// Reads a WAV file of any rate and number of channels, in PCM of 8, 16, 24 or 32 bits or 32-bit float.
///
/// # Errors
/// [`AudioError`], which names the file and what was found: no such file, an empty one, another format, a WAV file
/// that is cut off, broken, or stored in a way that is not read here.
pub fn read(path: impl AsRef<Path>) -> Result<Wav, AudioError> {
    let samples = Interleaved::read(path.as_ref())?;
    let channels = usize::from(samples.header.channels);
    let mixed = samples.values.chunks_exact(channels).map(mean).collect();
    Ok(Wav {
        sound: Sound::new(samples.rate, mixed),
        channels: samples.header.channels,
        bits: samples.header.bits,
        float: samples.header.is_float(),
    })
}

/// Reads a WAV file as [`read`] does, and keeps its channels apart, in the file's order.
///
/// # Errors
/// Those of [`read`].
pub fn read_channels(path: impl AsRef<Path>) -> Result<Vec<Sound>, AudioError> {
    let samples = Interleaved::read(path.as_ref())?;
    let channels = usize::from(samples.header.channels);
    let channel = |index| samples.values.iter().skip(index).step_by(channels).copied().collect();
    Ok((0..channels).map(|index| Sound::new(samples.rate, channel(index))).collect())
}

/// Writes `sound` as a mono file of 16 bits, over any file that stands there.
///
/// # Errors
/// [`AudioError::Write`] when the file cannot be made or the disk is full.
pub fn write(path: impl AsRef<Path>, sound: &Sound) -> Result<(), AudioError> {
    let path = path.as_ref();
    let mut writer = create(path, 1, sound.rate())?;
    for &sample in sound.samples() {
        writer.write_sample(sample).map_err(|error| write_error(path, error))?;
    }
    writer.finalize().map_err(|error| write_error(path, error))
}

/// A stereo file that grows while a call lasts: the caller on the left, our side on the right.
///
/// The header is brought up to date every second of sound, so that a process that dies leaves a file that plays
/// up to its last second. Writing to a disk may block: this is not for the media loop's own thread.
pub struct WavWriter {
    writer: hound::WavWriter<BufWriter<File>>,
    path: PathBuf,
    rate: Hertz,
    frames: u64,
}

/// Frames between two updates of the header: one second.
const FRAMES_BETWEEN_UPDATES: u64 = 50;

impl WavWriter {
    /// Makes a file with nothing in it yet, over any file that stands there.
    ///
    /// # Errors
    /// [`AudioError::Write`] when it cannot be made.
    pub fn create(path: impl Into<PathBuf>, rate: Hertz) -> Result<Self, AudioError> {
        let path = path.into();
        let mut writer = create(&path, 2, rate)?;
        writer.flush().map_err(|error| write_error(&path, error))?;
        Ok(Self { writer, path, rate, frames: 0 })
    }

    /// Appends 20 ms of both sides. A frame of another rate than the file's is written as silence (a fault of the
    /// program: caught in debug builds).
    ///
    /// # Errors
    /// [`AudioError::Write`] when the disk is full or gone; the file stays readable up to the last update.
    pub fn push(&mut self, left: &Frame, right: &Frame) -> Result<(), AudioError> {
        debug_assert!(left.rate() == self.rate && right.rate() == self.rate, "a recording runs at one rate");
        let silence = Frame::silence(self.rate);
        let of_this_rate = |frame| if Frame::rate(frame) == self.rate { frame } else { &silence };
        let both = of_this_rate(left).samples().iter().zip(of_this_rate(right).samples());
        for (&left, &right) in both {
            let written = self.writer.write_sample(left).and_then(|()| self.writer.write_sample(right));
            written.map_err(|error| write_error(&self.path, error))?;
        }
        self.frames += 1;
        if self.frames.is_multiple_of(FRAMES_BETWEEN_UPDATES) {
            self.writer.flush().map_err(|error| write_error(&self.path, error))?;
        }
        Ok(())
    }

    /// How much has been written.
    pub fn duration(&self) -> std::time::Duration {
        self.rate.duration_of(self.writer.duration() as usize)
    }

    /// Writes what is left and the final header. Dropping the writer does the same, but cannot say that it failed.
    ///
    /// # Errors
    /// [`AudioError::Write`] when the disk is full or gone.
    pub fn finish(self) -> Result<(), AudioError> {
        let Self { writer, path, .. } = self;
        writer.finalize().map_err(|error| write_error(&path, error))
    }
}

/// All samples of a file as 16 bits, channel by channel in turn.
struct Interleaved {
    header: Header,
    rate: Hertz,
    values: Vec<i16>,
}

impl Interleaved {
    fn read(path: &Path) -> Result<Self, AudioError> {
        let read_error = |source| AudioError::Read { path: path.to_owned(), source };
        let mut file = BufReader::new(File::open(path).map_err(read_error)?);
        let header = Header::read(path, &mut file)?;
        file.seek(SeekFrom::Start(header.place)).map_err(read_error)?;
        let file = Cursor::new(header.plain()).chain(file.take(header.size.into()));
        let broken = |found: String| AudioError::Broken { path: path.to_owned(), found };
        let rate = Hertz::new(header.rate)
            .ok_or_else(|| broken(format!("a rate of {} Hz, outside 1000 to 384000", header.rate)))?;
        let reader = hound::WavReader::new(file).map_err(|error| broken(error.to_string()))?;
        let values = samples(reader, &header).map_err(|error| broken(error.to_string()))?;
        Ok(Self { header, rate, values })
    }
}

fn samples<R: Read>(reader: hound::WavReader<R>, header: &Header) -> Result<Vec<i16>, hound::Error> {
    let mut values = Vec::with_capacity(reader.len() as usize);
    if header.is_float() {
        for sample in reader.into_samples::<f32>() {
            values.push((sample? * 32_768.0).round() as i16);
        }
        return Ok(values);
    }
    let bits = u32::from(reader.spec().bits_per_sample.clamp(1, 32));
    for sample in reader.into_samples::<i32>() {
        values.push(to_16_bits(sample?, bits));
    }
    Ok(values)
}

/// A sample of `bits` bits, rounded to the nearest of 16.
fn to_16_bits(sample: i32, bits: u32) -> i16 {
    if bits <= 16 {
        return (sample << (16 - bits)) as i16;
    }
    let excess = bits - 16;
    let rounded = (i64::from(sample) + (1 << (excess - 1))) >> excess;
    rounded.min(i64::from(i16::MAX)) as i16
}

fn mean(channels: &[i16]) -> i16 {
    let sum: i64 = channels.iter().map(|&sample| i64::from(sample)).sum();
    (sum as f64 / channels.len() as f64).round() as i16
}

fn create(path: &Path, channels: u16, rate: Hertz) -> Result<hound::WavWriter<BufWriter<File>>, AudioError> {
    let spec = hound::WavSpec {
        channels,
        sample_rate: rate.get(),
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    hound::WavWriter::create(path, spec).map_err(|error| write_error(path, error))
}

fn write_error(path: &Path, error: hound::Error) -> AudioError {
    let source = match error {
        hound::Error::IoError(source) => source,
        other => std::io::Error::other(other.to_string()),
    };
    AudioError::Write { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests;
