//! What sound is.

mod frame;

pub use frame::{FRAME, Frame, FrameError, Hertz, Sound, level_dbov};
