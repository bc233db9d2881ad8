//! Some of these speak with the installed voice, `en_US-joe-medium`: `warmline models install` fetches it.

use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

use super::*;
use crate::audio::level_dbov;
use crate::speak::{SpeakSettings, Speaker, Utterance};
use crate::words::Language;

/// Joe, from the folder that `warmline models install` fills.
fn joe() -> PathBuf {
    let folder = match std::env::var_os("WARMLINE_MODELS") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(&std::env::var_os("HOME").expect("HOME is set")).join(".local/share/warmline/models"),
    };
    let runtime = folder.join("libonnxruntime.so.1.31.1");
    crate::onnx::init_onnx_runtime(&runtime).expect("run `warmline models install` first");
    folder.join("en_US-joe-medium.onnx")
}

/// Loading takes seconds, so these tests share a voice and a speaker with two workers.
static VOICE: LazyLock<Mutex<PiperVoice>> =
    LazyLock::new(|| Mutex::new(PiperVoice::load(&PiperFiles::new(&joe()), 2).unwrap()));
static SPEAKER: LazyLock<Speaker> =
    LazyLock::new(|| Speaker::start(SpeakSettings { workers: 2, ..SpeakSettings::new(&joe()) }).unwrap());

#[test]
fn joe_speaks_at_the_pace_that_is_asked_for() {
    let mut voice = VOICE.lock().unwrap();
    let text = "Your order has left our house and will be with you on Monday.";
    let plain = voice.speak(text, 1.0).unwrap();
    assert_eq!(plain.rate().get(), 22_050);
    let seconds = plain.duration().as_secs_f32();
    assert!((2.0..6.0).contains(&seconds), "{seconds} s");
    let quick = voice.speak(text, 1.6).unwrap().duration().as_secs_f32();
    assert!((0.5..0.8).contains(&(quick / seconds)), "{quick} s against {seconds} s");
}

#[test]
fn what_cannot_be_pronounced_is_no_error() {
    let mut voice = VOICE.lock().unwrap();
    for text in ["…", "您好", "\u{1f600}", "%$#@", "a"] {
        assert!(voice.speak(text, 1.0).unwrap().duration() < Duration::from_secs(5), "{text}");
    }
}

#[test]
fn a_reply_by_joe_comes_clause_by_clause_even_and_at_eight_kilohertz() {
    let speaker = &*SPEAKER;
    let text = "Thank you. Your order, number four four one seven, left our house this morning at 9:30 a.m. \
                It should be with you tomorrow. Is there anything else?";
    let asked = Instant::now();
    let mut clauses = speaker.say(Utterance {
        text: text.to_owned(),
        language: Language::EN,
        voice: None,
        pace: 1.0,
        rate: Hertz::HZ_8000,
    });
    let first = clauses.blocking_recv().unwrap().unwrap();
    let first_after = asked.elapsed();
    assert_eq!(first.text, "Thank you.");
    let mut all = vec![first];
    while let Some(clause) = clauses.blocking_recv() {
        all.push(clause.unwrap());
    }
    assert!(all.len() >= 4, "{all:?}");
    assert!(first_after < asked.elapsed(), "the first clause does not wait for the last");
    for clause in &all {
        assert_eq!(clause.sound.rate(), Hertz::HZ_8000);
        let level = level_dbov(clause.sound.samples());
        assert!((-24.0..=-18.0).contains(&level), "{clause:?} at {level} dBov");
        assert!(clause.sound.samples().iter().all(|&sample| sample.unsigned_abs() < 32_767), "{clause:?} clips");
    }
    let seconds: f32 = all.iter().map(|clause| clause.sound.duration().as_secs_f32()).sum();
    assert!((5.0..20.0).contains(&seconds), "{seconds} s");
}

#[test]
fn two_workers_speak_at_once_without_mixing_their_texts() {
    let speaker = &*SPEAKER;
    let short = ["Yes.", "Not yet.", "Please hold the line, I am looking for your order now."];
    let speakers: Vec<_> = (0..6)
        .map(|index| {
            let (speaker, text) = (speaker.clone(), short[index % 3]);
            let wish = Utterance {
                text: format!("{text} {index}."),
                language: Language::EN,
                voice: None,
                pace: 1.0,
                rate: Hertz::HZ_8000,
            };
            std::thread::spawn(move || {
                let mut clauses = speaker.say(wish);
                let clause = clauses.blocking_recv().unwrap().unwrap();
                (index, clause.text.clone(), clause.sound.duration())
            })
        })
        .collect();
    for speaker in speakers {
        let (index, text, length) = speaker.join().unwrap();
        assert_eq!(text, short[index % 3]);
        let long = index % 3 == 2;
        assert_eq!(length > Duration::from_millis(1_500), long, "{text} lasts {length:?}");
    }
}

#[test]
fn a_missing_voice_is_named_with_its_mend() {
    let files = PiperFiles::new(Path::new("/nowhere/joe.onnx"));
    assert_eq!(files.config, Path::new("/nowhere/joe.onnx.json"));
    let error = files.hash().unwrap_err().to_string();
    assert!(error.contains("/nowhere/joe.onnx.json") && error.contains(".onnx.json beside it"), "{error}");
}

#[test]
fn a_file_that_is_no_voice_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("song.onnx");
    std::fs::write(&model, b"not a model").unwrap();
    let files = PiperFiles::new(&model);
    std::fs::write(&files.config, b"{\"audio\": 3}").unwrap();
    let error = PiperVoice::load(&files, 1).err().unwrap().to_string();
    assert!(error.contains("song.onnx.json") && error.contains("not piper's settings"), "{error}");
}

#[test]
fn loud_sound_is_not_clipped_and_nonsense_is_silent() {
    assert_eq!(to_samples(&[0.5, -1.0]), [16_384, -32_767]);
    assert_eq!(to_samples(&[1.0, -2.0]), [16_384, -32_767]);
    assert_eq!(to_samples(&[f32::NAN, 0.0]), [0, 0]);
}

#[test]
fn a_voice_says_which_language_it_speaks() {
    assert_eq!(PiperFiles::new(&joe()).language().unwrap(), Language::EN);
    let folder = tempfile::tempdir().unwrap();
    let files = PiperFiles::new(&folder.path().join("voice.onnx"));
    for (settings, language) in [
        (r#"{"espeak": {"voice": "en-gb"}}"#, Language::EN),
        (r#"{"espeak": {"voice": "cmn"}}"#, Language::ZH),
        (r#"{"espeak": {"voice": "cmn"}, "language": {"code": "zh_CN"}}"#, Language::ZH),
    ] {
        std::fs::write(&files.config, settings).unwrap();
        assert_eq!(files.language().unwrap(), language, "{settings}");
    }
}
