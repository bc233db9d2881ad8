//! What sound is.

mod error;
mod frame;
mod g711;
mod key;
mod resample;
pub mod wav;

pub use error::AudioError;
pub use frame::{FRAME, Frame, FrameError, Hertz, Sound, level_dbov};
pub use g711::{G711_FRAME, Law};
pub use key::Key;
pub use resample::Resampler;
pub use wav::{Wav, WavWriter};
