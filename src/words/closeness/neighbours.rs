//! Many words at once: which of them are near one that was heard, without comparing it with each.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::Sound;

/// A table of places, by something that near words have in common.
type Places<K> = HashMap<K, Vec<u32>, FixedState>;

/// Words, found by what makes another one near: each way in which [`Sound::distance`] finds two words near has a table
/// of the words that may be near in that way. What they give is compared, nothing else; nothing heard is kept.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Neighbours {
    sounds: Vec<Sound>,
    by_number: Places<u8>,
    by_group: Places<u32>,
    by_meaning: Places<u32>,
    by_stem: Places<Box<str>>,
    by_key: Places<u64>,
    by_first: HashMap<u8, Vec<Outline>, FixedState>,
    by_last: HashMap<u8, Vec<Outline>, FixedState>,
    by_syllable: Places<u16>,
    by_confusion: Places<u32>,
}

/// What tells most words apart before they are compared.
#[derive(Debug, Clone, Copy)]
struct Outline {
    place: u32,
    letters: u32,
    length: usize,
    first: u8,
}

impl Neighbours {
    /// Adds a word; its place is how many were added before.
    pub fn add(&mut self, sound: Sound) {
        let place = u32::try_from(self.sounds.len()).unwrap_or(u32::MAX);
        if let Some(number) = sound.number {
            self.by_number.entry(number).or_default().push(place);
        }
        each_bit(sound.alike, |bit| self.by_group.entry(bit).or_default().push(place));
        each_bit(sound.meanings, |bit| self.by_meaning.entry(bit).or_default().push(place));
        each_bit(sound.confused, |bit| self.by_confusion.entry(bit).or_default().push(place));
        if let Some(reading) = sound.reading {
            reading.each_broad(|syllable| self.by_syllable.entry(syllable).or_default().push(place));
        }
        if sound.stem > 0 {
            self.by_stem.entry(sound.text[..sound.stem].into()).or_default().push(place);
            self.outline(&sound, place);
        }
        self.sounds.push(sound);
    }

    fn outline(&mut self, sound: &Sound, place: u32) {
        let bytes = sound.text.as_bytes();
        let (Some(first), Some(last)) = (bytes.first().copied(), bytes.last().copied()) else { return };
        if bytes.len() < super::LEAST_EDITED || bytes.len() > super::MOST_COMPARED {
            return;
        }
        let outline = Outline { place, letters: sound.letters, length: bytes.len(), first };
        self.by_key.entry(sound.key).or_default().push(place);
        self.by_first.entry(first).or_default().push(outline);
        self.by_last.entry(last).or_default().push(outline);
    }

    /// The word at a place.
    pub fn sound(&self, place: u32) -> &Sound {
        &self.sounds[place as usize]
    }

    /// Puts the words near `heard` with their distances behind what `near` has, in the order of their places. Whether
    /// `heard` itself, letter for letter, is found among them is not told: a table of texts tells that.
    pub fn near(&self, heard: &Sound, near: &mut Vec<(u32, f32)>) {
        let from = near.len();
        let mut meet = |place: u32| {
            if near[from..].iter().any(|(known, _)| *known == place) {
                return;
            }
            if let Some(distance) = self.sound(place).distance(heard) {
                near.push((place, distance));
            }
        };
        let mut meet_all = |places: Option<&Vec<u32>>| places.into_iter().flatten().for_each(|place| meet(*place));
        if let Some(number) = heard.number {
            meet_all(self.by_number.get(&number));
        }
        each_bit(heard.alike, |bit| meet_all(self.by_group.get(&bit)));
        each_bit(heard.meanings, |bit| meet_all(self.by_meaning.get(&bit)));
        each_bit(heard.confused, |bit| meet_all(self.by_confusion.get(&bit)));
        if let Some(reading) = heard.reading {
            reading.each_broad(|syllable| meet_all(self.by_syllable.get(&syllable)));
        }
        if heard.stem > 0 {
            meet_all(self.by_stem.get(&heard.text[..heard.stem]));
            self.like_spelt(heard, &mut meet);
        }
        near[from..].sort_unstable_by_key(|(place, _)| *place);
    }

    /// Words that are spelt or sound like it.
    fn like_spelt(&self, heard: &Sound, meet: &mut impl FnMut(u32)) {
        let bytes = heard.text.as_bytes();
        let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return };
        if bytes.len() < super::LEAST_EDITED || bytes.len() > super::MOST_COMPARED {
            return;
        }
        self.by_key.get(&heard.key).into_iter().flatten().for_each(|place| meet(*place));
        let may_be_near =
            |outline: &&Outline| super::may_be_edited(outline.length, outline.letters, bytes.len(), heard.letters);
        let begins_so = self.by_first.get(first).into_iter().flatten();
        begins_so.filter(may_be_near).for_each(|outline| meet(outline.place));
        let ends_so = self.by_last.get(last).into_iter().flatten().filter(|outline| outline.first != *first);
        ends_so.filter(may_be_near).for_each(|outline| meet(outline.place));
    }
}

fn each_bit(mut bits: u64, mut each: impl FnMut(u32)) {
    while bits != 0 {
        each(bits.trailing_zeros());
        bits &= bits - 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WORDS: &[&str] = &[
        "order",
        "older",
        "orders",
        "parcel",
        "partial",
        "delivery",
        "delivered",
        "deliver",
        "invoice",
        "invoices",
        "track",
        "tracking",
        "two",
        "2",
        "too",
        "four",
        "for",
        "o'clock",
        "knife",
        "night",
        "cancel",
        "cancelled",
        "a",
        "the",
        "an",
        "this",
        "balance",
        "ballance",
        "statement",
        "station",
        "12",
        "123456",
        "twelve",
        "订",
        "定",
        "单",
        "担",
        "查",
        "茶",
        "一",
        "1",
        "她",
        "他",
        "长",
        "张",
        "章",
        "林",
        "凌",
        "é",
        "café",
    ];

    proptest! {
        #[test]
        fn what_is_found_is_what_comparing_with_each_finds(
            heard in prop_oneof![prop::sample::select(WORDS.to_vec()).prop_map(str::to_owned), "[a-z]{1,9}", "[a-e]{4,7}"],
            at in 0_usize..8, letter in "[a-z]"
        ) {
            let mut words = Neighbours::default();
            WORDS.iter().for_each(|word| words.add(Sound::of(word)));
            let mut heard = heard;
            if heard.is_char_boundary(at.min(heard.len())) && at % 2 == 1 {
                heard.insert_str(at.min(heard.len()), &letter);
            }
            let heard = Sound::of(&heard);
            let is_other = |place: &usize| WORDS[*place] != heard.text();
            let compared = (0..WORDS.len()).filter(is_other).filter_map(|place| Some((place, Sound::of(WORDS[place]).distance(&heard)?)));
            let mut near = Vec::new();
            words.near(&heard, &mut near);
            let found = near.into_iter().map(|(place, distance)| (place as usize, distance)).filter(|(place, _)| is_other(place));
            prop_assert_eq!(found.collect::<Vec<_>>(), compared.collect::<Vec<_>>());
        }
    }
}
