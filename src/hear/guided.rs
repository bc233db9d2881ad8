//! Digits heard as digits: a search through the strings a step may be answered with, instead of through everything
//! that can be said.
//!
//! Left alone, whisper writes numbers down as it likes: it merges repeated figures, drops one of three zeros, or hears
//! 幺 as a word. Here each step of the decoder may only be a digit or the end; what sounds like a digit (要 for 幺,
//! "to" for "two") counts for it. A few strings are followed at once, and at the end the length that the step asks
//! for decides between those that are about as likely.

use super::HearError;
use crate::words::Language;

/// A token of whisper's.
pub(super) type Token = i32;

/// What the search asks of a decoder.
pub(super) trait NextToken {
    /// The logits of what may follow `tokens`, which begin a transcript.
    fn after(&mut self, tokens: &[Token]) -> Result<&[f32], HearError>;
}

/// A digit as whisper may write it.
#[derive(Debug, Clone)]
pub(super) struct Digit {
    /// The digit itself.
    pub symbol: char,
    /// The tokens that are fed once it is taken.
    pub written: Vec<Token>,
    /// The first tokens of everything that sounds like it.
    pub sounds: Vec<Token>,
}

/// What digit strings are looked for.
#[derive(Debug, Clone)]
pub(super) struct Search<'a> {
    /// The ten digits.
    pub digits: &'a [Digit],
    /// The token that ends a transcript.
    pub end: Token,
    /// The token of the time 0.00; all later tokens are later times.
    pub times: Token,
    /// The fewest digits the step takes.
    pub min: usize,
    /// The most.
    pub max: usize,
    /// What is spoken.
    pub language: Language,
    /// No more digits than this can have been said in the time.
    pub longest: usize,
}

/// A digit string that may have been said.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DigitString {
    /// The digits.
    pub digits: String,
    /// Its log-probability among everything that may be said.
    pub log_probability: f32,
    /// The same, with what is known of lengths.
    pub score: f32,
}

impl DigitString {
    /// The mean log-probability of a digit, or of the end.
    pub(super) fn mean_log_probability(&self) -> f32 {
        self.log_probability / (self.digits.len() + 1) as f32
    }
}

/// Strings followed at once.
const WIDTH: usize = 3;
/// A string this much less likely than the best of its length is followed no further.
const FALLEN_BEHIND: f32 = 3.0;
/// What an unlikely end may still gain by its length: ends are looked for until no string can win.
const MOST_BONUS: f32 = 2.5;
/// Times less likely than this are not looked into.
const TIME_IS_POSSIBLE: f32 = -5.0;
/// The most strings given back.
const MOST: usize = 5;

#[derive(Clone)]
struct Path {
    tokens: Vec<Token>,
    digits: String,
    log_probability: f32,
    /// Whether the last token is the time at which the next part begins.
    after_times: bool,
}

/// The digit strings that may have been said after `beginning`, best first; none when nothing was.
pub(super) fn digit_strings(
    decoder: &mut dyn NextToken,
    beginning: &[Token],
    search: &Search<'_>,
) -> Result<Vec<DigitString>, HearError> {
    let start = Path { tokens: beginning.to_vec(), digits: String::new(), log_probability: 0.0, after_times: false };
    let mut followed = vec![start];
    let mut found: Vec<DigitString> = Vec::new();
    let longest = search.longest.min(search.max);
    // Each round adds a digit, or once between digits a pair of times.
    for _ in 0..2 * longest + 2 {
        let mut next: Vec<Path> = Vec::new();
        for path in &followed {
            step(decoder, path, search, longest, &mut next, &mut found)?;
        }
        merge(&mut next);
        let leader = next.first().map_or(f32::NEG_INFINITY, |path| path.log_probability);
        let best_end = found.iter().map(|string| string.log_probability).fold(f32::NEG_INFINITY, f32::max);
        let least = (leader - FALLEN_BEHIND).max(best_end - MOST_BONUS);
        next.retain(|path| path.log_probability > least);
        next.truncate(WIDTH);
        if next.is_empty() {
            break;
        }
        followed = next;
    }
    for string in &mut found {
        string.score = string.log_probability + bonus(&string.digits, search);
    }
    found.sort_by(|one, other| other.score.total_cmp(&one.score));
    found.truncate(MOST);
    Ok(found)
}

/// Looks at what may follow `path`: its end, a pair of times, each digit.
fn step(
    decoder: &mut dyn NextToken,
    path: &Path,
    search: &Search<'_>,
    longest: usize,
    next: &mut Vec<Path>,
    found: &mut Vec<DigitString>,
) -> Result<(), HearError> {
    let logits = decoder.after(&path.tokens)?;
    let all = sum(logits.iter().copied());
    let at = |token: Token| logits.get(token as usize).copied().unwrap_or(f32::NEG_INFINITY) - all;
    if path.digits.len() < longest {
        for digit in search.digits {
            let mut grown = path.clone();
            grown.log_probability += sum(digit.sounds.iter().map(|&token| at(token)));
            grown.tokens.extend(&digit.written);
            grown.digits.push(digit.symbol);
            grown.after_times = false;
            next.push(grown);
        }
    }
    if path.digits.is_empty() {
        return Ok(());
    }
    let mut end = at(search.end);
    let later = logits.get(search.times as usize + 1..).unwrap_or_default();
    let time = sum(later.iter().copied()) - all;
    if !path.after_times && time > TIME_IS_POSSIBLE {
        // Behind the time at which a part ends stands the time at which the next begins, or the end.
        let mut grown = path.clone();
        grown.tokens.push(search.times + 1 + likeliest(later));
        let logits = decoder.after(&grown.tokens)?;
        let later = logits.get(search.times as usize + 1..).unwrap_or_default();
        let (ends, goes_on) = (logits[search.end as usize], sum(later.iter().copied()));
        let either = sum([ends, goes_on].into_iter());
        end = sum([end, time + ends - either].into_iter());
        grown.tokens.push(search.times + 1 + likeliest(later));
        grown.log_probability += time + goes_on - either;
        grown.after_times = true;
        next.push(grown);
    }
    let log_probability = path.log_probability + end;
    match found.iter_mut().find(|string| string.digits == path.digits) {
        Some(known) => known.log_probability = sum([known.log_probability, log_probability].into_iter()),
        None => found.push(DigitString { digits: path.digits.clone(), log_probability, score: log_probability }),
    }
    Ok(())
}

/// The best first, and of those with the same digits only the likelier way there.
fn merge(paths: &mut Vec<Path>) {
    paths.sort_by(|one, other| other.log_probability.total_cmp(&one.log_probability));
    let mut kept: Vec<Path> = Vec::new();
    for path in paths.drain(..) {
        let same = |other: &&mut Path| other.digits == path.digits && other.after_times == path.after_times;
        match kept.iter_mut().find(same) {
            Some(known) => {
                known.log_probability = sum([known.log_probability, path.log_probability].into_iter());
            }
            None => kept.push(path),
        }
    }
    *paths = kept;
}

/// What the length of a string speaks for it, in natural logarithms. Too long or too short for the step: as good as
/// impossible. In Mandarin, where whisper miscounts repeated digits most, the lengths of Chinese telephone numbers
/// are likelier than others: eleven digits from 13 to 19 for a mobile, eight or seven for a landline.
fn bonus(digits: &str, search: &Search<'_>) -> f32 {
    if !(search.min..=search.max).contains(&digits.len()) {
        return -100.0;
    }
    if search.language != Language::ZH || search.min == search.max {
        return 0.0;
    }
    let is_mobile = digits.len() == 11 && digits.starts_with('1') && !matches!(digits.as_bytes()[1], b'0'..=b'2');
    match digits.len() {
        11 if is_mobile => MOST_BONUS,
        8 => 1.75,
        7 => 0.75,
        _ => 0.0,
    }
}

fn likeliest(logits: &[f32]) -> Token {
    let best = logits.iter().enumerate().max_by(|(_, one), (_, other)| one.total_cmp(other));
    best.map_or(0, |(place, _)| place as Token)
}

/// The logarithm of the sum of exponentials.
fn sum(values: impl Iterator<Item = f32> + Clone) -> f32 {
    let highest = values.clone().fold(f32::NEG_INFINITY, f32::max);
    if highest == f32::NEG_INFINITY {
        return highest;
    }
    highest + values.map(|value| (value - highest).exp()).sum::<f32>().ln()
}

/// How whisper writes the ten digits, and what sounds like each: the first spelling is the one that is fed.
pub(super) fn spellings(language: Language) -> [&'static [&'static str]; 10] {
    if language == Language::ZH {
        [
            &["零", "〇", "领", "令", "林", "灵", "宁", "0"],
            &["一", "幺", "要", "腰", "妖", "邀", "医", "衣", "以", "已", "依", "1"],
            &["二", "而", "儿", "耳", "尔", "两", "2"],
            &["三", "山", "散", "伞", "3"],
            &["四", "是", "事", "死", "寺", "似", "4"],
            &["五", "我", "无", "午", "舞", "武", "物", "吴", "5"],
            &["六", "流", "留", "路", "刘", "陆", "溜", "6"],
            &["七", "起", "期", "其", "气", "妻", "齐", "7"],
            &["八", "吧", "把", "爸", "巴", "8"],
            &["九", "就", "久", "酒", "旧", "9"],
        ]
    } else {
        [
            &[" zero", " oh", " O", " Zero", " 0"],
            &[" one", " won", " One", " 1"],
            &[" two", " to", " too", " Two", " 2"],
            &[" three", " Three", " 3"],
            &[" four", " for", " Four", " 4"],
            &[" five", " Five", " 5"],
            &[" six", " Six", " 6"],
            &[" seven", " Seven", " 7"],
            &[" eight", " ate", " Eight", " 8"],
            &[" nine", " Nine", " 9"],
        ]
    }
}

/// What whisper is told before digits, so that it writes them one by one.
pub(super) fn hint(language: Language) -> &'static str {
    if language == Language::ZH {
        "号码是一三八零零四四九二七五。"
    } else {
        "My number is one three eight zero zero four four nine two seven five."
    }
}

/// Whether a transcript is nothing but digits, each said by itself, as far as a recogniser can be trusted with them:
/// then it is worth hearing it once more as digits. Numbers said as such ("thirty five", "double two"), sentences, and
/// words that only sound like digits are not.
pub(super) fn is_all_digits(text: &str, language: Language) -> bool {
    let spelt = spellings(language);
    let lower = text.to_lowercase();
    let parts: Vec<&str> = if language == Language::ZH {
        lower.split("").filter(|part| part.chars().any(char::is_alphanumeric)).collect()
    } else {
        lower.split(|letter: char| !letter.is_alphanumeric()).filter(|part| !part.is_empty()).collect()
    };
    let is_digit = |part: &str| {
        part.bytes().all(|byte| byte.is_ascii_digit())
            || part == "幺"
            || spelt.iter().any(|words| words[0].trim() == part)
    };
    let sounds_like_one = |part: &str| spelt.iter().any(|words| words.iter().any(|word| word.trim() == part));
    let digits = parts.iter().filter(|part| is_digit(part)).count();
    let alike = parts.iter().filter(|part| is_digit(part) || sounds_like_one(part)).count();
    // A wrong character among Mandarin digits is what this is for; a sentence has more of them.
    let enough = if language == Language::ZH { alike * 5 >= parts.len() * 4 } else { alike == parts.len() };
    enough && digits > 0 && digits * 2 >= parts.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const END: Token = 10;
    const TIMES: Token = 11;

    /// Digits are the tokens 0 to 9; each prefix has a few likely continuations, the rest is unlikely.
    struct Script(Vec<(Vec<Token>, Likely)>, Vec<f32>);

    /// Tokens with what speaks for them.
    type Likely = Vec<(Token, f32)>;

    impl NextToken for Script {
        fn after(&mut self, tokens: &[Token]) -> Result<&[f32], HearError> {
            self.1 = vec![-20.0; 16];
            let known = self.0.iter().find(|(prefix, _)| prefix == tokens);
            for &(token, logit) in known.map_or(&[][..], |(_, likely)| likely) {
                self.1[token as usize] = logit;
            }
            Ok(&self.1)
        }
    }

    fn digits() -> Vec<Digit> {
        let digit = |number: Token| Digit {
            symbol: (b'0' + number as u8) as char,
            written: vec![number],
            sounds: vec![number],
        };
        (0..10).map(digit).collect()
    }

    fn found(script: &mut Script, min: usize, max: usize, language: Language) -> Vec<String> {
        let digits = digits();
        let search = Search { digits: &digits, end: END, times: TIMES, min, max, language, longest: 12 };
        digit_strings(script, &[], &search).unwrap().into_iter().map(|string| string.digits).collect()
    }

    #[test]
    fn the_likeliest_string_comes_first_and_the_next_best_behind_it() {
        let mut script = Script(
            vec![
                (vec![], vec![(4, 5.0)]),
                (vec![4], vec![(2, 5.0), (3, 4.0)]),
                (vec![4, 2], vec![(END, 5.0)]),
                (vec![4, 3], vec![(END, 5.0)]),
            ],
            Vec::new(),
        );
        assert_eq!(found(&mut script, 1, 32, Language::EN)[..2], ["42", "43"]);
    }

    #[test]
    fn a_length_the_step_does_not_take_loses_to_one_it_takes() {
        let mut script = Script(
            vec![(vec![], vec![(4, 5.0)]), (vec![4], vec![(END, 5.0), (2, 3.5)]), (vec![4, 2], vec![(END, 5.0)])],
            Vec::new(),
        );
        assert_eq!(found(&mut script, 1, 32, Language::EN)[0], "4");
        assert_eq!(found(&mut script, 2, 2, Language::EN)[0], "42");
    }

    #[test]
    fn digits_go_on_behind_the_times_between_two_parts() {
        let mut script = Script(
            vec![
                (vec![], vec![(4, 5.0)]),
                (vec![4], vec![(TIMES + 2, 5.0)]),
                (vec![4, TIMES + 2], vec![(TIMES + 3, 5.0)]),
                (vec![4, TIMES + 2, TIMES + 3], vec![(7, 5.0)]),
                (vec![4, TIMES + 2, TIMES + 3, 7], vec![(TIMES + 4, 5.0)]),
                (vec![4, TIMES + 2, TIMES + 3, 7, TIMES + 4], vec![(END, 5.0)]),
            ],
            Vec::new(),
        );
        assert_eq!(found(&mut script, 1, 32, Language::EN)[0], "47");
    }

    #[test]
    fn only_digits_are_heard_as_digits() {
        for text in ["5, 5, 3, 2.", "five five three to", "138 0013", "oh seven", "5-5-3-2"] {
            assert!(is_all_digits(text, Language::EN), "{text}");
        }
        for text in ["I want a person", "thirty five", "double two", "", "my number is five", "for", "to", "oh, won"] {
            assert!(!is_all_digits(text, Language::EN), "{text}");
        }
        assert!(is_all_digits("一三八零零要三八零零零", Language::ZH));
        assert!(is_all_digits("13800138000。", Language::ZH));
        for text in ["我要找人工客服", "我要", "是", "是的", "以久"] {
            assert!(!is_all_digits(text, Language::ZH), "{text}");
        }
        assert!(!is_all_digits("", Language::ZH));
    }
}
