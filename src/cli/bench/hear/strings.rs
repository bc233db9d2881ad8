//! Digit strings, heard as `warmline hear --expect digits` hears them: how many come out right, every digit.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::super::line::{Chance, Condition, kitchen_noise, over_the_line};
use super::calibration::Judged;
use super::sets::{Recording, recordings_of_kind};
use crate::audio::{Hertz, Sound, even_loudness, wav};
use crate::hear::{ActivityModel, LanguageChoice, Recogniser, listen_to_recording, together};
use crate::words::{Language, MAX_DIGITS, SlotType, Value, read};

/// A digit string and its sound.
struct DigitString {
    name: String,
    sound: Sound,
    digits: String,
    language: Language,
}

/// How many strings of a set came out right under a condition.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct StringsReport {
    /// The set.
    pub set: String,
    /// The condition.
    pub condition: &'static str,
    /// How many strings were heard.
    pub strings: usize,
    /// How many came out right, every digit.
    pub right: usize,
}

/// Spliced strings a speaker.
const STRINGS_A_SPEAKER: usize = 8;

/// Hears the digit strings of a speech folder under every condition: those recorded as they are, and single digits
/// spliced into order numbers of six to eleven digits, in groups of three or four.
///
/// # Errors
/// When a recording or a model fails.
pub(super) async fn hear_strings(
    folder: &Path,
    most: usize,
    activity: &ActivityModel,
    recogniser: &Recogniser,
    tell: &mut dyn FnMut(&str),
) -> anyhow::Result<(Vec<StringsReport>, Vec<Judged>)> {
    let noise = kitchen_noise(folder)?;
    let (mut reports, mut judged) = (Vec::new(), Vec::new());
    for (set, strings) in sets(folder, most)? {
        for condition in Condition::ALL {
            if condition == Condition::Noise && noise.is_none() {
                tell("  no noise/kitchen.wav in the folder: strings are not heard in noise");
                continue;
            }
            let mut right = 0;
            for (seed, string) in (1..).zip(&strings) {
                let sound = over_the_line(&with_silence(&string.sound), condition, noise.as_ref(), seed)?;
                let (heard, evidence) = hear(&sound, string.language, activity, recogniser).await?;
                let is_right = heard == string.digits;
                right += usize::from(is_right);
                judged.extend(evidence.map(|grounds| Judged { grounds, is_right }));
                if !is_right {
                    let (name, wanted) = (&string.name, &string.digits);
                    tell(&format!("  {set}, {}: {name}: {heard:?} for {wanted:?}", condition.name()));
                }
            }
            reports.push(StringsReport {
                set: set.clone(),
                condition: condition.name(),
                strings: strings.len(),
                right,
            });
        }
    }
    Ok((reports, judged))
}

async fn hear(
    sound: &Sound,
    language: Language,
    activity: &ActivityModel,
    recogniser: &Recogniser,
) -> anyhow::Result<(String, Option<crate::hear::Grounds>)> {
    let slot = SlotType::Digits { min: 1, max: MAX_DIGITS };
    let expected = slot.expected(language);
    let choice = LanguageChoice::Fixed(language);
    let utterances = listen_to_recording(sound, activity, recogniser, &choice, &expected).await?;
    // Digits mean the same on every day.
    let today = jiff::civil::date(2026, 1, 5).at(10, 0, 0, 0);
    let readings = read(&slot, &together(&utterances).text, language, today);
    let value = readings.into_iter().find(|reading| reading.valid).map(|reading| reading.value);
    let grounds = match utterances.as_slice() {
        [only] => only.recognised.grounds,
        _ => None,
    };
    Ok((if let Some(Value::Text(digits)) = value { digits } else { String::new() }, grounds))
}

fn sets(folder: &Path, most: usize) -> anyhow::Result<BTreeMap<String, Vec<DigitString>>> {
    let mut sets: BTreeMap<String, Vec<DigitString>> = BTreeMap::new();
    for (set, recordings) in recordings_of_kind(folder, "digits")? {
        for recording in super::sets::thinned(recordings, most) {
            let Some(digits) = digits_of(&recording.text) else { continue };
            let sound = wav::read(&recording.path)?.sound;
            let name = name_of(&recording.path);
            sets.entry(set.clone()).or_default().push(DigitString {
                name,
                sound,
                digits,
                language: recording.language,
            });
        }
    }
    for (set, recordings) in recordings_of_kind(folder, "digit")? {
        let spliced = spliced(&recordings)?;
        sets.entry(set).or_default().extend(super::sets::thinned(spliced, most));
    }
    Ok(sets)
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The digits that `text` is made of; `None` when it holds anything else.
fn digits_of(text: &str) -> Option<String> {
    const CHARACTERS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let digit = |character: char| match character {
        '幺' => Some('1'),
        '0'..='9' => Some(character),
        _ => CHARACTERS.iter().position(|&known| known == character).map(|place| (b'0' + place as u8) as char),
    };
    text.chars().filter(|character| character.is_alphanumeric()).map(digit).collect()
}

/// Order numbers put together from the single digits of one speaker each, with the gaps people leave.
fn spliced(recordings: &[Recording]) -> anyhow::Result<Vec<DigitString>> {
    const WORDS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    let mut speakers: BTreeMap<&str, Vec<Vec<&PathBuf>>> = BTreeMap::new();
    for recording in recordings {
        let text = recording.text.to_lowercase();
        let Some(digit) = WORDS.iter().position(|word| *word == text).or_else(|| text.parse().ok()) else { continue };
        let Some(all) = speakers.entry(&recording.speaker).or_insert_with(|| vec![Vec::new(); 10]).get_mut(digit)
        else {
            continue;
        };
        all.push(&recording.path);
    }
    let mut strings = Vec::new();
    for (speaker_number, (speaker, digits)) in (1_u64..).zip(&speakers) {
        if digits.iter().any(Vec::is_empty) {
            continue;
        }
        let mut chance = Chance::new(speaker_number);
        for number in 0..STRINGS_A_SPEAKER {
            let length = 6 + chance.below(6);
            let group = 3 + chance.below(2) as usize;
            let mut string = String::new();
            let mut sound = Sound::silence(Hertz::HZ_8000, Duration::ZERO);
            for place in 0..length as usize {
                let digit = chance.below(10) as usize;
                let takes = &digits[digit];
                let take = takes[chance.below(takes.len() as u64) as usize];
                string.push((b'0' + digit as u8) as char);
                sound.append(&even_loudness(&wav::read(take)?.sound.resampled(Hertz::HZ_8000)?, -22.0));
                let ends_group = (place + 1).is_multiple_of(group);
                let gap = if ends_group { 250.0 + 250.0 * chance.share() } else { 50.0 + 130.0 * chance.share() };
                sound.append(&Sound::silence(Hertz::HZ_8000, Duration::from_millis(gap as u64)));
            }
            let (name, language) = (format!("{speaker} {}", number + 1), Language::EN);
            strings.push(DigitString { name, sound, digits: string, language });
        }
    }
    Ok(strings)
}

fn with_silence(sound: &Sound) -> Sound {
    let pause = Sound::silence(sound.rate(), Duration::from_millis(400));
    let mut whole = pause.clone();
    whole.append(sound);
    whole.append(&pause);
    whole
}

/// A table in Markdown.
pub(super) fn markdown(reports: &[StringsReport]) -> String {
    let mut table =
        "| digit strings | condition | heard | every digit right | share |\n|---|---|---|---|---|\n".to_owned();
    for report in reports {
        let StringsReport { set, condition, strings, right } = report;
        let share = 100.0 * *right as f64 / (*strings).max(1) as f64;
        table += &format!("| {set} | {condition} | {strings} | {right} | {share:.0} % |\n");
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_digit_strings_count() {
        assert_eq!(digits_of("\u{feff}一三八零幺").as_deref(), Some("13801"));
        assert_eq!(digits_of("二零一五年"), None);
    }
}
