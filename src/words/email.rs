//! E-mail addresses: "j dot smith at example dot com", "zhangwei 艾特 qq 点 com".

use super::spelling::{amounts_at, chinese_digit, letters_at};
use super::token::{Token, tokenise};
use super::weight::{FILLERS, filler_marks, is_function_word, phrase_length};
use super::{CheckFault, Language, Reading, Value};

/// The longest address (RFC 5321, 4.5.3.1.3) and the longest local part.
const LONGEST: usize = 254;
const LONGEST_LOCAL: usize = 64;

/// What an address scores whose words may be spelt in several ways: it should be read back.
const BY_WORDS: f32 = 0.8;
/// What an address scores that was spelt.
const SPELT: f32 = 0.95;
/// What is left where the `.com` behind a well-known name was not said.
const WITHOUT_ENDING: f32 = 0.85;
/// What is left where the `at` was not heard, or was heard as something else.
const WITHOUT_AT: f32 = 0.7;
/// What is left of either reading of "J. Smith", whose full stop may have been said or not.
const DOUBTFUL_POINT: f32 = 0.9;

/// Signs by their names. The longest that fits counts.
#[rustfmt::skip]
const SIGNS: &[(&str, char)] = &[
    ("dot", '.'), ("point", '.'), ("period", '.'), ("full stop", '.'), ("underscore", '_'), ("under score", '_'),
    ("underline", '_'), ("hyphen", '-'), ("dash", '-'), ("minus", '-'), ("minus sign", '-'), ("plus", '+'), ("plus sign", '+'),
    ("点", '.'), ("下划线", '_'), ("底线", '_'), ("下横线", '_'), ("横杠", '-'), ("中横线", '-'), ("横线", '-'), ("减号", '-'), ("杠", '-'), ("加号", '+'),
];

#[rustfmt::skip]
const AT: &[&str] = &["at", "at sign", "at the", "艾特", "爱特", "at 符号", "圈a", "圈 a", "小老鼠"];
/// What recognisers write for "at".
const NEARLY_AT: &[&str] = &["and", "add", "ad", "that", "had", "hat", "act", "et", "app", "out"];

/// What says that an address follows.
#[rustfmt::skip]
const INTRODUCTIONS: &[&str] = &[
    "is", "was", "email", "email address", "mail", "address", "it is", "its", "it's", "that's", "would be", "use", "to",
    "reach me", "me at", "me on", "under", "the email", "email is", "try", "是", "邮箱", "邮箱是", "电子邮箱", "邮件", "地址是", "邮件地址", "叫",
];

/// Words about the address that are no part of it.
#[rustfmt::skip]
const ASIDES: &[&str] = &[
    "all one word", "one word", "no spaces", "no space", "without spaces", "all lower case", "all lowercase", "lower case", "lowercase",
    "small", "capital", "all together", "all joined up", "the letter", "the number", "letter", "number", "then", "and then",
    "全小写", "小写", "小写的", "大写", "字母", "数字", "然后", "然后是", "连着",
];

/// Names of providers that stand for themselves with `.com`.
#[rustfmt::skip]
const PROVIDERS: &[&str] = &[
    "gmail", "googlemail", "hotmail", "outlook", "yahoo", "icloud", "qq", "163", "126", "sina", "foxmail", "live", "msn", "aol",
    "protonmail", "139", "189", "aliyun", "sohu", "gmx", "btinternet", "me", "mail",
];

/// Endings of domains that are said as one word or spelt.
#[rustfmt::skip]
const ENDINGS: &[&str] = &[
    "com", "org", "net", "edu", "gov", "mil", "int", "io", "co", "uk", "cn", "hk", "tw", "sg", "my", "jp", "kr", "in", "au",
    "nz", "us", "ca", "de", "fr", "it", "es", "pt", "nl", "be", "ch", "at", "ie", "dk", "no", "se", "fi", "pl", "cz", "eu",
    "info", "biz", "me", "tv", "ai", "app", "dev", "ac", "name", "shop", "online", "test", "example",
];
/// Second-level labels behind which a country follows.
const BEFORE_COUNTRY: &[&str] = &["co", "com", "org", "net", "ac", "edu", "gov"];
/// What recognisers write for "com".
const NEARLY_COM: &[&str] = &["calm", "come", "kom", "con", "comm", "call", "抗姆", "康姆", "靠姆", "口母"];

/// Readings of `heard`.
pub(super) fn read(heard: &str, _language: Language) -> Vec<Reading> {
    let (text, doubtful) = with_signs_in_words(heard);
    let mut readings = read_prepared(&text);
    if let Some(text) = doubtful {
        readings.iter_mut().for_each(|reading| reading.score *= DOUBTFUL_POINT);
        let with_point = read_prepared(&text).into_iter();
        readings.extend(with_point.map(|reading| Reading { score: reading.score * DOUBTFUL_POINT * 0.97, ..reading }));
    }
    readings.sort_by(|left, right| right.score.total_cmp(&left.score));
    let mut once: Vec<Reading> = Vec::new();
    for reading in readings {
        if !once.iter().any(|known| known.value == reading.value) {
            once.push(reading);
        }
    }
    once
}

/// Whether `address` is one: a local part, one `@`, and a domain of letters, digits and hyphens with a point in it.
pub(super) fn check(address: &str) -> Result<(), CheckFault> {
    let fault = CheckFault::WrongKind { wanted: "email" };
    let Some((local, domain)) = address.split_once('@') else { return Err(fault) };
    let is_local = |byte: u8| byte.is_ascii_alphanumeric() || b"._-+'%!#$&*/=?^`{|}~".contains(&byte);
    let is_label = |label: &str| {
        let plain = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        plain && !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')
    };
    let local_fits = !local.is_empty()
        && local.len() <= LONGEST_LOCAL
        && local.bytes().all(is_local)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..");
    let labels: Vec<&str> = domain.split('.').collect();
    let ends_well =
        labels.last().is_some_and(|last| last.len() >= 2 && last.bytes().all(|byte| byte.is_ascii_alphabetic()));
    let domain_fits = labels.len() >= 2 && ends_well && labels.iter().all(|label| is_label(label));
    if local_fits && domain_fits && address.len() <= LONGEST { Ok(()) } else { Err(fault) }
}

/// An address as it is read back: words as words, anything else letter by letter, signs by their names.
pub(super) fn say(address: &str, language: Language) -> String {
    let is_chinese = language == Language::ZH;
    let sign = |character: char| match (character, is_chinese) {
        ('@', true) => "艾特".to_owned(),
        ('@', false) => "at".to_owned(),
        ('.', true) => "点".to_owned(),
        ('.', false) => "dot".to_owned(),
        ('_', true) => "下划线".to_owned(),
        ('_', false) => "underscore".to_owned(),
        ('-', true) => "横杠".to_owned(),
        ('-', false) => "hyphen".to_owned(),
        ('+', true) => "加号".to_owned(),
        ('+', false) => "plus".to_owned(),
        (other, _) => other.to_string(),
    };
    let mut said: Vec<String> = Vec::new();
    let mut rest = address;
    while let Some(first) = rest.chars().next() {
        let same = |character: char| {
            first.is_ascii_alphabetic() && character.is_ascii_alphabetic()
                || first.is_ascii_digit() && character.is_ascii_digit()
        };
        let end = rest.find(|character: char| !same(character)).unwrap_or(rest.len()).max(first.len_utf8());
        let (run, behind) = rest.split_at(end);
        rest = behind;
        if first.is_ascii_alphabetic() && is_said_as_a_word(run) {
            said.push(run.to_owned());
        } else if first.is_ascii_alphanumeric() {
            said.extend(run.chars().map(String::from));
        } else {
            said.push(sign(first));
        }
    }
    said.join(" ")
}

/// Whether a run of letters can be said as a word and means nothing else in an address.
fn is_said_as_a_word(run: &str) -> bool {
    let has_vowel = run.bytes().any(|byte| b"aeiouy".contains(&byte));
    let is_known = PROVIDERS.contains(&run) || ENDINGS.contains(&run);
    let tokens = tokenise(run);
    let is_plain = matches!(&tokens[..], [token] if token.text == run);
    let names_something = SIGNS.iter().any(|(name, _)| name.split(' ').any(|word| word == run))
        || AT.contains(&run)
        || INTRODUCTIONS.iter().chain(ASIDES).chain(FILLERS).any(|phrase| phrase.split(' ').any(|word| word == run))
        || NEARLY_AT.contains(&run)
        || NEARLY_COM.contains(&run)
        || is_function_word(run)
        || matches!(run, "double" | "triple" | "treble" | "quadruple" | "yes" | "yeah" | "as" | "like")
        || tokens.first().is_some_and(|_| amounts_at(&tokens).is_some() || letters_at(&tokens).is_some());
    (is_known || run.len() >= 3 && has_vowel && is_plain) && !names_something
}

/// `heard` with the signs in it as words, and the same with the points that may have been said: "J. Smith".
fn with_signs_in_words(heard: &str) -> (String, Option<String>) {
    let characters: Vec<char> = heard.chars().collect();
    let is_word = |index: Option<usize>| index.and_then(|at| characters.get(at)).is_some_and(|c| c.is_alphanumeric());
    let run_length = |from: usize, forward: bool| {
        let step = |count: usize| if forward { from + 1 + count } else { from.wrapping_sub(1 + count) };
        (0..3).take_while(|count| is_word(Some(step(*count)))).count()
    };
    let mut text = String::new();
    let mut doubtful = String::new();
    let mut is_doubtful = false;
    for (index, &character) in characters.iter().enumerate() {
        let inside = is_word(index.checked_sub(1)) && is_word(Some(index + 1));
        let digits_around = inside && characters[index - 1].is_ascii_digit() && characters[index + 1].is_ascii_digit();
        let both = match character {
            '@' | '＠' => " at ".to_owned(),
            '_' | '＿' => " underscore ".to_owned(),
            '+' => " plus ".to_owned(),
            '.' | '．' if inside => " dot ".to_owned(),
            // "J-S-M-I-T-H" and "555-1234" are written so by recognisers; nobody said a hyphen.
            '-' if inside && !digits_around && (run_length(index, true) > 1 || run_length(index, false) > 1) => {
                " hyphen ".to_owned()
            }
            '-' => " ".to_owned(),
            '.' => {
                let after_initial = run_length(index, false) == 1 && index + 1 < characters.len();
                is_doubtful |= after_initial;
                doubtful.push_str(if after_initial { " dot " } else { ". " });
                text.push_str(". ");
                continue;
            }
            other => other.to_string(),
        };
        text.push_str(&both);
        doubtful.push_str(&both);
    }
    (text, is_doubtful.then_some(doubtful))
}

/// One word as it was written, in lower case.
struct Word {
    text: String,
    token: Token,
}

/// Readings of a text whose signs are words.
fn read_prepared(text: &str) -> Vec<Reading> {
    let characters: Vec<char> = text.chars().collect();
    let mut words: Vec<Word> = Vec::new();
    for token in tokenise(text) {
        // An opened contraction is no word of an address: it stands once, as it was written.
        if words.last().is_some_and(|last| last.token.start == token.start) {
            continue;
        }
        let written: String = characters[token.start..token.end].iter().flat_map(|c| c.to_lowercase()).collect();
        let text = if token.is_latin() { written.replace('\'', "") } else { token.text.to_string() };
        words.push(Word { token: Token { text: text.as_str().into(), ..token }, text });
    }
    let mut readings = Vec::new();
    for (start, behind, sure) in ats(&words) {
        let Some((domain, ending)) = domain(&words[behind..]) else { continue };
        let Some((local, by_words)) = local(&words[..start]) else { continue };
        let score = sure * ending * if by_words { BY_WORDS } else { SPELT };
        readings.push(Reading { value: Value::Text(format!("{local}@{domain}")), score, valid: true });
    }
    readings
}

fn texts(words: &[Word]) -> Vec<&str> {
    words.iter().map(|word| word.text.as_str()).collect()
}

/// Where an `at` may stand, likeliest first: `(start, behind, how sure)`.
fn ats(words: &[Word]) -> Vec<(usize, usize, f32)> {
    let texts = texts(words);
    let longest = |at: usize| AT.iter().filter_map(|name| phrase_length(name, &texts[at..])).max();
    let mut found: Vec<(usize, usize, f32)> =
        (1..texts.len()).rev().filter_map(|at| longest(at).map(|length| (at, at + length, 1.0))).collect();
    if found.is_empty() {
        found.extend(
            (1..texts.len()).rev().filter(|at| NEARLY_AT.contains(&texts[*at])).map(|at| (at, at + 1, WITHOUT_AT)),
        );
        found.extend(
            (1..texts.len())
                .rev()
                .filter(|at| PROVIDERS[..16].contains(&texts[*at]) && !NEARLY_AT.contains(&texts[*at - 1]))
                .map(|at| (at, at, WITHOUT_AT * 0.9)),
        );
    }
    found.truncate(4);
    found
}

/// The domain at the start of `words`, and how sure its ending is.
fn domain(words: &[Word]) -> Option<(String, f32)> {
    let texts = texts(words);
    let mut labels: Vec<String> = vec![String::new()];
    let mut at = 0;
    let mut sure = 1.0;
    while at < texts.len() {
        if let Some((length, '.')) = sign(&texts[at..]) {
            labels.push(String::new());
            at += length;
            continue;
        }
        if let Some((length, '-')) = sign(&texts[at..]) {
            labels.last_mut()?.push('-');
            at += length;
            continue;
        }
        let last_is_ending = labels.len() > 1 && labels.last().is_some_and(|label| ENDINGS.contains(&label.as_str()));
        if last_is_ending {
            break;
        }
        if let Some(length) = NEARLY_COM.iter().filter_map(|name| phrase_length(name, &texts[at..])).max()
            && labels.len() > 1
            && labels.last().is_some_and(String::is_empty)
        {
            labels.last_mut()?.push_str("com");
            (at, sure) = (at + length, 0.9);
            continue;
        }
        let is_at = AT.iter().any(|name| phrase_length(name, &texts[at..]).is_some());
        if is_at && (labels.len() < 2 || labels.last().is_some_and(|label| !label.is_empty())) {
            return None;
        }
        // Behind a pause, or a courtesy, the address is over.
        let is_over = filler_marks(&texts[at..]).first() == Some(&true) || words[at].token.after_pause;
        if is_over && labels.last().is_some_and(|label| !label.is_empty()) {
            break;
        }
        let (length, symbols, _) = symbols(&words[at..])?;
        labels.last_mut()?.push_str(&symbols);
        at += length;
    }
    while labels.last().is_some_and(String::is_empty) {
        labels.pop();
    }
    // "example com" and "example co uk": the point was lost.
    if let [only] = &labels[..] {
        if PROVIDERS.contains(&only.as_str()) {
            return Some((format!("{only}.com"), WITHOUT_ENDING));
        }
        let lost = ["com", "org", "net", "couk", "co"]
            .iter()
            .find_map(|ending| Some((only.strip_suffix(ending)?, *ending)))?;
        let (name, ending) = lost;
        let ending = if ending == "couk" { "co.uk" } else { ending };
        return (name.len() >= 2).then(|| (format!("{name}.{ending}"), WITHOUT_ENDING));
    }
    let domain = labels.join(".");
    let is_known = labels.last().is_some_and(|last| ENDINGS.contains(&last.as_str()));
    let needs_more = labels.len() == 2 && labels[1] == "co" && BEFORE_COUNTRY.contains(&"co") && at < texts.len();
    let certainty = if is_known && !needs_more { 1.0 } else { 0.9 };
    Some((domain, sure * certainty))
}

/// The local part at the end of `words`, and whether a word is in it that may be spelt in several ways.
fn local(words: &[Word]) -> Option<(String, bool)> {
    let texts = texts(words);
    let mut start = 0;
    for at in 0..texts.len() {
        let length = INTRODUCTIONS.iter().filter_map(|phrase| phrase_length(phrase, &texts[at..])).max();
        if let Some(length) = length.filter(|length| at + length < texts.len() && sign(&texts[at + length..]).is_none())
        {
            start = start.max(at + length);
        }
    }
    let fillers = filler_marks(&texts[start..]);
    start += fillers.iter().take_while(|is_filler| **is_filler).count();
    while matches!(texts.get(start), Some(&("yes" | "yeah" | "sure" | "yep" | "my" | "the" | "的")))
        && start + 1 < texts.len()
    {
        start += 1;
    }
    let mut written = String::new();
    let mut by_words = false;
    let mut at = start;
    while at < texts.len() {
        if let Some((length, sign)) = sign(&texts[at..]) {
            written.push(sign);
            at += length;
            continue;
        }
        if let Some(length) = ASIDES.iter().filter_map(|phrase| phrase_length(phrase, &texts[at..])).max() {
            at += length;
            continue;
        }
        if words[at].token.after_pause && filler_marks(&texts[at..]).first() == Some(&true) {
            at += 1;
            continue;
        }
        let (length, symbols, is_word) = symbols(&words[at..])?;
        written.push_str(&symbols);
        by_words |= is_word;
        at += length;
    }
    let trimmed = written.trim_matches(['.', '-', '+']);
    (!trimmed.is_empty()).then(|| (trimmed.to_owned(), by_words))
}

fn sign(texts: &[&str]) -> Option<(usize, char)> {
    let fitting = SIGNS.iter().filter_map(|(name, sign)| Some((phrase_length(name, texts)?, *sign)));
    fitting.max_by_key(|(length, _)| *length)
}

/// What the first words come to: `(words taken, symbols, whether a word stands for its letters)`.
fn symbols(words: &[Word]) -> Option<(usize, String, bool)> {
    let tokens: Vec<Token> = words.iter().take(6).map(|word| word.token.clone()).collect();
    let first = words.first()?;
    if let Some((length, digits)) = amounts_at(&tokens) {
        return Some((length, digits, false));
    }
    if let Some(digit) = chinese_digit(&first.text) {
        return Some((1, digit.to_string(), false));
    }
    let next_is_digit = words.get(1).is_some_and(|next| next.token.is_number() || amounts_at(&tokens[1..]).is_some());
    if matches!(first.text.as_str(), "oh") {
        return Some((1, if next_is_digit { "0" } else { "o" }.to_owned(), false));
    }
    let is_spelt = first.text.chars().count() == 1
        || matches!(first.text.as_str(), "double" | "triple" | "treble")
        || words.get(1).is_some_and(|next| next.text.len() == 1 && next.token.is_latin())
            && letters_at(&tokens).is_some_and(|(_, letters)| letters.len() == 1);
    if is_spelt && let Some((length, letters)) = letters_at(&tokens) {
        return Some((length, letters.to_ascii_lowercase(), false));
    }
    if !first.text.is_ascii() {
        return None;
    }
    let is_word = first.text.len() > 1 && !first.token.is_number();
    Some((1, first.text.to_string(), is_word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(heard: &str) -> Option<String> {
        let language = if heard.is_ascii() { Language::EN } else { Language::ZH };
        let found = read(heard, language).into_iter().filter(|reading| check(reading.value.as_text().unwrap()).is_ok());
        found
            .max_by(|left, right| left.score.total_cmp(&right.score))
            .and_then(|best| best.value.as_text().map(str::to_owned))
    }

    #[test]
    fn addresses_as_they_are_said_and_written() {
        for (heard, address) in [
            ("j dot smith at example dot com", "j.smith@example.com"),
            ("My email is John.Smith@example.com.", "john.smith@example.com"),
            ("It's john underscore doe 99 at gmail dot com", "john_doe99@gmail.com"),
            ("john doe, all one word, at hot mail dot co dot uk, thanks", "johndoe@hotmail.co.uk"),
            ("J S M I T H at g mail dot com", "jsmith@gmail.com"),
            ("J-S-M-I-T-H at outlook.com", "jsmith@outlook.com"),
            ("mary hyphen jane at example dot org", "mary-jane@example.org"),
            ("mary-jane at example dot org", "mary-jane@example.org"),
            ("s as in sugar, t for tango, at yahoo dot com", "st@yahoo.com"),
            ("anna nineteen eighty five at gmail dot calm", "anna1985@gmail.com"),
            ("anna double oh seven at gmail", "anna007@gmail.com"),
            ("you can reach me at bob at example dot net please", "bob@example.net"),
            ("um yeah sure it's kate plus shop at icloud dot com", "kate+shop@icloud.com"),
            ("zhangwei 艾特 qq 点 com", "zhangwei@qq.com"),
            ("我的邮箱是 zhang 下划线 wei at 一六三点com", "zhang_wei@163.com"),
            ("一二三四五六 at qq 点 com", "123456@qq.com"),
            ("bob and gmail dot com", "bob@gmail.com"),
        ] {
            assert_eq!(best(heard).as_deref(), Some(address), "{heard}");
        }
        for heard in ["I don't have one", "at home", "my email", "bob smith", "我没有邮箱"] {
            assert_eq!(best(heard), None, "{heard}");
        }
    }

    #[test]
    fn is_read_back_in_words_where_they_are_words() {
        assert_eq!(say("j.smith@example.com", Language::EN), "j dot smith at example dot com");
        assert_eq!(say("xq7@qq.com", Language::ZH), "x q 7 艾特 qq 点 com");
        let both: Vec<String> =
            read("J. Smith at example.com", Language::EN).iter().map(|r| r.value.to_string()).collect();
        assert!(
            both.contains(&"jsmith@example.com".to_owned()) && both.contains(&"j.smith@example.com".to_owned()),
            "{both:?}"
        );
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for wrong in ["a@b", "a b@c.de", "@c.de", "a.@c.de", "a@-c.de", "a@c.d3", "a@@c.de", ""] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
        assert_eq!(check("j.smith+shop@mail.example.co.uk"), Ok(()));
    }
}
