//! Durations as operators write them: `15s`, `800ms`, `10m`, `2h`.

use std::time::Duration;

use serde::{Deserialize, Deserializer};

/// A duration written with its unit: `ms`, `s`, `m` or `h`. A bare number is refused, because nobody can
/// tell seconds from milliseconds by looking at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written(pub Duration);

impl std::str::FromStr for Written {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unit_at = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
        let (digits, unit) = text.split_at(unit_at);
        let wrong =
            || format!("{text:?} is not a duration; write a whole number and its unit, as in 800ms, 15s, 10m or 2h");
        let count: u64 = digits.parse().map_err(|_| wrong())?;
        let duration = match unit.trim() {
            "ms" => Duration::from_millis(count),
            "s" => Duration::from_secs(count),
            "m" => Duration::from_secs(count.checked_mul(60).ok_or_else(wrong)?),
            "h" => Duration::from_secs(count.checked_mul(3600).ok_or_else(wrong)?),
            _ => return Err(wrong()),
        };
        Ok(Self(duration))
    }
}

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_carry_their_unit() {
        let cases = [("800ms", 800), ("15s", 15_000), ("10m", 600_000), ("2h", 7_200_000), ("0s", 0)];
        for (text, milliseconds) in cases {
            assert_eq!(text.parse::<Written>().unwrap().0, Duration::from_millis(milliseconds), "{text}");
        }
        for wrong in ["15", "s", "-1s", "1.5s", "1 fortnight", "", "99999999999999999999s", "9999999999999999999h"] {
            assert!(wrong.parse::<Written>().is_err(), "{wrong:?} was taken");
        }
    }
}
