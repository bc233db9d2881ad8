//! One of a list of named places.

use super::choice;
use super::{ChoiceOption, Language, Reading};

/// Readings of `heard`, one for each place that fits at all.
pub(super) fn read(options: &[ChoiceOption], heard: &str, language: Language) -> Vec<Reading> {
    choice::read(options, heard, language)
}
