//! How soon our voice stops for a caller, and what it does not stop for, in virtual time: one leg with both directions, an
//! echo between them, and what the caller says or does over us.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use serde::Serialize;

use super::super::line::{Chance, with_noise};
use super::cases::Case;
use super::trace::milliseconds;
use crate::audio::{FRAME, Frame, Hertz, Law, SPEECH_LEVEL_DBOV, Sound, even_loudness, level_dbov};
use crate::call::HearingModels;
use crate::hear::{
    BargeIn, DuplexListener, Interjection, LanguageChoice, Order, Priority, Request, TurnEvent, TurnSettings,
};
use crate::record::Percentiles;
use crate::words::{Expected, Language};

/// When callers begin to speak over us.
const SPEAKS_AT: Duration = Duration::from_millis(2_500);
/// How much of what they say is heard.
const SPOKEN: Duration = Duration::from_millis(3_000);
/// From one interjection to the next.
const EVERY: Duration = Duration::from_secs(6);
/// Whoever is not talked on to after this was stopped.
const WITHIN: Duration = Duration::from_millis(1_000);
/// How loud a kitchen is behind a caller.
const NOISE_DBOV: f32 = -38.0;
/// The ways of echoes: ms, and dB against what was sent.
const ECHOES: [(u64, f32); 12] = [
    (0, -6.0),
    (40, -12.0),
    (100, -6.0),
    (100, -18.0),
    (160, -30.0),
    (200, -12.0),
    (240, -24.0),
    (300, -6.0),
    (300, -18.0),
    (360, -24.0),
    (400, -12.0),
    (400, -30.0),
];

/// How sound comes back.
#[derive(Clone, Copy)]
struct Echo {
    delay: usize,
    gain: f32,
}

impl Echo {
    fn new((delay_ms, decibels): (u64, f32)) -> Self {
        Self { delay: (delay_ms * 8) as usize, gain: 10_f32.powf(decibels / 20.0) }
    }

    /// What comes back at `place`: two arrivals of which the second is coloured.
    fn at(self, sent: &[i16], place: usize) -> f32 {
        let of = |later: usize| {
            let place = place.checked_sub(self.delay + later);
            place.and_then(|place| sent.get(place)).map_or(0.0, |&sample| f32::from(sample))
        };
        self.gain * (0.8 * of(0) + 0.35 * of(9) - 0.2 * of(70))
    }
}

/// What happened on a leg.
#[derive(Debug, Default)]
struct Happened {
    /// When our voice fell silent, and when it went on, if it did.
    held: Vec<(Duration, Option<Duration>)>,
    /// When our voice was stopped for good; it begins anew afterwards.
    stopped: Vec<Duration>,
    /// Words that were heard.
    words: usize,
}

/// Plays `ours` to a caller who says `theirs` (8 kHz) meanwhile.
async fn play(
    ours: &Sound,
    theirs: &Sound,
    echo: Option<Echo>,
    models: &HearingModels,
    recognition: Option<Duration>,
) -> anyhow::Result<Happened> {
    let rate = Hertz::HZ_8000;
    let mut ear = DuplexListener::new(&models.activity, rate, Duration::ZERO, TurnSettings::default())?;
    let mut barge_in = BargeIn::default();
    let mut happened = Happened::default();
    let (mut sent, mut place, mut is_playing) = (Vec::with_capacity(theirs.samples().len()), 0, true);
    // What an utterance turns out to be, and when that is known; whether it is the whole turn.
    let mut coming: Option<(Duration, Interjection, bool)> = None;
    for (index, said) in theirs.samples().chunks_exact(rate.samples_per_frame()).enumerate() {
        let now = FRAME * (index as u32 + 1);
        let mut ours_now = Frame::silence(rate);
        if is_playing {
            for sample in ours_now.samples_mut() {
                *sample = ours.samples()[place % ours.samples().len()];
                place += 1;
            }
        }
        let from = sent.len();
        sent.extend_from_slice(ours_now.samples());
        let mut heard = Frame::silence(rate);
        for (offset, (sample, &said)) in heard.samples_mut().iter_mut().zip(said).enumerate() {
            // What is sent in a tick can come back in the next at the earliest.
            let back = echo.map_or(0.0, |echo| (from + offset).checked_sub(160).map_or(0.0, |at| echo.at(&sent, at)));
            let value = (f32::from(said) + back).round().clamp(-32_768.0, 32_767.0) as i16;
            *sample = Law::Mu.decode(Law::Mu.encode(value));
        }
        let mut orders = Vec::new();
        match ear.push(&heard, &ours_now)? {
            Some(TurnEvent::SpeechStarted { .. }) => orders.extend(barge_in.began(now)),
            Some(TurnEvent::Resumed { .. }) => {
                coming = None;
                orders.extend(barge_in.resumed(now, true));
            }
            Some(TurnEvent::Paused { start, at }) => {
                barge_in.paused();
                let sound = ear.sound(start, at);
                let language = LanguageChoice::Detect(vec![Language::EN, Language::ZH]);
                let request = Request { sound, language, expected: Expected::anything(), class: Priority::Bot };
                let heard = models.recogniser.recognise(request).await?;
                let what = Interjection::of(&heard.text, heard.language, heard.confidence, &Expected::anything());
                coming = Some((now + recognition.unwrap_or(heard.recognition), what, false));
            }
            Some(TurnEvent::Ended { .. } | TurnEvent::TooLong { .. }) => {
                barge_in.paused();
                coming = coming.map(|(when, what, _)| (when, what, true));
            }
            None => {}
        }
        match coming.filter(|(when, ..)| *when <= now) {
            Some((_, what, true)) => {
                coming = None;
                happened.words += usize::from(what == Interjection::Words);
                orders.extend(barge_in.turned_out(what));
            }
            Some((_, what, false)) if barge_in.is_held() => orders.extend(barge_in.seems(what)),
            _ => {}
        }
        orders.extend(barge_in.tick(now));
        for order in orders {
            // An order reaches the playout with its next frame.
            let at = now + FRAME;
            match order {
                Order::Hold => {
                    is_playing = false;
                    happened.held.push((at, None));
                }
                Order::GoOn => {
                    is_playing = true;
                    if let Some(last) = happened.held.last_mut() {
                        last.1.get_or_insert(at);
                    }
                }
                Order::Stop => {
                    happened.stopped.push(at);
                    is_playing = true;
                }
            }
        }
    }
    Ok(happened)
}

/// The figures.
#[derive(Debug, Default, Serialize)]
pub(super) struct InterruptReport {
    /// By line: callers, those for whom we did not stop, p50 and p95 in ms from the first speech to our silence.
    pub(super) stops: Vec<(String, usize, usize, u64, u64)>,
    /// By what was done: how many, how often our voice was not back within a second, minutes.
    pub(super) false_stops: Vec<(String, usize, usize, f64)>,
    /// Echoes alone: minutes, times our voice was held, utterances that were heard.
    pub(super) echoes: (f64, usize, usize),
}

/// What callers may do without meaning to stop us.
pub(super) struct Interjections {
    /// What they are.
    pub(super) name: String,
    /// Each at its loudness.
    pub(super) sounds: Vec<Sound>,
}

/// Measures.
pub(super) async fn interruptions(
    cases: &[Case],
    interjections: &[Interjections],
    noise: &Sound,
    models: &HearingModels,
    recognition: Option<Duration>,
) -> anyhow::Result<InterruptReport> {
    let mut report = InterruptReport::default();
    let ours = our_voice(cases)?;
    let lines = [
        ("clean", None, false),
        ("noise 15 dB", None, true),
        ("echo 120 ms, -12 dB", Some((120, -12.0)), false),
        ("echo 320 ms, -24 dB", Some((320, -24.0)), false),
    ];
    let callers: Vec<&Case> = cases.iter().filter(|case| !case.kind.contains("spliced")).collect();
    for (name, echo, noisy) in lines {
        let (mut waits, mut missed) = (Vec::new(), 0);
        for (number, case) in callers.iter().enumerate() {
            let theirs = over_us(case, noisy.then_some(noise), number as u64)?;
            let happened = play(&ours, &theirs, echo.map(Echo::new), models, recognition).await?;
            // Our voice is silent at the onset where an earlier noise has just held it: that is no wait.
            let until = SPEAKS_AT + SPOKEN;
            match happened.held.iter().find(|(at, back)| back.unwrap_or(until) > SPEAKS_AT && *at < until) {
                Some((at, _)) => waits.push(milliseconds(at.saturating_sub(SPEAKS_AT))),
                None => missed += 1,
            }
        }
        let spread = Percentiles::of(waits.iter().copied());
        let (p50, p95) = spread.map_or((0, 0), |spread| (spread.p50, spread.p95));
        report.stops.push((name.to_owned(), callers.len(), missed, p50, p95));
    }
    let quieter = 10_f32.powf((NOISE_DBOV - level_dbov(noise.samples())) / 20.0);
    let noise_samples =
        noise.samples().iter().map(|&sample| (f32::from(sample) * quieter).clamp(-32_768.0, 32_767.0) as i16);
    let beside = Sound::new(noise.rate(), noise_samples.collect()).resampled(Hertz::HZ_8000)?;
    for what in interjections {
        let (theirs, count) = strewn(what, &beside);
        let happened = play(&ours, &theirs, None, models, recognition).await?;
        let unresumed = |(at, back): &(Duration, Option<Duration>)| back.is_none_or(|back| back - *at > WITHIN);
        let stops = happened.held.iter().filter(|one| unresumed(one)).count();
        report.false_stops.push((what.name.clone(), count, stops, theirs.duration().as_secs_f64() / 60.0));
    }
    for echo in ECHOES {
        let silence = Sound::silence(Hertz::HZ_8000, Duration::from_secs(20));
        let happened = play(&ours, &silence, Some(Echo::new(echo)), models, recognition).await?;
        report.echoes.0 += silence.duration().as_secs_f64() / 60.0;
        report.echoes.1 += happened.held.len();
        report.echoes.2 += happened.words;
    }
    Ok(report)
}

/// What we say: the read sentences, one behind the other.
fn our_voice(cases: &[Case]) -> anyhow::Result<Sound> {
    let mut voice = Sound::silence(Hertz::HZ_8000, Duration::ZERO);
    for case in cases.iter().filter(|case| case.kind == "sentences, en").take(20) {
        let speech = case.sound.part(case.speech.0, case.speech.1 + Duration::from_millis(250));
        voice.append(&even_loudness(&speech.resampled(Hertz::HZ_8000)?, SPEECH_LEVEL_DBOV));
    }
    anyhow::ensure!(!voice.samples().is_empty(), "there are no English sentences to speak");
    Ok(voice)
}

/// The caller of `case`, who begins to speak at [`SPEAKS_AT`].
fn over_us(case: &Case, noise: Option<&Sound>, seed: u64) -> anyhow::Result<Sound> {
    let speech = case.sound.part(case.speech.0, case.speech.1.min(case.speech.0 + SPOKEN));
    let mut whole = Sound::silence(Hertz::HZ_16000, SPEAKS_AT);
    whole.append(&even_loudness(&speech, -24.0));
    whole.append(&Sound::silence(Hertz::HZ_16000, Duration::from_millis(1_500)));
    let whole = noise.map_or_else(|| whole.clone(), |noise| with_noise(&whole, noise, seed));
    Ok(whole.resampled(Hertz::HZ_8000)?)
}

/// Interjections every [`EVERY`], or, where there is none, two minutes of noise; and how many there are.
fn strewn(what: &Interjections, noise: &Sound) -> (Sound, usize) {
    let mut chance = Chance::new(11);
    if what.sounds.is_empty() {
        return (noise.clone(), 0);
    }
    let mut whole = Sound::silence(Hertz::HZ_8000, Duration::from_secs(2));
    let count = what.sounds.len().max(10);
    for number in 0..count {
        let sound = &what.sounds[number % what.sounds.len()];
        whole.append(sound);
        let pause = EVERY.saturating_sub(sound.duration()) + Duration::from_millis(chance.below(500));
        whole.append(&Sound::silence(Hertz::HZ_8000, pause));
    }
    (whole, count)
}

impl Display for InterruptReport {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "| caller speaks over us | callers | not stopped | silent after p50 | p95 |")?;
        writeln!(formatter, "|---|---|---|---|---|")?;
        for (line, callers, missed, p50, p95) in &self.stops {
            writeln!(formatter, "| {line} | {callers} | {missed} | {p50} | {p95} |")?;
        }
        writeln!(formatter, "\n| meant for nobody | times | not back within 1 s | minutes |")?;
        writeln!(formatter, "|---|---|---|---|")?;
        for (what, count, stops, minutes) in &self.false_stops {
            writeln!(formatter, "| {what} | {count} | {stops} | {minutes:.1} |")?;
        }
        let (minutes, held, words) = self.echoes;
        writeln!(
            formatter,
            "\nOur own echo, 0 to 400 ms, -6 to -30 dB, {minutes:.1} minutes: held {held} times, heard as words {words} times."
        )
    }
}
