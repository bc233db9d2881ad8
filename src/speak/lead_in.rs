//! The beginning of a clause that was made before, so that a slow voice speaks at once. Pure.
//!
//! A sentence with a value, `您的订单号是{{ order }}`, begins the same for every caller. Its beginning is made ahead, as a
//! clause of its own that goes on; when the whole is to be said, what is already there plays while the rest is made.

use std::time::Duration;

use super::clauses::{ClauseText, clauses};
use crate::words::Language;

/// Shorter beginnings give no time to make the rest; in characters.
const SHORTEST: usize = 3;
/// Longer ones are not looked for; in characters.
const LONGEST: usize = 40;
/// Between the beginning and the rest: less than a comma, the breath before a number.
const BREATH: Duration = Duration::from_millis(20);

/// What is made ahead of the sentences that begin with `text`; `None` if it is too short to be worth it.
pub fn lead_in(text: &str) -> Option<String> {
    let last = clauses(text, Language::ZH).pop()?.text;
    let is_open = last.ends_with(|character: char| character.is_alphanumeric());
    let length = last.chars().count();
    (is_open && (SHORTEST..=LONGEST).contains(&length)).then(|| going_on(&last))
}

/// With a comma the voice does not fall at its end.
fn going_on(text: &str) -> String {
    format!("{text}，")
}

/// A clause in two: what is shown of each piece, and what its voice is given.
pub(super) struct Parted {
    pub(super) begin: (ClauseText, String),
    pub(super) rest: (ClauseText, String),
}

/// `clause`, of which `spoken` is said, in two, if it begins with what `is_made` knows: the longest such beginning.
///
/// It is parted as it is spoken, since how a number is said depends on what stands before it.
pub(super) fn part_at_lead_in(clause: &ClauseText, spoken: &str, is_made: impl Fn(&str) -> bool) -> Option<Parted> {
    let ends: Vec<usize> = spoken.char_indices().map(|(at, _)| at).skip(SHORTEST).take(LONGEST).collect();
    ends.into_iter().rev().find_map(|end| {
        let (begin, rest) = spoken.split_at(end);
        let shown_rest = clause.text.strip_prefix(begin)?.trim_start();
        let begin = begin.trim_end();
        let rest_is_spoken = rest.chars().any(char::is_alphanumeric);
        let made = going_on(begin);
        if !rest_is_spoken || !begin.ends_with(|character: char| character.is_alphanumeric()) || !is_made(&made) {
            return None;
        }
        let first = ClauseText { text: begin.to_owned(), pause_after: BREATH };
        let second = ClauseText { text: shown_rest.to_owned(), pause_after: clause.pause_after };
        Some(Parted { begin: (first, made), rest: (second, rest.trim_start().to_owned()) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_a_value_is_made_ahead() {
        assert_eq!(lead_in("您的订单号是").as_deref(), Some("您的订单号是，"));
        assert_eq!(lead_in("好的。您尾号").as_deref(), Some("您尾号，"));
        assert_eq!(lead_in("您"), None);
        assert_eq!(lead_in("您的订单是："), None);
    }

    #[test]
    fn a_clause_is_parted_behind_its_longest_known_beginning() {
        let pause_after = Duration::from_millis(260);
        let clause = ClauseText { text: "您的订单号是321。".to_owned(), pause_after };
        let known = |text: &str| text == "您的订单，" || text == "您的订单号是，";
        let Parted { begin, rest } = part_at_lead_in(&clause, "您的订单号是三二幺。", known).unwrap();
        assert_eq!((begin.0.text.as_str(), begin.1.as_str()), ("您的订单号是", "您的订单号是，"));
        assert_eq!((rest.0.text.as_str(), rest.1.as_str()), ("321。", "三二幺。"));
        assert_eq!(rest.0.pause_after, pause_after);
        assert!(part_at_lead_in(&clause, "您的订单号是三二幺。", |_| false).is_none());
    }
}
