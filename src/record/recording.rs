//! Both sides of a call in one stereo WAV file, written on a thread of its own so that the media loop
//! never waits for the disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use tokio::sync::watch;

use super::RecordError;
use crate::audio::{Frame, Hertz, WavWriter};

/// How much sound may wait for the disk: two seconds.
const QUEUE: usize = 100;

/// A recording under way. Dropping it ends it: what waits is still written, and [`RecordingEnd`] tells when.
pub struct CallRecording {
    frames: SyncSender<Numbered>,
    next: AtomicU64,
    dropped: Arc<AtomicU64>,
    end: watch::Receiver<Option<Outcome>>,
}

/// 20 ms of both sides, with their place: gaps are filled with silence, so that the sides stay in time.
struct Numbered {
    number: u64,
    left: Frame,
    right: Frame,
}

/// What became of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// The file.
    pub path: PathBuf,
    /// How long it is.
    pub duration: Duration,
    /// Frames of 20 ms that are silent because the disk was too slow.
    pub dropped: u64,
}

type Outcome = Result<Recording, Arc<RecordError>>;

/// Tells when a recording is whole on disk.
#[derive(Clone)]
pub struct RecordingEnd(watch::Receiver<Option<Outcome>>);

impl CallRecording {
    /// Starts recording to `path` at `rate`; its folder is made if it is not there. The header is kept
    /// valid while it grows, so what was written before a crash can be played.
    ///
    /// # Errors
    /// [`RecordError::Recording`] if the file cannot be made.
    pub fn start(path: &Path, rate: Hertz) -> Result<Self, RecordError> {
        let refused = |why: String| RecordError::Recording { path: path.to_owned(), why };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| refused(error.to_string()))?;
        }
        let writer = WavWriter::create(path, rate).map_err(|error| refused(error.to_string()))?;
        let (frames, queue) = sync_channel(QUEUE);
        let (outcome, end) = watch::channel(None);
        let dropped = Arc::new(AtomicU64::new(0));
        let (of_thread, path) = (dropped.clone(), path.to_owned());
        let write = move || {
            let written = write(writer, &queue, rate, &path, &of_thread);
            if let Err(error) = &written {
                tracing::error!(%error, "the recording of a call has ended early; the call goes on");
            }
            outcome.send_replace(Some(written.map_err(Arc::new)));
        };
        std::thread::Builder::new()
            .name("recording".to_owned())
            .spawn(write)
            .map_err(|error| refused(format!("no thread can be started: {error}")))?;
        Ok(Self { frames, next: AtomicU64::new(0), dropped, end })
    }

    /// Adds 20 ms: the caller left, what the caller hears right. Never waits: while the disk cannot keep
    /// up the frames are counted and become silence. Frames of another rate become silence too.
    pub fn push(&self, left: &Frame, right: &Frame) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        if self.frames.try_send(Numbered { number, left: left.clone(), right: right.clone() }).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Frames that were dropped so far.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// What tells when it is whole on disk; take it before the recording goes to the media loop.
    pub fn ending(&self) -> RecordingEnd {
        RecordingEnd(self.end.clone())
    }
}

impl RecordingEnd {
    /// Waits until the recording has ended and is whole on disk.
    ///
    /// # Errors
    /// [`RecordError::Recording`] if it could not be written to its end.
    pub async fn wait(mut self) -> Result<Recording, Arc<RecordError>> {
        let stopped = |_| Arc::new(RecordError::Stopped);
        let outcome = self.0.wait_for(Option::is_some).await.map_err(stopped)?;
        outcome.clone().unwrap_or_else(|| Err(Arc::new(RecordError::Stopped)))
    }
}

fn write(
    mut writer: WavWriter,
    queue: &Receiver<Numbered>,
    rate: Hertz,
    path: &Path,
    dropped: &AtomicU64,
) -> Result<Recording, RecordError> {
    let refused =
        |error: crate::audio::AudioError| RecordError::Recording { path: path.to_owned(), why: error.to_string() };
    let silence = Frame::silence(rate);
    let of_this_rate = |frame: Frame| if frame.rate() == rate { frame } else { silence.clone() };
    let mut next = 0;
    while let Ok(Numbered { number, left, right }) = queue.recv() {
        while next < number {
            writer.push(&silence, &silence).map_err(refused)?;
            next += 1;
        }
        writer.push(&of_this_rate(left), &of_this_rate(right)).map_err(refused)?;
        next += 1;
    }
    let duration = writer.duration();
    writer.finish().map_err(refused)?;
    Ok(Recording { path: path.to_owned(), duration, dropped: dropped.load(Ordering::Relaxed) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::wav;

    fn frame(rate: Hertz, value: i16) -> Frame {
        Frame::from_samples(rate, &vec![value; rate.samples_per_frame()]).unwrap()
    }

    #[tokio::test]
    async fn both_sides_are_on_disk_once_it_has_ended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("recordings/call.wav");
        let recording = CallRecording::start(&path, Hertz::HZ_8000).unwrap();
        let end = recording.ending();
        for value in 0..50 {
            recording.push(&frame(Hertz::HZ_8000, value), &frame(Hertz::HZ_8000, -value));
        }
        drop(recording);
        let outcome = end.wait().await.unwrap();
        assert_eq!(outcome, Recording { path: path.clone(), duration: Duration::from_secs(1), dropped: 0 });
        let sides = wav::read_channels(&path).unwrap();
        assert_eq!(sides[0].samples()[160 * 49], 49);
        assert_eq!(sides[1].samples()[160 * 49], -49);
    }

    #[tokio::test]
    async fn a_frame_of_another_rate_is_silence_and_the_sides_stay_in_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("call.wav");
        let recording = CallRecording::start(&path, Hertz::HZ_8000).unwrap();
        let end = recording.ending();
        recording.push(&frame(Hertz::HZ_16000, 9), &frame(Hertz::HZ_8000, 1));
        recording.push(&frame(Hertz::HZ_8000, 2), &frame(Hertz::HZ_8000, 2));
        drop(recording);
        end.wait().await.unwrap();
        let sides = wav::read_channels(&path).unwrap();
        assert_eq!((sides[0].samples()[0], sides[1].samples()[0]), (0, 1));
        assert_eq!((sides[0].samples()[160], sides[1].samples()[160]), (2, 2));
    }

    #[test]
    fn a_disk_that_stands_still_costs_sound_but_never_time() {
        // A queue that nobody empties stands for a disk that hangs.
        let (frames, queue) = sync_channel(QUEUE);
        let (_, end) = watch::channel(None);
        let dropped = Arc::new(AtomicU64::new(0));
        let recording = CallRecording { frames, next: AtomicU64::new(0), dropped, end };
        for value in 0..(QUEUE as i16 + 30) {
            recording.push(&frame(Hertz::HZ_8000, value), &frame(Hertz::HZ_8000, value));
        }
        assert_eq!(recording.dropped(), 30);
        // The disk comes back: the rest follows after as much silence as was dropped.
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("call.wav");
        let writer = WavWriter::create(&path, Hertz::HZ_8000).unwrap();
        let dropped = recording.dropped.clone();
        let writing = std::thread::spawn({
            let path = path.clone();
            move || write(writer, &queue, Hertz::HZ_8000, &path, &dropped)
        });
        while recording.next.load(Ordering::Relaxed) < QUEUE as u64 + 31 {
            // Room comes when the thread has taken something; only a frame that was taken counts.
            let before = recording.dropped();
            recording.push(&frame(Hertz::HZ_8000, 7), &frame(Hertz::HZ_8000, 7));
            if recording.dropped() > before {
                recording.next.fetch_sub(1, Ordering::Relaxed);
                recording.dropped.fetch_sub(1, Ordering::Relaxed);
                std::thread::yield_now();
            }
        }
        drop(recording);
        assert_eq!(writing.join().unwrap().unwrap().dropped, 30);
        let left = wav::read_channels(&path).unwrap().remove(0);
        assert_eq!(left.samples().len(), 160 * (QUEUE + 31));
        assert_eq!(left.samples()[160 * QUEUE - 1], QUEUE as i16 - 1);
        assert!(left.samples()[160 * QUEUE..160 * (QUEUE + 30)].iter().all(|&sample| sample == 0));
        assert_eq!(left.samples()[160 * (QUEUE + 30)], 7);
    }

    #[test]
    fn a_place_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("file"), "in the way").unwrap();
        let error = CallRecording::start(&folder.path().join("file/call.wav"), Hertz::HZ_8000).err().unwrap();
        assert!(error.to_string().contains("call.wav"), "{error}");
    }
}
