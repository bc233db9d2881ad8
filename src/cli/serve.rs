//! `warmline serve`: answers calls until it is told to stop.

mod bundles;

use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use tokio_util::sync::CancellationToken;

use super::{Common, Listen, assemble, runtime, sip_metrics};
use crate::call::{AgentLines, CallCentre, MediaThreads, Switchboard};
use crate::config::Config;
use crate::desk::Desk;
use crate::flow::Bundle;
use crate::line::sip::{OutboundCall, SipLine};
use crate::line::{Caller, Leg};
use crate::web::{Metric, MetricKind, Status, WebServer};
pub(super) use bundles::{Answer, answers};
use bundles::{Renewals, Sources, keep_up};

/// Answers calls over SIP, with the bundle that is published, or else with the folder of the settings. SIGTERM or
/// Ctrl-C stops new calls, lets running ones end, then exits; a second one exits at once. SIGHUP looks for newer flows.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  warmline serve\n  warmline serve --config /etc/warmline/warmline.toml --sip 0.0.0.0:5060 --web 127.0.0.1:8080"
)]
pub(super) struct Serve {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    listen: Listen,
    /// Answer with the folder of the flows, whatever is published, and take every change that is saved there
    #[arg(long)]
    dev: bool,
}

impl Serve {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let config = Arc::new(assemble::config(&self.common, &self.listen)?);
        let pinned = self.common.bundle.is_some();
        runtime()?.block_on(serve(config, pinned, self.dev))
    }
}

async fn serve(config: Arc<Config>, pinned: bool, dev: bool) -> anyhow::Result<ExitCode> {
    // What is quickly told to be wrong is told first: settings, flows, files, addresses; then the models load.
    let (sources, bundles) = Sources::find(&config, pinned, dev)?;
    let bundle = Arc::clone(&bundles.usual.1);
    let connections = assemble::connections(&config);
    for (name, fault) in connections.faults().await {
        tracing::warn!("connection {name}: {fault}");
    }
    let models = assemble::models(&config)?;
    let store = assemble::open_store(&config).await?;
    let web = WebServer::bind(config.web.listen).await?;
    let web_address = web.address();
    let (line, calls) = SipLine::start(assemble::sip(&config)?).await?;
    let line = Arc::new(line);
    line.refuse_new(true);

    let stop = CancellationToken::new();
    let ready = Arc::new(AtomicBool::new(false));
    let shared = assemble::Calls {
        bundles,
        connections,
        store,
        agents: Arc::new(SipAgents(Arc::clone(&line))),
        keeps_sound: true,
        prepares: true,
        pretend_now: None,
    };
    let services = Arc::new(assemble::services(&config, &models, shared).await?);
    let switchboard = Switchboard::start(Desk::new(assemble::desk(&config))?, assemble::open_at(&config, &bundle));
    let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get().div_ceil(4));
    let renewals = Arc::new(Renewals::default());
    let keeping_up = tokio::spawn(keep_up(sources, Arc::clone(&services), Arc::clone(&renewals), stop.clone()));
    let centre = Arc::new(CallCentre::new(services, MediaThreads::start(threads)?, switchboard.clone()));
    follow_registrations(&line, &config, switchboard, &stop);

    let status = Arc::new(ServerStatus {
        centre: Arc::clone(&centre),
        line: Arc::clone(&line),
        ready: Arc::clone(&ready),
        renewals,
        most_calls: u64::from(config.limits.calls),
    });
    let web_task = tokio::spawn(web.serve(status, stop.clone()));
    let serving = tokio::spawn({
        let centre = Arc::clone(&centre);
        async move { centre.serve(calls).await }
    });
    line.refuse_new(false);
    ready.store(true, Ordering::Relaxed);
    announce(&config, &line, web_address, &bundle, dev);

    wait_for_signal().await?;
    let code = drain(&config, &centre, &line, &ready).await;
    line.stop().await;
    serving.abort();
    stop.cancel();
    match keeping_up.await {
        Ok(Ok(())) => {}
        Ok(Err(fault)) => tracing::error!("newer flows were not looked for: {fault:#}"),
        Err(fault) => tracing::error!(%fault, "newer flows were not looked for"),
    }
    if let Err(fault) = centre.services().recorder.stop().await {
        tracing::error!(%fault, "the last events are not in the record");
    }
    web_task.abort();
    Ok(code)
}

/// Lets running calls end; a second signal cuts them.
async fn drain(config: &Config, centre: &CallCentre, line: &SipLine, ready: &AtomicBool) -> ExitCode {
    ready.store(false, Ordering::Relaxed);
    line.refuse_new(true);
    let running = centre.running();
    if running > 0 {
        eprintln!(
            "stopping: {running} calls may go on for {} s; press Ctrl-C again to cut them",
            config.limits.drain_max.as_secs()
        );
    }
    tokio::select! {
        outcome = centre.drain(config.limits.drain_max) => {
            if outcome.cut > 0 {
                eprintln!("stopped: {} calls were ended with an apology", outcome.cut);
                return ExitCode::from(3);
            }
            eprintln!("stopped: every call had ended");
            ExitCode::SUCCESS
        }
        _ = wait_for_signal() => {
            eprintln!("stopped at once: {} calls were cut", centre.running());
            ExitCode::from(3)
        }
    }
}

/// Says where to ring.
fn announce(config: &Config, line: &SipLine, web: SocketAddr, bundle: &Bundle, dev: bool) {
    let listening = line.local_addresses();
    let port = listening.udp.or(listening.tcp).map_or(5060, |address| address.port());
    let bound = listening.udp.or(listening.tcp).map(|address| address.ip());
    println!("Warmline answers calls with the bundle {:?} ({}).", bundle.name(), bundle.id());
    for address in addresses_to_ring(config.sip.advertise, bound) {
        println!("  ring   sip:warmline@{address}:{port}");
    }
    println!("  page   http://{web}/readyz  (health, readiness, /metrics)");
    // The demo's own files are written anew at every start.
    let is_demo = config.path.starts_with(config.data.join("demo"));
    let about =
        if is_demo { "of the demo; copy the folder to change it, and name it with --config" } else { "settings" };
    println!("  file   {}  ({about})", config.path.display());
    if dev {
        println!("  watch  {}  (what is saved there is taken)", config.bundle.display());
    }
    println!("  stop   Ctrl-C");
}

/// Addresses at which a phone can reach us: what is advertised, what is bound, else loopback and the address of
/// the way out.
fn addresses_to_ring(advertised: Option<IpAddr>, bound: Option<IpAddr>) -> Vec<IpAddr> {
    if let Some(address) = advertised {
        return vec![address];
    }
    match bound {
        Some(address) if !address.is_unspecified() => vec![address],
        _ => {
            let mut addresses = vec![IpAddr::from([127, 0, 0, 1])];
            addresses.extend(way_out());
            addresses
        }
    }
}

/// The local address of the default route; connecting a datagram socket sends nothing.
fn way_out() -> Option<IpAddr> {
    let socket = std::net::UdpSocket::bind(("0.0.0.0", 0)).ok()?;
    socket.connect(("192.0.2.1", 9)).ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback() && !address.is_unspecified()).then_some(address)
}

async fn wait_for_signal() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot wait for Ctrl-C")?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// Rings agents over SIP.
struct SipAgents(Arc<SipLine>);

impl AgentLines for SipAgents {
    fn ring(&self, target: &str, caller: &Caller, ring_for: Duration) -> Leg {
        // The agent's phone shows the caller's number as the name of the call; the brief says the rest.
        let caller_name = caller.number.as_ref().map(|number| number.reveal().clone());
        self.0.call(OutboundCall { target: target.to_owned(), caller_name, ring_for })
    }
}

/// Tells the desk when agents' phones come and go.
fn follow_registrations(line: &Arc<SipLine>, config: &Config, switchboard: Switchboard, stop: &CancellationToken) {
    let line = Arc::clone(line);
    let mut changes = line.registrations_changed();
    let agents: Vec<String> = config
        .agents
        .iter()
        .filter(|(_, agent)| matches!(agent.reach, crate::config::AgentReach::Registers(_)))
        .map(|(name, _)| name.clone())
        .collect();
    let stop = stop.clone();
    tokio::spawn(async move {
        loop {
            for agent in &agents {
                switchboard.agent_reachable(agent, line.registered(agent)).await;
            }
            tokio::select! {
                changed = changes.changed() => if changed.is_err() { return },
                () = stop.cancelled() => return,
            }
        }
    });
}

/// What `/readyz` and `/metrics` tell.
struct ServerStatus {
    centre: Arc<CallCentre>,
    line: Arc<SipLine>,
    ready: Arc<AtomicBool>,
    renewals: Arc<Renewals>,
    most_calls: u64,
}

impl Status for ServerStatus {
    fn obstacles(&self) -> Vec<String> {
        let mut obstacles = Vec::new();
        if !self.ready.load(Ordering::Relaxed) {
            obstacles.push("starting or stopping".to_owned());
        }
        if self.centre.gauges().recorder.failing {
            obstacles.push("the record cannot be written; is the disk full?".to_owned());
        }
        if self.centre.services().speaker.gauges().workers == 0 {
            obstacles.push("no voice works".to_owned());
        }
        if self.centre.running() >= self.most_calls {
            obstacles.push("every line is taken".to_owned());
        }
        obstacles
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = self.renewals.obstacles();
        notes.extend(self.line.trunks().iter().filter_map(sip_metrics::told));
        notes
    }

    fn metrics(&self) -> Vec<Metric> {
        let gauges = self.centre.gauges();
        let mut metrics = vec![
            Metric::gauge("warmline_calls", "Calls that run now.", gauges.running as f64),
            Metric::counter("warmline_calls_taken_total", "Calls taken since the start.", gauges.taken as f64),
            Metric::labelled(
                "warmline_calls_ended_total",
                "Calls ended since the start, by reason.",
                MetricKind::Counter,
                "reason",
                gauges.ended.iter().map(|(reason, count)| ((*reason).to_owned(), *count as f64)),
            ),
            Metric::gauge("warmline_media_planes", "Calls whose sound is being ticked.", gauges.planes as f64),
            Metric::counter(
                "warmline_media_late_ticks_total",
                "Ticks of 20 ms that came late.",
                gauges.late_ticks as f64,
            ),
            Metric::counter(
                "warmline_media_frames_dropped_total",
                "Frames of callers that a call was too slow to take.",
                gauges.frames_dropped as f64,
            ),
            Metric::gauge("warmline_record_waiting_events", "Events not durable yet.", gauges.recorder.waiting as f64),
            Metric::counter("warmline_record_events_total", "Events written.", gauges.recorder.written as f64),
            Metric::counter("warmline_record_lost_events_total", "Events lost.", gauges.recorder.lost as f64),
        ];
        let queue = |waiting: &dyn Fn(&crate::desk::QueueGauges) -> usize| {
            let each = gauges.desk.queues.iter().map(|(name, queue)| (name.to_string(), waiting(queue) as f64));
            each.collect::<Vec<_>>()
        };
        metrics.push(Metric::labelled(
            "warmline_queue_waiting_calls",
            "Callers who wait for a person, by queue.",
            MetricKind::Gauge,
            "queue",
            queue(&|queue| queue.waiting),
        ));
        metrics.push(Metric::labelled(
            "warmline_bundle_info",
            "The bundle that new calls begin with.",
            MetricKind::Gauge,
            "bundle",
            [(self.centre.services().shelf.usual().bundle.id().to_owned(), 1.0)],
        ));
        metrics.push(Metric::counter(
            "warmline_bundle_changes_total",
            "Versions of flows that took the place of an older one.",
            self.renewals.taken() as f64,
        ));
        metrics.push(Metric::counter(
            "warmline_bundle_refusals_total",
            "Versions of flows that were refused, so that the older one still answers.",
            self.renewals.refused() as f64,
        ));
        metrics.extend(sip_metrics::metrics(&self.line.gauges()));
        metrics.extend(sip_metrics::trunks(&self.line.trunks()));
        metrics
    }
}
