//! Which words of a clause another language's voice says. Pure.

use std::time::Duration;

use super::clauses::ClauseText;
use super::mandarin::is_han;
use crate::words::Language;

/// Between words of two voices.
const BETWEEN_VOICES: Duration = Duration::from_millis(40);

/// The pieces of `clause`, said in `language`, with the language of each.
///
/// Chinese writing is spoken in Mandarin wherever it stands. English words within a Mandarin clause stay with its
/// voice, which has sounds for them: a voice that changes for one word is worse than an accent. A Mandarin text's
/// clause without any Chinese writing, of two words or more, is spoken by the English voice.
pub(super) fn by_language(clause: ClauseText, language: Language) -> Vec<(ClauseText, Language)> {
    let has_han = clause.text.chars().any(is_han);
    if language == Language::ZH {
        let words = clause.text.split(' ').filter(|word| is_english_word(word)).count();
        let language = if !has_han && words >= 2 { Language::EN } else { language };
        return vec![(clause, language)];
    }
    if !has_han {
        return vec![(clause, language)];
    }
    let mut pieces: Vec<(ClauseText, Language)> = Vec::new();
    for run in runs(&clause.text) {
        let of_run = if run.chars().any(is_han) { Language::ZH } else { language };
        if run.chars().any(char::is_alphanumeric) {
            let piece = ClauseText { text: run.trim().to_owned(), pause_after: BETWEEN_VOICES };
            pieces.push((piece, of_run));
        } else if let Some((before, _)) = pieces.last_mut() {
            before.text.push_str(run.trim());
        }
    }
    if let Some((last, _)) = pieces.last_mut() {
        last.pause_after = clause.pause_after;
    }
    pieces
}

fn is_english_word(word: &str) -> bool {
    let letters = word.trim_matches(|character: char| !character.is_alphanumeric());
    letters.len() >= 2 && letters.chars().all(|character| character.is_ascii_lowercase() || character == '\'')
        || letters.chars().skip(1).any(|character| character.is_ascii_lowercase()) && letters.is_ascii()
}

/// Runs of Chinese writing with its marks, and of everything else.
fn runs(text: &str) -> Vec<&str> {
    let mut runs = Vec::new();
    let (mut start, mut in_han) = (0, None);
    for (at, character) in text.char_indices() {
        let han = match character {
            character if is_han(character) || matches!(character, '，' | '。' | '、' | '！' | '？' | '《' | '》') => {
                true
            }
            character if character.is_alphanumeric() => false,
            _ => continue,
        };
        if in_han.is_some_and(|before| before != han) {
            runs.push(&text[start..at]);
            start = at;
        }
        in_han = Some(han);
    }
    runs.push(&text[start..]);
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str, language: Language) -> Vec<(String, &'static str)> {
        let clause = ClauseText { text: text.to_owned(), pause_after: Duration::from_millis(200) };
        by_language(clause, language)
            .into_iter()
            .map(|(clause, language)| (clause.text, if language == Language::ZH { "zh" } else { "en" }))
            .collect()
    }

    fn owned(pieces: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
        pieces.iter().map(|(text, language)| ((*text).to_owned(), *language)).collect()
    }

    #[test]
    fn each_word_is_spoken_by_a_voice_of_its_language() {
        assert_eq!(pieces("Welcome to Acorn.", Language::EN), owned(&[("Welcome to Acorn.", "en")]));
        assert_eq!(
            pieces("For Mandarin, say 中文, or wait.", Language::EN),
            owned(&[("For Mandarin, say", "en"), ("中文,", "zh"), ("or wait.", "en")])
        );
        assert_eq!(pieces("您的VIP卡已激活，", Language::ZH), owned(&[("您的VIP卡已激活，", "zh")]));
        assert_eq!(pieces("For English, press two.", Language::ZH), owned(&[("For English, press two.", "en")]));
        assert_eq!(pieces("A B 1 2 3，", Language::ZH), owned(&[("A B 1 2 3，", "zh")]));
    }
}
