//! Where rsipstack shows us every message before its transactions see it.

use std::sync::Arc;

use rsipstack::sip::{Response, SipMessage};
use rsipstack::transaction::endpoint::TransportEventInspector;
use rsipstack::transport::{SipAddr, SipConnection, TransportEvent};
use tokio::sync::{Semaphore, mpsc};

use super::front::{Front, Screened, is_answer};
use super::socket::{Promise, give_way};

/// Screens what comes over TCP (UDP is screened at the socket), and takes the answers that no transaction
/// awaits: a 2xx that comes again, or from a second telephone.
pub(super) struct Screen {
    pub(super) front: Arc<Front>,
    /// The permits of messages on their way.
    pub(super) way: Arc<Semaphore>,
    /// To the task that acknowledges them.
    pub(super) late_answers: mpsc::Sender<Box<Response>>,
}

impl Screen {
    async fn look_at(&self, event: TransportEvent) -> Option<TransportEvent> {
        let (message, connection, from) = match event {
            TransportEvent::Incoming(message, connection, from) => (message, connection, from),
            TransportEvent::Closed(connection) => {
                if let Some(peer) = connection.get_remote_addr().and_then(|address| address.get_socketaddr().ok()) {
                    self.front.tcp_closed(peer);
                }
                return Some(TransportEvent::Closed(connection));
            }
            other => return Some(other),
        };
        give_way(&self.way);
        if connection.is_reliable() {
            self.screen_stream(&message, &connection, &from).await?;
        }
        match message {
            SipMessage::Response(response) if is_answer(&response) && !self.front.is_awaited(&response) => {
                // A full queue means many forks at once; the far end sends the 2xx again.
                self.late_answers.try_send(Box::new(response)).ok();
                None
            }
            message => Some(TransportEvent::Incoming(message, connection, from)),
        }
    }

    async fn screen_stream(&self, message: &SipMessage, connection: &SipConnection, from: &SipAddr) -> Option<()> {
        let peer = from.get_socketaddr().ok()?;
        if !self.front.may_be_read(peer) {
            return None;
        }
        match self.front.screen(message, peer) {
            Screened::Pass => Some(()),
            Screened::Drop => None,
            Screened::Answer(answer) => {
                connection.send(SipMessage::Response(*answer), None).await.ok();
                None
            }
        }
    }
}

impl TransportEventInspector for Screen {
    fn handle<'a, 'b>(&'a self, event: TransportEvent) -> Promise<'b, Option<TransportEvent>>
    where
        'a: 'b,
        Self: 'b,
    {
        Box::pin(self.look_at(event))
    }
}
