//! The registrar for agents' telephones, and for nobody else (RFC 3261 section 10).
//!
//! A telephone proves its agent's password by digest; then it is reached where its REGISTER came from, whatever
//! its Contact says, so it may stand behind NAT.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::{Header, Request, Uri, typed};
use rsipstack::transaction::transaction::Transaction;
use tokio::sync::watch;

use super::dialog::Flow;
use super::digest::{Verdict, Verifier};
use super::endpoint::Stack;
use super::front::lock;
use super::headers::{call_id_of, cseq_of, header, uri_text};
use super::settings::{SipSettings, SipTimers};
use super::transact::{flow_of, peer_of, reply};

/// Where one telephone of an agent is reached.
#[derive(Clone, Debug)]
pub(super) struct Phone {
    /// Its Contact.
    pub(super) uri: Uri,
    /// Where its REGISTER came from.
    pub(super) flow: Flow,
    /// The Contact as it was written: what names it among the agent's.
    contact: String,
    expires_at: Duration,
    call_id: String,
    sequence: u32,
}

impl Phone {
    fn is_there(&self, now: Duration) -> bool {
        let token = self.flow.connection.as_ref().and_then(|connection| connection.cancel_token());
        now < self.expires_at && !token.is_some_and(|token| token.is_cancelled())
    }
}

/// What one REGISTER asks of an agent's telephones.
#[derive(Debug)]
enum Wish {
    /// Only to be told them.
    List,
    /// To forget all.
    ForgetAll,
    /// To keep (or forget, at zero) these for so long.
    Keep(Vec<(String, Uri, Duration)>),
}

/// The registrar. Invariant: an agent has at most the configured number of telephones.
pub(super) struct Registrar {
    verifier: Mutex<Verifier>,
    phones: Mutex<HashMap<String, Vec<Phone>>>,
    changes: watch::Sender<u64>,
    has_agents: bool,
    most_phones: usize,
}

impl Registrar {
    pub(super) fn new(settings: &SipSettings) -> Self {
        let passwords = settings.agents.iter().map(|agent| (agent.name.clone(), agent.password.clone()));
        let verifier =
            Verifier::new(&settings.realm, settings.offer_sha256, rand::random(), settings.timers.nonce_age, passwords);
        Self {
            verifier: Mutex::new(verifier),
            phones: Mutex::new(HashMap::new()),
            changes: watch::Sender::new(0),
            has_agents: !settings.agents.is_empty(),
            most_phones: settings.limits.contacts_of_an_agent.max(1),
        }
    }

    /// Serves a REGISTER.
    pub(super) async fn take_register(&self, stack: &Arc<Stack>, transaction: Transaction) {
        let Some(peer) = peer_of(&transaction) else { return };
        if !self.has_agents {
            return reply(stack, transaction, 405, Vec::new()).await;
        }
        let now = stack.front.now();
        if !stack.front.gate().may_try_password(peer.ip(), now) {
            // Silence costs a guesser more than any answer.
            stack.front.counters.dropped(super::gauges::Dropped::Flood);
            return;
        }
        let authorization = transaction.original.authorization_header().map(|header| header.value().to_owned());
        let verdict = lock(&self.verifier).verify(now, "REGISTER", authorization.as_deref());
        let agent = match verdict {
            Verdict::Proven { username } if is_own_address(&transaction.original, &username) => username,
            Verdict::Challenge { stale } => {
                let challenges = lock(&self.verifier).challenge(now, stale);
                let more = challenges.into_iter().map(|challenge| header("WWW-Authenticate", challenge)).collect();
                return reply(stack, transaction, 401, more).await;
            }
            Verdict::Proven { .. } | Verdict::Denied => {
                stack.front.gate().password_failed(peer.ip(), now);
                stack.front.counters.failed_proof();
                tracing::warn!(source = %peer.ip(), "a phone signed in with a wrong name or password");
                return reply(stack, transaction, 403, Vec::new()).await;
            }
        };
        let wish = match wish_of(&transaction.original, &stack.settings.timers) {
            Ok(wish) => wish,
            Err((status, more)) => return reply(stack, transaction, status, more).await,
        };
        let Some(flow) = flow_of(&transaction, true) else { return };
        match self.grant(&agent, wish, &transaction.original, &flow, now) {
            Some(contacts) => reply(stack, transaction, 200, contacts).await,
            None => reply(stack, transaction, 500, vec![header("Retry-After", "1")]).await,
        }
    }

    /// Does what a proven REGISTER asks, and gives the Contacts that stand then. `None`: it is older than one that
    /// was served before.
    fn grant(&self, agent: &str, wish: Wish, request: &Request, flow: &Flow, now: Duration) -> Option<Vec<Header>> {
        let (call_id, sequence) = (call_id_of(request), cseq_of(request)?);
        let mut all = lock(&self.phones);
        let phones = all.entry(agent.to_owned()).or_default();
        let was_there = phones.iter().any(|phone| phone.is_there(now));
        phones.retain(|phone| phone.is_there(now));
        if phones.iter().any(|phone| phone.call_id == call_id && phone.sequence > sequence) {
            return None;
        }
        match wish {
            Wish::List => {}
            Wish::ForgetAll => phones.clear(),
            Wish::Keep(contacts) => {
                for (contact, uri, lasts) in contacts {
                    phones.retain(|phone| phone.contact != contact);
                    if lasts.is_zero() {
                        continue;
                    }
                    if phones.len() >= self.most_phones {
                        phones.remove(0);
                    }
                    let (flow, call_id) = (flow.clone(), call_id.clone());
                    phones.push(Phone { uri, flow, contact, expires_at: now + lasts, call_id, sequence });
                }
            }
        }
        let is_there = !phones.is_empty();
        let contacts = phones.iter().map(|phone| {
            let seconds = phone.expires_at.saturating_sub(now).as_secs();
            header("Contact", format!("<{}>;expires={seconds}", phone.contact))
        });
        let contacts = contacts.collect();
        drop(all);
        if was_there != is_there {
            self.changes.send_modify(|changes| *changes += 1);
        }
        Some(contacts)
    }

    /// Forgets the telephones whose registration is over.
    pub(super) fn forget_old(&self, now: Duration) {
        let mut changed = false;
        lock(&self.phones).retain(|_, phones| {
            let before = phones.len();
            phones.retain(|phone| phone.is_there(now));
            changed |= before > 0 && phones.is_empty();
            !phones.is_empty()
        });
        if changed {
            self.changes.send_modify(|changes| *changes += 1);
        }
    }

    /// The telephones of an agent, the one that registered last first.
    pub(super) fn phones_of(&self, agent: &str, now: Duration) -> Vec<Phone> {
        let all = lock(&self.phones);
        let phones = all.get(agent).into_iter().flatten().filter(|phone| phone.is_there(now));
        let mut phones: Vec<Phone> = phones.cloned().collect();
        phones.reverse();
        phones
    }

    /// Whether an agent has a telephone; expiry is noticed within a second.
    pub(super) fn is_registered(&self, agent: &str) -> bool {
        lock(&self.phones).get(agent).is_some_and(|phones| !phones.is_empty())
    }

    /// Whether a telephone registered from this address and port.
    pub(super) fn is_registered_from(&self, peer: std::net::SocketAddr) -> bool {
        lock(&self.phones).values().flatten().any(|phone| phone.flow.peer == peer)
    }

    /// How many agents have a telephone.
    pub(super) fn agents(&self) -> usize {
        lock(&self.phones).values().filter(|phones| !phones.is_empty()).count()
    }

    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}

/// Whether the REGISTER is for the address of the agent whose password was proven.
fn is_own_address(request: &Request, agent: &str) -> bool {
    let to = request.to_header().map(|header| header.value().to_owned()).unwrap_or_default();
    Uri::try_from(uri_text(&to)).is_ok_and(|uri| uri.user() == Some(agent))
}

fn wish_of(request: &Request, timers: &SipTimers) -> Result<Wish, (u16, Vec<Header>)> {
    let contacts = request.contact_headers();
    let default = request.header_value("Expires").and_then(|seconds| seconds.parse::<u32>().ok());
    if contacts.is_empty() {
        return Ok(Wish::List);
    }
    if contacts.iter().any(|contact| contact.value().trim() == "*") {
        let is_whole = contacts.len() == 1 && default == Some(0);
        return if is_whole { Ok(Wish::ForgetAll) } else { Err((400, Vec::new())) };
    }
    let mut kept = Vec::new();
    for contact in contacts {
        let listed = typed::Contact::parse_header_list(contact.value()).map_err(|_| (400, Vec::new()))?;
        for one in listed {
            let asked = one.expires().or(default);
            let lasts = asked.map_or(timers.registration_longest, |seconds| Duration::from_secs(u64::from(seconds)));
            if !lasts.is_zero() && lasts < timers.registration_shortest {
                let shortest = timers.registration_shortest.as_secs().max(1);
                return Err((423, vec![header("Min-Expires", shortest.to_string())]));
            }
            kept.push((one.uri.to_string(), one.uri, lasts.min(timers.registration_longest)));
        }
    }
    Ok(Wish::Keep(kept))
}
