//! The speaker with a voice that hums: as long as its text, louder or softer as the text says.

use std::sync::atomic::AtomicBool;
use std::sync::{Condvar, Mutex};

use super::*;
use crate::audio::{Sound, level_dbov};

const VOICE_RATE: Hertz = match Hertz::new(22_050) {
    Some(rate) => rate,
    None => Hertz::HZ_16000,
};

/// What the humming voices of one test share.
#[derive(Default)]
struct Choir {
    /// What was spoken, in order.
    spoken: Mutex<Vec<String>>,
    loads: AtomicU64,
    cannot_load: AtomicBool,
    gate: Mutex<bool>,
    gate_moved: Condvar,
}

impl Choir {
    fn spoken(&self) -> Vec<String> {
        self.spoken.lock().unwrap().clone()
    }

    /// While shut, voices wait in the middle of a clause.
    fn shut(&self, shut: bool) {
        *self.gate.lock().unwrap() = shut;
        self.gate_moved.notify_all();
    }
}

struct Hum(Arc<Choir>);

impl Voice for Hum {
    fn speak(&mut self, text: &str, pace: f32) -> Result<Sound, SpeakError> {
        self.0.spoken.lock().unwrap().push(text.to_owned());
        self.0.gate_moved.notify_all();
        let mut shut = self.0.gate.lock().unwrap();
        while *shut {
            shut = self.0.gate_moved.wait(shut).unwrap();
        }
        drop(shut);
        assert!(!text.contains("die"), "the voice dies of this");
        if text.contains("fail") {
            return Err(SpeakError::Synthesis("as asked".to_owned()));
        }
        let count = (text.len() as f32 * 1_000.0 / pace) as usize;
        let amplitude = if text.contains("LOUD") { 30_000.0 } else { 1_500.0 };
        let wave = |n: usize| ((n as f32 * 0.2).sin() * amplitude) as i16;
        Ok(Sound::new(VOICE_RATE, (0..count).map(wave).collect()))
    }
}

fn choir_speaker(choir: &Arc<Choir>, settings: SpeakSettings) -> Result<Speaker, SpeakError> {
    let of_choir = choir.clone();
    let load: LoadVoices = Arc::new(move || {
        of_choir.loads.fetch_add(1, Ordering::SeqCst);
        if of_choir.cannot_load.load(Ordering::SeqCst) {
            return Err(SpeakError::Synthesis("no such voice".to_owned()));
        }
        Ok(vec![Box::new(Hum(of_choir.clone())) as Box<dyn Voice>])
    });
    let voice = KnownVoice { name: "hum".to_owned(), is_slow: false, language: Language::EN, hash: [1; 32] };
    Speaker::start_with(settings, vec![voice], load)
}

/// A speaker whose voice is slow and Mandarin.
fn slow_speaker(choir: &Arc<Choir>) -> Speaker {
    let of_choir = choir.clone();
    let load: LoadVoices = Arc::new(move || Ok(vec![Box::new(Hum(of_choir.clone())) as Box<dyn Voice>]));
    let voice = KnownVoice { name: "hum".to_owned(), is_slow: true, language: Language::ZH, hash: [2; 32] };
    Speaker::start_with(SpeakSettings::default(), vec![voice], load).unwrap()
}

fn in_mandarin(text: &str) -> Utterance {
    Utterance { language: Language::ZH, ..utterance(text) }
}

fn speaker(settings: SpeakSettings) -> (Arc<Choir>, Speaker) {
    let choir = Arc::new(Choir::default());
    let speaker = choir_speaker(&choir, settings).unwrap();
    (choir, speaker)
}

fn utterance(text: &str) -> Utterance {
    Utterance { text: text.to_owned(), language: Language::EN, voice: None, pace: 1.0, rate: Hertz::HZ_8000 }
}

fn said(speaker: &Speaker, text: &str) -> Vec<Result<Clause, SpeakError>> {
    let mut clauses = speaker.say(utterance(text));
    std::iter::from_fn(|| clauses.blocking_recv()).collect()
}

fn wait_until_speaking(choir: &Choir, count: usize) {
    let mut gate = choir.gate.lock().unwrap();
    while choir.spoken.lock().unwrap().len() < count {
        gate = choir.gate_moved.wait_timeout(gate, Duration::from_millis(20)).unwrap().0;
    }
}

#[test]
fn an_utterance_comes_clause_by_clause_at_the_lines_rate_and_level() {
    let (_, speaker) = speaker(SpeakSettings { workers: 3, ..SpeakSettings::default() });
    let clauses = said(&speaker, "Hello there. This is LOUD! And this is not.");
    let clauses: Vec<Clause> = clauses.into_iter().map(Result::unwrap).collect();
    let texts: Vec<&str> = clauses.iter().map(|clause| clause.text.as_str()).collect();
    assert_eq!(texts, ["Hello there.", "This is LOUD!", "And this is not."]);
    for clause in &clauses {
        assert_eq!(clause.sound.rate(), Hertz::HZ_8000);
        assert!((level_dbov(clause.sound.samples()) + 20.0).abs() < 1.5);
        assert!(!clause.cached && !clause.synthesis.is_zero() && !clause.pause_after.is_zero());
    }
}

#[test]
fn what_was_said_once_is_not_made_again() {
    let (choir, speaker) = speaker(SpeakSettings::default());
    assert!(!speaker.cached(&utterance("Good day. Bye now.")));
    said(&speaker, "Good day. Bye now.");
    assert!(speaker.cached(&utterance("Good day. Bye now.")));
    let again = said(&speaker, "Bye now. Good day.");
    assert!(again.iter().all(|clause| clause.as_ref().unwrap().cached));
    assert_eq!(choir.spoken().len(), 2);
    let slower = Utterance { pace: 0.8, ..utterance("Good day.") };
    assert!(!speaker.cached(&slower));
}

#[test]
fn what_a_sentence_begins_with_plays_while_a_slow_voice_makes_its_value() {
    let choir = Arc::new(Choir::default());
    let speaker = slow_speaker(&choir);
    let begin = crate::speak::lead_in("您的订单号是").unwrap();
    let say = |text: &str| {
        let mut clauses = speaker.say(in_mandarin(text));
        std::iter::from_fn(|| clauses.blocking_recv()).map(Result::unwrap).collect::<Vec<Clause>>()
    };
    say(&begin);
    let clauses = say("您的订单号是321。");
    let told: Vec<(&str, bool)> = clauses.iter().map(|clause| (clause.text.as_str(), clause.cached)).collect();
    assert_eq!(told, [("您的订单号是", true), ("321。", false)]);
    assert_eq!(choir.spoken(), ["您的订单号是，", "三二幺。"], "as it is said, not as it is written");
    assert!(say("您的名字是王芳。").len() == 1, "a beginning that was not made is no reason to part");
}

#[test]
fn a_slow_caller_is_spoken_to_slower_by_the_voice_itself() {
    let (_, speaker) = speaker(SpeakSettings::default());
    let length = |pace: f32| {
        let mut clauses = speaker.say(Utterance { pace, ..utterance("Good day to you.") });
        clauses.blocking_recv().unwrap().unwrap().sound.duration().as_secs_f32()
    };
    let ratio = length(0.8) / length(1.0);
    assert!((1.15..1.35).contains(&ratio), "{ratio}");
}

#[test]
fn an_utterance_without_words_is_over_at_once() {
    let (_, speaker) = speaker(SpeakSettings::default());
    assert!(said(&speaker, "  … ").is_empty());
    assert!(speaker.cached(&utterance("…")));
}

#[test]
fn what_cannot_be_said_is_refused_with_a_reason() {
    let (_, speaker) = speaker(SpeakSettings { longest_text: 20, ..SpeakSettings::default() });
    let error = |wish: Utterance| speaker.say(wish).blocking_recv().unwrap().unwrap_err();
    assert_eq!(error(utterance(&"a ".repeat(11))), SpeakError::TooLong { length: 22, most: 20 });
    let chinese = Utterance { language: Language::ZH, ..utterance("您好") };
    assert_eq!(error(chinese), SpeakError::NoVoiceFor(Language::ZH));
    let other = Utterance { voice: Some("whisperer".to_owned()), ..utterance("hello") };
    assert_eq!(error(other), SpeakError::UnknownVoice("whisperer".to_owned()));
    assert_eq!(choir_speaker_without_voices(), SpeakError::NoVoices);
}

fn choir_speaker_without_voices() -> SpeakError {
    Speaker::start(SpeakSettings::default()).err().unwrap()
}

#[test]
fn a_full_queue_is_busy_at_once_and_goes_on_afterwards() {
    let (choir, speaker) = speaker(SpeakSettings { queue: 2, ..SpeakSettings::default() });
    choir.shut(true);
    let mut under_way = speaker.say(utterance("First one."));
    wait_until_speaking(&choir, 1);
    let mut waiting = speaker.say(utterance("Second one. Third one."));
    let refused = speaker.say(utterance("Fourth one.")).blocking_recv().unwrap().unwrap_err();
    assert_eq!(refused, SpeakError::Busy { waiting: 2 });
    assert_eq!(speaker.gauges().refused, 1);
    assert_eq!(speaker.gauges().waiting, 2);
    choir.shut(false);
    assert!(under_way.blocking_recv().unwrap().is_ok());
    assert!(waiting.blocking_recv().unwrap().is_ok() && waiting.blocking_recv().unwrap().is_ok());
    assert!(said(&speaker, "Fourth one.")[0].is_ok());
    assert_eq!(said(&speaker, "A text may have. More clauses. Than may wait. Before it.").len(), 4);
}

#[test]
fn the_beginning_of_a_reply_is_made_before_the_end_of_another() {
    let (choir, speaker) = speaker(SpeakSettings::default());
    choir.shut(true);
    let long = speaker.say(utterance("One is being made. Two is far away. Three is farther away."));
    wait_until_speaking(&choir, 1);
    let mut short = speaker.say(utterance("Quick."));
    choir.shut(false);
    assert!(short.blocking_recv().unwrap().is_ok());
    assert_eq!(choir.spoken()[..2], ["One is being made.", "Quick."]);
    drop(long);
}

#[test]
fn whoever_stops_listening_takes_back_what_is_not_made_yet() {
    let (choir, speaker) = speaker(SpeakSettings::default());
    choir.shut(true);
    let gone = speaker.say(utterance("One. Two. Three."));
    wait_until_speaking(&choir, 1);
    drop(gone);
    choir.shut(false);
    said(&speaker, "Four.");
    assert_eq!(choir.spoken(), ["One.", "Four."]);
}

#[test]
fn a_voice_that_dies_is_replaced_and_only_its_utterance_is_lost() {
    let (choir, speaker) = speaker(SpeakSettings::default());
    let outcome = said(&speaker, "Hello. Now you die. Never said.");
    assert!(outcome[0].is_ok());
    assert_eq!(*outcome[1].as_ref().unwrap_err(), SpeakError::WorkerDied);
    assert_eq!(outcome.len(), 2);
    assert!(said(&speaker, "Still here.")[0].is_ok());
    assert_eq!(choir.loads.load(Ordering::SeqCst), 2);
    let gauges = speaker.gauges();
    assert_eq!((gauges.deaths, gauges.failed, gauges.workers), (1, 1, 1));
}

#[test]
fn a_voice_that_cannot_come_back_is_said_so_and_nobody_waits() {
    let (choir, speaker) = speaker(SpeakSettings::default());
    choir.shut(true);
    let mut dying = speaker.say(utterance("You die."));
    wait_until_speaking(&choir, 1);
    let mut waiting = speaker.say(utterance("Hello?"));
    choir.cannot_load.store(true, Ordering::SeqCst);
    choir.shut(false);
    assert_eq!(dying.blocking_recv().unwrap().unwrap_err(), SpeakError::WorkerDied);
    assert_eq!(waiting.blocking_recv().unwrap().unwrap_err(), SpeakError::NotRunning);
    assert_eq!(said(&speaker, "Anybody?")[0].as_ref().unwrap_err(), &SpeakError::NotRunning);
    assert_eq!(speaker.gauges().workers, 0);
}

#[test]
fn a_voice_that_cannot_be_loaded_stops_the_start() {
    let choir = Arc::new(Choir::default());
    choir.cannot_load.store(true, Ordering::SeqCst);
    let error = choir_speaker(&choir, SpeakSettings { workers: 2, ..SpeakSettings::default() }).err().unwrap();
    assert_eq!(error, SpeakError::Synthesis("no such voice".to_owned()));
}

fn with_cache(folder: &std::path::Path) -> SpeakSettings {
    SpeakSettings { cache: Some(folder.to_owned()), ..SpeakSettings::default() }
}

#[tokio::test]
async fn prompts_made_ahead_are_there_after_a_restart_and_replies_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let prompts = [utterance("Welcome. How can I help?"), utterance("Good bye."), utterance("Welcome.")];
    {
        let (choir, speaker) = speaker(with_cache(folder.path()));
        let mut steps = Vec::new();
        let prepared = speaker.prepare(&prompts, |done, total| steps.push((done, total))).await.unwrap();
        assert_eq!(prepared, Prepared { cached: 0, made: 3, failures: vec![] });
        assert_eq!(steps, [(0, 3), (1, 3), (2, 3), (3, 3)]);
        assert_eq!(choir.spoken().len(), 3);
        let mut reply = speaker.say(utterance("Your number is private."));
        assert!(reply.recv().await.unwrap().is_ok());
    }
    let (choir, speaker) = speaker(with_cache(folder.path()));
    assert!(prompts.iter().all(|prompt| speaker.cached(prompt)));
    assert!(!speaker.cached(&utterance("Your number is private.")));
    let mut clauses = speaker.say(prompts[0].clone());
    while let Some(clause) = clauses.recv().await {
        assert!(clause.unwrap().cached);
    }
    let prepared = speaker.prepare(&prompts, |_, _| {}).await.unwrap();
    assert_eq!(prepared, Prepared { cached: 3, made: 0, failures: vec![] });
    assert!(choir.spoken().is_empty());
}

#[tokio::test]
async fn a_damaged_prompt_is_made_anew_where_it_belongs() {
    let folder = tempfile::tempdir().unwrap();
    let text = "One prompt. Two prompt. Three prompt.";
    {
        let (_, speaker) = speaker(with_cache(folder.path()));
        speaker.prepare(&[utterance(text)], |_, _| {}).await.unwrap();
    }
    for (index, entry) in std::fs::read_dir(folder.path()).unwrap().enumerate() {
        let path = entry.unwrap().path();
        match index {
            0 => std::fs::write(path, b"nonsense").unwrap(),
            1 => std::fs::write(path, b"").unwrap(),
            _ => {}
        }
    }
    let (choir, speaker) = speaker(with_cache(folder.path()));
    let mut clauses = speaker.say(utterance(text));
    let mut texts = Vec::new();
    while let Some(clause) = clauses.recv().await {
        texts.push(clause.unwrap().text);
    }
    assert_eq!(texts, ["One prompt.", "Two prompt.", "Three prompt."]);
    assert_eq!(choir.spoken().len(), 2);
    let prepared = speaker.prepare(&[utterance(text)], |_, _| {}).await.unwrap();
    assert_eq!((prepared.cached, prepared.made), (1, 2), "and what was made anew can be kept again");
}

#[tokio::test]
async fn what_cannot_be_prepared_is_told_and_the_rest_is_prepared() {
    let folder = tempfile::tempdir().unwrap();
    let (_, speaker) = speaker(with_cache(folder.path()));
    let chinese = Utterance { language: Language::ZH, ..utterance("您好") };
    let prepared = speaker
        .prepare(&[chinese, utterance("This will fail."), utterance("You die."), utterance("Fine.")], |_, _| {})
        .await
        .unwrap();
    assert_eq!(prepared.made, 1);
    let expected =
        [SpeakError::NoVoiceFor(Language::ZH), SpeakError::Synthesis("as asked".to_owned()), SpeakError::WorkerDied];
    assert_eq!(prepared.failures, expected);
    assert!(speaker.cached(&utterance("Fine.")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_reply_goes_before_prompts_made_ahead() {
    let (choir, speaker) = speaker(SpeakSettings::default());
    choir.shut(true);
    let prompts: Vec<Utterance> = (0..6).map(|number| utterance(&format!("Prompt {number}."))).collect();
    let preparing = {
        let speaker = speaker.clone();
        tokio::spawn(async move { speaker.prepare(&prompts, |_, _| {}).await })
    };
    tokio::task::block_in_place(|| wait_until_speaking(&choir, 1));
    let mut reply = speaker.say(utterance("A reply."));
    choir.shut(false);
    assert!(reply.recv().await.unwrap().is_ok());
    assert_eq!(choir.spoken()[..2], ["Prompt zero.", "A reply."]);
    assert_eq!(preparing.await.unwrap().unwrap().made, 6);
}

#[test]
fn nothing_that_is_said_shows_in_debug() {
    let shown = format!("{:?}", utterance("my pin is 4711"));
    assert!(!shown.contains("4711") && shown.contains("14 characters"), "{shown}");
    let (_, speaker) = speaker(SpeakSettings::default());
    let clauses = said(&speaker, "My pin is 4711.");
    assert!(!format!("{clauses:?}").contains("4711"));
}
