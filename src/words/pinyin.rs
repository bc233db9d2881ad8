//! How Chinese characters sound: characters of one sound are what a recogniser of Mandarin confuses.
//!
//! `pinyin.txt` has a line a syllable with its tone (5 is neutral) and the characters of GB 2312 that are read so,
//! from the MIT-licensed data of `pypinyin`; characters with two common readings stand on two lines.

use std::sync::LazyLock;

/// The first character of the table's range, and how many places it has: the CJK Unified Ideographs of GB 2312.
const FIRST: u32 = 0x4e00;
const COUNT: usize = 0x5200;

/// How far apart two characters of the same syllable and tone are, 0–1.
pub(super) const SAME: f32 = 0.1;
const OTHER_TONE: f32 = 0.2;
const NEARLY: f32 = 0.25;
const NEARLY_OTHER_TONE: f32 = 0.35;
/// How far apart characters may be that are taken for one another.
pub(super) const MOST: f32 = 0.3;

/// A reading of a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Syllable {
    /// Which syllable, counted from 1 in the order of the table; 0 is none.
    exact: u16,
    /// The first syllable that sounds the same to many speakers: `zhang` and `zang`, `lin` and `ling`.
    broad: u16,
    tone: u8,
}

static TABLE: LazyLock<Vec<[Syllable; 2]>> = LazyLock::new(|| {
    let mut table = vec![[Syllable::default(); 2]; COUNT];
    let mut names: Vec<String> = Vec::new();
    let mut number = |name: String| match names.iter().position(|known| *known == name) {
        Some(place) => u16::try_from(place + 1).unwrap_or(0),
        None => {
            names.push(name);
            u16::try_from(names.len()).unwrap_or(0)
        }
    };
    for line in include_str!("pinyin.txt").lines() {
        let Some((syllable, characters)) = line.split_once(' ') else { continue };
        let tone = syllable.bytes().last().map_or(5, |tone| tone.wrapping_sub(b'0'));
        let name = syllable.trim_end_matches(|character: char| character.is_ascii_digit());
        let reading = Syllable { exact: number(name.to_owned()), broad: number(broad(name)), tone };
        for character in characters.chars() {
            let Some(readings) = place(character).and_then(|place| table.get_mut(place)) else { continue };
            let free = usize::from(readings[0].exact != 0);
            readings[free] = reading;
        }
    }
    table
});

fn place(character: char) -> Option<usize> {
    u32::from(character).checked_sub(FIRST).map(|place| place as usize).filter(|place| *place < COUNT)
}

/// The syllable as speakers say it who do not tell `zh` from `z`, `ng` from `n`, `n` from `l`, `h` from `f`.
fn broad(syllable: &str) -> String {
    let (initial, rest) = match syllable {
        _ if syllable.starts_with("zh") => ("z", &syllable[2..]),
        _ if syllable.starts_with("ch") => ("c", &syllable[2..]),
        _ if syllable.starts_with("sh") => ("s", &syllable[2..]),
        _ if syllable.starts_with('n') && syllable.len() > 1 => ("l", &syllable[1..]),
        _ => ("", syllable),
    };
    let is_back_nasal = ["ang", "eng", "ing"].iter().any(|ending| rest.ends_with(ending));
    let rest = if is_back_nasal { &rest[..rest.len() - 1] } else { rest };
    format!("~{initial}{rest}")
}

/// How a character sounds, for many comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Reading([Syllable; 2]);

/// How a character sounds; nothing is near a character that is not in the table.
pub(super) fn reading(character: char) -> Reading {
    Reading(place(character).and_then(|place| TABLE.get(place)).copied().unwrap_or_default())
}

impl Reading {
    /// Tells each syllable of the character as speakers say it who do not tell `zh` from `z`: characters that share
    /// none are not near.
    pub fn each_broad(self, each: impl FnMut(u16)) {
        self.0.iter().filter(|syllable| syllable.exact != 0).map(|syllable| syllable.broad).for_each(each);
    }

    /// As [`distance`].
    pub fn distance(self, other: Self) -> Option<f32> {
        let mut least: Option<f32> = None;
        for left in self.0.iter().filter(|left| left.exact != 0) {
            for right in other.0.iter().filter(|right| right.broad == left.broad) {
                let distance = match (left.exact == right.exact, left.tone == right.tone) {
                    (true, true) => SAME,
                    (true, false) => OTHER_TONE,
                    (false, true) => NEARLY,
                    (false, false) => NEARLY_OTHER_TONE,
                };
                least = Some(least.map_or(distance, |least| least.min(distance)));
            }
        }
        least
    }
}

/// How far apart two characters sound, 0.1 for the same syllable and tone up to 0.35; `None` for different sounds.
pub(super) fn distance(left: char, right: char) -> Option<f32> {
    reading(left).distance(reading(right))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_of_one_sound_are_near_and_others_are_not() {
        assert_eq!(distance('张', '章'), Some(SAME));
        assert_eq!(distance('买', '卖'), Some(OTHER_TONE));
        assert_eq!(distance('长', '张'), Some(OTHER_TONE));
        assert_eq!(distance('林', '凌'), Some(NEARLY));
        assert_eq!(distance('诗', '思'), Some(NEARLY));
        assert_eq!(distance('订', '单'), None);
        assert_eq!(distance('a', '啊'), None);
        assert_eq!(broad("zhuang"), "~zuan");
        assert_eq!(broad("ning"), "~lin");
        assert_eq!(broad("lin"), "~lin");
        assert_eq!(broad("n"), "~n");
    }
}
