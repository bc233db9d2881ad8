//! What sound is.

mod conceal;
mod error;
mod frame;
mod g711;
mod jitter;
mod key;
mod resample;
pub mod wav;

pub use conceal::Concealer;
pub use error::AudioError;
pub use frame::{FRAME, Frame, FrameError, Hertz, Sound, level_dbov};
pub use g711::{G711_FRAME, Law};
pub use jitter::{JitterBuffer, JitterSettings, JitterStats, MAX_PAYLOAD, Pulled, Pushed};
pub use key::Key;
pub use resample::Resampler;
pub use wav::{Wav, WavWriter};
