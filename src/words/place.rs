//! One of a list of named places, found even when it was misheard: "heath row" is Heathrow, 背景 is 北京.

use super::template::{Heard, Hit, WordList};
use super::weight::is_negation;
use super::{Reading, Value};

/// What a name keeps of its score that stands inside a longer one that was heard as well: the `Newcastle` of
/// "Newcastle upon Tyne".
const PART_OF_ANOTHER: f32 = 0.6;
/// What a name keeps of its score behind a negation: "not Leeds".
const DENIED: f32 = 0.4;

/// Readings of `heard`, one for each place that fits at all.
pub(super) fn read(places: &WordList, heard: &Heard) -> Vec<Reading> {
    let words: Vec<&str> = heard.words().collect();
    let hits = places.find(heard);
    let mut best: Vec<(usize, f32)> = Vec::new();
    for hit in &hits {
        let mut score = (1.0 - hit.cost).max(0.0);
        if hits.iter().any(|other| holds(other, hit)) {
            score *= PART_OF_ANOTHER;
        }
        let is_denied = hit.start > 0 && is_negation(words[hit.start - 1])
            || hit.start > 1 && is_negation(words[hit.start - 2]) && words[hit.start - 1] == "是";
        if is_denied {
            score *= DENIED;
        }
        match best.iter_mut().find(|(option, _)| *option == hit.option) {
            Some((_, known)) => *known = known.max(score),
            None => best.push((hit.option, score)),
        }
    }
    let value = |option: usize| Value::from(places.options()[option].value.as_str());
    best.into_iter().map(|(option, score)| Reading { value: value(option), score, valid: true }).collect()
}

/// Whether `part` lies within `whole`, another value that was heard about as well.
fn holds(whole: &Hit, part: &Hit) -> bool {
    let inside = whole.start <= part.start && part.behind <= whole.behind;
    let longer = whole.behind - whole.start > part.behind - part.start;
    inside && longer && whole.option != part.option && whole.cost <= part.cost + 0.1
}

#[cfg(test)]
mod tests {
    use super::super::ChoiceOption;
    use super::*;

    fn best(heard: &str) -> Vec<(String, f32)> {
        let names = ["Newcastle", "Newcastle upon Tyne", "London Heathrow", "Leeds", "北京", "上海虹桥"];
        let mut found = read(&WordList::new("", names.map(ChoiceOption::plain).to_vec()), &Heard::new(heard));
        found.sort_by(|left, right| right.score.total_cmp(&left.score));
        found.into_iter().map(|reading| (reading.value.to_string(), reading.score)).collect()
    }

    #[test]
    fn the_longer_name_is_meant_and_two_places_are_not_told_apart() {
        assert_eq!(best("to Newcastle please")[0].0, "Newcastle");
        let longer = best("new castle upon Tyne");
        assert!(longer[0].0 == "Newcastle upon Tyne" && longer[0].1 > longer[1].1 + 0.15, "{longer:?}");
        let two = best("from Leeds to London Heathrow");
        assert!((two[0].1 - two[1].1).abs() < 0.1, "{two:?}");
        assert_eq!(best("not Leeds, heath row")[0].0, "London Heathrow");
        assert_eq!(best("我要去背景")[0].0, "北京");
    }
}
