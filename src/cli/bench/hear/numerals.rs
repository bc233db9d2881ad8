//! Numbers in words, so that "press 1" and "press one" count as the same.

const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const ORDINALS: [(&str, &str); 8] = [
    ("one", "first"),
    ("two", "second"),
    ("three", "third"),
    ("five", "fifth"),
    ("eight", "eighth"),
    ("nine", "ninth"),
    ("twelve", "twelfth"),
    ("zero", "zeroth"),
];

/// The English words of a number written in digits, such as `42` or `3rd`; `None` for anything else. Long runs and
/// those with a leading zero are read digit by digit.
pub(super) fn english_words(written: &str) -> Option<Vec<String>> {
    let letters = written.find(|character: char| !character.is_ascii_digit()).unwrap_or(written.len());
    let (digits, suffix) = written.split_at(letters);
    if digits.is_empty() || !matches!(suffix, "" | "st" | "nd" | "rd" | "th") {
        return None;
    }
    let is_read_out = digits.len() > 6 || (digits.len() > 1 && digits.starts_with('0'));
    if is_read_out {
        return Some(digits.bytes().map(|digit| ONES[usize::from(digit - b'0')].to_owned()).collect());
    }
    let mut words = cardinal(digits.parse().ok()?);
    if !suffix.is_empty() {
        let last = words.pop()?;
        words.push(ordinal(&last));
    }
    Some(words)
}

fn cardinal(number: u32) -> Vec<String> {
    let one = |word: &str| vec![word.to_owned()];
    let joined = |mut first: Vec<String>, rest: u32| {
        if rest > 0 {
            first.extend(cardinal(rest));
        }
        first
    };
    match number {
        0..20 => one(ONES[number as usize]),
        20..100 => joined(one(TENS[number as usize / 10]), number % 10),
        100..1_000 => joined([cardinal(number / 100), one("hundred")].concat(), number % 100),
        _ => joined([cardinal(number / 1_000), one("thousand")].concat(), number % 1_000),
    }
}

fn ordinal(word: &str) -> String {
    if let Some((_, ordinal)) = ORDINALS.iter().find(|(cardinal, _)| *cardinal == word) {
        return (*ordinal).to_owned();
    }
    match word.strip_suffix('y') {
        Some(stem) => format!("{stem}ieth"),
        None => format!("{word}th"),
    }
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
