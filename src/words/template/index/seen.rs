//! An utterance beside the words of an index.

use super::super::heard::Heard;
use super::vocabulary::{Near, Vocabulary};

/// Which words of an index were heard, and where: places and distances, no words.
#[derive(Default)]
pub(in super::super) struct Seen {
    /// The words near each word heard, one after the other.
    near: Near,
    /// Where those near each word heard end.
    ends: Vec<usize>,
    /// `(word heard, place)`: it and the next one together are one word of the index.
    joined: Vec<(usize, u32)>,
    /// `(word heard, first, second)`: it is two words of the index.
    split: Vec<(usize, u32, u32)>,
}

impl Seen {
    /// Looks an utterance up.
    pub fn look(&mut self, heard: &Heard, vocabulary: &Vocabulary) {
        self.near.clear();
        self.ends.clear();
        self.joined.clear();
        self.split.clear();
        let mut together = String::new();
        for (column, token) in heard.tokens.iter().enumerate() {
            let known = vocabulary.place(&token.text);
            match known {
                Some(place) => self.near.extend_from_slice(vocabulary.near_known(place)),
                None => vocabulary.near_unknown(heard.sound(column), &mut self.near),
            }
            self.ends.push(self.near.len());
            if !token.is_latin() {
                continue;
            }
            let before = column.checked_sub(1).map(|before| &heard.tokens[before]);
            if let Some(before) = before.filter(|before| before.is_latin())
                && may_begin(&before.text, before.text.len() + token.text.len(), vocabulary)
            {
                together.clear();
                together.push_str(&before.text);
                together.push_str(&token.text);
                self.joined.extend(vocabulary.place(&together).map(|place| (column - 1, place)));
            }
            if known.is_none() {
                self.take_apart(column, &token.text, vocabulary);
            }
        }
    }

    fn take_apart(&mut self, column: usize, word: &str, vocabulary: &Vocabulary) {
        let cuts = (1..word.len()).filter(|cut| word.is_char_boundary(*cut) && may_begin(word, *cut, vocabulary));
        for cut in cuts {
            let (first, second) = word.split_at(cut);
            if let Some(first) = vocabulary.place(first)
                && let Some(second) = vocabulary.place(second)
            {
                self.split.push((column, first, second));
            }
        }
    }

    /// The words of the index near the one heard in this column.
    pub fn near(&self, column: usize) -> &[(u32, f32)] {
        let from = column.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.near[from..self.ends[column]]
    }

    pub fn joined(&self) -> &[(usize, u32)] {
        &self.joined
    }

    pub fn split(&self) -> &[(usize, u32, u32)] {
        &self.split
    }

    /// Every word of the index that was heard, with the words heard for it, a bit each.
    pub fn each(&self, mut meet: impl FnMut(u32, u128)) {
        let mut from = 0;
        for (column, to) in self.ends.iter().enumerate() {
            self.near[from..*to].iter().for_each(|(place, _)| meet(*place, bit(column)));
            from = *to;
        }
        for (column, place) in &self.joined {
            meet(*place, bit(*column) | bit(column + 1));
        }
        for (column, first, second) in &self.split {
            meet(*first, bit(*column));
            meet(*second, bit(*column));
        }
    }

    /// Whether some word of the index was heard in this column.
    pub fn is_known(&self, column: usize) -> bool {
        !self.near(column).is_empty()
            || self.joined.iter().any(|(joined, _)| *joined == column || joined + 1 == column)
            || self.split.iter().any(|(split, _, _)| *split == column)
    }
}

/// Whether some word of so many bytes begins like this one.
fn may_begin(word: &str, length: usize, vocabulary: &Vocabulary) -> bool {
    word.bytes().next().is_some_and(|first| vocabulary.has_like(first, length))
}

/// The bit of a word heard; none behind the last.
pub(super) fn bit(column: usize) -> u128 {
    u32::try_from(column).ok().and_then(|column| 1_u128.checked_shl(column)).unwrap_or(0)
}
