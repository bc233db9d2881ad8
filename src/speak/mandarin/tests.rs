//! Readings, changes of tone, and sounds, by tables.

use super::reading::words_of;
use super::*;

/// Pinyin with the tones as spoken, words joined.
fn pinyin(text: &str) -> String {
    let mut words = words_of(text);
    sandhi::apply(&mut words);
    let syllables = words.iter().flat_map(|word| &word.syllables);
    syllables.map(|syllable| format!("{}{}", syllable.name, syllable.tone)).collect::<Vec<_>>().join(" ")
}

#[test]
fn characters_of_several_readings_are_read_by_their_words() {
    let rows = include_str!("readings.tsv").lines().filter_map(|line| line.split_once('\t'));
    let wrong: Vec<String> = rows
        .map(|(text, expected)| (text, pinyin(text), expected))
        .filter(|(_, said, expected)| said != expected)
        .map(|(text, said, expected)| format!("{text}: {said}, not {expected}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn sounds_are_those_of_misaki() {
    // What misaki 0.9.4 gives for the same words.
    for (text, expected) in [
        ("您好", "ni↗nxau↓"),
        ("请问", "ʨʰi↓ŋwə↘n"),
        ("发货", "fa→xwo↘"),
        ("预计", "y↘ʨi↘"),
        ("今天", "ʨi→ntʰjɛ→n"),
        ("之前", "ꭧɨ→ʨʰjɛ↗n"),
        ("送到", "sʊ↘ŋtau↘"),
        ("旅游", "ly↓jou↗"),
        ("用户", "jʊ↘ŋxu↘"),
        ("全选", "ʨʰɥɛ↗nɕɥɛ↓n"),
        ("二", "ɚ↘"),
        ("略", "lɥe↘"),
    ] {
        assert_eq!(phonemes(text, |_| String::new()), expected, "{text}");
    }
}

#[test]
fn every_syllable_has_sounds() {
    for line in include_str!("phrases.txt").lines() {
        for pinyin in line.split(' ').skip(1) {
            let syllable = syllable::Syllable::parse(pinyin);
            assert!(!syllable::ipa(&[syllable]).is_empty(), "{line}");
        }
    }
    for character in ('\u{4e00}'..='\u{9fa5}').filter(|character| pinyin::ToPinyin::to_pinyin(character).is_some()) {
        assert!(!phonemes(&character.to_string(), |_| String::new()).is_empty(), "{character}");
    }
}

#[test]
fn marks_pause_and_latin_letters_are_given_on() {
    let said = phonemes("您好，您的 VIP 卡（到期）。再见！", |latin| format!("<{latin}>"));
    assert_eq!(said, "ni↗nxau↓, ni↗n tɤ <VIP> kʰa↓ (tau↘ʨʰi→). ʦai↘ʨjɛ↘n!");
    assert_eq!(phonemes("，。", |_| String::new()), "");
}
