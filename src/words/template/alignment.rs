//! Walking a template's graph beside the words heard: the cheapest way through both.
//!
//! A word may be near rather than equal, may be missing, and words may have been said that the template lacks. Costs
//! add up in units of word weight, and the score is what the costs leave of the weight of the wording that fits best.

use super::graph::{Ahead, Edge, EdgeKind, Graph, SLOT_WEIGHT};
use super::heard::Heard;
use super::list::Hit;

/// What extra words before and behind the sentence may cost in all: callers explain before they ask.
const OUTSIDE_AT_MOST: f32 = 0.35;
/// What each word inside a slot costs, so that literal words win over slots.
const IN_SLOT: f32 = 0.02;
/// Words that are written as one, or split in two.
const JOINED: f32 = 0.05;
/// What it costs when the sentence stands behind a negation, or has one, which the template lacks: so much, or so much
/// of the weight of the template, whichever is more.
const REVERSED: f32 = 1.0;
const REVERSED_SHARE: f32 = 0.45;

/// How strictly words around the sentence are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Around {
    /// The sentence may stand within a longer story.
    Story,
    /// The sentence must be the whole utterance, courtesies and fillers apart.
    Whole,
}

/// How near the words heard are to the words of one template.
pub(super) struct Nearness<'s> {
    /// For each word heard and each word of the template, in rows of the latter: the distance, infinite when not near.
    pub distances: &'s [f32],
    /// `(word heard, word of the template)`: the word heard and the next one are one word of the template.
    pub joined: &'s [(usize, u16)],
    /// `(word heard, first, second)`: the word heard is two words of the template.
    pub split: &'s [(usize, u16, u16)],
    /// For each list of the template, where its names were heard.
    pub hits: &'s [&'s [Hit]],
}

/// The best way to one state with some words consumed.
#[derive(Clone, Copy)]
struct Cell {
    /// See [`Cell::rank_of`]; infinite where no way leads here.
    rank: f32,
    cost: f32,
    outside: f32,
    weight: f32,
    /// The place behind the last capture in [`Scratch::captures`]; 0 is none.
    capture: u32,
    /// Behind which word the slot entered last ends; it may go on swallowing there.
    slot_ends: u32,
    /// A word of the template was heard or a slot entered.
    started: bool,
}

const NOT_REACHED: Cell = Cell {
    rank: f32::INFINITY,
    cost: f32::INFINITY,
    outside: 0.0,
    weight: 0.0,
    capture: 0,
    slot_ends: u32::MAX,
    started: false,
};

impl Cell {
    /// Smaller is better. A longer wording at the same cost is the better explanation.
    fn rank_of(&self) -> f32 {
        self.cost + self.outside.min(OUTSIDE_AT_MOST) - 0.05 * self.weight
    }

    fn score(&self) -> f32 {
        let lost = self.cost + self.outside.min(OUTSIDE_AT_MOST);
        (1.0 - lost / self.weight.max(1.0)).clamp(0.0, 1.0)
    }
}

/// What stood in a slot, or which name of a list was heard.
#[derive(Clone, Copy)]
struct Capture {
    before: u32,
    what: Captured,
}

/// One slot or list of a match.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Captured {
    /// The words from `first` up to `behind` stand in this slot.
    Slot { slot: u16, first: u32, behind: u32 },
    /// This hit of this list.
    List { list: u16, hit: u32 },
}

/// Room for alignments, used over and over.
#[derive(Default)]
pub(super) struct Scratch {
    cells: Vec<Cell>,
    captures: Vec<Capture>,
    pub distances: Vec<f32>,
    /// See [`Graph::look_ahead`].
    pub ahead: Vec<Ahead>,
    /// For each word heard, what it and those behind it cost at least, because the template has nothing like them.
    strange: Vec<f32>,
}

/// A way through graph and words: its score, 0–1, and what was captured on it, in the order spoken.
pub(super) struct Aligned {
    pub score: f32,
    pub captured: Vec<Captured>,
}

impl Graph {
    /// What it costs that the opposite was said.
    fn reversed(&self) -> f32 {
        REVERSED.max(REVERSED_SHARE * self.heaviest)
    }

    /// Works out what words cost that cannot stand for anything in the template. Only where they cost the same
    /// wherever they stand.
    fn find_strange(&self, heard: &Heard, near: &Nearness<'_>, around: Around, strange: &mut Vec<f32>) {
        let columns = heard.tokens.len();
        strange.clear();
        // A word of the template may take two words heard, and reach beyond the last.
        strange.resize(columns + 3, 0.0);
        if around == Around::Story || self.has_holes {
            return;
        }
        let is_known = |column: usize| {
            (0..self.words.len()).any(|word| near.distances[word * columns + column].is_finite())
                || near.joined.iter().any(|(at, _)| *at == column || at + 1 == column)
                || near.split.iter().any(|(at, _, _)| *at == column)
        };
        for column in (0..columns).rev() {
            let here = if is_known(column) { 0.0 } else { heard.extras()[column].whole };
            strange[column] = strange[column + 1] + here;
        }
    }

    /// The best alignment with `heard`; `None` when nothing of it fits or it stays below `at_least`.
    /// [`Scratch::ahead`] must be that of this graph, utterance and score.
    pub fn align(
        &self,
        heard: &Heard,
        near: &Nearness<'_>,
        around: Around,
        at_least: f32,
        cells: &mut Scratch,
    ) -> Option<Aligned> {
        let columns = heard.tokens.len();
        debug_assert_eq!(cells.ahead.len(), self.states.len());
        self.find_strange(heard, near, around, &mut cells.strange);
        let (share, slack) = (1.0 - at_least, self.slack(at_least));
        let negated = heard.negated();
        let width = self.states.len();
        let mut walk = Walk { graph: self, negated, near, columns, width, share, slack, scratch: cells };
        walk.scratch.captures.clear();
        walk.scratch.cells.clear();
        walk.scratch.cells.resize((columns + 3) * walk.width, NOT_REACHED);
        walk.scratch.cells[0] = Cell { rank: 0.0, cost: 0.0, ..NOT_REACHED };
        let accept = walk.width - 1;
        let extras = heard.extras();
        for column in 0..=columns {
            for state in 0..walk.width {
                let cell = walk.scratch.cells[column * walk.width + state];
                if cell.rank.is_infinite() {
                    continue;
                }
                walk.leave(column, state, cell);
                let Some(extra) = extras.get(column) else { continue };
                let mut longer = cell;
                match (around, state == 0 || state == accept) {
                    (Around::Story, true) => longer.outside += extra.outside,
                    (Around::Story, false) if extra.negates => longer.cost += self.reversed().max(extra.inside),
                    (Around::Whole, false) if extra.negates => longer.cost += self.reversed().max(extra.whole),
                    (Around::Story, false) => longer.cost += extra.inside,
                    (Around::Whole, _) => longer.cost += extra.whole,
                }
                walk.offer(column + 1, state, longer);
            }
        }
        let best = walk.scratch.cells[columns * walk.width + accept];
        let score = if best.cost.is_infinite() { 0.0 } else { best.score() };
        if score <= 0.0 || score < at_least {
            return None;
        }
        let mut captured = Vec::new();
        let mut at = best.capture;
        while let Some(capture) = (at as usize).checked_sub(1).and_then(|place| cells.captures.get(place)) {
            captured.push(capture.what);
            at = capture.before;
        }
        captured.reverse();
        Some(Aligned { score, captured })
    }
}

struct Walk<'w> {
    graph: &'w Graph,
    negated: &'w [bool],
    near: &'w Nearness<'w>,
    columns: usize,
    width: usize,
    /// What share of its weight a wording may lose, and how much beyond that.
    share: f32,
    slack: f32,
    scratch: &'w mut Scratch,
}

impl Walk<'_> {
    fn offer(&mut self, column: usize, state: usize, cell: Cell) {
        // Ways that cannot score enough any more lead nowhere.
        let lost = cell.cost + cell.outside.min(OUTSIDE_AT_MOST) + self.scratch.strange[column];
        if lost - self.share * cell.weight + self.scratch.ahead[state].short > self.slack {
            return;
        }
        let rank = cell.rank_of();
        let place = &mut self.scratch.cells[column * self.width + state];
        if rank < place.rank {
            *place = Cell { rank, ..cell };
        }
    }

    fn capture(&mut self, before: u32, what: Captured) -> u32 {
        self.scratch.captures.push(Capture { before, what });
        u32::try_from(self.scratch.captures.len()).unwrap_or(0)
    }

    /// Follows every edge out of `state` with `column` words consumed.
    fn leave(&mut self, column: usize, state: usize, cell: Cell) {
        let graph = self.graph;
        if graph.states[state].slot.is_some() && column < self.columns && cell.slot_ends as usize == column {
            self.swallow(column, state, cell);
        }
        for edge in &graph.states[state].edges {
            let to = edge.to as usize;
            match edge.kind {
                EdgeKind::Nothing => self.offer(column, to, cell),
                EdgeKind::Slot(slot) if column < self.columns => self.enter(column, to, slot, cell),
                EdgeKind::Slot(_) => {}
                EdgeKind::List(list) => self.enter_list(column, to, list, cell),
                EdgeKind::Word { word, weight, missing } => {
                    let step = |cost: f32| Cell { cost: cell.cost + cost, weight: cell.weight + weight, ..cell };
                    self.offer(column, to, step(missing));
                    if column < self.columns {
                        self.hear(column, to, word, weight, cell);
                    }
                }
            }
        }
    }

    /// The word heard is `word`, or together with its neighbour it is.
    fn hear(&mut self, column: usize, to: usize, word: u16, weight: f32, cell: Cell) {
        let reversed = if !cell.started && self.negated[column] { self.graph.reversed() } else { 0.0 };
        let step =
            |cost: f32| Cell { cost: cell.cost + cost + reversed, weight: cell.weight + weight, started: true, ..cell };
        let distance = self.near.distances[usize::from(word) * self.columns + column];
        if distance.is_finite() {
            self.offer(column + 1, to, step(distance * weight.max(0.5)));
        }
        let near = self.near;
        if near.joined.is_empty() && near.split.is_empty() {
            return;
        }
        if near.joined.contains(&(column, word)) {
            self.offer(column + 2, to, step(JOINED));
        }
        for (_, _, second) in near.split.iter().filter(|(at, first, _)| *at == column && *first == word) {
            for Edge { to: behind, kind } in &self.graph.states[to].edges {
                if let EdgeKind::Word { word, weight, .. } = kind
                    && word == second
                {
                    let next = step(JOINED);
                    self.offer(column + 1, *behind as usize, Cell { weight: next.weight + weight, ..next });
                }
            }
        }
    }

    fn enter(&mut self, column: usize, to: usize, slot: u16, cell: Cell) {
        let (first, behind) = (position(column), position(column + 1));
        let capture = self.capture(cell.capture, Captured::Slot { slot, first, behind });
        let next = Cell {
            cost: cell.cost + IN_SLOT,
            weight: cell.weight + SLOT_WEIGHT,
            capture,
            slot_ends: behind,
            started: true,
            ..cell
        };
        self.offer(column + 1, to, next);
    }

    /// One more word for the slot that was entered last.
    fn swallow(&mut self, column: usize, state: usize, cell: Cell) {
        let Some(last) = (cell.capture as usize).checked_sub(1).map(|place| self.scratch.captures[place]) else {
            return;
        };
        let Captured::Slot { slot, first, .. } = last.what else { return };
        let behind = position(column + 1);
        let capture = self.capture(last.before, Captured::Slot { slot, first, behind });
        let next = Cell { cost: cell.cost + IN_SLOT, capture, slot_ends: behind, ..cell };
        self.offer(column + 1, state, next);
    }

    fn enter_list(&mut self, column: usize, to: usize, list: u16, cell: Cell) {
        let near = self.near;
        let Some(hits) = near.hits.get(usize::from(list)) else { return };
        for (place, hit) in hits.iter().enumerate().filter(|(_, hit)| hit.start == column) {
            let reversed = if !cell.started && self.negated[column] { self.graph.reversed() } else { 0.0 };
            let capture = self.capture(cell.capture, Captured::List { list, hit: position(place) });
            let next = Cell {
                cost: cell.cost + hit.cost * SLOT_WEIGHT.max(0.8) + reversed,
                weight: cell.weight + SLOT_WEIGHT,
                capture,
                started: true,
                ..cell
            };
            self.offer(hit.behind, to, next);
        }
    }
}

fn position(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
