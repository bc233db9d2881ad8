//! How near a word heard is to a word expected.

/// A word prepared for comparison, so that many comparisons are cheap.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sound {
    text: String,
    number: Option<u8>,
    /// One bit for each group of [`SOUND_ALIKE`] that the word is in.
    alike: u64,
    stem: String,
    key: String,
}

impl Sound {
    pub fn of(word: &str) -> Self {
        let is_latin = word.is_ascii();
        let alike = if is_latin { groups_of(word) } else { 0 };
        let stem = if is_latin { stem(word).to_owned() } else { String::new() };
        let key = if is_latin { sound_key(word) } else { String::new() };
        Self { text: word.to_owned(), number: number(word), alike, stem, key }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// The distance from `heard` to this word: 0 the same, up to about 0.45 for a likely mishearing; `None`
    /// when they are different words.
    ///
    /// Spelling distance (Damerau–Levenshtein, adjacent swaps) is relative to the longer word and allowed up
    /// to about a third of it; words that sound alike by a coarse consonant key are near as well. Short words
    /// must be equal or known to sound the same, for a third of `two` is already another word.
    pub fn distance(&self, heard: &Self) -> Option<f32> {
        let same_number = self.number.is_some() && self.number == heard.number;
        if same_number || self.text == heard.text {
            return Some(0.0);
        }
        if self.stem.is_empty() || heard.stem.is_empty() {
            return confused_characters(&self.text, &heard.text).then_some(0.3);
        }
        if self.stem == heard.stem {
            return Some(0.08);
        }
        if self.alike & heard.alike != 0 {
            return Some(0.15);
        }
        let (shorter, longer) = (self.text.len().min(heard.text.len()), self.text.len().max(heard.text.len()));
        if shorter < 4 || longer - shorter > longer / 3 || longer > 24 {
            return None;
        }
        let same_key = self.key == heard.key;
        let same_start = self.text.as_bytes().first() == heard.text.as_bytes().first();
        let same_end = self.text.as_bytes().last() == heard.text.as_bytes().last();
        if same_start || same_end {
            let ratio = f32::from(edits(self.text.as_bytes(), heard.text.as_bytes())) / longer as f32;
            if ratio <= 0.34 {
                return Some(ratio * 1.3);
            }
        }
        same_key.then_some(0.4)
    }
}

const NUMBERS: [&str; 13] =
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
const CHINESE_NUMBERS: [&str; 11] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];

fn number(word: &str) -> Option<u8> {
    if word.as_bytes().first().is_some_and(u8::is_ascii_digit) {
        return word.parse().ok().filter(|number| *number <= 12);
    }
    let by_name = |names: &[&str]| names.iter().position(|name| *name == word);
    by_name(&NUMBERS).or_else(|| by_name(&CHINESE_NUMBERS)).and_then(|place| u8::try_from(place).ok())
}

fn groups_of(word: &str) -> u64 {
    let groups = SOUND_ALIKE.iter().enumerate().filter(|(_, group)| group.contains(&word));
    groups.fold(0, |bits, (place, _)| bits | 1 << place)
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

/// Whether two single characters are exchanged by recognisers.
fn confused_characters(left: &str, right: &str) -> bool {
    CONFUSED.iter().any(|group| group.contains(left) && group.contains(right))
}

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

/// Insertions, deletions, substitutions and swaps of neighbours that turn one word into the other.
fn edits(left: &[u8], right: &[u8]) -> u8 {
    let width = right.len() + 1;
    let mut before_last: Vec<u8> = vec![0; width];
    let mut last: Vec<u8> = (0..width).map(|column| u8::try_from(column).unwrap_or(u8::MAX)).collect();
    for (row, left_byte) in left.iter().enumerate() {
        let mut current = vec![u8::try_from(row + 1).unwrap_or(u8::MAX); width];
        for (column, right_byte) in right.iter().enumerate() {
            let substitution = last[column].saturating_add(u8::from(left_byte != right_byte));
            let gap = last[column + 1].min(current[column]).saturating_add(1);
            current[column + 1] = substitution.min(gap);
            let swapped = row > 0 && column > 0 && *left_byte == right[column - 1] && left[row - 1] == *right_byte;
            if swapped {
                current[column + 1] = current[column + 1].min(before_last[column - 1].saturating_add(1));
            }
        }
        before_last = last;
        last = current;
    }
    last[width - 1]
}

/// The consonants of a word in coarse classes, vowels dropped behind the first letter: words with one key
/// sound alike over a telephone.
fn sound_key(word: &str) -> String {
    let mut key = String::new();
    for (index, byte) in word.bytes().enumerate() {
        let class = match byte {
            b'b' | b'p' | b'f' | b'v' => 'p',
            b'c' | b'g' | b'j' | b'k' | b'q' | b'x' => 'k',
            b's' | b'z' => 's',
            b'd' | b't' => 't',
            b'l' => 'l',
            b'm' | b'n' => 'n',
            b'r' => 'r',
            b'a' | b'e' | b'i' | b'o' | b'u' | b'y' if index == 0 => 'a',
            _ => continue,
        };
        if !key.ends_with(class) {
            key.push(class);
        }
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
        assert!(SOUND_ALIKE.len() <= 64);
    }

    #[test]
    fn counts_edits_with_swaps_of_neighbours() {
        assert_eq!(edits(b"order", b"order"), 0);
        assert_eq!(edits(b"order", b"oder"), 1);
        assert_eq!(edits(b"parcel", b"pacrel"), 1);
        assert_eq!(edits(b"", b"abc"), 3);
    }

    #[test]
    fn misheard_words_are_near_and_other_words_are_not() {
        for (wanted, heard) in
            [("order", "orders"), ("track", "tracking"), ("parcel", "parsel"), ("two", "2"), ("delivery", "delivary")]
        {
            assert!(distance(wanted, heard).is_some_and(|distance| distance < 0.3), "{wanted} {heard}");
        }
        for (wanted, heard) in [("order", "parcel"), ("yes", "yet"), ("two", "ten"), ("open", "close"), ("二", "三")]
        {
            assert_eq!(distance(wanted, heard), None, "{wanted} {heard}");
        }
    }
}
