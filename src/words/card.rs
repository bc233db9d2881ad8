//! Numbers of payment cards.

use super::reading::spelt;
use super::spelling::Wanted;
use super::token::Token;
use super::{CheckFault, KeyReading, Language, Reading, Value};

/// The fewest and the most digits (ISO/IEC 7812).
const SHORTEST: usize = 12;
const LONGEST: usize = 19;

/// Readings of `heard`.
pub(super) fn read(heard: &[Token], language: Language) -> Vec<Reading> {
    spelt(heard, &wanted(), language, str::to_owned)
}

/// What may be said for a number.
pub(super) const fn wanted() -> Wanted {
    Wanted::Digits { min: SHORTEST, max: LONGEST }
}

/// The length of every number that begins like this one, where the scheme has only one: so many keys need no `#`.
fn only_length(number: &str) -> Option<usize> {
    match number.get(..2)? {
        "34" | "37" => Some(15),
        "51" | "52" | "53" | "54" | "55" => Some(16),
        _ => None,
    }
}

/// Lengths of groups as they stand on the card: fours, or 4-6-5 on one of fifteen digits.
pub(super) fn groups(number: &str) -> Vec<usize> {
    if number.len() == 15 {
        return vec![4, 6, 5];
    }
    let mut groups = vec![4; number.len() / 4];
    groups.extend(Some(number.len() % 4).filter(|rest| *rest > 0));
    groups
}

/// Keys as a number; `#` or a pause ends it, or its last digit where the length is known.
pub(super) fn keyed(digits: &str, finished: bool) -> KeyReading {
    match check(digits) {
        Ok(()) if finished || digits.len() == LONGEST || only_length(digits) == Some(digits.len()) => {
            KeyReading::Value(Value::from(digits))
        }
        Err(CheckFault::TooManyDigits { max, count }) => KeyReading::Wrong(CheckFault::TooManyDigits { max, count }),
        Err(fault) if finished => KeyReading::Wrong(fault),
        _ => KeyReading::More,
    }
}

/// Whether `number` is one: its length and Luhn's sum (ISO/IEC 7812-1, annex B).
pub(super) fn check(number: &str) -> Result<(), CheckFault> {
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(CheckFault::WrongKind { wanted: "card" });
    }
    match number.len() {
        count if count < SHORTEST => return Err(CheckFault::TooFewDigits { min: SHORTEST, count }),
        count if count > LONGEST => return Err(CheckFault::TooManyDigits { max: LONGEST, count }),
        _ => {}
    }
    let weighed = number.bytes().rev().enumerate().map(|(place, byte)| {
        let digit = u32::from(byte - b'0');
        let weighed = if place % 2 == 1 { digit * 2 } else { digit };
        if weighed > 9 { weighed - 9 } else { weighed }
    });
    if weighed.sum::<u32>().is_multiple_of(10) { Ok(()) } else { Err(CheckFault::Checksum) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luhn_and_the_length_decide() {
        assert_eq!(check("4242424242424242"), Ok(()));
        assert_eq!(check("4242424242424241"), Err(CheckFault::Checksum));
        assert!(matches!(check("4242"), Err(CheckFault::TooFewDigits { .. })));
        assert_eq!(keyed("378282246310005", false), KeyReading::Value(Value::from("378282246310005")));
        assert_eq!(keyed("4242424242424242", false), KeyReading::More);
        assert_eq!(keyed("4242424242424242", true), KeyReading::Value(Value::from("4242424242424242")));
        assert_eq!(groups("378282246310005"), [4, 6, 5]);
        assert_eq!(groups("6222021234567890123"), [4, 4, 4, 4, 3]);
    }
}
