//! The connections that phones and trunks open to us over TCP: read by us, answered through rsipstack.
//!
//! rsipstack keeps each connection as it keeps those it opens itself, with its write half, its place in the table and
//! its end. Only the reading is ours: [`Framing`] finds the messages, and they go to the stack's own queue by the one
//! door it has for events from outside, an in-memory channel.

use std::net::SocketAddr;
use std::sync::Arc;

use rsipstack::sip::{SipMessage, Transport};
use rsipstack::transport::channel::ChannelConnection;
use rsipstack::transport::connection::{KEEPALIVE_RESPONSE, TransportSender};
use rsipstack::transport::stream::StreamConnection;
use rsipstack::transport::tcp::TcpConnection;
use rsipstack::transport::{SipAddr, SipConnection, TransportEvent};
use tokio::io::{AsyncReadExt, ReadHalf};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::datagram::{self, Datagram, refusal};
use super::endpoint::Stack;
use super::error::SipError;
use super::framing::{Framing, LONGEST_MESSAGE, Piece};
use super::gauges::Dropped;
use super::socket::take_way;

/// How much is read at once.
const CHUNK: usize = 4_096;

/// The door for messages that we have read ourselves.
pub(super) struct Door {
    events: TransportSender,
    /// One permit a message on its way, as for datagrams.
    way: Arc<Semaphore>,
}

impl Door {
    /// The door, and what the stack must be given for it.
    pub(super) async fn new(way: Arc<Semaphore>, over: &CancellationToken) -> Result<(Self, SipConnection), SipError> {
        let (events, incoming) = mpsc::unbounded_channel();
        let (outgoing, _) = mpsc::unbounded_channel();
        // An address that nothing can be sent to, so that the channel is never taken for a connection of a phone.
        let nowhere = SipAddr { r#type: None, addr: SocketAddr::from(([0, 0, 0, 0], 0)).into() };
        let channel = ChannelConnection::create_connection(incoming, outgoing, nowhere, Some(over.child_token()))
            .await
            .map_err(|error| SipError::Stack(error.to_string()))?;
        Ok((Self { events, way }, channel.into()))
    }

    /// Lets a message in. `false` when the line is over.
    async fn let_in(&self, message: SipMessage, connection: SipConnection, from: SipAddr) -> bool {
        take_way(&self.way).await;
        self.events.send(TransportEvent::Incoming(message, connection, from)).is_ok()
    }
}

/// Serves one connection until either side closes it, it stays idle, or nothing more on it can be understood.
pub(super) async fn attend(stack: Arc<Stack>, stream: TcpStream, peer: SocketAddr, local: SipAddr) {
    let token = stack.over.child_token();
    let Ok(connection) = TcpConnection::from_stream(stream, local, Some(token.clone())) else {
        return stack.front.tcp_closed(peer);
    };
    // As long as we hold the place of the read half, rsipstack takes the connection for one that is being read. It
    // is entered into the table only now, so that rsipstack cannot come before us.
    let mut place = connection.inner.read_half.lock().await;
    let reading = place.take();
    stack.endpoint.transport_layer.add_connection(SipConnection::Tcp(connection.clone()));
    if let Some(reading) = reading {
        let mut reader = Reader { stack: &stack, connection: &connection, peer, framing: Framing::default() };
        tokio::select! {
            () = reader.run(reading) => {}
            () = token.cancelled() => {}
        }
    }
    connection.close().await.ok();
}

/// Reads one connection.
struct Reader<'a> {
    stack: &'a Stack,
    connection: &'a TcpConnection,
    peer: SocketAddr,
    framing: Framing,
}

impl Reader<'_> {
    async fn run(&mut self, mut reading: ReadHalf<TcpStream>) {
        let timers = &self.stack.settings.timers;
        // A message that has begun is given as long as a request is given its answer.
        let (idle, whole) = (timers.tcp_idle, timers.t1 * 64);
        let mut chunk = vec![0; CHUNK];
        let mut until = Instant::now() + idle;
        let mut had_begun = false;
        loop {
            let length = match timeout_at(until, reading.read(&mut chunk)).await {
                Ok(Ok(length)) if length > 0 => length,
                _ => return,
            };
            self.framing.push(&chunk[..length]);
            let mut was_whole = false;
            while let Some(piece) = self.framing.next() {
                was_whole = true;
                if !self.take(piece).await {
                    return;
                }
            }
            let has_begun = self.framing.has_begun();
            if !has_begun {
                until = Instant::now() + idle;
            } else if was_whole || !had_begun {
                until = Instant::now() + whole;
            }
            had_begun = has_begun;
        }
    }

    /// Does what a piece asks for. `false` when the connection is to be closed.
    async fn take(&self, piece: Piece) -> bool {
        let server = &self.stack.settings.user_agent;
        match piece {
            Piece::KeepAlive => self.may_be_read() && self.connection.send_raw(KEEPALIVE_RESPONSE).await.is_ok(),
            Piece::Message(bytes) => match datagram::read_up_to(&bytes, LONGEST_MESSAGE, server) {
                Datagram::Message(message) => self.let_in(*message).await,
                Datagram::Broken(answer) => !self.may_be_read() || self.answer(&answer).await,
                Datagram::Senseless | Datagram::KeepAlive => {
                    self.senseless();
                    true
                }
            },
            Piece::Lost(lost) => {
                match refusal(&lost.head, lost.status, lost.reason, server) {
                    Some(answer) if self.may_be_read() => _ = self.answer(&answer).await,
                    _ => self.senseless(),
                }
                false
            }
        }
    }

    /// A message goes on to [`super::screen::Screen`], which counts it.
    async fn let_in(&self, message: SipMessage) -> bool {
        let Ok(message) = SipConnection::update_msg_received(message, self.peer, Transport::Tcp) else {
            self.senseless();
            return true;
        };
        let connection = SipConnection::Tcp(self.connection.clone());
        self.stack.door.let_in(message, connection, self.connection.get_remote_addr().clone()).await
    }

    /// Whether this source may send more now; what it may not is dropped unread, as from a datagram.
    fn may_be_read(&self) -> bool {
        self.stack.front.may_be_read(self.peer)
    }

    async fn answer(&self, answer: &[u8]) -> bool {
        self.connection.send_raw(answer).await.is_ok()
    }

    fn senseless(&self) {
        self.stack.front.counters.dropped(Dropped::Senseless);
    }
}
