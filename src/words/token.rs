//! From recogniser output to words: lower case, no punctuation, contractions opened, Mandarin by character.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::Language;
use super::simplify::simplified_char;

/// How many words of one utterance are looked at; a turn is seldom longer than sixty.
pub(super) const MAX_TOKENS: usize = 240;

/// One word, one run of digits, or one Chinese character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// Lower case, simplified, without punctuation.
    pub text: String,
    /// It was written wholly in capitals: a recogniser writes spelt letters so.
    pub capitals: bool,
    /// It followed the token before without a space, as `12345678` in `AB12345678`.
    pub glued: bool,
    /// A comma or full stop stood before it.
    pub after_pause: bool,
    /// Where it stood in the original, counted in characters. The words of an opened contraction share it.
    pub start: usize,
    /// The character behind its last.
    pub end: usize,
}

impl Token {
    pub fn is_number(&self) -> bool {
        self.text.as_bytes().first().is_some_and(u8::is_ascii_digit)
    }

    pub fn is_han(&self) -> bool {
        self.text.chars().next().is_some_and(is_han)
    }

    pub fn is_latin(&self) -> bool {
        self.text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic)
    }
}

/// The words of `text` in normal form: what templates are matched against.
///
/// `"I'd like, um, no. 12!"` becomes `i would like um no 12`. Fillers stay: whether `like` is one
/// depends on its neighbours. Mandarin is split into characters and written in simplified ones.
/// At most 240 words are kept.
pub fn normalise(text: &str, _language: Language) -> Vec<String> {
    tokenise(text).into_iter().map(|token| token.text).collect()
}

/// Splits `text` into tokens. The split does not depend on the language: Latin words, runs of digits
/// and Chinese characters never look alike, and callers mix them in one breath.
pub(super) fn tokenise(text: &str) -> Vec<Token> {
    tokenise_up_to(text, MAX_TOKENS)
}

/// As [`tokenise`], with at most `limit` tokens.
pub(super) fn tokenise_up_to(text: &str, limit: usize) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut word = Word::default();
    let mut after_pause = false;
    let mut glued = false;
    let characters: Vec<char> = text.chars().map(half_width).map(simplified_char).collect();
    for (index, &character) in characters.iter().enumerate() {
        if tokens.len() >= limit {
            break;
        }
        let next = characters.get(index + 1).copied();
        if is_han(character) {
            word.close(&mut tokens, &mut after_pause, &mut glued);
            word.push(character, index);
            word.close(&mut tokens, &mut after_pause, &mut glued);
        } else if character.is_alphanumeric() {
            if word.changes_kind(character) {
                word.close(&mut tokens, &mut after_pause, &mut glued);
            }
            word.push(character, index);
        } else if character == '\'' && !word.text.is_empty() && next.is_some_and(char::is_alphabetic) {
            word.push(character, index);
        } else if character == ',' && word.is_number() && groups_thousands(&characters[index + 1..]) {
            // "1,234" is one number.
        } else {
            word.close(&mut tokens, &mut after_pause, &mut glued);
            glued = false;
            after_pause |= matches!(character, ',' | '.' | ';' | ':' | '!' | '?' | '、' | '。');
            if character == '@' || character == '&' || character == '%' {
                word.push_sign(character, index);
                word.close(&mut tokens, &mut after_pause, &mut glued);
                glued = false;
            }
        }
    }
    word.close(&mut tokens, &mut after_pause, &mut glued);
    tokens.truncate(limit);
    let mut opened = Vec::with_capacity(tokens.len());
    for token in tokens {
        open_contraction(token, &mut opened);
    }
    opened.truncate(limit);
    opened
}

#[derive(Default)]
struct Word {
    text: String,
    written: String,
    start: usize,
    end: usize,
}

impl Word {
    fn push(&mut self, character: char, index: usize) {
        if self.text.is_empty() {
            self.start = index;
        }
        self.end = index + 1;
        self.written.push(character);
        self.text.extend(character.to_lowercase());
    }

    fn push_sign(&mut self, sign: char, index: usize) {
        (self.start, self.end) = (index, index + 1);
        let name = match sign {
            '@' => "at",
            '&' => "and",
            _ => "percent",
        };
        self.text.push_str(name);
        self.written.push_str(name);
    }

    fn is_number(&self) -> bool {
        self.text.chars().last().is_some_and(|last| last.is_ascii_digit())
    }

    /// Whether `next` is a digit after letters, or a letter after digits.
    fn changes_kind(&self, next: char) -> bool {
        self.text.chars().last().is_some_and(|last| last.is_numeric() != next.is_numeric())
    }

    fn close(&mut self, tokens: &mut Vec<Token>, after_pause: &mut bool, glued: &mut bool) {
        if self.text.is_empty() {
            return;
        }
        let text = std::mem::take(&mut self.text);
        let written = std::mem::take(&mut self.written);
        let capitals = written.chars().any(char::is_uppercase) && !written.chars().any(char::is_lowercase);
        tokens.push(Token {
            text,
            capitals,
            glued: *glued,
            after_pause: *after_pause,
            start: self.start,
            end: self.end,
        });
        *after_pause = false;
        *glued = true;
    }
}

/// Whether exactly three digits come next, and then no fourth: the comma before them groups thousands.
fn groups_thousands(rest: &[char]) -> bool {
    let digits = rest.iter().take_while(|character| character.is_ascii_digit()).count();
    digits == 3
}

pub(super) fn is_han(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '〇' | '\u{20000}'..='\u{2fa1f}')
}

/// Full-width letters, digits and signs as ASCII; typographic apostrophes as `'`.
pub(super) fn half_width(character: char) -> char {
    match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character),
        '\u{2018}' | '\u{2019}' | '\u{02bc}' | '`' => '\'',
        '\u{3000}' => ' ',
        other => other,
    }
}

/// Contractions that are told apart only by their apostrophe; those of [`BARE_CONTRACTIONS`] are known without it.
#[rustfmt::skip]
const CONTRACTIONS: &[(&str, &[&str])] = &[
    ("it's", &["it", "is"]), ("i'd", &["i", "would"]), ("i'll", &["i", "will"]), ("we're", &["we", "are"]),
    ("we'd", &["we", "would"]), ("we'll", &["we", "will"]), ("he'll", &["he", "will"]),
    ("she'll", &["she", "will"]), ("let's", &["let", "us"]), ("o'clock", &["o'clock"]), ("ma'am", &["madam"]),
    ("y'all", &["you", "all"]),
];

#[rustfmt::skip]
const BARE_CONTRACTIONS: &[(&str, &[&str])] = &[
    ("im", &["i", "am"]), ("ive", &["i", "have"]), ("youre", &["you", "are"]), ("youve", &["you", "have"]),
    ("youll", &["you", "will"]), ("weve", &["we", "have"]), ("theyre", &["they", "are"]),
    ("theyve", &["they", "have"]), ("thats", &["that", "is"]), ("thatll", &["that", "will"]),
    ("theres", &["there", "is"]), ("heres", &["here", "is"]), ("whats", &["what", "is"]),
    ("wheres", &["where", "is"]), ("whos", &["who", "is"]), ("hows", &["how", "is"]), ("whens", &["when", "is"]),
    ("hes", &["he", "is"]), ("shes", &["she", "is"]), ("isnt", &["is", "not"]), ("arent", &["are", "not"]),
    ("wasnt", &["was", "not"]), ("werent", &["were", "not"]), ("dont", &["do", "not"]),
    ("doesnt", &["does", "not"]), ("didnt", &["did", "not"]), ("cant", &["can", "not"]),
    ("cannot", &["can", "not"]), ("couldnt", &["could", "not"]), ("wouldnt", &["would", "not"]),
    ("shouldnt", &["should", "not"]), ("wont", &["will", "not"]), ("hasnt", &["has", "not"]),
    ("havent", &["have", "not"]), ("hadnt", &["had", "not"]), ("mustnt", &["must", "not"]),
    ("neednt", &["need", "not"]), ("aint", &["is", "not"]), ("wanna", &["want", "to"]), ("gonna", &["going", "to"]),
    ("gotta", &["got", "to"]), ("lemme", &["let", "me"]), ("gimme", &["give", "me"]),
    ("dunno", &["do", "not", "know"]), ("kinda", &["kind", "of"]), ("cuz", &["because"]), ("cause", &["because"]),
    ("ok", &["okay"]), ("okey", &["okay"]), ("mhm", &["mm", "hmm"]), ("mmhmm", &["mm", "hmm"]),
    ("uhhuh", &["uh", "huh"]), ("pls", &["please"]),
];

type Opened = HashMap<&'static str, &'static [&'static str]>;
static OPENED: LazyLock<Opened> = LazyLock::new(|| CONTRACTIONS.iter().copied().collect());
static OPENED_BARE: LazyLock<Opened> = LazyLock::new(|| BARE_CONTRACTIONS.iter().copied().collect());

fn open_contraction(token: Token, opened: &mut Vec<Token>) {
    if !token.is_latin() || token.capitals && !token.text.contains('\'') && token.text != "ok" {
        opened.push(token);
        return;
    }
    let bare: String = token.text.chars().filter(|character| *character != '\'').collect();
    let Some(words) = OPENED.get(token.text.as_str()).or_else(|| OPENED_BARE.get(bare.as_str())) else {
        // A possessive loses its ending: "the order's number" is "the order number".
        let text = token.text.strip_suffix("'s").unwrap_or(&bare).to_owned();
        opened.push(Token { text, ..token });
        return;
    };
    for (index, word) in words.iter().enumerate() {
        let first = index == 0;
        opened.push(Token {
            text: (*word).to_owned(),
            capitals: token.capitals && words.len() == 1,
            glued: token.glued && first,
            after_pause: token.after_pause && first,
            start: token.start,
            end: token.end,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> String {
        normalise(text, Language::EN).join(" ")
    }

    #[test]
    fn drops_case_and_punctuation_and_opens_contractions() {
        assert_eq!(words("I'd like, um, no. 12!"), "i would like um no 12");
        assert_eq!(words("What’s  the order’s number? Dont know."), "what is the order number do not know");
    }

    #[test]
    fn splits_letters_from_digits_and_joins_thousands() {
        assert_eq!(words("AB12345678"), "ab 12345678");
        assert_eq!(words("1,234 and 12,34"), "1234 and 12 34");
        let tokens = tokenise("AB12, c");
        assert!(tokens[0].capitals && tokens[1].glued && tokens[2].after_pause && !tokens[2].capitals);
    }

    #[test]
    fn takes_mandarin_by_character_simplified_and_half_width() {
        assert_eq!(words("我的訂單號是ＡＢ１２，謝謝"), "我 的 订 单 号 是 ab 12 谢 谢");
    }

    #[test]
    fn a_flood_of_words_is_cut() {
        assert_eq!(tokenise(&"it's ".repeat(10_000)).len(), MAX_TOKENS);
    }
}
