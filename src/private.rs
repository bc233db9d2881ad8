//! Private values: telephone numbers, names, what a caller said.
//!
//! Law 8 of the design: private is a type. A [`Private`] value prints as dots in `Debug` and has no
//! `Display`, so it cannot reach a log line or a metric by accident; whoever needs the value asks for
//! it by name, which a reader and a search both find. Any room may use this module.

use serde::{Deserialize, Serialize};

/// A value that belongs to a caller and must not be logged.
#[derive(Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Private<T>(T);

impl<T> Private<T> {
    /// Marks `value` as private.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself, for the one place that needs it: the flow, the store, the wire.
    /// Never pass the result to a log macro or a metric.
    pub const fn reveal(&self) -> &T {
        &self.0
    }

    /// Takes the value out.
    pub fn into_revealed(self) -> T {
        self.0
    }
}

impl Private<String> {
    /// All but the last two characters masked with `•`, as `private: mask` is shown outside the call.
    pub fn masked(&self) -> String {
        mask(&self.0)
    }
}

impl<T> std::fmt::Debug for Private<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("•••")
    }
}

/// Masks all but the last two characters of `text` with `•`; a text of two characters or fewer is masked whole.
pub fn mask(text: &str) -> String {
    let length = text.chars().count();
    let shown_from = if length > 2 { length - 2 } else { length };
    text.chars().enumerate().map(|(index, character)| if index < shown_from { '•' } else { character }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_never_shows_the_value() {
        let number = Private::new("+442012345678".to_owned());
        assert_eq!(format!("{number:?}"), "•••");
        assert_eq!(format!("{:?}", Some(&number)), "Some(•••)");
    }

    #[test]
    fn masks_all_but_the_last_two_characters() {
        assert_eq!(mask("AB12345678"), "••••••••78");
        assert_eq!(mask("ab"), "••");
        assert_eq!(mask(""), "");
    }
}
