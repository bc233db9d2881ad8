//! How likely a caller who pauses has finished, from the sound alone: Smart Turn 3.2.
//!
//! It hears melody and tempo, not words, and alone it takes most pauses within a sentence for its end; the turn-taker
//! therefore uses it to shorten a wait, beside the words.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, TryLockError};

use ort::session::Session;
use ort::value::TensorRef;

use super::HearError;
use super::log_mel::{BANDS, FRAMES, SAMPLES, log_mel};
use crate::audio::{Hertz, Sound};
use crate::onnx::{init_onnx_runtime, onnx_session};

/// The model, loaded once and shared by all calls. One run takes some 30 ms of one core.
///
/// A session computes for one thread at a time; there are as many as half the machine's cores, so that judging pauses
/// never takes the machine from recognising words.
#[derive(Clone)]
pub struct EndOfTurnModel {
    sessions: Arc<[Mutex<Session>]>,
}

impl EndOfTurnModel {
    /// Loads ONNX Runtime from the library at `onnx_runtime`, unless it is loaded already, and Smart Turn from `model`.
    ///
    /// # Errors
    /// [`HearError::Onnx`] when either cannot be loaded, [`HearError::NotSmartTurn`] when `model` is another network.
    pub fn load(onnx_runtime: &Path, model: &Path) -> Result<Self, HearError> {
        init_onnx_runtime(onnx_runtime)?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let sessions = (0..(cores / 2).max(1))
            .map(|_| {
                let session = onnx_session(model, 1)?;
                check_is_smart_turn(model, &session)?;
                Ok(Mutex::new(session))
            })
            .collect::<Result<Vec<_>, HearError>>()?;
        Ok(Self { sessions: sessions.into() })
    }

    /// How likely the caller has finished, 0 to 1, from the sound of the turn up to and with the pause; its last eight
    /// seconds count. Computes for tens of milliseconds: not for the thread that listens. `None` when other pauses are
    /// being judged on every session: to wait would help nobody.
    ///
    /// # Errors
    /// [`HearError::Audio`] when the rate cannot be brought to 16 kHz, [`HearError::EndOfTurn`] when the model fails.
    pub fn judge(&self, sound: &Sound) -> Result<Option<f32>, HearError> {
        for session in self.sessions.iter() {
            let mut session = match session.try_lock() {
                Ok(session) => session,
                Err(TryLockError::Poisoned(session)) => session.into_inner(),
                Err(TryLockError::WouldBlock) => continue,
            };
            return run(&mut session, sound).map(Some);
        }
        Ok(None)
    }

    /// The same, waiting for its turn: for measurements.
    ///
    /// # Errors
    /// Those of [`judge`](Self::judge).
    pub fn judge_in_turn(&self, sound: &Sound) -> Result<f32, HearError> {
        run(&mut self.sessions[0].lock().unwrap_or_else(PoisonError::into_inner), sound)
    }
}

impl std::fmt::Debug for EndOfTurnModel {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "EndOfTurnModel({} sessions)", self.sessions.len())
    }
}

fn run(session: &mut Session, sound: &Sound) -> Result<f32, HearError> {
    let seconds = std::time::Duration::from_secs(SAMPLES as u64 / 16_000);
    let last = sound.part(sound.duration().saturating_sub(seconds), sound.duration());
    let last = last.resampled(Hertz::HZ_16000)?;
    let samples: Vec<f32> = last.samples().iter().map(|&sample| f32::from(sample) / 32_768.0).collect();
    let features = log_mel(&samples);
    let failed = |error: ort::Error| HearError::EndOfTurn(error.to_string());
    let input = TensorRef::from_array_view(([1, BANDS, FRAMES], &features[..])).map_err(failed)?;
    let outputs = session.run(ort::inputs![input]).map_err(failed)?;
    let (_, probability) = outputs[0].try_extract_tensor::<f32>().map_err(failed)?;
    Ok(probability.first().copied().unwrap_or(0.0).clamp(0.0, 1.0))
}

fn check_is_smart_turn(path: &Path, session: &Session) -> Result<(), HearError> {
    let inputs: Vec<&str> = session.inputs().iter().map(|input| input.name()).collect();
    if inputs == ["input_features"] && session.outputs().len() == 1 {
        return Ok(());
    }
    let reason = format!("it takes {} instead of input_features", inputs.join(", "));
    Err(HearError::NotSmartTurn { path: path.to_path_buf(), reason })
}
