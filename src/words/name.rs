//! People's names: "Smith, S M I T H", "Catherine with a K", 张伟，弓长张.

mod mandarin;

use super::spelling::letters_at;
use super::token::{Token, is_han, tokenise};
use super::weight::{filler_marks, phrase_length};
use super::{CheckFault, Language, Reading, Value};

/// The longest name kept, in characters.
const LONGEST: usize = 80;
/// What a name scores that was only said; words may be spelt in several ways.
const SAID: f32 = 0.8;
/// What a name scores that was spelt.
const SPELT: f32 = 0.95;
/// What is left of the score for each word that is hardly a name.
const HARDLY_A_NAME: f32 = 0.35;
/// The most words of a name.
const MOST_WORDS: usize = 5;

/// What comes before a name.
#[rustfmt::skip]
const INTRODUCTIONS: &[&str] = &[
    "my name is", "the name is", "name is", "the name's", "my name's", "my full name is", "full name is", "it is", "this is", "i am", "call me",
    "you can call me", "i am called", "name would be", "it would be", "under the name of", "under the name", "in the name of", "under", "for",
    "you are speaking to", "you are speaking with", "speaking to", "it is under", "the booking is under", "name on the account is",
    "my first name is", "my last name is", "my surname is", "first name is", "last name is", "surname is", "family name is", "first name",
    "last name", "surname", "family name", "given name", "my first name", "my last name", "the surname is",
];

/// Between a name and its spelling.
#[rustfmt::skip]
const LINKS: &[&str] = &[
    "spelt", "spelled", "that is spelt", "that is spelled", "it is spelt", "it is spelled", "that is", "which is", "spelling is", "spelt like",
    "i will spell it", "i will spell that", "let me spell that", "let me spell it", "i spell", "spelling", "and that is", "and it is",
    "first name", "last name", "surname", "then", "and then", "new word", "space", "capital", "as in",
];

const TITLES: &[&str] =
    &["mr", "mrs", "ms", "miss", "mister", "missus", "dr", "doctor", "sir", "madam", "mx", "prof", "professor"];
const PARTICLES: &[&str] = &[
    "van", "der", "den", "de", "la", "le", "von", "zu", "bin", "ibn", "al", "da", "di", "du", "del", "dos", "ten",
    "ter", "el",
];
/// What stands behind a name.
const ENDINGS: &[&str] = &["here", "speaking", "please", "calling", "again"];

/// Readings of `heard`.
pub(super) fn read(heard: &str, _language: Language) -> Vec<Reading> {
    let tokens = tokenise(heard);
    let chinese = if tokens.iter().any(Token::is_han) { mandarin::read(&tokens) } else { Vec::new() };
    let latin = latin(heard, &tokens);
    let mut readings: Vec<Reading> = chinese
        .into_iter()
        .chain(latin)
        .map(|(name, score)| Reading { value: Value::Text(name), score, valid: true })
        .collect();
    readings.sort_by(|left, right| right.score.total_cmp(&left.score));
    readings
}

/// Whether `name` can be one: letters, with spaces, hyphens, apostrophes and points between them.
pub(super) fn check(name: &str) -> Result<(), CheckFault> {
    let fits = |character: char| character.is_alphabetic() || matches!(character, ' ' | '-' | '\'' | '’' | '.' | '·');
    let has_letter = name.chars().any(char::is_alphabetic);
    let is_name = has_letter && name.chars().all(fits) && name.chars().count() <= LONGEST && name.trim() == name;
    if is_name { Ok(()) } else { Err(CheckFault::WrongKind { wanted: "name" }) }
}

/// A name as it is read back: said, and then spelt, or a Chinese surname described.
pub(super) fn say(name: &str, language: Language) -> String {
    let pause = if language == Language::ZH { "，" } else { ", " };
    if name.chars().any(is_han) {
        return match mandarin::described_surname(name) {
            Some(described) => format!("{name}{pause}{described}"),
            None => name.to_owned(),
        };
    }
    let spelt = name.split(' ').map(|word| {
        let hyphen = if language == Language::ZH { "横杠" } else { "hyphen" };
        let letters = word.chars().filter(|character| character.is_alphabetic() || *character == '-');
        let symbols =
            letters.map(|letter| if letter == '-' { hyphen.to_owned() } else { letter.to_uppercase().collect() });
        symbols.collect::<Vec<String>>().join(" ")
    });
    let spelt: Vec<String> = spelt.collect();
    format!("{name}{pause}{}", spelt.join(pause))
}

/// A word of a name as it was said.
#[derive(Debug)]
struct Said {
    text: String,
    /// "with a K": what is said of its spelling.
    is_spelt: bool,
}

fn latin(heard: &str, tokens: &[Token]) -> Vec<(String, f32)> {
    let characters: Vec<char> = heard.chars().collect();
    let words: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
    let start = behind_introduction(&words);
    let mut plain: Vec<Said> = Vec::new();
    let mut groups: Vec<String> = Vec::new();
    let fillers = filler_marks(&words);
    let mut at = start;
    while at < tokens.len() {
        if let Some((length, group)) = spelt_run(&tokens[at..]) {
            groups.push(group);
            at += length;
            continue;
        }
        if let Some(length) = with_letter(&words[at..], tokens.get(at..), plain.last_mut()) {
            at += length;
            continue;
        }
        let length = |phrases: &[&str]| phrases.iter().filter_map(|phrase| phrase_length(phrase, &words[at..])).max();
        if let Some(length) = length(LINKS).or_else(|| if plain.is_empty() { length(INTRODUCTIONS) } else { None }) {
            at += length;
            continue;
        }
        let is_noise =
            fillers[at] || TITLES.contains(&words[at]) || ENDINGS.contains(&words[at]) || tokens[at].is_han();
        let is_answer = matches!(words[at], "yes" | "yeah" | "sure" | "yep" | "no" | "and" | "it" | "is");
        if is_noise || is_answer && plain.is_empty() || words[at] == "and" {
            at += 1;
            continue;
        }
        if tokens[at].is_number() {
            return Vec::new();
        }
        // An opened contraction stands once, as it was written; so do words with a hyphen between them.
        let same_as_before = at > start && tokens[at - 1].start == tokens[at].start;
        if !same_as_before {
            let written: String = characters[tokens[at].start..tokens[at].end].iter().collect();
            let joins = at > start
                && characters.get(tokens[at - 1].end..tokens[at].start).is_some_and(|between| between == ['-'])
                && plain.last().is_some_and(|last| !last.is_spelt);
            match plain.last_mut().filter(|_| joins) {
                Some(last) => last.text = format!("{}-{}", last.text, cased(&written, false)),
                None => {
                    let is_first = plain.is_empty();
                    plain.push(Said { text: cased(&written, !is_first), is_spelt: false });
                }
            }
        }
        at += 1;
    }
    let doubtful = plain.iter().filter(|word| is_hardly_a_name(&word.text)).count();
    let is_spelt = !groups.is_empty() || plain.iter().any(|word| word.is_spelt);
    let name = combine(plain.into_iter().map(|word| word.text).collect(), &groups);
    let count = name.split(' ').count();
    if name.is_empty() || count > MOST_WORDS || groups.is_empty() && name.chars().count() < 2 {
        return Vec::new();
    }
    let score = if is_spelt { SPELT } else { SAID * HARDLY_A_NAME.powi(i32::try_from(doubtful).unwrap_or(8)) };
    vec![(name, score)]
}

fn behind_introduction(words: &[&str]) -> usize {
    let mut behind = 0;
    for at in 0..words.len().min(16) {
        let length = INTRODUCTIONS.iter().filter_map(|phrase| phrase_length(phrase, &words[at..])).max();
        if let Some(length) = length.filter(|length| at + length < words.len()) {
            // "it is" within "Smith, it is S M I T H" introduces the spelling, not the name.
            let opens = behind == 0
                && words[..at].iter().all(|word| {
                    matches!(
                        *word,
                        "yes"
                            | "yeah"
                            | "sure"
                            | "hi"
                            | "hello"
                            | "um"
                            | "uh"
                            | "okay"
                            | "well"
                            | "so"
                            | "oh"
                            | "the"
                            | "my"
                    )
                });
            if opens {
                behind = at + length;
            }
        }
    }
    behind
}

/// Letters said one by one, up to a pause: `(tokens taken, the word they spell)`. At least two of them.
fn spelt_run(tokens: &[Token]) -> Option<(usize, String)> {
    let mut at = 0;
    let mut letters = String::new();
    let mut since_pause = 0;
    while at < tokens.len() {
        if tokens[at].after_pause {
            // Recognisers write a comma behind every letter as well, and then none of them parts two words.
            if letters.len() > 1 && since_pause > 1 {
                break;
            }
            since_pause = 0;
        }
        since_pause += 1;
        if !letters.is_empty() && matches!(tokens[at].text.as_str(), "hyphen" | "dash" | "横") {
            let length = if tokens[at].text == "横" { 2 } else { 1 };
            letters.push('-');
            at += length;
            continue;
        }
        let is_capitals =
            tokens[at].capitals && tokens[at].text.len() > 1 && tokens[at].text.is_ascii() && !letters.is_empty();
        match letters_at(&tokens[at..]).filter(|(span, found)| *span > 1 || found.len() == 1) {
            Some((span, found)) if is_letter(tokens, at, span, !letters.is_empty()) => {
                letters.push_str(&found);
                at += span;
            }
            _ if is_capitals => {
                letters.push_str(&tokens[at].text.to_ascii_uppercase());
                at += 1;
            }
            _ => break,
        }
    }
    let spelt = letters.trim_end_matches('-');
    (spelt.len() > 1).then(|| (at, titled(spelt)))
}

/// Whether a token that may be a letter is one here: `a` alone is a word, a single letter is a letter.
fn is_letter(tokens: &[Token], at: usize, span: usize, has_letters: bool) -> bool {
    if span > 1 || tokens[at].text.len() == 1 {
        return true;
    }
    // "bee", "mike": names of letters only among letters.
    let is_single = |next: &Token| next.text.len() == 1 && next.is_latin() && !next.after_pause;
    let next_is_single = tokens.get(at + 1).is_some_and(is_single);
    has_letters || next_is_single
}

/// "with a K", "without an h": mends the word before; the words taken.
fn with_letter(words: &[&str], tokens: Option<&[Token]>, last: Option<&mut Said>) -> Option<usize> {
    let without = words.first() == Some(&"without");
    if !without && words.first() != Some(&"with") {
        return None;
    }
    let article = usize::from(matches!(words.get(1), Some(&("a" | "an" | "the"))));
    let (span, letters) = letters_at(tokens?.get(1 + article..)?)?;
    let letter = letters.chars().next()?;
    let lower = letter.to_ascii_lowercase();
    let last = last?;
    if without {
        last.text = last.text.chars().filter(|character| !character.eq_ignore_ascii_case(&lower)).collect();
    } else if !last.text.to_ascii_lowercase().contains(lower) {
        last.text = with(&last.text, lower)?;
    }
    last.text = titled(&last.text);
    last.is_spelt = true;
    Some(1 + article + span)
}

/// `name` spelt with `letter`: in the place of one that sounds the same, or at the end.
fn with(name: &str, letter: char) -> Option<String> {
    const SAME: &[&str] = &["ck", "kc", "gj", "jg", "sz", "zs", "iy", "yi", "fv", "vf", "sc", "cs", "ea", "ei", "ie"];
    let lower = name.to_ascii_lowercase();
    let swaps = SAME.iter().filter(|pair| pair.ends_with(letter)).filter_map(|pair| pair.chars().next());
    let place = swaps.filter_map(|other| lower.find(other)).min();
    let mut spelt = lower.clone();
    match (place, letter) {
        (Some(place), _) => spelt.replace_range(place..=place, &letter.to_string()),
        (None, 'e' | 'h') => spelt.push(letter),
        (None, _) => return None,
    }
    Some(spelt)
}

/// Words of the name, with spelt ones in the place of those they spell.
fn combine(mut plain: Vec<String>, groups: &[String]) -> String {
    let letters = |text: &str| -> Vec<char> {
        text.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    // One word, spelt with pauses: "Smith, S M I, T H".
    let joined = groups.concat();
    if groups.len() > 1 && plain.iter().any(|said| letters(said) == letters(&joined)) {
        return plain.join(" ");
    }
    if groups.len() >= plain.len() {
        let is_same = groups.len() == plain.len()
            && plain.iter().zip(groups).all(|(said, spelt)| letters(said) == letters(spelt));
        let starts_alike = |(said, spelt): (&String, &String)| letters(said).first() == letters(spelt).first();
        let replaces = groups.len() > plain.len() || plain.iter().zip(groups).any(starts_alike);
        if is_same {
            return plain.join(" ");
        }
        if replaces {
            return groups.join(" ");
        }
    }
    for group in groups {
        let wanted = letters(group);
        let likeness = |said: &String| {
            let said = letters(said);
            let same = said.iter().zip(&wanted).take_while(|(left, right)| left == right).count();
            let shared = said.iter().filter(|letter| wanted.contains(letter)).count();
            same * 2 + shared
        };
        let best = plain.iter().enumerate().max_by_key(|(place, said)| (likeness(said), *place));
        match best.map(|(place, said)| (place, likeness(said) * 2 >= wanted.len().max(letters(said).len()))) {
            Some((place, true)) => {
                if letters(&plain[place]) != wanted {
                    plain[place] = group.clone();
                }
            }
            _ => plain.push(group.clone()),
        }
    }
    plain.join(" ")
}

/// A word as a name is written: a capital first, unless the recogniser wrote capitals of its own.
fn cased(written: &str, may_be_particle: bool) -> String {
    let is_particle = PARTICLES.contains(&written) && may_be_particle;
    let all_capitals = written.chars().count() > 1 && written.chars().all(|character| !character.is_lowercase());
    let is_cased = written.chars().any(char::is_uppercase) && !all_capitals;
    if is_particle || is_cased { written.to_owned() } else { titled(written) }
}

fn titled(word: &str) -> String {
    let mut titled = String::new();
    let mut starts = true;
    for character in word.chars() {
        if starts {
            titled.extend(character.to_uppercase());
        } else {
            titled.extend(character.to_lowercase());
        }
        starts = !character.is_alphabetic() && character != '\'';
    }
    titled
}

/// Words that callers say instead of a name.
#[rustfmt::skip]
const NO_NAMES: &[&str] = &[
    "the", "a", "an", "i", "me", "my", "you", "your", "it", "that", "this", "is", "are", "was", "do", "does", "did", "have", "has", "not", "no",
    "what", "why", "who", "where", "when", "how", "which", "want", "need", "order", "know", "speak", "talk", "person", "agent", "help", "please",
    "number", "name", "there", "to", "of", "in", "on", "at", "with", "about", "say", "said", "tell", "can", "could", "would", "will", "would",
    "hello", "thanks", "wait", "moment", "second", "already", "told", "same", "account", "give", "don't", "cancel", "repeat", "again", "delivery",
];

fn is_hardly_a_name(word: &str) -> bool {
    NO_NAMES.contains(&word.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(heard: &str) -> Option<String> {
        crate::words::tests::best_text(read, heard)
    }

    #[test]
    fn names_as_they_are_said_and_spelt() {
        for (heard, name) in [
            ("My name is Mary Jones.", "Mary Jones"),
            ("mary jones", "Mary Jones"),
            ("It's John Smith, S M I T H.", "John Smith"),
            ("John Smith, S-M-Y-T-H-E", "John Smythe"),
            ("Smith. S, M, I, T, H.", "Smith"),
            ("first name John, last name Smith", "John Smith"),
            ("this is Catherine with a K", "Katherine"),
            ("Jon without an h", "Jon"),
            ("Anne with an e, Brown", "Anne Brown"),
            ("Mr. O'Brien", "O'Brien"),
            ("Anna Smith-Jones speaking", "Anna Smith-Jones"),
            ("ludwig van beethoven", "Ludwig van Beethoven"),
            ("uh, it's Sarah McDonald, thanks", "Sarah McDonald"),
            ("J for Juliet, O for Oscar, N for November", "Jon"),
            ("Neil, that's N E A L", "Neal"),
            ("我叫张伟", "张伟"),
            ("张伟", "张伟"),
            ("我叫章伟，弓长张，伟大的伟", "张伟"),
            ("我叫张伟弓长张伟大的伟", "张伟"),
            ("我姓王，三横王，叫王小明，明天的明", "王小明"),
            ("我是欧阳娜娜", "欧阳娜娜"),
            ("免贵姓李", "李"),
            ("呃 我的名字是 Mary Jones", "Mary Jones"),
            ("李小龙先生", "李小龙"),
        ] {
            assert_eq!(best(heard).as_deref(), Some(name), "{heard}");
        }
        for heard in
            ["I don't know", "why do you need that", "I want to talk to a person", "我要查订单", "12345", "什么"]
        {
            assert_eq!(best(heard), None, "{heard}");
        }
    }

    #[test]
    fn names_are_read_back_spelt() {
        assert_eq!(say("Mary Jones", Language::EN), "Mary Jones, M A R Y, J O N E S");
        assert_eq!(say("张伟", Language::ZH), "张伟，弓长张");
        assert!(check("Mary O'Neil-Smith").is_ok() && check("张伟").is_ok());
        assert!(check("").is_err() && check("Agent 47").is_err() && check(&"a".repeat(99)).is_err());
    }
}
