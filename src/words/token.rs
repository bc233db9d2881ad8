//! From recogniser output to words: lower case, no punctuation, contractions opened, Mandarin by character.

use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::FixedState;
use smol_str::SmolStr;

use super::Language;
use super::simplify::simplified_char;

/// How many words of one utterance are looked at; a turn is seldom longer than sixty.
pub(super) const MAX_TOKENS: usize = 240;

/// One word, one run of digits, or one Chinese character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// Lower case, simplified, without punctuation.
    pub text: SmolStr,
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
    tokenise(text).into_iter().map(|token| token.text.into()).collect()
}

/// Splits `text` into tokens. The split does not depend on the language: Latin words, runs of digits
/// and Chinese characters never look alike, and callers mix them in one breath.
pub(super) fn tokenise(text: &str) -> Vec<Token> {
    tokenise_up_to(text, MAX_TOKENS)
}

/// As [`tokenise`], with at most `limit` tokens.
pub(super) fn tokenise_up_to(text: &str, limit: usize) -> Vec<Token> {
    let mut splitter = Splitter::new(text.len(), limit);
    let mut rest = text.chars();
    let mut index = 0;
    while let Some(written) = rest.next() {
        if splitter.tokens.len() >= limit {
            break;
        }
        splitter.take(written, index, rest.as_str());
        index += 1;
    }
    splitter.close();
    splitter.tokens.truncate(limit);
    splitter.tokens
}

/// A text on its way to tokens, character by character.
struct Splitter {
    tokens: Vec<Token>,
    /// The word that is open, in lower case; empty when none is.
    word: String,
    has_capitals: bool,
    has_small: bool,
    start: usize,
    end: usize,
    /// The last character of the word that is open.
    last: char,
    after_pause: bool,
    glued: bool,
}

impl Splitter {
    fn new(bytes: usize, limit: usize) -> Self {
        // English words are seldom shorter than four letters with their space, Chinese characters have three bytes.
        let tokens = Vec::with_capacity((bytes / 3 + 2).min(limit));
        Self {
            tokens,
            word: String::with_capacity(24),
            has_capitals: false,
            has_small: false,
            start: 0,
            end: 0,
            last: ' ',
            after_pause: false,
            glued: false,
        }
    }

    /// Takes the character at `index`; `rest` is what follows it.
    fn take(&mut self, written: char, index: usize, rest: &str) {
        let character = plain(written);
        let next = || rest.chars().next().map(plain);
        if is_han(character) {
            self.close();
            self.push(character, index);
            self.close();
        } else if character.is_alphanumeric() {
            if !self.word.is_empty() && self.last.is_numeric() != character.is_numeric() {
                self.close();
            }
            self.push(character, index);
        } else if character == '\'' && !self.word.is_empty() && next().is_some_and(char::is_alphabetic) {
            self.push(character, index);
        } else if character == ',' && !self.word.is_empty() && self.last.is_ascii_digit() && groups_thousands(rest) {
            // "1,234" is one number.
        } else {
            self.close();
            self.glued = false;
            self.after_pause |= matches!(character, ',' | '.' | ';' | ':' | '!' | '?' | '、' | '。');
            if matches!(character, '@' | '&' | '%') {
                self.push_sign(character, index);
                self.close();
                self.glued = false;
            }
        }
    }

    fn push(&mut self, character: char, index: usize) {
        if self.word.is_empty() {
            self.start = index;
        }
        self.end = index + 1;
        if character.is_ascii_lowercase() {
            self.has_small = true;
            self.word.push(character);
            self.last = character;
            return;
        }
        self.has_capitals |= character.is_uppercase();
        self.has_small |= character.is_lowercase();
        for lower in character.to_lowercase() {
            self.word.push(lower);
            self.last = lower;
        }
    }

    fn push_sign(&mut self, sign: char, index: usize) {
        (self.start, self.end) = (index, index + 1);
        let name = match sign {
            '@' => "at",
            '&' => "and",
            _ => "percent",
        };
        self.word.push_str(name);
        self.has_small = true;
    }

    /// Ends the word that is open, and opens it where it is a contraction.
    fn close(&mut self) {
        if self.word.is_empty() {
            return;
        }
        let token = Token {
            text: SmolStr::new(&self.word),
            capitals: self.has_capitals && !self.has_small,
            glued: self.glued,
            after_pause: self.after_pause,
            start: self.start,
            end: self.end,
        };
        open_contraction(token, &mut self.tokens);
        self.word.clear();
        (self.has_capitals, self.has_small) = (false, false);
        (self.after_pause, self.glued) = (false, true);
    }
}

/// The character as it is compared: half width and simplified.
fn plain(written: char) -> char {
    if written.is_ascii() && written != '`' { written } else { simplified_char(half_width(written)) }
}

/// Whether exactly three digits come next, and then no fourth: the comma before them groups thousands.
fn groups_thousands(rest: &str) -> bool {
    let digits = rest.chars().take(4).map(plain).take_while(char::is_ascii_digit).count();
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

type Opened = HashMap<&'static str, &'static [&'static str], FixedState>;
static OPENED: LazyLock<Opened> = LazyLock::new(|| CONTRACTIONS.iter().copied().collect());
static OPENED_BARE: LazyLock<Opened> = LazyLock::new(|| BARE_CONTRACTIONS.iter().copied().collect());

fn open_contraction(token: Token, opened: &mut Vec<Token>) {
    let has_apostrophe = token.text.contains('\'');
    if !token.is_latin() || token.capitals && !has_apostrophe && token.text != "ok" {
        opened.push(token);
        return;
    }
    if !has_apostrophe {
        match OPENED_BARE.get(token.text.as_str()) {
            Some(words) => push_opened(&token, words, opened),
            None => opened.push(token),
        }
        return;
    }
    let bare: String = token.text.chars().filter(|character| *character != '\'').collect();
    match OPENED.get(token.text.as_str()).or_else(|| OPENED_BARE.get(bare.as_str())) {
        Some(words) => push_opened(&token, words, opened),
        None => {
            // A possessive loses its ending: "the order's number" is "the order number".
            let text = SmolStr::new(token.text.strip_suffix("'s").unwrap_or(&bare));
            opened.push(Token { text, ..token });
        }
    }
}

/// The words that a contraction stands for.
fn push_opened(token: &Token, words: &[&'static str], opened: &mut Vec<Token>) {
    for (index, word) in words.iter().enumerate() {
        let first = index == 0;
        opened.push(Token {
            text: SmolStr::new_static(word),
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
