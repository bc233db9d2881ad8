//! The voice level: what a caller of a test says is spoken by one of several callers, sent through a telephone's codec
//! and some noise, and heard by the recogniser that answers calls. Its voices speak at the wire level too.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;

use super::super::assemble;
use super::aloud::aloud;
use crate::audio::{Frame, Hertz, Law, Sound, wav};
use crate::call::HearingModels;
use crate::config::Config;
use crate::flow::rehearsal::{CallerLine, CallerTurn, Ears, FlowTest, LineKind, Manner, Says};
use crate::flow::{Bundle, ListenAct};
use crate::hear::{LanguageChoice, Together, listen_to_recording, together};
use crate::speak::{Speaker, Utterance};
use crate::words::{Expected, Language};

/// A caller: how fast they speak, and how high.
#[derive(Clone, Copy)]
struct Caller {
    pace: f32,
    pitch: f32,
}

/// Callers take turns, a test each.
const CALLERS: [Caller; 3] =
    [Caller { pace: 1.0, pitch: 1.0 }, Caller { pace: 0.9, pitch: 1.08 }, Caller { pace: 1.12, pitch: 0.93 }];
/// How loud the noise of the line is, as a sample: about -57 dBov.
const NOISE: i16 = 80;
/// How loud it is where nobody can be understood: about -15 dBov.
const LOUD_NOISE: i16 = 10_000;
/// How long such a noise lasts.
const NOISE_FOR: Duration = Duration::from_millis(1_500);
/// How much slower somebody speaks who was not understood.
const SLOWLY: f32 = 0.85;
/// Silence before and after what is said, so that its beginning and its end are heard.
const AROUND: Duration = Duration::from_millis(1_200);

/// The voices of callers.
pub(super) struct Voices {
    speaker: Speaker,
    languages: Vec<Language>,
    caller: usize,
    noise: u64,
    runtime: Arc<tokio::runtime::Runtime>,
}

impl Voices {
    /// Callers who speak with these voices, in the languages of a bundle.
    pub(super) fn new(speaker: Speaker, languages: &[Language], runtime: Arc<tokio::runtime::Runtime>) -> Self {
        Self { speaker, languages: languages.to_vec(), caller: 0, noise: 1, runtime }
    }

    /// Another caller rings.
    pub(super) fn next_caller(&mut self) {
        self.caller = (self.caller + 1) % CALLERS.len();
        self.noise = self.caller as u64 + 1;
    }

    /// Why the lines of a test cannot be spoken, or its bot cannot speak, if that is so.
    pub(super) fn cannot_say(&self, test: &FlowTest) -> Option<String> {
        let first = test.setting.facts.language.or(self.languages.first().copied()).unwrap_or(Language::EN);
        let spoken = test.lines.iter().filter_map(|line| match &line.what {
            LineKind::Caller(CallerLine::Turn(CallerTurn::Says(says))) => Some(language_of(says, first)),
            _ => None,
        });
        let voices = self.speaker.languages();
        let missing = std::iter::once(first).chain(spoken).find(|language| !voices.contains(language))?;
        Some(format!("no voice here speaks {missing}"))
    }

    /// The sound of a line as the present caller makes it; `None`: it makes none.
    pub(super) fn utter(
        &mut self,
        line: &CallerLine,
        language: Language,
        manner: Manner,
    ) -> anyhow::Result<Option<Sound>> {
        Ok(match line {
            CallerLine::Turn(CallerTurn::Says(says)) => {
                let spoken = language_of(says, language);
                let runtime = Arc::clone(&self.runtime);
                Some(runtime.block_on(self.say(&says.text, spoken, manner))?)
            }
            CallerLine::Turn(CallerTurn::Noise) => Some(self.loud_place()),
            CallerLine::Turn(_) => None,
            CallerLine::Audio { file, .. } => Some(wav::read(Path::new(file))?.sound),
        })
    }

    /// Says a text as the present caller does.
    async fn say(&self, text: &str, language: Language, manner: Manner) -> anyhow::Result<Sound> {
        let Caller { pace, pitch } = CALLERS[self.caller];
        let pace = if manner == Manner::Slowly { pace * SLOWLY } else { pace };
        // Played back faster, a voice is higher; it is spoken slower before, so that only its pitch changes.
        let rate = Hertz::HZ_16000;
        let mut sound = Sound::new(rate, Vec::new());
        let (text, pace) = (aloud(text, language), pace / pitch);
        let mut clauses = self.speaker.say(Utterance { text, language, voice: None, pace, rate });
        while let Some(clause) = clauses.recv().await {
            let clause = clause?;
            sound.append(&clause.sound);
            sound.append(&Sound::silence(rate, clause.pause_after));
        }
        let played_at = Hertz::new((rate.get() as f32 * pitch) as u32).context("no such pitch")?;
        Ok(Sound::new(played_at, sound.into_samples()).resampled(rate)?)
    }

    /// A sound with the noise of the line.
    pub(super) fn noisy(&mut self, sound: &Sound) -> Sound {
        let samples = sound.samples().iter().map(|sample| sample.saturating_add(self.noise(NOISE))).collect();
        Sound::new(sound.rate(), samples)
    }

    /// A sample of noise, at most so loud.
    fn noise(&mut self, loudest: i16) -> i16 {
        self.noise = self.noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let loudest = loudest.unsigned_abs();
        i16::try_from((self.noise >> 33) % (2 * u64::from(loudest) + 1)).unwrap_or(0) - loudest.cast_signed()
    }

    /// So loud a place that nobody can be understood.
    fn loud_place(&mut self) -> Sound {
        let rate = Hertz::HZ_8000;
        let count = Sound::silence(rate, NOISE_FOR).samples().len();
        Sound::new(rate, (0..count).map(|_| self.noise(LOUD_NOISE)).collect())
    }
}

/// Voices, a line, and ears.
pub(super) struct Telephone {
    voices: Voices,
    hearing: HearingModels,
    languages: Vec<Language>,
    runtime: Arc<tokio::runtime::Runtime>,
}

impl Telephone {
    /// Loads the models.
    pub(super) fn assemble(config: &Config, bundle: &Bundle) -> anyhow::Result<Self> {
        let runtime = Arc::new(super::super::runtime()?);
        let (speaker, hearing) = runtime.block_on(async {
            let models = assemble::models(config)?;
            anyhow::Ok((assemble::speaker(config, &models)?, assemble::hearing(config, &models)?))
        })?;
        let languages = bundle.languages().to_vec();
        let voices = Voices::new(speaker, &languages, Arc::clone(&runtime));
        Ok(Self { voices, hearing, languages, runtime })
    }

    /// Another caller rings.
    pub(super) fn next_caller(&mut self) {
        self.voices.next_caller();
    }

    /// Why a test cannot be spoken, if it cannot.
    pub(super) fn cannot_play(&self, test: &FlowTest) -> Option<String> {
        self.voices.cannot_say(test)
    }

    /// Through the telephone: 8 kHz, noise, A-law, and back.
    fn through_the_line(&mut self, sound: &Sound) -> anyhow::Result<Sound> {
        let rate = Hertz::HZ_8000;
        let mut whole = Sound::silence(rate, AROUND);
        whole.append(&sound.resampled(rate)?);
        whole.append(&Sound::silence(rate, AROUND));
        let noisy = self.voices.noisy(&whole);
        let mut heard = Sound::new(rate, Vec::new());
        let mut codes = [0; crate::audio::G711_FRAME];
        for chunk in noisy.samples().chunks_exact(rate.samples_per_frame()) {
            Law::A.encode_frame(&Frame::from_samples(rate, chunk)?, &mut codes);
            heard.push_frame(&Law::A.decode_frame(&codes));
        }
        Ok(heard.resampled(Hertz::HZ_16000)?)
    }

    fn listen(
        &mut self,
        line: &CallerLine,
        listen: Option<&ListenAct>,
        language: Language,
        manner: Manner,
    ) -> anyhow::Result<Option<Says>> {
        let given = match line {
            CallerLine::Turn(CallerTurn::Says(says)) => says.clone(),
            CallerLine::Audio { barge_in_after, .. } => Says { barge_in_after: *barge_in_after, ..Says::plainly("") },
            CallerLine::Turn(_) => Says::plainly(""),
        };
        let Some(sound) = self.voices.utter(line, language, manner)? else { return Ok(None) };
        let sound = match line {
            // A recording has been through a line already.
            CallerLine::Audio { .. } => sound.resampled(Hertz::HZ_16000)?,
            CallerLine::Turn(_) => self.through_the_line(&sound)?,
        };
        let expected = listen.map_or_else(Expected::anything, |listen| listen.expected.clone());
        let choice = match self.languages.as_slice() {
            [only] => LanguageChoice::Fixed(*only),
            several => LanguageChoice::Detect(several.to_vec()),
        };
        let heard = listen_to_recording(&sound, &self.hearing.activity, &self.hearing.recogniser, &choice, &expected);
        let utterances = self.runtime.block_on(heard)?;
        let Together { text, language, confidence } = together(&utterances);
        if text.is_empty() {
            return Ok(None);
        }
        // A test may wish to be heard less surely than it is, never more.
        let confidence = confidence.min(given.confidence);
        Ok(Some(Says { text, confidence, language, ..given }))
    }
}

impl Ears for Telephone {
    fn hear(
        &mut self,
        line: &CallerLine,
        listen: Option<&ListenAct>,
        language: Language,
        manner: Manner,
    ) -> Result<Option<Says>, String> {
        self.listen(line, listen, language, manner).map_err(|fault| super::super::told(&fault))
    }
}

/// The language a line is spoken in.
fn language_of(says: &Says, otherwise: Language) -> Language {
    says.spoken_in().unwrap_or(otherwise)
}
