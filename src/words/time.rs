//! Times of day.

use super::{KeyReading, Language, Reading};

/// Readings of `heard`.
pub(super) fn read(_heard: &str, _language: Language, _now: jiff::civil::DateTime) -> Vec<Reading> {
    Vec::new()
}

/// Keys as a value.
pub(super) fn keyed(_digits: &str, _finished: bool) -> KeyReading {
    KeyReading::NotByKeys
}
