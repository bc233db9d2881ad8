//! Matching a template against what was heard: the cheapest way through the template's graph.
//!
//! The template is a small graph without loops whose edges are words, slots and nothing. Walking it beside
//! the words heard is an alignment: a word may be near rather than equal, may be missing, and words may
//! have been said that the template lacks. Costs add up in units of word weight, and the score is what the
//! costs leave of the weight of the wording that fits best.

use std::collections::BTreeSet;

use super::super::Language;
use super::super::closeness::Sound;
use super::super::token::{Token, tokenise};
use super::super::weight::{ExtraCost, extra_costs, is_function_word, is_negation, weight};
use super::{Node, Template};

/// From this score on a template counts as said. Two candidates within [`crate::words::MARGIN`] of each
/// other are asked about.
pub const ACCEPT: f32 = 0.70;

/// What extra words before and behind the sentence may cost in all: callers explain before they ask.
const OUTSIDE_AT_MOST: f32 = 0.35;
/// What a missing word costs, in multiples of its weight.
const MISSING: f32 = 1.25;
/// What each word inside a slot costs, so that literal words win over slots.
const IN_SLOT: f32 = 0.02;
/// How much a slot weighs beside the words of its template.
const SLOT_WEIGHT: f32 = 0.5;
/// Words that are written as one, or split in two.
const JOINED: f32 = 0.05;

/// What it costs when the sentence stands behind a negation, which the template lacks.
const REVERSED: f32 = 1.0;

/// How a heard text fits a template.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// 0–1; 1 is word for word. See [`ACCEPT`].
    pub score: f32,
    /// What was heard in each slot, as the recogniser wrote it, in the order spoken.
    pub slots: Vec<(String, String)>,
}

/// A template as states and edges; every edge leads to a higher state, the last state accepts.
#[derive(Clone, PartialEq)]
pub(crate) struct Graph {
    states: Vec<State>,
    /// The weight of the heaviest wording.
    heaviest: f32,
    /// A slot is in some wording.
    has_slots: bool,
}

#[derive(Clone, PartialEq, Default)]
struct State {
    edges: Vec<Edge>,
    /// The slot that was entered on the way here and may go on swallowing words.
    slot: Option<usize>,
}

#[derive(Clone, PartialEq)]
struct Edge {
    to: usize,
    kind: EdgeKind,
}

#[derive(Clone, PartialEq)]
enum EdgeKind {
    Nothing,
    Word { sound: Sound, weight: f32, missing: f32 },
    Slot(usize),
}

impl Graph {
    pub(super) fn build(root: &Node) -> Self {
        let mut graph = Self { states: vec![State::default()], heaviest: heaviest(root), has_slots: false };
        graph.add(root, 0);
        graph.has_slots = graph.states.iter().any(|state| state.slot.is_some());
        graph
    }

    /// Words of the template, all wordings together.
    fn words(&self) -> impl Iterator<Item = &Sound> {
        self.states.iter().flat_map(|state| &state.edges).filter_map(|edge| match &edge.kind {
            EdgeKind::Word { sound, .. } => Some(sound),
            _ => None,
        })
    }

    /// A score that no alignment can exceed: words heard that are near no word of the template are extra in
    /// all of them. It spares most templates the alignment.
    fn bound(&self, heard: &Heard, around: Around) -> f32 {
        if self.has_slots {
            return 1.0;
        }
        let mut any_near = false;
        let mut cost = 0.0;
        for (at, sound) in heard.sounds.iter().enumerate() {
            let text = sound.text();
            let is_near = self.words().any(|word| {
                // Parts of words written together or apart count as near.
                let part = word.text().contains(text) || (word.text().len() > 1 && text.contains(word.text()));
                part || word.distance(sound).is_some()
            });
            any_near |= is_near;
            if !is_near {
                let extra = heard.extras[at];
                cost += if around == Around::Whole { extra.whole } else { 0.0 };
            }
        }
        if any_near { 1.0 - cost / self.heaviest.max(1.0) } else { 0.0 }
    }

    fn new_state(&mut self) -> usize {
        self.states.push(State::default());
        self.states.len() - 1
    }

    /// Adds `node` behind state `from`; returns the state reached, which is always the newest.
    fn add(&mut self, node: &Node, from: usize) -> usize {
        match node {
            Node::Word(word) => {
                let to = self.new_state();
                let weight = weight(word);
                let missing = weight * if is_function_word(word) { 1.0 } else { MISSING };
                let kind = EdgeKind::Word { sound: Sound::of(word), weight, missing };
                self.states[from].edges.push(Edge { to, kind });
                to
            }
            Node::Slot(slot) => {
                let to = self.new_state();
                self.states[to].slot = Some(*slot);
                self.states[from].edges.push(Edge { to, kind: EdgeKind::Slot(*slot) });
                // A state of its own behind the slot, so that nothing else ends where the slot swallows words.
                let behind = self.new_state();
                self.states[to].edges.push(Edge { to: behind, kind: EdgeKind::Nothing });
                behind
            }
            Node::Sequence(parts) => {
                let mut at = from;
                for part in parts {
                    at = self.add(part, at);
                }
                at
            }
            Node::Either(parts) => {
                let ends: Vec<usize> = parts.iter().map(|part| self.add(part, from)).collect();
                let join = self.new_state();
                for end in ends.into_iter().collect::<BTreeSet<usize>>() {
                    self.states[end].edges.push(Edge { to: join, kind: EdgeKind::Nothing });
                }
                join
            }
        }
    }
}

/// The weight of the heaviest wording of `node`.
fn heaviest(node: &Node) -> f32 {
    match node {
        Node::Word(word) => weight(word),
        Node::Slot(_) => SLOT_WEIGHT,
        Node::Sequence(parts) => parts.iter().map(heaviest).sum(),
        Node::Either(parts) => parts.iter().map(heaviest).fold(0.0, f32::max),
    }
}

/// The best way to one state with some words consumed.
#[derive(Clone)]
struct Cell {
    cost: f32,
    outside: f32,
    weight: f32,
    /// `(slot, first word, behind the last word)`.
    slots: Vec<(usize, usize, usize)>,
    /// A word of the template was heard or a slot entered.
    started: bool,
}

impl Cell {
    /// Smaller is better. A longer wording at the same cost is the better explanation.
    fn rank(&self) -> f32 {
        self.cost + self.outside.min(OUTSIDE_AT_MOST) - 0.05 * self.weight
    }

    fn score(&self) -> f32 {
        let lost = self.cost + self.outside.min(OUTSIDE_AT_MOST);
        (1.0 - lost / self.weight.max(1.0)).clamp(0.0, 1.0)
    }
}

/// What was heard, prepared once for many templates.
pub(in super::super) struct Heard {
    tokens: Vec<Token>,
    sounds: Vec<Sound>,
    extras: Vec<ExtraCost>,
    /// For each word, whether a negation stands right before it: "do not want to cancel".
    negated: Vec<bool>,
    original: Vec<char>,
}

impl Heard {
    pub fn new(text: &str) -> Self {
        let tokens = tokenise(text);
        let words: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
        let extras = extra_costs(&words);
        let negated = (0..words.len()).map(|at| is_negated(&words[..at], &tokens[..=at])).collect();
        let sounds = words.iter().map(|word| Sound::of(word)).collect();
        Self { tokens, sounds, extras, negated, original: text.chars().collect() }
    }

    fn text_between(&self, first: usize, behind: usize) -> String {
        let start = self.tokens[first].start;
        let end = self.tokens[behind - 1].end;
        self.original[start..end].iter().collect()
    }
}

/// How strictly words around the sentence are counted.
#[derive(Clone, Copy, PartialEq)]
enum Around {
    /// The sentence may stand within a longer story.
    Story,
    /// The sentence must be the whole utterance, courtesies and fillers apart.
    Whole,
}

impl Template {
    /// How well `heard` fits, wherever in it the sentence stands; `None` when nothing of it fits.
    ///
    /// Fillers and courtesies are skipped, contractions opened, near words taken at a cost, Chinese compared
    /// by character in simplified form. Compare the score with [`ACCEPT`].
    pub fn matches(&self, heard: &str, _language: Language) -> Option<Match> {
        self.align(&Heard::new(heard), Around::Story, 0.0)
    }

    /// As [`Template::matches`], for a sentence that must be the whole utterance, courtesies and fillers
    /// apart: other words before or behind it cost as much as words in the middle.
    pub fn matches_whole(&self, heard: &str, _language: Language) -> Option<Match> {
        self.align(&Heard::new(heard), Around::Whole, 0.0)
    }

    pub(super) fn matches_heard(&self, heard: &Heard) -> Option<Match> {
        self.align(heard, Around::Story, 0.0)
    }

    /// As [`Template::matches_whole`], for scores of at least [`ACCEPT`] only.
    pub(in super::super) fn accepts_whole(&self, heard: &Heard) -> Option<Match> {
        self.align(heard, Around::Whole, ACCEPT)
    }

    fn align(&self, heard: &Heard, around: Around, at_least: f32) -> Option<Match> {
        let bound = self.graph.bound(heard, around);
        if bound <= 0.0 || bound < at_least {
            return None;
        }
        let states = &self.graph.states;
        let accept = states.len() - 1;
        let columns = heard.tokens.len();
        let mut cells: Vec<Vec<Option<Cell>>> = vec![vec![None; states.len()]; columns + 3];
        cells[0][0] = Some(Cell { cost: 0.0, outside: 0.0, weight: 0.0, slots: Vec::new(), started: false });
        for column in 0..=columns {
            for state in 0..states.len() {
                let Some(cell) = cells[column][state].clone() else { continue };
                self.leave(&mut cells, heard, column, state, &cell);
                let Some(extra) = heard.extras.get(column) else { continue };
                let is_outside = state == 0 || state == accept;
                let mut longer = cell;
                match (around, is_outside) {
                    (Around::Story, true) => longer.outside += extra.outside,
                    (Around::Story, false) => longer.cost += extra.inside,
                    (Around::Whole, _) => longer.cost += extra.whole,
                }
                offer(&mut cells[column + 1][state], longer);
            }
        }
        let best = cells[columns][accept].take()?;
        let score = best.score();
        if score <= 0.0 || score < at_least {
            return None;
        }
        let slots = best
            .slots
            .iter()
            .map(|(slot, first, behind)| (self.slots[*slot].clone(), heard.text_between(*first, *behind)))
            .collect();
        Some(Match { score, slots })
    }

    /// Follows every edge out of `state` with `column` words consumed.
    fn leave(&self, cells: &mut [Vec<Option<Cell>>], heard: &Heard, column: usize, state: usize, cell: &Cell) {
        let token = heard.tokens.get(column);
        let goes_on = matches!(cell.slots.last(), Some((_, _, behind)) if *behind == column);
        if let (Some(_), Some(_), true) = (self.graph.states[state].slot, token, goes_on) {
            let mut next = cell.clone();
            next.cost += IN_SLOT;
            if let Some(last) = next.slots.last_mut() {
                last.2 = column + 1;
            }
            offer(&mut cells[column + 1][state], next);
        }
        for edge in &self.graph.states[state].edges {
            match &edge.kind {
                EdgeKind::Nothing => offer(&mut cells[column][edge.to], cell.clone()),
                EdgeKind::Slot(slot) if token.is_some() => {
                    let mut next = cell.clone();
                    next.cost += IN_SLOT;
                    next.weight += SLOT_WEIGHT;
                    next.slots.push((*slot, column, column + 1));
                    next.started = true;
                    offer(&mut cells[column + 1][edge.to], next);
                }
                EdgeKind::Slot(_) => {}
                EdgeKind::Word { sound, weight, missing } => {
                    let word = sound.text();
                    let step =
                        |cost: f32| Cell { cost: cell.cost + cost, weight: cell.weight + weight, ..cell.clone() };
                    offer(&mut cells[column][edge.to], step(*missing));
                    let Some(token) = token else { continue };
                    let reversed = if !cell.started && heard.negated[column] { REVERSED } else { 0.0 };
                    let heard_step = |cost: f32| Cell { started: true, ..step(cost + reversed) };
                    if let Some(distance) = sound.distance(&heard.sounds[column]) {
                        offer(&mut cells[column + 1][edge.to], heard_step(distance * weight.max(0.5)));
                    }
                    if let Some(second) = heard.tokens.get(column + 1)
                        && is_joined(word, &token.text, &second.text)
                    {
                        offer(&mut cells[column + 2][edge.to], heard_step(JOINED));
                    }
                    if let Some(rest) = token.text.strip_prefix(word)
                        && !rest.is_empty()
                        && token.is_latin()
                    {
                        self.leave_joined(cells, column, edge.to, rest, &heard_step(JOINED));
                    }
                }
            }
        }
    }

    /// The heard word is two words of the template written as one: `pickup` for `pick up`.
    fn leave_joined(&self, cells: &mut [Vec<Option<Cell>>], column: usize, state: usize, rest: &str, cell: &Cell) {
        for edge in &self.graph.states[state].edges {
            if let EdgeKind::Word { sound, weight, .. } = &edge.kind
                && sound.text() == rest
            {
                let next = Cell { weight: cell.weight + weight, ..cell.clone() };
                offer(&mut cells[column + 1][edge.to], next);
            }
        }
    }
}

/// Whether only function words stand between a negation and the end of `before`, without a pause.
fn is_negated(before: &[&str], tokens: &[Token]) -> bool {
    for at in (0..before.len()).rev().take(5) {
        if tokens[at + 1].after_pause {
            return false;
        }
        if is_negation(before[at]) {
            return true;
        }
        if !is_function_word(before[at]) {
            return false;
        }
    }
    false
}

/// Whether `wanted` was written as two words.
fn is_joined(wanted: &str, first: &str, second: &str) -> bool {
    wanted.len() == first.len() + second.len()
        && wanted.starts_with(first)
        && wanted.ends_with(second)
        && wanted.is_ascii()
}

fn offer(place: &mut Option<Cell>, cell: Cell) {
    let is_better = place.as_ref().is_none_or(|present| cell.rank() < present.rank());
    if is_better {
        *place = Some(cell);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(template: &str, heard: &str) -> f32 {
        Template::parse(template).unwrap().matches(heard, Language::EN).map_or(0.0, |found| found.score)
    }

    #[test]
    fn word_for_word_is_one() {
        assert_eq!(score("where is my (order|parcel)", "Where's my parcel?"), 1.0);
        assert_eq!(score("(查|问)[一下][我的](订单|快递)", "查一下我的快递"), 1.0);
    }

    #[test]
    fn stories_fillers_and_mishearings_are_accepted() {
        for (template, heard) in [
            (
                "where is my (order|parcel)",
                "Uh, hi, good morning, I'd like to know where my order is, where is my order please",
            ),
            ("where is my (order|parcel)", "where's my orders"),
            ("where is my (order|parcel)", "Where is my older?"),
            ("(check|track) [my] order [status]", "could you please check the order status for me"),
            ("(check|track) [my] order [status]", "I want to track my oder"),
            ("[my] order status", "it's about my order status"),
            ("pick up [my] order", "I'd like to pickup my order"),
            ("where is my (order|parcel)", "it has not come, where is my order"),
            ("login problem", "I have a log in problem"),
            ("(查|问)[一下][我的](订单|快递)", "呃你好我想查一下我的訂單"),
            ("[我的](快递|包裹)到(哪里|哪儿|哪)了", "请问我的快递现在到哪里了"),
        ] {
            assert!(score(template, heard) >= ACCEPT, "{template} / {heard}: {}", score(template, heard));
        }
    }

    #[test]
    fn other_sentences_are_not() {
        for (template, heard) in [
            ("where is my (order|parcel)", "where is my refund"),
            ("where is my (order|parcel)", "when do you open"),
            ("what time do you (open|close)", "what time is it"),
            ("(check|track) [my] order [status]", "I don't want to cancel it"),
            ("(check|track) [my] order [status]", "I want to order a lamp"),
            ("cancel my order", "do not cancel my order"),
            ("(查|问)[一下][我的](订单|快递)", "我要退货"),
            ("[我的](快递|包裹)到(哪里|哪儿|哪)了", "你们几点开门"),
            ("取消订单", "我不想取消订单"),
        ] {
            assert!(score(template, heard) < ACCEPT, "{template} / {heard}: {}", score(template, heard));
        }
    }

    #[test]
    fn slots_are_captured_as_they_were_written() {
        let template = Template::parse("[my] order [number] is {order_no} [for {name}]").unwrap();
        let found = template.matches("Hi, my order number is AB 12-34, for Mary Jones", Language::EN).unwrap();
        let slots: Vec<(&str, &str)> = found.slots.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        assert_eq!(slots, [("order_no", "AB 12-34"), ("name", "Mary Jones")]);
        assert!(found.score > 0.9);
    }

    #[test]
    fn whole_utterances_only() {
        let template = Template::parse("operator").unwrap();
        let whole = |heard: &str| template.matches_whole(heard, Language::EN).map_or(0.0, |found| found.score);
        assert!(whole("uh, operator please, thank you") >= ACCEPT);
        assert!(whole("my phone operator broke the cable") < ACCEPT);
    }
}
