//! What the ear noticed in a turn up to its end and beyond, with no decision made: the material every policy is measured on.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::cases::Case;
use crate::audio::{Frame, Sound};
use crate::call::HearingModels;
use crate::hear::{LanguageChoice, Listener, Patience, Priority, Request, TurnEvent, TurnSettings};
use crate::words::Language;

/// A pause: what could be known of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Pause {
    /// When it was noticed, in ms.
    pub(super) noticed: u64,
    /// How likely the sound alone makes an end of the turn.
    pub(super) end_of_turn: f32,
    /// How long that took to tell, in ms.
    pub(super) judged_in: u64,
    /// What had been said.
    pub(super) text: String,
    /// How long that took to recognise, in ms.
    pub(super) recognised_in: u64,
}

/// What the ear noticed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Trace {
    /// The recording.
    pub(super) name: String,
    /// Where its speech begins and ends by its label, in ms.
    pub(super) speech: (u64, u64),
    /// The detector's judgements: ms from the beginning, and probability.
    pub(super) activity: Vec<(u64, f32)>,
    /// The pauses, by the end of the speech before them in ms.
    pub(super) pauses: BTreeMap<u64, Pause>,
}

/// Listens to `sound` to its end.
pub(super) async fn listen(case: &Case, sound: &Sound, models: &HearingModels) -> anyhow::Result<Trace> {
    let mut listener = Listener::new(&models.activity, sound.rate(), Duration::ZERO, TurnSettings::default())?;
    listener.expect(Patience::endless());
    let mut trace = Trace {
        name: case.name.clone(),
        speech: (milliseconds(case.speech.0), milliseconds(case.speech.1)),
        activity: Vec::new(),
        pauses: BTreeMap::new(),
    };
    let mut judged = None;
    for samples in sound.samples().chunks(sound.rate().samples_per_frame()) {
        let mut frame = Frame::silence(sound.rate());
        frame.samples_mut()[..samples.len()].copy_from_slice(samples);
        let event = listener.push(&frame)?;
        if listener.judged() != judged {
            judged = listener.judged();
            trace.activity.extend(judged.map(|one| (milliseconds(one.at), one.probability)));
        }
        let Some(TurnEvent::Paused { start, at }) = event else { continue };
        let pause = look_at(&listener, (start, at), case, models).await?;
        trace.pauses.insert(milliseconds(at), pause);
    }
    Ok(trace)
}

async fn look_at(
    listener: &Listener,
    (start, at): (Duration, Duration),
    case: &Case,
    models: &HearingModels,
) -> anyhow::Result<Pause> {
    let sound = listener.sound(start, at);
    let began = Instant::now();
    let end_of_turn = models.end_of_turn.judge_in_turn(&sound)?;
    let judged_in = began.elapsed();
    let request = Request {
        sound,
        language: LanguageChoice::Detect(vec![Language::EN, Language::ZH]),
        expected: case.expected.clone(),
        class: Priority::Bot,
    };
    let recognised = models.recogniser.recognise(request).await?;
    Ok(Pause {
        noticed: milliseconds(listener.now()),
        end_of_turn,
        judged_in: milliseconds(judged_in),
        text: recognised.text,
        recognised_in: milliseconds(recognised.recognition),
    })
}

pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
