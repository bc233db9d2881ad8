//! Hears a whole recording with the same ear and the same recogniser as a call.

use std::time::Duration;

use super::engine::{LanguageChoice, Priority, Recognised, Request};
use super::listener::{Listener, frames_to_end};
use super::{ActivityModel, HearError, Patience, Recogniser, TurnEvent, TurnSettings};
use crate::audio::{Frame, Hertz, Sound};
use crate::words::{Expected, Language};

/// One turn of a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Utterance {
    /// Where the speech begins in the recording, less the pre-roll.
    pub start: Duration,
    /// Where the speech ends.
    pub end: Duration,
    /// What was said.
    pub recognised: Recognised,
}

/// Finds the turns of `sound`, with the patience for what is `expected`, and recognises them one after the other.
/// A recording without speech gives none.
///
/// # Errors
/// [`HearError`] when a model fails or the recogniser is busy.
pub async fn listen_to_recording(
    sound: &Sound,
    activity: &ActivityModel,
    recogniser: &Recogniser,
    language: &LanguageChoice,
    expected: &Expected,
) -> Result<Vec<Utterance>, HearError> {
    let mut utterances = Vec::new();
    for (start, end, turn) in turns_of(sound, activity, Patience::for_expected(expected))? {
        let request =
            Request { sound: turn, language: language.clone(), expected: expected.clone(), class: Priority::Bot };
        utterances.push(Utterance { start, end, recognised: recogniser.recognise(request).await? });
    }
    Ok(utterances)
}

/// What was said in all turns of a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Together {
    /// The words of one turn behind those of the other, spaced as `language` is; empty when there are none.
    pub text: String,
    /// The language of the first turn.
    pub language: Option<Language>,
    /// The confidence of the least sure turn; 1 where there is no turn.
    pub confidence: f32,
}

/// Puts the turns of a recording together.
pub fn together(utterances: &[Utterance]) -> Together {
    let language = utterances.first().map(|utterance| utterance.recognised.language);
    let texts: Vec<&str> =
        utterances.iter().map(|utterance| utterance.recognised.text.as_str()).filter(|text| !text.is_empty()).collect();
    let between = if language == Some(Language::ZH) { "" } else { " " };
    let confidence = utterances.iter().map(|utterance| utterance.recognised.confidence).fold(1.0_f32, f32::min);
    Together { text: texts.join(between), language, confidence }
}

/// The turns of a recording: where each begins and ends, and its sound.
fn turns_of(
    sound: &Sound,
    activity: &ActivityModel,
    patience: Patience,
) -> Result<Vec<(Duration, Duration, Sound)>, HearError> {
    let framed = if Frame::can_hold(sound.rate()) { sound } else { &sound.resampled(Hertz::HZ_16000)? };
    let rate = framed.rate();
    let mut listener = Listener::new(activity, rate, Duration::ZERO, TurnSettings::default())?;
    listener.expect(patience);
    let whole = framed.samples().chunks(rate.samples_per_frame()).map(Some);
    let silence = std::iter::repeat_n(None, frames_to_end(patience));
    let mut turns = Vec::new();
    for samples in whole.chain(silence) {
        let mut frame = Frame::silence(rate);
        if let Some(samples) = samples {
            frame.samples_mut()[..samples.len()].copy_from_slice(samples);
        }
        if let Some(TurnEvent::Ended { start, end } | TurnEvent::TooLong { start, end }) = listener.push(&frame)? {
            turns.push((start, end.min(framed.duration()), listener.sound(start, end)));
        }
    }
    Ok(turns)
}
