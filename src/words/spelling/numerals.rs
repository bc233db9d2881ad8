//! Numbers as amounts: "a hundred and five", "forty two", "2 thousand".

use smol_str::SmolStr;

use super::super::number_words::{small_number, tens};
use super::super::token::Token;
use super::pieces::Piece;

/// Numerals as written: each digit stands for itself.
pub(super) fn pieces(tokens: &[Token], pieces: &mut Vec<Piece>) {
    let Some(token) = tokens.first().filter(|token| token.is_number()) else { return };
    if token.text.len() <= super::super::MAX_DIGITS {
        let symbols: SmolStr =
            token.text.chars().filter_map(|c| c.to_digit(10)).filter_map(|d| char::from_digit(d, 10)).collect();
        pieces.push(Piece { span: 1, symbols, cost: 0.0 });
    }
}

/// A number below 100 at the start of `tokens`, in every way it may end.
fn below_hundred(tokens: &[Token]) -> Vec<(usize, u64)> {
    let Some(first) = tokens.first() else { return Vec::new() };
    if first.is_number() {
        let is_short = first.text.len() <= 2 && !first.text.starts_with('0');
        let value = if is_short { first.text.parse().ok() } else { None };
        return value.map(|value| (1, value)).into_iter().collect();
    }
    if let Some(value) = small_number(&first.text) {
        return vec![(1, value)];
    }
    let Some(tens) = tens(&first.text) else { return Vec::new() };
    let unit = tokens.get(1).and_then(|token| small_number(&token.text).filter(|unit| *unit < 10));
    let mut found = vec![(1, tens)];
    found.extend(unit.map(|unit| (2, tens + unit)));
    found
}

/// A number of hundreds, or below: "twelve hundred", "two hundred and five", "forty".
fn hundreds(tokens: &[Token]) -> Vec<(usize, u64)> {
    let mut found = Vec::new();
    for (span, value) in heads(tokens, "hundred") {
        if word(tokens, span) == "hundred" {
            with_rest(tokens, span + 1, value * 100, 100, below_hundred, &mut found);
        } else if span > 0 {
            found.push((span, value));
        }
    }
    found
}

/// What may stand before `unit`: a number, "a", or nothing at all.
fn heads(tokens: &[Token], unit: &str) -> Vec<(usize, u64)> {
    let mut heads = below_hundred(tokens);
    if word(tokens, 0) == "a" && word(tokens, 1) == unit {
        heads.push((1, 1));
    }
    if word(tokens, 0) == unit {
        heads.push((0, 1));
    }
    heads
}

fn word(tokens: &[Token], at: usize) -> &str {
    tokens.get(at).map_or("", |token| token.text.as_str())
}

/// Amounts of at least ten at the start of `tokens`, in every way they may end: `(tokens taken, value)`,
/// the longest first. Single digits are not amounts.
pub(super) fn amounts(tokens: &[Token]) -> Vec<(usize, u64)> {
    let mut heads = hundreds(tokens);
    heads.extend(self::heads(tokens, "thousand").into_iter().filter(|(span, _)| word(tokens, *span) == "thousand"));
    let mut found = Vec::new();
    for (span, value) in heads {
        if word(tokens, span) == "thousand" && value < 1000 {
            with_rest(tokens, span + 1, value * 1000, 1000, hundreds, &mut found);
        }
        if value >= 10 && span > 0 {
            found.push((span, value));
        }
    }
    found.sort_by_key(|(span, value)| (std::cmp::Reverse(*span), *value));
    found.dedup();
    found
}

/// `base` alone, and `base` with a number below `limit` behind it: "two hundred [and] five".
fn with_rest(
    tokens: &[Token],
    at: usize,
    base: u64,
    limit: u64,
    rest: fn(&[Token]) -> Vec<(usize, u64)>,
    found: &mut Vec<(usize, u64)>,
) {
    found.push((at, base));
    let start = at + usize::from(word(tokens, at) == "and");
    let Some(behind) = tokens.get(start..) else { return };
    for (span, value) in rest(behind) {
        if value < limit {
            found.push((start + span, base + value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::token::tokenise;
    use super::*;

    #[test]
    fn the_longest_amount_comes_first() {
        for (heard, value) in [
            ("forty two", 42),
            ("a hundred and five", 105),
            ("twelve hundred", 1200),
            ("two thousand three hundred and forty five", 2345),
            ("two hundred thousand", 200_000),
            ("ninety nine thousand nine hundred and ninety nine", 99_999),
            ("2 thousand and 5", 2005),
        ] {
            let tokens = tokenise(heard);
            assert_eq!(amounts(&tokens).first(), Some(&(tokens.len(), value)), "{heard}");
        }
        assert!(amounts(&tokenise("seven")).is_empty());
    }
}
