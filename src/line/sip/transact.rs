//! Transactions, each driven by a task of its own, since rsipstack's must not be interrupted while they work.

use std::net::SocketAddr;
use std::time::Duration;

use rsipstack::sip::{Header, Method, Request, Response, SipMessage, StatusCodeKind};
use rsipstack::transaction::key::{TransactionKey, TransactionRole};
use rsipstack::transaction::transaction::{Transaction, TransactionEvent, TransactionEventSender};
use rsipstack::transport::SipConnection;
use tokio::sync::mpsc;

use super::dialog::{Flow, Way};
use super::endpoint::Stack;
use super::headers::response;

/// How many provisional responses may wait for the task of a call.
const PROGRESS_QUEUE: usize = 32;
/// How much longer than its timers a transaction may live before it is given up.
const GRACE: Duration = Duration::from_secs(5);

/// Where the messages of a server transaction come from.
pub(super) fn peer_of(transaction: &Transaction) -> Option<SocketAddr> {
    transaction.connection.as_ref()?.get_remote_addr()?.get_socketaddr().ok()
}

/// The flow of a server transaction.
pub(super) fn flow_of(transaction: &Transaction, symmetric: bool) -> Option<Flow> {
    let connection = transaction.connection.clone().filter(SipConnection::is_reliable);
    Some(Flow { peer: peer_of(transaction)?, connection, symmetric })
}

/// Answers a request once and leaves it to the stack to repeat the answer.
pub(super) async fn reply(stack: &Stack, mut transaction: Transaction, status: u16, more: Vec<Header>) {
    let tag = super::headers::new_tag();
    let answer = response(&transaction.original, status, Some(&tag), stack.server(), more, None);
    if let Err(error) = transaction.respond(answer).await {
        tracing::debug!(%error, status, "a response was not sent");
    }
}

/// What happens to an INVITE that we received.
pub(super) enum InviteNews {
    /// Our final response was acknowledged.
    Acknowledged(Box<Request>),
    /// The caller gave up before it.
    Cancelled,
    /// The transaction is over; no ACK came.
    Over,
}

/// Answers an INVITE that is driven by its own task. When dropped unanswered, it answers 500.
pub(super) struct Answerer {
    sender: TransactionEventSender,
    key: TransactionKey,
    request: Request,
    tag: String,
    server: String,
    answered: bool,
}

impl Answerer {
    /// The INVITE.
    pub(super) const fn request(&self) -> &Request {
        &self.request
    }

    /// Sends a provisional response.
    pub(super) fn provisional(&self, status: u16, more: Vec<Header>) {
        if !self.answered {
            self.send(status, more, None);
        }
    }

    /// Sends the final response, once.
    pub(super) fn answer(&mut self, status: u16, more: Vec<Header>, body: Option<String>) {
        if !std::mem::replace(&mut self.answered, true) {
            self.send(status, more, body);
        }
    }

    /// Stops repeating the final response.
    pub(super) fn stop(&self) {
        self.sender.send(TransactionEvent::Terminate(self.key.clone())).ok();
    }

    fn send(&self, status: u16, more: Vec<Header>, body: Option<String>) {
        let tag = (status != 100).then_some(self.tag.as_str());
        let answer = response(&self.request, status, tag, &self.server, more, body);
        self.sender.send(TransactionEvent::Respond(answer)).ok();
    }
}

impl Drop for Answerer {
    fn drop(&mut self) {
        self.answer(500, Vec::new(), None);
    }
}

/// Lets a task drive an INVITE that we received; `tag` is ours in this dialog.
pub(super) fn drive_invite(
    stack: &Stack,
    transaction: Transaction,
    tag: &str,
) -> (Answerer, mpsc::Receiver<InviteNews>) {
    let (news, receiver) = mpsc::channel(PROGRESS_QUEUE);
    let answerer = Answerer {
        sender: transaction.tu_sender.clone(),
        key: transaction.key.clone(),
        request: transaction.original.clone(),
        tag: tag.to_owned(),
        server: stack.server().to_owned(),
        answered: false,
    };
    let timers = &stack.settings.timers;
    let longest = timers.answer_within + timers.t1 * 64 + GRACE;
    stack.tasks.spawn(async move {
        tokio::time::timeout(longest, follow_invite(transaction, &news)).await.ok();
        // A queue that is full belongs to a task that reads it, and one that is closed to none.
        news.send(InviteNews::Over).await.ok();
    });
    (answerer, receiver)
}

async fn follow_invite(mut transaction: Transaction, news: &mpsc::Sender<InviteNews>) {
    while let Some(message) = transaction.receive().await {
        let SipMessage::Request(request) = message else { continue };
        match request.method {
            Method::Ack => {
                news.send(InviteNews::Acknowledged(Box::new(request))).await.ok();
                return;
            }
            Method::Cancel => {
                news.send(InviteNews::Cancelled).await.ok();
            }
            _ => {}
        }
    }
}

/// What happens to an INVITE that we sent.
pub(super) enum Progress {
    /// It is on its way to this peer.
    Sent(Flow),
    /// A response came, provisional or final.
    Response(Box<Response>),
    /// The transaction is over.
    Over,
}

/// Sends an INVITE and lets a task drive it.
pub(super) fn send_invite(stack: &Stack, request: Request, way: Way, symmetric: bool) -> mpsc::Receiver<Progress> {
    let (progress, receiver) = mpsc::channel(PROGRESS_QUEUE);
    let endpoint = stack.endpoint.clone();
    stack.tasks.spawn(async move {
        if let Ok(key) = TransactionKey::from_request(&request, TransactionRole::Client) {
            let mut transaction = Transaction::new_client(key, request, endpoint, way.connection);
            transaction.destination = Some(way.destination);
            follow_our_invite(transaction, symmetric, &progress).await;
        }
        progress.send(Progress::Over).await.ok();
    });
    receiver
}

async fn follow_our_invite(mut transaction: Transaction, symmetric: bool, progress: &mpsc::Sender<Progress>) {
    if let Err(error) = transaction.send().await {
        tracing::debug!(%error, "an invite was not sent");
        return;
    }
    let mut is_told = false;
    loop {
        // The address is known at once, or after the stack has looked the name up again.
        if !is_told && let Some(flow) = flow_of_ours(&transaction, symmetric) {
            is_told = true;
            progress.send(Progress::Sent(flow)).await.ok();
        }
        match transaction.receive().await {
            Some(SipMessage::Response(response)) => {
                if !is_told && let Some(flow) = flow_of_ours(&transaction, symmetric) {
                    is_told = true;
                    progress.send(Progress::Sent(flow)).await.ok();
                }
                progress.send(Progress::Response(Box::new(response))).await.ok();
            }
            Some(SipMessage::Request(_)) => {}
            None => return,
        }
    }
}

fn flow_of_ours(transaction: &Transaction, symmetric: bool) -> Option<Flow> {
    let connection = transaction.connection.clone()?;
    let peer = transaction.destination.as_ref()?.get_socketaddr().ok()?;
    let connection = connection.is_reliable().then_some(connection);
    Some(Flow { peer, connection, symmetric })
}

/// Sends a request other than INVITE and waits for its final response. `None`: none came in `patience`.
pub(super) async fn ask(stack: &Stack, request: Request, way: Way, patience: Duration) -> Option<Response> {
    let key = TransactionKey::from_request(&request, TransactionRole::Client).ok()?;
    let endpoint = stack.endpoint.clone();
    let asked = async move {
        let mut transaction = Transaction::new_client(key, request, endpoint, way.connection);
        transaction.destination = Some(way.destination);
        transaction.send().await.ok()?;
        while let Some(message) = transaction.receive().await {
            if let SipMessage::Response(response) = message
                && response.status_code.kind() != StatusCodeKind::Provisional
            {
                return Some(response);
            }
        }
        None
    };
    tokio::time::timeout(patience, asked).await.ok().flatten()
}

/// Sends a message that has no transaction: an ACK.
pub(super) async fn send_once(stack: &Stack, request: Request, way: Way) {
    let message = SipMessage::Request(with_length(request));
    let sent = match way.connection {
        Some(connection) => connection.send(message, Some(&way.destination)).await,
        None => match stack.endpoint.transport_layer.lookup(&way.destination, None).await {
            Ok((connection, destination)) => connection.send(message, Some(&destination)).await,
            Err(error) => Err(error),
        },
    };
    if let Err(error) = sent {
        tracing::debug!(%error, "an acknowledgement was not sent");
    }
}

fn with_length(mut request: Request) -> Request {
    let length = u32::try_from(request.body.len()).unwrap_or(u32::MAX);
    request.headers.unique_push(Header::ContentLength(length.into()));
    request
}
