//! How near a word heard is to a word expected.

use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::FixedState;
use smol_str::SmolStr;

use super::pinyin;

mod meaning;
mod neighbours;

pub(super) use neighbours::Neighbours;

/// A word prepared for comparison, so that many comparisons are cheap.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sound {
    text: SmolStr,
    number: Option<u8>,
    /// One bit for each group of [`SOUND_ALIKE`] that the word is in.
    alike: u64,
    /// One bit for each group of words of one meaning that the word is in.
    meanings: u64,
    /// How many bytes of the text are its stem; 0 for words that are not Latin.
    stem: usize,
    /// The consonants in coarse classes, four bits each; words with one key sound alike over a telephone.
    key: u64,
    /// One bit a letter: words that share few of them are not near.
    letters: u32,
    /// How a single Chinese character sounds.
    reading: Option<pinyin::Reading>,
    /// One bit for each group of [`CONFUSED`] that the character is in.
    confused: u64,
}

impl Sound {
    pub fn of(word: &str) -> Self {
        let is_latin = word.is_ascii();
        let number = number(word);
        Self {
            text: SmolStr::new(word),
            number,
            alike: if is_latin { groups_of(word) } else { 0 },
            meanings: if is_latin { meaning::meanings(stem(word)) } else { 0 },
            stem: if is_latin { stem(word).len() } else { 0 },
            key: if is_latin { sound_key(word) } else { 0 },
            letters: letters(word),
            reading: single_character(word).map(pinyin::reading),
            confused: single_character(word).map_or(0, confused_groups),
        }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// The distance from `heard` to this word: 0 the same, up to about 0.45 for a likely mishearing; `None`
    /// when they are different words.
    ///
    /// Spelling distance (Damerau–Levenshtein, adjacent swaps) is relative to the longer word and allowed up
    /// to about a third of it; words that sound alike by a coarse consonant key are near as well. Short words
    /// must be equal or known to sound the same, for a third of `two` is already another word. Chinese characters
    /// are near when they sound the same.
    pub fn distance(&self, heard: &Self) -> Option<f32> {
        let same_number = self.number.is_some() && self.number == heard.number;
        if same_number || self.text == heard.text {
            return Some(0.0);
        }
        if self.stem == 0 || heard.stem == 0 {
            return self.character_distance(heard);
        }
        if self.text[..self.stem] == heard.text[..heard.stem] {
            return Some(0.08);
        }
        if self.alike & heard.alike != 0 {
            return Some(0.15);
        }
        let by_meaning = (self.meanings & heard.meanings != 0).then_some(meaning::SAME_MEANING);
        let by_sound = self.sound_distance(heard);
        match (by_sound, by_meaning) {
            (Some(sound), Some(meaning)) => Some(sound.min(meaning)),
            (sound, meaning) => sound.or(meaning),
        }
    }

    /// How near two words of letters are spelt, or sound.
    fn sound_distance(&self, heard: &Self) -> Option<f32> {
        let (left, right) = (self.text.as_bytes(), heard.text.as_bytes());
        let (shorter, longer) = (left.len().min(right.len()), left.len().max(right.len()));
        if shorter < LEAST_EDITED || longer - shorter > longer / 3 || longer > MOST_COMPARED {
            return None;
        }
        let same_key = self.key == heard.key;
        let same_edge = left.first() == right.first() || left.last() == right.last();
        if same_edge && may_be_edited(left.len(), self.letters, right.len(), heard.letters) {
            let ratio = edits(left, right) as f32 / longer as f32;
            if ratio <= MOST_EDITED {
                return Some(ratio * 1.3);
            }
        }
        same_key.then_some(0.4)
    }
}

impl Sound {
    /// How near two single characters are: by sound, or because recognisers exchange them.
    fn character_distance(&self, heard: &Self) -> Option<f32> {
        let (left, right) = (self.reading?, heard.reading?);
        let by_sound = left.distance(right).filter(|distance| *distance <= pinyin::MOST);
        let listed = self.confused & heard.confused != 0;
        if listed { Some(by_sound.unwrap_or(0.3).min(0.3)) } else { by_sound }
    }
}

/// How much of a word may be changed for it to be near.
const MOST_EDITED: f32 = 0.34;
/// Shorter words must be equal or known to sound the same, in bytes; and longer ones equal.
const LEAST_EDITED: usize = 4;
const MOST_COMPARED: usize = 24;

/// Whether words of these lengths and letters can be within [`MOST_EDITED`] of each other: each edit adds or takes
/// away at most two letters.
fn may_be_edited(left: usize, left_letters: u32, right: usize, right_letters: u32) -> bool {
    let longer = left.max(right);
    let different = (left_letters ^ right_letters).count_ones() as f32;
    left.abs_diff(right) <= longer / 3 && different <= 2.0 * MOST_EDITED * longer as f32
}

fn letters(word: &str) -> u32 {
    word.bytes().fold(0, |bits, byte| match byte {
        b'a'..=b'z' => bits | 1 << (byte - b'a'),
        b'0'..=b'9' => bits | 1 << 26,
        _ => bits | 1 << 27,
    })
}

/// The character of a word that is a single Chinese one.
fn single_character(word: &str) -> Option<char> {
    let mut characters = word.chars();
    characters.next().filter(|first| !first.is_ascii() && characters.next().is_none())
}

static CONFUSED_GROUPS: LazyLock<HashMap<char, u64, FixedState>> = LazyLock::new(|| {
    let mut groups: HashMap<char, u64, FixedState> = HashMap::default();
    for (place, group) in CONFUSED.iter().enumerate() {
        group.chars().for_each(|character| *groups.entry(character).or_default() |= 1 << place);
    }
    groups
});

fn confused_groups(character: char) -> u64 {
    CONFUSED_GROUPS.get(&character).copied().unwrap_or(0)
}

fn number(word: &str) -> Option<u8> {
    Some(match word {
        "zero" | "零" => 0,
        "one" | "一" => 1,
        "two" | "二" => 2,
        "three" | "三" => 3,
        "four" | "四" => 4,
        "five" | "五" => 5,
        "six" | "六" => 6,
        "seven" | "七" => 7,
        "eight" | "八" => 8,
        "nine" | "九" => 9,
        "ten" | "十" => 10,
        "eleven" => 11,
        "twelve" => 12,
        _ if word.as_bytes().first().is_some_and(u8::is_ascii_digit) => {
            return word.parse().ok().filter(|number| *number <= 12);
        }
        _ => return None,
    })
}

static ALIKE_GROUPS: LazyLock<HashMap<&'static str, u64, FixedState>> = LazyLock::new(|| {
    let mut groups: HashMap<&'static str, u64, FixedState> = HashMap::default();
    for (place, group) in SOUND_ALIKE.iter().enumerate() {
        group.iter().for_each(|word| *groups.entry(word).or_default() |= 1 << place);
    }
    groups
});

fn groups_of(word: &str) -> u64 {
    ALIKE_GROUPS.get(word).copied().unwrap_or(0)
}

const SOUND_ALIKE: &[&[&str]] = &[
    &["to", "too", "two"],
    &["for", "four", "fore"],
    &["by", "buy"],
    &["there", "their"],
    &["where", "wear", "were"],
    &["no", "know"],
    &["right", "write"],
    &["or", "are", "our"],
    &["hour", "our"],
    &["mail", "male"],
    &["sale", "sail"],
    &["weight", "wait"],
    &["than", "then"],
    &["see", "sea"],
    &["red", "read"],
    &["new", "knew"],
    &["check", "cheque", "czech"],
    &["bill", "build"],
    &["cell", "sell"],
    &["plan", "plane", "plain"],
    &["personal", "person"],
    &["agent", "asian", "aging"],
    &["parcel", "partial", "pasel"],
    &["order", "older", "odor", "border"],
    &["refund", "re-fund", "refunds"],
    &["a", "an", "the"],
    &["in", "an", "and"],
    &["this", "the"],
    &["it", "at"],
    &["what", "but"],
    &["human", "woman"],
];

/// Characters that recognisers exchange because they sound the same.
#[rustfmt::skip]
const CONFUSED: &[&str] = &[
    "的得地", "他她它", "在再", "哪那", "吗嘛么", "做作", "订定", "帐账", "递弟第", "包宝", "退推", "货或",
    "单但担", "人仁任", "工公", "客课", "服福扶", "查茶叉", "问文", "到道倒", "号好", "物务", "流留", "换还",
    "票漂", "时是事", "营赢", "业叶", "价家", "钱前", "转专传", "座做坐", "接街", "消销", "取去", "您你",
];

/// A word without its commonest endings.
fn stem(word: &str) -> &str {
    for ending in ["ies", "ing", "ed", "es", "s", "d", "y"] {
        if let Some(stem) = word.strip_suffix(ending)
            && stem.len() >= 3
        {
            return stem.strip_suffix('e').filter(|shorter| shorter.len() >= 3).unwrap_or(stem);
        }
    }
    word.strip_suffix('e').filter(|shorter| shorter.len() >= 3).unwrap_or(word)
}

/// Insertions, deletions, substitutions and swaps of neighbours that turn one word into the other; bit-parallel
/// (Hyyrö 2003, "A bit-vector algorithm for computing Levenshtein and Damerau edit distances").
pub(super) fn edits(left: &[u8], right: &[u8]) -> usize {
    if left.is_empty() || right.is_empty() || left.len() > 64 {
        return left.len().max(right.len());
    }
    let mut places = [0_u64; 128];
    for (place, byte) in left.iter().enumerate() {
        places[usize::from(byte & 127)] |= 1 << place;
    }
    let last = 1_u64 << (left.len() - 1);
    let (mut positive, mut negative, mut diagonal, mut before) = (u64::MAX, 0_u64, 0_u64, 0_u64);
    let mut distance = left.len();
    for byte in right {
        let same = places[usize::from(byte & 127)];
        let swapped = ((!diagonal & same) << 1) & before;
        diagonal = (((same & positive).wrapping_add(positive)) ^ positive) | same | negative | swapped;
        let more = negative | !(diagonal | positive);
        let less = diagonal & positive;
        distance = distance + usize::from(more & last != 0) - usize::from(less & last != 0);
        let more = (more << 1) | 1;
        let less = less << 1;
        positive = less | !(diagonal | more);
        negative = more & diagonal;
        before = same;
    }
    distance
}

/// The consonants of a word in coarse classes, four bits each, vowels dropped behind the first letter. What English
/// writes but does not say is left out first: the k of `knife`, the gh of `night`.
pub(super) fn sound_key(word: &str) -> u64 {
    let bytes = word.as_bytes();
    let start = usize::from(matches!(bytes, [b'k' | b'g' | b'p', b'n', ..] | [b'w', b'r', ..]));
    let mut key = 0_u64;
    let mut last = 0;
    for at in start..bytes.len() {
        let next = bytes.get(at + 1).copied();
        let class = match (bytes[at], next) {
            (b'p', Some(b'h')) | (b'b' | b'p' | b'f' | b'v', _) => 1,
            (b'g', Some(b'h')) if at > start => continue,
            (b'c', Some(b'e' | b'i' | b'y')) | (b's' | b'z', _) => 3,
            (b'c' | b'g' | b'j' | b'k' | b'q' | b'x', _) => 2,
            (b'd' | b't', _) => 4,
            (b'l', _) => 5,
            (b'm' | b'n', _) => 6,
            (b'r', _) => 7,
            (b'a' | b'e' | b'i' | b'o' | b'u' | b'y', _) if at == start => 8,
            _ => continue,
        };
        if class != last && key >> 60 == 0 {
            key = key << 4 | class;
        }
        last = class;
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distance(wanted: &str, heard: &str) -> Option<f32> {
        Sound::of(wanted).distance(&Sound::of(heard))
    }

    #[test]
    fn every_group_has_its_bit() {
        assert!(SOUND_ALIKE.len() <= 64 && CONFUSED.len() <= 64);
    }

    #[test]
    fn counts_edits_with_swaps_of_neighbours() {
        assert_eq!(edits(b"order", b"order"), 0);
        assert_eq!(edits(b"order", b"oder"), 1);
        assert_eq!(edits(b"parcel", b"pacrel"), 1);
        assert_eq!(edits(b"", b"abc"), 3);
        assert_eq!(edits(b"kitten", b"sitting"), 3);
        assert_eq!(edits(b"abcd", b"badc"), 2);
    }

    #[test]
    fn misheard_words_are_near_and_other_words_are_not() {
        for (wanted, heard) in [
            ("order", "orders"),
            ("track", "tracking"),
            ("parcel", "parsel"),
            ("two", "2"),
            ("delivery", "delivary"),
            ("invoice", "invoise"),
            ("订", "定"),
            ("快", "块"),
        ] {
            assert!(distance(wanted, heard).is_some_and(|distance| distance < 0.3), "{wanted} {heard}");
        }
        for (wanted, heard) in [("order", "parcel"), ("yes", "yet"), ("two", "ten"), ("open", "close"), ("二", "三")]
        {
            assert_eq!(distance(wanted, heard), None, "{wanted} {heard}");
        }
    }
}
