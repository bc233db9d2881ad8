//! `warmline call`: a call without a phone.

pub(super) mod agent;
mod script;
mod show;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use tokio::sync::{mpsc, watch};

use super::{Common, Listen, assemble, runtime};
use crate::call::{Closing, DeskPort, MediaThreads, Pace, Services, Session, SessionSettings};
use crate::config::Config;
use crate::desk::Desk;
use crate::line::recording::{RecordingLine, RecordingScript};
use crate::line::{Caller, IncomingCall};
use crate::words::Language;
use crate::{CallId, Private};
use agent::{AgentManner, ScriptedAgents};

pub(super) use script::input_order;

/// Makes a call without a phone. Inputs are played in the order in which they stand, each once the bot has
/// fallen silent; after the last one the caller hears the reply and hangs up. Without inputs, the microphone
/// and the loudspeaker are the phone.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  warmline call\n  warmline call --wav audio-fixtures/where-is-my-order.wav --wav audio-fixtures/order-number.wav --fast\n  warmline call --wav question.wav --keys 12345678# --json\n  warmline call --wav person.wav --agent accept --save both-sides.wav"
)]
pub(super) struct Call {
    #[command(flatten)]
    common: Common,
    /// A recording of what the caller says (may be given several times)
    #[arg(long, value_name = "FILE")]
    wav: Vec<PathBuf>,
    /// Keys the caller presses
    #[arg(long, value_name = "123#")]
    keys: Vec<String>,
    /// The caller says nothing for so many milliseconds
    #[arg(long, value_name = "MS")]
    silence: Vec<u64>,
    /// The caller begins so many milliseconds into the bot's speech instead of waiting for it to end
    #[arg(long, value_name = "MS")]
    barge_in: Option<u64>,
    /// The number the caller rings from
    #[arg(long, value_name = "NUMBER")]
    from: Option<String>,
    /// The language the call begins in
    #[arg(long)]
    lang: Option<Language>,
    /// What time it is taken to be: 2026-01-09T10:00+08:00
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// What agents do who are rung
    #[arg(long, value_enum, default_value_t)]
    agent: AgentManner,
    /// As fast as the machine goes, instead of in real time; latencies cannot be told then
    #[arg(long)]
    fast: bool,
    /// Keep both sides as a stereo WAV: the caller left, the line right
    #[arg(long, value_name = "OUT.wav")]
    save: Option<PathBuf>,
    /// One JSON event a line
    #[arg(long)]
    json: bool,
}

/// Events that may wait to be shown.
const SHOWN_QUEUE: usize = 4_096;

impl Call {
    pub(super) fn run(self, order: Vec<script::Input>) -> anyhow::Result<ExitCode> {
        if self.fast && order.is_empty() {
            bail!("--fast needs something to play: --wav, --keys or --silence");
        }
        if self.fast {
            // On one thread everything that can happen at a moment happens before the clock of samples goes on, so
            // the same inputs give the same call.
            let alone = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            return alone.block_on(self.make(order));
        }
        runtime()?.block_on(self.make(order))
    }

    async fn make(self, order: Vec<script::Input>) -> anyhow::Result<ExitCode> {
        let config = assemble::config(&self.common, &Listen::default())?;
        let turns = script::read(&order, self.barge_in.map(Duration::from_millis))?;
        let caller = Caller {
            number: self.from.clone().map(Private::new),
            name: None,
            dialled: config.numbers.keys().next().cloned(),
        };
        let incoming = if order.is_empty() {
            eprintln!("The microphone and the loudspeaker are the phone; Ctrl-C hangs up. Use a headset.");
            crate::line::local::call(&assemble::sound_devices(&config), caller, hung_up())?
        } else {
            RecordingLine::call(RecordingScript { turns, caller, save: self.save.clone() })?
        };
        let services = tokio::select! {
            services = self.services(&config) => services?,
            () = hung_up(), if order.is_empty() => bail!("the call was given up before it began"),
        };
        let recorder = services.recorder.clone();
        let (watcher, shown) = mpsc::channel(SHOWN_QUEUE);
        let showing = tokio::spawn(show::events(shown, self.json));
        let reason = self.run_session(services, &config, incoming, watcher).await?;
        showing.await.context("showing the call failed")?;
        recorder.stop().await?;
        let ended_well = reason != crate::record::EndedReason::Error;
        Ok(if ended_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    async fn services(&self, config: &Config) -> anyhow::Result<Services> {
        let bundle = assemble::bundle(config)?;
        assemble::refuse_unperformed(&bundle)?;
        let models = assemble::models(config)?;
        let calls = assemble::Calls {
            connections: assemble::connections(config),
            store: assemble::open_store(config).await?,
            agents: Arc::new(ScriptedAgents(self.agent)),
            keeps_sound: true,
            // In real time the caller would otherwise wait for prompts that a server has long prepared.
            prepares: !self.fast,
            pretend_now: self.at.as_deref().map(|at| assemble::moment(at, bundle.timezone())).transpose()?,
            bundles: assemble::Bundles::one(bundle),
        };
        assemble::services(config, &models, calls).await
    }

    async fn run_session(
        &self,
        services: Services,
        config: &Config,
        incoming: IncomingCall,
        watcher: mpsc::Sender<crate::record::TimedEvent>,
    ) -> anyhow::Result<crate::record::EndedReason> {
        let pace = if self.fast { Pace::AsFastAsItGoes } else { Pace::RealTime };
        let threads = MediaThreads::start(1)?;
        let (_closing, closing) = watch::channel(Closing::Open);
        let mut desk = assemble::desk(config);
        let now = services.pretend_now.unwrap_or_else(jiff::Timestamp::now);
        let open_at = assemble::open_at(config, &services.shelf.usual().bundle);
        for queue in &mut desk.queues {
            queue.open = open_at(&queue.name, now);
        }
        // The agents of this command are always there to be rung, whether or not their phones would register.
        for agent in &mut desk.agents {
            agent.registers = false;
        }
        let desk = DeskPort::own(Desk::new(desk)?);
        let settings = SessionSettings {
            id: CallId::random(),
            pace,
            watcher: Some(watcher),
            language: self.lang,
            flow: None,
            overhears: None,
        };
        Ok(Session::run(Arc::new(services), Some(&threads), incoming, desk, closing, settings).await)
    }
}

/// Until Ctrl-C is pressed.
async fn hung_up() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
