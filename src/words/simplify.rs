//! Traditional Chinese characters to simplified ones.
//!
//! Recognisers answer Mandarin in either script. The table is the one-to-one part of OpenCC's
//! `TSCharacters` (Apache-2.0): the first of each pair in `traditional.txt` is traditional, the second
//! simplified. Words whose conversion depends on context keep the commonest character, which is enough to
//! understand a caller.

use std::sync::LazyLock;

/// The first character that has a simplified form, and how many places the table has: the CJK Unified Ideographs.
const FIRST: u32 = 0x4e00;
const COUNT: usize = 0x5200;

/// For each character the simplified one; itself where it has none.
static TABLE: LazyLock<Vec<char>> = LazyLock::new(|| {
    let itself = |place: usize| u32::try_from(place).ok().and_then(|place| char::from_u32(FIRST + place));
    let mut table: Vec<char> = (0..COUNT).map(|place| itself(place).unwrap_or_default()).collect();
    let characters: Vec<char> = include_str!("traditional.txt").chars().filter(|c| !c.is_whitespace()).collect();
    // What callers' words need beyond the table: characters that OpenCC leaves because both scripts use them.
    let more = [('著', '着'), ('妳', '你'), ('牠', '它'), ('喔', '哦')];
    let pairs = characters.chunks_exact(2).map(|pair| (pair[0], pair[1])).chain(more);
    for (traditional, simplified) in pairs {
        if let Some(place) = place(traditional).and_then(|place| table.get_mut(place)) {
            *place = simplified;
        }
    }
    table
});

fn place(character: char) -> Option<usize> {
    u32::from(character).checked_sub(FIRST).map(|place| place as usize).filter(|place| *place < COUNT)
}

/// The simplified form of one character; any other character is returned as it is.
pub(super) fn simplified_char(character: char) -> char {
    place(character).and_then(|place| TABLE.get(place)).copied().unwrap_or(character)
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
