//! Sound in which nobody speaks, to be heard as a caller would be: how many words are made up.

use std::path::Path;
use std::time::Duration;

use super::super::line::{Chance, kitchen_noise, telephone_band};
use crate::audio::{Hertz, Key, Sound, Tone, ToneGenerator, wav};
use crate::hear::{ActivityModel, LanguageChoice, Recogniser, listen_to_recording};
use crate::words::{Expected, Language};

/// Where Debian's package `asterisk-moh-opsound-wav` puts eighteen minutes of hold music.
const MUSIC: &str = "/usr/share/asterisk/moh";
/// How long a piece is that is heard at once.
const PIECE: Duration = Duration::from_secs(60);

/// What was made up in one kind of sound.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct NothingReport {
    /// The kind.
    pub kind: String,
    /// How long it was, in minutes.
    pub minutes: f64,
    /// How often a turn was taken to begin.
    pub turns: usize,
    /// Words, or Mandarin characters, that were made up.
    pub words: usize,
}

/// Hears `minutes` of every kind of sound in turn, in both languages by halves.
///
/// # Errors
/// When a recording or a model fails.
pub(super) async fn hear_nothing(
    minutes: usize,
    speech: Option<&Path>,
    activity: &ActivityModel,
    recogniser: &Recogniser,
    tell: &mut dyn FnMut(&str),
) -> anyhow::Result<Vec<NothingReport>> {
    let mut reports: Vec<NothingReport> = Vec::new();
    let recorded = recorded(speech)?;
    let kinds = MADE.len() + recorded.len();
    for piece in 0..minutes {
        let kind = piece % kinds;
        let seed = piece as u64 + 1;
        let (name, sound) = match MADE.get(kind) {
            Some((name, make)) => ((*name).to_owned(), made(*make, seed)),
            None => {
                let (name, sound) = &recorded[kind - MADE.len()];
                (name.clone(), cut(sound, (piece / kinds) as u32))
            }
        };
        let sound = telephone_band(&sound)?;
        let language = if (piece / kinds).is_multiple_of(2) { Language::EN } else { Language::ZH };
        let choice = LanguageChoice::Fixed(language);
        let heard = listen_to_recording(&sound, activity, recogniser, &choice, &Expected::anything()).await?;
        let mut words = 0;
        for utterance in &heard {
            let text = &utterance.recognised.text;
            let count = if language == Language::ZH {
                text.chars().filter(|character| character.is_alphanumeric()).count()
            } else {
                text.split_whitespace().count()
            };
            if count > 0 {
                let (confidence, at) = (utterance.recognised.confidence, utterance.start.as_secs());
                tell(&format!("  {name}, minute {}, second {at}: {text:?} ({confidence:.2})", piece + 1));
            }
            words += count;
        }
        let length = sound.duration().as_secs_f64() / 60.0;
        match reports.iter_mut().find(|report| report.kind == name) {
            Some(report) => {
                report.minutes += length;
                report.turns += heard.len();
                report.words += words;
            }
            None => reports.push(NothingReport { kind: name, minutes: length, turns: heard.len(), words }),
        }
    }
    Ok(reports)
}

/// Kitchen noise of the speech folder and hold music, as far as they are there.
fn recorded(speech: Option<&Path>) -> anyhow::Result<Vec<(String, Sound)>> {
    let mut recorded = Vec::new();
    if let Some(noise) = speech.map(kitchen_noise).transpose()?.flatten() {
        recorded.push(("kitchen noise".to_owned(), noise));
    }
    let Ok(music) = std::fs::read_dir(MUSIC) else { return Ok(recorded) };
    let mut files: Vec<_> = music.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "wav"));
    files.sort();
    for file in files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        recorded.push((format!("music: {name}"), wav::read(&file)?.sound));
    }
    Ok(recorded)
}

/// The `number`th piece of `sound`, which begins again when it is over.
fn cut(sound: &Sound, number: u32) -> Sound {
    let pieces = (sound.duration().as_secs() / PIECE.as_secs()).max(1) as u32;
    let start = PIECE * (number % pieces);
    sound.part(start, start + PIECE)
}

/// How a sound is made.
#[derive(Clone, Copy)]
enum Make {
    /// Each sample from the time in seconds and the random numbers.
    Samples(fn(f64, &mut Chance) -> f64),
    /// Everything a telephone network plays.
    Tones,
}

/// Sound that is made here, by name.
const MADE: [(&str, Make); 8] = [
    ("silence", Make::Samples(|_, _| 0.0)),
    ("hiss of a line", Make::Samples(|_, chance| 20.0 * noise(chance))),
    ("loud noise", Make::Samples(|_, chance| 3_000.0 * noise(chance))),
    (
        "mains hum",
        Make::Samples(|at, chance| {
            let hum = |harmonic: f64| (std::f64::consts::TAU * 50.0 * harmonic * at).sin() / harmonic;
            1_500.0 * (hum(1.0) + hum(2.0) + hum(7.0) + hum(9.0)) + 30.0 * noise(chance)
        }),
    ),
    (
        "breath",
        Make::Samples(|at, chance| {
            // In and out in four seconds, strong for a third of it.
            let strength = (std::f64::consts::TAU * at / 2.0).sin().max(0.0).powi(2);
            2_500.0 * strength * noise(chance) + 15.0 * noise(chance)
        }),
    ),
    (
        "clicks",
        Make::Samples(
            |_, chance| {
                if chance.below(3_000) == 0 { 24_000.0 * noise(chance) } else { 15.0 * noise(chance) }
            },
        ),
    ),
    (
        "sweeping tone",
        Make::Samples(|at, _| {
            let place = at % 4.0;
            4_000.0 * (std::f64::consts::TAU * (300.0 * place + 375.0 * place * place)).sin()
        }),
    ),
    ("tones and keys", Make::Tones),
];

fn noise(chance: &mut Chance) -> f64 {
    f64::from(chance.share()) * 2.0 - 1.0
}

fn made(make: Make, seed: u64) -> Sound {
    let rate = Hertz::HZ_8000;
    let Make::Samples(sample) = make else { return tones(rate) };
    let mut chance = Chance::new(seed);
    let count = rate.samples_in(PIECE);
    let at = |index| index as f64 / f64::from(rate.get());
    Sound::new(rate, (0..count).map(|index| sample(at(index), &mut chance).round() as i16).collect::<Vec<i16>>())
}

/// Everything a telephone network plays, one after the other.
fn tones(rate: Hertz) -> Sound {
    let mut sound = Sound::silence(rate, Duration::ZERO);
    let endless = [Tone::Ringback, Tone::RingbackNorthAmerica, Tone::Busy, Tone::Hold];
    let keys = "0123456789*#".chars().filter_map(Key::from_char).map(Tone::Key);
    for tone in endless.into_iter().chain(keys).chain([Tone::Beep]) {
        let mut generator = ToneGenerator::new(rate, tone);
        let end = sound.duration() + Duration::from_secs(10);
        while !generator.is_finished() && sound.duration() < end {
            sound.push_frame(&generator.next_frame());
        }
        sound.append(&Sound::silence(rate, Duration::from_millis(300)));
    }
    sound.part(Duration::ZERO, PIECE)
}

/// A table in Markdown.
pub(super) fn markdown(reports: &[NothingReport]) -> String {
    let mut table = "| sound without speech | minutes | turns | words made up |\n|---|---|---|---|\n".to_owned();
    let (mut minutes, mut turns, mut words) = (0.0, 0, 0);
    for report in reports {
        table += &format!("| {} | {:.1} | {} | {} |\n", report.kind, report.minutes, report.turns, report.words);
        minutes += report.minutes;
        turns += report.turns;
        words += report.words;
    }
    table + &format!("| **together** | {minutes:.1} | {turns} | {words} |\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_lasts_a_piece_and_is_the_same_in_every_run() {
        for (name, make) in MADE {
            let sound = made(make, 4);
            assert!(sound.duration() <= PIECE && sound.duration() > Duration::from_secs(40), "{name}");
            assert!(sound == made(make, 4), "{name}");
            let peak = sound.samples().iter().map(|sample| sample.unsigned_abs()).max();
            assert_eq!(peak == Some(0), name == "silence", "{name}");
        }
    }
}
