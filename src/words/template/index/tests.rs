//! What an index finds, against what each template finds by itself.

use proptest::prelude::*;

use super::super::super::{ChoiceOption, Language};
use super::*;

const TEMPLATES: &[&str] = &[
    "where is my (order|parcel)",
    "(check|track) [my] order [status]",
    "[my] order status",
    "cancel [my] order",
    "pick up [my] order",
    "login problem",
    "when do you (open|close)",
    "my number is {number}",
    "{number}",
    "(查|问)[一下][我的](订单|快递)",
    "取消[我的]订单",
    "that is it",
];

fn index() -> TemplateIndex<usize> {
    TemplateIndex::new(TEMPLATES.iter().enumerate().map(|(id, text)| (id, Template::parse(text).unwrap())))
}

proptest! {
    #[test]
    fn an_index_finds_what_each_template_finds(words in prop::collection::vec(
        prop::sample::select(vec!["where", "is", "my", "order", "older", "parcel", "checking", "pickup", "log", "in", "problem", "not",
        "cancel", "the", "uh", "number", "12", "订", "單", "查", "取消", "open", "statuses", "do", "you", "that"]), 1..9)) {
        let heard = words.join(" ");
        let ranked = index().rank(&Heard::new(&heard));
        for (id, text) in TEMPLATES.iter().enumerate() {
            let alone = Template::parse(text).unwrap().matches(&heard, Language::EN).map_or(0.0, |found| found.score);
            let found = ranked.iter().find(|candidate| candidate.id == id).map(|candidate| candidate.found.score);
            let best = ranked.first().map_or(0.0, |best| best.found.score);
            if alone >= LEAST && alone >= best - BEHIND_THE_BEST + 0.01 {
                let same = |score: f32| (score - alone).abs() < 1e-4 || best < ACCEPT && score > alone;
                prop_assert!(found.is_some_and(same), "{heard}: {text} {alone} {found:?}");
            }
        }
    }
}

#[test]
fn a_list_is_one_of_its_names_however_it_was_written() {
    let cities = ["Leeds", "London Heathrow", "北京"].map(ChoiceOption::plain).to_vec();
    let lists = std::collections::BTreeMap::from([("city".to_owned(), Arc::new(WordList::new("city", cities)))]);
    let template = |text: &str| Template::parse_with(text, &lists).unwrap();
    let index = TemplateIndex::new([
        (1, template("(fly|travel) to {city}")),
        (2, template("(fly|travel) from {city}")),
        (3, template("我要去{city}")),
    ]);
    let best = |heard: &str| index.rank(&Heard::new(heard)).into_iter().next().map(|best| (best.id, best.found.slots));
    let city = |name: &str| vec![("city".to_owned(), name.to_owned())];
    assert_eq!(best("I'd like to fly to london heath row tomorrow"), Some((1, city("London Heathrow"))));
    assert_eq!(best("travel from leads please"), Some((2, city("Leeds"))));
    assert_eq!(best("呃我要去背景"), Some((3, city("北京"))));
    assert!(best("fly to the moon").is_none_or(|(_, slots)| slots.is_empty()));
}
