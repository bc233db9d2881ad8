//! Postal addresses: "forty two B High Street, London, S W one A one A A", 建国路八十八号三单元四零一.

use super::spelling::{amounts_at, chinese_amount, chinese_digit, letters_at};
use super::token::{Token, is_han, tokenise};
use super::weight::{filler_marks, phrase_length};
use super::{CheckFault, Language, Reading, Value};

/// The longest address kept, in characters.
const LONGEST: usize = 200;
/// What an address scores that has a number or a kind of street in it, and one that has neither.
const PLAIN: f32 = 0.85;
const DOUBTFUL: f32 = 0.45;
/// What is left of something that is more likely no address at all.
const HARDLY: f32 = 0.15;

/// What comes before an address.
#[rustfmt::skip]
const INTRODUCTIONS: &[&str] = &[
    "my address is", "the address is", "address is", "it is", "i live at", "i live in", "i live on", "i am at", "we are at", "we live at",
    "send it to", "deliver it to", "ship it to", "please send it to", "please deliver it to", "the delivery address is", "my new address is",
    "the new address is", "my postcode is", "the postcode is", "it is at", "that is", "to",
    "我的地址是", "地址是", "收货地址是", "新地址是", "我住在", "我家在", "寄到", "送到", "发到", "请送到", "请寄到", "就是", "是", "地址", "我在", "在", "住在",
];

/// Words behind an address that are no part of it.
const ENDINGS: &[&str] = &[
    "please",
    "thanks",
    "thank you",
    "thank you very much",
    "that is it",
    "that is all",
    "谢谢",
    "谢谢你",
    "就这样",
    "就这个",
];

/// Kinds of streets and houses: what makes a sentence an address.
#[rustfmt::skip]
const STREETS: &[&str] = &[
    "street", "road", "avenue", "lane", "drive", "close", "way", "place", "square", "court", "gardens", "terrace", "crescent", "hill", "park",
    "boulevard", "row", "walk", "mews", "house", "flat", "apartment", "suite", "unit", "floor", "building", "city", "county", "village", "st", "rd",
    "ave", "highway", "parkway", "circle",
];
const CHINESE_STREETS: &str = "省市区县镇乡村路街巷弄道里号楼栋幢座室层苑园厦庄屯";

/// What a Chinese number in an address counts; before anything else a number is part of a name (五四大街).
#[rustfmt::skip]
const COUNTED: &[&str] = &["号楼", "号院", "号", "栋", "幢", "楼", "单元", "室", "层", "座", "弄", "巷", "组", "门", "排", "户", "队", "房"];

/// Readings of `heard`.
pub(super) fn read(heard: &str, _language: Language) -> Vec<Reading> {
    let tokens = tokenise(heard);
    let words: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
    let start = behind_introduction(&words);
    let end = before_endings(&words, start);
    if start >= end {
        return Vec::new();
    }
    let part = &tokens[start..end];
    let is_chinese = part.iter().filter(|token| token.is_han()).count() * 2 > part.len();
    let text = if is_chinese { chinese(part) } else { english(heard, part) };
    let text: String = text.chars().take(LONGEST).collect();
    if check(&text).is_err() {
        return Vec::new();
    }
    vec![Reading { score: plausibility(&text, is_chinese), value: Value::Text(text), valid: true }]
}

/// Whether `address` can be one: not empty, and not longer than anyone writes.
pub(super) fn check(address: &str) -> Result<(), CheckFault> {
    let is_address =
        address.chars().any(char::is_alphanumeric) && address.chars().count() <= LONGEST && address.trim() == address;
    if is_address { Ok(()) } else { Err(CheckFault::WrongKind { wanted: "address" }) }
}

/// An address as it is read back: as it is written, its post code spelt.
pub(super) fn say(address: &str, language: Language) -> String {
    let _ = language;
    match address.rsplit_once(", ") {
        Some((rest, code)) if is_post_code(code) => {
            let spelt: Vec<String> = code.chars().filter(|character| *character != ' ').map(String::from).collect();
            format!("{rest}, {}", spelt.join(" "))
        }
        _ => address.to_owned(),
    }
}

fn behind_introduction(words: &[&str]) -> usize {
    let mut behind = 0;
    for at in 0..words.len().min(14) {
        if at < behind {
            continue;
        }
        let length = INTRODUCTIONS.iter().filter_map(|phrase| phrase_length(phrase, &words[at..])).max();
        if let Some(length) = length.filter(|length| at + length < words.len())
            && (behind == at
                || filler_marks(&words[behind..at]).iter().all(|is_filler| *is_filler)
                || length > 1 && behind == 0)
        {
            behind = at + length;
        }
    }
    let fillers = filler_marks(&words[behind..]);
    behind + fillers.iter().take_while(|is_filler| **is_filler).count()
}

fn before_endings(words: &[&str], start: usize) -> usize {
    let mut end = words.len();
    loop {
        let ending = (start..end)
            .find(|at| ENDINGS.iter().any(|phrase| phrase_length(phrase, &words[*at..end]) == Some(end - at)));
        match ending {
            Some(at) if at > start => end = at,
            _ => return end,
        }
    }
}

fn plausibility(text: &str, is_chinese: bool) -> f32 {
    let lower = text.to_lowercase();
    let has_number = text.chars().any(|character| character.is_ascii_digit());
    let has_street = if is_chinese {
        text.chars().filter(|character| CHINESE_STREETS.contains(*character)).count() >= if has_number { 1 } else { 2 }
    } else {
        lower.split([' ', ',']).any(|word| STREETS.contains(&word)) || text.split(", ").any(is_post_code)
    };
    let is_sentence = [
        "know",
        "don't",
        "dont",
        "want",
        "what",
        "why",
        "where",
        "order",
        "speak",
        "person",
        "不知道",
        "什么",
        "我要",
        "怎么",
    ]
    .iter()
    .any(|word| if is_chinese { text.contains(word) } else { lower.split([' ', ',']).any(|other| other == *word) });
    match (has_number, has_street) {
        _ if is_sentence => HARDLY,
        (true, true) => PLAIN,
        (false, true) => DOUBTFUL + 0.25,
        (true, false) => DOUBTFUL + 0.1,
        (false, false) if lower.split(' ').count() >= 2 || is_chinese => DOUBTFUL,
        (false, false) => HARDLY * 2.0,
    }
}

/// Words with capitals, numbers as digits, pauses as commas, letters and digits of a post code together.
fn english(heard: &str, tokens: &[Token]) -> String {
    let characters: Vec<char> = heard.chars().collect();
    let mut parts: Vec<String> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let comma = tokens[at].after_pause && !parts.is_empty() && written_comma(&characters, tokens[at].start);
        if let Some((length, code)) = post_code(&tokens[at..]) {
            let follows = !parts.is_empty();
            push(&mut parts, comma || follows, code);
            at += length;
            continue;
        }
        if let Some((length, number)) = number(&tokens[at..]) {
            let mut text = number;
            at += length;
            // "twelve B": a letter behind a house number belongs to it.
            let next = tokens.get(at).filter(|next| next.text.len() == 1 && next.is_latin() && !next.after_pause);
            let ends = tokens.get(at + 1).is_none_or(|behind| behind.text.len() > 1);
            if let Some(letter) = next.filter(|_| ends) {
                text.push_str(&letter.text.to_uppercase());
                at += 1;
            }
            let is_ordinal = matches!(tokens.get(at).map(|token| token.text.as_str()), Some("st" | "nd" | "rd" | "th"))
                && tokens[at].glued;
            if is_ordinal {
                text.push_str(&tokens[at].text);
                at += 1;
            }
            push(&mut parts, comma, text);
            continue;
        }
        let same_as_before = at > 0 && tokens[at - 1].start == tokens[at].start;
        if !same_as_before {
            let written: String = characters[tokens[at].start..tokens[at].end].iter().collect();
            let has_capital = written.chars().any(char::is_uppercase);
            let is_small =
                matches!(tokens[at].text.as_str(), "and" | "the" | "of" | "on" | "upon" | "in" | "le" | "by")
                    && !parts.is_empty();
            let word = if has_capital || is_small { written } else { capitalised(&written) };
            push(&mut parts, comma, word);
        }
        at += 1;
    }
    parts.join(" ")
}

fn push(parts: &mut Vec<String>, comma: bool, part: String) {
    if comma
        && let Some(last) = parts.last_mut()
        && !last.ends_with(',')
    {
        last.push(',');
    }
    parts.push(part);
}

/// Whether the pause before a word was written as a comma, not as the point of "St. John".
fn written_comma(characters: &[char], start: usize) -> bool {
    characters[..start]
        .iter()
        .rev()
        .take_while(|character| !character.is_alphanumeric())
        .any(|character| matches!(character, ',' | '，' | ';'))
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().into_iter().flat_map(char::to_uppercase).chain(characters).collect()
}

/// A number as it stands in an address: "one twenty three" is 123, "two oh five" is 205.
fn number(tokens: &[Token]) -> Option<(usize, String)> {
    let mut digits = String::new();
    let mut at = 0;
    while at < tokens.len() && digits.len() < 6 {
        let follows = at == 0 || !tokens[at].after_pause;
        let is_zero = at > 0 && matches!(tokens[at].text.as_str(), "oh" | "o");
        let next = if is_zero { Some((1, "0".to_owned())) } else { amounts_at(&tokens[at..]) };
        let Some((length, more)) = next.filter(|_| follows) else { break };
        // A second written number is another part: "Flat 3 42 High Street".
        if at > 0 && (tokens[at].is_number() || tokens[at - 1].is_number()) {
            break;
        }
        digits.push_str(&more);
        at += length;
    }
    (at > 0).then_some((at, digits))
}

/// A British post code at the end of `tokens`: `SW1A 1AA`, spelt or written.
fn post_code(tokens: &[Token]) -> Option<(usize, String)> {
    let mut symbols = String::new();
    let mut at = 0;
    while at < tokens.len() && symbols.len() < 8 {
        let token = &tokens[at];
        if token.is_number() {
            symbols.push_str(&token.text);
            at += 1;
        } else if let Some((length, digits)) = amounts_at(&tokens[at..]).filter(|_| !symbols.is_empty()) {
            symbols.push_str(&digits);
            at += length;
        } else if token.capitals && token.text.len() <= 2 {
            symbols.push_str(&token.text.to_uppercase());
            at += 1;
        } else if let Some((length, letters)) =
            letters_at(&tokens[at..]).filter(|(length, _)| *length > 1 || token.text.len() == 1)
        {
            symbols.push_str(&letters);
            at += length;
        } else {
            return None;
        }
    }
    let split = symbols.len().checked_sub(3)?;
    let (outward, inward) = symbols.split_at_checked(split)?;
    let code = format!("{outward} {inward}");
    (at == tokens.len() && is_post_code(&code)).then_some((at, code))
}

/// `AA9A 9AA` and its shorter forms (BS 7666).
fn is_post_code(code: &str) -> bool {
    let Some((outward, inward)) = code.split_once(' ') else { return false };
    let kinds = |text: &str| -> String {
        text.chars()
            .map(|character| match character {
                'A'..='Z' => 'L',
                '0'..='9' => '9',
                _ => '?',
            })
            .collect()
    };
    matches!(kinds(outward).as_str(), "L9" | "L99" | "L9L" | "LL9" | "LL99" | "LL9L") && kinds(inward) == "9LL"
}

/// Characters as they were said, with digits for the numbers of houses and rooms.
fn chinese(tokens: &[Token]) -> String {
    let words: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
    let mut text = String::new();
    let mut at = 0;
    while at < words.len() {
        let pause = tokens[at].after_pause && !text.is_empty();
        let amount = chinese_amount(&words[at..]).map(|(length, value)| (length, value.to_string()));
        let digits: String = words[at..].iter().map_while(|word| chinese_digit(word)).collect();
        let said_digits = (!digits.is_empty()).then(|| (digits.chars().count(), digits));
        let longest = [amount, said_digits].into_iter().flatten().max_by_key(|(length, _)| *length);
        if let Some((length, digits)) = longest {
            let counts = COUNTED.iter().any(|unit| phrase_length(unit, &words[at + length..]).is_some());
            // The room at the very end is often said without 室.
            let is_room = at + length == words.len() && digits.len() >= 3;
            if counts || is_room {
                text.push_str(&digits);
            } else {
                text.extend(words[at..at + length].iter().copied());
            }
            at += length;
            continue;
        }
        let tight = text.chars().last().is_none_or(|last| is_han(last) || last.is_ascii_digit() || tokens[at].is_han());
        if pause && !tight {
            text.push(' ');
        }
        text.push_str(&if tokens[at].is_latin() { words[at].to_uppercase() } else { words[at].to_owned() });
        at += 1;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(heard: &str) -> Option<String> {
        crate::words::tests::best_text(read, heard)
    }

    #[test]
    fn addresses_are_written_as_on_a_letter() {
        for (heard, address) in [
            ("forty two high street, London", "42 High Street, London"),
            ("My address is 12 Park Lane, Oxford.", "12 Park Lane, Oxford"),
            ("I live at twelve B Queen's Road, Bristol please", "12B Queen's Road, Bristol"),
            ("it's flat three, one twenty three King Street", "Flat 3, 123 King Street"),
            ("10 downing street, london, S W one A two A A", "10 Downing Street, London, SW1A 2AA"),
            ("24 Park Lane, W1K 1QA", "24 Park Lane, W1K 1QA"),
            ("two oh five west fourteenth street", "205 West Fourteenth Street"),
            ("北京市朝阳区建国路八十八号", "北京市朝阳区建国路88号"),
            (
                "我的地址是上海市浦东新区世纪大道一百号三号楼二单元四零一室",
                "上海市浦东新区世纪大道100号3号楼2单元401室",
            ),
            ("寄到五四大街29号", "五四大街29号"),
            ("深圳市南山区科技园三栋四零五谢谢", "深圳市南山区科技园3栋405"),
            ("就是三里屯路11號", "三里屯路11号"),
        ] {
            assert_eq!(best(heard).as_deref(), Some(address), "{heard}");
        }
        for heard in ["I don't know", "什么", "no", "I want to speak to a person", ""] {
            assert_eq!(best(heard), None, "{heard}");
        }
    }

    #[test]
    fn a_post_code_is_read_back_letter_by_letter() {
        assert_eq!(
            say("10 Downing Street, London, SW1A 2AA", Language::EN),
            "10 Downing Street, London, S W 1 A 2 A A"
        );
    }
}
