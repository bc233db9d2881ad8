//! `warmline bench load`: what calls cost a server in processor time and memory, and whether it keeps anything when
//! they are over.
//!
//! A server of its own is started on loopback, with a short flow, and rung over SIP by this process. What it costs is
//! read from the kernel's accounts of that server's threads, so that neither the callers nor other programs count; on a
//! busy machine the figures are the same, only later.

mod callers;
mod server;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::ensure;
use clap::Args;
use serde::Serialize;

use super::super::{Common, Listen, assemble, runtime};
use callers::Callers;
use server::Server;

/// Rings a server of its own with many calls at once, and then with many one after the other, and tells what a call
/// costs: processor time of its sound alone and of everything, memory, and what is left behind.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  warmline bench load\n  warmline bench load --calls 50 --seconds 30 --churn 10000 --json"
)]
pub(super) struct BenchLoad {
    #[command(flatten)]
    common: Common,
    /// Calls at once
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=400))]
    calls: u32,
    /// How long they are measured, in seconds
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=3600))]
    seconds: u64,
    /// Calls one after the other, a few at once, to see whether anything is kept; 0 leaves that out
    #[arg(long, default_value_t = 2_000)]
    churn: u32,
    /// The figures as JSON
    #[arg(long)]
    json: bool,
}

/// Churning calls that are up at once.
const AT_ONCE: u32 = 10;
/// How long the greeting is looked at.
const GREETED: u32 = 30;
/// Between two looks at it.
const LOOK: Duration = Duration::from_millis(100);
/// So long the signalling of a call is remembered for its repetitions (RFC 3261: 64 T1), and a little more.
const FORGOTTEN: Duration = Duration::from_secs(35);
/// Calls before the first look at what is kept: pools, caches and the allocator take what they keep for good.
const WARM_UP: u32 = 300;

/// What was measured. Percentages are of one core, of one call; memory is resident.
#[derive(Debug, Default, Serialize)]
struct Figures {
    calls: u32,
    seconds: u64,
    /// The media threads: RTP in and out, jitter buffer, G.711, playout.
    media_percent: f64,
    /// All threads: activity detection, signalling and the record too.
    all_percent: f64,
    kilobytes_speaking: f64,
    kilobytes_waiting: f64,
    churned: u32,
    /// How much more memory a churned call leaves behind, in bytes.
    bytes_a_churned_call: f64,
    files_left: i64,
    threads_left: i64,
    /// Gauges that did not return to zero.
    stuck: Vec<String>,
}

impl BenchLoad {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        runtime()?.block_on(self.measure())
    }

    async fn measure(self) -> anyhow::Result<ExitCode> {
        let config = assemble::config(&self.common, &Listen::default())?;
        let mut callers = Callers::start().await?;
        let server = Server::start(&config, callers.address(), self.calls + AT_ONCE).await?;
        let mut figures = Figures { calls: self.calls, seconds: self.seconds, ..Figures::default() };
        // The first call takes what every later one shares.
        callers.ring(server.address(), 1).await?;
        server.until("the first caller waits", |gauges| gauges.calls == 1.0 && gauges.ringing()).await?;
        callers.hang_up().await;
        server.until("the first call has ended", |gauges| gauges.are_zero()).await?;
        self.at_once(&mut callers, &server, &mut figures).await?;
        if self.churn > 0 {
            self.churn(&mut callers, &server, &mut figures).await?;
        }
        if self.json {
            println!("{}", serde_json::to_string_pretty(&figures)?);
        } else {
            print!("{}", figures.table());
        }
        let is_clean = figures.stuck.is_empty() && figures.files_left <= 0 && figures.threads_left <= 0;
        Ok(if is_clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    /// Many calls at once: first they are spoken to, then they wait for a person, whom one of them is offered to.
    async fn at_once(&self, callers: &mut Callers, server: &Server, figures: &mut Figures) -> anyhow::Result<()> {
        let calls = f64::from(self.calls);
        let before = server.memory()?;
        callers.ring(server.address(), self.calls).await?;
        let mut speaking = before;
        for _ in 0..GREETED {
            speaking = speaking.max(server.memory()?);
            tokio::time::sleep(LOOK).await;
        }
        server.until("every caller waits", |gauges| gauges.calls == calls && gauges.waiting >= calls - 1.0).await?;
        // What came before has its echo: the record is written, the prompts are let go.
        tokio::time::sleep(Duration::from_secs(2)).await;
        let (began, waiting) = (server.times()?, server.memory()?);
        let clock = std::time::Instant::now();
        tokio::time::sleep(Duration::from_secs(self.seconds)).await;
        let (ended, passed) = (server.times()?, clock.elapsed().as_secs_f64());
        let received = callers.sound_came();
        callers.hang_up().await;
        ensure!(received, "a caller heard nothing: the server did not keep up");
        server.until("every call has ended", |gauges| gauges.are_zero()).await?;
        let share = |nanoseconds: u64| nanoseconds as f64 / 1e9 / passed / calls * 100.0;
        figures.media_percent = share(ended.media.saturating_sub(began.media));
        figures.all_percent = share(ended.all.saturating_sub(began.all));
        figures.kilobytes_speaking = speaking.saturating_sub(before) as f64 / calls;
        figures.kilobytes_waiting = waiting.saturating_sub(before) as f64 / calls;
        Ok(())
    }

    /// Calls that come and go.
    async fn churn(&self, callers: &mut Callers, server: &Server, figures: &mut Figures) -> anyhow::Result<()> {
        let warm_up = WARM_UP.max(self.churn / 5);
        round(callers, server, warm_up).await?;
        let (memory, files, threads) = (server.memory()?, server.files()?, server.threads()?);
        round(callers, server, self.churn).await?;
        figures.churned = self.churn;
        figures.bytes_a_churned_call = (server.memory()? as f64 - memory as f64) * 1_024.0 / f64::from(self.churn);
        figures.files_left = server.files()? as i64 - files as i64;
        figures.threads_left = server.threads()? as i64 - threads as i64;
        figures.stuck = server.gauges().await?.stuck();
        Ok(())
    }
}

/// So many calls, [`AT_ONCE`] up at a time; all have ended and nothing of them is remembered.
async fn round(callers: &mut Callers, server: &Server, calls: u32) -> anyhow::Result<()> {
    let mut left = calls;
    while left > 0 {
        let now = left.min(AT_ONCE);
        callers.ring(server.address(), now).await?;
        callers.hang_up().await;
        server.until("these calls have ended", |gauges| gauges.calls == 0.0).await?;
        left -= now;
    }
    server.until("every call has ended", |gauges| gauges.are_zero()).await?;
    tokio::time::sleep(FORGOTTEN).await;
    Ok(())
}

impl Figures {
    fn table(&self) -> String {
        let mut rows = vec![
            ("media only, a call".to_owned(), format!("{:.2} % of a core", self.media_percent), "≤ 0.5 %"),
            (
                "everything, voice activity detection included, a call".to_owned(),
                format!("{:.2} % of a core", self.all_percent),
                "≤ 1.5 %",
            ),
            ("memory, a call that waits".to_owned(), format!("{:.0} kB", self.kilobytes_waiting), "≤ 1 MB"),
            ("memory, a call that is spoken to".to_owned(), format!("{:.0} kB", self.kilobytes_speaking), "≤ 4 MB"),
        ];
        if self.churned > 0 {
            rows.push((
                format!("memory kept, a call, over {} calls", self.churned),
                format!("{:.0} bytes", self.bytes_a_churned_call),
                "≤ 1 kB",
            ));
            rows.push((
                "files and threads left".to_owned(),
                format!("{} and {}", self.files_left, self.threads_left),
                "0",
            ));
            let stuck = if self.stuck.is_empty() { "none".to_owned() } else { self.stuck.join(", ") };
            rows.push(("gauges that are not back at zero".to_owned(), stuck, "none"));
        }
        let head = format!("{} calls at once, {} s\n", self.calls, self.seconds);
        rows.iter().fold(head, |text, (what, figure, bar)| text + &format!("  {what:<54} {figure:>16}   bar {bar}\n"))
    }
}
