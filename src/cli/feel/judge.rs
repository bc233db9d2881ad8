//! A recording as the line would hear it: frame by frame, taken as one turn of the caller.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::bail;

use crate::audio::{FRAME, Frame, Hertz, Sound, wav};
use crate::feel::prosody::{LEAST_VOICED, Moment, Prosody, Utterance};
use crate::feel::tone::{Baseline, Tone, ToneModel, probability};
use crate::feel::words::{Found, WordsHeard};
use crate::feel::{CallMood, CallerVoice, MoodSettings, Turn};

/// What was heard in a recording.
pub(super) struct Judged {
    pub distress: Option<f32>,
    pub arousal: Option<f32>,
    pub valence: Option<f32>,
    pub pace: f32,
    pub voiced: Duration,
    pub reasons: Vec<String>,
    /// 10 ms each; like the course, only where a picture is wanted.
    pub moments: Vec<Moment>,
    /// What had been told by then, from the tone alone.
    pub course: Vec<Point>,
}

/// What the last two or three seconds before `at` told.
pub(super) struct Point {
    pub at: Duration,
    pub distress: f32,
    pub arousal: f32,
    pub pace: f32,
}

/// A longer recording is taken in pieces of this many frames (20 s).
const PIECE: usize = 1_000;
/// A point of the course every half second, over the three seconds before it.
const STEP: usize = 25;
const SPAN: usize = 150;

/// The baseline of these recordings. One with less than a second of voice is left out, with a warning.
pub(super) fn baseline(files: &[PathBuf]) -> anyhow::Result<Option<Baseline>> {
    let mut features = Vec::new();
    for file in files {
        let (pieces, _) = utterances(&narrow(file)?, false)?;
        let longest = pieces.into_iter().max_by_key(|utterance| utterance.voiced);
        match longest.filter(|utterance| utterance.voiced >= LEAST_VOICED) {
            Some(utterance) => features.push(utterance.features),
            None => eprintln!("warmline: {}: left out: less than a second of voice makes no baseline", file.display()),
        }
    }
    if features.is_empty() && !files.is_empty() {
        bail!("no baseline has a second of voice: give longer recordings of the same caller, or leave --baseline out");
    }
    Ok((!features.is_empty()).then(|| Baseline::of(&features)))
}

/// Judges a recording.
pub(super) fn judge(
    file: &Path,
    model: &ToneModel,
    baseline: Option<&Baseline>,
    words: Option<&WordsHeard>,
    with_course: bool,
) -> anyhow::Result<Judged> {
    let sound = narrow(file)?;
    let (utterances, moments) = utterances(&sound, with_course)?;
    let voiced: Duration = utterances.iter().map(|utterance| utterance.voiced).sum();
    let weight = |utterance: &Utterance| utterance.voiced.as_secs_f32();
    let whole: f32 = utterances.iter().map(weight).sum::<f32>().max(1e-3);
    let pace = utterances.iter().map(|utterance| utterance.pace * weight(utterance)).sum::<f32>() / whole;
    let mut judged = Judged {
        distress: None,
        arousal: None,
        valence: None,
        pace,
        voiced,
        reasons: Vec::new(),
        moments,
        course: if with_course { course(&sound, model, baseline)? } else { Vec::new() },
    };
    let tones: Vec<(Tone, f32)> = utterances
        .iter()
        .filter_map(|utterance| Some((model.judge(utterance, baseline)?, weight(utterance))))
        .collect();
    let weights: f32 = tones.iter().map(|(_, weight)| weight).sum();
    if voiced < LEAST_VOICED || weights <= 0.0 {
        return Ok(judged);
    }
    let mean = |pick: fn(&Tone) -> f32| tones.iter().map(|(tone, weight)| pick(tone) * weight).sum::<f32>() / weights;
    let tone = Tone {
        distress: mean(|tone| tone.distress),
        arousal: mean(|tone| tone.arousal),
        confidence: mean(|tone| tone.confidence),
    };
    judged.arousal = Some(probability(tone.arousal));
    judged.distress = Some(probability(tone.distress));
    if tone.distress >= 1.0 {
        judged.reasons.push("sounds agitated".to_owned());
    }
    if let Some(words) = words {
        let mut call = CallMood::new(MoodSettings::default());
        let mood = call.turn(&Turn { tone: Some(tone), words: Some(words), ..Turn::default() });
        judged.distress = Some(mood.distress);
        judged.valence = Some(words.valence());
        let said: Vec<String> = words.found.iter().map(|Found { text, .. }| format!("'{text}'")).collect();
        if !said.is_empty() {
            judged.reasons.push(format!("said {}", said.join(", ")));
        }
    }
    Ok(judged)
}

/// The recording at 8 kHz: what a telephone would carry of it.
fn narrow(file: &Path) -> anyhow::Result<Sound> {
    Ok(wav::read(file)?.sound.resampled(Hertz::HZ_8000)?)
}

/// What was measured, piece by piece, and every 10 ms of it if wanted.
fn utterances(sound: &Sound, with_moments: bool) -> anyhow::Result<(Vec<Utterance>, Vec<Moment>)> {
    let voice = CallerVoice::of_the_caller(sound.rate());
    let mut prosody = Prosody::new(sound.rate())?;
    let (mut utterances, mut moments) = (Vec::new(), Vec::new());
    let frames: Vec<&[i16]> = sound.samples().chunks_exact(sound.rate().samples_per_frame()).collect();
    for piece in frames.chunks(PIECE) {
        for samples in piece {
            let frame = Frame::from_samples(sound.rate(), samples)?;
            if let Some(frame) = voice.frame(&frame) {
                prosody.push_whole(frame);
            }
        }
        if with_moments {
            // Silence before the first voice may have been forgotten; the last hop's window ends with the piece.
            let told = prosody.moments();
            let nothing = Moment { pitch: None, loudness: f32::NEG_INFINITY };
            let missing = (piece.len() * 2).saturating_sub(told.len());
            moments.extend(std::iter::repeat_n(nothing, missing.saturating_sub(1)));
            moments.extend(told);
            moments.extend(std::iter::repeat_n(nothing, missing.min(1)));
        }
        utterances.extend(prosody.end());
    }
    Ok((utterances, moments))
}

fn course(sound: &Sound, model: &ToneModel, baseline: Option<&Baseline>) -> anyhow::Result<Vec<Point>> {
    let frames = sound.samples().len() / sound.rate().samples_per_frame();
    let mut points = Vec::new();
    let time = |frame: usize| FRAME * u32::try_from(frame).unwrap_or(u32::MAX);
    let mut end = STEP * 2;
    while end <= frames + STEP && frames > 0 {
        let last = end.min(frames);
        let part = sound.part(time(last.saturating_sub(SPAN)), time(last));
        for utterance in utterances(&part, false)?.0 {
            if let Some(tone) = model.judge(&utterance, baseline) {
                points.push(Point {
                    at: time(last),
                    distress: probability(tone.distress),
                    arousal: probability(tone.arousal),
                    pace: utterance.pace,
                });
            }
        }
        end += STEP;
    }
    Ok(points)
}
