//! What an utterance is about, where no template was said: which flow's words it has.
//!
//! Nobody writes down every way to say a thing. Words that few flows have speak for those that have them, and enough of
//! them make a flow worth asking about. They never make it sure: that takes a template.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::super::token::is_han;
use super::super::weight::{is_function_word, is_negation};
use super::Template;
use super::heard::Heard;
use super::index::Seen;

/// The fewest different flows among which words tell anything.
const FEWEST: usize = 3;
/// The score of an utterance all of whose words speak for one flow, and of one that has none of them: below
/// [`super::ACCEPT`], so that what is only gathered is asked about.
const MOST: f32 = 0.68;
const NONE: f32 = 0.30;
/// What an unknown word weighs beside one that only a single flow has.
const UNKNOWN: f32 = 0.5;
/// The same for two characters side by side, which need not be a word.
const UNKNOWN_PAIR: f32 = 0.2;
/// The most wordings of a template that pairs of characters are taken from.
const WORDINGS: usize = 24;

/// Which words belong to which flows.
#[derive(Debug, Clone, Default)]
pub(super) struct Gist {
    flows: usize,
    /// For each word of the vocabulary by its place, the flows that have it; none for words that tell nothing.
    of_word: Vec<Vec<usize>>,
    /// The same for two Chinese characters side by side.
    of_pair: HashMap<[char; 2], Vec<usize>, FixedState>,
}

impl Gist {
    /// Counts the words of a template of `flow`; `places` are those of its words.
    pub fn add(&mut self, flow: usize, template: &Template, places: &[u32]) {
        self.flows = self.flows.max(flow + 1);
        for (sound, place) in template.graph.words.iter().zip(places) {
            let place = *place as usize;
            if self.of_word.len() <= place {
                self.of_word.resize(place + 1, Vec::new());
            }
            if is_telling(sound.text()) {
                add_once(&mut self.of_word[place], flow);
            }
        }
        for wording in template.samples(WORDINGS) {
            let characters: Vec<char> = wording.chars().collect();
            for pair in characters.windows(2).filter(|pair| pair.iter().copied().all(is_han)) {
                add_once(self.of_pair.entry([pair[0], pair[1]]).or_default(), flow);
            }
        }
    }

    /// Scores of the flows that `heard` is about, of those worth asking about. `seen` has the words of templates near
    /// each word heard.
    pub fn scores(&self, heard: &Heard, seen: &Seen, at_least: f32) -> Vec<(usize, f32)> {
        if self.flows < FEWEST {
            return Vec::new();
        }
        let rarest = (self.flows as f32).ln();
        let rarity = |flows: &[usize]| (self.flows as f32 / flows.len() as f32).ln();
        let mut total = 0.0;
        let mut evidence = vec![0.0_f32; self.flows];
        // What the word at hand speaks for: a flow is in it once.
        let mut spoken: Vec<(usize, f32)> = Vec::new();
        for (at, token) in heard.tokens.iter().enumerate().filter(|(at, _)| !heard.extras()[*at].is_filler) {
            let mut weight = 0.0_f32;
            spoken.clear();
            if let Some(first) = only_han(&token.text) {
                let Some(second) = heard.tokens.get(at + 1).and_then(|next| only_han(&next.text)) else { continue };
                match self.of_pair.get(&[first, second]) {
                    Some(flows) => {
                        weight = rarity(flows);
                        spoken.extend(flows.iter().map(|flow| (*flow, weight)));
                    }
                    None => weight = UNKNOWN_PAIR * rarest,
                }
            } else if is_telling(&token.text) {
                for (place, distance) in seen.near(at) {
                    let flows = &self.of_word[*place as usize];
                    if flows.is_empty() {
                        continue;
                    }
                    let rarity = rarity(flows);
                    weight = weight.max(rarity);
                    flows.iter().for_each(|flow| raise(&mut spoken, *flow, rarity * (1.0 - distance)));
                }
                if spoken.is_empty() {
                    weight = UNKNOWN * rarest;
                }
            }
            total += weight;
            spoken.iter().for_each(|(flow, speaks)| evidence[*flow] += speaks);
        }
        let score = |speaks: f32| NONE + (MOST - NONE) * (speaks / total.max(rarest)).min(1.0);
        let spoken_for = evidence.into_iter().enumerate().filter(|(_, speaks)| *speaks > 0.0);
        let scored = spoken_for.map(|(flow, speaks)| (flow, score(speaks)));
        let mut scored: Vec<(usize, f32)> = scored.filter(|(_, score)| *score >= at_least).collect();
        scored.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(&right.0)));
        scored
    }
}

fn add_once(flows: &mut Vec<usize>, flow: usize) {
    if !flows.contains(&flow) {
        flows.push(flow);
    }
}

fn raise(spoken: &mut Vec<(usize, f32)>, flow: usize, speaks: f32) {
    match spoken.iter_mut().find(|(known, _)| *known == flow) {
        Some((_, most)) => *most = most.max(speaks),
        None => spoken.push((flow, speaks)),
    }
}

/// The Chinese character that a word is.
fn only_han(word: &str) -> Option<char> {
    let mut characters = word.chars();
    characters.next().filter(|first| is_han(*first) && characters.next().is_none())
}

/// Whether a word says what is wanted.
fn is_telling(word: &str) -> bool {
    !is_function_word(word) && !is_negation(word) && !word.chars().any(is_han)
}
