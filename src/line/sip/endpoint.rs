//! Starts and stops the line, and what its parts share.

use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rsipstack::EndpointBuilder;
use rsipstack::transaction::endpoint::{EndpointInnerRef, EndpointOption};
use rsipstack::transport::udp::UdpConnection;
use rsipstack::transport::{SipAddr, TransportLayer};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::address::Addresses;
use super::error::SipError;
use super::forks::attend_to_late_answers;
use super::front::Front;
use super::gauges::SipGauges;
use super::outbound::OutboundCall;
use super::registrar::Registrar;
use super::screen::Screen;
use super::settings::SipSettings;
use super::socket::{WatchedSocket, bind_tcp, bind_udp, new_way};
use super::stream::{self, Door};
use super::switchboard;
use super::trunk::{TrunkState, Trunks};
use crate::line::rtp::PortPool;
use crate::line::{IncomingCall, Leg};

/// How many calls may wait to be taken by the program; more are refused.
const CALLS_WAITING: usize = 64;
/// How many answers that come again may wait to be acknowledged.
const LATE_ANSWERS: usize = 256;
/// How often what is old is forgotten.
const HOUSEKEEPING: Duration = Duration::from_secs(1);
/// How long the last messages of a line that stops may take.
const LAST_MESSAGES: Duration = Duration::from_secs(3);
/// How long to wait before accepting again after the system refused a TCP connection.
const REST_AFTER_ERROR: Duration = Duration::from_millis(50);

/// What the parts of the line share.
pub(super) struct Stack {
    pub(super) settings: Arc<SipSettings>,
    pub(super) endpoint: EndpointInnerRef,
    pub(super) front: Arc<Front>,
    pub(super) addresses: Addresses,
    pub(super) ports: PortPool,
    pub(super) registrar: Registrar,
    pub(super) trunks: Trunks,
    pub(super) calls: mpsc::Sender<IncomingCall>,
    /// Where messages of streams come in.
    pub(super) door: Door,
    pub(super) tasks: TaskTracker,
    /// Every leg ends now.
    pub(super) stop: CancellationToken,
    /// The sockets close now.
    pub(super) over: CancellationToken,
}

impl Stack {
    /// What we call ourselves.
    pub(super) fn server(&self) -> &str {
        &self.settings.user_agent
    }
}

/// The running SIP line. Dropping it closes the sockets at once; [`SipLine::stop`] says goodbye first.
pub struct SipLine {
    stack: Arc<Stack>,
    serving: RwLock<Option<tokio::task::JoinHandle<()>>>,
}

impl SipLine {
    /// Binds the ports and begins to serve. The receiver gives each call from outside; the call is dropped, and
    /// so refused, when nobody takes it.
    ///
    /// # Errors
    /// A setting that makes no sense, or a port that cannot be bound, by name.
    pub async fn start(settings: SipSettings) -> Result<(Self, mpsc::Receiver<IncomingCall>), SipError> {
        settings.validate()?;
        let settings = Arc::new(settings);
        let ports = PortPool::new(settings.media_ports.clone(), settings.media_bind, settings.timers.port_linger)
            .map_err(|error| SipError::setting("media_ports", error.to_string()))?;
        let front = Arc::new(Front::new(Arc::clone(&settings)));
        let over = CancellationToken::new();
        let udp = settings.udp.map(bind_udp).transpose()?;
        let udp_port = udp.as_ref().and_then(|socket| socket.local_addr().ok()).map(|address| address.port());
        let tcp = settings.tcp.map(|address| bind_beside(address, udp_port)).transpose()?;
        let addresses = Addresses {
            udp: udp.as_ref().and_then(|socket| socket.local_addr().ok()),
            tcp: tcp.as_ref().and_then(|listener| listener.local_addr().ok()),
            advertised: settings.advertised,
            user: settings.user.clone(),
        };
        let transport = TransportLayer::new(over.clone());
        transport.set_stream_idle_timeout(settings.timers.tcp_idle);
        let way = new_way();
        if let Some(socket) = udp {
            let watched = Arc::new(WatchedSocket::new(socket, Arc::clone(&front), Arc::clone(&way)));
            let connection = UdpConnection::from_socket(watched, None, Some(over.child_token()))
                .await
                .map_err(|error| SipError::Stack(error.to_string()))?;
            transport.add_transport(connection.into());
        }
        let (late_answers, late_answers_receiver) = mpsc::channel(LATE_ANSWERS);
        let (door, behind_it) = Door::new(Arc::clone(&way), &over).await?;
        transport.add_connection(behind_it);
        let screen = Screen { front: Arc::clone(&front), way, late_answers };
        let endpoint = EndpointBuilder::new()
            .with_user_agent(&settings.user_agent)
            .with_transport_layer(transport)
            .with_cancel_token(over.clone())
            .with_option(options_of(&settings))
            .with_transport_inspector(Box::new(screen))
            .build();
        let incoming = endpoint.incoming_transactions().map_err(|error| SipError::Stack(error.to_string()))?;
        front.set_endpoint(&endpoint.inner);
        let (calls, calls_receiver) = mpsc::channel(CALLS_WAITING);
        let stack = Arc::new(Stack {
            registrar: Registrar::new(&settings),
            trunks: Trunks::new(&settings),
            endpoint: Arc::clone(&endpoint.inner),
            front,
            addresses,
            ports,
            calls,
            door,
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
            over,
            settings,
        });
        let inner = Arc::clone(&endpoint.inner);
        let serving = tokio::spawn(async move {
            if let Err(error) = inner.serve().await {
                tracing::error!(%error, "the sip stack stopped");
            }
        });
        stack.trunks.resolve_hosts(&stack).await;
        stack.tasks.spawn(switchboard::run(Arc::clone(&stack), incoming));
        stack.tasks.spawn(attend_to_late_answers(Arc::clone(&stack), late_answers_receiver));
        stack.tasks.spawn(keep_house(Arc::clone(&stack)));
        if let Some(listener) = tcp {
            stack.tasks.spawn(accept_streams(Arc::clone(&stack), listener));
        }
        Trunks::start_registrations(&stack);
        Ok((Self { stack, serving: RwLock::new(Some(serving)) }, calls_receiver))
    }

    /// The addresses that are listened on, UDP first, with the ports that were bound.
    pub fn local_addresses(&self) -> LocalAddresses {
        LocalAddresses { udp: self.stack.addresses.udp, tcp: self.stack.addresses.tcp }
    }

    /// Rings a telephone. Returns at once; what happens comes as events of the leg.
    pub fn call(&self, call: OutboundCall) -> Leg {
        super::outbound::call(&self.stack, call)
    }

    /// Whether a phone of this agent is registered now.
    pub fn registered(&self, agent: &str) -> bool {
        self.stack.registrar.is_registered(agent)
    }

    /// Changes whenever a phone of an agent comes or goes; the value counts the changes.
    pub fn registrations_changed(&self) -> watch::Receiver<u64> {
        self.stack.registrar.changes()
    }

    /// How the registrations with trunks stand.
    pub fn trunks(&self) -> Vec<TrunkState> {
        self.stack.trunks.states()
    }

    /// Refuses new calls from now on, or takes them again: INVITE and OPTIONS are answered 503. Calls that are up go on.
    pub fn refuse_new(&self, refuse: bool) {
        self.stack.front.set_draining(refuse);
    }

    /// What is open and what was refused.
    pub fn gauges(&self) -> SipGauges {
        let stack = &self.stack;
        let mut gauges = SipGauges {
            dialogs: stack.front.dialogs.len(),
            transactions: stack.front.transactions(),
            ports_in_use: stack.ports.gauges().in_use,
            tcp_connections: stack.front.tcp_connections(),
            registered_agents: stack.registrar.agents(),
            ..SipGauges::default()
        };
        stack.front.counters.read(&mut gauges);
        gauges
    }

    /// Ends every leg, unregisters from the trunks and closes the sockets.
    pub async fn stop(&self) {
        self.refuse_new(true);
        self.stack.stop.cancel();
        self.stack.tasks.close();
        // Tasks that only wait for an answer of a far end that is gone are not waited for.
        tokio::time::timeout(LAST_MESSAGES, self.stack.trunks.unregistered()).await.ok();
        let legs_gone = async {
            while self.stack.front.counters.legs() > 0 || self.stack.front.transactions() > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(LAST_MESSAGES, legs_gone).await.ok();
        self.stack.over.cancel();
        tokio::time::timeout(LAST_MESSAGES, self.stack.tasks.wait()).await.ok();
        let serving = self.serving.write().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(serving) = serving {
            serving.await.ok();
        }
    }
}

impl Drop for SipLine {
    fn drop(&mut self) {
        self.stack.stop.cancel();
        self.stack.over.cancel();
    }
}

/// Where the line listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalAddresses {
    /// The UDP address, with the port that was bound.
    pub udp: Option<SocketAddr>,
    /// The TCP address, with the port that was bound.
    pub tcp: Option<SocketAddr>,
}

fn options_of(settings: &SipSettings) -> EndpointOption {
    let timers = &settings.timers;
    EndpointOption {
        t1: timers.t1,
        t2: timers.t2,
        t4: timers.t4,
        t1x64: timers.t1 * 64,
        callid_suffix: Some("warmline".to_owned()),
        // The ACK of a 2xx is ours to send: it must reach phones behind NAT, and forked answers need a BYE as well.
        auto_ack_2xx: false,
        ..EndpointOption::default()
    }
}

/// Binds TCP; where any port will do, that of UDP if it can be had, since phones are told only one.
fn bind_beside(address: SocketAddr, udp_port: Option<u16>) -> Result<TcpListener, SipError> {
    let beside = udp_port.filter(|_| address.port() == 0).map(|port| SocketAddr::new(address.ip(), port));
    beside.and_then(|beside| bind_tcp(beside).ok()).map_or_else(|| bind_tcp(address), Ok)
}

/// Accepts TCP connections within their caps.
async fn accept_streams(stack: Arc<Stack>, listener: TcpListener) {
    let Some(address) = stack.addresses.tcp else { return };
    let local = SipAddr { r#type: Some(rsipstack::sip::Transport::Tcp), addr: address.into() };
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stack.over.cancelled() => return,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a tcp connection was not accepted");
                tokio::time::sleep(REST_AFTER_ERROR).await;
                continue;
            }
        };
        if !stack.front.tcp_opened(peer) {
            continue;
        }
        stream.set_nodelay(true).ok();
        stack.tasks.spawn(stream::attend(Arc::clone(&stack), stream, peer, local.clone()));
    }
}

/// Forgets what is old.
async fn keep_house(stack: Arc<Stack>) {
    let mut ticks = tokio::time::interval(HOUSEKEEPING);
    let mut seconds: u64 = 0;
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = stack.over.cancelled() => return,
        }
        let now = stack.front.now();
        stack.front.forks.forget_old(now);
        stack.registrar.forget_old(now);
        seconds += 1;
        if seconds.is_multiple_of(super::trunk::RESOLVE_EVERY_SECONDS) {
            stack.front.gate().forget_own_addresses();
            stack.trunks.resolve_hosts(&stack).await;
        }
    }
}
