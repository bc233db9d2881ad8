//! Runs the recordings through the recogniser, and through the peer in turn.

use std::path::PathBuf;

use anyhow::Context;

use super::super::line::telephone_band;
use super::calibration::{Judged, calibrate};
use super::faster_whisper::FasterWhisper;
use super::nothing::hear_nothing;
use super::report::{Figures, HearReport, SetReport};
use super::score::{Errors, errors_between};
use super::sets::{Recording, asterisk_prompts, speech_folder, thinned};
use super::strings::hear_strings;
use crate::audio::{Hertz, wav};
use crate::hear::{ActivityModel, LanguageChoice, Priority, Recogniser, RecogniserSettings, Request};
use crate::words::Language;

/// What to run.
#[derive(Debug, Clone)]
pub struct HearBench {
    /// Whisper's model.
    pub model: PathBuf,
    /// A folder with a `manifest.jsonl`, see [`speech_folder`].
    pub speech: Option<PathBuf>,
    /// Whether Debian's Asterisk prompts are a set.
    pub prompts: bool,
    /// The folder of the peers' scripts (`benches/peers`), if they run beside.
    pub peers: Option<PathBuf>,
    /// At most this many recordings a set, evenly spread.
    pub most: usize,
    /// Threads an utterance.
    pub threads: usize,
    /// Silero's detector and the ONNX Runtime it runs on, for what is heard as a call hears it: digit strings, and
    /// sound without speech.
    pub activity: Option<(PathBuf, PathBuf)>,
    /// Minutes of sound in which nobody speaks; nothing else is heard then.
    pub nothing: Option<usize>,
    /// Whether to fit and judge confidence.
    pub calibrate: bool,
}

impl HearBench {
    /// The Asterisk prompts with the model at `model`, without peers.
    pub fn new(model: impl Into<PathBuf>) -> Self {
        let settings = RecogniserSettings::new(model);
        let threads = settings.threads;
        Self {
            model: settings.model,
            speech: None,
            prompts: true,
            peers: None,
            most: 60,
            threads,
            activity: None,
            nothing: None,
            calibrate: false,
        }
    }
}

/// Runs every set, and tells of each recording that was not heard right.
///
/// # Errors
/// When a recording, a model or the peer fails.
pub async fn bench_hear(bench: &HearBench, tell: &mut dyn FnMut(&str)) -> anyhow::Result<HearReport> {
    let settings = RecogniserSettings { workers: 1, threads: bench.threads, ..RecogniserSettings::new(&bench.model) };
    let recogniser = Recogniser::start(&settings)?;
    let activity = match &bench.activity {
        Some((model, onnx_runtime)) => Some(ActivityModel::load(onnx_runtime, model)?),
        None => None,
    };
    let mut report = HearReport {
        model: bench.model.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        threads: bench.threads,
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        sets: Vec::new(),
        strings: Vec::new(),
        nothing: Vec::new(),
        calibration: String::new(),
    };
    let speech = bench.speech.as_deref();
    if let (Some(minutes), Some(activity)) = (bench.nothing, &activity) {
        report.nothing = hear_nothing(minutes, speech, activity, &recogniser, tell).await?;
        return Ok(report);
    }
    let mut peer = match &bench.peers {
        Some(folder) => Some(FasterWhisper::start(folder, bench.threads)?),
        None => None,
    };
    let mut words = Vec::new();
    for (name, recordings) in sets_of(bench)? {
        tell(&format!("{name}: {} recordings", recordings.len()));
        report.sets.push(run_set(name, &recordings, &recogniser, peer.as_mut(), &mut words, tell).await?);
    }
    let mut digits = Vec::new();
    if let (Some(folder), Some(activity)) = (speech, &activity) {
        (report.strings, digits) = hear_strings(folder, bench.most, activity, &recogniser, tell).await?;
    }
    if bench.calibrate {
        digits.retain(|judged| judged.grounds.as_digits);
        report.calibration = format!("{}\n{}", calibrate("words", &words), calibrate("digits", &digits));
    }
    Ok(report)
}

fn sets_of(bench: &HearBench) -> anyhow::Result<Vec<(String, Vec<Recording>)>> {
    let mut sets: Vec<(String, Vec<Recording>)> = Vec::new();
    if bench.prompts {
        sets.push(("asterisk-prompts".to_owned(), asterisk_prompts(bench.most)?));
    }
    if let Some(folder) = &bench.speech {
        let found = speech_folder(folder)?;
        sets.extend(found.into_iter().map(|(name, set)| (name, thinned(set, bench.most))));
    }
    Ok(sets)
}

/// One recogniser's results so far.
#[derive(Default)]
struct Tally {
    errors: Errors,
    milliseconds: Vec<f64>,
    second_tries: usize,
}

impl Tally {
    fn add(&mut self, who: &str, recording: &Recording, heard: &str, ms: f64, tell: &mut dyn FnMut(&str)) {
        let errors = errors_between(&recording.text, heard, recording.language);
        if errors.wrong > 0 {
            let name = recording.path.file_name().unwrap_or_default().to_string_lossy();
            tell(&format!("  {who} {name}: {} wrong: {heard:?} for {:?}", errors.wrong, recording.text));
        }
        self.errors.add(errors);
        self.milliseconds.push(ms);
    }
}

async fn run_set(
    set: String,
    recordings: &[Recording],
    recogniser: &Recogniser,
    mut peer: Option<&mut FasterWhisper>,
    judged: &mut Vec<Judged>,
    tell: &mut dyn FnMut(&str),
) -> anyhow::Result<SetReport> {
    let (mut ours, mut theirs) = (Tally::default(), Tally::default());
    let folder = tempfile::tempdir().context("cannot make a folder for the peer's recordings")?;
    let wav_for_peer = folder.path().join("recording.wav");
    for recording in recordings {
        let sound = telephone_band(&wav::read(&recording.path)?.sound)?;
        if let Some(peer) = peer.as_mut() {
            wav::write(&wav_for_peer, &sound.resampled(Hertz::HZ_16000)?)?;
            let heard = peer.hear(&wav_for_peer, recording.language, &recording.expectation())?;
            theirs.add("faster-whisper", recording, &heard.text, heard.ms, tell);
        }
        let request = Request {
            sound,
            language: LanguageChoice::Fixed(recording.language),
            expected: recording.expectation(),
            class: Priority::Bot,
        };
        let heard = recogniser.recognise(request).await?;
        let is_right = errors_between(&recording.text, &heard.text, recording.language).wrong == 0;
        judged.extend(heard.grounds.filter(|grounds| !grounds.as_digits).map(|grounds| Judged { grounds, is_right }));
        ours.second_tries += usize::from(heard.tries > 1);
        ours.add("warmline", recording, &heard.text, heard.recognition.as_secs_f64() * 1_000.0, tell);
    }
    let is_mandarin = recordings.iter().any(|recording| recording.language == Language::ZH);
    Ok(SetReport {
        set,
        recordings: recordings.len(),
        measure: if is_mandarin { "cer" } else { "wer" },
        warmline: Figures::of(ours.errors, ours.milliseconds, ours.second_tries),
        faster_whisper: peer.is_some().then(|| Figures::of(theirs.errors, theirs.milliseconds, theirs.second_tries)),
    })
}
