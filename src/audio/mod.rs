//! What sound is.

mod conceal;
mod error;
mod frame;
mod g711;
mod jitter;
mod key;
mod key_detector;
mod loudness;
mod mix;
mod resample;
mod tones;
pub mod wav;

pub use conceal::Concealer;
pub use error::AudioError;
pub use frame::{FRAME, Frame, FrameError, Hertz, Sound, level_dbov};
pub use g711::{G711_FRAME, Law};
pub use jitter::{JitterBuffer, JitterSettings, JitterStats, MAX_PAYLOAD, Pulled, Pushed};
pub use key::Key;
pub use key_detector::KeyDetector;
pub use loudness::{SPEECH_LEVEL_DBOV, active_level_dbov, even_loudness};
pub use mix::{Gain, mix_into};
pub use resample::Resampler;
pub use tones::{Tone, ToneGenerator, frequencies};
pub use wav::{Wav, WavWriter};
