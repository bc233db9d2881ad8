//! Mandarin text into the phonemes that Kokoro was trained on: words, readings, tone changes, sounds. Pure.
//!
//! The scheme is that of the public `misaki` package: words apart, every syllable in the International Phonetic
//! Alphabet with an arrow for its tone after the vowel: `您好` is `ni↗nxau↓`. Numbers and letters have been written
//! out before (`words::aloud`); what is left in Latin letters is given to `latin`.

mod reading;
mod sandhi;
mod syllable;

pub(super) use self::reading::load_dictionaries;
use self::reading::words_of;

/// The phonemes of `text`; each run of Latin letters and digits in it is spoken as `latin` says.
pub(super) fn phonemes(text: &str, mut latin: impl FnMut(&str) -> String) -> String {
    let mut said = String::new();
    for run in runs(text) {
        match run {
            Run::Han(run) => {
                let mut words = words_of(run);
                sandhi::apply(&mut words);
                let words = words.iter().map(|word| syllable::ipa(&word.syllables));
                let words: Vec<String> = words.filter(|word| !word.is_empty()).collect();
                push_word(&mut said, &words.join(" "));
            }
            Run::Latin(run) => push_word(&mut said, latin(run).trim()),
            Run::Mark(mark) => push_mark(&mut said, mark),
        }
    }
    said.trim().to_owned()
}

/// A stretch of text of one script.
enum Run<'a> {
    Han(&'a str),
    /// Words in Latin letters, the spaces and hyphens between them included.
    Latin(&'a str),
    Mark(char),
}

fn runs(text: &str) -> Vec<Run<'_>> {
    let mut runs = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if is_han(first) {
            rest.find(|character| !is_han(character)).unwrap_or(rest.len())
        } else if first.is_alphanumeric() {
            let end = rest.find(|character| is_han(character) || !belongs_to_latin(character)).unwrap_or(rest.len());
            rest[..end].trim_end_matches([' ', '\'', '-', '.', '&']).len().max(first.len_utf8())
        } else {
            first.len_utf8()
        };
        let (run, behind) = rest.split_at(length);
        runs.push(match first {
            first if is_han(first) => Run::Han(run),
            first if first.is_alphanumeric() => Run::Latin(run),
            first => Run::Mark(first),
        });
        rest = behind;
    }
    runs
}

fn belongs_to_latin(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, ' ' | '\'' | '’' | '-' | '&')
}

/// Whether a character is Chinese writing.
pub(super) const fn is_han(character: char) -> bool {
    matches!(character as u32, 0x3007 | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x3ffff)
}

fn push_word(said: &mut String, word: &str) {
    if word.is_empty() {
        return;
    }
    if !said.is_empty() && !said.ends_with([' ', '“', '(']) {
        said.push(' ');
    }
    said.push_str(word);
}

fn push_mark(said: &mut String, mark: char) {
    let written = match mark {
        '、' | '，' | ',' => ',',
        '。' | '．' | '.' => '.',
        '！' | '!' => '!',
        '？' | '?' => '?',
        '；' | ';' => ';',
        '：' | ':' => ':',
        '…' => '…',
        '—' | '–' => '—',
        '“' | '《' | '「' | '『' | '【' | '‘' => '“',
        '”' | '》' | '」' | '』' | '】' | '’' => '”',
        '（' | '(' => '(',
        '）' | ')' => ')',
        _ => return,
    };
    let opens = matches!(written, '“' | '(');
    if opens && !said.is_empty() && !said.ends_with(' ') {
        said.push(' ');
    }
    // A text begins with no pause, and one mark is pause enough.
    let repeats = said.ends_with([',', '.', '!', '?', ';', ':', '…', '—']) && !matches!(written, '”' | ')');
    if !opens && (said.is_empty() || repeats) {
        return;
    }
    said.push(written);
}

#[cfg(test)]
mod tests;
