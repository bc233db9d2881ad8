//! Which of many templates was said.

use super::super::{Language, MARGIN};
use super::Template;
use super::alignment::Around;
use super::heard::Heard;
use super::matching::{ACCEPT, Match};

/// One thing a caller may have meant.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate<I> {
    /// Whose template fitted.
    pub id: I,
    /// How well, and what stood in its slots.
    pub found: Match,
}

/// Every id with a template that `heard` fits, its best template only, best first. Ids that fit equally
/// well keep the order in which they came.
///
/// Take the first when its score is at least [`ACCEPT`] and [`is_clear`] holds; ask between the first two
/// when it does not; below [`ACCEPT`] nothing was understood. For many utterances build a
/// [`super::TemplateIndex`] of the templates instead.
pub fn rank<'t, I, T>(templates: T, heard: &str, _language: Language) -> Vec<Candidate<I>>
where
    I: PartialEq,
    T: IntoIterator<Item = (I, &'t Template)>,
{
    let heard = Heard::new(heard);
    let mut candidates: Vec<Candidate<I>> = Vec::new();
    for (id, template) in templates {
        let Some(found) = template.matches_heard(&heard, Around::Story, 0.0) else { continue };
        match candidates.iter_mut().find(|candidate| candidate.id == id) {
            Some(known) if known.found.score < found.score => known.found = found,
            Some(_) => {}
            None => candidates.push(Candidate { id, found }),
        }
    }
    candidates.sort_by(|left, right| right.found.score.total_cmp(&left.found.score));
    candidates
}

/// Whether the first of `candidates` is accepted and leads the second by [`MARGIN`].
pub fn is_clear<I>(candidates: &[Candidate<I>]) -> bool {
    let score = |index: usize| candidates.get(index).map_or(0.0, |candidate| candidate.found.score);
    score(0) >= ACCEPT && score(0) - score(1) >= MARGIN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_flow_comes_first_and_close_ones_are_not_clear() {
        let texts = [
            ("status", "where is my order"),
            ("status", "track [my] order"),
            ("cancel", "cancel my order"),
            ("hours", "when do you open"),
        ];
        let templates: Vec<(&str, Template)> =
            texts.iter().map(|(id, text)| (*id, Template::parse(text).unwrap())).collect();
        let rank_of = |heard: &str| rank(templates.iter().map(|(id, template)| (*id, template)), heard, Language::EN);
        let clear = rank_of("I'd like to cancel my order please");
        assert_eq!(clear[0].id, "cancel");
        assert!(is_clear(&clear), "{clear:?}");
        let unclear = rank_of("track or cancel my order");
        assert!(!is_clear(&unclear), "{unclear:?}");
        assert!(!is_clear(&rank_of("hmm")));
    }
}
