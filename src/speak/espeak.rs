//! English letters into sounds, by espeak-ng, whose state is global to the process.

use std::sync::{Mutex, PoisonError};

use super::SpeakError;

/// One text at a time a process.
static ESPEAK: Mutex<()> = Mutex::new(());

/// The sounds of `text` in the International Phonetic Alphabet, as espeak-ng's voice `voice` says it.
pub(super) fn ipa(text: &str, voice: &str) -> Result<String, SpeakError> {
    let text = if voice.starts_with("en") { with_letter_a(text) } else { text.to_owned() };
    let _one_at_a_time = ESPEAK.lock().unwrap_or_else(PoisonError::into_inner);
    let sentences =
        espeak_rs::text_to_phonemes(&text, voice, None).map_err(|error| SpeakError::Synthesis(error.to_string()))?;
    Ok(sentences.join(" "))
}

/// How the letter is written so that espeak-ng does not take it for the article: "A B" would be "uh bee".
const LETTER_A: &str = "eigh";

/// `text` with every A that is spelt, beside another letter that is, written as it sounds.
fn with_letter_a(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let is_letter = |word: Option<&&str>| {
        let mut letters = word.copied().unwrap_or_default().chars().filter(|character| character.is_alphanumeric());
        letters.next().is_some_and(|letter| letter.is_ascii_uppercase()) && letters.next().is_none()
    };
    let sound = |place: usize| {
        let word = words[place];
        let is_a = word.trim_matches(|character: char| !character.is_alphanumeric()) == "A";
        let before = place.checked_sub(1).and_then(|before| words.get(before));
        let is_spelt = words.len() == 1 || is_letter(before) || is_letter(words.get(place + 1));
        if is_a && is_spelt { word.replace('A', LETTER_A) } else { word.to_owned() }
    };
    (0..words.len()).map(sound).collect::<Vec<String>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_that_is_spelt_is_no_article() {
        assert_eq!(with_letter_a("A B, one two"), "eigh B, one two");
        assert_eq!(with_letter_a("A"), "eigh");
        assert_eq!(with_letter_a("at nine A M."), "at nine eigh M.");
        assert_eq!(with_letter_a("A parcel has left. A van, too."), "A parcel has left. A van, too.");
    }
}
