//! The name of one call, in the store, in log lines and on screens. Any room may use this module.

use serde::{Deserialize, Serialize};

/// Names one call: 16 lower-case hexadecimal digits, drawn at random when the call arrives.
/// It says nothing about the caller, so it may be logged.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct CallId(u64);

/// A text that is not a call id.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a call id: expected 16 hexadecimal digits, as `warmline calls` lists them")]
pub struct NotACallId(String);

impl CallId {
    /// A new random id.
    pub fn random() -> Self {
        Self(rand::random())
    }

    /// An id with a fixed value, for tests and simulations that must repeat.
    pub const fn fixed(value: u64) -> Self {
        Self(value)
    }
}

impl std::fmt::Display for CallId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:016x}", self.0)
    }
}

impl std::fmt::Debug for CallId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{self}")
    }
}

impl std::str::FromStr for CallId {
    type Err = NotACallId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let well_formed = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        match u64::from_str_radix(text, 16) {
            Ok(value) if well_formed => Ok(Self(value)),
            _ => Err(NotACallId(text.to_owned())),
        }
    }
}

impl From<CallId> for String {
    fn from(id: CallId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for CallId {
    type Error = NotACallId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_and_parses_the_same_text() {
        let id = CallId::fixed(0x1f);
        assert_eq!(id.to_string(), "000000000000001f");
        assert_eq!(id.to_string().parse::<CallId>().unwrap(), id);
        assert!("1f".parse::<CallId>().is_err());
        assert!("+00000000000001f".parse::<CallId>().is_err());
    }
}
