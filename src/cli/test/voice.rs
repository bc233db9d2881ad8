//! The voice level: what a caller of a test says is spoken by one of several callers, sent through a telephone's codec
//! and some noise, and heard by the recogniser that answers calls.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;

use super::super::assemble;
use crate::audio::{Frame, Hertz, Law, Sound, wav};
use crate::call::HearingModels;
use crate::config::Config;
use crate::flow::rehearsal::{CallerLine, CallerTurn, Ears, FlowTest, LineKind, Says};
use crate::flow::{Bundle, ListenAct};
use crate::hear::{LanguageChoice, listen_to_recording};
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
/// Silence before and after what is said, so that its beginning and its end are heard.
const AROUND: Duration = Duration::from_millis(1_200);

/// Voices, a line, and ears.
pub(super) struct Telephone {
    speaker: Speaker,
    hearing: HearingModels,
    languages: Vec<Language>,
    spoken: Vec<Language>,
    caller: usize,
    noise: u64,
    runtime: tokio::runtime::Runtime,
}

impl Telephone {
    /// Loads the models.
    pub(super) fn assemble(config: &Config, bundle: &Bundle) -> anyhow::Result<Self> {
        let runtime = super::super::runtime()?;
        let (speaker, hearing, spoken) = runtime.block_on(async {
            let models = assemble::models(config)?;
            let spoken = languages_of(&models.voice, bundle.languages());
            anyhow::Ok((assemble::speaker(config, &models)?, assemble::hearing(config, &models)?, spoken))
        })?;
        let languages = bundle.languages().to_vec();
        Ok(Self { speaker, hearing, languages, spoken, caller: 0, noise: 1, runtime })
    }

    /// Another caller rings.
    pub(super) fn next_caller(&mut self) {
        self.caller = (self.caller + 1) % CALLERS.len();
        self.noise = self.caller as u64 + 1;
    }

    /// Why a test cannot be spoken, if it cannot.
    pub(super) fn cannot_play(&self, test: &FlowTest) -> Option<String> {
        let first = test.setting.facts.language.or(self.languages.first().copied()).unwrap_or(Language::EN);
        let spoken = test.lines.iter().filter_map(|line| match &line.what {
            LineKind::Caller(CallerLine::Turn(CallerTurn::Says(says))) => Some(language_of(says, first)),
            _ => None,
        });
        let missing = spoken.into_iter().find(|language| !self.spoken.contains(language))?;
        Some(format!("there is no voice for {missing} on this machine"))
    }

    /// Says a line as the present caller does.
    async fn say(&self, text: &str, language: Language) -> anyhow::Result<Sound> {
        let Caller { pace, pitch } = CALLERS[self.caller];
        // Played back faster, a voice is higher; it is spoken slower before, so that only its pitch changes.
        let rate = Hertz::HZ_16000;
        let mut sound = Sound::new(rate, Vec::new());
        let mut clauses =
            self.speaker.say(Utterance { text: text.to_owned(), language, voice: None, pace: pace / pitch, rate });
        while let Some(clause) = clauses.recv().await {
            let clause = clause?;
            sound.append(&clause.sound);
            sound.append(&Sound::silence(rate, clause.pause_after));
        }
        let played_at = Hertz::new((rate.get() as f32 * pitch) as u32).context("no such pitch")?;
        Ok(Sound::new(played_at, sound.into_samples()).resampled(rate)?)
    }

    /// Through the telephone: 8 kHz, noise, A-law, and back.
    fn through_the_line(&mut self, sound: &Sound) -> anyhow::Result<Sound> {
        let rate = Hertz::HZ_8000;
        let mut whole = Sound::silence(rate, AROUND);
        whole.append(&sound.resampled(rate)?);
        whole.append(&Sound::silence(rate, AROUND));
        let mut heard = Sound::new(rate, Vec::new());
        let mut codes = [0; crate::audio::G711_FRAME];
        for chunk in whole.samples().chunks_exact(rate.samples_per_frame()) {
            let noisy: Vec<i16> = chunk.iter().map(|sample| sample.saturating_add(self.next_noise())).collect();
            let frame = Frame::from_samples(rate, &noisy)?;
            Law::A.encode_frame(&frame, &mut codes);
            heard.push_frame(&Law::A.decode_frame(&codes));
        }
        Ok(heard.resampled(Hertz::HZ_16000)?)
    }

    fn next_noise(&mut self) -> i16 {
        self.noise = self.noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i16::try_from((self.noise >> 33) % (2 * NOISE as u64 + 1)).unwrap_or(0) - NOISE
    }

    fn listen(
        &mut self,
        line: &CallerLine,
        listen: Option<&ListenAct>,
        language: Language,
    ) -> anyhow::Result<Option<Says>> {
        let (sound, given) = match line {
            CallerLine::Turn(CallerTurn::Says(says)) => {
                let spoken = language_of(says, language);
                let sound = self.runtime.block_on(self.say(&says.text, spoken))?;
                (self.through_the_line(&sound)?, says.clone())
            }
            CallerLine::Audio { file, barge_in_after, .. } => {
                let recording = wav::read(Path::new(file))?;
                let sound = recording.sound.resampled(Hertz::HZ_16000)?;
                (sound, Says { barge_in_after: *barge_in_after, ..Says::plainly("") })
            }
            CallerLine::Turn(_) => return Ok(None),
        };
        let expected = listen.map_or_else(Expected::anything, |listen| listen.expected.clone());
        let choice = match self.languages.as_slice() {
            [only] => LanguageChoice::Fixed(*only),
            several => LanguageChoice::Detect(several.to_vec()),
        };
        let heard = listen_to_recording(&sound, &self.hearing.activity, &self.hearing.recogniser, &choice, &expected);
        let utterances = self.runtime.block_on(heard)?;
        let texts: Vec<&str> = utterances
            .iter()
            .map(|utterance| utterance.recognised.text.as_str())
            .filter(|text| !text.is_empty())
            .collect();
        if texts.is_empty() {
            return Ok(None);
        }
        let language = utterances.first().map(|utterance| utterance.recognised.language);
        let confidence = utterances.iter().map(|one| one.recognised.confidence).fold(1.0_f32, f32::min);
        let between = if language == Some(Language::ZH) { "" } else { " " };
        Ok(Some(Says { text: texts.join(between), confidence, language, margin: 1.0, ..given }))
    }
}

impl Ears for Telephone {
    fn hear(
        &mut self,
        line: &CallerLine,
        listen: Option<&ListenAct>,
        language: Language,
    ) -> Result<Option<Says>, String> {
        self.listen(line, listen, language).map_err(|fault| super::super::told(&fault))
    }
}

/// The language a line is spoken in.
fn language_of(says: &Says, otherwise: Language) -> Language {
    says.spoken_in().unwrap_or(otherwise)
}

/// The languages of the bundle that a voice speaks: piper's voices begin with theirs, `en_US-joe-medium`.
fn languages_of(voice: &Path, wanted: &[Language]) -> Vec<Language> {
    let name = voice.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let prefix = name.split(['_', '-']).next().unwrap_or_default().to_lowercase();
    wanted.iter().copied().filter(|language| language.as_str() == prefix).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voice_tells_its_language_by_its_name() {
        let both = [Language::EN, Language::ZH];
        assert_eq!(languages_of(Path::new("/m/en_US-joe-medium.onnx"), &both), [Language::EN]);
        assert_eq!(languages_of(Path::new("zh_CN-huayan-medium.onnx"), &both), [Language::ZH]);
        assert!(languages_of(Path::new("voice.onnx"), &both).is_empty());
    }
}
