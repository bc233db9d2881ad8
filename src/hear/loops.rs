//! Notices a recogniser that goes in circles.

/// How often a single token may stand in a row: a caller may well say five zeros.
const SINGLE_TOKEN_REPEATS: usize = 8;
/// How often a longer pattern may stand in a row.
const PATTERN_REPEATS: usize = 4;
/// The longest pattern that is looked for, in tokens.
const LONGEST_PATTERN: usize = 12;

/// Whether the end of `tokens` is one pattern over and over: whisper does this when it is shown too little sound, and
/// would go on to the limit.
pub(super) fn goes_in_circles(tokens: &[i32]) -> bool {
    (1..=LONGEST_PATTERN).any(|period| {
        let repeats = if period == 1 { SINGLE_TOKEN_REPEATS } else { PATTERN_REPEATS };
        let span = period * repeats;
        tokens.len() >= span && {
            let end = &tokens[tokens.len() - span..];
            end.iter().zip(&end[period..]).all(|(one, next)| one == next)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_that_repeat_are_noticed_at_once() {
        assert!(goes_in_circles(&[9, 9, 9, 9, 9, 9, 9, 9]));
        assert!(goes_in_circles(&[1, 2, 3, 4, 3, 4, 3, 4, 3, 4]));
        let sentence: Vec<i32> = (0..11).cycle().take(44).collect();
        assert!(goes_in_circles(&sentence));
        assert!(!goes_in_circles(&sentence[..43]));
    }

    #[test]
    fn what_people_say_is_no_circle() {
        assert!(!goes_in_circles(&[]));
        assert!(!goes_in_circles(&[1, 2, 3, 4, 5]));
        assert!(!goes_in_circles(&[0, 0, 0, 0, 0, 0]), "six zeros in an order number");
        assert!(!goes_in_circles(&[7, 8, 7, 8, 7, 8]), "no no, no no, no no");
    }
}
