//! What is said against what it should tell: a table a language.

use super::{Feeling, WordsHeard};

fn feeling(name: &str) -> Option<Feeling> {
    Some(match name {
        "anger" => Feeling::Anger,
        "complaint" => Feeling::Complaint,
        "urgency" => Feeling::Urgency,
        "fear" => Feeling::Fear,
        "despair" => Feeling::Despair,
        "threat" => Feeling::Threat,
        "profanity" => Feeling::Profanity,
        "thanks" => Feeling::Thanks,
        "delight" => Feeling::Delight,
        "person" => Feeling::Person,
        _ => return None,
    })
}

/// Every row of a table that is not read as it says.
fn faults(table: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for row in table.lines() {
        let mut columns = row.split('\t');
        let (side, name, text) = (columns.next(), columns.next(), columns.next());
        let (Some(side), Some(name), Some(text)) = (side, name, text) else {
            faults.push(format!("not a row: {row}"));
            continue;
        };
        let heard = WordsHeard::read(text);
        let valence = heard.valence();
        let right = match side {
            "neg" => valence < 0.45 && heard.against() > heard.in_favour(),
            "pos" => valence > 0.55 && heard.in_favour() > heard.against(),
            "neu" => (valence - 0.5).abs() < 0.02 && heard.against() == 0.0,
            _ => side == "any",
        };
        if !right || feeling(name).is_some_and(|feeling| !heard.names(feeling)) {
            faults.push(format!("{row}: valence {valence:.2}, {:?}", heard.found));
        }
    }
    faults
}

#[test]
fn english_callers_are_understood() {
    let table = include_str!("cases_en.tsv");
    assert!(table.lines().count() >= 100);
    assert_eq!(faults(table), Vec::<String>::new());
}

#[test]
fn mandarin_callers_are_understood() {
    let table = include_str!("cases_zh.tsv");
    assert!(table.lines().count() >= 100);
    assert_eq!(faults(table), Vec::<String>::new());
}

#[test]
fn degrees_weigh() {
    let against = |text: &str| WordsHeard::read(text).against();
    assert!(against("i am very angry") > against("i am angry"));
    assert!(against("i am angry") > against("i am a bit angry"));
    assert!(against("我非常失望") > against("我失望"));
    assert!(against("我失望") > against("我有点失望"));
}

#[test]
fn punctuation_and_capitals_change_nothing() {
    let plain = WordsHeard::read("no thats not good enough i want my money back");
    let written = WordsHeard::read("No, that's NOT good enough! I want my money back.");
    assert_eq!(plain, written);
    assert_eq!(WordsHeard::read("我要投诉!你们太差了。").valence(), WordsHeard::read("我要投诉你们太差了").valence());
}

#[test]
fn both_languages_in_one_sentence() {
    let heard = WordsHeard::read("这个 delivery 太慢了 it is unacceptable");
    assert!(heard.names(Feeling::Anger) && heard.names(Feeling::Complaint));
}

#[test]
fn a_long_or_strange_text_is_no_trouble() {
    for text in
        ["", "   ", "…!?", "\u{0}", &"fuck ".repeat(500), &"不".repeat(3_000), "ab\u{301}c 你a不b好", "不满不满不满"]
    {
        let heard = WordsHeard::read(text);
        assert!((0.0..=1.0).contains(&heard.valence()) && heard.against() <= 4.0, "{text}");
    }
}
