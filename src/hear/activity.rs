//! Voice activity: how likely each 32 ms holds speech, by Silero.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::time::Duration;

use ort::session::Session;
use ort::value::TensorRef;

use super::HearError;
use crate::audio::{Frame, Hertz, Resampler};
use crate::onnx::{init_onnx_runtime, onnx_session};

/// How much sound one judgement covers.
pub const ACTIVITY_STEP: Duration = Duration::from_millis(32);

/// Numbers in the model's memory: two layers of 128.
const STATE: usize = 2 * 128;
/// The longest chunk with its context, at 16 kHz.
const LONGEST_INPUT: usize = 512 + 64;

/// How likely a stretch of 32 ms holds speech.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Activity {
    /// Where the stretch ends, counted from the first frame that the detector was given.
    pub at: Duration,
    /// 0 to 1.
    pub probability: f32,
}

/// The detector's model, loaded once and shared by all calls.
///
/// A session computes for one thread at a time, so there are as many as the machine computes at once, and whoever
/// needs one takes a free one: the media loop never waits for another thread.
#[derive(Clone)]
pub struct ActivityModel {
    sessions: Arc<[Mutex<Session>]>,
}

impl ActivityModel {
    /// Loads ONNX Runtime from the library at `onnx_runtime`, unless it is loaded already, and Silero from `model`.
    ///
    /// # Errors
    /// [`HearError::Onnx`] when either cannot be loaded, [`HearError::NotSilero`] when `model` is another network.
    pub fn load(onnx_runtime: &Path, model: &Path) -> Result<Self, HearError> {
        init_onnx_runtime(onnx_runtime)?;
        let count = std::thread::available_parallelism().map_or(1, usize::from);
        let sessions = (0..count)
            .map(|_| {
                let session = onnx_session(model, 1)?;
                check_is_silero(model, &session)?;
                Ok(Mutex::new(session))
            })
            .collect::<Result<Vec<_>, HearError>>()?;
        Ok(Self { sessions: sessions.into() })
    }

    /// Runs `work` with a free session; waits only when more threads ask than the machine has.
    fn with_session<T>(&self, work: impl FnOnce(&mut Session) -> T) -> T {
        for session in self.sessions.iter() {
            match session.try_lock() {
                Ok(mut session) => return work(&mut session),
                Err(TryLockError::Poisoned(session)) => return work(&mut session.into_inner()),
                Err(TryLockError::WouldBlock) => {}
            }
        }
        work(&mut self.sessions[0].lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl std::fmt::Debug for ActivityModel {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "ActivityModel({} sessions)", self.sessions.len())
    }
}

fn check_is_silero(path: &Path, session: &Session) -> Result<(), HearError> {
    let inputs: Vec<&str> = session.inputs().iter().map(|input| input.name()).collect();
    if inputs == ["input", "state", "sr"] && session.outputs().len() == 2 {
        return Ok(());
    }
    let reason = format!("it takes {} instead of input, state and sr", inputs.join(", "));
    Err(HearError::NotSilero { path: path.to_path_buf(), reason })
}

/// One call's detector: the shared model with this call's memory.
///
/// Sound at 8 and 16 kHz is heard as it is; any other rate is first brought to 16 kHz.
pub struct ActivityDetector {
    model: ActivityModel,
    rate: Hertz,
    resampler: Option<Resampler>,
    state: [f32; STATE],
    /// The end of the last chunk, then the samples that wait to fill the next.
    input: [f32; LONGEST_INPUT],
    filled: usize,
    chunks: u32,
}

impl ActivityDetector {
    /// A detector for sound at `rate`, which has heard nothing yet.
    ///
    /// # Errors
    /// [`HearError::Audio`] when the rate cannot be brought to 16 kHz.
    pub fn new(model: &ActivityModel, rate: Hertz) -> Result<Self, HearError> {
        let is_native = rate == Hertz::HZ_8000 || rate == Hertz::HZ_16000;
        let resampler = if is_native { None } else { Some(Resampler::new(rate, Hertz::HZ_16000)?) };
        let rate = if is_native { rate } else { Hertz::HZ_16000 };
        Ok(Self {
            model: model.clone(),
            rate,
            resampler,
            state: [0.0; STATE],
            input: [0.0; LONGEST_INPUT],
            filled: context_of(rate),
            chunks: 0,
        })
    }

    /// Takes the next 20 ms and gives a judgement when another 32 ms are full.
    ///
    /// # Errors
    /// [`HearError::Activity`] when the model fails; the detector can be used on.
    pub fn push(&mut self, frame: &Frame) -> Result<Option<Activity>, HearError> {
        let resampled = self.resampler.as_mut().map(|resampler| resampler.frame(frame));
        let mut samples = resampled.as_ref().unwrap_or(frame).samples();
        let full = context_of(self.rate) + chunk_of(self.rate);
        let mut judged = None;
        while !samples.is_empty() {
            let count = samples.len().min(full - self.filled);
            let (now, later) = samples.split_at(count);
            for (slot, &sample) in self.input[self.filled..].iter_mut().zip(now) {
                *slot = f32::from(sample) / 32_768.0;
            }
            self.filled += count;
            samples = later;
            if self.filled == full {
                judged = Some(self.judge()?);
            }
        }
        Ok(judged)
    }

    /// Forgets all it heard, as if new.
    pub fn reset(&mut self) {
        self.state = [0.0; STATE];
        self.input = [0.0; LONGEST_INPUT];
        self.filled = context_of(self.rate);
        self.chunks = 0;
    }

    /// Forgets what it made of what it heard, not how much it heard.
    pub fn forget(&mut self) {
        self.state = [0.0; STATE];
    }

    fn judge(&mut self) -> Result<Activity, HearError> {
        let full = self.filled;
        let context = context_of(self.rate);
        let outcome = {
            let (model, rate, input, state) = (&self.model, self.rate, &self.input[..full], &mut self.state);
            model.with_session(|session| run(session, rate, input, state))
        };
        self.input.copy_within(full - context..full, 0);
        self.filled = context;
        self.chunks += 1;
        let probability = outcome.map_err(|error| HearError::Activity(error.to_string()))?;
        Ok(Activity { at: ACTIVITY_STEP * self.chunks, probability })
    }
}

fn run(session: &mut Session, rate: Hertz, input: &[f32], state: &mut [f32; STATE]) -> Result<f32, ort::Error> {
    let rate = [i64::from(rate.get())];
    let outputs = session.run(ort::inputs![
        TensorRef::from_array_view(([1, input.len()], input))?,
        TensorRef::from_array_view(([2_usize, 1, 128], &state[..]))?,
        TensorRef::from_array_view(([1_usize; 0], &rate[..]))?,
    ])?;
    let (_, probability) = outputs[0].try_extract_tensor::<f32>()?;
    let probability = probability.first().copied().unwrap_or(0.0);
    let (_, after) = outputs[1].try_extract_tensor::<f32>()?;
    if after.len() == STATE {
        state.copy_from_slice(after);
    }
    Ok(probability)
}

/// Samples the model judges at once.
const fn chunk_of(rate: Hertz) -> usize {
    rate.samples_in(ACTIVITY_STEP)
}

/// Samples of the chunk before that the model is shown again.
const fn context_of(rate: Hertz) -> usize {
    chunk_of(rate) / 8
}
