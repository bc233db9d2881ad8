//! Traditional Chinese characters to simplified ones.
//!
//! Recognisers answer Mandarin in either script. The table is the one-to-one part of OpenCC's
//! `TSCharacters` (Apache-2.0): the first of each pair in `traditional.txt` is traditional, the second
//! simplified. Words whose conversion depends on context keep the commonest character, which is enough to
//! understand a caller.

use std::sync::LazyLock;

static PAIRS: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let characters: Vec<char> = include_str!("traditional.txt").chars().filter(|c| !c.is_whitespace()).collect();
    let mut pairs: Vec<(char, char)> = characters.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
    // What callers' words need beyond the table: characters that OpenCC leaves because both scripts use them.
    pairs.extend([('著', '着'), ('妳', '你'), ('牠', '它'), ('喔', '哦')]);
    pairs.sort_unstable();
    pairs.dedup_by_key(|pair| pair.0);
    pairs
});

/// The simplified form of one character; any other character is returned as it is.
pub(super) fn simplified_char(character: char) -> char {
    if u32::from(character) < 0x4e00 {
        return character;
    }
    match PAIRS.binary_search_by_key(&character, |pair| pair.0) {
        Ok(found) => PAIRS[found].1,
        Err(_) => character,
    }
}

/// `text` in simplified characters. Everything that is not a traditional character stays.
pub fn simplified(text: &str) -> String {
    text.chars().map(simplified_char).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simplifies_what_callers_say() {
        assert_eq!(simplified("我的訂單號碼是多少,請轉人工客服,謝謝"), "我的订单号码是多少,请转人工客服,谢谢");
        assert_eq!(simplified("说了 already 一二三"), "说了 already 一二三");
    }
}
