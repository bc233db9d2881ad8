//! Numbers of identity cards.

use super::reading::spelt;
use super::spelling::Wanted;
use super::{CheckFault, IdKind, KeyReading, Language, Reading, Value};

/// The characters of a Chinese resident identity number.
const LENGTH: usize = 18;

/// Readings of `heard`.
pub(super) fn read(heard: &str, language: Language, _kind: IdKind) -> Vec<Reading> {
    spelt(heard, &Wanted::Digits { min: LENGTH, max: LENGTH }, language, str::to_owned)
}

/// Keys as a number; a `*` at the end is an X.
pub(super) fn keyed(digits: &str, finished: bool, kind: IdKind) -> KeyReading {
    match check(digits, kind) {
        Ok(()) => KeyReading::Value(Value::from(digits)),
        Err(CheckFault::TooFewDigits { .. }) if !finished => KeyReading::More,
        Err(fault) => KeyReading::Wrong(fault),
    }
}

/// Whether `number` is one: length, and the check digit of GB 11643 (ISO 7064, MOD 11-2).
pub(super) fn check(number: &str, _kind: IdKind) -> Result<(), CheckFault> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECK: [u8; 11] = *b"10X98765432";
    let bytes = number.as_bytes();
    match bytes.len() {
        count if count < LENGTH => return Err(CheckFault::TooFewDigits { min: LENGTH, count }),
        count if count > LENGTH => return Err(CheckFault::TooManyDigits { max: LENGTH, count }),
        _ => {}
    }
    if !bytes[..17].iter().all(u8::is_ascii_digit) {
        return Err(CheckFault::WrongKind { wanted: "id_number" });
    }
    let sum: u32 = bytes.iter().zip(WEIGHTS).map(|(byte, weight)| u32::from(byte - b'0') * weight).sum();
    if CHECK[(sum % 11) as usize] == bytes[17] { Ok(()) } else { Err(CheckFault::Checksum) }
}
