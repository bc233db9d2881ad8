//! Whisper's text tokens as raw bytes, out of a `tokenizer.json`.

use std::collections::HashMap;
use std::io;

use serde::Deserialize;

/// Text tokens of a multilingual model; the rest (languages, times) whisper.cpp names itself.
const TEXT_TOKENS: usize = 50_257;

#[derive(Deserialize)]
struct Tokenizer {
    model: Model,
}

#[derive(Deserialize)]
struct Model {
    vocab: HashMap<String, usize>,
}

/// The text tokens in the order of their numbers.
pub(super) fn text_tokens(tokenizer_json: &[u8]) -> io::Result<Vec<Vec<u8>>> {
    let wrong = |what: String| io::Error::new(io::ErrorKind::InvalidData, what);
    let tokenizer: Tokenizer =
        serde_json::from_slice(tokenizer_json).map_err(|error| wrong(format!("not a tokenizer.json: {error}")))?;
    let bytes_of = byte_alphabet();
    let mut tokens: Vec<Option<Vec<u8>>> = vec![None; TEXT_TOKENS];
    for (text, number) in tokenizer.model.vocab {
        let Some(place) = tokens.get_mut(number) else { continue };
        let bytes: Option<Vec<u8>> = text.chars().map(|character| bytes_of.get(&character).copied()).collect();
        *place = Some(bytes.ok_or_else(|| wrong(format!("token {number} is not written in the byte alphabet")))?);
    }
    tokens
        .into_iter()
        .enumerate()
        .map(|(number, token)| token.ok_or_else(|| wrong(format!("token {number} is missing"))))
        .collect()
}

/// GPT-2's alphabet: printable Latin-1 characters stand for themselves, the other bytes for the characters from
/// U+0100 on, in order.
fn byte_alphabet() -> HashMap<char, u8> {
    let mut next = 0x100;
    let mut alphabet = HashMap::new();
    for byte in 0..=u8::MAX {
        let printable = matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
        let character = if printable {
            char::from(byte)
        } else {
            next += 1;
            char::from_u32(next - 1).unwrap_or(char::REPLACEMENT_CHARACTER)
        };
        alphabet.insert(character, byte);
    }
    alphabet
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alphabet_names_every_byte_once() {
        let alphabet = byte_alphabet();
        assert_eq!(alphabet.len(), 256);
        assert_eq!(alphabet[&'Ġ'], b' ');
        assert_eq!(alphabet[&'Ċ'], b'\n');
        assert_eq!(alphabet[&'A'], b'A');
        assert_eq!(alphabet[&'é'], 0xe9);
    }

    #[test]
    fn a_tokenizer_with_gaps_is_refused() {
        let error = text_tokens(br#"{"model": {"vocab": {"a": 0}}}"#).unwrap_err().to_string();
        assert_eq!(error, "token 1 is missing");
        assert!(text_tokens(b"[]").is_err());
    }
}
