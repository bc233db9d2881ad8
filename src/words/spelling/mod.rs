//! Spelt-out values: digits and codes, from what a recogniser made of them.
//!
//! A value is found by the cheapest way through the words heard: each word, or a few of them, may stand for
//! symbols ([`pieces`]), or be skipped. The wanted shape steers the search ([`Wanted`]): `oh` is a digit where
//! a digit is due and a letter where a letter is due, and what does not fit is repaired at a cost.

mod amend;
mod correction;
mod english;
mod mandarin;
mod numerals;
mod pieces;
mod search;
mod target;
mod wanted;

pub(super) use amend::amend;
pub(super) use correction::{Spelling, read_spelt};
pub(super) use english::{amounts_at, letters_at};
pub(super) use mandarin::{chinese_amount, chinese_digit};
pub(super) use wanted::{Kind, Wanted};
