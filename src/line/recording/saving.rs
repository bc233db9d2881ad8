//! Writes both sides of a recorded caller's call, on a thread of its own: a disk may take its time, the media loop
//! may not.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use crate::audio::{AudioError, Frame, Hertz, WavWriter};

/// Ticks that may wait for the disk: five seconds of a call in real time. A call that runs faster than the disk
/// waits for it, since nobody is at its other end.
const WAITING: usize = 250;

type Samples = [i16; Hertz::HZ_8000.samples_per_frame()];

/// A stereo file being written: the caller on the left, the bot on the right.
pub struct Saving {
    ticks: Option<SyncSender<(Samples, Samples)>>,
    thread: Option<JoinHandle<()>>,
}

impl Saving {
    /// Makes the file, so that a path that cannot be written is known before the call.
    pub fn create(path: PathBuf) -> Result<Self, AudioError> {
        let cannot_write = |source| AudioError::Write { path: path.clone(), source };
        let writer = WavWriter::create(path.clone(), Hertz::HZ_8000)?;
        let (ticks, waiting) = sync_channel(WAITING);
        let thread = std::thread::Builder::new()
            .name("save-call".to_owned())
            .spawn(move || write(writer, &waiting))
            .map_err(cannot_write)?;
        Ok(Self { ticks: Some(ticks), thread: Some(thread) })
    }

    /// Appends a tick of both sides, at 8 kHz.
    pub fn push(&mut self, caller: &Frame, bot: &Frame) {
        let (Ok(caller), Ok(bot)) = (caller.samples().try_into(), bot.samples().try_into()) else { return };
        // The thread ends early only when the disk has failed, which it has told.
        if self.ticks.as_ref().is_some_and(|ticks| ticks.send((caller, bot)).is_err()) {
            self.ticks = None;
        }
    }
}

impl Drop for Saving {
    /// Waits until everything is written: who has seen the call end may read the file.
    fn drop(&mut self) {
        self.ticks = None;
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

fn write(mut writer: WavWriter, ticks: &Receiver<(Samples, Samples)>) {
    let frame = |samples: &Samples| {
        let mut frame = Frame::silence(Hertz::HZ_8000);
        frame.samples_mut().copy_from_slice(samples);
        frame
    };
    while let Ok((caller, bot)) = ticks.recv() {
        if let Err(error) = writer.push(&frame(&caller), &frame(&bot)) {
            tracing::warn!(%error, "the call is no longer saved");
            return;
        }
    }
    if let Err(error) = writer.finish() {
        tracing::warn!(%error, "the call was not saved to its end");
    }
}
