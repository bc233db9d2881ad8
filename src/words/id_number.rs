//! Numbers of identity cards.

use jiff::civil::Date;

use super::reading::spelt;
use super::spelling::{Kind, Wanted};
use super::token::Token;
use super::{CheckFault, IdKind, KeyReading, Language, Reading, Value};

/// The characters of a Chinese resident identity number.
const LENGTH: usize = 18;

/// What is said for a number: seventeen digits and a check digit, which may be X.
pub(super) fn wanted() -> Wanted {
    let mut kinds = vec![Kind::Digit; LENGTH - 1];
    kinds.push(Kind::DigitOrX);
    Wanted::Places(kinds)
}

/// Readings of `heard`. The check digit chooses between ways to hear the others.
pub(super) fn read(heard: &[Token], language: Language, _kind: IdKind) -> Vec<Reading> {
    spelt(heard, &wanted(), language, str::to_owned)
}

/// Keys as a number. A `*` behind seventeen digits is an X.
pub(super) fn keyed(keys: &str, finished: bool, kind: IdKind) -> KeyReading {
    let number = keys.replace('*', "X");
    match check(&number, kind) {
        Ok(()) => KeyReading::Value(Value::Text(number)),
        Err(CheckFault::TooFewDigits { .. }) if !finished => KeyReading::More,
        Err(fault) => KeyReading::Wrong(fault),
    }
}

/// Whether these keys end in a `*` that is an X, and not the key that starts again.
pub(super) fn ends_in_x(keys: &str) -> bool {
    keys.strip_suffix('*').is_some_and(|digits| digits.len() == LENGTH - 1 && !digits.contains('*'))
}

/// Whether `number` is one: length, date of birth, and the check digit of GB 11643 (ISO 7064, MOD 11-2).
pub(super) fn check(number: &str, _kind: IdKind) -> Result<(), CheckFault> {
    let bytes = number.as_bytes();
    match bytes.len() {
        count if count < LENGTH => return Err(CheckFault::TooFewDigits { min: LENGTH, count }),
        count if count > LENGTH => return Err(CheckFault::TooManyDigits { max: LENGTH, count }),
        _ => {}
    }
    if !bytes[..LENGTH - 1].iter().all(u8::is_ascii_digit) {
        return Err(CheckFault::WrongKind { wanted: "id_number" });
    }
    if check_digit(&bytes[..LENGTH - 1]) != bytes[LENGTH - 1] {
        return Err(CheckFault::Checksum);
    }
    born(number).map(|_| ()).ok_or(CheckFault::NoSuch { wanted: "date of birth" })
}

/// The date of birth in digits 7 to 14.
fn born(number: &str) -> Option<Date> {
    let part = |from: usize, to: usize| number.get(from..to)?.parse::<i16>().ok();
    let (month, day) = (i8::try_from(part(10, 12)?).ok()?, i8::try_from(part(12, 14)?).ok()?);
    Date::new(part(6, 10)?, month, day).ok().filter(|date| date.year() >= 1850)
}

fn check_digit(digits: &[u8]) -> u8 {
    const WEIGHTS: [u32; LENGTH - 1] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECK: [u8; 11] = *b"10X98765432";
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(byte, weight)| u32::from(byte - b'0') * weight).sum();
    CHECK[(sum % 11) as usize]
}

/// Region, date of birth, the rest: how a number is said.
pub(super) const GROUPS: [usize; 4] = [6, 4, 4, 4];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_and_the_date_must_fit() {
        let check = |number: &str| check(number, IdKind::ChinaResident);
        assert_eq!(check("11010519491231002X"), Ok(()));
        assert_eq!(check("110105194912310021"), Err(CheckFault::Checksum));
        let no_date = "11010519491331002";
        let wrong_date = format!("{no_date}{}", char::from(check_digit(no_date.as_bytes())));
        assert_eq!(check(&wrong_date), Err(CheckFault::NoSuch { wanted: "date of birth" }));
        assert!(matches!(check("1101"), Err(CheckFault::TooFewDigits { .. })));
        assert!(ends_in_x("11010519491231002*") && !ends_in_x("110105*"));
    }

    #[test]
    fn an_x_is_heard_in_either_language() {
        for heard in [
            "11010519491231002X",
            "one one oh one oh five, one nine four nine, one two three one, double oh two X",
            "幺幺零幺零五，幺九四九，幺二三幺，零零二叉",
            "一一零一零五一九四九一二三一零零二X",
            "110105 1949 1231 002 ex",
        ] {
            let language = if heard.is_ascii() { Language::EN } else { Language::ZH };
            let best = read(&super::super::token::tokenise(heard), language, IdKind::ChinaResident)
                .into_iter()
                .next()
                .map(|reading| reading.value);
            assert_eq!(best, Some(Value::from("11010519491231002X")), "{heard}");
        }
    }
}
