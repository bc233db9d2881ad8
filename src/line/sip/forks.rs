//! Answers that come more than once: a 2xx is repeated until it is acknowledged, and an INVITE that forked in
//! a proxy may be answered by several telephones, even after we gave it up. Every 2xx gets its ACK
//! (RFC 3261 13.2.2.4); every telephone but the first gets a BYE.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rsipstack::sip::{Method, Request, Response};
use tokio::sync::mpsc;

use super::dialog::{Dialog, Flow, Way};
use super::endpoint::Stack;
use super::front::{DialogKey, lock};
use super::headers::{call_id_of, from_tag_of, to_tag_of};
use super::transact::{ask, send_once};

/// How many telephones of one INVITE are answered.
const TELEPHONES: usize = 16;
/// How many INVITEs are remembered; beyond it the oldest is forgotten.
const INVITES: usize = 4096;

/// The ACK of one telephone, to be sent again with each repetition of its 2xx.
struct Acknowledged {
    remote_tag: String,
    ack: Request,
    way: Way,
}

struct Invite {
    request: Request,
    flow: Option<Flow>,
    acknowledged: Vec<Acknowledged>,
    /// Until when answers may come, on the line's clock; `None` while the INVITE rings.
    until: Option<Duration>,
}

/// The INVITEs that we sent and that may still be answered.
#[derive(Default)]
pub(super) struct Forks {
    invites: Mutex<HashMap<DialogKey, Invite>>,
}

/// The place of an INVITE among those that may be answered. Dropping it leaves the INVITE there for as long as
/// answers may still come.
pub(super) struct Expected {
    stack: Arc<Stack>,
    key: DialogKey,
}

impl Drop for Expected {
    fn drop(&mut self) {
        let until = self.stack.front.now() + self.stack.settings.timers.t1 * 64;
        if let Some(invite) = lock(&self.stack.front.forks.invites).get_mut(&self.key) {
            invite.until = Some(until);
        }
    }
}

impl Forks {
    /// Expects answers to `request`.
    pub(super) fn expect(stack: &Arc<Stack>, request: &Request) -> Option<Expected> {
        let key = DialogKey { call_id: call_id_of(request), local_tag: from_tag_of(request)? };
        let invite = Invite { request: request.clone(), flow: None, acknowledged: Vec::new(), until: None };
        let mut invites = lock(&stack.front.forks.invites);
        if invites.len() >= INVITES {
            let oldest =
                invites.iter().filter_map(|(key, invite)| Some((invite.until?, key.clone()))).min_by_key(|old| old.0);
            oldest.map(|(_, key)| invites.remove(&key));
        }
        invites.insert(key.clone(), invite);
        Some(Expected { stack: Arc::clone(stack), key })
    }

    /// Whether `response` may answer one of our INVITEs.
    pub(super) fn knows(&self, response: &Response) -> bool {
        key_of(response).is_some_and(|key| lock(&self.invites).contains_key(&key))
    }

    /// Forgets the INVITEs that cannot be answered any more.
    pub(super) fn forget_old(&self, now: Duration) {
        lock(&self.invites).retain(|_, invite| invite.until.is_none_or(|until| until > now));
    }

    /// The ACK for a telephone that was acknowledged before.
    fn acknowledgement(&self, key: &DialogKey, remote_tag: &str) -> Option<(Request, Way)> {
        let invites = lock(&self.invites);
        let known = invites.get(key)?.acknowledged.iter().find(|known| known.remote_tag == remote_tag)?;
        Some((known.ack.clone(), known.way.clone()))
    }

    fn remember(&self, key: &DialogKey, acknowledged: Acknowledged) -> bool {
        let mut invites = lock(&self.invites);
        let Some(invite) = invites.get_mut(key) else { return false };
        if invite.acknowledged.len() >= TELEPHONES {
            return false;
        }
        invite.acknowledged.push(acknowledged);
        true
    }

    fn invite(&self, key: &DialogKey) -> Option<(Request, Flow)> {
        let invites = lock(&self.invites);
        let invite = invites.get(key)?;
        Some((invite.request.clone(), invite.flow.clone()?))
    }
}

impl Expected {
    /// The INVITE was sent again with other headers, or has found its way.
    pub(super) fn sent(&self, request: &Request, flow: &Flow) {
        let (front, timers) = (&self.stack.front, &self.stack.settings.timers);
        let now = front.now();
        front.gate().rung(flow.peer.ip(), now + timers.answer_within + timers.longest_call, now);
        if let Some(invite) = lock(&front.forks.invites).get_mut(&self.key) {
            invite.request = request.clone();
            invite.flow = Some(flow.clone());
        }
    }

    /// Acknowledges the 2xx that made `dialog`, now and whenever it comes again.
    pub(super) async fn acknowledge(&self, dialog: &Dialog, answer: &Response, request: &Request) {
        let Some(remote_tag) = to_tag_of(answer) else { return };
        let ack = ack_of(dialog, request);
        let way = dialog.way();
        let acknowledged = Acknowledged { remote_tag, ack: ack.clone(), way: way.clone() };
        self.stack.front.forks.remember(&self.key, acknowledged);
        send_once(&self.stack, ack, way).await;
    }
}

/// The ACK carries the credentials of its INVITE.
fn ack_of(dialog: &Dialog, invite: &Request) -> Request {
    let mut ack = dialog.ack(dialog.last_sequence());
    let credentials = invite.headers.iter().filter(|header| {
        matches!(header, rsipstack::sip::Header::Authorization(_) | rsipstack::sip::Header::ProxyAuthorization(_))
    });
    ack.headers.extend(credentials.cloned().collect());
    ack
}

fn key_of(response: &Response) -> Option<DialogKey> {
    Some(DialogKey { call_id: call_id_of(response), local_tag: from_tag_of(response)? })
}

/// Acknowledges every 2xx that no transaction awaits, until the line stops.
pub(super) async fn attend_to_late_answers(stack: Arc<Stack>, mut answers: mpsc::Receiver<Box<Response>>) {
    loop {
        let answer = tokio::select! {
            answer = answers.recv() => answer,
            () = stack.over.cancelled() => None,
        };
        let Some(answer) = answer else { return };
        attend_to(&stack, &answer).await;
    }
}

/// Acknowledges a 2xx; a telephone that we do not talk to is told goodbye.
pub(super) async fn attend_to(stack: &Arc<Stack>, answer: &Response) {
    let (Some(key), Some(remote_tag)) = (key_of(answer), to_tag_of(answer)) else { return };
    if let Some((ack, way)) = stack.front.forks.acknowledgement(&key, &remote_tag) {
        send_once(stack, ack, way).await;
        return;
    }
    let Some((invite, flow)) = stack.front.forks.invite(&key) else { return };
    let addresses = &stack.addresses;
    let Some(mut dialog) = Dialog::of_answer(&invite, answer, flow, addresses, stack.server()) else { return };
    let (ack, way) = (ack_of(&dialog, &invite), dialog.way());
    let acknowledged = Acknowledged { remote_tag, ack: ack.clone(), way: way.clone() };
    if !stack.front.forks.remember(&key, acknowledged) {
        return;
    }
    send_once(stack, ack, way.clone()).await;
    let bye = dialog.next_request(Method::Bye);
    let patience = stack.settings.timers.t1 * 64;
    let asker = Arc::clone(stack);
    stack.tasks.spawn(async move { ask(&asker, bye, way, patience).await });
}
