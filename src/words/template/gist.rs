//! What an utterance is about, where no template was said: which flow's words it has.
//!
//! Nobody writes down every way to say a thing. Words that few flows have speak for those that have them, and enough of
//! them make a flow worth asking about. They never make it sure: that takes a template.

use std::collections::{HashMap, HashSet};

use super::super::token::is_han;
use super::super::weight::{filler_marks, is_function_word, is_negation};
use super::Template;
use super::heard::Heard;

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
    /// For each word, or pair of Chinese characters, the flows that have it.
    flows_with: HashMap<Box<str>, HashSet<usize>>,
}

impl Gist {
    /// Counts the words of a template of `flow`.
    pub fn add(&mut self, flow: usize, template: &Template) {
        self.flows = self.flows.max(flow + 1);
        for sound in &template.graph.words {
            if is_telling(sound.text()) {
                self.flows_with.entry(sound.text().into()).or_default().insert(flow);
            }
        }
        for wording in template.samples(WORDINGS) {
            let characters: Vec<char> = wording.chars().collect();
            for pair in characters.windows(2).filter(|pair| pair.iter().copied().all(is_han)) {
                self.flows_with.entry(pair.iter().collect::<String>().into()).or_default().insert(flow);
            }
        }
    }

    /// Scores of the flows that `heard` is about, of those worth asking about. `near` gives for each word heard the
    /// words of templates near it, with distances.
    pub fn scores<'n>(
        &self,
        heard: &Heard,
        near: impl Fn(usize) -> Vec<(&'n str, f32)>,
        at_least: f32,
    ) -> Vec<(usize, f32)> {
        if self.flows < FEWEST {
            return Vec::new();
        }
        let rarest = (self.flows as f32).ln();
        let rarity = |flows: &HashSet<usize>| (self.flows as f32 / flows.len() as f32).ln();
        let mut total = 0.0;
        let mut evidence: HashMap<usize, f32> = HashMap::new();
        let words: Vec<&str> = heard.words().collect();
        let fillers = filler_marks(&words);
        for (at, word) in words.iter().enumerate().filter(|(at, _)| !fillers[*at]) {
            let mut weight = 0.0_f32;
            let mut best: HashMap<usize, f32> = HashMap::new();
            if word.chars().all(is_han) {
                let Some(next) = words.get(at + 1).filter(|next| next.chars().all(is_han)) else { continue };
                match self.flows_with.get(format!("{word}{next}").as_str()) {
                    Some(flows) => {
                        weight = rarity(flows);
                        best.extend(flows.iter().map(|flow| (*flow, weight)));
                    }
                    None => weight = UNKNOWN_PAIR * rarest,
                }
            } else if is_telling(word) {
                let known = near(at);
                for (other, distance) in &known {
                    let Some(flows) = self.flows_with.get(*other) else { continue };
                    weight = weight.max(rarity(flows));
                    for flow in flows {
                        let speaks = best.entry(*flow).or_default();
                        *speaks = speaks.max(rarity(flows) * (1.0 - distance));
                    }
                }
                if best.is_empty() {
                    weight = UNKNOWN * rarest;
                }
            }
            total += weight;
            best.into_iter().for_each(|(flow, speaks)| *evidence.entry(flow).or_default() += speaks);
        }
        let score = |speaks: f32| NONE + (MOST - NONE) * (speaks / total.max(rarest)).min(1.0);
        let scored = evidence.into_iter().map(|(flow, speaks)| (flow, score(speaks)));
        let mut scored: Vec<(usize, f32)> = scored.filter(|(_, score)| *score >= at_least).collect();
        scored.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(&right.0)));
        scored
    }
}

/// Whether a word says what is wanted.
fn is_telling(word: &str) -> bool {
    !is_function_word(word) && !is_negation(word) && !word.chars().any(is_han)
}
