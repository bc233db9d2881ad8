//! The voice of the line.
//!
//! In: texts to say. Out: sound, clause by clause, and what was heard of it.

mod playout;

pub use playout::{Clip, FADE, Heard, Mark, MarkKind, Marks, Playout};
