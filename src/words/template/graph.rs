//! A template as a graph without loops, whose edges are words, slots, lists and nothing.

use std::collections::BTreeSet;

use super::super::closeness::Sound;
use super::super::weight::{is_function_word, weight};
use super::Node;

/// What a missing word costs, in multiples of its weight.
const MISSING: f32 = 1.25;
/// How much a slot or a list weighs beside the words of its template.
pub(super) const SLOT_WEIGHT: f32 = 0.5;

/// A template as states and edges; every edge leads to a higher state, the last state accepts.
#[derive(Clone, PartialEq, Default)]
pub(super) struct Graph {
    pub states: Vec<State>,
    /// Every word of the template, once.
    pub words: Vec<Sound>,
    /// The weight of the heaviest wording, and of the lightest.
    pub heaviest: f32,
    pub lightest: f32,
    /// A slot or list is in some wording.
    pub has_holes: bool,
}

#[derive(Clone, PartialEq, Default)]
pub(super) struct State {
    pub edges: Vec<Edge>,
    /// The slot that was entered on the way here and may go on swallowing words.
    pub slot: Option<u16>,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) struct Edge {
    pub to: u32,
    pub kind: EdgeKind,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum EdgeKind {
    Nothing,
    /// `word` is a place in [`Graph::words`].
    Word {
        word: u16,
        weight: f32,
        missing: f32,
    },
    Slot(u16),
    List(u16),
}

impl Graph {
    pub fn build(root: &Node) -> Self {
        let mut graph = Self {
            states: vec![State::default()],
            heaviest: heaviest(root),
            lightest: lightest(root),
            ..Self::default()
        };
        graph.add(root, 0);
        let is_hole = |edge: &Edge| matches!(edge.kind, EdgeKind::Slot(_) | EdgeKind::List(_));
        graph.has_holes = graph.states.iter().any(|state| state.edges.iter().any(is_hole));
        graph
    }

    /// The least that the words missing from an utterance cost, whatever their order: a bound for every alignment.
    /// `is_heard` tells of each word in [`Graph::words`].
    pub fn least_missing(&self, is_heard: impl Fn(u16) -> bool) -> f32 {
        self.look_ahead(is_heard, 0.0, &mut Vec::new())
    }

    /// As [`Graph::least_missing`]; `ahead` is left with what each state has before it.
    pub fn look_ahead(&self, is_heard: impl Fn(u16) -> bool, at_least: f32, ahead: &mut Vec<Ahead>) -> f32 {
        let share = 1.0 - at_least;
        ahead.clear();
        ahead.resize(self.states.len(), Ahead { missing: 0.0, short: 0.0 });
        for (state, edges) in self.states.iter().enumerate().rev().skip(1) {
            let mut here = Ahead { missing: f32::INFINITY, short: f32::INFINITY };
            for edge in &edges.edges {
                let (missing, weight) = match edge.kind {
                    EdgeKind::Nothing => (0.0, 0.0),
                    EdgeKind::Word { word, weight, missing } => (if is_heard(word) { 0.0 } else { missing }, weight),
                    EdgeKind::Slot(_) | EdgeKind::List(_) => (0.0, SLOT_WEIGHT),
                };
                let behind = ahead[edge.to as usize];
                here.missing = here.missing.min(behind.missing + missing);
                here.short = here.short.min(behind.short + missing - share * weight);
            }
            ahead[state] = here;
        }
        ahead.first().map_or(0.0, |first| first.missing)
    }

    /// What it can save at most that a word is heard: what it costs wherever it stands and is missing.
    pub fn worth(&self, word: u16) -> f32 {
        let edges = self.states.iter().flat_map(|state| &state.edges);
        let missing = edges.filter_map(|edge| match edge.kind {
            EdgeKind::Word { word: own, missing, .. } if own == word => Some(missing),
            _ => None,
        });
        missing.sum()
    }

    /// How much may be lost beyond the share of its weight that a wording can bear: a very light one counts for more
    /// than it weighs.
    pub fn slack(&self, at_least: f32) -> f32 {
        const ROUNDING: f32 = 0.001;
        (1.0 - at_least) * (1.0 - self.lightest).max(0.0) + ROUNDING
    }

    fn new_state(&mut self) -> usize {
        self.states.push(State::default());
        self.states.len() - 1
    }

    fn edge(&mut self, from: usize, to: usize, kind: EdgeKind) {
        self.states[from].edges.push(Edge { to: u32::try_from(to).unwrap_or(u32::MAX), kind });
    }

    fn word(&mut self, word: &str) -> u16 {
        let place = self.words.iter().position(|known| known.text() == word).unwrap_or_else(|| {
            self.words.push(Sound::of(word));
            self.words.len() - 1
        });
        u16::try_from(place).unwrap_or(u16::MAX)
    }

    /// Adds `node` behind state `from`; returns the state reached, which is always the newest.
    fn add(&mut self, node: &Node, from: usize) -> usize {
        match node {
            Node::Word(word) => {
                let to = self.new_state();
                let weight = weight(word);
                let missing = weight * if is_function_word(word) { 1.0 } else { MISSING };
                let word = self.word(word);
                self.edge(from, to, EdgeKind::Word { word, weight, missing });
                to
            }
            Node::Slot(slot) => {
                let slot = u16::try_from(*slot).unwrap_or(u16::MAX);
                let to = self.new_state();
                self.states[to].slot = Some(slot);
                self.edge(from, to, EdgeKind::Slot(slot));
                // A state of its own behind the slot, so that nothing else ends where the slot swallows words.
                let behind = self.new_state();
                self.edge(to, behind, EdgeKind::Nothing);
                behind
            }
            Node::List(list) => {
                let to = self.new_state();
                self.edge(from, to, EdgeKind::List(u16::try_from(*list).unwrap_or(u16::MAX)));
                to
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
                    self.edge(end, join, EdgeKind::Nothing);
                }
                join
            }
        }
    }
}

/// What lies between a state and the end of its template, for one utterance.
#[derive(Clone, Copy)]
pub(super) struct Ahead {
    /// The least that missing words cost.
    pub missing: f32,
    /// The least by which what missing words cost exceeds the share of the weight that may be lost; seldom above 0.
    pub short: f32,
}

/// The weight of the lightest wording of `node`.
fn lightest(node: &Node) -> f32 {
    match node {
        Node::Word(word) => weight(word),
        Node::Slot(_) | Node::List(_) => SLOT_WEIGHT,
        Node::Sequence(parts) => parts.iter().map(lightest).sum(),
        Node::Either(parts) => parts.iter().map(lightest).reduce(f32::min).unwrap_or(0.0),
    }
}

/// The weight of the heaviest wording of `node`.
fn heaviest(node: &Node) -> f32 {
    match node {
        Node::Word(word) => weight(word),
        Node::Slot(_) | Node::List(_) => SLOT_WEIGHT,
        Node::Sequence(parts) => parts.iter().map(heaviest).sum(),
        Node::Either(parts) => parts.iter().map(heaviest).fold(0.0, f32::max),
    }
}
