//! The real models on real sound. `make test` installs the models and the recordings first; without them these
//! tests fail, and say what to install.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::*;
use crate::audio::{Hertz, Sound, wav};
use crate::words::{Expected, Language};

/// Debian's Asterisk prompts: a person reads, 8 kHz.
const PROMPTS: &str = "/usr/share/asterisk/sounds/en_US_f_Allison";

fn models_folder() -> PathBuf {
    let folder = |variable| std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
    let below_home = || folder("HOME").unwrap_or_default().join(".local/share");
    let data = || folder("XDG_DATA_HOME").unwrap_or_else(below_home).join("warmline/models");
    folder("WARMLINE_MODELS").unwrap_or_else(data)
}

fn installed(name: &str) -> PathBuf {
    let path = models_folder().join(name);
    assert!(path.is_file(), "{} is missing: run `warmline models install`", path.display());
    path
}

fn activity_model() -> ActivityModel {
    ActivityModel::load(&installed("libonnxruntime.so.1.31.1"), &installed("silero_vad.onnx")).unwrap()
}

fn recogniser() -> Recogniser {
    let settings =
        RecogniserSettings { workers: 1, threads: 1, ..RecogniserSettings::new(installed("ggml-base-q8_0.bin")) };
    Recogniser::start(&settings).unwrap()
}

fn prompt(name: &str) -> Sound {
    let path = Path::new(PROMPTS).join(name);
    assert!(path.is_file(), "{} is missing: install asterisk-core-sounds-en-wav", path.display());
    wav::read(path).unwrap().sound
}

fn with_silence_around(sound: &Sound) -> Sound {
    let mut whole = Sound::silence(sound.rate(), Duration::from_millis(800));
    whole.append(sound);
    whole.append(&Sound::silence(sound.rate(), Duration::from_millis(1_500)));
    whole
}

/// Noise from a fixed seed, louder than a quiet line, with the long-term slope of a busy room.
fn room_noise(seconds: u64) -> Sound {
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut low = 0.0f32;
    let samples = (0..seconds * 8_000).map(|_| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        let white = (seed >> 40) as f32 / 8_388_608.0 - 1.0;
        low += 0.15 * (white - low);
        (low * 3_000.0) as i16
    });
    Sound::new(Hertz::HZ_8000, samples.collect())
}

async fn heard(sound: &Sound, language: LanguageChoice) -> Vec<Utterance> {
    listen_to_recording(sound, &activity_model(), &recogniser(), &language, &Expected::anything()).await.unwrap()
}

#[tokio::test]
async fn a_sentence_is_heard_with_its_words_its_place_and_its_language() {
    let sound = with_silence_around(&prompt("all-circuits-busy-now.wav"));
    let either = LanguageChoice::Detect(vec![Language::EN, Language::ZH]);
    let utterances = heard(&sound, either).await;
    assert_eq!(utterances.len(), 1, "{utterances:?}");
    let Utterance { start, end, recognised } = &utterances[0];
    assert_eq!(recognised.text.to_lowercase().trim_end_matches('.'), "all circuits are busy now");
    assert_eq!(recognised.language, Language::EN);
    assert!(recognised.confidence > 0.6 && !recognised.no_speech, "{recognised:?}");
    assert!(*start >= Duration::from_millis(400) && *start <= Duration::from_millis(1_200), "{start:?}");
    assert!(*end < sound.duration() - Duration::from_millis(1_200) && *end > *start, "{end:?}");
}

#[tokio::test]
async fn nothing_is_heard_in_silence_noise_and_tones() {
    let tone = |index: usize| (6_000.0 * (index as f64 * 0.35).sin()) as i16;
    let sounds = [
        ("silence", Sound::silence(Hertz::HZ_8000, Duration::from_secs(10))),
        ("room noise", room_noise(10)),
        ("a tone", Sound::new(Hertz::HZ_8000, (0..80_000).map(tone).collect())),
    ];
    for (name, sound) in sounds {
        let utterances = heard(&sound, LanguageChoice::Fixed(Language::EN)).await;
        assert!(utterances.iter().all(|one| one.recognised.text.is_empty()), "{name}: {utterances:?}");
    }
}

#[tokio::test]
async fn whisper_itself_gives_no_words_for_what_is_no_speech() {
    let recogniser = recogniser();
    for sound in [Sound::silence(Hertz::HZ_8000, Duration::from_secs(3)), room_noise(4)] {
        for language in [Language::EN, Language::ZH] {
            let request = Request {
                sound: sound.clone(),
                language: LanguageChoice::Fixed(language),
                expected: Expected::anything(),
                class: Priority::Bot,
            };
            let recognised = recogniser.recognise(request).await.unwrap();
            assert!(recognised.no_speech && recognised.text.is_empty(), "{recognised:?}");
        }
    }
}

#[tokio::test]
async fn digits_read_out_one_by_one_are_written_one_by_one_and_are_sure() {
    let mut sound = Sound::silence(Hertz::HZ_8000, Duration::from_millis(300));
    for digit in "40779518".chars() {
        sound.append(&prompt(&format!("digits/{digit}.wav")));
        sound.append(&Sound::silence(Hertz::HZ_8000, Duration::from_millis(120)));
    }
    let expected = crate::words::SlotType::Digits { min: 8, max: 8 }.expected(Language::EN);
    let class = Priority::Bot;
    let request = Request { sound, language: LanguageChoice::Fixed(Language::EN), expected, class };
    let recognised = recogniser().recognise(request).await.unwrap();
    assert_eq!(recognised.text, "4 0 7 7 9 5 1 8", "{recognised:?}");
    assert!(recognised.grounds.is_some_and(|grounds| grounds.as_digits), "{recognised:?}");
    assert!(recognised.confidence > 0.6, "{recognised:?}");
}

#[test]
fn the_detector_hears_speech_at_every_rate_of_a_line() {
    let model = activity_model();
    let speech = prompt("all-circuits-busy-now.wav");
    for rate in [Hertz::HZ_8000, Hertz::HZ_16000, Hertz::HZ_48000] {
        let share_of_speech = |sound: &Sound| {
            let sound = sound.resampled(rate).unwrap();
            let mut detector = ActivityDetector::new(&model, rate).unwrap();
            let frames = sound.samples().chunks_exact(rate.samples_per_frame());
            let judged: Vec<f32> = frames
                .filter_map(|samples| {
                    detector.push(&crate::audio::Frame::from_samples(rate, samples).unwrap()).unwrap()
                })
                .map(|activity| activity.probability)
                .collect();
            judged.iter().filter(|&&probability| probability > 0.5).count() as f32 / judged.len() as f32
        };
        let (in_speech, in_noise) = (share_of_speech(&speech), share_of_speech(&room_noise(4)));
        assert!(in_speech > 0.6 && in_noise < 0.1, "{rate}: {in_speech} in speech, {in_noise} in noise");
    }
}

#[test]
fn a_voice_is_no_activity_detector() {
    let refused = ActivityModel::load(&installed("libonnxruntime.so.1.31.1"), &installed("en_US-joe-medium.onnx"));
    let error = refused.unwrap_err().to_string();
    assert!(error.contains("en_US-joe-medium.onnx") && error.contains("Silero"), "{error}");
    let refused = Recogniser::start(&RecogniserSettings::new(installed("silero_vad.onnx"))).err().unwrap().to_string();
    assert!(refused.contains("silero_vad.onnx") && refused.contains("magic"), "{refused}");
}

#[test]
fn a_pause_is_judged_as_by_the_reference() {
    let runtime = installed("libonnxruntime.so.1.31.1");
    let model = EndOfTurnModel::load(&runtime, &installed("smart-turn-v3.2-cpu.onnx")).unwrap();
    let samples = log_mel::tests::swelling_tone().into_iter().map(|sample| (sample * 32_768.0) as i16);
    let sound = Sound::new(Hertz::HZ_16000, samples.collect());
    // Pipecat's code on the same samples.
    let probability = model.judge(&sound).unwrap().unwrap();
    assert!((probability - 0.064_264).abs() < 1e-3, "{probability}");
    let other = EndOfTurnModel::load(&runtime, &installed("silero_vad.onnx")).unwrap_err().to_string();
    assert!(other.contains("silero_vad.onnx is not the Smart Turn model"), "{other}");
}
