//! Numbers, days, times and amounts in what was heard: the words, what they mean, and how one value is chosen.
//!
//! In: what a recogniser wrote, words and figures mixed, with fillers, signs and either Chinese script. Out:
//! [`Heard`], words with their meanings; numbers at a place of it ([`english`], [`mandarin`], [`amount`]); and from
//! the values found at several places, the readings ([`choose`]). A word is looked up once and nothing is built
//! for a call: reading a short sentence takes a few microseconds.
//!
//! ```text
//! let heard = Heard::scan("uh, two hundred and five");
//! assert_eq!(amount::amount(&heard, 0).map(|amount| amount.value), Some(205.0));
//! ```

pub(super) mod amount;
pub(super) mod choose;
pub(super) mod english;
pub(super) mod lexicon;
pub(super) mod mandarin;
pub(super) mod scan;

pub(super) use choose::{Candidate, readings};
pub(super) use lexicon::Sense;
pub(super) use scan::Heard;
