//! What sound is.

mod frame;
mod g711;
mod key;

pub use frame::{FRAME, Frame, FrameError, Hertz, Sound, level_dbov};
pub use g711::{G711_FRAME, Law};
pub use key::Key;
