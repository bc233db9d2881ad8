//! People's names.

use super::reading::free_text;
use super::{Language, Reading};

/// Readings of `heard`.
pub(super) fn read(heard: &str, _language: Language) -> Vec<Reading> {
    free_text(heard)
}
