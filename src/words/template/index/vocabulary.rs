//! The words of an index and the templates they stand in.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::super::super::closeness::{Neighbours, Sound};
use super::super::super::weight::is_function_word;

/// Words of the index near one that was heard, by their places, with their distances.
pub(in super::super) type Near = Vec<(u32, f32)>;

/// Every word of an index once.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Vocabulary {
    words: Vec<Word>,
    places: HashMap<Box<str>, u32, FixedState>,
    /// For each first byte, the lengths of words, a bit each; the last bit stands for all longer ones.
    lengths: Lengths,
    neighbours: Neighbours,
}

#[derive(Debug, Clone)]
struct Word {
    /// Itself and other words of the index that are near.
    near: Near,
    postings: Vec<Posting>,
    /// It carries meaning.
    is_content: bool,
}

#[derive(Debug, Clone)]
struct Lengths([u64; 256]);

impl Default for Lengths {
    fn default() -> Self {
        Self([0; 256])
    }
}

/// Where a word stands.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Posting {
    pub entry: u32,
    /// Which word of its template it is.
    pub local: u16,
    /// What it can save that the word is heard.
    pub worth: f32,
}

impl Vocabulary {
    /// The place of a word, which is added where it is not known.
    pub fn add(&mut self, sound: &Sound) -> u32 {
        if let Some(place) = self.places.get(sound.text()) {
            return *place;
        }
        let place = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        self.places.insert(sound.text().into(), place);
        if let Some(first) = sound.text().bytes().next() {
            self.lengths.0[usize::from(first)] |= 1 << sound.text().len().min(63);
        }
        let is_content = !is_function_word(sound.text());
        self.words.push(Word { near: Near::new(), postings: Vec::new(), is_content });
        self.neighbours.add(sound.clone());
        place
    }

    pub fn post(&mut self, place: u32, posting: Posting) {
        self.words[place as usize].postings.push(posting);
    }

    /// Finds out, once all words are in, which of them are near each other.
    pub fn find_neighbours(&mut self) {
        for place in 0..u32::try_from(self.words.len()).unwrap_or(u32::MAX) {
            let mut near = vec![(place, 0.0)];
            self.neighbours.near(self.neighbours.sound(place), &mut near);
            let mut rest = near.split_off(1);
            rest.retain(|(other, _)| *other != place);
            near.append(&mut rest);
            self.words[place as usize].near = near;
        }
    }

    pub fn place(&self, word: &str) -> Option<u32> {
        self.places.get(word).copied()
    }

    /// Whether some word begins with this byte and has this many.
    pub fn has_like(&self, first: u8, length: usize) -> bool {
        self.lengths.0[usize::from(first)] & (1 << length.min(63)) != 0
    }

    /// A word with those near it, itself first.
    pub fn near_known(&self, place: u32) -> &[(u32, f32)] {
        &self.words[place as usize].near
    }

    /// Puts the words near one that the index does not have behind what `near` has.
    pub fn near_unknown(&self, sound: &Sound, near: &mut Near) {
        self.neighbours.near(sound, near);
    }

    pub fn is_content(&self, place: u32) -> bool {
        self.words[place as usize].is_content
    }

    pub fn postings(&self, place: u32) -> &[Posting] {
        &self.words[place as usize].postings
    }
}
