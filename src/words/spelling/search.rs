//! The cheapest ways through the lattice.

use super::pieces::{Lattice, Skipped};
use super::wanted::Wanted;

/// How many partial readings are kept at each word.
const BEAM: usize = 48;

/// What the words may spell.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Spelt {
    /// Digits and capital letters, repaired to fit what is wanted.
    pub symbols: String,
    /// How unlikely, 0 and up.
    pub cost: f32,
}

#[derive(Clone)]
struct Partial {
    symbols: String,
    cost: f32,
    /// What was skipped since the last symbol; it counts in full only if another symbol follows.
    gap: f32,
    /// The word just before was surely a symbol and was skipped.
    lost_symbol: bool,
}

/// Every reading of `lattice`, cheapest first, each once.
pub(super) fn search(lattice: &Lattice, wanted: &Wanted) -> Vec<Spelt> {
    let count = lattice.pieces.len();
    let mut beams: Vec<Vec<Partial>> = vec![Vec::new(); count + 1];
    beams[0].push(Partial { symbols: String::new(), cost: 0.0, gap: 0.0, lost_symbol: false });
    for at in 0..count {
        let mut partials = std::mem::take(&mut beams[at]);
        keep_best(&mut partials);
        for partial in &partials {
            beams[at + 1].push(skip(partial, lattice, at));
            for piece in &lattice.pieces[at] {
                let Some((symbols, repair)) = fit(&partial.symbols, &piece.symbols, wanted) else { continue };
                let mut cost = partial.cost + piece.cost + repair;
                if !partial.symbols.is_empty() {
                    cost += partial.gap;
                }
                // A symbol left out right beside one that is taken: the value is torn.
                if partial.lost_symbol && !lattice.pauses[at] {
                    cost += 0.7;
                }
                if is_doubtful(piece.cost) && !has_neighbour(lattice, at, piece.span) {
                    cost += 0.2;
                }
                let opens = partial.symbols.is_empty() && at != lattice.introduced_at;
                if is_doubtful(piece.cost) && lattice.grammar[at] && piece.span == 1 && (opens || at == 0) {
                    cost += 0.15;
                }
                beams[at + piece.span].push(Partial { symbols, cost, gap: 0.0, lost_symbol: false });
            }
        }
    }
    let mut ends = std::mem::take(&mut beams[count]);
    for end in &mut ends {
        // Words behind the value: thanks, stories, questions.
        end.cost += end.gap.min(0.1);
        end.gap = 0.0;
    }
    ends.retain(|end| !end.symbols.is_empty());
    keep_best(&mut ends);
    ends.into_iter().map(|end| Spelt { symbols: end.symbols, cost: end.cost }).collect()
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
    let mut next = partial.clone();
    let started = !partial.symbols.is_empty();
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
fn fit(before: &str, symbols: &str, wanted: &Wanted) -> Option<(String, f32)> {
    let mut fitted = before.to_owned();
    let mut cost = 0.0;
    for (index, symbol) in symbols.chars().enumerate() {
        let (meant, repair) = wanted.fit(before.len() + index, symbol)?;
        fitted.push(meant);
        cost += repair;
    }
    Some((fitted, cost))
}

/// Cheapest first, each string once, at most [`BEAM`].
fn keep_best(partials: &mut Vec<Partial>) {
    partials.sort_by(|left, right| (left.cost + left.gap).total_cmp(&(right.cost + right.gap)));
    let mut kept: Vec<Partial> = Vec::with_capacity(BEAM.min(partials.len()));
    for partial in partials.drain(..) {
        if kept.len() >= BEAM {
            break;
        }
        let is_known =
            kept.iter().any(|known| known.symbols == partial.symbols && known.lost_symbol == partial.lost_symbol);
        if !is_known {
            kept.push(partial);
        }
    }
    *partials = kept;
}
