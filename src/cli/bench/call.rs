//! `warmline bench call`: how long callers wait for a reply, and where the time goes, from the event log of
//! recorded dialogues in real time.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Args;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::super::call::agent::{AgentManner, ScriptedAgents};
use super::super::{Common, Listen, assemble, runtime};
use crate::CallId;
use crate::audio::wav;
use crate::call::{Closing, DeskPort, MediaThreads, Pace, Services, Session, SessionSettings};
use crate::config::Config;
use crate::desk::Desk;
use crate::line::Caller;
use crate::line::recording::{RecordingLine, RecordingScript, ScriptedTurn, Turn};
use crate::record::{LatencyPart, LatencyReport, Percentiles, Store};

/// Plays recorded dialogues against the line in real time, one after the other or several at once, and tells from the event log how
/// long the caller waited for each reply and where that time went.
#[derive(Debug, Args)]
pub(super) struct BenchCall {
    #[command(flatten)]
    common: Common,
    /// The dialogues: a JSON list of `{"name", "turns": [WAV…]}`, files relative to it
    #[arg(long, value_name = "FILE", default_value = "audio-fixtures/dialogues.json")]
    dialogues: PathBuf,
    /// How many turns to play at least; the dialogues are repeated as often as needed
    #[arg(long, default_value_t = 30)]
    turns: usize,
    /// How many callers ring at once, each 2.5 s after the one before; each plays the dialogues over and over
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=64))]
    at_once: u8,
    /// Go on for so many minutes, whatever the number of turns
    #[arg(long, value_name = "MINUTES")]
    minutes: Option<f64>,
    /// The figures as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Deserialize)]
struct Dialogue {
    turns: Vec<PathBuf>,
}

/// How long after one caller the next one rings.
const APART: Duration = Duration::from_millis(2_500);

/// When enough has been played.
struct Stop {
    at: Option<Instant>,
    turns_left: AtomicUsize,
}

impl Stop {
    /// Whether it is reached; if not, a dialogue of so many turns is begun.
    fn is_reached(&self, turns: usize) -> bool {
        if let Some(at) = self.at {
            return Instant::now() >= at;
        }
        let left = |left: usize| (left > 0).then(|| left.saturating_sub(turns));
        self.turns_left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left).is_err()
    }
}

impl BenchCall {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        runtime()?.block_on(self.measure())
    }

    async fn measure(self) -> anyhow::Result<ExitCode> {
        let text = std::fs::read_to_string(&self.dialogues)
            .with_context(|| format!("cannot read {}; name a file with --dialogues", self.dialogues.display()))?;
        let dialogues: Vec<Dialogue> = serde_json::from_str(&text)
            .with_context(|| format!("{} is no list of dialogues", self.dialogues.display()))?;
        anyhow::ensure!(dialogues.iter().any(|one| !one.turns.is_empty()), "{} has no turns", self.dialogues.display());
        let folder = self.dialogues.parent().unwrap_or(Path::new(".")).to_owned();
        // What is measured goes to a record of its own, not to that of the running line.
        let data = tempfile::tempdir()?;
        let mut config = assemble::config(&self.common, &Listen::default())?;
        let cache = config.data.clone();
        config.data = data.path().to_owned();
        let store = assemble::open_store(&config).await?;
        config.data = cache;
        let services = Arc::new(services(&config, Arc::clone(&store)).await?);
        let threads = Arc::new(MediaThreads::start(1)?);
        let stop = Stop {
            at: self
                .minutes
                .map(|minutes| Instant::now() + Duration::from_secs_f64(minutes.clamp(0.0, 24.0 * 60.0) * 60.0)),
            turns_left: AtomicUsize::new(self.turns),
        };
        let stop = Arc::new(stop);
        let (dialogues, config) = (Arc::new(dialogues), Arc::new(config));
        let mut callers = JoinSet::new();
        for number in 0..usize::from(self.at_once) {
            let (services, config, threads) = (Arc::clone(&services), Arc::clone(&config), Arc::clone(&threads));
            let (dialogues, folder, stop) = (Arc::clone(&dialogues), folder.clone(), Arc::clone(&stop));
            callers.spawn(async move {
                tokio::time::sleep(APART * number as u32).await;
                let mut calls = Vec::new();
                // Nobody says the same as the caller beside.
                for dialogue in dialogues.iter().cycle().skip(number % dialogues.len()) {
                    if stop.is_reached(dialogue.turns.len()) {
                        break;
                    }
                    calls.push(play(&services, &config, &threads, &folder, dialogue).await?);
                }
                anyhow::Ok(calls)
            });
        }
        let mut report = LatencyReport::default();
        while let Some(calls) = callers.join_next().await {
            for id in calls?? {
                let call = store.call(id).await?.context("a call left no record")?;
                report.turns.extend(LatencyReport::of(&call.events).turns);
            }
        }
        services.recorder.stop().await?;
        anyhow::ensure!(
            !report.turns.is_empty(),
            "no reply was measured; see `warmline call` with the same recordings"
        );
        if self.json {
            println!("{}", json(&report)?);
        } else {
            print!("{report}");
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// One row of `--json`.
#[derive(Serialize)]
struct Row {
    what: &'static str,
    replies: usize,
    p50_ms: u64,
    p95_ms: u64,
}

fn json(report: &LatencyReport) -> anyhow::Result<String> {
    let mut rows: Vec<(&'static str, Option<Percentiles>)> =
        LatencyPart::ALL.into_iter().map(|part| (part.as_str(), report.part(part))).collect();
    rows.push(("speech to reply", report.total()));
    rows.push(("cached replies", report.only(true).total()));
    rows.push(("fresh replies", report.only(false).total()));
    let rows = rows.into_iter().filter_map(|(what, spread)| {
        spread.map(|spread| Row { what, replies: spread.count, p50_ms: spread.p50, p95_ms: spread.p95 })
    });
    Ok(serde_json::to_string_pretty(&rows.collect::<Vec<_>>())?)
}

async fn services(config: &Config, store: Arc<dyn Store>) -> anyhow::Result<Services> {
    let bundle = assemble::bundle(config)?;
    assemble::refuse_unperformed(&bundle)?;
    let models = assemble::models(config)?;
    let calls = assemble::Calls {
        connections: assemble::connections(config),
        store,
        agents: Arc::new(ScriptedAgents(AgentManner::None)),
        keeps_sound: false,
        prepares: true,
        pretend_now: None,
        bundles: assemble::Bundles::one(bundle),
    };
    assemble::services(config, &models, calls).await
}

/// Plays one dialogue in real time.
async fn play(
    services: &Arc<Services>,
    config: &Config,
    threads: &MediaThreads,
    folder: &Path,
    dialogue: &Dialogue,
) -> anyhow::Result<CallId> {
    let mut turns = Vec::new();
    for file in &dialogue.turns {
        let sound = wav::read(folder.join(file))?.sound;
        turns.push(ScriptedTurn::from(Turn::Wav { sound }));
    }
    let call = RecordingLine::call(RecordingScript { turns, caller: Caller::default(), save: None })?;
    let (_closing, closing) = watch::channel(Closing::Open);
    let desk = DeskPort::own(Desk::new(assemble::desk(config))?);
    let id = CallId::random();
    let settings =
        SessionSettings { id, pace: Pace::RealTime, watcher: None, language: None, flow: None, overhears: None };
    Session::run(Arc::clone(services), Some(threads), call, desk, closing, settings).await;
    Ok(id)
}
