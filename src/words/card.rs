//! Numbers of payment cards.

use super::reading::spelt;
use super::spelling::Wanted;
use super::{CheckFault, KeyReading, Language, Reading, Value};

/// The fewest and the most digits (ISO/IEC 7812).
const SHORTEST: usize = 12;
const LONGEST: usize = 19;

/// Readings of `heard`.
pub(super) fn read(heard: &str, language: Language) -> Vec<Reading> {
    spelt(heard, &Wanted::Digits { min: SHORTEST, max: LONGEST }, language, str::to_owned)
}

/// Keys as a number; `#` or a pause ends it.
pub(super) fn keyed(digits: &str, finished: bool) -> KeyReading {
    match check(digits) {
        Ok(()) if finished || digits.len() == LONGEST => KeyReading::Value(Value::from(digits)),
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
