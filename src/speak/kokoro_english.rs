//! espeak-ng's sounds of English into those that Kokoro was trained on, as `misaki` maps them. Pure.

/// Longer sounds stand before those that they begin with.
const SOUNDS: [(&str, &str); 24] = [
    ("ʔˌn\u{329}", "tᵊn"),
    ("ʔn\u{329}", "tᵊn"),
    ("ɜːɹ", "ɜɹ"),
    ("aɪ", "I"),
    ("aʊ", "W"),
    ("dʒ", "ʤ"),
    ("eɪ", "A"),
    ("tʃ", "ʧ"),
    ("ɔɪ", "Y"),
    ("oʊ", "O"),
    ("əl", "ᵊl"),
    ("ɜː", "ɜɹ"),
    ("ɪə", "iə"),
    ("ʔn", "tᵊn"),
    ("ʲə", "jə"),
    ("ʔ", "t"),
    ("ʲ", ""),
    ("ɚ", "əɹ"),
    ("r", "ɹ"),
    ("x", "k"),
    ("ç", "k"),
    ("ɐ", "ə"),
    ("ɬ", "l"),
    ("ː", ""),
];

/// The phonemes of American English for `ipa`, which espeak-ng's voice `en-us` gave.
pub(super) fn phonemes(ipa: &str) -> String {
    let mut said = String::with_capacity(ipa.len());
    let mut rest = ipa;
    while let Some(first) = rest.chars().next() {
        let is_here =
            |sound: &str| rest.strip_prefix(sound).is_some_and(|after| sound != "əl" || !begins_syllable(after));
        if let Some((sound, written)) = SOUNDS.iter().find(|(sound, _)| is_here(sound)) {
            said.push_str(written);
            rest = &rest[sound.len()..];
            continue;
        }
        match first {
            // A consonant that makes a syllable of its own: the vowel stands before it.
            '\u{329}' => {
                if let Some(last) = said.pop() {
                    said.push('ᵊ');
                    said.push(last);
                }
            }
            '\u{303}' | '_' => {}
            'e' => said.push('A'),
            other => said.push(other),
        }
        rest = &rest[first.len_utf8()..];
    }
    said
}

/// Whether the sound before `ipa` begins a syllable with it, as the l of "hello" does and that of "bottle" does not.
fn begins_syllable(ipa: &str) -> bool {
    ipa.starts_with(|next: char| "ˈˌaeiouæɐɑɒɔəɚɛɜɪʊʌ".contains(next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diphthongs_and_long_vowels_are_those_of_kokoro() {
        assert_eq!(phonemes("həlˈoʊ wˈɜːld"), "həlˈO wˈɜɹld");
        assert_eq!(phonemes("ɹˈeɪdʒ"), "ɹˈAʤ");
        assert_eq!(phonemes("bˈɑːɾəl"), "bˈɑɾᵊl");
        assert_eq!(phonemes("bˈʌʔn̩"), "bˈʌtᵊn");
    }
}
