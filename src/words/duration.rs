//! Spans of time.

use super::{KeyReading, Language, Reading};

/// Readings of `heard`.
pub(super) fn read(_heard: &str, _language: Language) -> Vec<Reading> {
    Vec::new()
}

/// Keys as a value.
pub(super) fn keyed(_digits: &str, _finished: bool) -> KeyReading {
    KeyReading::NotByKeys
}
