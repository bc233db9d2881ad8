//! Mandarin spelling: digits with 幺 and 〇, amounts (一千零五), letters as they are said in Chinese.

use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::FixedState;
use smol_str::{SmolStr, ToSmolStr};

use super::super::spoken::mandarin::amounts as cardinals;
use super::super::token::Token;
use super::super::weight::phrase_length;
use super::pieces::{Piece, one};

#[rustfmt::skip]
const DIGITS: &[(&str, char, f32)] = &[
    ("零", '0', 0.0), ("〇", '0', 0.0), ("洞", '0', 0.02), ("一", '1', 0.0), ("幺", '1', 0.0), ("壹", '1', 0.0),
    ("二", '2', 0.0), ("两", '2', 0.0), ("贰", '2', 0.0), ("三", '3', 0.0), ("叁", '3', 0.0), ("四", '4', 0.0),
    ("肆", '4', 0.0), ("五", '5', 0.0), ("伍", '5', 0.0), ("六", '6', 0.0), ("陆", '6', 0.0), ("七", '7', 0.0),
    ("柒", '7', 0.0), ("拐", '7', 0.02), ("八", '8', 0.0), ("捌", '8', 0.0), ("九", '9', 0.0), ("玖", '9', 0.0),
    ("勾", '9', 0.05),
    // Characters that recognisers write for digits.
    ("妖", '1', 0.04), ("腰", '1', 0.05), ("邀", '1', 0.05), ("要", '1', 0.1), ("么", '1', 0.08), ("衣", '1', 0.05),
    ("医", '1', 0.06), ("依", '1', 0.06), ("意", '1', 0.15), ("林", '0', 0.06), ("领", '0', 0.06),
    ("令", '0', 0.06), ("灵", '0', 0.05), ("铃", '0', 0.05), ("您", '0', 0.25), ("而", '2', 0.06),
    ("儿", '2', 0.08), ("耳", '2', 0.05), ("山", '3', 0.06), ("散", '3', 0.06), ("伞", '3', 0.05),
    ("死", '4', 0.05), ("是", '4', 0.2), ("事", '4', 0.1), ("思", '4', 0.08), ("吴", '5', 0.05), ("无", '5', 0.06),
    ("午", '5', 0.06), ("舞", '5', 0.05), ("武", '5', 0.05), ("我", '5', 0.25), ("物", '5', 0.1), ("溜", '6', 0.04),
    ("流", '6', 0.06), ("刘", '6', 0.05), ("牛", '6', 0.15), ("楼", '6', 0.15), ("期", '7', 0.06),
    ("气", '7', 0.06), ("起", '7', 0.08), ("其", '7', 0.08), ("妻", '7', 0.05), ("吧", '8', 0.12),
    ("巴", '8', 0.05), ("爸", '8', 0.05), ("把", '8', 0.1), ("久", '9', 0.05), ("酒", '9', 0.05), ("就", '9', 0.2),
    ("旧", '9', 0.06), ("舅", '9', 0.05),
];
/// The first so many of [`DIGITS`] are surely digits.
const SURE: usize = 25;

#[rustfmt::skip]
const LETTERS: &[(&str, char, f32)] = &[
    ("诶", 'A', 0.04), ("欸", 'A', 0.04), ("哎", 'A', 0.1), ("比", 'B', 0.04), ("逼", 'B', 0.04), ("必", 'B', 0.06),
    ("币", 'B', 0.05), ("西", 'C', 0.04), ("稀", 'C', 0.05), ("C", 'C', 0.0), ("弟", 'D', 0.05), ("地", 'D', 0.1),
    ("滴", 'D', 0.04), ("迪", 'D', 0.04), ("低", 'D', 0.05), ("伊", 'E', 0.05), ("义", 'E', 0.1),
    ("艾弗", 'F', 0.02), ("艾夫", 'F', 0.02), ("爱福", 'F', 0.03), ("吉", 'G', 0.05), ("鸡", 'G', 0.05),
    ("极", 'G', 0.08), ("艾尺", 'H', 0.03), ("爱吃", 'H', 0.04), ("艾", 'I', 0.05), ("爱", 'I', 0.06),
    ("杰", 'J', 0.04), ("接", 'J', 0.1), ("开", 'K', 0.08), ("凯", 'K', 0.04), ("克", 'K', 0.08),
    ("艾勒", 'L', 0.02), ("爱乐", 'L', 0.03), ("艾欧", 'L', 0.05), ("艾姆", 'M', 0.02), ("爱慕", 'M', 0.03),
    ("恩", 'N', 0.05), ("嗯", 'N', 0.15), ("欧", 'O', 0.04), ("哦", 'O', 0.12), ("皮", 'P', 0.05),
    ("屁", 'P', 0.05), ("批", 'P', 0.05), ("扣", 'Q', 0.05), ("抠", 'Q', 0.05), ("丘", 'Q', 0.06),
    ("阿尔", 'R', 0.03), ("啊", 'R', 0.2), ("阿", 'R', 0.1), ("艾斯", 'S', 0.02), ("爱死", 'S', 0.04),
    ("踢", 'T', 0.04), ("提", 'T', 0.05), ("替", 'T', 0.06), ("梯", 'T', 0.05), ("优", 'U', 0.04),
    ("由", 'U', 0.08), ("油", 'U', 0.05), ("有", 'U', 0.15), ("威", 'V', 0.04), ("维", 'V', 0.04),
    ("微", 'V', 0.05), ("达不溜", 'W', 0.02), ("打不溜", 'W', 0.02), ("大不溜", 'W', 0.02), ("达布流", 'W', 0.02),
    ("艾克斯", 'X', 0.02), ("爱克斯", 'X', 0.02), ("叉", 'X', 0.08), ("歪", 'Y', 0.05), ("外", 'Y', 0.1),
    ("贼", 'Z', 0.06), ("贼德", 'Z', 0.03), ("在", 'Z', 0.25),
];

static DIGITS_BY_WORD: LazyLock<HashMap<&'static str, (char, f32, bool), FixedState>> = LazyLock::new(|| {
    let with_place = DIGITS.iter().enumerate();
    with_place.map(|(place, (name, digit, cost))| (*name, (*digit, *cost, place < SURE))).collect()
});

/// How a letter is written when it is spelt, which it is, and what taking it for that costs.
type Letter = (&'static str, char, f32);

static LETTERS_BY_FIRST: LazyLock<HashMap<char, Vec<Letter>, FixedState>> = LazyLock::new(|| {
    let mut letters: HashMap<char, Vec<Letter>, FixedState> = HashMap::default();
    for entry in LETTERS {
        if let Some(first) = entry.0.chars().next() {
            letters.entry(first).or_default().push(*entry);
        }
    }
    letters
});

pub(super) fn is_number_character(word: &str) -> bool {
    matches!(word, "十" | "百" | "千") || chinese_digit(word).is_some()
}

/// The digit that a character surely stands for.
pub(crate) fn chinese_digit(word: &str) -> Option<char> {
    DIGITS_BY_WORD.get(word).filter(|(_, _, is_sure)| *is_sure).map(|(digit, _, _)| *digit)
}

/// The longest amount at the start of `words`: `(characters taken, value)`.
pub(crate) fn chinese_amount(words: &[&str]) -> Option<(usize, u64)> {
    amounts(words).into_iter().next()
}

/// Everything that the characters at `at` may spell.
pub(super) fn pieces(all: &[Token], at: usize, letters: bool, pieces: &mut Vec<Piece>) {
    let words: Vec<&str> = all[at..].iter().take(16).map(|token| token.text.as_str()).collect();
    let mut add = |span: usize, symbols: SmolStr, cost: f32| pieces.push(Piece { span, symbols, cost });
    if let Some((digit, cost, _)) = DIGITS_BY_WORD.get(words[0]) {
        add(1, one(*digit), *cost);
    }
    // The 十二 of 四十二 is no 12.
    let is_torn = words[0] == "十" && at > 0 && is_number_character(&all[at - 1].text);
    let amounts = amounts(&words);
    for (span, value) in &amounts {
        let cut_short = amounts.iter().any(|(longer, _)| longer > span);
        add(*span, value.to_smolstr(), if cut_short { 0.25 } else { 0.0 } + if is_torn { 0.5 } else { 0.0 });
    }
    // "三个零" is 000, "两个七" is 77.
    if let (Some(count), Some("个")) = (digit_value(words[0]), words.get(1).copied())
        && (2..=6).contains(&count)
        && let Some(symbol) = words.get(2).and_then(|word| sure_symbol(word))
    {
        add(3, std::iter::repeat_n(symbol, usize::try_from(count).unwrap_or(0)).collect(), 0.0);
    }
    if letters {
        let first = words[0].chars().next();
        for (name, letter, cost) in first.and_then(|first| LETTERS_BY_FIRST.get(&first)).into_iter().flatten() {
            if let Some(span) = phrase_length(name, &words) {
                add(span, one(*letter), *cost);
            }
        }
    }
}

fn sure_symbol(word: &str) -> Option<char> {
    let numeral = word.chars().next().filter(|character| character.is_ascii_digit() && word.len() == 1);
    numeral.or_else(|| chinese_digit(word))
}

fn digit_value(word: &str) -> Option<u64> {
    sure_symbol(word).and_then(|symbol| symbol.to_digit(10)).map(u64::from)
}

/// Amounts with 十, 百, 千 or 万 at the start of `words`: `(characters taken, value)`, every sensible end.
fn amounts(words: &[&str]) -> Vec<(usize, u64)> {
    let only_character = |word: &&str| {
        let mut characters = word.chars();
        characters.next().filter(|_| characters.next().is_none())
    };
    cardinals(words.iter().map_while(only_character))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn longest(text: &str) -> Option<u64> {
        let words: Vec<String> = text.chars().map(String::from).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        amounts(&words).first().map(|(_, value)| *value)
    }

    #[test]
    fn reads_chinese_amounts() {
        for (text, value) in [
            ("十", 10),
            ("十二", 12),
            ("二十", 20),
            ("四十二", 42),
            ("一百零五", 105),
            ("一百二", 120),
            ("一百二十三", 123),
            ("一千零五", 1005),
            ("一千五", 1500),
            ("两千零一十", 2010),
            ("三千四百五十六", 3456),
            ("一万二", 12000),
            ("一万零三", 10003),
            ("十二万三千", 123_000),
        ] {
            assert_eq!(longest(text), Some(value), "{text}");
        }
        assert_eq!(longest("一二三"), None);
    }
}
