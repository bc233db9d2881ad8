//! What callers say, each as one turn whose end is known.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use serde::Deserialize;

use super::super::line::Chance;
use crate::audio::{Hertz, Sound, level_dbov, wav};
use crate::words::{Expected, Form, Language};

/// Silence before the speech of a turn.
const BEFORE: Duration = Duration::from_millis(600);
/// Silence behind it: longer than any patience.
const BEHIND: Duration = Duration::from_millis(3_400);
/// Order numbers spliced from single digits.
const SPLICED: usize = 30;
/// Digits of each.
const DIGITS: usize = 8;

/// One turn.
pub(super) struct Case {
    /// Its recording, or what it was made of.
    pub(super) name: String,
    /// The row of the report.
    pub(super) kind: &'static str,
    /// What is asked when it is said.
    pub(super) expected: Expected,
    /// The language it is said in.
    pub(super) language: Language,
    /// At 16 kHz, with silence before and behind.
    pub(super) sound: Sound,
    /// Where the speech begins and where it ends in it.
    pub(super) speech: (Duration, Duration),
}

#[derive(Deserialize)]
struct Line {
    audio: String,
    text: Option<String>,
    lang: String,
    speaker: Option<String>,
    kind: String,
}

/// The turns in `folder`, at most `most` of a kind, evenly spread. Sentences and requests are taken as they are; single
/// digits are spliced into order numbers of two groups, with pauses drawn between.
pub(super) fn cases(folder: &Path, most: usize) -> anyhow::Result<Vec<Case>> {
    let manifest = folder.join("manifest.jsonl");
    let text = std::fs::read_to_string(&manifest)
        .with_context(|| format!("cannot read {}; name a folder of recordings with --speech", manifest.display()))?;
    let mut found: BTreeMap<&'static str, Vec<(Line, Expected)>> = BTreeMap::new();
    let mut digits: BTreeMap<String, BTreeMap<char, Vec<Sound>>> = BTreeMap::new();
    for (index, line) in text.lines().enumerate() {
        let line: Line = serde_json::from_str(line).with_context(|| format!("{}:{}", manifest.display(), index + 1))?;
        let said = line.text.as_deref().unwrap_or_default().trim_start_matches('\u{feff}').to_owned();
        if line.kind == "digit" {
            if let Some(digit) = digit_of(&said) {
                let sound = wav::read(folder.join(&line.audio))?.sound.resampled(Hertz::HZ_16000)?;
                let speaker = digits.entry(line.speaker.clone().unwrap_or_default()).or_default();
                speaker.entry(digit).or_default().push(trimmed(&sound));
            }
            continue;
        }
        let Some((kind, form)) = kind_of(&line, &said) else { continue };
        let language = Language::parse(&line.lang).ok();
        found.entry(kind).or_default().push((line, Expected { form, language, bias: Vec::new() }));
    }
    let mut cases = Vec::new();
    for (kind, lines) in found {
        let step = lines.len().div_ceil(most.max(1)).max(1);
        for (line, expected) in lines.into_iter().step_by(step) {
            let sound = wav::read(folder.join(&line.audio))?.sound.resampled(Hertz::HZ_16000)?;
            cases.extend(case(line.audio, kind, expected, sound));
        }
    }
    for number in 0..SPLICED.min(most) {
        cases.extend(spliced(&digits, number));
    }
    ensure!(!cases.is_empty(), "{} lists no sentences, requests or digits", manifest.display());
    Ok(cases)
}

/// The row a recording belongs to, and what a step that it answers would expect.
fn kind_of(line: &Line, said: &str) -> Option<(&'static str, Form)> {
    let is_mandarin = line.lang == "zh";
    match line.kind.as_str() {
        "request" => Some(("requests, en", Form::Anything)),
        "sentence" if is_mandarin => Some(("sentences, zh", Form::Anything)),
        "sentence" => Some(("sentences, en", Form::Anything)),
        "digits" if said.chars().count() == 11 => Some(("phone numbers, zh", Form::Phone)),
        "digits" => {
            let length = said.chars().count();
            Some(("digits, zh", Form::Digits { min: length.min(4), max: length.max(18) }))
        }
        _ => None,
    }
}

fn digit_of(word: &str) -> Option<char> {
    const WORDS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    let place = WORDS.iter().position(|one| *one == word)?;
    char::from_digit(place as u32, 10)
}

/// A case of `sound`, with silence around; `None` when there is no speech in it.
fn case(name: String, kind: &'static str, expected: Expected, sound: Sound) -> Option<Case> {
    let (first, last) = speech_in(&sound)?;
    let mut whole = Sound::silence(sound.rate(), BEFORE);
    whole.append(&sound);
    whole.append(&Sound::silence(sound.rate(), BEHIND));
    let language = expected.language.unwrap_or(Language::EN);
    Some(Case { name, kind, expected, language, sound: whole, speech: (BEFORE + first, BEFORE + last) })
}

/// An order number of two groups of four, by one speaker: 40 to 140 ms between digits, 350 to 1,000 ms between groups.
fn spliced(digits: &BTreeMap<String, BTreeMap<char, Vec<Sound>>>, number: usize) -> Option<Case> {
    let mut chance = Chance::new(number as u64);
    let speakers: Vec<&String> = digits.keys().collect();
    let speaker = speakers.get(number % speakers.len().max(1))?;
    let recorded = digits.get(*speaker)?;
    let mut sound = Sound::silence(Hertz::HZ_16000, Duration::ZERO);
    let mut name = String::new();
    for place in 0..DIGITS {
        let digit = char::from_digit(chance.below(10) as u32, 10)?;
        let takes = recorded.get(&digit)?;
        let pause = match place {
            0 => 0,
            4 => 350 + chance.below(650),
            _ => 40 + chance.below(100),
        };
        sound.append(&Sound::silence(Hertz::HZ_16000, Duration::from_millis(pause)));
        sound.append(&takes[chance.below(takes.len() as u64) as usize]);
        name.push(digit);
    }
    let form = Form::Digits { min: DIGITS, max: DIGITS };
    let expected = Expected { form, language: Some(Language::EN), bias: Vec::new() };
    case(format!("{speaker} {name}"), "order numbers, en (spliced)", expected, sound)
}

fn trimmed(sound: &Sound) -> Sound {
    match speech_in(sound) {
        Some((first, last)) => sound.part(first, last),
        None => sound.clone(),
    }
}

/// Where speech begins and ends in a clean recording, by loudness alone, so that no detector labels itself: what is 12 dB
/// above the quietest tenth of the recording and within 38 dB of the loudest. Less than 60 ms of it is a click.
pub(super) fn speech_in(sound: &Sound) -> Option<(Duration, Duration)> {
    const STEP: Duration = Duration::from_millis(20);
    let levels: Vec<f32> =
        sound.samples().chunks(sound.rate().samples_in(STEP)).map(|step| level_dbov(step).max(-90.0)).collect();
    let mut sorted = levels.clone();
    sorted.sort_by(f32::total_cmp);
    let (floor, loudest) = (*sorted.get(sorted.len() / 10)?, *sorted.last()?);
    let threshold = (floor + 12.0).min(loudest - 12.0).max(loudest - 38.0).max(-60.0);
    let is_speech = |index: usize| {
        let around = index.saturating_sub(2)..(index + 3).min(levels.len());
        levels[index] > threshold && levels[around].iter().filter(|level| **level > threshold).count() >= 3
    };
    let first = (0..levels.len()).find(|&index| is_speech(index))?;
    let last = (0..levels.len()).rfind(|&index| is_speech(index))?;
    Some((STEP * first as u32, STEP * (last + 1) as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(milliseconds: u64, amplitude: f64) -> Sound {
        let count = milliseconds * 16;
        let samples = (0..count).map(|index| (amplitude * (index as f64 * 0.3).sin()) as i16).collect();
        Sound::new(Hertz::HZ_16000, samples)
    }

    #[test]
    fn speech_is_found_between_hiss_and_clicks() {
        let mut sound = tone(500, 20.0);
        sound.append(&tone(400, 6_000.0));
        sound.append(&tone(700, 20.0));
        sound.append(&tone(20, 6_000.0));
        sound.append(&tone(500, 20.0));
        let (first, last) = speech_in(&sound).unwrap();
        assert_eq!((first.as_millis(), last.as_millis()), (500, 900));
    }

    #[test]
    fn spliced_numbers_repeat_from_run_to_run() {
        let digit = |_| (('0'..='9').map(|digit| (digit, vec![tone(300, 5_000.0)]))).collect();
        let digits: BTreeMap<String, BTreeMap<char, Vec<Sound>>> = BTreeMap::from([("anna".to_owned(), digit(()))]);
        let (one, two) = (spliced(&digits, 3).unwrap(), spliced(&digits, 3).unwrap());
        assert_eq!(one.name, two.name);
        assert_eq!(one.sound, two.sound);
        assert!(one.speech.1 > Duration::from_millis(8 * 300 + 350));
    }
}
