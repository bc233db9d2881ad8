//! Words and how they are read: jieba parts the text, a dictionary of phrases and what stands beside a word decide
//! between the readings of a character.
//!
//! `phrases.txt` has the words whose reading is not that of their characters one by one, from the MIT-licensed data of
//! `pypinyin`; `own.txt` adds and mends; `neutral.txt` has words whose last syllable is unstressed.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use jieba_rs::Jieba;
use pinyin::ToPinyin;

use super::syllable::Syllable;

/// A word of a text and its syllables, one a character.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub(super) characters: Vec<char>,
    pub(super) syllables: Vec<Syllable>,
}

struct Dictionary {
    jieba: Jieba,
    phrases: HashMap<&'static str, &'static str>,
    longest: usize,
    neutral: HashSet<&'static str>,
}

/// How common our own words are taken to be, so that they are not parted: as common as 可以.
const OWN_FREQUENCY: usize = 50_000;

static DICTIONARY: LazyLock<Dictionary> = LazyLock::new(|| {
    let lines = include_str!("phrases.txt").lines().chain(include_str!("own.txt").lines());
    let phrases: HashMap<_, _> =
        lines.filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(' ')).collect();
    let longest = phrases.keys().map(|phrase| phrase.chars().count()).max().unwrap_or(1);
    let neutral = include_str!("neutral.txt").split_whitespace().collect();
    let mut jieba = Jieba::new();
    for (word, _) in include_str!("own.txt").lines().filter_map(|line| line.split_once(' ')) {
        jieba.add_word(word, Some(OWN_FREQUENCY), None);
    }
    Dictionary { jieba, phrases, longest, neutral }
});

/// Loads the dictionaries, about a quarter of a second, so that no caller waits for it.
pub(in super::super) fn load_dictionaries() {
    LazyLock::force(&DICTIONARY);
}

/// The words of `text`, all of it Chinese writing, and their readings before any change of tone.
pub(super) fn words_of(text: &str) -> Vec<Word> {
    let dictionary = &*DICTIONARY;
    let tags = dictionary.jieba.tag(text, true);
    let mut words: Vec<Word> = Vec::with_capacity(tags.len());
    for (place, tag) in tags.iter().enumerate() {
        let beside = Beside {
            before: place.checked_sub(1).map(|place| (tags[place].word, tags[place].tag)),
            after: tags.get(place + 1).map(|tag| (tag.word, tag.tag)),
        };
        let characters: Vec<char> = tag.word.chars().collect();
        let mut syllables = match beside.reading_of(tag.word) {
            Some(reading) => vec![Syllable::parse(reading)],
            None => dictionary.read(&characters),
        };
        if dictionary.ends_unstressed(&characters)
            && let Some(last) = syllables.last_mut()
        {
            last.tone = 5;
        }
        // 慢慢地: doubled, it says how something is done.
        if let [first, second, .., '地'] = characters[..]
            && first == second
            && let Some(last) = syllables.last_mut()
        {
            *last = Syllable::parse("de5");
        }
        colour(&characters, &mut syllables);
        words.push(Word { characters, syllables });
    }
    words
}

impl Dictionary {
    /// The longest phrases from the left, and character by character between them.
    fn read(&self, characters: &[char]) -> Vec<Syllable> {
        let mut syllables = Vec::with_capacity(characters.len());
        let mut rest = characters;
        while !rest.is_empty() {
            let (length, phrase) = (1..=self.longest.min(rest.len()))
                .rev()
                .find_map(|length| {
                    let phrase: String = rest[..length].iter().collect();
                    self.phrases.get(phrase.as_str()).map(|reading| (length, *reading))
                })
                .unwrap_or((1, ""));
            if phrase.is_empty() {
                syllables.push(alone(rest[0]));
            } else {
                syllables.extend(phrase.split(' ').map(Syllable::parse));
            }
            rest = &rest[length..];
        }
        syllables
    }

    fn ends_unstressed(&self, characters: &[char]) -> bool {
        let known = |part: &[char]| self.neutral.contains(part.iter().collect::<String>().as_str());
        known(characters) || (characters.len() > 2 && known(&characters[characters.len() - 2..]))
    }
}

/// A character's most common reading.
fn alone(character: char) -> Syllable {
    match character {
        '幺' => Syllable::parse("yao1"),
        '〇' => Syllable::parse("ling2"),
        // Particles, whatever else they may be within words.
        '吗' | '嘛' => Syllable::parse("ma5"),
        '呢' => Syllable::parse("ne5"),
        '吧' => Syllable::parse("ba5"),
        '啊' => Syllable::parse("a5"),
        _ => Syllable::parse(character.to_pinyin().map_or("", |pinyin| pinyin.with_tone_num_end())),
    }
}

/// A word in which 儿 is a child, not the colour of a vowel.
const CHILDREN: [&str; 9] = ["女儿", "婴儿", "幼儿", "孤儿", "少儿", "胎儿", "健儿", "宠儿", "患儿"];

/// Makes a final 儿 colour the vowel before it.
fn colour(characters: &[char], syllables: &mut [Syllable]) {
    let count = characters.len();
    if count < 2 || characters[count - 1] != '儿' || syllables.len() != count {
        return;
    }
    let end: String = characters[count - 2..].iter().collect();
    if !CHILDREN.contains(&end.as_str()) {
        syllables[count - 1] = Syllable::parse("er5");
    }
}

/// The words beside a word, with jieba's part of speech.
struct Beside<'a> {
    before: Option<(&'a str, &'a str)>,
    after: Option<(&'a str, &'a str)>,
}

/// Surnames that are read otherwise than the same character elsewhere.
const SURNAMES: [(&str, &str); 12] = [
    ("曾", "zeng1"),
    ("单", "shan4"),
    ("仇", "qiu2"),
    ("解", "xie4"),
    ("任", "ren2"),
    ("区", "ou1"),
    ("查", "zha1"),
    ("华", "hua4"),
    ("盖", "ge3"),
    ("朴", "piao2"),
    ("乐", "yue4"),
    ("尉", "yu4"),
];
const TITLES: [&str; 8] = ["先生", "女士", "小姐", "太太", "经理", "老师", "师傅", "主任"];

impl Beside<'_> {
    /// The reading of a word of one character that depends on what stands beside it.
    fn reading_of(&self, word: &str) -> Option<&'static str> {
        let before = |tags: &[&str]| self.before.is_some_and(|(_, tag)| tags.iter().any(|one| tag.starts_with(one)));
        let after = |tags: &[&str]| self.after.is_some_and(|(_, tag)| tags.iter().any(|one| tag.starts_with(one)));
        let is_after = |words: &[&str]| self.after.is_some_and(|(next, _)| words.contains(&next));
        if is_after(&TITLES)
            && let Some((_, reading)) = SURNAMES.iter().find(|(surname, _)| *surname == word)
        {
            return Some(reading);
        }
        Some(match word {
            "得" if before(&["v", "a"]) => "de5",
            "得" if self.after.is_some() => "dei3",
            "地" if before(&["a", "d", "i", "z"]) && after(&["v"]) => "de5",
            "了" => "le5",
            "还" if is_after(&["款", "钱", "清", "债", "贷款", "信用卡", "账单", "给", "回"]) => "huan2",
            "还" if self.before.is_some_and(|(word, _)| ["已", "已经", "未", "应", "待", "需"].contains(&word))
                && !after(&["v", "d"]) =>
            {
                "huan2"
            }
            "长" => "chang2",
            "重" if after(&["v"]) => "chong2",
            "只" if before(&["m"]) => "zhi1",
            "为" if is_after(&["您", "你", "我", "他", "她", "我们", "你们", "他们", "大家", "客户", "此", "何"]) => {
                "wei4"
            }
            "为" if after(&["v"]) => "wei4",
            "为" => "wei2",
            "调" => "tiao2",
            "里" if before(&["n", "r", "s"]) => "li5",
            "上" if before(&["n", "r", "s"]) => "shang5",
            _ => return None,
        })
    }
}
