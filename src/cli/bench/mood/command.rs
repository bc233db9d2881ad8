//! The command line of `warmline bench mood`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;

use super::corpus::{Emotion, Recording, hash, recordings};
use super::measure::{Scored, arousal_correlation, score};
use super::opensmile::with_opensmile;
use super::report::{AucLine, Happy, MoodReport};
use super::sound::{Copies, Copy, TRAINED};
use super::table::{Measured, from_csv, table, to_csv};
use super::train::{Question, train};
use crate::audio::{FRAME, Frame, wav};
use crate::feel::CallerVoice;
use crate::feel::prosody::{FEATURE_NAMES, Prosody};
use crate::feel::tone::{Pair, ToneModel};

/// Measures how well the tone of a voice tells distress, on recordings of people; or trains the weights anew.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  warmline bench mood --speech ~/speech\n  warmline bench mood --speech ~/speech --peers\n  warmline bench mood --speech ~/speech --train models/mood\n  warmline bench mood --table models/mood/emodb.csv --train models/mood"
)]
pub struct BenchMood {
    /// A folder with emodb/, ravdess-dev/ and noise/kitchen.wav
    #[arg(long, value_name = "DIR")]
    speech: Option<PathBuf>,
    /// The feature table of EmoDB, made before, instead of its recordings
    #[arg(long, value_name = "FILE")]
    table: Option<PathBuf>,
    /// Write weights.json (and emodb.csv, with --speech) to this folder instead of measuring
    #[arg(long, value_name = "DIR")]
    train: Option<PathBuf>,
    /// Run openSMILE's eGeMAPS with the same regression beside, on the same files; the scripts in DIR set it up
    #[arg(long, value_name = "DIR", num_args = 0..=1, default_missing_value = "benches/peers")]
    peers: Option<PathBuf>,
    /// Draw the calibration into this file
    #[arg(long, value_name = "OUT.svg")]
    plot: Option<PathBuf>,
    /// Write the figures as JSON to this file as well
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// What is compared with the kitchen's noise: both are measured, neither trained on it.
const HEARD: [(Copy, &str); 2] = [(Copy::Telephone, "telephone"), (Copy::Kitchen, "kitchen noise, 15 dB")];
const CORPORA: [&str; 2] = ["emodb", "ravdess-dev"];

impl BenchMood {
    /// Runs the bench; tables go to the standard output.
    ///
    /// # Errors
    /// When a recording, the table or the peer fails.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match &self.train {
            Some(folder) => self.train(folder)?,
            None => self.measure()?,
        }
        Ok(ExitCode::SUCCESS)
    }

    fn train(&self, folder: &Path) -> anyhow::Result<()> {
        let (rows, corpus_sha256) = match (&self.speech, &self.table) {
            (Some(speech), _) => {
                let recordings = recordings(speech, "emodb")?;
                eprintln!("measuring {} recordings in {} copies", recordings.len(), TRAINED.len());
                let rows = table(&recordings, &Copies::new(None)?, &TRAINED)?;
                std::fs::write(folder.join("emodb.csv"), to_csv(&rows))
                    .with_context(|| format!("cannot write into {}", folder.display()))?;
                (rows, hash(&recordings)?)
            }
            (None, Some(table)) => {
                let known = std::fs::read(folder.join("weights.json")).ok();
                let known = known.and_then(|json| serde_json::from_slice::<ToneModel>(&json).ok());
                let known = known.or_else(|| ToneModel::shipped().cloned());
                (from_csv(table)?, known.context("no weights.json tells the hash of the corpus")?.corpus_sha256)
            }
            (None, None) => bail!("--train needs --speech DIR with emodb/, or --table FILE"),
        };
        let rows: Vec<&Measured> = rows.iter().filter(|row| TRAINED.contains(&row.copy)).collect();
        let model = ToneModel {
            version: 1,
            corpus: "EmoDB, the Berlin database of emotional speech (Burkhardt et al. 2005)".to_owned(),
            corpus_sha256,
            features: FEATURE_NAMES.iter().map(|&name| name.to_owned()).collect(),
            distress: train(&rows, Question::Distress),
            arousal: train(&rows, Question::Arousal),
        };
        let path = folder.join("weights.json");
        std::fs::write(&path, serde_json::to_vec_pretty(&model)?)
            .with_context(|| format!("cannot write {}", path.display()))?;
        println!("{}: {} rows, {} numbers each", path.display(), rows.len(), FEATURE_NAMES.len());
        Ok(())
    }

    fn measure(&self) -> anyhow::Result<()> {
        let speech =
            self.speech.as_deref().context("bench mood needs --speech DIR, with emodb/ and ravdess-dev/ in it")?;
        let shipped = ToneModel::shipped().context("the weights in this program are not its own")?;
        let copies = Copies::new(Some(speech))?;
        let [emodb, ravdess] = [recordings(speech, CORPORA[0])?, recordings(speech, CORPORA[1])?];
        let which = [TRAINED.as_slice(), &[Copy::Kitchen]].concat();
        eprintln!("measuring {} recordings", emodb.len() + ravdess.len());
        let ours = Tables {
            emodb: table(&emodb, &copies, &which)?,
            ravdess: table(&ravdess, &copies, &[Copy::Telephone, Copy::Kitchen])?,
        };
        let mut report = MoodReport {
            lines: Vec::new(),
            flagged: Vec::new(),
            happy: Vec::new(),
            calibration: Vec::new(),
            arousal: Vec::new(),
            too_short: Vec::new(),
            core_share: cost(&emodb)?,
        };
        let scored = ours.scored(Some(&shipped.distress), "warmline", &mut report);
        for (corpus, scored) in CORPORA.iter().zip(&scored) {
            let flagged = scored
                .flagged()
                .into_iter()
                .map(|(emotion, count, share)| ((*corpus).to_owned(), emotion, count, share));
            report.flagged.extend(flagged);
            for baseline in [false, true] {
                report.calibration.push(((*corpus).to_owned(), baseline, scored.calibration(baseline)));
            }
        }
        report.happy = happy(&scored);
        ours.arousal(&shipped.arousal, &mut report);
        if let Some(folder) = &self.peers {
            eprintln!("measuring the same with openSMILE");
            let theirs = Tables {
                emodb: with_opensmile(folder, &emodb, &copies, &which, &ours.emodb)?,
                ravdess: with_opensmile(folder, &ravdess, &copies, &[Copy::Telephone, Copy::Kitchen], &ours.ravdess)?,
            };
            theirs.scored(None, "openSMILE eGeMAPS", &mut report);
        }
        println!("{}", report.markdown());
        if let Some(path) = &self.plot {
            std::fs::write(path, report.plot()).with_context(|| format!("cannot write {}", path.display()))?;
        }
        if let Some(path) = &self.json {
            let json = serde_json::to_vec_pretty(&report)?;
            std::fs::write(path, json).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }
}

struct Tables {
    emodb: Vec<Measured>,
    ravdess: Vec<Measured>,
}

impl Tables {
    /// Scores both corpora and adds their lines. EmoDB's speakers each by models trained on the others; RAVDESS by `shipped`, or
    /// by models trained here on EmoDB. Gives the telephone rows.
    fn scored(&self, shipped: Option<&Pair>, measured_by: &'static str, report: &mut MoodReport) -> [Scored; 2] {
        let emodb: Vec<&Measured> = self.emodb.iter().collect();
        let training: Vec<&Measured> = emodb.iter().copied().filter(|row| TRAINED.contains(&row.copy)).collect();
        let mut speakers: Vec<&str> = emodb.iter().map(|row| row.speaker.as_str()).collect();
        speakers.sort_unstable();
        speakers.dedup();
        let mut by_condition = HEARD.map(|_| Scored { rows: Vec::new() });
        for speaker in speakers {
            let others: Vec<&Measured> = training.iter().copied().filter(|row| row.speaker != speaker).collect();
            let own: Vec<&Measured> = emodb.iter().copied().filter(|row| row.speaker == speaker).collect();
            let pair = train(&others, Question::Distress);
            for ((copy, _), scored) in HEARD.iter().zip(&mut by_condition) {
                scored.rows.extend(score(&own, *copy, &pair).rows);
            }
        }
        let trained;
        let pair = match shipped {
            Some(pair) => pair,
            None => {
                trained = train(&training, Question::Distress);
                &trained
            }
        };
        let ravdess: Vec<&Measured> = self.ravdess.iter().collect();
        let of_ravdess = HEARD.map(|(copy, _)| score(&ravdess, copy, pair));
        for (corpus, conditions) in [(CORPORA[0], &by_condition), (CORPORA[1], &of_ravdess)] {
            for ((_, condition), scored) in HEARD.iter().zip(conditions) {
                let asked = scored.rows.iter().filter(|row| row.emotion.is_distress().is_some()).count();
                report.lines.push(AucLine {
                    corpus: corpus.to_owned(),
                    condition,
                    measured_by,
                    utterances: asked,
                    alone: scored.auc(false),
                    baseline: scored.auc(true),
                });
            }
        }
        let ([emodb, _], [ravdess, _]) = (by_condition, of_ravdess);
        [emodb, ravdess]
    }

    fn arousal(&self, shipped: &Pair, report: &mut MoodReport) {
        let emodb: Vec<&Measured> = self.emodb.iter().collect();
        let mut speakers: Vec<&str> = emodb.iter().map(|row| row.speaker.as_str()).collect();
        speakers.sort_unstable();
        speakers.dedup();
        let of_speaker = |speaker: &&str| {
            let training = |row: &&&Measured| row.speaker != *speaker && TRAINED.contains(&row.copy);
            let others: Vec<&Measured> = emodb.iter().filter(training).copied().collect();
            let own: Vec<&Measured> = emodb.iter().copied().filter(|row| row.speaker == *speaker).collect();
            arousal_correlation(&own, Copy::Telephone, &train(&others, Question::Arousal))
        };
        let each: Vec<f64> = speakers.iter().map(of_speaker).collect();
        let ravdess: Vec<&Measured> = self.ravdess.iter().collect();
        report.arousal.push((CORPORA[0].to_owned(), each.iter().sum::<f64>() / each.len().max(1) as f64));
        report.arousal.push((CORPORA[1].to_owned(), arousal_correlation(&ravdess, Copy::Telephone, shipped)));
        for (corpus, rows) in CORPORA.iter().zip([&emodb, &ravdess]) {
            let heard: Vec<&&Measured> = rows.iter().filter(|row| row.copy == Copy::Telephone).collect();
            let short = heard.iter().filter(|row| !row.is_enough()).count();
            report.too_short.push(((*corpus).to_owned(), short as f64 / heard.len().max(1) as f64));
        }
    }
}

/// Happy recordings with words beside them.
fn happy(scored: &[Scored; 2]) -> Vec<Happy> {
    let sentences = [
        "where is my order",
        "oh that is wonderful thank you so much",
        "太好了谢谢你",
        "great i love it it is perfect",
    ];
    let told = sentences.iter().map(|said| {
        let mean = |bar: f32| {
            let (left, right) = (
                scored[0].flagged_saying(Emotion::Happiness, said, bar),
                scored[1].flagged_saying(Emotion::Happiness, said, bar),
            );
            (f64::midpoint(left.0, right.0), f64::midpoint(left.1, right.1))
        };
        Happy { said: (*said).to_owned(), half: mean(0.5), upset: mean(0.7) }
    });
    told.collect()
}

/// CPU time of this thread for analysing recordings one after the other, over their length.
fn cost(recordings: &[Recording]) -> anyhow::Result<f64> {
    let mut sounds = Vec::new();
    for recording in recordings.iter().take(60) {
        sounds.push(wav::read(&recording.path)?.sound.resampled(crate::audio::Hertz::HZ_8000)?);
    }
    let voice = CallerVoice::of_the_caller(crate::audio::Hertz::HZ_8000);
    let mut prosody = Prosody::new(voice.rate())?;
    let mut frames = Vec::new();
    for sound in &sounds {
        for samples in sound.samples().chunks_exact(160) {
            frames.push(Frame::from_samples(sound.rate(), samples)?);
        }
    }
    let before = cpu_time()?;
    for (index, frame) in frames.iter().enumerate() {
        if let Some(frame) = voice.frame(frame) {
            std::hint::black_box(prosody.push(frame));
        }
        if index % 150 == 149 {
            std::hint::black_box(prosody.end());
        }
    }
    let spent = cpu_time()? - before;
    Ok(spent / (frames.len() as f64 * FRAME.as_secs_f64()))
}

/// Seconds this thread has run (Linux).
fn cpu_time() -> anyhow::Result<f64> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").context("this system does not tell CPU time")?;
    let nanoseconds: f64 = told.split_whitespace().next().context("no CPU time")?.parse()?;
    Ok(nanoseconds / 1e9)
}
