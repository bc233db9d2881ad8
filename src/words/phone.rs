//! Telephone numbers.

use super::reading::spelt;
use super::spelling::Wanted;
use super::{CheckFault, KeyReading, Language, Reading, Value};

/// The fewest and the most digits of a number (E.164 allows fifteen; short numbers have three).
const SHORTEST: usize = 3;
const LONGEST: usize = 15;

/// Readings of `heard`; `country` is where a number said without a country code belongs.
pub(super) fn read(heard: &str, language: Language, _country: Option<&str>) -> Vec<Reading> {
    spelt(heard, &Wanted::Digits { min: SHORTEST, max: LONGEST }, language, str::to_owned)
}

/// Keys as a number; `#` or a pause ends it.
pub(super) fn keyed(digits: &str, finished: bool, country: Option<&str>) -> KeyReading {
    match check(digits, country) {
        Ok(()) if finished => KeyReading::Value(Value::from(digits)),
        Err(CheckFault::TooFewDigits { .. }) | Ok(()) if !finished => KeyReading::More,
        Err(fault) => KeyReading::Wrong(fault),
        Ok(()) => KeyReading::More,
    }
}

/// Whether `number` is one.
pub(super) fn check(number: &str, _country: Option<&str>) -> Result<(), CheckFault> {
    let digits = number.strip_prefix('+').unwrap_or(number);
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(CheckFault::WrongKind { wanted: "phone" });
    }
    match digits.len() {
        count if count < SHORTEST => Err(CheckFault::TooFewDigits { min: SHORTEST, count }),
        count if count > LONGEST => Err(CheckFault::TooManyDigits { max: LONGEST, count }),
        _ => Ok(()),
    }
}
