//! Which language is spoken.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A spoken language: the primary tag of BCP 47 (RFC 5646), two or three lower-case letters.
///
/// Regions and scripts are dropped (`en-GB` is `en`), because recognisers and grammars are chosen by
/// language alone. Value grammars exist for [`Language::EN`] and [`Language::ZH`]; any other language
/// reads numerals and the English forms.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Language([u8; 3]);

impl Language {
    /// English.
    pub const EN: Self = Self(*b"en\0");
    /// Mandarin Chinese.
    pub const ZH: Self = Self(*b"zh\0");

    /// Reads a BCP 47 tag such as `en`, `zh-CN` or `EN_gb`; the part after the first `-` or `_` is dropped.
    pub fn parse(tag: &str) -> Result<Self, NotALanguage> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        let well_formed = matches!(primary.len(), 2 | 3) && primary.bytes().all(|byte| byte.is_ascii_alphabetic());
        if !well_formed {
            return Err(NotALanguage { tag: tag.to_owned() });
        }
        let mut bytes = [0; 3];
        for (place, byte) in bytes.iter_mut().zip(primary.bytes()) {
            *place = byte.to_ascii_lowercase();
        }
        Ok(Self(bytes))
    }

    /// The tag, for example `en`.
    pub fn as_str(&self) -> &str {
        let length = if self.0[2] == 0 { 2 } else { 3 };
        // The bytes are ASCII letters by construction, so the fallback is never taken.
        std::str::from_utf8(&self.0[..length]).unwrap_or("en")
    }
}

impl fmt::Display for Language {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Language({})", self.as_str())
    }
}

impl FromStr for Language {
    type Err = NotALanguage;

    fn from_str(tag: &str) -> Result<Self, NotALanguage> {
        Self::parse(tag)
    }
}

impl Serialize for Language {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Language {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tag = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&tag).map_err(D::Error::custom)
    }
}

/// A text that is no language tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{tag}` is not a language tag; write two or three letters such as `en` or `zh`")]
pub struct NotALanguage {
    /// What was given.
    pub tag: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_only_the_primary_tag() {
        assert_eq!(Language::parse("en-GB"), Ok(Language::EN));
        assert_eq!(Language::parse(" ZH_Hans"), Ok(Language::ZH));
        assert_eq!(Language::parse("yue").map(|language| language.to_string()), Ok("yue".to_owned()));
    }

    #[test]
    fn refuses_what_is_no_tag() {
        for tag in ["", "e", "english", "e1", "中文"] {
            assert!(Language::parse(tag).is_err(), "{tag}");
        }
    }

    #[test]
    fn is_a_plain_string_in_json() {
        assert_eq!(serde_json::to_string(&Language::ZH).unwrap(), "\"zh\"");
        assert_eq!(serde_json::from_str::<Language>("\"en-US\"").unwrap(), Language::EN);
    }
}
