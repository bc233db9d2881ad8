//! How tones change beside one another: 一, 不, 看一看, and third tones in a row.

use super::reading::Word;
use super::syllable::Syllable;

/// Changes the tones of a phrase without pauses.
pub(super) fn apply(words: &mut [Word]) {
    one_and_not(words);
    for word in words.iter_mut() {
        third_tones(&mut word.syllables);
    }
    // Between words only where one of them is a single syllable: 管理产品 keeps its feet apart.
    for place in 1..words.len() {
        let (before, after) = words.split_at_mut(place);
        let (Some(before), Some(after)) = (before.last_mut(), after.first()) else { continue };
        let is_short = before.syllables.len() == 1 || after.syllables.len() == 1;
        let begins_third = after.syllables.first().is_some_and(|first| first.tone == 3);
        if is_short
            && begins_third
            && let Some(last) = before.syllables.last_mut()
            && last.tone == 3
        {
            last.tone = 2;
        }
    }
}

/// All but the last of third tones in a row rise.
fn third_tones(syllables: &mut [Syllable]) {
    for place in 1..syllables.len() {
        let next_is_third = syllables[place].tone == 3;
        // 想想, 等等: the second was third before it lost its stress.
        let doubled = syllables[place].tone == 5
            && syllables.len() == 2
            && syllables[0].name == syllables[1].name
            && matches!(syllables[0].name.as_str(), "xiang" | "deng" | "zou" | "jiang");
        if syllables[place - 1].tone == 3 && (next_is_third || doubled) {
            syllables[place - 1].tone = 2;
        }
    }
}

const NUMERALS: &str = "零〇一二三四五六七八九十百千万亿两幺点第";
/// Behind these 一 counts a place and keeps its tone: 一月, 一号, 一楼.
const ORDINAL: &str = "月号楼级班线路";

/// The tones of 一 and 不.
fn one_and_not(words: &mut [Word]) {
    let characters: Vec<char> = words.iter().flat_map(|word| word.characters.iter().copied()).collect();
    let mut syllables: Vec<&mut Syllable> = words.iter_mut().flat_map(|word| word.syllables.iter_mut()).collect();
    if characters.len() != syllables.len() {
        return;
    }
    for place in 0..characters.len() {
        let next_tone = syllables.get(place + 1).map(|next| next.tone);
        let before = place.checked_sub(1).map(|before| characters[before]);
        let after = characters.get(place + 1).copied();
        let between_doubles = before.is_some() && before == after;
        let tone = match characters[place] {
            '不' | '一' if syllables[place].tone == 5 => 5,
            '不' if between_doubles => 5,
            '不' if next_tone == Some(4) => 2,
            '不' => 4,
            '一' if between_doubles && !before.is_some_and(|before| NUMERALS.contains(before)) => 5,
            '一' => tone_of_one(before, after, next_tone),
            _ => continue,
        };
        syllables[place].tone = tone;
    }
}

fn tone_of_one(before: Option<char>, after: Option<char>, next_tone: Option<u8>) -> u8 {
    let counts = |character: char| matches!(character, '百' | '千' | '万' | '亿');
    let is_figure = |character: char| NUMERALS.contains(character) && !counts(character);
    match (before, after) {
        // 十一, 二零一: a figure among figures; 一百, 一千 change even behind others.
        (_, Some(after)) if is_figure(after) && after != '点' => 1,
        (Some('第'), _) => 1,
        (Some(before), Some(after)) if NUMERALS.contains(before) && !counts(after) => 1,
        (_, Some(after)) if ORDINAL.contains(after) => 1,
        (_, None) => 1,
        _ => match next_tone {
            Some(4 | 5) => 2,
            _ => 4,
        },
    }
}
