//! The tables beside the values: corrections of what was given before, and what callers say anywhere.

use super::super::*;
use super::{outcome, slot_of};

/// A value as the tables write it, of the kind that its slot holds.
fn value_of(slot: &SlotType, text: &str) -> Value {
    match slot {
        SlotType::Number { .. } => Value::Whole(text.parse().unwrap()),
        SlotType::Date => Value::Date(text.parse().unwrap()),
        SlotType::Time => Value::Time(text.parse().unwrap()),
        _ => Value::from(text),
    }
}

#[test]
fn every_correction_changes_what_it_should() {
    let mut wrong = Vec::new();
    for line in include_str!("corrections.tsv").lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [kind, options, language, before, heard, expected] = columns[..] else { panic!("{line}") };
        let slot = slot_of(kind, options);
        let now = "2026-01-05T10:00".parse().unwrap();
        let readings = correct(&slot, &value_of(&slot, before), heard, language.parse().unwrap(), now);
        let came = outcome(&slot, &readings);
        if came != expected {
            let shown: Vec<String> = readings.iter().take(3).map(|r| format!("{} {:.2}", r.value, r.score)).collect();
            wrong.push(format!("{line}\n    came {came} of {}", shown.join(", ")));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_phrase_is_known_for_what_it_is() {
    let name = |phrase: CommonPhrase| match phrase {
        CommonPhrase::AgentPlease => "agent_please",
        CommonPhrase::Repeat => "repeat",
        CommonPhrase::Slower => "slower",
        CommonPhrase::WaitAMoment => "wait_a_moment",
        CommonPhrase::Language => "language",
        CommonPhrase::Help => "help",
        CommonPhrase::Cancel => "cancel",
        CommonPhrase::Correct => "correct",
        CommonPhrase::StartOver => "start_over",
        CommonPhrase::Goodbye => "goodbye",
        CommonPhrase::Yes => "yes",
        CommonPhrase::No => "no",
    };
    let mut wrong = Vec::new();
    for line in include_str!("phrases.tsv").lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [language, heard, expected] = columns[..] else { panic!("{line}") };
        let found = common_phrase(heard, language.parse().unwrap(), &CommonPhrase::ALL[..10]);
        let came = found.map_or("none", |(phrase, _)| name(phrase));
        if came != expected {
            wrong.push(format!("{line}\n    came {came} {:?}", found.map(|(_, score)| score)));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
