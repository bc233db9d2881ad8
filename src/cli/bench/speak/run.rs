//! Speaks the sentences three times: with one thread, with two, and from the cache; then listens to them.

use std::path::PathBuf;
use std::time::Instant;

use super::report::{SpeakReport, VoiceReport, percentile};
use crate::audio::{Hertz, Sound};
use crate::cli::bench::hear::{Errors, errors_between};
use crate::cli::bench::line::telephone_band;
use crate::hear::{LanguageChoice, Priority, Recogniser, RecogniserSettings, Request};
use crate::speak::{SpeakSettings, Speaker, Utterance};
use crate::words::{Expected, Language, aloud};

/// What to run.
pub struct SpeakBench {
    /// The voices.
    pub settings: SpeakSettings,
    /// Whisper's model.
    pub whisper: PathBuf,
    /// One language alone.
    pub language: Option<Language>,
    /// A voice by name, instead of the language's own.
    pub voice: Option<String>,
    /// Sentences instead of the built-in ones.
    pub sentences: Option<Vec<String>>,
    /// At most this many a language.
    pub most: usize,
}

/// The rate of a telephone.
const RATE: Hertz = Hertz::HZ_8000;

/// Runs every language that there is a voice for, and tells of each sentence that was not heard right.
///
/// # Errors
/// When a voice or the recogniser fails.
pub async fn bench_speak(bench: &SpeakBench, tell: &mut dyn FnMut(&str)) -> anyhow::Result<SpeakReport> {
    let recogniser = Recogniser::start(&RecogniserSettings { workers: 1, ..RecogniserSettings::new(&bench.whisper) })?;
    let start = |threads| {
        let settings = SpeakSettings { threads, workers: 1, cache: None, ..bench.settings.clone() };
        Speaker::start(SpeakSettings { memory_bytes: 256 << 20, ..settings })
    };
    let languages = start(1)?.languages();
    let mut voices = Vec::new();
    for language in languages {
        if bench.language.is_some_and(|only| only != language) {
            continue;
        }
        let all: Vec<String> = match &bench.sentences {
            Some(own) => own.clone(),
            None => sentences(language),
        };
        let sentences: Vec<&str> = all.iter().map(String::as_str).take(bench.most).collect();
        if sentences.is_empty() {
            continue;
        }
        tell(&format!("{language}: {} sentences", sentences.len()));
        let speaking = Speaking { language, voice: bench.voice.clone() };
        let one = speaking.all(&start(1)?, &sentences).await?;
        let before = resident_megabytes();
        let speaker = start(2)?;
        let two = speaking.all(&speaker, &sentences).await?;
        let memory_mb = (resident_megabytes() - before).max(0.0);
        let cached = speaking.all(&speaker, &sentences).await?;
        let mut errors = Errors::default();
        for (sentence, said) in sentences.iter().zip(&two.sounds) {
            let heard = listen(&recogniser, said, language).await?;
            // How a number is written does not count: both are compared as they are said.
            let wrong = errors_between(&aloud(sentence, language), &aloud(&heard, language), language);
            if wrong.wrong > 0 {
                tell(&format!("  {} wrong: {heard:?} for {sentence:?}", wrong.wrong));
            }
            errors.add(wrong);
        }
        let mut fresh = two.first_ms.clone();
        voices.push(VoiceReport {
            language: language.to_string(),
            sentences: sentences.len(),
            sound_s: two.sound_s(),
            cpu: one.cpu_s / one.sound_s(),
            one_thread: one.spent_s / one.sound_s(),
            two_threads: two.spent_s / two.sound_s(),
            cached_ms: percentile(&mut cached.first_ms.clone(), 0.5),
            composed_ms: None,
            fresh_ms: percentile(&mut fresh, 0.5),
            fresh_p95_ms: percentile(&mut fresh, 0.95),
            measure: if language == Language::ZH { "cer" } else { "wer" },
            error: errors.rate(),
            memory_mb,
        });
    }
    Ok(SpeakReport { cores: std::thread::available_parallelism().map_or(1, usize::from), voices })
}

/// The built-in sentences: what the tables of spoken forms write, and prompts of a service line.
fn sentences(language: Language) -> Vec<String> {
    let text = match language {
        Language::EN => include_str!("sentences.en.txt"),
        Language::ZH => include_str!("sentences.zh.txt"),
        _ => "",
    };
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

struct Speaking {
    language: Language,
    voice: Option<String>,
}

/// What came of saying every sentence once.
#[derive(Default)]
struct Said {
    sounds: Vec<Sound>,
    first_ms: Vec<f64>,
    spent_s: f64,
    cpu_s: f64,
}

impl Said {
    fn sound_s(&self) -> f64 {
        self.sounds.iter().map(|sound| sound.duration().as_secs_f64()).sum::<f64>().max(0.001)
    }
}

impl Speaking {
    async fn all(&self, speaker: &Speaker, sentences: &[&str]) -> anyhow::Result<Said> {
        // What is loaded at the first word is not counted.
        self.one(speaker, if self.language == Language::ZH { "好。" } else { "Good." }).await?;
        let (begun, cpu_before) = (Instant::now(), cpu_seconds());
        let mut said = Said::default();
        for sentence in sentences {
            let (sound, first_ms) = self.one(speaker, sentence).await?;
            said.sounds.push(sound);
            said.first_ms.push(first_ms);
        }
        said.spent_s = begun.elapsed().as_secs_f64();
        said.cpu_s = cpu_seconds() - cpu_before;
        Ok(said)
    }

    async fn one(&self, speaker: &Speaker, text: &str) -> anyhow::Result<(Sound, f64)> {
        let begun = Instant::now();
        let mut sound = Sound::new(RATE, Vec::new());
        let mut first_ms = None;
        let (language, voice) = (self.language, self.voice.clone());
        let mut clauses = speaker.say(Utterance { text: text.to_owned(), language, voice, pace: 1.0, rate: RATE });
        while let Some(clause) = clauses.recv().await {
            let clause = clause?;
            first_ms.get_or_insert_with(|| begun.elapsed().as_secs_f64() * 1_000.0);
            sound.append(&clause.sound);
            sound.append(&Sound::silence(RATE, clause.pause_after));
        }
        Ok((sound, first_ms.unwrap_or(0.0)))
    }
}

async fn listen(recogniser: &Recogniser, said: &Sound, language: Language) -> anyhow::Result<String> {
    let request = Request {
        sound: telephone_band(said)?,
        language: LanguageChoice::Fixed(language),
        expected: Expected::anything(),
        class: Priority::Bot,
    };
    Ok(recogniser.recognise(request).await?.text)
}

/// Processor time of this process, in seconds; zero where the system does not tell.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    // utime and stime, in hundredths of a second on Linux.
    (ticks(11) + ticks(12)) / 100.0
}

/// Resident memory of this process, in megabytes; zero where the system does not tell.
fn resident_megabytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<f64>().ok()).unwrap_or(0.0) / 1_024.0
}
