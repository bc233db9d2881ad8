//! What sound is, and everything that is done to it between a packet and a model. No network, no async, no clock:
//! time comes in as an argument.
//!
//! **In:** G.711 payloads with their RTP sequence and timestamp, frames, clips, WAV files. **Out:** the same, decoded, put
//! in order, concealed, resampled, mixed, evened, recorded; and the keys heard in it.
//!
//! Sound travels as a [`Frame`], 20 ms at a rate, on a line, and as a [`Sound`] of any length elsewhere. What runs for every
//! frame of a call ([`Law`], [`JitterBuffer`], [`Concealer`], [`KeyDetector`], [`Resampler::frame`], [`ToneGenerator`],
//! [`mix_into`], [`Gain`]) touches no heap and never waits.
//!
//! ```
//! use std::time::Duration;
//! use warmline::audio::{Concealer, Hertz, JitterBuffer, JitterSettings, Law, MAX_PAYLOAD, Pulled};
//!
//! let mut buffer = JitterBuffer::new(JitterSettings::default(), Hertz::HZ_8000);
//! let (mut concealer, mut payload) = (Concealer::new(), [0; MAX_PAYLOAD]);
//! buffer.push(Duration::from_millis(3), 7, 1_600, &[Law::A.silence(); 160]);
//! let frame = match buffer.pull(Duration::from_millis(60), &mut payload) {
//!     Pulled::Payload { len } => {
//!         let mut frame = Law::A.decode_frame(&payload[..len]);
//!         concealer.good(&mut frame);
//!         frame
//!     }
//!     Pulled::Lost | Pulled::Empty => concealer.lost(),
//! };
//! assert_eq!(frame.samples().len(), 160);
//! ```

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
pub use tones::{Tone, ToneGenerator, hold_tone};
pub use wav::{Wav, WavWriter};
