//! A line of a test as a person says it: `AB12345678` letter by letter and digit by digit, with pauses where people make
//! them. Pure.

use crate::words::{Language, spell};

/// The line as it is given to a voice. Words stay as they are; what is spelt is written so that it is spelt.
pub(super) fn aloud(text: &str, language: Language) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut said: Vec<String> = Vec::new();
    let mut rest = words.as_slice();
    while let Some((first, behind)) = rest.split_first() {
        let spelt = run_of_symbols(rest);
        if spelt == 0 {
            said.push((*first).to_owned());
            rest = behind;
            continue;
        }
        let (run, behind) = rest.split_at(spelt);
        let closing = run.last().map_or("", |last| &last[last.trim_end_matches(is_mark).len()..]);
        let symbols: String = run.iter().map(|word| word.trim_matches(is_mark)).collect();
        said.push(letters_by_name(&spell(&symbols, language), language) + closing);
        rest = behind;
    }
    said.join(" ")
}

fn is_mark(one: char) -> bool {
    matches!(one, ',' | '.' | ';' | ':' | '?' | '!' | '，' | '。' | '？' | '！')
}

/// How many of the first words are spelt together: single letters and digits, codes, long numbers.
fn run_of_symbols(words: &[&str]) -> usize {
    let mut count = 0;
    for word in words {
        let bare = word.trim_matches(is_mark);
        if !is_spelt(bare) {
            break;
        }
        count += 1;
        // A sentence ends a run, and so does a comma in front of digits that are read in groups of their own.
        if word.ends_with(['.', '?', '!']) {
            break;
        }
    }
    let lone_word = count == 1 && matches!(words[0].trim_matches(is_mark), "A" | "I" | "a");
    if lone_word { 0 } else { count }
}

/// Whether a word is said symbol by symbol: capitals, single digits, codes, numbers too long for a number.
fn is_spelt(word: &str) -> bool {
    const LONGEST_NUMBER: usize = 4;
    const LONGEST_INITIALS: usize = 3;
    let capital = |one: char| one.is_ascii_uppercase();
    let digit = |one: char| one.is_ascii_digit();
    if word.is_empty() || !word.chars().all(|one| capital(one) || digit(one)) {
        return false;
    }
    let (capitals, digits) = (word.chars().any(capital), word.chars().any(digit));
    match (capitals, digits) {
        (true, true) => true,
        (true, false) => word.len() <= LONGEST_INITIALS,
        (false, _) => word.len() == 1 || word.len() > LONGEST_NUMBER,
    }
}

/// English voices take a lone A for the article: said as a letter it is written by its name.
fn letters_by_name(spelt: &str, language: Language) -> String {
    if language != Language::EN {
        return spelt.to_owned();
    }
    let name = |word: &str| match word {
        "A" => "Ay".to_owned(),
        "A," => "Ay,".to_owned(),
        other => other.to_owned(),
    };
    spelt.split(' ').map(name).collect::<Vec<String>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spelt_is_said_symbol_by_symbol_in_groups() {
        for (written, said) in [
            ("AB12345678", "Ay B, 1 2 3 4, 5 6 7 8"),
            ("A B 1 2 3 4 5 6 7 8", "Ay B, 1 2 3 4, 5 6 7 8"),
            (
                "uh, it's A B one two three four, five six seven eight",
                "uh, it's Ay B one two three four, five six seven eight",
            ),
            ("my order number is EF34567890.", "my order number is E F, 3 4 5 6, 7 8 9 0."),
            ("twelve Elm Road, Leeds", "twelve Elm Road, Leeds"),
            ("I want a replacement", "I want a replacement"),
            ("12 Elm Road in 2026", "12 Elm Road in 2026"),
            ("C as in Charlie, D as in Delta", "C as in Charlie, D as in Delta"),
        ] {
            assert_eq!(aloud(written, Language::EN), said);
        }
        assert_eq!(aloud("AB 幺二三四 五六七八", Language::ZH), "A B 幺二三四 五六七八");
        assert_eq!(aloud("我的单号是 AB1234", Language::ZH), "我的单号是 A B，幺二三四");
    }
}
