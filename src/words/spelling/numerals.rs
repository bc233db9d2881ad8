//! Numbers as amounts: "a hundred and five", "forty two", "2 thousand".

use super::super::token::Token;
use super::pieces::Piece;

/// Numerals as written: each digit stands for itself.
pub(super) fn pieces(tokens: &[Token], pieces: &mut Vec<Piece>) {
    let Some(token) = tokens.first().filter(|token| token.is_number()) else { return };
    if token.text.len() <= super::super::MAX_DIGITS {
        let symbols: String =
            token.text.chars().filter_map(|c| c.to_digit(10)).filter_map(|d| char::from_digit(d, 10)).collect();
        pieces.push(Piece { span: 1, symbols, cost: 0.0 });
    }
}

#[rustfmt::skip]
const SMALL: [(&str, u64); 19] = [
    ("one", 1), ("two", 2), ("three", 3), ("four", 4), ("five", 5), ("six", 6), ("seven", 7), ("eight", 8),
    ("nine", 9), ("ten", 10), ("eleven", 11), ("twelve", 12), ("thirteen", 13), ("fourteen", 14), ("fifteen", 15),
    ("sixteen", 16), ("seventeen", 17), ("eighteen", 18), ("nineteen", 19),
];

#[rustfmt::skip]
const TENS: [(&str, u64); 9] = [
    ("twenty", 20), ("thirty", 30), ("forty", 40), ("fourty", 40), ("fifty", 50), ("sixty", 60), ("seventy", 70),
    ("eighty", 80), ("ninety", 90),
];

fn value_of(table: &[(&str, u64)], word: &str) -> Option<u64> {
    table.iter().find(|(name, _)| *name == word).map(|(_, value)| *value)
}

/// A number below 100 at the start of `tokens`: `(tokens taken, value)`, the longest first.
fn below_hundred(tokens: &[Token]) -> Vec<(usize, u64)> {
    let Some(first) = tokens.first() else { return Vec::new() };
    if first.is_number() {
        let value = if first.text.len() <= 2 && !first.text.starts_with('0') { first.text.parse().ok() } else { None };
        return value.map(|value| (1, value)).into_iter().collect();
    }
    if let Some(value) = value_of(&SMALL, &first.text) {
        return vec![(1, value)];
    }
    let Some(tens) = value_of(&TENS, &first.text) else { return Vec::new() };
    let unit = tokens.get(1).filter(|token| !token.after_pause).and_then(|token| value_of(&SMALL[..9], &token.text));
    match unit {
        Some(unit) => vec![(2, tens + unit), (1, tens)],
        None => vec![(1, tens)],
    }
}

/// An amount of at least ten at the start of `tokens`, in every way it may end: `(tokens taken, value)`,
/// the longest first. Single digits are not amounts.
pub(super) fn amounts(tokens: &[Token]) -> Vec<(usize, u64)> {
    let word = |at: usize| tokens.get(at).map_or("", |token: &Token| token.text.as_str());
    let mut found = Vec::new();
    let mut heads = below_hundred(tokens);
    if matches!(word(0), "a") && matches!(word(1), "hundred" | "thousand") {
        heads.push((1, 1));
    }
    if matches!(word(0), "hundred" | "thousand") {
        heads.push((0, 1));
    }
    for (span, value) in heads {
        match word(span) {
            "hundred" => with_rest(tokens, span + 1, value * 100, 100, &mut found),
            "thousand" => {
                let before = found.len();
                with_rest(tokens, span + 1, value * 1000, 1000, &mut found);
                debug_assert!(found.len() > before);
            }
            _ => {}
        }
        if value >= 10 {
            found.push((span, value));
        }
    }
    found.sort_by_key(|(span, _)| std::cmp::Reverse(*span));
    found.dedup();
    found
}

/// `base` alone, and `base` with what follows when that is smaller than `limit`: "two hundred [and] five".
fn with_rest(tokens: &[Token], at: usize, base: u64, limit: u64, found: &mut Vec<(usize, u64)>) {
    let behind_and = at + usize::from(tokens.get(at).is_some_and(|token| token.text == "and"));
    for start in [behind_and, at] {
        let Some(rest) = tokens.get(start..) else { continue };
        if rest.first().is_some_and(|token| token.after_pause && start == at) {
            continue;
        }
        for (span, value) in below_hundred(rest) {
            let next = rest.get(span).map_or("", |token| token.text.as_str());
            if limit == 1000 && next == "hundred" && value < 10 {
                let mut inner = Vec::new();
                with_rest(tokens, start + span + 1, value * 100, 100, &mut inner);
                found.extend(inner.into_iter().map(|(end, hundreds)| (end, base + hundreds)));
            }
            found.push((start + span, base + value));
        }
    }
    found.push((at, base));
}
