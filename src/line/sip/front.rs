//! The front door: what is let in before any state is made for it.
//!
//! Every message passes here once. Unknown sources are dropped in silence, floods are dropped, and while the line
//! is full or drained new calls are refused with 503 and `Retry-After` without a transaction or a dialog.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};

use rsipstack::sip::{Method, Request, Response, SipMessage, StatusCodeKind};
use rsipstack::transaction::endpoint::EndpointInner;
use rsipstack::transaction::key::{TransactionKey, TransactionRole};
use rsipstack::transaction::transaction::Transaction;
use tokio::sync::{Semaphore, mpsc};

use super::address::is_own_address;
use super::datagram::is_whole;
use super::forks::Forks;
use super::gate::{Gate, Source};
use super::gauges::{Counters, Dropped, Refused};
use super::headers::{call_id_of, cseq_of, header, new_tag, response, to_tag_of};
use super::settings::SipSettings;

/// How many requests may wait for the task of one dialog.
const DIALOG_QUEUE: usize = 32;

/// Locks, whatever happened to another holder: every table here is valid after each single change.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What names a dialog from our side: the Call-ID and our tag.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct DialogKey {
    pub(super) call_id: String,
    pub(super) local_tag: String,
}

/// The live dialogs, each with the queue of its task.
#[derive(Default)]
pub(super) struct DialogTable {
    dialogs: Mutex<HashMap<DialogKey, mpsc::Sender<Transaction>>>,
}

/// The place of one dialog in the table; dropping it removes the dialog, however its call ended.
pub(super) struct DialogPlace {
    table: Arc<DialogTable>,
    key: DialogKey,
}

impl Drop for DialogPlace {
    fn drop(&mut self) {
        lock(&self.table.dialogs).remove(&self.key);
    }
}

impl DialogTable {
    /// Enters a dialog, and gives the requests that arrive for it.
    pub(super) fn enter(self: &Arc<Self>, key: DialogKey) -> (DialogPlace, mpsc::Receiver<Transaction>) {
        let (sender, receiver) = mpsc::channel(DIALOG_QUEUE);
        lock(&self.dialogs).insert(key.clone(), sender);
        (DialogPlace { table: Arc::clone(self), key }, receiver)
    }

    pub(super) fn find(&self, key: &DialogKey) -> Option<mpsc::Sender<Transaction>> {
        lock(&self.dialogs).get(key).cloned()
    }

    fn contains(&self, key: &DialogKey) -> bool {
        lock(&self.dialogs).contains_key(key)
    }

    pub(super) fn len(&self) -> usize {
        lock(&self.dialogs).len()
    }
}

/// What becomes of a message.
pub(super) enum Screened {
    /// It goes on to its transaction.
    Pass,
    /// Nothing is said.
    Drop,
    /// It is answered here, without a transaction.
    Answer(Box<Response>),
}

/// The front door of one line.
pub(super) struct Front {
    pub(super) settings: Arc<SipSettings>,
    pub(super) counters: Counters,
    pub(super) dialogs: Arc<DialogTable>,
    pub(super) forks: Forks,
    /// One permit a call from outside.
    pub(super) calls: Arc<Semaphore>,
    gate: Mutex<Gate>,
    draining: AtomicBool,
    endpoint: OnceLock<Weak<EndpointInner>>,
    tcp_peers: Mutex<HashSet<SocketAddr>>,
    started: Instant,
}

impl Front {
    pub(super) fn new(settings: Arc<SipSettings>) -> Self {
        let gate = Gate::new(settings.accept, settings.limits, settings.trunks.len());
        Self {
            counters: Counters::default(),
            dialogs: Arc::new(DialogTable::default()),
            forks: Forks::default(),
            calls: Arc::new(Semaphore::new(settings.limits.calls)),
            gate: Mutex::new(gate),
            draining: AtomicBool::new(false),
            endpoint: OnceLock::new(),
            tcp_peers: Mutex::new(HashSet::new()),
            started: Instant::now(),
            settings,
        }
    }

    /// Tells where transactions are to be looked up.
    pub(super) fn set_endpoint(&self, endpoint: &Arc<EndpointInner>) {
        self.endpoint.set(Arc::downgrade(endpoint)).ok();
    }

    /// Time since the line began.
    pub(super) fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// The gate, for a short look or change.
    pub(super) fn gate(&self) -> MutexGuard<'_, Gate> {
        lock(&self.gate)
    }

    /// What kind of source `address` is.
    pub(super) fn source(&self, address: IpAddr) -> Source {
        self.gate().source(address)
    }

    /// Begins or ends the draining of the line.
    pub(super) fn set_draining(&self, draining: bool) {
        self.draining.store(draining, Ordering::Relaxed);
    }

    pub(super) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// Whether a datagram from `peer` may be read at all.
    pub(super) fn may_be_read(&self, peer: SocketAddr) -> bool {
        self.look_up(peer.ip());
        let mut gate = self.gate();
        let source = gate.source(peer.ip());
        let may_be_read = gate.take_message(peer.ip(), source, self.now());
        if !may_be_read {
            let known = gate.may_ring(source);
            self.counters.dropped(if known { Dropped::Flood } else { Dropped::UnknownSource });
        }
        may_be_read
    }

    /// Finds out whether an address that is in no known range is one of our own interfaces, once for each address.
    fn look_up(&self, address: IpAddr) {
        let is_unknown = self.gate().is_to_be_looked_up(address);
        if is_unknown {
            let is_own = is_own_address(address);
            self.gate().looked_up(address, is_own);
        }
    }

    /// Whether `peer` may be told what is wrong with its message.
    pub(super) fn may_be_answered(&self, peer: SocketAddr) -> bool {
        let gate = self.gate();
        let source = gate.source(peer.ip());
        gate.may_ring(source)
    }

    /// Decides about a message that could be read.
    pub(super) fn screen(&self, message: &SipMessage, peer: SocketAddr) -> Screened {
        let screened = match message {
            SipMessage::Response(response) => self.screen_response(response),
            SipMessage::Request(request) => self.screen_request(request, peer),
        };
        if matches!(screened, Screened::Drop) {
            let known = self.may_be_answered(peer);
            self.counters.dropped(if known { Dropped::Senseless } else { Dropped::UnknownSource });
        }
        screened
    }

    /// Only answers to what we asked come in; a 2xx to an INVITE may come again, or from another telephone.
    fn screen_response(&self, response: &Response) -> Screened {
        let Ok(key) = TransactionKey::from_response(response, TransactionRole::Client) else { return Screened::Drop };
        match self.knows_transaction(&key) || (is_answer(response) && self.forks.knows(response)) {
            true => Screened::Pass,
            false => Screened::Drop,
        }
    }

    fn screen_request(&self, request: &Request, peer: SocketAddr) -> Screened {
        let may_ring = self.may_be_answered(peer);
        if !is_whole(request) {
            return if may_ring { self.answer(request, 400, false) } else { Screened::Drop };
        }
        let Ok(key) = TransactionKey::from_request(request, TransactionRole::Server) else { return Screened::Drop };
        if self.knows_transaction(&key) {
            return Screened::Pass;
        }
        if let Some(local_tag) = to_tag_of(request) {
            let known = self.dialogs.contains(&DialogKey { call_id: call_id_of(request), local_tag });
            return match (known, request.method) {
                (true, _) => Screened::Pass,
                (false, Method::Ack) => Screened::Drop,
                (false, _) if may_ring => self.answer(request, 481, false),
                (false, _) => Screened::Drop,
            };
        }
        match request.method {
            _ if !may_ring => Screened::Drop,
            Method::Ack => Screened::Drop,
            Method::Cancel => self.answer(request, 481, false),
            method => match self.reason_to_refuse(method, peer) {
                Some(why) => {
                    self.counters.refused(why);
                    self.answer(request, 503, true)
                }
                None => Screened::Pass,
            },
        }
    }

    fn reason_to_refuse(&self, method: Method, peer: SocketAddr) -> Option<Refused> {
        if self.remembered_transactions() >= self.settings.limits.transactions {
            return Some(Refused::Busy);
        }
        if method != Method::Invite {
            return None;
        }
        if self.is_draining() {
            return Some(Refused::Draining);
        }
        if self.calls.available_permits() == 0 {
            return Some(Refused::Full);
        }
        let mut gate = self.gate();
        let source = gate.source(peer.ip());
        (!gate.take_call(peer.ip(), source, self.now())).then_some(Refused::Rate)
    }

    fn answer(&self, request: &Request, status: u16, try_later: bool) -> Screened {
        let more = if try_later { vec![self.retry_after()] } else { Vec::new() };
        let answer = response(request, status, Some(&new_tag()), &self.settings.user_agent, more, None);
        Screened::Answer(Box::new(answer))
    }

    /// When to try again.
    pub(super) fn retry_after(&self) -> rsipstack::sip::Header {
        header("Retry-After", self.settings.limits.retry_after.to_string())
    }

    fn endpoint(&self) -> Option<Arc<EndpointInner>> {
        self.endpoint.get()?.upgrade()
    }

    /// Whether a transaction with this key is alive or was a moment ago.
    fn knows_transaction(&self, key: &TransactionKey) -> bool {
        self.endpoint().is_some_and(|endpoint| {
            endpoint.transactions.get(key).is_some() || endpoint.finished_transactions.get(key).is_some()
        })
    }

    /// Whether the response belongs to a client transaction that still runs.
    pub(super) fn is_awaited(&self, response: &Response) -> bool {
        let key = TransactionKey::from_response(response, TransactionRole::Client);
        key.is_ok_and(|key| self.endpoint().is_some_and(|endpoint| endpoint.transactions.get(&key).is_some()))
    }

    /// How many transactions run or are remembered for their repetitions.
    fn remembered_transactions(&self) -> usize {
        self.endpoint().map_or(0, |endpoint| endpoint.transactions.len() + endpoint.finished_transactions.len())
    }

    /// How many transactions run.
    pub(super) fn transactions(&self) -> usize {
        self.endpoint().map_or(0, |endpoint| endpoint.transactions.len())
    }

    /// Whether another TCP connection of `peer` may be taken; it is counted until [`Front::tcp_closed`].
    pub(super) fn tcp_opened(&self, peer: SocketAddr) -> bool {
        self.look_up(peer.ip());
        if !self.may_be_answered(peer) {
            self.counters.dropped(Dropped::UnknownSource);
            return false;
        }
        let limits = &self.settings.limits;
        let mut peers = lock(&self.tcp_peers);
        let of_this_source = peers.iter().filter(|known| known.ip() == peer.ip()).count();
        if peers.len() >= limits.tcp_connections || of_this_source >= limits.tcp_connections_of_a_source {
            self.counters.dropped(Dropped::Flood);
            return false;
        }
        peers.insert(peer)
    }

    pub(super) fn tcp_closed(&self, peer: SocketAddr) {
        lock(&self.tcp_peers).remove(&peer);
    }

    pub(super) fn tcp_connections(&self) -> usize {
        lock(&self.tcp_peers).len()
    }
}

/// Whether `response` is a 2xx to an INVITE.
pub(super) fn is_answer(response: &Response) -> bool {
    use rsipstack::sip::prelude::HeadersExt;
    let method = response.cseq_header().ok().and_then(|header| header.method().ok());
    response.status_code.kind() == StatusCodeKind::Successful
        && method == Some(Method::Invite)
        && cseq_of(response).is_some()
}
