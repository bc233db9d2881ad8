//! Numbers in words, so that "press 1" and "press one" count as the same.

use crate::words::{Language, speak_number, speak_ordinal};

/// The English words of a number written in digits, such as `42` or `3rd`; `None` for anything else. Long runs and
/// those with a leading zero are read digit by digit.
pub(super) fn english_words(written: &str) -> Option<Vec<String>> {
    let letters = written.find(|character: char| !character.is_ascii_digit()).unwrap_or(written.len());
    let (digits, suffix) = written.split_at(letters);
    if digits.is_empty() || !matches!(suffix, "" | "st" | "nd" | "rd" | "th") {
        return None;
    }
    let cardinal = |digits: &str| digits.parse::<u32>().ok().map(|number| speak_number(number.into(), Language::EN));
    let is_read_out = digits.len() > 6 || (digits.len() > 1 && digits.starts_with('0'));
    if is_read_out {
        return (0..digits.len()).map(|place| cardinal(&digits[place..=place])).collect();
    }
    let said = if suffix.is_empty() { cardinal(digits)? } else { speak_ordinal(digits.parse().ok()?, Language::EN) };
    // Some say "two hundred and five", others "two hundred five".
    Some(said.split(' ').filter(|word| *word != "and").map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_words() {
        let words = |written| english_words(written).map(|words| words.join(" "));
        assert_eq!(words("7").as_deref(), Some("seven"));
        assert_eq!(words("42").as_deref(), Some("forty two"));
        assert_eq!(words("1998").as_deref(), Some("one thousand nine hundred ninety eight"));
        assert_eq!(words("20th").as_deref(), Some("twentieth"));
        assert_eq!(words("53rd").as_deref(), Some("fifty third"));
        assert_eq!(words("007").as_deref(), Some("zero zero seven"));
        assert_eq!(words("a1"), None);
        assert_eq!(words("b"), None);
    }
}
