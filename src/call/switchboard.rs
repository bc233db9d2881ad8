//! Joins calls and the desk: one task owns the [`Desk`], gives it what calls report and its own timers, and
//! gives each call the acts that concern it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use crate::CallId;
use crate::desk::{AgentName, Desk, DeskAct, DeskGauges, DeskInput, OfferId, QueueName};

/// How many inputs may wait for the switchboard. Each call gives a handful in its whole life.
const INPUTS: usize = 4_096;
/// How many acts may wait for a call.
const ACTS: usize = 64;

/// Tells whether a queue is open at a moment. Opening hours are the operator's.
pub type OpenAt = dyn Fn(&QueueName, jiff::Timestamp) -> bool + Send + Sync;

enum Message {
    Join(CallId, mpsc::Sender<DeskAct>),
    Input(DeskInput),
    Leave(CallId),
}

/// The desk of a running server. Cheap to clone.
#[derive(Clone)]
pub struct Switchboard {
    messages: mpsc::Sender<Message>,
    gauges: Arc<Mutex<DeskGauges>>,
}

impl Switchboard {
    /// Starts the task that owns `desk`; it ends when every clone of the switchboard and every port is gone.
    /// Must be called within a tokio runtime.
    pub fn start(desk: Desk, open_at: Box<OpenAt>) -> Self {
        let (messages, inbox) = mpsc::channel(INPUTS);
        let gauges = Arc::new(Mutex::new(desk.gauges(Duration::ZERO)));
        let operator = Operator {
            desk,
            open_at,
            started: Instant::now(),
            calls: HashMap::new(),
            offers: HashMap::new(),
            gauges: Arc::clone(&gauges),
        };
        tokio::spawn(operator.run(inbox));
        Self { messages, gauges }
    }

    /// The port of a new call.
    pub async fn port(&self, call: CallId) -> DeskPort {
        let (sender, acts) = mpsc::channel(ACTS);
        // A switchboard that is gone takes no inputs either, and the port says so when it is used.
        let _ = self.messages.send(Message::Join(call, sender)).await;
        DeskPort(Port::Shared { call, messages: self.messages.clone(), acts })
    }

    /// An agent's phone registered or went away.
    pub async fn agent_reachable(&self, agent: &str, reachable: bool) {
        let agent = AgentName::from(agent);
        let input = DeskInput::AgentReachable { agent, reachable };
        let _ = self.messages.send(Message::Input(input)).await;
    }

    /// How the desk is doing.
    pub fn gauges(&self) -> DeskGauges {
        self.gauges.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The task that owns the desk.
struct Operator {
    desk: Desk,
    open_at: Box<OpenAt>,
    started: Instant,
    calls: HashMap<CallId, mpsc::Sender<DeskAct>>,
    offers: HashMap<OfferId, CallId>,
    gauges: Arc<Mutex<DeskGauges>>,
}

impl Operator {
    async fn run(mut self, mut inbox: mpsc::Receiver<Message>) {
        loop {
            let wake = self.desk.next_wake().map(|at| self.started + at);
            let message = match wake {
                None => inbox.recv().await.map(Some),
                Some(at) => tokio::select! {
                    message = inbox.recv() => message.map(Some),
                    () = tokio::time::sleep_until(at.into()) => Some(None),
                },
            };
            match message {
                None => return,
                Some(None) => self.handle(DeskInput::Tick).await,
                Some(Some(Message::Join(call, acts))) => {
                    self.calls.insert(call, acts);
                }
                Some(Some(Message::Input(input))) => self.handle(input).await,
                Some(Some(Message::Leave(call))) => {
                    self.calls.remove(&call);
                    self.handle(DeskInput::CallerGone { call }).await;
                    self.offers.retain(|_, owner| *owner != call);
                }
            }
        }
    }

    async fn handle(&mut self, input: DeskInput) {
        if let DeskInput::Enqueue { caller, .. } = &input {
            let queue = caller.queue.clone();
            let open = (self.open_at)(&queue, jiff::Timestamp::now());
            if self.desk.queue_is_open(&queue).is_some_and(|was_open| was_open != open) {
                self.give(DeskInput::QueueOpened { queue, open }).await;
            }
        }
        self.give(input).await;
        let gauges = self.desk.gauges(self.started.elapsed());
        *self.gauges.lock().unwrap_or_else(PoisonError::into_inner) = gauges;
    }

    async fn give(&mut self, input: DeskInput) {
        let ended = match &input {
            DeskInput::AgentEnded { offer, .. } => Some(*offer),
            _ => None,
        };
        for act in self.desk.handle(self.started.elapsed(), input) {
            if let DeskAct::Ring { offer, call, .. } = &act {
                self.offers.insert(*offer, *call);
            }
            let call = call_of(&act).or_else(|| offer_of(&act).and_then(|offer| self.offers.get(&offer).copied()));
            let Some(acts) = call.and_then(|call| self.calls.get(&call)) else { continue };
            if acts.send(act).await.is_err() {
                tracing::debug!("an act of the desk came after its call had ended");
            }
        }
        // Until its leg has ended, an offer may still be told to hang up.
        if let Some(offer) = ended {
            self.offers.remove(&offer);
        }
    }
}

fn call_of(act: &DeskAct) -> Option<CallId> {
    match act {
        DeskAct::Waiting { call, .. }
        | DeskAct::Ring { call, .. }
        | DeskAct::SpeakBrief { call, .. }
        | DeskAct::Bridge { call, .. }
        | DeskAct::OfferEnded { call, .. }
        | DeskAct::Apologise { call }
        | DeskAct::Result { call, .. } => Some(*call),
        DeskAct::StopBrief { .. } | DeskAct::HangUpAgent { .. } => None,
    }
}

fn offer_of(act: &DeskAct) -> Option<OfferId> {
    match act {
        DeskAct::StopBrief { offer } | DeskAct::HangUpAgent { offer } => Some(*offer),
        _ => None,
    }
}

/// One call's connection to the desk.
pub struct DeskPort(Port);

enum Port {
    Shared { call: CallId, messages: mpsc::Sender<Message>, acts: mpsc::Receiver<DeskAct> },
    Own { desk: Box<Desk>, acts: VecDeque<DeskAct> },
}

impl DeskPort {
    /// A desk for this call alone, on the call's own clock: for calls played as fast as they go.
    pub fn own(desk: Desk) -> Self {
        Self(Port::Own { desk: Box::new(desk), acts: VecDeque::new() })
    }

    /// Tells the desk what happened, at `now` on the call's clock.
    pub(super) async fn tell(&mut self, now: Duration, input: DeskInput) {
        match &mut self.0 {
            Port::Shared { messages, .. } => {
                if messages.send(Message::Input(input)).await.is_err() {
                    tracing::error!("the switchboard is gone");
                }
            }
            Port::Own { desk, acts, .. } => acts.extend(desk.handle(now, input)),
        }
    }

    /// Time has passed on the call's clock. A shared desk has a clock of its own.
    pub(super) fn tick(&mut self, now: Duration) {
        if let Port::Own { desk, acts, .. } = &mut self.0
            && desk.next_wake().is_some_and(|due| due <= now)
        {
            acts.extend(desk.handle(now, DeskInput::Tick));
        }
    }

    /// The next act for this call. Waits for ever on a desk of the call's own that has none: the call's other
    /// events go on.
    pub(super) async fn next_act(&mut self) -> Option<DeskAct> {
        match &mut self.0 {
            Port::Shared { acts, .. } => acts.recv().await,
            Port::Own { acts, .. } => match acts.pop_front() {
                Some(act) => Some(act),
                None => std::future::pending().await,
            },
        }
    }

    /// The call has ended.
    pub(super) async fn leave(&mut self) {
        match &mut self.0 {
            Port::Shared { call, messages, acts } => {
                // Acts that nobody will perform any more must not hold up the switchboard.
                acts.close();
                let _ = messages.send(Message::Leave(*call)).await;
            }
            // A desk of its own ends with its call.
            Port::Own { acts, .. } => acts.clear(),
        }
    }
}
