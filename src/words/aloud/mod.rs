//! Written text as it is said: numbers, dates, times, money, codes, phone numbers, units, addresses of mail and web
//! in words, so that any voice of the language speaks them as a person would. Pure.
//!
//! A sentence is mended by rules in order, each a pattern and what is said for it; what a rule has said is words, which
//! later rules leave alone. Another language needs a table like [`english`] or [`mandarin`] and no more.

mod english;
mod english_tables;
mod mandarin;
mod mandarin_tables;
mod rules;

use super::Language;

/// `text` as it is spoken: `£12.50 by 3 March` is `twelve pounds fifty by the third of March`, `拨打10086` is
/// `拨打幺零零八六`. A language without rules is left to its voice.
pub fn aloud(text: &str, language: Language) -> String {
    match language {
        Language::EN => rules::apply(english::rules(), text),
        Language::ZH => rules::apply(mandarin::rules(), text),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(table: &str, language: Language) {
        let rows: Vec<(&str, &str)> =
            table.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t')).collect();
        assert!(rows.len() >= 100, "{} rows", rows.len());
        let wrong: Vec<String> = rows
            .iter()
            .filter_map(|(written, expected)| {
                let said = aloud(written, language);
                (said != *expected).then(|| format!("{written}\n  said     {said}\n  expected {expected}"))
            })
            .collect();
        assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
    }

    #[test]
    fn english_is_said_as_people_say_it() {
        check(include_str!("english.tsv"), Language::EN);
    }

    #[test]
    fn mandarin_is_said_as_people_say_it() {
        check(include_str!("mandarin.tsv"), Language::ZH);
    }

    #[test]
    fn what_was_said_is_said_the_same_again() {
        for (table, language) in
            [(include_str!("english.tsv"), Language::EN), (include_str!("mandarin.tsv"), Language::ZH)]
        {
            for (_, said) in table.lines().filter_map(|line| line.split_once('\t')) {
                assert_eq!(aloud(said, language), said);
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_odd(text in "[ -~¥£€，。年月日点℃%0-9一两]{0,60}") {
            for language in [Language::EN, Language::ZH] {
                let _ = aloud(&text, language);
            }
        }
    }
}
