//! Named lists: values with the ways they are said, found in an utterance even when misheard.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::super::closeness::{edits, sound_key};
use super::super::pinyin;
use super::super::token::{Token, is_han, tokenise};
use super::super::weight::is_function_word;
use super::super::{ChoiceOption, Language};
use super::heard::Heard;

/// The most wordings of one value that are looked for.
const MOST_WORDINGS: usize = 24;
/// The most words of one name.
const LONGEST: usize = 10;
/// How much of a name may be changed for it to be found.
const MOST_EDITED: f32 = 0.26;
/// What it costs that only the sound of a name was heard, not its letters.
const BY_SOUND: f32 = 0.35;
/// What it costs that words were written together or apart.
const JOINED: f32 = 0.05;
/// What it costs that only one word of a longer name was said, which is in no other name.
const HEAD_ONLY: f32 = 0.4;

/// A named list of values: what `{list}` in a template stands for, and the values of a slot of type `place`.
#[derive(Clone, PartialEq)]
pub struct WordList {
    name: String,
    options: Vec<ChoiceOption>,
    names: Vec<Name>,
    /// For each length in bytes, the names that are so long; longer ones in the last.
    by_length: Vec<Vec<u32>>,
}

/// One wording of one value.
#[derive(Debug, Clone, PartialEq)]
struct Name {
    option: usize,
    /// The words written together.
    joined: String,
    words: usize,
    /// The words, where they are Latin.
    parts: Vec<String>,
    key: u64,
    letters: u32,
    is_han: bool,
    /// What this wording costs of itself.
    cost: f32,
}

/// Where a name was heard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in super::super) struct Hit {
    /// The first word of it.
    pub start: usize,
    /// Behind its last word.
    pub behind: usize,
    /// Which value.
    pub option: usize,
    /// How unlikely, 0 and up; up to about 0.45.
    pub cost: f32,
}

/// A value of a list that was heard.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// The value.
    pub value: String,
    /// Which words of [`Heard::words`] name it.
    pub words: Range<usize>,
    /// How well they do, 0–1.
    pub score: f32,
}

/// Where templates find the lists they name.
pub trait ListSource {
    /// The list of this name; `None` makes `{name}` a slot.
    fn list(&self, name: &str) -> Option<Arc<WordList>>;
}

/// No lists: every `{name}` is a slot.
impl ListSource for () {
    fn list(&self, _name: &str) -> Option<Arc<WordList>> {
        None
    }
}

impl ListSource for BTreeMap<String, Arc<WordList>> {
    fn list(&self, name: &str) -> Option<Arc<WordList>> {
        self.get(name).cloned()
    }
}

impl WordList {
    /// A list of values in the order given. A value that says nothing of how it is said in any language is said as it
    /// is written; names in every language are found, whichever is spoken.
    pub fn new(name: impl Into<String>, options: Vec<ChoiceOption>) -> Self {
        let mut list = Self { name: name.into(), options: Vec::new(), names: Vec::new(), by_length: Vec::new() };
        for (index, option) in options.iter().enumerate() {
            list.add(&option.value.replace('_', " "), index, 0.0);
            for templates in option.said.values() {
                let wordings = templates.iter().flat_map(|template| template.samples(MOST_WORDINGS));
                wordings.take(MOST_WORDINGS).for_each(|wording| list.add(&wording, index, 0.0));
            }
        }
        list.add_heads();
        list.by_length = vec![Vec::new(); list.names.iter().map(|name| name.joined.len() + 1).max().unwrap_or(0)];
        for (place, name) in list.names.iter().enumerate() {
            list.by_length[name.joined.len()].push(u32::try_from(place).unwrap_or(u32::MAX));
        }
        list.options = options;
        list
    }

    /// The name of the list.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The values, in order.
    pub fn options(&self) -> &[ChoiceOption] {
        &self.options
    }

    /// Up to `cap` of the names as they are said in `language`, the first of each value first.
    pub fn samples(&self, cap: usize, language: Language) -> Vec<String> {
        let first = |option: &ChoiceOption| {
            let said = option.said.get(&language).and_then(|templates| templates.first());
            let sample = said.and_then(|template| template.samples(1).into_iter().next());
            sample.unwrap_or_else(|| option.value.replace('_', " "))
        };
        self.options.iter().take(cap).map(first).collect()
    }

    fn add(&mut self, wording: &str, option: usize, cost: f32) {
        let tokens = tokenise(wording);
        let joined = joined(&tokens);
        let is_known = self.names.iter().any(|name| name.option == option && name.joined == joined);
        if joined.is_empty() || is_known || tokens.len() > LONGEST * 2 {
            return;
        }
        self.names.push(Name {
            option,
            key: sound_key(&joined),
            letters: letters(&joined),
            is_han: joined.chars().all(is_han),
            words: tokens.len(),
            parts: tokens.iter().filter(|token| token.is_latin()).map(|token| token.text.to_string()).collect(),
            joined,
            cost,
        });
    }

    /// A word of a longer name stands for it, where it is in no other name.
    fn add_heads(&mut self) {
        let mut heads: Vec<(String, usize)> = Vec::new();
        let mut parts: Vec<(String, usize)> = Vec::new();
        for name in &self.names {
            for word in name.parts.iter().filter(|_| name.parts.len() > 1) {
                if word.len() >= 5 && !is_function_word(word) {
                    heads.push((word.clone(), name.option));
                }
                parts.push((word.clone(), name.option));
            }
        }
        for (head, option) in heads {
            let is_shared = parts.iter().any(|(word, owner)| *word == head && *owner != option);
            if !is_shared && !self.names.iter().any(|name| name.joined == head) {
                self.add(&head, option, HEAD_ONLY);
            }
        }
    }

    /// The names of the list that were heard, in the order spoken, each as long as it can be: what stands inside a
    /// longer name, of this list, is not told apart.
    pub fn named(&self, heard: &Heard) -> Vec<Named> {
        let mut hits = self.find(heard);
        hits.sort_by(|left, right| {
            let length = |hit: &Hit| hit.behind - hit.start;
            (left.cost - 0.05 * length(left) as f32).total_cmp(&(right.cost - 0.05 * length(right) as f32))
        });
        let mut named: Vec<Named> = Vec::new();
        for hit in hits {
            let overlaps = named.iter().any(|known| hit.start < known.words.end && known.words.start < hit.behind);
            if !overlaps {
                let value = self.options[hit.option].value.clone();
                named.push(Named { value, words: hit.start..hit.behind, score: (1.0 - hit.cost).max(0.0) });
            }
        }
        named.sort_by_key(|named| named.words.start);
        named
    }

    /// Everything in `heard` that may be a name of the list, the cheapest of each value and place.
    pub(in super::super) fn find(&self, heard: &Heard) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::new();
        let most = self.names.iter().map(|name| name.words + 2).max().unwrap_or(0).min(LONGEST * 2);
        let mut text = String::new();
        for start in 0..heard.tokens.len() {
            text.clear();
            for behind in start + 1..=heard.tokens.len().min(start + most) {
                push_word(&mut text, &heard.tokens[behind - 1]);
                // A name that sounds the same may be half as long, or twice; all others are nearer.
                let shortest = text.len() / 2;
                if shortest >= self.by_length.len() {
                    break;
                }
                let window =
                    Window { text: &text, key: sound_key(&text), letters: letters(&text), words: behind - start };
                let longest = (text.len() * 2).min(self.by_length.len() - 1);
                for name in self.by_length[shortest..=longest].iter().flatten() {
                    let name = &self.names[*name as usize];
                    let Some(cost) = name.distance(&window) else { continue };
                    offer(&mut hits, Hit { start, behind, option: name.option, cost: cost + name.cost });
                }
            }
        }
        hits
    }
}

impl std::fmt::Debug for WordList {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "WordList({}, {} values)", self.name, self.options.len())
    }
}

fn offer(hits: &mut Vec<Hit>, hit: Hit) {
    let same = |known: &&mut Hit| known.start == hit.start && known.behind == hit.behind && known.option == hit.option;
    match hits.iter_mut().find(same) {
        Some(known) => known.cost = known.cost.min(hit.cost),
        None => hits.push(hit),
    }
}

/// A few words heard one after the other.
struct Window<'h> {
    text: &'h str,
    key: u64,
    letters: u32,
    words: usize,
}

impl Name {
    fn distance(&self, heard: &Window<'_>) -> Option<f32> {
        if self.is_han || heard.text.chars().next().is_some_and(is_han) {
            return self.distance_by_character(heard);
        }
        let apart = if self.words == heard.words { 0.0 } else { JOINED };
        if self.joined == heard.text {
            return Some(apart);
        }
        let longer = self.joined.len().max(heard.text.len());
        let shorter = self.joined.len().min(heard.text.len());
        let different = (self.letters ^ heard.letters).count_ones() as f32;
        if shorter < 4 || self.words.abs_diff(heard.words) > 1 || longer > 64 {
            return None;
        }
        let allowed = MOST_EDITED * longer as f32;
        if (longer - shorter) as f32 <= allowed && different <= 2.0 * allowed {
            let ratio = edits(self.joined.as_bytes(), heard.text.as_bytes()) as f32 / longer as f32;
            if ratio <= MOST_EDITED {
                return Some(ratio * 1.3 + apart);
            }
        }
        let starts_alike = self.joined.as_bytes()[0] == heard.text.as_bytes()[0];
        (self.key == heard.key && self.key > 0xff && starts_alike).then_some(BY_SOUND + apart)
    }

    fn distance_by_character(&self, heard: &Window<'_>) -> Option<f32> {
        if self.words != heard.words {
            return None;
        }
        let mut cost = 0.0;
        let mut count = 0;
        let mut right = heard.text.chars();
        for wanted in self.joined.chars() {
            let said = right.next()?;
            count += 1;
            if wanted != said {
                cost += pinyin::distance(wanted, said).filter(|_| self.words > 1)?;
            }
        }
        let cost = cost / count as f32;
        (right.next().is_none() && cost <= 0.3).then_some(cost)
    }
}

fn letters(text: &str) -> u32 {
    text.bytes().fold(0, |bits, byte| bits | 1 << (byte % 31))
}

/// Words without spaces, numbers up to twelve as digits: "terminal five" and "terminal 5" are one name.
fn joined(tokens: &[Token]) -> String {
    let mut text = String::new();
    tokens.iter().for_each(|token| push_word(&mut text, token));
    text
}

fn push_word(text: &mut String, token: &Token) {
    const NUMBERS: [&str; 13] =
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    match NUMBERS.iter().position(|name| *name == token.text) {
        Some(number) => text.push_str(&number.to_string()),
        None => text.push_str(&token.text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cities() -> WordList {
        let names = ["London Heathrow", "Worcester", "Leeds", "Newcastle upon Tyne", "Terminal 5", "北京", "上海虹桥"];
        WordList::new("cities", names.map(ChoiceOption::plain).to_vec())
    }

    fn found(heard: &str) -> Option<String> {
        let list = cities();
        let best = list
            .find(&Heard::new(heard))
            .into_iter()
            .min_by(|left, right| left.cost.total_cmp(&right.cost).then(right.behind.cmp(&left.behind)))?;
        Some(list.options()[best.option].value.clone())
    }

    #[test]
    fn names_are_found_as_recognisers_write_them() {
        for (heard, name) in [
            ("from london heath row please", "London Heathrow"),
            ("worchester", "Worcester"),
            ("to Newcastle", "Newcastle upon Tyne"),
            ("new castle upon tine", "Newcastle upon Tyne"),
            ("terminal five", "Terminal 5"),
            ("我要去背景", "北京"),
            ("上海红桥", "上海虹桥"),
        ] {
            assert_eq!(found(heard).as_deref(), Some(name), "{heard}");
        }
        for heard in ["paris", "my order", "我要退货", ""] {
            assert_eq!(found(heard), None, "{heard}");
        }
    }
}
