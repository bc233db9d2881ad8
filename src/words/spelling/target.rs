//! Which symbols of a value a caller speaks of: "the second digit", "the last four", 倒数第二位.

use std::sync::LazyLock;

use super::super::phrases::Phrases;
use super::super::weight::phrase_length;
use super::wanted::Kind;

/// Some symbols of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Target {
    /// Counted from the end.
    from_end: bool,
    /// The place of the first one, counted from 0 from that side.
    place: usize,
    /// How many there are; `None`: as many as are said.
    pub count: Option<usize>,
    /// Which symbols are counted.
    among: Among,
}

/// Which symbols are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Among {
    All,
    Digits,
    Letters,
}

impl Target {
    const fn one(from_end: bool, place: usize, among: Among) -> Self {
        Self { from_end, place, count: Some(1), among }
    }

    const fn run(from_end: bool, count: Option<usize>, among: Among) -> Self {
        Self { from_end, place: 0, count, among }
    }

    /// The places meant in a value of `kinds` when `said` symbols are to stand there, in the value's order; the
    /// likeliest way to count first.
    pub fn places(&self, kinds: &[Kind], said: usize) -> Vec<Vec<usize>> {
        let count = self.count.unwrap_or(said);
        let ways: &[Among] = match self.among {
            Among::All => &[Among::All, Among::Digits, Among::Letters],
            Among::Digits => &[Among::Digits],
            Among::Letters => &[Among::Letters],
        };
        let mut found: Vec<Vec<usize>> = Vec::new();
        for way in ways {
            let is_counted = |kind: &Kind| match way {
                Among::All => true,
                Among::Digits => *kind != Kind::Letter,
                Among::Letters => *kind == Kind::Letter,
            };
            let counted: Vec<usize> = (0..kinds.len()).filter(|place| is_counted(&kinds[*place])).collect();
            let end = if self.from_end { counted.len().checked_sub(self.place) } else { Some(self.place + count) };
            let start = end.and_then(|end| end.checked_sub(count));
            if let (Some(start), Some(end)) = (start, end)
                && let Some(places) = counted.get(start..end)
                && !places.is_empty()
                && !found.iter().any(|known| known == places)
            {
                found.push(places.to_vec());
            }
        }
        found
    }
}

/// The target named at the start of `words`, with the words that lead from it to its new symbols: `(words, target)`.
pub(super) fn target(words: &[&str]) -> Option<(usize, Target)> {
    let first = words.first()?;
    if first.is_ascii() { english(words) } else { chinese(words) }
}

const ORDINALS: [&str; 20] = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
];
const COUNTS: [&str; 10] = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
const CHINESE_COUNTS: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];

#[rustfmt::skip]
static LINKS: LazyLock<Phrases<()>> = LazyLock::new(|| table(&[
    "is", "are", "was", "were", "should be", "should have been", "has to be", "have to be", "must be", "needs to be",
    "is supposed to be", "is actually", "is in fact", "are actually", "to be", "to", "into", "with", "into a", "is a",
    "is an", "should be a", "should be an", "should read", "reads",
]));

#[rustfmt::skip]
static CHINESE_LINKS: LazyLock<Phrases<()>> = LazyLock::new(|| table(&[
    "是", "应该是", "应该为", "应是", "改成", "改为", "换成", "变成", "为", "得是", "要改成", "才是", "其实是", "不对是",
    "错了是", "错了应该是", "不对应该是",
]));

#[rustfmt::skip]
static ENDS_IN: LazyLock<Phrases<()>> = LazyLock::new(|| table(&[
    "it ends in", "it ends with", "ends in", "ends with", "ending in", "ending with", "it finishes with",
    "at the end it is", "尾号是", "尾号", "结尾是", "末尾是", "最后是",
]));

#[rustfmt::skip]
static BEGINS_WITH: LazyLock<Phrases<()>> = LazyLock::new(|| table(&["it starts with", "it begins with", "starts with", "begins with", "starting with", "it starts", "开头是", "前面是"]));

fn table(phrases: &[&'static str]) -> Phrases<()> {
    Phrases::new(phrases.iter().map(|phrase| (*phrase, ())))
}

/// How many words the longest phrase of a table takes that stands at the start of `words`.
fn longest(table: &Phrases<()>, words: &[&str]) -> Option<usize> {
    table.longest(words).map(|(length, ())| length)
}

/// As [`longest`], of a few.
fn longest_of(phrases: &[&str], words: &[&str]) -> Option<usize> {
    phrases.iter().filter_map(|phrase| phrase_length(phrase, words)).max()
}

/// `(tokens, number from 1)`: "second", "2nd" (which is `2 nd` by the token).
fn ordinal(words: &[&str]) -> Option<(usize, usize)> {
    if let Some(place) = ORDINALS.iter().position(|name| words.first() == Some(name)) {
        return Some((1, place + 1));
    }
    let number: usize = words.first()?.parse().ok().filter(|number| (1..=40).contains(number))?;
    matches!(words.get(1), Some(&("st" | "nd" | "rd" | "th"))).then_some((2, number))
}

fn count(word: Option<&&str>, names: &[&str]) -> Option<usize> {
    let word = word?;
    let by_name = names.iter().position(|name| name == word).map(|place| place + 1);
    by_name.or_else(|| word.parse().ok()).filter(|number| (1..=18).contains(number))
}

fn noun(word: Option<&&str>) -> Option<Among> {
    match word.copied()? {
        "digit" | "digits" | "number" | "numbers" | "figure" | "figures" => Some(Among::Digits),
        "letter" | "letters" => Some(Among::Letters),
        "one" | "ones" | "character" | "characters" | "symbol" | "place" | "position" => Some(Among::All),
        _ => None,
    }
}

fn english(words: &[&str]) -> Option<(usize, Target)> {
    if let Some(length) = longest(&ENDS_IN, words) {
        return Some((length, Target::run(true, None, Among::All)));
    }
    if let Some(length) = longest(&BEGINS_WITH, words) {
        return Some((length, Target::run(false, None, Among::All)));
    }
    let mut at = usize::from(matches!(words.first(), Some(&("the" | "that" | "my"))));
    // "digit number three is five"
    if let Some(among) = noun(words.get(at)).filter(|among| *among != Among::All) {
        let behind = at + 1 + usize::from(words.get(at + 1) == Some(&"number"));
        let place = count(words.get(behind), &COUNTS)?;
        let link = longest(&LINKS, words.get(behind + 1..)?)?;
        return Some((behind + 1 + link, Target::one(false, place - 1, among)));
    }
    let (length, mut from_end, mut place) = match words.get(at) {
        Some(&("last" | "final")) => (1, true, 0),
        Some(&"penultimate") => (1, true, 1),
        _ => ordinal(&words[at..]).map(|(length, number)| (length, false, number - 1))?,
    };
    at += length;
    // Whether it can only be said of a place: "to last" and "digit" can, "second" alone is a moment too.
    let mut is_named = from_end;
    let rest = &words[at..];
    if let Some(length) =
        longest_of(&["to last", "to the last", "from last", "last", "from the end", "from the right"], rest)
        && !from_end
    {
        (from_end, is_named, at) = (true, true, at + length);
        // "the second from the end" and "the second last" are both the last but one.
    } else if let Some(length) = longest_of(&["but one", "but 1"], rest)
        && from_end
    {
        (place, at) = (1, at + length);
    }
    let run = count(words.get(at), &COUNTS)
        .filter(|number| *number > 1 && place == 0)
        .filter(|_| noun(words.get(at + 1)).is_some() || longest(&LINKS, &words[at + 1..]).is_some());
    if run.is_some() {
        at += 1;
    }
    let among = noun(words.get(at));
    at += usize::from(among.is_some());
    if let Some(length) = longest_of(&["from the end", "from the right", "from the back"], &words[at..])
        && !from_end
    {
        (from_end, at) = (true, at + length);
    }
    let link = longest(&LINKS, &words[at..]);
    if link.is_none() && !(among.is_some() && is_named || among.is_some_and(|among| among != Among::All)) {
        return None;
    }
    let behind = at + link.unwrap_or(0);
    let among = among.unwrap_or(Among::All);
    let target = if run.is_some() { Target::run(from_end, run, among) } else { Target::one(from_end, place, among) };
    Some((behind, target))
}

fn chinese(words: &[&str]) -> Option<(usize, Target)> {
    let mut at = longest_of(&["把", "将", "那个", "请把"], words).unwrap_or(0);
    let (from_end, place, run);
    if let Some(length) = longest_of(&["倒数第"], &words[at..]) {
        (from_end, run) = (true, None);
        place = count(words.get(at + length), &CHINESE_COUNTS)? - 1;
        at += length + 1;
    } else if words.get(at) == Some(&"第") {
        let tens = words.get(at + 1) == Some(&"十");
        let ones = count(words.get(at + 2), &CHINESE_COUNTS).filter(|_| tens);
        (from_end, run) = (false, None);
        place = if tens { 9 + ones.unwrap_or(0) } else { count(words.get(at + 1), &CHINESE_COUNTS)? - 1 };
        at += 2 + usize::from(ones.is_some());
    } else if let Some(length) = longest_of(&["最后", "后面", "后", "末尾", "末", "最末"], &words[at..]) {
        at += length;
        let number = match words.get(at) {
            Some(&"两") => Some(2),
            word => count(word, &CHINESE_COUNTS),
        };
        at += usize::from(number.is_some());
        (from_end, place, run) = (true, 0, number.filter(|number| *number > 1));
    } else if let Some(length) = longest_of(&["前面", "前", "开头", "头", "最前面"], &words[at..]) {
        at += length;
        let number = match words.get(at) {
            Some(&"两") => Some(2),
            word => count(word, &CHINESE_COUNTS),
        }?;
        at += 1;
        (from_end, place, run) = (false, 0, Some(number));
    } else {
        return longest(&ENDS_IN, words)
            .map(|length| (length, Target::run(true, None, Among::All)))
            .or_else(|| longest(&BEGINS_WITH, words).map(|length| (length, Target::run(false, None, Among::All))));
    }
    let nouns = [
        ("位数字", Among::Digits),
        ("个数字", Among::Digits),
        ("位数", Among::Digits),
        ("个数", Among::Digits),
        ("位字母", Among::Letters),
        ("个字母", Among::Letters),
        ("位", Among::All),
        ("个", Among::All),
    ];
    let named = nouns.iter().find_map(|(noun, among)| Some((phrase_length(noun, &words[at..])?, *among)));
    at += named.map_or(0, |(length, _)| length);
    let link = longest(&CHINESE_LINKS, &words[at..]);
    if named.is_none() && link.is_none() {
        return None;
    }
    let among = named.map_or(Among::All, |(_, among)| among);
    let target = if run.is_some() { Target::run(from_end, run, among) } else { Target::one(from_end, place, among) };
    Some((at + link.unwrap_or(0), target))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(said: &str, kinds: &str, count: usize) -> Option<Vec<usize>> {
        let tokens = super::super::super::token::tokenise(said);
        let words: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
        let kinds: Vec<Kind> = kinds.chars().map(|kind| if kind == 'L' { Kind::Letter } else { Kind::Digit }).collect();
        let (_, target) = target(&words)?;
        target.places(&kinds, count).into_iter().next()
    }

    #[test]
    fn places_are_counted_as_callers_count() {
        for (said, kinds, places_meant) in [
            ("the second digit is", "9999", vec![1]),
            ("the second digit is", "LL9999", vec![3]),
            ("the 2nd digit should be", "9999", vec![1]),
            ("the second letter is", "LL9999", vec![1]),
            ("the last one is", "9999", vec![3]),
            ("the second to last digit is", "9999", vec![2]),
            ("the last but one is", "9999", vec![2]),
            ("digit number three is", "9999", vec![2]),
            ("the last two digits are", "9999", vec![2, 3]),
            ("the first two letters are", "LL99", vec![0, 1]),
            ("it ends in", "9999", vec![3]),
            ("第二位是", "9999", vec![1]),
            ("第十二位是", "999999999999", vec![11]),
            ("最后一位是", "9999", vec![3]),
            ("倒数第二位是", "9999", vec![2]),
            ("后两位是", "9999", vec![2, 3]),
            ("前三位应该是", "99999", vec![0, 1, 2]),
            ("第一个字母是", "9L99", vec![1]),
        ] {
            assert_eq!(places(said, kinds, 1), Some(places_meant), "{said}");
        }
        for said in ["wait a second", "the last time I called", "for the first time", "最近", "第一"] {
            assert_eq!(places(said, "9999", 1), None, "{said}");
        }
    }
}
