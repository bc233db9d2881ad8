//! The wire level: a server and telephones in this process, on ports of their own. What the caller of a test says is
//! spoken and goes out as RTP, keys as RFC 4733 events, behind a real INVITE; the call runs as it runs for every caller,
//! with agents who answer as the test demands and connections that answer as its stubs do.
//!
//! **In:** a test. **Out:** what came of it, judged by the same lines as at level `text`: the conversation is followed by
//! everything that reaches it. What no line carries yet, how upset a caller sounds, is put in beside the words.

mod call;
mod joined;
mod mouthpiece;
mod overheard;
mod people;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::sync::{mpsc, watch};

use super::super::assemble;
use super::voice::Voices;
use crate::CallId;
use crate::call::{Closing, DeskPort, MediaThreads, Pace, Services, Session, SessionSettings, seed_of};
use crate::caller::{Connections, Pretends};
use crate::config::Config;
use crate::desk::{Desk, DeskSettings};
use crate::flow::rehearsal::{
    CallerLine, CallerTurn, FlowTest, LineKind, Played, Rehearsal, StubAnswer, Stubs, play_on,
};
use crate::flow::{Bundle, CallFacts, LookUpResult};
use crate::line::sip::{OutboundCall, SipLine};
use crate::line::{Caller, IncomingCall, LegEvent};
use crate::record::{SqliteStore, TimedEvent};
use call::WireCall;
use joined::Joined;
use mouthpiece::Mouthpiece;
use overheard::{Overheard, Tap};
use people::{Manner, Manners, TestPhones, desk_for, manner_of, rings};

/// How long a call may take to arrive and to be answered.
const ANSWERED: Duration = Duration::from_secs(10);
/// How long a call may take to end once its caller has hung up.
const ENDED: Duration = Duration::from_secs(20);
/// What may wait to be looked at: more than a call brings in its life.
const OVERHEARD: usize = 16_384;
/// Longer than this a test does not wait in silence on the wire.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// A server, telephones, and voices for callers.
pub(super) struct Wire {
    bundle: Arc<Bundle>,
    /// What every call shares; each test has its own answers and its own time.
    services: Services,
    desk: DeskSettings,
    threads: Arc<MediaThreads>,
    server: Arc<SipLine>,
    server_calls: mpsc::Receiver<IncomingCall>,
    phones: SipLine,
    agents: Manners,
    voices: Voices,
    /// Where calls are recorded while the tests run.
    _record: tempfile::TempDir,
    runtime: Arc<tokio::runtime::Runtime>,
}

impl Wire {
    /// Starts the server and the telephones, on any free ports of this machine.
    pub(super) fn assemble(config: &Config, bundle: &Arc<Bundle>) -> anyhow::Result<Self> {
        assemble::refuse_unperformed(bundle)?;
        let runtime = Arc::new(super::super::runtime()?);
        let record = tempfile::tempdir().context("a folder for the record of the tests cannot be made")?;
        let wire = runtime.block_on(async {
            let models = assemble::models(config)?;
            let mut settings = assemble::sip(config)?;
            let here = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
            (settings.udp, settings.tcp, settings.advertised) = (Some(here), None, None);
            settings.media_bind = here.ip();
            (settings.trunks, settings.agents) = (Vec::new(), Vec::new());
            let (server, server_calls) = SipLine::start(settings.clone()).await?;
            let (phones, mut rung) = SipLine::start(settings).await?;
            let server = Arc::new(server);
            let agents = Manners::default();
            let at = phones.local_addresses().udp.context("the telephones have no address")?.to_string();
            tokio::spawn({
                let agents = agents.clone();
                async move {
                    while let Some(call) = rung.recv().await {
                        tokio::spawn(rings(call, agents.clone()));
                    }
                }
            });
            let store = SqliteStore::open(&record.path().join("calls.sqlite")).await?;
            let calls = assemble::Calls {
                bundles: assemble::Bundles::one(Arc::clone(bundle)),
                connections: Connections::default(),
                store: Arc::new(store),
                agents: Arc::new(TestPhones { line: Arc::clone(&server), at }),
                keeps_sound: false,
                prepares: false,
                pretend_now: None,
            };
            let services = assemble::services(config, &models, calls).await?;
            anyhow::Ok((server, server_calls, phones, agents, services))
        })?;
        let (server, server_calls, phones, agents, services) = wire;
        let voices = Voices::new(services.speaker.clone(), bundle.languages(), Arc::clone(&runtime));
        Ok(Self {
            bundle: Arc::clone(bundle),
            desk: assemble::desk(config),
            threads: Arc::new(MediaThreads::start(1)?),
            services,
            server,
            server_calls,
            phones,
            agents,
            voices,
            _record: record,
            runtime,
        })
    }

    /// Why a test cannot be played on the wire, if it cannot.
    pub(super) fn cannot_play(&self, test: &FlowTest) -> Option<String> {
        if let Some(reason) = self.voices.cannot_say(test) {
            return Some(reason);
        }
        if let Err(reason) = manner_of(test) {
            return Some(reason);
        }
        let facts = &test.setting.facts;
        if facts.vip || facts.verified.is_some() || facts.history.is_some() || !facts.queues.is_empty() {
            return Some("the line itself does not know such things of a caller or a queue yet".to_owned());
        }
        test.lines.iter().find_map(|line| match &line.what {
            LineKind::Event(name) => Some(format!("nothing can make {name:?} happen on the wire")),
            LineKind::Caller(CallerLine::Turn(CallerTurn::Mumbles)) => {
                Some("no voice here speaks so that nothing can be made of it".to_owned())
            }
            LineKind::Caller(CallerLine::Turn(CallerTurn::Wait(time))) if *time > LONGEST_WAIT => {
                Some(format!("it waits for {} s in real time", time.as_secs()))
            }
            _ => None,
        })
    }

    /// Plays a test: rings, talks, and hangs up.
    pub(super) fn play(&mut self, test: &FlowTest) -> anyhow::Result<Played> {
        let ends = manner_of(test).map_err(anyhow::Error::msg)?;
        self.agents.are(Manner::that_ends(ends));
        self.voices.next_caller();
        let id = CallId::random();
        let (heard, overheard) = std::sync::mpsc::sync_channel(OVERHEARD);
        let manners = overheard::Manners::default();
        let tap = Tap { heard: heard.clone(), manners: manners.clone(), last_distress: None };
        let caller = Caller { number: test.setting.facts.caller_number.clone(), name: None, dialled: None };
        let session = SessionSettings {
            id,
            pace: Pace::RealTime,
            watcher: Some(self.watch(heard)),
            language: test.setting.facts.language,
            flow: test.setting.flow.clone(),
            overhears: Some(Box::new(tap)),
        };
        let facts = session.facts(&caller, &self.services.shelf.usual().languages);
        let mouthpiece = Mouthpiece::default();
        let desk = DeskPort::own(Desk::new(desk_for(self.desk.clone(), ends))?);
        let services = Arc::new(self.services_for(test));
        let (leg, joined, running) = self.ring(caller, services, desk, session, &mouthpiece)?;
        let played = self.talk(test, facts, seed_of(id), overheard, manners, mouthpiece, leg);
        drop(joined);
        let ended = self.runtime.block_on(async { tokio::time::timeout(ENDED, running).await });
        if ended.is_err() {
            bail!("the call of the test {:?} did not end within {} s", test.name, ENDED.as_secs());
        }
        played
    }

    /// Tells the events of a call to whoever listens in.
    fn watch(&self, heard: std::sync::mpsc::SyncSender<Overheard>) -> mpsc::Sender<TimedEvent> {
        let (watcher, mut events) = mpsc::channel::<TimedEvent>(OVERHEARD);
        self.runtime.spawn(async move {
            while let Some(event) = events.recv().await {
                if heard.try_send(Overheard::Event(event)).is_err() {
                    return;
                }
            }
        });
        watcher
    }

    /// What the call of a test uses: its own answers, its own time.
    fn services_for(&self, test: &FlowTest) -> Services {
        let shared = &self.services;
        let pretends = PretendedStubs { stubs: test.setting.stubs.clone(), asked: Mutex::default() };
        Services {
            shelf: Arc::clone(&shared.shelf),
            hearing: shared.hearing.clone(),
            speaker: shared.speaker.clone(),
            recorder: shared.recorder.clone(),
            agents: Arc::clone(&shared.agents),
            hold: shared.hold.clone(),
            recordings: None,
            connections: Connections::pretended(Arc::new(pretends)),
            pretend_now: Some(test.setting.at),
            ..*shared
        }
    }

    /// Rings the server, and waits until it has answered.
    fn ring(
        &mut self,
        caller: Caller,
        services: Arc<Services>,
        desk: DeskPort,
        session: SessionSettings,
        mouthpiece: &Mouthpiece,
    ) -> anyhow::Result<(crate::line::LegControl, Joined, tokio::task::JoinHandle<()>)> {
        let address = self.server.local_addresses().udp.context("the server has no address")?;
        let threads = Arc::clone(&self.threads);
        let phones = &self.phones;
        let calls = &mut self.server_calls;
        self.runtime.block_on(async {
            let mut leg = phones.call(OutboundCall::to(format!("sip:warmline@{address}")));
            let arrived = tokio::time::timeout(ANSWERED, calls.recv()).await;
            let mut incoming = arrived.ok().flatten().context("the call of the test did not arrive")?;
            // Our own telephone has no number: the test says from which it rings.
            incoming.caller = caller;
            let running = tokio::spawn(async move {
                let (_closing, closing) = watch::channel(Closing::Open);
                Session::run(services, Some(&threads), incoming, desk, closing, session).await;
            });
            let answered = async {
                loop {
                    match leg.events.recv().await {
                        Some(LegEvent::Answered) => return Ok(()),
                        Some(LegEvent::Ended(end)) => bail!("the call of the test was not answered: {end:?}"),
                        Some(_) => {}
                        None => bail!("the call of the test was lost"),
                    }
                }
            };
            tokio::time::timeout(ANSWERED, answered).await.context("the call of the test was not answered")??;
            let joined = Joined::start(leg.media, mouthpiece.media())?;
            // What becomes of the leg is told by the call itself.
            tokio::spawn(async move { while leg.events.recv().await.is_some() {} });
            Ok((leg.control, joined, running))
        })
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one call, taken together at once")]
    fn talk(
        &mut self,
        test: &FlowTest,
        facts: CallFacts,
        seed: u64,
        overheard: std::sync::mpsc::Receiver<Overheard>,
        manners: overheard::Manners,
        mouthpiece: Mouthpiece,
        leg: crate::line::LegControl,
    ) -> anyhow::Result<Played> {
        // Both sides know the same of the caller, and take the same variants of sentences.
        let mut test = test.clone();
        (test.setting.facts, test.setting.seed) = (facts.clone(), seed);
        let follows = Rehearsal::following(Arc::clone(&self.bundle), test.setting.clone(), facts, seed)?;
        let mut call = WireCall {
            follows,
            overheard,
            mouthpiece,
            manners,
            voices: &mut self.voices,
            leg,
            happened: Vec::new(),
            sayings: Vec::new(),
            said: 0,
            turn: 0,
            arrived: Vec::new(),
            over: false,
            answered: Instant::now(),
        };
        let played = play_on(&mut call, &self.bundle, &test).map_err(anyhow::Error::msg);
        call.leg.hang_up();
        played.with_context(|| format!("the test {:?}", test.name))
    }
}

/// The answers of a test's stubs, in their order.
struct PretendedStubs {
    stubs: Stubs,
    asked: Mutex<std::collections::BTreeMap<String, AtomicUsize>>,
}

impl Pretends for PretendedStubs {
    fn answer(&self, name: &str) -> (LookUpResult, Duration) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let nth = asked.entry(name.to_owned()).or_default().fetch_add(1, Ordering::Relaxed);
        match self.stubs.answer(name, nth) {
            Some(StubAnswer { result, after }) => (result.clone(), *after),
            None => (LookUpResult::Error("no_stub".to_owned()), Duration::ZERO),
        }
    }
}
