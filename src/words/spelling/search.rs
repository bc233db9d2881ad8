//! The cheapest ways through the lattice.

use super::pieces::{Lattice, Skipped};
use super::wanted::Wanted;

/// How many partial readings are kept at each word.
const BEAM: usize = 48;
/// Readings dearer than this are not worth a question, whatever else is heard.
const DEAREST: f32 = 3.2;
/// How much dearer than the cheapest a reading may be at a word to stay in the running. Two lost symbols cost more, and
/// what is left of a score then is far below what any type accepts.
const MUCH_DEARER: f32 = 2.0;
/// Partial readings at a word for which there is room from the start.
const ROOM: usize = 32;
/// The most symbols of a value.
const LONGEST: usize = 40;

/// What the words may spell.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Spelt {
    /// Digits and capital letters, repaired to fit what is wanted.
    pub symbols: String,
    /// How unlikely, 0 and up.
    pub cost: f32,
}

/// Symbols spelt so far, all of them ASCII.
#[derive(Clone, Copy)]
struct Symbols {
    bytes: [u8; LONGEST],
    length: u8,
}

impl Symbols {
    const NONE: Self = Self { bytes: [0; LONGEST], length: 0 };

    fn len(&self) -> usize {
        usize::from(self.length)
    }

    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len()]
    }

    /// False where there is no room for one more.
    fn push(&mut self, symbol: char) -> bool {
        let len = self.len();
        match (self.bytes.get_mut(len), u8::try_from(symbol)) {
            (Some(place), Ok(symbol)) => {
                *place = symbol;
                self.length += 1;
                true
            }
            _ => false,
        }
    }
}

#[derive(Clone, Copy)]
struct Partial {
    symbols: Symbols,
    cost: f32,
    /// What was skipped since the last symbol; it counts in full only if another symbol follows.
    gap: f32,
    /// The word just before was surely a symbol and was skipped.
    lost_symbol: bool,
}

impl Partial {
    fn total(&self) -> f32 {
        self.cost + self.gap
    }
}

/// Every reading of `lattice`, cheapest first, each once.
pub(super) fn search(lattice: &Lattice, wanted: &Wanted) -> Vec<Spelt> {
    let count = lattice.pieces.len();
    let mut beams: Vec<Vec<Partial>> = (0..=count).map(|_| Vec::with_capacity(ROOM)).collect();
    let mut order: Vec<u64> = Vec::new();
    beams[0].push(Partial { symbols: Symbols::NONE, cost: 0.0, gap: 0.0, lost_symbol: false });
    for at in 0..count {
        let partials = keep_best(std::mem::take(&mut beams[at]), &mut order);
        beams[at + 1].extend(partials.iter().map(|partial| skip(partial, lattice, at)));
        for piece in &lattice.pieces[at] {
            let doubtful = is_doubtful(piece.cost);
            let alone = if doubtful && !has_neighbour(lattice, at, piece.span) { 0.2 } else { 0.0 };
            let is_grammar = doubtful && lattice.grammar[at] && piece.span == 1;
            for partial in &partials {
                let Some((symbols, repair)) = fit(&partial.symbols, &piece.symbols, wanted) else { continue };
                let is_first = partial.symbols.length == 0;
                let mut cost = partial.cost + piece.cost + repair + alone;
                if !is_first {
                    cost += partial.gap;
                }
                // A symbol left out right beside one that is taken: the value is torn.
                if partial.lost_symbol && !lattice.pauses[at] {
                    cost += 0.7;
                }
                let opens = is_first && at != lattice.introduced_at;
                if is_grammar && (opens || at == 0) {
                    cost += 0.15;
                }
                if cost <= DEAREST {
                    beams[at + piece.span].push(Partial { symbols, cost, gap: 0.0, lost_symbol: false });
                }
            }
        }
    }
    let mut ends = std::mem::take(&mut beams[count]);
    for end in &mut ends {
        // Words behind the value: thanks, stories, questions.
        end.cost += end.gap.min(0.1);
        end.gap = 0.0;
    }
    ends.retain(|end| end.symbols.length > 0);
    let spelt = |end: &Partial| {
        let symbols = end.symbols.as_bytes().iter().copied().map(char::from).collect();
        Spelt { symbols, cost: end.cost }
    };
    keep_best(ends, &mut order).iter().map(spelt).collect()
}

/// A word that only sounds like a symbol.
fn is_doubtful(cost: f32) -> bool {
    cost > 0.05
}

/// Whether a word before or behind is surely a symbol.
fn has_neighbour(lattice: &Lattice, at: usize, span: usize) -> bool {
    let is_symbol = |index: usize| {
        lattice.pieces.get(index).is_some_and(|pieces| pieces.iter().any(|piece| !is_doubtful(piece.cost)))
    };
    (at > 0 && is_symbol(at - 1)) || is_symbol(at + span)
}

fn skip(partial: &Partial, lattice: &Lattice, at: usize) -> Partial {
    let mut next = *partial;
    let started = partial.symbols.length > 0;
    let introduced = at < lattice.introduced_at && !started;
    match lattice.skips[at] {
        Skipped::Filler => next.lost_symbol = false,
        Skipped::Word => {
            next.lost_symbol = false;
            if started {
                next.gap += 0.18;
            } else if !introduced {
                next.cost = (next.cost + 0.012).min(next.cost.max(0.1));
            }
        }
        Skipped::Symbol => {
            let loss = match (introduced, started) {
                (true, _) => 0.03,
                (false, false) => 0.3,
                (false, true) => 1.0,
            };
            next.cost += loss;
            next.lost_symbol = !introduced;
        }
    }
    next
}

/// `symbols` behind `before`, each made to fit; `None` when one cannot.
fn fit(before: &Symbols, symbols: &str, wanted: &Wanted) -> Option<(Symbols, f32)> {
    let mut fitted = *before;
    let mut cost = 0.0;
    for symbol in symbols.chars() {
        let (meant, repair) = wanted.fit(fitted.len(), symbol)?;
        if !fitted.push(meant) {
            return None;
        }
        cost += repair;
    }
    Some((fitted, cost))
}

/// Cheapest first, each string once, at most [`BEAM`], and none that is much dearer than the cheapest. `order` is room
/// to sort in.
fn keep_best(partials: Vec<Partial>, order: &mut Vec<u64>) -> Vec<Partial> {
    if partials.len() < 2 {
        return partials;
    }
    order.clear();
    // Costs are not negative, so their bits are in their order; of equals the one that came first.
    order.extend(
        partials.iter().enumerate().map(|(at, partial)| u64::from(partial.total().to_bits()) << 32 | at as u64),
    );
    order.sort_unstable();
    let mut kept: Vec<Partial> = Vec::with_capacity(BEAM.min(partials.len()));
    for place in order.iter() {
        let partial = partials[(*place & u64::from(u32::MAX)) as usize];
        let cheapest = kept.first().map_or(f32::INFINITY, Partial::total);
        if kept.len() == BEAM || partial.total() > cheapest + MUCH_DEARER {
            break;
        }
        let is_same = |known: &Partial| {
            known.symbols.length == partial.symbols.length
                && known.lost_symbol == partial.lost_symbol
                && known.symbols.bytes == partial.symbols.bytes
        };
        if !kept.iter().any(is_same) {
            kept.push(partial);
        }
    }
    kept
}
