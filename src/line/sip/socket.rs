//! Our own sockets: bound by us, with larger buffers and clear errors, and watched before rsipstack reads them.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use rsipstack::platform::net::UdpSocket as StackSocket;
use rsipstack::sip::{SipMessage, Transport};
use rsipstack::transport::SipConnection;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::{Mutex, Semaphore};

use super::datagram::{self, Datagram};
use super::error::SipError;
use super::front::{Front, Screened};
use super::gauges::Dropped;

/// What the system holds for us while we are busy: about 4000 INVITEs.
const RECEIVE_BUFFER: usize = 4 * 1024 * 1024;
/// The longest datagram there is.
const WHOLE_DATAGRAM: usize = 65_535;
/// How many messages may be on their way between the sockets and their transactions.
const IN_FLIGHT: usize = 512;
/// How long a full way is waited for before the next message is let through all the same.
const LONGEST_WAIT: Duration = Duration::from_millis(200);
/// How long to rest after the system failed to read a datagram.
const REST_AFTER_ERROR: Duration = Duration::from_millis(10);
/// How many TCP peers may wait to be accepted.
const TCP_BACKLOG: i32 = 128;

/// Binds the UDP socket.
pub(super) fn bind_udp(address: SocketAddr) -> Result<UdpSocket, SipError> {
    let bound = || -> std::io::Result<UdpSocket> {
        let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
        // A wish: the system may give less.
        socket.set_recv_buffer_size(RECEIVE_BUFFER).ok();
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        UdpSocket::from_std(socket.into())
    };
    bound().map_err(|source| bind_error("UDP", address, source))
}

/// Binds the TCP listener.
pub(super) fn bind_tcp(address: SocketAddr) -> Result<TcpListener, SipError> {
    let bound = || -> std::io::Result<TcpListener> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        socket.set_reuse_address(true)?;
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        socket.listen(TCP_BACKLOG)?;
        TcpListener::from_std(socket.into())
    };
    bound().map_err(|source| bind_error("TCP", address, source))
}

fn bind_error(transport: &'static str, address: SocketAddr, source: std::io::Error) -> SipError {
    match source.kind() {
        std::io::ErrorKind::AddrInUse => SipError::PortInUse { transport, address, port: address.port() },
        _ => SipError::Bind { transport, address, source },
    }
}

/// The UDP socket as rsipstack sees it: only messages that may come in are ever read from it. The rest is
/// dropped or answered here, so that no flood reaches the unbounded queues behind.
pub(super) struct WatchedSocket {
    socket: UdpSocket,
    front: Arc<Front>,
    buffer: Mutex<Vec<u8>>,
    /// One permit a datagram on its way; given back by [`super::screen::Screen`].
    way: Arc<Semaphore>,
}

impl WatchedSocket {
    pub(super) fn new(socket: UdpSocket, front: Arc<Front>, way: Arc<Semaphore>) -> Self {
        Self { socket, front, buffer: Mutex::new(vec![0; WHOLE_DATAGRAM]), way }
    }

    /// Whether the datagram goes on; otherwise the bytes to answer, if any.
    fn look_at(&self, bytes: &[u8], peer: SocketAddr) -> Result<(), Option<Vec<u8>>> {
        if !self.front.may_be_read(peer) {
            return Err(None);
        }
        match datagram::read(bytes, &self.front.settings.user_agent) {
            Datagram::KeepAlive if self.front.may_be_answered(peer) => Ok(()),
            Datagram::Broken(answer) if self.front.may_be_answered(peer) => Err(Some(answer)),
            Datagram::Message(message) => self.screen(*message, peer),
            _ => {
                let known = self.front.may_be_answered(peer);
                self.front.counters.dropped(if known { Dropped::Senseless } else { Dropped::UnknownSource });
                Err(None)
            }
        }
    }

    fn screen(&self, message: SipMessage, peer: SocketAddr) -> Result<(), Option<Vec<u8>>> {
        // The answer, if there is one, goes where the stack would send it: with the true source in Via.
        let Ok(message) = SipConnection::update_msg_received(message, peer, Transport::Udp) else { return Err(None) };
        match self.front.screen(&message, peer) {
            Screened::Pass => Ok(()),
            Screened::Drop => Err(None),
            Screened::Answer(answer) => Err(Some(SipMessage::Response(*answer).to_bytes())),
        }
    }
}

impl WatchedSocket {
    /// Waits for the next message that may come in, and writes it into `buffer`.
    async fn next_message(&self, buffer: &mut [u8]) -> rsipstack::Result<(usize, SocketAddr)> {
        let mut whole = self.buffer.lock().await;
        loop {
            let (length, peer) = match self.socket.recv_from(&mut whole).await {
                Ok(received) => received,
                Err(error) => {
                    tokio::time::sleep(REST_AFTER_ERROR).await;
                    return Err(error.into());
                }
            };
            let bytes = &whole[..length];
            match self.look_at(bytes, peer) {
                Ok(()) => {}
                Err(Some(answer)) => {
                    self.socket.send_to(&answer, peer).await.ok();
                    continue;
                }
                Err(None) => continue,
            }
            if !bytes.iter().all(u8::is_ascii_whitespace) {
                take_way(&self.way).await;
            }
            let Some(room) = buffer.get_mut(..length) else { continue };
            room.copy_from_slice(bytes);
            return Ok((length, peer));
        }
    }
}

/// What a method of rsipstack's asynchronous traits returns.
pub(super) type Promise<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

impl StackSocket for WatchedSocket {
    fn recv_from<'a, 'b, 'c>(&'a self, buffer: &'b mut [u8]) -> Promise<'c, rsipstack::Result<(usize, SocketAddr)>>
    where
        'a: 'c,
        'b: 'c,
        Self: 'c,
    {
        Box::pin(self.next_message(buffer))
    }

    fn send_to<'a, 'b, 'c>(&'a self, bytes: &'b [u8], peer: SocketAddr) -> Promise<'c, rsipstack::Result<usize>>
    where
        'a: 'c,
        'b: 'c,
        Self: 'c,
    {
        Box::pin(async move { Ok(self.socket.send_to(bytes, peer).await?) })
    }

    fn local_addr(&self) -> rsipstack::Result<SocketAddr> {
        Ok(self.socket.local_addr()?)
    }
}

/// The permits of messages on their way.
pub(super) fn new_way() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(IN_FLIGHT))
}

/// Waits until another message may be on its way. While the way is full, the system's buffers fill, and then the
/// network drops or the sender waits: nothing grows here.
pub(super) async fn take_way(way: &Semaphore) {
    if let Ok(Ok(permit)) = tokio::time::timeout(LONGEST_WAIT, way.acquire()).await {
        permit.forget();
    }
}

/// Gives the way free for another message.
pub(super) fn give_way(way: &Semaphore) {
    if way.available_permits() < IN_FLIGHT {
        way.add_permits(1);
    }
}
